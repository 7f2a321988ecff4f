"""The pictures: what they show is read from the figure's own parts, not from its pixels."""

import io
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from PIL import Image

from utils import figures
from utils.figures import pictures

A, B = torch.tensor([[0.0, 1.0], [2.0, -4.0]]), torch.tensor([[1.0, 0.5, 0.25]])


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """No window, and no figure left for the next test."""
    monkeypatch.setattr(matplotlib, "rcParams", matplotlib.rcParams.copy())
    plt.switch_backend("agg")
    yield
    plt.close("all")


def drawn() -> list[plt.Axes]:
    """The axes of the figure that hold a picture."""
    (number,) = plt.get_fignums()
    return [axis for axis in plt.figure(number).axes if axis.images]


def test_images_are_what_is_given_in_order_with_titles():
    colour = torch.stack([A.abs() / 4] * 2 + [torch.full((2, 2), 2.0)])
    figures.images([A, B, colour], ["a", "b", "c"])
    first, second, third = drawn()
    assert np.array_equal(first.images[0].get_array(), A)
    assert np.array_equal(second.images[0].get_array(), B)
    assert np.array_equal(third.images[0].get_array(), colour.permute(1, 2, 0).clip(0, 1))
    assert [axis.get_title() for axis in drawn()] == ["a", "b", "c"]
    assert first.images[0].get_cmap().name == "gray"


@pytest.mark.parametrize(("columns", "grid"), [(None, (1, 5)), (3, (2, 3)), (1, (5, 1))])
def test_images_stand_in_rows(columns, grid):
    figures.images([A] * 5, columns=columns)
    assert len(drawn()) == 5
    assert {axis.get_subplotspec().get_gridspec().get_geometry() for axis in drawn()} == {grid}


def test_signed_images_share_one_scale_that_is_white_at_zero():
    figures.images([A, B], signed=True)
    for axis in drawn():
        (image,) = axis.images
        assert image.get_clim() == (-4, 4)
        assert image.get_cmap()(image.norm(0.0))[:3] == pytest.approx((1, 1, 1), abs=0.05)
    plt.close("all")
    figures.images([torch.zeros(2, 2)], signed=True)  # all zero: still a scale
    assert drawn()[0].images[0].get_clim() == (-1, 1)


def test_titles_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 arrays need as many titles; got 1"):
        figures.images([A, B], ["one"])


def test_a_notebook_shows_every_figure_sharp_and_says_its_size(monkeypatch):
    """Those too that are drawn without a function of the course's."""
    formatter = DisplayFormatter()
    monkeypatch.setattr(
        pictures, "get_ipython", lambda: SimpleNamespace(display_formatter=formatter)
    )
    figure, axis = plt.subplots(figsize=(3, 2))
    axis.plot([0, 1])
    data, metadata = formatter.format(figure)
    size = metadata["image/png"]
    assert 2.5 * 96 < size["width"] < 3 * 96 and 1.7 * 96 < size["height"] < 2.1 * 96
    with Image.open(io.BytesIO(data["image/png"])) as picture:
        assert [side // 2 for side in picture.size] == [size["width"], size["height"]]
        assert picture.getpixel((0, 0)) == (255, 255, 255, figures.DRAWING)  # on white


def test_only_images_of_data_are_data():
    """Photographs and feature maps, not the signs of a scale."""
    kinds = []
    for draw in (
        lambda: figures.images([A.abs()]),
        lambda: figures.images([A], signed=True),
        lambda: plt.imshow(np.full((2, 2), np.nan)),
    ):
        draw()
        png, _ = figures.png(plt.gcf())
        with Image.open(io.BytesIO(png)) as picture:
            kinds.append({value for _, value in picture.getchannel("A").getcolors()})
        plt.close("all")
    assert kinds == [{figures.DRAWING, figures.DATA}, *[{figures.DRAWING}] * 2]


def test_a_figure_looks_the_same_after_it_was_shown():
    figures.images([A.abs()], ["title"])
    assert figures.png(plt.gcf()) == figures.png(plt.gcf())


def test_an_empty_figure_shows_nothing():
    assert figures.png(plt.figure()) is None
