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

from torch import Tensor

from utils.functional.door import recorded
from utils.functional.geometry import Layer
from utils.functional.sliding import pad, slide

# Copied windows are kept below this many numbers (2 MiB of float32), which a cache holds, or below
# the size of the kernel, which has to be read anyway.
COPIED = 1 << 19
# Windows that see a row, and from which on it pays to first gather, once for all of them, the
# pixels that a stride sets apart.
SHARED = 3

Make = Callable[[Tensor, int, int, Tensor], None]


def unroll_windows(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Few places, or windows that overlap little: copy the windows, one product for all."""
    rows, columns = layer.rows, layer.columns
    view = _see_rows(x, layer)
    if columns.stride > 1 and rows.kernel >= SHARED * rows.stride:
        view = view.contiguous()
    view = slide(view, 3, rows.kernel, rows.stride, rows.dilation).permute(0, 1, 5, 2, 3, 4)
    matrices = weight.reshape(layer.groups, weight.shape[0] // layer.groups, -1)
    depth, width = matrices.shape[2], columns.places

    def make(some: Tensor, row: int, rows: int, y: Tensor) -> None:
        strip = some[..., row : row + rows, :]
        _multiply(matrices, strip.reshape(y.shape[0], depth, rows * width), y, 0)

    budget = max(COPIED, weight.numel()) // (layer.groups * depth * width)  # in rows of the output
    return _assemble(make, view, weight, layer, budget)


def unroll_rows(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Windows that overlap much: copy them along rows only, one product for each row of the kernel.

    The stride from row to row is 1: with another, rows of the kernel would see rows of their own.
    """
    (rows, columns, groups), (_, taken, k_h, k_w) = layer, weight.shape
    view = _see_rows(x, layer)
    matrices = weight.unflatten(0, (groups, -1)).permute(3, 0, 1, 2, 4).flatten(3)
    depth, width = taken * k_w, columns.places

    def make(some: Tensor, row: int, height: int, y: Tensor) -> None:
        strip = some.narrow(3, row, height + rows.span - 1)
        unrolled = strip.reshape(y.shape[0], depth, strip.shape[3] * width)
        for a in range(k_h):
            seen = unrolled.narrow(2, a * rows.dilation * width, height * width)
            _multiply(matrices[a], seen, y, min(a, 1))  # the first overwrites what is there

    budget = COPIED // (groups * depth * width) - rows.span + 1
    return _assemble(make, view, weight, layer, budget)


def _see_rows(x: Tensor, layer: Layer) -> Tensor:
    """Show what each column of taps sees of each row: a view, `(N, C, k_w, H, o_w)`."""
    columns = layer.columns
    view = slide(pad(x, layer), 3, columns.kernel, columns.stride, columns.dilation)
    return view.permute(0, 1, 4, 2, 3)


def _multiply(matrices: Tensor, columns: Tensor, y: Tensor, keep: int) -> None:
    """Make keep·y + matrices·columns of y, `(n·groups, O / groups, places)`, for n images."""
    images = len(y) // len(matrices)
    y.baddbmm_(matrices if images == 1 else matrices.repeat(images, 1, 1), columns, beta=keep)


def _assemble(make: Make, view: Tensor, weight: Tensor, layer: Layer, budget: int) -> Tensor:
    """Make the output from strips of so many rows, or of whole images: `(N, O, o_h, o_w)`.

    `make(some, row, rows, y)` makes one strip, in y, `(n·groups, O / groups, rows·o_w)`. Where
    gradients are wanted there is one: each write into a part of a tensor would be a step of its own
    on the way back, as long as the whole.
    """
    (o_h, o_w), batch, channels = layer.places, view.shape[0], weight.shape[0]
    budget = max(1, batch * o_h if recorded(view, weight) else budget)
    images, height = max(1, budget // o_h), -(-o_h // -(-o_h // budget))  # strips alike in height
    whole = view.new_empty(batch, channels, o_h * o_w)
    for n in range(0, max(batch, 1), images):
        some, part = view[n : n + images], whole[n : n + images]
        for row in range(0, o_h, height):
            rows = min(height, o_h - row)
            y = part[..., row * o_w : (row + rows) * o_w]
            y = y.view(some.shape[0] * layer.groups, channels // layer.groups, rows * o_w)
            make(some, row, rows, y)
    return whole.view(batch, channels, o_h, o_w)
