"""Convolution with fewer multiplications: Winograd's way, for 3x3 kernels.

Two neighbouring outputs of a kernel of three taps, d0·g0 + d1·g1 + d2·g2 and d1·g0 + d2·g1 + d3·g2,
take six multiplications, but four will do:

    m1 = (d0 − d2)·g0    m2 = (d1 + d2)·(g0 + g1 + g2)/2    m3 = (d2 − d1)·(g0 − g1 + g2)/2
    m4 = (d3 − d1)·g2    and the outputs are m1 + m2 + m3 and m2 − m3 + m4.

It is how one multiplies polynomials: evaluate both at a few points, multiply the values, and find
the polynomial that has them. Convolution multiplies polynomials; correlation is the same read
backwards, from the outputs to the inputs, and so its three matrices are those of a product,
transposed. With rows and columns alike, a tile of 2x2 outputs takes 16 multiplications, not 36.

Each product mixes pixels that not all of the tile's outputs see. For these they cancel out; a NaN
or an infinity does not, and spoils its whole tile. It is the nature of the way, and it is never
chosen by itself.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import prod

import torch
from torch import Tensor

from utils.functional.arguments import Call
from utils.functional.geometry import Layer
from utils.functional.ways.tiles import Transform, along_both_axes, multiply_tiles

Matrix = tuple[tuple[Fraction, ...], ...]

TAPS = 3
TILES = (2, 4, 6)

# Where the polynomials are evaluated: m outputs take the first m + 1 of these, and infinity, which
# is to say the coefficient of the highest power. Powers and differences of the points make up the
# matrices: small numbers and their inverses keep them small, and that loses the fewest digits.
POINTS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2")))


def multiply_polynomials(tile: int) -> Callable[[Tensor, Tensor, Layer], Tensor]:
    """Return the way with tiles of so many rows and columns of outputs."""

    def way(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
        a, b, g = (matrix.to(x) for matrix in winograd_matrices(tile))
        transform = Transform(
            (len(b), len(b)),
            (tile, tile),
            of_tiles=lambda x: along_both_axes(b.T, b.T, x),
            of_kernels=lambda w: along_both_axes(g, g, w),
            back=lambda y: along_both_axes(a.T, a.T, y),
        )
        return multiply_tiles(x, weight, layer, transform)

    return way


def winograd_matrices(tile: int) -> tuple[Tensor, Tensor, Tensor]:
    """Make A, B and G of F(m, 3), with which m outputs of three taps take m + 2 multiplications.

    A signal d of m + 2 numbers, correlated with g, is y = Aᵀ((G g) ⊙ (Bᵀ d)); a picture,
    correlated with g of 3x3, is Y = Aᵀ((G g Gᵀ) ⊙ (Bᵀ d B))A, where ⊙ multiplies number by number.

    A row of A and G holds the powers of one point, as does a row of the matrix that evaluates a
    polynomial there; a column of B holds the polynomial that is 0 at all other points. That its
    value is not 1 at its own point, G makes good.

    Args:
        tile: m, 2, 4 or 6.

    Returns:
        A `(m + 2, m)`, B `(m + 2, m + 2)` and G `(m + 2, 3)`, float64. They are exact in B and A,
        and rounded from exact fractions in G.

    Raises:
        TypeError: if the tile is no integer.
        ValueError: if it is not 2, 4 or 6.

    Example:
        >>> A, B, G = winograd_matrices(2)
        >>> A.T
        tensor([[ 1.,  1.,  1.,  0.],
                [ 0.,  1., -1.,  1.]], dtype=torch.float64)
        >>> B.T
        tensor([[-1.,  0.,  1.,  0.],
                [ 0.,  1.,  1.,  0.],
                [ 0., -1.,  1.,  0.],
                [ 0., -1.,  0.,  1.]], dtype=torch.float64)
        >>> G
        tensor([[-1.0000,  0.0000,  0.0000],
                [ 0.5000,  0.5000,  0.5000],
                [ 0.5000, -0.5000,  0.5000],
                [ 0.0000,  0.0000,  1.0000]], dtype=torch.float64)
        >>> d, g = torch.arange(4.).double(), torch.arange(1., 4.).double()
        >>> A.T @ ((G @ g) * (B.T @ d))  # 0·1 + 1·2 + 2·3 and 1·1 + 2·2 + 3·3
        tensor([ 8., 14.], dtype=torch.float64)

    Source: as `conv2d_winograd`, whose sources turn the signs of some rows of B and G; the method
    is A. Toom's (1963) and S. Cook's (1966) for products of long numbers.
    """
    check_tile(Call(f"winograd_matrices({tile!r})", 2), tile)
    a, b, g = (
        torch.tensor([[float(entry) for entry in row] for row in matrix], dtype=torch.float64)
        for matrix in interpolate(tile)
    )
    return a, b, g


@lru_cache
def interpolate(tile: int) -> tuple[Matrix, Matrix, Matrix]:
    """Make A, B and G in exact fractions."""
    points = POINTS[: tile + 1]
    a, b, g = [], [], []
    for point in points:
        others = [other for other in points if other != point]
        value = prod(point - other for other in others)  # of the polynomial below, at the point
        a.append(tuple(point**i for i in range(tile)))
        g.append(tuple(point**i / value for i in range(TAPS)))
        b.append((*_polynomial(others), Fraction(0)))
    # At infinity only the highest power counts.
    a.append(tuple(Fraction(i == tile - 1) for i in range(tile)))
    g.append(tuple(Fraction(i == TAPS - 1) for i in range(TAPS)))
    b.append(_polynomial(points))
    return tuple(a), tuple(zip(*b, strict=True)), tuple(g)


def _polynomial(roots: tuple[Fraction, ...] | list[Fraction]) -> tuple[Fraction, ...]:
    """Multiply out (x − root)·...; return the coefficients, that of x⁰ first."""
    coefficients: tuple[Fraction, ...] = (Fraction(1),)
    for root in roots:
        times_x, times_1 = (Fraction(0), *coefficients), (*coefficients, Fraction(0))
        coefficients = tuple(c - root * d for c, d in zip(times_x, times_1, strict=True))
    return coefficients


def check_tile(call: Call, tile: object) -> None:
    """Refuse a tile that there are no points for."""
    if call.integer("tile", tile) not in TILES:
        raise call.refusal(f"tile must be 2, 4 or 6; got {tile}")
