"""ImageFilter: a photograph, an editable kernel, and what comes out."""

import base64
from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from utils import functional
from utils.widgets import values
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table

DISPLAYS = ("clipped", "signed", "stretched")


class ImageFilter(Explorable):
    """A photograph under a kernel that the reader edits; point at an output and see its sum.

    Args:
        image: Grey picture `(h, w)`, values 0 (black) to 1 (white); kept as 8-bit grey levels.
        K: The kernel, a matrix `(k_h, k_w)`.
        row, column: The output pixel that is looked at.
        display: How outputs are painted: `"clipped"` to 0..255, `"signed"` with zero in mid-grey,
            or `"stretched"` from the least to the largest.

    `kernel`, `row`, `column`, `display` and `image` are traits that page and Python share.

    Raises:
        ValueError: unless the image is a matrix of numbers from 0 to 1, at most 256 by 256, and the
            kernel a matrix no larger than it.

    Example:
        >>> widget = ImageFilter([[0, 1, 1], [0, 1, 1]], [[1, -1]])
        >>> widget.output.tolist()  # in grey levels
        [[-255.0, 0.0], [-255.0, 0.0]]
    """

    kind = traitlets.Unicode("ImageFilter").tag(sync=True)
    image = traitlets.Dict().tag(sync=True, state=True)
    kernel = traitlets.Any().tag(sync=True, state=True)
    row = traitlets.Int(0).tag(sync=True, state=True)
    column = traitlets.Int(0).tag(sync=True, state=True)
    display = traitlets.Unicode("clipped").tag(sync=True, state=True)

    def __init__(
        self, image: Any, K: Any, row: int = 0, column: int = 0, display: str = "clipped"
    ) -> None:
        super().__init__(image=_encode(image), kernel=K, row=row, column=column, display=display)

    @traitlets.validate("kernel", "display", "row", "column")
    def _validate(self, proposal: dict) -> Any:
        return self._agree(proposal)

    def _form(self, name: str, value: Any) -> Any:
        return values.matrix(value, "the kernel", most=15) if name == "kernel" else value

    def _check(self, state: dict[str, Any]) -> None:
        image, kernel = state["image"], state["kernel"]
        shape, size = (image["height"], image["width"]), (len(kernel), len(kernel[0]))
        if size[0] > shape[0] or size[1] > shape[1]:
            raise WidgetError(f"a kernel of {size} does not fit in an image of {shape}")
        if state["display"] not in DISPLAYS:
            raise WidgetError(
                f"display must be one of {', '.join(DISPLAYS)}; got {state['display']!r}"
            )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        image, kernel = state["image"], state["kernel"]
        return {
            "row": image["height"] - len(kernel) + 1,
            "column": image["width"] - len(kernel[0]) + 1,
        }

    @property
    def levels(self) -> Tensor:
        """The picture's grey levels, float64 whole numbers 0..255, shape `(h, w)`."""
        data = np.frombuffer(base64.b64decode(self.image["data"]), dtype=np.uint8)
        levels = data.reshape(self.image["height"], self.image["width"])
        return torch.from_numpy(levels.astype(np.float64))

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


def _encode(image: Any) -> dict[str, Any]:
    rows = np.array(values.matrix(image, "the image", most=256))
    if rows.min() < 0 or rows.max() > 1:
        raise WidgetError(
            "the image must hold values from 0, black, to 1, white; "
            f"got {rows.min():g} to {rows.max():g}"
        )
    levels = np.rint(rows * 255).astype(np.uint8)
    return {
        "height": levels.shape[0],
        "width": levels.shape[1],
        "data": base64.b64encode(levels.tobytes()).decode("ascii"),
    }
