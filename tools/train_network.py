"""Train the network of the widget `Network`, and store it: `python tools/train_network.py`.

It learns from the digits of scikit-learn that `utils.digits_network` does not hold out, each time
placed anew on the field: moved, turned, sheared, 6 to 11 pixels high, its strokes thicker or
thinner, with a little noise. A minute or two on two cores.

Measured on three kinds of digits that training has not seen: those held out, in the middle; the
same, shifted to all places that the field has room for; and `strokes`, digits of a few templates
under random affine changes, drawn with the round brush of the page. They are no people's drawings.
Training sees such strokes, too, but after other templates.
"""

import base64
import json
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import digits_network as network

STEPS, BATCH = 4000, 256
DRAWN = 48  # of a batch: drawn by rules, as `strokes` are, after other templates
LARGEST = 1.27  # of a weight: hundredths in a byte

FINE = 4  # of the pad's ink in each direction to a cell
BRUSH = 3.2  # its radius in ink

# Each digit as lines through points (right, down) of a square of side 1, in ways people write it.
Templates = list[list[list[list[tuple[float, float]]]]]
TEMPLATES: Templates = [
    [[[(0.5, 0), (0.2, 0.15), (0.1, 0.5), (0.2, 0.85), (0.5, 1), (0.8, 0.85), (0.9, 0.5),
       (0.8, 0.15), (0.5, 0)]]],
    [[[(0.5, 0), (0.5, 0.5), (0.5, 1)]], [[(0.25, 0.25), (0.55, 0), (0.55, 0.5), (0.55, 1)]]],
    [[[(0.15, 0.25), (0.3, 0.05), (0.6, 0), (0.85, 0.2), (0.75, 0.5), (0.45, 0.75), (0.1, 1)],
      [(0.1, 1), (0.9, 1)]]],
    [[[(0.15, 0.1), (0.5, 0), (0.8, 0.15), (0.75, 0.38), (0.4, 0.48)],
      [(0.4, 0.48), (0.8, 0.58), (0.85, 0.82), (0.5, 1), (0.1, 0.9)]]],
    [[[(0.65, 0), (0.1, 0.65)], [(0.1, 0.65), (0.95, 0.65)], [(0.65, 0), (0.65, 1)]],
     [[(0.2, 0), (0.15, 0.5)], [(0.15, 0.5), (0.85, 0.5)], [(0.8, 0), (0.75, 1)]]],
    [[[(0.85, 0), (0.2, 0)], [(0.2, 0), (0.15, 0.45)],
      [(0.15, 0.45), (0.55, 0.38), (0.88, 0.6), (0.75, 0.9), (0.4, 1), (0.1, 0.9)]]],
    [[[(0.7, 0), (0.35, 0.25), (0.15, 0.65), (0.3, 0.95), (0.65, 0.97), (0.85, 0.75),
       (0.65, 0.52), (0.35, 0.56), (0.17, 0.72)]]],
    [[[(0.1, 0), (0.9, 0)], [(0.9, 0), (0.6, 0.45), (0.4, 1)]],
     [[(0.1, 0), (0.9, 0)], [(0.9, 0), (0.6, 0.45), (0.4, 1)], [(0.35, 0.5), (0.8, 0.5)]]],
    [[[(0.5, 0.48), (0.2, 0.3), (0.3, 0.05), (0.65, 0.02), (0.8, 0.22), (0.5, 0.48), (0.2, 0.7),
       (0.25, 0.95), (0.65, 1), (0.85, 0.78), (0.5, 0.48)]]],
    [[[(0.82, 0.25), (0.6, 0.02), (0.25, 0.08), (0.15, 0.35), (0.4, 0.5), (0.75, 0.4),
       (0.82, 0.25), (0.78, 0.6), (0.6, 1)]]],
]  # fmt: skip
# Others, that training sees.
TAUGHT: Templates = [
    [[[(0.6, 0.02), (0.25, 0.12), (0.05, 0.55), (0.3, 0.95), (0.7, 0.95), (0.95, 0.5), (0.75, 0.1),
       (0.45, 0.05)]]],
    [[[(0.5, 0), (0.48, 1)]], [[(0.62, 0), (0.38, 1)]]],
    [[[(0.1, 0.15), (0.5, 0), (0.85, 0.15), (0.8, 0.45), (0.35, 0.8), (0.05, 0.95), (0.4, 0.93),
       (0.95, 1)]]],
    [[[(0.1, 0.02), (0.85, 0.02)], [(0.85, 0.02), (0.45, 0.4)],
      [(0.45, 0.4), (0.8, 0.5), (0.9, 0.75), (0.6, 0.98), (0.1, 0.92)]],
     [[(0.2, 0.05), (0.7, 0.05), (0.75, 0.35), (0.35, 0.45), (0.8, 0.6), (0.75, 0.92), (0.15, 1)]]],
    [[[(0.35, 0), (0.05, 0.6)], [(0.05, 0.6), (1, 0.55)], [(0.7, 0.2), (0.6, 1)]],
     [[(0.1, 0.05), (0.12, 0.4), (0.3, 0.55), (0.9, 0.5)], [(0.9, 0), (0.85, 0.5), (0.85, 1)]],
     [[(0.75, 0), (0.05, 0.7)], [(0.05, 0.7), (0.95, 0.7)], [(0.75, 0), (0.75, 1)]]],
    [[[(0.9, 0.02), (0.25, 0.05)], [(0.25, 0.05), (0.2, 0.5)],
      [(0.2, 0.5), (0.7, 0.45), (0.85, 0.75), (0.5, 0.98), (0.1, 0.85)]]],
    [[[(0.6, 0), (0.2, 0.45), (0.1, 0.8), (0.45, 1), (0.8, 0.85), (0.7, 0.6), (0.35, 0.6),
       (0.12, 0.8)]]],
    [[[(0.05, 0.05), (0.5, 0.03), (0.95, 0.02)], [(0.95, 0.02), (0.3, 1)]],
     [[(0.05, 0.2), (0.08, 0.02), (0.9, 0.02)], [(0.9, 0.02), (0.65, 0.4), (0.55, 1)]],
     [[(0.15, 0), (0.85, 0)], [(0.85, 0), (0.45, 1)], [(0.4, 0.55), (0.9, 0.5)]]],
    [[[(0.75, 0.1), (0.4, 0.02), (0.2, 0.25), (0.55, 0.5), (0.85, 0.75), (0.5, 1), (0.15, 0.78),
       (0.45, 0.5), (0.8, 0.25), (0.75, 0.1)]]],
    [[[(0.8, 0.3), (0.5, 0), (0.15, 0.2), (0.35, 0.5), (0.75, 0.35), (0.8, 0.15)],
      [(0.8, 0.15), (0.78, 0.6), (0.7, 1)]],
     [[(0.8, 0.1), (0.4, 0.02), (0.2, 0.3), (0.45, 0.48), (0.8, 0.3)],
      [(0.8, 0.1), (0.8, 0.7), (0.6, 0.98), (0.2, 0.9)]]],
]  # fmt: skip


def curve(points: Tensor, pieces: int = 8) -> Tensor:
    """A smooth line (Catmull and Rom's) through points `(n, 2)`, as many short pieces."""
    padded = torch.cat([points[:1], points, points[-1:]])
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    t = torch.arange(pieces)[:, None] / pieces
    line = b + t * (c - a) / 2
    line = line + t**2 * (a - 2.5 * b + 2 * c - d / 2) + t**3 * (1.5 * (b - c) + (d - a) / 2)
    return torch.cat([line.flatten(0, 1), points[-1:]])


def ink(lines: list[Tensor]) -> Tensor:
    """What the page's brush leaves along lines `(n, 2)` in units of ink: `(12, 12)`, tenths."""
    centres = torch.arange(network.FIELD * FINE) + 0.5
    pixels = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), -1)[:, :, None]
    drawn = torch.zeros(pixels.shape[:2], dtype=torch.bool)
    for line in lines:
        start, way = line[:-1], line[1:] - line[:-1]
        along = ((pixels - start) * way).sum(-1) / way.square().sum(-1).clamp(min=1e-9)
        nearest = start + along.clamp(0, 1)[..., None] * way
        drawn |= ((pixels - nearest).square().sum(-1) <= BRUSH**2).any(-1)
    return network.tenths(F.avg_pool2d(drawn[None].float(), FINE)[0])


def strokes(
    each: int = 60, seed: int = 0, templates: Templates = TEMPLATES
) -> tuple[Tensor, Tensor]:
    """Digits drawn by rules, no people's: `(10·each, 1, 12, 12)` in tenths, and labels."""
    dice = torch.Generator().manual_seed(seed)

    def between(least: float, most: float, *size: int) -> Tensor:
        return least + (most - least) * torch.rand(size, generator=dice)

    fields = []
    for ways in templates:
        for n in range(each):
            height, width = between(26, 42, 1), between(0.55, 0.9, 1)  # in ink; of the height
            turn, shear = between(-0.2, 0.2, 1), between(-0.25, 0.25, 1)
            upright = torch.tensor([[1.0, 0], [0, 1]]) * torch.cat([width, torch.ones(1)])
            slanted = upright @ torch.tensor([[1, 0], [shear.item(), 1]])
            cos, sin = math.cos(turn.item()), math.sin(turn.item())
            change = height * slanted @ torch.tensor([[cos, sin], [-sin, cos]])
            middle = network.FIELD * FINE / 2 + between(-3, 3, 2)
            lines = []
            for line in ways[n % len(ways)]:
                points = torch.tensor(line) + between(-0.03, 0.03, len(line), 2)
                lines.append(curve((points - 0.5) @ change + middle))
            fields.append(ink(lines))
    return torch.stack(fields).unsqueeze(1), torch.arange(10).repeat_interleave(each)


def shifted(fields: Tensor) -> Tensor:
    """Each digit `(n, 1, 12, 12)` at the 24 other places that the border of two allows."""
    moves = [(down, right) for down in range(-2, 3) for right in range(-2, 3) if down or right]
    return torch.cat([torch.roll(fields, move, (2, 3)) for move in moves])


def placed(images: Tensor, dice: torch.Generator) -> Tensor:
    """Training digits `(n, 8, 8)` at random places, sizes and slants: `(n, 1, 12, 12)`, tenths."""
    n, border = len(images), 2

    def between(least: float, most: float) -> Tensor:
        return least + (most - least) * torch.rand(n, generator=dice)

    size, aspect, turn, shear = (
        between(*range_) for range_ in ((0.75, 1.4), (0.8, 1.25), (-0.2, 0.2), (-0.25, 0.25))
    )
    cos, sin = turn.cos(), turn.sin()
    room = (network.FIELD - 8 * size).clamp(min=1) / network.FIELD  # where the middle can go
    right, down = (room * between(-1.3, 1.3).clamp(-1, 1) for _ in range(2))  # often at the border
    linear = torch.stack(
        [torch.stack([cos + shear * sin, shear * cos - sin], -1) * aspect[:, None],
         torch.stack([sin, cos], -1)], 1
    ) / size[:, None, None]  # fmt: skip
    # Where each pixel of the field looks for its ink: turned about the digit's own middle.
    offset = -(linear @ torch.stack([right, down], -1)[:, :, None])
    fields = F.pad(images, (border,) * 4).unsqueeze(1)
    grid = F.affine_grid(torch.cat([linear, offset], 2), list(fields.shape), align_corners=False)
    X = F.grid_sample(fields, grid, align_corners=False)
    # Ink above a level gets darker, below it fainter: strokes of one edge, thicker or thinner.
    level, contrast = (between(*range_).view(-1, 1, 1, 1) for range_ in ((0.3, 0.75), (1, 3)))
    X = ((X - level) * contrast + level).clamp(0, 1)
    X = X + 0.05 * torch.randn(X.shape, generator=dice) * (X > 0)
    return network.tenths(X.clamp(0, 1))


def rounded(net: nn.Module) -> None:
    """Bring the weights, in place, to hundredths that a byte can hold."""
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_((100 * parameter.clamp(-LARGEST, LARGEST)).round() / 100)


def train(seed: int = 0) -> nn.Sequential:
    """The network, trained and rounded."""
    torch.set_num_threads(1)  # so small a network is slower on more
    torch.manual_seed(seed)
    dice = torch.Generator().manual_seed(seed)
    images, labels = network.training()
    drawn, digits = strokes(240, seed + 1, TAUGHT)
    net = network.layers()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=STEPS)
    for _ in range(STEPS):
        some = torch.randint(len(labels), (BATCH - DRAWN,), generator=dice)
        few = torch.randint(len(digits), (DRAWN,), generator=dice)
        X = torch.cat([placed(images[some], dice), drawn[few]])
        loss = F.cross_entropy(net(X), torch.cat([labels[some], digits[few]]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.clamp_(-LARGEST, LARGEST)
    rounded(net)
    return net.eval()


def accuracies(net: nn.Module) -> dict[str, float]:
    """The share of digits read right, of each kind that training has not seen."""
    fields, labels = network.held_out()
    kinds = {
        "centred": (fields, labels),
        "shifted": (shifted(fields), labels.repeat(24)),
        "strokes": strokes(),
    }
    with torch.no_grad():
        return {
            kind: round((net(X).argmax(1) == y).double().mean().item(), 4)
            for kind, (X, y) in kinds.items()
        }


def examples(net: nn.Module) -> list[tuple[int, str]]:
    """One digit a class that is read with much certainty, then one that is misread."""
    fields, labels = network.held_out()
    with torch.no_grad():
        shares = net(fields).softmax(1)
    read = shares[torch.arange(len(labels)), labels]
    chosen = [int((read * (labels == digit)).argmax()) for digit in range(10)]
    chosen.append(int(read.argmin()))
    return [(int(labels[n]), network.pack(fields[n, 0])) for n in chosen]


def main() -> None:
    """Train, store and say how well it reads."""
    net = train()
    found = accuracies(net)
    weights = (100 * nn.utils.parameters_to_vector(net.parameters())).round().to(torch.int8)
    content = {
        "command": "python tools/train_network.py",
        "accuracy": found,
        "weights": base64.b64encode(bytes(weights.view(torch.uint8).tolist())).decode(),
        "examples": examples(net),
    }
    network.STORED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main()
