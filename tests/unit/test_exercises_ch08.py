"""The checkers of chapter 08 accept what is right and tell typical mistakes apart."""

from fractions import Fraction

import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks


def by_search(n, k, stride, padding):
    m = (n + 2 * padding - k) // stride + 1
    return next(e for e in range(stride) if (m - 1) * stride - 2 * padding + k + e == n)


def by_shuffle(X, W):
    c_i, c_o, s, _ = W.shape
    return F.pixel_shuffle(F.conv2d(X, W.reshape(c_i, c_o * s * s).T[:, :, None, None]), s)


def reshaped(X, W):
    c_i, _, s, _ = W.shape
    return F.pixel_shuffle(F.conv2d(X, W.reshape(-1, c_i, 1, 1)), s)


def not_shuffled(X, W):
    c_i = len(W)
    return F.conv2d(X, W.reshape(c_i, -1).T[:, :, None, None])


THIRDS = [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]

RIGHT = {
    "08.1": [(True, False, False), [True, False, False]],
    "08.2": [lambda n, k, stride, padding: (n + 2 * padding - k) % stride, by_search],
    "08.3": [124, 124.0, torch.tensor(124.0)],
    "08.4": [{(2, 2), (3, 3), (4, 2), (6, 3)}, [[6, 3], [4, 2], [3, 3], [2, 2]]],
    "08.5": [
        THIRDS,
        torch.tensor(THIRDS),
        [0.333, 0.667, 1, 0.667, 0.333],
        [Fraction(1, 3), Fraction(2, 3), 1, Fraction(2, 3), Fraction(1, 3)],
        [0, *THIRDS, 0],
    ],
    "08.6": [by_shuffle, lambda X, W: F.conv_transpose2d(X, W, stride=W.shape[2])],
    "08.7": [((0, 0), (1, 1), (1, 0), (2, 1)), [[0, 0], [1, 1], [1, 0], [2, 1]]],
}

WRONG = {
    "08.1": [
        ((True, False, True), "(c)"),
        ((True, True, False), "(b)"),
        ((False, False, False), "(a)"),
        ((1, 0, 0), "truth values"),
        ((True, False), "got 2"),
        (True, "three truth values"),
    ],
    "08.2": [
        (lambda n, k, stride, padding: (n + padding - k) % stride, "per side"),
        (lambda n, k, stride, padding: n % stride, "n alone"),
        (lambda n, k, stride, padding: 0, "How much is missing"),
        (lambda n, k, stride, padding: 0.5, "should be an integer"),
        (lambda n: 0, "TypeError"),
        (1, "is a function"),
    ],
    "08.3": [
        (68, "kernel flipped"),
        (36, "X alone"),
        (24, "stamps alone"),
        (1, "other side"),
        ("124", "one number"),
        (True, "one number"),
    ],
    "08.4": [
        ({(2, 2), (3, 2), (3, 3), (4, 2), (6, 3)}, "(3, 2) is uneven"),
        ({(4, 2), (6, 3)}, "without overlap"),
        ({(2, 2), (3, 3), (4, 2)}, "one more pair"),
        ({(8, 2)}, "not among"),
        ({4, 6}, "no pair"),
        (4, "a set of pairs"),
    ],
    "08.5": [
        ([0.25, 0.75, 0.75, 0.25], "factor of 2"),
        ([1 / 6, 0.5, 5 / 6, 5 / 6, 0.5, 1 / 6], "no middle"),
        ([2 / 3, 1, 2 / 3], "beyond its own three"),
        ([1, 2, 3, 2, 1], "add up to 1"),
        ([0.25, 0.75, 1, 0.75, 0.25], "equal steps"),
        ([1.0], "1 − |t|"),
        (None, "list of numbers"),
    ],
    "08.6": [
        (reshaped, "do not reshape"),
        (not_shuffled, "Shuffle them"),
        (lambda X, W: by_shuffle(X, W.transpose(2, 3)), "exchanged"),
        (lambda X, W: by_shuffle(X, W.flip(2, 3)), "180 degrees"),
        (lambda X, W: X, "should have shape"),
        (None, "is a function"),
    ],
    "08.7": [
        (((0, 0), (0, 0), (1, 0), (2, 1)), "k = 3: with (0, 0)"),
        (((0, 0), (1, 1), (0, 1), (2, 1)), "padding comes first"),
        (((0, 0), (1, 1), (2, 2), (2, 1)), "less than the stride"),
        (((0, 0), (1, 1), (1, 0)), "got 3"),
        ((0, 1, 1, 2), "no pair"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
