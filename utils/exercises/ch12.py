"""What the exercises of chapter 12, groups and separable layers, accept and what they answer."""

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Integer, Integers, Letters, Number, Percentage
from utils.exercises.page import Page


@exercise(
    "12.ap",
    Integer("a whole number of weights"),
    Page(
        known=(32, 64, 16, 8, 4, 128, 36),
        labels=("Weights",),
        ask="How many weights does the layer of 2×2 kernels have?",
    ),
)
def weights_of_two_groups(weights: int) -> str:
    """Weights of 4 filters that read 2 planes each with kernels of 2×2."""
    if weights == 64:
        raise Wrong("64 would be four filters that read four planes each.")
    if weights == 16:
        raise Wrong("Each filter reads two planes, and has a kernel for each.")
    if weights == 8:
        raise Wrong("8 is the number of kernels, or the weights of one filter.")
    if weights == 128:
        raise Wrong("There are four filters in both groups together.")
    if weights != 32:
        raise Wrong("Filters, times planes that each reads, times 2·2.")
    return "4 filters, 2 planes each, 2·2 weights."


@exercise(
    "12.bp",
    Integers(2, "rows and columns of the output"),
    Page(
        known=((4, 4), (7, 7), (3, 3), (2, 2)),
        labels=("Rows", "Columns"),
        ask="How large is each plane of the output, for a 7×7 input?",
    ),
)
def size_with_groups(size: tuple[int, ...]) -> str:
    """The note's check: k 5, s 2, p 2, 64 groups on 7×7."""
    rows, columns = size
    if rows == columns == 4:
        return "⌊(7 + 4 − 5)/2⌋ + 1 = 4, whatever the groups."
    if rows == columns == 7:
        raise Wrong("That would be at stride 1.")
    if rows == columns == 3:
        raise Wrong("Three steps; the place where the window begins counts, too.")
    if rows == columns == 2:
        raise Wrong("There is padding of 2 on each side.")
    raise Wrong("Along each axis it is ⌊(n + 2p − k)/s⌋ + 1, and the groups play no part.")


@exercise(
    "12.cp",
    Number("a factor"),
    Page(
        known=(73728 / 8768, 8.4, 9, 8, 64, 128, 7.9, 1, 1152),
        labels=("Factor",),
        ask="How many times fewer weights, from 64 to 128 channels? To one decimal.",
    ),
)
def times_fewer(factor: float) -> str:
    """73,728 over 8,768."""
    if factor == 9:
        raise Wrong("Nearly. The 1×1 half alone has a ninth; the depthwise half comes on top.")
    if factor == 64:
        raise Wrong("The depthwise filters are that much thinner, but the pair has a 1×1 half too.")
    if factor == 128:
        raise Wrong("The depthwise half alone saves that much, but the pair has a 1×1 half too.")
    if 7.85 <= factor < 7.95:
        raise Wrong("That is for 64 outputs. Here there are 128.")
    if not 8.35 <= factor < 8.45:
        raise Wrong("64·128·9 over 64·9 + 64·128.")
    return "73,728 over 8,768 is 8.41."


@exercise(
    "12.dp",
    Percentage("percent of the digits"),
    Page(
        known=(84, 0.84, 1, 96, 10, 50, 90, 95, 65, 75, 91),
        labels=("Percent read",),
        marks=((0.1, 0.19, 0.74, 0.75, 0.9, 0.91, 0.93, 60, 69, 74, 75, 85, 90, 93, 96, 100),),
        ask="Full layer: 96 percent. Cut to one kernel a channel:",
    ),
)
def read_at_rank_one(percent: float) -> str:
    """The mean over eight networks of what is read when each channel keeps one kernel."""
    if percent >= 93:
        raise Wrong("More is lost: look at the two rows of kernels again.")
    if percent > 90:
        raise Wrong("Somewhat more is lost.")
    if percent < 20:
        raise Wrong("Guessing gives 10. The layer is off, but not useless.")
    if percent < 75:
        raise Wrong("It is not as bad as that.")
    return "84 on average, and from 72 to 92 among the eight."


@exercise(
    "12.1",
    Integers(3, "kernels with one group, kernels with two, filters with two"),
    Page(
        known=(
            (8, 4, 4),
            (6, 4, 4),
            (4, 4, 4),
            (2, 4, 4),
            (8, 8, 4),
            (8, 2, 4),
            (8, 16, 4),
            (8, 4, 2),
            (8, 4, 1),
            (8, 4, 8),
        ),
        labels=("(a) Kernels, one group", "(b) Kernels, two groups", "(c) Filters, two groups"),
    ),
)
def kernel_maps(answer: tuple[int, ...]) -> str:
    """Kernels of a layer from 2 to 4 channels with g 1 and 2, and filters with g 2."""
    one, two, filters = answer
    if one == 4:
        raise Wrong("(a) 4 is the number of filters. Each has a kernel for every plane it reads.")
    if one != 8:
        raise Wrong("(a) Four filters, each with a kernel for each of two planes.")
    if two == 8:
        raise Wrong("(b) With two groups, a filter reads one plane only.")
    if two == 2:
        raise Wrong("(b) There are still four output channels, and each has a filter.")
    if two != 4:
        raise Wrong("(b) Four filters, each with a kernel for every plane of its group.")
    if filters == 2:
        raise Wrong("(c) Two filters in each of the two groups.")
    if filters != 4:
        raise Wrong("(c) One for each output channel.")
    return "4·2 kernels, 4·1 kernels, and four filters both times."


@exercise(
    "12.2",
    Integers(3, "how many, the largest, planes of a filter"),
    Page(
        known=(
            (10, 48, 2),
            (12, 48, 2),
            (9, 48, 2),
            (20, 48, 2),
            (10, 96, 2),
            (10, 240, 2),
            (10, 24, 2),
            (10, 48, 5),
            (10, 48, 1),
            (10, 48, 96),
        ),
        labels=("(a) How many", "(b) The largest", "(c) Planes of a filter"),
    ),
)
def legal_groups(answer: tuple[int, ...]) -> str:
    """The numbers that divide 96 and 240."""
    count, largest, planes = answer
    if count == 12:
        raise Wrong("(a) 96 has 12 divisors; not all of them divide 240.")
    if count == 20:
        raise Wrong("(a) 240 has 20 divisors; not all of them divide 96.")
    if count == 9:
        raise Wrong("(a) One is missing. Did you count one group?")
    if count != 10:
        raise Wrong("(a) How many numbers divide the greatest common divisor of 96 and 240?")
    if largest == 96:
        raise Wrong("(b) 96 does not divide 240.")
    if largest == 240:
        raise Wrong("(b) 240 does not divide 96.")
    if largest != 48:
        raise Wrong("(b) The greatest number that divides both 96 and 240.")
    if planes == 5:
        raise Wrong("(c) 5 is how many filters a group has.")
    if planes != 2:
        raise Wrong("(c) c_i over g.")
    return "The ten divisors of 48, and 96/48 = 2 planes."


@exercise(
    "12.3",
    Integers(2, "output channels for 5×5, output channels for 3×3"),
    Page(
        known=((15, 72), (14, 72), (16, 72), (9, 72), (25, 72), (15, 71), (15, 73), (15, 64)),
        labels=("(a) 5×5, nine times", "(b) 3×3, eight times"),
    ),
)
def nine_times(answer: tuple[int, ...]) -> str:
    """The least c_o for which a separable layer is so many times cheaper."""
    five, three = answer
    if five < 1:
        raise Wrong("(a) A layer has at least one output channel.")
    if five == 14:
        raise Wrong("(a) Nearly: 14 outputs give 8.97 times.")
    if five > 15:
        raise Wrong("(a) It does so with fewer outputs.")
    if five < 15:
        raise Wrong("(a) 1/c_o + 1/25 is still more than 1/9.")
    if three < 1:
        raise Wrong("(a) is right. (b) A layer has at least one output channel.")
    if three == 71:
        raise Wrong("(a) is right. (b) 71 outputs give 7.99 times.")
    if three > 72:
        raise Wrong("(a) is right. (b) It does so with fewer outputs.")
    if three < 72:
        raise Wrong("(a) is right. (b) 1/c_o + 1/9 is still more than 1/8.")
    return "16/225 and 1/72: from 15 and from 72 on."


@exercise(
    "12.4",
    Integers(2, "the place, and the groups"),
    Page(
        known=((10, 4), (6, 4), (7, 4), (11, 4), (9, 4), (10, 3), (10, 12), (10, 1), (10, 6)),
        labels=("(a) Place of channel 7", "(b) Groups"),
    ),
)
def shuffled_back(answer: tuple[int, ...]) -> str:
    """Where channel 7 of 12 goes with 3 groups, and which shuffle undoes it."""
    place, groups = answer
    if place == 11:
        raise Wrong("(a) Places are counted from 0.")
    if place == 6:
        raise Wrong("(a) 6 is where it goes with 4 groups of 3. Here it is 3 groups of 4.")
    if place == 7:
        raise Wrong("(a) Only the first and the last channel stay where they are.")
    if place != 10:
        raise Wrong("(a) Write 0 to 3, 4 to 7 and 8 to 11 in three rows, and read by columns.")
    if groups == 3:
        raise Wrong("(b) Not with the same: try it with 0, 1, 2, ..., 11.")
    if groups in (1, 12):
        raise Wrong("(b) With 1 or 12 groups the shuffle moves nothing.")
    if groups != 4:
        raise Wrong("(b) Transposing a 3×4 table gives a table of which shape?")
    return "Row 1, column 3: 3·3 + 1. A 4×3 table, transposed, is the 3×4 table again."


@exercise(
    "12.5",
    Integers(2, "layers, weights"),
    Page(
        known=(
            (3, 768),
            (2, 768),
            (16, 768),
            (4, 768),
            (6, 768),
            (3, 256),
            (3, 4096),
            (3, 192),
            (3, 512),
        ),
        labels=("(a) Layers", "(b) Weights"),
    ),
)
def thin_groups(answer: tuple[int, ...]) -> str:
    """Layers of 64 channels in groups of 4 that join everything, and their weights."""
    layers, weights = answer
    if layers == 2:
        raise Wrong("(a) Two layers reach 4·4 = 16 inputs.")
    if layers == 16:
        raise Wrong("(a) 16 is the number of groups. What an output knows is multiplied.")
    if layers == 6:
        raise Wrong("(a) That is with groups of 2.")
    if layers != 3:
        raise Wrong("(a) An output knows 4 inputs, then 4·4, then ...")
    if weights == 256:
        raise Wrong("The layers are right. (b) 256 is for one of them.")
    if weights == 4096:
        raise Wrong("The layers are right. (b) 4,096 is one full layer.")
    if weights != 768:
        raise Wrong("The layers are right. (b) 64 filters read 4 channels each, in every layer.")
    return "4·4·4 = 64 inputs, with 3·64·4 weights."


_NOT = {
    "B": "B: is [2, 1] a multiple of [1, 2]?",
    "E": "E: with one input channel there is one kernel, and the outputs may need several.",
}
_SEPARABLE = {
    "A": "A: take channel 0, then channel 1, and compare the two filters' kernels.",
    "C": "C: a factor may be 0, or below 0.",
    "D": "D: with one output, how many kernels does each channel need?",
}


@exercise("12.6", Letters("ABCDE"), Page(known=("ACD",)))
def separable(letters: frozenset[str]) -> str:
    """The layers in which each channel's kernels are multiples of one."""
    for letter in sorted(letters & _NOT.keys()):
        raise Wrong(_NOT[letter])
    for letter in sorted(_SEPARABLE.keys() - letters):
        raise Wrong(f"Something is missing. {_SEPARABLE[letter]}")
    return "In each, the kernels that read a channel are multiples of one kernel."


@exercise(
    "12.7",
    Integers(2, "weights, pointwise first; weights in the cheaper order"),
    Page(
        known=(
            (9344, 8480),
            (8768, 8480),
            (73728, 8480),
            (8192, 8480),
            (1152, 8480),
            (9344, 10496),
            (9344, 73728),
            (9344, 8192),
        ),
        labels=("(a) 64 to 128, 1×1 first", "(b) 256 to 32, cheaper order"),
    ),
)
def other_order(answer: tuple[int, ...]) -> str:
    """Weights of 1×1 then depthwise 3×3 from 64 to 128, and the cheaper order from 256 to 32."""
    first, cheaper = answer
    if first == 8768:
        raise Wrong("(a) That is with the depthwise layer first.")
    if first in (8192, 1152):
        raise Wrong("(a) That is one half of the pair.")
    if first != 9344:
        raise Wrong("(a) 64·128 for the 1×1 layer, and a kernel of 9 for each of 128 planes.")
    if cheaper == 10496:
        raise Wrong("(a) is right. (b) That is the dearer order.")
    if cheaper == 8192:
        raise Wrong("(a) is right. (b) That is the 1×1 layer alone.")
    if cheaper != 8480:
        raise Wrong("(a) is right. (b) 256·32, and 9 weights for each of how few planes?")
    return "64·128 + 128·9 and 256·32 + 32·9."


@exercise(
    "12.8",
    Integer("a whole number of functions"),
    Page(known=(14, 16, 15, 12, 8, 2, 4, 10, 13), labels=("Functions",)),
)
def same_or_different(count: int) -> str:
    """How many functions of two bits are thresholds of f(x) + h(y)."""
    if count == 16:
        raise Wrong("Not all. Try to say yes exactly if the two are the same.")
    if count == 15:
        raise Wrong("If one is out of reach, what of the one that says no where it says yes?")
    if count == 2:
        raise Wrong("Asked is how many there are networks for.")
    if not 0 <= count <= 16:
        raise Wrong("There are 16 functions in all.")
    if count != 14:
        raise Wrong("More are in reach: f and h may be negative, and constant.")
    return "All but two: the same, and different."
