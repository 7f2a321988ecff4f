"""Pool along one axis after the other: k_h + k_w steps for a window, not k_h·k_w.

The largest of a window is the largest of the largest of its rows, and so with sums. Along an axis
each tap sees the whole picture, shifted and thinned out by the stride: it goes over all windows at
once, but for those where it would see padding. So there is nothing to pad, and no number counts
that is none of the window's.

It goes a few planes at a time. So no more is held than the output and what a few planes need.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from utils.functional import definition
from utils.functional.geometry import Axis, Layer
from utils.functional.sliding import every
from utils.functional.ways.parts import parts

DENSE = 3  # the stride up to which it is faster to make every window along an innermost axis
AT_ONCE = 80_000  # numbers of the input that are pooled at a time: 313 KiB of float32
COMPARED = 240_000  # the same for the largest alone: faster, where sums would hold too much


def average_along_axes(x: Tensor, layer: Layer, by: int | Tensor) -> Tensor:
    """Add up each window, and divide."""
    sums = _by_planes(partial(_along_both, layer, torch.add, 0), x, layer, AT_ONCE)
    return sums.div_(by, rounding_mode=definition.rounding(x.dtype))


def take_largest_along_axes(x: Tensor, layer: Layer) -> Tensor:
    """Take the largest number of each window."""
    least = definition.least(x.dtype)
    return _by_planes(partial(_along_both, layer, torch.maximum, least), x, layer, COMPARED)


def find_largest_by_planes(x: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """Find the largest of each window as it is defined, and read it where it is found.

    Only for windows that see a pixel: another's index names none.
    """

    def find(planes: Tensor) -> Tensor:
        return definition.find_largest(planes, layer)[1]

    indices = _by_planes(find, x.detach(), layer, AT_ONCE, torch.int64)
    return x.flatten(2).gather(2, indices.flatten(2)).view(indices.shape), indices


def _by_planes(
    pool: Callable[..., Tensor], x: Tensor, layer: Layer, numbers: int, dtype: Any = None
) -> Tensor:
    y = x.new_empty(*x.shape[:2], *layer.places, dtype=dtype)
    axis = 0 if x.shape[0] > x.shape[1] else 1
    for some in parts(x, axis, numbers):
        at = (slice(None),) * axis + (some,)
        y[at] = pool(x[at])
    return y


def _along_both(layer: Layer, combine: Callable[..., Tensor], start: float, x: Tensor) -> Tensor:
    for dim, axis in ((2, layer.rows), (3, layer.columns)):
        if (axis.kernel, axis.stride, axis.places) != (1, 1, axis.size):
            x = _along(x, dim, axis, combine, start)
    return x


def _along(x: Tensor, dim: int, axis: Axis, combine: Callable[..., Tensor], start: float) -> Tensor:
    """Combine the taps of each window along one axis.

    Neighbours in memory are combined many at once, others one by one. So where an axis lies
    innermost every window is made, and those between are dropped.
    """
    keep = axis.stride if axis.stride <= DENSE and x.stride(dim) == 1 else 1
    axis = axis.dense if keep > 1 else axis
    taps = []
    for tap in range(axis.kernel):
        offset = axis.pixel(0, tap)  # of what window 0 sees; window i sees i strides further on
        first = max(0, -(offset // axis.stride))
        count = min(axis.places, (axis.size - 1 - offset) // axis.stride + 1) - first
        if count > 0:
            seen = x.narrow(dim, axis.pixel(first, tap), (count - 1) * axis.stride + 1)
            taps.append((first, every(seen, dim, axis.stride)))
    taps.sort(key=lambda tap: -tap[1].shape[dim])
    whole = [seen for _, seen in taps[:2] if seen.shape[dim] == axis.places]
    if len(whole) == 2:
        y = combine(*whole)
    else:
        shape = [*x.shape[:dim], axis.places, *x.shape[dim + 1 :]]
        y = whole[0].clone() if whole else x.new_full(shape, start)
    for first, seen in taps[len(whole) :]:
        some = y.narrow(dim, first, seen.shape[dim])
        combine(some, seen, out=some)
    return every(y, dim, keep)
