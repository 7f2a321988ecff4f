"""Checkers of chapter 07, pooling."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.exercises import Wrong, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integers,
    Letters,
    Parts,
    Words,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise("07.1", Function("average_kernel(channels, k)", Array("the weight")))
def _average_kernel(function: Call) -> str:
    for channels, k in ((1, 2), (3, 2), (2, 3)):
        weight = function(channels, k)
        shape = (channels, channels, k, k)
        what = f"average_kernel({channels}, {k})"
        if weight.shape == (channels, 1, k, k) != shape:
            raise Wrong(
                f"{what} has the shape for groups={channels}. For groups=1 it is {shape}: say "
                "with zeros that the channels stay apart."
            )
        if agree(weight, torch.ones(shape)):
            raise Wrong(f"{what} is all ones, which adds up instead of averaging.")
        if channels > 1:
            constant = torch.ones(shape)
            if agree(weight, constant / k**2) or agree(weight, constant / (channels * k**2)):
                raise Wrong(
                    f"{what} is the same number everywhere, so that every output channel averages "
                    "all input channels. Pooling keeps channels apart."
                )
        eye = torch.eye(channels)[:, :, None, None].expand(shape)
        if agree(weight, eye / k):
            raise Wrong(f"A {k}×{k} window holds more than {k} numbers.")
        if agree(weight, eye):
            raise Wrong("That adds each window up. By what must the sum be divided?")
        same(weight, eye / k**2, what)
    return "A diagonal of constant kernels, at stride k."


@exercise(
    "07.2",
    Parts("a pair, P and Q, each 2×2", Array("P"), Array("Q")),
    Page(
        known=(([[2, 1], [1, 1]], [[1, 2], [1, 1]]),),
        labels=("P", "Q"),
        shape=(2, 2),
        marks=((1, 2, 3),),
        instead={
            "agree, as they would": "max(P) + max(Q) and max(P + Q) + max(0) agree, as they would "
            "for a convolution. Let the two disagree where the largest is.",
            "for a convolution with a bias": "max(P) + max(Q) is not max(P + Q) + max(0), and for "
            "a convolution with a bias it would have to be.",
        },
        partly=True,
    ),
)
def _counter_example(answer: tuple[Tensor, Tensor]) -> str:
    P, Q = answer
    if P.shape != (2, 2) or Q.shape != (2, 2):
        raise Wrong("P and Q are 2×2 matrices of numbers, as nested lists or tensors.")
    if (P == 0).any() or (Q == 0).any():
        raise Wrong("No zeros, please: the two dots of the text would be too short a way.")
    p, q, both = P.max().item(), Q.max().item(), (P + Q).max().item()
    if math.isclose(p + q, both, rel_tol=1e-9):
        raise Wrong(
            f"max(P) + max(Q) = {p + q:g} and max(P + Q) + max(0) = {both:g} "
            "agree, as they would for a convolution. Let the two disagree where the largest is."
        )
    return (
        f"{p:g} + {q:g} is not {both:g} + 0, and for a convolution with a bias it would have to be."
    )


@exercise("07.3", Function("max_network(k)"))
def _max_network(function: Call) -> str:
    if isinstance(function.function, nn.Module):
        raise Wrong("That is a network; the answer is a function that takes k and makes one.")
    said = []
    for k in (2, 3):
        network = function(k)
        if not isinstance(network, nn.Module):
            raise Wrong(f"max_network({k}) should return an nn.Sequential; got {network!r:.60}.")
        layers = [m for m in network.modules() if type(m) is not nn.Sequential]
        strangers = [m for m in layers if type(m) not in (nn.Conv2d, nn.ReLU)]
        if strangers:
            name = type(strangers[0]).__name__
            raise Wrong(f"Only nn.Sequential, nn.Conv2d and nn.ReLU, please; there is a {name}.")
        _judge(network, layers, k)
        relus = sum(isinstance(layer, nn.ReLU) for layer in layers)
        widest = max(layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d))
        weights = sum(p.numel() for p in network.parameters())
        said.append(f"{k}×{k} takes {relus} ReLU layers, {widest} channels, {weights} weights")
    return f"Yours for {'; for '.join(said)}."


def _judge(network: nn.Module, layers: list[nn.Module], k: int) -> None:
    """Raise `Wrong` unless the network is max pooling of k×k at stride 1."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randint(-9, 10, (1, 1, 7, 8), generator=generator).double()
    want = F.max_pool2d(X, k, stride=1)
    # In float64 no lift is large enough for the last of the scales, or loses so few digits that
    # the first comes out right.
    exact = copy.deepcopy(network).to("cpu", torch.float64)
    run = Function("network(X)", Array("the output")).read(exact)
    got = run(X)
    if got.shape != want.shape:
        raise Wrong(
            f"max_network({k}) turns {tuple(X.shape)} into {tuple(got.shape)}; max pooling at "
            f"stride 1 gives {tuple(want.shape)}."
        )

    def near(first: Tensor, second: Tensor) -> bool:
        return torch.allclose(first, second, atol=1e-3)

    if near(got, want):
        if not all(near(run(X * scale) / scale, want) for scale in (1e4, 1e8, 1e16)):
            raise Wrong(
                f"max_network({k}) is right for small numbers only: a bias lifts them above "
                "zero, and large negative ones do not reach it. Carry a on two channels."
            )
        return
    if not near(run(0 * X), 0 * want):
        raise Wrong(
            f"max_network({k}) of a black picture is not black. nn.Conv2d starts with random "
            "biases: use bias=False, or set them to zero."
        )
    if layers and isinstance(layers[-1], nn.ReLU):
        raise Wrong("The last layer is a ReLU, so nothing negative can come out. End without.")
    if near(run(X.abs()), F.max_pool2d(X.abs(), k, stride=1)):
        raise Wrong(
            f"max_network({k}) is right where nothing is negative, but a negative number does "
            "not pass a ReLU. Send it through with its sign turned, on a channel of its own."
        )
    if near(got, -F.max_pool2d(-X, k, stride=1)):
        raise Wrong("That is the smallest number of each window; look at the signs.")
    if k == 3 and near(got, _corner_maxima(X)):
        raise Wrong("For k = 3 you take the largest of a 2×2 corner; three need two stages.")
    same(got[0, 0], want[0, 0], f"max_network({k}) of a 7×8 picture")


def _corner_maxima(X: Tensor) -> Tensor:
    """Return 2×2 maxima, cut to the shape that 3×3 ones have."""
    return F.max_pool2d(X, 2, stride=1)[..., :-1, :-1]


@exercise(
    "07.4",
    Integers(2, "comparisons and multiply-adds"),
    Page(
        known=(
            (1605632, 118013952),
            (1605632, 39337984),
            (1605632, 236027904),
            (64 * 56 * 56 * 9, 0),
            (64 * 112 * 112 * 8, 0),
            (64 * 64 * 56 * 56 * 8, 0),
            (56 * 56 * 8, 0),
            (64 * 56 * 56 * 4, 0),
        ),
        labels=("Comparisons", "Multiply-adds"),
    ),
)
def _cost(answer: tuple[int, ...]) -> str:
    comparisons, multiply_adds = answer
    windows, convolution = 64 * 56 * 56, 64 * 112 * 112 * 3 * 49
    if comparisons == windows * 9:
        raise Wrong("Nine numbers, but how many comparisons? The first is compared with nothing.")
    if comparisons == 64 * 112 * 112 * 8:
        raise Wrong("That is stride 1: at stride 2 there are 56·56 windows in each channel.")
    if comparisons == windows * 8 * 64 or comparisons == 56 * 56 * 8:
        raise Wrong("Each of the 64 channels is pooled once, on its own.")
    if comparisons == windows * 4:
        raise Wrong(
            "Rows, then columns: a good thought for stride 1. The question searches each window."
        )
    if comparisons != windows * 8:
        raise Wrong(f"Comparisons: windows of all channels times comparisons in one. {windows} ·?")
    if multiply_adds == 64 * 112 * 112 * 49:
        raise Wrong("The comparisons are right. The convolution adds up three input channels.")
    if multiply_adds == 2 * convolution:
        raise Wrong("The comparisons are right. One multiply-add counts as one here.")
    if multiply_adds != convolution:
        raise Wrong("The comparisons are right. Multiply-adds: outputs times numbers in a window.")
    return "One comparison for every 73.5 multiply-adds."


@exercise(
    "07.5",
    Words(2, "'max' or 'avg' for (a) and for (b)"),
    Page(known=(("max", "avg"),), options=("max", "avg")),
)
def _which(answer: tuple[str, ...]) -> str:
    first, second = answer
    if first not in ("max", "avg") or second not in ("max", "avg"):
        raise Wrong(f"Each is 'max' or 'avg'; got {answer!r}.")
    if (first, second) == ("max", "avg"):
        return "The maximum finds what is rare, the average what is everywhere."
    if (first, second) == ("avg", "max"):
        raise Wrong("The other way round. In (a) the mean rises by 3/16; what is its spread?")
    if first == "avg":
        raise Wrong("(b) is right. In (a) fifteen noises are averaged in with one signal.")
    raise Wrong("(a) is right. In (b) the largest throws away what fifteen detectors say.")


@exercise("07.6", Function("min_pool(X, k)", Array("a matrix", 2)))
def _min_pool(function: Call) -> str:
    generator = torch.Generator().manual_seed(0)
    for shape, k in (((4, 6), 2), ((6, 6), 3), ((7, 5), 2)):
        X = torch.randint(-9, 10, shape, generator=generator).float()
        got, most = function(X, k), F.max_pool2d(X[None], k)[0]
        if agree(got, most):
            raise Wrong("That is the maximum itself.")
        if agree(got, -most):
            raise Wrong("The sign is turned behind the maximum, but not before it.")
        if agree(got, F.max_pool2d(-X[None], k)[0]):
            raise Wrong("The sign is turned before the maximum. Turn it back behind.")
        if agree(got, -F.max_pool2d(-X[None], k, stride=1)[0]):
            raise Wrong("Your windows slide by 1; these stand side by side.")
        same(got, -F.max_pool2d(-X[None], k)[0], f"min_pool of a {shape} matrix, k = {k}")
    if methods.grows(function, (torch.ones(4, 6), 2), (torch.ones(16, 18), 2)):
        raise Wrong("Right values, but your loop grows with the picture. Pool without a loop.")
    return "min(a, b) = −max(−a, −b)."


@exercise("07.7", Function("softmax_pool(X, k, beta)", Array("a matrix", 2)))
def _softmax_pool(function: Call) -> str:
    generator = torch.Generator().manual_seed(0)
    for shape, k, beta in (((4, 6), 2, 1.0), ((6, 6), 3, -0.5), ((4, 4), 2, 0.0)):
        X = torch.randint(-4, 5, shape, generator=generator).float()
        windows = X.unfold(0, k, k).unfold(1, k, k).flatten(2)
        weights = torch.softmax(beta * windows, dim=2)
        got = function(X, k, beta)
        if agree(got, torch.ones(weights.shape[:2])):
            raise Wrong("You add up the weights alone, which gives 1. Each weighs its number.")
        if agree(got, (torch.softmax(windows, dim=2) * windows).sum(2)) and beta != 1:
            raise Wrong("Right for β = 1, but β is not used.")
        if agree(got, torch.logsumexp(beta * windows, dim=2)) or (
            beta and agree(got, torch.logsumexp(beta * windows, dim=2) / beta)
        ):
            raise Wrong("That is the logarithm of a sum of exponentials, a relative. Here: Σ p x.")
        whole = torch.softmax(beta * X.flatten(), 0).reshape(X.shape) * X
        if agree(got, whole.unfold(0, k, k).unfold(1, k, k).flatten(2).sum(2)):
            raise Wrong("Your weights sum to 1 over all of X. They should in each window.")
        if agree(got, (weights * windows).mean(2)):
            raise Wrong("The weights sum to 1 already: add up, and divide by nothing.")
        want = (weights * windows).sum(2)
        same(got, want, f"softmax_pool of a {shape} matrix, k = {k}, β = {beta:g}")
    return "The mean at β = 0, on its way to the maximum as β grows."


_WHY = {
    "A": "ReLU never turns the order of two numbers round.",
    "B": "a bias moves all numbers of a channel alike.",
    "C": "of −3 and 2 the larger is 2, but of their squares it is 9.",
    "D": "the sigmoid rises everywhere.",
    "E": "a negative factor makes the smallest the largest.",
    "F": "with positive scales it is a factor above 0 and a bias.",
    "G": "a convolution mixes neighbours before they are compared.",
}


@exercise(
    "07.cp",
    Letters("ABCDEFG"),
    Page(
        known=("ABDF",),
        ask="Which of these give the same before max pooling, 2×2, as behind it, whatever the "
        "input?",
    ),
)
def _places(given: frozenset[str]) -> str:
    for letter in sorted(given - set("ABDF")):
        raise Wrong(f"{letter} does not belong: {_WHY[letter]}")
    for letter in sorted(set("ABDF") - given):
        raise Wrong(f"Right as far as it goes, but {letter} is missing: {_WHY[letter]}")
    return "They act on each number alone and keep the order."


@exercise(
    "07.ap",
    Words(3, "which of the three each of pictures 1, 2 and 3 is"),
    Page(
        known=(
            ("mean", "largest", "first"),
            ("first", "largest", "mean"),
            ("mean", "first", "largest"),
            ("largest", "mean", "first"),
        ),
        labels=("Picture 1", "Picture 2", "Picture 3"),
        options=("first", "largest", "mean"),
        ask="Each of 1, 2 and 3 keeps one number of every 6×6 window: its first (the pixel at the "
        "upper left), its largest, or its mean. Which is which?",
    ),
)
def _three_summaries(answer: tuple[str, ...]) -> str:
    one, two, three = answer
    if two != "largest":
        raise Wrong("The largest number of a window is at least as bright as the other two.")
    if one == "mean" and three == "first":
        return "2 is the brightest, 1 the smoothest, and 3 keeps the noise of single pixels."
    if one == three:
        raise Wrong("2 is right. 1 and 3 are two different ones.")
    raise Wrong("2 is right. Which of 1 and 3 is smoother? A mean evens out, a single pixel can't.")


@exercise(
    "07.bp",
    Integers(2, "how many numbers come out, and the largest of them"),
    Page(
        known=((1, 4), (4, 8), (1, 8), (4, 4), (1, 5), (2, 4)),
        labels=("Numbers in the output", "Largest of them"),
        ask="nn.MaxPool2d(2) meets the 3×3 matrix of the numbers 0 to 8. What does it give out?",
    ),
)
def _default_stride(answer: tuple[int, ...]) -> str:
    count, largest = answer
    if count == 4:
        raise Wrong("Four windows stand on 3×3 only if they share pixels. By default they don't.")
    if count != 1:
        raise Wrong("How many windows of 2×2 stand side by side on 3×3?")
    if largest == 8:
        raise Wrong("One number is right. But the 8 stands in the last row, which nothing reads.")
    if largest != 4:
        raise Wrong("One number is right: the largest of the window at the upper left.")
    return "One window fits, on 0, 1, 3 and 4. Third row and column are read by none."
