"""Checkers of chapter 09, convolution as a matrix."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Integers,
    Parts,
    agree,
    same,
)
from utils.exercises.page import Page


def _whole(shape: tuple[int, ...], seed: int) -> Tensor:
    """Whole numbers, all different and none zero, without touching the reader's random state."""
    generator = torch.Generator().manual_seed(seed)
    count = math.prod(shape)
    signs = torch.randint(0, 2, (count,), generator=generator) * 2 - 1
    return ((torch.randperm(count, generator=generator) + 1) * signs).reshape(shape).float()


@exercise(
    "09.ap",
    Integer("the number in the middle, a whole number"),
    Page(
        known=(16, 4, 8, 1, 12, 36),
        labels=("In the middle",),
        ask="X holds a 4 in its middle. What stands in the middle of fold(unfold(X))?",
    ),
)
def middle_folded(middle: int) -> str:
    """The middle of X, 0 to 8, unfolded with a 2×2 window and folded back."""
    if middle == 16:
        return "Four windows hold the 4, so fold adds it four times."
    if middle == 4:
        raise Wrong("That would be the inverse. Every window brings its own copy of the 4.")
    if middle == 1:
        raise Wrong("fold adds where windows overlap. How many windows hold the middle?")
    if middle == 36:
        raise Wrong("The window is 2×2. How many places has it in which it covers the middle?")
    raise Wrong("How many of the four windows hold the 4? Add it up that many times.")


@exercise(
    "09.bp",
    Integers(2, "two steps"),
    Page(
        known=((3, 4), (2, 3), (4, 5), (1, 2), (5, 6), (4, 3), (3, 5)),
        labels=("From step", "To step"),
        ask="The widget counts its steps from 1 to 6. Between which two of them does the pattern "
        "move by two places?",
    ),
)
def jump(answer: tuple[int, ...]) -> str:
    """Where the rows of the matrix of a 2×2 kernel on 3×4 pixels skip a place."""
    if answer == (3, 4):
        return "There the window goes from the end of one row of the picture to the next."
    if answer == (4, 3):
        raise Wrong("Those are the two. Write the earlier one first.")
    raise Wrong("Take neighbouring steps, and watch the last window of a row of the input.")


@exercise(
    "09.cp",
    Integer("a whole number of dimensions"),
    Page(
        known=(218, 2842, 3060, 0, 9, 1, 2),
        labels=("Dimensions",),
        ask="60·51 = 3,060 pixels go in, 58·49 = 2,842 numbers come out. How many dimensions does "
        "the null space of the layer have at least?",
    ),
)
def lost_at_least(dimensions: int) -> str:
    """The dimensions that a 3×3 layer on 60×51 pixels loses at least."""
    if dimensions == 218:
        return "3,060 columns less a rank of at most 2,842."
    if dimensions == 2842:
        raise Wrong("That is the most that the rank can be: what is kept. How much is lost?")
    if dimensions == 3060:
        raise Wrong("That is everything that goes in. Some of it comes out.")
    if dimensions == 0:
        raise Wrong("More goes in than comes out, so something is lost.")
    if dimensions == 9:
        raise Wrong("The kernel has 9 weights, but the matrix has 3,060 columns.")
    raise Wrong("Columns = rank + dimensions of the null space, and the rank is at most 2,842.")


@exercise(
    "09.1",
    Parts(
        "three shapes",
        Integers(3, "the shape of unfold"),
        Integers(2, "the shape of the kernels' matrix"),
        Integers(3, "the shape of the product"),
    ),
    Page(
        known=(
            ((3, 24, 16), (8, 24), (3, 8, 16)),
            ((3, 16, 24), (8, 24), (3, 8, 16)),
            ((3, 6, 16), (8, 24), (3, 8, 16)),
            ((3, 24, 16), (24, 8), (3, 8, 16)),
            ((8, 8, 8), (8, 24), (3, 8, 16)),
            ((192, 192, 192), (8, 24), (3, 8, 16)),
        ),
        labels=("Shape of unfold", "Shape of the kernels’ matrix", "Shape of the product"),
        instead={
            "The shape of unfold is": "The shape of unfold is pictures, numbers in a window, "
            "places where a window fits.",
            "Each of the 8 kernels": "Each of the 8 kernels is one row, as long as a window.",
            "the 24 is summed": "(8, 24) @ (3, 24, 16): the 24 is summed away.",
        },
    ),
)
def _several_kernels(answer: tuple[tuple[int, ...], ...]) -> str:
    unfolded, matrix, result = answer
    if unfolded == (3, 16, 24):
        raise Wrong("unfold writes a window as a column: its numbers come before the places.")
    if 8 in unfolded or 192 in unfolded:
        raise Wrong("unfold never sees a kernel, only the size of its window: no 8 in its shape.")
    if unfolded == (3, 6, 16):
        raise Wrong("A window reaches through all 4 channels: 6 numbers from each of them.")
    if unfolded != (3, 24, 16):
        raise Wrong(
            "The shape of unfold is pictures, numbers in a window, places where a window fits; "
            f"yours is {unfolded}."
        )
    if matrix == (24, 8):
        raise Wrong("The kernels stand on the left of the columns: one row each, not one column.")
    if matrix != (8, 24):
        raise Wrong(f"Each of the 8 kernels is one row, as long as a window; yours is {matrix}.")
    if result != (3, 8, 16):
        raise Wrong(f"(8, 24) @ (3, 24, 16): the 24 is summed away; not {result}.")
    return "unfold knows the window's size, not how many kernels will use it."


@exercise(
    "09.2",
    Integers(3, "the entries, the nonzero ones, the numbers of unfold"),
    Page(
        known=(
            (2472873984, 443556, 443556),
            (2472873984, 9, 443556),
            (2472873984, 443556, 451584),
            (224**4, 0, 0),
            (224**2 * 9, 0, 0),
        ),
        labels=("Entries", "Nonzero", "Numbers of unfold"),
    ),
)
def _sizes(answer: tuple[int, ...]) -> str:
    entries, nonzero, unrolled = answer
    outputs, inputs = 222 * 222, 224 * 224
    if entries == inputs * inputs:
        raise Wrong("Without padding there are 222·222 rows, one an output, not 224·224.")
    if entries == inputs * 9:
        raise Wrong("That is 9 for each pixel. The full matrix has a column for every pixel.")
    if entries != outputs * inputs:
        raise Wrong("The matrix has a row for each output, 222·222, and a column for each pixel.")
    if nonzero == 9:
        raise Wrong("9 different numbers, but each of them stands in every row.")
    if nonzero != outputs * 9:
        raise Wrong("Each row of the kernel matrix holds the kernel once. How many rows are there?")
    if unrolled == inputs * 9:
        raise Wrong("There is a window for each output, 222·222 of them, not for each pixel.")
    if unrolled != outputs * 9:
        raise Wrong("unfold writes 9 numbers for each window. How many windows are there?")
    return "2.5 billion entries, 0.018% of them not zero; unfold stores as many numbers as those."


@exercise(
    "09.3p",
    Integers(2, "the rows and columns of the matrix"),
    Page(
        known=((6, 12), (6, 30), (12, 6), (20, 12), (2, 12), (3, 12), (6, 4)),
        labels=("Rows", "Columns"),
        ask="A 2×2 kernel on a 3×4 picture, stride 2, padding 1: how many rows and columns has the "
        "matrix?",
    ),
)
def size_of_matrix(answer: tuple[int, ...]) -> str:
    """The shape of the matrix of a 2×2 kernel on 3×4 pixels, stride 2, padding 1."""
    rows, columns = answer
    if (rows, columns) == (12, 6):
        raise Wrong("A row for each output, and a column for each pixel: the other way round.")
    if rows == 20:
        raise Wrong("20 outputs there would be at stride 1.")
    if rows in (2, 3):
        raise Wrong("The output has 2 rows of 3 numbers. The matrix has a row for each number.")
    if rows != 6:
        raise Wrong("The output has floor((3 + 2 − 2)/2) + 1 rows. And how many columns?")
    if columns == 30:
        raise Wrong("30 is the padded picture. The columns of the padding are left out.")
    if columns != 12:
        raise Wrong("A column for each pixel of the picture.")
    return "2·3 outputs, and 12 pixels."


@exercise("09.3", Function("conv_matrix(K, X_shape, stride, padding)", Array("a matrix")))
def _conv_matrix(function: Call) -> str:
    detour = False
    for k, n, s, p in (
        ((2, 2), (3, 3), 1, 0),
        ((2, 2), (3, 4), 1, 0),
        ((2, 3), (4, 6), 1, 0),
        ((3, 2), (5, 4), 2, 0),
        ((3, 3), (4, 5), 1, 1),
        ((3, 2), (5, 6), 2, 1),
        ((1, 1), (2, 3), 3, 2),
    ):
        K = _whole(k, sum(k) + sum(n))
        want = _matrix(K, n, s, p)
        with methods.Watch() as seen:
            got = function(K, n, s, p)
        what = f"The matrix of a {k[0]}×{k[1]} kernel on {n[0]}×{n[1]}, stride {s}, padding {p},"
        if got.shape == want.shape and not agree(got, want):
            if agree(got, _matrix(K.flip(0, 1), n, s, p)):
                raise Wrong(f"{what} holds the kernel flipped. Layers do not flip it.")
            if k[0] == k[1] and agree(got, _matrix(K.T, n, s, p)):
                raise Wrong(f"{what} holds the kernel transposed: rows and columns are exchanged.")
            if n[0] != n[1] and s == 1 and p == 0:
                raise Wrong(
                    f"{what} has the right shape and wrong entries. Squares work: have rows and "
                    "columns been exchanged, for instance n_h and n_w?"
                )
            if p:
                raise Wrong(
                    f"{what} has the right shape and wrong entries. A tap that falls outside must "
                    "be left out; a negative index would come back in on the other side."
                )
        padded = (n[0] + 2 * p) * (n[1] + 2 * p)
        if p and got.shape == (len(want), padded):
            raise Wrong(f"{what} still has the columns of the padding. X has {n[0] * n[1]} pixels.")
        if got.shape == want.T.shape != want.shape:
            raise Wrong(f"{what} is transposed: a row for each output, a column for each pixel.")
        same(got, want, what)
        # Where the output has another size than the picture, the padded picture's matrix, at this
        # stride or at stride 1, has a size like no other tensor on the way.
        places = math.prod(length + 2 * p - size + 1 for length, size in zip(n, k, strict=True))
        sizes = {len(want) * padded, places * padded}
        if p and len(want) != n[0] * n[1]:
            detour = not seen.sizes.isdisjoint(sizes)
    if detour:
        raise Wrong(
            "Right values, but you built the padded picture's matrix first. Leave out the taps "
            "that fall outside instead."
        )
    return "A stride skips rows, a padding leaves out columns."


def _matrix(K: Tensor, X_shape: tuple[int, int], stride: int, padding: int) -> Tensor:
    """The matrix, column by column: what the layer makes of each pixel alone."""
    pixels = torch.eye(X_shape[0] * X_shape[1]).reshape(-1, 1, *X_shape)
    return F.conv2d(pixels, K[None, None], stride=stride, padding=padding).flatten(1).T


@exercise("09.4", Function("im2col(X, k_h, k_w)", Array("a matrix")))
def _im2col(function: Call) -> str:
    copied = False
    for shape, k_h, k_w in (((3, 3), 2, 2), ((4, 6), 2, 3), ((5, 4), 3, 1), ((3, 4), 3, 4)):
        X = _whole(shape, 7)
        want = F.unfold(X[None, None], (k_h, k_w))[0]
        with methods.Watch() as seen:
            got = function(X, k_h, k_w)
        what = f"im2col of a {shape[0]}×{shape[1]} input with a {k_h}×{k_w} window"
        if got.ndim == 3:
            raise Wrong(f"{what} should be a matrix without a batch axis; yours has 3 axes.")
        if not agree(got, want):
            if agree(got, want.T):
                raise Wrong(f"{what} should have a row for each tap, not for each window.")
            if agree(got, want.T.reshape(want.shape)):
                raise Wrong(f"{what}: you reshaped where you should have transposed.")
        same(got, want, what)
        copied = copied or "F.unfold" in seen.names
    if copied:
        raise Wrong("Right values, but F.unfold made them: im2col is what you are to write.")
    if methods.grows(function, (_whole((6, 7), 7), 2, 3), (_whole((18, 21), 7), 2, 3)):
        raise Wrong(
            "Right values, but your loop grows with the picture: a picture of three times the "
            "height and width takes more rounds. Loop over the taps, and slice."
        )
    return "It agrees with F.unfold, and its loop does not grow with the picture."


@exercise("09.5", Function("band(taps, n)", Array("a matrix")))
def _band(function: Call) -> str:
    for taps, n in (([1, 2, 1], 5), ([1, 2, 3], 6), ([5], 3), ([2, -1], 2)):
        rows = n - len(taps) + 1
        want = torch.zeros(rows, n)
        for i in range(rows):
            want[i, i : i + len(taps)] = torch.tensor(taps, dtype=torch.float32)
        got = _banded(function, taps, n, want)
        what = f"band({taps}, {n})"
        if got.shape == (n, n) != want.shape:
            raise Wrong(f"{what} is square; where the taps hang over the edge there is no row.")
        if got.shape == want.T.shape != want.shape:
            raise Wrong(f"{what} should have {rows} rows and {n} columns; yours is transposed.")
        if not agree(got, want) and agree(got, want.flip(0, 1)):
            raise Wrong(f"{what} has the taps in reverse; layers do not flip the kernel.")
        same(got, want, what)
    return "One such matrix for the columns, one for the rows: their Kronecker product is M."


def _banded(function: Call, taps: list[int], n: int, want: Tensor) -> Tensor:
    """What `band` makes of a list, as in the hint, or else of a tensor, as in the question."""
    made: list[Tensor] = []
    errors: list[Wrong] = []
    for line in (taps, torch.tensor(taps, dtype=torch.float32)):
        try:
            made.append(function(line, n))
        except Wrong as wrong:
            errors.append(wrong)
    if not made:
        raise errors[-1]
    return next((got for got in made if agree(got, want)), made[0])


@exercise(
    "09.6",
    Integers(3, "the dimensions for (a), (b), (c)"),
    Page(
        known=(
            (40, 11, 0),
            (24, 11, 0),
            (9, 11, 0),
            (0, 11, 0),
            (40, 0, 0),
            (40, 25, 0),
            (40, 35, 0),
            (40, 20, 0),
            (40, 12, 0),
            (40, 11, 11),
            (40, 11, 20),
        )
    ),
)
def _null_space(answer: tuple[int, ...]) -> str:
    strided, corner, middle = answer
    if (strided, corner, middle) == (40, 11, 0):
        return "49 − 9, then the last row and the last column, then nothing."
    if strided == 24:
        raise Wrong("(a): 24 is 49 − 25. With a stride of 2, how many numbers come out?")
    if strided == 9:
        raise Wrong("(a): 9 is the rank, the dimensions that survive. How many of 49 do not?")
    if strided == 0:
        raise Wrong("(a): 49 numbers go in and 9 come out, so something must be lost.")
    if strided != 40:
        raise Wrong("(a): how many numbers come out? The rows are independent, so subtract.")
    if corner == 0:
        raise Wrong(
            "(b): 36 numbers come out, but not all are needed: some only ever see the frame."
        )
    if corner == 25:
        raise Wrong("(b): 25 pixels are visited. The others are lost.")
    if corner == 20:
        raise Wrong("(b): that is without padding. Here the window hangs over the edge.")
    if corner != 11:
        raise Wrong("(b): output (i, j) is pixel (i − 1, j − 1). Which pixels are never read?")
    raise Wrong("(c): the output is the picture itself. What is lost of it?")


@exercise("09.7", Function("layer(tiles, W)", Array("the output")))
def _batch(function: Call) -> str:
    watched = []
    for count in (3, 1):
        pictures, W = _whole((count, 8, 8), count), _whole((16, 3, 3), 9)
        want = F.conv2d(pictures[:, None], W[:, None], padding=1)
        with methods.Watch() as seen:
            got = function(pictures, W)
        watched.append(seen)
        what = f"The layer on {count} tile{'s' * (count > 1)}"
        if got.shape == (count, 16, 6, 6):
            raise Wrong(f"{what} is 6×6: the padding of 1 is missing.")
        if not agree(got, want):
            columns = F.unfold(pictures[:, None], 3, padding=1)
            flat = W.reshape(16, 9) @ columns.permute(1, 0, 2).reshape(9, -1)
            if agree(got, flat.reshape(want.shape)):
                raise Wrong(
                    f"{what} has its tiles and channels mixed: the product is (16, N·64). See it "
                    "as (16, N, 64) and permute before the last reshape."
                )
            early = W.reshape(16, 9) @ columns.reshape(9, -1)
            back = early.reshape(16, count, 64).permute(1, 0, 2).reshape(want.shape)
            if agree(got, back):
                raise Wrong(
                    f"{what}: (N, 9, 64) reshaped to (9, N·64) mixes windows of different tiles. "
                    "Permute first, so that the 9 comes to the front."
                )
        same(got, want, what)
    hedges = [methods.one_product(seen) for seen in watched]
    return hedges[0] or "One product for the whole batch; the two permutations are the price."
