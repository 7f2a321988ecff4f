"""Max pooling: the largest number of each window of each channel, and its way back."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from utils.functional import definition
from utils.functional.arguments import Call, Ints
from utils.functional.door import as_given, operator, plain, recorded
from utils.functional.geometry import Axis
from utils.functional.pool_windows import read_windows
from utils.functional.ways.axes import find_largest_by_planes, take_largest_along_axes


@operator()
def max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Take the largest number of each window, as `torch.nn.functional.max_pool2d` does.

    Padding counts as −∞, so it never wins. The gradient goes to the first of several largest.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        kernel_size: k, or `(k_h, k_w)`.
        stride: Distance between neighbouring windows; the kernel size unless told.
        padding: On each side; at most half of the kernel size.
        dilation: Distance between neighbouring taps; 1 or more.
        ceil_mode: Keep a last window that only begins inside the padded input.
        return_indices: Also return where each largest is, as row * W + column.

    Returns:
        `(N, C, o_h, o_w)`, or `(C, o_h, o_w)`; with `return_indices` a pair with int64 indices.

    Raises:
        TypeError: if the input is no tensor of real numbers, or a number is no integer.
        ValueError: if the input has no such shape or is empty, a number is too small, the padding
            is too large, or no window fits.

    Example:
        >>> X = torch.arange(16.).reshape(1, 4, 4)
        >>> max_pool2d(X, 3, padding=1, stride=2)
        tensor([[[ 5.,  7.],
                 [13., 15.]]])
        >>> max_pool2d(-X, 3, padding=1, stride=2)  # the zeros outside would be larger
        tensor([[[-0., -1.],
                 [-4., -5.]]])

    Source: PyTorch, `torch.nn.MaxPool2d`.
    """
    call, window = Call("max_pool2d", 2, input=input), (kernel_size, stride, padding, dilation)
    return _pool(call, input, bool(return_indices), *window, ceil_mode)


@operator()
def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Take the largest number of each window of a signal: `max_pool2d` on a picture of one column.

    Args:
        input: `(N, C, L)`, or `(C, L)` without a batch; floats.
        kernel_size: k.
        stride: As for `max_pool2d`.
        padding: As for `max_pool2d`.
        dilation: As for `max_pool2d`.
        ceil_mode: As for `max_pool2d`.
        return_indices: Also return the position of each largest.

    Returns:
        `(N, C, o)`, or `(C, o)`; with `return_indices` a pair with int64 indices.

    Raises:
        TypeError: as `max_pool2d`; integers need `return_indices`, as in torch.
        ValueError: as `max_pool2d`.

    Example:
        >>> max_pool1d(torch.tensor([[3., 1., 4., 1., 5., 9.]]), 2, stride=1)
        tensor([[3., 4., 4., 5., 9.]])

    Source: PyTorch, `torch.nn.MaxPool1d`.
    """
    call, window = Call("max_pool1d", 1, input=input), (kernel_size, stride, padding, dilation)
    return _pool(call, input, bool(return_indices), *window, ceil_mode)


@operator(autocast="float32")
def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put each number back where `max_pool2d` found it; all others are 0.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)`; floats.
        indices: Of the same shape, int64: for each number row * W + column in the output.
        kernel_size: As for `max_pool2d`; with stride and padding it says how large the output is.
        stride: As for `max_pool2d`.
        padding: As for `max_pool2d`.
        output_size: `(o_h, o_w)`, also behind N and C, less than a stride away from that.

    Returns:
        `(N, C, o_h, o_w)`, or `(C, o_h, o_w)`; (n − 1)·s − 2p + k along an axis unless told.

    Raises:
        TypeError: if the input is no tensor of floats, or the indices are no integers of 64 bits.
        ValueError: if the shapes differ or hold nothing, a size is out of range, or an index is.

    Example:
        >>> X = torch.tensor([[[1., 5.], [7., 2.]]])
        >>> max_unpool2d(*max_pool2d(X, 2, return_indices=True), 2)
        tensor([[[0., 0.],
                 [7., 0.]]])

    Source: M. Zeiler and R. Fergus, Visualizing and understanding convolutional networks (2014).
    """
    call = Call("max_unpool2d", 2, input=input, indices=indices)
    if not isinstance(indices, Tensor) or indices.dtype != torch.int64:
        raise call.wrong_type("indices must be a torch.Tensor of int64")
    Call("max_unpool2d", 2, input=input).check_tensors("input")
    call.check_dtype(input.dtype)
    call.check_pictures(input)
    if tuple(indices.shape) != tuple(input.shape):
        raise call.refusal("indices must have the input's shape")
    kernel_size = call.integers("kernel_size", kernel_size, 1)
    strides = kernel_size if stride is None else call.integers("stride", stride, 1)
    paddings = call.integers("padding", padding, 0)
    each = zip(input.shape[-2:], kernel_size, strides, paddings, strict=True)
    usual = tuple((n - 1) * s - 2 * p + k for n, k, s, p in each)
    size = usual if output_size is None else tuple(output_size)[-2:]
    near = [abs(o - n) < s for o, n, s in zip(size, usual, strides, strict=True)]
    if len(output_size or size) not in (2, 4) or not all(near) or min(size) < 1:
        raise call.refusal(f"output_size must be about {usual}; got {output_size!r}")
    x, pixels = (t if t.ndim == 4 else t.unsqueeze(0) for t in (input, indices))
    found = indices.aminmax() if plain(indices) and indices.numel() else (0, 0)
    if found[0] < 0 or found[1] >= size[0] * size[1]:
        raise call.refusal(f"indices must be less than {size[0]}·{size[1]}, and not negative")
    empty = x.new_zeros(*x.shape[:2], size[0] * size[1])
    y = empty.scatter(2, pixels.flatten(2), x.flatten(2)).unflatten(2, size)
    return as_given(y, input, 2, input)


def _pool(call: Call, input: Tensor, where: bool, *window: Any) -> Tensor | tuple[Tensor, Tensor]:
    """Check the arguments, take the largest of each window, and say where if somebody asks."""
    call.check_tensors("input")
    call.check_dtype(input.dtype, integers=call.axes == 2 or where)
    layer, axes = read_windows(call, *window), call.axes
    x = input if input.ndim == axes + 2 else input.unsqueeze(0)  # halves stay: they are compared
    x = x.unsqueeze(3) if axes == 1 else x
    if plain(x) and not where and not recorded(x):
        return as_given(take_largest_along_axes(x, layer), input, axes, input)
    seen = plain(x) and _sees(layer.rows) and _sees(layer.columns)
    find = find_largest_by_planes if seen else definition.find_largest
    y, indices = (as_given(found, input, axes, input) for found in find(x, layer))
    return (y, indices) if where else y


def _sees(axis: Axis) -> bool:
    """Whether each window sees a pixel: the first of its taps that is past the padding."""
    starts = (axis.pixel(place, 0) for place in range(axis.places))
    return all((s if s >= 0 else s % axis.dilation) < axis.size for s in starts)
