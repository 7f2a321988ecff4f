"""The small network that reads digits on the page: its layers, its stored weights, its digits.

`tools/train_network.py` has trained it and written `network.json`, which this module and the page's
script read. Inputs are tenths and weights hundredths: what a page shows of them is exactly
what is multiplied.
"""

import base64
import json
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import data

FIELD = 12
"""Rows and columns of the field that the network looks at."""

STORED = Path(__file__).parent / "widgets" / "js" / "engine" / "network.json"
HELD_OUT = 5  # one digit in so many, by its number: no training has seen it


def layers() -> nn.Sequential:
    """The network before training: `(n, 1, 12, 12)` to scores `(n, 10)`."""
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 3 * 3, 10),
    )


def stored() -> dict[str, Any]:
    """What the file holds.

    - `command`: what has written it.
    - `accuracy`: the share of digits read right. `centred` and `shifted` are the digits that no
      training has seen, in the middle of the field and at the 24 other places around; `strokes` are
      drawn by rules, no people's drawings, after other templates than those that training saw.
    - `weights`: in hundredths, a signed byte each, in base64: layer by layer, then its biases.
    - `examples`: digits that no training has seen, each `[label, picture]`, the field's tenths row
      by row in 144 characters, `A` for ten; the network misreads the last.

    Source of the digits: `utils.data.digits`.
    """
    content: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return content


def model() -> nn.Sequential:
    """The network as it was trained, float32.

    Example:
        >>> images, labels = held_out()
        >>> scores = model()(images)  # (360, 10)
        >>> (scores.argmax(1) == labels).double().mean().item() > 0.9
        True
    """
    network = layers().requires_grad_(False).eval()
    packed = bytearray(base64.b64decode(stored()["weights"]))
    weights = torch.frombuffer(packed, dtype=torch.int8).float() / 100
    nn.utils.vector_to_parameters(weights, network.parameters())
    return network


def pack(field: Tensor) -> str:
    """A field `(12, 12)` of tenths in 144 characters, row by row: 0 to 9, and A for ten."""
    return "".join("0123456789A"[round(10 * x)] for x in field.flatten().tolist())


def unpack(text: str) -> Tensor:
    """The field `(12, 12)` that `pack` wrote."""
    return torch.tensor([int(character, 11) for character in text]).view(FIELD, FIELD) / 10


def tenths(X: Tensor) -> Tensor:
    """The same rounded to tenths, halves upwards, as the page's pad counts its ink."""
    return torch.floor(10 * X + 0.5) / 10


def centred(images: Tensor) -> Tensor:
    """Digits `(n, 8, 8)` in the middle of empty fields `(n, 1, 12, 12)`, in tenths."""
    border = (FIELD - images.shape[-1]) // 2
    return tenths(F.pad(images, (border,) * 4)).unsqueeze(1)


def held_out() -> tuple[Tensor, Tensor]:
    """The digits that no training has seen: `(360, 1, 12, 12)` in tenths, labels `(360,)`."""
    images, labels = data.digits()
    return centred(images[::HELD_OUT]), labels[::HELD_OUT]


def training() -> tuple[Tensor, Tensor]:
    """The other digits as they are: `(1437, 8, 8)`, labels `(1437,)`."""
    images, labels = data.digits()
    seen = torch.arange(len(labels)) % HELD_OUT > 0
    return images[seen], labels[seen]
