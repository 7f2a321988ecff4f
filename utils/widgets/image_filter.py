"""ImageFilter: a photograph, an editable kernel, and what comes out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.picture import Picture, levels_of
from utils.widgets.traits import Choice, Matrix, Position, State

DISPLAYS = ("clipped", "signed", "stretched")
_KERNEL = Matrix(most=15, called="a preset's kernel")
# A picture for examples: dark at the upper left, bright at the lower right, with an edge across.
_RAMP = [[(y + x) / 40 if x < 9 else 1 - y / 30 for x in range(16)] for y in range(24)]


class Presets(State):
    """Kernels by name, or what the page sends for them: pairs of a name and a kernel."""

    def form(self, value: Any) -> tuple[tuple[str, Any], ...]:
        """Pairs of a name and a kernel."""
        try:
            pairs = [(name, kernel) for name, kernel in dict(value).items()]
        except (TypeError, ValueError):
            raise WidgetError(f"presets must be kernels by name; got {value!r}") from None
        if not all(isinstance(name, str) and name for name, _ in pairs):
            raise WidgetError(f"presets must have names; got {[name for name, _ in pairs]}")
        return tuple((name, _KERNEL.form(kernel)) for name, kernel in pairs)


class ImageFilter(Explorable):
    """A photograph under a kernel that the reader edits; point at an output and see its sum.

    Args:
        image: Grey picture `(h, w)`, values 0 (black) to 1 (white); kept as 8-bit grey levels.
        K: The kernel, a matrix `(k_h, k_w)`.
        row, column: The output pixel that is looked at.
        display: How outputs are painted: `"clipped"` to 0..255, `"signed"` with zero in mid-grey,
            or `"stretched"` from the least to the largest.
        presets: Kernels by name to choose from, a dict; eight well-known ones unless told.

    `kernel`, `row`, `column`, `display`, `presets`, `image` are traits that page and Python share.

    Raises:
        ValueError: unless the image is a matrix of numbers from 0 to 1, at most 256 by 256, and the
            kernel a matrix no larger than it.

    Example:
        >>> widget = ImageFilter([[0, 1, 1], [0, 1, 1]], [[1, -1]])
        >>> widget.output.tolist()  # in grey levels
        [[-255.0, 0.0], [-255.0, 0.0]]
    """

    image = Picture(called="the image")
    kernel = Matrix(most=15, called="the kernel")
    row = Position()
    column = Position()
    display = Choice(*DISPLAYS)
    presets = Presets(())

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "clipped": {"image": _RAMP, "K": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]},
        "signed": {"image": _RAMP, "K": [[1, 0, -1]] * 3, "row": 4, "display": "signed"},
        "stretched": {"image": _RAMP, "K": [[1, 2], [0, -1]], "column": 3, "display": "stretched"},
        "own presets": {
            "image": _RAMP,
            "K": [[1, -1]],
            "display": "signed",
            "presets": {"Right": [[1, -1]], "Down": [[1], [-1]]},
        },
    }

    def __init__(
        self,
        image: Any,
        K: Any,
        row: int = 0,
        column: int = 0,
        display: str = "clipped",
        presets: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(
            image=image, kernel=K, row=row, column=column, display=display, presets=presets
        )

    def _check(self, state: dict[str, Any]) -> None:
        image, kernel = state["image"], state["kernel"]
        shape, size = (image["height"], image["width"]), (len(kernel), len(kernel[0]))
        if size[0] > shape[0] or size[1] > shape[1]:
            raise WidgetError(f"a kernel of {size} does not fit in an image of {shape}")

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        image, kernel = state["image"], state["kernel"]
        return {
            "row": image["height"] - len(kernel) + 1,
            "column": image["width"] - len(kernel[0]) + 1,
        }

    @property
    def levels(self) -> Tensor:
        """The picture's grey levels, float64 whole numbers 0..255, shape `(h, w)`."""
        return levels_of(self.image)

    @property
    def output(self) -> Tensor:
        """The filtered picture in grey levels, not clipped; float64, shape `(h−k_h+1, w−k_w+1)`."""
        K = torch.tensor(self.kernel, dtype=torch.float64)
        return functional.conv2d(self.levels[None, None], K[None, None])[0, 0]

    def first_frame(self) -> str:
        """The looked-at window, the kernel and their sum."""
        height, width = len(self.kernel), len(self.kernel[0])
        window = self.levels[self.row : self.row + height, self.column : self.column + width]
        cells = [x for row in window.tolist() for x in row]
        weights = [x for row in self.kernel for x in row]
        terms = [f"{number(x)}×{bracket(w)}" for x, w in zip(cells, weights, strict=True)]
        result = self.output[self.row, self.column].item()
        at = f"({self.row}, {self.column})"
        return "\n".join(
            [
                table(
                    f"Window at {at}, in grey levels from 0 to 255",
                    [[number(x) for x in row] for row in window.tolist()],
                    lambda i, j: False,
                ),
                table(
                    f"Kernel {height}×{width}",
                    [[number(x) for x in row] for row in self.kernel],
                    lambda i, j: False,
                ),
                paragraph(f"Output {at}: {' + '.join(terms)} = {number(result)}"),
            ]
        )
