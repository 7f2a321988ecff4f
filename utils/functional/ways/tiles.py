"""Convolve tile by tile in another basis: what Fourier's and Winograd's ways have in common.

Cut the picture into tiles: windows, once more, but of the tiles' size, and with a stride of as many
rows and columns as a tile has outputs, so that neighbours overlap by the kernel's reach. Transform
every tile and every kernel so that sliding one along the other becomes multiplying number by
number. With many channels that is one matrix product for each number of a tile. Transform the
products back, and lay what the tiles yield side by side.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional.arguments import Pair
from utils.functional.geometry import Layer
from utils.functional.sliding import windows


class Transform(NamedTuple):
    """A basis in which sliding is multiplying. Each map acts on the first two axes."""

    tile: Pair
    """Size of a tile, `(t_h, t_w)`."""
    outputs: Pair
    """How many places of the kernel a tile covers, `(m_h, m_w)`."""
    of_tiles: Callable[[Tensor], Tensor]
    """From `(t_h, t_w, ...)` to `(f_h, f_w, ...)`."""
    of_kernels: Callable[[Tensor], Tensor]
    """From `(k_h, k_w, ...)` to `(f_h, f_w, ...)`."""
    back: Callable[[Tensor], Tensor]
    """From products `(f_h, f_w, ...)` to outputs `(m_h, m_w, ...)`."""


def multiply_tiles(x: Tensor, weight: Tensor, layer: Layer, transform: Transform) -> Tensor:
    """Convolve `(N, C, H, W)` with `(O, C / groups, k_h, k_w)`, both transformed; the stride is 1.

    How far the kernel reaches, so its dilation, is the transform's business.
    """
    places, groups = layer.places, layer.groups
    batch, taken, per_group = x.shape[0], weight.shape[1], weight.shape[0] // groups
    rows, columns = (-(-o // m) for o, m in zip(places, transform.outputs, strict=True))
    tiles = _cut(x, (rows, columns), layer, transform)
    tiles = tiles.unflatten(1, (groups, taken)).permute(3, 4, 1, 0, 5, 6, 2)
    tiles = transform.of_tiles(tiles).flatten(3, 5)  # (f_h, f_w, groups, tiles, channels)
    kernels = weight.unflatten(0, (groups, per_group)).permute(3, 4, 0, 2, 1)
    kernels = transform.of_kernels(kernels)  # (f_h, f_w, groups, channels, outputs)
    if taken == 1:
        products = tiles * kernels
    else:
        products = torch.matmul(tiles.contiguous(), kernels.contiguous())
    y: Tensor = transform.back(products).unflatten(3, (batch, rows, columns))
    y = y.permute(3, 2, 6, 4, 0, 5, 1)  # (N, groups, outputs, rows, m_h, columns, m_w)
    y = y.flatten(5, 6).flatten(3, 4).flatten(1, 2)
    return y[:, :, : places[0], : places[1]]


def along_both_axes(down: Tensor, across: Tensor, x: Tensor) -> Tensor:
    """Multiply the first axis of `(a, b, ...)` by one matrix and the second by another."""
    y = torch.tensordot(down, x, 1)
    return torch.matmul(across, y.flatten(2)).view(len(down), len(across), *x.shape[2:])


def _cut(x: Tensor, counts: Pair, layer: Layer, transform: Transform) -> Tensor:
    """Show the tiles, `(N, C, t_h, t_w, rows, columns)`, of the padded picture.

    Zeros fill up the last ones.
    """
    pads: list[int] = []
    for axis, count, t, m in zip(layer[:2], counts, transform.tile, transform.outputs, strict=True):
        after = (count - 1) * m + t - axis.before - axis.size
        pads = [axis.before, after, *pads]  # F.pad wants the last axis first
    return windows(F.pad(x, pads), transform.tile, transform.outputs)
