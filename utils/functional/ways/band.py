"""A wide kernel for each channel: a row of it as a banded matrix that makes 16 outputs.

A channel that is convolved with one kernel only has nothing to make a matrix product of. Make
something: to 16 neighbouring outputs the same row of taps contributes, each time shifted by a
stride. Written as the columns of a matrix they form a band, and one product with it makes all 16.
Most of the band's numbers are zeros, and yet this is faster than as many multiplications of the
whole picture as the row has taps.

A zero times NaN or infinity is NaN: the way is for pictures that hold neither.
"""

import torch
from torch import Tensor

from utils.functional.geometry import Layer

TILE = 16  # outputs of a row that are made together


def multiply_bands(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Convolve each channel with the one kernel it has, `(C, 1, k_h, k_w)`."""
    (rows, columns, _), (batch, channels) = layer, x.shape[:2]
    tiles = -(-columns.places // TILE)
    # Of the padded picture each tile sees so many columns. What is padding stays zero.
    seen_by_one = (TILE - 1) * columns.stride + columns.span
    tiled = x.new_zeros(batch, channels, rows.padded, tiles, seen_by_one)
    inner = tiled.narrow(2, rows.before, rows.size)
    for tile in range(tiles):
        first = columns.pixel(tile * TILE, 0)
        zeros = max(0, -first)
        seen = x[..., first + zeros : max(0, first + seen_by_one)]
        inner[..., tile, zeros : zeros + seen.shape[3]] = seen
    # Tap b of output j sees column j·stride + b·dilation: as a view, the places of all (b, j).
    band = tiled.new_zeros(channels, rows.kernel, seen_by_one, TILE)
    strides = (*band.stride()[:2], columns.dilation * TILE, columns.stride * TILE + 1)
    taps = band.as_strided((channels, rows.kernel, columns.kernel, TILE), strides)
    taps.copy_(weight.squeeze(1).unsqueeze(-1))
    y = None
    for a in range(rows.kernel):
        first = a * rows.dilation
        strip = tiled[:, :, first : first + (rows.places - 1) * rows.stride + 1 : rows.stride]
        strip = strip.reshape(batch * channels, rows.places * tiles, seen_by_one)
        matrix = band[:, a].expand(batch, -1, -1, -1).flatten(0, 1)
        y = torch.bmm(strip, matrix) if y is None else y.baddbmm_(strip, matrix)
    assert y is not None  # a kernel has a tap
    return y.view(batch, channels, rows.places, tiles * TILE)[..., : columns.places]
