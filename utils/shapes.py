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
from fractions import Fraction
from typing import Any, NamedTuple

Pair = int | Sequence[int]


class ReceptiveField(NamedTuple):
    """What one output pixel of a stack of layers sees, along one axis, in input pixels."""

    size: int | Fraction
    """How many input pixels there are from the first that it sees to the last, both counted."""
    jump: int | Fraction
    """How far the view moves from one output pixel to the next: the product of the strides."""
    start: int | Fraction
    """Index of the first input pixel that output 0 sees; negative where that is padding."""


class ConvCost(NamedTuple):
    """What one convolution costs for one input."""

    parameters: int
    """Numbers to learn: the weights, and one bias for each output channel if there is one."""
    multiply_adds: int
    """One multiplication and one addition for each; the biases' additions are not counted."""
    activations: int
    """Numbers in the output."""


class Stage(NamedTuple):
    """A picture on its way through a stack of layers, behind one of them."""

    layer: str
    """What kind of layer it comes from."""
    channels: int
    size: tuple[int, ...]
    """Rows and columns."""
    sees: tuple[int | Fraction, ...]
    """How many rows and columns of the input an output pixel sees."""
    every: tuple[int | Fraction, ...]
    """How far that view moves, in input pixels, from one output pixel to the next."""
    parameters: int
    multiply_adds: int


# Kinds of layers that `stack` follows: with windows, and acting on each number or channel alone.
WINDOWED = ("Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d")
POINTWISE = (
    "BatchNorm2d", "Dropout", "Dropout2d", "ELU", "GELU", "Hardswish", "Hardtanh", "Identity",
    "LeakyReLU", "Mish", "PReLU", "ReLU", "ReLU6", "SiLU", "Sigmoid", "Softplus", "Tanh",
)  # fmt: skip


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


def same_padding_strided(n: int, k: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Split the padding of TensorFlow's "SAME" into `(before, after)`: ceil(n / s) outputs.

    It takes just what the last window lacks, which depends on n. So with a stride the windows of an
    even picture begin elsewhere than with PyTorch's symmetric padding. The odd pixel goes after.

    Raises:
        ValueError: if an argument is no integer or less than 1.

    Example:
        >>> same_padding_strided(224, 7, stride=2), same_padding_strided(5, 3, stride=2)
        ((2, 3), (1, 1))
        >>> output_size(224 + 2 + 3, 7, stride=2)
        112

    Source: TensorFlow, `tf.nn`, notes on padding.
    """

    def formula() -> str:
        return f"(ceil({n} / {stride}) − 1)·{stride} + {dilation}·({k} − 1) + 1 − {n}"

    n = _integer("n", n, 1, formula)
    stride = _integer("stride", stride, 1, formula)
    k = _integer("k", k, 1, formula)
    dilation = _integer("dilation", dilation, 1, formula)
    total = max(0, (-(-n // stride) - 1) * stride + effective_kernel_size(k, dilation) - n)
    return total // 2, total - total // 2


def pad_sides(*axes: tuple[int, int]) -> list[int]:
    """List `(before, after)` of each axis as `torch.nn.functional.pad` wants them, the last first.

    Args:
        axes: For each axis, from the first padded one to the last, the pixels on its two sides; a
            negative number cuts pixels off.

    Raises:
        ValueError: if an axis has not two integers.

    Example:
        >>> pad_sides(same_padding_strided(224, 7, 2), (0, 4))  # rows, then columns
        [0, 4, 2, 3]
        >>> pad_sides((2 * (3 - 1), 0))  # a causal signal: three taps, two apart, none ahead
        [4, 0]

    Source: PyTorch, `torch.nn.functional.pad`.
    """
    sides: list[int] = []
    for axis in axes:
        if not isinstance(axis, Sequence) or isinstance(axis, str) or len(axis) != 2:
            raise ValueError(f"each axis must be (before, after); got {axis!r}")
        sides[:0] = [_integer("a side", side, None, lambda: f"pad_sides{axes}") for side in axis]
    return sides


def receptive_field(layers: Iterable[Sequence[int]]) -> ReceptiveField:
    """Find what an output pixel of a stack sees along an axis: 1 + Σ dₗ(kₗ − 1)·(s₁ ⋯ sₗ₋₁) pixels.

    Args:
        layers: From the input on, `(k, stride)`, `(k, stride, dilation)` or
            `(k, stride, dilation, padding)` of each convolution or pooling; with a fifth entry,
            True, it is a transposed convolution. None at all is the image itself.

    Returns:
        `ReceptiveField(size, jump, start)`: output pixel i sees the input pixels from
        `start + i * jump` to `start + i * jump + size - 1`. A transposed convolution of stride s is
        a convolution of its input spread out s-fold, so these may be fractions: what i sees is
        whole pixels between the two.

    Raises:
        ValueError: if a layer is no such tuple, or a number in it is no integer or too small.

    Example:
        >>> receptive_field([(3, 1), (3, 1)])
        ReceptiveField(size=5, jump=1, start=0)
        >>> receptive_field([(3, 1, d) for d in (1, 2, 4, 8)]).size
        31
        >>> receptive_field([(7, 2, 1, 3), (3, 2, 1, 1)])
        ReceptiveField(size=11, jump=4, start=-5)
        >>> receptive_field([(4, 2, 1, 1), (4, 2, 1, 1, True)])  # down and up again
        ReceptiveField(size=7, jump=1, start=-3)

    Source: Araujo, Norris and Sim (2019).
    """
    if not isinstance(layers, Iterable):
        raise ValueError(f"layers must be a sequence of (k, stride, ...); got {layers!r}")
    size, jump, start = Fraction(1), Fraction(1), Fraction(0)
    for index, layer in enumerate(layers):

        def formula(index: int = index, layer: object = layer) -> str:
            return f"layer {index} = {layer!r}"

        if not isinstance(layer, Sequence) or isinstance(layer, str) or not 2 <= len(layer) <= 5:
            raise ValueError(f"{formula()}: must be (k, stride[, dilation[, padding[, True]]])")
        numbers: list[Any] = [*layer, *(1, 0, False)[len(layer) - 2 :]]
        k, stride, dilation, padding, transposed = numbers
        if not isinstance(transposed, bool):
            raise ValueError(f"{formula()}: transposed must be True or False; got {transposed!r}")
        k = _integer("k", k, 1, formula)
        stride = _integer("stride", stride, 1, formula)
        dilation = _integer("dilation", dilation, 1, formula)
        padding = _integer("padding", padding, 0, formula)
        reach = dilation * (k - 1)
        if transposed:  # spread the input, then slide at stride 1 with what padding leaves
            jump /= stride
            start -= (reach - padding) * jump
        else:
            start -= padding * jump
        size += reach * jump
        jump *= 1 if transposed else stride
    return ReceptiveField(*(n.numerator if n.denominator == 1 else n for n in (size, jump, start)))


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
    transposed: bool = False,
    output_padding: Pair = 0,
) -> ConvCost:
    """Count what a convolution costs for one image: c_o(c_i / g)k_h k_w products a pixel.

    That is a pixel of the output; of the input, where the convolution is transposed.

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
        transposed: Whether it is a transposed convolution.
        output_padding: As for `transposed_output_size`, or one for each axis; else 0.

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
        >>> conv_cost(64, 3, 4, 16, stride=2, padding=1, transposed=True, bias=False)
        ConvCost(parameters=3072, multiply_adds=786432, activations=3072)

    Source: chapter 16.
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
    for name, flag in (("bias", bias), ("transposed", transposed)):
        if not isinstance(flag, bool):
            raise ValueError(f"{name} must be True or False; got {flag!r}")
    kernel, size = _pair("kernel_size", kernel_size), _pair("input_size", input_size)
    extra = _pair("output_padding", output_padding)
    numbers = [kernel, _pair("stride", stride), _pair("padding", padding)]
    if transposed:
        numbers.append(extra)
    elif extra != (0, 0):
        raise ValueError(f"output_padding is for transposed convolutions; got {output_padding!r}")
    numbers.append(_pair("dilation", dilation))
    count = transposed_output_size if transposed else output_size
    made = [count(*axis) for axis in zip(size, *numbers, strict=True)]
    weights = out_channels * (in_channels // groups) * kernel[0] * kernel[1]
    pixels = size if transposed else made
    return ConvCost(
        parameters=weights + (out_channels if bias else 0),
        multiply_adds=weights * pixels[0] * pixels[1],
        activations=out_channels * made[0] * made[1],
    )


def stack(layers: Iterable[Any], channels: int, input_size: Pair) -> list[Stage]:
    """Follow a picture through a stack of layers: sizes, what an output sees, and what it costs.

    Args:
        layers: Modules as those of `torch.nn`: an `nn.Sequential` (also one in another), or a list.
            Conv2d, ConvTranspose2d, MaxPool2d and AvgPool2d have windows; what acts on each number
            or channel alone (activations, BatchNorm2d, Dropout, Identity) leaves sizes as they are.
        channels: Channels of the picture.
        input_size: n, or `(n_h, n_w)`.

    Returns:
        A `Stage` for the picture, and one behind each layer. `table` writes them out.

    Raises:
        ValueError: if a layer is of another kind, does not take the channels that come, or has no
            place for its window.

    Example:
        >>> from torch import nn
        >>> net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2))
        >>> print(table(stack(net, 1, 28)))
        layer       output  sees  every  parameters  multiply-adds
        input      1×28×28   1×1    1×1           0              0
        Conv2d     6×28×28   5×5    1×1         156        117,600
        ReLU       6×28×28   5×5    1×1           0              0
        AvgPool2d  6×14×14   6×6    2×2           0              0
    """
    size: tuple[int, ...] = tuple(_pair("input_size", input_size))
    stages = [Stage("input", channels, size, (1, 1), (1, 1), 0, 0)]
    windows: tuple[list[Sequence[int]], list[Sequence[int]]] = ([], [])
    for name, layer in _flat(layers):
        cost = ConvCost(0, 0, 0)
        if name in WINDOWED:
            transposed, pooling = "Transpose" in name, "Pool" in name
            numbers = _numbers(name, layer, pooling)
            if not pooling:
                if layer.in_channels != channels:
                    raise ValueError(f"{name} takes {layer.in_channels} channels; got {channels}")
                kernel, stride, padding, dilation = numbers
                extra = layer.output_padding if transposed else 0
                cost = conv_cost(
                    channels, layer.out_channels, kernel, size, stride, padding, dilation,
                    layer.groups, layer.bias is not None, transposed, extra,
                )  # fmt: skip
                channels = layer.out_channels
            each = zip(*numbers, strict=True)
            for axis, (found, (k, s, p, d)) in enumerate(zip(windows, each, strict=True)):
                found.append((k, s, d, p, transposed))
                made = (
                    transposed_output_size(size[axis], k, s, p, layer.output_padding[axis], d)
                    if transposed
                    else output_size(size[axis], k, s, p, d)
                )
                size = (*size[:axis], made, *size[axis + 1 :])
        elif name not in POINTWISE:
            raise ValueError(f"{name} is no layer of windows, nor one that acts on each number")
        else:
            cost = ConvCost(sum(p.numel() for p in layer.parameters()), 0, 0)
        fields = [receptive_field(found) for found in windows]
        sees, every = (fields[0].size, fields[1].size), (fields[0].jump, fields[1].jump)
        stages.append(Stage(name, channels, size, sees, every, cost.parameters, cost.multiply_adds))
    return stages


def table(stages: Iterable[Stage]) -> str:
    """Write stages as lines of a table, aligned; `stack` shows one."""
    lines: list[tuple[str, ...]] = [
        ("layer", "output", "sees", "every", "parameters", "multiply-adds")
    ]
    for name, channels, size, sees, every, parameters, multiply_adds in stages:
        shapes = ("×".join(map(str, numbers)) for numbers in ((channels, *size), sees, every))
        lines.append((name, *shapes, f"{parameters:,}", f"{multiply_adds:,}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in lines
    )


def _flat(layers: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """Yield each layer and what kind it is; those in a Sequential one after the other."""
    for layer in layers:
        name = type(layer).__name__
        if name == "Sequential":
            yield from _flat(layer)
        else:
            yield name, layer


def _numbers(name: str, layer: Any, pooling: bool) -> list[tuple[int, ...]]:
    """Read kernel size, stride, padding and dilation of a layer, a pair each."""
    if pooling and layer.ceil_mode:
        raise ValueError(f"{name} with ceil_mode has windows that begin late; they are not counted")
    kernel, dilation = (_pair("", layer.kernel_size), _pair("", getattr(layer, "dilation", 1)))
    padding = 0 if layer.padding == "valid" else layer.padding
    if padding == "same":
        sides = [same_padding(k, d) for k, d in zip(kernel, dilation, strict=True)]
        if any(before != after for before, after in sides):
            raise ValueError(f'{name} with padding="same" pads its sides unequally: use pad_sides')
        padding = [before for before, _ in sides]
    return [kernel, _pair("", layer.stride), _pair("", padding), dilation]


def _integer(name: str, value: object, least: int | None, formula: Callable[[], str]) -> int:
    """Return `value` as an `int` of at least `least`, or say which rule of `formula` it breaks."""
    try:
        if type(value) is not int and (
            isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")
        ):
            raise TypeError  # Python would take it for 0 or 1
        number = operator.index(value)  # type: ignore[arg-type]  # what has none raises
    except TypeError:
        raise ValueError(f"{formula()}: {name} must be an integer; got {value!r}") from None
    if least is not None and number < least:
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
