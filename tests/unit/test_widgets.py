"""The widgets as Python objects: what they compute, refuse, show and share."""

import base64
import re

import ipywidgets
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st
from traitlets import TraitError

from utils import (
    ChannelMix,
    ChannelPaths,
    Channels,
    Deformable,
    DenseToConv,
    ImageFilter,
    LayerCost,
    MatrixView,
    ReceptiveField,
    Reparameterize,
    ShapeCalculator,
    SlidingWindow,
    Transposed,
    conv_cost,
    output_size,
)
from utils.widgets.base import WidgetError

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]


def test_the_textbook_numbers():
    assert SlidingWindow(X, K).output.tolist() == [[19, 25], [37, 43]]
    assert SlidingWindow(X, K, mode="flip").output.tolist() == [[5, 11], [23, 29]]
    padded = [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]
    assert SlidingWindow(X, K, padding=1).output.tolist() == padded
    assert SlidingWindow(X, K, padding=1, stride=(3, 2)).output.tolist() == [[0, 8], [6, 8]]
    assert SlidingWindow(X, 2, mode="max").output.tolist() == [[4, 5], [7, 8]]
    assert SlidingWindow(X, (2, 2), mode="avg").output.tolist() == [[2, 3], [5, 6]]
    assert SlidingWindow(X, K, bias=0.5).output.dtype == torch.float64


@given(
    st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3),
    st.integers(1, 3), st.integers(0, 2), st.integers(1, 2),
)  # fmt: skip
def test_sliding_window_computes_what_pytorch_does(h, w, kh, kw, s, p, d):
    assume(d * (kh - 1) < h + 2 * p and d * (kw - 1) < w + 2 * p)
    x, k = torch.randn(h, w), torch.randn(kh, kw)
    expected = F.conv2d(x.double()[None, None], k.double()[None, None], None, s, p, d)[0, 0]
    torch.testing.assert_close(SlidingWindow(x, k, s, p, d).output, expected)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (([1, 2], K), "got shape (2,)"),
        (([[1, 2], [3]], K), "all rows of one length"),
        (([], K), "got shape (0,)"),
        (([[float("nan")]], [[1]]), "finite"),
        (([[1e9]], [[1]]), "1,000,000"),
        (("abc", K), "matrix"),
        ((X, torch.ones(4, 4)), "the window is 4 high"),
        ((X, K, 0), "stride must be 1 or more"),
        ((X, K, 1.5), "stride must be a whole number"),
        ((X, K, True), "stride must be a whole number"),
        ((X, K, (1, 2, 3)), "two (rows, columns)"),
        ((X, K, 1, -1), "padding must be 0 or more"),
        ((X, K, 1, 0, 3), "the window is 4 high"),
        ((X, K, 1, 0, 1, "mean"), "mode must be one of"),
        ((X, 2, 1, 2, 1, "max"), "at most half the window"),
        ((X, 2, 1, 0, 2, "avg"), "no dilation"),
        ((X, K, 1, 0, 1, "conv", "1"), "bias"),
        ((torch.ones(65, 2), K), "at most 64"),
        (
            (X, K, 1, (0, 3), 1, "conv", 0, True, False, "reflect"),
            "less than the input's 3 columns",
        ),
        ((X, K, 1, (4, 0), 1, "conv", 0, True, False, "circular"), "at most the input's 3 rows"),
        ((X, K, 1, 1, 1, "conv", 0, True, False, "wrap"), "padding_mode must be one of zeros"),
        ((X, 2, 1, 1, 1, "max", 0, True, False, "replicate"), "pooling has no padding_mode"),
        ((X, K, 1, 1, 1, "conv", 0, True, False, "zeros", True), "no ceil_mode"),
        ((X, 5, 2, 0, 1, "max", 0, True, False, "zeros", True), "the window is 5 high"),
    ],
)
def test_sliding_window_refuses_with_a_reason(arguments, says):
    with pytest.raises(ValueError) as caught:
        SlidingWindow(*arguments)
    assert says in str(caught.value)


def test_a_goal_is_reached_by_all_that_it_names():
    goal = {"text": "Keep the size.", "output_shape": torch.tensor(3), "kernel_shape": [2, 2]}
    window = SlidingWindow(X, K, goal=goal)
    assert not window.reached and window.spec["goal"]["output_shape"] == [3, 3]
    with pytest.raises(TypeError):
        window.goal["text"] = "Do nothing."
    window.input = torch.ones(4, 4)
    assert window.reached, "it names no input"
    window.kernel, window.stride = [[1] * 3] * 3, 1
    window.padding = (1, 1)
    window.input = X
    assert window.output.shape == (3, 3) and not window.reached
    assert "Goal: Keep the size." in window.first_frame()
    assert not SlidingWindow(X, K).reached


def test_a_first_frame_pads_and_rounds_as_the_page_does():
    frame = SlidingWindow(X, K, padding=1, padding_mode="circular").first_frame()
    assert "padded 5×5, circular" in frame and "8×0 + 6×1 + 2×2 + 0×3 = 10" in frame
    window = SlidingWindow(X, 2, stride=2, mode="avg", ceil_mode=True)
    window.step = 3
    assert "Output (1, 1): (8) / 1 = 8" in window.first_frame()


def test_traits_are_checked_and_a_refused_value_changes_nothing():
    window = SlidingWindow(X, K)
    window.step = 3
    for name, value in [("stride", 0), ("kernel", [[1, 2], [3]]), ("padding", -1), ("mode", "x")]:
        before = window.spec
        with pytest.raises(WidgetError):
            setattr(window, name, value)
        assert window.spec == before
    window.kernel = torch.ones(3, 3)
    assert (window.step, window.output.tolist()) == (0, [[36.0]])
    window.step = 99
    assert window.step == 0
    window.stride = (2, 1)
    assert window.stride == (2, 1)


def test_several_changes_in_one_message_are_checked_together():
    window = SlidingWindow(X, K)
    window.set_state({"kernel": [[1] * 5] * 5, "padding": [1, 1]})
    assert window.output.shape == (1, 1)


def test_widgets_are_ipywidgets_that_link_and_observe():
    window, slider = SlidingWindow(X, K), ipywidgets.IntSlider(max=3)
    ipywidgets.link((slider, "value"), (window, "step"))
    slider.value = 2
    assert window.step == 2
    seen = []
    window.observe(lambda change: seen.append(change["new"]), "kernel")
    window.kernel = [[1, 1], [1, 1]]
    assert seen == [((1, 1), (1, 1))]
    assert isinstance(window, ipywidgets.DOMWidget)


def test_image_filter_counts_in_grey_levels_and_refuses_other_pictures():
    widget = ImageFilter([[0, 0.5, 1]], [[1, -1]])
    assert widget.levels.tolist() == [[0, 128, 255]]
    assert widget.output.tolist() == [[-128, -127]]
    widget.kernel = [[1]]
    widget.column = 7
    assert widget.column == 2
    for arguments, says in [
        (([[2.0]], [[1]]), "from 0, black, to 1, white"),
        (([[0.5]], [[1, 1]]), "does not fit"),
        (([[0.5]], [[1]], 0, 0, "bright"), "display"),
    ]:
        with pytest.raises(ValueError, match=says):
            ImageFilter(*arguments)


def test_channel_mix_adds_up_weighted_planes_and_refuses_others():
    colours = [[[1, 0, 0.5]], [[0, 1, 0.5]], [[0, 0.2, 0.5]]]
    widget = ChannelMix(colours, [1, -1, 0], column=9)
    assert widget.levels.tolist() == [[[255, 0, 128]], [[0, 255, 128]], [[0, 51, 128]]]
    assert widget.output.tolist() == [[255, -255, 0]]
    assert widget.column == 2
    assert "128×1 + 128×(−1) + 128×0 = 0" in widget.first_frame()
    grey = torch.tensor([[0.299, 0.587, 0.114]]) @ widget.levels.float().flatten(1)
    widget.weights = [0.299, 0.587, 0.114]
    torch.testing.assert_close(widget.output.float(), grey)
    before = widget.spec
    for name, wrong, says in [
        ("weights", [1, 0], "three numbers from −1 to 1"),
        ("weights", [1, 0, -1.05], "three numbers from −1 to 1"),
        ("weights", [[1, 0, 1]], r"\(3\)"),
        ("weights", "grey", r"\(3\)"),
        ("image", colours[:2], "must have 3 planes; got 2"),
        ("image", colours[0], "plane, height, width"),
        ("image", [[[2.0]]] * 3, "from 0, black, to 1, white"),
        ("image", {"height": 1, "width": 3, "data": "AAAA"}, "3·1·3 = 9 bytes; got 3"),
    ]:
        with pytest.raises(WidgetError, match=says):
            setattr(widget, name, wrong)
        assert widget.spec == before, wrong
    widget.image = {"height": 1, "width": 1, "data": "/wAA"}
    assert widget.levels.flatten().tolist() == [255, 0, 0] and widget.column == 0


def test_image_filter_offers_kernels_of_the_reader():
    widget = ImageFilter([[0, 0.5, 1]], [[1]], presets={"edge": torch.tensor([[1, -1]])})
    assert widget.spec["presets"] == [["edge", [[1, -1]]]]
    widget.set_state({"presets": [["dark", [[0]]], ["same", [[1]]]]})
    assert widget.presets == (("dark", ((0,),)), ("same", ((1,),)))
    for wrong, says in [
        ([[1, -1]], "names"),
        ("edge", "kernels by name"),
        ({"edge": [1, -1]}, "a preset's kernel"),
    ]:
        with pytest.raises(ValueError, match=says):
            widget.presets = wrong
    assert len(widget.presets) == 2


def test_dense_to_conv_shares_then_localises():
    layer = DenseToConv(n=4, delta=1)
    W = layer.weight
    assert (layer.parameters, W.unique().numel() <= 7, W.shape) == (256, True, (4, 4, 4, 4))
    layer.stage = "shared"
    W = layer.weight
    assert layer.parameters == 49
    assert torch.equal(W[0, 0, :3, :3], W[1, 1, 1:, 1:])
    layer.stage = "local"
    assert layer.parameters == 9
    assert int((layer.weight[0, 0] != 0).sum()) <= 4
    for arguments, says in [((9,), "from 2 to 5"), ((4, 4), "delta"), ((4, 1, "wide"), "stage")]:
        with pytest.raises(ValueError, match=says):
            DenseToConv(*arguments)
    with pytest.raises(ValueError, match="must be 16 by 16"):
        layer.dense = [[1]]


@given(st.integers(1, 300), st.integers(1, 9), st.integers(1, 4), st.integers(0, 4))
def test_shape_calculator_is_the_formula(n, k, s, p):
    assume(k <= n + 2 * p)
    widget = ShapeCalculator(n, k, s, p)
    assert widget.output.item() == output_size(n, k, s, p)
    assert widget.first_frame().endswith(f" = {output_size(n, k, s, p)}</p>")


def test_shape_calculator_refuses():
    for arguments in [(0,), (3, 9), (8, 3, 0), (8, 3, 1, -1), (8, 2.5), (10**9,)]:
        with pytest.raises((ValueError, WidgetError)):
            ShapeCalculator(*arguments)


def test_layer_cost_of_the_course_s_layer():
    layer = LayerCost(100, 100, 5, 64, padding=2)
    assert layer.output.tolist() == [250_000, 1_024_000_000, 4 * (2 * 409_600 + 250_000)]
    assert layer.output.dtype == torch.int64
    assert (layer.cost.flops, layer.ridge, layer.cost.bound) == (2_048_000_000, 6, "compute")
    assert layer.cost.seconds_compute == pytest.approx(0.0137, abs=5e-5)
    assert layer.cost.seconds_memory == pytest.approx(171e-6, abs=5e-7)
    # The bound is the machine's as much as the layer's: to meet the other, raise the ridge.
    layer.bandwidth = 0.3
    assert (layer.cost.bound, layer.ridge > layer.cost.intensity) == ("memory", True)


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 5), st.integers(1, 8)
)
def test_layer_cost_is_conv_cost_for_each_image(c_i, c_o, groups, k, batch):
    settings = {"kernel_size": k, "input_size": (12, 9), "stride": 2, "padding": (2, 1)}
    one = conv_cost(c_i * groups, c_o * groups, **settings, groups=groups, bias=False)
    layer = LayerCost(c_i * groups, c_o * groups, **settings, groups=groups, batch=batch)
    cost = layer.cost
    assert (cost.parameters, cost.multiply_adds) == (one.parameters, batch * one.multiply_adds)
    assert cost.output_bytes == 4 * batch * one.activations
    assert cost.bytes_moved == cost.input_bytes + cost.weight_bytes + cost.output_bytes
    assert (cost.bound == "compute") == (cost.intensity >= layer.ridge)
    layer.bytes_per_number = 1
    assert layer.cost.intensity == pytest.approx(4 * cost.intensity)


def test_a_layer_at_the_ridge_is_compute_bound():
    layer = LayerCost(1, 1, 1, 1, padding=0, compute=2, bandwidth=12)
    assert (layer.cost.intensity, layer.cost.bound) == (layer.ridge, "compute")
    layer.compute = 2.001
    assert layer.cost.bound == "memory"


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"groups": 3}, "groups 3 must divide in_channels 64 and out_channels 64"),
        ({"kernel_size": (3, 59)}, "the kernel spans 59, more than the padded input's 58"),
        ({"dilation": 29}, "the kernel spans 59"),
        ({"in_channels": 0}, "in_channels must be a whole number from 1 to 100,000; got 0"),
        ({"out_channels": 2.0}, "out_channels must be a whole number"),
        ({"batch": True}, "batch must be a whole number"),
        ({"groups": 10**9}, "groups must be a whole number from 1 to 100,000"),
        ({"stride": (1, 2, 3)}, "two (rows, columns)"),
        ({"padding": -1}, "padding must be 0 or more"),
        ({"input_size": 10**6}, "input_size can be at most 100,000"),
        ({"bytes_per_number": 3}, "4 (float32), 2 (bfloat16) or 1 (int8); got 3"),
        ({"compute": 0}, "compute must be a number from 0.001 to 10,000,000 GFLOP/s; got 0"),
        ({"compute": float("inf")}, "compute must be a number from"),
        ({"bandwidth": float("nan")}, "bandwidth must be a number from"),
        ({"bandwidth": "25"}, "GB/s; got '25'"),
        ({"bandwidth": True}, "GB/s; got True"),
        ({"in_channels": 10**5, "out_channels": 10**5, "batch": 10**5}, "below 2^53"),
    ],
)
def test_layer_cost_refuses_with_the_rule(wrong, says):
    with pytest.raises(WidgetError) as caught:
        LayerCost(**wrong)
    assert says in str(caught.value)
    name, value = next(iter(wrong.items()))
    if len(wrong) == 1 and value not in (2.0, True):  # which a trait casts before it asks
        layer = LayerCost()
        before = layer.spec
        with pytest.raises((WidgetError, TraitError)):
            setattr(layer, name, value)
        assert layer.spec == before


def test_a_preset_comes_from_the_page_in_one_message():
    layer, heard = LayerCost(576, 576, 3, 14, groups=576), []
    layer.observe(lambda change: heard.append(change["name"]), list(layer.spec))
    layer.set_state({"in_channels": 64, "out_channels": 64, "groups": 1, "compute": 12000})
    assert layer.output.tolist()[0] == 64 * 64 * 9
    assert sorted(heard) == ["compute", "groups", "in_channels", "out_channels"]
    assert isinstance(layer.compute, float)


TOGETHER = [
    (SlidingWindow(X, K), {"kernel": torch.ones(5, 5), "padding": 2, "stride": 2}, (2, 2)),
    (
        ImageFilter([[0.0, 0.5, 1], [1.0, 0.25, 0]], [[1]]),
        {"kernel": torch.ones(3, 3), "image": torch.ones(4, 4), "row": 9, "column": 9},
        (2, 2),
    ),
    (
        ChannelMix(torch.zeros(3, 2, 2), [1, 0, 0]),
        {"image": torch.ones(3, 4, 5), "weights": (0, 1, 1), "row": 9, "column": 9},
        (4, 5),
    ),
    (
        DenseToConv(),
        {"image": torch.ones(2, 2), "dense": torch.ones(4, 4), "shared": torch.ones(3, 3)},
        (2, 2),
    ),
    (ShapeCalculator(), {"n": 2, "k": 6, "padding": 2}, ()),
    (
        Channels([X, X], [[K, K], [K, K]]),
        {"planes": torch.ones(4, 3, 3), "tints": [""] * 4, "groups": 2, "padding": 1, "stride": 2},
        (2, 2, 2),
    ),
    (
        ChannelPaths(["grouped", "shuffle"], 6, groups=3),
        {"layers": ["shuffle", "pointwise"], "in_channels": 10, "out_channels": 7, "groups": 5},
        (7,),
    ),
    (
        Deformable(X, K, [0.5] * 8),
        {"input": torch.ones(4, 3), "kernel": [[1, 2, 3]], "offset": [1] * 6, "mask": [0, 1, 0.5]},
        (4, 1),
    ),
    (MatrixView((3, 3), K), {"kernel": torch.ones(5, 5), "padding": 2, "stride": 2}, (2, 2)),
    (Transposed(X, K), {"kernel": torch.ones(4, 4), "output_padding": 2, "stride": 3}, (12, 12)),
    (LayerCost(), {"in_channels": 6, "groups": 3, "out_channels": 9, "kernel_size": 1}, (3,)),
    (ReceptiveField([(3, 2)] * 2, size=7), {"layers": [(9,)], "size": 9}, ()),
    (
        Reparameterize(has_kernel=False, has_pointwise=False),
        Reparameterize.example("two").spec | {"has_pointwise": True, "has_identity": False},
        (2,),
    ),
]


@pytest.mark.parametrize("widget, changes, shape", TOGETHER, ids=lambda value: str(value)[:20])
def test_changes_that_fit_together_and_not_one_by_one(widget, changes, shape):
    with widget.hold_trait_notifications():
        for name, value in changes.items():
            setattr(widget, name, value)
    assert widget.output.shape == shape


FEWER = [
    (SlidingWindow(X, K), {"stride": 2}, {"step": 1}),
    (ImageFilter([[0, 0.5, 1], [1, 0, 0]], [[1]]), {"kernel": K}, {"row": 1, "column": 2}),
    (
        ChannelMix(torch.zeros(3, 4, 5), [1, 0, 0]),
        {"image": torch.zeros(3, 2, 3)},
        {"row": 2, "column": 3},
    ),
    (ShapeCalculator(), {"k": 7}, {"step": 2}),
    (DenseToConv(3), {"stage": "shared"}, {"step": 9}),
    (Channels([X, X], [[K, K], [K, K]]), {"stride": [1, 2]}, {"step": 4}),
    (ChannelPaths(), {"in_channels": 3}, {"channel": 3}),
    (Deformable(X, K), {"input": [[1, 2, 3], [4, 5, 6]]}, {"row": 1, "column": 2, "step": 4}),
    (MatrixView((3, 3), K), {"stride": [2, 1]}, {"step": 2}),
    (Transposed(X, K), {"input": [[1, 2]]}, {"step": 2}),
    (ReceptiveField([(3,)] * 3), {"layers": [(3, 2)]}, {"layer": 2, "unit": 15, "step": 2}),
    (ReceptiveField([(3,)] * 3), {"layer": 0, "size": 9}, {"layer": 1, "unit": 9, "step": 1}),
    (Reparameterize(), {"has_identity": False}, {"channel": 1, "step": 15}),
    (Reparameterize.example("two"), {"has_kernel": False}, {"channel": 2, "step": 24}),
]


@pytest.mark.parametrize("widget, changes, counts", FEWER, ids=lambda value: str(value)[:20])
def test_so_many_positions_there_are(widget, changes, counts):
    for name in counts:
        setattr(widget, name, 99)
    for name, value in changes.items():
        setattr(widget, name, value)
    assert {name: getattr(widget, name) + 1 for name in counts} == counts


def test_a_picture_is_taken_whole_or_refused():
    widget = ImageFilter([[0, 0.5], [1, 0.25]], [[1, -1]], row=1)
    before = widget.spec
    data = base64.b64encode(bytes(4)).decode()
    for wrong, says in [
        ({"height": 30}, "height, width and data"),
        ({"height": 2, "width": 2, "data": data, "colour": 1}, "height, width and data"),
        ({"height": 2.0, "width": 2, "data": data}, "whole numbers from 1 to 256"),
        ({"height": 0, "width": 2, "data": ""}, "whole numbers from 1 to 256"),
        ({"height": 1, "width": 257, "data": data}, "whole numbers from 1 to 256"),
        ({"height": 2, "width": 3, "data": data}, "2·3 = 6 bytes; got 4"),
        ({"height": 2, "width": 2, "data": "####"}, "base64"),
        ({"height": 2, "width": 2, "data": None}, "base64"),
        ({"height": 4, "width": 1, "data": data}, "does not fit"),
        ([[0.5]], "does not fit"),
        ([[2.0, 0]], "from 0, black, to 1, white"),
        (torch.ones(300, 2), "at most 256"),
        ("photo.png", "matrix"),
    ]:
        with pytest.raises(WidgetError, match=says):
            widget.image = wrong
        with pytest.raises(WidgetError, match=says):
            widget.set_state({"image": wrong, "row": 0})
        assert widget.spec == before, wrong
    with pytest.raises(TypeError):
        widget.image["height"] = 1
    widget.image = {"height": np.int64(1), "width": 4, "data": data}
    assert (widget.row, widget.levels.tolist()) == (0, [[0, 0, 0, 0]])
    widget.image = torch.ones(3, 2, dtype=torch.float16)
    assert widget.output.tolist() == [[0], [0], [0]]


def test_a_window_and_a_shape_are_given_in_any_whole_numbers():
    for two in (2, np.int64(2), torch.tensor(2), (np.int32(2), 2)):
        assert SlidingWindow(X, two, mode="max").output.tolist() == [[4, 5], [7, 8]]
    for three in (np.int64(3), torch.tensor(3)):
        assert MatrixView((three, 3), K).matrix.shape == (4, 9)
        assert DenseToConv(three).output.shape == (3, 3)
        assert ShapeCalculator(n=three, k=three).output.item() == 1
    for wrong in (0, (2, 2, 2), ()):
        with pytest.raises(WidgetError, match="the window"):
            SlidingWindow(X, wrong, mode="max")


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


def test_a_deformable_window_reads_between_the_pixels():
    widget = Deformable(X, K, [0, 0, 0, 0.5, 0.25, 0, -3, 0], row=1, column=1)
    assert widget.samples.tolist() == [[4, 2.5], [5.25, 0]]
    assert widget.output[1, 1].item() == 2.5 + 2 * 5.25
    assert widget.offset_gradient.tolist() == [0, 0, 1.5, -5, -14, 1.5, 6, 0]
    assert not widget.modulated and widget.mask == (1, 1, 1, 1)
    masked = Deformable(X, K, widget.offset, [1, 0.5, 0, 1], row=1, column=1)
    assert masked.modulated and masked.samples.tolist() == [[4, 1.25], [0, 0]]
    assert masked.offset_gradient.tolist() == [0, 0, 0.75, -2.5, 0, 0, 6, 0]
    masked.modulated = False
    assert masked.samples.tolist() == widget.samples.tolist()
    at_rest = Deformable(X, K).output
    torch.testing.assert_close(at_rest, SlidingWindow(X, K).output)


@pytest.mark.parametrize(
    "arguments, says",
    [
        ((X, torch.ones(3, 4)), "at most 3 rows and columns here; got shape (3, 4)"),
        (([[1, 2]], K), "the kernel, 2×2, is larger than the input, 1×2"),
        ((torch.ones(13, 2), K), "at most 12 rows"),
        ((X, K, [0] * 6), "offset must hold 2·k_h·k_w = 8 numbers for a kernel of 2×2; got 6"),
        ((X, K, [0] * 7 + [16.5]), "offset must hold numbers from −16 to 16; got"),
        ((X, K, [[0, 0]] * 4), "offset must be (2·k_h·k_w); got shape (4, 2)"),
        ((X, K, None, [1] * 3), "mask must hold k_h·k_w = 4 numbers for a kernel of 2×2; got 3"),
        ((X, K, None, [0, 0, 0, 1.5]), "mask must hold numbers from 0 to 1; got"),
        ((X, K, None, [0, 0, 0, -0.5]), "mask must hold numbers from 0 to 1; got"),
        ((X, K, None, 1), "mask must be (k_h·k_w)"),
        ((X, K, None, None, 0.5), "row must be a whole number"),
    ],
)
def test_a_deformable_window_refuses(arguments, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        Deformable(*arguments)


def test_a_receptive_field_is_that_of_shapes_and_its_paths_are_counted():
    stem = [
        {"kernel_size": 7, "stride": 2, "padding": 3},
        {"kernel_size": np.int64(3), "stride": 2},
    ]
    widget = ReceptiveField(stem)
    assert widget.layers == ((7, 2, 3, 1), (3, 2, 0, 1))
    assert (widget.layer, widget.unit, widget.step) == (2, 3, 2), "the middle one of seven"
    assert widget.field == (11, 4, -3) and widget.output == 11
    assert widget.paths.nonzero().flatten().tolist() == list(range(9, 20))
    widget.layer, widget.unit = 1, 0
    assert widget.field == (7, 2, -3) and widget.paths.sum() == 4, "three of seven are padding"
    widget.layer, widget.unit = 0, 5
    assert widget.field == (1, 1, 0) and widget.paths.nonzero().flatten().tolist() == [5]
    for last in (3, 99):
        assert ReceptiveField(stem, layer=last).layer == 2


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
        (lambda: ChannelPaths(["grouped"], 8, groups=3), "groups 3 must divide in_channels 8"),
        (lambda: ChannelPaths(["shuffle", "pointwise"], 8, 9, groups=3), "shuffle layer: "),
        (lambda: ChannelPaths(["depthwise"]), "layers must be 1 to 5 of the words grouped, "),
        (lambda: ChannelPaths("grouped"), "layers must be 1 to 5"),
        (lambda: ChannelPaths(["shuffle"]), "layers must have one with weights"),
        (lambda: ChannelPaths(in_channels=13), "in_channels must be a whole number from 1 to 12"),
        (lambda: MatrixView((9, 9), K), "at most 64 rows and columns"),
        (lambda: MatrixView((3, 3), torch.ones(4, 4)), "kernel"),
        (lambda: MatrixView((3, 3), K, unroll="both"), "unroll must be one of"),
        (lambda: Transposed(torch.ones(9, 9), K), "at most 8 rows and columns"),
        (lambda: Transposed(X, K, output_padding=1), "output.padding"),
        (lambda: Transposed(X, K, padding=2), "output size"),
        (lambda: Channels([[1]], [[[[1]]]]), r"\(channels, height, width\); got shape \(1, 1\)"),
        (lambda: Channels([[[1]]], [[[[1]]]], groups=2), "groups"),
        (lambda: Channels([[[1]]], [[[[1], [2]]]]), "kernel"),
        (
            lambda: Reparameterize(torch.ones(1, 2, 3, 3)),
            r"kernel must be \(1, 1, 3, 3\); got shape",
        ),
        (
            lambda: Reparameterize([[1]]),
            r"with 1 channels, kernel must be .* got shape \(1, 1, 1, 1\)",
        ),
        (lambda: Reparameterize(pointwise=torch.ones(3, 3)), "pointwise can have at most 2"),
        (lambda: Reparameterize(norms=[(1, 0, 0, 1)] * 2), r"norms must be \(3, 1, 4\); got shape"),
        (
            lambda: Reparameterize(norms=[(1, 0, 0, 1), (1, 0, 0, 0), (1, 0, 0, 1)]),
            "norms: a deviation σ is more than 0; the 1×1 branch's is 0",
        ),
        (
            lambda: Reparameterize(has_kernel=False, has_pointwise=False, has_identity=False),
            "one of has_kernel, has_pointwise, has_identity must be True",
        ),
        (lambda: Reparameterize(has_identity=1), "has_identity must be True or False; got 1"),
        (lambda: ReceptiveField([]), "layers must be a sequence of 1 to 6 layers; got 0 of them"),
        (lambda: ReceptiveField([{"k": 3}]), r"layers\[0\] must be a dict of kernel_size"),
        (lambda: ReceptiveField([(3,), (3, 0)]), r"layers\[1\]: stride must be .* 1 to 8; got 0"),
        (lambda: ReceptiveField([(3, 1, 0, 16)]), "layer 1: .* the kernel spans 33, more than"),
        (lambda: ReceptiveField([(3,)], size=65), "size must be a whole number from 1 to 64"),
        (lambda: ReceptiveField([(3,)], size="31"), "size must be a whole number"),
        (lambda: ReceptiveField([(3,)], layer=1.5), "layer must be a whole number; got 1.5"),
        (lambda: LayerCost(kernel_size=59), "the kernel spans 59, more than the padded input's 58"),
    ],
)
def test_bad_input_is_refused_with_the_rule(make, says):
    with pytest.raises(WidgetError, match=says) as caught:
        make()
    assert isinstance(caught.value, ValueError)
