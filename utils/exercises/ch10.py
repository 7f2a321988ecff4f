"""Checkers of chapter 10, transposed convolution."""

import math

import torch
import torch.nn.functional as F

from utils.exercises import Wrong, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
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
    "10.ap",
    Integer("the number in the middle, a whole number"),
    Page(
        known=(144, 4, 228, 57, 43, 124, 0),
        labels=("In the middle",),
        ask="The input is 19, 25 over 37, 43 and the kernel 0, 1 over 2, 3. What stands in the "
        "middle of the output?",
    ),
)
def stamped_middle(middle: int) -> str:
    """The middle of the transposed convolution of 19 25 37 43 with 0 1 2 3."""
    if middle == 144:
        return "19·3 + 25·2 + 37·1 + 43·0: the kernel is met backwards."
    if middle == 4:
        raise Wrong("That is the middle of the old input. Add up what the four stamps have there.")
    if middle == 228:
        raise Wrong("You met the kernel in order. Which of its corners has the first stamp there?")
    if middle == 57:
        raise Wrong("That is what the first stamp leaves there. Three more come on top.")
    if middle == 124:
        raise Wrong("That is the sum of the input. Each number is multiplied by a weight first.")
    raise Wrong("Four products, one from each stamp: the first is 19 times the kernel's last, 3.")


@exercise(
    "10.bp",
    Integer("a size, a whole number"),
    Page(
        known=(16, 17, 18, 19, 6, 15),
        labels=("Rows",),
        ask="A picture of 17×17, k = 5, p = 2, s = 3, there and back: how many rows has it?",
    ),
)
def forgotten_size(rows: int) -> str:
    """What 17 comes back as, with kernel 5, padding 2 and stride 3."""
    if rows == 16:
        return "17 goes to 6, as 16 does, and 6 goes to 16."
    if rows == 17:
        raise Wrong("16 goes to floor(15/3) + 1 = 6. And 17? The way back knows only that number.")
    if rows == 6:
        raise Wrong("That is the size in the middle. And back: (6 − 1)·3 − 2·2 + 5.")
    raise Wrong("There: floor((17 + 4 − 5)/3) + 1. Back, from m: (m − 1)·3 − 2·2 + 5.")


@exercise(
    "10.cp",
    Integer("a whole number of multiplications"),
    Page(
        known=(36, 225, 100, 4, 9, 25, 189),
        labels=("Multiplications with a real pixel",),
        ask="Of the 225 multiplications of the windows, how many meet a pixel of the input, not "
        "a zero that was put there?",
    ),
)
def real_products(count: int) -> str:
    """Products with a pixel, of 25 windows of 9 on a 2×2 input spread at stride 2."""
    if count == 36:
        return "As many as the stamps take: four pixels times nine weights."
    if count == 225:
        raise Wrong("Those are all. Most of what the window covers are zeros.")
    if count == 189:
        raise Wrong("Those are the ones with a zero. Which are left?")
    if count == 100:
        raise Wrong("Not every one of the 25 windows covers all four pixels.")
    raise Wrong("Each of the four pixels meets each of the nine weights. How often?")


@exercise(
    "10.1",
    Parts(
        "the dimensions, and True or False for (b) and (c)",
        Integer("(a), a whole number"),
        Truths(2, "True or False for (b) and (c)"),
    ),
    Page(
        known=(
            (36, (True, False)),
            (256, (True, False)),
            (220, (True, False)),
            (6, (True, False)),
        ),
        labels=("(a) Dimensions", "(b) 3×3", "(c) 5×5"),
    ),
)
def _how_much(given: tuple[int, tuple[bool, ...]]) -> str:
    dimensions, (touching, overlapping) = given
    if dimensions == 256:
        raise Wrong("(a): 16·16 is what goes in. It has to pass through 6×6 numbers.")
    if dimensions == 220:
        raise Wrong("(a): 256 − 36 is what is lost. What is kept?")
    if dimensions == 6:
        raise Wrong("(a): 6 is the number of rows in the middle. How many numbers are there?")
    if dimensions != 36:
        raise Wrong("(a): as many as the numbers in the middle, through which all has to pass.")
    if not touching:
        raise Wrong("(b): at stride 3 the 3×3 stamps touch. What does a window on one of them see?")
    if overlapping:
        raise Wrong("(c): at stride 3 the 5×5 stamps overlap. What does a window see then?")
    return "36 numbers in the middle; and where stamps do not overlap, each is read back."


@exercise(
    "10.2p",
    Integers(4, "the output padding of 20, 21, 22 and 23"),
    Page(
        known=((3, 0, 1, 2), (1, 2, 3, 0), (0, 1, 2, 3), (3, 0, 1, 3), (3, 0, 3, 2), (3, 2, 1, 0)),
        labels=("n = 20", "n = 21", "n = 22", "n = 23"),
        ask="k = 3, p = 2, s = 4 and d = 2: which output padding brings each of these sizes back?",
    ),
)
def with_dilation(answer: tuple[int, ...]) -> str:
    """The output padding for k 3, p 2, s 4, d 2 and n from 20 to 23."""
    if answer == (3, 0, 1, 2):
        return "(n + 4 − 5) mod 4: with dilation 2 the kernel covers five places."
    if answer == (1, 2, 3, 0):
        raise Wrong("That is without the dilation. How many places does the kernel cover with it?")
    if answer == (0, 1, 2, 3):
        raise Wrong("That is n mod 4. Padding and kernel count, too.")
    if any(extra < 0 or extra > 3 for extra in answer):
        raise Wrong("An output padding is smaller than the stride: 0, 1, 2 or 3.")
    raise Wrong(
        "Where does the last window end? What is left over of n + 2p is the output padding."
    )


@exercise(
    "10.2",
    Function("needed_output_padding(n, k, stride, padding, dilation)", Integer("a whole number")),
)
def _output_padding(function: Call) -> str:
    # In the first, with padding 2, the typical slips all differ from each other and from the right.
    for k, s, p, d in (
        (3, 4, 2, 1),
        (3, 2, 1, 1),
        (5, 3, 2, 1),
        (2, 3, 0, 1),
        (3, 1, 1, 2),
        (3, 5, 2, 2),
        (2, 2, 0, 2),
        (1, 3, 1, 3),
        (4, 3, 1, 3),
    ):
        given = {n: function(n, k, s, p, d) for n in range(12, 32)}
        wrong = [n for n in given if given[n] != (n + 2 * p - d * (k - 1) - 1) % s]
        if not wrong:
            continue
        n = wrong[0]
        call = f"needed_output_padding({n}, {k}, {s}, {p}, {d}) is not {given[n]}"
        if all(given[i] == (i + p - d * (k - 1) - 1) % s for i in given):
            raise Wrong(f"{call}: padding is per side, so the axis has n + 2p.")
        if all(given[i] == i % s for i in given):
            raise Wrong(f"{call}: that is the remainder of n alone. k and p count, too.")
        if d > 1 and all(given[i] == (i + 2 * p - k) % s for i in given):
            raise Wrong(f"{call}: that is without the dilation. It spreads the kernel.")
        if d > 1 and all(given[i] == (i + 2 * p - d * k) % s for i in given):
            raise Wrong(f"{call}: a dilated kernel covers d(k − 1) + 1 places, not d·k.")
        m = (n + 2 * p - d * (k - 1) - 1) // s + 1
        back = (m - 1) * s - 2 * p + d * (k - 1) + 1
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


@exercise(
    "10.4",
    Numbers(2, "a and b"),
    Page(
        known=((3, 4), (2, 2), (2, 3), (1, 2), (4, 3), (1, 1), (3, 3)),
        labels=("a", "b"),
    ),
)
def _even(given: tuple[float, ...]) -> str:
    a, b = given
    if math.isclose(a, 3) and math.isclose(b, 4):
        return "Sums of 6 and 6 at stride 2, and of 4, 4 and 4 at stride 3."
    if math.isclose(a, 4) and math.isclose(b, 3):
        raise Wrong("Those are the numbers, but a stands beside the ones and b in the middle.")
    if math.isclose(a, 2) and math.isclose(b, 2):
        raise Wrong("Even at stride 2, with 4 and 4. At stride 3 the sums are 3, 3 and 2.")
    if math.isclose(a, 2) and math.isclose(b, 3):
        raise Wrong("Even at stride 3, with 3, 3 and 3. At stride 2 the sums are 5 and 4.")
    if math.isclose(a, 1) and math.isclose(b, 2):
        raise Wrong("Even at stride 3, with 2, 2 and 2. At stride 2 the sums are 4 and 2.")
    if math.isclose(a, 3):
        raise Wrong("a is right. At stride 3 the middle one is alone. What must b be?")
    raise Wrong("Two equations: 2 + b = 2a at stride 2, and 1 + a = b at stride 3.")


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
        if (p, extra) == want[k][::-1]:
            raise Wrong(f"k = {k}: the padding comes first, the output padding second.")
        if p < 0:
            raise Wrong(f"k = {k}: a padding is 0 or more.")
        if not 0 <= extra <= 1:
            raise Wrong(f"k = {k}: the output padding is less than the stride, so 0 or 1.")
        size = 2 * 9 - 2 * p + k + extra
        raise Wrong(f"k = {k}: with ({p}, {extra}) a line of 10 becomes {size}, not 20.")
    return "Output padding = 2p + 2 − k; only even kernels do without it."
