"""Copy windows into columns and multiply matrices, a strip of rows of the output at a time.

All channels of a window side by side are a column, all kernels a matrix: their product is the
layer. What it takes is a copy, which holds each pixel as often as windows see it. There are two:

- *Unroll the windows*, k_h·k_w times the picture, for one product. That is best where windows
  overlap little, or are few.
- *Unroll the rows*, k_w times the picture, for a product for each row of the kernel. What a row of
  the kernel sees one row further down is the same memory, a little further on.

The copies of a whole picture would not fit into a cache. Those of a strip of rows do.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from utils.functional.door import recorded
from utils.functional.geometry import Layer
from utils.functional.sliding import every, pad, see, slide

# Copied windows are kept below this many numbers (2 MiB of float32), which a cache holds, or below
# the size of the kernel, which has to be read anyway.
COPIED = 1 << 19


def unroll_windows(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Few places, or windows that overlap little: copy the windows, one product for all."""
    view = see(pad(x, layer), layer)
    matrix = weight.reshape(layer.groups, len(weight) // layer.groups, -1)
    depth, width = matrix.shape[2], layer.columns.places

    def make(some: Tensor, row: int, rows: int, y: Tensor | None) -> Tensor:
        strip = some[..., row : row + rows, :]
        columns = strip.reshape(len(some) * layer.groups, depth, rows * width)
        return _multiply(_repeat(matrix, len(some)), columns, y)

    budget = max(COPIED, weight.numel()) // (layer.groups * depth * width)  # in rows of the output
    if layer.kernel_size == layer.stride == (1, 1):
        budget = len(x) * layer.rows.places  # there is nothing to copy
    height = min(layer.rows.places, max(1, budget))
    return _assemble(make, view, weight, layer, max(1, budget // height), height)


def unroll_rows(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Windows that overlap much: copy them along rows only, one product for each row of the kernel.

    Rows of the kernel whose distance is no multiple of the stride see other rows of the picture:
    they take turns.
    """
    (rows, columns, groups), (_, taken, k_h, k_w) = layer, weight.shape
    view = slide(pad(x, layer), 3, k_w, columns.stride, columns.dilation)
    view = view.permute(0, 1, 4, 2, 3)  # (N, C, k_w, H, o_w)
    matrices = weight.unflatten(0, (groups, -1)).permute(3, 0, 1, 2, 4).flatten(3)
    depth, width = taken * k_w, columns.places
    turns: dict[int, list[tuple[int, int]]] = {}
    for a in range(k_h):
        further, remainder = divmod(a * rows.dilation, rows.stride)
        turns.setdefault(remainder, []).append((a, further))

    def make(some: Tensor, row: int, height: int, y: Tensor | None) -> Tensor:
        keep = 0  # the first product overwrites what is there, the others add
        for remainder, taps in turns.items():
            least, most = taps[0][1], taps[-1][1]
            strip = every(some[:, :, :, remainder:], 3, rows.stride)
            strip = strip.narrow(3, row + least, height + most - least)
            unrolled = strip.reshape(len(some) * groups, depth, strip.shape[3] * width)
            for a, further in taps:
                seen = unrolled.narrow(2, (further - least) * width, height * width)
                y = _multiply(_repeat(matrices[a], len(some)), seen, y, keep)
                keep = 1
        assert y is not None  # a kernel has a tap
        return y

    reach = max(taps[-1][1] - taps[0][1] for taps in turns.values())
    budget = COPIED // (groups * depth * width) - reach
    strips = -(-rows.places // max(1, budget))
    return _assemble(make, view, weight, layer, 1, -(-rows.places // strips))


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
    layer: Layer,
    images: int,
    height: int,
) -> Tensor:
    """Make the output from strips of so many images and rows: `(N, O, o_h, o_w)`.

    `make(some, row, rows, y)` makes one strip, `(n·groups, O / groups, rows·o_w)`, in y. Where
    gradients are wanted y is None, and the strips are put together in the end: each write into a
    part of a tensor would be a step of its own on the way back, as long as the whole.
    """
    (o_h, o_w), channels = layer.places, len(weight)
    write = not recorded(view, weight)
    whole = view.new_empty(len(view), channels, o_h * o_w) if write else None
    pictures = []
    for n in range(0, max(len(view), 1), images):
        some, strips = view[n : n + images], []
        for row in range(0, o_h, height):
            rows, y = min(height, o_h - row), None
            if whole is not None:
                y = whole[n : n + images, :, row * o_w : (row + rows) * o_w]
                y = y.view(len(some) * layer.groups, channels // layer.groups, rows * o_w)
            strip = make(some, row, rows, y)
            if whole is None:
                strips.append(strip.view(len(some), channels, rows, o_w))
        if whole is None:
            pictures.append(torch.cat(strips, 2))
    return torch.cat(pictures) if whole is None else whole.view(len(view), channels, o_h, o_w)
