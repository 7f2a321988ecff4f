"""LeNet with one thing or another changed, and what each change did: the ablation of chapter 18.

`tools/ablation.py` trains the networks and writes `ablation.json`, which this module reads.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from utils.data import digits
from utils.shapes import stack

FILE = Path(__file__).with_name("ablation.json")
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


@dataclass(frozen=True)
class Settings:
    """What can be changed. As it stands it is LeNet."""

    activation: str = "sigmoid"
    rate: float = 0.003
    """The learning rate of Adam."""
    pooling: str = "average"
    """How height and width are halved: `average`, `max`, or `stride` of the convolution."""
    padding: bool = False
    """Whether each convolution keeps height and width."""
    kernel: int = 5
    width: float = 1.0
    """Channels and units of every layer, as a multiple of LeNet's."""
    convolutions: int = 2
    """1, 2 or 3. The third keeps height and width, and is not pooled."""


class Run(NamedTuple):
    """One training."""

    seed: int
    start: float
    """The mean loss of the first ten batches."""
    loss: float
    """The mean loss of the last epoch."""
    chosen: int
    """How many of the digits kept for choosing it read right."""
    right: int
    """How many of the held-out digits it read right."""


def lenet(settings: Settings = Settings(), seed: int | None = None) -> nn.Sequential:
    """Build LeNet-5 for pictures of 32×32, with what `settings` change.

    Args:
        settings: What is changed.
        seed: Of the first weights; None takes them from PyTorch's generator as it stands.

    Returns:
        A network from `(n, 1, 32, 32)` to `(n, 10)`. Weights are Glorot and Bengio's uniform ones
        (2010), as in d2l; biases begin at 0.

    Example:
        >>> sum(p.numel() for p in lenet().parameters())
        61706

    Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to
    document recognition (1998), in the form of d2l, section 7.6.
    """
    if seed is not None:
        torch.manual_seed(seed)
    activation = ACTIVATIONS[settings.activation]
    pool = nn.MaxPool2d if settings.pooling == "max" else nn.AvgPool2d
    stride = 2 if settings.pooling == "stride" else 1
    k = settings.kernel
    channels, dense = (
        [round(n * settings.width) for n in sizes] for sizes in ((6, 16, 16), (120, 84))
    )
    layers: list[nn.Module] = []
    c_i = 1
    for index in range(settings.convolutions):
        extra = index == 2
        same = settings.padding or extra
        c_o = channels[index]
        layers += [
            nn.Conv2d(c_i, c_o, k, 1 if extra else stride, k // 2 if same else 0),
            activation(),
        ]
        if stride == 1 and not extra:
            layers.append(pool(2))
        c_i = c_o
    rows, columns = stack(layers, 1, 32)[-1].size
    layers.append(nn.Flatten())
    n_i = c_i * rows * columns
    for n_o in dense:
        layers += [nn.Linear(n_i, n_o), activation()]
        n_i = n_o
    layers.append(nn.Linear(n_i, 10))
    for layer in layers:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def enlarged() -> tuple[Tensor, Tensor]:
    """The digits of `utils.data`, each pixel a block of 4×4.

    Returns:
        Images, float32 in 0..1, shape `(1797, 1, 32, 32)`, and labels, shape `(1797,)`.
    """
    images, labels = digits()
    return images.repeat_interleave(4, 1).repeat_interleave(4, 2)[:, None], labels


def split(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Deal the digits: indices of 1,000 to train on, 297 to choose by, 500 to judge by.

    Those to choose by are the same for every seed, so that nothing is judged by what it was chosen
    by.
    """
    all_ = torch.randperm(1797, generator=torch.Generator().manual_seed(1998))
    rest = all_[297:][torch.randperm(1500, generator=torch.Generator().manual_seed(seed))]
    return rest[:1000], all_[:297], rest[1000:]


def runs() -> dict[Settings, list[Run]]:
    """The stored runs of the ablation, eight for each of its settings."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        Settings(**row["settings"]): [Run(*run) for run in row["runs"]] for row in stored["rows"]
    }


def interval(values: Tensor, level: float = 0.95) -> tuple[float, float]:
    """Mean of `values`, `(n,)`, and how far Student's interval reaches to either side of it."""
    from scipy.special import stdtrit  # here, because it takes a moment

    n = len(values)
    t = stdtrit(n - 1, (1 + level) / 2)
    values = values.double()
    return values.mean().item(), float(t) * values.std().item() / n**0.5
