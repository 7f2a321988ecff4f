"""What the exercises of chapter 01, from dense to convolution, accept and what they answer."""

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise, methods
from utils.exercises.answers import Array, Call, Function, Integer, Integers, Letters, agree, same
from utils.exercises.page import Page


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
    Letters("ABCDE"),
    Page(known=("BDE",)),
)
def where_position_matters(letters: frozenset[str]) -> str:
    """The tasks that an invariant network cannot do."""
    if "C" in letters:
        raise Wrong("C: move every cell of the slide by a millimetre. Has their number changed?")
    if "A" in letters:
        raise Wrong("A: the question says “anywhere”. Moving the cat does not change the answer.")
    hints = {
        "B": "B: move the knight and the answer moves with it, or is lost.",
        "D": "D: the same car, further left in the picture, is in another lane.",
        "E": "E: a photograph with the face too low must be refused, with the same face accepted.",
    }
    for letter, hint in hints.items():
        if letter not in letters:
            raise Wrong(f"One is missing. {hint}")
    return "In B, D and E the place is the answer, or part of it."


@exercise(
    "01.4",
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


@exercise(
    "01.5",
    Integers(3, "(corner, edge, inside)"),
    Page(known=((4, 6, 9), (9, 9, 9), (1, 3, 9)), labels=("Corner", "Edge", "Inside")),
)
def uses_of_a_pixel(answer: tuple[int, ...]) -> str:
    """How many outputs a pixel at the corner, at an edge and inside feeds, for Δ = 1."""
    corner, edge, inside = answer
    if (corner, edge, inside) == (9, 9, 9):
        raise Wrong(
            "Nine places of the window hold the corner, but only those centred in the image count."
        )
    if (corner, edge, inside) == (1, 3, 9):
        raise Wrong(
            "Those are the counts when the window must lie inside the image. Here it is centred on "
            "every pixel, and what it sees outside is zero."
        )
    if inside != 9:
        raise Wrong("Inside, a pixel is in the window of each of the 3 × 3 pixels around it.")
    if corner != 4:
        raise Wrong(
            "Corner: count the pixels at most one row and one column away, itself included."
        )
    if edge != 6:
        raise Wrong("Edge: one of the three rows (or columns) around it lies outside.")
    return "4 outputs hear of a corner, 6 of an edge, 9 of the inside."


@exercise("01.6", Function("swap(c)", Array("g ⋆ f")))
def swap(function: Call) -> str:
    """`swap(c)`: from all of f ⋆ g to all of g ⋆ f."""
    f, g = torch.tensor([1.0, 2.0, 3.0, 5.0]), torch.tensor([0.0, 1.0, -2.0])

    def correlate(first: Tensor, second: Tensor) -> Tensor:
        """All places where the two overlap: Σ_a first[a] second[i + a]."""
        gap = len(first) - 1
        return F.conv1d(F.pad(second, (gap, gap))[None, None], first[None, None])[0, 0]

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
    "01.7", Function("parameters(n_h, n_w, delta, c, d)", Integers(3, "(dense, shared, local)"))
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
    "01.7p",
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


@exercise("01.8", Function("share(W)", Array("V")))
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
    return "The mean weight of each offset: the nearest shared layer that there is."
