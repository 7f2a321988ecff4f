"""Transposed: the transposed convolution, by stamping and by zero insertion."""

from typing import Any

import torch
import traitlets
from torch import Tensor

from utils import functional
from utils.widgets import values
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import number, paragraph, table


class Transposed(Explorable):
    """A transposed convolution computed twice, step by step, with the same numbers in the end.

    Args:
        X: The input, a matrix `(n_h, n_w)`, at most 8 by 8.
        K: The kernel, a matrix `(k_h, k_w)`.
        stride, padding, output_padding: Those of the direct convolution whose shape this one
            undoes; an int, or two for rows and columns.

    Each is a trait (`input` and `kernel` for X and K); `step` counts the inputs stamped, from 0.

    Raises:
        ValueError: for anything that is not a matrix, for an output padding not smaller than the
            stride, and for a padding that crops everything; shapes are named.

    Example:
        >>> widget = Transposed([[0, 1], [2, 3]], [[0, 1], [2, 3]])
        >>> widget.output.tolist()
        [[0.0, 0.0, 1.0], [0.0, 4.0, 6.0], [4.0, 12.0, 9.0]]
    """

    kind = traitlets.Unicode("Transposed").tag(sync=True)
    input = traitlets.Any().tag(sync=True, state=True)
    kernel = traitlets.Any().tag(sync=True, state=True)
    stride = traitlets.Any([1, 1]).tag(sync=True, state=True)
    padding = traitlets.Any([0, 0]).tag(sync=True, state=True)
    output_padding = traitlets.Any([0, 0]).tag(sync=True, state=True)
    step = traitlets.Int(0).tag(sync=True, state=True)

    def __init__(
        self,
        X: Any,
        K: Any,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
    ) -> None:
        X = self._form("input", X)
        # The widget opens on its last step, the finished sum: the first has nothing to compare yet.
        super().__init__(
            input=X,
            kernel=K,
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            step=len(X) * len(X[0]) - 1,
        )

    @traitlets.validate("input", "kernel", "stride", "padding", "output_padding", "step")
    def _validate(self, proposal: dict) -> Any:
        return self._agree(proposal)

    def _form(self, name: str, value: Any) -> Any:
        if name in ("input", "kernel"):
            return values.matrix(value, f"the {name}", most=8)
        if name == "step":
            return value
        return values.pair(value, name.replace("_", " "), least=1 if name == "stride" else 0)

    def _check(self, state: dict[str, Any]) -> None:
        _compute(state)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"step": len(state["input"]) * len(state["input"][0])}

    @property
    def output(self) -> Tensor:
        """The output, float64, computed by `utils.functional`."""
        return _compute(self.spec)

    def first_frame(self) -> str:
        """Input, kernel and output as tables, and the size in words."""
        output = self.output

        def shown(name: str, rows: list[list[float]]) -> str:
            cells = [[number(x) for x in row] for row in rows]
            return table(f"{name} {len(rows)}×{len(rows[0])}", cells, lambda i, j: False)

        sizes = [
            f"({n} − 1)·{s} − 2·{p} + {k} + {extra} = {size}"
            for n, k, s, p, extra, size in zip(
                (len(self.input), len(self.input[0])),
                (len(self.kernel), len(self.kernel[0])),
                self.stride,
                self.padding,
                self.output_padding,
                output.shape,
                strict=True,
            )
        ]
        return "\n".join(
            [
                shown("Input", self.input),
                shown("Kernel", self.kernel),
                shown("Output", output.tolist()),
                paragraph(f"Height {sizes[0]}. Width {sizes[1]}."),
            ]
        )


def _compute(state: dict[str, Any]) -> Tensor:
    X = torch.tensor(state["input"], dtype=torch.float64)
    K = torch.tensor(state["kernel"], dtype=torch.float64)
    places = {name: tuple(state[name]) for name in ("stride", "padding", "output_padding")}
    try:
        Y = functional.conv_transpose2d(X[None, None], K[None, None], **places)[0, 0]
    except (TypeError, ValueError) as error:
        raise WidgetError(str(error)) from None
    if any(extra >= s for extra, s in zip(state["output_padding"], state["stride"], strict=True)):
        raise WidgetError(
            f"output padding must be smaller than the stride; got {state['output_padding']} and "
            f"stride {state['stride']}"
        )
    if 0 in Y.shape:
        raise WidgetError(f"padding {state['padding']} crops all; the output is {tuple(Y.shape)}")
    return Y
