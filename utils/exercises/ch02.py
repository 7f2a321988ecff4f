"""What the exercises of chapter 02, cross-correlation, accept and what they answer."""

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
    Parts,
    agree,
    same,
)
from utils.exercises.page import Page


def _corr(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate in float64, independently of `utils.loops`."""
    return F.conv2d(X.double()[None, None], K.double()[None, None])[0, 0]


def _as_row(K: Tensor) -> Tensor:
    """A kernel along a row, also where it was written without the axis of rows."""
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
    "02.1",
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
    """Sums of the outputs of K on D, K on D transposed, and K transposed on D."""
    right = (5, -5, -5)
    if got == right:
        return "Each row, or column, but one has one change; transposing X and K transposes Y."
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


@exercise("02.2a", Function("edge_kernel(v)", Array("the kernel", 2)))
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
    "02.2b",
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
    K = _as_row(K)
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
    "02.2c",
    Array("the kernel", 2),
    Page(
        known=([[1 / 4, 1 / 2, 1 / 4]], [[1 / 3, 1 / 3, 1 / 3]], [[1 / 2, 1 / 2]], [[1]]),
        labels=("Kernel, in a row",),
        shape=(1, 3),
        marks=((-1, 0, 0.1, 1 / 8, 1 / 6, 0.2, 0.3, 3 / 8, 0.4, 0.6, 2 / 3, 3 / 4, 0.8, 2),),
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
    total = K.sum().item()
    if K.numel() == 1:
        raise Wrong("One entry mixes no neighbours: it can make the picture brighter or darker.")
    if (K < 0).any():
        raise Wrong("A negative entry subtracts a neighbour: that sharpens. An average only adds.")
    if abs(total - 1) > 1e-5:
        change = "brighter" if total > 1 else "darker"
        raise Wrong(f"The entries sum to {total:g}: a flat part becomes {change}. What keeps it?")
    if K.count_nonzero() == 1:
        raise Wrong("With one entry that is not zero, it copies one pixel and mixes nothing.")
    left = K.square().sum().sqrt().item()
    return f"An average. Of independent noise it leaves {left:.2f} of the spread."


@exercise("02.2d", Function("least_taps(d)", Integer("a whole number")))
def least_taps(function: Call) -> str:
    """`least_taps(d)`: the least number of entries for a derivative of order d."""
    got = [function(d) for d in range(1, 6)]
    if got == [2, 3, 4, 5, 6]:
        return "d conditions say zero, one says not zero: d + 1 unknowns."
    if got == [1, 2, 3, 4, 5]:
        raise Wrong("A first derivative from one entry? It has to compare at least two.")
    if got == [3, 5, 7, 9, 11]:
        raise Wrong(
            "With so many, odd orders get a symmetric kernel, too; fewer do if it need not be."
        )
    if got[:2] == [2, 3]:
        raise Wrong("Orders 1 and 2 are right. Apply [−1, 1] once more: how many entries come out?")
    raise Wrong(f"For orders 1 to 5 you say {got}. Start with order 1: [−1, 1].")


@exercise(
    "02.3",
    Parts(
        "a pair, the weight's gradient (2×2) and the bias's (a number)",
        Array("the weight's gradient", 2),
        Number("the bias's gradient, a number"),
    ),
    Page(
        known=(
            ([[8, 12], [20, 24]], 4),
            ([[8, 12], [20, 24]], 1),
            ([[0, 1], [3, 4]], 4),
            ([[36, 36], [36, 36]], 4),
            ([[2, 3], [5, 6]], 1),
        ),
        labels=("Gradient of the weight", "Gradient of the bias"),
        shape=(2, 2),
    ),
)
def gradients(answer: tuple[Tensor, float]) -> str:
    """Gradients of the sum of the outputs for the weight and for the bias."""
    weight, bias = answer
    X = torch.arange(9, dtype=torch.float64).reshape(3, 3)
    want = _corr(X, torch.ones(2, 2))
    if weight.equal(X[:2, :2]):
        raise Wrong("That is the gradient of the first output alone; the sum has four.")
    if weight.equal(torch.full((2, 2), 36.0, dtype=torch.float64)):
        raise Wrong("No kernel entry visits all nine pixels: where does K[0, 0] come to lie?")
    if agree(weight, want / 4):
        raise Wrong("Those are means over the four outputs; the sum has no division.")
    same(weight, want, "The weight's gradient")
    if bias == 1:
        raise Wrong("The weight's is right. But the bias is added to each output, not once.")
    if bias != 4:
        raise Wrong(f"The weight's is right. How often is the bias added? Not {bias:g} times.")
    return "A weight's gradient adds up the pixels that it meets."


@exercise("02.4", Function("unroll(X, k_h, k_w)", Array("a matrix")))
def unroll(function: Call) -> str:
    """`unroll(X, k_h, k_w)`, X (n_h, n_w), to a matrix with a window in each row."""
    for n_h, n_w, k_h, k_w in [(3, 3, 2, 2), (4, 6, 2, 3), (5, 3, 3, 1)]:
        X = (answers.small_integers((n_h, n_w), n_h) + torch.arange(float(n_w))).float()
        want = F.unfold(X[None, None], (k_h, k_w))[0].T
        got = function(X, k_h, k_w)
        case = f"For X {n_h}×{n_w} and a {k_h}×{k_w} kernel,"
        if got.shape != want.shape and got.shape == want.T.shape:
            raise Wrong(f"{case} your windows are columns. Each row is to be one window.")
        if got.ndim > 2:
            raise Wrong(
                f"{case} you return shape {tuple(got.shape)}. Flatten each window to one row."
            )
        if got.shape == want.shape and not agree(got, want):
            if agree(got, want.flip(1)):
                raise Wrong(f"{case} your windows are read backwards: that is a true convolution.")
            if agree(got.sort(0).values, want.sort(0).values):
                raise Wrong(f"{case} the windows are right but in another order: row by row.")
        same(got, want, f"{case} the matrix")
    return "One row for each window: all dot products in one matrix product."


@exercise(
    "02.5",
    Array("the kernel", 2),
    Page(
        known=([[1], [-1]], [[1, -1]], [[1, 1], [-1, -1]]),
        labels=("Kernel",),
        shape=(2, 2),
        marks=((-2, -1, 0, 1, 2),),
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
    if K.shape == (1, 2) and not on_horizontal.any():
        raise Wrong("That one still compares neighbours in a row. Turn it, too.")
    if abs(K.sum()) > 1e-6:
        raise Wrong(f"It answers to flat parts, since its entries sum to {K.sum():g}.")
    if on_vertical.abs().max() > 1e-6:
        raise Wrong("It answers to the vertical borders in I as well.")
    if on_horizontal.abs().max() < 1e-6:
        raise Wrong("It sees nothing in I transposed.")
    return "It compares an entry with the one below it."


@exercise(
    "02.6",
    Array("the kernel"),
    Page(known=([[-1, 1]], [[1, -1]]), labels=("Kernel",), shape=(1, 2)),
)
def strict_layer(K: Tensor) -> str:
    """The kernel that a layer learns which flips it before it slides."""
    K = _as_row(K)
    if K.shape != (1, 2):
        raise Wrong(f"The kernel is 1×2; yours is {K.shape[0]}×{K.shape[1]}.")
    want = torch.tensor([[-1.0, 1.0]], dtype=torch.float64)
    if torch.allclose(K, -want, atol=1e-2):
        raise Wrong("Stored like that, the flip makes it [−1, 1], and every sign comes out turned.")
    if not torch.allclose(K, want, atol=1e-2):
        raise Wrong("After the flip it has to compute X[i, j] − X[i, j+1].")
    return "The flip undoes what training has learned turned around."


@exercise(
    "02.7",
    Numbers(3, "the layers and the two numbers of weights"),
    Page(
        known=((3, 27, 49), (2, 27, 49), (4, 27, 49), (5, 27, 49), (3, 9, 49), (3, 30, 49)),
        labels=("Layers", "Their weights", "Weights of the large kernel"),
        marks=((0, 1, 2, 6, 7), (), ()),
    ),
)
def three_for_one(answer: tuple[float, ...]) -> str:
    """Layers of 3×3 that see 7×7, their weights, and the weights of one 7×7."""
    layers, small, large = answer
    if layers == 2:
        raise Wrong("Two layers see 5×5.")
    if layers in (5, 4):
        raise Wrong("Fewer: the first layer sees 3, and each further one adds 2 pixels, not 1.")
    if layers != 3:
        raise Wrong(f"{layers:g} layers of 3×3 see {1 + 2 * layers:g} pixels along each axis.")
    if small == 9:
        raise Wrong("Nine weights is one layer. Each layer has a kernel of its own.")
    if small == 30:
        raise Wrong("Leave the biases out.")
    if small != 27:
        raise Wrong(f"Not {small:g}: three layers of how many weights each?")
    if large != 49:
        raise Wrong(f"The large kernel has 7 rows of 7 weights; that is not {large:g}.")
    return "As far a view with 22 weights fewer."


@exercise("02.8", Function("blind_to_light(K)", Array("the kernel", 2), pure=True))
def blind_to_light(function: Call) -> str:
    """`blind_to_light(K)`: K less its mean."""
    for shape, seed in [((2, 2), 0), ((3, 4), 1)]:
        K = answers.small_integers(shape, seed).double() + 1
        got = function(K)
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
