"""Transposed convolution: write through the windows that convolution reads through."""

import torch
from torch import Tensor

from utils.functional.arguments import Call, Ints
from utils.functional.convolution import add_bias, check_bias, check_tensors
from utils.functional.door import as_given, as_pictures, operator
from utils.functional.geometry import Layer, layer_of, writing
from utils.functional.ways import choose_transposed


@operator(autocast="lower")
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
    call = Call("conv_transpose2d", 2, input=input, weight=weight, bias=bias)
    layer = _read_layer(call, stride, padding, output_padding, groups, dilation)
    x, kernels = as_pictures(input, 2), as_pictures(weight, 2)
    way = choose_transposed(x, kernels)
    return as_given(add_bias(way(x, kernels, layer), bias), input, 2, x, kernels)


@operator(autocast="lower")
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
    """Stamp the kernels onto a signal: `conv_transpose2d` on a picture of one column.

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

    Source: chapter 10.
    """
    call = Call("conv_transpose1d", 1, input=input, weight=weight, bias=bias)
    layer = _read_layer(call, stride, padding, output_padding, groups, dilation)
    x, kernels = as_pictures(input, 1), as_pictures(weight, 1)
    way = choose_transposed(x, kernels)
    return as_given(add_bias(way(x, kernels, layer), bias), input, 1)


def _read_layer(
    call: Call, stride: Ints, padding: Ints, output_padding: Ints, groups: int, dilation: Ints
) -> Layer:
    """Check the arguments, and say what geometry they have."""
    input, weight, groups = check_tensors(call, "(C, O / groups, k_h, k_w)", groups)
    call.check_dtype(input.dtype, integers=torch.int64, complex_=True)
    found, channels = input.shape[-call.axes - 1], weight.shape[0]
    if found != channels:
        raise call.refusal(f"input has {found} channels, but weight takes {channels}")
    if channels < groups or channels % groups != 0:
        raise call.refusal(f"groups = {groups} must divide weight's {channels} input channels")
    if weight.shape[1] == 0:
        raise call.refusal("weight must have an output channel")
    check_bias(call, weight.shape[1] * groups)
    stride = call.integers("stride", stride, 1)
    dilation = call.integers("dilation", dilation, 1)
    padding = call.integers("padding", padding, 0)
    more = call.integers("output_padding", output_padding, 0)
    each = zip(
        input.shape[-call.axes :], weight.shape[2:], stride, padding, more, dilation, strict=True
    )
    return layer_of([writing(call, *axis) for axis in each], groups)
