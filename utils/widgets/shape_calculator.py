"""ShapeCalculator: the output size along one axis, with the numbers put in."""

from typing import Any

import torch
import traitlets
from torch import Tensor

from utils.shapes import effective_kernel_size, output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import paragraph

MOST = 100_000


class ShapeCalculator(Explorable):
    """The output-size formula along one axis, the windows drawn, and what the far edge loses.

    Args:
        n: Input size in pixels.
        k: Kernel size.
        stride, dilation: 1 or more.
        padding: Per side, 0 or more.

    Each is a trait; `step` is the output position that the window stands on.

    Raises:
        ValueError: for numbers that are not whole or out of range, and where no window fits.

    Example:
        >>> ShapeCalculator(n=224, k=7, stride=2, padding=3).output
        tensor(112)
    """

    kind = traitlets.Unicode("ShapeCalculator").tag(sync=True)
    n = traitlets.Int(8).tag(sync=True, state=True)
    k = traitlets.Int(3).tag(sync=True, state=True)
    stride = traitlets.Int(1).tag(sync=True, state=True)
    padding = traitlets.Int(0).tag(sync=True, state=True)
    dilation = traitlets.Int(1).tag(sync=True, state=True)
    step = traitlets.Int(0).tag(sync=True, state=True)

    def __init__(
        self, n: int = 8, k: int = 3, stride: int = 1, padding: int = 0, dilation: int = 1
    ) -> None:
        super().__init__(n=n, k=k, stride=stride, padding=padding, dilation=dilation)

    @traitlets.validate("n", "k", "stride", "padding", "dilation", "step")
    def _validate(self, proposal: dict) -> Any:
        return self._agree(proposal)

    def _form(self, name: str, value: Any) -> Any:
        least = 0 if name in ("padding", "step") else 1
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise WidgetError(
                f"{name} must be a whole number from {least} to {MOST:,}; got {value!r}"
            )
        return value

    def _check(self, state: dict[str, Any]) -> None:
        try:
            _size(state)
        except ValueError as error:
            raise WidgetError(str(error)) from None

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"step": _size(state)}

    @property
    def output(self) -> Tensor:
        """The output size, a whole number in a tensor without dimensions."""
        return torch.tensor(_size(self.spec))

    def first_frame(self) -> str:
        """The formula with the numbers put in."""
        n, k, s, p, d = self.n, self.k, self.stride, self.padding, self.dilation
        top = n + 2 * p - effective_kernel_size(k, d)
        return paragraph(
            f"⌊({n} + 2·{p} − {d}·({k} − 1) − 1) / {s}⌋ + 1 = ⌊{top} / {s}⌋ + 1 = {top // s + 1}"
        )


def _size(state: dict[str, int]) -> int:
    return output_size(state["n"], state["k"], state["stride"], state["padding"], state["dilation"])
