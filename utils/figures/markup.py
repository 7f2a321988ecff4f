"""What all figures of numbers are made of: tables, signs between them, one style, no script.

The HTML of a figure is whole in itself, so that it looks right wherever a notebook is opened. It
has no ground and no ink of its own: it takes the page's, and its tints are transparent. So one
style serves light and dark pages, of the book, JupyterLab, VS Code and Colab. The web book has the
style in its own and takes it out of the figures.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from utils.numerals import number

Array = NDArray[Any]
Cells = Iterable[tuple[int, int]]

ROOM = 280  # pixels of the narrowest box on a phone; what may be wider scrolls, by keyboard too
LETTER = {"": 8.6, "long": 7.0, "small": 6.5}  # pixels of a digit in the sizes of letters


def _minified(css: str) -> str:
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()
    css = re.sub(r" ?([{};,>*/]|:(?= )) ?", r"\1", css).replace(";}", "}")
    return re.sub(r"\b0\.", ".", css)


STYLE = _minified((Path(__file__).parent / "figures.css").read_text(encoding="utf-8"))


class Look(NamedTuple):
    """How a cell looks."""

    names: str = ""
    """Classes of figures.css."""
    tint: float | None = None
    """How strong its tint is, from 0 to 1, or for the class `hue` the angle of its hue."""

    def attributes(self) -> str:
        """As a tag has them."""
        names = f' class="{self.names}"' if self.names else ""
        return names if self.tint is None else f'{names} style="--v:{self.tint:g}"'


Looks = Callable[[int, int], Look]  # of the cell in a row and column


@dataclass(frozen=True)
class Still:
    """A figure of numbers: a notebook shows it as HTML, a terminal as text."""

    html: str
    """The figure without its style."""
    text: str
    """The same numbers as plain text."""

    def _repr_html_(self) -> str:
        return f"<style>{STYLE}</style>\n{self.html}"

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Panel:
    """One table of a figure, and the text that says the same."""

    html: str
    text: str
    name: str
    """Its title and shape, as the figure's description has them."""


def as_array(given: Any, form: str, called: str) -> Array:
    """The numbers, or words, as an array with as many axes as `form` names.

    Args:
        given: A tensor, an array or nested lists.
        form: The shape that is wanted, as in `"(h, w)"`.
        called: What the array is, for the message.

    Raises:
        ValueError: if it has another number of axes, rows of several lengths, or nothing in it.
    """
    # A tensor that is part of a graph, or in bfloat16, is no array to NumPy.
    try:
        array = np.array(given.tolist() if hasattr(given, "tolist") else given)
    except ValueError:
        lengths = [len(row) for row in given]
        raise ValueError(f"{called} must have the shape {form}; got rows of {lengths}") from None
    if array.ndim != form.count(",") + 1 - form.count(",)") or not array.size:
        raise ValueError(f"{called} must have the shape {form}; got {shape_of(given)}")
    return array


def shape_of(given: Any) -> str:
    """The shape of a tensor, an array or lists, as the error messages write it.

    >>> shape_of(np.zeros((2, 3)))
    '(2, 3)'
    """
    return str(tuple(np.shape(given)))


def by(sizes: Iterable[int]) -> str:
    """A shape as captions write it.

    >>> by((2, 3))
    '2×3'
    """
    return "×".join(map(str, sizes))


def written(value: Any) -> str:
    """What stands in a cell: a number as the widgets show it, a word as it is."""
    return value if isinstance(value, str) else number(float(value))


def window(
    at: tuple[int, int], size: tuple[int, int], dilation: tuple[int, int] = (1, 1)
) -> list[tuple[int, int]]:
    """The cells that a window covers: its first one, its size in taps, their distance.

    >>> window((0, 1), (1, 2), (1, 2))
    [(0, 1), (0, 3)]
    """
    (i, j), (k_h, k_w), (d_h, d_w) = at, size, dilation
    return [(i + a * d_h, j + b * d_w) for a in range(k_h) for b in range(k_w)]


def shades(array: Array, limit: float | None = None) -> Looks:
    """Tint cells by size: blue above zero, red below, nothing at zero; words have no tint.

    Args:
        array: `(h, w)`.
        limit: The size that has the full tint; the array's largest unless told.
    """
    if array.dtype.kind not in "biuf":
        return lambda i, j: Look()
    values = array.astype(float)
    finite = np.abs(values[np.isfinite(values)])
    limit = limit or float(finite.max(initial=0)) or 1.0

    def look(i: int, j: int) -> Look:
        share = round(min(abs(values[i, j]) / limit, 1.0), 2)  # NaN is not above zero
        return Look("neg" if values[i, j] < 0 else "pos", share) if share > 0 else Look()

    return look


def hue(i: int, of: int) -> int:
    """The angle of the i-th of so many hues, all equally far apart, from blue on."""
    return round(250 + 360 * i / of) % 360


def texts_of(values: Array) -> list[list[str]]:
    """What stands in the cells of a matrix."""
    return [[written(value) for value in row] for row in values.tolist()]


def table(
    title: str,
    texts: Sequence[Sequence[str]],
    look: Looks,
    *,
    shape: str | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    size: str = "",
) -> Panel:
    """A captioned table of cells of one size.

    Args:
        title: Its name; may be empty.
        texts: What is written into the cells, `(h, w)`.
        look: How each looks; what is framed is in bold as well.
        shape: What the caption says behind the title; rows×columns unless told.
        rows: The heads of the rows, or none.
        columns: The heads of the columns, or none.
        size: `"small"` for smaller cells.
    """
    shape = by((len(texts), len(texts[0]))) if shape is None else shape
    name = " ".join(filter(None, (title, shape)))
    longest = max(len(text) for row in (*texts, columns) for text in row)
    wide = len(texts[0]) + bool(rows)
    lines = []
    if columns:
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in columns)
        corner = '<td class="none"></td>' if rows else ""
        lines.append(f"<tr>{corner}{heads}</tr>")
    for i, row in enumerate(texts):
        cells = f'<th scope="row">{escape(rows[i])}</th>' if rows else ""
        for j, text in enumerate(row):
            given, text = look(i, j), escape(text)
            if {"win", "out"} & set(given.names.split()):
                text = f"<b>{text}</b>"  # a frame alone is not seen where styles are taken out
            cells += f"<td{given.attributes()}>{text}</td>"
        lines.append(f"<tr>{cells}</tr>")
    caption = escape(title) + (f" <span>{shape}</span>" if shape else "")
    size = size or ("long" if longest > 4 else "")
    how = f' class="{size}"' if size else ""
    html = f'<table{how} style="--n:{wide};--c:{longest}">'
    html += f"<caption>{caption.strip()}</caption>\n" + "\n".join(lines) + "\n</table>"
    needed = len(texts[0]) * max(25, LETTER[size] * longest + 10) + (40 if rows else 0)
    may_scroll = max(needed, 8 * len(name)) > ROOM
    reach = f' tabindex="0" role="group" aria-label="{escape(name)}"' if may_scroll else ""
    plain = [
        *([["", *columns] if rows else list(columns)] if columns else []),
        *([rows[i], *row] if rows else list(row) for i, row in enumerate(texts)),
    ]
    widths = [max(map(len, column)) for column in zip(*plain, strict=True)]
    aligned = [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in plain
    ]
    return Panel(f"<div{reach}>{html}</div>", "\n".join([name, *aligned]), name)


def beside(panels: Sequence[Panel], between: Sequence[str] = (), *, low: int = 0) -> Panel:
    """Panels in a row, with signs between them; where there is no room, in several rows.

    Args:
        panels: From left to right.
        between: The signs, one fewer than panels, or none.
        low: Rows of the tables that stand at the bottom of the panels, if these are what the signs
            join.

    Raises:
        ValueError: if there are signs, but not one fewer than panels.
    """
    if between and len(between) != len(panels) - 1:
        raise ValueError(
            f"{len(panels)} arrays take {len(panels) - 1} signs between them; got {len(between)}"
        )
    signs = ["", *(between or [""] * (len(panels) - 1))]
    parts, texts, names = [], [], []
    for sign, panel in zip(signs, panels, strict=True):
        # A sign stays with what follows it.
        before = f"<i>{escape(sign)}</i>" if sign else ""
        parts.append(f'<div class="part">{before}{panel.html}</div>')
        texts.append((f"{sign} " if sign else "") + panel.text)
        names.append(f"{sign} {panel.name}" if sign else panel.name)
    joint, how = " " if between else ", ", f' low" style="--r:{low}"' if low else '"'
    return Panel(
        f'<div class="row{how}>{"".join(parts)}</div>', "\n".join(texts), joint.join(names)
    )


def still(panel: Panel, caption: str, alt: str) -> Still:
    """The figure.

    Args:
        panel: What it shows.
        caption: A sentence under it, or none.
        alt: What is to be seen, for those who don't; the names of its parts unless told.
    """
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    html = (
        f'<figure class="fig" aria-label="{escape(alt or panel.name)}">{panel.html}{below}</figure>'
    )
    return Still(html, panel.text + (f"\n{caption}" if caption else ""))
