"""Measure: each function returns one section of the report, as plain lists and dictionaries."""

import math
import statistics
from functools import partial

import torch

from benchmarks import cases
from utils.measure import Comparison, Roofs, compare, peak_memory, stopwatch


def _rounded(comparison: Comparison) -> dict:
    return {
        "ratio": float(f"{comparison.ratio:.4g}"),
        "quartiles": [float(f"{comparison.low:.4g}"), float(f"{comparison.high:.4g}")],
        "ratio_of_fastest": float(f"{comparison.ratio_of_fastest:.4g}"),
        "ms": float(f"{1e3 * comparison.seconds:.4g}"),
        "torch_ms": float(f"{1e3 * comparison.reference_seconds:.4g}"),
        "turns": comparison.turns,
    }


def pairs(seconds: float) -> list[dict]:
    """Time ours beside torch's, after checking that they agree, and compare what they hold."""
    rows = []
    for pair in [cases.the_layer_as_pair(), *cases.layers(), *cases.others()]:
        torch.testing.assert_close(pair.ours(), pair.torchs(), rtol=1e-3, atol=1e-3)
        rows.append(
            {
                "group": pair.group,
                "name": pair.name,
                **_rounded(compare(pair.ours, pair.torchs, seconds)),
                "bytes": peak_memory(pair.ours),
                "torch_bytes": peak_memory(pair.torchs),
            }
        )
        print(
            f"  {pair.name:52}{rows[-1]['ratio']:7.2f} times torch's time, "
            f"{rows[-1]['bytes'] / rows[-1]['torch_bytes']:5.2f} times its memory",
            flush=True,
        )
    return rows


def ladder(kernel_size: int, seconds: float, machine: Roofs) -> list[dict]:
    """Time every rung beside torch; what ran a part of the layer is scaled to the whole."""
    *climbed, reference = cases.rungs(kernel_size)
    operations = 2 * cases.multiply_adds(kernel_size)
    expected = reference.run()
    rows = []
    for rung in [*climbed, reference]:
        if rung.share == 1:
            torch.testing.assert_close(rung.run(), expected, rtol=1e-3, atol=1e-2)
        comparison = compare(rung.run, reference.run, seconds)
        whole = comparison.seconds / rung.share
        rows.append(
            {
                "name": rung.name,
                "part": rung.part,
                "ratio": float(f"{comparison.ratio / rung.share:.4g}"),
                "ms": float(f"{1e3 * whole:.4g}"),
                "gflops": float(f"{operations / whole / 1e9:.4g}"),
                "of_roof": float(f"{operations / whole / machine.flops:.4g}"),
                "bytes": peak_memory(rung.run) if rung.share == 1 else None,
            }
        )
        print(f"  {rung.name:34}{rows[-1]['ratio']:12,.2f} times torch's time", flush=True)
    return rows


def fit_exponent(values: list[float], times: list[float]) -> float:
    """Fit times = c · values^e by least squares on logarithms, and return e.

    Example:
        >>> round(fit_exponent([1, 2, 4], [3, 12, 48]), 6)
        2.0
    """
    x, y = [math.log(value) for value in values], [math.log(taken) for taken in times]
    return statistics.linear_regression(x, y).slope


def scaling(seconds: float) -> list[dict]:
    """Time a layer as one of its numbers grows, all in turns; fit an exponent to each way."""
    rows = []
    for sweep in cases.sweeps():
        calls = {}
        for value in sweep.values:
            x, w = sweep.make(value)
            for name, operator in cases.SWEPT.items():
                calls[name, value] = partial(operator, x, w, padding=w.shape[-1] // 2)
        times = {key: [] for key in calls}
        for call in calls.values():
            call()
        spent = 0.0
        while spent < seconds * len(sweep.values) or len(times[name, value]) < 5:
            for key, call in calls.items():
                times[key].append(stopwatch(call))
                spent += times[key][-1]
        for name in cases.SWEPT:
            medians = [statistics.median(times[name, value]) for value in sweep.values]
            exponent = fit_exponent(list(sweep.values), medians)
            rows.append(
                {
                    "sweep": sweep.name,
                    "layer": sweep.layer,
                    "name": name,
                    "values": list(sweep.values),
                    "ms": [float(f"{1e3 * taken:.4g}") for taken in medians],
                    "exponent": round(exponent, 2),
                    "exponent_of_count": sweep.count,
                }
            )
            print(f"  {sweep.name:10}{name:20} grows to the power {exponent:.2f}", flush=True)
    return rows
