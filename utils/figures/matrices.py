"""Convolution as a matrix: zeros and equal weights told apart at a glance."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.figures.grids import grid
from utils.figures.markup import (
    Look,
    Still,
    as_array,
    beside,
    hue,
    shape_of,
    still,
    table,
    texts_of,
)


def matrix(
    M: Any,
    x: Any = None,
    y: Any = None,
    *,
    titles: Sequence[str] = ("M", "x", "y"),
    blocks: tuple[int, int] | None = None,
    caption: str = "",
    alt: str = "",
) -> Still:
    """A matrix with zeros faint and equal weights tinted alike, and beside it x and y = M x.

    Args:
        M: The matrix, `(m, n)`.
        x: The vector that it is applied to, `(n,)`; None for the matrix alone.
        y: What comes out, `(m,)`; the product unless told.
        titles: Of the matrix and the two vectors.
        blocks: Rows and columns of a block; a thicker line stands between blocks.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; names and shapes unless told.

    Raises:
        ValueError: if the shapes do not fit, y is given without x, or y is not M x.

    Example:
        >>> matrix([[1, 2, 0], [0, 1, 2]], [3, 4, 5])
        M 2×3
        1  2  0
        0  1  2
        x 3
        3
        4
        5
        = y 2
        11
        14
    """
    weights = as_array(M, "(m, n)", "M").astype(float)
    m, n = weights.shape
    if blocks and (min(blocks) < 1 or m % blocks[0] or n % blocks[1]):
        raise ValueError(f"M has the shape {shape_of(weights)}; it has no blocks of {blocks}")
    values = sorted(set(weights[weights != 0].tolist()))
    hues = {value: hue(i, len(values)) for i, value in enumerate(values)}

    def look(i: int, j: int) -> Look:
        edges = (
            "above" if blocks and i and i % blocks[0] == 0 else "",
            "before" if blocks and j and j % blocks[1] == 0 else "",
        )
        value = float(weights[i, j])
        names = " ".join(filter(None, ("hue" if value else "zero", *edges)))
        return Look(names, hues.get(value))

    panels = [table(titles[0], texts_of(weights), look, size="small" if n > 9 else "")]
    if x is None:
        if y is not None:
            raise ValueError("y is shown beside x; give x too")
        return still(beside(panels), caption, alt)
    column = as_array(x, "(n,)", "x").astype(float)
    if len(column) != n:
        raise ValueError(
            f"M {shape_of(weights)} takes a vector of the shape {(n,)}; x has {shape_of(column)}"
        )
    result = weights @ column
    if y is not None:
        given = as_array(y, "(m,)", "y").astype(float)
        if given.shape != result.shape or not np.allclose(given, result, atol=1e-5):
            raise ValueError(f"M x = {result.tolist()}; got y = {given.tolist()}")
    panels += [
        grid(titles[1], column[:, None], shape=str(n)),
        grid(titles[2], result[:, None], shape=str(m)),
    ]
    return still(beside(panels, ["", "="]), caption, alt)
