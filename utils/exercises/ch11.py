"""What the exercises of chapter 11, receptive field and dilation, accept and what they answer."""

from utils.exercises import Wrong, exercise
from utils.exercises.answers import Call, Function, Integer, Integers, Letters
from utils.exercises.page import Page


@exercise(
    "11.ap",
    Integer("a whole number of layers"),
    Page(
        known=(15, 16, 14, 10, 11, 31, 30, 8, 4, 5, 3),
        labels=("Layers",),
        ask="Layers of 3×3, stride 1: how many until a number sees 31 pixels in a row?",
    ),
)
def layers_for_31(layers: int) -> str:
    """The layers of 3×3 whose field is 31 pixels wide."""
    if layers == 15:
        return "One pixel, and two more for each of the 15 layers."
    if layers in (10, 11):
        raise Wrong("A layer adds two pixels, not three: its window overlaps what was there.")
    if layers in (30, 31):
        raise Wrong("Each layer adds a pixel on each side.")
    if layers == 16:
        raise Wrong("Nearly. The first pixel is there before any layer.")
    if layers < 1:
        raise Wrong("It takes some layers: three of them see 7 pixels.")
    if layers < 15:
        raise Wrong("That is too few. Three layers see 7 pixels, four see 9.")
    raise Wrong("That is more than needed. Three layers see 7 pixels, four see 9.")


@exercise(
    "11.bp",
    Integer("the side of the square, in pixels"),
    Page(
        known=(25, 13, 17, 52, 51, 53, 49, 81, 77, 26, 24, 0, 82, 625),
        labels=("Side of the square",),
        marks=((13, 20, 21, 22, 23, 27, 28, 29, 30, 31, 40, 45, 55, 60),),
        ask="10 layers: 95% lie in 13×13 of 21×21. 40 layers, of 81×81:",
    ),
)
def side_of_the_bell(side: int) -> str:
    """About how wide the square with 95 percent is behind 40 layers."""
    if not 1 <= side <= 81:
        raise Wrong("One side of the square is asked for, in a field of 81×81.")
    if 22 <= side <= 30:
        return "About twice 13: four times the layers, twice the width."
    if 45 <= side <= 60:
        raise Wrong("That is four times 13, as the field grows. The ways grow with a square root.")
    if side <= 13:
        raise Wrong("It does grow. Ways wander further in 40 steps than in 10.")
    if side < 22:
        raise Wrong("It grows more than that. By which factor does √n grow from 10 to 40?")
    raise Wrong("It grows less than that. By which factor does √n grow from 10 to 40?")


@exercise(
    "11.cp",
    Integer("a whole number of pixels"),
    Page(
        known=(49, 169, 27, 7, 9, 81, 85, 84, 36, 43, 42, 729),
        labels=("Pixels",),
        ask="Dilations 2, 2, 2 and kernels of 3×3: of 169 pixels, an output sees",
    ),
)
def seen_of_169(pixels: int) -> str:
    """How many pixels a stack with dilations 2, 2, 2 sees."""
    if pixels == 49:
        return "Seven in a row, every other one, and 7·7 of the picture."
    if not 0 <= pixels <= 169:
        raise Wrong("The field has 169 pixels.")
    if pixels == 169:
        raise Wrong("Not all. Which pixels does the last layer read, and which do these read?")
    if pixels == 27:
        raise Wrong("27 are the ways in one dimension, 3·3·3. Many of them meet.")
    if pixels == 7:
        raise Wrong("In a row, yes. And in the picture?")
    if pixels in (9, 81):
        raise Wrong("A layer reads 3×3, and many of the ways of three layers meet.")
    if pixels in (84, 85):
        raise Wrong("Half of them? Both rows and columns are skipped.")
    if pixels in (36, 42, 43):
        raise Wrong("Near. Of 13 pixels in a row, the first and the last are both seen.")
    raise Wrong("Take one row. At which distances from the middle do the ways end?")


@exercise(
    "11.1",
    Integers(2, "rows of the output, and the padding"),
    Page(
        known=((30, 5), (29, 5), (60, 5), (34, 5), (27, 5), (30, 1), (30, 2), (30, 10), (30, 3)),
        labels=("Rows", "Padding that keeps the size"),
    ),
)
def dilated_size(answer: tuple[int, ...]) -> str:
    """Rows of 64, k 3, d 5, s 2, p 3; and the padding that keeps the size at stride 1."""
    rows, padding = answer
    if rows == 29:
        raise Wrong("Rows: near. Its first place counts, and padding stands on both sides.")
    if rows == 60:
        raise Wrong("Rows: that is at stride 1.")
    if rows == 34:
        raise Wrong("Rows: that is without dilation. How many rows does the kernel span?")
    if rows == 27:
        raise Wrong("Rows: that is without the padding.")
    if rows != 30:
        raise Wrong("Rows: the spread kernel spans 5·2 + 1 rows of the 64 + 2·3.")
    if padding == 10:
        raise Wrong("The rows are right. Padding: 10 is what both sides add together.")
    if padding == 1:
        raise Wrong("The rows are right. Padding: 1 keeps the size without dilation.")
    if padding != 5:
        raise Wrong("The rows are right. Padding: at stride 1 a span of 11 costs 10 rows.")
    return "⌊(64 + 6 − 11)/2⌋ + 1 = 30, and 2p = 5·2."


@exercise(
    "11.2",
    Integers(3, "layers without dilation, with doubling ones, with any"),
    Page(
        known=(
            (50, 6, 5),
            (51, 6, 5),
            (34, 6, 5),
            (101, 6, 5),
            (100, 6, 5),
            (50, 5, 5),
            (50, 7, 5),
            (50, 6, 6),
            (50, 6, 4),
            (50, 6, 1),
        ),
        labels=("(a) Without dilation", "(b) Doubling", "(c) Any, no hole"),
    ),
)
def layers_for_101(answer: tuple[int, ...]) -> str:
    """The least layers for a field of 101 with k 3, in three ways."""
    plain, doubling, largest = answer
    if plain in (100, 101):
        raise Wrong("(a) Each layer adds a pixel on each side.")
    if plain == 51:
        raise Wrong("(a) The first pixel is there before any layer.")
    if plain in (33, 34):
        raise Wrong("(a) A layer adds two pixels, not three.")
    if plain != 50:
        raise Wrong("(a) The field is 1 + 2L.")
    if doubling == 5:
        raise Wrong("(b) Five layers see 63 pixels.")
    if doubling == 7:
        raise Wrong("(b) Fewer do: is your field 2^L − 1? With one layer it is 3.")
    if doubling != 6:
        raise Wrong("(b) The field is 1 + 2(1 + 2 + 4 + ...).")
    if largest == 6:
        raise Wrong("(c) Larger dilations leave no hole either. After 1, which one is largest?")
    if largest == 4:
        raise Wrong("(c) Four layers see 81 pixels at most.")
    if largest < 4:
        raise Wrong("(c) So few layers leave holes.")
    if largest != 5:
        raise Wrong("(c) Each dilation may be as large as the field of those before.")
    return "50 layers, 6 or 5: 1 + 2·50, 2·64 − 1 = 127, 3·81 = 243."


_HOLES = {
    "A": "A: all dilations are even. Which pixels can it reach?",
    "C": "C: after dilation 1 an output sees 3 pixels. The copies stand 4 apart.",
    "F": "F: no dilation is 1. What sees the pixel next to the first one?",
}
_WHOLE = {
    "B": "B: the fields are 3, 7 and 15 before the dilations 2, 4 and 8.",
    "D": "D: does the order matter?",
    "E": "E: the fields are 3 and 9 before the dilations 3 and 9. Copies that touch leave no hole.",
}


@exercise("11.3", Letters("ABCDEF"), Page(known=("BDE",)))
def without_holes(letters: frozenset[str]) -> str:
    """The schedules that see every pixel of their field."""
    for letter in sorted(letters & _HOLES.keys()):
        raise Wrong(_HOLES[letter])
    for letter in sorted(_WHOLE.keys() - letters):
        raise Wrong(f"Something is missing. {_WHOLE[letter]}")
    return "Sorted, each dilation is at most the field of those before it."


@exercise(
    "11.4",
    Integers(4, "size, jump, first row, last row"),
    Page(
        known=(
            (16, 4, 10, 25),
            (14, 4, 10, 25),
            (11, 4, 10, 25),
            (12, 4, 10, 25),
            (20, 4, 10, 25),
            (16, 2, 10, 25),
            (16, 1, 10, 25),
            (16, 4, 12, 25),
            (16, 4, 8, 25),
            (16, 4, -2, 25),
            (16, 4, 6, 25),
            (16, 4, 14, 25),
            (16, 4, 10, 26),
            (16, 4, 10, 27),
        ),
        labels=("Rows seen", "Jump", "First row", "Last row"),
    ),
)
def through_two_poolings(answer: tuple[int, ...]) -> str:
    """Size, jump and the rows of output 3 behind 5/1 padded by 2, 2/2, 5/1, 2/2."""
    size, jump, first, last = answer
    if size == 14:
        raise Wrong("Rows seen: that is before the last pooling.")
    if size in (11, 12):
        raise Wrong("Rows seen: behind a pooling, a step is two rows of the picture.")
    if size != 16:
        raise Wrong("Rows seen: a layer adds k − 1 steps, each as wide as the jump before it.")
    if jump == 2:
        raise Wrong("Jump: there are two poolings, and their strides multiply.")
    if jump != 4:
        raise Wrong("Jump: it is the product of all strides.")
    if first == 12:
        raise Wrong("First row: the first layer has a padding of 2.")
    if first == -2:
        raise Wrong("First row: there output 0 begins, and this is output 3.")
    if first in (6, 14):
        raise Wrong("First row: outputs are counted from 0.")
    if first != 10:
        raise Wrong("First row: output 0 begins at −2, and each output 4 rows further down.")
    if last == 26:
        raise Wrong("Last row: the first row counts as well.")
    if last != 25:
        raise Wrong("Last row: 16 rows from row 10 on.")
    return "It begins at −2 + 3·4 = 10 and ends 15 rows below."


def _seen(k: int, dilations: list[int]) -> int:
    """How many pixels of a row an output sees."""
    found = {0}
    for d in dilations:
        found = {at + d * tap for at in found for tap in range(k)}
    return len(found)


@exercise("11.5", Function("count_seen(k, dilations)", Integer("a whole number")))
def count_seen(function: Call) -> str:
    """`count_seen(k, dilations)`: pixels of a row that an output sees, at stride 1."""
    for k, dilations in (
        (3, [2, 2, 2]),
        (3, [1, 2, 9]),
        (3, [1, 1]),
        (3, [5, 1, 2]),
        (2, [1, 2, 6]),
        (4, [3, 2]),
        (1, [4]),
        (3, []),
    ):
        got, want = function(k, list(dilations)), _seen(k, dilations)
        call = f"count_seen({k}, {dilations})"
        if got == want:
            continue
        if got == want**2 and want > 1:
            raise Wrong(f"{call}: {got} are the pixels of the picture. Count those of one row.")
        if got == 1 + (k - 1) * sum(dilations):
            raise Wrong(f"{call}: {got} is the size of the field. Some pixels in it are not seen.")
        if got == k ** len(dilations):
            raise Wrong(f"{call}: {got} is the number of ways. Two of them can end at one pixel.")
        if got == _seen(3, dilations):
            raise Wrong(f"{call}: that is right for three taps. Here are {k}.")
        raise Wrong(f"{call} is {want}, not {got}.")
    return "A set of sums, one tap from each layer."


@exercise(
    "11.6",
    Integers(4, "pictures of 5×5, of 5×4 or 4×5, of 4×4, and rows of the output"),
    Page(
        known=(
            (1, 4, 4, 7),
            (9, 0, 0, 7),
            (0, 0, 9, 7),
            (4, 4, 1, 7),
            (1, 2, 4, 7),
            (1, 2, 6, 7),
            (1, 4, 4, 11),
            (1, 4, 4, 3),
            (1, 4, 4, 10),
        ),
        labels=("5×5", "5×4 or 4×5", "4×4", "Rows of the output"),
    ),
)
def nine_pictures(answer: tuple[int, ...]) -> str:
    """The sizes of the nine pictures in 13×13 at dilation 3, and the output's rows."""
    large, mixed, small, rows = answer
    if large == 9 or small == 9:
        raise Wrong("13 is no multiple of 3, so the nine are not all alike.")
    if large != 1:
        raise Wrong("5×5: how many groups of rows have five? How many groups of columns?")
    if mixed == 2:
        raise Wrong("5×4 or 4×5: that is one of the two kinds.")
    if mixed != 4:
        raise Wrong("5×4 or 4×5: one group of five rows meets two groups of four columns.")
    if small != 4:
        raise Wrong("4×4: there are nine in all.")
    if rows == 11:
        raise Wrong("Rows of the output: that is without dilation.")
    if rows == 3:
        raise Wrong("Rows of the output: that is of one small picture. Put all of them back.")
    if rows != 7:
        raise Wrong("Rows of the output: n − d(k − 1).")
    return "Rows in groups of 5, 4, 4 give 3 + 2 + 2 rows of output."


@exercise(
    "11.7",
    Integers(2, "layers without dilation, layers with doubling dilations"),
    Page(
        known=(
            (150, 5),
            (100, 5),
            (10, 5),
            (149, 5),
            (151, 5),
            (67, 5),
            (15, 5),
            (150, 4),
            (150, 6),
        ),
        labels=("(a) Without dilation", "(b) Doubling"),
    ),
)
def wide_bell(answer: tuple[int, ...]) -> str:
    """Layers until the ways end at a typical distance of 10."""
    plain, doubling = answer
    if plain in (10, 15):
        raise Wrong("(a) The distance grows with the square root of the number of layers.")
    if plain in (66, 67):
        raise Wrong("(a) Turned over: 2L/3 shall be 100.")
    if plain == 100:
        raise Wrong("(a) A step of −1, 0 or 1 has the mean square 2/3, not 1.")
    if plain < 150:
        raise Wrong("(a) Too few: √(2L/3) is not yet 10.")
    if plain > 150:
        raise Wrong("(a) Fewer do: √(2L/3) shall be 10.")
    if doubling == 4:
        raise Wrong("(b) Four layers: 2/3·(1 + 4 + 16 + 64) is 56.7.")
    if doubling < 4:
        raise Wrong("(b) Too few: add up 2/3·d².")
    if doubling > 5:
        raise Wrong("(b) Fewer do: add up 2/3·d², until it is 100.")
    return "2·150/3 = 100, and 2/3·(1 + 4 + 16 + 64 + 256) = 227.3."


@exercise(
    "11.8",
    Integers(3, "dilations of the three layers"),
    Page(
        known=(
            (1, 2, 4),
            (2, 2, 1),
            (2, 4, 4),
            (1, 2, 2),
            (1, 1, 1),
            (1, 1, 4),
            (1, 2, 1),
            (2, 2, 4),
        ),
        labels=("First layer", "Second layer", "Third layer"),
    ),
)
def strides_out(answer: tuple[int, ...]) -> str:
    """The dilations that replace strides 2, 2, 1 without changing a number."""
    first, second, third = answer
    if first == 2:
        raise Wrong("First layer: it reads the picture as before. A stride acts on later layers.")
    if first != 1:
        raise Wrong("First layer: has anything changed in what it reads?")
    if second == 1:
        raise Wrong("Second layer: its old inputs now have new ones between them.")
    if second != 2:
        raise Wrong("Second layer: its old inputs stand as far apart as the first stride was.")
    if third == 2:
        raise Wrong("Third layer: two strides are gone before it.")
    if third == 1:
        raise Wrong("Third layer: it has no stride, but there were strides before it.")
    if third != 4:
        raise Wrong("Third layer: how far apart do its old inputs stand now?")
    return "Each dilation is the jump that the strides before it had made."
