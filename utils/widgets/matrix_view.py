"""MatrixView: a convolution as one matrix product."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.shapes import output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import number, paragraph, table
from utils.widgets.traits import Choice, Flag, Matrix, Pair, Position, whole

UNROLLS = ("kernel", "input")
MOST = 64
_SHAPE = Pair(least=1, most=MOST, called="the input's shape")


class MatrixView(Explorable):
    """The two matrices of a convolution: the unrolled kernel and the unrolled input.

    Args:
        X_shape: The input's `(n_h, n_w)`, at most 64 pixels in all; the input is 0, 1, 2, ... Or
            the input itself, a matrix.
        K: The kernel, a matrix `(k_h, k_w)`.
        stride, padding: An int, or two for rows and columns; padding is per side.
        unroll: `"kernel"`, a row for each output and a column for each pixel; or `"input"`
            (im2col), a row for each output and a column for each weight.
        transposed: Show the transpose; with the kernel unrolled, it is multiplied with the
            convolution's output, which gives the transposed convolution.

    Raises:
        ValueError: for anything that is not a matrix, for kernels that do not fit, and for matrices
            of more than 64 rows or columns; shapes are named.

    Example:
        >>> view = MatrixView((3, 3), [[0, 1], [2, 3]])
        >>> view.matrix.shape
        torch.Size([4, 9])
        >>> (view.matrix @ torch.arange(9.0, dtype=torch.float64)).tolist()
        [19.0, 25.0, 37.0, 43.0]
    """

    input = Matrix(called="the input")
    kernel = Matrix(called="the kernel")
    stride = Pair(1, least=1)
    padding = Pair(0)
    unroll = Choice(*UNROLLS)
    transposed = Flag(False)
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "kernel": {"X_shape": (3, 3), "K": [[0, 1], [2, 3]]},
        "kernel transposed": {
            "X_shape": [[2, -1, 0, 3], [1, 4, -2, 0], [0, 1, 5, 2]],
            "K": [[1, -2], [3, 0.5]],
            "stride": (1, 2),
            "transposed": True,
        },
        "kernel padded": {"X_shape": (3, 4), "K": [[1, 2], [3, 4]], "stride": 2, "padding": 1},
        "input": {"X_shape": (3, 4), "K": [[1, 2], [3, 4]], "unroll": "input"},
        "input transposed": {
            "X_shape": (3, 3),
            "K": [[1, -1], [2, 3]],
            "padding": 1,
            "unroll": "input",
            "transposed": True,
        },
    }

    def __init__(
        self,
        X_shape: Any,
        K: Any,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        unroll: str = "kernel",
        transposed: bool = False,
    ) -> None:
        if isinstance(X_shape, tuple) and all(whole(n) is not None for n in X_shape):
            h, w = _SHAPE.form(X_shape)
            X_shape = torch.arange(h * w).reshape(h, w)
        super().__init__(
            input=X_shape,
            kernel=K,
            stride=stride,
            padding=padding,
            unroll=unroll,
            transposed=transposed,
        )

    def _check(self, state: dict[str, Any]) -> None:
        _compute(state)

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        sizes = [(len(state[name]), len(state[name][0])) for name in ("input", "kernel")]
        if state["transposed"] and state["unroll"] == "kernel":  # back to the input
            rows, columns = sizes[0]
        else:
            places = (state["stride"], state["padding"])
            rows, columns = (output_size(*axis) for axis in zip(*sizes, *places, strict=True))
        return {"step": rows * columns}

    @property
    def matrix(self) -> Tensor:
        """The shown matrix, float64: `(outputs, pixels)`, `(outputs, weights)`, or transposed."""
        return _compute(self.spec)[0]

    @property
    def output(self) -> Tensor:
        """What the shown product gives: the convolution, or with the transpose its way back."""
        return _compute(self.spec)[1]

    def first_frame(self) -> str:
        """The matrix and the result as tables."""
        matrix, output = _compute(self.spec)
        r, c = divmod(min(self.step, output.numel() - 1), output.shape[1])
        across = self.unroll == "input" and self.transposed
        return "\n".join(
            [
                table(
                    f"Matrix {matrix.shape[0]}×{matrix.shape[1]}",
                    [[number(x) for x in row] for row in matrix.tolist()],
                    lambda i, j: (j if across else i) == r * output.shape[1] + c,
                ),
                table(
                    f"Output {output.shape[0]}×{output.shape[1]}",
                    [[number(x) for x in row] for row in output.tolist()],
                    lambda i, j: (i, j) == (r, c),
                ),
                paragraph(f"Output ({r}, {c}) = {number(output[r, c].item())}"),
            ]
        )


def _compute(state: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """The shown matrix and the result of its product, shaped as a picture."""
    X = torch.tensor(state["input"], dtype=torch.float64)
    K = torch.tensor(state["kernel"], dtype=torch.float64)
    places = {"stride": state["stride"], "padding": state["padding"]}
    try:
        Y = functional.conv2d(X[None, None], K[None, None], **places)[0, 0]
    except (TypeError, ValueError) as error:
        raise WidgetError(str(error)) from None
    if max(X.numel(), Y.numel()) > MOST:
        raise WidgetError(
            f"the matrix can have at most {MOST} rows and columns here; an input of "
            f"{tuple(X.shape)} and an output of {tuple(Y.shape)} make {Y.numel()} by {X.numel()}"
        )
    if state["unroll"] == "kernel":
        # Column p of the matrix is what the convolution makes of pixel p alone.
        pixels = torch.eye(X.numel(), dtype=torch.float64).reshape(-1, 1, *X.shape)
        matrix = functional.conv2d(pixels, K[None, None], **places).flatten(1).T
    else:
        matrix = functional.unfold(X[None, None], tuple(K.shape), **places)[0].T
    if not state["transposed"]:
        return matrix, Y
    if state["unroll"] == "kernel":
        return matrix.T, (matrix.T @ Y.flatten()).reshape(X.shape)
    return matrix.T, Y
