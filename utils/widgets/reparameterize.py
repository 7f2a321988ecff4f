"""Reparameterize: three branches, each with its batch norm, becoming one kernel and one bias."""

import math
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from utils.reparameterize import merge_branches
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import bracket, number, paragraph, table
from utils.widgets.traits import Array, Flag, Position

BRANCHES = {"has_kernel": "3×3", "has_pointwise": "1×1", "has_identity": "Identity"}
MOST = 2  # channels
NOTHING = torch.finfo(torch.float64).tiny  # to add to a variance; torch 2.11 refuses 0


class Reparameterize(Explorable):
    """A 3×3 branch, a 1×1 branch and an identity, merged number by number into one 3×3 kernel.

    Each branch has a batch norm in eval mode, γ (z − μ) / σ + β, with σ = √(running_var + eps).

    Args:
        kernel: The 3×3 branch's kernel, `(c, c, 3, 3)`; `(3, 3)` for one channel. c is 1 or 2.
        pointwise: The 1×1 branch's kernel, `(c, c)`; a number for one channel.
        norms: γ, β, μ, σ of each branch's every channel, `(3, c, 4)`; `(3, 4)` for one channel.
            The branches are in the order 3×3, 1×1, identity.
        window: What the middle of the output sees of a picture, `(c, 3, 3)`; or `(3, 3)`.
        has_kernel, has_pointwise, has_identity: Which branches there are; at least one.

    Traits: the arguments, all with their channels; `channel`, the output channel that is looked at;
    `step`: nothing merged (0), the 3×3 and 1×1 kernels scaled (1), the 1×1 framed (2), the identity
    as a kernel (3), then each entry of the merged kernel, the biases, the merged kernel at work.

    Raises:
        ValueError: for shapes that do not fit together, for a σ that is not positive, and where no
            branch is left; rule and values are named.

    Example:
        >>> norms = [(2, 1, 3, 1), (3, 0, 1, 1), (1, 2, 0, 1)]
        >>> widget = Reparameterize([[0, 1, 0], [1, 2, 1], [0, 1, 0]], 1, norms)
        >>> weight, bias = widget.merged
        >>> weight[0, 0].tolist(), bias.tolist()
        ([[0.0, 2.0, 0.0], [2.0, 8.0, 2.0], [0.0, 2.0, 0.0]], [-6.0])

    Source: X. Ding et al., RepVGG: Making VGG-style ConvNets Great Again (2021), section 3.3.
    """

    kernel = Array("out", "in", "height", "width", most=3)
    pointwise = Array("out", "in", most=MOST)
    norms = Array("branch", "channel", "γβμσ", most=4)
    window = Array("channel", "height", "width", most=3)
    has_kernel = Flag(True)
    has_pointwise = Flag(True)
    has_identity = Flag(True)
    channel = Position()
    step = Position()

    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "one": {},
        "two": {
            "kernel": [
                [[[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[0, 1, 0], [1, 0, 1], [0, 1, 0]]],
                [[[0, 0, 0], [1, -2, 1], [0, 0, 0]], [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]],
            ],
            "pointwise": [[2, -1], [0, 3]],
            "norms": [
                [(4, 1, 3, 2), (1, 0, 2, 2)],
                [(3, 0, 2, 1), (2, -1, 1, 4)],
                [(5, 2, 1, 5), (3, 1, 2, 1)],
            ],
            "window": [[[1, 2, 0], [0, 3, 1], [2, 1, 0]], [[0, 1, 1], [2, 4, 0], [1, 0, 3]]],
        },
        "rounded": {
            "norms": [(2, 1, 4, 3), (1, 0.5, 2, 7), (3, 1, 1, 6)],
            "pointwise": 2,
        },
        "without identity": {"has_identity": False},
        "identity alone": {"has_kernel": False, "has_pointwise": False},
    }

    def __init__(
        self,
        kernel: Any = ((1, 0, -1), (2, 1, -2), (1, 0, -1)),
        pointwise: Any = 3,
        norms: Any = ((4, 1, 3, 2), (3, 2, 1, 3), (6, -1, 2, 3)),
        window: Any = ((3, 1, 0), (2, 5, 1), (4, 0, 2)),
        has_kernel: bool = True,
        has_pointwise: bool = True,
        has_identity: bool = True,
    ) -> None:
        super().__init__(
            kernel=[[kernel]] if _depth(kernel) == 2 else kernel,
            pointwise=[[pointwise]] if _depth(pointwise) == 0 else pointwise,
            norms=[[norm] for norm in norms] if _depth(norms) == 2 else norms,
            window=[window] if _depth(window) == 2 else window,
            has_kernel=has_kernel,
            has_pointwise=has_pointwise,
            has_identity=has_identity,
        )

    def _check(self, state: dict[str, Any]) -> None:
        c = len(state["pointwise"])
        for name, wanted in [
            ("kernel", (c, c, 3, 3)),
            ("pointwise", (c, c)),
            ("norms", (3, c, 4)),
            ("window", (c, 3, 3)),
        ]:
            shape = np.shape(state[name])
            if shape != wanted:
                raise WidgetError(f"with {c} channels, {name} must be {wanted}; got shape {shape}")
        for branch, norms in zip(BRANCHES.values(), state["norms"], strict=True):
            for _, _, _, sigma in norms:
                if sigma <= 0:
                    raise WidgetError(
                        f"norms: a deviation σ is more than 0; the {branch} branch's is {sigma}"
                    )
        if not any(state[name] for name in BRANCHES):
            raise WidgetError(f"one of {', '.join(BRANCHES)} must be True; all are False")

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        c = len(state["pointwise"])
        return {"channel": c, "step": 4 + 9 * c + 2}

    @property
    def branches(self) -> list[tuple[nn.Conv2d | None, nn.BatchNorm2d]]:
        """The branches that there are as layers, in eval mode and float64."""
        c = len(self.pointwise)
        kernel, pointwise, norms = (
            torch.tensor(value, dtype=torch.float64)
            for value in (self.kernel, self.pointwise, self.norms)
        )
        convs = [_conv(kernel), _conv(pointwise[..., None, None]), None]
        found = []
        for has, conv, (gamma, beta, mu, sigma) in zip(
            (self.has_kernel, self.has_pointwise, self.has_identity),
            convs,
            norms.transpose(1, 2),
            strict=True,
        ):
            norm = nn.BatchNorm2d(c, eps=NOTHING).double().eval()
            norm.load_state_dict(
                {"weight": gamma, "bias": beta, "running_mean": mu, "running_var": sigma**2},
                strict=False,
            )
            if has:
                found.append((conv, norm))
        return found

    @property
    def merged(self) -> tuple[Tensor, Tensor]:
        """The merged kernel `(c, c, 3, 3)` and bias `(c)`, float64."""
        c = len(self.pointwise)
        # A kernel of zeros that adds nothing, so that there is a 3×3 one among the branches.
        nothing = nn.BatchNorm2d(c, affine=False).double().eval()
        layer = merge_branches([(_conv(torch.zeros(c, c, 3, 3)), nothing), *self.branches])
        assert layer.bias is not None
        return layer.weight.detach(), layer.bias.detach()

    @property
    def output(self) -> Tensor:
        """What the branches make of the window, and what the merged kernel does; float64, `(2,)`.

        Of the output channel that is looked at.
        """
        X = torch.tensor(self.window, dtype=torch.float64)[None]
        weight, bias = self.merged
        apart: Any = sum(norm(X if conv is None else conv(X)) for conv, norm in self.branches)
        merged = nn.functional.conv2d(X, weight, bias, padding=1)
        return torch.cat([apart, merged])[:, self.channel, 1, 1].detach()

    def first_frame(self) -> str:
        """Each branch's kernel and norm, the merged kernel and bias, and one window under both."""
        o = self.channel
        weight, bias = (part[o].round(decimals=12) for part in self.merged)
        shown = dict(zip(BRANCHES.values(), self.norms, strict=True))
        parts = [_grid("3×3 kernel", self.kernel[o]) if self.has_kernel else ""]
        if self.has_pointwise:
            parts.append(_grid("1×1 kernel", [[[w]] for w in self.pointwise[o]]))
        rows = [
            [name, *map(number, shown[name][o])]
            for has, name in BRANCHES.items()
            if getattr(self, has)
        ]
        parts += [
            table(
                "Batch norm of each branch",
                [["Branch", "γ", "β", "μ", "σ"], *rows],
                lambda i, j: i == 0,
            ),
            _grid("Merged kernel", weight.tolist()),
            table("Merged bias", [[number(bias.item())]], lambda i, j: False),
            _grid("Window of a picture", self.window),
        ]
        X = torch.tensor(self.window, dtype=torch.float64)[None]
        apart, together = self.output.round(decimals=12).tolist()
        each = []
        for conv, norm in self.branches:
            z = X if conv is None else conv(X)
            seen, made = (round(Y[0, o, 1, 1].item(), 12) for Y in (z, norm(z)))
            name = "Identity" if conv is None else f"{conv.kernel_size[0]}×{conv.kernel_size[1]}"
            gamma, beta, mu, sigma = shown[name][o]
            parts.append(
                paragraph(
                    f"{name}: {number(gamma)}×({number(seen)} − {bracket(mu)})/{number(sigma)} + "
                    f"{bracket(beta)} {_equals(seen, made)} {number(made)}"
                )
            )
            each.append(made)
        if len(each) > 1:
            parts.append(
                paragraph(f"Added up: {_sum(each)} {_equals(*each, apart)} {number(apart)}")
            )
        pairs = list(zip(X.flatten().tolist(), weight.flatten().tolist(), strict=True))
        products = [
            f"{(bracket if i else number)(x)}×{bracket(w)}" for i, (x, w) in enumerate(pairs)
        ]
        added = bias.item()
        sign = _equals(*weight.flatten().tolist(), added, together)
        total = f"{' + '.join(products)} + {bracket(added)} {sign} {number(together)}"
        parts.append(paragraph(f"The merged kernel on the window: {total}"))
        return "\n".join(filter(None, parts))


def _sum(numbers: list[float]) -> str:
    return " + ".join(bracket(x) if i else number(x) for i, x in enumerate(numbers))


def _equals(*shown: float) -> str:
    """The sign before a result: where a number is shown rounded, it is about that."""
    rounded = [x for x in shown if not math.isclose(x, float(number(x).replace("−", "-")))]
    return "≈" if rounded else "="


def _depth(value: Any) -> int:
    """How many axes an array or nested sequence has, by its first entries."""
    if hasattr(value, "ndim"):
        return int(value.ndim)
    return 1 + _depth(value[0]) if isinstance(value, (list, tuple)) and value else 0


def _conv(weight: Tensor) -> nn.Conv2d:
    """A layer with this kernel, padded by half of it."""
    c_o, c_i, k, _ = weight.shape
    layer = nn.Conv2d(c_i, c_o, k, padding=k // 2, bias=False).double()
    layer.weight.data = weight.double()
    return layer


def _grid(caption: str, planes: Any) -> str:
    """The kernels of the input channels, or the channels of a window, side by side."""
    rows = [[number(x) for plane in planes for x in plane[r]] for r in range(len(planes[0]))]
    return table(caption, rows, lambda i, j: False)
