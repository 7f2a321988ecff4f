"""Unfold and fold: the windows written out as columns, and columns added back into a picture."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import shapes
from utils.functional import arguments
from utils.functional.arguments import Ints, require
from utils.functional.windows import windows


def unfold(
    input: Tensor, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0, stride: Ints = 1
) -> Tensor:
    """Write each window out as a column, as `torch.nn.functional.unfold` does (also: im2col).

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        kernel_size: k, or `(k_h, k_w)`.
        dilation: Distance between neighbouring taps, an integer or one for each axis; 1 or more.
        padding: Zeros on each side; 0 or more.
        stride: Distance between neighbouring windows; 1 or more.

    Returns:
        `(N, C * k_h * k_w, L)`, or `(C * k_h * k_w, L)`, with L = o_h·o_w windows.

    Raises:
        TypeError: if the input is no tensor of floats, complex numbers or bools, or a number is no
            integer.
        ValueError: if the input has no such shape or is empty, a number is too small, or the
            kernel is larger than the padded input.

    Example:
        >>> unfold(torch.arange(9.).reshape(1, 1, 3, 3), 2)
        tensor([[[0., 1., 3., 4.],
                 [1., 2., 4., 5.],
                 [3., 4., 6., 7.],
                 [4., 5., 7., 8.]]])
        >>> unfold(torch.zeros(2, 5, 3, 4), (2, 3)).shape
        torch.Size([2, 30, 4])

    Source: K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural networks
    for document processing (2006).
    """

    def call() -> str:
        return arguments.describe("unfold", input=input)

    arguments.tensors(call, input=input)
    arguments.dtypes(call, input.dtype, boolean=True, complex_=True)
    require(input.ndim in (3, 4), call, "input must be (N, C, H, W) or (C, H, W)")
    require(min(input.shape[-3:]) > 0, call, "input must have a channel and a pixel")
    kernel_size, dilation, padding, stride = _read(call, kernel_size, dilation, padding, stride)
    try:
        for axis in zip(input.shape[-2:], kernel_size, stride, padding, dilation, strict=True):
            shapes.output_size(*axis)
    except ValueError as error:
        arguments.refuse(call, f"windows along an axis = {error}")
    x = input if input.ndim == 4 else input.unsqueeze(0)
    if padding != (0, 0):
        x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    view = windows(x, kernel_size, stride, dilation)
    _, channels, k_h, k_w, o_h, o_w = view.shape
    columns = view.clone(memory_format=torch.contiguous_format)  # the one copy
    columns = columns.view(x.shape[0], channels * k_h * k_w, o_h * o_w)
    return columns if input.ndim == 4 else columns.squeeze(0)


def fold(
    input: Tensor,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> Tensor:
    """Add columns back into the windows they come from, as `torch.nn.functional.fold` does.

    It is the adjoint of `unfold`, not its inverse: where windows overlap, their numbers add up.

    Args:
        input: `(N, C * k_h * k_w, L)`, or `(C * k_h * k_w, L)` without a batch.
        output_size: H and W of the picture, an integer or a pair.
        kernel_size: k, or `(k_h, k_w)`.
        dilation: As for `unfold`.
        padding: As for `unfold`.
        stride: As for `unfold`.

    Returns:
        `(N, C, H, W)`, or `(C, H, W)`.

    Raises:
        TypeError: if the input is no tensor of floats, complex numbers or bools, or a number is no
            integer.
        ValueError: if the columns are not C·k_h·k_w long or not one for each window, or a number
            is too small.

    Example:
        >>> ones = torch.ones(1, 1, 3, 3)
        >>> fold(unfold(ones, 2), 3, 2)  # how many windows see each pixel
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])

    Source: PyTorch, `torch.nn.Fold`.
    """

    def call() -> str:
        return arguments.describe("fold", input=input)

    arguments.tensors(call, input=input)
    arguments.dtypes(call, input.dtype, boolean=True, complex_=True)
    columns = "(N, C·k_h·k_w, L) or (C·k_h·k_w, L)"
    require(input.ndim in (2, 3), call, f"input must be {columns}")
    require(min(input.shape[-2:]) > 0, call, "input must have a column with a number in it")
    sizes = arguments.integers(call, "output_size", output_size, 2, 1, single=False)
    kernel_size, dilation, padding, stride = _read(call, kernel_size, dilation, padding, stride)
    length, found = input.shape[-2:]
    require(
        length % (kernel_size[0] * kernel_size[1]) == 0,
        call,
        f"columns of {length} cannot be divided into windows of {kernel_size[0]}·{kernel_size[1]}",
    )
    try:
        axes = zip(sizes, kernel_size, stride, padding, dilation, strict=True)
        o_h, o_w = (shapes.output_size(*axis) for axis in axes)
    except ValueError as error:
        arguments.refuse(call, f"windows along an axis = {error}")
    require(
        found == o_h * o_w,
        call,
        f"a picture of {sizes[0]}x{sizes[1]} has {o_h}·{o_w} = {o_h * o_w} windows, "
        f"but there are {found} columns",
    )
    x = input if input.ndim == 3 else input.unsqueeze(0)
    channels = length // (kernel_size[0] * kernel_size[1])
    x = x.reshape(x.shape[0], channels, *kernel_size, o_h, o_w)
    if x.dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x = x.float()
    y = x.new_zeros(*x.shape[:2], sizes[0] + 2 * padding[0], sizes[1] + 2 * padding[1])
    view = windows(y, kernel_size, stride, dilation)
    for a in range(kernel_size[0]):
        for b in range(kernel_size[1]):
            view[:, :, a, b] += x[:, :, a, b]
    y = y[:, :, padding[0] : padding[0] + sizes[0], padding[1] : padding[1] + sizes[1]]
    y = y.to(input.dtype).contiguous()
    return y if input.ndim == 3 else y.squeeze(0)


def _read(
    call: Callable[[], str], kernel_size: Ints, dilation: Ints, padding: Ints, stride: Ints
) -> tuple[tuple[int, ...], ...]:
    """Read four arguments as pairs; torch refuses a sequence of one here."""
    return (
        arguments.integers(call, "kernel_size", kernel_size, 2, 1, single=False),
        arguments.integers(call, "dilation", dilation, 2, 1, single=False),
        arguments.integers(call, "padding", padding, 2, 0, single=False),
        arguments.integers(call, "stride", stride, 2, 1, single=False),
    )
