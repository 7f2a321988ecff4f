"""Half precision: every operator sums in more digits than halves have, and rounds once.

The truth is float64. torch's own halves are no oracle: on processors with AMX, its bfloat16
convolution returns numbers from memory that nobody wrote, for the shapes tested last.
"""

import pytest
import torch
import torch.nn.functional as F
from against_torch import HALVES, in_double

from utils import functional

# Each operator with long sums: what it takes, by shape, and its other arguments.
LONG = {
    "conv1d": ([(2, 64, 30), (4, 64, 7), (4,)], {"stride": 2, "padding": 3}),
    "conv2d": ([(2, 64, 9, 8), (4, 64, 3, 3), (4,)], {"padding": 1}),
    "conv_transpose1d": ([(2, 64, 12), (64, 4, 5), (4,)], {"stride": 2}),
    "conv_transpose2d": ([(2, 64, 5, 6), (64, 4, 3, 3), (4,)], {"stride": 2}),
    "conv2d_fft": ([(2, 64, 9, 8), (4, 64, 3, 3), (4,)], {"padding": 1}),
    "conv2d_winograd": ([(2, 64, 9, 8), (4, 64, 3, 3), (4,)], {"padding": 1}),
    "deform_conv2d": ([(2, 32, 6, 6), (2, 18, 4, 4), (4, 32, 3, 3), (4,)], {}),
    "avg_pool1d": ([(2, 3, 400)], {"kernel_size": 100}),
    "avg_pool2d": ([(2, 3, 24, 24)], {"kernel_size": (12, 9), "stride": (6, 3)}),
    "adaptive_avg_pool2d": ([(2, 3, 25, 24)], {"output_size": (2, 3)}),
    "fold": ([(1, 100, 36)], {"output_size": (15, 15), "kernel_size": 10}),
}
# What no rounding separates from the truth but the last: those that choose, or copy.
EXACT = {"max_pool1d", "max_pool2d", "max_unpool2d", "unfold", "windows"}


def test_no_operator_is_forgotten():
    assert {*LONG, *EXACT} == set(functional.__all__)


@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", LONG)
def test_long_sums_are_rounded_once(name, dtype):
    """To half a unit in the last place, and what float32 loses on the way."""
    shapes, kwargs = LONG[name]
    operator = getattr(functional, name)
    theirs = getattr(F, name, functional.conv2d if "conv2d_" in name else operator)
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        args = [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]
        mine, true = operator(*args, **kwargs), in_double(theirs, *args, **kwargs)
        assert mine.dtype == dtype
        error = (mine.double() - true).abs()
        assert (error <= torch.finfo(dtype).eps / 2 * true.abs() * 1.01 + 1e-4).all()


@pytest.mark.parametrize("width", [5, 6, 7])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_narrow_dilated_rows(batch, width):
    """A kernel of (1, 3), stride (1, 3), dilation 2, in bfloat16; whole numbers, exact sums."""
    for seed in range(12):
        generator = torch.Generator().manual_seed(seed)
        channels, height = 1 + seed % 3, 5 + seed % 7
        x = torch.randint(-3, 4, (batch, channels, height, width), generator=generator).bfloat16()
        w = torch.randint(-3, 4, (5, channels, 1, 3), generator=generator).bfloat16()
        arguments = {"stride": (1, 3), "dilation": 2}
        true = in_double(F.conv2d, x, w, **arguments)
        assert torch.equal(functional.conv2d(x, w, **arguments), true.bfloat16())
