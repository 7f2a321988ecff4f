"""What is measured: one layer in many ways, twelve layers of real networks, the other operators."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import functional
from utils.loops import corr2d
from utils.shapes import conv_cost


@dataclass(frozen=True)
class Pair:
    """One computation, ours and torch's, on the same tensors."""

    group: str
    name: str
    ours: Callable[[], Tensor]
    torchs: Callable[[], Tensor]


@dataclass(frozen=True)
class Slice:
    """A slow way to compute a part of the layer, and how many multiply-adds that part takes."""

    name: str
    part: str
    multiply_adds: int
    run: Callable[[], object]


# network, layer, input channels, output channels, kernel, stride, padding, groups, input size
LAYERS = [
    ("ResNet-50", "conv1", 3, 64, 7, 2, 3, 1, 224),
    ("ResNet-50", "layer1.0.conv2", 64, 64, 3, 1, 1, 1, 56),
    ("ResNet-50", "layer2.0.conv3", 128, 512, 1, 1, 0, 1, 28),
    ("ResNet-50", "layer3.0.conv2", 256, 256, 3, 2, 1, 1, 28),
    ("MobileNetV2", "features.0", 3, 32, 3, 2, 1, 1, 224),
    ("MobileNetV2", "features.2 depthwise", 96, 96, 3, 2, 1, 96, 112),
    ("MobileNetV2", "features.12 depthwise", 576, 576, 3, 1, 1, 576, 14),
    ("MobileNetV2", "features.12 project", 576, 96, 1, 1, 0, 1, 14),
    ("ConvNeXt-T", "stem", 3, 96, 4, 4, 0, 1, 224),
    ("ConvNeXt-T", "stage 1 depthwise", 96, 96, 7, 1, 3, 96, 56),
    ("ConvNeXt-T", "stage 1 expand", 96, 384, 1, 1, 0, 1, 56),
    ("ConvNeXt-T", "downsample 2", 192, 384, 2, 2, 0, 1, 28),
]


def random(*shape: int) -> Tensor:
    """Normally distributed numbers, the same at every call."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def the_layer() -> Pair:
    """The layer that the course counts: 100 channels to 100, 5×5, 64×64 pixels."""
    x, w = random(1, 100, 64, 64), random(100, 100, 5, 5)
    return Pair(
        "the layer",
        "conv2d 100 -> 100, 5x5, 64x64",
        lambda: functional.conv2d(x, w, padding=2),
        lambda: F.conv2d(x, w, padding=2),
    )


def layers() -> list[Pair]:
    """Twelve layers of three networks, for one image."""
    pairs = []
    for network, layer, c_i, c_o, k, stride, padding, groups, size in LAYERS:
        x, w, b = random(1, c_i, size, size), random(c_o, c_i // groups, k, k), random(c_o)
        arguments = (x, w, b, stride, padding, 1, groups)
        pairs.append(
            Pair(
                "layers",
                f"{network} {layer}",
                partial(functional.conv2d, *arguments),
                partial(F.conv2d, *arguments),
            )
        )
    return pairs


def others() -> list[Pair]:
    """Pooling, unfold, fold and transposed convolution at sizes that networks use."""
    big, middle, small = random(1, 64, 112, 112), random(1, 64, 56, 56), random(1, 512, 14, 14)
    columns = F.unfold(middle, 3, padding=1)
    calls = [
        ("max_pool2d", "3x3, stride 2, 64x112x112", (big, 3, 2, 1)),
        ("max_pool2d", "2x2, stride 2, 64x112x112", (big, 2)),
        ("avg_pool2d", "2x2, stride 2, 64x112x112", (big, 2)),
        ("avg_pool2d", "3x3, stride 1, 64x56x56", (middle, 3, 1, 1)),
        ("adaptive_avg_pool2d", "to 1x1, 512x14x14", (small, 1)),
        ("adaptive_avg_pool2d", "to 6x6, 512x14x14", (small, 6)),
        ("max_pool1d", "3, stride 2, 64x12544", (big.flatten(2), 3, 2, 1)),
        ("unfold", "3x3, 64x56x56", (middle, 3, 1, 1)),
        ("fold", "3x3, 64x56x56", (columns, 56, 3, 1, 1)),
        (
            "conv_transpose2d",
            "4x4, stride 2, 256 -> 128, 14x14",
            (random(1, 256, 14, 14), random(256, 128, 4, 4), None, 2, 1),
        ),
        (
            "conv_transpose2d",
            "2x2, stride 2, 128 -> 64, 56x56",
            (random(1, 128, 56, 56), random(128, 64, 2, 2), None, 2),
        ),
        (
            "conv1d",
            "3, dilation 4, 64 -> 64, 4096",
            (random(1, 64, 4096), random(64, 64, 3), None, 1, 4, 4),
        ),
    ]
    pairs = []
    for name, what, arguments in calls:
        ours, torchs = getattr(functional, name), getattr(F, name)
        pairs.append(
            Pair("others", f"{name} {what}", partial(ours, *arguments), partial(torchs, *arguments))
        )
    return pairs


def seven_loops(x: list, w: list, c_o: int, rows: int) -> list:
    """Convolve lists of numbers with a loop for each of the seven indices."""
    n, c_i, k = len(x), len(x[0]), len(w[0][0])
    width = len(x[0][0][0]) - k + 1
    y = [[[[0.0] * width for _ in range(rows)] for _ in range(c_o)] for _ in range(n)]
    for image in range(n):
        for d in range(c_o):
            for i in range(rows):
                for j in range(width):
                    for c in range(c_i):
                        for a in range(k):
                            for b in range(k):
                                y[image][d][i][j] += w[d][c][a][b] * x[image][c][i + a][j + b]
    return y


def slow_ways() -> list[Slice]:
    """The layer by loops in Python, on slices that take about a second each."""
    x, w = random(1, 100, 64, 64), random(100, 100, 5, 5)
    padded = F.pad(x, (2, 2, 2, 2))
    as_lists = padded.tolist(), w.tolist()
    one_channel = conv_cost(100, 1, 5, 64, padding=2).multiply_adds
    by_loops = torch.tensor(seven_loops(*as_lists, 1, 1))
    torch.testing.assert_close(by_loops, F.conv2d(padded, w[:1])[:, :, :1], rtol=1e-3, atol=1e-3)

    def two_loops() -> list[Tensor]:
        return [corr2d(padded[0, c], w[0, c]) for c in range(5)]

    return [
        Slice(
            "seven nested loops",
            "2 of 64 rows of 1 of 100 output channels",
            one_channel * 2 // 64,
            lambda: seven_loops(*as_lists, 1, 2),
        ),
        Slice(
            "corr2d, two loops",
            "5 of 100 input channels of 1 of 100 output channels",
            one_channel * 5 // 100,
            two_loops,
        ),
    ]
