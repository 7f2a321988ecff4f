"""The checkers of chapter 01: right answers pass, wrong ones are told apart."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from utils.exercises import check


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
    "01.3": ["BDE", "e, d, b", {"B", "D", "E"}],
    "01.4": [4],
    "01.5": [(4, 6, 9), [4, 6, 9]],
    "01.6": [lambda c: c.flip(0), lambda c: c.tolist()[::-1]],
    "01.7": [counts],
    "01.8": [shared],
}

WRONG = [
    ("01.1", 16, "is a function"),
    ("01.1", lambda X, V: X.flatten(0, 1) @ V, "rows and columns"),
    ("01.1", lambda X, V: (X @ V).sum((0, 1)), "no pixel sees another"),
    ("01.1", lambda X, V: X @ V.T, "raised RuntimeError"),
    ("01.1", lambda X, V: X @ (V.T if V.shape == (3, 3) else V), "differs first"),
    ("01.2", lambda x, v, u: audio(x, v, u)[2:-2], "whole kernel fits"),
    ("01.2", lambda x, v, u: audio(x, v, 0), "bias u is missing"),
    ("01.2", lambda x, v, u: audio(x, v.flip(0), u), "backwards"),
    ("01.2", lambda x, v, u: F.pad(x, (0, 4)).unfold(0, 5, 1) @ v + u, "to one side"),
    ("01.2", lambda x, v, u: F.pad(x, (4, 0)).unfold(0, 5, 1) @ v + u, "to one side"),
    ("01.2", lambda x, v, u: F.pad(x, (2, 2)).unfold(0, 5, 1) @ v + u, "raised"),
    ("01.3", 3, "string of letters"),
    ("01.3", "BDF", "A to E; got F"),
    ("01.3", "BCDE", "C: move every cell"),
    ("01.3", "ABDE", "A: the question"),
    ("01.3", "BD", "E: a photograph"),
    ("01.3", "BE", "D: the same car"),
    ("01.4", 3, "13 words"),
    ("01.4", 14, "more than one word"),
    ("01.4", 5, "not the fewest"),
    ("01.4", 2, "9 words"),
    ("01.4", 1, "sees 5 words"),
    ("01.4", 3.5, "whole number"),
    ("01.5", 9, "three numbers"),
    ("01.5", (9, 9, 9), "Nine places"),
    ("01.5", (1, 3, 9), "lie inside the image"),
    ("01.5", (4, 6, 8), "Inside"),
    ("01.5", (2, 6, 9), "Corner"),
    ("01.5", (4, 5, 9), "Edge"),
    ("01.6", lambda c: c, "commutative"),
    ("01.6", lambda c: -c, "No sign changes"),
    ("01.6", lambda c: torch.roll(c, 1), "differs first"),
    ("01.7", lambda *a: ..., "three dots"),
    ("01.7", lambda *a: 5, "three numbers"),
    (
        "01.7",
        lambda n_h, n_w, D, c, d: (*counts(n_h, n_w, D, c, d)[:2], 4 * D**2 * c * d),
        "0 is one of its",
    ),
    (
        "01.7",
        lambda n_h, n_w, D, c, d: (
            counts(n_h, n_w, D, c, d)[0],
            4 * n_h * n_w * c * d,
            (2 * D + 1) ** 2 * c * d,
        ),
        "largest offset",
    ),
    ("01.7", lambda n_h, n_w, D, c, d: counts(n_h, n_w, D, 1, 1), "weights of its own"),
    ("01.7", lambda n_h, n_w, D, c, d: counts(n_h, n_h, D, c, d), "Dense, 4×6"),
    ("01.8", lambda W: shared(W, divide=False), "divides it by n²"),
    ("01.8", lambda W: shared(W, sign=-1), "other way"),
    ("01.8", lambda W: W.mean((0, 1)), "keeps k and l apart"),
    ("01.8", lambda W: shared(W).flatten(), "shape (3, 3)"),
]


@pytest.mark.parametrize(
    ("key", "answer"), [(key, a) for key, given in RIGHT.items() for a in given]
)
def test_right_answers_pass(key, answer, capsys):
    check(key, answer)
    assert capsys.readouterr().out.startswith(f"{key} right. ")


@pytest.mark.parametrize(("key", "answer", "message"), WRONG)
def test_wrong_answers_are_told_apart(key, answer, message, capsys):
    check(key, answer)
    out = capsys.readouterr().out
    assert out.startswith(f"{key} not yet. ")
    assert message in out


@pytest.mark.parametrize("key", RIGHT)
def test_no_answer_yet(key, capsys):
    check(key, ...)
    assert "not answered yet" in capsys.readouterr().out


def test_checking_leaves_the_random_state_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    check("01.1", lambda X, V: X @ V)
    check("01.8", shared)
    assert torch.equal(before, torch.get_rng_state())
