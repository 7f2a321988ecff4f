"""The checkers of chapter 02 accept what is right and tell typical mistakes apart."""

import pytest
import torch
import torch.nn.functional as F

from utils.exercises import check

SOBEL = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
PREWITT = torch.tensor([[-1.0, 0.0, 1.0]]).expand(3, 3)
CENTRAL = torch.tensor([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
WEIGHT = torch.tensor([[8.0, 12.0], [20.0, 24.0]])


def say(capsys, key, answer):
    check(key, answer)
    return capsys.readouterr().out


def steer(right, down=None):
    down = right.T if down is None else down
    return lambda v: v[0] * down + v[1] * right


def rows_of_windows(X, k_h, k_w):
    return F.unfold(X[None, None], (k_h, k_w))[0].T


def by_strides(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)


def as_lists(X, k_h, k_w):
    return by_strides(X, k_h, k_w).tolist()


def four_axes(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1)


def column_by_column(X, k_h, k_w):
    return four_axes(X, k_h, k_w).transpose(0, 1).reshape(-1, k_h * k_w)


def changes_its_argument(K):
    K -= K.mean()
    return K


RIGHT = {
    "02.1": [(5, -5, -5), [5.0, -5.0, -5.0], torch.tensor([5, -5, -5])],
    "02.2a": [
        steer(SOBEL),
        steer(PREWITT),
        steer(CENTRAL.double()),
        lambda v: steer(SOBEL)(v).tolist(),
    ],
    "02.2b": [[[1, -2, 1]], torch.tensor([[1.0, -2.0, 1.0]])],
    "02.2c": [torch.full((3, 3), 1 / 9), [[0.5, 0.5]], [[0.25], [0.5], [0.25]]],
    "02.2d": [lambda d: d + 1],
    "02.3": [(WEIGHT, 4), (WEIGHT.tolist(), torch.tensor(4.0)), (WEIGHT, torch.tensor([4.0]))],
    "02.4": [rows_of_windows, by_strides, as_lists],
    "02.5": [[[1], [-1]], [[-2.0], [2.0]], SOBEL.T, [[1.0, 1.0], [-1.0, -1.0]]],
    "02.6": [[[-1, 1]], torch.tensor([[-0.9995, 1.0004]])],
    "02.7": [(3, 27, 49), [3.0, 27, 49]],
    "02.8": [lambda K: K - K.mean(), lambda K: (K - K.sum() / K.numel()).tolist()],
}

# Key, answer, words of the message that belongs to this mistake and to no other.
WRONG = [
    ("02.1", (0, 0, 0), "not invisible"),
    ("02.1", (6, -6, -6), "all-white"),
    ("02.1", (-5, 5, 5), "All signs"),
    ("02.1", (5, 5, -5), "sign of (b)"),
    ("02.1", (5, -5, 5), "sign of (c)"),
    ("02.1", (5, -5, 30), "(c) is not 30: count the changes from entry to entry, down"),
    ("02.1", (3, -5, -5), "along the rows"),
    ("02.1", 5, "got int"),
    ("02.1", (5, -5), "got 2"),
    ("02.1", (5, None, -5), "3 numbers"),
    ("02.2a", SOBEL, "a function"),
    ("02.2a", lambda v: [[v[0], -v[1]]], "should be 3×3"),
    ("02.2a", lambda v: torch.ones(3, 3) * v[1], "sum to 9"),
    ("02.2a", steer(-SOBEL, -SOBEL.T), "sign is turned"),
    ("02.2a", lambda v: SOBEL, "does not see"),
    ("02.2a", lambda v: v[0] * SOBEL + v[1] * SOBEL.T, "rows down, columns right"),
    ("02.2a", steer(2 * SOBEL, SOBEL.T), "across v"),
    ("02.2a", steer(SOBEL + SOBEL.T), "across v"),
    ("02.2b", [1, -2, 1], "should be a matrix"),
    ("02.2b", [[1], [-2], [1]], "down a column"),
    ("02.2b", [[0, 0, 0], [1, -2, 1], [0, 0, 0]], "smaller kernel than 3×3"),
    ("02.2b", [[1, -1]], "too few"),
    ("02.2b", [[-1, 2, -1]], "sign is turned"),
    ("02.2b", [[1, 0, -1]], "differs first at (0, 1)"),
    ("02.2c", [[1.0]], "no neighbours"),
    ("02.2c", [[-0.5, 2, -0.5]], "sharpens"),
    ("02.2c", torch.ones(3, 3), "brighter"),
    ("02.2c", [[0.1, 0.1]], "darker"),
    ("02.2c", [[0, 1, 0]], "copies one pixel"),
    ("02.2c", "blur", "tensor or nested lists"),
    ("02.2d", 3, "a function"),
    ("02.2d", lambda d: d, "compare at least two"),
    ("02.2d", lambda d: 2 * d + 1, "symmetric"),
    ("02.2d", lambda d: 2**d if d == 1 else 2 ** (d - 1) + 1, "once more"),
    ("02.2d", lambda d: 9, "Start with order 1"),
    ("02.3", WEIGHT, "a pair"),
    ("02.3", ([[0, 1], [3, 4]], 4), "first output alone"),
    ("02.3", ([[36, 36], [36, 36]], 4), "all nine pixels"),
    ("02.3", (WEIGHT / 4, 1), "means"),
    ("02.3", (WEIGHT.T, 4), "differs first at (0, 1)"),
    ("02.3", (torch.ones(3, 3), 4), "should have shape (2, 2)"),
    ("02.3", (WEIGHT, 1), "not once"),
    ("02.3", (WEIGHT, 9), "Not 9 times"),
    ("02.4", lambda X, k_h, k_w: rows_of_windows(X, k_h, k_w).T, "your windows are columns"),
    ("02.4", four_axes, "Flatten each window"),
    ("02.4", lambda X, k_h, k_w: rows_of_windows(X, k_h, k_w).flip(1), "read backwards"),
    ("02.4", column_by_column, "another order"),
    ("02.4", lambda X, k_h, k_w: X, "should have shape (4, 4)"),
    ("02.4", lambda X: X, "raised TypeError"),
    ("02.5", [[1, -1]], "Turn it"),
    ("02.5", [1, -1], "should be a matrix"),
    ("02.5", [[1], [1]], "flat parts"),
    ("02.5", [[1, 0], [0, -1]], "as well"),
    ("02.5", [[0], [0]], "sees nothing"),
    ("02.5", torch.ones(7, 1), "does not fit"),
    ("02.6", [[1, -1]], "every sign"),
    ("02.6", [[-1], [1]], "yours is 2×1"),
    ("02.6", [[2, 1]], "After the flip"),
    ("02.7", (2, 18, 49), "see 5×5"),
    ("02.7", (5, 45, 49), "adds 2 pixels"),
    ("02.7", (7, 63, 49), "see 15"),
    ("02.7", (3, 9, 49), "one layer"),
    ("02.7", (3, 30, 50), "biases"),
    ("02.7", (3, 81, 49), "Not 81"),
    ("02.7", (3, 27, 14), "not 14"),
    ("02.8", torch.zeros(2, 2), "a function"),
    ("02.8", lambda K: K, "still changes"),
    ("02.8", lambda K: K / K.abs().sum(), "still changes"),
    ("02.8", torch.zeros_like, "to everything else"),
    ("02.8", lambda K: (K - K.mean()) / K.std(), "otherwise than K"),
    ("02.8", lambda K: (K - K.mean()).flatten()[None], "should stay"),
    ("02.8", changes_its_argument, "changes the K"),
]


@pytest.mark.parametrize(("key", "answer"), [(key, a) for key, many in RIGHT.items() for a in many])
def test_right_answers_are_accepted(capsys, key, answer):
    assert say(capsys, key, answer).startswith(f"{key} right. ")


@pytest.mark.parametrize(("key", "answer", "words"), WRONG)
def test_wrong_answers_get_their_own_message(capsys, key, answer, words):
    said = say(capsys, key, answer)
    assert said.startswith(f"{key} not yet. ")
    assert words in said


@pytest.mark.parametrize("key", RIGHT)
def test_each_has_at_least_two_mistakes_told_apart(capsys, key):
    messages = {say(capsys, k, answer) for k, answer, _ in WRONG if k == key}
    assert len(messages) >= 2
    assert say(capsys, key, ...).startswith(f"{key} not answered yet")


def test_checking_leaves_the_random_state_alone(capsys):
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    for key, answers in RIGHT.items():
        say(capsys, key, answers[0])
    assert torch.rand(1).equal(expected)
