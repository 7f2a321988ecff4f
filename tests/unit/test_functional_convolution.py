"""conv1d, conv2d and their transposes against torch, over everything that they take or refuse."""

import pytest
import torch
import torch.nn.functional as F
from against_torch import (
    ALL_DTYPES,
    FLOATS,
    ODD_NUMBERS,
    agree,
    convolutions,
    double,
    one_or_each,
    same_gradients,
    tensors,
)
from hypothesis import given
from hypothesis import strategies as st

from utils import functional
from utils.functional import convolution, definition, ways
from utils.functional.arguments import Call
from utils.functional.convolution import read_layer
from utils.functional.door import as_pictures
from utils.functional.ways import band, strips, taps


@st.composite
def transposed_convolutions(draw, axes, dtypes=FLOATS):
    """Arguments of conv_transpose1d or conv_transpose2d, most of which torch takes."""
    groups = draw(st.integers(1, 3))
    per_group, made = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel_size = draw(st.lists(st.integers(1, 4), min_size=axes, max_size=axes))
    size = draw(st.lists(st.integers(1, 5), min_size=axes, max_size=axes))
    stride, dilation = one_or_each(draw, axes, 1, 4), one_or_each(draw, axes, 1, 3)
    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (3,)]))
    dtype = draw(st.sampled_from(dtypes))
    input = draw(tensors((*batch, per_group * groups, *size), [dtype]))
    weight = draw(tensors((per_group * groups, made, *kernel_size), [dtype]))
    bias = draw(st.one_of(st.none(), tensors((made * groups,), [dtype])))
    return [input, weight, bias], {
        "stride": stride,
        "padding": one_or_each(draw, axes, 0, 2),
        "output_padding": one_or_each(draw, axes, 0, draw(st.sampled_from([0, 0, 1, 2]))),
        "groups": groups,
        "dilation": dilation,
    }


OPERATORS = {
    "conv1d": convolutions(1),
    "conv2d": convolutions(2),
    "conv_transpose1d": transposed_convolutions(1),
    "conv_transpose2d": transposed_convolutions(2),
}


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_every_dtype(name, data):
    strategy = transposed_convolutions if "transpose" in name else convolutions
    args, kwargs = data.draw(strategy(int(name[-2]), ALL_DTYPES))
    agree(getattr(functional, name), getattr(F, name), *args, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_values_and_gradients(name, data):
    strategy = transposed_convolutions if "transpose" in name else convolutions
    args, kwargs = data.draw(strategy(int(name[-2]), [*FLOATS, torch.complex128]))
    if agree(getattr(functional, name), getattr(F, name), *args, **kwargs) is not None:
        same_gradients(getattr(functional, name), getattr(F, name), args, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_one_argument_gone_wrong(name, data):
    """Take a call that works, and spoil one argument: we refuse if and only if torch refuses."""
    args, kwargs = data.draw(OPERATORS[name])
    spoilt = data.draw(st.sampled_from(["input", "weight", "bias", *kwargs]))
    if spoilt in kwargs:
        odd = ODD_NUMBERS if spoilt != "padding" else [*ODD_NUMBERS, "full", "same"]
        kwargs[spoilt] = data.draw(st.sampled_from(odd))
    else:
        shape = data.draw(st.lists(st.integers(0, 4), max_size=5))
        wrong = st.one_of(
            tensors(shape, [torch.float32, torch.float64, torch.int64]),
            st.sampled_from([None, 1.0, [1.0], "x"]),
        )
        args[["input", "weight", "bias"].index(spoilt)] = data.draw(wrong)
    agree(getattr(functional, name), getattr(F, name), *args, **kwargs)


# Each way, and how many channels of a group it can take and make at most, in these tests.
WAYS = {
    ways.unroll_rows: (3, 6),
    ways.unroll_windows: (3, 6),
    ways.multiply_taps: (1, 6),
    ways.multiply_bands: (1, 1),
}
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


@pytest.fixture(scope="module")
def small_parts():
    """Layers of the tests are small: even so, have several strips and tiles in each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "COPIED", 40)
        patch.setattr(band, "TILE", 3)
        patch.setattr(taps, "AT_ONCE", 40)
        yield


def read(axes, args, kwargs):
    """Pictures, kernels and geometry of a call."""
    input, weight, bias = args
    call = Call("conv", axes, input=input, weight=weight, bias=bias)
    numbers = (kwargs[name] for name in ("stride", "padding", "dilation", "groups"))
    return as_pictures(input, axes), as_pictures(weight, axes), read_layer(call, *numbers)


@every_way
@given(data=st.data())
def test_every_way_is_the_definition(way, data, small_parts):
    """Whatever is chosen where: every way makes of every layer it can do what is defined."""
    axes = data.draw(st.sampled_from([1, 2]))
    x, weight, layer = read(axes, *data.draw(convolutions(axes, channels=WAYS[way])))
    if way is ways.unroll_rows:
        layer = layer._replace(rows=layer.rows._replace(stride=1))
    assert torch.equal(way(x, weight, layer), definition.convolve(x, weight, layer))


@pytest.mark.parametrize(
    ("layer", "way"),
    [
        # kernels, size, stride, groups: rows long enough, and taps in a column, and just not
        (((64, 1, 4, 7), 38, 1, 64), ways.multiply_bands),
        (((64, 1, 4, 7), 37, 1, 64), ways.multiply_taps),
        (((64, 1, 3, 7), 38, 1, 64), ways.multiply_taps),
        (((64, 1, 4, 7), 38, (2, 1), 64), ways.multiply_taps),
        (((128, 1, 7, 7), 62, 1, 64), ways.multiply_taps),
        # more to make of one channel than a product for each pays for, and more channels than one
        (((192, 1, 7, 7), 9, 1, 64), ways.unroll_windows),
        (((1, 1, 7, 7), 62, 1, 1), ways.unroll_windows),
        (((64, 64, 3, 3), 30, 1, 1), ways.unroll_windows),
        (((64, 64, 3, 3), 58, 1, 1), ways.unroll_rows),
        (((1024, 64, 3, 3), 58, 1, 1), ways.unroll_rows),
        (((4096, 64, 3, 3), 58, 1, 1), ways.unroll_windows),
        # windows whose rows are the next windows' rows, and others
        (((8, 3, 4, 4), 900, (1, 4), 1), ways.unroll_rows),
        (((8, 3, 1, 4), 900, (1, 4), 1), ways.unroll_windows),
        (((8, 3, 4, 4), 900, (2, 1), 1), ways.unroll_windows),
        (((2, 0, 3, 3), 9, 1, 1), ways.make_nothing),
    ],
)
def test_the_way_that_is_chosen(layer, way):
    """Each rule of the choice, on both sides: what is never chosen would be tested in vain."""
    shape, size, stride, groups = layer
    args = [torch.zeros(1, shape[1] * groups, size, size), torch.zeros(shape), None]
    call = read(2, args, {"stride": stride, "padding": 0, "dilation": 1, "groups": groups})
    assert ways.choose(*call) is way
    assert ways.choose(*(x.to("meta") for x in call[:2]), call[2]) in (
        definition.convolve,
        ways.make_nothing,
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        {"stride": True},
        {"stride": 1.0},
        {"padding": False},
        {"padding": "full"},
        {"dilation": torch.tensor(True)},
        {"groups": True},
        {"groups": (1,)},
        {"weight": None, "bias": torch.ones(2, 2, 3, 3)},
        {"weight": torch.ones(2, 2, 3, 3).double()},
        {"weight": torch.ones(2, 2, 3, 3).to_sparse()},
        {"bias": torch.ones(3)},
        {"input": torch.ones(1, 2, 2, 5)},
    ],
    ids=str,
)
def test_what_is_remembered_refuses_as_before(spoilt):
    """A call that works, and then one that is hard to tell from it, and both once more."""
    call = {"input": torch.ones(1, 2, 5, 5), "weight": torch.ones(2, 2, 3, 3), "bias": None}
    call |= {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
    for _ in range(2):
        assert functional.conv2d(**call).shape == (1, 2, 3, 3)
        with pytest.raises((TypeError, ValueError)):
            functional.conv2d(**call | spoilt)


def test_no_more_than_a_thousand_layers_are_remembered():
    for length in range(5, 1010):
        assert functional.conv1d(torch.ones(1, length), torch.ones(1, 1, 5)).shape[1] == length - 4
    assert 0 < len(convolution.REMEMBERED) <= 1001


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_no_band_where_a_zero_would_spread(odd):
    """Nor where gradients are wanted, whose numbers nobody has seen."""
    x, weight, layer = read(
        2,
        [torch.zeros(1, 2, 30, 30), torch.ones(2, 1, 5, 5), None],
        {"stride": 1, "padding": 0, "dilation": 1, "groups": 2},
    )
    assert ways.choose(x, weight, layer) is ways.multiply_bands
    assert ways.choose(x, weight.requires_grad_(), layer) is ways.multiply_taps
    x[0, 0, 3, 4] = odd
    assert ways.choose(x, weight.detach(), layer) is ways.multiply_taps


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("channels", [1, 3, 20, 64])
@pytest.mark.parametrize("groups", [1, 0])
def test_layers_of_real_sizes(channels, kernel, groups):
    groups = groups or channels
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, channels, 30, 34, generator=generator)
    w = torch.randn(channels, channels // groups, kernel, kernel, generator=generator)
    b = torch.randn(channels, generator=generator)
    for stride, padding, dilation in [(1, kernel // 2, 1), (2, 1, 1), (3, 0, 2), (1, "same", 3)]:
        mine = functional.conv2d(x, w, b, stride, padding, dilation, groups)
        torch.testing.assert_close(
            mine, F.conv2d(x, w, b, stride, padding, dilation, groups), rtol=1e-4, atol=1e-4
        )
        if padding != "same":
            w_t = w.transpose(0, 1).contiguous() if groups == 1 else w
            args = (mine, w_t, b, stride, padding, 0, groups, dilation)
            torch.testing.assert_close(
                functional.conv_transpose2d(*args),
                F.conv_transpose2d(*args),
                rtol=1e-4,
                atol=1e-2,
            )


@every_way
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradcheck_conv2d(way, dtype, small_parts):
    taken = min(2, WAYS[way][0])
    x, w = double(2, 2 * taken, 3, 4, dtype=dtype), double(2, taken, 2, 3, dtype=dtype)
    layer = read(2, [x, w, None], {"stride": (1, 2), "padding": 1, "dilation": (2, 1), "groups": 2})

    def compute(x, w):
        return way(x, w, layer[2])

    assert torch.autograd.gradcheck(compute, (x, w), check_forward_ad=True)
    if not dtype.is_complex:
        assert torch.autograd.gradgradcheck(compute, (x, w))


@pytest.mark.parametrize("taken", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradcheck_conv_transpose2d(taken, dtype):
    x, w = double(2, 2 * taken, 2, 3, dtype=dtype), double(2 * taken, 2, 2, 3, dtype=dtype)
    b = double(4, dtype=dtype)

    def layer(x, w, b):
        return functional.conv_transpose2d(
            x, w, b, stride=(1, 2), padding=1, output_padding=(0, 1), dilation=(2, 1), groups=2
        )

    assert torch.autograd.gradcheck(layer, (x, w, b))
    if not dtype.is_complex:
        assert torch.autograd.gradgradcheck(layer, (x, w, b))


def test_transposed_is_the_gradient_of_conv2d():
    x, w = double(1, 2, 7, 6), double(3, 2, 3, 2)
    y = functional.conv2d(x, w, stride=2, padding=1)
    seed = torch.arange(1.0, y.numel() + 1, dtype=y.dtype).reshape(y.shape)
    (expected,) = torch.autograd.grad(y, x, seed)
    again = functional.conv_transpose2d(seed, w, stride=2, padding=1, output_padding=0)
    assert again.shape[-2:] == (7, 6)
    torch.testing.assert_close(again, expected)


def test_meta_tensors_have_shapes():
    x, w = torch.empty(2, 3, 9, 9, device="meta"), torch.empty(4, 3, 3, 3, device="meta")
    assert functional.conv2d(x, w, stride=2).shape == (2, 4, 4, 4)
