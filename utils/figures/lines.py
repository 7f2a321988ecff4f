"""Windows standing on a line of cells."""

from collections.abc import Sequence
from typing import Any

from utils.figures.markup import Look, Still, as_array, beside, still, table, written
from utils.numerals import number
from utils.shapes import output_size


def windows(
    n: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    *,
    values: Sequence[Any] | None = None,
    caption: str = "",
    alt: str = "",
) -> Still:
    """All windows of a convolution along one axis, one a row, above the cells that they read.

    A row shows where the taps 0, 1, ... of a window stand. In the last row are the cells: padding
    is dashed, and what no window reads is hatched.

    Args:
        n: Cells of the axis.
        kernel_size: Taps of a window.
        stride: Steps from one window to the next.
        padding: Cells added on each of the two sides.
        dilation: Distance between neighbouring taps.
        values: What is written into the n cells, `(n,)`; their positions unless told.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; the counts of windows and cells unless told.

    Raises:
        ValueError: for sizes that no window fits, as `utils.shapes.output_size`, and for values
            that are not n.

    Example:
        >>> windows(4, 2, stride=2, padding=1)
        3 windows n = 4, k = 2, s = 2, p = 1, d = 1
        y[0]  0  1
        y[1]        0  1
        y[2]              0  1
           x  ·  0  1  2  3  ·
    """
    count = output_size(n, kernel_size, stride, padding, dilation)
    cells = [written(i) for i in range(n)]
    if values is not None:
        given = as_array(values, "(n,)", "values")
        if len(given) != n:
            raise ValueError(f"the axis has {n} cells; values have the shape {given.shape}")
        cells = [written(value) for value in given.tolist()]
    taps = [[i * stride + a * dilation for a in range(kernel_size)] for i in range(count)]
    read = {place for row in taps for place in row}
    texts = [
        [str(row.index(place)) if place in row else "" for place in range(n + 2 * padding)]
        for row in taps
    ]
    texts.append(["·"] * padding + cells + ["·"] * padding)

    def look(i: int, j: int) -> Look:
        if i < count:
            between = taps[i][0] < j < taps[i][-1]
            return Look("tap" if j in taps[i] else "gap" if between else "none")
        outside = not padding <= j < padding + n
        return Look(" ".join(["pad"] * outside + ["unread"] * (j not in read)))

    unread = sorted(set(range(n + 2 * padding)) - read)
    title = f"{count} window{'s' if count != 1 else ''}"
    settings = f"n = {n}, k = {kernel_size}, s = {stride}, p = {padding}, d = {dilation}"
    heads = [*(f"y[{i}]" for i in range(count)), "x"]
    panel = table(title, texts, look, shape=settings, rows=heads)
    where = ", ".join(number(place - padding) for place in unread)
    said = f"{panel.name}: " + (f"none reads {where}." if unread else "every cell is read.")
    return still(beside([panel]), caption, alt or said)
