"""Still pictures, drawn with matplotlib, in the course's own look.

Each function draws one figure and returns nothing: end the cell with `plt.show()`. What a figure
shows is asserted in numbers by the cell that draws it, because images are not compared in tests.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

# Told apart in either theme and by readers who see colours differently (Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6B7280"


def images(
    arrays: Sequence[ArrayLike],
    titles: Sequence[str] = (),
    *,
    signed: bool = False,
    height: float = 2.4,
    columns: int | None = None,
) -> None:
    """Show arrays side by side as grey pictures.

    Args:
        arrays: Each `(h, w)` in shades of grey, or `(3, h, w)` in colour.
        titles: One a picture, or none.
        signed: Use one diverging scale, white at zero, for all: for feature maps with both signs.
        height: Of one row of pictures, in inches.
        columns: Pictures in a row; all in one row unless told.

    Raises:
        ValueError: if there are titles but not one for each array.
    """
    pictures = [np.asarray(array) for array in arrays]
    if titles and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} arrays need as many titles; got {len(titles)}")
    columns = columns or len(pictures)
    rows = -(-len(pictures) // columns)
    aspect = max(array.shape[-1] / array.shape[-2] for array in pictures)
    _, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * height * aspect + 0.3, rows * (height + 0.3)),
        squeeze=False,
    )
    limit = max(float(np.abs(array).max()) for array in pictures) or 1.0
    for axis in axes.flat:
        axis.axis("off")
    for index, (axis, array) in enumerate(zip(axes.flat, pictures, strict=False)):
        if array.ndim == 3:
            axis.imshow(array.transpose(1, 2, 0).clip(0, 1))
        elif signed:
            axis.imshow(array, cmap="RdBu", vmin=-limit, vmax=limit)
        else:
            axis.imshow(array, cmap="gray")
        if titles:
            axis.set_title(titles[index], fontsize=10)
    plt.tight_layout()


def numbers(
    arrays: Sequence[ArrayLike], titles: Sequence[str] = (), *, between: Sequence[str] = ()
) -> None:
    """Draw small matrices as grids of numbers, with signs such as `*` and `=` between them.

    Args:
        arrays: Each `(h, w)`, small.
        titles: One a matrix, or none.
        between: The signs, one fewer than the matrices, or none.

    Raises:
        ValueError: if the titles or the signs do not fit the number of matrices.
    """
    pictures = [np.asarray(array) for array in arrays]
    if titles and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} arrays need as many titles; got {len(titles)}")
    if between and len(between) != len(pictures) - 1:
        raise ValueError(
            f"{len(pictures)} arrays take {len(pictures) - 1} signs; got {len(between)}"
        )
    widths = [array.shape[1] for array in pictures]
    _, axes = plt.subplots(
        1,
        len(pictures),
        figsize=(
            0.5 * (sum(widths) + 1.2 * len(widths)),
            0.5 * max(a.shape[0] for a in pictures) + 0.5,
        ),
        gridspec_kw={"width_ratios": widths, "wspace": 0.5},
        squeeze=False,
    )
    for index, (axis, array) in enumerate(zip(axes[0], pictures, strict=True)):
        limit = float(np.abs(array).max()) or 1.0
        axis.imshow(array, cmap="RdBu", vmin=-2 * limit, vmax=2 * limit)
        for (row, column), value in np.ndenumerate(array):
            axis.text(column, row, f"{value:g}", ha="center", va="center", fontsize=10)
        axis.set_xticks(np.arange(-0.5, array.shape[1]), labels=[])
        axis.set_yticks(np.arange(-0.5, array.shape[0]), labels=[])
        axis.grid(color=GREY, linewidth=0.8)
        axis.tick_params(length=0)
        if titles:
            axis.set_title(titles[index], fontsize=10)
        if between and index < len(between):
            axis.text(
                1.0 + 0.6 / array.shape[1],
                0.5,
                between[index],
                transform=axis.transAxes,
                ha="center",
                va="center",
                fontsize=14,
            )
