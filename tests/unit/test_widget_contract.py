"""What holds for every widget as a Python object, and what channels, matrix and transposed show."""

import json
from html import unescape

import pytest
import torch
import torch.nn.functional as F
from traitlets import TraitError

from utils import (
    Channels,
    DenseToConv,
    ImageFilter,
    LayerCost,
    MatrixView,
    ShapeCalculator,
    SlidingWindow,
    Transposed,
)

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]

WIDGETS = {
    "SlidingWindow": lambda: SlidingWindow(X, K),
    "ImageFilter": lambda: ImageFilter([[0.0, 0.5, 1], [1.0, 0.25, 0]], [[1]]),
    "DenseToConv": DenseToConv,
    "ShapeCalculator": ShapeCalculator,
    "Channels": lambda: Channels([X, X], [[K, K], [K, K]]),
    "MatrixView": lambda: MatrixView((3, 3), K),
    "Transposed": lambda: Transposed(X, K),
    "LayerCost": LayerCost,
}

# Changes that fit together and not one by one, with numbers where the trait holds pairs; and what
# the output is then.
TOGETHER = {
    "SlidingWindow": ({"kernel": torch.ones(5, 5), "padding": 2, "stride": 2}, (2, 2)),
    "ImageFilter": ({"kernel": torch.ones(2, 2), "row": 9, "column": 9}, (1, 2)),
    "DenseToConv": (
        {"image": torch.ones(2, 2), "dense": torch.ones(4, 4), "shared": torch.ones(3, 3)},
        (2, 2),
    ),
    "ShapeCalculator": ({"n": 2, "k": 6, "padding": 2}, ()),
    "Channels": (
        {
            "planes": torch.ones(4, 3, 3),
            "tints": [""] * 4,
            "groups": 2,
            "padding": 1,
            "stride": 2,
        },
        (2, 2, 2),
    ),
    "MatrixView": ({"kernel": torch.ones(5, 5), "padding": 2, "stride": 2}, (2, 2)),
    "Transposed": ({"kernel": torch.ones(4, 4), "stride": 3, "output_padding": 2}, (12, 12)),
    "LayerCost": ({"in_channels": 6, "out_channels": 9, "groups": 3, "kernel_size": 1}, (3,)),
}

# What leaves fewer positions than before, and how many.
FEWER = {
    "SlidingWindow": ({"stride": 2}, {"step": 1}),
    "ImageFilter": ({"kernel": [[1, 1], [1, 1]]}, {"row": 1, "column": 2}),
    "ShapeCalculator": ({"k": 7}, {"step": 2}),
    "Channels": ({"stride": [1, 2]}, {"step": 4}),
    "MatrixView": ({"stride": [2, 1]}, {"step": 2}),
    "Transposed": ({"input": [[1, 2]]}, {"step": 2}),
}


@pytest.fixture(params=WIDGETS)
def kind(request):
    return request.param


def test_what_a_notebook_saves_is_the_same_each_time_and_starts_the_page(kind):
    first, second = WIDGETS[kind](), WIDGETS[kind]()
    data, _ = first._repr_mimebundle_()
    other, _ = second._repr_mimebundle_()
    assert data["text/html"] == other["text/html"]
    assert data["text/plain"] == other["text/plain"] and "0x" not in data["text/plain"]
    html = data["text/html"]
    spec = json.loads(unescape(html.split('data-spec="')[1].split('"')[0]))
    assert spec == json.loads(json.dumps(first.spec))
    assert f'class="explorable" data-explorable="{kind}"' in html


def test_changes_held_back_are_checked_together(kind):
    changes, shape = TOGETHER[kind]
    widget = WIDGETS[kind]()
    with widget.hold_trait_notifications():
        for name, value in changes.items():
            setattr(widget, name, value)
    assert widget.output.shape == shape
    json.dumps(widget.spec)  # in the form that the page reads


def test_a_refused_change_among_several_undoes_them_all(kind):
    changes, _ = TOGETHER[kind]
    widget = WIDGETS[kind]()
    before = widget.spec
    refused = {"ImageFilter": ("display", "loud"), "DenseToConv": ("delta", -1)}
    name, wrong = refused.get(kind, ("padding", -1))
    with pytest.raises((TraitError, ValueError), match=name), widget.hold_trait_notifications():
        for other, value in {**changes, name: wrong}.items():
            setattr(widget, other, value)
    assert widget.spec == before


@pytest.mark.parametrize("kind", FEWER)
def test_a_position_stays_among_those_that_there_are(kind):
    changes, counts = FEWER[kind]
    widget = WIDGETS[kind]()
    for name in counts:
        setattr(widget, name, 99)
        assert getattr(widget, name) < 99
    for name, value in changes.items():
        setattr(widget, name, value)
    assert {name: getattr(widget, name) + 1 for name in counts} == counts


def test_channels_are_conv2d():
    torch.manual_seed(0)
    planes, bank = torch.randn(4, 5, 6).double(), torch.randn(6, 2, 3, 2).double()
    widget = Channels(planes, bank, groups=2, stride=(1, 2), padding=1)
    expected = F.conv2d(planes[None], bank, stride=(1, 2), padding=1, groups=2)[0]
    torch.testing.assert_close(widget.output, expected)


def test_the_matrix_times_the_picture_is_the_convolution():
    torch.manual_seed(0)
    picture, kernel = torch.randn(4, 5).double(), torch.randn(3, 2).double()
    view = MatrixView(picture, kernel, stride=(2, 1), padding=1)
    expected = F.conv2d(picture[None, None], kernel[None, None], stride=(2, 1), padding=1)[0, 0]
    torch.testing.assert_close(view.matrix @ picture.flatten(), expected.flatten())
    torch.testing.assert_close(view.output, expected)
    view.transposed = True
    torch.testing.assert_close(view.output.flatten(), view.matrix @ expected.flatten())
    view.unroll, view.transposed = "input", False
    torch.testing.assert_close(view.matrix @ kernel.flatten(), expected.flatten())


def test_transposed_is_conv_transpose2d():
    torch.manual_seed(0)
    picture, kernel = torch.randn(3, 4).double(), torch.randn(2, 3).double()
    widget = Transposed(picture, kernel, stride=(2, 3), padding=1, output_padding=(0, 2))
    expected = F.conv_transpose2d(picture[None, None], kernel[None, None], None, (2, 3), 1, (0, 2))[
        0, 0
    ]
    torch.testing.assert_close(widget.output, expected)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Channels(X, [[K]]), r"the input must be \(channels, height, width\); got shape"),
        (lambda: Channels([X, X], [[K]]), "input has 2 channels"),
        (lambda: Channels([X, X], [[K, K]], groups=2), "weight takes 2·groups = 4"),
        (lambda: Channels([X], [[K]], tints=["purple"]), "tints must name one of"),
        (lambda: MatrixView((9, 9), K), "at most 64 rows and columns"),
        (lambda: MatrixView((3, 3), torch.ones(4, 4)), "kernel"),
        (lambda: MatrixView((3, 3), K, unroll="both"), "unroll must be one of"),
        (lambda: Transposed(torch.ones(9, 9), K), "at most 8 rows and columns"),
        (lambda: Transposed(X, K, output_padding=1), "output.padding"),
        (lambda: Transposed(X, K, padding=2), "output size"),
    ],
)
def test_bad_input_is_refused_with_the_rule(make, says):
    with pytest.raises(ValueError, match=says):
        make()
