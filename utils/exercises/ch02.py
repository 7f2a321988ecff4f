"""What the exercises of chapter 02, cross-correlation, accept and what they answer."""

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise
from utils.exercises.answers import Array, Call, Function, Integers, Number, Parts, agree, same
from utils.exercises.page import Page


def _corr(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate in float64, independently of `utils.loops`."""
    return F.conv2d(X.double()[None, None], K.double()[None, None])[0, 0]


def _as_row(K: Tensor) -> Tensor:
    """A kernel along a row, also without the axis of rows, or with a layer's axes before it."""
    while K.ndim > 2 and len(K) == 1:
        K = K[0]
    if K.ndim == 1:
        K = K[None]
    if K.ndim != 2:
        raise Wrong(f"The kernel should be one row of numbers; yours has shape {tuple(K.shape)}.")
    return K


@exercise(
    "02.ap",
    Integers(2, "the outputs that 4 feeds, and those that 0 feeds"),
    Page(
        known=((4, 1), (1, 4), (9, 4), (4, 4), (1, 1), (4, 2)),
        labels=("Outputs that use the 4 in the middle", "Outputs that use the 0 in the corner"),
        ask="How many of the four outputs use the 4 in the middle of the input? How many use the "
        "0 in its corner?",
    ),
)
def feeds(answer: tuple[int, ...]) -> str:
    """How many windows of 2×2 read the middle and a corner of a 3×3 input."""
    middle, corner = answer
    if (middle, corner) == (1, 4):
        raise Wrong("The other way round: point at each of the two in the widget.")
    if middle > 4 or corner > 4:
        raise Wrong("There are only four outputs, one for each window.")
    if middle != 4:
        raise Wrong("The 4 lies in the lower right of the first window. Where in the other three?")
    if corner != 1:
        raise Wrong("4 is right for the middle. Which windows reach the corner at row 0, column 0?")
    return "All four windows hold the 4, and only the first one holds the 0 in the corner."


@exercise(
    "02.bp",
    Array("the output", 2),
    Page(
        known=([[3, 2], [1, 0]], [[0, 1], [2, 3]], [[0, 0], [0, 0]], [[2, 3], [0, 1]]),
        labels=("Output",),
        shape=(2, 2),
        ask="The input is 3×3, with a 1 in the middle and zeros around it. What does "
        "cross-correlation with K = [[0, 1], [2, 3]] give?",
    ),
)
def one_dot(answer: Tensor) -> str:
    """The cross-correlation of a dot with K: K turned by 180 degrees."""
    K = torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float64)
    if answer.equal(K):
        raise Wrong(
            "That is true convolution. Which entry of K lies on the dot in the first window?"
        )
    if answer.numel() and not answer.any():
        raise Wrong("The 1 is in every window, so one entry of K counts in each.")
    same(answer, K.flip(0, 1), "The output")
    return "In the first window the dot meets the last entry of K, in the last window the first."


@exercise(
    "02.1",
    Array("the output", 2),
    Page(
        known=([[7, 0], [-1, 2]], [[5, -2], [-1, 5]], [[7, -1], [0, 2]], [[1, 0], [0, 6]]),
        labels=("Output",),
        shape=(2, 2),
    ),
)
def by_hand(answer: Tensor) -> str:
    """A 3×3 input and a 2×2 kernel, by hand."""
    X = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0], [2.0, 1.0, 0.0]], dtype=torch.float64)
    K = torch.tensor([[1.0, -1.0], [0.0, 2.0]], dtype=torch.float64)
    want = _corr(X, K)
    if agree(answer, _corr(X, K.flip(0, 1))):
        raise Wrong("You have turned the kernel: that is true convolution.")
    if agree(answer, want.T):
        raise Wrong("The numbers are right, but rows and columns have changed places.")
    if agree(answer, X[:2, :2] * K):
        raise Wrong("Those are the four products of the first window. Add them up; then move on.")
    same(answer, want, "The output")
    return "Four windows, four sums of four products."


@exercise(
    "02.2",
    Integers(2, "the input's size, (rows, columns)"),
    Page(
        known=((8, 3), (3, 8), (9, 4), (4, -1), (6, 1), (7, 2), (8, 1)),
        labels=("Rows", "Columns"),
    ),
)
def which_size(answer: tuple[int, ...]) -> str:
    """The input of a 3×3 kernel whose output is 6×1."""
    if answer == (3, 8):
        raise Wrong("Rows first: the output has 6 rows and 1 column.")
    if answer == (4, -1):
        raise Wrong("That is the size after another 3×3 kernel. You are asked for the one before.")
    for size, left, name in zip(answer, (6, 1), ("rows", "columns"), strict=True):
        if size == left + 3:
            raise Wrong(f"With that many {name} there is a place for one window more.")
        if size < 3:
            raise Wrong(f"A 3×3 kernel needs three {name} at least.")
        if size != left + 2:
            raise Wrong(f"Look at the {name} again: n - 3 + 1 has to be {left}.")
    return "6 + 3 - 1 = 8 rows, and 1 + 3 - 1 = 3 columns."


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
    Array("the kernel"),
    Page(known=([[-1, 1]], [[1, -1]]), labels=("Kernel",), shape=(1, 2)),
)
def strict_layer(K: Tensor) -> str:
    """The kernel that a layer learns that flips it before it slides."""
    K = _as_row(K)
    if K.shape != (1, 2):
        raise Wrong(f"The kernel is 1×2; yours is {K.shape[0]}×{K.shape[1]}.")
    want = torch.tensor([[-1.0, 1.0]], dtype=torch.float64)
    if torch.allclose(K, -want, atol=1e-2):
        raise Wrong("Stored like that, the turn makes it [−1, 1], and every sign comes out wrong.")
    if not torch.allclose(K, want, atol=1e-2):
        raise Wrong("After the turn it has to compute X[i, j] − X[i, j+1].")
    return "Turned by the layer, [−1, 1] becomes [1, −1], which is what the output needs."


@exercise("02.6", Function("swap(c)", Array("g ⋆ f")))
def swap(function: Call) -> str:
    """`swap(c)`: from all of f ⋆ g to all of g ⋆ f."""
    f, g = torch.tensor([1.0, 2.0, 3.0, 5.0]), torch.tensor([0.0, 1.0, -2.0])

    def correlate(first: Tensor, second: Tensor) -> Tensor:
        """All places where the two overlap: Σ_a first[i + a] second[a]."""
        gap = len(second) - 1
        return F.conv1d(F.pad(first, (gap, gap))[None, None], second[None, None])[0, 0]

    got = function(correlate(f, g))
    if agree(got, correlate(f, g)):
        raise Wrong(
            "That would make it commutative, as convolution is. Try f = [1, 2] and g = [3, 4]."
        )
    if agree(got, -correlate(f, g)) or agree(got, -correlate(g, f)):
        raise Wrong("No sign changes: the same products are added, at other places.")
    same(got, correlate(g, f), "g ⋆ f")
    return "g ⋆ f is f ⋆ g read backwards: put −i for i."


@exercise(
    "02.7",
    Integers(3, "the sums, the ways of the most frequent, the ways of a 10 with three dice"),
    Page(
        known=((11, 6, 27), (12, 6, 27), (11, 7, 27), (11, 6, 6), (11, 6, 36), (36, 6, 27)),
        labels=("Different sums", "Ways of the most frequent", "Ways of a 10 with three"),
    ),
)
def dice(answer: tuple[int, ...]) -> str:
    """Sums of two and three dice."""
    sums, frequent, ten = answer
    if sums != 11:
        raise Wrong("The least sum is 2 and the greatest 12. How many is that?")
    if frequent == 7:
        raise Wrong("7 is the most frequent sum. In how many ways can it be thrown?")
    if frequent != 6:
        raise Wrong("11 is right. The most frequent sum is 7: 1 + 6, 2 + 5, and so on.")
    if ten != 27:
        raise Wrong("The first two are right. For the 10, the other two dice make 9, 8, ..., or 4.")
    return "(1, 1, 1, 1, 1, 1) convolved with itself, and once more."
