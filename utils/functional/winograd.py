"""Convolution with fewer multiplications: Winograd's way, for 3x3 kernels.

Two neighbouring outputs of a kernel of three taps, d0·g0 + d1·g1 + d2·g2 and d1·g0 + d2·g1 + d3·g2,
take six multiplications, but four will do:

    m1 = (d0 − d2)·g0    m2 = (d1 + d2)·(g0 + g1 + g2)/2    m3 = (d2 − d1)·(g0 − g1 + g2)/2
    m4 = (d3 − d1)·g2    and the outputs are m1 + m2 + m3 and m2 − m3 + m4.

It is how one multiplies polynomials: evaluate both at a few points, multiply the values, and find
the polynomial that has them. Convolution multiplies polynomials; correlation is the same read
backwards, from the outputs to the inputs, and so its three matrices are those of a product,
transposed. With rows and columns alike, a tile of 2x2 outputs takes 16 multiplications, not 36.
"""

from fractions import Fraction
from functools import lru_cache
from math import prod

import torch
from torch import Tensor

from utils.functional import arguments
from utils.functional.arguments import Call, Ints, require
from utils.functional.convolution import convolve
from utils.functional.flat import Pair
from utils.functional.tiles import Transform, along_both_axes, by_tiles

Matrix = tuple[tuple[Fraction, ...], ...]

TAPS = 3
TILES = (2, 4, 6)

# Where the polynomials are evaluated: m outputs take the first m + 1 of these, and infinity, which
# is to say the coefficient of the highest power. Powers and differences of the points make up the
# matrices: small numbers and their inverses keep them small, and that loses the fewest digits.
POINTS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2")))


def conv2d_winograd(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
    tile: int = 2,
) -> Tensor:
    """Compute what `conv2d` computes with a 3x3 kernel, with 2 to 5 times fewer multiplications.

    Of the 9 multiplications for an output and an input channel there are left 4, 2.25 or 1.78 with
    tiles of 2x2, 4x4 or 6x6 outputs. The larger the tile, the more digits are lost: in float32 the
    error is about that of `conv2d` with tiles of 2, 5 to 8 times that with 4, 10 to 18 with 6.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch; floats or complex numbers.
        weight: `(O, C / groups, 3, 3)`.
        bias: `(O,)`, or None.
        stride: 1; a larger one would use few of a tile's outputs.
        padding: As for `conv2d`.
        dilation: 1.
        groups: As for `conv2d`.
        tile: Rows and columns of outputs that are made together: 2, 4 or 6.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, as `conv2d`.

    Raises:
        TypeError: as `conv2d`, and for integers: the matrices hold fractions.
        ValueError: as `conv2d`, and if the kernel is not 3x3, the stride or the dilation is not 1,
            or there are no matrices for the tile.

    Example:
        >>> X = torch.arange(16.).reshape(1, 1, 4, 4)
        >>> K = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> conv2d_winograd(X, K)
        tensor([[[[258., 294.],
                  [402., 438.]]]])
        >>> conv2d_winograd(X, K[..., :2])
        Traceback (most recent call last):
        ...
        ValueError: conv2d_winograd(input (1, 1, 4, 4), weight (1, 1, 3, 2)): the kernel must be \
3x3; got 3x2

    Source: A. Lavin and S. Gray, Fast algorithms for convolutional neural networks (2016), section
    4; S. Winograd, Arithmetic complexity of computations (1980).
    """

    def limits(call: Call, weight: Tensor, stride: Pair, dilation: Pair) -> None:
        arguments.dtypes(call, weight.dtype, complex_=True, because=": the matrices hold fractions")
        k_h, k_w = weight.shape[2:]
        require((k_h, k_w) == (TAPS, TAPS), call, f"the kernel must be 3x3; got {k_h}x{k_w}")
        require(stride == (1, 1), call, f"stride must be 1; got {stride}")
        require(dilation == (1, 1), call, f"dilation must be 1; got {dilation}")
        _check_tile(call, tile)

    def by_products(
        x: Tensor,
        weight: Tensor,
        places: Pair,
        stride: Pair,
        padding: Pair,
        dilation: Pair,
        groups: int,
    ) -> Tensor:
        a, b, g = (matrix.to(x) for matrix in winograd_matrices(tile))
        transform = Transform(
            (len(b), len(b)),
            (tile, tile),
            of_tiles=lambda x: along_both_axes(b.T, b.T, x),
            of_kernels=lambda w: along_both_axes(g, g, w),
            back=lambda y: along_both_axes(a.T, a.T, y),
        )
        return by_tiles(x, weight, places, padding, groups, transform)

    return convolve(
        "conv2d_winograd",
        2,
        by_products,
        input,
        weight,
        bias,
        stride,
        padding,
        dilation,
        groups,
        limits,
    )


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
    _check_tile(lambda: f"winograd_matrices({tile!r})", tile)
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


def _check_tile(call: Call, tile: object) -> None:
    """Refuse a tile that there are no points for."""
    arguments.integer(call, "tile", tile)
    require(tile in TILES, call, f"tile must be 2, 4 or 6; got {tile}")
