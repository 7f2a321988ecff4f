"""The checkers of chapter 05 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks
from scipy import signal


def compose(K1, K2):
    return torch.from_numpy(signal.convolve2d(K1.numpy(), K2.numpy()))


def compose_by_loops(K1, K2):
    L = torch.zeros(K1.shape[0] + K2.shape[0] - 1, K1.shape[1] + K2.shape[1] - 1)
    for u in range(K1.shape[0]):
        for v in range(K1.shape[1]):
            L[u : u + K2.shape[0], v : v + K2.shape[1]] += K1[u, v] * K2
    return L


def bill(c_i, n_h, n_w, c_o, k_h, k_w, p, s):
    """By PyTorch's shapes, not by the formula."""
    x, K = torch.empty(1, c_i, n_h, n_w), torch.empty(c_o, c_i, k_h, k_w)
    y = F.conv2d(x, K, padding=p, stride=s)
    products = y.numel() * K[0].numel()
    memory = x.numel() + K.numel() + c_o + y.numel()
    return products, products, memory, memory, 2 * products


def outputs(c_i, n_h, n_w, c_o, k_h, k_w, p, s):
    x, K = torch.empty(1, c_i, n_h, n_w), torch.empty(c_o, c_i, k_h, k_w)
    return F.conv2d(x, K, padding=p, stride=s).numel()


def replaced(index, change):
    """The right bill with entry `index` replaced by change(entry, *case)."""

    def wrong(*case):
        answer = list(bill(*case))
        answer[index] = change(answer[index], *case)
        return answer

    return wrong


def pairs_of_biases(_, c_i, n_h, n_w, c_o, k_h, k_w, p, s):
    places = outputs(c_i, n_h, n_w, c_o, k_h, k_w, p, s) // c_o
    return places * c_o * c_i * (k_h * k_w + 1)


def padded_once(_, c_i, n_h, n_w, c_o, k_h, k_w, p, s):
    o_h, o_w = (n_h + p[0] - k_h) // s[0] + 1, (n_w + p[1] - k_w) // s[1] + 1
    return o_h * o_w * c_o * c_i * k_h * k_w


def not_rounded(_, c_i, n_h, n_w, c_o, k_h, k_w, p, s):
    o_h, o_w = (n_h + 2 * p[0] - k_h) / s[0] + 1, (n_w + 2 * p[1] - k_w) / s[1] + 1
    return o_h * o_w * c_o * c_i * k_h * k_w


def opponent(red, green, blue):
    return torch.tensor([[[red], [green], [blue]]], dtype=torch.float32)


def reorder(W1, b1, W2, order):
    return W1[order], b1[order], W2[:, order]


def back(W1, b1, W2, order):
    return reorder(W1, b1, W2, order.argsort())


RIGHT = {
    "05.ap": [81, 81.0, np.int64(81)],
    "05.bp": [76],
    "05.cp": [("blue, not red", "red, not cyan")],
    "05.1a": [
        compose,
        compose_by_loops,
        lambda a, b: compose_by_loops(b, a),
        lambda a, b: compose(a, b)[None, None],
    ],
    "05.1b": [
        [1, 0, 1],
        (-1, 0, -1),
        (1e200, 1e200, 1e200),
        (1e-200, 0, 1e-200),
        (1, 2, 1.00001),
    ],
    "05.2": [bill],
    "05.3": [(4, (58 / 56) ** 2), (4, 1.073), (4, 1.07)],
    "05.4": [lambda k, d: (k + d) / (d + 1), lambda k, d: 1 + (k - 1) / (1 + d)],
    "05.5": [(1, 0.5, 4)],
    "05.6": [(0, 5), (1e-7, 4.999999)],
    "05.7": [
        opponent([1, -1], [0, 0], [-1, 1]),
        opponent([1, 0, -1], [-1, 0, 1], [0, 0, 0]),
        opponent([1, -1], [1, -1], [-2, 2]),
    ],
    "05.8": [reorder, lambda W1, b1, W2, order: list(reorder(W1, b1, W2, order.tolist()))],
}

WRONG = {
    "05.ap": [
        (9, "one plane"),
        (27, "makes three"),
        (84, "no biases"),
        (3, "zeros are weights"),
        (80, "each output plane"),
        (0.5, "a whole number"),
    ],
    "05.bp": [
        (57, "multiplied by a pixel"),
        (64, "Both planes"),
        (20, "exceeds 56"),
        (75, "0, 1, 3, 4"),
    ],
    "05.cp": [
        (("edges", "red, not cyan"), "The sky: it is nearly flat"),
        (("yellow, not blue", "red, not cyan"), "The sky: it is brightest in the blue"),
        (("blue, not red", "edges"), "The cheek: it is nearly flat"),
        (("blue, not red", "blue, not red"), "brightest in the red"),
        (("blue, not red", "yellow, not blue"), "close, but orange"),
    ],
    "05.1a": [
        (lambda a, b: compose(a, b.flip(0, 1)), "turned by 180°"),
        (lambda a, b: compose(a.flip(0, 1), b), "turned by 180°"),
        (lambda a, b: compose(a, b).flip(0, 1), "true convolutions need"),
        (lambda a, b: a, "k1 + k2 − 1"),
        (lambda a, b: compose(a, b) + 1, "differs first"),
        (lambda a, b: "no", "should"),
        (torch.ones(2, 2), "a function"),
    ],
    "05.1b": [
        ([1, 2, 1], "[−r, 1]"),
        ([1, 0, -1], "[−r, 1]"),
        ([1, 1e20, 1], "[−r, 1]"),
        ([1, 2, 0], "[1, 0]"),
        ([0, 1, 2], "[0, 1]"),
        ([0, 0, 0], "anything else"),
        ([1, 1], "got 2"),
        ("101", "3 numbers"),
        ([1e300, 0, -1e-300], "[−r, 1]"),
        ([1, 0, float("inf")], "3 numbers"),
    ],
    "05.2": [
        (replaced(0, pairs_of_biases), "multiply nothing"),
        (replaced(0, padded_once), "on each side"),
        (replaced(0, not_rounded), "Round"),
        (replaced(0, lambda m, *case: 2 * m), "alone"),
        (replaced(0, lambda m, *case: m + 7), "The output there is"),
        (replaced(1, lambda a, *case: a - outputs(*case)), "without bias"),
        (replaced(1, lambda a, *case: a + outputs(*case)), "not m + 1"),
        (replaced(1, lambda a, *case: a + 3), "Additions for"),
        (replaced(2, lambda a, *case: a - case[3] + case[3] * case[0]), "not for each pair"),
        (replaced(3, lambda a, *case: a - case[3]), "biases are missing"),
        (replaced(2, lambda a, *case: a - outputs(*case)), "output is missing"),
        (replaced(3, lambda a, *case: 3 * a), "Numbers that backward adds"),
        (replaced(4, lambda a, *case: a // 2), "each of them"),
        (replaced(4, lambda a, *case: 3 * a), "how many times"),
        (lambda *case: (1, 2), "got 2"),
        ((96, 96, 45, 45, 192), "a function"),
    ],
    "05.3": [
        ((2, 1.073), "both double"),
        ((8, 1.073), "six factors"),
        ((4, 58 / 56), "two axes"),
        ((4, (60 / 56) ** 2), "58×58"),
        ((4, 1.04), "two axes"),
        ((4, 1.08), "padding 1 and for padding 2"),
        ((4, 1), "the output grows"),
        ((4, 4), "padding 1 and for padding 2"),
        (4, "2 numbers"),
    ],
    "05.4": [
        (lambda k, d: (k + d) / max(d, 1) if d else k, "One more than Δ"),
        (lambda k, d: (k + d) / d, "One more than Δ"),
        (lambda k, d: k + d, "height of a strip"),
        (lambda k, d: (d + 1) / (k + d), "Upside down"),
        (lambda k, d: 1, "how many does"),
        (lambda k, d: "k", "a number"),
        (3, "a function"),
    ],
    "05.5": [
        ((1, 0.5, 2), "both c double"),
        ((1, 0.5, 1), "128·128·9"),
        ((1, 1, 4), "quarter of the places"),
        ((1, 2, 4), "128·28·28"),
        ((0.5, 0.5, 4), "twice the channels"),
        ((2, 0.5, 4), "weights times places"),
        ("1", "3 numbers"),
    ],
    "05.6": [
        ((0, 0), "y + 5"),
        ((5, 5), "moved as well"),
        ((1, 5), "What is y − mean"),
        ((0, 1), "what does their mean do"),
        ((0.1, 5), "What is y − mean"),
        (0, "2 numbers"),
    ],
    "05.7": [
        (opponent([1, -1], [1, -1], [1, -1]), "answers to a grey picture"),
        (opponent([1], [0], [-1]), "one colour"),
        (opponent([0, 0], [0, 0], [0, 0]), "silent at the border"),
        (torch.zeros(3, 1, 1, 2), "(1, 3, k_h, k_w)"),
        ("red", "nested lists"),
    ],
    "05.8": [
        (lambda W1, b1, W2, order: (W1[order], b1[order], W2[order]), "outputs of the network"),
        (lambda W1, b1, W2, order: (W1[order], b1[order], W2), "old order"),
        (lambda W1, b1, W2, order: (W1[order], b1, W2[:, order]), "move with them"),
        (back, "opposite order"),
        (
            lambda W1, b1, W2, order: (W1[order.argsort()], b1[order], W2[:, order]),
            "channel m of the new",
        ),
        (lambda W1, b1, W2, order: (W1, b1[order], W2[:, order]), "The new W1"),
        (lambda W1, b1, W2, order: W1[order], "three tensors"),
        ("order", "a function"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
