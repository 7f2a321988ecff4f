"""What is measured: one layer in many ways, twelve layers of real networks, the other operators."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import functional, ladder
from utils.shapes import conv_cost
from utils.textbook import d2l


@dataclass(frozen=True)
class Pair:
    """One computation, ours and torch's, on the same tensors."""

    group: str
    name: str
    ours: Callable[[], Tensor]
    torchs: Callable[[], Tensor]


@dataclass(frozen=True)
class Rung:
    """A way to compute the layer, or a part of it: `share` of its multiply-adds."""

    name: str
    run: Callable[[], object]
    share: float = 1.0
    part: str = ""


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


def the_layer(kernel_size: int = 5) -> tuple[Tensor, Tensor]:
    """The layer that the course counts, 100 channels to 100, 64×64 pixels: padded input, kernels.

    With 5×5 kernels it is 1,024,000,000 multiply-adds.
    """
    x, w = random(1, 100, 64, 64), random(100, 100, kernel_size, kernel_size)
    return F.pad(x, [kernel_size // 2] * 4), w


def the_layer_as_pair() -> Pair:
    """The layer, padded by the operator as users have it."""
    x, w = random(1, 100, 64, 64), random(100, 100, 5, 5)
    return Pair(
        "the layer",
        "conv2d 100 → 100, 5×5, 64×64",
        lambda: functional.conv2d(x, w, padding=2),
        lambda: F.conv2d(x, w, padding=2),
    )


def rungs(kernel_size: int) -> list[Rung]:
    """The ladder on the layer, slowest first; the last is torch's own, the reference."""
    x, w = the_layer(kernel_size)
    rows, planes = 10, 5  # what the loops in Python are measured on
    lists = x[:, :, : rows + kernel_size - 1].tolist(), w[:1].tolist()
    climbed = [
        Rung(
            "seven nested loops",
            lambda: ladder.seven_loops(*lists),
            rows / (64 * 100),
            f"{rows} of 64 rows of 1 of 100 output channels",
        ),
        Rung(
            "d2l.corr2d, two loops a plane",
            lambda: [d2l.corr2d(x[0, c], w[0, c]) for c in range(planes)],
            planes / (100 * 100),
            f"{planes} of 100·100 planes",
        ),
        Rung("window by window", lambda: ladder.window_by_window(x, w)),
        Rung("tap by tap", lambda: ladder.tap_by_tap(x, w)),
        Rung("im2col, one product", lambda: ladder.im2col(x, w)),
        Rung("row by row", lambda: ladder.row_by_row(x, w)),
        Rung("conv2d_fft", lambda: functional.conv2d_fft(x, w)),
    ]
    if kernel_size == 3:
        climbed += [
            Rung(
                f"conv2d_winograd, tile {tile}",
                partial(functional.conv2d_winograd, x, w, tile=tile),
            )
            for tile in (2, 4)
        ]
    return [
        *climbed,
        Rung("functional.conv2d", lambda: functional.conv2d(x, w)),
        Rung("F.conv2d (torch)", lambda: F.conv2d(x, w)),
    ]


def multiply_adds(kernel_size: int) -> int:
    """Multiply-adds of the layer."""
    return conv_cost(100, 100, kernel_size, 64, padding=kernel_size // 2).multiply_adds


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
        ("max_pool2d", "3×3, stride 2, 64×112×112", (big, 3, 2, 1)),
        ("max_pool2d", "2×2, stride 2, 64×112×112", (big, 2)),
        ("avg_pool2d", "2×2, stride 2, 64×112×112", (big, 2)),
        ("avg_pool2d", "3×3, stride 1, 64×56×56", (middle, 3, 1, 1)),
        ("adaptive_avg_pool2d", "to 1×1, 512×14×14", (small, 1)),
        ("adaptive_avg_pool2d", "to 6×6, 512×14×14", (small, 6)),
        ("max_pool1d", "3, stride 2, 64×12544", (big.flatten(2), 3, 2, 1)),
        ("unfold", "3×3, 64×56×56", (middle, 3, 1, 1)),
        ("fold", "3×3, 64×56×56", (columns, 56, 3, 1, 1)),
        (
            "conv_transpose2d",
            "4×4, stride 2, 256 → 128, 14×14",
            (random(1, 256, 14, 14), random(256, 128, 4, 4), None, 2, 1),
        ),
        (
            "conv_transpose2d",
            "2×2, stride 2, 128 → 64, 56×56",
            (random(1, 128, 56, 56), random(128, 64, 2, 2), None, 2),
        ),
        (
            "conv1d",
            "3, dilation 4, 64 → 64, 4096",
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


@dataclass(frozen=True)
class Sweep:
    """One number of a layer grows, the others stay; `count` says how the multiply-adds grow."""

    name: str
    layer: str
    values: tuple[int, ...]
    count: int
    make: Callable[[int], tuple[Tensor, Tensor]]


def sweeps() -> list[Sweep]:
    """How time grows with the batch, the channels, the size of the picture, that of the kernel."""
    return [
        Sweep(
            "batch",
            "64 → 64, 3×3, 28×28",
            (1, 2, 4, 8, 16),
            1,
            lambda n: (random(n, 64, 28, 28), random(64, 64, 3, 3)),
        ),
        Sweep(
            "channels",
            "c → c, 3×3, 28×28",
            (32, 64, 128, 256),
            2,
            lambda c: (random(1, c, 28, 28), random(c, c, 3, 3)),
        ),
        Sweep(
            "size",
            "64 → 64, 3×3, n×n",
            (14, 28, 56, 112),
            2,
            lambda n: (random(1, 64, n, n), random(64, 64, 3, 3)),
        ),
        Sweep(
            "kernel",
            "32 → 32, k×k, 56×56",
            (3, 5, 7, 11, 15),
            2,
            lambda k: (random(1, 32, 56, 56), random(32, 32, k, k)),
        ),
    ]


# What is measured in a sweep, each with padding that keeps the size.
SWEPT: dict[str, Callable[..., Tensor]] = {
    "functional.conv2d": functional.conv2d,
    "conv2d_fft": functional.conv2d_fft,
    "F.conv2d": F.conv2d,
}
