"""Convolution (cross-correlation, as all networks compute it) in one and two dimensions."""

from typing import Any

import torch
from torch import Tensor

from utils.functional.arguments import Call, Ints
from utils.functional.door import as_given, as_pictures, operator, plain, recorded
from utils.functional.geometry import Layer, layer_of, reading
from utils.functional.ways import choose
from utils.shapes import same_padding

REMEMBERED: dict[object, Layer] = {}  # what layers have been read


@operator(autocast="lower")
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
    call = Call("conv2d", 2, input=input, weight=weight, bias=bias)
    layer = read_layer(call, stride, padding, dilation, groups)
    x, kernels = as_pictures(input, 2), as_pictures(weight, 2)
    way = choose(x, kernels, layer)
    return as_given(add_bias(way(x, kernels, layer), bias), input, 2, x, kernels)


@operator(autocast="lower")
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

    It is `conv2d` on a picture of one column.

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

    Source: chapter 13.
    """
    call = Call("conv1d", 1, input=input, weight=weight, bias=bias)
    layer = read_layer(call, stride, padding, dilation, groups)
    x, kernels = as_pictures(input, 1), as_pictures(weight, 1)
    way = choose(x, kernels, layer)
    return as_given(add_bias(way(x, kernels, layer), bias), input, 1)


def read_layer(call: Call, *numbers: Any) -> Layer:
    """Check the arguments of a convolution, and say what geometry they have.

    Networks ask the same again and again: what plain tensors and numbers say is remembered.

    Args:
        call: With an input, a weight and a bias.
        *numbers: Stride, padding, dilation and groups.
    """
    tensors = call.tensors.values()
    given = plain(*(x for x in tensors if x is not None))
    if not given or not {int, str}.issuperset(map(type, numbers)):  # True is 1, and yet refused
        return _read(call, *numbers)
    key = (numbers, *(x if x is None else (x.shape, x.dtype, x.layout) for x in tensors))
    if len(REMEMBERED) > 1000:  # of networks for pictures of any size
        REMEMBERED.clear()
    return REMEMBERED.get(key) or REMEMBERED.setdefault(key, _read(call, *numbers))


def _read(call: Call, stride: Ints, padding: Ints | str, dilation: Ints, groups: int) -> Layer:
    input, weight, groups = check_tensors(call, "(O, C / groups, k_h, k_w)", groups)
    channels, taken = input.shape[-call.axes - 1], weight.shape[1]
    if channels != taken * groups:
        raise call.refusal(
            f"input has {channels} channels, but weight takes {taken}·groups = {taken * groups}"
        )
    check_outputs(call, weight, groups)
    stride = call.integers("stride", stride, 1)
    dilation = call.integers("dilation", dilation, 1)
    if any(d != 1 for d in dilation):  # torch convolves short integers, but does not spread taps
        call.check_dtype(input.dtype, integers=torch.int64, complex_=True)
    kernel_size = weight.shape[2:]
    if not isinstance(padding, str):
        sides = [(p, p) for p in call.integers("padding", padding, 0)]
    elif padding == "valid":
        sides = [(0, 0)] * call.axes
    elif padding != "same":
        raise call.refusal(f'padding must be "same" or "valid"; got {padding!r}')
    elif any(s != 1 for s in stride):
        raise call.refusal(f'padding="same" needs stride 1; got {stride}')
    else:
        sides = [same_padding(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
    each = zip(input.shape[-call.axes :], kernel_size, stride, sides, dilation, strict=True)
    return layer_of([reading(call, *axis) for axis in each], groups)


def check_tensors(call: Call, kernels: str, groups: int) -> tuple[Tensor, Tensor, int]:
    """Check what convolution and transposed convolution share."""
    call.check_tensors("input", "weight")
    input, weight = call.tensors["input"], call.tensors["weight"]
    assert input is not None and weight is not None  # or refused
    call.check_dtype(input.dtype, integers=True, complex_=True)
    call.check_pictures(input, of_none=True)
    if weight.ndim != call.axes + 2:
        kernels = kernels if call.axes == 2 else kernels.replace("k_h, k_w", "k")
        raise call.refusal(f"weight must be {kernels}")
    if 0 in tuple(weight.shape[2:]):
        raise call.refusal("weight must have a tap")
    return input, weight, call.integer("groups", groups, 1)


def check_outputs(call: Call, weight: Tensor, groups: int) -> None:
    """Check that the groups share the output channels, and that each of these has its bias."""
    out_channels = weight.shape[0]
    if out_channels < groups or out_channels % groups != 0:
        raise call.refusal(f"groups = {groups} must divide weight's {out_channels} output channels")
    check_bias(call, out_channels)


def check_bias(call: Call, out_channels: int) -> None:
    """Check that each output channel has its bias, if any has."""
    bias = call.tensors["bias"]
    if bias is not None and tuple(bias.shape) != (out_channels,):
        raise call.refusal(f"bias must be ({out_channels},), one for each output channel")


def add_bias(y: Tensor, bias: Tensor | None) -> Tensor:
    """Add a bias to each output channel of sums `(N, O, o_h, o_w)`, where there are such."""
    if bias is None or y.shape[1] == 0:
        return y
    bias = bias.to(y.dtype).view(-1, 1, 1)
    if y.is_contiguous() and plain(y, bias) and not recorded(y, bias):
        return y.add_(bias)
    return y + bias  # what a way has cut out of more is copied anyway
