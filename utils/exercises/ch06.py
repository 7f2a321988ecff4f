"""What the exercises of chapter 06, the 1×1 convolution, accept and what they answer."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.data import photograph
from utils.exercises import Wrong, answers, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Letters,
    Number,
    Numbers,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "06.ap",
    Letters("AB"),
    Page(
        known=("A", "B", "AB"),
        labels=("Picture",),
        ask="In which picture is only about 1/3 of the numbers left?",
    ),
)
def lost_more(given: frozenset[str]) -> str:
    """The picture of which two planes were made coarse."""
    if len(given) > 1:
        raise Wrong("It is one of the two.")
    if given != {"A"}:
        raise Wrong("B looks worse, and only one of its planes was made coarse.")
    return "Two of its three planes were made coarse, and you hardly see it."


@exercise(
    "06.bp",
    Number("a factor"),
    Page(
        known=(17, 4, 16, 18, 9, 1, 1179648 / 69632),
        labels=("Factor",),
        ask="How many times as many weights have the two 3×3 layers as the bottleneck? To the "
        "nearest whole number.",
    ),
)
def saved_by_a_bottleneck(factor: float) -> str:
    """Weights of two 3×3 layers at 256 channels over those of ResNet's bottleneck."""
    if factor == 4:
        raise Wrong("4 is by how much the channels shrink, and they are two of the factors.")
    if factor == 16:
        raise Wrong("16 is what the 3×3 layer saves. Count the other layers on both sides as well.")
    if factor == 18:
        raise Wrong("18·256² is right for the two. The bottleneck: 256·64 + 9·64² + 64·256.")
    if not 16.5 <= factor < 17.5:
        raise Wrong("Two layers of 9·256² weights, against 256·64 + 9·64² + 64·256.")
    return "1,179,648 against 69,632 weights: 16.9 times as many."


@exercise(
    "06.cp",
    Integer("a whole number"),
    Page(
        known=(36, 32, 16, 1, 53, 17, 0),
        labels=("Layers",),
        ask="How many of the 53 convolutions of ResNet-50 have a window of one pixel?",
    ),
)
def one_pixel_layers(count: int) -> str:
    """The 1×1 convolutions of ResNet-50."""
    if not 0 <= count <= 53:
        raise Wrong("There are 53 convolutions in all.")
    if count < 27:
        raise Wrong("More: each of its 16 blocks is a bottleneck, with two of them.")
    if count == 32:
        raise Wrong("32 in the 16 bottlenecks. Four more fit an input to the size of an output.")
    if count == 53:
        raise Wrong("Not all: the first has a window of 7×7, and each of 16 blocks a 3×3.")
    if count != 36:
        raise Wrong("Two in each of 16 bottlenecks, and one more in four of them.")
    return "Two in each of 16 bottlenecks, and four that fit an input to the size of an output."


@exercise(
    "06.1",
    Letters("ABCDE"),
    Page(known=("ABD",)),
)
def equal_bits(given: frozenset[str]) -> str:
    """The letters of the cases in which any order of the sum gives the same bits."""
    reasons = {
        "A": "A belongs: with one channel there is one product, rounded once, and no sum.",
        "B": "B belongs: sums of products up to 9 stay whole and far below 2²⁴, so nothing rounds.",
        "D": "D belongs: its products are multiples of 1/64. Count in that unit.",
    }
    traps = {
        "C": "C does not belong: products of random numbers need 48 digits, so sums are rounded.",
        "E": "E does not belong: 10,000 · 10,000 is more than 2²⁴ ≈ 16.8 million.",
    }
    for letter in sorted(given & traps.keys()):
        raise Wrong(traps[letter])
    for letter in sorted(reasons.keys() - given):
        raise Wrong(reasons[letter])
    return "Where nothing is rounded, or only once, the order can't matter."


@exercise("06.2", Function("conv_by_matrix(X, W)", Array("the output")))
def conv_by_matrix(function: Call) -> str:
    """`conv_by_matrix(X, W)`: any window as a matrix product."""
    watched = []
    for seed, (x_shape, w_shape) in enumerate(
        [((2, 5, 6), (3, 2, 2, 3)), ((3, 4, 4), (1, 3, 3, 3)), ((2, 3, 5), (4, 2, 1, 1))]
    ):
        X, W = answers.small_integers(x_shape, seed), answers.small_integers(w_shape, seed + 5)
        want = F.conv2d(X, W)
        with methods.Watch() as seen:
            got = function(X, W)
        watched.append(seen)
        if not agree(got, want):
            dealt = want.flatten(1).T.reshape(want.shape)
            if agree(got, dealt):
                raise Wrong(
                    "The numbers are right but dealt out to the wrong channels: your product has "
                    "a row for each place. Transpose before you reshape."
                )
            channels_last = W.permute(0, 2, 3, 1).reshape(W.shape)
            columns_last = W.reshape(len(W), *W.shape[2:], W.shape[1]).permute(0, 3, 1, 2)
            if any(agree(got, F.conv2d(X, K)) for K in (channels_last, columns_last)):
                raise Wrong(
                    "Filters and windows are flattened in different orders: one has the channels "
                    "first, the other last."
                )
            if agree(got, F.conv2d(X, W.flip(2, 3))):
                raise Wrong("Your kernel is flipped; a layer computes the cross-correlation.")
        if got.shape == want.flatten(1).shape and got.ndim == 2:
            raise Wrong("The product is right; give the places back their rows and columns.")
        same(got, want, f"conv_by_matrix of {x_shape} with {w_shape}")
    hedges = [methods.one_product(seen, batched=True) for seen in watched]
    return hedges[0] or "Filters as rows, windows as columns: one matrix product."


@exercise(
    "06.3",
    Numbers(4, "the four numbers (a), (b), (c), (d)"),
    Page(
        known=(
            (4, 64, 64, 256),
            (16, 64, 64, 256),
            (1 / 4, 64, 64, 256),
            (4, 64, 256, 256),
            (4, 64, 128, 256),
            (4, 64, 64, 64),
        )
    ),
)
def blocks(answer: tuple[float, ...]) -> str:
    """Saving, channels seen by one layer, by two, and by two with a shuffle."""
    factor, one, two, shuffled = answer
    if factor == 16:
        raise Wrong("(a) each block has a sixteenth of the entries, but there are four of them.")
    if factor == 1 / 4:
        raise Wrong("(a) that is what is left of them. The question is how many times fewer.")
    if factor != 4:
        raise Wrong("(a) compare 4·64·64 with 256·256.")
    if one != 64:
        raise Wrong("(b) count the entries that are not zero in one row of the matrix.")
    if two == 256:
        raise Wrong("(c) multiply two block-diagonal matrices: where could a zero fill up?")
    if two == 128:
        raise Wrong("(c) the second layer reads the same block of 64 that the first one wrote.")
    if two != 64:
        raise Wrong("(c) follow one output back: which 64 does it read, and which do they read?")
    if shuffled == 64:
        raise Wrong("(d) a block of the second now reads 16 channels from each block of the first.")
    if shuffled != 256:
        raise Wrong("(d) it reads channels of all four blocks; what does each of these see?")
    return "A quarter of the work; four networks that never meet, until a free shuffle joins them."


@exercise(
    "06.4",
    Integer("a whole number of channels"),
    Page(
        known=(205, 128, 256, 229),
        labels=("m",),
        marks=((0, 1),),
        instead={
            "more than the": "That m has more than the 589,824 weights allowed.",
            "there is room": "589,824 weights are allowed, so there is room.",
        },
    ),
)
def widest_bottleneck(m: int) -> str:
    """The largest m with 1024m + 9m² at most a quarter of 9·512²."""
    if m == 205:
        return "1024·205 + 9·205² = 588,145 of 589,824 allowed."
    if m == 128:
        raise Wrong("A quarter of the channels is one choice, and cheaper than asked. Go on up.")
    if m == 256:
        raise Wrong("The 3×3 alone would have a quarter then; the two 1×1 layers cost as well.")
    if m == 229:
        raise Wrong("You count one 1×1 layer; there is one on each side.")
    if m < 1:
        raise Wrong("A layer has one channel at least.")
    weights = 1024 * m + 9 * m * m
    if m > 205:
        raise Wrong(f"m = {m} has {weights:,} weights, more than the 589,824 allowed.")
    raise Wrong(f"m = {m} has {weights:,} weights; 589,824 are allowed, so there is room.")


@exercise(
    "06.5",
    Number("one number between 0 and 1"),
    Page(known=(1 / 4, 1 / 2, 3 / 4, 1), labels=("Fraction",)),
)
def fraction_read(fraction: float) -> str:
    """The fraction of pixels that a 1×1 kernel at stride 2 reads."""
    if math.isclose(fraction, 0.25):
        return "Every other row and every other column: three of four pixels go unread."
    if math.isclose(fraction, 0.5):
        raise Wrong("Half of the rows, yes; and of their pixels?")
    if math.isclose(fraction, 0.75):
        raise Wrong("That is the fraction that is not read.")
    if math.isclose(fraction, 1):
        raise Wrong("A 3×3 window would reach every pixel in steps of two; a 1×1 sees only one.")
    raise Wrong("Mark the pixels that are read in a picture of 4×4.")


@exercise("06.6", Function("mix_for(X)", Array("mix_for(X), 3×3")))
def uncorrelated(function: Call) -> str:
    """`mix_for(X)`: a 3×3 mixing of the planes of X that leaves no correlation."""
    photo = photograph(120, color=True)
    _judge_mixing(function(photo), photo)
    other = photo[:, :40].flip(0)
    try:
        _judge_mixing(function(other), other)
    except Wrong:
        raise Wrong("It is right for the photograph, and not for another picture.") from None
    return "Its outputs have the covariance W C Wᵀ, and yours is diagonal."


def _judge_mixing(mix: Tensor, X: Tensor) -> None:
    """Raise `Wrong` unless `mix` can be undone and leaves no correlation between planes of X."""
    if mix.shape[2:] == (1, 1):
        mix = mix[:, :, 0, 0]
    if mix.shape != (3, 3):
        raise Wrong(f"mix_for(X) should be 3×3; yours has shape {tuple(mix.shape)}.")
    rows = mix / mix.norm(dim=1, keepdim=True).clamp_min(1e-12)
    if torch.linalg.det(rows).abs() < 1e-6:
        raise Wrong("Your mixing can't be undone: its rows depend on one another.")
    planes = X.double().flatten(1)

    def largest(W: Tensor) -> float:
        return torch.corrcoef(W @ planes).fill_diagonal_(0).abs().max().item()

    if largest(mix) < 1e-3:
        return
    if largest(mix.T) < 1e-3:
        raise Wrong("The transpose of yours does it: an eigenvector is a row of the 1×1 kernel.")
    if torch.allclose(rows, torch.eye(3, dtype=torch.float64)):
        raise Wrong("These are red, green and blue themselves; green and blue correlate at 0.88.")
    raise Wrong(
        f"Two of your planes still have a correlation of {largest(mix):.2g}. Look for the "
        "directions that the covariance matrix only stretches."
    )
