"""What the exercises of chapter 03, kernels, accept and what they answer."""

import math
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Number,
    Numbers,
    same,
)
from utils.exercises.page import Page


def _corr(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate in float64, independently of `utils.loops`."""
    return F.conv2d(X.double()[None, None], K.double()[None, None])[0, 0]


def _as_matrix(K: Tensor) -> Tensor:
    """A kernel, also a row without the axis of rows, or with a layer's axes before it."""
    while K.ndim > 2 and len(K) == 1:
        K = K[0]
    if K.ndim == 1:
        K = K[None]
    if K.ndim != 2:
        raise Wrong(f"The kernel should be one row of numbers; yours has shape {tuple(K.shape)}.")
    return K


def _bar() -> Tensor:
    """The chapter's picture I: a black vertical bar on white, 6 by 8."""
    picture = torch.ones(6, 8, dtype=torch.float64)
    picture[:, 2:6] = 0
    return picture


@exercise(
    "03.1",
    Array("the kernel", 2),
    Page(
        known=([[1], [-1]], [[1, -1]], [[1, 1], [-1, -1]]),
        labels=("Kernel",),
        shape=(2, 2),
        marks=((-2, -1, -0.5, 0, 0.5, 1, 2),),
        instead={"flat parts": "It answers to flat parts, since its entries don’t sum to zero."},
        blank=True,
        partly=True,
    ),
)
def horizontal(K: Tensor) -> str:
    """A kernel that answers to I transposed at its borders and not at all to I."""
    picture = _bar()
    if K.shape[0] > 6 or K.shape[1] > 6:
        raise Wrong(f"A kernel of {K.shape[0]}×{K.shape[1]} does not fit into both pictures.")
    on_vertical, on_horizontal = _corr(picture, K), _corr(picture.T, K)
    if K.shape == (1, 2) and K.any() and not on_horizontal.any():
        raise Wrong("That one still compares neighbours in a row. Turn it, too.")
    if abs(K.sum()) > 1e-6:
        raise Wrong(f"It answers to flat parts, since its entries sum to {K.sum():g}.")
    if on_vertical.abs().max() > 1e-6:
        raise Wrong("It answers to the vertical borders in I as well.")
    if on_horizontal.abs().max() < 1e-6:
        raise Wrong("It sees nothing in I transposed.")
    return "It compares entries above each other, and none beside each other."


@exercise(
    "03.2",
    Numbers(3, "the sums for (a), (b), (c)"),
    Page(
        known=(
            (5, -5, -5),
            (0, 0, 0),
            (-5, 5, 5),
            (5, 5, -5),
            (5, -5, 5),
            *product((6, -6), repeat=3),
        )
    ),
)
def diagonal_edge(got: tuple[float, ...]) -> str:
    """Sums of the outputs of E on D, E on D transposed, and E transposed on D."""
    right = (5, -5, -5)
    if got == right:
        return (
            "Each row, or column, but one has one change; to transpose both transposes the output."
        )
    if got == (0, 0, 0):
        raise Wrong(
            "A slanted edge is not invisible: follow one row of D from left to right and see "
            "whether neighbours ever differ."
        )
    if [abs(value) for value in got] == [6, 6, 6]:
        raise Wrong("Nearly: does every one of the six rows change, the all-white one, too?")
    if got == tuple(-value for value in right):
        raise Wrong("All signs are turned: the kernel takes the left (upper) entry minus the next.")
    first = next(i for i in range(3) if got[i] != right[i])
    if got[first] == -right[first]:
        raise Wrong(
            f"Look at the sign of ({'abc'[first]}): from white to black is +1, from black to "
            "white is −1."
        )
    raise Wrong(
        f"({'abc'[first]}) is not {got[first]:g}: count the changes from entry to entry, "
        f"{'down the columns' if first == 2 else 'along the rows'}."
    )


_DIRECTIONS = [(0.0, 1.0), (1.0, 0.0), (0.6, 0.8), (0.8, -0.6), (-1.0, 0.0), (-0.6, -0.8)]


@exercise("03.3a", Function("edge_kernel(v)", Array("the kernel")))
def edge_along(function: Call) -> str:
    """`edge_kernel(v)`, v = (rows down, columns right), to a 3×3 kernel."""
    down = torch.arange(3, dtype=torch.float64)[:, None].expand(3, 3)
    for v in _DIRECTIONS:
        K = function(v)
        case = f"For v = ({v[0]:g}, {v[1]:g})"
        if K.shape != (3, 3):
            raise Wrong(f"{case}, the kernel is {tuple(K.shape)}; it should be 3×3.")
        if abs(K.sum()) > 1e-5:
            raise Wrong(
                f"{case}, your kernel answers to flat parts: its entries sum to {K.sum():g}."
            )
        along, across = v[0] * down + v[1] * down.T, v[1] * down - v[0] * down.T
        got_along, got_across = (K * along).sum().item(), (K * across).sum().item()
        if got_along < -1e-5:
            raise Wrong(f"{case}, the sign is turned: brighter along v gives a minus.")
        if got_along < 1e-5:
            raise Wrong(
                f"{case}, your kernel does not see a picture that becomes "
                "brighter along v. Is v (rows down, columns right)?"
            )
        if abs(got_across) > 1e-5 * max(1.0, got_along):
            raise Wrong(
                f"{case}, your kernel also answers to change across v, "
                f"by {got_across:g}. Do the two kernels that you combine answer to their own "
                "direction only, and equally strongly?"
            )
        if 0 in v and K.sum(1 if v[0] == 0 else 0).abs().max() > 1e-5:
            raise Wrong(
                f"{case}, an even slope across v is zero, but a step across v is not. Which "
                f"{'rows' if v[0] == 0 else 'columns'} of your kernel answer to a flat line?"
            )
    return "Two kernels, weighted by the components of v, cover every direction."


@exercise(
    "03.3b",
    Array("the kernel"),
    Page(
        known=([[1, -2, 1]], [[-1, 2, -1]], [[1, -1]], [[1]]),
        labels=("Kernel, in a row",),
        shape=(1, 3),
        blank=True,
    ),
)
def second_derivative(K: Tensor) -> str:
    """The least kernel of the second derivative along a row."""
    K = _as_matrix(K)
    if K.shape == (3, 1):
        raise Wrong("That one works down a column; the exercise asks for along a row.")
    if K.shape[0] != 1 or K.shape[1] > 3:
        raise Wrong(f"A smaller kernel than {K.shape[0]}×{K.shape[1]} does it.")
    if K.shape[1] < 3:
        raise Wrong(
            f"{K.shape[1]} entries are too few: with two, you can form a first difference, and a "
            "slope would not give zero."
        )
    if K.equal(-torch.tensor([[1.0, -2.0, 1.0]], dtype=torch.float64)):
        raise Wrong("The sign is turned: for j², whose second derivative is 2, it says −2.")
    same(K, torch.tensor([[1.0, -2.0, 1.0]], dtype=torch.float64), "The kernel")
    return "It is the difference of two differences: (x[j+1] − x[j]) − (x[j] − x[j−1])."


@exercise(
    "03.3c",
    Array("the kernel"),
    Page(
        known=([[1 / 4, 1 / 2, 1 / 4]], [[1 / 3, 1 / 3, 1 / 3]], [[1 / 2, 1 / 2]], [[1]]),
        labels=("Kernel, in a row",),
        shape=(1, 3),
        marks=((-1, 0, 0.1, 1 / 8, 1 / 6, 0.2, 0.3, 0.333, 3 / 8, 0.4, 0.6, 2 / 3, 3 / 4, 0.8, 2),),
        instead={
            "brighter": "The entries sum to more than 1: a flat part becomes brighter. What keeps "
            "it?",
            "darker": "The entries sum to less than 1: a flat part becomes darker. What keeps it?",
        },
        blank=True,
        partly=True,
    ),
)
def blur(K: Tensor) -> str:
    """Any kernel that averages."""
    K = _as_matrix(K)
    total = K.sum().item()
    if K.numel() == 1:
        raise Wrong("One entry mixes no neighbours: it can make the picture brighter or darker.")
    if (K < 0).any():
        raise Wrong("A negative entry subtracts. Find one without: an average only adds.")
    if abs(total - 1) > 2e-3:  # three digits
        change = "brighter" if total > 1 else "darker"
        raise Wrong(f"The entries sum to {total:g}: a flat part becomes {change}. What keeps it?")
    if K.count_nonzero() == 1:
        raise Wrong("With one entry that is not zero, it copies one pixel and mixes nothing.")
    left = K.square().sum().sqrt().item()
    return f"An average. Of independent noise it leaves {left:.2f} of the spread."


@exercise("03.3d", Function("least_taps(d)", Integer("a whole number")))
def least_taps(function: Call) -> str:
    """`least_taps(d)`: the least number of entries for a derivative of order d."""
    got = [function(d) for d in range(1, 6)]
    if got == [2, 3, 4, 5, 6]:
        return "d conditions say zero, one says not zero: d + 1 unknowns."
    if got == [1, 2, 3, 4, 5]:
        raise Wrong("A first derivative from one entry? It has to compare at least two.")
    if got == [3, 5, 7, 9, 11]:
        raise Wrong("So many are enough, but not the least: for order 2, [1, −2, 1] has three.")
    if got[:2] == [2, 3]:
        raise Wrong("Orders 1 and 2 are right. Apply [−1, 1] once more: how many entries come out?")
    raise Wrong(f"For orders 1 to 5 you say {got}. Start with order 1: [−1, 1].")


@exercise("03.4", Function("blind_to_light(K)", Array("the kernel"), pure=True))
def blind_to_light(function: Call) -> str:
    """`blind_to_light(K)`: K less its mean."""
    for shape, seed in [((2, 2), 0), ((3, 4), 1)]:
        K = answers.small_integers(shape, seed).double() + 1
        got = function(K.float())  # as a reader's own tensors are
        if got.shape != K.shape:
            raise Wrong(f"The kernel should stay {tuple(K.shape)}; yours is {tuple(got.shape)}.")
        if abs(got.sum()) > 1e-5:
            raise Wrong(
                f"With one unit more of light everywhere, the output still changes by "
                f"{got.sum():g}."
            )
        if not got.any():
            raise Wrong("All zeros: blind to light, and to everything else.")
        if not torch.allclose(got - got.mean(), K - K.mean(), atol=1e-5):
            raise Wrong(
                "It is blind to light, but on windows that sum to zero it answers otherwise than K."
            )
    return "Subtract the mean: the flat part of the kernel is what sees the light."


@exercise(
    "03.5",
    Numbers(2, "the middle number, and each of the other eight"),
    Page(
        known=(
            (17 / 9, -1 / 9),
            (8 / 9, -1 / 9),
            (10 / 9, 1 / 9),
            (-8 / 9, 1 / 9),
            (2, -1 / 9),
            (9, -1),
            (5, -1 / 2),
        ),
        labels=("Middle", "Each of the other eight"),
        marks=((1.89, 1.9), (-0.11, -0.111)),
    ),
)
def unsharp(answer: tuple[float, ...]) -> str:
    """The 3×3 kernel of a picture plus its difference from its 3×3 mean."""
    middle, other = answer

    def near(got: float, want: float) -> bool:
        return math.isclose(got, want, abs_tol=0.012 if abs(want) > 0.5 else 0.002)  # two digits

    if near(middle, 8 / 9):
        raise Wrong("The difference alone has 8/9 in the middle. Add the picture itself.")
    if near(middle, 10 / 9):
        raise Wrong("You add the blurred picture. The difference is picture minus blurred.")
    if near(middle, -8 / 9):
        raise Wrong("That is blurred minus picture: the difference, turned round, and no picture.")
    if near(middle, 2):
        raise Wrong("Nearly: the blurred picture takes a ninth away from the middle, too.")
    if not near(middle, 17 / 9):
        raise Wrong(
            "The middle is not right. It has 1 for the picture, 1 for the picture once more, and "
            "what the mean takes away."
        )
    if near(other, 1 / 9):
        raise Wrong("The middle is right. The blurred picture is subtracted, not added.")
    if not near(other, -1 / 9):
        raise Wrong("The middle is right. What weight has a neighbour in the 3×3 mean?")
    return "The nine sum to 1, so flat parts stay. Photographers call it an unsharp mask."


@exercise(
    "03.6",
    Number("a number"),
    Page(
        known=(1 / 120, 1 / 60, 1 / 30, 1 / 15, 2 / 15, 1 / 240, 1 / 480),
        labels=("Largest learning rate",),
        marks=((0.008, 0.0083, 0.00833, 0.0084),),
    ),
)
def brighter_rate(rate: float) -> str:
    """The largest learning rate for the bar twice as bright."""

    def near(other: float) -> bool:
        return math.isclose(rate, other, rel_tol=0.02)

    if math.isclose(rate, 1 / 120, rel_tol=0.005):  # 0.0083 arrives, 0.0084 does not
        return "Twice the numbers, four times the squares, four times the curvature: 2/240."
    if near(1 / 30):
        raise Wrong("That is the bar as it was. What do doubled pixels do to the squares in L?")
    if near(1 / 60):
        raise Wrong("Half as much is not small enough: the loss holds squares of what you doubled.")
    if rate > 1 / 30:
        raise Wrong("Brighter pixels make the bowl steeper, so the rate must become smaller.")
    if near(1 / 240):
        raise Wrong("240 is the new curvature. The rate may reach twice its reciprocal.")
    if math.isclose(rate, 1 / 120, rel_tol=0.05):
        raise Wrong("Near the edge, but not the edge itself. A fraction says it exactly.")
    raise Wrong("Write L again, for windows of 2 and 2, 2 and 0, 0 and 2, and 0 and 0.")


@exercise(
    "03.7",
    Numbers(3, "the layers and the two numbers of weights"),
    Page(
        known=((5, 45, 121), (4, 45, 121), (6, 45, 121), (9, 45, 121), (5, 9, 121), (5, 50, 121)),
        labels=("Layers", "Their weights", "Weights of the large kernel"),
        marks=((0, 1, 2, 3, 7, 10, 11), (), ()),
    ),
)
def small_for_large(answer: tuple[float, ...]) -> str:
    """Layers of 3×3 that see 11×11, their weights, and the weights of one 11×11."""
    layers, small, large = answer
    if layers in (9, 10):
        raise Wrong("Fewer: the first layer sees 3, and each further one adds 2 pixels, not 1.")
    if layers != 5:
        raise Wrong("One layer of 3×3 sees 3 pixels in a row, and each further one adds 2.")
    if small == 9:
        raise Wrong("Nine weights is one layer. Each layer has a kernel of its own.")
    if small == 50:
        raise Wrong("Leave the biases out.")
    if small != 45:
        raise Wrong("Five layers: of how many weights each?")
    if large != 121:
        raise Wrong("The large kernel has 11 rows of 11 weights.")
    return "As far a view with 76 weights fewer."


@exercise(
    "03.ap",
    Integer("a whole number"),
    Page(
        known=(0, 8, 10, 16, 40),
        labels=("Outputs that are not 0",),
        ask="The bar, lying: 8 rows, 5 places in each. At how many of the 40 places is the output "
        "of the same two numbers not 0?",
    ),
)
def _lying_bar(count: int) -> str:
    if count == 0:
        return "Each row is of one colour, and the two numbers compare neighbours in a row."
    if count in (8, 10, 16, 12):
        raise Wrong("The borders now lie between rows. Which two pixels does the kernel compare?")
    raise Wrong("Take one row of the lying bar, and compare each pixel with the one on its right.")


@exercise(
    "03.bp",
    Number("a number"),
    Page(
        known=(54, 14, 9, 36, 324),
        labels=("Largest output",),
        ask="The kernel lies in the scene itself, and its own place scores 0·0 + 1·1 + 2·2 + 3·3 "
        "= 14. What is the largest of the 18 outputs?",
    ),
)
def _brightest(largest: float) -> str:
    if largest == 54:
        return "It is on the nines: 9·0 + 9·1 + 9·2 + 9·3. The flat patch beats the pattern."
    if largest == 14:
        raise Wrong("14 is the kernel's own place. Does any other window score more?")
    if largest == 36:
        raise Wrong("36 is the sum of the four nines. The kernel multiplies them first.")
    raise Wrong("Lay the kernel on the four nines, multiply in pairs, and add up.")


@exercise(
    "03.cp",
    Integer("a whole number"),
    Page(
        known=(5, 3, 4, 6, 9, 7),
        labels=("Pixels along each axis",),
        ask="A 3×3 kernel, and on its output a second one. How many pixels of the input, along "
        "each axis, does one number behind the second see?",
    ),
)
def _two_layers(pixels: int) -> str:
    if pixels == 5:
        return "Three entries of the map between, whose windows overlap: 3 + 1 + 1."
    if pixels == 3:
        raise Wrong("Three entries of the map between. And each of these sees how much?")
    if pixels in (6, 9):
        raise Wrong("The windows of neighbours overlap: count each pixel once.")
    raise Wrong("Draw a line of pixels, and below it the windows of three neighbouring entries.")
