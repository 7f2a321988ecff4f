"""What the exercises of chapter 18, a network seen whole, accept and what they answer."""

import torch
from torch import Tensor

from utils.exercises import Wrong, exercise
from utils.exercises.answers import (
    Array,
    Integer,
    Integers,
    Numbers,
    Percentage,
    Words,
    agree,
)
from utils.exercises.page import Page

_LAYERS = ("convolution 1", "convolution 2", "dense 1", "dense 2", "dense 3")


@exercise(
    "18.ap",
    Percentage("percent of the digits"),
    Page(
        known=(94, 0.94, 1, 50, 10, 0, 99, 100, 65, 75, 82),
        labels=("Percent",),
        marks=((0.1, 0.5, 0.79, 0.8, 0.98, 0.99, 20, 40, 60, 79, 80, 85, 95, 98, 99),),
        ask="Without the winner's largest product, how many still get the same answer?",
    ),
)
def without_the_largest(percent: float) -> str:
    """How many held-out digits keep their answer when the winner loses its largest product."""
    if percent > 98:
        raise Wrong("Some answers are close calls.")
    if percent < 40:
        raise Wrong("Far more. The other products are still there.")
    if percent < 80:
        raise Wrong("More: one product of many is missing.")
    return "More than nine of ten. The score is a sum, and the rest of it stays."


@exercise(
    "18.bp",
    Words(2, "the layer with most parameters, the layer with most multiplications"),
    Page(
        known=[(one, two) for one in _LAYERS for two in _LAYERS],
        labels=("Most parameters", "Most multiplications"),
        options=_LAYERS,
        ask="Which layer has most of the parameters, which does most of the multiplications?",
    ),
)
def where_they_sit(answer: tuple[str, ...]) -> str:
    """The first dense layer, and the second convolution."""
    parameters, work = answer
    if parameters in _LAYERS[:2]:
        raise Wrong("Parameters: a kernel is shared by all places, so there are few.")
    if parameters != "dense 1":
        raise Wrong("Parameters: which dense layer reads the most numbers?")
    if work == "convolution 1":
        raise Wrong("Work: it has more places, but each filter reads one plane only.")
    if work != "convolution 2":
        raise Wrong("Work: a dense layer uses each weight once, a convolution at every place.")
    return "48,120 of 61,706 parameters, and 240,000 of 416,520 multiply-adds."


@exercise(
    "18.cp",
    Percentage("percent of the digits"),
    Page(
        known=(52, 0.52, 1, 95, 10, 0, 90, 80, 20, 70, 30),
        labels=("Percent read",),
        marks=((0.1, 0.34, 0.35, 0.66, 0.67, 0.85, 34, 35, 40, 60, 66, 67, 85, 86),),
        ask="At home LeNet reads 95 percent. Four pixels to the left:",
    ),
)
def moved_by_four(percent: float) -> str:
    """What LeNet reads of digits moved by four of 32 pixels."""
    if percent > 85:
        raise Wrong("A convolution moves along. But what reads the last maps?")
    if percent > 66:
        raise Wrong("Fewer.")
    if percent < 35:
        raise Wrong("More: four pixels are an eighth of the picture.")
    return "About half. The dense layers know one place."


@exercise(
    "18.1",
    Integers(2, "parameters, times as many multiply-adds"),
    Page(
        known=(
            (117078, 4),
            (123412, 4),
            (69078, 4),
            (68980, 4),
            (112278, 4),
            (61706, 4),
            (117034, 4),
            (117078, 2),
            (117078, 8),
            (117078, 1),
        ),
        labels=("(a) Parameters", "(b) Times as much work"),
    ),
)
def twice_the_maps(answer: tuple[int, ...]) -> str:
    """LeNet with 12 and 32 maps."""
    parameters, work = answer
    if parameters == 123412:
        raise Wrong("(a) Not everything doubles: the second and third dense layers stay.")
    if parameters == 69078:
        raise Wrong("(a) The first dense layer has more to read now, too.")
    if parameters == 112278:
        raise Wrong("(a) The filters of the second convolution read 12 maps, not 6.")
    if parameters == 117034:
        raise Wrong("(a) Nearly: each output channel of the convolutions has a bias.")
    if parameters != 117078:
        raise Wrong("(a) Go layer by layer: weights and biases of each of the five.")
    if work == 2:
        raise Wrong("(a) is right. (b) Both its input and its output channels have doubled.")
    if work == 8:
        raise Wrong("(a) is right. (b) The maps are as large as before.")
    if work != 4:
        raise Wrong("(a) is right. (b) Filters, times planes that each reads.")
    return "312 + 9,632 + 96,120 + 10,164 + 850, and 2·2 times the work."


@exercise(
    "18.2",
    Integers(2, "numbers, parameters"),
    Page(
        known=(
            (1176, 152410),
            (4704, 152410),
            (400, 152410),
            (196, 152410),
            (864, 152410),
            (1176, 59290),
            (1176, 152290),
            (1176, 61706),
            (1176, 141240),
            (1176, 154826),
        ),
        labels=("(a) Numbers", "(b) Parameters"),
    ),
)
def layer_less(answer: tuple[int, ...]) -> str:
    """LeNet without its second convolution and what follows it."""
    numbers, parameters = answer
    if numbers == 4704:
        raise Wrong("(a) The first pooling is still there.")
    if numbers == 400:
        raise Wrong("(a) That is LeNet's. The second convolution and pooling are gone.")
    if numbers == 196:
        raise Wrong("(a) That is one of the maps.")
    if numbers != 1176:
        raise Wrong("(a) Maps, times rows, times columns, behind the first pooling.")
    if parameters == 59290:
        raise Wrong("(a) is right. (b) The first dense layer has more to read than 400 numbers.")
    if parameters == 154826:
        raise Wrong("(a) is right. (b) The second convolution's parameters are gone.")
    if parameters == 141240:
        raise Wrong("(a) is right. (b) That is the first dense layer alone.")
    if parameters == 152290:
        raise Wrong("(a) is right. (b) Nearly: the first dense layer has biases.")
    if parameters != 152410:
        raise Wrong("(a) is right. (b) One convolution and three dense layers, with biases.")
    return "6·14·14, and 120 of them in a first dense layer of 141,240."


@exercise(
    "18.3",
    Integers(3, "rows with 3×3, with 7×7, with stride 2"),
    Page(
        known=(
            (8, 20, 13),
            (10, 20, 13),
            (5, 20, 13),
            (7, 20, 13),
            (8, 24, 13),
            (8, 22, 13),
            (8, 13, 13),
            (8, 20, 14),
            (8, 20, 9),
            (8, 20, 10),
        ),
        labels=("(a) 3×3", "(b) 7×7", "(c) Stride 2"),
    ),
)
def what_a_unit_sees(answer: tuple[int, ...]) -> str:
    """Fields of the second convolution's units."""
    three, seven, stride = answer
    if three == 10:
        raise Wrong("(a) That is behind the second pooling.")
    if three in (5, 6):
        raise Wrong("(a) Behind the pooling, a step is two pixels long.")
    if three == 7:
        raise Wrong("(a) The pooling has a window, too.")
    if three != 8:
        raise Wrong("(a) 1, and k − 1 steps for each layer, of the right length.")
    if seven == 22:
        raise Wrong("(b) That is behind the second pooling.")
    if seven in (13, 14):
        raise Wrong("(b) Behind the pooling, a step is two pixels long.")
    if seven != 20:
        raise Wrong("(a) is right. (b) The same sum with k = 7.")
    if stride == 14:
        raise Wrong("(a) and (b) are right. (c) 14 is with the pooling.")
    if stride in (9, 10):
        raise Wrong("(a) and (b) are right. (c) Stride makes the next layer's steps longer, too.")
    if stride != 13:
        raise Wrong("(a) and (b) are right. (c) Two layers: the second's steps are two pixels.")
    return "1 + 2 + 1 + 4, 1 + 6 + 1 + 12, and 1 + 4 + 8."


@exercise(
    "18.4",
    Array("the gradient", 2),
    Page(
        known=(
            [[0, 8, 0, 0], [0, 0, 4, 0]],
            [[2, 2, 1, 1], [2, 2, 1, 1]],
            [[0, 4, 0, 0], [0, 0, 5, 0]],
            [[0, 1, 0, 0], [0, 0, 1, 0]],
            [[8, 8, 4, 4], [8, 8, 4, 4]],
            [[0, 4, 0, 0], [0, 0, 8, 0]],
        ),
        labels=("Gradient",),
        shape=(2, 4),
        partly=True,
    ),
)
def back_through_max(answer: Tensor) -> str:
    """What max pooling hands back for gradients 8 and 4."""
    want = torch.tensor([[0.0, 8, 0, 0], [0, 0, 4, 0]], dtype=torch.float64)
    if answer.shape != want.shape:
        raise Wrong("The gradient has the input's shape, 2 rows of 4.")
    if agree(answer, want):
        return "Each window's gradient goes to its largest number, whole."
    if agree(answer, torch.tensor([[2.0, 2, 1, 1], [2, 2, 1, 1]], dtype=torch.float64)):
        raise Wrong("That is average pooling.")
    if agree(answer, torch.tensor([[0.0, 4, 0, 0], [0, 0, 5, 0]], dtype=torch.float64)):
        raise Wrong("The places are right. These are the numbers that were read.")
    if agree(answer, (want > 0).double()):
        raise Wrong("The places are right. What arrives behind the pooling is 8 and 4.")
    if not agree((answer != 0).double(), (want > 0).double()):
        raise Wrong("Only one number in each window can change its largest.")
    raise Wrong("The places are right. How much of the 8, and of the 4, arrives there?")


@exercise(
    "18.5",
    Numbers(2, "the largest slope, the factor of four"),
    Page(
        known=(
            (1 / 4, 1 / 256),
            (1 / 2, 1 / 256),
            (1, 1 / 256),
            (1 / 4, 1 / 16),
            (1 / 4, 1),
            (1 / 4, 1 / 64),
            (1 / 4, 4),
            (1 / 4, 256),
            (1 / 4, 0.004),
        ),
        labels=("(a) Largest slope", "(b) Four together"),
    ),
)
def slopes(answer: tuple[float, ...]) -> str:
    """The largest slope of a sigmoid, and its fourth power."""
    one, four = answer
    if abs(one - 0.5) < 1e-6:
        raise Wrong("(a) 1/2 is the value where it is steepest, not the slope.")
    if abs(one - 1) < 1e-6:
        raise Wrong("(a) 1 is the slope of a ReLU.")
    if abs(one - 0.25) > 1e-6:
        raise Wrong("(a) Where is s(1 − s) largest?")
    if abs(four - 1 / 16) < 1e-6 or abs(four - 1 / 64) < 1e-6:
        raise Wrong("(a) is right. (b) There are four of them.")
    if abs(four - 1) < 1e-6:
        raise Wrong("(a) is right. (b) The factors are multiplied, not added.")
    if abs(four - 256) < 1e-6:
        raise Wrong("(a) is right. (b) Each of them makes the gradient smaller.")
    if abs(four - 0.004) < 1e-6:
        raise Wrong("(a) is right. (b) Nearly: more exactly, please.")
    if abs(four - 1 / 256) > 1e-5:
        raise Wrong("(a) is right. (b) Multiply four such factors.")
    return "1/4, and its fourth power."


@exercise(
    "18.6",
    Integers(3, "rows of answers, pixels between two, rows seen"),
    Page(
        known=(
            (9, 4, 32),
            (13, 4, 32),
            (2, 4, 32),
            (33, 4, 32),
            (10, 4, 32),
            (9, 1, 32),
            (9, 2, 32),
            (9, 8, 32),
            (9, 4, 16),
            (9, 4, 64),
            (9, 4, 36),
        ),
        labels=("(a) Rows of answers", "(b) Pixels further", "(c) Rows seen"),
    ),
)
def larger_page(answer: tuple[int, ...]) -> str:
    """LeNet over 64×64."""
    rows, step, seen = answer
    if rows == 13:
        raise Wrong("(a) The first dense layer is a window of 5×5, too.")
    if rows == 33:
        raise Wrong("(a) That would be a step of one pixel. There are two poolings.")
    if rows == 2:
        raise Wrong("(a) The windows overlap.")
    if rows != 9:
        raise Wrong("(a) Follow 64 through the layers, one size after the other.")
    if step in (1, 2):
        raise Wrong("(a) is right. (b) Both poolings have stride 2.")
    if step != 4:
        raise Wrong("(a) is right. (b) The product of the strides.")
    if seen == 16:
        raise Wrong("(a) and (b) are right. (c) 16 is behind the second pooling.")
    if seen != 32:
        raise Wrong("(a) and (b) are right. (c) As many as LeNet was made for.")
    return "64, 60, 30, 26, 13, 9; 2·2; and 32."


@exercise(
    "18.7",
    Integers(2, "numbers in LeNet, numbers with padding"),
    Page(
        known=(
            (1, 25),
            (0, 25),
            (100, 25),
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 5),
            (1, 9),
            (1, 6),
            (1, 256),
        ),
        labels=("(a) LeNet", "(b) Padding 2"),
    ),
)
def blank_page(answer: tuple[int, ...]) -> str:
    """Different numbers in a map of layer 2 on a blank page."""
    plain, padded = answer
    if plain == 100:
        raise Wrong("(a) Every window reads the same.")
    if plain == 0:
        raise Wrong("(a) The map is not empty: it holds what the biases make.")
    if plain != 1:
        raise Wrong("(a) Does any window read something else than the next?")
    if padded == 1:
        raise Wrong("(a) is right. (b) What stands beside the second layer's input?")
    if padded in (2, 3):
        raise Wrong("(a) is right. (b) It matters on which side, and by how much it hangs over.")
    if padded == 5:
        raise Wrong("(a) is right. (b) Five from top to bottom; and from left to right?")
    if padded == 9:
        raise Wrong("(a) is right. (b) A window of 5 hangs over by one or by two.")
    if padded != 25:
        raise Wrong("(a) is right. (b) In how many ways can a window hang over an edge?")
    return "All windows alike; and 5·5 ways to hang over."


@exercise(
    "18.8",
    Numbers(2, "the mean, the reach of its interval"),
    Page(
        known=(
            (0.6, 0.76),
            (0.6, 0.7635),
            (1, 0.76),
            (4.8, 0.76),
            (0.9, 0.76),
            (0.6, 2.16),
            (0.6, 0.27),
            (0.6, 0.32),
            (0.6, 1.53),
            (0.6, 0.63),
            (0.6, 0.8),
        ),
        labels=("(a) Mean", "(b) Reach"),
    ),
)
def eight_differences(answer: tuple[float, ...]) -> str:
    """Mean and Student's interval of the stored differences between ReLU and tanh."""
    mean, reach = answer
    if abs(mean - 4.8) < 0.01:
        raise Wrong("(a) That is the sum of the eight.")
    if abs(mean - 1) < 0.01 or abs(mean - 0.9) < 0.01:
        raise Wrong("(a) The mean, with the signs as they are.")
    if abs(mean - 0.6) > 0.01:
        raise Wrong("(a) Add the eight, two of them negative, and divide by 8.")
    if abs(reach - 2.16) < 0.01:
        raise Wrong("(a) is right. (b) Divided by the root of 8.")
    if abs(reach - 0.27) < 0.01:
        raise Wrong("(a) is right. (b) By the root of 8, not by 8.")
    if abs(reach - 0.32) < 0.01:
        raise Wrong("(a) is right. (b) Times 2.365.")
    if abs(reach - 1.53) < 0.01:
        raise Wrong("(a) is right. (b) To either side; that is from end to end.")
    if abs(reach - 0.63) < 0.005:
        raise Wrong("(a) is right. (b) 1.96 is for many values; for eight it is 2.365.")
    if abs(reach - 0.8) < 1e-6:
        raise Wrong("(a) is right. (b) Nearly: with two decimals, please.")
    if abs(reach - 0.7635) > 0.01:
        raise Wrong("(a) is right. (b) 2.365 times the standard deviation, over the root of 8.")
    return "0.6, give or take 0.76: 0 lies inside."


@exercise(
    "18.dp",
    Integer("a whole number of changes"),
    Page(
        known=tuple(range(10)),
        labels=("Changes",),
        ask="For how many of the nine changes does the interval of the ReLU network leave out 0?",
    ),
)
def clear_changes(count: int) -> str:
    """How many paired intervals of the ReLU network's nine changes leave out 0."""
    if not 0 <= count <= 9:
        raise Wrong("There are nine changes.")
    if count > 3:
        raise Wrong("Fewer. The network is less particular than that.")
    if count != 2:
        raise Wrong("Nearly.")
    return "Two, and both by a hair."
