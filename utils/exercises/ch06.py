"""Checkers of chapter 06, pooling."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.exercises import Wrong, answers, exercise, same_tensor


def _two(answer: Any, what: str) -> tuple[Any, Any]:
    """Return the two parts of `answer`, or say what was asked for."""
    try:
        parts = tuple(answer)
    except TypeError:
        raise Wrong(f"the answer is a pair: {what}; got {answer!r}.") from None
    if isinstance(answer, str) or len(parts) != 2:
        raise Wrong(f"the answer is a pair: {what}; got {answer!r}.")
    return parts[0], parts[1]


def _matrix(X: Any) -> Tensor | None:
    """Return `X` as a float64 tensor, or None where it cannot be one."""
    try:
        return torch.as_tensor(X, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _same(got: Any, other: Tensor) -> bool:
    got = _matrix(got)
    return got is not None and got.shape == other.shape and torch.allclose(got, other.double())


@exercise("06.1")
def _average_kernel(answer: Any) -> str:
    function = answers.function(answer, "of (channels, k)")
    for channels, k in ((1, 2), (3, 2), (2, 3)):
        weight = function(channels, k)
        shape = (channels, channels, k, k)
        what = f"average_kernel({channels}, {k})"
        if isinstance(weight, Tensor) and weight.shape == (channels, 1, k, k) != shape:
            raise Wrong(
                f"{what} has the shape for groups={channels}. For groups=1 it is {shape}: say "
                "with zeros that the channels stay apart."
            )
        if _same(weight, torch.ones(shape)):
            raise Wrong(f"{what} is all ones, which adds up instead of averaging.")
        if channels > 1:
            constant = torch.ones(shape)
            if _same(weight, constant / k**2) or _same(weight, constant / (channels * k**2)):
                raise Wrong(
                    f"{what} is the same number everywhere, so that every output channel averages "
                    "all input channels. Pooling keeps channels apart."
                )
        eye = torch.eye(channels)[:, :, None, None].expand(shape)
        if _same(weight, eye / k):
            raise Wrong(f"a {k}×{k} window holds more than {k} numbers.")
        if _same(weight, eye):
            raise Wrong("that adds each window up. By what must the sum be divided?")
        same_tensor(weight, eye / k**2, what)
    return "A diagonal of constant kernels, at stride k."


@exercise("06.2")
def _counter_example(answer: Any) -> str:
    A, B = (_matrix(part) for part in _two(answer, "A and B, each 2×2"))
    if A is None or B is None or A.shape != (2, 2) or B.shape != (2, 2):
        raise Wrong("A and B are 2×2 matrices of numbers, as nested lists or tensors.")
    if not (torch.isfinite(A).all() and torch.isfinite(B).all()):
        raise Wrong("A and B hold finite numbers only.")
    if (A == 0).any() or (B == 0).any():
        raise Wrong("no zeros, please: the two dots of the text would be too short a way.")
    if torch.allclose(A.max() + B.max(), (A + B).max(), rtol=1e-9):
        raise Wrong(
            f"max(A) + max(B) = {A.max() + B.max():g} and max(A + B) + max(0) = {(A + B).max():g} "
            "agree, as they would for a convolution. Let the two disagree where the largest is."
        )
    return (
        f"{A.max():g} + {B.max():g} is not {(A + B).max():g} + 0, "
        "and for a convolution with a bias it would have to be."
    )


@exercise("06.3")
def _max_network(answer: Any) -> str:
    function = answers.function(answer, "of k that returns an nn.Sequential")
    if isinstance(answer, nn.Module):
        raise Wrong("that is a network; the answer is a function that takes k and makes one.")
    said = []
    for k in (2, 3):
        network = function(k)
        if not isinstance(network, nn.Module):
            raise Wrong(f"max_network({k}) should return an nn.Sequential; got {network!r:.60}.")
        layers = [m for m in network.modules() if not isinstance(m, nn.Sequential)]
        strangers = [m for m in layers if type(m) not in (nn.Conv2d, nn.ReLU)]
        if strangers:
            name = type(strangers[0]).__name__
            raise Wrong(f"only nn.Sequential, nn.Conv2d and nn.ReLU, please; there is a {name}.")
        _judge(network, layers, k)
        relus = sum(isinstance(layer, nn.ReLU) for layer in layers)
        widest = max(layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d))
        weights = sum(p.numel() for p in network.parameters())
        said.append(f"{k}×{k} takes {relus} ReLU layers, {widest} channels, {weights} weights")
    return f"Yours for {'; for '.join(said)}."


def _judge(network: nn.Module, layers: list[nn.Module], k: int) -> None:
    """Raise `Wrong` unless the network is max pooling of k×k at stride 1."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randint(-9, 10, (1, 1, 7, 8), generator=generator).float()
    want = F.max_pool2d(X, k, stride=1)
    with torch.no_grad():
        got = network(X)
        if got.shape != want.shape:
            raise Wrong(
                f"max_network({k}) turns {tuple(X.shape)} into {tuple(got.shape)}; max pooling at "
                f"stride 1 gives {tuple(want.shape)}."
            )
        if torch.allclose(got, want, atol=1e-3):
            X = X * 1000
            if not torch.allclose(network(X), want * 1000, atol=1):
                raise Wrong(
                    f"max_network({k}) is right for small numbers only: a bias lifts them above "
                    "zero, and large negative ones do not reach it. Carry a on two channels."
                )
            return
        if not torch.allclose(network(0 * X), 0 * want, atol=1e-3):
            raise Wrong(
                f"max_network({k}) of a black picture is not black. nn.Conv2d starts with random "
                "biases: use bias=False, or set them to zero."
            )
        if layers and isinstance(layers[-1], nn.ReLU):
            raise Wrong("the last layer is a ReLU, so nothing negative can come out. End without.")
        if torch.allclose(network(X.abs()), F.max_pool2d(X.abs(), k, stride=1), atol=1e-3):
            raise Wrong(
                f"max_network({k}) is right where nothing is negative, but a negative number does "
                "not pass a ReLU. Send it through with its sign turned, on a channel of its own."
            )
        if torch.allclose(got, -F.max_pool2d(-X, k, stride=1), atol=1e-3):
            raise Wrong("that is the smallest number of each window; look at the signs.")
        if k == 3 and torch.allclose(network(X), _corner_maxima(X), atol=1e-3):
            raise Wrong("for k = 3 you take the largest of a 2×2 corner; three need two stages.")
    same_tensor(got[0, 0], want[0, 0], f"max_network({k}) of a 7×8 picture")


def _corner_maxima(X: Tensor) -> Tensor:
    """Return 2×2 maxima, cut to the shape that 3×3 ones have."""
    return F.max_pool2d(X, 2, stride=1)[..., :-1, :-1]


@exercise("06.4")
def _cost(answer: Any) -> str:
    comparisons, multiply_adds = answers.integers(answer, 2, "Comparisons and multiply-adds")
    windows, convolution = 64 * 56 * 56, 64 * 112 * 112 * 3 * 49
    if comparisons == windows * 9:
        raise Wrong("nine numbers, but how many comparisons? The first is compared with nothing.")
    if comparisons == 64 * 112 * 112 * 8:
        raise Wrong("that is stride 1: at stride 2 there are 56·56 windows in each channel.")
    if comparisons == windows * 8 * 64 or comparisons == 56 * 56 * 8:
        raise Wrong("each of the 64 channels is pooled once, on its own.")
    if comparisons == windows * 4:
        raise Wrong(
            "rows, then columns: a good thought for stride 1. The question searches each window."
        )
    if comparisons != windows * 8:
        raise Wrong(f"comparisons: windows of all channels times comparisons in one. {windows} ·?")
    if multiply_adds == 64 * 112 * 112 * 49:
        raise Wrong("the comparisons are right. The convolution adds up three input channels.")
    if multiply_adds == 2 * convolution:
        raise Wrong("the comparisons are right. One multiply-add counts as one here.")
    if multiply_adds != convolution:
        raise Wrong("the comparisons are right. Multiply-adds: outputs times numbers in a window.")
    return "One comparison for every 73 multiply-adds."


@exercise("06.5")
def _which(answer: Any) -> str:
    first, second = _two(answer, "'max' or 'avg' for (a) and for (b)")
    if first not in ("max", "avg") or second not in ("max", "avg"):
        raise Wrong(f"each is 'max' or 'avg'; got {answer!r}.")
    if (first, second) == ("max", "avg"):
        return "The maximum finds what is rare, the average what is everywhere."
    if (first, second) == ("avg", "max"):
        raise Wrong("the other way round. In (a) the mean rises by 3/16; what is its spread?")
    if first == "avg":
        raise Wrong("(b) is right. In (a) fifteen noises are averaged in with one signal.")
    raise Wrong("(a) is right. In (b) the largest throws away what fifteen detectors say.")


@exercise("06.6")
def _min_pool(answer: Any) -> str:
    function = answers.function(answer, "of (X, k)")
    generator = torch.Generator().manual_seed(0)
    for shape, k in (((4, 6), 2), ((6, 6), 3), ((7, 5), 2)):
        X = torch.randint(-9, 10, shape, generator=generator).float()
        got, most = function(X, k), F.max_pool2d(X[None], k)[0]
        if _same(got, most):
            raise Wrong("that is the maximum itself.")
        if _same(got, -most):
            raise Wrong("the sign is turned behind the maximum, but not before it.")
        if _same(got, F.max_pool2d(-X[None], k)[0]):
            raise Wrong("the sign is turned before the maximum. Turn it back behind.")
        if _same(got, -F.max_pool2d(-X[None], k, stride=1)[0]):
            raise Wrong("your windows slide by 1; these stand side by side.")
        same_tensor(got, -F.max_pool2d(-X[None], k)[0], f"min_pool of a {shape} matrix, k = {k}")
    return "min(a, b) = −max(−a, −b)."


@exercise("06.7")
def _softmax_pool(answer: Any) -> str:
    function = answers.function(answer, "of (X, k, beta)")
    generator = torch.Generator().manual_seed(0)
    for shape, k, beta in (((4, 6), 2, 1.0), ((6, 6), 3, -0.5), ((4, 4), 2, 0.0)):
        X = torch.randint(-4, 5, shape, generator=generator).float()
        windows = X.unfold(0, k, k).unfold(1, k, k).flatten(2)
        weights = torch.softmax(beta * windows, dim=2)
        got = function(X, k, beta)
        if _same(got, torch.ones(weights.shape[:2])):
            raise Wrong("you add up the weights alone, which gives 1. Each weighs its number.")
        if _same(got, (torch.softmax(windows, dim=2) * windows).sum(2)) and beta != 1:
            raise Wrong("right for β = 1, but β is not used.")
        if _same(got, torch.logsumexp(beta * windows, dim=2)) or (
            beta and _same(got, torch.logsumexp(beta * windows, dim=2) / beta)
        ):
            raise Wrong("that is the logarithm of a sum of exponentials, a relative. Here: Σ p x.")
        whole = torch.softmax(beta * X.flatten(), 0).reshape(X.shape) * X
        if _same(got, whole.unfold(0, k, k).unfold(1, k, k).flatten(2).sum(2)):
            raise Wrong("your weights sum to 1 over all of X. They should in each window.")
        if _same(got, (weights * windows).mean(2)):
            raise Wrong("the weights sum to 1 already: add up, and divide by nothing.")
        want = (weights * windows).sum(2)
        same_tensor(got, want, f"softmax_pool of a {shape} matrix, k = {k}, β = {beta:g}")
    return "The mean at β = 0, on its way to the maximum as β grows."


@exercise("06.8")
def _dot(answer: Any) -> str:
    parts = _two(answer, "two chances")
    right, diagonal = (answers.number(part, "two numbers between 0 and 1") for part in parts)

    def near(a: float, b: float) -> bool:
        return math.isclose(a, b, abs_tol=0.005)

    if near(right, 1 / 3):
        raise Wrong("1/3 is the chance that the dot leaves its window.")
    if near(right, 1 / 2):
        raise Wrong("half of the time is for windows of 2. These have three columns.")
    if not near(right, 2 / 3):
        raise Wrong("count the columns of a window from which a step right does not lead out.")
    if near(diagonal, 4 / 9):
        return "Two places of three in each direction."
    if near(diagonal, 2 / 3):
        raise Wrong("to the right is right. The step down may lead out as well.")
    if near(diagonal, 1 / 3) or near(diagonal, 1 / 9):
        raise Wrong("to the right is right. Both must go well: 2 of 3 rows and 2 of 3 columns.")
    raise Wrong("to the right is right. Count the places of the 3×3 window from which it stays.")


_WHY = {
    "A": "ReLU never turns the order of two numbers round.",
    "B": "a bias moves all numbers of a channel alike.",
    "C": "of −3 and 2 the larger is 2, but of their squares it is 9.",
    "D": "the sigmoid rises everywhere.",
    "E": "a negative factor makes the smallest the largest.",
    "F": "with positive scales it is a factor above 0 and a bias.",
    "G": "a convolution mixes neighbours before they are compared.",
}


@exercise("06.9")
def _places(answer: Any) -> str:
    if not isinstance(answer, str):
        raise Wrong(f"the answer is a string of letters, such as 'AC'; got {answer!r}.")
    given = {letter for letter in answer.upper() if not letter.isspace() and letter != ","}
    if not given or given - _WHY.keys():
        raise Wrong(f"letters A to G; got {answer!r}.")
    for letter in sorted(given - set("ABDF")):
        raise Wrong(f"{letter} does not belong: {_WHY[letter]}")
    for letter in sorted(set("ABDF") - given):
        raise Wrong(f"right as far as it goes, but {letter} is missing: {_WHY[letter]}")
    return "They act on each number alone and keep the order."
