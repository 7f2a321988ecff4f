"""Each group has one channel: multiply the picture by a number, once for each tap.

There is no matrix product in it, so what counts is how fast each tap finds what it sees. Write the
rows of a picture one after another in memory: shifted by a rows and b columns it is the same
memory, read from position a·(row length) + b on, one slice of one long line. The line runs on past
the end of each row, so what is made there mixes two rows; it is cut off in the end.

A stride s > 1 picks every s-th row and column. Sort the picture first into s_h·s_w smaller pictures
by the remainders of row and column: within each, the step is 1 again.
"""

from itertools import product

import torch.nn.functional as F
from torch import Tensor

from utils.functional.door import recorded
from utils.functional.geometry import Axis, Layer
from utils.functional.ways.parts import parts

DENSE = 3  # the stride along rows up to which making every column is faster than sorting them
AT_ONCE = 1 << 18  # numbers of the input that are multiplied at a time: 1 MiB of float32


def multiply_taps(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Convolve with kernels of one channel, `(O, 1, k_h, k_w)`, a few channels at a time.

    For gradients it is all at once: each part would be a step of its own on the way back, as long
    as the whole.
    """
    if x.numel() <= AT_ONCE or recorded(x, weight):
        return _multiply(x, weight, layer)
    y, made = x.new_empty(x.shape[0], weight.shape[0], *layer.places), weight.shape[0] // x.shape[1]
    for some in parts(x, 1, AT_ONCE):
        of = slice(some.start * made, some.stop * made)
        y[:, of] = _multiply(x[:, some], weight[of], layer)
    return y


def _multiply(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    rows, columns, _ = layer
    keep = columns.stride if columns.stride <= DENSE else 1
    columns = columns.dense if keep > 1 else columns
    pitch = columns.places + (columns.span - 1) // columns.stride  # of a row, in memory
    # The last tap's line ends in the row below its own; without a reach there is no such row.
    height = rows.places + (rows.span - 1) // rows.stride + (pitch > columns.places)
    scales = weight.reshape(x.shape[1], -1, rows.kernel * columns.kernel, 1).unbind(2)
    y = None
    for row, column in product(range(rows.stride), range(columns.stride)):
        down = [a for a in range(rows.kernel) if a * rows.dilation % rows.stride == row]
        (d, s) = columns.dilation, columns.stride
        right = [b for b in range(columns.kernel) if b * d % s == column]
        if down and right:
            top, bottom, rows_found = find(rows, row, height)
            left, after, columns_found = find(columns, column, pitch)
            some = F.pad(x[:, :, rows_found, columns_found], (left, after, top, bottom))
            line = some.flatten(2).unsqueeze(2)  # (N, groups, 1, line)
        for a, b in product(down, right):
            start = a * rows.dilation // rows.stride * pitch
            start += b * columns.dilation // columns.stride
            seen = line.narrow(-1, start, rows.places * pitch)
            scale = scales[a * columns.kernel + b]
            y = seen * scale if y is None else y.addcmul_(seen, scale)
    assert y is not None  # a kernel has a tap
    return y.view(x.shape[0], weight.shape[0], rows.places, pitch)[..., : columns.places : keep]


def find(axis: Axis, remainder: int, size: int) -> tuple[int, int, slice]:
    """Of the padded picture take every stride-th row from that remainder on, so many.

    Returns:
        How many of them are zeros before and after, and which rows of the picture are the others.
    """
    first = remainder - axis.before
    zeros = max(0, -(first // axis.stride))
    found = slice(first + zeros * axis.stride, axis.size, axis.stride)
    return zeros, size - zeros - len(range(axis.size)[found]), found
