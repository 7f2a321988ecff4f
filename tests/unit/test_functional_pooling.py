"""Pooling, unfold and fold against torch, over everything that they take or refuse."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from against_torch import ALL_DTYPES, FLOATS, ODD_NUMBERS, agree, same_gradients, tensors
from hypothesis import assume, given
from hypothesis import strategies as st

from utils import functional
from utils.functional.ways import axes as axes_
from utils.functional.ways import means

BATCHES = [(), (0,), (1,), (2,)]


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """Pictures of the tests are small: even so, go several times over some of their planes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(axes_, "AT_ONCE", 40)
        patch.setattr(axes_, "COMPARED", 40)
        patch.setattr(means, "FEW", 40)
        yield


def one_or_each(draw, axes, numbers):
    """One number for all axes, or one for each."""
    each = st.tuples(*[numbers] * axes)
    return draw(st.one_of(numbers, each, each.map(list)))


@st.composite
def poolings(draw, name, dtypes=FLOATS, too_much=1):
    """Arguments of a pooling, most of which torch takes."""
    axes = int(name[-2])
    size = draw(st.lists(st.integers(1, 9), min_size=axes, max_size=axes))
    shape = (*draw(st.sampled_from(BATCHES)), draw(st.integers(1, 3)), *size)
    input = draw(tensors(shape, dtypes))
    kernel = st.integers(1, min(4, *size)) if axes == 2 else st.integers(1, min(4, size[0]))
    kernel_size = one_or_each(draw, axes, kernel)
    smallest = kernel_size if isinstance(kernel_size, int) else min(kernel_size)
    most = smallest // 2 + draw(st.sampled_from([0, 0, 0, too_much]))  # half is the limit
    kwargs = {
        "kernel_size": kernel_size,
        "stride": draw(st.one_of(st.none(), st.just(one_or_each(draw, axes, st.integers(1, 4))))),
        "padding": one_or_each(draw, axes, st.integers(0, most)),
        "ceil_mode": draw(st.booleans()),
    }
    if "max" in name:
        kwargs["dilation"] = draw(st.sampled_from([1, 1, 2, 3]))
        kwargs["return_indices"] = draw(st.booleans())
    else:
        kwargs["count_include_pad"] = draw(st.booleans())
    if name == "avg_pool2d":
        kwargs["divisor_override"] = draw(st.sampled_from([None, None, 1, 3, -2]))
    return [input], kwargs


@st.composite
def adaptive_poolings(draw, name="adaptive_avg_pool2d", dtypes=FLOATS):
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    shape = (*draw(st.sampled_from(BATCHES)), draw(st.integers(0, 3)), *size)
    wanted = st.one_of(st.none(), st.integers(0, 12))
    output_size = draw(st.one_of(st.integers(0, 12), st.tuples(wanted, wanted)))
    return [draw(tensors(shape, dtypes))], {"output_size": output_size}


@st.composite
def unfoldings(draw, name="unfold", dtypes=FLOATS):
    """Arguments of unfold, most of which torch takes."""
    size = draw(st.tuples(st.integers(1, 8), st.integers(1, 8)))
    shape = (*draw(st.sampled_from(BATCHES)), draw(st.integers(1, 3)), *size)
    return [draw(tensors(shape, dtypes))], {
        "kernel_size": one_or_each(draw, 2, st.integers(1, 3)),
        "dilation": one_or_each(draw, 2, st.sampled_from([1, 1, 2])),
        "padding": one_or_each(draw, 2, st.integers(0, 2)),
        "stride": one_or_each(draw, 2, st.integers(1, 3)),
    }


@st.composite
def foldings(draw, name="fold", dtypes=FLOATS):
    """Arguments of fold that fit together: what unfold makes of a picture."""
    (picture,), kwargs = draw(unfoldings())
    try:
        shape = F.unfold(picture, **kwargs).shape
    except RuntimeError:
        shape = (1, 4, 9)
    kwargs["output_size"] = tuple(picture.shape[-2:])
    return [draw(tensors(shape, dtypes))], kwargs


OPERATORS = {
    "max_pool1d": poolings,
    "max_pool2d": poolings,
    "avg_pool1d": poolings,
    "avg_pool2d": poolings,
    "adaptive_avg_pool2d": adaptive_poolings,
    "unfold": unfoldings,
    "fold": foldings,
}
EXACT = {"max_pool1d", "max_pool2d", "unfold", "fold"}


def both(name, args, kwargs):
    return agree(getattr(functional, name), getattr(F, name), *args, exact=name in EXACT, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_every_dtype(name, data):
    both(name, *data.draw(OPERATORS[name](name, ALL_DTYPES)))


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_values_and_gradients(name, data):
    args, kwargs = data.draw(OPERATORS[name](name))
    y = both(name, args, kwargs)
    if y is None or (name == "adaptive_avg_pool2d" and y.numel() == 0):  # torch has no backward
        return
    # A window that sees nothing but padding has an index outside the picture. torch writes the
    # gradient there all the same; so these are left out.
    if kwargs.get("dilation", 1) != 1 and kwargs.get("padding", 0) != 0 and "max" in name:
        return
    same_gradients(getattr(functional, name), getattr(F, name), args, **kwargs)


@pytest.mark.parametrize("name", OPERATORS)
@given(data=st.data())
def test_one_argument_gone_wrong(name, data):
    """Take a call that works, and spoil one argument: we refuse if and only if torch refuses."""
    args, kwargs = data.draw(OPERATORS[name](name))
    spoilt = data.draw(st.sampled_from(["input", *kwargs]))
    if spoilt == "return_indices":
        return
    if spoilt == "input":
        shape = data.draw(st.lists(st.integers(0, 5), max_size=5))
        dtypes = [torch.float32, torch.float64, torch.int64]
        if name == "unfold" and len(shape) < 3:
            dtypes = FLOATS
        if name == "adaptive_avg_pool2d":  # torch makes one mean of whatever it is given
            size = kwargs["output_size"]
            both_axes = size if isinstance(size, tuple) else (size, size)
            kept = zip(both_axes, shape[-2:], strict=False)
            assume([n if o is None else o for o, n in kept] != [1, 1])
        args[0] = data.draw(
            st.one_of(tensors(shape, dtypes), st.sampled_from([None, 1.0, [1.0], "x"]))
        )
    else:
        odd = [*ODD_NUMBERS, 5, 9]
        if name == "adaptive_avg_pool2d":  # here alone torch has no use for NumPy's integers
            odd = [number for number in odd if not isinstance(number, np.integer)]
        kwargs[spoilt] = data.draw(st.sampled_from(odd))
    both(name, args, kwargs)


@pytest.mark.parametrize("name", ["max_pool1d", "max_pool2d"])
@given(data=st.data())
def test_max_of_infinities_and_nan(name, data):
    """The largest, where it is and where its gradient goes, with the numbers that misbehave."""
    args, kwargs = data.draw(poolings(name, [torch.float64], too_much=0))
    kwargs["dilation"] = 1
    odd = torch.tensor([float("nan"), float("-inf"), float("inf"), 0.0, 1.0], dtype=torch.float64)
    args[0] = odd[args[0].long().abs() % 5]
    kwargs["return_indices"] = True
    expected = getattr(F, name)(*args, **kwargs)
    actual = getattr(functional, name)(*args, **kwargs)
    torch.testing.assert_close(actual, expected, equal_nan=True, rtol=0, atol=0)
    kwargs["return_indices"] = False
    plain = getattr(functional, name)(*args, **kwargs)
    torch.testing.assert_close(plain, expected[0], equal_nan=True, rtol=0, atol=0)


def test_max_of_windows_that_see_nothing_but_padding():
    """They keep their −∞ also where gradients are recorded, whatever their index may be."""
    x = torch.arange(6.0).reshape(1, 1, 3, 2).requires_grad_()
    kwargs = {"kernel_size": (1, 2), "stride": 1, "padding": (0, 1), "dilation": 3}
    for indices in (False, True):
        y = functional.max_pool2d(x, **kwargs, return_indices=indices)
        torch.testing.assert_close(y, F.max_pool2d(x, **kwargs, return_indices=indices))


@pytest.mark.parametrize("kernel_size", [2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1, 64), (64, 1), (4, 16)])
def test_large_pictures_go_in_parts(shape, stride, kernel_size):
    """The property tests draw small pictures: these are cut along the batch or the channels."""
    x = torch.randn(*shape, 37, 41, generator=torch.Generator().manual_seed(0))
    args = (kernel_size, stride, kernel_size // 2)
    for pictures in (x, x.transpose(0, 1), x.to(memory_format=torch.channels_last)):
        expected = F.max_pool2d(pictures, *args)
        assert torch.equal(functional.max_pool2d(pictures, *args), expected)
        expected = F.avg_pool2d(pictures, *args)
        torch.testing.assert_close(functional.avg_pool2d(pictures, *args), expected)
        expected = F.adaptive_avg_pool2d(pictures, (kernel_size, 40))
        torch.testing.assert_close(
            functional.adaptive_avg_pool2d(pictures, (kernel_size, 40)), expected
        )


def picture(*shape):
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


LAYERS = {
    "max_pool1d": lambda x: functional.max_pool1d(x[0], 3, 2, 1),
    "max_pool2d": lambda x: functional.max_pool2d(x, (2, 3), (1, 2), (1, 1), ceil_mode=True),
    "avg_pool1d": lambda x: functional.avg_pool1d(x[0], 3, 2, 1, count_include_pad=False),
    "avg_pool2d": lambda x: functional.avg_pool2d(x, (2, 3), (1, 2), (1, 1), ceil_mode=True),
    "adaptive_avg_pool2d": lambda x: functional.adaptive_avg_pool2d(x, (3, 2)),
    "unfold": lambda x: functional.unfold(x, (2, 3), (1, 2), (1, 2), (2, 1)),
    "fold": lambda x: functional.fold(
        x.reshape(-1)[:48].reshape(6, 8), (3, 4), (2, 3), 1, (1, 1), (1, 2)
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradcheck(name):
    x = picture(1, 2, 5, 6)
    layer = LAYERS[name]
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradgradcheck(layer, (x,))


@given(data=st.data())
def test_fold_is_the_adjoint_of_unfold(data):
    """<unfold(x), y> = <x, fold(y)> for every x and y."""
    (y,), kwargs = data.draw(foldings(dtypes=[torch.float64]))
    size = kwargs.pop("output_size")
    try:
        back = functional.fold(y, size, **kwargs)
    except ValueError:
        assume(False)
    x = data.draw(tensors(tuple(back.shape)))
    assert (functional.unfold(x, **kwargs) * y).sum() == (x * back).sum()


@given(data=st.data())
def test_max_unpool2d(data):
    """What max_pool2d found goes back to where it was, as in torch; its gradient, too."""
    (x,), kwargs = data.draw(poolings("max_pool2d", too_much=0))
    pooling = {key: kwargs[key] for key in ("kernel_size", "stride", "padding")}
    assume(x.numel() > 0)
    y, indices = functional.max_pool2d(x, **pooling, return_indices=True)
    size = data.draw(
        st.sampled_from([None, x.shape[-2:], tuple(x.shape[-2:]), (1, 1), (1, 2, 3), x.shape])
    )
    unpool = {**pooling, "output_size": size}
    both = agree(functional.max_unpool2d, F.max_unpool2d, y, indices, **unpool)
    if both is not None and len(indices.flatten().unique()) == indices.numel():
        same_gradients(
            lambda y: functional.max_unpool2d(y, indices, **unpool),
            lambda y: F.max_unpool2d(y, indices, **unpool),
            [y],
        )


@pytest.mark.parametrize(
    ("indices", "error", "message"),
    [
        (torch.tensor([[[4]]]), ValueError, "less than 2·2"),
        (torch.tensor([[[-1]]]), ValueError, "not negative"),
        (torch.tensor([[[0.0]]]), TypeError, "int64"),
        (torch.tensor([[0]]), ValueError, "the input's shape"),
    ],
)
def test_indices_that_lead_nowhere(indices, error, message):
    with pytest.raises(error, match=message):
        functional.max_unpool2d(torch.ones(1, 1, 1), indices, 2)
    with pytest.raises((RuntimeError, ValueError)):
        F.max_unpool2d(torch.ones(1, 1, 1), indices, 2)
