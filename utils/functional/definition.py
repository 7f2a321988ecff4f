"""What each operator is: windows, and one sum, maximum or mean over their taps.

Read these first. All that stands in `ways` computes the same faster, and one test holds every way
to its definition here. Nothing is written into memory and no number decides what is done next, so
torch can trace, compile, export, batch and differentiate all of it: whatever is not a plain tensor
is computed by these lines.

Throughout, x is `(N, C, H, W)`, weight is one kernel for each output channel, and what one tap of
one window contributes has the indices n, c, a, b, i, j: picture, channel, tap, place.
"""

import torch
from torch import Tensor

from utils.functional.arguments import Pair
from utils.functional.geometry import Axis, Layer
from utils.functional.sliding import pad, see


def unfold(x: Tensor, layer: Layer, padding: float = 0.0) -> Tensor:
    """Write the windows out: `(N, C, k_h, k_w, o_h, o_w)`."""
    return see(pad(x, layer, padding), layer)


def convolve(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Multiply each window by `(O, C / groups, k_h, k_w)`, and add up: `(N, O, o_h, o_w)`."""
    seen = unfold(x, layer).unflatten(1, (layer.groups, -1))
    kernels = weight.unflatten(0, (layer.groups, -1))
    return torch.einsum("ngcabij,gocab->ngoij", seen, kernels).flatten(1, 2)


def transpose(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Scale `(C, O / groups, k_h, k_w)` by each pixel, and add up where the windows are."""
    pixels = x.unflatten(1, (layer.groups, -1))
    kernels = weight.unflatten(0, (layer.groups, -1))
    stamps = torch.einsum("ngcij,gcoab->ngoabij", pixels, kernels).flatten(1, 2)
    return fold(stamps, layer)


def fold(stamps: Tensor, layer: Layer) -> Tensor:
    """Add `(N, C, k_h, k_w, o_h, o_w)` up where the windows are; cut off what is padding."""
    rows, columns = layer.rows, layer.columns
    row, column = (positions(axis, stamps.device) + axis.before for axis in (rows, columns))
    where = (row[:, None, :, None] * columns.padded + column[:, None, :]).flatten()
    picture = stamps.new_zeros(*stamps.shape[:2], rows.padded * columns.padded)
    picture = picture.index_add(2, where, stamps.flatten(2))
    return crop(picture.unflatten(2, (rows.padded, columns.padded)), layer)


def average(x: Tensor, layer: Layer, by: int | Tensor) -> Tensor:
    """Add up each window and divide by so much, or by `(o_h, o_w)`; integers are cut."""
    return torch.div(unfold(x, layer).sum((2, 3)), by, rounding_mode=rounding(x.dtype))


def rounding(dtype: torch.dtype) -> str | None:
    """How a quotient is rounded."""
    return None if dtype.is_floating_point else "trunc"


def find_largest(x: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """Take the largest of each window, and where it is, as row * W + column.

    Padding is −∞. Of several largest it is the first; of several NaN, each larger than anything
    else, the last, as in torch. A window of nothing but −∞ names the first of its pixels.
    """
    seen = unfold(x, layer, least(x.dtype)).flatten(2, 3)
    row, column = (positions(axis, x.device) for axis in (layer.rows, layer.columns))
    where = row[:, None, :, None] * layer.columns.size + column[:, None, :]
    begun = (row >= 0)[:, None, :, None] & (column >= 0)[:, None, :]  # past the padding
    best = seen.detach().amax(2, keepdim=True)
    rank = torch.arange(1, seen.shape[2] + 1, device=x.device)[:, None, None]
    rank = torch.where(seen.isnan(), rank, 1) * (begun.flatten(0, 1) & ~(seen < best))
    tap = rank.argmax(2, keepdim=True)
    indices = where.flatten(0, 1).expand(*seen.shape).gather(2, tap)
    return seen.gather(2, tap).squeeze(2), indices.squeeze(2)


def adapt(x: Tensor, size: Pair) -> Tensor:
    """Take the means of windows that differ in size, along one axis after the other."""
    for axis, o in ((2, size[0]), (3, size[1])):
        n = x.shape[axis]
        ends = [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        x = torch.stack([x.narrow(axis, s, e - s).mean(axis) for s, e in ends], axis)
    return x


def positions(axis: Axis, device: torch.device) -> Tensor:
    """Which pixel each tap of each window sees, `(k, o)`; padding has negative ones, too."""
    taps = torch.arange(axis.kernel, device=device) * axis.dilation
    return taps[:, None] + torch.arange(axis.places, device=device) * axis.stride - axis.before


def crop(padded: Tensor, layer: Layer) -> Tensor:
    """Cut the padding off; a view."""
    rows, columns = layer.rows, layer.columns
    inner = padded.narrow(2, rows.before, rows.size)
    return inner.narrow(3, columns.before, columns.size)


def least(dtype: torch.dtype) -> float:
    """The number that no maximum takes notice of."""
    return float("-inf") if dtype.is_floating_point else torch.iinfo(dtype).min
