"""What the exercises of chapter 01, from dense to convolution, accept and what they answer."""

import torch
import torch.nn.functional as F

from utils.exercises import Wrong, answers, exercise, methods
from utils.exercises.answers import (
    Array,
    Call,
    Function,
    Integer,
    Integers,
    Letters,
    Truths,
    agree,
    same,
)
from utils.exercises.page import Page


@exercise(
    "01.ap",
    Integers(2, "the places of offset (0, 0) and of offset (2, 2)"),
    Page(
        known=((9, 1), (9, 9), (1, 1), (9, 4), (81, 1)),
        labels=("Offset (0, 0)", "Offset (2, 2)"),
        ask="Nine pixels in, nine out, weights shared: in how many places of the matrix do they "
        "stand?",
    ),
)
def places_of_an_offset(answer: tuple[int, ...]) -> str:
    """How often offsets (0, 0) and (2, 2) stand in the shared layer's matrix of 9 by 9."""
    here, far = answer
    if here != 9:
        raise Wrong("Offset (0, 0) is the output's own pixel. How many outputs have one?")
    if far == 9:
        raise Wrong("From most outputs, two down and two right lead out of the image.")
    if far != 1:
        raise Wrong(
            "Start at each of the nine pixels: from which do two steps down and right end inside?"
        )
    return (
        "Nine outputs have a pixel of their own; only the first corner has one two down and right."
    )


@exercise(
    "01.bp",
    Integer("a whole number of weights"),
    Page(
        known=(441, 400, 100, 10, 20, 21, 121, 440, 3996001, 441000000),
        labels=("Weights",),
        ask="A layer on 1000×1000 pixels, weights shared, reach Δ = 10: how many weights?",
    ),
)
def local_weights(count: int) -> str:
    """Weights of a shared layer with reach 10."""
    if count == 400:
        raise Wrong("That is (2Δ)². From −10 to 10 there are more than 20 offsets.")
    if count in (100, 121):
        raise Wrong("Offsets can be negative, too: up and to the left.")
    if count in (20, 21):
        raise Wrong("That is for one direction. An offset has two.")
    if count == 440:
        raise Wrong("The output's own pixel, offset (0, 0), has a weight, too.")
    if count == 3996001:
        raise Wrong("That is without a limit to the reach.")
    if count == 441000000:
        raise Wrong("That counts the products of all outputs. They share their weights.")
    if count != 441:
        raise Wrong("How many offsets are there from −10 to 10? And in both directions?")
    return "21 offsets in each direction: 21² = 441, whatever the size of the image."


@exercise(
    "01.cp",
    Truths(4, "sharing: weights, multiplications; locality: weights, multiplications"),
    Page(
        known=((True, False, True, True), (True, True, True, True), (True, False, True, False)),
        labels=(
            "Sharing: fewer weights?",
            "Sharing: fewer multiplications?",
            "Locality: fewer weights?",
            "Locality: fewer multiplications?",
        ),
        ask="On 1000×1000 pixels, which choice saves what?",
    ),
)
def what_is_saved(answer: tuple[bool, ...]) -> str:
    """Which of the two choices saves weights, and which multiplications."""
    share_weights, share_products, local_weights, local_products = answer
    if not share_weights:
        raise Wrong("Sharing, weights: 10¹² have become 3,996,001.")
    if share_products:
        raise Wrong(
            "Sharing, multiplications: one output still meets every pixel of the image. How many "
            "products does it add?"
        )
    if not local_weights:
        raise Wrong("Locality, weights: all those beyond the reach are dropped.")
    if not local_products:
        raise Wrong("Locality, multiplications: a weight that is dropped needs no product.")
    return "Sharing saves weights only; locality saves weights and work."


@exercise("01.1", Function("per_pixel(X, V)", Array("H")))
def per_pixel(function: Call) -> str:
    """`per_pixel(X, V)`, X (n_h, n_w, c) and V (c, d) to H (n_h, n_w, d)."""
    X, V = answers.small_integers((4, 5, 3), 0), answers.small_integers((3, 2), 1)
    want = torch.einsum("ijc,cd->ijd", X, V)
    got = function(X, V)
    if got.shape == (20, 2):
        raise Wrong("The numbers are in a list of pixels: give H back its rows and columns.")
    if agree(got, want.sum((0, 1))) or agree(got, want.mean((0, 1))):
        raise Wrong(
            "You have mixed the pixels of the whole image; with Δ = 0 no pixel sees another."
        )
    same(got, want, "H")
    square = answers.small_integers((3, 3), 2)
    same(
        function(X, square), torch.einsum("ijc,cd->ijd", X, square), "H, with as many channels out"
    )
    if methods.grows(function, (X, V), (torch.ones(12, 15, 3), V)):
        raise Wrong("Right values, with a loop over the pixels. One product does all of them.")
    return "One dense layer from c to d channels, used at every pixel: a 1×1 convolution."


@exercise("01.2", Function("audio_layer(x, v, u)", Array("h")))
def audio_layer(function: Call) -> str:
    """`audio_layer(x, v, u)`, x (n,), v (2Δ + 1,) and a number u to h (n,)."""
    x, v, u = torch.arange(7.0), torch.tensor([1.0, 2.0, 4.0, -1.0, 3.0]), 10.0
    want = F.conv1d(x[None, None], v[None, None], padding=2)[0, 0] + u
    got = function(x, v, u)
    if got.shape == (3,):
        raise Wrong(
            "You keep only the places where the whole kernel fits; h has an entry for each sample."
        )
    if agree(got, want - u):
        raise Wrong("The sums are right; the bias u is missing.")
    flipped = F.conv1d(x[None, None], v.flip(0)[None, None], padding=2)[0, 0] + u
    if agree(got, flipped):
        raise Wrong("Your kernel runs backwards: x[i + a] goes with v[a], both with a plus.")
    ahead = torch.stack([F.pad(x, (0, 4))[a : a + 7] for a in range(5)], 1) @ v + u
    behind = torch.stack([F.pad(x, (4, 0))[a : a + 7] for a in range(5)], 1) @ v + u
    if agree(got, ahead) or agree(got, behind):
        raise Wrong("The window sits to one side of sample i; a runs from −Δ to Δ, both counted.")
    same(got, want, "h")
    short, three = torch.tensor([5.0, 1.0]), torch.tensor([1.0, 2.0, 3.0])
    same(function(short, three, 0.0), torch.tensor([13.0, 7.0]), "h of two samples")
    return "The same formula with one index: h[i] = u + Σ_a v[a] x[i + a]."


@exercise(
    "01.3",
    Integer("a whole number of layers"),
    Page(
        known=(4, 1, 2, 3, 14, 15),
        labels=("Layers",),
        marks=((-1, 0, 1, 2, 3),),
        instead={"which is too few": "So few layers see less than the 15 words."},
    ),
)
def layers_for_text(layers: int) -> str:
    """How many layers of kernel 5 see 15 words at once."""
    if layers == 3:
        raise Wrong(
            "Three layers see 1 + 3·4 = 13 words. With 14 steps between them, how many words are "
            "there from the subject to the verb, both counted?"
        )
    if layers == 1:
        raise Wrong("One layer of kernel 5 sees 5 words.")
    if layers in (14, 15):
        raise Wrong("A layer adds more than one word: its kernel reaches two to either side.")
    if layers > 4:
        raise Wrong(
            f"{layers} layers are enough, but not the fewest: each adds 4 words to the first one."
        )
    if layers < 1:
        raise Wrong("Without a layer nobody sees more than one word.")
    if layers < 4:
        raise Wrong(f"{layers} layers see {1 + 4 * layers} words, which is too few.")
    return "Four layers see 1 + 4·4 = 17 words, three only 13."


_WHICH = {
    "A": "A: every diagonal holds one number.",
    "B": "B: outputs 0 and 1 give their own pixel 2 and 3. That is no shared weight.",
    "C": "C: its 5 is the only weight of offset 3, so no other place can differ from it.",
    "D": "D: look at offset 0, the main diagonal: 0, 3, 1, 0.",
    "E": "E: offset 0 has the weight 7 everywhere, every other offset 0.",
}


@exercise("01.4", Letters("ABCDE"), Page(known=("ACE",)))
def shared_matrices(letters: frozenset[str]) -> str:
    """The matrices whose entries depend on k − i alone."""
    for letter in sorted(letters - set("ACE")):
        raise Wrong(_WHICH[letter])
    for letter in sorted(set("ACE") - letters):
        raise Wrong(f"Something is missing. {_WHICH[letter]}")
    return "In A, C and E the weight depends on k − i alone; their reaches are 1, 3 and 0."


@exercise(
    "01.5",
    Integer("a whole number of weights"),
    Page(
        known=(6724, 7056, 6084, 82, 614656, 9, 3025),
        labels=("Weights that are not zero",),
    ),
)
def full_places(count: int) -> str:
    """Entries that are not zero in the matrix of a layer with Δ = 1 on 28×28 pixels."""
    if count == 7056:
        raise Wrong(
            "Nine for each of the 784 outputs: but at the border some of the nine lie outside."
        )
    if count == 6084:
        raise Wrong(
            "Those are the outputs whose nine pixels all lie inside. The others read some too."
        )
    if count == 82:
        raise Wrong("82 is right for one line of 28 pixels. What of rows and columns together?")
    if count == 614656:
        raise Wrong("That is every entry. Most of them are beyond the reach.")
    if count == 9:
        raise Wrong("Nine is how many *different* weights there are. Each stands in many places.")
    if count == 3025:
        raise Wrong("Offsets of a shared layer number 55². Here count places, with a reach of 1.")
    if count != 6724:
        raise Wrong(
            "Begin with one line: for offsets −1, 0 and 1, how many of 28 outputs stay inside?"
        )
    return "27 + 28 + 27 = 82 in one line, 82² = 6,724 in two: 1.1% of the matrix."


@exercise(
    "01.6", Function("parameters(n_h, n_w, delta, c, d)", Integers(3, "(dense, shared, local)"))
)
def parameters(function: Call) -> str:
    """`parameters(n_h, n_w, delta, c, d)`: weights of the dense, the shared and the local layer."""
    for n_h, n_w, delta, c, d in ((3, 3, 1, 1, 1), (1000, 1000, 10, 1, 1), (4, 6, 1, 3, 2)):
        case = f"{n_h}×{n_w}, Δ = {delta}, c = {c}, d = {d}"
        dense, shared, local = function(n_h, n_w, delta, c, d)
        want = (
            n_h * n_w * c * n_h * n_w * d,
            (2 * n_h - 1) * (2 * n_w - 1) * c * d,
            (2 * delta + 1) ** 2 * c * d,
        )
        if local == 4 * delta**2 * c * d:
            raise Wrong(f"Local, {case}: a runs from −Δ to Δ, and 0 is one of its values.")
        if shared == 4 * n_h * n_w * c * d:
            raise Wrong(f"Shared, {case}: the largest offset is n − 1, and 0 is one of them.")
        if c * d > 1 and (dense, shared, local) == tuple(count // (c * d) for count in want):
            raise Wrong(
                f"{case}: each pair of an input and an output channel has weights of its own."
            )
        for name, count, right in zip(
            ("Dense", "Shared", "Local"), (dense, shared, local), want, strict=True
        ):
            if count != right:
                raise Wrong(f"{name}, {case}: {count:,} is not the count.")
    return "From n⁴ to (2n − 1)² to (2Δ + 1)², times the channels in and out."


_PIXELS = 1920 * 1080


@exercise(
    "01.6p",
    Integers(2, "the weights of the dense layer, and of the local one"),
    Page(
        known=(
            (_PIXELS**2 * 192, 1728),
            (_PIXELS**2, 1728),
            *((_PIXELS**2 * 192, wrong) for wrong in (9, 4, 4 * 192)),
        ),
        labels=("Dense", "Local"),
        ask="A photograph of 1920×1080, three channels in, 64 out, Δ = 1: how many weights have "
        "the dense and the local layer?",
    ),
)
def weights_for_a_photograph(answer: tuple[int, ...]) -> str:
    """Weights of the dense and of the local layer for 1920×1080, 3 to 64 channels, Δ = 1."""
    dense, local = answer
    if dense == _PIXELS**2:
        raise Wrong("Dense: that is one channel in and one out.")
    if dense != _PIXELS**2 * 192:
        raise Wrong("Dense: every number of the input meets every number of the output.")
    if local == 9:
        raise Wrong("Local: that is one pair of channels; there are 3·64.")
    if local in (4, 4 * 192):
        raise Wrong("Local: a runs from −Δ to Δ, and 0 is one of its values.")
    if local != 1728:
        raise Wrong("Local: (2Δ + 1)² offsets for each pair of an input and an output channel.")
    return "826 trillion against 1,728: the picture's size has left the count."


@exercise("01.7", Function("share(W)", Array("V")))
def share(function: Call) -> str:
    """`share(W)`, W (n, n, n, n) to V (n, n): the mean of each offset, on a torus."""
    n = 3
    W = answers.small_integers((n, n, n, n), 3)
    want = torch.zeros(n, n)
    other_way = torch.zeros(n, n)
    for i in range(n):
        for j in range(n):
            for a in range(n):
                for b in range(n):
                    weight = W[i, j, (i + a) % n, (j + b) % n] / n**2
                    want[a, b] += weight
                    other_way[-a % n, -b % n] += weight
    got = function(W)
    if agree(got, want * n**2):
        raise Wrong("That is the sum over all places; the mean divides it by n².")
    if agree(got, other_way):
        raise Wrong("Your offsets run the other way: a = k − i, from the output to the input.")
    if agree(got, W.mean((0, 1))):
        raise Wrong(
            "W.mean over (i, j) keeps k and l apart; keep the offsets k − i and l − j apart."
        )
    same(got, want, "V")
    circular = torch.tensor([[5.0, -1.0], [2.0, 4.0]])  # of 2 by 2, spread over its places
    rows = [circular.roll((i, j), (0, 1)) for i in range(2) for j in range(2)]
    same(function(torch.stack(rows).reshape(2, 2, 2, 2)), circular, "V of a 2×2 image")
    return "The mean weight of each offset: the nearest shared layer that there is."
