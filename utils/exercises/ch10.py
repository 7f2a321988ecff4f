"""Checkers of chapter 10, transposed convolution."""

import math

import torch
import torch.nn.functional as F

from utils.exercises import Wrong, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Collection,
    Function,
    Integer,
    Integers,
    Number,
    Numbers,
    Parts,
    Truths,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "10.1",
    Truths(3, "yes or no to (a), (b), (c)"),
    Page(known=((True, False, False),)),
)
def _there_and_back(given: tuple[bool, ...]) -> str:
    if given[2]:
        raise Wrong("(c): 36 numbers in the middle cannot bring 256 values back.")
    if not given[0]:
        raise Wrong("(a): floor((16 + 4 − 5)/3) + 1 = 6. Now put 6 into the size of the way back.")
    if given[1]:
        raise Wrong("(b): floor((17 + 4 − 5)/3) + 1 = 6, the same 6 that 16 gives. What follows?")
    return "The shape returns where the stride left nothing over; the values do not return."


@exercise(
    "10.2", Function("needed_output_padding(n, k, stride, padding)", Integer("a whole number"))
)
def _output_padding(function: Call) -> str:
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
        given = {n: function(n, k, s, p) for n in range(5, 25)}
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


@exercise(
    "10.3",
    Number("one number"),
    Page(known=(124, 68, 36, 24), labels=("Sum",)),
)
def _inner_product(total: float) -> str:
    if math.isclose(total, 124):
        return "19 + 25 + 37 + 43: the operator changed sides, the sum did not."
    if math.isclose(total, 68):
        raise Wrong(
            "That is the sum with the kernel flipped, 5 + 11 + 23 + 29. Layers do not flip."
        )
    if math.isclose(total, 36):
        raise Wrong("That is the sum of X alone. Each pixel is weighted by what is stamped on it.")
    if math.isclose(total, 24):
        raise Wrong("That is the sum of the stamps alone. Weigh it with X.")
    raise Wrong("Move the matrix to the other side: ⟨X, Mᵀo⟩ = ⟨MX, o⟩, and o is all ones.")


_BOARDS = {(2, 2), (3, 2), (3, 3), (4, 2), (4, 3), (5, 2), (5, 3), (6, 3)}


@exercise(
    "10.4",
    Collection(Integers(2, "a pair"), "a set of pairs (k, s)"),
    Page(
        known=({(2, 2), (3, 3), (4, 2), (6, 3)},), labels=("Pairs (k, s)",), options=sorted(_BOARDS)
    ),
)
def _even(given: frozenset[tuple[int, ...]]) -> str:
    for k, s in sorted(given - _BOARDS):
        raise Wrong(f"({k}, {s}) is not among the pairs that were asked about.")
    want = {(k, s) for k, s in _BOARDS if k % s == 0}
    for k, s in sorted(given - want):
        counts = [len(range(a, k, s)) for a in range(s)]
        raise Wrong(f"({k}, {s}) is uneven: places are covered {counts} times in turn.")
    if (2, 2) in want - given or (3, 3) in want - given:
        raise Wrong("Stamps that touch without overlap are even as well: each place once.")
    if want - given:
        raise Wrong(
            "Right as far as it goes, but at least one more pair is even. Count each remainder."
        )
    return "Where s divides k, every remainder has k/s taps."


_FLAT = (
    "A flat picture must stay flat: taps 0 and 3, taps 1 and 4, and tap 2 alone must each add up "
    "to 1, in equal steps of 1/3."
)


@exercise(
    "10.5",
    Parts(
        "the taps and the padding",
        Numbers(None, "the taps"),
        Integer("the padding, a whole number"),
    ),
    Page(
        known=(
            ((1 / 3, 2 / 3, 1, 2 / 3, 1 / 3), 1),
            ((1 / 3, 2 / 3, 1, 2 / 3, 1 / 3), 0),
            ((0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3, 0), 2),
            ((1 / 4, 3 / 4, 3 / 4, 1 / 4), 1),
        ),
        labels=("Taps", "Padding"),
        shape=(1, 7),
        instead={
            "yours give": _FLAT,
            "Flat pictures stay flat": _FLAT,
            "The taps are right, the padding": "The taps are right, the padding is not: there "
            "should be 3n outputs.",
        },
    ),
)
def _bilinear(answer: tuple[tuple[float, ...], int]) -> str:
    taps, padding = list(answer[0]), answer[1]
    want = [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]
    # Zeros at both ends are no mistake: they only move the first tap, and so the padding.
    right = 1
    while len(taps) > 5 and abs(taps[0]) < 1e-9 and abs(taps[-1]) < 1e-9:
        taps, right = taps[1:-1], right + 1
    if len(taps) == 5 and all(
        math.isclose(a, b, abs_tol=0.005) for a, b in zip(taps, want, strict=True)
    ):
        if padding == right:
            return "Five taps and padding 1; every phase sums to 1."
        if padding == 0:
            raise Wrong("The taps are right. At which output does the first of them fall?")
        raise Wrong(
            f"The taps are right, the padding is not {padding}. From n pixels come "
            f"3(n − 1) − 2·padding + {3 + 2 * right} outputs, and there should be 3n."
        )
    if taps == [0.25, 0.75, 0.75, 0.25]:
        raise Wrong("Those are the taps for a factor of 2.")
    if len(taps) == 6:
        raise Wrong("Six taps have no middle, but at an odd factor one output sits on the pixel.")
    if len(taps) == 3:
        raise Wrong("A pixel reaches beyond its own three outputs, up to the next pixel's middle.")
    if len(taps) == 5:
        total = [sum(taps[a::3]) for a in range(3)]
        if not all(math.isclose(part, 1, abs_tol=0.01) for part in total):
            raise Wrong(
                "A flat picture must stay flat: taps 0 and 3, taps 1 and 4, and tap 2 alone must "
                f"each add up to 1; yours give {', '.join(f'{part:.2f}' for part in total)}."
            )
        raise Wrong("Flat pictures stay flat, but the weights do not fall in equal steps of 1/3.")
    raise Wrong("The taps are 1 − |t| at t = 0, ±1/3, ±2/3, ... as long as that is not zero.")


@exercise("10.6", Function("by_shuffle(X, W)", Array("the output")))
def _shuffle(function: Call) -> str:
    generator = torch.Generator().manual_seed(8)
    transposed = None
    for n, c_i, c_o, h, w, s in ((1, 1, 1, 2, 3, 2), (2, 3, 2, 2, 3, 2), (1, 2, 4, 3, 2, 3)):
        X = torch.randint(-4, 5, (n, c_i, h, w), generator=generator).float()
        W = torch.randint(1, 9, (c_i, c_o, s, s), generator=generator).float()
        want = F.conv_transpose2d(X, W, stride=s)
        with methods.Watch() as seen:
            got = function(X, W)
        what = f"by_shuffle of {tuple(X.shape)} with {tuple(W.shape)}"
        if not agree(got, want):
            rows = W.reshape(c_i, -1).reshape(-1, c_i, 1, 1)
            if agree(got, F.pixel_shuffle(F.conv2d(X, rows), s)):
                raise Wrong(
                    f"{what}: transpose the weights to (c_o·s·s, c_i), do not reshape them."
                )
            if agree(got, F.conv_transpose2d(X, W.transpose(2, 3), stride=s)):
                raise Wrong(f"{what}: rows and columns inside each square are exchanged.")
            if agree(got, F.conv_transpose2d(X, W.flip(2, 3), stride=s)):
                raise Wrong(
                    f"{what}: the squares are turned by 180 degrees. Nothing is flipped here."
                )
        if got.shape == (n, c_o * s * s, h, w):
            raise Wrong(f"{what} has all the numbers, in channels. Shuffle them into place.")
        same(got, want, what)
        transposed = transposed or seen.transposed
    if transposed:
        raise Wrong(
            f"Right values, but {transposed} is the transposed convolution, or stands for it. Make "
            "its numbers with a 1×1 convolution, and lay them out."
        )
    return "Each pixel makes s·s numbers a channel, and the shuffle lays them out."


@exercise(
    "10.7",
    Parts("four pairs (padding, output padding), for k = 2, 3, 4, 5", *[Integers(2, "a pair")] * 4),
    Page(
        known=(((0, 0), (1, 1), (1, 0), (2, 1)),),
        labels=tuple(f"k = {k}: padding, output padding" for k in (2, 3, 4, 5)),
        marks=(range(-1, 5),),
    ),
)
def _double(given: tuple[tuple[int, ...], ...]) -> str:
    want = {2: (0, 0), 3: (1, 1), 4: (1, 0), 5: (2, 1)}
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
