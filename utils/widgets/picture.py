"""Pictures as a part of a widget's state: 8-bit levels, kept small."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from utils.widgets.traits import Array, Matrix, State, WidgetError, whole

MOST = 256


class Picture(State):
    """Levels from 0, black, to 1, white, `(h, w)`, or `(planes, h, w)`; or what the page sends.

    Held as a mapping that cannot be changed: `height`, `width`, and `data`, the levels plane by
    plane and row by row, a byte each, in base64.
    """

    def __init__(self, planes: int | None = None, called: str = "") -> None:
        super().__init__(called=called)
        self.planes = planes
        self.numbers = (
            Array("plane", "height", "width", most=MOST, called=called)
            if planes
            else Matrix(most=MOST, called=called)
        )

    def form(self, value: Any) -> MappingProxyType[str, Any]:
        """The mapping."""
        if isinstance(value, (dict, MappingProxyType)):
            return MappingProxyType(self._checked(value))
        levels = np.array(self.numbers.form(value))
        if self.planes and len(levels) != self.planes:
            raise WidgetError(f"{self.title} must have {self.planes} planes; got {len(levels)}")
        if levels.min() < 0 or levels.max() > 1:
            raise WidgetError(
                f"{self.title} must hold values from 0, black, to 1, white; "
                f"got {levels.min():g} to {levels.max():g}"
            )
        height, width = levels.shape[-2:]
        data = base64.b64encode(np.rint(levels * 255).astype(np.uint8).tobytes()).decode("ascii")
        return MappingProxyType({"height": height, "width": width, "data": data})

    def _checked(self, image: Any) -> dict[str, Any]:
        """A picture as the page sends it, or a `WidgetError` that says what is wrong with it."""
        if set(image) != {"height", "width", "data"}:
            raise WidgetError(f"{self.title} must have height, width and data; got {sorted(image)}")
        height, width = (whole(image[name]) for name in ("height", "width"))
        if height is None or width is None or not (1 <= height <= MOST and 1 <= width <= MOST):
            raise WidgetError(
                f"{self.title}'s height and width must be whole numbers from 1 to {MOST}; "
                f"got {image['height']!r} and {image['width']!r}"
            )
        try:
            levels = base64.b64decode(image["data"], validate=True)
        except (TypeError, ValueError):
            raise WidgetError(f"{self.title}'s data must be bytes in base64") from None
        sides = [*([self.planes] if self.planes else []), height, width]
        if len(levels) != np.prod(sides):
            raise WidgetError(
                f"{self.title}'s data must be {'·'.join(map(str, sides))} = {np.prod(sides)} "
                f"bytes; got {len(levels)}"
            )
        return {"height": height, "width": width, "data": base64.b64encode(levels).decode("ascii")}


def levels_of(image: Mapping[str, Any]) -> Tensor:
    """A held picture's levels, float64 whole numbers 0..255, `(h, w)` or `(planes, h, w)`."""
    levels = np.frombuffer(base64.b64decode(image["data"]), dtype=np.uint8).astype(np.float64)
    side = image["height"], image["width"]
    planes = levels.size // (side[0] * side[1])
    return torch.from_numpy(levels.reshape(side if planes == 1 else (planes, *side)))
