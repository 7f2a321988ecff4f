"""Pooling: one number for each window of each channel, its largest or its mean."""

from collections.abc import Callable
from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional import arguments
from utils.functional.arguments import Ints, require
from utils.functional.flat import Pair
from utils.functional.windows import slide, windows
from utils.shapes import effective_kernel_size, output_size

AT_ONCE = 60_000  # numbers of the input that are pooled at a time: 240 kB of float32


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

    def call() -> str:
        return arguments.describe("max_pool2d", input=input)

    _check_input(call, input, 2, integers=True)
    return _max_pool(
        call, 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
    )


def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Take the largest number of each window of a signal: `max_pool2d` on a picture of one row.

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

    def call() -> str:
        return arguments.describe("max_pool1d", input=input)

    _check_input(call, input, 1, integers=bool(return_indices))
    return _max_pool(
        call, 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
    )


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

    def call() -> str:
        return arguments.describe("avg_pool2d", input=input)

    if divisor_override is not None:
        divisor_override = arguments.integer(call, "divisor_override", divisor_override)
        require(divisor_override != 0, call, "divisor_override must not be 0")
    return _avg_pool(
        call, 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Take the mean of each window of a signal: `avg_pool2d` on a picture of one row.

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

    def call() -> str:
        return arguments.describe("avg_pool1d", input=input)

    return _avg_pool(
        call, 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None
    )


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

    def call() -> str:
        return arguments.describe("adaptive_avg_pool2d", input=input)

    arguments.tensors(call, input=input)
    require(input.ndim in (3, 4), call, "input must be (N, C, H, W) or (C, H, W)")
    require(min(input.shape[-2:]) > 0, call, "input must have a pixel")
    if isinstance(output_size, (tuple, list)):
        require(len(output_size) == 2, call, f"output_size must be one or two; got {output_size!r}")
        kept = zip(output_size, input.shape[-2:], strict=True)
        output_size = [n if size is None else size for size, n in kept]
    o_h, o_w = arguments.integers(call, "output_size", output_size, 2, 0)
    if o_h * o_w == 0:
        return input.new_zeros(*input.shape[:-2], o_h, o_w)
    arguments.dtypes(call, input.dtype, complex_=(o_h, o_w) == (1, 1))
    x = input if input.ndim == 4 else input.unsqueeze(0)
    if x.dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x = x.float()
    n_h, n_w = x.shape[2:]
    if n_h % o_h == n_w % o_w == 0:  # windows side by side, all alike
        y = x.unflatten(-1, (o_w, n_w // o_w)).unflatten(-3, (o_h, n_h // o_h)).mean((-3, -1))
    else:
        y = _by_planes(lambda planes: _adapt(_adapt(planes, o_h, 2), o_w, 3), x, (o_h, o_w))
    return _restore(y.to(input.dtype).contiguous(), input, 2)


def _adapt(x: Tensor, size: int, axis: int) -> Tensor:
    """Average along one axis down, or up, to the given size."""
    n = x.shape[axis]
    ends = [(i * n // size, -(-(i + 1) * n // size)) for i in range(size)]
    return torch.stack([x.narrow(axis, s, e - s).mean(axis) for s, e in ends], axis)


def _check_input(
    call: Callable[[], str], input: Tensor, axes: int, integers: bool | torch.dtype = False
) -> None:
    """Refuse what has not the shape of pictures or signals, or has no pixel or no channel."""
    arguments.tensors(call, input=input)
    arguments.dtypes(call, input.dtype, integers=integers)
    size = "(N, C, H, W) or (C, H, W)" if axes == 2 else "(N, C, L) or (C, L)"
    require(input.ndim in (axes + 1, axes + 2), call, f"input must be {size}")
    require(min(input.shape[-axes - 1 :]) > 0, call, "input must have a channel and a pixel")


def _read(
    call: Callable[[], str],
    axes: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool,
) -> tuple[Tensor, tuple[Pair, ...]]:
    """Return `(N, C, H, W)` and for each axis k, stride, padding, dilation, places."""
    arguments.flag(call, "ceil_mode", ceil_mode)
    kernel_size = arguments.integers(call, "kernel_size", kernel_size, axes, 1)
    if stride is None or (isinstance(stride, (tuple, list)) and not stride):
        stride = kernel_size
    stride = arguments.integers(call, "stride", stride, axes, 1)
    padding = arguments.integers(call, "padding", padding, axes, 0)
    dilation = arguments.integers(call, "dilation", dilation, axes, 1)
    rules = []
    for n, k, s, p, d in zip(
        input.shape[-axes:], kernel_size, stride, padding, dilation, strict=True
    ):
        require(p <= k // 2, call, f"padding {p} is more than half of the kernel size {k}")
        try:
            # Rounding up is the same as rounding down with s − 1 more pixels at the far end ...
            places = output_size(n + 2 * p + (s - 1 if ceil_mode else 0), k, s, 0, d)
        except ValueError as error:
            arguments.refuse(call, f"output size = {error}")
        if ceil_mode and (places - 1) * s >= n + p:  # ... but a window must begin before it
            places -= 1
        require(places > 0, call, f"no window of {k} begins within {n} pixels padded by {p}")
        rules.append((k, s, p, d, places))
    x = input if input.ndim == axes + 2 else input.unsqueeze(0)
    if axes == 1:
        x = x.unsqueeze(2)
        rules.insert(0, (1, 1, 0, 1, 1))
    return x, tuple(rules)


def _restore(y: Tensor, like: Tensor, axes: int) -> Tensor:
    """Undo what `_read` did to the shape."""
    y = y.squeeze(2) if axes == 1 else y
    return y if like.ndim == axes + 2 else y.squeeze(0)


def _pad(x: Tensor, rules: tuple[Pair, ...], value: float) -> Tensor:
    """Pad so that all windows fit, also those that `ceil_mode` lets begin late."""
    sides = []
    for n, (k, s, p, d, places) in zip(x.shape[2:], rules, strict=True):
        last = (places - 1) * s + effective_kernel_size(k, d)
        sides.append((p, max(0, last - n - p)))
    if sides == [(0, 0), (0, 0)]:
        return x
    return F.pad(x, (*sides[1], *sides[0]), value=value)


def _by_planes(pool: Callable[[Tensor], Tensor], x: Tensor, size: Pair) -> Tensor:
    """Pool `(N, C, H, W)` to the given size, a few planes at a time.

    So no more is held than the output and what a few planes need. Where gradients are recorded, all
    is held anyway, and all planes are pooled at once.
    """
    if torch.is_grad_enabled() and x.requires_grad:
        return pool(x)
    y = x.new_empty(*x.shape[:2], *size)
    axis = 0 if x.shape[0] > x.shape[1] else 1
    at_once = max(1, AT_ONCE * x.shape[axis] // max(1, x.numel()))
    for planes, pooled in zip(x.split(at_once, axis), y.split(at_once, axis), strict=True):
        pooled.copy_(pool(planes))
    return y


def _along_both_axes(
    combine: Callable[[Tensor, Tensor], Tensor], x: Tensor, rules: tuple[Pair, ...]
) -> Tensor:
    """Combine the taps of each window, down the columns first: k_h + k_w steps, not k_h·k_w."""
    for axis, (k, s, _, d, places) in enumerate(rules, start=2):
        if (k, s) != (1, 1):
            taps = slide(x, axis, k, s, d).narrow(axis, 0, places).unbind(-1)
            x = reduce(combine, taps)
    return x


def _max_pool(
    call: Callable[[], str],
    axes: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool,
    return_indices: bool,
) -> Tensor | tuple[Tensor, Tensor]:
    """Find the largest of each window, and where it is only if somebody asks."""
    x, rules = _read(call, axes, input, kernel_size, stride, padding, dilation, ceil_mode)
    floating = x.dtype.is_floating_point
    least = float("-inf") if floating else torch.iinfo(x.dtype).min
    if not return_indices and not (torch.is_grad_enabled() and x.requires_grad):
        y = _by_planes(
            lambda planes: _along_both_axes(torch.maximum, _pad(planes, rules, least), rules),
            x,
            tuple(rule[-1] for rule in rules),
        )
        return _restore(y, input, axes)
    padded = _pad(x.detach(), rules, least)
    best, indices, blind = _find(padded, x.shape[2:], rules, least)
    # Read the numbers from the input, so that the gradient goes where they come from. A window
    # that sees nothing but padding has an index that means nothing; it keeps its −∞.
    last = x.shape[2] * x.shape[3] - 1
    y = x.flatten(2).gather(2, indices.flatten(2).clamp(max=last)).view_as(best)
    if blind.any():
        y = torch.where(blind, best, y)
    y = _restore(y.contiguous(), input, axes)
    return (y, _restore(indices.contiguous(), input, axes)) if return_indices else y


def _find(
    padded: Tensor, size: Pair, rules: tuple[Pair, ...], least: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Go through the taps and keep, for each window, the first largest number and its index.

    Also say which windows are blind, `(o_h, o_w)`: no tap of theirs is on a picture of this size.
    """
    height, width = size
    rows, columns = (
        torch.arange(places, device=padded.device) * s - p for _, s, p, _, places in rules
    )
    (k_h, s_h, _, d_h, o_h), (k_w, s_w, _, d_w, o_w) = rules
    view = windows(padded, (k_h, k_w), (s_h, s_w), (d_h, d_w))[..., :o_h, :o_w]
    # Start at the first tap that is not on padding, so that even a window of −∞ has an index.
    inside_row = torch.where(rows < 0, rows % d_h, rows)
    inside_column = torch.where(columns < 0, columns % d_w, columns)
    blind = (inside_row >= height)[:, None] | (inside_column >= width)
    indices = (inside_row[:, None] * width + inside_column).expand(*view.shape[:2], -1, -1)
    best = torch.full_like(view[:, :, 0, 0], least)
    for a in range(k_h):
        for b in range(k_w):
            seen = view[:, :, a, b]
            here = (rows + a * d_h)[:, None] * width + (columns + b * d_w)
            better = (seen > best) | (seen != seen)  # NaN wins, as in torch
            best = torch.where(better, seen, best)
            indices = torch.where(better, here, indices)
    return best, indices, blind


def _avg_pool(
    call: Callable[[], str],
    axes: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> Tensor:
    """Add up each window and divide."""
    _check_input(call, input, axes, integers=torch.int64)
    arguments.flag(call, "count_include_pad", count_include_pad)
    x, rules = _read(call, axes, input, kernel_size, stride, padding, 1, ceil_mode)
    if x.dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x = x.float()
    counts = []
    for n, (k, s, p, _, places) in zip(x.shape[2:], rules, strict=True):
        start = torch.arange(places, device=x.device) * s - p
        end = (start + k).clamp(max=n + p)
        if not count_include_pad:
            start, end = start.clamp(min=0), end.clamp(max=n)
        counts.append(end - start)
    by = counts[0][:, None] * counts[1] if divisor is None else divisor

    def average(planes: Tensor) -> Tensor:
        y = _along_both_axes(torch.add, _pad(planes, rules, 0), rules)
        return y / by if x.dtype.is_floating_point else torch.div(y, by, rounding_mode="trunc")

    y = _by_planes(average, x, tuple(rule[-1] for rule in rules))
    return _restore(y.to(input.dtype).contiguous(), input, axes)
