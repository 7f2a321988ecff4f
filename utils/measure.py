"""Time two computations fairly, find what one needs in memory, and the two roofs of a machine.

A time says as much about the machine, and about what else it is doing, as about the code. A ratio
of two that were measured in turns, in one run, says more. So nothing here returns an absolute time
without another one beside it.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch


class Comparison(NamedTuple):
    """How long one computation takes beside another; both were run in turns.

    `ratio` is the median over the turns of the one time to the other, `low` and `high` its
    quartiles, `ratio_of_fastest` that of the two fastest runs: where it is far from the median,
    the machine was busy with something else. `seconds` and `reference_seconds` are medians.
    """

    ratio: float
    low: float
    high: float
    ratio_of_fastest: float
    seconds: float
    reference_seconds: float
    turns: int


class Roofs(NamedTuple):
    """What a machine can do at most: `flops` a second, and `bandwidth`, bytes a second."""

    flops: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """Where the roofs meet: operations per byte from which arithmetic is what limits."""
        return self.flops / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """Operations a second that `intensity` operations per byte of memory traffic allow.

        Example:
            >>> machine = Roofs(flops=150e9, bandwidth=25e9)
            >>> machine.ridge
            6.0
            >>> machine.attainable(2) / 1e9, machine.attainable(100) / 1e9
            (50.0, 150.0)

        Source: S. Williams, A. Waterman and D. Patterson, Roofline (2009).
        """
        return min(self.flops, intensity * self.bandwidth)


def stopwatch(call: Callable[[], object]) -> float:
    """Run a call once and return the seconds that it took."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(
    call: Callable[[], object], reference: Callable[[], object], seconds: float = 0.5
) -> Comparison:
    """Time `call` beside `reference`, in turns, for about so many seconds and five turns at least.

    Both run once before, unmeasured. Gradients are recorded if they are outside.

    Args:
        call: A function of no arguments.
        reference: Another.
        seconds: How long to go on; more than 0.

    Returns:
        A `Comparison`: a ratio below 1 says that `call` is faster.

    Raises:
        ValueError: if `seconds` is not positive.

    Example:
        >>> big, small = torch.ones(400, 400), torch.ones(4, 4)
        >>> compare(lambda: big @ big, lambda: small @ small, seconds=1e-9).turns
        5
    """
    if not seconds > 0:
        raise ValueError(f"seconds must be more than 0; got {seconds!r}")
    call(), reference()
    times: list[float] = []
    references: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 1000):
        # The first of a turn finds the cache as the last of the one before left it: alternate.
        both = [(times, call), (references, reference)]
        for kept, run in both if len(times) % 2 else both[::-1]:
            kept.append(stopwatch(run))
    ratios = [mine / other for mine, other in zip(times, references, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4)
    return Comparison(
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        ratio_of_fastest=min(times) / min(references),
        seconds=statistics.median(times),
        reference_seconds=statistics.median(references),
        turns=len(times),
    )


def peak_memory(call: Callable[[], object]) -> int:
    """Run a call and return the most bytes of tensors that were held at once on its account.

    What was there before does not count; what it returns does. It is torch's own account of what
    it allocates, on the processor, its libraries' scratch memory among it, so it is the same in
    every run.

    Example:
        >>> x = torch.ones(1000)  # 4,000 bytes
        >>> peak_memory(lambda: (x + x) + x)  # the inner sum is held while the outer is made
        8000
    """
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler's library talks on stderr
    call()  # what the first run of all makes once and keeps
    activities = [torch.profiler.ProfilerActivity.CPU]
    # acc_events: there is one cycle only, yet torch 2.11 warns that the events of others are lost.
    with torch.profiler.profile(
        activities=activities, profile_memory=True, acc_events=True
    ) as profile:
        result = call()
    held = peak = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    del result
    return peak


def roofs(seconds: float = 0.5) -> Roofs:
    """Measure the two roofs of this machine, with as many threads as torch is set to use.

    Arithmetic: the fastest of many float32 products of two 1024×1024 matrices, 2·1024³ operations
    each. Memory: the fastest of many copies of 64 MiB, more than the caches of most machines hold;
    each byte is read once and written once, so a copy counts 128 MiB.

    Args:
        seconds: For each of the two; more than 0.

    Returns:
        `Roofs(flops, bandwidth)`.

    Raises:
        ValueError: if `seconds` is not positive.

    Example:
        >>> machine = roofs(seconds=0.01)
        >>> machine.ridge == machine.flops / machine.bandwidth
        True
    """
    if not seconds > 0:
        raise ValueError(f"seconds must be more than 0; got {seconds!r}")
    a, b = torch.ones(1024, 1024), torch.ones(1024, 1024)
    product = torch.empty(1024, 1024)
    source, target = torch.ones(2**24), torch.zeros(2**24)

    def fastest(call: Callable[[], object]) -> float:
        call()
        end, best = time.perf_counter() + seconds, float("inf")
        while time.perf_counter() < end or best == float("inf"):
            best = min(best, stopwatch(call))
        return best

    with torch.no_grad():
        flops = 2 * 1024**3 / fastest(lambda: torch.mm(a, b, out=product))
        bandwidth = 2 * source.nbytes / fastest(lambda: target.copy_(source))
    return Roofs(flops, bandwidth)
