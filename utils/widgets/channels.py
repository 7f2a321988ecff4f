"""Channels: planes in, a bank of filters, partial sums, planes out."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from utils import functional
from utils.shapes import output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Array, Pair, Position, State, Whole

TINTS = ("", "red", "green", "blue")


class Tints(State):
    """A word of `TINTS` for each plane."""

    def form(self, value: Any) -> tuple[str, ...]:
        """A tuple of the words."""
        if not isinstance(value, (list, tuple)) or not all(tint in TINTS for tint in value):
            raise WidgetError(f"tints must name one of {TINTS} for each plane; got {value!r}")
        return tuple(value)


class Channels(Explorable):
    """A convolution of many channels, one output and its partial sums at a time.

    Args:
        X: Input planes `(c_i, n_h, n_w)`.
        W: Filter bank `(c_o, c_i / groups, k_h, k_w)`.
        groups: Into how many groups that do not mix the channels fall.
        stride, padding: An int, or two for rows and columns; padding is per side.
        tints: One of `""`, `"red"`, `"green"`, `"blue"` for each plane: how it is coloured. Three
            planes are red, green and blue unless told.

    Traits: `planes`, `filters`, `groups`, `stride`, `padding`, `tints`, and `step`, the output cell
    that is looked at, counted plane by plane and along the rows from 0.

    Raises:
        ValueError: unless X is three-dimensional and W four-dimensional, their channels and
            `groups` fit together, and the kernel fits in the padded input; shapes are named.

    Example:
        >>> X = torch.arange(9.0).reshape(3, 3)
        >>> K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
        >>> widget = Channels(torch.stack([X, X + 1]), torch.stack([K, K + 1])[None])
        >>> widget.output.tolist()
        [[[56.0, 72.0], [104.0, 120.0]]]
    """

    planes = Array("channels", "height", "width", most=24, called="the input")
    filters = Array("out", "in / groups", "height", "width", most=24, called="the filter bank")
    groups = Whole(1)
    stride = Pair(1, least=1)
    padding = Pair(0)
    tints = Tints()
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "plain": {
            "X": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]],
            "W": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]],
        },
        "coloured": {
            "X": [
                [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
                [[1, 0, 1], [0, 2, 0], [1, 0, 1]],
                [[5, 5, 5], [0, 0, 0], [1, 2, 3]],
            ],
            "W": [[[[1, -1]], [[0, 2]], [[1, 1]]], [[[0, 1]], [[-1, 0.5]], [[2, 0]]]],
            "padding": (0, 1),
        },
        "grouped": {
            "X": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[2, -2, 0], [1, 1, 1], [0, 4, 0]]],
            "W": [[[[0, 1], [2, 3]]], [[[1, -1], [-1, 1]]], [[[0, 0], [0, 2]]], [[[1, 1], [1, 1]]]],
            "groups": 2,
            "stride": (2, 1),
            "padding": 1,
        },
    }

    def __init__(
        self,
        X: Any,
        W: Any,
        groups: int = 1,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        tints: list[str] | None = None,
    ) -> None:
        planes = self._trait("planes").form(X)
        if tints is None:
            tints = list(TINTS[1:]) if len(planes) == 3 else [""] * len(planes)
        super().__init__(
            planes=planes, filters=W, groups=groups, stride=stride, padding=padding, tints=tints
        )

    def _check(self, state: dict[str, Any]) -> None:
        _compute(state)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        sizes = (np.shape(state["planes"])[1:], np.shape(state["filters"])[2:])
        places = (state["stride"], state["padding"])
        rows, columns = (output_size(*axis) for axis in zip(*sizes, *places, strict=True))
        return {"step": len(state["filters"]) * rows * columns}

    @property
    def output(self) -> Tensor:
        """The output planes, float64, shape `(c_o, o_h, o_w)`, computed by `utils.functional`."""
        return _compute(self.spec)

    def first_frame(self) -> str:
        """The planes, the chosen filter, the output planes, and what each plane adds."""
        output = self.output
        cell = np.unravel_index(min(self.step, output.numel() - 1), output.shape)
        o, r, c = (int(i) for i in cell)
        each = len(self.planes) // self.groups
        first = o // (len(self.filters) // self.groups) * each
        (sh, sw), (ph, pw) = self.stride, self.padding
        kernels = self.filters[o]
        taps = [
            (u, v, r * sh - ph + u, c * sw - pw + v)
            for u in range(len(kernels[0]))
            for v in range(len(kernels[0][0]))
        ]
        parts, sums = [], []
        for index, plane in enumerate(self.planes):
            fed = first <= index < first + each
            read = {(i, j) for _, _, i, j in taps} if fed else set()
            parts.append(_plane(f"Input {index}", plane, read))
        for index, kernel in enumerate(kernels, first):
            plane = self.planes[index]
            parts.append(_plane(f"Kernel {index}", kernel, set()))
            inside = [0 <= y < len(plane) and 0 <= x < len(plane[0]) for _, _, y, x in taps]
            products = [
                (plane[y][x] if read else 0.0, kernel[u][v])
                for (u, v, y, x), read in zip(taps, inside, strict=True)
            ]
            sums.append(sum(x * w for x, w in products))
        for index, plane in enumerate(output.tolist()):
            parts.append(_plane(f"Output {index}", plane, {(r, c)} if index == o else set()))
        if len(sums) > 1:
            told = "what each plane adds"
            terms = [number(x) if i == 0 else bracket(x) for i, x in enumerate(sums)]
        else:
            told = "its only plane adds all of it"
            shown = [number(x) if i == 0 else bracket(x) for i, (x, _) in enumerate(products)]
            terms = [f"{x}×{bracket(w)}" for x, (_, w) in zip(shown, products, strict=True)]
        total = number(output[o, r, c].item())
        parts.append(paragraph(f"Output {o} at ({r}, {c}), {told}: {' + '.join(terms)} = {total}"))
        return "\n".join(parts)


def _plane(caption: str, plane: list[list[float]], marked: set[tuple[int, int]]) -> str:
    rows = [[number(x) for x in row] for row in plane]
    return table(caption, rows, lambda i, j: (i, j) in marked)


def _compute(state: dict[str, Any]) -> Tensor:
    """The output; every rule about shapes and groups is the operator's own."""
    if len(state["tints"]) != len(state["planes"]):
        raise WidgetError(
            f"tints must name one of {TINTS} for each of {len(state['planes'])} planes; "
            f"got {state['tints']!r}"
        )
    X = torch.tensor(state["planes"], dtype=torch.float64)
    W = torch.tensor(state["filters"], dtype=torch.float64)
    try:
        places = {name: state[name] for name in ("stride", "padding", "groups")}
        return functional.conv2d(X[None], W, **places)[0]
    except (TypeError, ValueError) as error:
        raise WidgetError(str(error)) from None
