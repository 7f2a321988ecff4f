"""The checkers of chapter 02 accept what is right and tell typical mistakes apart."""

import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks

SOBEL = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
PREWITT = torch.tensor([[-1.0, 0.0, 1.0]]).expand(3, 3)
EVEN_SLOPES_ONLY = torch.tensor([[0.0, 0.0, 1.0], [-4.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
CENTRAL = torch.tensor([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
WEIGHT = torch.tensor([[8.0, 12.0], [20.0, 24.0]])


def steer(right, down=None):
    down = right.T if down is None else down
    return lambda v: v[0] * down + v[1] * right


def rows_of_windows(X, k_h, k_w):
    return F.unfold(X[None, None], (k_h, k_w))[0].T


def by_strides(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)


def four_axes(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1)


def column_by_column(X, k_h, k_w):
    return four_axes(X, k_h, k_w).transpose(0, 1).reshape(-1, k_h * k_w)


def changes_its_argument(K):
    K -= K.mean()
    return K


RIGHT = {
    "02.1": [(5, -5, -5)],
    "02.2a": [
        steer(SOBEL),
        steer(PREWITT),
        steer(CENTRAL.double()),
    ],
    "02.2b": [[[1, -2, 1]], [1, -2, 1]],
    "02.2c": [torch.full((3, 3), 1 / 9), [[0.5, 0.5]], [[0.25], [0.5], [0.25]]],
    "02.2d": [lambda d: d + 1],
    "02.3": [(WEIGHT, 4)],
    "02.4": [rows_of_windows, by_strides],
    "02.5": [[[1], [-1]], [[-2.0], [2.0]], [[1e-3], [-1e-3]], SOBEL.T, [[1.0, 1.0], [-1.0, -1.0]]],
    "02.6": [[[-1, 1]], [-1, 1], torch.tensor([[-0.9995, 1.0004]])],
    "02.7": [(3, 27, 49)],
    "02.8": [lambda K: K - K.mean()],
}

WRONG = {
    "02.1": [
        ((0, 0, 0), "not invisible"),
        ((6, -6, -6), "all-white"),
        ((-5, 5, 5), "All signs"),
        ((5, 5, -5), "sign of (b)"),
        ((5, -5, 5), "sign of (c)"),
        ((5, -5, 30), "(c) is not 30: count the changes from entry to entry, down"),
        ((3, -5, -5), "along the rows"),
        (5, "got 5"),
        ((5, -5), "got 2"),
        ((5, None, -5), "3 numbers"),
    ],
    "02.2a": [
        (SOBEL, "a function"),
        (lambda v: [[v[0], -v[1]]], "should be 3×3"),
        (lambda v: torch.ones(3, 3) * v[1], "sum to 9"),
        (steer(-SOBEL, -SOBEL.T), "sign is turned"),
        (lambda v: SOBEL, "does not see"),
        (lambda v: v[0] * SOBEL + v[1] * SOBEL.T, "rows down, columns right"),
        (steer(2 * SOBEL, SOBEL.T), "across v"),
        (steer(SOBEL + SOBEL.T), "across v"),
        (steer(EVEN_SLOPES_ONLY), "a step across v is not"),
    ],
    "02.2b": [
        ([[[1, -2, 1]]], "one row of numbers"),
        ([[1], [-2], [1]], "down a column"),
        ([[0, 0, 0], [1, -2, 1], [0, 0, 0]], "smaller kernel than 3×3"),
        ([[1, -1]], "too few"),
        ([[-1, 2, -1]], "sign is turned"),
        ([[1, 0, -1]], "differs first at (0, 1)"),
    ],
    "02.2c": [
        ([[1.0]], "no neighbours"),
        ([[-0.5, 2, -0.5]], "sharpens"),
        (torch.ones(3, 3), "brighter"),
        ([[0.1, 0.1]], "darker"),
        ([[0, 1, 0]], "copies one pixel"),
        ("blur", "tensor or nested lists"),
        ([[0.5, float("nan")]], "holds nan at (0, 1)"),
    ],
    "02.2d": [
        (3, "a function"),
        (lambda d: d, "compare at least two"),
        (lambda d: 2 * d + 1, "symmetric"),
        (lambda d: 2**d if d == 1 else 2 ** (d - 1) + 1, "once more"),
        (lambda d: 9, "Start with order 1"),
        (lambda d: d + 1.9, "least_taps(1) should be a whole number; got 2.9"),
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
        ([[1, -1]], "Turn it"),
        ([1, -1], "a matrix, with rows and columns"),
        ([[float("inf")], [float("-inf")]], "holds inf"),
        ([[1], [1]], "flat parts"),
        ([[1, 0], [0, -1]], "as well"),
        ([[0], [0]], "sees nothing"),
        (torch.ones(7, 1), "does not fit"),
    ],
    "02.6": [
        ([[1, -1]], "every sign"),
        ([[-1], [1]], "yours is 2×1"),
        ([[2, 1]], "After the flip"),
    ],
    "02.7": [
        ((2, 18, 49), "see 5×5"),
        ((5, 45, 49), "adds 2 pixels"),
        ((7, 63, 49), "see 15"),
        ((3, 9, 49), "one layer"),
        ((3, 30, 50), "biases"),
        ((3, 81, 49), "Not 81"),
        ((3, 27, 14), "not 14"),
    ],
    "02.8": [
        (torch.zeros(2, 2), "a function"),
        (lambda K: K, "still changes"),
        (lambda K: K / K.abs().sum(), "still changes"),
        (torch.zeros_like, "to everything else"),
        (lambda K: (K - K.mean()) / K.std(), "otherwise than K"),
        (lambda K: (K - K.mean()).flatten()[None], "should stay"),
        (changes_its_argument, "changes what it was given"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
