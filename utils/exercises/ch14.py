"""What the exercises of chapter 14, deformable convolution, accept and what they answer."""

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Integers, Letters, Number, Numbers, Percentage
from utils.exercises.page import Page


@exercise(
    "14.ap",
    Number("a number"),
    Page(
        known=(5, 7, 3, 4, 2, 6, 16, 11, 5.5),
        labels=("It reads",),
        ask="Pixels 2, 6 over 4, 16. What is read half-way down, a quarter to the right?",
    ),
)
def between_four(value: float) -> str:
    """The bilinear mixture of 2, 6, 4, 16 at (1/2, 1/4)."""
    if value == 7:
        raise Wrong("7 is the mean of the four: that is half-way to the right, too.")
    if value == 3:
        raise Wrong("That is the mixture of the upper row alone.")
    if value in (2, 4, 6, 16):
        raise Wrong("That is a pixel. The point lies between them.")
    if value == 5.5:
        raise Wrong("That is a quarter of the way down, and half-way to the right.")
    if value != 5:
        raise Wrong("Mix 2 and 6, mix 4 and 16, a quarter of the way each; then half and half.")
    return "Half-way between 3 and 7."


@exercise(
    "14.bp",
    Number("a number"),
    Page(
        known=(4, 8, 6, 14, 2, 10),
        labels=("Slope",),
        ask="At (0.5, 0.25), by how much does the reading grow for each pixel down?",
    ),
)
def slope_down(slope: float) -> str:
    """The slope of that mixture along the rows' axis."""
    slope = round(slope, 1)  # small steps find it, too, but not exactly
    if slope == 8:
        raise Wrong("That is to the right.")
    if slope == 6:
        raise Wrong("That would be half-way between the columns; the point is nearer to the left.")
    if slope == 14:
        raise Wrong("From the first pixel to the last is across a corner.")
    if slope in (2, 10):
        raise Wrong("One column alone grows by that. Mix both.")
    if slope != 4:
        raise Wrong("The left column grows by 2 and the right one by 10. How much does each count?")
    return "Three quarters of 2 and a quarter of 10."


@exercise(
    "14.cp",
    Percentage("percent of the digits"),
    Page(
        known=(79, 0.79, 1, 84, 95, 10, 70, 90),
        labels=("Percent read",),
        marks=((0.6, 0.73, 0.74, 0.75, 0.83, 0.84, 0.85, 0.99, 60, 74, 83, 84.5, 100),),
        ask="Ordinary layer: about 84 percent. Deformable layer:",
    ),
)
def read_deformable(percent: float) -> str:
    """The mean over five networks with a deformable layer in the middle."""
    if percent > 84.5:
        raise Wrong("It is no improvement here.")
    if percent > 83:
        raise Wrong("Not quite as many.")
    if percent < 74:
        raise Wrong("It is not as bad as that.")
    return "About 79: a few points fewer."


@exercise(
    "14.1",
    Numbers(3, "the outputs (a), (b) and (c)"),
    Page(
        known=(
            (19, 37, 22),
            (25, 37, 22),
            (0, 37, 22),
            (19, 25, 22),
            (19, 43, 22),
            (19, 37, 25),
            (19, 37, 19),
            (19, 37, 28),
        ),
        labels=("(a) Zero", "(b) One pixel down", "(c) Half a pixel to the right"),
    ),
)
def moved_alike(answer: tuple[float, ...]) -> str:
    """The first output with the same offset for all taps."""
    still, down, right = answer
    if still == 0:
        raise Wrong("(a) The offsets are zero, and not the weights.")
    if still != 19:
        raise Wrong("(a) Nothing moves: it is the ordinary sum of the first window.")
    if down == 25:
        raise Wrong("(b) That is one pixel to the right.")
    if down != 37:
        raise Wrong("(b) The window stands one row further down.")
    if right == 25:
        raise Wrong("(c) That is a whole pixel to the right.")
    if right != 22:
        raise Wrong("(c) Each point reads the mean of two neighbours. What is the sum then?")
    return "Three windows: the first, the one below, and one between two."


@exercise(
    "14.2",
    Numbers(3, "what is read in (a), (b) and (c)"),
    Page(
        known=(
            (5, 3, 1.5),
            (20, 3, 1.5),
            (5, 4, 1.5),
            (5, 1, 1.5),
            (5, 3.5, 1.5),
            (5, 4.5, 1.5),
            (5, 3, 6),
            (5, 3, 3),
            (5, 3, 0),
            (5, 3, 4.5),
        ),
        labels=("(a)", "(b)", "(c)"),
    ),
)
def between_and_beyond(answer: tuple[float, ...]) -> str:
    """Readings of [[8, 4], [2, 6]] in the middle, above, and off the corner."""
    middle, above, corner = answer
    if middle == 20:
        raise Wrong("(a) The shares of the four add up to 1.")
    if middle != 5:
        raise Wrong("(a) In the very middle all four count alike.")
    if above == 4:
        raise Wrong("(b) The point is not on the pixel; a part of what it reads is outside.")
    if above == 1:
        raise Wrong("(b) The point is nearer to the 4 than to the zero above it.")
    if above == 4.5:
        raise Wrong("(b) Minus a quarter is above the first row.")
    if above != 3:
        raise Wrong("(b) Mix the 4 with the zero above it.")
    if corner == 6:
        raise Wrong("(c) The point is half a pixel off, along both axes.")
    if corner == 3:
        raise Wrong("(c) That would be half a pixel off along one axis.")
    if corner == 0:
        raise Wrong("(c) It is less than a pixel away from the 6.")
    if corner != 1.5:
        raise Wrong("(c) A half along each axis: which share has the 6?")
    return "The mean of four, three quarters of 4, a quarter of 6."


@exercise(
    "14.3",
    Numbers(2, "the slopes (a) and (b)"),
    Page(
        known=(
            (12, 20),
            (6, 20),
            (6, 10),
            (16, 20),
            (20, 20),
            (24, 20),
            (12, 10),
            (12, 12),
            (12, 16),
        ),
        labels=("(a) Down", "(b) To the right"),
    ),
)
def weighted_slopes(answer: tuple[float, ...]) -> str:
    """Slopes of twice the mixture of [[1, 5], [3, 15]] at (3/4, 1/2)."""
    down, right = (round(slope, 1) for slope in answer)  # small steps are not exact
    if down == 6:
        raise Wrong("(a) The reading grows by that. The sum has it times the weight.")
    if down == 20:
        raise Wrong("(a) Half of each column's growth counts: the point lies between the two.")
    if down == 24:
        raise Wrong("(a) The two columns' growths are mixed, not added up.")
    if down != 12:
        raise Wrong("(a) Mix 3 − 1 and 15 − 5, half and half, and multiply by the weight.")
    if right == 10:
        raise Wrong("(a) is right. (b) Times the weight.")
    if right == 12:
        raise Wrong("(a) is right. (b) The point is nearer to the lower row.")
    if right == 16:
        raise Wrong("(a) is right. (b) That would be half-way down.")
    if right != 20:
        raise Wrong("(a) is right. (b) Mix 5 − 1 and 15 − 3 as the point's row says.")
    return "Twice 6 and twice 10."


@exercise(
    "14.4",
    Integers(3, "channels, numbers, channels with masks"),
    Page(
        known=(
            (36, 900, 54),
            (18, 900, 54),
            (9, 900, 54),
            (576, 900, 54),
            (36, 36, 54),
            (36, 450, 54),
            (36, 28800, 54),
            (36, 900, 18),
            (36, 900, 27),
            (36, 900, 45),
            (36, 900, 72),
        ),
        labels=("(a) Channels", "(b) Numbers", "(c) Channels with masks"),
    ),
)
def how_many_offsets(answer: tuple[int, ...]) -> str:
    """Offsets of two groups of 3×3 on 5×5 places, and with masks."""
    channels, numbers, masked = answer
    if channels == 18:
        raise Wrong("(a) 18 is for one group, or for one number a point.")
    if channels == 576:
        raise Wrong("(a) The channels of a group share their offsets.")
    if channels != 36:
        raise Wrong("(a) Groups, times points, times two numbers.")
    if numbers == 36:
        raise Wrong("(b) That is for one place of the output.")
    if numbers == 28800:
        raise Wrong("(b) The channels of a group share their offsets.")
    if numbers != 900:
        raise Wrong("(b) Every place of the output has all offsets of its own.")
    if masked == 18:
        raise Wrong("(c) 18 are the masks. The offsets are needed, too.")
    if masked == 27:
        raise Wrong("(c) That is with one group.")
    if masked == 45:
        raise Wrong("(c) Each group has masks of its own.")
    if masked == 72:
        raise Wrong("(c) A mask is one number a point, not two.")
    if masked != 54:
        raise Wrong("(c) Three numbers for each point of each group.")
    return "2·9·2 channels, times 25 places, and 2·9·3 channels."


@exercise(
    "14.5",
    Integers(4, "(a) down, right, (b) down, right"),
    Page(
        known=(
            (-2, 0, 1, 1),
            (-3, 0, 1, 1),
            (2, 0, 1, 1),
            (-2, 1, 1, 1),
            (0, -2, 1, 1),
            (-2, 0, 0, 1),
            (-2, 0, 1, -1),
            (-2, 0, 0, 0),
            (-2, 0, -1, 1),
        ),
        labels=("(a) Down", "(a) Right", "(b) Down", "(b) Right"),
    ),
)
def offsets_for(answer: tuple[int, ...]) -> str:
    """Offsets of the tap at (−1, 0) for dilation 3 and for a quarter turn clockwise."""
    dilated, turned = answer[:2], answer[2:]
    if dilated == (-3, 0):
        raise Wrong("(a) That is where the tap looks, from the middle. How far has it moved?")
    if dilated == (2, 0):
        raise Wrong("(a) That is towards the middle and beyond. Up is a negative number of rows.")
    if dilated == (0, -2):
        raise Wrong("(a) Rows come first.")
    if dilated != (-2, 0):
        raise Wrong("(a) It stands 1 above the middle, and must look 3 above it.")
    if turned == (0, 1):
        raise Wrong("(a) is right. (b) That is where the tap looks. How far has it moved?")
    if turned == (1, -1):
        raise Wrong("(a) is right. (b) That is a turn against the clock.")
    if turned != (1, 1):
        raise Wrong("(a) is right. (b) What was above the middle comes to the right of it.")
    return "From (−1, 0) to (−3, 0), and to (0, 1)."


_MISSED = {
    "A": "A: how different are neighbouring pixels there?",
    "B": "B: the reading is multiplied by the weight.",
    "C": "C: the reading is multiplied by the mask.",
}


@exercise("14.6", Letters("ABCD"), Page(known=("ABC",)))
def who_learns(letters: frozenset[str]) -> str:
    """What leaves an offset, or the layer that writes it, without a slope."""
    if "D" in letters:
        raise Wrong("D: the slope to a weight has the input as a factor. Is that zero?")
    for letter in sorted(_MISSED.keys() - letters):
        raise Wrong(f"Something is missing. {_MISSED[letter]}")
    return "Weight, mask or differences of pixels: one factor of three is 0."


@exercise(
    "14.7",
    Integers(2, "weights, pixels"),
    Page(
        known=(
            (5184, 1152),
            (18432, 1152),
            (10368, 1152),
            (2592, 1152),
            (576, 1152),
            (5184, 288),
            (5184, 36),
            (5184, 2304),
            (5184, 1),
        ),
        labels=("(a) Weights", "(b) Pixels"),
    ),
)
def the_bill(answer: tuple[int, ...]) -> str:
    """Weights of where, and pixels fetched a place, from 32 to 64 channels."""
    weights, pixels = answer
    if weights == 18432:
        raise Wrong("(a) That is the layer itself.")
    if weights == 10368:
        raise Wrong("(a) That would read 64 channels. `where` reads the input.")
    if weights == 2592:
        raise Wrong("(a) Each point needs two numbers.")
    if weights == 576:
        raise Wrong("(a) Each of the 18 channels has a kernel of nine for every input channel.")
    if weights != 5184:
        raise Wrong("(a) 18 filters, and each has a kernel of 3×3 for every input channel.")
    if pixels == 288:
        raise Wrong("(a) is right. (b) Four pixels for each point.")
    if pixels == 36:
        raise Wrong("(a) is right. (b) That is for one channel.")
    if pixels == 2304:
        raise Wrong("(a) is right. (b) The output channels share what is read.")
    if pixels != 1152:
        raise Wrong("(a) is right. (b) Pixels, points and input channels multiplied.")
    return "18·32·9 and 4·9·32."


@exercise(
    "14.8",
    Numbers(2, "the factor, the bias"),
    Page(
        known=(
            (0.5, 2.2),
            (2, 2.2),
            (0, 2.2),
            (1, 2.2),
            (0.5, 0.9),
            (0.5, -2.2),
            (0.5, 0.7),
            (0.5, 9),
        ),
        labels=("(a) Factor", "(b) Bias"),
    ),
)
def fresh_mask(answer: tuple[float, ...]) -> str:
    """sigmoid(0), and the number whose sigmoid is 0.9."""
    factor, bias = answer
    factor = round(factor, 4)  # of two layers in float32, not exact
    if factor == 0:
        raise Wrong("(a) The sigmoid of 0 is not 0.")
    if factor == 1:
        raise Wrong("(a) The offsets change nothing at first, but the masks do.")
    if factor not in (0.5, 2):
        raise Wrong("(a) How large is 1/(1 + 1)?")
    if bias == 0.9:
        raise Wrong("(b) That is what the mask should be, after the sigmoid.")
    if -2.25 < bias < -2.15:
        raise Wrong("(b) With that the mask would be 0.1.")
    if bias == 9:
        raise Wrong("(b) That is the number whose logarithm you need.")
    if not 2.15 <= bias < 2.25:
        raise Wrong("(b) One over the power must be 9.")
    return "A half, and the logarithm of 9."
