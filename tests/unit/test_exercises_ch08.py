"""The checkers of chapter 08: right answers pass, wrong ones are told apart."""

from fractions import Fraction
from itertools import product

import numpy as np
import torch
from exercise_checks import ExerciseChecks


def mean_over(f, X, rows=None, columns=None):
    shifts = product(range(rows or X.shape[0]), range(columns or X.shape[1]))
    return torch.stack([f(X.roll(shift, (0, 1))) for shift in shifts]).mean()


RIGHT = {
    "08.ap": [(20, 95), (16, 90), (10.0, 99.0), torch.tensor([15, 95]), np.array([30, 100])],
    "08.bp": [(False, True), [np.False_, np.True_], torch.tensor([False, True])],
    "08.cp": [(1, 1, 1, 1), [1.0, 1.0, 1.0, 1.0], torch.ones(4), np.ones(4)],
    "08.1": ["BDE", "b, d and e", ["B", "D", "E"]],
    "08.2": [(9, 15, 25), [9.0, 15.0, 25.0], torch.tensor([9, 15, 25])],
    "08.3": [(2 / 3, 4 / 9), (Fraction(2, 3), Fraction(4, 9)), ("2/3", "4/9"), (0.67, 0.44)],
    "08.4": [(8, 1), (8.0, 1.0), np.array([8, 1])],
    "08.5": ["ABD", "a, b and d", {"A", "B", "D"}],
    "08.6": [
        mean_over,
        lambda f, X: (
            sum(
                f(X.roll(s, 0).roll(t, 1)).item()
                for s in range(X.shape[0])
                for t in range(X.shape[1])
            )
            / X.numel()
        ),
        lambda f, X: np.mean(
            [
                f(torch.from_numpy(np.roll(X.numpy(), s, (0, 1))))
                for s in product(*map(range, X.shape))
            ]
        ),
    ],
}

WRONG = {
    "08.ap": [
        ((95, 96), "at home"),
        ((50, 96), "further"),
        ((0, 96), "guessing"),
        ((9, 50), "guessing"),
        ((16, 50), "one in five"),
        ((101, 96), "0 to 100"),
        ((-1, 96), "0 to 100"),
        (16, "2 whole numbers"),
    ],
    "08.bp": [
        ((True, True), "as a list"),
        ((True, False), "as a list"),
        ((False, False), "side by side"),
        ((0, 2), "2 truth values"),
    ],
    "08.cp": [
        ((0, 1, 0, 1), "same rhythm"),
        ((1, 0, 1, 0), "same rhythm"),
        ((1, 1, 1, 0), "the larger of each"),
        ((1, 1, 1), "4 whole numbers"),
    ],
    "08.1": [
        ("ABDE", "A: the question"),
        ("BCDE", "twice the mean"),
        ("DE", "B: move the picture"),
        ("BE", "D: the same picture"),
        ("BD", "accepted at one height"),
        ("BDF", "A to E; got F"),
    ],
    "08.2": [
        (9, "3 whole numbers"),
        ((25, 25, 25), "not all are in the image"),
        ((4, 6, 9), "one layer"),
        ((16, 36, 81), "overlap"),
        ((9, 15, 24), "Middle"),
        ((8, 15, 25), "Corner"),
        ((9, 14, 25), "Edge"),
    ],
    "08.3": [
        ((1 / 3, 4 / 9), "leaves its window"),
        ((1 / 2, 1 / 4), "windows of 2"),
        ((0.9, 4 / 9), "Count the columns"),
        ((2 / 3, 2 / 3), "step down"),
        ((2 / 3, 1 / 3), "Both must go well"),
        ((2 / 3, 1 / 9), "Both must go well"),
        ((2 / 3, 0.5), "Count the places"),
        ((0.7, 0.44), "Count the columns"),
        ((float("nan"), 4 / 9), "2 numbers"),
    ],
    "08.4": [
        ((0, 1), "not 0"),
        ((-8, -1), "not 0"),
        ((1, 1), "no whole number"),
        ((2, 1), "no whole number"),
        ((6, 1), "no whole number"),
        ((4, 1), "no whole number"),
        ((16, 2), "shorter"),
        ((8, 8), "shrunk"),
        ((8, 2), "halves"),
        ((8.5, 1), "2 whole numbers"),
    ],
    "08.5": [
        ("ABCD", "C: 2/3"),
        ("ABDE", "no blur"),
        ("AB", "D: 1/8"),
        ("BD", "A: the even"),
        ("AD", "B: 1/4"),
    ],
    "08.6": [
        (3, "is a function"),
        (lambda f, X: f(X), "as it stands"),
        (lambda f, X: 12 * mean_over(f, X), "divides it"),
        (lambda f, X: mean_over(f, X, rows=1), "one direction"),
        (lambda f, X: mean_over(f, X, columns=1), "one direction"),
        (lambda f, X: mean_over(f, X, columns=3), "need not be square"),
        (lambda f, X: f(X) + 1, "not the mean"),
        (lambda f, X: mean_over(f, X, 3, 4), "not for one of 2×5"),
        (lambda f, X: float("nan"), "number"),
        (lambda f, X: None, "Is there a `return`?"),
        (lambda f, X: mean_over(f, X) if X.sum() and f is not torch.max else 0, "f itself"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
