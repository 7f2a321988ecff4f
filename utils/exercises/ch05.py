"""What the exercises of chapter 05, channels, accept and what they answer."""

import math
from fractions import Fraction
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Number,
    Numbers,
    Parts,
    Words,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "05.ap",
    Integer("a whole number"),
    Page(
        known=(81, 9, 27, 84, 30, 3),
        labels=("Weights",),
        ask="How many weights has this 3×3 layer, the zeros included?",
    ),
)
def weights_of_three_planes(weights: int) -> str:
    """The weights of a 3×3 layer from three planes to three, without bias."""
    if weights == 9:
        raise Wrong("That is one kernel for one plane.")
    if weights == 27:
        raise Wrong("That is enough for one output plane. The layer makes three.")
    if weights in (84, 30):
        raise Wrong("With `bias=False` there are no biases.")
    if weights == 3:
        raise Wrong("Three of them are 1; the zeros are weights as well.")
    if weights != 81:
        raise Wrong("There is a 3×3 kernel for each output plane and each input plane.")
    return "Three outputs, three inputs, and a kernel of nine numbers for each pair of them."


@exercise(
    "05.bp",
    Integer("a whole number"),
    Page(
        known=(76, 57, 64, 68, 20),
        labels=("First number",),
        ask="What is the first number of the second output, whose filter is K + 1?",
    ),
)
def second_output(value: int) -> str:
    """The first entry of the second output."""
    if value == 57:
        raise Wrong("Each of the eight weights grows by 1, and each is multiplied by a pixel.")
    if value in (64, 68):
        raise Wrong("Both planes count, and each product grows by the pixel that its weight meets.")
    if value == 20:
        raise Wrong("That is by how much it exceeds 56.")
    if value != 76:
        raise Wrong("Under the window are 0, 1, 3, 4 in one plane and 1, 2, 4, 5 in the other.")
    return "56 and once more each of the eight pixels, which add up to 20."


_COLOURS = ("edges", "blue, not red", "red, not cyan", "yellow, not blue")


@exercise(
    "05.cp",
    Words(2, "two names of filters"),
    Page(
        known=(
            ("blue, not red", "red, not cyan"),
            ("edges", "red, not cyan"),
            ("red, not cyan", "red, not cyan"),
            ("yellow, not blue", "red, not cyan"),
            ("blue, not red", "edges"),
            ("blue, not red", "blue, not red"),
            ("blue, not red", "yellow, not blue"),
        ),
        labels=("The sky", "The cheek"),
        options=_COLOURS,
        ask="Which of the 4 filters has the largest output in the sky, and which on the cheek?",
    ),
)
def sky_and_cheek(answer: tuple[str, ...]) -> str:
    """The filters that answer most to the sky and to the cheek."""
    sky, cheek = answer
    if sky == "edges":
        raise Wrong("The sky: it is nearly flat, and a flat surface has no edge.")
    if sky != "blue, not red":
        raise Wrong("The sky: it is brightest in the blue plane, which this filter subtracts.")
    if cheek == "edges":
        raise Wrong("The cheek: it is nearly flat, and a flat surface has no edge.")
    if cheek == "blue, not red":
        raise Wrong("The cheek: it is brightest in the red plane, which this filter subtracts.")
    if cheek != "red, not cyan":
        raise Wrong("The cheek: close, but orange. Compare 0.84 − (0.53 + 0.37)/2 with this one.")
    return "0.37 in the sky; on the cheek 0.39, before 0.32 for yellow, not blue."


def _full(K1: Tensor, K2: Tensor) -> Tensor:
    """The true convolution of two kernels with all overhang."""
    k_h, k_w = K2.shape
    wide = F.pad(K1, (k_w - 1, k_w - 1, k_h - 1, k_h - 1))
    return F.conv2d(wide[None, None], K2.flip(0, 1)[None, None])[0, 0]


def _turn(K: Tensor) -> Tensor:
    return K.flip(0, 1)


@exercise("05.1a", Function("compose(K1, K2)", Array("one kernel", 2)))
def compose(function: Call) -> str:
    """`compose(K1, K2)`: the one kernel that does what the two do in a row."""
    for seed, (first, second) in enumerate([((2, 3), (3, 2)), ((1, 4), (3, 1)), ((3, 3), (3, 3))]):
        K1, K2 = answers.small_integers(first, seed), answers.small_integers(second, seed + 9)
        K1[0, 0], K2[0, 0] = 2, -3  # no zeros in the corner to hide a flip
        want = _full(K1, K2)
        got = function(K1, K2)
        if not agree(got, want):
            if any(agree(got, _full(*turned)) for turned in ((K1, _turn(K2)), (_turn(K1), K2))):
                raise Wrong(
                    "One of your kernels is turned by 180°. Entry m of the result collects the "
                    "pairs with u + v = m, both with a plus."
                )
            if agree(got, _turn(want)):
                raise Wrong("Your result is turned by 180°: that is what true convolutions need.")
        if got.shape == K1.shape and got.shape != want.shape:
            raise Wrong("Two kernels in a row see further than one of them: k1 + k2 − 1 pixels.")
        same(got, want, "The one kernel")
    return "The true convolution of the two kernels, of size k1 + k2 − 1."


@exercise(
    "05.1b",
    Numbers(3, "a kernel [a, b, c]"),
    Page(
        known=((1, 0, 1), (0, 0, 0)),
        labels=("a", "b", "c"),
        marks=(range(-6, 7),),
        partly=True,
    ),
)
def unsplittable(answer: tuple[float, ...]) -> str:
    """`[a, b, c]` such that a + bx + cx² has no real factor."""
    a, b, c = answer
    if (a, b, c) == (0, 0, 0):
        raise Wrong("[0, 0, 0] is [0, 0] and anything else in a row.")
    if c == 0:
        raise Wrong("With c = 0, [a, b] and [1, 0] in a row make this one.")
    if a == 0:
        raise Wrong("With a = 0, [0, 1] and [b, c] in a row make this one.")
    # Exactly: the squares of large floats overflow, and those of small ones vanish.
    discriminant = Fraction(b) ** 2 - 4 * Fraction(a) * Fraction(c)
    if discriminant < 0:
        return "a + bx + cx² has no real root, so it has no real factor."
    raise Wrong("a + bx + cx² is zero at a real number r, so [−r, 1] is one of two such kernels.")


_BILLS = [
    (2, 3, 3, 3, 2, 2, (0, 0), (1, 1)),
    (3, 10, 12, 4, 3, 5, (1, 2), (2, 3)),
    (5, 9, 6, 2, 1, 4, (0, 3), (1, 2)),
]


@exercise("05.2", Function("bill(c_i, n_h, n_w, c_o, k_h, k_w, p, s)", Numbers(5, "the bill")))
def bill(function: Call) -> str:
    """Multiplications, additions, memory forward and backward, multiplications backward."""
    for case in _BILLS:
        c_i, n_h, n_w, c_o, k_h, k_w, p, s = case
        o_h, o_w = ((n + 2 * q - k) // t + 1 for n, k, q, t in zip(*_axes(case), strict=True))
        outputs, size = c_o * o_h * o_w, c_i * k_h * k_w
        memory = c_i * n_h * n_w + c_o * (size + 1) + outputs
        got = function(*case)
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


def _axes(case: tuple[Any, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs n, k, p, s of a case, vertical first."""
    _, n_h, n_w, _, k_h, k_w, p, s = case
    return (n_h, n_w), (k_h, k_w), p, s


def _wrong_products(got: float, case: tuple[Any, ...], want: int, where: str) -> None:
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


@exercise(
    "05.3",
    Numbers(2, "the two factors"),
    Page(
        known=((4, (58 / 56) ** 2), (2, 1), (4, 58 / 56), (4, (60 / 56) ** 2), (4, 1)),
        marks=((), (1.07, 1.04, 1.15)),
    ),
)
def doubling(answer: tuple[float, ...]) -> str:
    """Factors of the multiply-adds for doubled channels and for doubled padding."""
    channels, padding = answer
    if math.isclose(channels, 2):
        raise Wrong("(a) c_i and c_o are two of the factors, and both double.")
    if not math.isclose(channels, 4):
        raise Wrong("(a) write the product of six factors, and put 2c_i and 2c_o in it.")
    if math.isclose(padding, 58 / 56, abs_tol=5e-3):
        raise Wrong("(b) 58/56 along one axis is right; there are two axes.")
    if math.isclose(padding, (60 / 56) ** 2, abs_tol=4e-3):
        raise Wrong("(b) the output is 58×58: with padding 1 it was as large as the input, 56.")
    if padding == 1:
        raise Wrong("(b) the output grows: a row and a column more on each side.")
    if not math.isclose(padding, (58 / 56) ** 2, abs_tol=4e-3):
        raise Wrong("(b) compute the output's size for padding 1 and for padding 2.")
    return "Channels count twice in the cost; padding only through the size of the output."


@exercise("05.4", Function("rows_read(k, delta)", Number("a number")))
def rows_read(function: Call) -> str:
    """`rows_read(k, delta)`: rows read for each row of output."""
    for k, delta in [(5, 3), (3, 0), (3, 1), (1, 4), (7, 15)]:
        got = function(k, delta)
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


@exercise(
    "05.5",
    Numbers(3, "three factors"),
    Page(
        known=((1, 0.5, 4), (1, 0.5, 2), (1, 0.5, 0.25), (1, 1, 4), (0.5, 0.5, 4)),
        labels=("Multiply-adds", "Output numbers", "Weights"),
    ),
)
def halve_and_double(answer: tuple[float, ...]) -> str:
    """Factors of multiply-adds, output numbers and weights."""
    adds, numbers, weights = answer
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


@exercise(
    "05.6",
    Numbers(2, "the two changes"),
    Page(known=((0, 5), (0, 0), (5, 5))),
)
def bias_before_norm(answer: tuple[float, ...]) -> str:
    """Change of the batch norm's outputs and of the means of its input."""
    outputs, means = answer
    if math.isclose(means, 0, abs_tol=1e-3):  # as float32 measures it
        raise Wrong("(b) is about the input of the batch norm: y + 5 has the mean of y, plus 5.")
    if not math.isclose(means, 5, abs_tol=1e-3):
        raise Wrong("(b) every number of a channel moves by 5; what does their mean do?")
    if math.isclose(outputs, 5, abs_tol=1e-3):
        raise Wrong("(a) the batch norm subtracts the channel's mean, which has moved as well.")
    if not math.isclose(outputs, 0, abs_tol=1e-3):
        raise Wrong("(a) both y and its mean move by 5, and the spread stays. What is y − mean?")
    return "The mean takes away exactly what the bias adds, so its gradient is zero."


@exercise(
    "05.7",
    Array("the filter"),
    Page(
        known=([[[[1, -1]], [[0, 0]], [[-1, 1]]]],),
        labels=("Red", "Green", "Blue"),
        shape=(1, 3, 1, 2),
        marks=((-1, 0, 1),),
        partly=True,
    ),
)
def opponent(W: Tensor) -> str:
    """A filter (1, 3, k_h, k_w) that sees borders of colour and nothing grey."""
    if W.ndim != 4 or W.shape[:2] != (1, 3) or not W.numel():
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


@exercise(
    "05.8",
    Function(
        "reorder(W1, b1, W2, order)",
        Parts("three tensors", Array("the new W1"), Array("the new b1"), Array("the new W2")),
    ),
)
def reorder(function: Call) -> str:
    """`reorder(W1, b1, W2, order)`: the same network with its hidden channels in another order."""
    W1, b1, W2 = (
        answers.small_integers((4, 3, 2, 2), 0),
        torch.arange(4.0),
        answers.small_integers((4, 4, 2, 2), 1),
    )
    order = torch.tensor([2, 0, 3, 1])  # not its own inverse
    new_W1, new_b1, new_W2 = function(W1, b1, W2, order)
    back = order.argsort()
    if agree(new_W2, W2[order]):
        raise Wrong("W2[order] reorders the outputs of the network. Which axis is its input?")
    if agree(new_W2, W2):
        raise Wrong("The second layer still expects the hidden channels in the old order.")
    if agree(new_W2, W2[:, back]):
        raise Wrong("W2 is in the opposite order: slice m must meet hidden channel order[m].")
    if agree(new_b1, b1):
        raise Wrong("The biases belong to the hidden channels and must move with them.")
    if agree(new_W1, W1[back]):
        raise Wrong("W1 is in the opposite order: channel m of the new one is order[m] of the old.")
    same(new_W1, W1[order], "The new W1")
    same(new_b1, b1[order], "The new b1")
    same(new_W2, W2[:, order], "The new W2")
    return "Axis 0 of the first layer, axis 1 of the second; 64! orders, one function."
