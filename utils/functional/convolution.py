"""Convolution (cross-correlation, as all networks compute it) in one and two dimensions."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional import arguments
from utils.functional.arguments import Call, Ints, require
from utils.functional.flat import Pair
from utils.functional.ways import correlate
from utils.shapes import output_size, same_padding

# What computes once all is read: x, weight, places, stride, padding, dilation, groups.
Way = Callable[[Tensor, Tensor, Pair, Pair, Pair, Pair, int], Tensor]


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve a picture of many channels with many kernels, as `torch.nn.functional.conv2d` does.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        weight: `(O, C / groups, k_h, k_w)`, one kernel for each output channel.
        bias: `(O,)`, or None.
        stride: An integer, or one for each axis; 1 or more.
        padding: Zeros on each side, an integer or one for each axis; or "valid", none, or "same",
            as many as keep the size (stride 1 only; an odd one goes below and to the right).
        dilation: Distance between neighbouring taps, an integer or one for each axis; 1 or more.
        groups: Output channels and input channels fall into this many groups that do not mix.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, with o_h and o_w as `utils.shapes.output_size` says.

    Raises:
        TypeError: if something is no tensor or no integer, or the dtypes differ.
        ValueError: if the shapes do not fit together, `groups` does not divide the channels, the
            kernel is larger than the padded input, a number is too small, or "same" meets a stride.

    Example:
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> K = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> conv2d(X, K)
        tensor([[[[19., 25.],
                  [37., 43.]]]])
        >>> conv2d(X, K, stride=(3, 2), padding=1)
        tensor([[[[0., 8.],
                  [6., 8.]]]])
        >>> conv2d(X, K.expand(1, 2, 2, 2))
        Traceback (most recent call last):
        ...
        ValueError: conv2d(input (1, 1, 3, 3), weight (1, 2, 2, 2)): input has 1 channels, but \
weight takes 2·groups = 2

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).
    """
    return convolve("conv2d", 2, correlate, input, weight, bias, stride, padding, dilation, groups)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve a signal of many channels with many kernels, as `torch.nn.functional.conv1d` does.

    It is `conv2d` on a picture of one row.

    Args:
        input: `(N, C, L)`, or `(C, L)` without a batch.
        weight: `(O, C / groups, k)`.
        bias: `(O,)`, or None.
        stride: 1 or more.
        padding: Zeros on each side; or "valid" or "same".
        dilation: 1 or more.
        groups: As for `conv2d`.

    Returns:
        `(N, O, o)`, or `(O, o)`.

    Raises:
        TypeError: as `conv2d`.
        ValueError: as `conv2d`.

    Example:
        >>> conv1d(torch.arange(7.).reshape(1, 7), torch.tensor([[[1., 2.]]]))
        tensor([[ 2.,  5.,  8., 11., 14., 17.]])

    Source: chapter 11.
    """
    return convolve("conv1d", 1, correlate, input, weight, bias, stride, padding, dilation, groups)


def convolve(
    name: str,
    axes: int,
    way: Way,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Ints | str,
    dilation: Ints,
    groups: int,
    limits: Callable[[Call, Tensor, Pair, Pair], None] | None = None,
) -> Tensor:
    """Read the arguments, make a signal a picture of one row, convolve it in the given way.

    All that `conv2d` and its like have in common is here: what they refuse, what they pad, and the
    bias. `limits(call, weight, stride, dilation)` may refuse more.
    """

    def call() -> str:
        return arguments.describe(name, input=input, weight=weight, bias=bias)

    batched, groups = check_tensors(call, axes, input, weight, bias, groups)
    channels, taken = input.shape[-axes - 1], weight.shape[1]
    require(
        channels == taken * groups,
        call,
        f"input has {channels} channels, but weight takes {taken}·groups = {taken * groups}",
    )
    check_outputs(call, weight, bias, groups)
    stride = arguments.integers(call, "stride", stride, axes, 1)
    dilation = arguments.integers(call, "dilation", dilation, axes, 1)
    if set(dilation) != {1}:  # torch convolves short integers too, but does not spread the taps
        arguments.dtypes(call, input.dtype, integers=torch.int64, complex_=True)
    if limits is not None:
        limits(call, weight, stride, dilation)
    kernel_size = tuple(weight.shape[2:])
    x = input if batched else input.unsqueeze(0)
    if isinstance(padding, str):
        require(
            padding in ("same", "valid"),
            call,
            f'padding must be "same" or "valid"; got {padding!r}',
        )
        splits = [(0, 0)] * axes
        if padding == "same":
            require(set(stride) == {1}, call, f'padding="same" needs stride 1; got {stride}')
            splits = [same_padding(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
            odd = [after - before for before, after in splits]
            if any(odd):  # the odd row and column are added here, the even rest below
                x = F.pad(x, [side for extra in reversed(odd) for side in (0, extra)])
        padding = tuple(before for before, _ in splits)
    else:
        padding = arguments.integers(call, "padding", padding, axes, 0)
    places = find_places(call, x.shape[2:], kernel_size, stride, padding, dilation)
    if axes == 1:
        x, weight = x.unsqueeze(2), weight.unsqueeze(2)
        places, stride = (1, *places), (1, *stride)
        padding, dilation = (0, *padding), (1, *dilation)
    dtype = x.dtype
    if dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x, weight = x.float(), weight.float()
    if taken == 0:  # torch makes no channels of none, and adds no bias to them
        y, bias = x.new_zeros(x.shape[0], 0, *places), None
    else:
        y = way(x, weight, places, stride, padding, dilation, groups)
    y = add_bias(y, bias, dtype)
    y = y.squeeze(2) if axes == 1 else y
    return y if batched else y.squeeze(0)


def check_tensors(
    call: Call,
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    groups: int,
) -> tuple[bool, int]:
    """Check what convolution and transposed convolution share; say whether there is a batch."""
    arguments.tensors(call, input=input, weight=weight, **({} if bias is None else {"bias": bias}))
    arguments.dtypes(call, input.dtype, integers=True, complex_=True)
    size = "(N, C, H, W) or (C, H, W)" if axes == 2 else "(N, C, L) or (C, L)"
    require(input.ndim in (axes + 1, axes + 2), call, f"input must be {size}")
    taps = "(O, C / groups, k_h, k_w)" if axes == 2 else "(O, C / groups, k)"
    taps = taps.replace("O, C", "C, O") if "transpose" in call() else taps
    require(weight.ndim == axes + 2, call, f"weight must be {taps}")
    require(min(input.shape[-axes:]) > 0, call, "input must have a pixel")
    require(min(weight.shape[2:]) > 0, call, "weight must have a tap")
    return input.ndim == axes + 2, arguments.integer(call, "groups", groups, 1)


def check_outputs(call: Call, weight: Tensor, bias: Tensor | None, groups: int) -> None:
    """Check that the groups share the output channels, and that each of these has its bias."""
    out_channels = weight.shape[0]
    require(
        out_channels >= groups and out_channels % groups == 0,
        call,
        f"groups = {groups} must divide weight's {out_channels} output channels",
    )
    require(
        bias is None or tuple(bias.shape) == (out_channels,),
        call,
        f"bias must be ({out_channels},), one for each output channel",
    )


def find_places(
    call: Call,
    sizes: Sequence[int],
    kernel_size: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
) -> Pair:
    """Count the places of the kernel along each axis, or refuse one that does not fit."""
    try:
        axes = zip(sizes, kernel_size, stride, padding, dilation, strict=True)
        return tuple(output_size(*axis) for axis in axes)
    except ValueError as error:
        arguments.refuse(call, f"output size = {error}")


def add_bias(y: Tensor, bias: Tensor | None, dtype: torch.dtype) -> Tensor:
    """Add the bias to sums `(N, O, o_h, o_w)`, which may be a part of a wider tensor, in any order.

    Returns:
        A tensor of its own, of the given dtype, contiguous.
    """
    y = y if bias is None else y + bias.to(y.dtype).view(-1, 1, 1)
    return y.to(dtype).contiguous()
