"""The checkers of chapter 01: right answers pass, wrong ones are told apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks


def audio(x, v, u):
    delta = len(v) // 2
    padded = F.pad(x, (delta, delta))
    return torch.stack([v @ padded[i : i + len(v)] for i in range(len(x))]) + u


def counts(n_h, n_w, delta, c, d):
    return (
        (n_h * n_w) ** 2 * c * d,
        (2 * n_h - 1) * (2 * n_w - 1) * c * d,
        (2 * delta + 1) ** 2 * c * d,
    )


def shared(W, divide=True, sign=1):
    n = W.shape[0]
    rolled = [
        torch.roll(W[i, j], (-i, -j), (0, 1))
        if sign > 0
        else torch.roll(W[i, j].flip(0, 1), (i + 1, j + 1), (0, 1))
        for i in range(n)
        for j in range(n)
    ]
    total = torch.stack(rolled).sum(0)
    return total / n**2 if divide else total


RIGHT = {
    "01.ap": [(9, 1), [9.0, 1.0], torch.tensor([9, 1]), np.array([9, 1])],
    "01.bp": [441, 21**2, 441.0, "441"],
    "01.cp": [(True, False, True, True), [np.True_, np.False_, 1, 1.0]],
    "01.4": ["ACE", "a, c and e", ["A", "C", "E"]],
    "01.5": [6724, 6724.0, torch.tensor(6724)],
    "01.1": [lambda X, V: X @ V],
    "01.2": [
        audio,
        lambda x, v, u: (
            torch.from_numpy(np.correlate(x.numpy(), v.numpy(), "full")).float()[
                (len(v) - 1) - len(v) // 2 :
            ][: len(x)]
            + u
        ),
    ],
    "01.3": [4],
    "01.6": [counts],
    "01.6p": [(825564856320000, 1728)],
    "01.7": [shared],
}

WRONG = {
    "01.ap": [
        ((1, 9), "the output's own pixel"),
        ((9, 9), "lead out of the image"),
        ((9, 4), "Start at each"),
        (9, "2 whole numbers"),
    ],
    "01.bp": [
        (400, "more than 20 offsets"),
        (121, "negative"),
        (21, "one direction"),
        (440, "own pixel"),
        (3996001, "without a limit"),
        (441 * 10**6, "share their weights"),
        (442, "How many offsets"),
        (float("nan"), "whole number"),
    ],
    "01.cp": [
        ((False, False, True, True), "10¹²"),
        ((True, True, True, True), "still meets every pixel"),
        ((True, False, False, True), "dropped"),
        ((True, False, True, False), "needs no product"),
    ],
    "01.4": [
        ("ABCE", "no shared weight"),
        ("ACDE", "offset 0"),
        ("AE", "only weight of offset 3"),
        ("AC", "7 everywhere"),
        ("F", "A to E"),
    ],
    "01.5": [
        (7056, "lie outside"),
        (6084, "read some too"),
        (82, "rows and columns"),
        (614656, "every entry"),
        (9, "different"),
        (3025, "count places"),
        (6725, "Begin with one line"),
    ],
    "01.1": [
        (16, "is a function"),
        (lambda X, V: X.flatten(0, 1) @ V, "rows and columns"),
        (lambda X, V: (X @ V).sum((0, 1)), "no pixel sees another"),
        (lambda X, V: X @ V.T, "per_pixel(X of 4×5×3, V of 3×2) raised RuntimeError"),
        (lambda X, V: torch.stack([torch.stack([x @ V for x in row]) for row in X]), "a loop"),
        (lambda X, V: None, "Is there a `return`?"),
        (lambda X, V: X @ (V.T if V.shape == (3, 3) else V), "differs first"),
    ],
    "01.2": [
        (lambda x, v, u: audio(x, v, u)[2:-2], "whole kernel fits"),
        (lambda x, v, u: audio(x, v, 0), "bias u is missing"),
        (lambda x, v, u: audio(x, v.flip(0), u), "backwards"),
        (lambda x, v, u: F.pad(x, (0, 4)).unfold(0, 5, 1) @ v + u, "to one side"),
        (lambda x, v, u: F.pad(x, (4, 0)).unfold(0, 5, 1) @ v + u, "to one side"),
        (lambda x, v, u: F.pad(x, (2, 2)).unfold(0, 5, 1) @ v + u, "raised"),
    ],
    "01.3": [
        (3, "13 words"),
        (14, "more than one word"),
        (5, "not the fewest"),
        (2, "9 words"),
        (0, "Without a layer"),
        (1, "sees 5 words"),
        (3.5, "whole number"),
    ],
    "01.6": [
        (lambda *a: ..., "three dots"),
        (lambda *a: 5, "parameters(3, 3, 1, 1, 1) should be (dense, shared, local): 3 whole"),
        (
            lambda n_h, n_w, D, c, d: (*counts(n_h, n_w, D, c, d)[:2], 4 * D**2 * c * d),
            "0 is one of its",
        ),
        (
            lambda n_h, n_w, D, c, d: (
                counts(n_h, n_w, D, c, d)[0],
                4 * n_h * n_w * c * d,
                (2 * D + 1) ** 2 * c * d,
            ),
            "largest offset",
        ),
        (lambda n_h, n_w, D, c, d: counts(n_h, n_w, D, 1, 1), "weights of its own"),
        (lambda n_h, n_w, D, c, d: counts(n_h, n_h, D, c, d), "Dense, 4×6"),
    ],
    "01.6p": [
        ((4299816960000, 1728), "one channel in and one out"),
        ((1, 1728), "meets every number"),
        ((825564856320000, 9), "one pair"),
        ((825564856320000, 768), "0 is one of its values"),
        ((825564856320000, 27), "for each pair"),
        (1728, "got 1728"),
    ],
    "01.7": [
        (lambda W: shared(W, divide=False), "divides it by n²"),
        (lambda W: shared(W, sign=-1), "other way"),
        (lambda W: W.mean((0, 1)), "keeps k and l apart"),
        (lambda W: shared(W).flatten(), "shape (3, 3)"),
        (lambda W: shared(W, divide=False) / 9, "V of a 2×2 image"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
