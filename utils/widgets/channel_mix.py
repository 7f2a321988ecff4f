"""ChannelMix: the three planes of a colour photograph, weighted and added up."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.picture import Picture, levels_of
from utils.widgets.traits import Array, Position

COLOURS = ("red", "green", "blue")
# A picture for examples: red grows to the right, green downwards, and blue is a bright square.
_SQUARE = [
    [[x / 11 for x in range(12)] for _ in range(14)],
    [[y / 13 for _ in range(12)] for y in range(14)],
    [[0.9 if 3 < x < 9 and 3 < y < 9 else 0.2 for x in range(12)] for y in range(14)],
]


class Weights(Array):
    """A weight from −1 to 1 for each of red, green and blue."""

    def __init__(self) -> None:
        super().__init__("3", most=3, called="weights")

    def form(self, value: Any) -> tuple[Any, ...]:
        """Three numbers."""
        weights = super().form(value)
        if len(weights) != len(COLOURS) or max(map(abs, weights)) > 1:
            raise WidgetError(f"weights must be three numbers from −1 to 1; got {value!r}")
        return weights


class ChannelMix(Explorable):
    """One output channel of a 1×1 convolution: sliders weigh the planes of a colour photograph.

    Args:
        image: Colour picture `(3, h, w)`, values 0 to 1, at most 256 by 256; kept as 8-bit levels.
            The widget holds all of it, so a small one does: 60 by 51 pixels are 12 kB.
        weights: Three numbers from −1 to 1, for red, green and blue.
        row, column: The pixel that is looked at.

    `weights`, `row`, `column`, `image` are traits that page and Python share.

    Raises:
        ValueError: for another number of planes or weights, and for values out of range.

    Example:
        >>> widget = ChannelMix([[[1, 0]], [[0, 1]], [[0, 0.2]]], [1, -1, 0])
        >>> widget.output.tolist()  # in levels from 0 to 255
        [[255.0, -255.0]]
    """

    image = Picture(planes=3, called="the image")
    weights = Weights()
    row = Position()
    column = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "grey": {"image": _SQUARE, "weights": [0.299, 0.587, 0.114], "row": 5, "column": 6},
        "difference": {"image": _SQUARE, "weights": [1, -1, 0], "row": 13},
        "mean": {"image": _SQUARE, "weights": [1 / 3, 1 / 3, 1 / 3], "column": 11},
        "cut": {"image": _SQUARE, "weights": [-1, -1, -1], "row": 12, "column": 10},
    }

    def __init__(self, image: Any, weights: Any, row: int = 0, column: int = 0) -> None:
        super().__init__(image=image, weights=weights, row=row, column=column)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"row": state["image"]["height"], "column": state["image"]["width"]}

    @property
    def levels(self) -> Tensor:
        """The picture's levels, float64 whole numbers 0..255, shape `(3, h, w)`."""
        return levels_of(self.image)

    @property
    def output(self) -> Tensor:
        """The mixed picture in levels, not cut; float64, shape `(h, w)`."""
        W = torch.tensor(self.weights, dtype=torch.float64)
        return functional.conv2d(self.levels[None], W[None, :, None, None])[0, 0]

    def first_frame(self) -> str:
        """The looked-at pixel's three numbers, the weights and their sum."""
        pixel = self.levels[:, self.row, self.column].tolist()
        pairs = list(zip(pixel, self.weights, strict=True))
        at = f"({self.row}, {self.column})"
        result = self.output[self.row, self.column].item()
        return "\n".join(
            [
                table(
                    f"Pixel {at} in levels from 0 to 255, and its weights",
                    [
                        [name, number(x), number(w)]
                        for name, (x, w) in zip(COLOURS, pairs, strict=True)
                    ],
                    lambda i, j: False,
                ),
                paragraph(
                    f"Output {at}: {' + '.join(f'{number(x)}×{bracket(w)}' for x, w in pairs)} "
                    f"= {number(result)}"
                ),
            ]
        )
