"""ShapeCalculator: the output size along one axis, with the numbers put in."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils.shapes import effective_kernel_size, output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import paragraph
from utils.widgets.traits import Position, Whole


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

    n = Whole(8)
    k = Whole(3)
    stride = Whole(1)
    padding = Whole(0, least=0)
    dilation = Whole(1)
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "plain": {},
        "dilated": {"n": 11, "k": 3, "stride": 3, "padding": 1, "dilation": 2},
        "halved": {"n": 224, "k": 7, "stride": 2, "padding": 3},
    }

    def __init__(
        self, n: int = 8, k: int = 3, stride: int = 1, padding: int = 0, dilation: int = 1
    ) -> None:
        super().__init__(n=n, k=k, stride=stride, padding=padding, dilation=dilation)

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
