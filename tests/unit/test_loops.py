"""The definitions by hand: the course's numbers, torch, and the textbook's own code."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from against_torch import tensors
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from utils.loops import (
    Conv2D,
    conv2d,
    corr2d,
    corr2d_multi_in,
    corr2d_multi_in_out,
    corr2d_multi_in_out_1x1,
    kernel_matrix,
    pool2d,
    trans_conv,
)

X = torch.arange(9.0).reshape(3, 3)
K = torch.arange(4.0).reshape(2, 2)


@pytest.fixture(scope="module")
def d2l():
    from utils.textbook import d2l

    return d2l


@st.composite
def pictures(draw, *kernel_axes):
    """A picture and a kernel that fits into it; `kernel_axes` go before the kernel's rows."""
    n_h, n_w = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    k_h, k_w = draw(st.integers(1, n_h)), draw(st.integers(1, n_w))
    channels = [draw(st.integers(1, 3)) for _ in kernel_axes]
    picture = draw(tensors((*channels[-1:], n_h, n_w), [torch.float32, torch.float64]))
    kernel = draw(tensors((*channels, k_h, k_w), [picture.dtype]))
    return picture, kernel


def test_the_numbers_of_the_course():
    assert corr2d(X, K).tolist() == [[19, 25], [37, 43]]
    assert corr2d(X, K.flip(0, 1)).tolist() == [[5, 11], [23, 29]]
    edges = torch.ones(6, 8)
    edges[:, 2:6] = 0
    assert corr2d(edges, torch.tensor([[1.0, -1.0]])).tolist() == [[0, 1, 0, 0, 0, -1, 0]] * 6
    assert not corr2d(edges.T, torch.tensor([[1.0, -1.0]])).any()
    two, kernels = torch.stack([X, X + 1]), torch.stack([K, K + 1])
    assert corr2d_multi_in(two, kernels).tolist() == [[56, 72], [104, 120]]
    assert corr2d_multi_in_out(two, torch.stack([kernels, kernels + 1, kernels + 2])).tolist() == [
        [[56, 72], [104, 120]],
        [[76, 100], [148, 172]],
        [[96, 128], [192, 224]],
    ]
    assert pool2d(X, (2, 2)).tolist() == [[4, 5], [7, 8]]
    assert pool2d(X, (2, 2), "avg").tolist() == [[2, 3], [5, 6]]
    assert trans_conv(K, K).tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]


@given(pictures())
def test_corr2d(pair):
    picture, kernel = pair
    expected = F.conv2d(picture[None, None], kernel[None, None])[0, 0]
    assert torch.equal(corr2d(picture, kernel), expected)
    matrix = kernel_matrix(kernel, tuple(picture.shape))
    assert torch.equal(matrix @ picture.flatten(), expected.flatten())


@given(pictures())
def test_pool2d(pair):
    picture, kernel = pair
    for mode, reference in (("max", F.max_pool2d), ("avg", F.avg_pool2d)):
        expected = reference(picture[None], tuple(kernel.shape), stride=1)[0]
        torch.testing.assert_close(pool2d(picture, tuple(kernel.shape), mode), expected)


@given(pictures())
def test_trans_conv(pair):
    picture, kernel = pair
    for small, large in (pair, pair[::-1]):
        expected = F.conv_transpose2d(small[None, None], large[None, None])[0, 0]
        assert torch.equal(trans_conv(small, large), expected)
    back = kernel_matrix(kernel, tuple(picture.shape)).T
    Y = corr2d(picture, kernel)
    assert torch.equal(back @ Y.flatten(), trans_conv(Y, kernel).flatten())


@given(pictures(1))
def test_many_channels_in(pair):
    picture, kernel = pair
    assert torch.equal(corr2d_multi_in(picture, kernel), F.conv2d(picture, kernel[None])[0])


@given(pictures(1, 1))
def test_many_channels_out(pair):
    picture, kernel = pair
    assert torch.equal(corr2d_multi_in_out(picture, kernel), F.conv2d(picture, kernel))
    one = kernel[:, :, :1, :1]
    assert torch.equal(corr2d_multi_in_out_1x1(picture, one), F.conv2d(picture, one))
    assert torch.equal(corr2d_multi_in_out_1x1(picture, one), corr2d_multi_in_out(picture, one))


@st.composite
def layers(draw):
    """A picture, a kernel and a bias, and settings with which the window fits."""
    groups, made, taken = (draw(st.integers(1, 2)) for _ in range(3))
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    padding, batch = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 2)))
    spans = [(k - 1) * dilation + 1 for k in kernel]
    size = [draw(st.integers(max(1, span - 2 * padding), span + 3)) for span in spans]
    whole = [torch.int64]
    X = draw(tensors((batch, taken * groups, *size), whole)).double()
    W = draw(tensors((made * groups, taken, *kernel), whole)).double()
    bias = draw(st.one_of(st.none(), tensors((made * groups,), whole).map(Tensor.double)))
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return (X, W, bias), settings


@given(layers())
def test_all_settings_at_once(layer):
    tensors, settings = layer
    assert torch.equal(conv2d(*tensors, **settings), F.conv2d(*tensors, **settings))


@pytest.mark.parametrize(
    ("shapes", "settings", "said"),
    [
        (((1, 4, 5), (2, 4, 3, 3)), {}, r"must be \(N, c_i, n_h, n_w\)"),
        (((1, 4, 5, 5), (2, 4, 3, 3)), {"groups": 2}, "takes 4 channels in each of 2 groups"),
        (((1, 4, 5, 5), (3, 2, 3, 3)), {"groups": 2}, "must divide 3"),
        (((1, 4, 5, 5), (2, 4, 3, 3), (4,)), {}, "one for each output channel"),
        (((1, 4, 5, 5), (2, 4, 3, 3)), {"dilation": 3}, "kernel"),
        (((1, 4, 5, 5), (2, 4, 3, 3)), {"stride": 0}, "stride must be 1 or more"),
        (((1, 4, 5, 5), (2, 4, 3, 3)), {"padding": -1}, "padding must be 0 or more"),
    ],
)
def test_what_all_settings_refuse(shapes, settings, said):
    with pytest.raises(ValueError, match=said):
        conv2d(*(torch.zeros(shape) for shape in shapes), **settings)


@given(pictures())
def test_the_textbook_agrees(d2l, pair):
    picture, kernel = (x.float() for x in pair)
    assert torch.equal(corr2d(picture, kernel), d2l.corr2d(picture, kernel))


def test_gradients():
    generator = torch.Generator().manual_seed(0)
    picture, kernel = (
        torch.randn(*size, generator=generator, dtype=torch.float64, requires_grad=True)
        for size in ((3, 4), (2, 2))
    )
    for function in (corr2d, trans_conv):
        assert torch.autograd.gradcheck(function, (picture, kernel))
    assert torch.autograd.gradcheck(lambda X: pool2d(X, (2, 2), "avg"), (picture,))
    assert torch.autograd.gradcheck(lambda K: kernel_matrix(K, (3, 4)), (kernel,))
    one = partial(conv2d, stride=2, padding=1, dilation=2)
    assert torch.autograd.gradcheck(one, (picture[None, None], kernel[None, None]))


def test_conv2d_layer():
    layer = Conv2D((2, 2))
    with torch.no_grad():
        layer.weight.copy_(K)
        layer.bias.fill_(1.0)
    assert layer(X).tolist() == [[20, 26], [38, 44]]
    layer(X).sum().backward()
    assert layer.weight.grad.tolist() == [[8, 12], [20, 24]]
    assert layer.bias.grad.tolist() == [4]
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]


def test_whole_numbers_stay_whole():
    assert corr2d(X.long(), K.long()).dtype == torch.int64
    assert corr2d(X.long(), K / 2).tolist() == [[9.5, 12.5], [18.5, 21.5]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corr2d(X, torch.ones(4, 2)), r"\(4, 2\) does not fit into X \(3, 3\)"),
        (lambda: corr2d(X, torch.ones(2, 4)), "does not fit"),
        (lambda: corr2d(X, torch.ones(0, 2)), "does not fit"),
        (lambda: corr2d(X[0], K), r"X must be \(n_h, n_w\)"),
        (lambda: corr2d(X, K[0]), r"got \(3, 3\) and \(2,\)"),
        (lambda: pool2d(X, (2, 2), "mean"), 'mode must be "max" or "avg"'),
        (lambda: pool2d(X, (4, 1)), "does not fit"),
        (lambda: pool2d(X.long(), (2, 2), "avg"), "floating-point"),
        (lambda: corr2d_multi_in(X[None], torch.stack([K, K])), "X has 1 channels, but K has .* 2"),
        (lambda: corr2d_multi_in(X, K), "X must be"),
        (lambda: corr2d_multi_in_out(X[None], K[None]), r"K \(c_o, c_i, k_h, k_w\)"),
        (lambda: corr2d_multi_in_out(X[None], K.new_zeros(0, 1, 2, 2)), "X must be"),
        (lambda: corr2d_multi_in_out(X[None], torch.ones(2, 3, 1, 1)), "X has 1 channels"),
        (lambda: corr2d_multi_in_out_1x1(X[None], K[None, None]), r"\(c_o, c_i, 1, 1\)"),
        (lambda: trans_conv(X[0], K), "X must be"),
        (lambda: trans_conv(X, K[:0]), "neither empty"),
        (lambda: kernel_matrix(K, (1, 5)), r"does not fit into X \(1, 5\)"),
        (lambda: kernel_matrix(K, (5,)), r"X_shape \(n_h, n_w\)"),
        (lambda: kernel_matrix(K[0], (5, 5)), r"K must be \(k_h, k_w\)"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
