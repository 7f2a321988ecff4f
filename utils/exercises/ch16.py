"""What the exercises of chapter 16, what convolution costs, accept and what they answer."""

import math
from collections.abc import Callable
from fractions import Fraction

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Call, Function, Integer, Integers, Number, Numbers, close
from utils.exercises.page import Page
from utils.shapes import conv_cost


@exercise(
    "16.ap",
    Integer("a whole number"),
    Page(
        known=(13, 12, 6, 24, 27, 14, 1),
        labels=("Batch",),
        ask="The least batch at which the layer, 512 to 512, is compute-bound:",
    ),
)
def least_batch(batch: int) -> str:
    """The least batch at which 512 to 512 is compute-bound at a ridge of 6."""
    if batch == 13:
        return "Now each weight that is fetched serves 13 pictures."
    if batch == 12:
        raise Wrong("Very near. At 12 the widget still says memory-bound: what else is moved?")
    if batch == 6:
        raise Wrong("The ridge is at 6 operations a byte, and a weight has four bytes.")
    if batch in (24, 27):  # by the weights alone, and with all that is moved
        raise Wrong("A multiply-add is two operations.")
    if batch > 13:
        raise Wrong("It is compute-bound there. Is it at a smaller batch as well?")
    raise Wrong("Look at the diamond: it is still on the slope there.")


@exercise(
    "16.bp",
    Integer("a whole number"),
    Page(
        known=(5, 3, 4, 7, 9, 1),
        labels=("Kernel size",),
        ask="The least odd kernel size at which the layer is past the ridge, on 56×56 pixels:",
    ),
)
def least_kernel(k: int) -> str:
    """The least odd kernel of a depthwise layer that is compute-bound at a ridge of 6."""
    if k == 5:
        return "6.23 operations a byte; with 3×3 they stay below 2.25, whatever the batch."
    if k < 5:
        raise Wrong("With this kernel no batch and no input size takes it over the ridge.")
    raise Wrong("It is past the ridge there. Is a smaller kernel of odd size enough?")


@exercise(
    "16.cp",
    Number("a number"),
    Page(
        known=(1, 0.25, 4, 0.5, 2),
        labels=("Factor",),
        ask="28×28 pixels for 56×56, 128 channels for 64, in and out: the multiply-adds change by "
        "the factor",
    ),
)
def same_work(factor: float) -> str:
    """The factor of multiply-adds for half the side and twice the channels."""
    if close(factor, 1):
        return "A quarter of the places, four times the weights."
    if close(factor, 0.25):
        raise Wrong("That is the places. What happens to the weights?")
    if close(factor, 4):
        raise Wrong("That is the weights. What happens to the places?")
    if close(factor, 0.5):
        raise Wrong("The channels double on both sides, in and out.")
    if close(factor, 2):
        raise Wrong("Half a side is a quarter of the places.")
    raise Wrong("Multiply-adds are places times weights. What happens to each?")


@exercise(
    "16.dp",
    Integer("a whole number"),
    Page(
        known=(29, 30, 20, 19, 28, 10),
        labels=("Forward passes of a layer",),
        ask="A step of training on 10 layers, in forward passes of one layer:",
    ),
)
def ten_layers(passes: int) -> str:
    """What a training step on ten equal layers costs, in forward passes of one."""
    if passes == 29:
        return "Ten forward, ten and nine gradients."
    if passes == 30:
        raise Wrong("Nearly: one of the thirty is not needed. Which?")
    if passes == 20:
        raise Wrong("Each layer has two gradients to give, not one.")
    if passes in (19, 28):
        raise Wrong("Ten forward, ten gradients of weights, and which gradients of inputs?")
    if passes == 10:
        raise Wrong("That is the forward pass alone.")
    raise Wrong("Three lines for each layer; one line of one layer is not needed.")


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
        known=(1 - (37 / 49) ** 2, (37 / 49) ** 2, 12 / 49, 24 / 49, (12 / 49) ** 2, 48 / 49, 1),
        labels=("Fraction",),
        marks=((1, 43),),
    ),
)
def zeros(share: float) -> str:
    """The share of products with a zero: 7×7 windows on 7×7 pixels, padding 3."""
    if close(share, 1 - (37 / 49) ** 2):
        return "37 of 49 along each axis, so 1 − (37/49)²: 43% of the arithmetic."
    if share > 1:
        raise Wrong("A fraction lies between 0 and 1.")
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
            (170e6, 180e6, 90e6),
        ),
        labels=("(a), millions", "(b), millions", "(c), millions"),
    ),
)
def steps(answer: tuple[float, ...]) -> str:
    """Multiply-adds of a step: of all layers, with the pictures' gradient, of the last layer."""
    full, pictures, last = answer
    if full >= 1e6:
        raise Wrong("The answer is in millions, as the costs of the layers are.")
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


@exercise("16.5", Function("ratio(c_i, c_o, k)", Number("a number")))
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
    "16.5p",
    Number("a fraction"),
    Page(
        known=(1 / 100 + 1 / 25, 1 / 25, 1 / 100, 1 / 64 + 1 / 25, 1 / 100 + 1 / 5),
        labels=("Fraction",),
        ask="A 5×5 layer from 64 to 100 channels, made separable: which fraction of its "
        "multiply-adds is left?",
    ),
)
def fraction_left(fraction: float) -> str:
    """The fraction of multiply-adds of a separable 5×5 layer, 64 to 100 channels."""
    if close(fraction, 1 / 100 + 1 / 25):
        return "(64·25 + 64·100) / (64·100·25): a twentieth."
    if close(fraction, 1 / 25):
        raise Wrong("That is the 1×1 layer alone; the depthwise one is missing.")
    if close(fraction, 1 / 100):
        raise Wrong("That is the depthwise layer alone; the 1×1 layer is missing.")
    if close(fraction, 1 / 64 + 1 / 25):
        raise Wrong("The depthwise layer has 64 kernels, one for each input channel.")
    if close(fraction, 1 / 100 + 1 / 5):
        raise Wrong("The kernel has 25 taps, not five.")
    raise Wrong("At one place: 64·25 products depthwise, and 64·100 for the 1×1 layer.")


@exercise(
    "16.6",
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
