"""Average pooling: the mean of each window of each channel."""

from typing import Any

import torch
from torch import Tensor

from utils.functional import definition
from utils.functional.arguments import Call, Ints
from utils.functional.door import as_given, as_pictures, operator, plain, recorded
from utils.functional.geometry import Axis
from utils.functional.pool_windows import read_windows
from utils.functional.ways import harmless
from utils.functional.ways.axes import average_along_axes
from utils.functional.ways.means import multiply_means


@operator()
def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Take the mean of each window, as `torch.nn.functional.avg_pool2d` does.

    Padding counts as 0, and counts as pixels too unless told not to. What `ceil_mode` lets a window
    reach beyond the padding counts in neither way.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        kernel_size: k, or `(k_h, k_w)`.
        stride: Distance between neighbouring windows; the kernel size unless told.
        padding: On each side; at most half of the kernel size.
        ceil_mode: Keep a last window that only begins inside the padded input.
        count_include_pad: Divide by the number of pixels with the padding; else without.
        divisor_override: Divide by this number instead; not 0.

    Returns:
        `(N, C, o_h, o_w)`, or `(C, o_h, o_w)`.

    Raises:
        TypeError: if the input is no tensor of floats or int64, or a number is no integer.
        ValueError: if the input has no such shape or is empty, a number is too small, the padding
            is too large, the divisor is 0, or no window fits.

    Example:
        >>> X = torch.arange(9.).reshape(1, 3, 3)
        >>> avg_pool2d(X, 2, stride=1)
        tensor([[[2., 3.],
                 [5., 6.]]])
        >>> avg_pool2d(X + 1, 2, padding=1)
        tensor([[[0.2500, 1.2500],
                 [2.7500, 7.0000]]])
        >>> avg_pool2d(X + 1, 2, padding=1, count_include_pad=False)
        tensor([[[1.0000, 2.5000],
                 [5.5000, 7.0000]]])

    Source: PyTorch, `torch.nn.AvgPool2d`.
    """
    call = Call("avg_pool2d", 2, input=input)
    if divisor_override is not None and call.integer("divisor_override", divisor_override) == 0:
        raise call.refusal("divisor_override must not be 0")
    window = (kernel_size, stride, padding, 1, ceil_mode)
    return _average(call, input, count_include_pad, divisor_override, *window)


@operator()
def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Take the mean of each window of a signal: `avg_pool2d` on a picture of one column.

    Args:
        input: `(N, C, L)`, or `(C, L)` without a batch.
        kernel_size: k.
        stride: As for `avg_pool2d`.
        padding: As for `avg_pool2d`.
        ceil_mode: As for `avg_pool2d`.
        count_include_pad: As for `avg_pool2d`.

    Returns:
        `(N, C, o)`, or `(C, o)`.

    Raises:
        TypeError: as `avg_pool2d`.
        ValueError: as `avg_pool2d`.

    Example:
        >>> avg_pool1d(torch.arange(6.).reshape(1, 6), 2)
        tensor([[0.5000, 2.5000, 4.5000]])

    Source: PyTorch, `torch.nn.AvgPool1d`.
    """
    call, window = Call("avg_pool1d", 1, input=input), (kernel_size, stride, padding, 1, ceil_mode)
    return _average(call, input, count_include_pad, None, *window)


@operator()
def adaptive_avg_pool2d(
    input: Tensor, output_size: int | tuple[int | None, int | None] | list[int | None]
) -> Tensor:
    """Take means of windows so chosen that the output has the size you ask for.

    Along an axis of n pixels, window i of o reaches from floor(i·n / o) to ceil((i + 1)·n / o):
    windows differ in size and overlap where o does not divide n. Agrees with
    `torch.nn.functional.adaptive_avg_pool2d`.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        output_size: o, or `(o_h, o_w)`; None keeps the input's size along that axis.

    Returns:
        `(N, C, o_h, o_w)`, or `(C, o_h, o_w)`.

    Raises:
        TypeError: if the input is no tensor of floats (complex ones only to a single pixel), or a
            size is no integer.
        ValueError: if the input has no such shape or no pixel, or a size is negative.

    Example:
        >>> X = torch.arange(9.).reshape(1, 3, 3)
        >>> adaptive_avg_pool2d(X, 1), adaptive_avg_pool2d(X, (2, None))
        (tensor([[[4.]]]), tensor([[[1.5000, 2.5000, 3.5000],
                 [4.5000, 5.5000, 6.5000]]]))

    Source: PyTorch, `torch.nn.AdaptiveAvgPool2d`.
    """
    call = Call("adaptive_avg_pool2d", 2, input=input)
    call.check_tensors("input")
    call.check_pictures(input, of_none=True)
    if isinstance(output_size, (tuple, list)):
        if len(output_size) != 2:
            raise call.refusal(f"output_size must be one or two; got {output_size!r}")
        kept = zip(output_size, input.shape[-2:], strict=True)
        output_size = [n if size is None else size for size, n in kept]
    o_h, o_w = call.integers("output_size", output_size, 0)
    if o_h * o_w == 0:
        return input.new_zeros(*input.shape[:-2], o_h, o_w)
    call.check_dtype(input.dtype, complex_=(o_h, o_w) == (1, 1))
    x = as_pictures(input, 2)
    n_h, n_w = x.shape[2:]
    if n_h % o_h == 0 and n_w % o_w == 0:  # windows side by side, all alike
        y = x.reshape(*x.shape[:2], o_h, n_h // o_h, o_w, n_w // o_w).mean((3, 5))
    else:
        way = multiply_means if plain(x) and harmless(x) else definition.adapt
        y = way(x, (o_h, o_w))
    return as_given(y, input, 2, input)


def _average(call: Call, input: Tensor, count: bool, divisor: int | None, *window: Any) -> Tensor:
    """Check the arguments, add up each window, and divide."""
    call.check_tensors("input")
    call.check_dtype(input.dtype, integers=torch.int64)
    call.flag("count_include_pad", count)
    layer = read_windows(call, *window)
    x = as_pictures(input, call.axes)
    by: int | Tensor
    if divisor is not None:
        by = divisor
    else:
        rows, columns = (_count(axis, count, x.device) for axis in layer[:2])
        by = rows[:, None] * columns
    way = average_along_axes if plain(x) and not recorded(x) else definition.average
    return as_given(way(x, layer, by), input, call.axes, input)


def _count(axis: Axis, padding: bool, device: torch.device) -> Tensor:
    """Count the pixels of each window, with the padding or without."""
    first = torch.arange(axis.places, device=device) * axis.stride - axis.before
    end = (first + axis.kernel).clamp(max=axis.size + (axis.before if padding else 0))
    return end - (first if padding else first.clamp(min=0))
