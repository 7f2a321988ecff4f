"""The rungs of chapter 16: all make torch's numbers, and refuse what does not fit."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from utils import ladder

RUNGS = ["seven_loops", "window_by_window", "tap_by_tap", "im2col", "row_by_row"]


def climb(name, X, W):
    """Run a rung; the loops take and give nested lists."""
    if name != "seven_loops":
        return getattr(ladder, name)(X, W)
    return torch.tensor(ladder.seven_loops(X.tolist(), W.tolist()), dtype=X.dtype)


@pytest.mark.parametrize("name", RUNGS)
@given(data=st.data())
def test_every_rung_is_a_convolution(name, data):
    """Whole numbers, so that the order of the sums does not matter: equal to the bit."""
    n, c_i, c_o, k_h, k_w = (data.draw(st.integers(1, 3)) for _ in range(5))
    n_h, n_w = data.draw(st.integers(k_h, 6)), data.draw(st.integers(k_w, 6))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 999)))
    X = torch.randint(-9, 10, (n, c_i, n_h, n_w), generator=generator).double()
    W = torch.randint(-9, 10, (c_o, c_i, k_h, k_w), generator=generator).double()
    assert torch.equal(climb(name, X, W), F.conv2d(X, W))


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize(
    ("x", "w", "message"),
    [
        ((1, 2, 4, 4), (1, 3, 2, 2), r"X \(1, 2, 4, 4\) has 2 channels, but W .* takes 3"),
        ((1, 2, 4, 4), (1, 2, 5, 2), "are larger than the pictures"),
        ((1, 2, 4, 4), (1, 2, 2, 5), "are larger than the pictures"),
    ],
)
def test_what_does_not_fit_is_refused(name, x, w, message):
    with pytest.raises(ValueError, match=message):
        climb(name, torch.ones(x), torch.ones(w))


@pytest.mark.parametrize("name", RUNGS[1:])
def test_four_axes_are_asked_for(name):
    with pytest.raises(ValueError, match=r"must be \(N, c_i, n_h, n_w\)"):
        getattr(ladder, name)(torch.ones(4, 4), torch.ones(1, 1, 2, 2))
