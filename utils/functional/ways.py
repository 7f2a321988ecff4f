"""Four ways to convolve, and which is cheapest: how `conv1d` and `conv2d` come to be fast.

All four add up, over the taps, the shifted picture times the tap's weights. They differ in what
there is to make a matrix product of.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional.flat import FlatTaps, Pair
from utils.functional.windows import slide, windows

# Copied windows are kept below this many numbers (2 MiB of float32), which a cache holds, or below
# the size of the kernel, which has to be read anyway.
COPIED = 1 << 19

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
    way = cheapest(x.shape[0], weight, places, stride, groups)
    if way == "multiply":
        return _multiply_taps(x, weight, places, stride, padding, dilation, groups)
    if way == "band":
        return _band(x, weight, places, stride, padding, dilation)
    if any(padding):
        x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    by_copying = _unroll if way == "unroll" else _rows
    return by_copying(x, weight, places, stride, dilation, groups)


def cheapest(batch: int, weight: Tensor, places: Pair, stride: Pair, groups: int) -> str:
    """Choose between "multiply", "band", "unroll" and "rows"; measured by `make bench`."""
    out_channels, taken, k_h, k_w = weight.shape
    if taken == 1 and out_channels == groups > 1 and k_w > 4 and places[1] > 12:
        return "band"
    if taken == 1 and out_channels <= 4 * groups:
        return "multiply"
    unrolled = min(batch, 1) * taken * groups * k_h * k_w * places[0] * places[1]
    few = unrolled <= max(weight.numel(), COPIED)
    return "unroll" if few or stride[0] >= k_h else "rows"


def _multiply_taps(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Each group has one channel: multiply the shifted picture by a number, tap by tap."""
    every = 1
    if stride[1] == 2:  # making twice as many columns is faster than sorting odd from even ones
        places, stride, every = (places[0], 2 * places[1] - 1), (stride[0], 1), 2
    out_channels, _, *kernel_size = weight.shape
    taps = FlatTaps(tuple(kernel_size), places, stride, dilation)
    scale = weight.reshape(groups, out_channels // groups, *kernel_size).unsqueeze(-1)
    y = None
    for a, b, seen in taps.read(x, padding):
        seen = seen.unsqueeze(2)  # (N, g, 1, line)
        if y is None:
            y = seen * scale[:, :, a, b]
        else:
            y.addcmul_(seen, scale[:, :, a, b])
    assert y is not None  # a kernel has a tap
    return y.view(x.shape[0], out_channels, places[0], taps.pitch)[..., : places[1] : every]


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
    band = tiled.new_zeros(channels, k_h, span, TILE)
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
    assert y is not None  # a kernel has a tap
    return y.view(batch, channels, places[0], tiles * TILE)[..., : places[1]]


def _unroll(
    x: Tensor, weight: Tensor, places: Pair, stride: Pair, dilation: Pair, groups: int
) -> Tensor:
    """Few places, or windows that do not overlap: copy the windows, one matrix product for all.

    The columns hold each input number up to k_h·k_w times, so they are made for a strip of rows at
    a time.
    """
    batch, (out_channels, _, *kernel_size) = x.shape[0], weight.shape
    view = windows(x, kernel_size, stride, dilation)
    matrix = weight.reshape(groups, out_channels // groups, -1)
    depth = matrix.shape[2]

    def make(some: Tensor, row: int, rows: int, y: Tensor | None) -> Tensor:
        strip = some[..., row : row + rows, :]
        columns = strip.reshape(len(some) * groups, depth, rows * places[1])
        return _multiply(_repeat(matrix, len(some)), columns, y)

    budget = max(COPIED, weight.numel()) // (groups * depth * places[1])  # in rows of the output
    if kernel_size == [1, 1] and tuple(stride) == (1, 1):
        budget = batch * places[0]  # there is nothing to copy
    height = min(places[0], max(1, budget))
    return _assemble(make, view, weight, places, groups, max(1, budget // height), height)


def _rows(
    x: Tensor, weight: Tensor, places: Pair, stride: Pair, dilation: Pair, groups: int
) -> Tensor:
    """Windows that overlap: copy them along rows only, one matrix product for each kernel row.

    What a kernel row sees is the same memory for each of them, some rows of the picture further
    on. So the columns hold each input number k_w times, not k_h·k_w times. They are made for a
    strip of rows at a time, and their products are added up while they are in the cache. Kernel
    rows whose distance is no multiple of the stride see other rows of the picture: they take turns.
    """
    out_channels, taken, k_h, k_w = weight.shape
    view = slide(x, 3, k_w, stride[1], dilation[1]).permute(0, 1, 4, 2, 3)  # (N, C, k_w, H, o_w)
    depth = taken * k_w
    matrices = weight.reshape(groups, out_channels // groups, taken, k_h, k_w)
    matrices = matrices.permute(3, 0, 1, 2, 4).flatten(3)  # (k_h, groups, O / groups, depth)
    turns: dict[int, list[tuple[int, int]]] = {}
    for a in range(k_h):
        further, remainder = divmod(a * dilation[0], stride[0])
        turns.setdefault(remainder, []).append((a, further))

    def make(some: Tensor, row: int, rows: int, y: Tensor | None) -> Tensor:
        keep = 0  # the first product overwrites what is there, the others add
        for remainder, taps in turns.items():
            least, most = taps[0][1], taps[-1][1]
            first, count = row + least, rows + most - least
            strip = some[:, :, :, remainder :: stride[0]][:, :, :, first : first + count]
            columns = strip.reshape(len(some) * groups, depth, count * places[1])
            for a, further in taps:
                seen = columns.narrow(2, (further - least) * places[1], rows * places[1])
                y = _multiply(_repeat(matrices[a], len(some)), seen, y, keep)
                keep = 1
        assert y is not None  # a kernel has a tap
        return y

    reach = max(taps[-1][1] - taps[0][1] for taps in turns.values())
    budget = COPIED // (groups * depth * places[1]) - reach
    strips = -(-places[0] // max(1, budget))
    return _assemble(make, view, weight, places, groups, 1, -(-places[0] // strips))


def _repeat(matrices: Tensor, times: int) -> Tensor:
    """Put `(groups, ...)` one after another so many times; a single group is not copied."""
    return matrices.expand(times, *matrices.shape).flatten(0, 1)


def _multiply(matrices: Tensor, columns: Tensor, y: Tensor | None, keep: int = 0) -> Tensor:
    """Return keep·y + matrices·columns, in y if there is one."""
    if y is None:
        return matrices.bmm(columns)
    if len(y) == 1:  # a product is faster than a batch of one
        y[0].addmm_(matrices[0], columns[0], beta=keep)
        return y
    return y.baddbmm_(matrices, columns, beta=keep)


def _assemble(
    make: Callable[[Tensor, int, int, Tensor | None], Tensor],
    view: Tensor,
    weight: Tensor,
    places: Pair,
    groups: int,
    images: int,
    height: int,
) -> Tensor:
    """Make the output from strips of so many images and rows: `(N, O, o_h, o_w)`.

    `make(some, row, rows, y)` makes one strip, `(n·groups, O / groups, rows·o_w)`, in y. Where
    gradients are wanted y is None, and the strips are put together in the end: each write into a
    part of a tensor would be a step of its own on the way back, as long as the whole.
    """
    (o_h, o_w), batch, out_channels = places, len(view), len(weight)
    record = torch.is_grad_enabled() and (view.requires_grad or weight.requires_grad)
    whole = None if record else view.new_empty(batch, out_channels, o_h * o_w)
    pictures = []
    for n in range(0, max(batch, 1), images):
        some, strips = view[n : n + images], []
        for row in range(0, o_h, height):
            rows, y = min(height, o_h - row), None
            if whole is not None:
                y = whole[n : n + images, :, row * o_w : (row + rows) * o_w]
                y = y.view(len(some) * groups, out_channels // groups, rows * o_w)
            strip = make(some, row, rows, y)
            if whole is None:
                strips.append(strip.view(len(some), out_channels, rows, o_w))
        if whole is None:
            pictures.append(torch.cat(strips, 2))
    return torch.cat(pictures) if whole is None else whole.view(batch, out_channels, o_h, o_w)
