"""The checkers of chapter 07 accept what is right and tell typical mistakes apart."""

import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks
from torch import nn

from utils.exercises import verdict


def average_kernel(channels, k):
    weight = torch.zeros(channels, channels, k, k)
    for channel in range(channels):
        weight[channel, channel] = 1 / k**2
    return weight


def layer(weight, bias=None):
    """A Conv2d that holds these weights."""
    weight = torch.tensor(weight)
    made = nn.Conv2d(*weight.shape[1::-1], weight.shape[2:], bias=bias is not None)
    made.weight = nn.Parameter(weight)
    if bias is not None:
        made.bias = nn.Parameter(torch.tensor(bias))
    return made


def max_network(k, sign=1.0, lift=None):
    """Three channels; with `lift` two, of which one is lifted above zero by a bias."""
    carry = [[1.0, 0.0], [-1.0, 0.0]] if lift is None else [[1.0, 0.0]]
    pair, readout = [[-1.0, 1.0], *carry], [1.0, 1.0, -1.0][: 1 + len(carry)]
    layers = []
    for number in range(2 * (k - 1)):
        down = number >= k - 1
        weight = [
            [[[r * v] for v in row] if down else [[r * v for v in row]]
             for r in ([sign] if number == 0 else readout)]
            for row in pair
        ]  # fmt: skip
        # What one stage lifts, the next sees; only relu(a + lift) carries it, with weight 1.
        bias = None if lift is None else [0.0, lift if number == 0 else 0.0]
        layers += [layer(weight, bias), nn.ReLU()]
    layers.append(
        layer([[[[sign * r]] for r in readout]], None if lift is None else [-lift * sign])
    )
    return nn.Sequential(*layers)


def random_biases(k):
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, k), nn.ReLU(), nn.Conv2d(3, 1, 1))


def positive_only(k):
    return max_network(k, lift=0.0)


def ends_in_relu(k):
    return nn.Sequential(max_network(k), nn.ReLU())


def two_for_three(k):
    crop = [[[[1.0, 0.0], [0.0, 0.0]]]]
    return max_network(2) if k == 2 else nn.Sequential(max_network(2), layer(crop))


class Disguised(nn.Sequential):
    """Looks like a sequence of layers, and pools."""

    def __init__(self, k):
        super().__init__(nn.Conv2d(1, 1, k, bias=False), nn.ReLU())
        self.k = k

    def forward(self, X):
        return F.max_pool2d(X, self.k, stride=1)


def average_network(k):
    return nn.Sequential(layer(torch.full((1, 1, k, k), 1 / k**2).tolist()))


def min_pool(X, k):
    return -F.max_pool2d(-X[None], k)[0]


def min_pool_by_loops(X, k):
    rows, columns = X.shape[0] // k, X.shape[1] // k
    return [
        [X[i * k : (i + 1) * k, j * k : (j + 1) * k].min() for j in range(columns)]
        for i in range(rows)
    ]


def softmax_pool(X, k, beta):
    rows, columns = X.shape[0] // k, X.shape[1] // k
    Y = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = X[i * k : (i + 1) * k, j * k : (j + 1) * k].flatten()
            weights = (beta * window).exp()
            Y[i, j] = (weights * window).sum() / weights.sum()
    return Y


def windows(X, k):
    return X.unfold(0, k, k).unfold(1, k, k).flatten(2)


def over_all(X, k, beta):
    weights = torch.softmax(beta * X.flatten(), 0).reshape(X.shape)
    return windows(weights * X, k).sum(2)


RIGHT = {
    "07.1": [average_kernel],
    "07.2": [
        ([[2, 1], [1, 1]], [[1, 1], [1, 2]]),
        ([[-1, -2], [-3, -4]], [[-4, -3], [-2, -1]]),
        ([[2e-9, 1e-9], [1e-9, 1e-9]], [[1e-9, 1e-9], [1e-9, 2e-9]]),
    ],
    "07.3": [max_network],
    "07.4": [(1_605_632, 118_013_952)],
    "07.5": [("max", "avg")],
    "07.6": [min_pool, lambda X, k: windows(X, k).amin(2), lambda X, k: min_pool(X, k)[None]],
    "07.7": [softmax_pool, lambda X, k, beta: softmax_pool(X, k, beta)[None, None]],
    "07.ap": [("mean", "largest", "first"), ["Mean", "largest", "first"]],
    "07.bp": [(1, 4)],
    "07.cp": ["ABDF", "A, B, D and F"],
}

WRONG = {
    "07.1": [
        (lambda c, k: torch.full((c, 1, k, k), 1 / k**2), "for groups=3"),
        (lambda c, k: torch.ones(c, c, k, k), "adds up instead"),
        (lambda c, k: torch.full((c, c, k, k), 1 / k**2), "keeps channels apart"),
        (lambda c, k: torch.full((c, c, k, k), 1 / (c * k**2)), "keeps channels apart"),
        (lambda c, k: average_kernel(c, k) * k, "more than"),
        (lambda c, k: average_kernel(c, k) * k**2 if c > 1 else average_kernel(c, k), "divided"),
        (lambda c, k: torch.zeros(c, c, k, k), "differs first"),
        (lambda c, k: torch.zeros(c, k, k), "should have shape"),
        (torch.ones(2), "is a function"),
    ],
    "07.2": [
        (([[1, 0], [0, 0]], [[0, 0], [0, 1]]), "No zeros"),
        (([[2, 1], [1, 1]], [[2, 1], [1, 1]]), "agree"),
        (([[1, 2]], [[2, 1]]), "2×2 matrices"),
        (([[1, 2], [3, float("inf")]], [[1, 2], [3, 4]]), "holds inf"),
        (("a", "b"), "each 2×2"),
        (([[1, 2], [3, 4]],), "a pair"),
        (7, "a pair"),
    ],
    "07.3": [
        (lambda k: nn.Sequential(nn.MaxPool2d(k, 1)), "there is a MaxPool2d"),
        (lambda k: nn.Sequential(nn.Conv2d(1, 3, k), nn.Tanh()), "there is a Tanh"),
        (random_biases, "random biases"),
        (ends_in_relu, "End without"),
        (positive_only, "does not pass a ReLU"),
        (lambda k: max_network(k, lift=50.0), "small numbers only"),
        (lambda k: max_network(k, lift=3e4), "small numbers only"),
        (lambda k: max_network(k, lift=1e12), "max_network"),
        (Disguised, "there is a Disguised"),
        (lambda k: max_network(k, sign=-1.0), "the smallest"),
        (two_for_three, "three need two stages"),
        (lambda k: nn.Sequential(nn.Conv2d(1, 1, k, padding=1)), "turns (1, 1, 7, 8) into"),
        (average_network, "differs first"),
        (max_network(2), "a network; the answer is a function"),
        (lambda k: None, "should return an nn.Sequential"),
        ("relu", "is a function"),
    ],
    "07.4": [
        ((64 * 56 * 56 * 9, 118_013_952), "compared with nothing"),
        ((64 * 112 * 112 * 8, 118_013_952), "That is stride 1"),
        ((56 * 56 * 8, 118_013_952), "on its own"),
        ((64 * 56 * 56 * 4, 118_013_952), "Rows, then columns"),
        ((7, 118_013_952), "windows of all channels"),
        ((1_605_632, 64 * 112 * 112 * 49), "three input channels"),
        ((1_605_632, 2 * 118_013_952), "counts as one"),
        ((1_605_632, 7), "outputs times"),
        ((1.5, 2), "2 whole numbers"),
        (1_605_632, "2 whole numbers"),
    ],
    "07.5": [
        (("avg", "max"), "other way round"),
        (("avg", "avg"), "(b) is right"),
        (("max", "max"), "(a) is right"),
        (("max", "mean"), "Each is"),
        ("max", "2 words"),
    ],
    "07.6": [
        (lambda X, k: F.max_pool2d(X[None], k)[0], "the maximum itself"),
        (lambda X, k: -F.max_pool2d(X[None], k)[0], "not before it"),
        (lambda X, k: F.max_pool2d(-X[None], k)[0], "back behind"),
        (lambda X, k: -F.max_pool2d(-X[None], k, stride=1)[0], "slide by 1"),
        (lambda X, k: F.avg_pool2d(X[None], k)[0], "differs first"),
        (min_pool_by_loops, "grows with the picture"),
        (3, "a function"),
    ],
    "07.7": [
        (lambda X, k, beta: torch.softmax(beta * windows(X, k), 2).sum(2), "the weights alone"),
        (lambda X, k, beta: softmax_pool(X, k, 1), "β is not used"),
        (lambda X, k, beta: torch.logsumexp(beta * windows(X, k), 2), "logarithm"),
        (over_all, "in each window"),
        (lambda X, k, beta: softmax_pool(X, k, beta) / k**2, "divide by nothing"),
        (lambda X, k, beta: softmax_pool(X, k, beta) + 1, "differs first"),
        (lambda X, k: X, "TypeError"),
    ],
    "07.ap": [
        (("largest", "mean", "first"), "as bright"),
        (("first", "largest", "mean"), "smoother"),
        (("mean", "largest", "mean"), "different ones"),
        ("mean", "3 words"),
    ],
    "07.bp": [
        ((4, 8), "only if they share"),
        ((2, 4), "side by side"),
        ((1, 8), "nothing reads"),
        ((1, 5), "at the upper left"),
        (4, "2 whole numbers"),
    ],
    "07.cp": [
        ("ABCDF", "C does not belong"),
        ("ABDEF", "E does not belong"),
        ("ABDFG", "G does not belong"),
        ("ABD", "F is missing"),
        ("AXE", "A to G; got X"),
        ("", "A to G; got none"),
        (["A", 2], "a string"),
    ],
}


def test_layers_channels_and_weights_are_counted():
    said = verdict("07.3", max_network).message
    assert "2×2 takes 2 ReLU layers, 3 channels, 27 weights" in said
    assert "3×3 takes 4 ReLU layers, 3 channels, 63 weights" in said


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
