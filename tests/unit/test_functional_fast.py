"""conv2d_fft and conv2d_winograd: what conv2d computes, found in another basis."""

from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from against_torch import ALL_DTYPES, ODD_NUMBERS, agree, convolutions, double, same_gradients
from against_torch import tensors as any_tensors
from hypothesis import given
from hypothesis import strategies as st

from utils.functional import conv2d, conv2d_fft, conv2d_winograd
from utils.functional.ways import spectra
from utils.functional.ways.polynomials import POINTS, interpolate, winograd_matrices
from utils.functional.ways.spectra import cheapest_tile, fast_length

TILES = (2, 4, 6)
# Integers are refused: neither a spectrum nor Winograd's matrices are made of them.
FLOATING = [dtype for dtype in ALL_DTYPES if dtype.is_floating_point or dtype.is_complex]


@st.composite
def winograds(draw, dtypes=(torch.float32, torch.float64)):
    args, kwargs = draw(convolutions(2, dtypes, (3,), 1, 1))
    return args, {**kwargs, "tile": draw(st.sampled_from(TILES))}


OPERATORS = {
    conv2d_fft: lambda dtypes=(torch.float32, torch.float64): convolutions(2, dtypes),
    conv2d_winograd: winograds,
}
both_operators = pytest.mark.parametrize("ours", OPERATORS, ids=lambda f: f.__name__)


def torchs(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, tile=None):
    """torch's conv2d, which with a tile also refuses what Winograd's way cannot do."""
    y = F.conv2d(input, weight, bias, stride, padding, dilation, groups)
    if not (input.is_floating_point() or input.is_complex()):
        raise TypeError("no integers")
    if tile is not None:
        if weight.shape[2:] != (3, 3) or {*np.ravel(stride), *np.ravel(dilation)} != {1}:
            raise ValueError("not 3x3, or not every place")
        if tile not in TILES:
            raise ValueError("no such tile")
    return y


def rounding(args, tile=None) -> float:
    """How far apart results may be: some rounding errors of a sum of the largest products."""
    if not all(isinstance(x, torch.Tensor) for x in args[:2]) or args[1].ndim < 1:
        return 0
    dtype = args[0].dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        return 0
    dtype = torch.float32 if dtype in (torch.float16, torch.bfloat16) else dtype
    largest = 9 * args[1].shape[1:].numel() * (2 if dtype.is_complex else 1)
    return {None: 4, 2: 4, 4: 40, 6: 120}[tile] * torch.finfo(dtype).eps * largest


def same(ours, args, kwargs):
    atol = rounding(args, kwargs.get("tile"))
    return agree(ours, torchs, *args, atol=atol, **kwargs)


@both_operators
@given(data=st.data())
def test_values(ours, data):
    args, kwargs = data.draw(OPERATORS[ours]())
    assert same(ours, args, kwargs) is not None


@both_operators
@given(data=st.data())
def test_every_dtype(ours, data):
    args, kwargs = data.draw(OPERATORS[ours](FLOATING))
    assert same(ours, args, kwargs) is not None


@both_operators
@given(data=st.data())
def test_gradients(ours, data):
    args, kwargs = data.draw(OPERATORS[ours]([torch.float64, torch.complex128]))
    same_gradients(ours, torchs, args, **kwargs)


@both_operators
@given(data=st.data())
def test_one_argument_gone_wrong(ours, data):
    """Take a call that works, and spoil one argument: refused if and only if it cannot be done."""
    args, kwargs = data.draw(OPERATORS[ours]())
    spoilt = data.draw(st.sampled_from(["input", "weight", "bias", *kwargs]))
    if spoilt in kwargs:
        odd = ODD_NUMBERS if spoilt != "padding" else [*ODD_NUMBERS, "full", "same"]
        odd = odd if spoilt != "tile" else [-2, 0, 1, 3, 5, 8, 2.0, "2", (2, 2), None]
        kwargs[spoilt] = data.draw(st.sampled_from(odd))
    else:
        shape = data.draw(st.lists(st.integers(0, 4), max_size=5))
        wrong = st.one_of(
            any_tensors(shape, [torch.float32, torch.float64, torch.int64]),
            st.sampled_from([None, 1.0, [1.0], "x"]),
        )
        args[["input", "weight", "bias"].index(spoilt)] = data.draw(wrong)
    if spoilt == "tile":
        refused = (ValueError, TypeError)
        with pytest.raises(refused, match=r"^conv2d_winograd.*: tile must be"):
            ours(*args, **kwargs)
        return
    same(ours, args, kwargs)


@given(data=st.data())
def test_spectra_of_tiles_of_any_size(data):
    """Small pictures are one tile: here they are many, of any length, odd ones too."""
    args, kwargs = data.draw(convolutions(2, FLOATING))
    more = data.draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    with pytest.MonkeyPatch.context() as patch:
        tile = lambda reach, *_: tuple(k + m for k, m in zip(reach, more, strict=True))  # noqa: E731
        patch.setattr(spectra, "cheapest_tile", tile)
        same(conv2d_fft, args, kwargs)


def test_nothing_wraps_around():
    """What stands at the far edge has no part in the outputs at the near one."""
    x, w = torch.zeros(1, 1, 16, 16), torch.ones(1, 1, 5, 5)
    x[..., -1, -1] = 1e6
    y = conv2d_fft(x, w, padding=2)
    assert y[..., :11, :11].abs().max() < 1
    torch.testing.assert_close(y, conv2d(x, w, padding=2), rtol=0, atol=1)


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("padding", [0, 1, 2, "same"])
def test_winograd_at_every_size(tile, padding):
    """Whole tiles, and all that can be left over at the edges."""
    w = double(3, 2, 3, 3)
    for height in range(1, 15):
        for width in (height, 15 - height):
            x = double(1, 2, height, width)
            if padding in (1, 2, "same") or min(height, width) >= 3:
                expected = F.conv2d(x, w, padding=padding)
                torch.testing.assert_close(
                    conv2d_winograd(x, w, padding=padding, tile=tile), expected
                )


@pytest.mark.parametrize("kernel", [2, 3, 7])
@pytest.mark.parametrize("channels", [1, 3, 40])
@pytest.mark.parametrize("groups", [1, 0])
def test_layers_of_real_sizes(channels, kernel, groups):
    groups = groups or channels
    x = double(2, channels, 30, 34).detach()
    w = double(channels, channels // groups, kernel, kernel).detach()
    for stride, padding, dilation in [(1, kernel // 2, 1), (2, 1, 1), (3, 0, 2), (1, "same", 3)]:
        expected = F.conv2d(x, w, None, stride, padding, dilation, groups)
        for dtype, atol in ((torch.float64, 1e-12), (torch.float32, 1e-4)):
            mine = conv2d_fft(x.to(dtype), w.to(dtype), None, stride, padding, dilation, groups)
            torch.testing.assert_close(mine.double(), expected, rtol=0, atol=atol)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("tile", [None, *TILES])
def test_gradcheck(dtype, tile):
    x, w = double(1, 2, 3, 4, dtype=dtype), double(2, 1, 3, 3, dtype=dtype)
    b = double(2, dtype=dtype)

    def layer(x, w, b):
        if tile is None:
            return conv2d_fft(x, w, b, stride=(1, 2), padding=1, dilation=(2, 1), groups=2)
        return conv2d_winograd(x, w, b, padding=(1, 0), groups=2, tile=tile)

    assert torch.autograd.gradcheck(layer, (x, w, b))
    assert torch.autograd.gradgradcheck(layer, (x, w, b))


def test_meta_tensors_have_shapes():
    x, w = torch.empty(2, 3, 9, 9, device="meta"), torch.empty(4, 3, 3, 3, device="meta")
    assert conv2d_fft(x, w, stride=2).shape == (2, 4, 4, 4)
    assert conv2d_winograd(x, w).shape == (2, 4, 7, 7)


def test_fast_length():
    lengths = sorted(odd * 2**power for odd in (1, 3, 5) for power in range(14))
    for n in range(1, 5000):
        assert fast_length(n) == next(length for length in lengths if length >= n)


@given(
    reach=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    places=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    channels=st.tuples(st.integers(1, 4), st.integers(1, 64)),
    batch=st.integers(1, 64),
)
def test_cheapest_tile_holds_the_kernel_and_no_more_than_the_picture(
    reach, places, channels, batch
):
    groups, per_group = channels
    tile = cheapest_tile(reach, places, batch, groups * per_group, groups * per_group, groups)
    for t, k, o in zip(tile, reach, places, strict=True):
        assert k <= t <= fast_length(o + k - 1)
        assert t == fast_length(t)


def test_cheapest_tile_of_some_layers():
    """As measured: small tiles for small kernels, larger ones for more pictures, at last one."""
    assert cheapest_tile((3, 3), (56, 56), 1, 64, 64, 1) == (16, 16)
    assert cheapest_tile((5, 5), (56, 56), 16, 64, 64, 1) == (32, 32)
    assert cheapest_tile((31, 31), (56, 56), 1, 64, 64, 64) == (96, 96)


@pytest.mark.parametrize("tile", TILES)
def test_the_matrices_multiply_polynomials(tile):
    """In exact fractions: all products cancel but those of a correlation, y_j = Σ_k g_k d_(j+k)."""
    a, b, g = interpolate(tile)
    points = range(tile + 2)
    for j in range(tile):
        for k in range(3):
            for l in points:  # noqa: E741
                share = sum(a[i][j] * g[i][k] * b[l][i] for i in points)
                assert share == (1 if l == j + k else 0)
    for matrix, exact in zip(winograd_matrices(tile), (a, b, g), strict=True):
        assert matrix.dtype == torch.float64
        assert matrix.tolist() == [[float(entry) for entry in row] for row in exact]


# Lavin and Gray (2016), section 4: Aᵀ, Bᵀ and G, as printed there.
PUBLISHED = {
    2: (
        [[1, 1, 1, 0], [0, 1, -1, -1]],
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [["1", "0", "0"], ["1/2", "1/2", "1/2"], ["1/2", "-1/2", "1/2"], ["0", "0", "1"]],
    ),
    4: (
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
        [
            ["1/4", "0", "0"],
            ["-1/6", "-1/6", "-1/6"],
            ["-1/6", "1/6", "-1/6"],
            ["1/24", "1/12", "1/6"],
            ["1/24", "-1/12", "1/6"],
            ["0", "0", "1"],
        ],
    ),
}


@pytest.mark.parametrize("tile", PUBLISHED)
def test_the_matrices_are_the_published_ones(tile):
    """Up to signs, which cancel in each of the products: A, B and G have one row or column each."""
    a_t, b_t, published_g = PUBLISHED[tile]
    a, b, g = interpolate(tile)
    signs = 0
    for i in range(tile + 2):
        mine = [list(a[i]), [row[i] for row in b], list(g[i])]
        theirs = [[row[i] for row in a_t], b_t[i], [Fraction(entry) for entry in published_g[i]]]
        product = 1
        for own, other in zip(mine, theirs, strict=True):
            sign = 1 if own == other else -1
            assert own == [sign * entry for entry in other]
            product *= sign
            signs += sign < 0
        assert product == 1
    assert signs == {2: 4, 4: 0}[tile]


def test_the_points_are_different():
    assert len(set(POINTS)) == len(POINTS) == max(TILES) + 1


def test_what_accuracy_costs():
    """In float32, against float64: the errors that the docstrings tell of, with room."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 64, 30, 30, generator=generator)
    w = torch.randn(32, 64, 3, 3, generator=generator)
    exact = F.conv2d(x.double(), w.double())

    def error(y):
        return ((y - exact).square().mean() / exact.square().mean()).sqrt().item()

    plain = error(conv2d(x, w))
    assert 5e-8 < plain < 1e-6
    assert error(conv2d_fft(x, w)) < 2 * plain
    measured = [error(conv2d_winograd(x, w, tile=tile)) / plain for tile in TILES]
    for ratio, (least, most) in zip(measured, [(0.3, 3), (3, 15), (6, 30)], strict=True):
        assert least < ratio < most
    assert measured == sorted(measured)


@pytest.mark.parametrize(("tile", "count"), [(2, 4), (4, 2.25), (6, 1.78)])
def test_multiplications_for_an_output(tile, count):
    """One product with the kernels' matrix for each number of a tile, and no other."""
    a, b, g = winograd_matrices(tile)
    assert (a.shape, b.shape, g.shape) == ((tile + 2, tile), (tile + 2,) * 2, (tile + 2, 3))
    assert round(len(g) ** 2 / tile**2, 2) == count


@both_operators
@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool])
def test_integers_are_refused(ours, dtype):
    x, w = torch.ones(1, 1, 4, 4, dtype=dtype), torch.ones(1, 1, 3, 3, dtype=dtype)
    with pytest.raises(TypeError, match="not defined for torch"):
        ours(x, w)
