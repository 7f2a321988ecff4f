"""A tall kernel for each channel: a column of it as a banded matrix that makes 16 rows of outputs.

A channel that is convolved with one kernel only has nothing to make a matrix product of. Make
something: to 16 neighbouring outputs in a column the same column of taps contributes, each time
shifted by a stride. Written as the rows of a matrix they form a band, and one product with it makes
16 rows of outputs. The next column of taps sees the same rows of the picture a little further to
the right: nothing is copied. Most of the band's numbers are zeros, and yet this is faster than as
many multiplications of the whole picture as the column has taps.

A zero times NaN or infinity is NaN: the way is for pictures that hold neither.
"""

import torch
from torch import Tensor

from utils.functional.geometry import Layer
from utils.functional.sliding import pad

TILE = 16  # rows of outputs that are made together, or a few less, so that all strips are alike


def multiply_bands(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Convolve each channel with the one kernel it has, `(C, 1, k_h, k_w)`."""
    (rows, columns, _), (batch, channels) = layer, x.shape[:2]
    padded = pad(x, layer).flatten(0, 1)
    # Of every stride-th column, by the remainder: within each of these the stride is 1.
    sorted_ = [padded[..., first :: columns.stride].contiguous() for first in range(columns.stride)]
    most = -(-rows.places // -(-rows.places // TILE))
    reach = (most - 1) * rows.stride + rows.span
    # Tap a of output i sees row i·stride + a·dilation: as a view, the places of all (i, a).
    band = x.new_zeros(columns.kernel, batch, channels, most, reach)
    strides = (*band.stride()[:3], reach + rows.stride, rows.dilation)
    taps = band.as_strided((columns.kernel, batch, channels, most, rows.kernel), strides)
    taps.copy_(weight.permute(3, 1, 0, 2).unsqueeze(3))
    strips = []
    for first in range(0, rows.places, most):
        height = min(most, rows.places - first)
        seen = slice(first * rows.stride, (first + height - 1) * rows.stride + rows.span)
        y = x.new_empty(batch * channels, height, columns.places)
        for b, matrices in enumerate(band.flatten(1, 2)):
            right, remainder = divmod(b * columns.dilation, columns.stride)
            strip = sorted_[remainder][:, seen, right : right + columns.places]
            y.baddbmm_(matrices[:, :height, : strip.shape[1]], strip, beta=min(b, 1))
        strips.append(y)
    return torch.cat(strips, 1).view(batch, channels, *layer.places)
