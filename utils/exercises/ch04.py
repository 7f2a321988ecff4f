"""Checkers of chapter 04, padding and stride."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Collection,
    Function,
    Integer,
    Integers,
    Number,
    Numbers,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "04.ap",
    Integer("a whole number of pixels"),
    Page(
        known=(2, 0, 1, 3, 4),
        labels=("Padding",),
        ask="28 rows, a kernel of 5, stride 2: which padding on each side gives 14 rows?",
    ),
)
def _padding(p: int) -> str:
    if p == 2:
        return "⌊(28 + 4 − 5)/2⌋ + 1 = ⌊27/2⌋ + 1 = 14."
    if p == 0:
        raise Wrong("Without padding it is ⌊23/2⌋ + 1 = 12. Two windows are missing.")
    if p == 1:
        raise Wrong("One row on each side gives ⌊25/2⌋ + 1 = 13: one window is missing.")
    if p == 3:
        raise Wrong("Three rows on each side give ⌊29/2⌋ + 1 = 15: one window too many.")
    if p == 4:
        raise Wrong("Padding counts the rows on one side; those on the other come on top.")
    raise Wrong("Put p into ⌊(28 + 2p − 5)/2⌋ + 1, and look for 14.")


@exercise(
    "04.bp",
    Integer("a whole number"),
    Page(
        known=(144, 1, 9, 169, 36, 54, 21, 25, 121),
        labels=("Different numbers",),
        ask="After one layer the wall holds 9 different numbers. How many after six layers?",
    ),
)
def _different(count: int) -> str:
    if count == 144:
        return "Every one of the 12·12 pixels has a number of its own."
    if count > 144:
        raise Wrong("The wall has 12·12 = 144 pixels. There can't be more numbers than that.")
    if count == 1:
        raise Wrong(
            "That would be so without a frame. How far in does its news come in six layers?"
        )
    if count == 9:
        raise Wrong(
            "That is after one layer. The second one sees corners, edges and what is between."
        )
    if count == 21:
        raise Wrong("21 it would be for nine equal weights: then all four sides look alike.")
    raise Wrong("Each layer carries the news one pixel further in, from all four sides.")


@exercise(
    "04.cp",
    Collection(Integer("a whole number"), "a set of input values"),
    Page(
        known=({3, 4, 5}, {6, 7, 8}, {1, 4, 7}, {2, 5, 8}, {4}),
        labels=("Values in no window",),
        options=tuple(range(9)),
        ask="X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]], padding 1, a 2×2 window, stride 3 down and 2 "
        "across. Which values of X are in no window?",
    ),
)
def _skipped(given: frozenset[int]) -> str:
    if given == {3, 4, 5}:
        return (
            "The windows cover rows 0 and 1 and rows 3 and 4 of the padded input, and never row 2."
        )
    if given == {1, 4, 7}:
        raise Wrong("Across, the step is 2 and so is the window: no column is left out.")
    if not given:
        raise Wrong("The window is 2 rows high and moves down by 3. What lies between?")
    for value in sorted(given - {3, 4, 5}):
        raise Wrong(
            f"{value} is read. With the frame it is in row {value // 3 + 1}, counted from 0."
        )
    raise Wrong("Those are in no window. The rest of their row has the same fate.")


@exercise(
    "04.1",
    Integers(2, "the shape, (rows, columns)"),
    Page(known=((2, 2), (3, 2), (2, 3), (6, 6)), labels=("Rows", "Columns")),
)
def _shape(answer: tuple[int, ...]) -> str:
    rows, columns = answer
    if (rows, columns) == (2, 2):
        return "Both 8/3 and 9/4 are rounded down to 2."
    if rows == 3:
        raise Wrong("8/3 is 2.67, and the floor rounds it down. A third window would need row 8.")
    if columns == 3:
        raise Wrong("9/4 is 2.25, and the floor rounds it down.")
    if (rows, columns) == (6, 6):
        raise Wrong("That is the shape at stride 1. Now take every third row and fourth column.")
    if rows == 2:
        raise Wrong(f"2 rows are right. Columns: 8 + 2·1 in all, a kernel of 5; not {columns}.")
    raise Wrong("Take one axis at a time: padded size minus kernel, over stride, floor, plus 1.")


@exercise(
    "04.2",
    Number("one number of hertz"),
    Page(known=(1000, 3000, 1500, 2000), labels=("Hertz",)),
)
def _alias(hertz: float) -> str:
    if math.isclose(hertz, 1000):
        return "4,000 samples a second cannot tell 3,000 Hz from 4,000 − 3,000 = 1,000 Hz."
    if math.isclose(hertz, 3000):
        raise Wrong("4,000 samples a second hold nothing above 2,000 Hz, so 3,000 Hz must fold.")
    if math.isclose(hertz, 1500):
        raise Wrong("The tone is not slowed down: each kept sample keeps its own time.")
    if math.isclose(hertz, 2000):
        raise Wrong("2,000 Hz is the limit at the new rate. Mirror 3,000 Hz in that limit.")
    raise Wrong("Write cos(2π·3000·t) at t = 0, 1/4000, 2/4000, ... What slower wave fits them?")


@exercise("04.3", Function("mirror_pad(X, p)", Array("a matrix"), pure=True))
def _mirror(function: Call) -> str:
    padded = False
    # p = 2 comes first: at p = 1 two kinds of padding that repeat the border pixel coincide.
    for shape, p in (((4, 5), 2), ((4, 5), 1), ((5, 4), 3), ((3, 3), 0)):
        X = torch.arange(1.0, 1 + shape[0] * shape[1]).reshape(shape)
        with methods.Watch() as seen:
            got = function(X, p)
        want = _pad(X, p, "reflect")
        if p and got.shape == want.shape and not agree(got, want):
            _other_padding(X, p, got, want)
        same(got, want, f"mirror_pad of a {shape[0]}×{shape[1]} input with p = {p}")
        padded = padded or "pad" in seen.names
    if padded:
        raise Wrong("Right values, but a library's pad made them. Build the rows by their numbers.")
    return "It agrees with F.pad(..., mode='reflect'), corners included."


def _pad(X: Tensor, p: int, mode: str) -> Tensor:
    return F.pad(X[None, None], (p,) * 4, mode=mode)[0, 0]


def _other_padding(X: Tensor, p: int, got: Tensor, want: Tensor) -> None:
    """Raise `Wrong` where `got` is a padding of another kind, or unfinished."""
    symmetric = torch.cat([X[:p].flip(0), X, X[-p:].flip(0)])
    symmetric = torch.cat([symmetric[:, :p].flip(1), symmetric, symmetric[:, -p:].flip(1)], dim=1)
    if agree(got, symmetric):
        raise Wrong(
            "Your mirror stands beside the border pixel and repeats it. In 'reflect' it stands on "
            "the border pixel, so the first row outside is a copy of row 1, not of row 0."
        )
    if agree(got, F.pad(X, (p,) * 4)):
        raise Wrong("The border is still zero. Copy the mirrored rows and columns into it.")
    if agree(got, _pad(X, p, "replicate")):
        raise Wrong("That is 'replicate': you repeat the border pixel. Walk back into the picture.")
    if agree(got, _pad(X, p, "circular")):
        raise Wrong("That is 'circular': you continue on the far side. Turn back at the border.")
    corners = torch.ones_like(want, dtype=torch.bool)
    corners[p:-p], corners[:, p:-p] = False, False
    if agree(got[~corners], want[~corners]):
        raise Wrong("The sides are right, the corners are not: mirror in both directions.")


@exercise(
    "04.4",
    Numbers(3, "three factors, of multiply-adds, output numbers and weights"),
    Page(
        known=(
            (4, 4, 1),
            (2, 4, 1),
            (4, 2, 1),
            (2, 2, 1),
            (4, 4, 4),
            (1 / 4, 1 / 4, 1),
            (1 / 4, 1 / 4, 1 / 4),
        ),
        labels=("Multiply-adds", "Output numbers", "Weights"),
    ),
)
def _savings(answer: tuple[float, ...]) -> str:
    adds, activations, weights = answer
    if weights != 1:
        raise Wrong("The kernel is the same at every stride: what is its number of weights then?")
    if 0.25 in (adds, activations):
        raise Wrong("That is what is left. It goes down by a factor of …")
    if 2 in (adds, activations):
        raise Wrong("The stride acts along both axes: half the rows and half the columns.")
    if (adds, activations) == (4, 4):
        return "A quarter of the outputs, each at the price it had; not one weight less."
    raise Wrong("Count the outputs at stride 1, 224·224, and at stride 2, 112·112.")


@exercise(
    "04.5",
    Number("one number between 0 and 1"),
    Page(known=(1 / 3, 2 / 3, 0.5, 0), labels=("Correlation",)),
)
def _correlation(correlation: float) -> str:
    if math.isclose(correlation, 1 / 3, abs_tol=0.005):
        return "Windows of 3 that start 2 apart share one pixel of three."
    if math.isclose(correlation, 2 / 3, abs_tol=0.01):
        raise Wrong("That is the correlation at stride 1, where two pixels of three are shared.")
    if math.isclose(correlation, 0.5):
        raise Wrong("Count pixels: windows {0, 1, 2} and {2, 3, 4}. Which share do they have?")
    if correlation == 0:
        raise Wrong(
            "Neighbouring windows share a pixel at stride 2 as well; from stride 3 on they do not."
        )
    raise Wrong("Write both outputs as sums of three pixels: only a shared pixel correlates them.")


@exercise(
    "04.6",
    Array("the spread X", 2),
    Page(
        known=(
            [[0, 0, 1], [0, 0, 0], [2, 0, 3]],
            [[0, 0, 1], [0, 0, 1], [2, 2, 3]],
            [[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]],
            [[0, 1], [2, 3]],
        ),
        labels=("The spread X",),
        shape=(3, 3),
        blank=True,
    ),
)
def _spread(got: Tensor) -> str:
    want = torch.tensor([[0.0, 0, 1], [0, 0, 0], [2, 0, 3]])
    if got.shape == (4, 4):
        raise Wrong("Zeros go between the values only: one gap between two values, so 3×3.")
    if got.shape == (2, 2):
        raise Wrong("Half a step needs a place to stand on: put a zero between neighbours.")
    if agree(got, torch.tensor([[0.0, 0, 1], [0, 0, 1], [2, 2, 3]])):
        raise Wrong("The new places hold zeros for now. Filling them is the kernel's job.")
    if agree(got, torch.tensor([[0.0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]])):
        raise Wrong("That is what a bilinear kernel makes afterwards; first only spread X.")
    same(got, want, "The spread X")
    return "One step in the spread input is half a step in X."


@exercise(
    "04.7",
    Collection(Integer("a whole number"), "a set of input sizes"),
    Page(known=({7, 8},), labels=("Sizes",), options=tuple(range(1, 13))),
)
def _sizes(given: frozenset[int]) -> str:
    if given == {7, 8}:
        return "Two sizes, one output: the stride forgets which it was."
    if not given:
        raise Wrong("No size at all? Put in n = 1, 2, 3, ... until floor((n − 1)/2) + 1 is 4.")
    for n in sorted(given - {7, 8}):
        size = (n + 2 - 3) // 2 + 1
        raise Wrong(f"{n} does not belong: floor(({n} + 2 − 3)/2) + 1 = {size}.")
    raise Wrong("Right as far as it goes, but a stride of 2 leaves room for one more size.")


@exercise(
    "04.8",
    Integer("a whole number of layers"),
    Page(known=(8, 7, 15), labels=("Layers",), marks=(range(-1, 7),)),
)
def _layers(layers: int) -> str:
    if layers == 8:
        return "The padding is 8 pixels from the centre, and each layer carries its news by one."
    if layers == 7:
        raise Wrong("After 7 layers the centre sees 15×15: the whole image, but no padding yet.")
    if layers == 15:
        raise Wrong("News comes from all four sides at once: the centre is near in every way.")
    if layers < 0:
        raise Wrong("A number of layers is 0 or more.")
    if layers < 1:
        raise Wrong("Without a layer nobody sees more than one pixel.")
    if layers < 7:
        raise Wrong(f"After {layers} layers the centre sees {2 * layers + 1} pixels of 15.")
    raise Wrong("That is enough, but fewer do. How far is the nearest zero from the centre?")
