"""LayerCost: what a convolution costs, and which limit of a machine it meets."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from utils.shapes import conv_cost, effective_kernel_size, output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import paragraph, table
from utils.widgets.traits import Pair, State, Whole, real

SLOWEST, FASTEST = 1e-3, 1e7
EXACT = 2**53


class Cost(NamedTuple):
    """What a layer costs for one batch, on one machine; every number is moved once."""

    output_size: tuple[int, int]
    """Rows and columns of the output."""
    parameters: int
    """Weights to learn; there is no bias."""
    multiply_adds: int
    """One multiplication and one addition for each."""
    input_bytes: int
    weight_bytes: int
    output_bytes: int
    seconds_compute: float
    """Time if only arithmetic counted."""
    seconds_memory: float
    """Time if only memory counted."""
    bound: str
    """Which of the two is the longer, `"compute"` or `"memory"`; at a draw `"compute"`."""

    @property
    def flops(self) -> int:
        """Floating-point operations: two for each multiply-add."""
        return 2 * self.multiply_adds

    @property
    def bytes_moved(self) -> int:
        """Bytes of input, weights and output: the least where all of the input is read."""
        return self.input_bytes + self.weight_bytes + self.output_bytes

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: operations per byte moved."""
        return self.flops / self.bytes_moved


class Rate(State):
    """What a machine does in a second, in billions."""

    def __init__(self, default: float, unit: str) -> None:
        super().__init__(default)
        self.unit = unit

    def form(self, value: Any) -> float:
        """A float."""
        number = real(value)
        if number is None or not SLOWEST <= number <= FASTEST:  # NaN lies nowhere
            raise WidgetError(
                f"{self.title} must be a number from {SLOWEST} to {FASTEST:,.0f} {self.unit}; "
                f"got {value!r}"
            )
        return float(number)


class Bytes(Whole):
    """The bytes of a number: 4, 2 or 1."""

    def form(self, value: Any) -> int:
        """An int."""
        number = super().form(value)
        if number not in (1, 2, 4):
            raise WidgetError(
                f"{self.title} must be 4 (float32), 2 (bfloat16) or 1 (int8); got {value!r}"
            )
        return number


class LayerCost(Explorable):
    """A layer's parameters, multiply-adds and bytes, and the time of each on a machine.

    Without bias: that would be one parameter more for each output channel, and additions that are
    no multiply-adds. A number is moved once, between memory and the arithmetic units.

    Args:
        in_channels, out_channels: From 1 to 100,000, as are all sizes here.
        kernel_size, input_size, stride, padding, dilation: An int, or two for rows and columns;
            padding is per side and can be 0.
        groups: Into how many groups that do not mix the channels fall; it divides both numbers.
        batch: Images at a time.
        bytes_per_number: 4 (float32), 2 (bfloat16) or 1 (int8).
        compute: What the machine can do, in GFLOP/s, from 0.001 to 10,000,000.
        bandwidth: What its memory can move, in GB/s, in the same range.

    Each is a trait.

    Raises:
        ValueError: for numbers out of range, groups that do not divide the channels, a kernel
            larger than the padded input, and layers that count past 2^53.

    Example:
        >>> layer = LayerCost(100, 100, kernel_size=5, input_size=64, padding=2)
        >>> layer.output
        tensor([    250000, 1024000000,    4276800])
        >>> round(layer.cost.intensity, 1), layer.ridge, layer.cost.bound
        (478.9, 6.0, 'compute')

    Source: the roofline is by S. Williams, A. Waterman and D. Patterson (2009),
    https://doi.org/10.1145/1498765.1498785.
    """

    in_channels = Whole(64)
    out_channels = Whole(64)
    kernel_size = Pair(3, least=1)
    input_size = Pair(56, least=1)
    stride = Pair(1, least=1)
    padding = Pair(1)
    dilation = Pair(1, least=1)
    groups = Whole(1)
    batch = Whole(1)
    bytes_per_number = Bytes(4)
    compute = Rate(150, "GFLOP/s")
    bandwidth = Rate(25, "GB/s")

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "compute": {},
        "memory": {"in_channels": 576, "out_channels": 576, "input_size": 14, "groups": 576},
        "rectangular": {
            "in_channels": 6,
            "out_channels": 4,
            "kernel_size": (3, 2),
            "input_size": (9, 8),
            "stride": 2,
            "padding": (1, 0),
            "groups": 2,
            "batch": 3,
            "bytes_per_number": 2,
            "compute": 1234.5678901234567,
            "bandwidth": 1 / 3,
        },
    }

    def __init__(
        self,
        in_channels: int = 64,
        out_channels: int = 64,
        kernel_size: int | tuple[int, int] = 3,
        input_size: int | tuple[int, int] = 56,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 1,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        batch: int = 1,
        bytes_per_number: int = 4,
        compute: float = 150.0,
        bandwidth: float = 25.0,
    ) -> None:
        super().__init__(
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_size=kernel_size,
            input_size=input_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            batch=batch,
            bytes_per_number=bytes_per_number,
            compute=compute,
            bandwidth=bandwidth,
        )

    def _check(self, state: dict[str, Any]) -> None:
        _compute(state)

    @property
    def cost(self) -> Cost:
        """All that the layer costs."""
        return _compute(self.spec)

    @property
    def ridge(self) -> float:
        """Operations per byte from which the machine's arithmetic is what limits."""
        return float(self.compute / self.bandwidth)

    @property
    def output(self) -> Tensor:
        """Parameters, multiply-adds and bytes moved, as an int64 tensor of three."""
        cost = self.cost
        return torch.tensor([cost.parameters, cost.multiply_adds, cost.bytes_moved])

    def first_frame(self) -> str:
        """Every result as a formula with the numbers put in, and the limit in words."""
        rows = table("What the layer costs", self._results(), lambda i, j: False)
        return f"{paragraph(self._verdict())}\n{rows}"

    def _results(self) -> list[tuple[str, str]]:
        cost = self.cost
        axes = [
            _size(*axis)
            for axis in zip(
                self.input_size,
                self.kernel_size,
                self.stride,
                self.padding,
                self.dilation,
                strict=True,
            )
        ]
        same = axes[0] == axes[1]
        size = f"Height and width {axes[0]}" if same else f"Height {axes[0]}\nWidth {axes[1]}"
        b, read = self.bytes_per_number, f"({self.in_channels} / {self.groups})"
        parts = (cost.input_bytes, cost.weight_bytes, cost.output_bytes)
        flops, moved = _grouped(cost.flops), _grouped(cost.bytes_moved)
        compute, bandwidth = (_grouped(_rounded(x, 6)) for x in (self.compute, self.bandwidth))

        def times(*factors: object) -> str:
            return " · ".join(map(str, factors))

        weights = times(self.out_channels, read, *self.kernel_size)
        pixels = times(self.batch, self.out_channels, *cost.output_size, read, *self.kernel_size)
        inputs = times(b, self.batch, self.in_channels, *self.input_size)
        outputs = times(b, self.batch, self.out_channels, *cost.output_size)
        return [
            ("Output size", size),
            ("Parameters, without bias", f"{weights} = {_counted(cost.parameters)}"),
            ("Multiply-adds", f"{pixels} = {_counted(cost.multiply_adds)}"),
            (
                "Floating-point operations",
                f"2 · {_grouped(cost.multiply_adds)} = {_counted(cost.flops)}",
            ),
            ("Bytes of the input", f"{inputs} = {_counted(parts[0], 'B')}"),
            (
                "Bytes of the weights",
                f"{b} · {_grouped(cost.parameters)} = {_counted(parts[1], 'B')}",
            ),
            ("Bytes of the output", f"{outputs} = {_counted(parts[2], 'B')}"),
            (
                "Bytes moved, once each",
                f"{' + '.join(map(_grouped, parts))} = {_counted(cost.bytes_moved, 'B')}",
            ),
            ("Arithmetic intensity", f"{flops} / {moved} = {_ratio(cost.intensity)} flop/byte"),
            (
                "Time, arithmetic alone",
                f"{flops} flop / {compute} GFLOP/s = {_duration(cost.seconds_compute)}",
            ),
            (
                "Time, memory alone",
                f"{moved} bytes / {bandwidth} GB/s = {_duration(cost.seconds_memory)}",
            ),
            (
                "Ridge",
                f"{compute} / {bandwidth} = {_ratio(self.ridge)} flop/byte",
            ),
        ]

    def _verdict(self) -> str:
        cost = self.cost
        arithmetic, memory = _duration(cost.seconds_compute), _duration(cost.seconds_memory)
        starts = f"At {_ratio(cost.intensity)} flop/byte the layer"
        ends = f"the ridge, {_ratio(self.ridge)} flop/byte"
        used = "of the machine's arithmetic can be used."
        if cost.bound == "memory":
            share = _grouped(_rounded(100 * cost.intensity / self.ridge))
            return (
                f"Memory-bound: moving the numbers takes {memory}, the arithmetic {arithmetic}. "
                f"{starts} falls short of {ends}: at most {share}% {used}"
            )
        return (
            f"Compute-bound: the arithmetic takes {arithmetic}, moving the numbers {memory}. "
            f"{starts} has reached {ends}: all {used}"
        )


def _compute(state: dict[str, Any]) -> Cost:
    """All costs; every rule about shapes and groups is that of `utils.shapes`."""
    sizes = ("input_size", "kernel_size", "stride", "padding", "dilation")
    layer = {name: state[name] for name in ("in_channels", "out_channels", *sizes, "groups")}
    try:
        one = conv_cost(**layer, bias=False)
    except ValueError as error:
        raise WidgetError(str(error)) from None
    each, batch = state["bytes_per_number"], state["batch"]
    height, width = state["input_size"]
    multiply_adds = batch * one.multiply_adds
    parts = (
        each * batch * state["in_channels"] * height * width,
        each * one.parameters,
        each * batch * one.activations,
    )
    flops, moved = 2 * multiply_adds, sum(parts)
    if max(flops, moved) >= EXACT:
        raise WidgetError(
            f"this layer needs {flops:,} operations and moves {moved:,} bytes; the page counts "
            "exactly below 2^53: use fewer channels, a smaller batch or a smaller input"
        )
    rows, columns = (
        output_size(*axis) for axis in zip(*(state[name] for name in sizes), strict=True)
    )
    return Cost(
        (rows, columns),
        one.parameters,
        multiply_adds,
        *parts,
        seconds_compute=flops / (state["compute"] * 1e9),
        seconds_memory=moved / (state["bandwidth"] * 1e9),
        bound="compute" if flops * state["bandwidth"] >= moved * state["compute"] else "memory",
    )


# Numbers as text, as the page writes them.


def _rounded(x: float, digits: int = 3) -> Decimal:
    """So many significant digits, halves upwards as in JavaScript."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(x))


def _grouped(x: float | Decimal) -> str:
    """Without exponent, thousands apart: 67,000 or 0.5."""
    text = f"{x if isinstance(x, Decimal) else Decimal(repr(x)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _counted(x: int, unit: str = "") -> str:
    """Exactly, and in short: 1,024,000,000 (1.02 G)."""
    rest, step = _rounded(x), 0
    while rest >= 1000 and step < 5:
        rest, step = rest / 1000, step + 1
    short = f" ({_grouped(rest)} {['', 'k', 'M', 'G', 'T', 'P'][step]}{unit})" if x >= 1000 else ""
    return _grouped(x) + short


def _duration(seconds: float) -> str:
    """A time as one reads it: 13.7 ms."""
    rest, step = _rounded(seconds), 0
    while rest < 1 and step < 6:
        rest, step = rest * 1000, step + 1
    return f"{_grouped(rest)} {['s', 'ms', 'µs', 'ns', 'ps', 'fs', 'as'][step]}"


def _ratio(x: float) -> str:
    return _grouped(_rounded(x, 4))


def _size(n: int, k: int, stride: int, padding: int, dilation: int) -> str:
    """The output-size formula along one axis, with the numbers put in."""
    top = n + 2 * padding - effective_kernel_size(k, dilation)
    exact = Decimal(top / stride).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return (
        f"⌊({n} + 2·{padding} − {dilation}·({k} − 1) − 1) / {stride}⌋ + 1 = ⌊{top} / {stride}⌋ + 1"
        f" = ⌊{f'{exact:f}'.rstrip('0').rstrip('.')}⌋ + 1 = {top // stride + 1}"
    )
