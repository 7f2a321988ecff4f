"""The checkers of chapter 06 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks
from scipy import signal

from utils import functional
from utils.data import photograph
from utils.exercises import verdict


def places(X, W):
    return X.shape[1] - W.shape[2] + 1, X.shape[2] - W.shape[3] + 1


def by_unfold(X, W):
    columns = F.unfold(X[None], W.shape[2:])[0]
    return (W.flatten(1) @ columns).reshape(len(W), *places(X, W))


def by_rows(X, W):
    windows = X.unfold(1, W.shape[2], 1).unfold(2, W.shape[3], 1)
    rows = windows.permute(1, 2, 0, 3, 4).flatten(2).flatten(0, 1)
    return (rows @ W.flatten(1).T).T.reshape(len(W), *places(X, W))


def not_transposed(X, W):
    columns = F.unfold(X[None], W.shape[2:])[0]
    return (columns.T @ W.flatten(1).T).reshape(len(W), *places(X, W))


def channels_last(X, W):
    windows = X.unfold(1, W.shape[2], 1).unfold(2, W.shape[3], 1)
    columns = windows.permute(3, 4, 0, 1, 2).reshape(W[0].numel(), -1)
    return (W.flatten(1) @ columns).reshape(len(W), *places(X, W))


def by_einsum(X, W):
    windows = X.unfold(1, W.shape[2], 1).unfold(2, W.shape[3], 1)
    return torch.einsum("oiab,ijkab->ojk", W, windows)


def in_numpy(X, W):
    o_h, o_w = places(X, W)
    X, (c_o, _, k_h, k_w) = X.numpy(), W.shape
    columns = np.stack(
        [X[:, a : a + o_h, b : b + o_w] for a in range(k_h) for b in range(k_w)], axis=1
    ).reshape(-1, o_h * o_w)
    return (W.numpy().reshape(c_o, -1) @ columns).reshape(c_o, o_h, o_w)


def by_scipy(X, W):
    planes = [[signal.correlate2d(x, w, "valid") for x, w in zip(X, K, strict=True)] for K in W]
    return torch.tensor(np.array(planes)).sum(1)


def tap_by_tap(X, W):
    """A sum of k·k products, one for each tap."""
    o_h, o_w = places(X, W)
    return sum(
        (W[:, :, a, b] @ X[:, a : a + o_h, b : b + o_w].flatten(1)).reshape(-1, o_h, o_w)
        for a in range(W.shape[2])
        for b in range(W.shape[3])
    )


def entry_by_entry(X, W):
    windows = X.unfold(1, W.shape[2], 1).unfold(2, W.shape[3], 1)
    return (W[:, :, None, None] * windows).sum((1, 4, 5))


def principal(X, scale=(1.0, 1.0, 1.0)):
    covariance = torch.cov(X.flatten(1).double())
    return torch.tensor(scale).double()[:, None] * torch.linalg.eigh(covariance)[1].T


def whitened_and_turned(X):
    variances, vectors = torch.linalg.eigh(torch.cov(X.flatten(1).double()))
    turn = torch.tensor([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]]).double()
    return turn @ torch.diag(variances**-0.5) @ vectors.T


OPPONENT = [[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]

RIGHT = {
    "06.ap": ["A", ["a"]],
    "06.bp": [17, 16.9, 1179648 / 69632],
    "06.cp": [36],
    "06.1": ["ABD"],
    "06.2": [by_unfold, by_rows, by_einsum, in_numpy],
    "06.3": [(4, 64, 64, 256)],
    "06.4": [205],
    "06.5": [0.25],
    "06.6": [
        principal,
        lambda X: principal(X.float(), (1.0, -3.0, 0.5)).tolist(),
        lambda X: principal(X)[:, :, None, None],
        whitened_and_turned,
        lambda X: np.linalg.inv(np.linalg.cholesky(np.cov(X.flatten(1)))),
    ],
}

WRONG = {
    "06.ap": [("B", "only one of its planes"), ("AB", "one of the two"), (3, "a string")],
    "06.bp": [
        (4, "two of the factors"),
        (16, "what the 3×3 layer saves"),
        (18, "right for the two"),
        (9, "Two layers of"),
        (float("nan"), "a factor"),
    ],
    "06.cp": [
        (16, "More"),
        (53, "Not all"),
        (37, "Two in each"),
        (32, "Four more"),
        (54, "in all"),
        (-1, "in all"),
        (0.5, "a whole number"),
    ],
    "06.1": [
        ("AB", "D belongs"),
        ("BD", "A belongs"),
        ("AD", "B belongs"),
        ("ABCD", "C does not"),
        ("ABDE", "E does not"),
        ("", "A to E; got none"),
        ("C", "C does not"),
        ("ABF", "A to E; got F"),
        (3, "a string"),
    ],
    "06.2": [
        (lambda X, W: F.conv2d(X, W), "conv2d is a convolution"),
        (lambda X, W: functional.conv2d(X[None], W)[0], "conv2d is a convolution"),
        (by_scipy, "correlate2d is a convolution"),
        (tap_by_tap, "with 6 products"),
        (entry_by_entry, "without a product"),
        (not_transposed, "wrong channels"),
        (channels_last, "different orders"),
        (lambda X, W: by_unfold(X, W.flip(2, 3)), "flipped"),
        (lambda X, W: by_unfold(X, W).flatten(1), "rows and columns"),
        (lambda X, W: by_unfold(X, W) + 1, "differs first"),
        (torch.ones(3), "a function"),
    ],
    "06.3": [
        ((16, 64, 64, 256), "sixteenth"),
        ((2, 64, 64, 256), "4·64·64"),
        ((0.25, 64, 64, 256), "what is left"),
        ((4, 256, 64, 256), "one row"),
        ((4, 64, 256, 256), "fill up"),
        ((4, 64, 128, 256), "same block"),
        ((4, 64, 16, 256), "follow one output"),
        ((4, 64, 64, 64), "from each block"),
        ((4, 64, 64, 128), "all four blocks"),
        ((4, 64), "got 2"),
        ("4", "4 numbers"),
    ],
    "06.4": [
        (128, "Go on up"),
        (256, "the two 1×1 layers"),
        (229, "one 1×1 layer"),
        (228, "more than"),
        (206, "more than"),
        (204, "there is room"),
        (0, "one channel at least"),
        (-1000, "one channel at least"),
        (205.4, "a whole number"),
        (True, "a whole number"),
    ],
    "06.5": [
        (0.5, "of their pixels"),
        (0.75, "not read"),
        (1, "a 1×1 sees only one"),
        (0.1, "4×4"),
        ("a quarter", "one number"),
    ],
    "06.6": [
        (lambda X: principal(X).T, "The transpose"),
        (lambda X: torch.eye(3), "0.88"),
        (lambda X: OPPONENT, "correlation of 0.9"),
        (lambda X: torch.ones(3, 3), "can't be undone"),
        (lambda X: torch.ones(2, 3), "3×3"),
        (lambda X: principal(photograph(120, color=True)), "not for another picture"),
        (principal(photograph(120, color=True)), "a function"),
    ],
}


def test_what_numpy_multiplies_is_not_praised_unseen():
    assert "can't be seen" in verdict("06.2", in_numpy).message
    assert "one matrix product" in verdict("06.2", by_rows).message


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
