"""The photograph and the digits are those that the chapters speak of."""

import pytest
import torch

from utils.data import digits, photograph


def test_the_grey_of_the_photograph_is_its_luma():
    """Of red, green and blue by the weights of ITU-R BT.601, which add up to 1."""
    grey, colour = photograph(60), photograph(60, color=True)
    assert grey.dtype == colour.dtype == torch.float32
    assert grey.shape == (60, 51) and colour.shape == (3, 60, 51)
    red, green, blue = colour
    torch.testing.assert_close(grey, 0.299 * red + 0.587 * green + 0.114 * blue)
    assert grey.min() >= 0 and grey.max() <= 1


def test_a_smaller_photograph_is_the_mean_of_blocks():
    large, small = photograph(120), photograph(60)
    blocks = large[:, :102].reshape(60, 2, 51, 2).mean((1, 3))
    torch.testing.assert_close(small, blocks)


@pytest.mark.parametrize("height", [0, -1, 7, 1.5, "60"])
def test_a_height_that_does_not_divide_it_is_refused(height):
    with pytest.raises(ValueError, match=r"must divide the photograph's 600 rows; got"):
        photograph(height)


def test_the_digits_go_from_0_to_1_by_sixteenths():
    images, labels = digits()
    assert images.shape == (1797, 8, 8) and labels.shape == (1797,)
    assert images.min() == 0 and images.max() == 1
    assert torch.equal(images * 16, (images * 16).round())
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_digits_are_those_that_scikit_learn_loads():
    from sklearn.datasets import load_digits

    images, labels = digits()
    data = load_digits()
    assert torch.equal(images.double(), torch.from_numpy(data.images / 16))
    assert torch.equal(labels, torch.from_numpy(data.target).long())


def test_without_scikit_learn_the_digits_say_so(monkeypatch):
    monkeypatch.setattr("utils.data.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="ship with scikit-learn"):
        digits()
