"""Measure: each function returns one section of the report, as plain lists and dictionaries."""

import math
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from benchmarks import cases
from utils.measure import Comparison, Roofs, compare, peak_memory, stopwatch

Row = dict[str, Any]  # as it stands in the report, which is JSON
ROUNDS = 3  # a neighbour on the same machine comes and goes: measure at three different times


def _round(number: float) -> float:
    return float(f"{number:.4g}")


def _middle(rounds: list[Comparison]) -> Row:
    """Of each number the median over the rounds."""
    middle = Comparison(*(statistics.median(values) for values in zip(*rounds, strict=True)))
    return {
        "ratio": _round(middle.ratio),
        "quartiles": [_round(middle.low), _round(middle.high)],
        "ratio_of_fastest": _round(middle.ratio_of_fastest),
        "ms": _round(1e3 * middle.seconds),
        "torch_ms": _round(1e3 * middle.reference_seconds),
        "turns": sum(comparison.turns for comparison in rounds),
    }


def pairs(seconds: float, threads: list[int]) -> list[Row]:
    """Time ours beside torch's, after checking that they agree, and compare what they hold."""
    every = [cases.the_layer_as_pair(), *cases.layers(), *cases.others()]
    rounds: dict[tuple[str, int], list[Comparison]] = {
        (pair.name, count): [] for pair in every for count in threads
    }
    for number in range(1, ROUNDS + 1):
        for pair in every:
            torch.testing.assert_close(pair.ours(), pair.torchs(), rtol=1e-3, atol=1e-3)
            for count in threads:
                torch.set_num_threads(count)
                measured = compare(pair.ours, pair.torchs, seconds / ROUNDS)
                rounds[pair.name, count].append(measured)
        print(f"  {len(every)} pairs: round {number} of {ROUNDS}", flush=True)
    return [
        {
            "group": pair.group,
            "name": pair.name,
            "threads": {str(count): _middle(rounds[pair.name, count]) for count in threads},
            "bytes": peak_memory(pair.ours),
            "torch_bytes": peak_memory(pair.torchs),
        }
        for pair in every
    ]


def ladder(kernel_size: int, seconds: float, machine: Roofs) -> list[Row]:
    """Time every rung beside torch, on one thread; scale what ran a part of the layer."""
    torch.set_num_threads(1)
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
                "ratio": _round(comparison.ratio / rung.share),
                "ms": _round(1e3 * whole),
                "gflops": _round(operations / whole / 1e9),
                "of_roof": _round(operations / whole / machine.flops),
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


def scaling(seconds: float) -> list[Row]:
    """Time a layer as one of its numbers grows, in turns, on one thread; fit exponents."""
    torch.set_num_threads(1)
    rows = []
    for sweep in cases.sweeps():
        calls: dict[tuple[str, int], Callable[[], object]] = {}
        for value in sweep.values:
            x, w = sweep.make(value)
            for name, operator in cases.SWEPT.items():
                calls[name, value] = partial(operator, x, w, padding=w.shape[-1] // 2)
        times: dict[tuple[str, int], list[float]] = {key: [] for key in calls}
        for call in calls.values():
            call()
        spent, turns = 0.0, 0
        while spent < seconds * len(sweep.values) or turns < 5:
            turns += 1
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
                    "ms": [_round(1e3 * taken) for taken in medians],
                    "exponent": round(exponent, 2),
                    "exponent_of_count": sweep.count,
                }
            )
            print(f"  {sweep.name:10}{name:20} grows to the power {exponent:.2f}", flush=True)
    return rows
