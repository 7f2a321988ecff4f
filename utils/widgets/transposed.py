"""Transposed: the transposed convolution, by stamping and by zero insertion."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import number, paragraph, table
from utils.widgets.traits import Matrix, Pair, Position


class Transposed(Explorable):
    """A transposed convolution computed twice, step by step, with the same numbers in the end.

    Args:
        X: The input, a matrix `(n_h, n_w)`, at most 8 by 8.
        K: The kernel, a matrix `(k_h, k_w)`.
        stride, padding, output_padding: Those of the direct convolution whose shape this one
            undoes; an int, or two for rows and columns.

    Each is a trait (`input` and `kernel` for X and K); `step` is the last input stamped,
    counted along the rows from 0.

    Raises:
        ValueError: for anything that is not a matrix, for an output padding not smaller than the
            stride, and for a padding that crops everything; shapes are named.

    Example:
        >>> widget = Transposed([[0, 1], [2, 3]], [[0, 1], [2, 3]])
        >>> widget.output.tolist()
        [[0.0, 0.0, 1.0], [0.0, 4.0, 6.0], [4.0, 12.0, 9.0]]
    """

    input = Matrix(most=8, called="the input")
    kernel = Matrix(most=8, called="the kernel")
    stride = Pair(1, least=1)
    padding = Pair(0)
    output_padding = Pair(0, called="output padding")
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "plain": {"X": [[0, 1], [2, 3]], "K": [[0, 1], [2, 3]]},
        "strided": {
            "X": [[1, -2, 3], [0.5, 4, -1]],
            "K": [[1, 2, 0], [-1, 3, 1]],
            "stride": (2, 3),
            "padding": 1,
            "output_padding": (1, 2),
        },
    }

    def __init__(
        self,
        X: Any,
        K: Any,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__(
            input=X, kernel=K, stride=stride, padding=padding, output_padding=output_padding
        )

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

        def shown(name: str, rows: Any) -> str:
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
    places = {name: state[name] for name in ("stride", "padding", "output_padding")}
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
