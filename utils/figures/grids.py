"""Small matrices as grids of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.figures.markup import (
    Array,
    Cells,
    Look,
    Looks,
    Panel,
    Still,
    as_array,
    beside,
    shades,
    shape_of,
    still,
    table,
    written,
)

Pair = int | tuple[int, int]


def numbers(
    arrays: Sequence[Any],
    titles: Sequence[str] = (),
    *,
    between: Sequence[str] = (),
    marks: Sequence[Cells | None] = (),
    padding: Sequence[Pair] = (),
    caption: str = "",
    alt: str = "",
) -> Still:
    """Small matrices as grids of numbers, shaded by size, with signs such as `⋆` and `=` between.

    Args:
        arrays: Each `(h, w)`: tensors, arrays or nested lists, of numbers or of words.
        titles: One a matrix, or none.
        between: The signs, one fewer than the matrices, or none.
        marks: For each matrix the cells `(row, column)` to frame, or None; `window` lists those of
            a window. What follows `=` is framed as an output.
        padding: For each matrix how many of its outer rows and columns are padding: an int, or two
            for rows and columns.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; titles, shapes and signs unless told.

    Raises:
        ValueError: for anything that is not a matrix, if titles, signs, marks or padding do not fit
            the number of matrices, and for marks or padding outside a matrix.

    Example:
        >>> numbers([[[0, 1]], [[2], [3]], [[3]]], ["a", "b", "ab"], between=["@", "="])
        a 1×2
        0  1
        @ b 2×1
        2
        3
        = ab 1×1
        3
    """
    matrices = [as_array(array, "(h, w)", _name(i, titles)) for i, array in enumerate(arrays)]
    for given, word in ((titles, "titles"), (marks, "marks"), (padding, "paddings")):
        if given and len(given) != len(matrices):
            raise ValueError(f"{len(matrices)} arrays need as many {word}; got {len(given)}")
    panels = []
    for i, array in enumerate(matrices):
        (p_h, p_w), name = _pair(padding[i] if padding else 0), _name(i, titles)
        framed = [(int(row), int(column)) for row, column in (marks[i] if marks else None) or ()]
        h, w = array.shape
        outside = sorted(cell for cell in framed if not (0 <= cell[0] < h and 0 <= cell[1] < w))
        if outside:
            raise ValueError(f"{name} has the shape {shape_of(array)}; no cell {outside[0]} in it")
        if min(p_h, p_w) < 0 or 2 * p_h > h or 2 * p_w > w:
            raise ValueError(f"{name} has the shape {shape_of(array)}; no padding {p_h, p_w} in it")
        frame = "out" if i and between and between[i - 1 : i] == ["="] else "win"
        title = titles[i] if titles else ""
        panels.append(grid(title, array, framed, frame, padding=(p_h, p_w)))
    return still(beside(panels, between), caption, alt)


def grow(
    counts: Sequence[Any], titles: Sequence[str] = (), *, caption: str = "", alt: str = ""
) -> Still:
    """The same picture again and again, layer by layer: small grids, all shaded on one scale.

    For what travels or grows from one layer to the next: how far news of the border has come in,
    how many paths lead to a pixel. Zeros are faint.

    Args:
        counts: Each `(h, w)`, all of one shape: one for each layer, in order.
        titles: One a grid, or none.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; titles and shapes unless told.

    Raises:
        ValueError: for anything that is not a matrix of numbers, for matrices of different shapes,
            and if titles do not fit their number.

    Example:
        >>> grow([[[1, 0, 1]], [[2, 2, 2]]], ["1 layer", "2 layers"])
        1 layer 1×3
        1  0  1
        2 layers 1×3
        2  2  2
    """
    grids = [as_array(array, "(h, w)", _name(i, titles)) for i, array in enumerate(counts)]
    if titles and len(titles) != len(grids):
        raise ValueError(f"{len(grids)} arrays need as many titles; got {len(titles)}")
    shapes = [shape_of(grid) for grid in grids]
    if len(set(shapes)) != 1 or any(grid.dtype.kind not in "biuf" for grid in grids):
        raise ValueError(f"grids of numbers, all of one shape, are needed; got {', '.join(shapes)}")
    limit = max(float(np.abs(grid).max()) for grid in grids)
    panels = []
    for i, grid in enumerate(grids):
        shade = shades(grid, limit)

        def look(row: int, column: int, grid: Array = grid, shade: Looks = shade) -> Look:
            return shade(row, column) if grid[row, column] else Look("zero")

        texts = [[written(value) for value in row] for row in grid.tolist()]
        panels.append(table(titles[i] if titles else "", texts, look, size="small"))
    return still(beside(panels), caption, alt)


def _name(i: int, titles: Sequence[str]) -> str:
    return titles[i] if i < len(titles) and titles[i] else f"array {i}"


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def grid(
    title: str,
    array: Array,
    framed: Cells = (),
    frame: str = "win",
    *,
    padding: tuple[int, int] = (0, 0),
    shape: str | None = None,
) -> Panel:
    """One matrix, shaded by size, with some cells framed and the padding set apart."""
    (h, w), (p_h, p_w) = array.shape, padding
    shade, marked = shades(array), set(framed)

    def look(i: int, j: int) -> Look:
        inside = p_h <= i < h - p_h and p_w <= j < w - p_w
        names, tint = shade(i, j) if inside else Look("pad")
        return Look(f"{frame} {names}".strip(), tint) if (i, j) in marked else Look(names, tint)

    texts = [[written(value) for value in row] for row in array.tolist()]
    return table(title, texts, look, shape=shape)
