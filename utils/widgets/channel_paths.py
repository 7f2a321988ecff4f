"""ChannelPaths: which channels meet in a stack of grouped layers, and what it costs."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.shapes import conv_cost
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import number, paragraph, table
from utils.widgets.traits import Position, State, Whole

KINDS = ("grouped", "pointwise", "shuffle")
MOST = 5  # layers


class Kinds(State):
    """One to five words of `KINDS`, one a layer."""

    def form(self, value: Any) -> tuple[str, ...]:
        """A tuple of the words."""
        several = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        if not several or not 1 <= len(value) <= MOST or not all(kind in KINDS for kind in value):
            raise WidgetError(
                f"{self.title} must be 1 to {MOST} of the words {', '.join(KINDS)}; got {value!r}"
            )
        if set(value) == {"shuffle"}:
            raise WidgetError(f"{self.title} must have one with weights; got {value!r}")
        return tuple(value)


class ChannelPaths(Explorable):
    """Channels in columns, one a layer: choose an input channel, and all that it reaches lights up.

    From a full layer to a depthwise one, with a pointwise layer or a shuffle behind it; weights and
    multiply-adds are counted beside those of a full layer.

    Args:
        layers: One to five words. `"grouped"` is a convolution in `groups` groups, full if there is
            one, depthwise if there are as many as channels; `"pointwise"` is a 1×1 convolution over
            all channels; `"shuffle"` is `torch.nn.ChannelShuffle(groups)`.
        in_channels: c_i, 1 to 12: of the input and of all that lies between the layers.
        out_channels: c_o, 1 to 12: what the last convolution makes. c_i, if None.
        groups: g, of the grouped layers and the shuffles.
        kernel_size: k of the grouped layers, 1 to 11.
        input_size: Height and width, 1 to 256, kept by "same" padding: where multiply-adds count.
        channel: The input channel whose paths are lit.

    All of them are traits that page and Python share.

    Raises:
        ValueError: for other words and numbers, and where `groups` does not divide the channels of
            a grouped layer or a shuffle.

    Example:
        >>> widget = ChannelPaths(["grouped", "shuffle", "grouped"], 8, groups=2)
        >>> widget.output.tolist()  # of channel 0 to each output
        [2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
        >>> widget.weights
        576
        >>> ChannelPaths(["grouped", "pointwise"], 8, groups=8).weights  # depthwise, then pointwise
        136
    """

    layers = Kinds()
    in_channels = Whole(8, most=12)
    out_channels = Whole(8, most=12)
    groups = Whole(1, most=12)
    kernel_size = Whole(3, most=11)
    input_size = Whole(14, most=256)
    channel = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "shuffled": {"layers": ["grouped", "shuffle", "grouped"], "groups": 2, "channel": 5},
        "separable": {
            "layers": ["grouped", "pointwise"],
            "in_channels": 6,
            "out_channels": 12,
            "groups": 6,
        },
        "depthwise": {"layers": ["grouped"], "in_channels": 4, "out_channels": 8, "groups": 4},
        "stuck": {
            "layers": ["grouped", "shuffle", "grouped", "shuffle", "grouped"],
            "in_channels": 12,
            "groups": 6,
            "kernel_size": 5,
            "channel": 11,
        },
        "bottleneck": {
            "layers": ["pointwise", "grouped", "pointwise"],
            "in_channels": 1,
            "out_channels": 1,
            "input_size": 1,
        },
    }

    def __init__(
        self,
        layers: Any = ("grouped",),
        in_channels: int = 8,
        out_channels: int | None = None,
        groups: int = 1,
        kernel_size: int = 3,
        input_size: int = 14,
        channel: int = 0,
    ) -> None:
        super().__init__(
            layers=layers,
            in_channels=in_channels,
            out_channels=in_channels if out_channels is None else out_channels,
            groups=groups,
            kernel_size=kernel_size,
            input_size=input_size,
            channel=channel,
        )

    def _check(self, state: dict[str, Any]) -> None:
        _weights(state)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"channel": state["in_channels"]}

    @property
    def output(self) -> Tensor:
        """In how many ways the chosen input channel reaches each output; float64, shape `(c_o,)`.

        That is what the layers make of a one in that channel, all weights being one.
        """
        return self.paths[self.channel]

    @property
    def paths(self) -> Tensor:
        """The same for every input channel: float64, shape `(c_i, c_o)`."""
        state = self._state()
        g, widths = self.groups, _widths(state)
        ones = torch.eye(self.in_channels, dtype=torch.float64)[:, :, None, None]
        for kind, before, after in zip(self.layers, widths, widths[1:], strict=False):
            if kind == "shuffle":
                ones = ones.unflatten(1, (g, -1)).transpose(1, 2).flatten(1, 2)
            else:
                parts = g if kind == "grouped" else 1
                W = torch.ones(after, before // parts, 1, 1, dtype=torch.float64)
                ones = functional.conv2d(ones, W, groups=parts)
        return ones[:, :, 0, 0]

    @property
    def weights(self) -> int:
        """How many weights all layers have together."""
        return sum(_weights(self._state()))

    @property
    def full_weights(self) -> int:
        """How many there were without groups: in a full layer for each grouped one."""
        return sum(_weights(_without(self._state())))

    def first_frame(self) -> str:
        """The layers, the counts beside those of a full layer, and what the channel reaches."""
        state = self._state()
        widths, weights = _widths(state), _weights(state)
        rows = [
            [kind, f"{before} to {after}", groups, f"{k}×{k}" if k else "", f"{count:,}"]
            for kind, before, after, count, (groups, k) in zip(
                self.layers, widths, widths[1:], weights, _sizes(state), strict=False
            )
        ]
        full = _without(state)
        ways = {
            "full": full,
            "as here": state,
            "depthwise, pointwise": {
                **full,
                "groups": self.in_channels,
                "layers": ("grouped", "pointwise") * len(full["layers"]),
            },
        }
        places = self.input_size**2
        counts = {name: sum(_weights(way)) for name, way in ways.items()}
        reached = self.output.nonzero().flatten().tolist()
        total, times = f"{sum(weights):,}", len(full["layers"])
        whose = f"{times} full layers'" if times > 1 else "a full layer's"
        return "\n".join(
            [
                table(
                    "The layers, one after the other",
                    [["layer", "channels", "groups", "kernel", "weights"], *rows],
                    lambda i, j: i == 0,
                ),
                table(
                    f"Counted, on {self.input_size}×{self.input_size} places",
                    [
                        ["", "weights", "multiply-adds", "of full"],
                        *(
                            [name, f"{n:,}", f"{n * places:,}", number(n / counts["full"])]
                            for name, n in counts.items()
                        ),
                    ],
                    lambda i, j: i == 0,
                ),
                paragraph(
                    f"Weights: {' + '.join(f'{n:,}' for n in weights if n)} = {total}. "
                    f"Of {whose} weights: {total} / {counts['full']:,} = "
                    f"{number(sum(weights) / counts['full'])}"
                ),
                paragraph(
                    f"Input channel {self.channel} reaches {len(reached)} of {self.out_channels} "
                    f"output{'s' * (self.out_channels > 1)}: {', '.join(map(str, reached))}."
                ),
            ]
        )


def _widths(state: dict[str, Any]) -> list[int]:
    """How many channels each column has: the last convolution makes c_o of c_i."""
    layers = state["layers"]
    last = max(i for i, kind in enumerate(layers) if kind != "shuffle")
    sizes = (state["in_channels"], state["out_channels"])
    return [sizes[0], *(sizes[i >= last] for i in range(len(layers)))]


def _sizes(state: dict[str, Any]) -> list[tuple[str, int]]:
    """Of each layer its groups, in words, and its kernel's side; a shuffle has none."""
    sides = {"grouped": state["kernel_size"], "pointwise": 1, "shuffle": 0}
    groups = state["groups"]
    return [(str(1 if kind == "pointwise" else groups), sides[kind]) for kind in state["layers"]]


def _weights(state: dict[str, Any]) -> list[int]:
    """The weights of each layer; a WidgetError where the groups do not divide its channels."""
    widths = _widths(state)
    found = []
    for kind, before, after in zip(state["layers"], widths, widths[1:], strict=False):
        k = state["kernel_size"] if kind == "grouped" else 1
        groups = 1 if kind == "pointwise" else state["groups"]
        try:
            cost = conv_cost(before, after, k, k, groups=groups, bias=False)
        except ValueError as error:
            raise WidgetError(f"{kind} layer: {error}") from None
        found.append(0 if kind == "shuffle" else cost.parameters)
    return found


def _without(state: dict[str, Any]) -> dict[str, Any]:
    """The stack without groups: a full layer for each grouped one, which needs no other mix."""
    count = max(1, state["layers"].count("grouped"))
    return {**state, "groups": 1, "layers": ("grouped",) * count}
