"""Means of windows that differ in size: a row of pixels times a matrix is the means of its windows.

The matrix has a column for each window: one over its size where it sees a pixel, and else 0. Rows
come first, then columns, a few planes at a time: so little is held in between.

A zero times NaN or infinity is NaN: the way is for pictures that hold neither.
"""

import torch
from torch import Tensor

from utils.functional.arguments import Pair
from utils.functional.ways.parts import parts

FEW = 20_000  # numbers of the input that are averaged at a time


def multiply_means(x: Tensor, size: Pair) -> Tensor:
    """Take `(N, C, o_h, o_w)` means of windows that differ in size."""
    down, across = (_means(n, o).to(x) for n, o in zip(x.shape[2:], size, strict=True))
    y = x.new_empty(*x.shape[:2], *size)
    for some in parts(x, 1, FEW):
        y[:, some] = down.T @ (x[:, some] @ across)
    return y


def _means(n: int, o: int) -> Tensor:
    """Which part of each mean each of n pixels is, `(n, o)`."""
    pixel, window = torch.arange(n)[:, None], torch.arange(o)
    seen = (pixel >= window * n // o) & (pixel * o < (window + 1) * n)
    return seen / seen.sum(0)
