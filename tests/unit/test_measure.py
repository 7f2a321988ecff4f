"""Timing and memory: that what is measured is what is there."""

import time
import warnings

import pytest
import torch

from utils.measure import Roofs, compare, peak_memory, roofs, stopwatch


def test_the_stopwatch_counts_seconds():
    assert 0.02 <= stopwatch(lambda: time.sleep(0.02)) < 5


def test_compare_runs_both_in_turns_and_alternates_who_is_first():
    calls = []
    result = compare(lambda: calls.append("a"), lambda: calls.append("b"), seconds=1e-9)
    assert result.turns == 5
    assert calls == list("ab" + "ba" + "ab" + "ba" + "ab" + "ba")


def test_a_slower_call_has_a_ratio_above_one():
    result = compare(lambda: time.sleep(0.02), lambda: time.sleep(0.002), seconds=0.01)
    assert 1 < result.low <= result.ratio <= result.high
    assert result.seconds > result.reference_seconds >= 0.002
    backwards = compare(lambda: time.sleep(0.002), lambda: time.sleep(0.02), seconds=0.01)
    assert backwards.ratio < 1


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
