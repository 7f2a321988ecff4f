"""The checkers of chapter 02 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks

WEIGHT = torch.tensor([[8.0, 12.0], [20.0, 24.0]])


def rows_of_windows(X, k_h, k_w):
    return F.unfold(X[None, None], (k_h, k_w))[0].T


def by_strides(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)


def four_axes(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1)


def column_by_column(X, k_h, k_w):
    return four_axes(X, k_h, k_w).transpose(0, 1).reshape(-1, k_h * k_w)


RIGHT = {
    "02.ap": [(4, 1), (4.0, 1.0), np.array([4, 1])],
    "02.bp": [[[3, 2], [1, 0]], torch.tensor([[3, 2], [1, 0]])],
    "02.1": [[[7, 0], [-1, 2]], torch.tensor([[[[7.0, 0.0], [-1.0, 2.0]]]])],
    "02.2": [(8, 3), [8.0, 3.0], torch.tensor([8, 3])],
    "02.3": [(WEIGHT, 4), (WEIGHT[None, None], torch.tensor([4.0]))],
    "02.4": [rows_of_windows, by_strides],
    "02.5": [[[-1, 1]], [-1, 1], [[[[-1, 1]]]], torch.tensor([[-0.9995, 1.0004]])],
    "02.6": [lambda c: c.flip(0), lambda c: c.tolist()[::-1]],
    "02.7": [(11, 6, 27), np.array([11.0, 6.0, 27.0])],
}

WRONG = {
    "02.ap": [
        ((1, 4), "other way round"),
        ((9, 4), "only four outputs"),
        ((2, 1), "in the other three"),
        ((4, 2), "reach the corner"),
        ((4, 2.5), "whole number"),
    ],
    "02.bp": [
        ([[0, 1], [2, 3]], "true convolution"),
        ([[0, 0], [0, 0]], "in every window"),
        ([[2, 3], [0, 1]], "differs first at (0, 0)"),
        ([[3, 2, 1]], "should have shape (2, 2)"),
        ([[float("nan"), 2], [1, 0]], "holds nan"),
    ],
    "02.1": [
        ([[5, -2], [-1, 5]], "turned the kernel"),
        ([[7, -1], [0, 2]], "changed places"),
        ([[1, 0], [0, 6]], "four products of the first window"),
        ([[7, 0], [-1, 3]], "differs first at (1, 1)"),
        ([7, 0, -1, 2], "a matrix"),
    ],
    "02.2": [
        ((3, 8), "Rows first"),
        ((4, -1), "the one before"),
        ((9, 4), "that many rows"),
        ((8, 4), "that many columns"),
        ((6, 1), "the rows again"),
        ((8, 1), "needs three columns"),
    ],
    "02.3": [
        (WEIGHT, "a pair"),
        (([[0, 1], [3, 4]], 4), "first output alone"),
        (([[36, 36], [36, 36]], 4), "all nine pixels"),
        ((WEIGHT / 4, 1), "means"),
        ((WEIGHT.T, 4), "differs first at (0, 1)"),
        ((torch.ones(3, 3), 4), "should have shape (2, 2)"),
        ((WEIGHT, 1), "not once"),
        ((WEIGHT, 9), "Not 9 times"),
    ],
    "02.4": [
        (lambda X, k_h, k_w: rows_of_windows(X, k_h, k_w).T, "your windows are columns"),
        (four_axes, "Flatten each window"),
        (lambda X, k_h, k_w: rows_of_windows(X, k_h, k_w).flip(1), "read backwards"),
        (column_by_column, "another order"),
        (lambda X, k_h, k_w: X, "should have shape (4, 4)"),
        (lambda X: X, "raised TypeError"),
    ],
    "02.5": [
        ([[1, -1]], "every sign"),
        ([[-1], [1]], "yours is 2×1"),
        ([[2, 1]], "After the turn"),
    ],
    "02.6": [
        (lambda c: c, "commutative"),
        (lambda c: -c, "No sign changes"),
        (lambda c: torch.roll(c, 1), "differs first"),
    ],
    "02.7": [
        ((12, 6, 27), "least sum is 2"),
        ((11, 7, 27), "how many ways can it"),
        ((11, 5, 27), "1 + 6, 2 + 5"),
        ((11, 6, 36), "make 9, 8"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
