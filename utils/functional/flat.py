"""Why a shift costs nothing: a picture laid out flat.

Write the rows of a picture one after another in memory. The picture shifted by a rows and b columns
is then the same memory, read from position a·(row length) + b on. So what a tap sees is one slice
of one long line: a matrix (channels, line) that a matrix product takes as it is. The line runs on
past the end of each row, so the products at the last columns mix two rows; they are cut off at the
end.

A stride s > 1 picks every s-th row and column. Sort the picture first into s_h·s_w smaller pictures
by the remainders of row and column: within each, the step is 1 again.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, ...]  # one number for each axis


class FlatTaps:
    """Where each tap of a kernel finds its picture, laid out flat.

    Args:
        kernel_size: `(k_h, k_w)`.
        places: How many windows there are, `(o_h, o_w)`.
        stride: `(s_h, s_w)`.
        dilation: `(d_h, d_w)`.
    """

    def __init__(self, kernel_size: Pair, places: Pair, stride: Pair, dilation: Pair):
        self.kernel_size, self.places = kernel_size, places
        self.stride, self.dilation = stride, dilation
        reach = [d * (k - 1) // s for k, s, d in zip(kernel_size, stride, dilation, strict=True)]
        self.pitch = places[1] + reach[1]  # of a row, in memory
        # The last tap's line ends in the row below its own; without a reach there is no such row.
        self.rows = places[0] + reach[0] + (1 if reach[1] else 0)
        self.length = places[0] * self.pitch

    def __iter__(self) -> Iterator[tuple[int, int, Pair, int]]:
        """Yield a, b, the remainders of its picture, and where its line starts in it."""
        for a in range(self.kernel_size[0]):
            for b in range(self.kernel_size[1]):
                row, row_remainder = divmod(a * self.dilation[0], self.stride[0])
                column, column_remainder = divmod(b * self.dilation[1], self.stride[1])
                yield a, b, (row_remainder, column_remainder), row * self.pitch + column

    def read(self, x: Tensor, padding: Pair) -> Iterator[tuple[int, int, Tensor]]:
        """Yield a, b and what that tap sees, `(N, C, length)`, of x, `(N, C, H, W)`, padded.

        Taps that share a picture come one after another, so only one picture is kept at a time.
        """
        for remainders, taps in groupby(sorted(self, key=itemgetter(2)), key=itemgetter(2)):
            picture = self._picture(x, remainders, padding).flatten(2)
            for a, b, _, start in taps:
                yield a, b, picture.narrow(-1, start, self.length)

    def _picture(self, x: Tensor, remainders: Pair, padding: Pair) -> Tensor:
        first, pads = [], []
        for axis, size in enumerate((self.rows, self.pitch)):
            stride, offset = self.stride[axis], remainders[axis] - padding[axis]
            before = max(0, -(offset // stride))  # rows of zeros before the first of x
            first.append(offset + stride * before)
            found = max(0, -((first[axis] - x.shape[2 + axis]) // stride))
            pads.append((before, size - before - found))
        part = x[:, :, first[0] :: self.stride[0], first[1] :: self.stride[1]]
        if pads == [(0, 0), (0, 0)]:
            return part.contiguous()
        return F.pad(part, (*pads[1], *pads[0]))
