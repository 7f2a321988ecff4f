"""Pool along one axis after the other: k_h + k_w steps for a window, not k_h·k_w.

The largest of a window is the largest of the largest of its rows, and so with sums. Along an axis
each tap sees the whole picture, shifted and thinned out by the stride: it goes over all windows at
once, but for those where it would see padding. So there is nothing to pad, and no number is read
that is none of the window's.

It goes a few planes at a time. So no more is held than the output and what a few planes need.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from utils.functional import definition
from utils.functional.geometry import Axis, Layer
from utils.functional.sliding import every

AT_ONCE = 1 << 16  # numbers of the input that are pooled at a time: 256 KiB of float32


def average_along_axes(x: Tensor, layer: Layer, by: int | Tensor) -> Tensor:
    """Add up each window, and divide."""
    mode = definition.rounding(x.dtype)
    return _by_planes(
        lambda planes: torch.div(_along_both(planes, layer, torch.add, 0), by, rounding_mode=mode),
        x,
        layer,
    )


def take_largest_along_axes(x: Tensor, layer: Layer) -> Tensor:
    """Take the largest number of each window."""
    least = definition.least(x.dtype)
    return _by_planes(lambda planes: _along_both(planes, layer, torch.maximum, least), x, layer)


def find_largest_by_planes(x: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """Find the largest of each window as it is defined, and read it where it is found.

    Only for windows that see a pixel: another's index names none.
    """
    indices = _by_planes(
        lambda planes: definition.find_largest(planes, layer)[1], x.detach(), layer, True
    )
    return x.flatten(2).gather(2, indices.flatten(2)).view(indices.shape), indices


def _along_both(x: Tensor, layer: Layer, combine: Callable[..., Tensor], nothing: float) -> Tensor:
    for dim, axis in ((2, layer.rows), (3, layer.columns)):
        if _moves(axis):
            x = _along(x, dim, axis, combine, nothing)
    return x


def _moves(axis: Axis) -> bool:
    """Whether anything happens along an axis."""
    return (axis.kernel, axis.stride, axis.places) != (1, 1, axis.size)


def _along(x: Tensor, dim: int, axis: Axis, combine: Callable[..., Tensor], start: float) -> Tensor:
    """Combine the taps of each window along one axis."""
    shape = list(x.shape)
    shape[dim] = axis.places
    y = x.new_full(shape, start)
    for tap in range(axis.kernel):
        offset = axis.pixel(0, tap)  # of what window 0 sees; window i sees i strides further on
        first = max(0, -(offset // axis.stride))
        count = min(axis.places, (axis.size - 1 - offset) // axis.stride + 1) - first
        if count > 0:
            seen = x.narrow(dim, axis.pixel(first, tap), (count - 1) * axis.stride + 1)
            some = y.narrow(dim, first, count)
            combine(some, every(seen, dim, axis.stride), out=some)
    return y


def _by_planes(
    pool: Callable[[Tensor], Tensor], x: Tensor, layer: Layer, indices: bool = False
) -> Tensor:
    if not indices and _moves(layer.rows) != _moves(layer.columns):
        return pool(x)  # from the picture to the output in one go: there is nothing between
    dtype = torch.int64 if indices else x.dtype
    y = x.new_empty(*x.shape[:2], *layer.places, dtype=dtype)
    axis = 0 if x.shape[0] > x.shape[1] else 1
    at_once = max(1, AT_ONCE * x.shape[axis] // max(1, x.numel()))
    for planes, pooled in zip(x.split(at_once, axis), y.split(at_once, axis), strict=True):
        pooled.copy_(pool(planes))
    return y
