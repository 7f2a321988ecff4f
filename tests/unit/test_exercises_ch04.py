"""The checkers of chapter 04 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks


def mirror(X, p):
    return F.pad(X[None, None], (p,) * 4, mode="reflect")[0, 0]


def mirror_by_index(X, p):
    def fold(i, n):
        i = abs(i)
        return 2 * (n - 1) - i if i >= n else i

    rows, columns = ([fold(i, n) for i in range(-p, n + p)] for n in X.shape)
    return X[rows][:, columns]


def symmetric(X, p):
    return torch.from_numpy(np.pad(X.numpy(), p, mode="symmetric"))


def sides_only(X, p):
    Y = mirror(X, p)
    if p:
        for rows in (slice(None, p), slice(-p, None)):
            Y[rows, :p] = Y[rows, -p:] = 0
    return Y


def spoil(X, p):
    X[0, 0] = -1
    return mirror(X, p)


RIGHT = {
    "04.ap": [2, 2.0, np.int64(2), torch.tensor(2)],
    "04.bp": [144, 144.0],
    "04.cp": [{3, 4, 5}, [5, 4, 3], range(3, 6)],
    "04.1": [(2, 2), torch.Size([2, 2]), (2.0, 2.0), [2, 2], torch.tensor([2, 2])],
    "04.2": [1000, 1000.0, np.float32(1000), torch.tensor(1000)],
    "04.3": [mirror_by_index],
    "04.4": [(4, 4, 1), (4.0, 4.0, 1.0), torch.tensor([4, 4, 1]), np.array([4, 4, 1])],
    "04.5": [1 / 3, 0.333],
    "04.6": [
        [[0, 0, 1], [0, 0, 0], [2, 0, 3]],
        np.array([[0, 0, 1], [0, 0, 0], [2, 0, 3]]),
        [[[[0, 0, 1], [0, 0, 0], [2, 0, 3]]]],
    ],
    "04.7": [{7, 8}, range(7, 9), [8, 7], {7.0, 8.0}, torch.tensor([7, 8])],
    "04.8": [8, 8.0, np.int64(8), torch.tensor(8)],
}

WRONG = {
    "04.ap": [
        (0, "= 12"),
        (1, "= 13"),
        (3, "= 15"),
        (4, "on one side"),
        (-1, "look for 14"),
        (2.5, "a whole number"),
        (float("nan"), "a whole number"),
    ],
    "04.bp": [
        (1, "without a frame"),
        (9, "after one layer"),
        (21, "nine equal weights"),
        (25, "one pixel further in"),
        (169, "more numbers"),
    ],
    "04.cp": [
        ({1, 4, 7}, "no column"),
        ({6, 7, 8}, "6 is read"),
        ({3, 4, 5, 8}, "8 is read"),
        ({4}, "the same fate"),
        (set(), "What lies between"),
        (3, "a set"),
    ],
    "04.1": [
        ((3, 2), "rounds it down"),
        ((2, 3), "9/4"),
        ((6, 6), "stride 1"),
        ((2, 1), "2 rows are right"),
        ((1, 1), "one axis at a time"),
        ((2, 2, 2), "got 3"),
        (2, "2 whole numbers"),
        ((2.5, 2), "2 whole numbers"),
    ],
    "04.2": [
        (3000, "must fold"),
        (1500, "not slowed"),
        (2000, "Mirror"),
        (7, "slower wave"),
        ("fast", "one number"),
        (True, "one number"),
    ],
    "04.3": [
        (lambda X, p: F.pad(X, (p,) * 4), "still zero"),
        (symmetric, "beside the border pixel"),
        (lambda X, p: F.pad(X[None, None], (p,) * 4, mode="replicate")[0, 0], "'replicate'"),
        (lambda X, p: F.pad(X[None, None], (p,) * 4, mode="circular")[0, 0], "'circular'"),
        (sides_only, "corners"),
        (spoil, "changes what it was given"),
        (mirror, "a library's pad"),
        (lambda X, p: np.pad(X, p, mode="reflect"), "a library's pad"),
        (lambda X, p: X, "should have shape (8, 9)"),
        (lambda X: X, "TypeError"),
        (torch.ones(3), "is a function"),
    ],
    "04.4": [
        ((2, 2, 1), "both axes"),
        ((4, 4, 4), "the same at every stride"),
        ((1 / 4, 1 / 4, 1), "what is left"),
        ((1 / 4, 4, 1), "what is left"),
        ((16, 16, 1), "112·112"),
        ((4, 4), "got 2"),
    ],
    "04.5": [
        (2 / 3, "stride 1"),
        (0.5, "Count pixels"),
        (0, "from stride 3 on"),
        (0.9, "sums of three"),
        ("a third", "one number"),
    ],
    "04.6": [
        ([[0, 1], [2, 3]], "Half a step"),
        (torch.zeros(4, 4), "between the values only"),
        ([[0, 0, 1], [0, 0, 1], [2, 2, 3]], "zeros for now"),
        ([[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]], "bilinear"),
        ([[0, 0, 1], [0, 0, 0], [2, 3, 0]], "differs first"),
        ("no", "as a tensor or nested lists"),
    ],
    "04.7": [
        ({8}, "one more size"),
        (set(), "No size at all"),
        ({6, 7, 8}, "6 does not belong"),
        ({7, 8, 9}, "9 does not belong"),
        (8, "a set"),
        ("78", "a set"),
        ({7.5}, "each a whole number"),
    ],
    "04.8": [
        (7, "no padding yet"),
        (15, "all four sides"),
        (3, "sees 7 pixels"),
        (0, "Without a layer"),
        (9, "fewer do"),
        (-3, "0 or more"),
        (8.5, "a whole number"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
