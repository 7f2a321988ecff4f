"""Channels: planes, the kernel beneath each, and their sum."""

from typing import Any

import torch

from utils import functional
from utils.figures.grids import grid
from utils.figures.markup import (
    Panel,
    Still,
    as_array,
    beside,
    shape_of,
    still,
    window,
)


def planes(
    X: Any,
    K: Any,
    bias: float | None = None,
    *,
    at: tuple[int, int] | None = None,
    caption: str = "",
    alt: str = "",
) -> Still:
    """One filter on several channels: each plane, its kernel and their product, added up.

    Args:
        X: The input, `(c_i, n_h, n_w)`.
        K: One filter, `(c_i, k_h, k_w)`.
        bias: What is added to every number of the output; None for none.
        at: The row and column of an output; its window is framed in every plane.
        caption: A sentence under the figure.
        alt: What is to be seen, for those who don't; names and shapes unless told.

    Raises:
        ValueError: if the shapes do not fit, and for an output that is not there.

    Example:
        >>> planes([[[1, 2]], [[3, 4]]], [[[1]], [[10]]])
        X[0] 1×2
        1  2
        ⋆ K[0] 1×1
        1
        = product 0 1×2
        1  2
        + X[1] 1×2
        3  4
        ⋆ K[1] 1×1
        10
        = product 1 1×2
        30  40
        = Y 1×2
        31  42
    """
    stack, kernels = as_array(X, "(c_i, n_h, n_w)", "X"), as_array(K, "(c_i, k_h, k_w)", "K")
    if len(stack) != len(kernels) or any(
        k > n for k, n in zip(kernels.shape, stack.shape, strict=True)
    ):
        raise ValueError(
            "K needs a kernel for each plane of X, no larger than the plane; "
            f"got X {shape_of(stack)} and K {shape_of(kernels)}"
        )
    pixels, weight = (torch.tensor(a, dtype=torch.float64) for a in (stack, kernels))
    products = functional.conv2d(pixels, weight[:, None], groups=len(weight)).numpy()
    Y = products.sum(0) + (bias or 0)
    marked, taps = [], []
    if at is not None:
        if not all(0 <= i < n for i, n in zip(at, Y.shape, strict=True)):
            raise ValueError(f"Y has the shape {shape_of(Y)}; no output {tuple(at)} in it")
        marked, taps = [at], window(at, kernels.shape[1:])
    columns = []
    for c, (plane, kernel, product) in enumerate(zip(stack, kernels, products, strict=True)):
        parts = [grid(f"X[{c}]", plane, taps), grid(f"K[{c}]", kernel)]
        columns.append(_stacked([*parts, grid(f"product {c}", product, marked, "out")]))
    signs = ["+"] * (len(columns) - 1) + ["="]
    if bias is not None:
        columns.append(grid("bias", as_array([[bias]], "(1, 1)", "bias"), shape=""))
        signs.insert(-1, "+")
    columns.append(grid("Y", Y, marked, "out"))
    row = beside(columns, signs, low=len(Y))
    return still(row, caption, alt)


def _stacked(panels: list[Panel]) -> Panel:
    """A plane, its kernel and their product, one beneath the other."""
    html, text, name = panels[0].html, panels[0].text, panels[0].name
    for sign, panel in zip("⋆=", panels[1:], strict=True):
        html += f"<i>{sign}</i>{panel.html}"
        text += f"\n{sign} {panel.text}"
        name += f" {sign} {panel.name}"
    return Panel(f'<div class="stack">{html}</div>', text, name)
