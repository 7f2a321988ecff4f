"""The checkers of chapter 03 accept what is right and tell typical mistakes apart."""

import torch
from exercise_checks import ExerciseChecks

SOBEL = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
PREWITT = torch.tensor([[-1.0, 0.0, 1.0]]).expand(3, 3)
EVEN_SLOPES_ONLY = torch.tensor([[0.0, 0.0, 1.0], [-4.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
CENTRAL = torch.tensor([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])


def steer(right, down=None):
    down = right.T if down is None else down
    return lambda v: v[0] * down + v[1] * right


def changes_its_argument(K):
    K -= K.mean()
    return K


RIGHT = {
    "03.1": [
        [[1], [-1]],
        [[1], [0], [-1]],
        [[-2.0], [2.0]],
        [[1e-3], [-1e-3]],
        SOBEL.T,
        SOBEL.T[None, None],
        [[1.0, 1.0], [-1.0, -1.0]],
    ],
    "03.2": [(5, -5, -5)],
    "03.3a": [
        steer(SOBEL),
        steer(PREWITT),
        steer(CENTRAL.double()),
    ],
    "03.3b": [[[1, -2, 1]], [1, -2, 1], [[[[1, -2, 1]]]]],
    "03.3c": [
        torch.full((3, 3), 1 / 9),
        torch.full((1, 1, 3, 3), 1 / 9),
        torch.full((3, 3), 1 / 9).half(),
        [1 / 3, 1 / 3, 1 / 3],
        [[0.333, 0.333, 0.333]],
        [[0.25], [0.5], [0.25]],
    ],
    "03.3d": [lambda d: d + 1],
    "03.4": [
        lambda K: K - K.mean(),
        lambda K: K - K.flatten() @ torch.full((K.numel(),), 1 / K.numel()),
    ],
    "03.5": [(17 / 9, -1 / 9), ("17/9", "-1/9"), (1.889, -0.1111), (1.9, -0.11), (1.89, -0.11)],
    "03.6": [1 / 120, "1/120", 0.0083, 0.00833],
    "03.7": [(5, 45, 121)],
    "03.ap": [0, 0.0],
    "03.bp": [54],
    "03.cp": [5],
}

WRONG = {
    "03.1": [
        ([[1, -1]], "Turn it"),
        ([1, -1], "a matrix, with rows and columns"),
        ([[float("inf")], [float("-inf")]], "holds inf"),
        ([[1], [1]], "flat parts"),
        ([[1, 0], [0, -1]], "as well"),
        ([[0], [0]], "sees nothing"),
        ([[0, 0]], "sees nothing"),
        (torch.ones(7, 1), "does not fit"),
    ],
    "03.2": [
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
    "03.3a": [
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
    "03.3b": [
        ([[[1, -2, 1]]] * 2, "one row of numbers"),
        ([[1], [-2], [1]], "down a column"),
        ([[0, 0, 0], [1, -2, 1], [0, 0, 0]], "smaller kernel than 3×3"),
        ([[1, -1]], "too few"),
        ([[-1, 2, -1]], "sign is turned"),
        ([[1, 0, -1]], "differs first at (0, 1)"),
    ],
    "03.3c": [
        ([[1.0]], "no neighbours"),
        ([[-0.5, 2, -0.5]], "Find one without"),
        ([[0.6, 0.6, -0.2]], "only adds"),
        (torch.ones(3, 3), "brighter"),
        ([[0.1, 0.1]], "darker"),
        ([[0.33, 0.33, 0.33]], "darker"),
        ([[0, 1, 0]], "copies one pixel"),
        ("blur", "tensor or nested lists"),
        ([[0.5, float("nan")]], "holds nan at (0, 1)"),
    ],
    "03.3d": [
        (3, "a function"),
        (lambda d: d, "compare at least two"),
        (lambda d: 2 * d + 1, "not the least"),
        (lambda d: 2**d if d == 1 else 2 ** (d - 1) + 1, "once more"),
        (lambda d: 9, "Start with order 1"),
        (lambda d: d + 1.9, "least_taps(1) should be a whole number; got 2.9"),
    ],
    "03.4": [
        (torch.zeros(2, 2), "a function"),
        (lambda K: K, "still changes"),
        (lambda K: K / K.abs().sum(), "still changes"),
        (torch.zeros_like, "to everything else"),
        (lambda K: (K - K.mean()) / K.std(), "otherwise than K"),
        (lambda K: (K - K.mean()).flatten()[None], "should stay"),
        (lambda K: (K - K.mean())[None, None], "should stay"),
        (changes_its_argument, "changes what it was given"),
    ],
    "03.5": [
        ((8 / 9, -1 / 9), "difference alone"),
        ((10 / 9, 1 / 9), "add the blurred picture"),
        ((-8 / 9, 1 / 9), "blurred minus picture"),
        ((2, -1 / 9), "a ninth"),
        ((1.87, -1 / 9), "The middle is not right"),
        ((1.9, -0.1), "What weight"),
        ((9, -1), "The middle is not right"),
        ((17 / 9, 1 / 9), "subtracted"),
        ((17 / 9, -1), "What weight"),
        (17 / 9, "got 1.8"),
    ],
    "03.6": [
        (1 / 30, "as it was"),
        (1 / 60, "not small enough"),
        (1 / 15, "steeper"),
        (1 / 240, "twice its reciprocal"),
        (0.0084, "Near the edge"),
        (0.008, "Near the edge"),
        (0.001, "Write L again"),
    ],
    "03.7": [
        ((4, 36, 121), "adds 2"),
        ((9, 81, 121), "adds 2 pixels"),
        ((5, 9, 121), "one layer"),
        ((5, 50, 121), "biases"),
        ((5, 44, 121), "how many weights"),
        ((5, 45, 22), "11 rows"),
    ],
    "03.ap": [(16, "between rows"), (40, "one row"), ("none", "a whole number")],
    "03.bp": [(14, "own place"), (36, "multiplies them first"), (9, "Lay the kernel")],
    "03.cp": [(3, "each of these"), (9, "overlap"), (4, "line of pixels")],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
