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
from utils.functional import ways


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
def test_values(name, data):
    args, kwargs = data.draw(OPERATORS[name])
    agree(getattr(functional, name), getattr(F, name), *args, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_every_dtype(name, data):
    strategy = transposed_convolutions if "transpose" in name else convolutions
    args, kwargs = data.draw(strategy(int(name[-2]), ALL_DTYPES))
    agree(getattr(functional, name), getattr(F, name), *args, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_gradients(name, data):
    strategy = transposed_convolutions if "transpose" in name else convolutions
    args, kwargs = data.draw(strategy(int(name[-2]), [torch.float64, torch.complex128]))
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


@pytest.mark.parametrize("name", ["conv1d", "conv2d"])
@given(data=st.data())
def test_every_way_agrees(name, data):
    """Small inputs take the cheapest way: here every way has to do them."""
    args, kwargs = data.draw(OPERATORS[name])
    for way in ("rows", "unroll", "multiply", "band"):

        def choose(batch, weight, places, stride, groups, way=way):
            out_channels, taken = weight.shape[:2]
            fits = {"multiply": taken == 1, "band": taken == 1 and out_channels == groups}
            return way if fits.get(way, True) else "rows"

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ways, "cheapest", choose)
            patch.setattr(ways, "COPIED", data.draw(st.sampled_from([7, 100])))  # a few rows
            patch.setattr(ways, "TILE", 3)
            agree(getattr(functional, name), getattr(F, name), *args, **kwargs)


@pytest.mark.parametrize(
    ("layer", "way"),
    [
        # weight, places, stride, groups: a wide kernel for each channel, and none just not so wide
        (((64, 1, 7, 7), (56, 56), (1, 1), 64), "band"),
        (((64, 1, 1, 5), (56, 13), (1, 1), 64), "band"),
        (((64, 1, 7, 4), (56, 56), (1, 1), 64), "multiply"),
        (((64, 1, 7, 7), (56, 12), (1, 1), 64), "multiply"),
        (((1, 1, 7, 7), (56, 56), (1, 1), 1), "multiply"),
        (((128, 1, 7, 7), (56, 56), (1, 1), 64), "multiply"),
        (((4, 1, 3, 3), (9, 9), (1, 1), 1), "multiply"),
        # more to make of one channel than a product for each pays for, and more channels than one
        (((5, 1, 3, 3), (9, 9), (1, 1), 1), "unroll"),
        (((64, 64, 3, 3), (28, 28), (1, 1), 1), "unroll"),
        (((64, 64, 3, 3), (56, 56), (1, 1), 1), "rows"),
        (((1024, 64, 3, 3), (56, 56), (1, 1), 1), "rows"),
        (((4096, 64, 3, 3), (56, 56), (1, 1), 1), "unroll"),
        (((96, 3, 4, 4), (300, 300), (4, 4), 1), "unroll"),
        (((96, 3, 4, 4), (300, 300), (3, 4), 1), "rows"),
    ],
)
def test_the_way_that_is_chosen(layer, way):
    """Each rule of the choice, on both sides: what is never chosen would be tested in vain."""
    shape, places, stride, groups = layer
    weight = torch.empty(shape, device="meta")
    assert ways.cheapest(1, weight, places, stride, groups) == way


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


@pytest.mark.parametrize("way", ["multiply", "rows", "unroll", "band"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradcheck_conv2d(way, dtype, monkeypatch):
    monkeypatch.setattr(ways, "cheapest", lambda *_: way)
    monkeypatch.setattr(ways, "COPIED", 40)  # a few rows at a time
    monkeypatch.setattr(ways, "TILE", 2)
    taken = 1 if way in ("multiply", "band") else 2
    x, w = double(2, 2 * taken, 3, 4, dtype=dtype), double(2, taken, 2, 3, dtype=dtype)
    b = double(2, dtype=dtype)

    def layer(x, w, b):
        return functional.conv2d(x, w, b, stride=(1, 2), padding=1, dilation=(2, 1), groups=2)

    assert torch.autograd.gradcheck(layer, (x, w, b))
    if not dtype.is_complex:
        assert torch.autograd.gradgradcheck(layer, (x, w, b))


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
