"""The checkers of chapter 10 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks

from utils import functional


def by_formula(n, k, stride, padding, dilation):
    return (n + 2 * padding - dilation * (k - 1) - 1) % stride


def by_search(n, k, stride, padding, dilation):
    line = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    m = F.conv1d(*line, stride=stride, padding=padding, dilation=dilation).shape[-1]
    back = (m - 1) * stride - 2 * padding + dilation * (k - 1) + 1
    return next(e for e in range(stride) if back + e == n)


def by_shuffle(X, W):
    c_i, c_o, s, _ = W.shape
    return F.pixel_shuffle(F.conv2d(X, W.reshape(c_i, c_o * s * s).T[:, :, None, None]), s)


def by_einsum(X, W):
    s = W.shape[2]
    return torch.einsum("nihw,ioab->nohawb", X, W).reshape(
        len(X), W.shape[1], X.shape[2] * s, X.shape[3] * s
    )


def by_gradient(X, W):
    s = W.shape[2]
    Y = torch.zeros(len(X), W.shape[1], X.shape[2] * s, X.shape[3] * s, requires_grad=True)
    return torch.autograd.grad(F.conv2d(Y, W, stride=s), Y, X)[0]


def reshaped(X, W):
    c_i, _, s, _ = W.shape
    return F.pixel_shuffle(F.conv2d(X, W.reshape(-1, c_i, 1, 1)), s)


def not_shuffled(X, W):
    c_i = len(W)
    return F.conv2d(X, W.reshape(c_i, -1).T[:, :, None, None])


THIRDS = [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]

RIGHT = {
    "10.ap": [144, 144.0, torch.tensor(144)],
    "10.bp": [16, np.int64(16)],
    "10.cp": [36, 36.0],
    "10.1": [(36, (True, False)), [36.0, [True, False]], (36, (np.bool_(1), np.bool_(0)))],
    "10.2p": [(3, 0, 1, 2), [3.0, 0.0, 1.0, 2.0], torch.tensor([3, 0, 1, 2])],
    "10.2": [by_formula, by_search],
    "10.3": [124],
    "10.4": [(3, 4), [3.0, 4.0], ("6/2", 4), torch.tensor([3.0, 4.0])],
    "10.5": [
        (THIRDS, 1),
        ([0.333, 0.667, 1, 0.667, 0.333], 1),
        (["1/3", "2/3", 1, "2/3", "1/3"], 1),
        ([0, *THIRDS, 0], 2),
    ],
    "10.6": [by_shuffle, by_einsum],
    "10.7": [((0, 0), (1, 1), (1, 0), (2, 1))],
}

WRONG = {
    "10.ap": [
        (4, "old input"),
        (228, "in order"),
        (57, "first stamp leaves"),
        (124, "sum of the input"),
        (43, "Four products"),
        (float("nan"), "whole number"),
    ],
    "10.bp": [
        (17, "knows only that number"),
        (6, "in the middle"),
        (18, "from m"),
        (16.5, "a whole number"),
    ],
    "10.cp": [
        (225, "Those are all"),
        (189, "with a zero"),
        (100, "Not every one"),
        (9, "How often"),
        ("many", "whole number"),
    ],
    "10.1": [
        ((256, (True, False)), "what goes in"),
        ((220, (True, False)), "What is kept"),
        ((6, (True, False)), "rows in the middle"),
        ((35, (True, False)), "numbers in the middle"),
        ((36, (False, False)), "(b)"),
        ((36, (True, True)), "(c)"),
        ((36, (1, 2)), "truth values"),
        (36, "the dimensions, and True or False"),
    ],
    "10.2p": [
        ((1, 2, 3, 0), "without the dilation"),
        ((0, 1, 2, 3), "n mod 4"),
        ((3, 0, 1, 4), "smaller than the stride"),
        ((3, 0, 1, 3), "last window end"),
        ((3, 0, 1), "got 3"),
    ],
    "10.2": [
        (lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) % s, "per side"),
        (lambda n, k, s, p, d: n % s, "n alone"),
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) % s, "How much is missing"),
        (lambda n, k, s, p, d: (n + 2 * p - k) % s, "without the dilation"),
        (lambda n, k, s, p, d: (n + 2 * p - d * k) % s + 1, "How much is missing"),
        (lambda n, k, s, p, d: (n + 2 * p - (d * k if d > 1 else k)) % s, "not d·k"),
        (lambda n, k, s, p, d: 0, "How much is missing"),
        (lambda n, k, s, p, d: 0.5, "should be a whole number"),
        (lambda n: 0, "TypeError"),
        (1, "is a function"),
    ],
    "10.3": [
        (68, "kernel flipped"),
        (36, "X alone"),
        (24, "stamps alone"),
        (1, "other side"),
        ("many", "one number"),
        (True, "one number"),
    ],
    "10.4": [
        ((4, 3), "b in the middle"),
        ((2, 2), "Even at stride 2"),
        ((2, 3), "Even at stride 3, with 3"),
        ((1, 2), "Even at stride 3, with 2"),
        ((3, 3), "a is right"),
        ((1, 1), "Two equations"),
        ((3, float("nan")), "nan"),
        (3, "a and b"),
    ],
    "10.5": [
        (([0.25, 0.75, 0.75, 0.25], 1), "factor of 2"),
        (([1 / 6, 0.5, 5 / 6, 5 / 6, 0.5, 1 / 6], 1), "no middle"),
        (([2 / 3, 1, 2 / 3], 1), "beyond its own three"),
        (([1, 2, 3, 2, 1], 1), "add up to 1"),
        (([0.25, 0.75, 1, 0.75, 0.25], 1), "equal steps"),
        (([1.0], 1), "1 − |t|"),
        ((THIRDS, 0), "does the first of them fall"),
        ((THIRDS, 2), "the padding is not 2"),
        (([0, *THIRDS, 0], 1), "+ 7 outputs"),
        (THIRDS, "the taps and the padding"),
        ((1, 1), "a list of numbers"),
    ],
    "10.6": [
        (reshaped, "do not reshape"),
        (not_shuffled, "Shuffle them"),
        (lambda X, W: by_shuffle(X, W.transpose(2, 3)), "exchanged"),
        (lambda X, W: by_shuffle(X, W.flip(2, 3)), "180 degrees"),
        (lambda X, W: X, "should have shape"),
        (lambda X, W: F.conv_transpose2d(X, W, stride=W.shape[2]), "is the transposed"),
        (lambda X, W: functional.conv_transpose2d(X, W, None, W.shape[2]), "is the transposed"),
        (by_gradient, "is the transposed"),
        (None, "a function"),
    ],
    "10.7": [
        (((0, 0), (0, 0), (1, 0), (2, 1)), "k = 3: with (0, 0)"),
        (((0, 0), (1, 1), (0, 1), (2, 1)), "padding comes first"),
        (((0, 0), (1, 1), (1, 0), (1, 2)), "padding comes first"),
        (((0, 0), (1, 1), (2, 2), (2, 1)), "less than the stride"),
        (((-1, 0), (1, 1), (1, 0), (2, 1)), "0 or more"),
        (((0, 0), (1, 1), (1, 0)), "got 3"),
        ((0, 1, 1, 2), "a pair"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
