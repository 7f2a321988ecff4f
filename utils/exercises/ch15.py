"""What the exercises of chapter 15, large kernels, accept and what they answer."""

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Integer, Integers, Letters, Number, Numbers
from utils.exercises.page import Page


@exercise(
    "15.ap",
    Integers(3, "the side of the single kernel, weights of the two, weights of the one"),
    Page(
        known=(
            (5, 18, 25),
            (6, 18, 25),
            (9, 18, 25),
            (7, 18, 25),
            (3, 18, 25),
            (5, 9, 25),
            (5, 12, 25),
            (5, 81, 25),
            (5, 18, 5),
            (5, 18, 36),
        ),
        labels=("Side of the single kernel", "Weights of the two", "Weights of the one"),
        ask="Two layers of 3×3, or one kernel with the same view:",
    ),
)
def two_or_one(answer: tuple[int, ...]) -> str:
    """Two 3×3 layers against the one kernel with the same view."""
    side, two, one = answer
    if side == 6:
        raise Wrong("The windows of neighbours overlap. Count the pixels that light up in the row.")
    if side == 9:
        raise Wrong("Count along the row: how many pixels does the last layer see?")
    if side == 7:
        raise Wrong("That would be three layers.")
    if side != 5:
        raise Wrong("A 3×3 layer adds one pixel on each side of the view.")
    if two == 9:
        raise Wrong("The side is right. There are two kernels.")
    if two != 18:
        raise Wrong("The side is right. Each small kernel has 3·3 weights.")
    if one != 25:
        raise Wrong("Only the last number is not right: side times side.")
    return "A view of 5×5: two times 9 weights, or 25."


@exercise(
    "15.bp",
    Number("a factor"),
    Page(
        known=(65600 / 36864, 1.8, 1.78, 107, 1.7, 61504 / 36864, 64, 1, 2, 10, 0.6),
        labels=("Times as many",),
        ask="31×31 depthwise and 1×1, against full 3×3, 64 channels. To one decimal.",
    ),
)
def large_against_full(factor: float) -> str:
    """65,600 over 36,864."""
    if 106 <= factor <= 108:
        raise Wrong("That is the area. The full layer has 64 kernels for each kernel of this one.")
    if factor == 64:
        raise Wrong("The depthwise half has 64 times fewer kernels, but much larger ones.")
    if 1.65 <= factor < 1.75:
        raise Wrong("Nearly. The 1×1 half comes on top.")
    if not 1.75 <= factor < 1.85:
        raise Wrong("64·961 + 64·64, over 36,864.")
    return "65,600 over 36,864 is 1.78."


@exercise(
    "15.cp",
    Integer("a whole number of pixels"),
    Page(
        known=(21, 15, 31, 17, 19, 23, 25, 22, 20, 27),
        labels=("Pixels wide",),
        marks=((7, 11, 13, 18, 24, 29, 32),),
        ask="How wide is the frame of five layers of 7×7?",
    ),
)
def frame_of_five(side: int) -> str:
    """The square that holds 95% of the squared gradient, mean of 20 seeds."""
    if side > 31:
        raise Wrong("The whole view is 31 pixels wide.")
    if side <= 15:
        raise Wrong("The bell is wider than that of the 3×3 layers.")
    if side < 19:
        raise Wrong("Somewhat wider: at the same view its square grows with k + 1.")
    if side > 23:
        raise Wrong("Not as wide: with five layers the middle counts more than the edge.")
    return "It is 21: the bell is √2 times as wide as that of fifteen 3×3 layers."


@exercise(
    "15.1",
    Integers(3, "weights of three 3×3, weights of one 7×7, the largest m"),
    Page(
        known=(
            (75456, 9408, 98),
            (110592, 9408, 98),
            (5184, 9408, 98),
            (8384, 9408, 98),
            (75456, 200704, 98),
            (75456, 3136, 98),
            (75456, 147, 98),
            (75456, 9408, 99),
            (75456, 9408, 116),
            (75456, 9408, 64),
            (75456, 9408, 97),
        ),
        labels=("(a) Three 3×3", "(b) One 7×7", "(c) Largest m"),
    ),
)
def small_or_large(answer: tuple[int, ...]) -> str:
    """3→64→64→64 by 3×3 against 3→64 by 7×7, and m between from 64 to 64."""
    stack, single, most = answer
    if stack == 110592:
        raise Wrong("(a) The first of the three reads 3 channels.")
    if stack == 5184:
        raise Wrong("(a) The second and the third layer read 64 channels.")
    if stack == 8384:
        raise Wrong("(a) Those are the pairs of channels. Each has a kernel of 9 weights.")
    if stack != 75456:
        raise Wrong("(a) 9 for each pair of channels: 3·64, then twice 64·64.")
    if single == 200704:
        raise Wrong("(a) is right. (b) This layer reads 3 channels.")
    if single != 9408:
        raise Wrong("(a) is right. (b) 49 weights for each of 3·64 pairs.")
    if most == 99:
        raise Wrong("(a) and (b) are right. (c) Nearly: with 99 the stack has more weights.")
    if most > 98:
        raise Wrong("(a) and (b) are right. (c) Fewer: the middle layer has 9m² weights.")
    if most < 98:
        raise Wrong("(a) and (b) are right. (c) The stack has fewer weights for larger m as well.")
    return "75,456 against 9,408; and m² + 128m < 22,300.4 up to 98."


_NOT = {
    "B": "B: is 1 + x⁴ + y⁴ a product of two polynomials?",
    "E": "E: how many choices are there, and how many numbers are wanted?",
}
_MADE = {
    "A": "A: is it a column times a row?",
    "C": "C: what does a kernel with a one in the middle do to another?",
    "D": "D: split the column of five, and the row of five.",
}


@exercise("15.2", Letters("ABCDE"), Page(known=("ACD",)))
def in_a_row(letters: frozenset[str]) -> str:
    """The 5×5 kernels that are two 3×3 kernels in a row."""
    for letter in sorted(letters & _NOT.keys()):
        raise Wrong(_NOT[letter])
    for letter in sorted(_MADE.keys() - letters):
        raise Wrong(f"Something is missing. {_MADE[letter]}")
    return "All three are a column times a row, and each of these splits in two."


@exercise(
    "15.3",
    Integers(2, "channels, the largest odd k"),
    Page(
        known=((121, 21), (120, 21), (122, 21), (961, 21), (107, 21), (121, 23), (121, 22)),
        labels=("(a) Channels", "(b) Largest odd k"),
    ),
)
def larger_and_smaller(answer: tuple[int, ...]) -> str:
    """Where c·k² + c² is less than 9c²."""
    channels, k = answer
    if channels == 120:
        raise Wrong("(a) Nearly: 8·120 is 960, and 31² is 961.")
    if channels == 107:
        raise Wrong("(a) The 1×1 layer has c² weights, which are to be counted too.")
    if channels > 121:
        raise Wrong("(a) It has fewer with fewer channels.")
    if channels < 121:
        raise Wrong("(a) k² is still more than 8c.")
    if k == 22:
        raise Wrong("(a) is right. (b) An odd one, please.")
    if k > 21:
        raise Wrong("(a) is right. (b) Its square is more than 8·64.")
    if k < 21:
        raise Wrong("(a) is right. (b) There is a larger one with a square below 8·64.")
    return "961 < 8·121, and 441 < 512 < 529."


@exercise(
    "15.4",
    Integers(2, "weights, pixels"),
    Page(
        known=((510, 485), (255, 485), (2601, 485), (485, 485), (510, 510), (510, 2601)),
        labels=("(a) Weights", "(b) Pixels"),
    ),
)
def strips(answer: tuple[int, ...]) -> str:
    """A 51×5 and a 5×51 kernel, added."""
    weights, pixels = answer
    if weights == 255:
        raise Wrong("(a) There are two strips.")
    if weights == 2601:
        raise Wrong("(a) That is a whole 51×51 kernel.")
    if weights == 485:
        raise Wrong("(a) Each strip has its own weights where they overlap.")
    if weights != 510:
        raise Wrong("(a) 51·5 for each of two strips.")
    if pixels == 510:
        raise Wrong("(a) is right. (b) The square in which they cross is counted twice.")
    if pixels == 2601:
        raise Wrong("(a) is right. (b) No strip reaches the corners.")
    if pixels != 485:
        raise Wrong("(a) is right. (b) Both strips, less what they share.")
    return "2·255 weights, and 510 − 25 pixels."


@exercise(
    "15.5",
    Integers(3, "layers of 3×3, their view, layers of 7×7"),
    Page(
        known=(
            (120, 241, 20),
            (15, 31, 20),
            (80, 161, 20),
            (10, 21, 20),
            (120, 240, 20),
            (120, 31, 20),
            (120, 361, 20),
            (120, 241, 5),
            (120, 241, 40),
            (120, 241, 121),
        ),
        labels=("(a) Layers of 3×3", "(b) Their view", "(c) Layers of 7×7"),
    ),
)
def wide_as_one(answer: tuple[int, ...]) -> str:
    """How many small layers have a bell as wide as one 31×31 kernel."""
    three, view, seven = answer
    if three == 15:
        raise Wrong("(a) Those have the same view. Asked is the width of the bell.")
    if three == 80:
        raise Wrong("(a) 80 is the square of the width. A 3×3 layer adds 8/12.")
    if three != 120:
        raise Wrong("(a) (31² − 1)/12, over (3² − 1)/12.")
    if view == 240:
        raise Wrong("(a) is right. (b) The pixel in the middle counts as well.")
    if view == 31:
        raise Wrong("(a) is right. (b) To be as wide, the stack must see more than the kernel.")
    if view != 241:
        raise Wrong("(a) is right. (b) One pixel, and two more for each layer.")
    if seven == 5:
        raise Wrong("(a) and (b) are right. (c) Those have the same view.")
    if seven != 20:
        raise Wrong("(a) and (b) are right. (c) (31² − 1)/12, over (7² − 1)/12.")
    return "80 = 120·8/12 = 20·48/12, with views of 241 and 121."


@exercise(
    "15.6",
    Numbers(4, "corner, edge and middle of the kernel, and the bias"),
    Page(
        known=(
            (2, 4, 2, -3),
            (1, 4, 2, -3),
            (-4, 4, 2, -3),
            (2, 2, 2, -3),
            (2, 4, 8, -3),
            (2, 4, 5, -3),
            (2, 4, 14, -3),
            (2, 4, 6.5, -3),
            (2, 4, 2, -5),
            (2, 4, 2, 2),
            (2, 4, 2, -7),
            (2, 4, 2, 1),
            (2, 4, 2, 3),
        ),
        labels=("Corner", "Edge", "Middle", "Bias"),
    ),
)
def merge_two(answer: tuple[float, ...]) -> str:
    """A 3×3 and a 1×1 branch with their norms."""
    # PyTorch's norms add their eps to σ², which moves the last digits.
    corner, edge, middle, bias = (round(value, 2) for value in answer)
    if corner == 1:
        raise Wrong("The corners: the first norm multiplies its kernel by γ/σ = 4/2.")
    if corner != 2:
        raise Wrong("The corners come from the 3×3 kernel alone, times its γ/σ.")
    if edge != 4:
        raise Wrong("The corners are right. The edges come from the 3×3 kernel, too.")
    if middle == 8:
        raise Wrong("The middle: the 1×1 kernel is missing. It is added there.")
    if middle == 5:
        raise Wrong("The middle: the 1×1 kernel is to be multiplied by its γ/σ, 1 over ½.")
    if middle != 2:
        raise Wrong("The middle: 2·4, and (γ/σ)·(−3) of the 1×1 branch.")
    if bias == -7:
        raise Wrong("The kernel is right. The second mean is below zero: 0 − 2·(−1).")
    if bias == 1:
        raise Wrong("The kernel is right. The means are to be scaled and subtracted, too.")
    if bias in (-5, 2):
        raise Wrong("The kernel is right. That is the bias of one of the branches.")
    if bias != -3:
        raise Wrong("The kernel is right. Each branch adds β − γμ/σ to the bias.")
    return "2·4 − 6 = 2 in the middle, and −5 + 2 = −3."


_NO_KERNEL = {
    "B": "B: a ReLU is not linear.",
    "D": "D: max pooling is not linear.",
    "E": "E: in training mode μ and σ are those of the batch, and change with it.",
}
_KERNEL = {
    "A": "A: do the middles of both kernels stand on the same pixels?",
    "C": "C: which kernel takes the mean of nine pixels?",
    "F": "F: what are two kernels in a row?",
}


@exercise("15.7", Letters("ABCDEF"), Page(known=("ACF",)))
def mergeable(letters: frozenset[str]) -> str:
    """What is one convolution."""
    for letter in sorted(letters & _NO_KERNEL.keys()):
        raise Wrong(_NO_KERNEL[letter])
    for letter in sorted(_KERNEL.keys() - letters):
        raise Wrong(f"Something is missing. {_KERNEL[letter]}")
    return "One 5×5 at stride 2, one 3×3 with ninths added, one 5×5."


@exercise(
    "15.8",
    Numbers(2, "the odd k, and the factor"),
    Page(
        known=((7, 5.04), (7, 5), (5, 5), (9, 5), (13, 5), (6, 5), (7, 6.6), (7, 3.4), (7, 0.2)),
        labels=("(a) From k", "(b) Times fewer"),
    ),
)
def fourier_here(answer: tuple[float, ...]) -> str:
    """Fourier's count on 56×56 pixels, padded to 64 and to 128."""
    k, times = answer
    if k == 5:
        raise Wrong("(a) 2·25·56² is still less than Fourier takes.")
    if k == 13:
        raise Wrong("(a) That was with 128×128 numbers. These are 64×64.")
    if k > 7:
        raise Wrong("(a) A smaller kernel does.")
    if k < 7:
        raise Wrong("(a) Windows still take fewer, or it is not odd.")
    if not 4.95 <= times < 5.1:
        raise Wrong("(a) is right. (b) 2·31²·56², over 2·2.5·128²·14 + 3·128².")
    return "258,048 lies between 156,800 and 307,328; and 6,027,392 over 1,196,032 is 5.04."
