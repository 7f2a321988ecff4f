"""Network: a digit is drawn, a small trained CNN reads it, and every unit opens."""

from functools import cache
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import digits_network
from utils.digits_network import FIELD
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Array, Choice, Pair, Position, State

COVER = 4  # cells of the square that covers
LARGEST = 5  # maps that a score's sum names, the others being added up


class Level(NamedTuple):
    """Maps that the page shows, and what makes them."""

    name: str
    maps: int
    size: int
    layer: int  # of the network, that makes them


LEVELS = (
    Level("Convolution 1", 8, 12, 0),
    Level("Pooling 1", 8, 6, 2),
    Level("Convolution 2", 16, 6, 3),
    Level("Pooling 2", 16, 3, 5),
    Level("Answer", 10, 1, 7),
)
ANSWER = len(LEVELS) - 1
SHOWN = (1, 2, 4, 5, 7)  # what these layers leave: convolutions are shown after their ReLU


class Picture(State):
    """A picture of 12 by 12 numbers from 0 to 1, held in tenths as 144 characters."""

    def form(self, value: Any) -> str:
        """What `utils.digits_network.pack` writes."""
        if isinstance(value, str):
            if len(value) == FIELD**2 and set(value) <= set("0123456789A"):
                return value
            raise WidgetError(
                f"{self.title}, as a text, must be {FIELD**2} characters 0 to 9 or A; got {value!r}"
            )
        array = Array("12", "12", most=FIELD, called=self.title)
        cells = torch.tensor(array.form(value), dtype=torch.float64)
        if cells.shape != (FIELD, FIELD) or cells.min() < 0 or cells.max() > 1:
            raise WidgetError(
                f"{self.title} must be {FIELD} by {FIELD} numbers from 0 to 1; got "
                f"{tuple(cells.shape)}, {cells.min().item():.4g} to {cells.max().item():.4g}"
            )
        return digits_network.pack(digits_network.tenths(cells))


@cache
def _model() -> nn.Sequential:
    """The network in float64, its weights exactly the hundredths that are shown."""
    network = digits_network.model().double()
    for parameter in network.parameters():
        parameter.copy_((100 * parameter).round() / 100)
    return network


def example(digit: int) -> str:
    """The stored picture of a digit, packed; 10 is the one that is misread."""
    stored = digits_network.stored()["examples"]
    return str(stored[digit][1])


def _moved(picture: str, down: int, right: int) -> str:
    """A packed picture shifted by cells, what leaves the field leaving it for good."""
    field = F.pad(digits_network.unpack(picture), (right, -right, down, -down))
    return digits_network.pack(field)


class Network(Explorable):
    """A digit that the reader draws, and all that a small trained network makes of it.

    Every map of every layer is shown, and one unit is opened: its sum channel by channel, one
    channel's nine products, one multiplication. Beside each answer stands what it was before the
    last change of the picture. The network is that of `utils.digits_network`.

    Args:
        X: The picture, `(12, 12)`, 0 to 1, rounded to tenths; or its 144 characters. A stored
            digit, if None.
        before: The picture before the last change, alike. `X`, if None.
        tool: What the pointer does to the picture: `"draw"`, `"erase"` or `"cover"`; with the last
            a square of 4 by 4 cells lies on the picture, and the network sees no ink there.
        cover: The first row and column of that square, 0 to 8.
        layer, unit: The unit that is opened: 0 and 2 are the convolutions (after ReLU), 1 and 3 the
            poolings, 4 is the answer; units are counted map by map, row by row. `unit` None is the
            digit that is read, and 0 of any other layer.
        channel: Of its sum, 0 shows all channels, 1 to 16 shows one; a pooling reads one only.
        product: Of that channel, 0 shows all nine products, 1 to 9 shows one.

    All are traits afterwards (`picture` for X), and so is `step`, the layers shown: 0 is the
    picture, 5 is all.

    Raises:
        ValueError: for anything else; the message names the rule and the value.

    Example:
        >>> widget = Network()
        >>> widget.output.shape, int(widget.output.argmax())
        (torch.Size([10]), 3)
    """

    picture = Picture(called="the picture")
    before = Picture(called="the picture before")
    tool = Choice("draw", "erase", "cover")
    cover = Pair((4, 4), most=FIELD - COVER)
    step = Position()
    layer = Position()
    unit = Position()
    channel = Position()
    product = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "a digit": {},
        "shifted": {"X": _moved(example(3), 1, 2), "before": example(3), "layer": 4, "unit": 3},
        "covered": {"X": example(8), "tool": "cover", "cover": (6, 2)},
        "misread": {"X": example(10)},
        "no ink": {"X": [[0] * FIELD] * FIELD, "layer": 0, "unit": 13},
        "a convolution": {"X": example(2), "layer": 2, "unit": 5 * 36 + 2 * 6 + 3},
        "at the border": {"X": _moved(example(5), -2, 0), "layer": 0, "unit": 5, "channel": 1},
        "a maximum": {"X": example(4), "layer": 1, "unit": 3 * 36 + 2 * 6 + 2},
        "a channel": {"X": example(6), "layer": 2, "unit": 100, "channel": 3},
        "a product": {"X": example(9), "layer": 4, "unit": 9, "channel": 7, "product": 5},
    }

    def __init__(
        self,
        X: Any = None,
        before: Any = None,
        tool: str = "draw",
        cover: Any = (4, 4),
        layer: int = ANSWER,
        unit: int | None = None,
        channel: int = 0,
        product: int = 0,
    ) -> None:
        picture = self._trait("picture").form(example(3) if X is None else X)
        super().__init__(
            picture=picture,
            before=picture if before is None else before,
            tool=tool,
            cover=cover,
            step=len(LEVELS),
            layer=layer,
            unit=0 if unit is None else unit,
            channel=channel,
            product=product,
        )
        if unit is None:
            self.unit = int(self.output.argmax()) if self.layer == ANSWER else 0

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        layer = min(max(state["layer"], 0), ANSWER)
        _, maps, size, _ = LEVELS[layer]
        channels = 0 if layer in (1, 3) else _below(layer)[0]
        one = min(state["channel"], channels) > 0
        return {
            "step": len(LEVELS) + 1,
            "layer": len(LEVELS),
            "unit": maps * size * size,
            "channel": channels + 1,
            "product": 10 if one else 1,
        }

    @property
    def seen(self) -> Tensor:
        """The picture as the network sees it, float64, shape `(12, 12)`."""
        X = (10 * digits_network.unpack(self.picture)).round().double() / 10
        if self.tool == "cover":
            top, left = self.cover
            X[top : top + COVER, left : left + COVER] = 0
        return X

    @property
    def levels(self) -> list[Tensor]:
        """The picture, then what the page shows of each layer, float64: `(maps, size, size)`."""
        X, made = self.seen[None, None], [self.seen[None]]
        for index, layer in enumerate(_model()):
            X = layer(X)
            if index in SHOWN:
                made.append(X[0].view(*X.shape[1:], *(1,) * (4 - X.dim())))
        return made

    @property
    def output(self) -> Tensor:
        """The share of each digit in the answer: float64, shape `(10,)`."""
        return self.levels[-1].flatten().softmax(0)

    def _window(self) -> tuple[Tensor, Tensor | None, float]:
        """What the opened unit reads `(channels, k, k)`, its kernel alike, and its bias."""
        below, (_, _, size, index) = self.levels[self.layer], LEVELS[self.layer]
        map_, row, col = _place(self.unit, size)
        layer: Any = _model()[index]
        if self.layer in (1, 3):
            return below[map_, 2 * row : 2 * row + 2, 2 * col : 2 * col + 2][None], None, 0.0
        bias = layer.bias[map_].item()
        if self.layer == ANSWER:
            return below, layer.weight[map_].view(-1, 3, 3), bias
        padded = F.pad(below, (1, 1, 1, 1))[:, row : row + 3, col : col + 3]
        return padded, layer.weight[map_], bias

    def _equation(self) -> tuple[str, str]:
        """What the opened unit's numbers mean, and how they make one."""
        X, K, bias = self._window()
        if K is None:
            largest = X.max().item()
            return "The largest of four", _equal(
                f"max({', '.join(map(number, _flat(X)))})", X, largest
            )
        if self.channel:
            X, K = X[self.channel - 1], K[self.channel - 1]
            pairs = list(zip(_flat(X), _flat(K), strict=True))
            if self.product:
                x, w = pairs[self.product - 1]
                return "One multiplication", _equal(f"{bracket(x)}×{bracket(w)}", x, w, x * w)
            text = " + ".join(f"{bracket(x)}×{bracket(w)}" for x, w in pairs)
            total = (X * K).sum().item()
            return f"Channel {self.channel - 1}, nine products", _equal(text, X, K, total)
        parts = _clean((X * K).sum((1, 2)))
        total = _clean(sum(parts) + bias)
        words = "Bias, then each channel"
        if self.layer == ANSWER:
            order = sorted(range(len(parts)), key=lambda c: -abs(parts[c]))
            rest = _clean(sum(parts[c] for c in order[LARGEST:]))
            parts = [*(parts[c] for c in order[:LARGEST]), rest]
            words = f"Bias, the {LARGEST} maps that count most, the others together"
        text = number(bias) + "".join(f" {'−' if x < 0 else '+'} {number(abs(x))}" for x in parts)
        return words, _equal(text, bias, *parts, total)

    def first_frame(self) -> str:
        """The picture, the ten shares, and the opened unit's sum in words."""
        name, _, size, _ = LEVELS[self.layer]
        layers = ", ".join(f"{name}, {maps} of {n}×{n}" for name, maps, n, _ in LEVELS[:-1])
        map_, row, col = _place(self.unit, size)
        unit = f"digit {map_}" if self.layer == ANSWER else f"map {map_}, unit ({row}, {col})"
        words, equation = self._equation()
        shares = self.output.tolist()
        read = max(range(10), key=shares.__getitem__)
        return "\n".join(
            [
                table(
                    f"Picture, {FIELD}×{FIELD}",
                    [[number(x) if x else "·" for x in line] for line in _rounded(self.seen)],
                    lambda i, j: False,
                ),
                table(
                    f"Answer: {read}, the largest of ten shares",
                    [map(str, range(10)), [f"{100 * share:.1f}%" for share in shares]],
                    lambda i, j: i == 0 or j == read,
                ),
                paragraph(f"Maps: {layers}."),
                paragraph(f"{name}, {unit}. {words}: {equation}"),
            ]
        )


def _below(layer: int) -> tuple[int, int]:
    """How many maps a layer reads, and their size."""
    return LEVELS[layer - 1][1:3] if layer else (1, FIELD)


def _place(unit: int, size: int) -> tuple[int, int, int]:
    """The map, row and column of a unit."""
    map_, rest = divmod(unit, size * size)
    return map_, *divmod(rest, size)


def _clean(x: Any) -> Any:
    """Without what floating point adds: all of the network's numbers have at most 7 decimals."""
    return [round(y, 9) for y in x.tolist()] if isinstance(x, Tensor) else round(x, 9)


def _flat(X: Tensor) -> list[float]:
    return list(_clean(X.flatten()))


def _rounded(X: Tensor) -> list[list[float]]:
    return [[round(x, 1) for x in line] for line in X.tolist()]


def _equal(left: str, *numbers: Any) -> str:
    """An equation with its last number as its right side; where any is shown rounded, with ≈."""
    flat = [y for x in numbers for y in (_flat(x) if isinstance(x, Tensor) else [_clean(x)])]
    exact = all(abs(float(number(x).replace("−", "-")) - x) < 1e-9 for x in flat)
    return f"{left} {'=' if exact else '≈'} {number(flat[-1])}"
