"""The step from a dense layer's weights to a kernel: k = i + a."""

from itertools import product
from typing import Any

import numpy as np

from utils.figures.markup import (
    Array,
    Look,
    Panel,
    Still,
    beside,
    hue,
    shape_of,
    still,
    table,
    texts_of,
)
from utils.numerals import number


def reindex(
    W: Any,
    delta: int = 1,
    *,
    at: tuple[int, int] | None = None,
    caption: str = "",
    alt: str = "",
) -> Still:
    """The step k = i + a: a dense layer's weights, counted from the output's own place.

    In one dimension W[i, k] becomes V[i, a] = W[i, i + a], a row for each output i. In two, for the
    output `at`, W[i, j, k, l] becomes V[i, j, a, b] = W[i, j, i + a, j + b]. What has one offset
    has one tint. Where the weights at each offset are the same for every output, what is left is
    drawn as well: the kernel v[a] or v[a, b].

    Args:
        W: The weights of a layer with as many outputs as inputs, `(n, n)` or
            `(n_h, n_w, n_h, n_w)`.
        delta: How far from its own place an output looks: offsets from -delta to delta. Weights
            farther away are faint, and left out of V.
        at: The output, row and column, for two dimensions.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; names and shapes unless told.

    Raises:
        ValueError: for weights of another shape, a negative delta, and an output that is not there.

    Example:
        >>> reindex([[2, 3, 0], [1, 2, 3], [0, 1, 2]])
        W[i, k] 3×3
           0  1  2
        0  2  3  0
        1  1  2  3
        2  0  1  2
        → V[i, a] = W[i, i + a] 3×3
           −1  0  1
        0   ·  2  3
        1   1  2  3
        2   1  2  ·
        → v[a] = V[i, a] 3
        −1  0  1
         1  2  3
    """
    weights = np.array(W.tolist() if hasattr(W, "tolist") else W, dtype=float)
    half = weights.ndim // 2
    if weights.ndim not in (2, 4) or weights.shape[:half] != weights.shape[half:]:
        raise ValueError(
            "W must have the shape (n, n) or (n_h, n_w, n_h, n_w), as many outputs as inputs; "
            f"got {shape_of(weights)}"
        )
    if delta < 0:
        raise ValueError(f"delta must be 0 or more; got {delta}")
    size = weights.shape[:half]
    offsets = list(product(range(-delta, delta + 1), repeat=half))
    seen: dict[tuple[int, ...], set[float]] = {offset: set() for offset in offsets}
    for place in np.ndindex(*size):
        for offset in offsets:
            target = tuple(i + a for i, a in zip(place, offset, strict=True))
            if all(0 <= k < n for k, n in zip(target, size, strict=True)):
                seen[offset].add(float(weights[place + target]))
    hues = {offset: hue(i, len(offsets)) for i, offset in enumerate(offsets)}
    draw = _line if half == 1 else _pixel
    panels = draw(weights, delta, hues, at)
    if all(len(values) == 1 for values in seen.values()):
        kernel = np.array([next(iter(seen[offset])) for offset in offsets])
        heads = _heads(delta)
        if half == 1:
            panels.append(
                table(
                    "v[a] = V[i, a]",
                    texts_of(kernel[None]),
                    lambda _, j: Look("hue", hues[(j - delta,)]),
                    shape=str(len(kernel)),
                    columns=heads,
                )
            )
        else:
            kernel = kernel.reshape(len(heads), len(heads))
            panels.append(
                table(
                    "v[a, b]",
                    texts_of(kernel),
                    lambda i, j: Look("hue", hues[i - delta, j - delta]),
                    rows=heads,
                    columns=heads,
                )
            )
    return still(beside(panels, ["→"] * (len(panels) - 1)), caption, alt)


def _line(W: Array, delta: int, hues: dict[Any, int], at: tuple[int, int] | None) -> list[Panel]:
    """W[i, k] and V[i, a], a row for each output."""
    if at is not None:
        raise ValueError(f"W {shape_of(W)} is drawn whole; `at` is for two dimensions")
    n, heads = len(W), list(map(str, range(len(W))))
    V = [
        [W[i, i + a] if 0 <= i + a < n else None for a in range(-delta, delta + 1)]
        for i in range(n)
    ]
    return [
        table(
            "W[i, k]",
            texts_of(W),
            lambda i, k: _tint(hues.get((k - i,))),
            rows=heads,
            columns=heads,
        ),
        table(
            "V[i, a] = W[i, i + a]",
            [["·" if value is None else number(value) for value in row] for row in V],
            lambda i, j: _tint(hues[(j - delta,)]) if V[i][j] is not None else Look("pad"),
            rows=heads,
            columns=_heads(delta),
        ),
    ]


def _pixel(W: Array, delta: int, hues: dict[Any, int], at: tuple[int, int] | None) -> list[Panel]:
    """W[i, j, k, l] and V[i, j, a, b] of one output."""
    h, w = W.shape[:2]
    if at is None or not (0 <= at[0] < h and 0 <= at[1] < w):
        raise ValueError(
            f"W {shape_of(W)} has outputs from (0, 0) to {(h - 1, w - 1)}; got at={at}"
        )
    i, j = at
    reach = range(-delta, delta + 1)

    def inside(a: int, b: int) -> bool:
        return i + a in range(h) and j + b in range(w)

    V = [[number(W[i, j, i + a, j + b]) if inside(a, b) else "·" for b in reach] for a in reach]
    return [
        table(
            f"W[{i}, {j}, k, l]",
            texts_of(W[i, j]),
            lambda row, column: _tint(hues.get((row - i, column - j))),
            rows=list(map(str, range(h))),
            columns=list(map(str, range(w))),
        ),
        table(
            f"V[{i}, {j}, a, b]",
            V,
            lambda r, c: (
                _tint(hues[r - delta, c - delta]) if inside(r - delta, c - delta) else Look("pad")
            ),
            rows=_heads(delta),
            columns=_heads(delta),
        ),
    ]


def _tint(angle: int | None) -> Look:
    return Look("zero") if angle is None else Look("hue", angle)


def _heads(delta: int) -> list[str]:
    return [number(a) for a in range(-delta, delta + 1)]
