"""What the exercises of chapter 04, channels, accept and what they answer."""

import math
from numbers import Real
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise, same_tensor


def _tensor(answer: Any) -> Tensor | None:
    """`answer` as float64, or None if it is no table of numbers."""
    try:
        return torch.as_tensor(answer, dtype=torch.float64).detach()
    except (TypeError, ValueError, RuntimeError):
        return None


def _full(K1: Tensor, K2: Tensor) -> Tensor:
    """The true convolution of two kernels with all overhang."""
    k_h, k_w = K2.shape
    wide = F.pad(K1, (k_w - 1, k_w - 1, k_h - 1, k_h - 1))
    return F.conv2d(wide[None, None], K2.flip(0, 1)[None, None])[0, 0]


@exercise("04.1a")
def compose(answer: Any) -> str:
    """`compose(K1, K2)`: the one kernel that does what the two do in a row."""
    function = answers.function(answer, "compose(K1, K2)")
    for seed, (first, second) in enumerate([((2, 3), (3, 2)), ((1, 4), (3, 1)), ((3, 3), (3, 3))]):
        K1, K2 = answers.small_integers(first, seed), answers.small_integers(second, seed + 9)
        K1[0, 0], K2[0, 0] = 2, -3  # no zeros in the corner to hide a flip
        want = _full(K1, K2)
        got = _tensor(function(K1.clone(), K2.clone()))
        if got is not None and got.shape == want.shape and not torch.allclose(got, want.double()):
            wrong = [_full(K1, K2.flip(0, 1)), _full(K1.flip(0, 1), K2)]
            if any(torch.allclose(got, kernel.double()) for kernel in wrong):
                raise Wrong(
                    "One of your kernels is turned by 180°. Entry m of the result collects the "
                    "pairs with u + v = m, both with a plus."
                )
            if torch.allclose(got, _full(K1.flip(0, 1), K2.flip(0, 1)).double()):
                raise Wrong("Your result is turned by 180°: that is what true convolutions need.")
        if got is not None and got.shape == K1.shape and got.shape != want.shape:
            raise Wrong("Two kernels in a row see further than one of them: k1 + k2 − 1 pixels.")
        same_tensor(got if got is not None else "no numbers", want, "the one kernel")
    return "The true convolution of the two kernels, of size k1 + k2 − 1."


@exercise("04.1b")
def unsplittable(answer: Any) -> str:
    """`[a, b, c]` such that a + bx + cx² has no real factor."""
    a, b, c = answers.numbers(answer, 3, "a kernel [a, b, c]")
    if (a, b, c) == (0, 0, 0):
        raise Wrong("[0, 0, 0] is [0, 0] and anything else in a row.")
    if c == 0:
        raise Wrong(f"[{a:g}, {b:g}] and [1, 0] in a row make this one.")
    if a == 0:
        raise Wrong(f"[0, 1] and [{b:g}, {c:g}] in a row make this one.")
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return f"{a:g} + {b:g}x + {c:g}x² has no real root, so it has no real factor."
    root = (-b + math.sqrt(discriminant)) / (2 * c)
    raise Wrong(
        f"{a:g} + {b:g}x + {c:g}x² is zero at x = {root:.3g}, so it has the factor "
        f"x − ({root:.3g}): the kernel [{-root:.3g}, 1] is one of the two."
    )


_BILLS = [
    (2, 3, 3, 3, 2, 2, (0, 0), (1, 1)),
    (3, 10, 12, 4, 3, 5, (1, 2), (2, 3)),
    (5, 9, 6, 2, 1, 4, (0, 3), (1, 2)),
]


@exercise("04.2")
def bill(answer: Any) -> str:
    """Multiplications, additions, memory forward and backward, multiplications backward."""
    function = answers.function(answer, "bill(c_i, n_h, n_w, c_o, k_h, k_w, p, s)")
    for case in _BILLS:
        c_i, n_h, n_w, c_o, k_h, k_w, p, s = case
        o_h, o_w = ((n + 2 * q - k) // t + 1 for n, k, q, t in zip(*_axes(case), strict=True))
        outputs, size = c_o * o_h * o_w, c_i * k_h * k_w
        memory = c_i * n_h * n_w + c_o * (size + 1) + outputs
        got = answers.numbers(function(*case), 5, "the bill")
        where = f"for c_i {c_i}, {n_h}×{n_w}, c_o {c_o}, kernel {k_h}×{k_w}, p {p}, s {s}"
        if got[0] != outputs * size:
            _wrong_products(got[0], case, outputs * size, where)
        if got[1] == outputs * (size - 1):
            raise Wrong("These are the additions without bias; the bias is one more each.")
        if got[1] == outputs * (size + 1):
            raise Wrong("To add m products and a bias takes m additions, not m + 1.")
        if got[1] != outputs * size:
            raise Wrong(f"The multiplications are right. Additions {where}: not {got[1]:g}.")
        for index, name in ((2, "after the forward pass"), (3, "that backward adds")):
            if got[index] == memory - c_o + c_o * c_i:
                raise Wrong("The bias has one number for each output channel, not for each pair.")
            if got[index] == memory - c_o:
                raise Wrong(f"Numbers {name}: the biases are missing.")
            if got[index] == memory - outputs:
                raise Wrong(f"Numbers {name}: the output is missing.")
            if got[index] != memory:
                raise Wrong(f"Numbers {name}, {where}: input, weights, biases, output.")
        if got[4] == outputs * size:
            raise Wrong("Backward: a gradient for the weights and one for the input, each of them.")
        if got[4] != 2 * outputs * size:
            raise Wrong("Backward: each product of the forward pass comes back, how many times?")
    return "Forward once, backward twice; a gradient is as large as what it belongs to."


def _axes(case: tuple) -> tuple[tuple[int, int], ...]:
    """The pairs n, k, p, s of a case, vertical first."""
    _, n_h, n_w, _, k_h, k_w, p, s = case
    return (n_h, n_w), (k_h, k_w), p, s


def _wrong_products(got: float, case: tuple, want: int, where: str) -> None:
    """Say what is wrong with a number of multiplications."""
    c_i, c_o, k_h, k_w = case[0], *case[3:6]
    o_h, o_w = ((n + 2 * q - k) // t + 1 for n, k, q, t in zip(*_axes(case), strict=True))
    if got == c_o * c_i * o_h * o_w * (k_h * k_w + 1):
        raise Wrong("k_h·k_w + 1 counts a bias for each pair of channels; biases multiply nothing.")
    once = [(n + q - k) // t + 1 for n, k, q, t in zip(*_axes(case), strict=True)]
    if got == c_o * c_i * k_h * k_w * math.prod(once):
        raise Wrong("The padding p is on each side: n + 2p − k.")
    exact = [(n + 2 * q - k) / t + 1 for n, k, q, t in zip(*_axes(case), strict=True)]
    if math.isclose(got, c_o * c_i * k_h * k_w * math.prod(exact)):
        raise Wrong("Round the output's size down: there are no half places.")
    if got == 2 * want:
        raise Wrong("Count multiplications alone here; the additions come second.")
    raise Wrong(f"Multiplications {where}: not {got:g}. The output there is {o_h}×{o_w}.")


@exercise("04.3")
def doubling(answer: Any) -> str:
    """Factors of the multiply-adds for doubled channels and for doubled padding."""
    channels, padding = answers.numbers(answer, 2, "the two factors")
    if math.isclose(channels, 2):
        raise Wrong("(a) c_i and c_o are two of the factors, and both double.")
    if not math.isclose(channels, 4):
        raise Wrong("(a) write the product of six factors, and put 2c_i and 2c_o in it.")
    if math.isclose(padding, 58 / 56, abs_tol=5e-4):
        raise Wrong("(b) 58/56 along one axis is right; there are two axes.")
    if math.isclose(padding, (60 / 56) ** 2, abs_tol=5e-4):
        raise Wrong("(b) the output is 58×58: with padding 1 it was as large as the input, 56.")
    if padding == 1:
        raise Wrong("(b) the output grows: a row and a column more on each side.")
    if not math.isclose(padding, (58 / 56) ** 2, abs_tol=5e-4):
        raise Wrong("(b) compute the output's size for padding 1 and for padding 2.")
    return "Channels count twice in the cost; padding only through the size of the output."


@exercise("04.4")
def rows_read(answer: Any) -> str:
    """`rows_read(k, delta)`: rows read for each row of output."""
    function = answers.function(answer, "rows_read(k, delta)")
    for k, delta in [(3, 0), (5, 3), (3, 1), (1, 4), (7, 15)]:
        got = function(k, delta)
        if isinstance(got, bool) or not isinstance(got, Real):
            raise Wrong(f"rows_read({k}, {delta}) should be a number; got {got!r}.")
        if math.isclose(got, (k + delta) / (delta + 1)):
            continue
        if delta and math.isclose(got, (k + delta) / delta):
            raise Wrong("How many places has a kernel of k rows in k + Δ rows? One more than Δ.")
        if math.isclose(got, k + delta):
            raise Wrong("That is the height of a strip. How many rows of output does it give?")
        if math.isclose(got, (delta + 1) / (k + delta)):
            raise Wrong("Upside down: these are rows of output for each row read.")
        raise Wrong(
            f"rows_read({k}, {delta}) = {got:g}: how many does a strip of {k + delta} rows give?"
        )
    return "1 + (k − 1)/(Δ + 1): from k rows down towards 1."


@exercise("04.5")
def halve_and_double(answer: Any) -> str:
    """Factors of multiply-adds, output numbers and weights."""
    adds, numbers, weights = answers.numbers(answer, 3, "three factors")
    if weights == 2 or weights == 0.25:
        raise Wrong("The weights are c_o·c_i·3·3, whatever the picture's size: both c double.")
    if weights != 4:
        raise Wrong("Weights: compare 128·128·9 with 64·64·9.")
    if numbers == 1:
        raise Wrong("Output numbers: twice the channels, but a quarter of the places.")
    if numbers != 0.5:
        raise Wrong("Output numbers: compare 128·28·28 with 64·56·56.")
    if adds == 0.5:
        raise Wrong("Multiply-adds: half the outputs, but each now reads twice the channels.")
    if adds != 1:
        raise Wrong("Multiply-adds: weights times places.")
    return "The rule keeps the work, not the amount of numbers."


@exercise("04.6")
def bias_before_norm(answer: Any) -> str:
    """Change of the batch norm's outputs and of the means of its input."""
    outputs, means = answers.numbers(answer, 2, "the two changes")
    if means == 0:
        raise Wrong("(b) is about the input of the batch norm: y + 5 has the mean of y, plus 5.")
    if means != 5:
        raise Wrong("(b) every number of a channel moves by 5; what does their mean do?")
    if outputs == 5:
        raise Wrong("(a) the batch norm subtracts the channel's mean, which has moved as well.")
    if outputs != 0:
        raise Wrong("(a) both y and its mean move by 5, and the spread stays. What is y − mean?")
    return "The mean takes away exactly what the bias adds, so its gradient is zero."


@exercise("04.7")
def opponent(answer: Any) -> str:
    """A filter (1, 3, k_h, k_w) that sees borders of colour and nothing grey."""
    W = _tensor(answer)
    if W is None:
        raise Wrong(f"The filter should be a tensor or nested lists; got {type(answer).__name__}.")
    if W.ndim != 4 or W.shape[:2] != (1, 3):
        raise Wrong(
            "The filter has the axes output, input, row, column: (1, 3, k_h, k_w); yours has "
            f"{tuple(W.shape)}."
        )
    k_h, k_w = W.shape[2:]
    grey = answers.small_integers((1, k_h + 3, k_w + 4), 0).double().expand(3, -1, -1)
    if F.conv2d(grey, W).abs().max() > 1e-5:
        raise Wrong(
            "It answers to a grey picture. There all planes are alike, so only the sum of the "
            "three kernels counts: what must it be?"
        )
    for colour in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (2.0, 1.0, 0.0)):
        flat = torch.tensor(colour).double()[:, None, None].expand(3, k_h, k_w)
        if F.conv2d(flat, W).abs().max() > 1e-5:
            raise Wrong(f"It answers to a surface of the one colour {colour}; it should be silent.")
    border = torch.zeros(3, k_h + 2, 2 * k_w, dtype=torch.float64)
    border[:, :, :k_w] = torch.tensor([2.0, 1.0, 0.0])[:, None, None]
    border[:, :, k_w:] = torch.tensor([0.0, 1.0, 2.0])[:, None, None]
    if F.conv2d(border, W).abs().max() < 1e-5:
        raise Wrong(
            "It is silent at the border of (2, 1, 0) and (0, 1, 2), too. Let red and blue have "
            "kernels that see a change along a row, of opposite signs."
        )
    return "The kernels sum to zero over the planes, and each sums to zero over its entries."


@exercise("04.8")
def reorder(answer: Any) -> str:
    """`reorder(W1, b1, W2, order)`: the same network with its hidden channels in another order."""
    function = answers.function(answer, "reorder(W1, b1, W2, order)")
    W1, b1, W2 = (
        answers.small_integers((4, 3, 2, 2), 0),
        torch.arange(4.0),
        answers.small_integers((4, 4, 2, 2), 1),
    )
    order = torch.tensor([2, 0, 3, 1])  # not its own inverse
    got = function(W1.clone(), b1.clone(), W2.clone(), order)
    if not isinstance(got, tuple | list) or len(got) != 3:
        raise Wrong("Return three tensors: the new W1, b1 and W2.")
    back = order.argsort()
    parts = [_tensor(part) for part in got]
    if parts[2] is not None and parts[2].shape == W2.shape:
        if torch.equal(parts[2], W2[order].double()):
            raise Wrong("W2[order] reorders the outputs of the network. Which axis is its input?")
        if torch.equal(parts[2], W2.double()):
            raise Wrong("The second layer still expects the hidden channels in the old order.")
        if torch.equal(parts[2], W2[:, back].double()):
            raise Wrong("W2 is in the opposite order: slice m must meet hidden channel order[m].")
    if parts[1] is not None and torch.equal(parts[1], b1.double()):
        raise Wrong("The biases belong to the hidden channels and must move with them.")
    if parts[0] is not None and torch.equal(parts[0], W1[back].double()):
        raise Wrong("W1 is in the opposite order: channel m of the new one is order[m] of the old.")
    for got_, want, name in zip(
        got, (W1[order], b1[order], W2[:, order]), ["W1", "b1", "W2"], strict=True
    ):
        same_tensor(got_, want, f"the new {name}")
    return "Axis 0 of the first layer, axis 1 of the second; 64! orders, one function."
