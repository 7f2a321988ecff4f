"""Deformable: the points of one window, each looking where its offset sends it."""

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Array, Flag, Matrix, Position

FARTHEST = 16  # pixels, either way
_RAMP = [[2 * i + j for j in range(7)] for i in range(7)]
_EDGE = [[9 * (j > 2) for j in range(7)] for _ in range(7)]
_MEAN = [[1] * 3] * 3
_SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


class _Numbers(Array):
    """A row of numbers in a range."""

    def __init__(self, axis: str, least: int, largest: int, most: int) -> None:
        super().__init__(axis, most=most)
        self.least, self.largest = least, largest

    def form(self, value: Any) -> tuple[Any, ...]:
        """The numbers."""
        numbers = super().form(value)
        if not all(self.least <= x <= self.largest for x in numbers):
            raise WidgetError(
                f"{self.title} must hold numbers from {number(self.least)} to {self.largest}; "
                f"got {value!r}"
            )
        return numbers


class Deformable(Explorable):
    """One window of a deformable convolution: drag its sampling points, and all numbers follow.

    Shown for the chosen point: the four pixels around it with their bilinear weights, what it
    reads, and the gradients of the window's sum.

    Args:
        X: The input, a matrix `(n_h, n_w)`, at most 12 by 12.
        K: The kernel, a matrix `(k_h, k_w)`, at most 3 by 3.
        offset: `(2·k_h·k_w,)`, in pixels, −16 to 16, in the order of
            `utils.functional.deform_conv2d`: tap by tap, row by row, first how far down, then how
            far to the right. Zeros, if None.
        mask: `(k_h·k_w,)`, 0 to 1: what each tap's reading is multiplied by, as in version 2. None
            is version 1, without.
        row, column: The window that is looked at, as a place of the output.
        step: The chosen sampling point, counted row by row.

    Every argument is a trait afterwards (`input` and `kernel` for X and K), and so is `modulated`:
    whether the mask is applied.

    Raises:
        ValueError: for anything else, and for a kernel larger than the input; the message names
            the rule and the value.

    Example:
        >>> widget = Deformable([[0, 1], [2, 3]], [[2]], offset=[0.5, 0.25])
        >>> widget.samples.tolist()  # half-way down, a quarter of the way to the right
        [[1.25]]
        >>> widget.offset_gradient.tolist()  # of twice that
        [4.0, 2.0]
    """

    input = Matrix(most=12, called="the input")
    kernel = Matrix(most=3, called="the kernel")
    offset = _Numbers("2·k_h·k_w", -FARTHEST, FARTHEST, most=18)
    mask = _Numbers("k_h·k_w", 0, 1, most=9)
    modulated = Flag(False)
    row = Position()
    column = Position()
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "at rest": {"X": _RAMP, "K": _MEAN, "row": 2, "column": 2},
        "half a pixel": {
            "X": _EDGE,
            "K": _SOBEL,
            "offset": [0.5] * 18,
            "row": 1,
            "column": 1,
            "step": 8,
        },
        "rotated": {
            "X": _EDGE,
            "K": _SOBEL,
            "offset": [
                -0.41, 1, 0.29, 0.71, 1, 0.41, -0.71, 0.29, 0, 0, 0.71, -0.29,
                -1, -0.41, -0.29, -0.71, 0.41, -1,
            ],
            "row": 2,
            "column": 1,
            "step": 1,
        },
        "modulated": {
            "X": [[(3 * i * i + 5 * j) % 10 - 3 for j in range(6)] for i in range(8)],
            "K": [[1, -1, 2], [0.5, 3, -2], [0, 1, 1]],
            "offset": [
                0.3, -0.6, 0, 0, -2.25, 1.1, 1 / 3, 0.1, 0.2, 0.9, -1, 2, 4, 0, 1, 1.5, 3, -7,
            ],
            "mask": [1, 0.5, 0.25, 0, 0.8, 1, 1 / 3, 0.9, 1],
            "column": 3,
            "step": 2,
        },
        "beyond the border": {
            "X": [[1, 2], [3, 4]],
            "K": [[1, 2], [3, 4]],
            "offset": [-0.5, -0.5, -1, 0.5, 0.5, -2, 0.25, 1],
        },
        "one point": {"X": _RAMP, "K": [[2]], "offset": [0.25, -0.5], "mask": [0.5], "row": 6},
    }  # fmt: skip

    def __init__(
        self,
        X: Any,
        K: Any,
        offset: Any = None,
        mask: Any = None,
        row: int = 0,
        column: int = 0,
        step: int = 0,
    ) -> None:
        kernel = self._trait("kernel").form(K)
        taps = len(kernel) * len(kernel[0])
        super().__init__(
            input=X,
            kernel=kernel,
            offset=[0] * (2 * taps) if offset is None else offset,
            mask=[1] * taps if mask is None else mask,
            modulated=mask is not None,
            row=row,
            column=column,
            step=step,
        )

    def _check(self, state: dict[str, Any]) -> None:
        (n_h, n_w), (k_h, k_w) = ((len(state[n]), len(state[n][0])) for n in ("input", "kernel"))
        if k_h > n_h or k_w > n_w:
            raise WidgetError(f"the kernel, {k_h}×{k_w}, is larger than the input, {n_h}×{n_w}")
        for name, each, rule in (("offset", 2, "2·k_h·k_w"), ("mask", 1, "k_h·k_w")):
            if len(state[name]) != each * k_h * k_w:
                raise WidgetError(
                    f"{name} must hold {rule} = {each * k_h * k_w} numbers for a kernel of "
                    f"{k_h}×{k_w}; got {len(state[name])}"
                )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        (n_h, n_w), (k_h, k_w) = ((len(state[n]), len(state[n][0])) for n in ("input", "kernel"))
        return {"row": n_h - k_h + 1, "column": n_w - k_w + 1, "step": k_h * k_w}

    @property
    def output(self) -> Tensor:
        """The output, were the offsets the same in all windows: float64, shape `(o_h, o_w)`."""
        return self._convolved([self.kernel])[0]

    @property
    def samples(self) -> Tensor:
        """What each point reads, times its mask if there is one: float64, shape `(k_h, k_w)`."""
        K = torch.tensor(self.kernel)
        ones = torch.eye(K.numel()).view(-1, *K.shape)
        return self._convolved(ones)[:, self.row, self.column].view(K.shape)

    @property
    def offset_gradient(self) -> Tensor:
        """The gradient of the window's sum to the offsets: float64, shape `(2·k_h·k_w,)`."""
        offset = torch.tensor(self.offset, dtype=torch.float64, requires_grad=True)
        self._convolved([self.kernel], offset)[0, self.row, self.column].backward()
        assert offset.grad is not None
        return offset.grad

    def _convolved(self, kernels: Any, offset: Tensor | None = None) -> Tensor:
        """The outputs `(kernels, o_h, o_w)`, the same offsets in all windows."""
        places = self._positions(self._state())
        size = (places["row"], places["column"])

        def everywhere(numbers: Any) -> Tensor:
            values = torch.as_tensor(numbers, dtype=torch.float64)
            return values[None, :, None, None].expand(1, -1, *size)

        X = torch.tensor(self.input, dtype=torch.float64)[None, None]
        W = torch.as_tensor(kernels, dtype=torch.float64)[:, None]
        Y = functional.deform_conv2d(
            X,
            everywhere(self.offset if offset is None else offset),
            W,
            mask=everywhere(self.mask) if self.modulated else None,
        )
        return Y[0]

    def first_frame(self) -> str:
        """The input; each point's weight, place and reading; their sum and its gradient."""
        X, k_w = self.input, len(self.kernel[0])
        weights = [x for line in self.kernel for x in line]
        # Rounded: what floating point adds is not to be shown.
        samples = self.samples.round(decimals=12).flatten().tolist()
        rows = []
        for n, (weight, sample) in enumerate(zip(weights, samples, strict=True)):
            down, right = self.offset[2 * n : 2 * n + 2]
            a, b = divmod(n, k_w)
            at = (self.row + a + down, self.column + b + right)
            cells = [f"({a}, {b})", number(weight), f"({', '.join(map(number, at))})"]
            mask = [number(self.mask[n])] if self.modulated else []
            rows.append([*cells, *mask, number(sample)])
        heads = ["point", "weight", "looks at", "reads"]
        if self.modulated:
            heads[3:] = ["mask", "reads × mask"]
        slopes = self.offset_gradient[2 * self.step : 2 * self.step + 2].round(decimals=12).tolist()
        total = round(self.output[self.row, self.column].item(), 12)
        terms = [f"{bracket(x)}×{bracket(w)}" for x, w in zip(samples, weights, strict=True)]
        shown = [(float(number(x).replace("−", "-")), x) for x in (*samples, *weights, total)]
        exact = all(math.isclose(a, x, abs_tol=1e-9) for a, x in shown)
        return "\n".join(
            [
                table(
                    f"Input {len(X)}×{len(X[0])}, zeros around it",
                    [[number(x) for x in line] for line in X],
                    lambda i, j: False,
                ),
                table(
                    f"The window of output ({self.row}, {self.column})",
                    [heads, *rows],
                    lambda i, j: i in (0, self.step + 1),
                ),
                paragraph(
                    f"Output ({self.row}, {self.column}): {' + '.join(terms)} "
                    f"{'=' if exact else '≈'} {number(total)}"
                ),
                paragraph(
                    f"Gradient to the offset of point {divmod(self.step, k_w)}: "
                    f"{number(slopes[0])} down, {number(slopes[1])} to the right"
                ),
            ]
        )
