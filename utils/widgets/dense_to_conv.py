"""DenseToConv: a dense layer's weights becoming shared, then local."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Choice, Matrix, Position, Whole

STAGES = ("dense", "shared", "local")
_SIDE = Whole(least=2, most=5, called="n")


class DenseToConv(Explorable):
    """All the weights of a dense layer on an n by n image, then shared, then local.

    Args:
        n: The image's height and width, 2 to 5.
        delta: The reach Δ of the local stage: offsets a, b with |a|, |b| ≤ Δ keep their weight.
        stage: `"dense"`, `"shared"` or `"local"`.

    Traits: `image` (n, n); `dense` (n², n²), row i·n + j holding the weights of output (i, j);
    `shared` (2n−1, 2n−1), the weight of offset (a, b) at [a+n−1][b+n−1]; `delta`, `stage`, `step`.
    They start from fixed small whole numbers.

    Raises:
        ValueError: for sizes, stages or tables that do not fit, naming the shapes.

    Example:
        >>> layer = DenseToConv(n=3, delta=1)
        >>> layer.parameters
        81
        >>> layer.stage = "local"
        >>> layer.parameters, layer.output.shape
        (9, torch.Size([3, 3]))

    Source: the derivation of Zhang et al., Dive into Deep Learning, section 7.1.
    """

    image = Matrix()
    dense = Matrix()
    shared = Matrix()
    delta = Whole(1, least=0)
    stage = Choice(*STAGES)
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "dense": {},
        "shared": {"n": 3, "stage": "shared"},
        "local": {"n": 3, "stage": "local"},
    }

    def __init__(self, n: int = 3, delta: int = 1, stage: str = "dense") -> None:
        n = _SIDE.form(n)
        numbers = torch.Generator().manual_seed(0)

        def table_of(low: int, high: int, *shape: int) -> list[list[int]]:
            return torch.randint(low, high, shape, generator=numbers).tolist()

        super().__init__(
            image=table_of(0, 4, n, n),
            dense=table_of(-3, 4, n * n, n * n),
            shared=table_of(-3, 4, 2 * n - 1, 2 * n - 1),
            delta=delta,
            stage=stage,
        )

    def _check(self, state: dict[str, Any]) -> None:
        n = len(state["image"])
        for name, side in (("image", n), ("dense", n * n), ("shared", 2 * n - 1)):
            shape = (len(state[name]), len(state[name][0]))
            if shape != (side, side):
                raise WidgetError(
                    f"with {n} image rows, {name} must be {side} by {side}; got {shape}"
                )
        if state["delta"] >= n:
            raise WidgetError(
                f"delta must be a whole number from 0 to {n - 1}; got {state['delta']}"
            )

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        return {"step": len(state["image"]) ** 2}

    @property
    def weight(self) -> Tensor:
        """The layer's weights W[i, j, k, l] at this stage, float64, shape `(n, n, n, n)`."""
        n = len(self.image)
        if self.stage == "dense":
            return torch.tensor(self.dense, dtype=torch.float64).reshape(n, n, n, n)
        index = torch.arange(n)
        offset = index[None, :] - index[:, None]  # input minus output
        V = torch.tensor(self.shared, dtype=torch.float64)
        rows, columns = offset[:, None, :, None], offset[None, :, None, :]
        W = V[rows + n - 1, columns + n - 1]
        if self.stage == "local":
            W = W * ((rows.abs() <= self.delta) & (columns.abs() <= self.delta))
        return W

    @property
    def output(self) -> Tensor:
        """The layer's output H[i, j] = Σ W[i, j, k, l] X[k, l], float64, shape `(n, n)`."""
        X = torch.tensor(self.image, dtype=torch.float64)
        return torch.einsum("ijkl,kl->ij", self.weight, X)

    @property
    def parameters(self) -> int:
        """How many numbers the layer learns at this stage."""
        n = len(self.image)
        side = 2 * (n - 1 if self.stage == "shared" else min(self.delta, n - 1)) + 1
        return n**4 if self.stage == "dense" else side**2

    def first_frame(self) -> str:
        """The image, the weights of the shown output, the output, and the parameter count."""
        n = len(self.image)
        i, j = divmod(min(self.step, n * n - 1), n)
        weights, output = self.weight[i, j].tolist(), self.output.tolist()
        terms = [
            f"{number(self.image[k][m])}×{bracket(weights[k][m])}"
            for k in range(n)
            for m in range(n)
            if self.stage != "local" or max(abs(k - i), abs(m - j)) <= self.delta
        ]
        return "\n".join(
            [
                table(
                    f"Weights of output ({i}, {j})",
                    [[number(x) for x in row] for row in weights],
                    lambda r, c: False,
                ),
                table(
                    f"Input {n}×{n}",
                    [[number(x) for x in row] for row in self.image],
                    lambda r, c: False,
                ),
                table(
                    f"Output {n}×{n}",
                    [[number(x) for x in row] for row in output],
                    lambda r, c: (r, c) == (i, j),
                ),
                paragraph(f"Output ({i}, {j}): {' + '.join(terms)} = {number(output[i][j])}"),
                paragraph(f"Stage: {self.stage}. Parameters: {self.parameters:,}"),
            ]
        )
