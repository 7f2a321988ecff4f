"""What the exercises of chapter 16, what convolution costs, accept and what they answer."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Call, Function, Integers, Number, Numbers, close, listed
from utils.exercises.page import Page
from utils.shapes import conv_cost


@exercise(
    "16.1",
    Integers(3, "parameters, multiply-adds, activations"),
    Page(
        known=(
            (73856, 57802752, 100352),
            *((wrong, 57802752, 100352) for wrong in (73728, 73792, 24576, 24704, 1152, 1280)),
            *(
                (73856, wrong, 100352)
                for wrong in (
                    2 * 57802752,
                    73728 * 56 * 56,
                    73728 * 27 * 27,
                    73856 * 784,
                    24576 * 784,
                )
            ),
            *((73856, 57802752, wrong) for wrong in (128 * 56 * 56, 64 * 56 * 56, 784)),
        ),
        labels=("Parameters", "Multiply-adds", "Activations"),
    ),
)
def bill(answer: tuple[int, ...]) -> str:
    """Parameters, multiply-adds and activations of 64 to 128 channels, 3×3, stride 2, 56×56."""
    parameters, multiply_adds, activations = answer
    weights, places = 128 * 64 * 9, 28 * 28
    if parameters == weights:
        raise Wrong("Parameters: the weights are right; the layer has a bias as well.")
    if parameters == weights + 64:
        raise Wrong("Parameters: there is one bias for each output channel, not each input.")
    if parameters in (128 * 64 * 3, 128 * 64 * 3 + 128):
        raise Wrong("Parameters: a 3×3 kernel has 9 taps, not 3.")
    if parameters in (128 * 9, 128 * 9 + 128):
        raise Wrong("Parameters: each of the 128 kernels reaches through all 64 input channels.")
    if parameters != weights + 128:
        raise Wrong("Parameters: 128 kernels, each as deep as the input, and 128 biases.")
    if multiply_adds == 2 * weights * places:
        raise Wrong("That counts operations. A multiply-add is one product and one sum together.")
    if multiply_adds == weights * 56 * 56:
        raise Wrong("Multiply-adds happen at the places of the output. Stride 2 leaves 28×28.")
    if multiply_adds == weights * 27 * 27:
        raise Wrong("floor((56 + 2 − 2 − 1) / 2) + 1 is the output's size. Mind the padding.")
    if multiply_adds == (weights + 128) * places:
        raise Wrong("A bias is added without a product: it does not count as a multiply-add.")
    if multiply_adds == 128 * 64 * 3 * places:
        raise Wrong("Multiply-adds: a 3×3 window has 9 products for each channel, not 3.")
    if multiply_adds != weights * places:
        raise Wrong("Each weight, without the biases, is used once at every place of the output.")
    if activations == 128 * 56 * 56:
        raise Wrong("Activations are the outputs, and the output has 28×28 pixels.")
    if activations == 64 * 56 * 56:
        raise Wrong(
            "Those are the numbers of the input. Activations are the numbers of the output."
        )
    if activations == places:
        raise Wrong("That is one channel of the output; it has 128.")
    if activations != 128 * places:
        raise Wrong("Activations: output channels times places.")
    return "Every weight is used once at each of the 784 places."


@exercise(
    "16.2",
    Number("one number between 0 and 1"),
    Page(
        known=(1 - (37 / 49) ** 2, (37 / 49) ** 2, 12 / 49, 24 / 49, (12 / 49) ** 2, 48 / 49),
        labels=("Fraction",),
    ),
)
def zeros(share: float) -> str:
    """The share of products with a zero: 7×7 windows on 7×7 pixels, padding 3."""
    if close(share, 1 - (37 / 49) ** 2):
        return "37 of 49 along each axis, so 1 − (37/49)²: 43% of the arithmetic."
    if close(share, (37 / 49) ** 2):
        raise Wrong("That is the share of products with a pixel. Asked is the rest.")
    if close(share, 12 / 49):
        raise Wrong("Along one axis. A tap is off the picture if its row is or its column is.")
    if close(share, 24 / 49):
        raise Wrong("You counted the corners twice, where both the row and the column are off.")
    if close(share, (12 / 49) ** 2):
        raise Wrong("That is where row and column are both off. One of them is enough.")
    if close(share, 48 / 49):
        raise Wrong("That is the share of windows that touch the padding. Count taps, not windows.")
    raise Wrong("Along one axis, the 7 windows have 49 taps. 3 + 2 + 1 hang out at each end.")


@exercise(
    "16.3",
    Numbers(2, "seconds of prediction, seconds of training"),
    Page(
        known=(
            *((289.01376, 289.01376 * factor) for factor in (59 / 20, 3, 39 / 20, 2)),
            *(
                (289.01376 * factor, 852.6)
                for factor in (1 / 2, 0.4, 0.2, 1 / 20, 1 / 3, 1 / 60, 1 / 3600)
            ),
        ),
        labels=("Prediction, s", "Training, s"),
    ),
)
def hours(answer: tuple[float, ...]) -> str:
    """Seconds for prediction and for one round of training, on a machine at 40% of 2 TFLOP/s."""
    forward, training = answer
    work = 20 * 50_000 * conv_cost(64, 64, 3, 56, padding=1).multiply_adds
    want = 2 * work / 0.8e12
    if close(forward, want / 2):
        raise Wrong("A machine's 2 TFLOP/s count two operations for each multiply-add.")
    if close(forward, want * 0.4):
        raise Wrong("That is at the advertised speed. The machine reaches 40% of it.")
    if close(forward, want / 2 * 0.4):
        raise Wrong("Twice too fast by the multiply-adds, and again by the 40% that is reached.")
    if close(forward, want / 20):
        raise Wrong("There are 20 layers.")
    if close(forward, want / 3):
        raise Wrong("A 3×3 window has 9 taps, not 3.")
    if close(forward * 60, want) or close(forward * 3600, want):
        raise Wrong("The answer is asked in seconds.")
    if not close(forward, want):
        raise Wrong("Prediction: layers · pictures · 2 · multiply-adds / (0.4 · 2·10¹²).")
    if math.isclose(training, 3 * want, rel_tol=1e-3):
        raise Wrong("Nearly: nobody needs the gradient with respect to the pictures.")
    if close(training, 39 / 20 * want):
        raise Wrong("That is the backward pass alone. Training also needs the forward pass.")
    if close(training, 2 * want):
        raise Wrong("Backward there are two gradients, for the inputs and for the weights.")
    if not math.isclose(training, 59 / 20 * want, rel_tol=3e-3):
        raise Wrong("Training: three times the cost of each layer, but for the first.")
    return "289 s, and 59/20 of that: 853 s."


@exercise(
    "16.4",
    Numbers(3, "(a), (b), (c), in millions"),
    Page(
        known=(
            (170, 180, 90),
            *((wrong, 180, 90) for wrong in (120, 110, 180)),
            *((170, 180, wrong) for wrong in (120, 70, 80, 30)),
        ),
        labels=("(a), millions", "(b), millions", "(c), millions"),
    ),
)
def steps(answer: tuple[float, ...]) -> str:
    """Multiply-adds of a step: of all layers, with the pictures' gradient, of the last layer."""
    full, pictures, last = answer
    if full == 120:
        raise Wrong("(a) 120 is forward, and one gradient for each layer. Each layer needs two.")
    if full == 110:
        raise Wrong("(a) that is the backward pass alone; add the forward pass.")
    if full == 180:
        raise Wrong("(a) the first layer's input is the picture: nobody asks for its gradient.")
    if full != 170:
        raise Wrong("(a) forward 60; backward two times 60, less one gradient of the first layer.")
    if pictures != 180:
        raise Wrong("(b) now no gradient is left out: three times the forward pass.")
    if last == 120:
        raise Wrong("(c) the gradient of the last layer's input serves frozen layers only.")
    if last in (70, 80):
        raise Wrong("(c) the gradient asked for is the last layer's, the one with 30 million.")
    if last == 30:
        raise Wrong("(c) the forward pass still runs through all three layers.")
    if last != 90:
        raise Wrong("(c) forward through all, and one gradient: the last layer's weights.")
    return "Each gradient costs what its layer costs; only those asked for are made."


@exercise(
    "16.5",
    Numbers(2, "MiB at stride 1, inputs at stride 2"),
    Page(
        known=(
            (441, 2.25),
            (441, 9),
            (441, 4.5),
            *((441 * factor, 2.25) for factor in (1 / 16, 2**20 / 1e6, 1 / 4, 1 / 3, 1 / 64, 2)),
        ),
        labels=("Columns, MiB", "Columns / inputs"),
    ),
)
def columns(answer: tuple[float, ...]) -> str:
    """MiB of im2col's columns for a batch, and how many inputs they are at stride 2."""
    size, inputs = answer
    want = 16 * 64 * 9 * 112 * 112 * 4 / 2**20
    if close(size, want / 16):
        raise Wrong("That is for one picture; the batch has 16.")
    if close(size, want * 2**20 / 1e6):
        raise Wrong("Those are megabytes, 10⁶ bytes. A MiB is 2²⁰ bytes.")
    if close(size, want / 4):
        raise Wrong("You counted numbers. In float32 each has 4 bytes.")
    if close(size, want / 3):
        raise Wrong("A 3×3 window has 9 numbers in each channel, not 3.")
    if close(size, want / 64):
        raise Wrong("A column holds the window in all 64 channels.")
    if close(size, 2 * want):
        raise Wrong("The number of kernels does not enter: all use the same columns.")
    if not close(size, want):
        raise Wrong("Pictures · channels · taps · places numbers, 4 bytes each, in units of 2²⁰.")
    if close(inputs, 9):
        raise Wrong("9 is stride 1. At stride 2 there are fewer places, and so fewer columns.")
    if close(inputs, 4.5):
        raise Wrong("Stride 2 halves rows and columns of places.")
    if not close(inputs, 2.25):
        raise Wrong("At stride 2: 9 taps, and a quarter of the places.")
    return "441 MiB, nine batches; at stride 2 a quarter of that."


@exercise("16.6", Function("ratio(c_i, c_o, k)", Number("a number")))
def separable(function: Call) -> str:
    """`ratio(c_i, c_o, k)`: multiply-adds of depthwise separable to full."""
    wrong: list[tuple[Callable[[int, int, int], float], str]] = [
        (lambda i, o, k: 1 / o, "That is the depthwise layer alone; the 1×1 layer is missing."),
        (lambda i, o, k: 1 / k**2, "That is the 1×1 layer alone; the depthwise one is missing."),
        (lambda i, o, k: 1 / o + 1 / k, "The kernel has k² taps: 1/k²."),
        (lambda i, o, k: 1 / i + 1 / k**2, "1/c_i: the depthwise layer has c_i kernels, not c_o."),
        (lambda i, o, k: 1 / (1 / o + 1 / k**2), "Upside down: the separable one goes above."),
        (
            lambda i, o, k: 1 / (o * k**2),
            "The two layers run one after the other: add their costs.",
        ),
    ]
    shapes = ((64, 128, 3), (32, 16, 5), (100, 100, 7), (6, 4, 1))
    got = [function(*shape) for shape in shapes]
    want = [1 / c_o + 1 / k**2 for _, c_o, k in shapes]
    for formula, message in wrong:
        if all(map(close, got, (formula(*shape) for shape in shapes))):
            raise Wrong(message)
    for shape, mine, right in zip(shapes, got, want, strict=True):
        if not math.isclose(mine, right, rel_tol=1e-6):
            raise Wrong(
                f"ratio{shape} should be ({shape[0]}·k² + c_i·c_o) / (c_i·c_o·k²) = {right:.4f} "
                f"with these numbers; yours is {mine:.4f}."
            )
    return "1/c_o + 1/k²: the number of input channels cancels."


@exercise(
    "16.6p",
    Number("a fraction"),
    Page(
        known=(1 / 128 + 1 / 9, 1 / 9, 1 / 128, 1 / 64 + 1 / 9, 1 / 128 + 1 / 3),
        labels=("Fraction",),
        ask="A 3×3 layer from 64 to 128 channels, made separable: which fraction of its "
        "multiply-adds is left?",
    ),
)
def fraction_left(fraction: float) -> str:
    """The fraction of multiply-adds of a separable 3×3 layer, 64 to 128 channels."""
    if close(fraction, 1 / 128 + 1 / 9):
        return "(64·9 + 64·128) / (64·128·9): a little more than a ninth."
    if close(fraction, 1 / 9):
        raise Wrong("That is the 1×1 layer alone; the depthwise one is missing.")
    if close(fraction, 1 / 128):
        raise Wrong("That is the depthwise layer alone; the 1×1 layer is missing.")
    if close(fraction, 1 / 64 + 1 / 9):
        raise Wrong("The depthwise layer has 64 kernels, one for each input channel.")
    if close(fraction, 1 / 128 + 1 / 3):
        raise Wrong("The kernel has nine taps, not three.")
    raise Wrong("At one place: 64·9 products depthwise, and 64·128 for the 1×1 layer.")


@exercise(
    "16.7",
    Integers(2, "the batch in float32, the batch in float16"),
    Page(
        known=((54, 26), (50, 25), (53, 26), (54, 54), (54, 25), (54, 27), (115, 54)),
        labels=("float32", "float16"),
    ),
)
def batches(answer: tuple[int, ...]) -> str:
    """Least batch at which 4096 to 1000 is compute-bound at a ridge of 25, in 4 and in 2 bytes."""
    four, two = answer
    want = tuple(_least_batch(size, 2) for size in (4, 2))
    if (four, two) == tuple(_least_batch(size, 1) for size in (4, 2)):
        raise Wrong("The ridge counts operations: a multiply-add is two.")
    if four == 50:
        raise Wrong("50 is enough for the weights alone. Inputs and outputs are moved as well.")
    if four == 53:
        raise Wrong("At 53 the intensity is 24.9, a little short of the ridge.")
    if four != want[0]:
        raise Wrong("Float32: the least N with 2·N·c_i·c_o ≥ 25·4·(N·c_i + c_i·c_o + N·c_o).")
    if two == four:
        raise Wrong("Float16: half the bytes for the same operations. The intensity doubles.")
    if two == 25:
        raise Wrong("Float16: 25 is enough for the weights alone. What else is moved?")
    if two == 27:
        raise Wrong("Float16: half of 53.3, before rounding up, is about right. Solve it again.")
    if two != want[1]:
        raise Wrong("Float16: as before, with 2 bytes in place of 4.")
    return "In float32 each weight does 54 multiply-adds, 108 operations, while it is there."


def _least_batch(size: int, operations: int) -> int:
    """The least batch with an intensity of 25 or more."""
    weights, ends = 4096 * 1000, 4096 + 1000
    least = Fraction(25 * size * weights, operations * weights - 25 * size * ends)
    return math.ceil(least)


@exercise("16.8a", Function("two_outputs(d, g)"))
def four_products(function: Call) -> str:
    """`two_outputs(d, g)`: two outputs of a three-tap filter with four products."""
    for d, g in (
        ((0, 1, 2, 3), (1, 2, 3)),
        ((5, -2, 7, 4), (2, -3, 1)),
        ((1, 0, 0, 0), (4, 5, 6)),
        ((-3, 8, 1, -6), (0, 1, 7)),
    ):
        _Number.products = 0
        picture = [_Number(value, "d") for value in d]
        got = function(picture, [_Number(value, "g") for value in g])
        parts = listed(got)
        if parts is None or len(parts) != 2:
            raise Wrong(f"The function should return two numbers; it returned {got!r}.")
        got = [
            part.value if isinstance(part, _Number) else Number("two numbers").read(part)
            for part in parts
        ]
        want = [sum(d[i + a] * g[a] for a in range(3)) for i in range(2)]
        if got == want[::-1] != want:
            raise Wrong("The two outputs are there, in the wrong order.")
        if got == [sum(d[i + a] * g[2 - a] for a in range(3)) for i in range(2)] != want:
            raise Wrong("Your filter is flipped: the first tap meets the first number.")
        if got != want:
            raise Wrong(f"For d = {d} and g = {g} it should give {want}; yours gives {got}.")
        if _Number.products == 6:
            raise Wrong("Right values, with six products of a picture's and a kernel's number.")
        if _Number.products != 4:
            raise Wrong(f"Right values, with {_Number.products} products in place of four.")
    return "Four products of a picture's number and a kernel's."


@exercise(
    "16.8b",
    Numbers(3, "products for an output of F(2×2, 3×3), F(4×4, 3×3), F(6×6, 3×3)"),
    Page(
        known=(
            (4, 2.25, 16 / 9),
            (16, 36, 64),
            (2, 1.5, 4 / 3),
            (1 / 4, 4 / 9, 9 / 16),
            (9 / 4, 4, 81 / 16),
        ),
        labels=("F(2×2, 3×3)", "F(4×4, 3×3)", "F(6×6, 3×3)"),
    ),
)
def products_for_each_output(answer: tuple[float, ...]) -> str:
    """(m + 2)²/m² for m = 2, 4, 6."""
    want = [(m + 2) ** 2 / m**2 for m in (2, 4, 6)]
    if all(map(close, answer, want)):
        return "(m + 2)²/m², in place of 9: from four to less than two."
    if all(map(close, answer, (16, 36, 64))):
        raise Wrong("Those are the products for a whole tile. It has m² outputs.")
    if all(map(close, answer, ((m + 2) / m for m in (2, 4, 6)))):
        raise Wrong("That is in one dimension; in two the points are (m + 2)·(m + 2).")
    if all(map(close, answer, (1 / part for part in want))):
        raise Wrong("Upside down: those are outputs for each product.")
    if all(map(close, answer, (9 / part for part in want))):
        raise Wrong("Those are factors saved. How many of the 9 products are left?")
    m, part = next(
        (m, part)
        for m, part, right in zip((2, 4, 6), answer, want, strict=True)
        if not close(part, right)
    )
    raise Wrong(f"F({m}×{m}, 3×3) evaluates a tile at {m + 2} points an axis; not {part:g}.")


class _Number:
    """A number that knows what it was made of, and counts products of such numbers."""

    products = 0

    def __init__(self, value: Any, made_of: str = "") -> None:
        self.value = Fraction(value)
        self.made_of = frozenset(made_of)

    def __repr__(self) -> str:
        return str(self.value)

    def _with(self, other: Any, value: Callable[[Fraction, Fraction], Fraction]) -> "_Number":
        other = other if isinstance(other, _Number) else _Number(other)
        result = _Number(value(self.value, other.value))
        result.made_of = self.made_of | other.made_of
        return result

    def __add__(self, other: Any) -> "_Number":
        return self._with(other, lambda x, y: x + y)

    def __sub__(self, other: Any) -> "_Number":
        return self._with(other, lambda x, y: x - y)

    def __rsub__(self, other: Any) -> "_Number":
        return self._with(other, lambda x, y: y - x)

    def __neg__(self) -> "_Number":
        return 0 - self

    def __mul__(self, other: Any) -> "_Number":
        if isinstance(other, _Number) and self.made_of and other.made_of:
            _Number.products += 1
        return self._with(other, lambda x, y: x * y)

    def __truediv__(self, other: Any) -> "_Number":
        if isinstance(other, _Number):
            raise Wrong("Only division by a constant is needed, such as / 2.")
        return self._with(other, lambda x, y: x / y)

    __radd__, __rmul__ = __add__, __mul__


@exercise(
    "16.9",
    Integers(2, "k for three transforms, k for two"),
    Page(known=((9, 7), (9, 9), (7, 5), (13, 11)), labels=("k, three transforms", "k, two")),
)
def crossings(answer: tuple[int, ...]) -> str:
    """The least odd k from which Fourier does fewer operations on 256×256 pixels, depthwise."""
    fresh, stored = answer

    def least(transforms: int, log: int = 16, direct: int = 2, spectra: int = 4) -> int:
        bill = transforms * 2.5 * log + spectra
        return next(k for k in range(1, 99, 2) if direct * k * k > bill)

    if (fresh, stored) == (least(3, log=8), least(2, log=8)):
        raise Wrong("N is the number of pixels, 256·256, so its logarithm is 16, not 8.")
    if (fresh, stored) == (least(3, direct=1), least(2, direct=1)):
        raise Wrong("The windows take k² multiply-adds: 2k² operations.")
    if fresh != least(3):
        raise Wrong(
            "Three transforms: 3·2.5·16 + 4 operations a pixel. From which odd k is 2k² more?"
        )
    if stored == fresh:
        raise Wrong("With the kernel's transform kept, two transforms are left, not three.")
    if stored != least(2):
        raise Wrong("Two transforms: 2·2.5·16 + 4 operations a pixel.")
    return "124 and 84 operations a pixel, against 2k²."
