"""Where a window with offsets samples, between the pixels."""

from html import escape
from typing import Any

import numpy as np

from utils.figures.markup import (
    ROOM,
    Array,
    Panel,
    Still,
    as_array,
    beside,
    by,
    shades,
    shape_of,
    still,
    window,
    written,
)
from utils.figures.pictures import BLUE, ORANGE
from utils.numerals import number

SIDE = 36  # of a pixel of the input, in pixels of the page


def offsets(
    X: Any,
    moves: Any,
    *,
    at: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
    caption: str = "",
    alt: str = "",
) -> Still:
    """Where the taps of a window sample when each is moved by an offset of its own.

    A square is a tap's place in the regular window, the dot at the end of its line the place where
    it samples. A pixel's number stands in its corner, its coordinates are those of its middle.

    Args:
        X: The input, `(h, w)`.
        moves: How far each tap is moved, down and to the right, in pixels: `(k_h, k_w, 2)`.
        at: The row and column of the window's first tap, before it is moved; negative in padding.
        dilation: Distance between neighbouring taps, in rows and columns.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; how far the taps move unless told.

    Raises:
        ValueError: for another shape of X or of the moves, and for moves that are no finite number.

    Example:
        >>> offsets([[1, 2], [3, 4]], [[[0.5, -0.25]]], at=(0, 1))
        1 tap on an input 2×2
        (0, 1) samples at (0.5, 0.75)
    """
    pixels = as_array(X, "(h, w)", "X")
    moved = as_array(moves, "(k_h, k_w, 2)", "moves").astype(float)
    if moved.shape[2] != 2 or not np.isfinite(moved).all():
        raise ValueError(
            "moves must be finite and have the shape (k_h, k_w, 2), rows and columns; "
            f"got {shape_of(moved)}"
        )
    k_h, k_w, _ = moved.shape
    places = np.array(window(at, (k_h, k_w), dilation), dtype=float)
    ends = places + moved.reshape(-1, 2)
    title = f"{k_h * k_w} tap{'s' if k_h * k_w != 1 else ''} on an input {by(pixels.shape)}"
    lines = [
        f"{_point(place)} samples at {_point(end)}" for place, end in zip(places, ends, strict=True)
    ]
    drawing = _drawing(pixels, places, ends)
    said = escape(alt or f"{title}: {'; '.join(lines)}.")
    wide = drawing[1] > ROOM
    reach = ' tabindex="0" role="group" aria-label="Sampling places"' if wide else ""
    html = drawing[0].replace("<svg", f'<svg role="img" aria-label="{said}"', 1)
    panel = Panel(f"<div{reach}>{html}</div>", "\n".join([title, *lines]), title)
    return still(beside([panel]), caption, alt)


def _point(place: Array) -> str:
    return f"({', '.join(number(round(float(x), 4)) for x in place)})"


def _drawing(pixels: Array, places: Array, ends: Array) -> tuple[str, int]:
    """The drawing, with room for every tap wherever it went, and its width."""
    h, w = pixels.shape
    every = np.concatenate([places, ends])
    top, left = np.floor(np.minimum(every.min(0) - 0.3, -0.5) * SIDE).astype(int)
    bottom, right = np.ceil(np.maximum(every.max(0) + 0.3, [h - 0.5, w - 0.5]) * SIDE).astype(int)
    shade, parts = shades(pixels), []
    for (i, j), value in np.ndenumerate(pixels):
        names, tint = shade(i, j)
        x, y = (j - 0.5) * SIDE, (i - 0.5) * SIDE
        fill = "#cc3350" if names == "neg" else BLUE
        parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{SIDE}" height="{SIDE}" fill="{fill}" '
            f'fill-opacity="{0.4 * (tint or 0):g}" stroke="currentColor" stroke-opacity=".38"/>'
            f'<text x="{x + 3:g}" y="{y + 11:g}">{escape(written(value.item()))}</text>'
        )
    for (y, x), (v, u) in zip(places * SIDE, ends * SIDE, strict=True):
        parts.append(
            f'<rect x="{x - 5:g}" y="{y - 5:g}" width="10" height="10" fill="none" '
            'stroke="currentColor"/>'
            f'<path d="M{x:g} {y:g}L{u:g} {v:g}" stroke="{ORANGE}" stroke-width="2"/>'
            f'<circle cx="{u:g}" cy="{v:g}" r="4.5" fill="{ORANGE}"/>'
        )
    wide, tall = int(right - left) + 2, int(bottom - top) + 2
    head = (
        f'<svg width="{wide}" height="{tall}" viewBox="{left - 1} {top - 1} {wide} {tall}" '
        'font-size="10" fill="currentColor" style="display:block">'
    )
    return head + "".join(parts) + "</svg>", wide
