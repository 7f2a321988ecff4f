"""The checkers of chapter 13 accept what is right and tell typical mistakes apart."""

import math
from fractions import Fraction

import numpy as np
import torch
from exercise_checks import ExerciseChecks
from torch.nn import functional as F


def by_taps(X, W, d):
    n, k = X.shape[1], W.shape[2]
    padded = F.pad(X, ((k - 1) * d, 0))
    return sum(W[:, :, a] @ padded[:, a * d : a * d + n] for a in range(k))


def by_loops(X, W, d):
    c_o, c_i, k = W.shape
    Y = [[0.0] * X.shape[1] for _ in range(c_o)]
    for o in range(c_o):
        for t in range(X.shape[1]):
            for c in range(c_i):
                for a in range(k):
                    s = t - (k - 1 - a) * d
                    Y[o][t] += float(W[o, c, a] * X[c, s]) if s >= 0 else 0
    return Y


def padded(before, after, flip=False, dilate=True):
    """A layer with zeros before and after, as parts of its span."""

    def layer(X, W, d):
        d = d if dilate else 1
        span = (W.shape[2] - 1) * d
        sides = (math.floor(before * span), math.ceil(after * span))
        return F.conv1d(F.pad(X, sides), W.flip(2) if flip else W, dilation=d)

    return layer


def by_layer(dtype):
    """A layer of PyTorch, whose own numbers are of this dtype."""

    def layer(X, W, d):
        c_o, c_i, k = W.shape
        conv = torch.nn.Conv1d(c_i, c_o, k, dilation=d, padding=(k - 1) * d, dtype=dtype)
        with torch.no_grad():
            conv.weight.copy_(W)
            conv.bias.zero_()
        return conv(X)[:, : X.shape[1]]

    return layer


def three_taps(X, W, d):
    """Right for three taps, and without dilation."""
    span = W.shape[2] - 1 + 2 * (d - 1)
    return F.conv1d(F.pad(X, (span, 0)), W, dilation=d)


def in_place(X, W, d):
    X *= 2
    return by_taps(X / 2, W, d)


RIGHT = {
    "13.ap": [
        8.2,
        10 * math.log10(8000 / 1200),
        8.4,
        8.8,
        "8.24",
        np.float32(8.2),
        torch.tensor(8.2),
    ],
    "13.bp": [27, 20, 31.0, np.float32(25), torch.tensor(30), "27%", Fraction(27, 100)],
    "13.cp": [1024, 1024.0, np.int64(1024), torch.tensor(1024), "1024"],
    "13.1": [(12, 12, 2), [12.0, 12, 2], torch.tensor([12, 12, 2]), np.array([12, 12, 2])],
    "13.2": [(3070, 8), [3070.0, 8], torch.tensor([3070, 8])],
    "13.3": [(1, 31, 16), [1.0, 31, 16], torch.tensor([1, 31, 16])],
    "13.4": [(32736, 20480), [32736.0, 20480], torch.tensor([32736, 20480])],
    "13.5": ["ADF", "a, d and f", {"A", "D", "F"}, ["F", "D", "A"]],
    "13.6": [
        by_taps,
        by_loops,
        padded(1, 0),
        lambda X, W, d: padded(1, 0)(X[None], W, d),
        by_layer(torch.float32),
        by_layer(torch.float64),
    ],
    "13.7": [(320, 100), [320.0, 100], torch.tensor([320, 100])],
    "13.8": [
        (2.25, 4),
        (Fraction(9, 4), 4.0),
        ("9/4", 4),
        torch.tensor([2.25, 4]),
        (2.2500000061826295, 3.9999998),  # by cross_entropy, in float32
    ],
}

NAN = float("nan")
WRONG = {
    "13.ap": [
        (6.67, "Now take ten times"),
        (0.82, "Decibels are ten times"),
        (-8.2, "above 0"),
        (0, "Most of the noise"),
        (8, "1,200 of 8,000"),
        (12, "1,200 of 8,000"),
        (NAN, "decibels"),
    ],
    "13.bp": [
        (99, "copy the next letter"),
        (32, "Fewer"),
        (5, "still sees"),
        (15, "Somewhat more"),
        (101, "between 0 and 100"),
        (-1, "between 0 and 100"),
        ("most", "letters of 100"),
    ],
    "13.cp": [
        (1023, "the past alone"),
        (512, "last layer alone"),
        (11, "without dilation"),
        (2048, "one layer more"),
        (20, "for each layer"),
        (NAN, "a whole number"),
    ],
    "13.1": [
        ((4, 12, 2), "how long"),
        ((6, 12, 2), "half of it"),
        ((15, 12, 2), "needs no zero"),
        ((13, 12, 2), "needs no zero"),
        ((3, 12, 2), "(k − 1)·d"),
        ((12, 24, 2), "past the end"),
        ((12, 6, 2), "more than samples"),
        ((12, 12, 6), "six steps"),
        ((12, 12, 4), "beside its own"),
        ((12, 12, 0), "three apart"),
        ((12, 12), "3 whole numbers"),
    ],
    "13.2": [
        ((3072, 8), "same for all three"),
        ((3069, 8), "the past alone"),
        ((1024, 8), "one block"),
        ((3000, 8), "for each block"),
        ((3070, 7), "7,162"),
        ((3070, 16), "whole second"),
        ((3070, 13), "went on doubling"),
        ((3070, 9), "8,000 samples"),
        ((3070, NAN), "2 whole numbers"),
    ],
    "13.3": [
        ((0, 31, 16), "that one must be there"),
        ((31, 31, 16), "stand zeros"),
        ((1, 30, 16), "the past alone"),
        ((1, 16, 16), "must be there"),
        ((1, 31, 15), "the future alone"),
        ((1, 31, 31), "Half of the field"),
        ((1, 31, 1), "Add them up"),
        ((1, 31), "3 whole numbers"),
    ],
    "13.4": [
        ((1023, 20480), "32 numbers"),
        ((32768, 20480), "newest sample too"),
        ((33056, 20480), "newest sample of each"),
        ((320, 20480), "d grows"),
        ((65472, 20480), "sum of all dilations"),
        ((32736, 10240), "two taps"),
        ((32736, 640), "all 32 input"),
        ((32736, 2048), "one layer"),
        ((32736, 2095104), "without the buffers"),
        ((32736, 1), "32·2 products"),
        (32736, "2 whole numbers"),
    ],
    "13.5": [
        ("ABDF", "its zero stands after"),
        ("ACDF", "has a window too"),
        ("ADEF", "mean of the whole"),
        ("AD", "earlier or later"),
        ("AF", "ReLU"),
        ("DF", "one moment"),
        (14, "string of letters"),
    ],
    "13.6": [
        (7, "is a function"),
        (padded(0, 0), "too few outputs"),
        (padded(0, 1), "after the signal"),
        (padded(0.5, 0.5), "on both sides"),
        (padded(1, 0, flip=True), "flipped"),
        (padded(1, 0, dilate=False), "d apart"),
        (in_place, "changes what it was given"),
        (three_taps, "should have shape (2, 5)"),
        (lambda X, W, d: by_taps(X, W, d) + 1, "differs first"),
        (lambda X, W, d: None, "returns nothing"),
    ],
    "13.7": [
        ((160, 100), "half a period"),
        ((640, 100), "not the least"),
        ((50, 100), "one period"),
        ((320, 150), "two periods"),
        ((320, 75), "whole periods"),
        ((320, 200), "next to fill"),
        ((320, NAN), "2 whole numbers"),
    ],
    "13.8": [
        ((9, 4), "together"),
        ((2, 4), "mean of the chances"),
        ((2.5, 4), "three"),
        ((2.25, 1), "Asked is for all four"),
        ((2.25, 13), "How many more"),
        ((2.25, 10), "ten bits"),
        ((2.25, NAN), "2 numbers"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
