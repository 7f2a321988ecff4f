"""What the benchmarks make of the times that they take, on a clock of their own."""

from types import SimpleNamespace

import pytest
import torch

from benchmarks import __main__ as benchmarks
from benchmarks import cases, sections
from utils import measure


@pytest.fixture
def clock(monkeypatch):
    """The only clock: it moves on by what a computation says it takes."""
    clock = SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)
    monkeypatch.setattr(measure, "time", clock)
    return clock


def takes(clock, *seconds: float, numbers: int = 1):
    """A computation that takes these seconds in turn, for ever, and makes so many float32."""
    called = 0

    def run():
        nonlocal called
        clock.now += seconds[called % len(seconds)]
        called += 1
        return torch.ones(numbers)

    return run


@pytest.fixture
def pair(clock, monkeypatch):
    """Make the only pair there is: torch takes a second, we what is said, and twice the memory."""

    def only(*seconds: float):
        ours, torchs = takes(clock, *seconds, numbers=200), takes(clock, 1, numbers=100)
        one = cases.Pair("the layer", "a layer", lambda: ours()[:100], torchs)
        monkeypatch.setattr(cases, "the_layer_as_pair", lambda: one)
        monkeypatch.setattr(cases, "layers", list)
        monkeypatch.setattr(cases, "others", list)

    return only


def test_a_pair_is_told_by_medians_over_the_rounds(pair, monkeypatch):
    """In three rounds the ratios are 2, 9 and 3: it is 3, whatever disturbed the second."""
    rounds = iter([2, 9, 3])
    pair(1)
    monkeypatch.setattr(
        sections,
        "compare",
        lambda *_: measure.Comparison(r := next(rounds), r - 1, r + 1, r / 2, r, 1.0, 5),
    )
    (row,) = sections.pairs(0.1, [1])
    assert row["threads"]["1"] == {
        "ratio": 3,
        "quartiles": [2, 4],
        "ratio_of_fastest": 1.5,
        "ms": 3000,
        "torch_ms": 1000,
        "turns": 15,
    }


def test_a_pair_is_measured_and_what_both_hold(pair):
    pair(3)
    (row,) = sections.pairs(1e-6, [1])
    assert row["threads"]["1"]["ratio"] == 3
    assert (row["bytes"], row["torch_bytes"]) == (800, 400)


def test_a_sweep_is_told_by_medians_and_its_exponent(clock, monkeypatch):
    """A call takes n³ seconds, but every fourth ten times that."""
    turn = 0

    def operator(x, w, padding):
        nonlocal turn
        turn += 1
        clock.now += x.shape[-1] ** 3 * (10 if turn % 4 == 0 else 1)

    sweep = cases.Sweep("size", "n", (2, 4, 8), 2, lambda n: (torch.ones(n), torch.ones(1)))
    monkeypatch.setattr(cases, "sweeps", lambda: [sweep])
    monkeypatch.setattr(cases, "SWEPT", {"ours": operator})
    (row,) = sections.scaling(1e-6)
    assert row["ms"] == [8e3, 64e3, 512e3]
    assert row["exponent"] == 3 and row["exponent_of_count"] == 2


def test_the_report_says_what_was_missed(monkeypatch):
    monkeypatch.setattr(benchmarks, "roofs", lambda _: measure.Roofs(1e9, 1e9))
    for section in ("pairs", "ladder", "scaling"):
        monkeypatch.setattr(sections, section, lambda *_: [])
    monkeypatch.setattr(benchmarks, "missed", lambda report: [f"all of {sorted(report)[0]}"])
    assert benchmarks.measure(0.1, [1])["missed"] == ["all of date"]
