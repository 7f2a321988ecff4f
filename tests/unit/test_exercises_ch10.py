"""The checkers of chapter 10 accept what is right and tell typical mistakes apart."""

import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks

from utils import functional


def by_search(n, k, stride, padding):
    m = (n + 2 * padding - k) // stride + 1
    return next(e for e in range(stride) if (m - 1) * stride - 2 * padding + k + e == n)


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
    "10.1": [(True, False, False)],
    "10.2": [lambda n, k, stride, padding: (n + 2 * padding - k) % stride, by_search],
    "10.3": [124],
    "10.4": [{(2, 2), (3, 3), (4, 2), (6, 3)}],
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
    "10.1": [
        ((True, False, True), "(c)"),
        ((True, True, False), "(b)"),
        ((False, False, False), "(a)"),
        ((1, 0, 0), "truth values"),
        ((True, False), "got 2"),
        (True, "3 truth values"),
    ],
    "10.2": [
        (lambda n, k, stride, padding: (n + padding - k) % stride, "per side"),
        (lambda n, k, stride, padding: n % stride, "n alone"),
        (lambda n, k, stride, padding: 0, "How much is missing"),
        (lambda n, k, stride, padding: 0.5, "should be a whole number"),
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
        ({(2, 2), (3, 2), (3, 3), (4, 2), (6, 3)}, "(3, 2) is uneven"),
        ({(4, 2), (6, 3)}, "without overlap"),
        ({(2, 2), (3, 3), (4, 2)}, "at least one more pair"),
        ({(8, 2)}, "not among"),
        ({4, 6}, "each a pair"),
        (4, "a set of pairs"),
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
        (((0, 0), (1, 1), (2, 2), (2, 1)), "less than the stride"),
        (((0, 0), (1, 1), (1, 0)), "got 3"),
        ((0, 1, 1, 2), "a pair"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
