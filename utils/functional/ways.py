"""Four ways to convolve, and which is cheapest: how `conv1d` and `conv2d` come to be fast.

All four add up, over the taps, the shifted picture times the tap's weights. They differ in what
there is to make a matrix product of.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional.flat import FlatTaps, Pair
from utils.functional.windows import slide, windows

# Unrolled windows are kept below this many numbers (1 MiB of float32), which stays in a core's
# cache, or below the size of the kernel, which has to be read anyway.
UNROLLED = 1 << 18

# Outputs of a row that are made together where each channel has a wide kernel of its own.
TILE = 16


def correlate(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Convolve `(N, C, H, W)` with `(O, C / groups, k_h, k_w)` by the cheapest of four ways.

    All four add up, over the taps, the shifted picture times the tap's weights. They differ in
    what there is to make a matrix product of.
    """
    _, taken, *kernel_size = weight.shape
    if taken == 0:  # torch, too, makes no channels of none
        return x.new_zeros(x.shape[0], 0, *places)
    way = cheapest(taken, groups, weight, places)
    if way == "unroll":
        return _unroll(x, weight, places, stride, padding, dilation, groups)
    if way == "band":
        return _band(x, weight, places, stride, padding, dilation)
    if way == "multiply" and stride[1] == 2:
        # Making twice as many columns is faster than sorting odd from even ones first.
        places, stride, every = (places[0], 2 * places[1] - 1), (stride[0], 1), 2
    else:
        every = 1
    taps = FlatTaps(tuple(kernel_size), places, stride, dilation)
    by_taps = _multiply_taps if way == "multiply" else _matrix_product_taps
    return by_taps(x, weight, taps, padding, groups)[..., ::every]


def cheapest(taken: int, groups: int, weight: Tensor, places: Pair) -> str:
    """Choose between "multiply", "band", "unroll" and "matrix"; measured by `make bench`."""
    if taken == 1 and weight.shape[0] == groups > 1 and weight.shape[3] > 4 and places[1] > 12:
        return "band"
    if taken == 1 and weight.shape[0] <= 4 * groups:
        return "multiply"
    number_of_taps = weight[0, 0].numel()
    unrolled = taken * groups * number_of_taps * places[0] * places[1]
    few = taken < 16 or unrolled <= max(weight.numel(), UNROLLED)
    return "unroll" if few and number_of_taps > 1 else "matrix"


def _multiply_taps(x: Tensor, weight: Tensor, taps: FlatTaps, padding: Pair, groups: int) -> Tensor:
    """Each group has one channel: multiply the shifted picture by a number, tap by tap."""
    out_channels = weight.shape[0]
    scale = weight.reshape(groups, out_channels // groups, *weight.shape[2:]).unsqueeze(-1)
    y = None
    for a, b, seen in taps.read(x, padding):
        seen = seen.unsqueeze(2)  # (N, g, 1, line)
        if y is None:
            y = seen * scale[:, :, a, b]
        else:
            y.addcmul_(seen, scale[:, :, a, b])
    return y.view(x.shape[0], out_channels, taps.places[0], taps.pitch)[..., : taps.places[1]]


def _matrix_product_taps(
    x: Tensor, weight: Tensor, taps: FlatTaps, padding: Pair, groups: int
) -> Tensor:
    """Many channels: one matrix product (outputs, channels)·(channels, line) for each tap."""
    batch, (out_channels, taken) = x.shape[0], weight.shape[:2]
    matrices = weight.reshape(groups, out_channels // groups, taken, *weight.shape[2:])
    matrices = matrices.permute(3, 4, 0, 1, 2).contiguous()
    y = None
    for a, b, seen in taps.read(x, padding):
        seen = seen.reshape(batch * groups, taken, taps.length)
        matrix = matrices[a, b].expand(batch, -1, -1, -1).flatten(0, 1)
        if batch * groups == 1:  # a plain matrix product is faster than a batch of one
            y = torch.mm(matrix[0], seen[0]) if y is None else y.addmm_(matrix[0], seen[0])
        else:
            y = torch.bmm(matrix, seen) if y is None else y.baddbmm_(matrix, seen)
    return y.view(batch, out_channels, taps.places[0], taps.pitch)[..., : taps.places[1]]


def _band(
    x: Tensor, weight: Tensor, places: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Tensor:
    """Each channel has one wide kernel: a row of it as a banded matrix that makes 16 outputs.

    Most of the band's numbers are zeros, and yet one product with it is faster than k_w times
    multiplying the picture by a number.
    """
    batch, channels = x.shape[0], x.shape[1]
    k_h, k_w = weight.shape[2:]
    tiles = -(-places[1] // TILE)
    span = (TILE - 1) * stride[1] + dilation[1] * (k_w - 1) + 1  # columns that a tile sees
    width = (tiles - 1) * TILE * stride[1] + span
    padded = F.pad(x, (padding[1], width - x.shape[3] - padding[1], padding[0], padding[0]))
    tiled = slide(padded, 3, span, TILE * stride[1], 1).contiguous()  # (N, C, rows, tiles, span)
    del padded  # as large as the picture: not kept while the products are made
    band = x.new_zeros(channels, k_h, span, TILE)
    # Tap b of output j sees column j·stride + b·dilation: as a view, the places of all (b, j).
    strides = (*band.stride()[:2], dilation[1] * TILE, stride[1] * TILE + 1)
    band.as_strided((channels, k_h, k_w, TILE), strides).copy_(weight.squeeze(1).unsqueeze(-1))
    y = None
    for a in range(k_h):
        first = a * dilation[0]
        seen = tiled[:, :, first : first + (places[0] - 1) * stride[0] + 1 : stride[0]]
        seen = seen.reshape(batch * channels, places[0] * tiles, span)
        matrix = band[:, a].expand(batch, -1, -1, -1).flatten(0, 1)
        y = torch.bmm(seen, matrix) if y is None else y.baddbmm_(seen, matrix)
    return y.view(batch, channels, places[0], tiles * TILE)[..., : places[1]]


def _unroll(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Few channels, or few places: copy the windows out into columns, one matrix product for all.

    The columns hold each input number up to k_h·k_w times, so they are made for a band of rows at
    a time.
    """
    batch, out_channels = x.shape[0], weight.shape[0]
    x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    view = windows(x, weight.shape[2:], stride, dilation)
    matrix = weight.reshape(groups, out_channels // groups, -1)
    depth = matrix.shape[2]
    budget = max(UNROLLED, weight.numel())
    rows = min(places[0], max(1, budget // (groups * depth * places[1])))
    images = max(1, budget // (groups * depth * places[1] * rows))
    y = x.new_empty(batch, groups, out_channels // groups, places[0] * places[1])
    for n in range(0, max(batch, 1), images):
        for row in range(0, places[0], rows):
            band = view[n : n + images, ..., row : row + rows, :]
            columns = band.reshape(len(band) * groups, depth, band.shape[-2] * band.shape[-1])
            first = row * places[1]
            target = y[n : n + images, ..., first : first + columns.shape[2]].flatten(0, 1)
            repeated = matrix.expand(len(band), -1, -1, -1).flatten(0, 1)
            if target.shape[0] == 1:
                target[0].addmm_(repeated[0], columns[0], beta=0)
            else:
                target.baddbmm_(repeated, columns, beta=0)
    return y.view(batch, out_channels, *places)
