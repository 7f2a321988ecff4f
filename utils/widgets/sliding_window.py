"""SlidingWindow: one window, one kernel, one output, step by step."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.shapes import effective_kernel_size, output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Choice, Flag, Matrix, Pair, Position, Real, whole

MODES = ("conv", "flip", "max", "avg")
_POOLING = ("max", "avg")
_WINDOW = Pair(least=1, most=64, called="the window")


class SlidingWindow(Explorable):
    """A window sliding over a matrix, with the sum behind every output written out.

    Args:
        X: The input, a matrix `(n_h, n_w)`: tensor, array or nested lists.
        K: The kernel, a matrix `(k_h, k_w)`; for `"max"` and `"avg"` the window's size, an int or
            two.
        stride, padding, dilation: An int, or two for rows and columns; padding is per side.
        mode: `"conv"`, cross-correlation, what layers compute; `"flip"`, true convolution, whose
            kernel is turned by 180 degrees; `"max"` and `"avg"`, pooling.
        bias: Added to every output; not for pooling.
        count_include_pad: Whether an average divides by the padding cells as well, as in PyTorch.
        predict: Whether outputs stay hidden until the reader has reached or guessed them.

    Every argument is a trait afterwards (`input` and `kernel` for X and K), and so is `step`, the
    output cell that the window stands on, counted along rows from 0. Traits can be set, observed
    and linked; the page and Python follow one another.

    Raises:
        ValueError: for anything that is not a matrix, for sizes no window fits, and for whatever
            PyTorch refuses; the message names the shapes and the rule.

    Example:
        >>> window = SlidingWindow([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])
        >>> window.output.tolist()
        [[19.0, 25.0], [37.0, 43.0]]
        >>> window.mode = "flip"
        >>> window.output.tolist()
        [[5.0, 11.0], [23.0, 29.0]]
    """

    input = Matrix(called="the input")
    kernel = Matrix(called="the kernel")
    stride = Pair(1, least=1)
    padding = Pair(0)
    dilation = Pair(1, least=1)
    mode = Choice(*MODES)
    bias = Real(0)
    step = Position()
    count_include_pad = Flag(True)
    predict = Flag(False)

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "plain": {"X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "K": [[0, 1], [2, 3]]},
        "dilated": {
            "X": [[-1, 2, 0, 4, 3], [2, -2, 1, 5, 0], [0, 7, 1, -4, 2], [3, 3, 0, 1, 6]],
            "K": [[1, -2], [0, 3]],
            "stride": 2,
            "padding": (1, 2),
            "dilation": (2, 1),
            "bias": 0.5,
        },
        "flipped": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": [[0.5, -1], [2, 3]],
            "padding": 1,
            "mode": "flip",
        },
        "max": {
            "X": [[0, -1, -2], [-3, -4, -5], [-6, -7, -8]],
            "K": 2,
            "padding": 1,
            "mode": "max",
        },
        "average": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": (2, 2),
            "padding": 1,
            "mode": "avg",
        },
        "average of pixels": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": (3, 2),
            "stride": 2,
            "padding": 1,
            "mode": "avg",
            "count_include_pad": False,
        },
        "predicted": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": [[0, 1], [2, 3]],
            "predict": True,
        },
    }

    def __init__(
        self,
        X: Any,
        K: Any,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        mode: str = "conv",
        bias: float = 0,
        count_include_pad: bool = True,
        predict: bool = False,
    ) -> None:
        sizes = K if isinstance(K, tuple) else (K,)
        if mode in _POOLING and all(whole(size) is not None for size in sizes):
            height, width = _WINDOW.form(K)
            K = [[1] * width] * height
        super().__init__(
            input=X,
            kernel=K,
            stride=stride,
            padding=padding,
            dilation=dilation,
            mode=mode,
            bias=bias,
            count_include_pad=count_include_pad,
            predict=predict,
        )

    def _check(self, state: dict[str, Any]) -> None:
        """Refuse what no window fits and what PyTorch refuses."""
        mode, X, K = state["mode"], state["input"], state["kernel"]
        for axis, (n, k) in enumerate(((len(X), len(K)), (len(X[0]), len(K[0])))):
            padding, dilation = state["padding"][axis], state["dilation"][axis]
            if mode == "avg" and dilation != 1:
                raise WidgetError(f"average pooling has no dilation in PyTorch; got {dilation}")
            if mode in _POOLING and padding > k / 2:
                raise WidgetError(
                    f"pooling pads by at most half the window: padding {padding}, window {k}"
                )
            span = effective_kernel_size(k, dilation)
            if span > n + 2 * padding:
                side = ("high", "wide")[axis]
                raise WidgetError(
                    f"the window is {span} {side} ({dilation}·({k} − 1) + 1), but the padded input "
                    f"is only {n + 2 * padding} ({n} + 2·{padding})"
                )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        sizes = ((len(state[name]), len(state[name][0])) for name in ("input", "kernel"))
        places = (state[name] for name in ("stride", "padding", "dilation"))
        rows, columns = (output_size(*axis) for axis in zip(*sizes, *places, strict=True))
        return {"step": rows * columns}

    @property
    def output(self) -> Tensor:
        """The output, float64, shape `(o_h, o_w)`, computed by `utils.functional`."""
        X = torch.tensor(self.input, dtype=torch.float64)[None, None]
        K = torch.tensor(self.kernel, dtype=torch.float64)
        window, strides = tuple(K.shape), {"stride": self.stride, "padding": self.padding}
        if self.mode == "max":
            Y = functional.max_pool2d(X, window, **strides, dilation=self.dilation)
            assert isinstance(Y, Tensor)  # indices are not asked for
        elif self.mode == "avg":
            Y = functional.avg_pool2d(
                X, window, **strides, count_include_pad=self.count_include_pad
            )
        else:
            weight = (K.flip(0, 1) if self.mode == "flip" else K)[None, None]
            bias = torch.tensor([self.bias], dtype=torch.float64)
            Y = functional.conv2d(X, weight, bias, **strides, dilation=self.dilation)
        return Y[0, 0]

    def first_frame(self) -> str:
        """The padded input, the kernel and the output as tables, and the shown sum in words."""
        rows, columns = self.output.shape
        r, c = divmod(min(self.step, rows * columns - 1), columns)
        (ph, pw), (sh, sw), (dh, dw) = self.padding, self.stride, self.dilation
        X, K = self.input, self.kernel
        taps = [
            (r * sh - ph + u * dh, c * sw - pw + v * dw)
            for u in range(len(K))
            for v in range(len(K[0]))
        ]
        outside = float("-inf") if self.mode == "max" else 0

        def at(i: int, j: int) -> float:
            return X[i][j] if 0 <= i < len(X) and 0 <= j < len(X[0]) else outside

        height, width = len(X) + 2 * ph, len(X[0]) + 2 * pw
        title = f"Input {len(X)}×{len(X[0])}" + (f", padded {height}×{width}" if ph or pw else "")
        parts = [
            table(
                title,
                [[number(at(i - ph, j - pw)) for j in range(width)] for i in range(height)],
                lambda i, j: (i - ph, j - pw) in taps,
            )
        ]
        if self.mode not in _POOLING:
            parts.append(
                table(
                    f"Kernel {len(K)}×{len(K[0])}",
                    [[number(x) for x in row] for row in K],
                    lambda i, j: False,
                )
            )
        parts.append(
            table(
                f"Output {rows}×{columns}",
                [
                    [
                        "?" if self.predict and (i, j) != (r, c) else number(x)
                        for j, x in enumerate(row)
                    ]
                    for i, row in enumerate(self.output.tolist())
                ],
                lambda i, j: (i, j) == (r, c),
            )
        )
        inside = [0 <= i < len(X) and 0 <= j < len(X[0]) for i, j in taps]
        sum_ = self._arithmetic([at(i, j) for i, j in taps], inside, self.output[r, c].item())
        parts.append(paragraph(f"Output ({r}, {c}): {sum_}"))
        return "\n".join(parts)

    def _arithmetic(self, cells: list[float], inside: list[bool], result: float) -> str:
        shown = [number(cells[0]), *(bracket(x) for x in cells[1:])]
        if self.mode == "max":
            return f"max({', '.join(number(x) for x in cells)}) = {number(result)}"
        if self.mode == "avg":
            divisor = len(cells) if self.count_include_pad else sum(inside)
            return f"({' + '.join(shown)}) / {divisor} = {number(result)}"
        weights = [x for row in self.kernel for x in row]
        if self.mode == "flip":
            weights.reverse()
        terms = [f"{x}×{bracket(w)}" for x, w in zip(shown, weights, strict=True)]
        if self.bias:
            terms.append(bracket(self.bias))
        return f"{' + '.join(terms)} = {number(result)}"
