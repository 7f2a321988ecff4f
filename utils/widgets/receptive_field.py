"""ReceptiveField: a stack of layers, and what a unit of it sees of the input."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import shapes
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import number, paragraph, table
from utils.widgets.traits import Position, State, Whole, whole

MOST = 6  # layers
# Of a layer, in the order of nn.Conv2d's arguments: least, most, and what holds if none is given.
RULES = {
    "kernel_size": (1, 16, None),
    "stride": (1, 8, 1),
    "padding": (0, 16, 0),
    "dilation": (1, 16, 1),
}


class Layers(State):
    """One to six layers, each held as (kernel_size, stride, padding, dilation)."""

    def form(self, value: Any) -> tuple[tuple[int, ...], ...]:
        """A tuple of layers of four ints."""
        if not _several(value) or not 1 <= len(value) <= MOST:
            got = f"{len(value)} of them" if _several(value) else repr(value)
            raise WidgetError(f"{self.title} must be a sequence of 1 to {MOST} layers; got {got}")
        return tuple(self._layer(f"{self.title}[{i}]", layer) for i, layer in enumerate(value))

    def _layer(self, name: str, layer: Any) -> tuple[int, ...]:
        if isinstance(layer, Mapping):
            given = dict(layer)
        elif _several(layer) and len(layer) <= len(RULES):
            given = dict(zip(RULES, layer, strict=False))
        else:
            given = {}
        if "kernel_size" not in given or not set(given) <= set(RULES):
            raise WidgetError(
                f"{name} must be a dict of kernel_size and, if need be, stride, padding, dilation, "
                f"or these numbers in this order; got {layer!r}"
            )
        found = []
        for key, (least, most, default) in RULES.items():
            held = whole(given.get(key, default))
            if held is None or not least <= held <= most:
                raise WidgetError(
                    f"{name}: {key} must be a whole number from {least} to {most}; "
                    f"got {given.get(key)!r}"
                )
            found.append(held)
        return tuple(found)


class ReceptiveField(Explorable):
    """A stack of layers that the reader builds, and what one of its units sees of the input.

    The stack is drawn along one axis, the field that it makes in two.

    Args:
        layers: One to six layers from the input on, convolutions or poolings: dicts with
            `kernel_size` and, where they are not 1, 0 and 1, `stride`, `padding` and `dilation`; or
            these four numbers in this order, that of `torch.nn.Conv2d`.
        size: Input size in pixels along an axis, 1 to 64.
        layer: The layer whose unit is looked at, counted from 1; 0 is the input. The last, if None.
        unit: Its place in that layer along an axis, from 0. The middle one, if None.

    `layers`, `size`, `layer`, `unit` are traits that page and Python share; `step` is how many
    layers down from the unit its field is shown, at first all.

    Raises:
        ValueError: for other numbers or keys, and where the window of a layer has no place on what
            the layers before it leave.

    Example:
        >>> widget = ReceptiveField([{"kernel_size": 3, "dilation": d} for d in (2, 2, 2)])
        >>> widget.field
        ReceptiveField(size=13, jump=1, start=0)
        >>> widget.paths[9:22].int().tolist()  # 7 of 13 pixels are read
        [1, 0, 3, 0, 6, 0, 7, 0, 6, 0, 3, 0, 1]
    """

    layers = Layers()
    size = Whole(31, most=64)
    layer = Position()
    unit = Position()
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "plain": {"layers": [{"kernel_size": 3}] * 3},
        "gridding": {"layers": [{"kernel_size": 3, "dilation": 2}] * 3, "unit": 4},
        "stem": {
            "layers": [
                {"kernel_size": 7, "stride": 2, "padding": 3},
                {"kernel_size": 3, "stride": 2, "padding": 1},
            ],
            "unit": 0,
        },
        "deep": {
            "layers": [{"kernel_size": 3, "padding": d, "dilation": d} for d in (1, 2, 4)]
            + [{"kernel_size": 4, "stride": 3}, {"kernel_size": 2, "padding": 2}],
            "size": 30,
            "layer": 4,
        },
    }

    def __init__(
        self,
        layers: Any,
        size: int = 31,
        layer: int | None = None,
        unit: int | None = None,
    ) -> None:
        formed = {"layers": self._trait("layers").form(layers), "size": size}
        if layer is None:
            layer = len(formed["layers"])
        if unit is None and whole(size) and whole(layer) is not None:
            units = _units({"layers": formed["layers"], "size": int(size)})
            unit = units[min(max(int(layer), 0), len(units) - 1)] // 2
        super().__init__(**formed, layer=layer, unit=0 if unit is None else unit, step=MOST)

    def _check(self, state: dict[str, Any]) -> None:
        _units(state)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        units = _units(state)
        layer = min(max(state["layer"], 0), len(units) - 1)
        return {"layer": len(units), "unit": units[layer], "step": layer + 1}

    @property
    def field(self) -> shapes.ReceptiveField:
        """Size, jump and start of the layer's fields, in pixels, padding included."""
        return _fields(self.layers)[self.layer]

    @property
    def output(self) -> Tensor:
        """The size of the field along an axis, a whole number in a tensor without dimensions."""
        return torch.tensor(self.field.size)

    @property
    def paths(self) -> Tensor:
        """In how many ways the unit reads each pixel along an axis; float64, shape `(size,)`.

        In two dimensions the ways to a pixel are the product of those to its row and its column.
        """
        ways = Counter({self.unit: 1})
        for (k, s, p, d), n in reversed(
            list(zip(self.layers, _units(self.spec), strict=False))[: self.layer]
        ):
            below: Counter[int] = Counter()
            for unit, count in ways.items():
                for tap in range(k):
                    below[unit * s - p + tap * d] += count
            ways = Counter({i: count for i, count in below.items() if 0 <= i < n})
        return torch.tensor([ways[i] for i in range(self.size)], dtype=torch.float64)

    def first_frame(self) -> str:
        """The layers with sizes, jumps and starts as a table, and the unit's field in words."""
        units, fields = _units(self.spec), _fields(self.layers)
        head = [
            "layer",
            "kernel",
            "stride",
            "padding",
            "dilation",
            "units",
            "size",
            "jump",
            "start",
        ]
        rows = [
            [str(i), *map(number, (*layer, n, *map(int, field)))]
            for i, (layer, n, field) in enumerate(
                zip(self.layers, units[1:], fields[1:], strict=True), 1
            )
        ]
        size, jump, start = map(int, fields[self.layer])  # no layer is transposed: all are whole
        first = start + self.unit * jump
        read = int((self.paths > 0).sum())
        terms = [
            f" + {d}·({k} − 1)·{int(field.jump)}"
            for (k, _, _, d), field in zip(self.layers[: self.layer], fields, strict=False)
        ]
        return "\n".join(
            [
                table(
                    f"Layers on an input of {self.size} pixels; fields in pixels of it",
                    [head, *rows],
                    lambda i, j: i == 0,
                ),
                paragraph(f"Size in layer {self.layer}: 1{''.join(terms)} = {number(size)}"),
                paragraph(
                    f"Its unit {self.unit} sees positions {number(first)} to "
                    f"{number(first + size - 1)}. Along an axis it reads {read} pixels, "
                    f"in two dimensions {read * read}."
                ),
            ]
        )


def _several(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _fields(layers: Iterable[tuple[int, ...]]) -> list[shapes.ReceptiveField]:
    """The fields of the input's units and of each layer's."""
    rows = [(k, stride, dilation, padding) for k, stride, padding, dilation in layers]
    return [shapes.receptive_field(rows[:depth]) for depth in range(len(rows) + 1)]


def _units(state: dict[str, Any]) -> list[int]:
    """How many units the input has along an axis, and each layer's output."""
    units = [state["size"]]
    for index, (k, stride, padding, dilation) in enumerate(state["layers"], 1):
        try:
            units.append(shapes.output_size(units[-1], k, stride, padding, dilation))
        except ValueError as error:
            raise WidgetError(f"layer {index}: {error}") from None
    return units
