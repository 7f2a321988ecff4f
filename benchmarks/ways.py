"""The rules by which a way is chosen, each with what it decides against.

`python -m benchmarks ways` shows them.

A row is a layer on one side of a rule. What the rule takes is timed beside the alternative, in
turns; a ratio above 1 says by how much the rule is right, one below 1 that on this machine it is
not. Every constant of `utils.functional.ways` has rows on both of its sides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import torch

from benchmarks.cases import random
from utils import functional
from utils.functional.arguments import Call
from utils.functional.convolution import read_layer
from utils.functional.ways import Way, axes, band, means, spectra, strips, taps
from utils.measure import compare


@dataclass(frozen=True)
class Row:
    """A layer, what the rule of a constant takes, and the alternative."""

    constant: str
    what: str
    taken: Callable[[], object]
    other: Callable[[], object]


def rows() -> list[Row]:
    """All rules, on both sides."""
    unroll, by_rows = strips.unroll_windows, strips.unroll_rows
    multiply, bands = taps.multiply_taps, band.multiply_bands
    found = []
    for n, pair in ((14, (unroll, by_rows)), (28, (unroll, by_rows)), (32, (by_rows, unroll))):
        found.append(_ways("COPIED", (64, 64, 3, n, 1, 1), *pair))
    found.append(_ways("COPIED", (64, 64, 3, 112, 1, 1), by_rows, unroll))
    for factor in (8, 1 / 8):
        call = partial(functional.conv2d, random(1, 64, 112, 112), random(64, 64, 3, 3))
        found.append(_set(strips, "COPIED", int(strips.COPIED * factor), "64 → 64, 3×3", call))
    for k, shared in ((7, 4), (5, 2)):
        call = partial(functional.conv2d, random(1, 3, 224, 224), random(64, 3, k, k), None, 2, 3)
        found.append(_set(strips, "SHARED", shared, f"3 → 64, {k}×{k}, stride 2", call))
    for made, pair in ((1, (multiply, unroll)), (2, (multiply, unroll)), (8, (unroll, multiply))):
        found.append(_ways("MADE_OF_ONE", (64, 64 * made, 3, 56, 1, 64), *pair))
    found.append(_ways("MADE_OF_ONE", (1, 1, 3, 56, 1, 1), unroll, multiply))
    for k, n, pair in (
        (3, 28, (multiply, bands)),
        (3, 56, (bands, multiply)),
        (7, 14, (multiply, bands)),
        (7, 28, (bands, multiply)),
    ):
        found.append(_ways("WORTH", (384, 384, k, n, 1, 384), *pair))
    depthwise = partial(
        functional.conv2d, random(1, 96, 56, 56), random(96, 1, 7, 7), padding=3, groups=96
    )
    for tile in (8, 32):
        found.append(_set(band, "TILE", tile, "96 depthwise, 7×7", depthwise))
    for stride, dense in ((2, 1), (3, 1), (4, 4)):
        call = partial(
            functional.conv2d, random(1, 96, 112, 112), random(96, 1, 3, 3), None, stride, 1, 1, 96
        )
        found.append(_set(taps, "DENSE", dense, f"96 depthwise, 3×3, stride {stride}", call))
        if stride < 4:
            for at_once in (taps.AT_ONCE // 8, taps.AT_ONCE * 8):
                what = f"96 depthwise, 3×3, stride {stride}"
                found.append(_set(taps, "AT_ONCE", at_once, what, call))
    for stride, dense in ((2, 1), (3, 1), (4, 4)):
        pool = partial(functional.max_pool1d, random(1, 64, 12544), 3, stride, 1)
        found.append(_set(axes, "DENSE", dense, f"max_pool1d 3, stride {stride}", pool))
    for factor in (8, 1 / 8):
        pool = partial(functional.max_pool2d, random(1, 64, 112, 112), 3, 2, 1)
        most = int(axes.COMPARED * factor)
        found.append(_set(axes, "COMPARED", most, "max_pool2d 3×3, stride 2", pool))
        average = partial(functional.avg_pool2d, random(1, 64, 112, 112), 3, 2, 1)
        most = int(axes.AT_ONCE * factor)
        found.append(_set(axes, "AT_ONCE", most, "avg_pool2d 3×3, stride 2", average))
    for few in (means.FEW // 8, means.FEW * 8):
        average = partial(functional.adaptive_avg_pool2d, random(1, 512, 14, 14), 6)
        found.append(_set(means, "FEW", few, "adaptive_avg_pool2d to 6×6, 512×14×14", average))
    for k, groups in ((3, 1), (31, 64)):
        x, w = random(1, 64, 56, 56), random(64, 64 // groups, k, k)
        call = partial(functional.conv2d_fft, x, w, None, 1, k // 2, 1, groups)
        for name in ("PER_NUMBER", "PER_TRANSFORM"):
            found += [
                _set(spectra, name, value, f"64 → 64, {k}×{k}, {groups} groups", call)
                for value in (getattr(spectra, name) // 8, getattr(spectra, name) * 8)
            ]
    return found


def _ways(constant: str, layer: tuple[int, ...], taken: Way, other: Way) -> Row:
    """A layer of so many channels, outputs, taps, pixels, its stride and groups, in two ways."""
    c_i, c_o, k, n, stride, groups = layer
    x, w = random(1, c_i, n, n), random(c_o, c_i // groups, k, k)
    padding = k // 2 if stride == 1 else 0
    geometry = read_layer(Call("", 2, input=x, weight=w, bias=None), stride, padding, 1, groups)
    what = f"{c_i} → {c_o}, {k}×{k}, {n}×{n}, stride {stride}, {groups} groups"
    return Row(
        constant,
        f"{what}: {taken.__name__}, not {other.__name__}",
        partial(taken, x, w, geometry),
        partial(other, x, w, geometry),
    )


def _set(module: ModuleType, name: str, value: int, what: str, call: Callable[[], object]) -> Row:
    """A call, and the same with another value of a constant."""
    kept = getattr(module, name)

    def other() -> object:
        setattr(module, name, value)
        _forget()
        try:
            return call()
        finally:
            setattr(module, name, kept)
            _forget()

    return Row(name, f"{what}: {kept}, not {value}", call, other)


def _forget() -> None:
    spectra.cheapest_tile.cache_clear()


def measure(seconds: float) -> None:
    """Time every row on one thread, after checking that both sides agree."""
    torch.set_num_threads(1)
    with torch.no_grad():
        for row in rows():
            torch.testing.assert_close(row.taken(), row.other(), rtol=1e-3, atol=1e-3)
            ratio = compare(row.other, row.taken, seconds).ratio
            print(f"{row.constant:14} {row.what:80} {ratio:6.2f}", flush=True)
