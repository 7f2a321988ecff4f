"""What the exercises of chapter 17, fast algorithms, accept and what they answer."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from utils.exercises import Wrong, exercise
from utils.exercises.answers import (
    Call,
    Function,
    Integer,
    Integers,
    Number,
    Numbers,
    close,
    listed,
)
from utils.exercises.page import Page


@exercise(
    "17.ap",
    Integer("a whole number"),
    Page(
        known=(5, 25, 1, 10, 4),
        labels=("Times",),
        ask="How often does the copy of the rows hold a pixel away from the borders, for 5×5?",
    ),
)
def row_copies(times: int) -> str:
    """How often rows unrolled for a 5×5 kernel hold a pixel."""
    if times == 5:
        return "Once for each column of the kernel."
    if times == 25:
        raise Wrong("That is im2col. Here only windows of one row are copied.")
    if times == 1:
        raise Wrong("That is the picture itself. Neighbouring windows of a row overlap.")
    raise Wrong("In how many windows of 1×5 does a pixel lie?")


@exercise(
    "17.bp",
    Integer("a whole number"),
    Page(
        known=(16, 8, 36, 4, 24),
        labels=("Products",),
        ask="Products of numbers for a tile of 2×2 outputs:",
    ),
)
def nested(products: int) -> str:
    """Products of F(2×2, 3×3)."""
    if products == 16:
        return "Four products of rows, four products in each."
    if products == 8:
        raise Wrong("Each product of rows is itself a product of four numbers by three.")
    if products == 36:
        raise Wrong("That is what windows take: four outputs, nine products each.")
    if products == 4:
        raise Wrong("These are the products of rows. Each takes several products of numbers.")
    if products == 24:
        raise Wrong("In each product of rows, six can be four as well.")
    raise Wrong("How many products of rows are there, and how many of numbers in each?")


@exercise(
    "17.cp",
    Integer("a whole number"),
    Page(
        known=(4, 5, 2, 8, 60, 0),
        labels=("Outputs",),
        ask="64 numbers on a circle, a kernel of 5 taps: how many outputs does a layer not want?",
    ),
)
def wrapped(outputs: int) -> str:
    """How many of 64 circular outputs of 5 taps go round."""
    if outputs == 4:
        return "The last four windows reach over the end: k − 1 of them."
    if outputs == 60:
        raise Wrong("Those are the outputs that a layer wants.")
    if outputs == 5:
        raise Wrong("The window that ends at the last number stays inside.")
    if outputs == 2:
        raise Wrong("For three taps it would be two, as in the widget. Here are five.")
    if outputs == 8:
        raise Wrong("Windows reach over the end; no window reaches over the start.")
    raise Wrong("A window starts at each number. From which on does it reach over the end?")


@exercise(
    "17.1",
    Integers(4, "products of windows, taps, im2col, rows"),
    Page(
        known=(
            (12544, 49, 1, 7),
            *((wrong, 49, 1, 7) for wrong in (112, 224, 11236)),
            *((12544, wrong, 1, 7) for wrong in (7, 14)),
            (12544, 49, 49, 7),
            (12544, 49, 7, 7),
            *((12544, 49, 1, wrong) for wrong in (49, 112, 1)),
        ),
        labels=("Windows", "Taps", "im2col", "Rows"),
    ),
)
def matrix_products(answer: tuple[int, ...]) -> str:
    """Matrix products of each rung for 7×7 windows and 112×112 outputs."""
    windows, taps, im2col, rows = answer
    if windows in (112, 224):
        raise Wrong("Windows: there are two loops, over rows and columns, one inside the other.")
    if windows != 112 * 112:
        raise Wrong("Windows: one product for each place of the output.")
    if taps in (7, 14):
        raise Wrong("Taps: a 7×7 kernel has more of them.")
    if taps != 49:
        raise Wrong("Taps: one product for each.")
    if im2col != 1:
        raise Wrong("im2col: all windows stand in one matrix, all kernels in another.")
    if rows == 112:
        raise Wrong("Rows: the loop runs over the rows of the kernel, not of the picture.")
    if rows != 7:
        raise Wrong("Rows: one product for each row of the kernel.")
    return "From 12,544 small products to one large one."


@exercise(
    "17.2",
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


@exercise("17.3", Function("three_outputs(d, g)"))
def three_outputs(function: Call) -> str:
    """`three_outputs(d, g)`: three outputs of a two-tap filter with four products."""
    for d, g in (
        ((0, 1, 2, 3), (1, 2)),
        ((5, -2, 7, 4), (2, -3)),
        ((1, 0, 0, 0), (4, 5)),
        ((-3, 8, 1, -6), (0, 7)),
    ):
        _Number.products = 0
        picture = [_Number(value, "d") for value in d]
        got = function(picture, [_Number(value, "g") for value in g])
        parts = listed(got)
        if parts is None or len(parts) != 3:
            raise Wrong(f"The function should return three numbers; it returned {got!r}.")
        got = [
            part.value if isinstance(part, _Number) else Number("three numbers").read(part)
            for part in parts
        ]
        want = [sum(d[i + a] * g[a] for a in range(2)) for i in range(3)]
        if _near(got, want[::-1]) and want[::-1] != want:
            raise Wrong("The three outputs are there, in the wrong order.")
        flipped = [sum(d[i + a] * g[1 - a] for a in range(2)) for i in range(3)]
        if _near(got, flipped) and flipped != want:
            raise Wrong("Your filter is flipped: the first tap meets the first number.")
        if not _near(got, want):
            gives = f"[{', '.join(f'{float(number):g}' for number in got)}]"
            raise Wrong(f"For d = {d} and g = {g} it should give {want}; yours gives {gives}.")
        if _Number.products == 6:
            raise Wrong("Right values, with six products of a picture's and a kernel's number.")
        if _Number.products != 4:
            raise Wrong(f"Right values, with {_Number.products} products in place of four.")
    return "Four products of a picture's number and a kernel's."


def _near(got: list[Any], want: list[int]) -> bool:
    """Whether numbers are these, but for the rounding of a factor such as 1/3."""
    return all(abs(one - other) < 1e-9 for one, other in zip(got, want, strict=True))


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
    "17.4",
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
    raise Wrong(
        f"F({m}×{m}, 3×3) has {m + 2}·{m + 2} products for {m * m} outputs; that is not {part:g} "
        "each, to two decimals."
    )


@exercise(
    "17.5",
    Integers(2, "outputs of a tile, tiles"),
    Page(
        known=((100, 49), (10, 7), (100, 36), (81, 64), (256, 16), (100, 41), (100, 7), (250, 49)),
        labels=("Outputs of a tile", "Tiles"),
    ),
)
def circle_tiles(answer: tuple[int, ...]) -> str:
    """Outputs that a Fourier tile of 16×16 gives for 7×7, and tiles for 64×64 outputs."""
    outputs, tiles = answer
    if outputs == 10:
        raise Wrong("Outputs: that is along one axis. A tile has two.")
    if outputs == 81:
        raise Wrong("Outputs: 16 − 7 + 1 windows stay inside along an axis.")
    if outputs == 256:
        raise Wrong("Outputs: those are all. Some of them are windows that go round.")
    if outputs != 100:
        raise Wrong("Outputs: along each axis the last k − 1 are thrown away.")
    if tiles == 36:
        raise Wrong("Tiles: six along an axis cover 60 of the 64 outputs.")
    if tiles == 41:
        raise Wrong("Tiles: they lie in rows and columns, and each row needs whole tiles.")
    if tiles == 7:
        raise Wrong("Tiles: that is along one axis.")
    if tiles != 49:
        raise Wrong("Tiles: 64 divided by the outputs of a tile along an axis, rounded up.")
    return "10·10 outputs a tile, 7·7 tiles."


@exercise(
    "17.6",
    Integers(2, "k for three transforms, k for two"),
    Page(known=((9, 7), (9, 9), (7, 5), (13, 11)), labels=("k, three transforms", "k, two")),
)
def crossings(answer: tuple[int, ...]) -> str:
    """The least odd k from which Fourier does fewer operations on 256×256 pixels, depthwise."""
    fresh, stored = answer

    def least(transforms: int, log: int = 16, direct: int = 2, spectra: int = 3) -> int:
        bill = transforms * 2.5 * log + spectra
        return next(k for k in range(1, 99, 2) if direct * k * k > bill)

    if (fresh, stored) == (least(3, log=8), least(2, log=8)):
        raise Wrong("N is the number of pixels, 256·256, so its logarithm is 16, not 8.")
    if (fresh, stored) == (least(3, direct=1), least(2, direct=1)):
        raise Wrong("The windows take k² multiply-adds: 2k² operations.")
    if fresh != least(3):
        raise Wrong(
            "Three transforms: 3·2.5·16 + 3 operations a pixel. From which odd k is 2k² more?"
        )
    if stored == fresh:
        raise Wrong("With the kernel's transform kept, two transforms are left, not three.")
    if stored != least(2):
        raise Wrong("Two transforms: 2·2.5·16 + 3 operations a pixel.")
    return "123 and 83 operations a pixel, against 2k²."
