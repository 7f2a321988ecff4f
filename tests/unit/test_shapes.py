"""Integers only: against torch, against brute force, and everything else refused."""

import math

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
    receptive_field,
    same_padding,
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
        (lambda: receptive_field([3]), "layer 0 = 3"),
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
