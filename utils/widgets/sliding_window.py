"""SlidingWindow: one window, one kernel, one output, step by step."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.shapes import effective_kernel_size, output_size
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Choice, Flag, Matrix, Pair, Position, Real, State, whole

MODES = ("conv", "flip", "max", "avg")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
_POOLING = ("max", "avg")
_WINDOW = Pair(least=1, most=64, called="the window")
_NEAR = 1e-6  # a part of a wanted output by which one may miss it


class Goal(State):
    """What the reader is to reach: a `text`, and the shapes and the output that must hold then.

    Held as a mapping that cannot be changed; empty where there is no goal.
    """

    wanted: ClassVar[dict[str, State]] = {
        "output_shape": Pair(least=1, called="the goal's output_shape"),
        "input_shape": Pair(least=1, called="the goal's input_shape"),
        "kernel_shape": Pair(least=1, called="the goal's kernel_shape"),
        "output": Matrix(called="the goal's output"),
    }

    def form(self, value: Any) -> MappingProxyType[str, Any]:
        """The mapping."""
        if not isinstance(value, Mapping):
            raise WidgetError(f"goal must be a mapping with a text; got {value!r}")
        if not value:
            return MappingProxyType({})
        text, others = value.get("text"), set(value) - {"text"}
        if not isinstance(text, str) or not text.strip():
            raise WidgetError(f"the goal's text must say what to do; got {text!r}")
        if unknown := others - set(self.wanted):
            raise WidgetError(
                f"a goal is made of text, {', '.join(self.wanted)}; got {sorted(map(str, unknown))}"
            )
        if not others & {"output_shape", "output"}:
            raise WidgetError("a goal needs an output_shape or an output")
        formed = {n: form.form(value[n]) for n, form in self.wanted.items() if n in others}
        return MappingProxyType({"text": text, **formed})


class SlidingWindow(Explorable):
    """A window sliding over a matrix, with the sum behind every output written out.

    Args:
        X: The input, a matrix `(n_h, n_w)`: tensor, array or nested lists.
        K: The kernel, a matrix `(k_h, k_w)`; for `"max"` and `"avg"` the window's size, an int or
            two.
        stride, padding, dilation: An int, or two for rows and columns; padding is per side. An
            input and a kernel of one row, unpadded above and below, look like a signal.
        mode: `"conv"`, cross-correlation, what layers compute; `"flip"`, true convolution, whose
            kernel is turned by 180 degrees; `"max"` and `"avg"`, pooling.
        bias: Added to every output; not for pooling.
        count_include_pad: Whether an average divides by the padding cells as well, as in PyTorch.
        predict: Whether outputs stay hidden until the reader has reached or guessed them.
        padding_mode: What a convolution's padding holds, as in `torch.nn.Conv2d`: `"zeros"`, or
            copies of pixels: `"reflect"`, `"replicate"`, `"circular"`.
        ceil_mode: Whether a pooling's last window may hang over the end, as in PyTorch.
        goal: What the reader is to reach: a dict of a `text` that says it, and of what must hold
            then: `output_shape` or `output`, and where it shall stay, `input_shape` and
            `kernel_shape`. The page says when it is reached; `reached` says it in Python.

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
    padding_mode = Choice(*PADDING_MODES)
    ceil_mode = Flag(False)
    goal = Goal({})

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
        "reflected": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": [[0, 1, -1], [2, 3, 0]],
            "padding": (2, 1),
            "padding_mode": "reflect",
        },
        "replicated": {
            "X": [[0, 1, 2], [3, 4, 5]],
            "K": [[0, 1], [2, 3]],
            "padding": (1, 3),
            "dilation": (1, 2),
            "padding_mode": "replicate",
        },
        "circular": {
            "X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "K": [[0, 1, 2], [3, 4, 5], [6, 7, 8]],
            "padding": 1,
            "mode": "flip",
            "padding_mode": "circular",
        },
        "max, rounded up": {
            "X": [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]],
            "K": 3,
            "stride": (2, 3),
            "padding": (0, 1),
            "mode": "max",
            "ceil_mode": True,
        },
        "average, rounded up": {
            "X": [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]],
            "K": (2, 3),
            "stride": 2,
            "padding": (0, 1),
            "mode": "avg",
            "ceil_mode": True,
        },
        "large": {
            "X": [[(i * j) % 7 - 3 for j in range(12)] for i in range(13)],
            "K": [[0, 1], [-1, 0]],
            "stride": (4, 3),
            "padding": 1,
            "padding_mode": "reflect",
        },
        "signal": {"X": [[0, 1, 2, 3, 4, 5, 6, 7]], "K": [[1, 2, 1]], "padding": (0, 1)},
        "with a goal": {
            "X": [list(range(6 * row, 6 * row + 6)) for row in range(6)],
            "K": [[0, 1, 0], [1, 2, 1], [0, 1, 0]],
            "goal": {
                "text": "Set stride and padding so that 6×6 becomes 3×3.",
                "input_shape": 6,
                "kernel_shape": 3,
                "output_shape": 3,
            },
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
        padding_mode: str = "zeros",
        ceil_mode: bool = False,
        goal: Mapping[str, Any] | None = None,
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
            padding_mode=padding_mode,
            ceil_mode=ceil_mode,
            goal={} if goal is None else goal,
        )

    def _check(self, state: dict[str, Any]) -> None:
        """Refuse what no window fits and what PyTorch refuses."""
        mode, X, K = state["mode"], state["input"], state["kernel"]
        copying, ceil = state["padding_mode"], state["ceil_mode"]
        if mode in _POOLING and copying != "zeros":
            raise WidgetError(f"pooling has no padding_mode in PyTorch; got {copying!r}")
        if mode not in _POOLING and ceil:
            raise WidgetError("a convolution has no ceil_mode in PyTorch; got True")
        for axis, (n, k) in enumerate(((len(X), len(K)), (len(X[0]), len(K[0])))):
            padding, dilation = state["padding"][axis], state["dilation"][axis]
            most = {"reflect": n - 1, "circular": n}.get(copying, padding)
            if padding > most:
                rule = "less than" if copying == "reflect" else "at most"
                raise WidgetError(
                    f"{copying} pads by {rule} the input's {n} {('rows', 'columns')[axis]}; "
                    f"got {padding}"
                )
            if mode == "avg" and dilation != 1:
                raise WidgetError(f"average pooling has no dilation in PyTorch; got {dilation}")
            if mode in _POOLING and padding > k / 2:
                raise WidgetError(
                    f"pooling pads by at most half the window: padding {padding}, window {k}"
                )
            span = effective_kernel_size(k, dilation)
            if span > n + 2 * padding + (state["stride"][axis] - 1 if ceil else 0):
                side = ("high", "wide")[axis]
                raise WidgetError(
                    f"the window is {span} {side} ({dilation}·({k} − 1) + 1), but the padded input "
                    f"is only {n + 2 * padding} ({n} + 2·{padding})"
                )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        sizes = ((len(state[name]), len(state[name][0])) for name in ("input", "kernel"))
        places = (state[name] for name in ("stride", "padding", "dilation"))
        each, ceil = zip(*sizes, *places, strict=True), state["ceil_mode"]
        rows, columns = (_rounded_up(*axis) if ceil else output_size(*axis) for axis in each)
        return {"step": rows * columns}

    @property
    def output(self) -> Tensor:
        """The output, float64, shape `(o_h, o_w)`, computed by `utils.functional`."""
        X = torch.tensor(self.input, dtype=torch.float64)[None, None]
        K = torch.tensor(self.kernel, dtype=torch.float64)
        window = tuple(K.shape)
        strides: dict[str, Any] = {"stride": self.stride, "padding": self.padding}
        if self.mode in _POOLING:
            strides["ceil_mode"] = self.ceil_mode
        elif self.padding_mode != "zeros":
            rows, columns = (
                [_copied(i, n, self.padding_mode) for i in range(-p, n + p)]
                for n, p in zip(X.shape[2:], self.padding, strict=True)
            )
            X, strides["padding"] = X[:, :, rows][:, :, :, columns], 0
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

    @property
    def reached(self) -> bool:
        """Whether all that the goal names holds; False where there is none."""
        goal, Y = self.goal, self.output
        shapes = {
            "output_shape": tuple(Y.shape),
            "input_shape": (len(self.input), len(self.input[0])),
            "kernel_shape": (len(self.kernel), len(self.kernel[0])),
        }
        if not goal or any(goal.get(name, shape) != shape for name, shape in shapes.items()):
            return False
        wanted = torch.tensor(goal.get("output", Y.tolist()), dtype=torch.float64)
        scale = wanted.abs().clamp(min=1)
        return wanted.shape == Y.shape and bool(((Y - wanted).abs() <= _NEAR * scale).all())

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
        height, width = len(X) + 2 * ph, len(X[0]) + 2 * pw
        # What hangs over the end of the padding is nothing, and nothing is read there.
        taps = [(i, j) for i, j in taps if i + ph < height and j + pw < width]

        def at(i: int, j: int) -> float:
            if self.padding_mode != "zeros":
                i, j = (
                    _copied(i, len(X), self.padding_mode),
                    _copied(j, len(X[0]), self.padding_mode),
                )
            return X[i][j] if 0 <= i < len(X) and 0 <= j < len(X[0]) else outside

        title = f"Input {len(X)}×{len(X[0])}"
        if ph or pw:
            title += f", padded {height}×{width}"
            title += f", {self.padding_mode}" if self.padding_mode != "zeros" else ""
        parts = [paragraph(f"Goal: {self.goal['text']}")] if self.goal else []
        parts += [
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


def _copied(i: int, n: int, padding_mode: str) -> int:
    """Which of n pixels stands at i, inside of them or in the padding."""
    if padding_mode == "circular":
        return i % n
    if padding_mode == "reflect":
        return n - 1 - abs(n - 1 - abs(i))
    return min(max(i, 0), n - 1)


def _rounded_up(n: int, k: int, stride: int, padding: int, dilation: int) -> int:
    """Count the windows of a pooling with `ceil_mode` along an axis."""
    # Rounding up is rounding down with s − 1 more pixels at the far end ...
    size = output_size(n + stride - 1, k, stride, padding, dilation)
    return size - ((size - 1) * stride >= n + padding)  # ... but a window must begin before it
