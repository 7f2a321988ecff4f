"""Timing and memory: the arithmetic of measuring, on a clock of our own; memory as torch counts it.

No test looks at a real clock: what a machine does meanwhile is not the course's to say.
"""

import warnings

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from utils import measure
from utils.measure import Comparison, Roofs, compare, peak_memory, roofs, stopwatch


class Clock:
    """A clock that stands still until a call moves it on."""

    def __init__(self):
        self.now = 1000.0

    def perf_counter(self) -> float:
        return self.now

    def takes(self, *seconds: float):
        """A call that takes these seconds, one after the other, and then the last for ever."""
        left = list(seconds)

        def call() -> None:
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return call


@pytest.fixture
def clock(monkeypatch):
    """The only clock that `measure` sees."""
    clock = Clock()
    monkeypatch.setattr(measure, "time", clock)
    return clock


def test_the_stopwatch_counts_seconds(clock):
    assert stopwatch(clock.takes(0.25)) == 0.25


def test_compare_runs_both_in_turns_and_alternates_who_is_first():
    calls = []
    result = compare(lambda: calls.append("a"), lambda: calls.append("b"), seconds=1e-9)
    assert result.turns == 5
    assert calls == list("ab" + "ba" + "ab" + "ba" + "ab" + "ba")


def test_compare_takes_medians_and_quartiles_and_leaves_the_first_call_out(clock):
    """Of our five turns the times are 1, 2, 3, 4 and 8 seconds; of the other's always half one."""
    found = compare(clock.takes(99, 4, 1, 8, 3, 2), clock.takes(77, 0.5), seconds=1e-9)
    assert found == Comparison(
        ratio=6, low=3, high=12, ratio_of_fastest=2, seconds=3, reference_seconds=0.5, turns=5
    )


def test_compare_goes_on_for_as_long_as_it_is_told(clock):
    """A turn is four seconds: after five of them 20 have gone, and the eighth ends at 32."""
    assert compare(clock.takes(3), clock.takes(1), seconds=30).turns == 8
    assert compare(clock.takes(3), clock.takes(1), seconds=10**6).turns == 1000  # at most


def test_the_roofs_are_those_of_the_machine(clock):
    """On a machine of 3 TFLOP/s and 7 GB/s, whatever sizes are tried: found again.

    Every other product and copy is disturbed and takes twice as long: the fastest count.
    """
    turns = {"mm": 0, "copy_": 0}

    class Machine(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            name = func.overloadpacket.__name__
            if name not in turns:
                return func(*args, **(kwargs or {}))
            turns[name] += 1
            a, b = args[:2]
            operations = 2 * a.shape[0] * a.shape[1] * b.shape[1] if name == "mm" else 0
            moved = a.nbytes + b.nbytes if name == "copy_" else 0  # written, read
            clock.now += (operations / 3e12 + moved / 7e9) * (1 + turns[name] % 2)
            return (kwargs or {}).get("out", a)  # nothing is computed: the clock says it was

    with Machine():
        found = roofs(seconds=0.1)
    assert found == pytest.approx(Roofs(flops=3e12, bandwidth=7e9))
    assert min(turns.values()) > 2


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_time_is_no_measurement(seconds):
    with pytest.raises(ValueError, match="seconds must be more than 0"):
        compare(int, int, seconds)
    with pytest.raises(ValueError, match="seconds must be more than 0"):
        roofs(seconds)


def test_peak_memory_counts_what_is_held_at_once():
    x = torch.ones(1000)
    assert peak_memory(lambda: x + x) == 4000
    assert peak_memory(lambda: [x + x for _ in range(3)]) == 12_000
    assert peak_memory(lambda: sum((x + x).sum() for _ in range(3))) < 5000  # one after another
    assert peak_memory(lambda: x[::2]) == 0  # a view
    assert peak_memory(lambda: torch.empty(250, dtype=torch.float64)) == 2000


def test_peak_memory_says_nothing(capfd):
    peak_memory(lambda: torch.ones(10))
    assert capfd.readouterr() == ("", "")


def test_peak_memory_says_nothing_under_torch_of_colab_either(monkeypatch):
    """torch 2.11 warns of lost cycles wherever events are not accumulated, also of the only one."""
    prepare = torch.profiler.profile.prepare_trace
    seen = []

    def as_in_2_11(profile):
        prepare(profile)
        seen.append(profile)
        if not profile.acc_events:
            warnings.warn("Profiler clears events at the end of each cycle.", stacklevel=2)

    monkeypatch.setattr(torch.profiler.profile, "prepare_trace", as_in_2_11)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert peak_memory(lambda: torch.ones(10)) == 40
    assert seen, "the profiler was asked"


def test_the_roofs_meet_at_the_ridge():
    machine = Roofs(flops=100.0, bandwidth=10.0)
    assert machine.ridge == 10
    assert [machine.attainable(i) for i in (1, 10, 1000)] == [10, 100, 100]
