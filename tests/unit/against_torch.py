"""What the tests of `utils.functional` share: tensors of every layout, and the comparison."""

import warnings
from collections.abc import Callable

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

FLOATS = [torch.float32, torch.float64]
HALVES = [torch.float16, torch.bfloat16]
ALL_DTYPES = [
    *FLOATS,
    *HALVES,
    torch.complex64,
    torch.complex128,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.int8,
    torch.bool,
]
# Numbers that no operator takes, and numbers that some take.
ODD_NUMBERS = [
    -1,
    0,
    1.0,
    True,
    np.int64(2),
    np.bool_(True),
    None,
    "1",
    (),
    (1,),
    (2, 1),
    (1, 1, 1),
    [1, 2],
    (1, 1.5),
    (True, 1),
]


@st.composite
def tensors(draw, shape, dtypes=(torch.float64,), least=-3, most=3) -> Tensor:
    """A tensor of small whole numbers (sums are exact) in one of several memory layouts."""
    dtype = draw(st.sampled_from(dtypes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**16)))

    def numbers(*size):
        low = max(least, 0) if dtype in (torch.uint8, torch.bool) else least
        values = torch.randint(low, most + 1, size, generator=generator).to(dtype)
        if dtype.is_complex:
            values = values + 1j * torch.randint(least, most + 1, size, generator=generator)
        return values.to(dtype)

    layout = draw(st.sampled_from(["contiguous", "transposed", "sliced", "expanded", "last"]))
    if layout == "last" and len(shape) == 4:
        return numbers(*shape).contiguous(memory_format=torch.channels_last)
    if layout == "transposed" and len(shape) > 1:
        return numbers(*shape[:-2], shape[-1], shape[-2]).transpose(-1, -2)
    if layout == "sliced" and len(shape) > 0:
        return numbers(*shape[:-1], 2 * shape[-1] + 1)[..., 1::2]
    if layout == "expanded" and len(shape) > 1:
        return numbers(*shape[:1], 1, *shape[2:]).expand(shape)
    return numbers(*shape)


def one_or_each(draw, axes, least, most):
    """One number for all axes, or one for each, in any of the forms that torch takes."""
    number = st.integers(least, most)
    each = st.lists(number, min_size=axes, max_size=axes)
    return draw(st.one_of(number, number.map(lambda n: (n,)), each.map(tuple), each))


def largest(value) -> int:
    return value if isinstance(value, int) else max(value)


@st.composite
def convolutions(
    draw, axes, dtypes=FLOATS, kernel_sizes=(1, 2, 3, 4), strides=4, dilations=3, channels=(3, 6)
):
    """Arguments of conv1d or conv2d that torch takes: numbers up to those, channels of a group."""
    groups = draw(st.integers(1, 3))
    taken, made = (draw(st.integers(1, most)) for most in channels)
    kernel_size = draw(st.lists(st.sampled_from(kernel_sizes), min_size=axes, max_size=axes))
    dilation = one_or_each(draw, axes, 1, dilations)
    padding = draw(st.sampled_from(["same", "valid", "numbers", "numbers", "numbers"]))
    if padding == "numbers":
        padding = one_or_each(draw, axes, 0, 3)
    stride = 1 if padding == "same" else one_or_each(draw, axes, 1, strides)
    around = (
        0 if isinstance(padding, str) else min([padding] if isinstance(padding, int) else padding)
    )
    size = [
        draw(st.integers(max(1, largest(dilation) * (k - 1) + 1 - 2 * around), 11))
        for k in kernel_size
    ]
    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (3,)]))
    dtype = draw(st.sampled_from(dtypes))
    input = draw(tensors((*batch, taken * groups, *size), [dtype]))
    weight = draw(tensors((made * groups, taken, *kernel_size), [dtype]))
    bias = draw(st.one_of(st.none(), tensors((made * groups,), [dtype])))
    return [input, weight, bias], {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }


def double(*shape, dtype=torch.float64):
    """Normally distributed numbers, the same at every call, whose gradient is asked for."""
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()


def outcome(function: Callable, *args, **kwargs):
    """What a call returns, or the exception that it raises."""
    try:
        with warnings.catch_warnings():  # torch warns that it copies to pad an even kernel
            warnings.simplefilter("ignore", UserWarning)
            return function(*args, **kwargs)
    except Exception as error:
        return error


def in_double(function: Callable, *args, **kwargs):
    """What a call returns where its halves are given as float64: the truth that halves round.

    torch's own halves are none. On processors with AMX, torch 2.13 reads memory that nobody wrote
    when it convolves bfloat16 with some dilated kernels, and elsewhere its halves may be summed in
    halves.
    """

    def wide(value):
        return value.double() if getattr(value, "dtype", None) in HALVES else value

    return function(*map(wide, args), **{name: wide(value) for name, value in kwargs.items()})


def agree(
    ours: Callable, theirs: Callable, *args, exact: bool = True, atol: float | None = None, **kwargs
):
    """Both refuse, we with a ValueError or TypeError that names the call, or both return the same.

    The same is equal, or close where not exact, or at most `atol` apart where that is given.
    Halves are held to float64, rounded: equal to it where exact, and else within their last digit.

    Returns what they return, None where they refuse.
    """
    expected = outcome(theirs, *args, **kwargs)
    actual = outcome(ours, *args, **kwargs)
    if isinstance(actual, (ValueError, TypeError)) and isinstance(expected, Tensor):
        # torch does not always check what it has no need to compute; we do in every case.
        first, *others = args
        if first.numel() == 0:  # an empty batch: refused, too, if it were of one?
            keep = -2 if ours.__name__.startswith("adaptive") else 1
            one = torch.ones([max(1, n) for n in first.shape[:keep]] + list(first.shape[keep:]))
            expected = outcome(theirs, one.to(first.dtype), *others, **kwargs)
        if "transpose" in ours.__name__ and 0 in getattr(expected, "shape", ()):
            return None  # padding that leaves nothing
        in_groups = "transpose" in ours.__name__ and kwargs.get("groups") not in (None, 1)
        if in_groups and str(actual).endswith("dilation must be 1 or more; got 0"):
            return None  # where kernels have one tap, torch's library does not look at it
        if len({given.dtype for given in args if isinstance(given, Tensor)}) > 1:
            # With padding="same" torch takes a bias of another dtype; else it refuses, as we do.
            assert isinstance(actual, TypeError) and str(actual).startswith(ours.__name__)
            assert "must have one dtype" in str(actual)
            return None
    if isinstance(expected, Exception):
        assert isinstance(actual, (ValueError, TypeError)), (
            f"torch refuses ({expected}), but we return or raise {actual!r}"
        )
        assert str(actual).startswith(ours.__name__), f"does not name the call: {actual}"
        return None
    assert not isinstance(actual, Exception), f"torch returns, but we refuse: {actual!r}"
    truth = in_double(theirs, *args, **kwargs) if args[0].dtype in HALVES else expected
    for mine, other, true in zip(*map(listed, (actual, expected, truth)), strict=True):
        assert mine.shape == other.shape
        assert mine.dtype == other.dtype
        if ours.__name__[-2:] == "1d" or ours.__name__ == "deform_conv2d":
            # torch lays signals out as the pictures it makes of them; of the other it has none
            assert mine.is_contiguous()
        else:
            assert same_layout(mine, other), f"strides {mine.stride()}, not {other.stride()}"
        assert not shares_memory(mine, args)
        digit = torch.finfo(mine.dtype).eps if mine.dtype in HALVES else 0
        true = true.to(mine.dtype)
        if exact and atol is None:
            assert torch.equal(mine, true), f"{mine} is not {true}"
        elif atol is not None or digit:
            torch.testing.assert_close(mine, true, rtol=digit, atol=atol or 0, equal_nan=True)
        else:
            torch.testing.assert_close(mine, true, equal_nan=True)
    return actual


def listed(result: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    """What an operator returns, as a list: one tensor, or several."""
    return [result] if isinstance(result, Tensor) else list(result)


def same_layout(mine: Tensor, other: Tensor) -> bool:
    """Whether two tensors of one shape lie in memory alike; an axis of one entry has no stride."""
    steps = zip(mine.shape, mine.stride(), other.stride(), strict=True)
    return mine.numel() == 0 or all(a == b for n, a, b in steps if n > 1)


def shares_memory(result: Tensor, args: tuple) -> bool:
    """Whether a result lies in the memory of an argument."""
    if result.numel() == 0:
        return False
    mine = result.untyped_storage().data_ptr()
    return any(isinstance(a, Tensor) and a.untyped_storage().data_ptr() == mine for a in args)


def same_gradients(ours: Callable, theirs: Callable, inputs: list[Tensor | None], **kwargs) -> None:
    """The gradients of a weighted sum of the output agree for every input."""
    found = []
    for function in (ours, theirs):
        leaves = [None if x is None else x.detach().clone().requires_grad_() for x in inputs]
        y = function(*leaves, **kwargs)
        y = y[0] if isinstance(y, tuple) else y
        weights = (torch.arange(y.numel()) % 7).reshape(y.shape).to(y.dtype)
        weights = weights * (1 + 2j) if y.dtype.is_complex else weights
        given = [x for x in leaves if x is not None]
        found.append(torch.autograd.grad(y, given, weights))
    for mine, other in zip(*found, strict=True):
        torch.testing.assert_close(mine, other)
