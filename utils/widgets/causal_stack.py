"""CausalStack: dilated convolutions over time, at once and as the samples arrive."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from utils import functional
from utils.shapes import receptive_field
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Array, Flag, Position, State, Whole, whole

MOST_LAYERS, MOST_DILATION, LONGEST = 5, 16, 32
DIGITS = "31415926535897932384626433832795"  # of π


class Dilations(State):
    """One to five whole numbers from 1 to 16, one a layer."""

    def form(self, value: Any) -> tuple[int, ...]:
        """A tuple of ints."""
        several = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        found = [whole(d) for d in value] if several else []
        fitting = [d for d in found if d is not None and 1 <= d <= MOST_DILATION]
        if not 1 <= len(found) <= MOST_LAYERS or fitting != found:
            raise WidgetError(
                f"{self.title} must be 1 to {MOST_LAYERS} whole numbers from 1 to {MOST_DILATION}; "
                f"got {value!r}"
            )
        return tuple(fitting)


class CausalStack(Explorable):
    """A stack of one-dimensional convolutions: what an output sees, and what streaming computes.

    Every layer has the weights −1, 1, …, 1, the oldest first, and no activation, so that numbers
    stay small and whole. The steps let one sample arrive after the other; each layer computes one
    output from the new number and the (k − 1)·d that its ring buffer holds.

    Args:
        kernel_size: k, 2 to 5.
        dilations: d of each of one to five layers, from the input on, 1 to 16.
        causal: Whether all zeros stand before the signal. If not, they stand around it as for
            `padding="same"`: half before, half after, and if their number is odd, one more after.
        size: How many samples the input has, 1 to 32: the first digits of π.
        input: Other samples, `(size,)`, in place of the digits; `size` is then not looked at.
        step: How many samples have arrived beside the first. All of them, and of the padding after
            them what the outputs wait for, if None.

    `kernel_size`, `dilations`, `causal`, `input` and `step` are traits that page and Python share.

    Raises:
        ValueError: for other numbers, naming the rule.

    Example:
        >>> widget = CausalStack(kernel_size=2, dilations=[1, 2, 4, 8])
        >>> widget.field, widget.latency
        (16, 0)
        >>> widget.output.int().tolist()[:6]
        [3, -2, 0, -1, -2, 9]
        >>> CausalStack(3, [1, 2, 4], causal=False).latency
        7

    Source: van den Oord et al., WaveNet (2016), arXiv 1609.03499, figures 2 and 3.
    """

    kernel_size = Whole(2, least=2, most=5)
    dilations = Dilations()
    causal = Flag(True)
    input = Array("time", most=LONGEST)
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "dilated": {},
        "plain": {"dilations": [1, 1, 1, 1], "step": 9},
        "centred": {"kernel_size": 3, "dilations": [1, 2, 4], "causal": False},
        "uneven": {"dilations": [3, 1, 2], "causal": False, "size": 7, "step": 2},
        "large": {"kernel_size": 4, "dilations": [1, 2, 4, 8, 16], "size": 32},
        "given": {"kernel_size": 4, "dilations": [2], "input": [0.5, -1, 2.25, 1000, 0, -3]},
    }

    def __init__(
        self,
        kernel_size: int = 2,
        dilations: Any = (1, 2, 4, 8),
        causal: bool = True,
        size: int = 16,
        input: Any = None,
        step: int | None = None,
    ) -> None:
        if input is None:
            count = Whole(most=LONGEST, called="size").form(size)
            input = [int(digit) for digit in DIGITS[:count]]
        # Far beyond the last step there is: the nearest is taken.
        step = 10 * LONGEST * MOST_DILATION if step is None else step
        super().__init__(
            kernel_size=kernel_size, dilations=dilations, causal=causal, input=input, step=step
        )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"step": len(state["input"]) + sum(after for _, after in _padding(state))}

    @property
    def weights(self) -> Tensor:
        """What every layer multiplies with, the oldest first: float64, shape `(k,)`."""
        return torch.tensor([-1.0] + [1.0] * (self.kernel_size - 1), dtype=torch.float64)

    @property
    def levels(self) -> Tensor:
        """The input and what each layer makes of it; float64, shape `(layers + 1, size)`."""
        found = [torch.tensor(self.input, dtype=torch.float64)]
        for d, around in zip(self.dilations, _padding(self._state()), strict=True):
            padded = torch.nn.functional.pad(found[-1][None], around)
            found.append(functional.conv1d(padded, self.weights[None, None], dilation=d)[0])
        return torch.stack(found)

    @property
    def output(self) -> Tensor:
        """What the last layer makes; float64, shape `(size,)`."""
        return self.levels[-1]

    @property
    def field(self) -> int:
        """From the first sample that an output sees to the last, padding included, in samples."""
        return int(receptive_field((self.kernel_size, 1, d) for d in self.dilations).size)

    @property
    def latency(self) -> int:
        """For how many samples an output waits after its own."""
        return sum(after for _, after in _padding(self._state()))

    def first_frame(self) -> str:
        """The levels over time as far as they are computed, the layers, field and latency."""
        k, n, levels = self.kernel_size, len(self.input), self.levels.tolist()
        padding, weights = _padding(self._state()), [number(w) for w in self.weights.tolist()]
        rows = [["time", *map(str, range(n))]]
        delay = 0
        for level, (values, (_, after)) in enumerate(zip(levels, [(0, 0), *padding], strict=True)):
            delay += after
            name = f"layer {level}" if level else "input"
            rows.append(
                [name, *(number(x) if t + delay <= self.step else "" for t, x in enumerate(values))]
            )
        layers = [
            [str(i), str(d), f"{before}, {after}", str((k - 1) * d)]
            for i, (d, (before, after)) in enumerate(zip(self.dilations, padding, strict=True), 1)
        ]
        ahead = " + ".join(str(after) for _, after in padding)
        waits = f"{ahead} = {self.latency}" if self.latency and len(padding) > 1 else self.latency
        done = min(self.step - self.latency, n - 1)
        lines = [
            table("The input and what each layer makes of it", rows, lambda i, j: i == 0 or j == 0),
            table(
                f"Layers of kernel size {k}, their weights {', '.join(weights)}",
                [["layer", "dilation", "zeros before, after", "held"], *layers],
                lambda i, j: i == 0,
            ),
            paragraph(
                f"Field in samples: 1 + ({k} − 1)·({' + '.join(map(str, self.dilations))}) "
                f"= {self.field}. Latency in samples: {waits}"
            ),
        ]
        if done >= 0:
            first = done - padding[-1][0]
            taps = [first + j * self.dilations[-1] for j in range(k)]
            read = [levels[-2][t] if 0 <= t < n else 0 for t in taps]
            terms = [f"{w}·{bracket(x)}" for w, x in zip(weights, read, strict=True)]
            total = number(levels[-1][done])
            lines.append(paragraph(f"Output {done}: {' + '.join(terms)} = {total}"))
        return "\n".join(lines)


def _padding(state: dict[str, Any]) -> list[tuple[int, int]]:
    """Of each layer, how many zeros it reads before its input and after it."""
    both = [(state["kernel_size"] - 1) * d for d in state["dilations"]]
    if state["causal"]:
        return [(n, 0) for n in both]
    return [(n // 2, n - n // 2) for n in both]
