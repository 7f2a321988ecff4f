"""Integers only: the sizes of outputs, what an output sees of the input, and what a layer costs.

Every argument is an integer: anything that Python can use as an index, but no `bool`. Every
function raises `ValueError` for anything else, with its formula and your numbers in it. Padding is
counted per side, as PyTorch counts it.

The formulas are derived in V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep
learning (2016), https://arxiv.org/abs/1603.07285, and the receptive field in A. Araujo, W. Norris
and J. Sim, Computing receptive fields of convolutional neural networks, Distill (2019),
https://doi.org/10.23915/distill.00021.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

Pair = int | Sequence[int]


class ReceptiveField(NamedTuple):
    """What one output pixel of a stack of layers sees, along one axis, in input pixels."""

    size: int
    """How many input pixels there are from the first that it sees to the last, both counted."""
    jump: int
    """How far the view moves from one output pixel to the next: the product of the strides."""
    start: int
    """Index of the first input pixel that output 0 sees; negative where that is padding."""


class ConvCost(NamedTuple):
    """What one convolution costs for one input."""

    parameters: int
    """Numbers to learn: the weights, and one bias for each output channel if there is one."""
    multiply_adds: int
    """One multiplication and one addition for each; the biases' additions are not counted."""
    activations: int
    """Numbers in the output."""


def output_size(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the places that a window finds along one axis: floor((n + 2p − d(k − 1) − 1) / s) + 1.

    Args:
        n: Pixels of the input along the axis; 1 or more.
        k: Taps of the kernel; 1 or more.
        stride: Steps from one place to the next; 1 or more.
        padding: Pixels added on each of the two sides; 0 or more.
        dilation: Distance between neighbouring taps; 1 or more.

    Returns:
        The size of the output, in pixels; 1 or more.

    Raises:
        ValueError: if an argument is no integer or too small, or if the kernel, spread by its
            dilation, is larger than the padded input.

    Example:
        >>> output_size(8, 3), output_size(8, 3, padding=1), output_size(4, 3, stride=2, padding=1)
        (6, 8, 2)
        >>> output_size(2, 3)
        Traceback (most recent call last):
        ...
        ValueError: floor((2 + 2·0 − 1·(3 − 1) − 1) / 1) + 1: the kernel spans 3, more than the \
padded input's 2

    Source: Dumoulin and Visin (2016), relationship 6, with dilation as in section 5.1.
    """

    def formula() -> str:
        return f"floor(({n} + 2·{padding} − {dilation}·({k} − 1) − 1) / {stride}) + 1"

    n = _integer("n", n, 1, formula)
    k = _integer("k", k, 1, formula)
    stride = _integer("stride", stride, 1, formula)
    padding = _integer("padding", padding, 0, formula)
    dilation = _integer("dilation", dilation, 1, formula)
    span = effective_kernel_size(k, dilation)
    if span > n + 2 * padding:
        raise ValueError(
            f"{formula()}: the kernel spans {span}, more than the padded input's {n + 2 * padding}"
        )
    return (n + 2 * padding - span) // stride + 1


def transposed_output_size(
    n: int, k: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """Size what n stamps of k taps cover: (n − 1)s − 2p + d(k − 1) + output_padding + 1.

    Args:
        n: Pixels of the input along the axis; 1 or more.
        k: Taps of the kernel; 1 or more.
        stride: Steps from one stamp to the next; 1 or more.
        padding: Pixels cut off on each of the two sides; 0 or more.
        output_padding: Pixels added at the far side, to choose among the sizes that a convolution
            of this stride maps to n; less than the larger of stride and dilation.
        dilation: Distance between neighbouring taps; 1 or more.

    Returns:
        The size of the output, in pixels; 1 or more.

    Raises:
        ValueError: if an argument is no integer or too small, if `output_padding` is too large, or
            if the padding cuts everything off.

    Example:
        >>> transposed_output_size(2, 2), transposed_output_size(2, 2, padding=1)
        (3, 1)
        >>> [transposed_output_size(4, 5, stride=3, padding=2, output_padding=o) for o in (0, 1, 2)]
        [10, 11, 12]
        >>> [output_size(n, 5, stride=3, padding=2) for n in (10, 11, 12)]
        [4, 4, 4]

    Source: Dumoulin and Visin (2016), relationship 14.
    """

    def formula() -> str:
        return f"({n} − 1)·{stride} − 2·{padding} + {dilation}·({k} − 1) + {output_padding} + 1"

    n = _integer("n", n, 1, formula)
    k = _integer("k", k, 1, formula)
    stride = _integer("stride", stride, 1, formula)
    padding = _integer("padding", padding, 0, formula)
    output_padding = _integer("output_padding", output_padding, 0, formula)
    dilation = _integer("dilation", dilation, 1, formula)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"{formula()}: output_padding {output_padding} must be less than the larger of "
            f"stride {stride} and dilation {dilation}"
        )
    size = (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1
    if size < 1:
        raise ValueError(f"{formula()} = {size}: the padding cuts everything off")
    return size


def effective_kernel_size(k: int, dilation: int = 1) -> int:
    """Count the pixels that k taps span when neighbours are `dilation` apart: d(k − 1) + 1.

    Raises:
        ValueError: if an argument is no integer or less than 1.

    Example:
        >>> effective_kernel_size(3), effective_kernel_size(3, dilation=2)
        (3, 5)

    Source: Dumoulin and Visin (2016), section 5.1.
    """

    def formula() -> str:
        return f"{dilation}·({k} − 1) + 1"

    return _integer("dilation", dilation, 1, formula) * (_integer("k", k, 1, formula) - 1) + 1


def same_padding(k: int, dilation: int = 1) -> tuple[int, int]:
    """Split the padding that keeps the size at stride 1 into `(before, after)`: d(k − 1) in all.

    An odd total cannot be split evenly. The odd pixel goes after, as in PyTorch's `padding="same"`.

    Raises:
        ValueError: if an argument is no integer or less than 1.

    Example:
        >>> same_padding(3), same_padding(4), same_padding(3, dilation=2)
        ((1, 1), (1, 2), (2, 2))

    Source: PyTorch, `torch.nn.Conv2d`, `padding="same"`.
    """
    total = effective_kernel_size(k, dilation) - 1
    return total // 2, total - total // 2


def receptive_field(layers: Iterable[Sequence[int]]) -> ReceptiveField:
    """Find what an output pixel of a stack sees along an axis: 1 + Σ dₗ(kₗ − 1)·(s₁ ⋯ sₗ₋₁) pixels.

    Args:
        layers: From the input on, `(k, stride)`, `(k, stride, dilation)` or
            `(k, stride, dilation, padding)` of each convolution or pooling. None at all is the
            image itself.

    Returns:
        `ReceptiveField(size, jump, start)`: output pixel i sees the input pixels from
        `start + i * jump` to `start + i * jump + size - 1`.

    Raises:
        ValueError: if a layer is no such tuple, or a number in it is no integer or too small.

    Example:
        >>> receptive_field([(3, 1), (3, 1)])
        ReceptiveField(size=5, jump=1, start=0)
        >>> receptive_field([(3, 1, d) for d in (1, 2, 4, 8)]).size
        31
        >>> receptive_field([(7, 2, 1, 3), (3, 2, 1, 1)])
        ReceptiveField(size=11, jump=4, start=-5)

    Source: Araujo, Norris and Sim (2019).
    """
    if not isinstance(layers, Iterable):
        raise ValueError(f"layers must be a sequence of (k, stride, ...); got {layers!r}")
    size, jump, start = 1, 1, 0
    for index, layer in enumerate(layers):

        def formula(index: int = index, layer: object = layer) -> str:
            return f"layer {index} = {layer!r}"

        if not isinstance(layer, Sequence) or isinstance(layer, str) or not 2 <= len(layer) <= 4:
            raise ValueError(f"{formula()}: must be (k, stride[, dilation[, padding]])")
        k, stride, dilation, padding = (*layer, 1, 0)[:4] if len(layer) == 2 else (*layer, 0)[:4]
        k = _integer("k", k, 1, formula)
        stride = _integer("stride", stride, 1, formula)
        dilation = _integer("dilation", dilation, 1, formula)
        padding = _integer("padding", padding, 0, formula)
        size += dilation * (k - 1) * jump
        start -= padding * jump
        jump *= stride
    return ReceptiveField(size, jump, start)


def conv_cost(
    in_channels: int,
    out_channels: int,
    kernel_size: Pair,
    input_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
    bias: bool = True,
) -> ConvCost:
    """Count what a convolution costs for one image: c_o(c_i / g)k_h k_w products a pixel.

    Args:
        in_channels: c_i; 1 or more.
        out_channels: c_o; 1 or more.
        kernel_size: k, or `(k_h, k_w)`.
        input_size: n, or `(n_h, n_w)`.
        stride: As for `output_size`, or one for each axis.
        padding: As for `output_size`, or one for each axis.
        dilation: As for `output_size`, or one for each axis.
        groups: g; it must divide both numbers of channels.
        bias: Whether each output channel has a bias to learn.

    Returns:
        `ConvCost(parameters, multiply_adds, activations)`. A multiply-add is two floating-point
        operations.

    Raises:
        ValueError: if an argument is no integer or too small, if `groups` does not divide the
            channels, or if the kernel is larger than the padded input.

    Example:
        >>> conv_cost(100, 100, 5, 64, padding=2, bias=False)
        ConvCost(parameters=250000, multiply_adds=1024000000, activations=409600)
        >>> conv_cost(64, 128, 3, 8, bias=False).parameters
        73728
        >>> depthwise = conv_cost(64, 64, 3, 8, groups=64, bias=False)
        >>> depthwise.parameters + conv_cost(64, 128, 1, 6, bias=False).parameters
        8768

    Source: chapter 13.
    """

    def formula() -> str:
        return f"{out_channels}·({in_channels} / {groups})·k_h·k_w"

    in_channels = _integer("in_channels", in_channels, 1, formula)
    out_channels = _integer("out_channels", out_channels, 1, formula)
    groups = _integer("groups", groups, 1, formula)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{formula()}: groups {groups} must divide in_channels {in_channels} and "
            f"out_channels {out_channels}"
        )
    if not isinstance(bias, bool):
        raise ValueError(f"bias must be True or False; got {bias!r}")
    each_axis = zip(
        _pair("input_size", input_size),
        kernel := _pair("kernel_size", kernel_size),
        _pair("stride", stride),
        _pair("padding", padding),
        _pair("dilation", dilation),
        strict=True,
    )
    out_h, out_w = (output_size(*axis) for axis in each_axis)
    weights = out_channels * (in_channels // groups) * kernel[0] * kernel[1]
    return ConvCost(
        parameters=weights + (out_channels if bias else 0),
        multiply_adds=weights * out_h * out_w,
        activations=out_channels * out_h * out_w,
    )


def _integer(name: str, value: object, least: int, formula: Callable[[], str]) -> int:
    """Return `value` as an `int` of at least `least`, or say which rule of `formula` it breaks."""
    try:
        if type(value) is not int and (
            isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")
        ):
            raise TypeError  # Python would take it for 0 or 1
        number = operator.index(value)  # type: ignore[arg-type]  # what has none raises
    except TypeError:
        raise ValueError(f"{formula()}: {name} must be an integer; got {value!r}") from None
    if number < least:
        raise ValueError(f"{formula()}: {name} must be {least} or more; got {number}")
    return number


def _pair(name: str, value: object) -> tuple[Any, ...]:
    """Return `value` twice, or its two entries, whatever they are."""
    if not isinstance(value, Sequence):
        return value, value
    if isinstance(value, str) or len(value) != 2:
        raise ValueError(
            f"{name} must be an integer or a pair (vertical, horizontal); got {value!r}"
        )
    return tuple(value)
