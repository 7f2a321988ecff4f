"""What the exercises of chapter 08, shift, accept and what they answer."""

import torch
from torch import Tensor

from utils.exercises import Wrong, answers, exercise
from utils.exercises.answers import (
    Call,
    Function,
    Integers,
    Letters,
    Number,
    Numbers,
    Truths,
    close,
)
from utils.exercises.page import Page


@exercise(
    "08.ap",
    Integers(2, "of 100 digits, those that the MLP reads and those that the CNN reads"),
    Page(
        known=((20, 95), (95, 95), (50, 95), (5, 95), (20, 50), (20, 10), (101, 50), (20, 101)),
        labels=("MLP", "CNN"),
        marks=((-1, 0, 9, 10, 30, 31, 79, 80, 100), (-1, 0, 89, 90, 100)),
        ask="Of 100 digits moved by two pixels, how many does each network read?",
    ),
)
def two_pixels_away(answer: tuple[int, ...]) -> str:
    """About how many digits in 100 the two networks read when they are moved by two pixels."""
    mlp, cnn = answer
    if not (0 <= mlp <= 100 and 0 <= cnn <= 100):
        raise Wrong("Of 100 digits it is 0 to 100.")
    if mlp >= 80:
        raise Wrong("MLP: that is about what it reads at home. Read on, and see.")
    if mlp > 30:
        raise Wrong("MLP: it falls further than that.")
    if mlp < 10:
        raise Wrong("MLP: that is less than guessing one of ten digits would give.")
    if cnn < 90:
        raise Wrong("MLP: about right, one in five. CNN: it loses less than you think.")
    return "The MLP reads about 20, the CNN about 95, as many as before."


@exercise(
    "08.bp",
    Truths(2, "whether the MLP gets worse, whether the CNN gets worse"),
    Page(
        known=((False, True), (True, True), (False, False), (True, False)),
        labels=("Does the MLP get worse?", "Does the CNN get worse?"),
        ask="The 256 pixels of all pictures are shuffled alike, in training and in testing.",
    ),
)
def who_notices(answer: tuple[bool, ...]) -> str:
    """Which of the two networks gets worse on shuffled pictures."""
    mlp, cnn = answer
    if mlp:
        raise Wrong("The MLP gets its pixels as a list. How would it know that they were in order?")
    if not cnn:
        raise Wrong("The CNN looks at pixels that stand side by side. What do these share now?")
    return "The MLP cannot tell; the CNN makes about three times as many mistakes."


@exercise(
    "08.cp",
    Integers(4, "the four maxima"),
    Page(
        known=((1, 1, 1, 1), (0, 1, 0, 1), (1, 0, 1, 0), (0, 1, 1, 0)),
        labels=("First", "Second", "Third", "Fourth"),
        ask="The line is now 0 1 1 0 0 1 1 0. What are its four maxima?",
    ),
)
def maxima_of_the_moved_line(answer: tuple[int, ...]) -> str:
    """The maxima of 0 1 1 0 0 1 1 0 in windows of two, side by side."""
    if answer in ((0, 1, 0, 1), (1, 0, 1, 0)):
        raise Wrong("That would be the same rhythm. Cut the moved line in pairs: 01 10 01 10.")
    if answer != (1, 1, 1, 1):
        raise Wrong("Cut the line in pairs, 01 10 01 10, and take the larger of each.")
    return "Every pair has a 1 in it. The rhythm is gone."


_WHERE = {
    "B": "B: move the picture to the left, and the lamp may cross the middle.",
    "D": "D: the same picture, further to the left, shows a car in another lane.",
    "E": "E: the same face must be accepted at one height and refused at another.",
}


@exercise("08.1", Letters("ABCDE"), Page(known=("BDE",)))
def where_position_matters(letters: frozenset[str]) -> str:
    """The tasks that a network with a global mean at its end cannot do."""
    if "C" in letters:
        raise Wrong(
            "C: move every cell of the slide by a millimetre, and their number stays. The mean can "
            "count them: twice as many cells have twice the mean."
        )
    if "A" in letters:
        raise Wrong("A: the question says “anywhere”. Moving the cat does not change the answer.")
    for letter, hint in _WHERE.items():
        if letter not in letters:
            raise Wrong(f"Something is missing. {hint}")
    return "In B, D and E the place is the answer, or part of it."


@exercise(
    "08.2",
    Integers(3, "(corner, edge, middle)"),
    Page(
        known=((9, 15, 25), (25, 25, 25), (4, 6, 9), (16, 36, 81)),
        labels=("Corner", "Edge", "Middle"),
    ),
)
def uses_of_a_pixel(answer: tuple[int, ...]) -> str:
    """How many outputs a corner, the middle of an edge and the centre of 7×7 feed in two layers."""
    corner, edge, middle = answer
    if (corner, edge, middle) == (25, 25, 25):
        raise Wrong("So many places are near enough, but near the border not all are in the image.")
    if (corner, edge, middle) == (4, 6, 9):
        raise Wrong("That is one layer. The second feeds the neighbours of these outputs too.")
    if (corner, edge, middle) == (16, 36, 81):
        raise Wrong("The windows of the second layer overlap: count each output once.")
    if middle != 25:
        raise Wrong("Middle: each layer carries a pixel one row and one column further each way.")
    if corner != 9:
        raise Wrong("Corner: count the pixels at most two rows and two columns away, itself too.")
    if edge != 15:
        raise Wrong("Edge: two of the five rows (or columns) around it lie outside.")
    return "9 outputs hear of a corner, 15 of an edge, 25 of the middle."


def _two_digits(got: float, want: float) -> bool:
    """Whether a chance is meant to be this one: 0.67 will do for 2/3."""
    return abs(got - want) <= 0.005


@exercise(
    "08.3",
    Numbers(2, "two chances between 0 and 1"),
    Page(
        known=(
            (2 / 3, 4 / 9),
            (1 / 3, 4 / 9),
            (1 / 2, 4 / 9),
            (2 / 3, 2 / 3),
            (2 / 3, 1 / 3),
            (2 / 3, 1 / 9),
        ),
        labels=("Right", "Right and down"),
    ),
)
def one_dot(answer: tuple[float, ...]) -> str:
    """The chances that one step, or a diagonal one, leaves all 3×3 maxima as they are."""
    right, diagonal = answer
    if _two_digits(right, 1 / 3):
        raise Wrong("1/3 is the chance that the dot leaves its window.")
    if _two_digits(right, 1 / 2):
        raise Wrong("Half of the time is for windows of 2. These have three columns.")
    if not _two_digits(right, 2 / 3):
        raise Wrong("Count the columns of a window from which a step right does not lead out.")
    if _two_digits(diagonal, 4 / 9):
        return "Two places of three in each direction."
    if _two_digits(diagonal, 2 / 3):
        raise Wrong("To the right is right. The step down may lead out as well.")
    if _two_digits(diagonal, 1 / 3) or _two_digits(diagonal, 1 / 9):
        raise Wrong("To the right is right. Both must go well: 2 of 3 rows and 2 of 3 columns.")
    raise Wrong("To the right is right. Count the places of the 3×3 window from which it stays.")


@exercise(
    "08.4",
    Integers(2, "(pixels at the input, places at the output)"),
    Page(
        known=((8, 1), (0, 1), (2, 1), (3, 1), (6, 1), (4, 1), (8, 8), (16, 2), (8, 2), (1, 1)),
        labels=("Pixels at the input", "Places at the output"),
    ),
)
def whole_strides(answer: tuple[int, ...]) -> str:
    """The least shift to which strides 2, 2, 1 and 2 are equivariant, and what comes of it."""
    pixels, places = answer
    if pixels < 1:
        raise Wrong("Count the pixels of a shift that is not 0: the least is 1.")
    if pixels < 8:
        raise Wrong(
            "So small a shift is no whole number of strides in the last pooling. How many pixels "
            "apart are two neighbours of the last map?"
        )
    if pixels > 8:
        raise Wrong("Multiply the strides: a shorter shift is enough.")
    if places == 8:
        raise Wrong("The pixels are right. At the output the strides have shrunk the shift.")
    if places != 1:
        raise Wrong("The pixels are right. Each stride of 2 halves the shift.")
    return "2·2·1·2 = 8 pixels at the input are one place at the output."


_BLURS = {
    "A": "A: the even tap is 1/2, the odd one too.",
    "B": "B: 1/4 + 1/4 stand at the even taps, 1/2 at the odd one.",
    "C": "C: 2/3 stand at the even taps, 1/3 at the odd one.",
    "D": "D: 1/8 + 3/8 at the even taps, 3/8 + 1/8 at the odd ones.",
    "E": "E: all of it is on one tap; that is no blur, and keeps one pixel in two.",
}


@exercise("08.5", Letters("ABCDE"), Page(known=("ABD",)))
def fair_blurs(letters: frozenset[str]) -> str:
    """The blurs whose sum at stride 2 does not depend on where a dot stands."""
    for letter in sorted(letters - set("ABD")):
        raise Wrong(_BLURS[letter])
    for letter in sorted(set("ABD") - letters):
        raise Wrong(f"Something is missing. {_BLURS[letter]}")
    return "Their even taps add up to as much as their odd ones."


@exercise("08.6", Function("over_shifts(f, X)", Number("a number")))
def over_shifts(function: Call) -> str:
    """`over_shifts(f, X)`, f from (n_h, n_w) to a number: its mean over all shifts around."""
    X = answers.small_integers((3, 4), 5)
    weights = answers.small_integers((3, 4), 6)

    def f(picture: Tensor) -> Tensor:
        return ((weights * picture).sum() - 2) ** 2

    def mean(rows: range, columns: range) -> float:
        values = [f(X.roll((s, t), (0, 1))) for s in rows for t in columns]
        return float(torch.stack(values).mean())

    got = function(f, X)
    if close(got, float(f(X))):
        raise Wrong("That is f of the picture as it stands. Shift it, too.")
    if close(got, 12 * mean(range(3), range(4))):
        raise Wrong("That is the sum; the mean divides it by the number of shifts.")
    if close(got, mean(range(1), range(4))) or close(got, mean(range(3), range(1))):
        raise Wrong("You shift along one direction only. A picture has rows and columns.")
    if close(got, mean(range(3), range(3))) or close(got, mean(range(4), range(4))):
        raise Wrong("The picture need not be square: 3 rows have 3 shifts, 4 columns have 4.")
    if not close(got, mean(range(3), range(4))):
        raise Wrong(
            f"For a picture of 3×4 it comes to {got:g}, which is not the mean of 12 values."
        )
    wide = answers.small_integers((2, 5), 7)
    every = [wide.roll((s, t), (0, 1))[0, 0] ** 2 for s in range(2) for t in range(5)]
    if not close(function(lambda X: X[0, 0] ** 2, wide), float(torch.stack(every).mean())):
        raise Wrong("It is right for a picture of 3×4, and not for one of 2×5.")
    if not close(function(torch.max, X), float(X.max())):
        raise Wrong("Of an f that is invariant already, the mean over all shifts is f itself.")
    return "Every shift is in the mean, whichever picture you begin with: so it is invariant."
