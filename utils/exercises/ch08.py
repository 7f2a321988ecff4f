"""Checkers of chapter 08, transposed convolution."""

import math
import operator
from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise, same_tensor


def _parts(answer: Any, count: int, what: str) -> list:
    """Return `answer` as a list of `count` parts, or say what was asked for."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise Wrong(f"the answer is {what}; got {answer!r}.")
    parts = list(answer)
    if len(parts) != count:
        raise Wrong(f"the answer is {what}; got {len(parts)} of them.")
    return parts


def _pairs(answer: Any, what: str) -> list[tuple[int, int]]:
    """Return `answer` as pairs of integers, or say what was asked for."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise Wrong(f"the answer is {what}; got {answer!r}.")
    pairs = []
    for part in answer:
        try:
            first, second = part
            pairs.append((operator.index(first), operator.index(second)))
        except (TypeError, ValueError):
            raise Wrong(f"the answer is {what}; {part!r} is no pair of integers.") from None
    return pairs


@exercise("08.1")
def _there_and_back(answer: Any) -> str:
    given = _parts(answer, 3, "three truth values")
    if not all(isinstance(part, bool) for part in given):
        raise Wrong(f"the answer is three truth values, True or False; got {answer!r}.")
    if given[2]:
        raise Wrong("(c): 36 numbers in the middle cannot bring 256 values back.")
    if not given[0]:
        raise Wrong("(a): floor((16 + 4 − 5)/3) + 1 = 6. Now put 6 into the size of the way back.")
    if given[1]:
        raise Wrong("(b): floor((17 + 4 − 5)/3) + 1 = 6, the same 6 that 16 gives. What follows?")
    return "The shape returns where the stride left nothing over; the values do not return."


@exercise("08.2")
def _output_padding(answer: Any) -> str:
    function = answers.function(answer, "of (n, k, stride, padding)")
    for k, s, p in (
        (3, 4, 1),
        (3, 2, 1),
        (5, 3, 2),
        (4, 2, 1),
        (2, 3, 0),
        (3, 1, 1),
        (5, 4, 0),
        (1, 3, 1),
    ):
        given = {}
        for n in range(5, 25):
            got = function(n, k, s, p)
            try:
                given[n] = operator.index(got)
            except TypeError:
                call = f"needed_output_padding({n}, {k}, {s}, {p})"
                raise Wrong(f"{call} should be an integer; got {got!r}.") from None
        wrong = [n for n in given if given[n] != (n + 2 * p - k) % s]
        if not wrong:
            continue
        n = wrong[0]
        call = f"needed_output_padding({n}, {k}, {s}, {p}) is not {given[n]}"
        if all(given[i] == (i + p - k) % s for i in given):
            raise Wrong(f"{call}: padding is per side, so the axis has n + 2p.")
        if all(given[i] == i % s for i in given):
            raise Wrong(f"{call}: that is the remainder of n alone. k and p count, too.")
        m = (n + 2 * p - k) // s + 1
        back = (m - 1) * s - 2 * p + k
        raise Wrong(f"{call}: {n} goes to {m}, and {m} back to {back}. How much is missing?")
    return "The remainder that the floor threw away: one size in s needs none."


@exercise("08.3")
def _inner_product(answer: Any) -> str:
    answer = answers.number(answer, "one number")
    if math.isclose(answer, 124):
        return "19 + 25 + 37 + 43: the operator changed sides, the sum did not."
    if math.isclose(answer, 68):
        raise Wrong(
            "that is the sum with the kernel flipped, 5 + 11 + 23 + 29. Layers do not flip."
        )
    if math.isclose(answer, 36):
        raise Wrong("that is the sum of X alone. Each pixel is weighted by what is stamped on it.")
    if math.isclose(answer, 24):
        raise Wrong("that is the sum of the stamps alone. Weigh it with X.")
    raise Wrong("move the matrix to the other side: ⟨X, Mᵀo⟩ = ⟨MX, o⟩, and o is all ones.")


_BOARDS = {(2, 2), (3, 2), (3, 3), (4, 2), (4, 3), (5, 2), (5, 3), (6, 3)}


@exercise("08.4")
def _even(answer: Any) -> str:
    given = set(_pairs(answer, "a set of pairs (k, s)"))
    for k, s in sorted(given - _BOARDS):
        raise Wrong(f"({k}, {s}) is not among the pairs that were asked about.")
    want = {(k, s) for k, s in _BOARDS if k % s == 0}
    for k, s in sorted(given - want):
        counts = [len(range(a, k, s)) for a in range(s)]
        raise Wrong(f"({k}, {s}) is uneven: places are covered {counts} times in turn.")
    if (2, 2) in want - given or (3, 3) in want - given:
        raise Wrong("stamps that touch without overlap are even as well: each place once.")
    if want - given:
        raise Wrong("right as far as it goes, but one more pair is even. Count each remainder.")
    return "Where s divides k, every remainder has k/s taps."


@exercise("08.5")
def _bilinear(answer: Any) -> str:
    try:
        taps = [float(tap) for tap in answer]
    except (TypeError, ValueError):
        raise Wrong(f"the answer is a list of numbers; got {answer!r}.") from None
    want = [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]
    # Zeros at both ends are no mistake.
    while len(taps) > 5 and abs(taps[0]) < 1e-9 and abs(taps[-1]) < 1e-9:
        taps = taps[1:-1]
    if len(taps) == 5 and all(
        math.isclose(a, b, abs_tol=0.005) for a, b in zip(taps, want, strict=True)
    ):
        return "Five taps and padding 1; every phase sums to 1."
    if taps == [0.25, 0.75, 0.75, 0.25]:
        raise Wrong("those are the taps for a factor of 2.")
    if len(taps) == 6:
        raise Wrong("six taps have no middle, but at an odd factor one output sits on the pixel.")
    if len(taps) == 3:
        raise Wrong("a pixel reaches beyond its own three outputs, up to the next pixel's middle.")
    if len(taps) == 5:
        total = [sum(taps[a::3]) for a in range(3)]
        if not all(math.isclose(part, 1, abs_tol=0.01) for part in total):
            raise Wrong(
                "a flat picture must stay flat: taps 0 and 3, taps 1 and 4, and tap 2 alone must "
                f"each add up to 1; yours give {', '.join(f'{part:.2f}' for part in total)}."
            )
        raise Wrong("flat pictures stay flat, but the weights do not fall in equal steps of 1/3.")
    raise Wrong("the taps are 1 − |t| at t = 0, ±1/3, ±2/3, ... as long as that is not zero.")


@exercise("08.6")
def _shuffle(answer: Any) -> str:
    function = answers.function(answer, "of (X, W)")
    generator = torch.Generator().manual_seed(8)
    for n, c_i, c_o, h, w, s in ((1, 1, 1, 2, 3, 2), (2, 3, 2, 2, 3, 2), (1, 2, 4, 3, 2, 3)):
        X = torch.randint(-4, 5, (n, c_i, h, w), generator=generator).float()
        W = torch.randint(1, 9, (c_i, c_o, s, s), generator=generator).float()
        want = F.conv_transpose2d(X, W, stride=s)
        got = function(X.clone(), W.clone())
        what = f"by_shuffle of {tuple(X.shape)} with {tuple(W.shape)}"
        if isinstance(got, Tensor) and got.shape == want.shape and not torch.allclose(got, want):
            rows = W.reshape(c_i, -1).reshape(-1, c_i, 1, 1)
            if torch.allclose(got, F.pixel_shuffle(F.conv2d(X, rows), s)):
                raise Wrong(
                    f"{what}: transpose the weights to (c_o·s·s, c_i), do not reshape them."
                )
            if torch.allclose(got, F.conv_transpose2d(X, W.transpose(2, 3), stride=s)):
                raise Wrong(f"{what}: rows and columns inside each square are exchanged.")
            if torch.allclose(got, F.conv_transpose2d(X, W.flip(2, 3), stride=s)):
                raise Wrong(
                    f"{what}: the squares are turned by 180 degrees. Nothing is flipped here."
                )
        if isinstance(got, Tensor) and got.shape == (n, c_o * s * s, h, w):
            raise Wrong(f"{what} has all the numbers, in channels. Shuffle them into place.")
        same_tensor(got, want, what)
    return "Each pixel makes s·s numbers a channel, and the shuffle lays them out."


@exercise("08.7")
def _double(answer: Any) -> str:
    want = {2: (0, 0), 3: (1, 1), 4: (1, 0), 5: (2, 1)}
    given = _pairs(answer, "four pairs (padding, output padding)")
    if len(given) != 4:
        raise Wrong(f"the answer is four pairs, for k = 2, 3, 4, 5; got {len(given)}.")
    for k, (p, extra) in zip(want, given, strict=True):
        if (p, extra) == want[k]:
            continue
        if not 0 <= extra <= 1 or p < 0:
            raise Wrong(f"k = {k}: the output padding is less than the stride, so 0 or 1.")
        if (p, extra) == want[k][::-1]:
            raise Wrong(f"k = {k}: the padding comes first, the output padding second.")
        size = 2 * 9 - 2 * p + k + extra
        raise Wrong(f"k = {k}: with ({p}, {extra}) a line of 10 becomes {size}, not 20.")
    return "Output padding = 2p + 2 − k; only even kernels do without it."
