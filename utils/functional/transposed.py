"""Transposed convolution: write through the windows that convolution reads through."""

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional import arguments
from utils.functional.arguments import Ints, require
from utils.functional.convolution import add_bias, check_tensors
from utils.functional.flat import FlatTaps, Pair
from utils.shapes import transposed_output_size


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Stamp the kernels onto the output, once for each input pixel, scaled by it, and add up.

    It is the gradient of `conv2d` with respect to its input, and agrees with
    `torch.nn.functional.conv_transpose2d` in arguments (mind the order), result and refusals.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        weight: `(C, O / groups, k_h, k_w)`.
        bias: `(O,)`, or None.
        stride: Distance between neighbouring stamps, an integer or one for each axis; 1 or more.
        padding: Rows and columns cut off on each side; 0 or more.
        output_padding: Rows and columns added below and to the right; less than the larger of
            stride and dilation.
        groups: As for `conv2d`.
        dilation: Distance between neighbouring taps; 1 or more.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, with o_h and o_w as
        `utils.shapes.transposed_output_size` says.

    Raises:
        TypeError: if something is no tensor or no integer, or the dtypes differ.
        ValueError: if the shapes do not fit together, `groups` does not divide the channels, a
            number is too small, `output_padding` is too large, or nothing is left of the output.

    Example:
        >>> X = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> conv_transpose2d(X, X)
        tensor([[[[ 0.,  0.,  1.],
                  [ 0.,  4.,  6.],
                  [ 4., 12.,  9.]]]])
        >>> conv_transpose2d(X, X, padding=1)
        tensor([[[[4.]]]])
        >>> conv_transpose2d(X, X, stride=2)
        tensor([[[[0., 0., 0., 1.],
                  [0., 0., 2., 3.],
                  [0., 2., 0., 3.],
                  [4., 6., 6., 9.]]]])

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016),
    chapter 4.
    """
    return _conv_transpose(
        "conv_transpose2d",
        2,
        input,
        weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Stamp the kernels onto a signal: `conv_transpose2d` on a picture of one row.

    Args:
        input: `(N, C, L)`, or `(C, L)` without a batch.
        weight: `(C, O / groups, k)`.
        bias: `(O,)`, or None.
        stride: 1 or more.
        padding: 0 or more.
        output_padding: Less than the larger of stride and dilation.
        groups: As for `conv2d`.
        dilation: 1 or more.

    Returns:
        `(N, O, o)`, or `(O, o)`.

    Raises:
        TypeError: as `conv_transpose2d`.
        ValueError: as `conv_transpose2d`.

    Example:
        >>> conv_transpose1d(torch.tensor([[1., 2.]]), torch.tensor([[[1., 10.]]]), stride=2)
        tensor([[ 1., 10.,  2., 20.]])

    Source: chapter 08.
    """
    return _conv_transpose(
        "conv_transpose1d",
        1,
        input,
        weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )


def _conv_transpose(
    name: str,
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    groups: int,
    dilation: Ints,
) -> Tensor:
    """Read the arguments, make a signal a picture of one row, stamp, and cut."""

    def call() -> str:
        return arguments.describe(name, input=input, weight=weight, bias=bias)

    batched, groups = check_tensors(call, axes, input, weight, bias, groups)
    arguments.dtypes(call, input.dtype, integers=torch.int64, complex_=True)
    channels, out_channels = weight.shape[0], weight.shape[1] * groups
    require(
        input.shape[-axes - 1] == channels,
        call,
        f"input has {input.shape[-axes - 1]} channels, but weight takes {channels}",
    )
    require(
        channels >= groups and channels % groups == 0,
        call,
        f"groups = {groups} must divide weight's {channels} input channels",
    )
    require(out_channels > 0, call, "weight must have an output channel")
    require(
        bias is None or tuple(bias.shape) == (out_channels,),
        call,
        f"bias must be ({out_channels},), one for each output channel",
    )
    stride = arguments.integers(call, "stride", stride, axes, 1)
    dilation = arguments.integers(call, "dilation", dilation, axes, 1)
    padding = arguments.integers(call, "padding", padding, axes, 0)
    output_padding = arguments.integers(call, "output_padding", output_padding, axes, 0)
    x = input if batched else input.unsqueeze(0)
    try:
        sizes = tuple(
            transposed_output_size(*axis)
            for axis in zip(
                x.shape[2:],
                weight.shape[2:],
                stride,
                padding,
                output_padding,
                dilation,
                strict=True,
            )
        )
    except ValueError as error:
        arguments.refuse(call, f"output size = {error}")

    if axes == 1:
        x, weight = x.unsqueeze(2), weight.unsqueeze(2)
        sizes, stride = (1, *sizes), (1, *stride)
        padding, dilation = (0, *padding), (1, *dilation)
    dtype = x.dtype
    if dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x, weight = x.float(), weight.float()
    y = stamp(x, weight, sizes, stride, padding, dilation, groups)
    y = add_bias(y, bias, dtype)
    y = y.squeeze(2) if axes == 1 else y
    return y if batched else y.squeeze(0)


def stamp(
    x: Tensor,
    weight: Tensor,
    sizes: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Stamp `(C, O / groups, k_h, k_w)` by `(N, C, H, W)` onto `(N, O, *sizes)`.

    Each tap adds its weights times the input to the flat picture that it would read in `conv2d`:
    the pictures, one for each remainder by the stride, are put together at the end.
    """
    batch, channels, height, width = x.shape
    per_group, out_per_group, *kernel_size = channels // groups, *weight.shape[1:]
    taps = FlatTaps(tuple(kernel_size), (height, width), stride, dilation)
    # Zeros at the end of each row, where a line runs on into the next, add nothing.
    lines = F.pad(x, (0, taps.pitch - width)).reshape(batch, groups, per_group, taps.length)
    matrices = weight.reshape(groups, per_group, *weight.shape[1:]).permute(3, 4, 0, 2, 1)
    pictures = {}
    for a, b, remainders, start in taps:
        if remainders not in pictures:
            pictures[remainders] = x.new_zeros(batch, groups, out_per_group, taps.rows * taps.pitch)
        target = pictures[remainders].narrow(-1, start, taps.length)
        if per_group == 1:
            target.addcmul_(lines, matrices[a, b])
        elif batch * groups == 1:
            target[0, 0].addmm_(matrices[a, b, 0], lines[0, 0])
        else:
            repeated = matrices[a, b].expand(batch, -1, -1, -1).flatten(0, 1)
            target.flatten(0, 1).baddbmm_(repeated, lines.flatten(0, 1))
    return _put_together(pictures, taps, sizes, padding)


def _put_together(
    pictures: dict[Pair, Tensor], taps: FlatTaps, sizes: Pair, padding: Pair
) -> Tensor:
    """Interleave the flat pictures and cut the padding off."""
    some = next(iter(pictures.values()))
    shape = (some.shape[0], some.shape[1] * some.shape[2])
    if taps.stride == (1, 1):
        y = some.view(*shape, taps.rows, taps.pitch)
    else:
        y = some.new_zeros(*shape, taps.rows * taps.stride[0], taps.pitch * taps.stride[1])
        for (row, column), picture in pictures.items():
            part = y[:, :, row :: taps.stride[0], column :: taps.stride[1]]
            part.copy_(picture.view(*shape, taps.rows, taps.pitch))
    y = y[:, :, padding[0] : padding[0] + sizes[0], padding[1] : padding[1] + sizes[1]]
    missing = [size - found for size, found in zip(sizes, y.shape[2:], strict=True)]
    # An output_padding may reach beyond every stamp.
    return F.pad(y, (0, missing[1], 0, missing[0])) if any(missing) else y
