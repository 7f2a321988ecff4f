"""Integers only: against torch, against brute force, and everything else refused."""

import math
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from utils.shapes import (
    ConvCost,
    ReceptiveField,
    conv_cost,
    effective_kernel_size,
    output_size,
    pad_sides,
    receptive_field,
    same_padding,
    same_padding_strided,
    stack,
    table,
    transposed_output_size,
)

SMALL = st.integers(1, 5)


@given(st.integers(1, 20), SMALL, SMALL, st.integers(0, 4), SMALL)
def test_output_size_is_what_torch_makes(n, k, stride, padding, dilation):
    try:
        expected = F.conv1d(
            torch.zeros(1, n), torch.zeros(1, 1, k), None, stride, padding, dilation
        ).shape[-1]
    except RuntimeError:
        with pytest.raises(ValueError, match="more than the padded input's"):
            output_size(n, k, stride, padding, dilation)
    else:
        assert output_size(n, k, stride, padding, dilation) == expected


@given(SMALL, SMALL, SMALL, st.integers(0, 4), st.integers(0, 4), SMALL)
def test_transposed_output_size_is_what_torch_makes(
    n, k, stride, padding, output_padding, dilation
):
    arguments = (n, k, stride, padding, output_padding, dilation)
    try:
        expected = F.conv_transpose1d(
            torch.zeros(1, n),
            torch.zeros(1, 1, k),
            None,
            stride,
            padding,
            output_padding,
            1,
            dilation,
        ).shape[-1]
    except RuntimeError:
        expected = 0
    if expected == 0:
        with pytest.raises(ValueError, match=r"·"):
            transposed_output_size(*arguments)
    else:
        assert transposed_output_size(*arguments) == expected


@given(st.integers(1, 12), SMALL, SMALL, st.integers(0, 2), SMALL)
def test_a_transposed_convolution_undoes_the_size(n, k, stride, padding, dilation):
    span = effective_kernel_size(k, dilation)
    if span > n + 2 * padding:
        return
    places = output_size(n, k, stride, padding, dilation)
    forgotten = (n + 2 * padding - span) % stride
    assert transposed_output_size(places, k, stride, padding, forgotten, dilation) == n


@given(SMALL, SMALL)
def test_same_padding_keeps_the_size(k, dilation):
    before, after = same_padding(k, dilation)
    assert after - before in (0, 1)
    size = torch.nn.functional.pad(torch.zeros(7), (before, after)).shape[0]
    assert output_size(size, k, 1, 0, dilation) == 7
    # A single 1 in the middle shows where torch puts the odd one.
    x, w = torch.zeros(1, 41), torch.arange(1.0, k + 1).reshape(1, 1, k)
    x[0, 20] = 1
    same = F.conv1d(x, w, padding="same", dilation=dilation)
    by_hand = F.conv1d(F.pad(x, (before, after)), w, dilation=dilation)
    assert torch.equal(same, by_hand)


@given(
    st.lists(st.tuples(SMALL, st.integers(1, 3), st.integers(1, 3), st.integers(0, 2)), max_size=4)
)
def test_receptive_field_is_what_the_gradient_reaches(layers):
    field = receptive_field(layers)
    size = field.size + 8 * field.jump
    # An input so placed that three outputs in its midst see no padding.
    x = torch.zeros(1, 1, size + 2 * sum(p for *_, p in layers) * field.jump + 64).requires_grad_()
    y = x
    for k, stride, dilation, padding in layers:
        y = F.conv1d(y, torch.ones(1, 1, k), None, stride, padding, dilation)
    seen = []
    # The first output whose first pixel is in the input.
    first = max(0, math.ceil(-field.start / field.jump))
    for i in (first, first + 1):
        (gradient,) = torch.autograd.grad(y[0, 0, i], x, retain_graph=True)
        reached = gradient[0, 0].nonzero().flatten()
        seen.append((int(reached[0]), int(reached[-1])))
    for i, (low, high) in zip((first, first + 1), seen, strict=True):
        assert low == field.start + i * field.jump
        assert high == field.start + i * field.jump + field.size - 1


@pytest.mark.parametrize("axes", [1, 2])
def test_receptive_fields_of_two_hundred_stacks_are_the_bounds_of_gradients(axes):
    """Each axis with numbers of its own, positive weights, float64; a unit that sees no padding."""
    draw = random.Random(axes)
    convolve = (F.conv1d, F.conv2d)[axes - 1]
    for _ in range(200):
        depth = draw.randint(1, 4)
        stacks = [
            [
                (draw.randint(1, 4), draw.randint(1, 2), draw.randint(1, 3), draw.randint(0, 2))
                for _ in range(depth)
            ]
            for _ in range(axes)
        ]
        fields = [receptive_field(layers) for layers in stacks]
        # The first unit whose field begins in the input, and as many pixels as it needs.
        units = [max(0, math.ceil(-start / jump)) for _, jump, start in fields]
        first = [f.start + i * f.jump for f, i in zip(fields, units, strict=True)]
        last = [at + f.size - 1 for f, at in zip(fields, first, strict=True)]
        x = torch.zeros(1, 1, *(end + 1 for end in last), dtype=torch.float64, requires_grad=True)
        y = x
        for numbers in zip(*stacks, strict=True):
            k, stride, dilation, padding = zip(*numbers, strict=True)
            weight = torch.rand(1, 1, *k, dtype=torch.float64) + 0.5
            y = convolve(y, weight, None, stride, padding, dilation)
        (gradient,) = torch.autograd.grad(y[(0, 0, *units)], x)
        reached = gradient[0, 0].nonzero()
        assert reached.min(0).values.tolist() == first, stacks
        assert reached.max(0).values.tolist() == last, stacks


@given(st.integers(1, 40), SMALL, SMALL, SMALL)
def test_tensorflows_same_makes_a_stride_th_of_the_pixels(n, k, stride, dilation):
    """With no more padding than that takes, shared out evenly, the odd one after."""
    before, after = same_padding_strided(n, k, stride, dilation)
    assert after - before in (0, 1)
    wanted = math.ceil(n / stride)
    x = F.pad(torch.zeros(1, n), pad_sides((before, after)))
    assert F.conv1d(x, torch.zeros(1, 1, k), None, stride, 0, dilation).shape[1] == wanted
    if before + after:
        span = effective_kernel_size(k, dilation)
        less = n + before + after - 1
        assert span > less or output_size(less, k, stride, 0, dilation) < wanted
    if stride == 1:
        assert (before, after) == same_padding(k, dilation)


@given(st.lists(st.tuples(st.integers(-2, 3), st.integers(-2, 3)), min_size=1, max_size=3))
def test_sides_are_handed_to_pad(axes):
    padded = F.pad(torch.zeros([5] * len(axes)), pad_sides(*axes))
    assert list(padded.shape) == [5 + before + after for before, after in axes]


@given(
    st.lists(
        st.tuples(SMALL, st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.booleans()),
        min_size=1,
        max_size=3,
    )
)
def test_receptive_field_with_transposed_layers(layers):
    """What a gradient reaches lies within it, and for one layer of neighbouring taps fills it."""
    field = receptive_field(layers)
    x = torch.zeros(1, 1, 60).requires_grad_()
    y = x
    for k, stride, dilation, padding, transposed in layers:
        convolve = F.conv_transpose1d if transposed else F.conv1d
        more = {"dilation": dilation, "stride": stride, "padding": padding}
        y = convolve(y, torch.ones(1, 1, k), **more)
    middle = y.shape[-1] // 2
    for i in range(middle, min(middle + 4, y.shape[-1])):
        (gradient,) = torch.autograd.grad(y[0, 0, i], x, retain_graph=True)
        seen = gradient[0, 0].nonzero().flatten()
        first = math.ceil(field.start + i * field.jump)
        last = math.floor(field.start + i * field.jump + field.size - 1)
        if len(seen):
            assert first <= seen[0] and seen[-1] <= last
        if len(layers) == 1 and layers[0][2] == 1:
            assert seen.tolist() == list(range(first, last + 1))


@given(SMALL, SMALL, st.integers(1, 2), st.integers(1, 3), st.booleans(), st.integers(0, 1))
def test_the_cost_of_a_transposed_layer(taken, made, groups, k, bias, more):
    """Ones everywhere: without padding each output counts the products that it adds up."""
    layer = torch.nn.ConvTranspose2d(
        taken * groups, made * groups, k, 2, 0, more, groups, bias, dilation=2
    )
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(1.0)
        y = F.conv_transpose2d(
            torch.ones(1, taken * groups, 3, 4), layer.weight, None, 2, 0, more, groups, 2
        )
    cost = conv_cost(taken * groups, made * groups, k, (3, 4), 2, 0, 2, groups, bias, True, more)
    assert cost == (sum(p.numel() for p in layer.parameters()), int(y.sum()), y.numel())


def test_receptive_fields_of_the_course():
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    assert receptive_field([(3, 1), (3, 1)]).size == 5
    assert receptive_field([(3, 1, d) for d in (1, 2, 4, 8)]).size == 31
    assert receptive_field([(7, 2, 1, 3), (3, 2, 1, 1)]) == ReceptiveField(11, 4, -5)
    assert receptive_field(iter([[3, 2]])) == ReceptiveField(3, 2, 0)


def test_sizes_of_the_course():
    assert output_size(8, 3, stride=3) == 2
    assert output_size(8, 5, stride=4, padding=1) == 2
    assert output_size(4, 3, stride=2, padding=1) == 2
    made = {transposed_output_size(output_size(n, 5, 3, 2), 5, 3, 2) for n in range(10, 25)}
    assert sorted(made) == [10, 13, 16, 19, 22]


@given(SMALL, SMALL, st.integers(1, 2), st.integers(1, 3), st.booleans(), st.data())
def test_conv_cost_counts_what_torch_has(taken, made, groups, k_w, bias, data):
    k_h = data.draw(st.integers(1, 3))
    n_h, n_w = data.draw(st.integers(5, 9)), data.draw(st.integers(5, 9))
    stride, padding = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 2))
    layer = torch.nn.Conv2d(
        taken * groups, made * groups, (k_h, k_w), stride, padding, 2, groups, bias=bias
    )
    # Ones everywhere: each output then counts the weights that it met, padding included.
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(1.0)
        padded = F.pad(torch.ones(1, taken * groups, n_h, n_w), (padding,) * 4, value=1.0)
        y = F.conv2d(padded, layer.weight, None, stride, 0, 2, groups)
    assert conv_cost(
        taken * groups, made * groups, (k_h, k_w), (n_h, n_w), stride, padding, 2, groups, bias
    ) == ConvCost(sum(p.numel() for p in layer.parameters()), int(y.sum()), y.numel())


def test_costs_of_the_course():
    layer = conv_cost(100, 100, 5, 64, padding=2, bias=False)
    assert layer == ConvCost(250_000, 1_024_000_000, 409_600)
    assert conv_cost(64, 128, 3, 8, bias=False).parameters == 73_728
    depthwise = conv_cost(64, 64, 3, 8, groups=64, bias=False).parameters
    assert depthwise + conv_cost(64, 128, 1, 6, bias=False).parameters == 8_768


@given(st.integers(1, 8))
def test_whatever_python_takes_as_an_index(n):
    expected = output_size(n, 1)
    for kind in (np.int64, np.uint8, np.int16, torch.tensor):
        found = output_size(kind(n), 1)
        assert found == expected
        assert type(found) is int


NO_INTEGERS = [True, False, 1.0, 2.5, "3", None, (1,), [1], np.float64(1), np.bool_(True)]
NO_INTEGERS += [torch.tensor(1.0), torch.tensor(True), float("nan"), 1j]


@pytest.mark.parametrize("bad", [*NO_INTEGERS, -1])
def test_everything_else_is_refused(bad):
    good = {
        output_size: {"n": 8, "k": 3, "stride": 1, "padding": 0, "dilation": 1},
        transposed_output_size: {
            "n": 8,
            "k": 3,
            "stride": 2,
            "padding": 0,
            "output_padding": 0,
            "dilation": 1,
        },
        effective_kernel_size: {"k": 3, "dilation": 1},
        same_padding: {"k": 3, "dilation": 1},
        same_padding_strided: {"n": 8, "k": 3, "stride": 1, "dilation": 1},
    }
    for function, arguments in good.items():
        assert function(**arguments)
        for name in arguments:
            with pytest.raises(ValueError, match=f"{name} must be") as error:
                function(**{**arguments, name: bad})
            assert "·" in str(error.value), "the formula is missing"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: output_size(8, 3, stride=0), r"/ 0\) \+ 1: stride must be 1 or more; got 0"),
        (lambda: output_size(0, 1), "n must be 1 or more"),
        (lambda: output_size(4, 3, dilation=2), r"\(4 \+ 2·0 − 2·.* spans 5, more than .* 4"),
        (
            lambda: transposed_output_size(2, 2, output_padding=1),
            "less than the larger of stride 1",
        ),
        (lambda: transposed_output_size(2, 2, padding=2), "= -1: the padding cuts everything off"),
        (lambda: receptive_field([(3,)]), r"layer 0 = \(3,\): must be \(k, stride"),
        (lambda: receptive_field([(3, 1), (3, 1, 1, 0, 0)]), "layer 1"),
        (lambda: receptive_field([(3, 1, 1, 0, 1)]), "transposed must be True or False"),
        (lambda: receptive_field([3]), "layer 0 = 3"),
        (lambda: pad_sides((1,)), r"must be \(before, after\)"),
        (lambda: pad_sides((1, 2.0)), "a side must be an integer"),
        (lambda: conv_cost(3, 4, 3, 8, output_padding=1), "for transposed convolutions"),
        (lambda: conv_cost(3, 4, 3, 8, transposed=1), "transposed must be True or False"),
        (lambda: receptive_field(["31"]), "layer 0"),
        (lambda: receptive_field([(3, 0)]), "stride must be 1 or more"),
        (lambda: receptive_field([(3, True)]), "stride must be an integer"),
        (lambda: receptive_field([(0, 1)]), "k must be 1"),
        (lambda: receptive_field([(3, 1, 0)]), "dilation must be 1"),
        (lambda: receptive_field([(3, 1, 1, -1)]), "padding must be 0"),
        (lambda: receptive_field(3), "layers must be a sequence"),
        (lambda: conv_cost(3, 4, 3, 8, groups=2), "groups 2 must divide in_channels 3"),
        (lambda: conv_cost(4, 3, 3, 8, groups=2), "and out_channels 3"),
        (lambda: conv_cost(0, 3, 3, 8), "in_channels must be 1"),
        (lambda: conv_cost(3, 1.0, 3, 8), "out_channels must be an integer"),
        (lambda: conv_cost(3, 3, 3, 8, groups=0), "groups must be 1"),
        (lambda: conv_cost(3, 3, 9, 8), "kernel spans 9"),
        (lambda: conv_cost(3, 3, (3, 3, 3), 8), "kernel_size must be an integer or a pair"),
        (lambda: conv_cost(3, 3, "33", 8), "kernel_size must be an integer or a pair"),
        (lambda: conv_cost(3, 3, 3, 8, bias=1), "bias must be True or False"),
        (lambda: conv_cost(3, 3, 3, 8, padding="same"), "padding must be an integer or a pair"),
    ],
)
def test_the_message_names_the_rule(call, message):
    with pytest.raises(ValueError, match=message):
        call()


NETS = {
    "LeNet": (1, 28, lambda nn: [
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5),
        nn.Sigmoid(), nn.AvgPool2d(2),
    ]),
    "down and up": (3, (32, 40), lambda nn: [
        nn.Sequential(nn.Conv2d(3, 8, 3, padding="same", bias=False), nn.BatchNorm2d(8)),
        nn.MaxPool2d(3, 2, 1), nn.Conv2d(8, 8, (3, 1), 2, (1, 0), groups=4), nn.PReLU(),
        nn.ConvTranspose2d(8, 4, 3, 2, 1, (1, 0), dilation=1), nn.Conv2d(4, 4, 3, padding="valid"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_a_stack_is_what_torch_makes_of_it(name):
    """Sizes, parameters, and that no output depends on more pixels than it is said to see."""
    channels, size, make = NETS[name]
    net = torch.nn.Sequential(*make(torch.nn)).double().eval()
    stages = stack(net, channels, size)
    height, width = size if isinstance(size, tuple) else (size, size)
    x = torch.randn(1, channels, height, width, dtype=torch.float64).requires_grad_()
    y, leaves = x, [m for m in net.modules() if not isinstance(m, torch.nn.Sequential)]
    for layer, stage in zip(leaves, stages[1:], strict=True):
        y = layer(y)
        assert tuple(y.shape[1:]) == (stage.channels, *stage.size)
        assert stage.parameters == sum(p.numel() for p in layer.parameters())
        middle = y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum()
        (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
        for axis, sees in enumerate(stage.sees):
            seen = gradient[0].abs().sum(0).sum(1 - axis).nonzero().flatten()
            assert seen[-1] - seen[0] + 1 <= sees
    lines = table(stages).splitlines()
    assert len({len(line) for line in lines}) == 1 and len(lines) == len(leaves) + 2


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (torch.nn.Linear(3, 3), "Linear is no layer of windows"),
        (torch.nn.Conv2d(2, 3, 3), "takes 2 channels; got 3"),
        (torch.nn.Conv2d(3, 3, 9), "kernel spans 9"),
        (torch.nn.Conv2d(3, 3, 2, padding="same"), "unequally"),
        (torch.nn.MaxPool2d(2, ceil_mode=True), "ceil_mode"),
    ],
)
def test_a_stack_refuses_what_it_cannot_follow(layer, message):
    with pytest.raises(ValueError, match=message):
        stack([layer], 3, 8)
