"""deform_conv2d against its definition, against torch's grid_sample, and against torchvision."""

from math import floor

import pytest
import torch
import torch.nn.functional as F
from against_torch import FLOATS, ODD_NUMBERS, agree, one_or_each, same_gradients, tensors
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from utils.functional import conv2d, deform_conv2d

try:
    import torchvision
except (
    RuntimeError
):  # its wheels are built for CUDA, and cannot be imported beside a CPU-only torch
    torchvision = None


def pair(value) -> tuple[int, int]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def by_loops(
    input, offset, weight, bias=None, stride=1, padding=0, dilation=1, mask=None
) -> Tensor:
    """The definition, number by number."""
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    height, width = input.shape[2:]
    k_h, k_w = weight.shape[2:]
    groups = input.shape[1] // weight.shape[1]
    offset_groups = offset.shape[1] // (2 * k_h * k_w)
    y = torch.zeros(len(input), len(weight), *offset.shape[2:], dtype=input.dtype)
    if bias is not None:
        y += bias.view(-1, 1, 1)

    def read(n, c, row, column):
        if row <= -1 or row >= height or column <= -1 or column >= width:
            return 0.0
        total = 0.0
        for r in (floor(row), floor(row) + 1):
            for q in (floor(column), floor(column) + 1):
                if 0 <= r < height and 0 <= q < width:
                    share = (1 - abs(row - r)) * (1 - abs(column - q))
                    total += share * input[n, c, r, q].item()
        return total

    for n in range(len(input)):
        for c in range(input.shape[1]):
            group = c // weight.shape[1]
            outputs = slice(group * len(weight) // groups, (group + 1) * len(weight) // groups)
            offset_group = c // (input.shape[1] // offset_groups)
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    for a in range(k_h):
                        for b in range(k_w):
                            tap = (offset_group * k_h + a) * k_w + b
                            down, right = offset[n, 2 * tap : 2 * tap + 2, i, j].tolist()
                            seen = read(
                                n,
                                c,
                                i * s_h - p_h + a * d_h + down,
                                j * s_w - p_w + b * d_w + right,
                            )
                            if mask is not None:
                                seen *= mask[n, tap, i, j].item()
                            y[n, outputs, i, j] += seen * weight[outputs, c % weight.shape[1], a, b]
    return y


def by_grid_sample(
    input, offset, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), mask=None
) -> Tensor:
    """Each tap's positions read by grid_sample, all taps added up by einsum.

    Where torch's conv2d refuses a shape or a number, so does this; and more, for what is
    torchvision's alone.
    """
    groups = input.shape[1] // weight.shape[1]
    for numbers in (stride, padding, dilation):
        if isinstance(numbers, str) or len(pair(numbers)) != 2:
            raise TypeError("two numbers, or one")
    places = F.conv2d(input, weight, bias, stride, padding, dilation, groups).shape[2:]
    stride, padding, dilation = pair(stride), pair(padding), pair(dilation)
    batch, channels, height, width = input.shape
    k_h, k_w = weight.shape[2:]
    offset_groups = offset.shape[1] // (2 * k_h * k_w)
    if not all(x is None or x.dtype == input.dtype in FLOATS for x in (offset, weight, bias, mask)):
        raise TypeError("one dtype, of real numbers")
    offset = offset.reshape(batch, offset_groups, k_h, k_w, 2, *places)
    if mask is None:
        mask = input.new_ones(batch, offset_groups, k_h, k_w, *places)
    elif mask.shape != (batch, offset_groups * k_h * k_w, *places):
        raise ValueError("not a mask for each tap and place")
    mask = mask.reshape(batch, offset_groups, k_h, k_w, *places)
    # grid_sample divides by (n − 1): a ring of zeros changes nothing, and makes n at least 3.
    ringed = F.pad(input, (1, 1, 1, 1))
    taps = []
    for a in range(k_h):
        for b in range(k_w):
            rows = torch.arange(places[0]).view(-1, 1) * stride[0] - padding[0] + a * dilation[0]
            columns = torch.arange(places[1]) * stride[1] - padding[1] + b * dilation[1]
            groups_seen = []
            for g, part in enumerate(ringed.chunk(offset_groups, 1)):
                y = rows + offset[:, g, a, b, 0] + 1
                x = columns + offset[:, g, a, b, 1] + 1
                grid = torch.stack((2 * x / (width + 1) - 1, 2 * y / (height + 1) - 1), -1)
                seen = F.grid_sample(part, grid, align_corners=True)
                groups_seen.append(seen * mask[:, g, a, b].unsqueeze(1))
            taps.append(torch.cat(groups_seen, 1).unflatten(1, (groups, channels // groups)))
    seen = torch.stack(taps, -1).unflatten(-1, (k_h, k_w))
    y = torch.einsum("ngchwab,gocab->ngohw", seen, weight.unflatten(0, (groups, -1)))
    return y.flatten(1, 2) if bias is None else y.flatten(1, 2) + bias.view(-1, 1, 1)


def by_torchvision(input, offset, weight, bias=None, *numbers, mask=None, **kwargs) -> Tensor:
    """torchvision's own, on copies: its gradient stumbles over some layouts."""
    copies = (
        x if x is None else x.clone(memory_format=torch.contiguous_format)
        for x in (input, offset, weight, bias, mask)
    )
    *tensors, mask = copies
    return torchvision.ops.deform_conv2d(*tensors, *numbers, mask=mask, **kwargs)


REFERENCES = {"loops": by_loops, "grid_sample": by_grid_sample}
if hasattr(torch.ops.torchvision, "deform_conv2d"):
    REFERENCES["torchvision"] = by_torchvision


@st.composite
def deformables(draw, dtypes=(torch.float64,), fractions=(0, 0.25, 0.5, 0.75), largest=3):
    """Arguments that fit: small whole numbers, moved by whole numbers and these fractions."""
    groups, offset_groups = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    channels = draw(st.sampled_from([n for n in (1, 2, 4, 3, 6) if n % offset_groups == 0]))
    groups = groups if channels % groups == 0 else 1
    made = draw(st.integers(1, 2)) * groups
    kernel_size = draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))
    stride, dilation = one_or_each(draw, 2, 1, 2), one_or_each(draw, 2, 1, 2)
    padding = one_or_each(draw, 2, 0, 2)
    stride, padding, dilation = (
        numbers[0] if isinstance(numbers, tuple) and len(numbers) == 1 else numbers
        for numbers in (stride, padding, dilation)
    )
    size = [
        draw(st.integers(max(1, d * (k - 1) + 1 - 2 * p), 6))
        for k, d, p in zip(kernel_size, pair(dilation), pair(padding), strict=True)
    ]
    batch = draw(st.sampled_from([0, 1, 2]))
    dtype = draw(st.sampled_from(dtypes))
    places = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(
            size, kernel_size, pair(stride), pair(padding), pair(dilation), strict=True
        )
    ]
    taps = offset_groups * kernel_size[0] * kernel_size[1]
    input = draw(tensors((batch, channels, *size), [dtype]))
    whole = draw(tensors((batch, 2 * taps, *places), [dtype], -5, 5))
    part = draw(tensors((batch, 2 * taps, *places), [torch.int64], 0, len(fractions) - 1))
    offset = whole + torch.tensor(fractions, dtype=dtype)[part]
    weight = draw(tensors((made, channels // groups, *kernel_size), [dtype]))
    bias = draw(st.one_of(st.none(), tensors((made,), [dtype])))
    mask = draw(st.one_of(st.none(), tensors((batch, taps, *places), [dtype], 0, 2)))
    return [input, offset, weight, bias], {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "mask": mask,
    }


@pytest.mark.parametrize("reference", REFERENCES)
@given(data=st.data())
def test_values(reference, data):
    """Quarters of small whole numbers: all sums are exact, but for grid_sample's positions."""
    args, kwargs = data.draw(deformables(largest=2 if reference == "loops" else 3))
    atol = 1e-10 if reference == "grid_sample" else None
    assert agree(deform_conv2d, REFERENCES[reference], *args, atol=atol, **kwargs) is not None


@pytest.mark.parametrize("reference", [name for name in REFERENCES if name != "loops"])
@given(data=st.data())
def test_gradients(reference, data):
    """Of input, offset, weight, bias and mask. Between pixels; the slope jumps where they are."""
    args, kwargs = data.draw(deformables(fractions=(0.125, 0.375, 0.625)))
    mask = kwargs.pop("mask")

    def with_mask(function):
        return lambda *inputs: function(*inputs[:4], mask=inputs[4], **kwargs)

    same_gradients(with_mask(deform_conv2d), with_mask(REFERENCES[reference]), [*args, mask])


@given(data=st.data())
def test_float32_and_half(data):
    args, kwargs = data.draw(deformables([torch.float32, torch.float16, torch.bfloat16]))
    wide = [x if x is None else x.double() for x in [*args, kwargs["mask"]]]
    y = deform_conv2d(*args, **kwargs)
    exact = deform_conv2d(*wide[:4], **{**kwargs, "mask": wide[4]})
    assert y.dtype == args[0].dtype
    torch.testing.assert_close(y.double(), exact.to(y.dtype).double(), rtol=1e-6, atol=1e-4)


@given(data=st.data())
def test_one_argument_gone_wrong(data):
    """Take a call that works, and spoil one argument: we refuse if and only if the shapes do."""
    args, kwargs = data.draw(deformables(largest=2))
    names = ["input", "offset", "weight", "bias"]
    spoilt = data.draw(st.sampled_from([*names, *kwargs]))
    if spoilt in ("stride", "padding", "dilation"):
        kwargs[spoilt] = data.draw(st.sampled_from([*ODD_NUMBERS, "same"]))
    else:
        shape = data.draw(st.lists(st.integers(0, 4), max_size=5))
        wrong = st.one_of(
            tensors(shape, [torch.float32, torch.float64, torch.int64]),
            st.sampled_from([None, 1.0, [1.0], "x"]),
        )
        if spoilt in names:
            args[names.index(spoilt)] = data.draw(wrong)
        else:
            kwargs[spoilt] = data.draw(wrong)
    agree(deform_conv2d, by_grid_sample, *args, atol=1e-10, **kwargs)


def random(*shape) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


ARGUMENTS = {"stride": (1, 2), "padding": (2, 1), "dilation": (2, 1)}


def test_no_offset_is_conv2d():
    x, w, b = random(2, 4, 7, 6), random(6, 2, 3, 2), random(6)
    expected = conv2d(x, w, b, **ARGUMENTS, groups=2)
    offset = torch.zeros(2, 12, *expected.shape[2:], dtype=x.dtype)
    torch.testing.assert_close(deform_conv2d(x, offset, w, b, **ARGUMENTS), expected)
    ones = torch.ones(2, 6, *expected.shape[2:], dtype=x.dtype)
    torch.testing.assert_close(deform_conv2d(x, offset, w, b, **ARGUMENTS, mask=ones), expected)
    half = deform_conv2d(x, offset, w, **ARGUMENTS, mask=ones / 2)
    torch.testing.assert_close(half, conv2d(x, w, **ARGUMENTS, groups=2) / 2)


def test_the_same_whole_offset_everywhere_is_a_shift():
    """Down by 1 and left by 2: the picture moved up by 1 and right by 2, with zeros moved in."""
    x, w = random(1, 2, 7, 6), random(3, 2, 3, 3)
    moved = F.pad(x, (2, -2, -1, 1))
    expected = conv2d(moved, w, padding=1)
    offset = torch.tensor([1.0, -2.0], dtype=x.dtype).repeat(9).view(1, 18, 1, 1)
    offset = offset.expand(1, 18, *expected.shape[2:])
    inside = (slice(None), slice(None), slice(1, -1), slice(1, -1))  # where no tap leaves `moved`
    y = deform_conv2d(x, offset, w, padding=1)
    torch.testing.assert_close(y[inside], expected[inside])


def test_offsets_that_undo_the_dilation():
    """A kernel of neighbouring taps, each moved outwards, is a dilated one."""
    x, w = random(1, 2, 9, 9), random(3, 2, 3, 3)
    offset = torch.zeros(1, 3, 3, 2, 9, 9, dtype=x.dtype)
    for a in range(3):
        for b in range(3):
            offset[0, a, b, 0], offset[0, a, b, 1] = a - 1, b - 1
    y = deform_conv2d(x, offset.flatten(1, 3), w, padding=1)
    torch.testing.assert_close(y, conv2d(x, w, padding=2, dilation=2))


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (-1e30, 0), (-1.5, 0), (-1, 0), (-0.75, 0.25), (0, 1), (0.25, 1.25), (1, 2), (1.5, 1),
        (1.75, 0.5), (2, 0), (2.5, 0), (1e30, 0), (float("inf"), 0), (-float("inf"), 0),
    ],
)  # fmt: skip
def test_the_border(row, value):
    """A picture of the rows 1 and 2: between it and the zeros outside the mixture fades."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64).view(1, 1, 2, 1)
    w = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    for turned in (False, True):
        picture = x.transpose(2, 3) if turned else x
        offset = torch.zeros(1, 2, *picture.shape[2:], dtype=torch.float64)
        offset[0, int(turned), 0, 0] = row  # the window at (0, 0) looks there
        assert deform_conv2d(picture, offset, w)[0, 0, 0, 0] == value


def test_nan_stays_where_it_is():
    x, w = random(1, 1, 4, 4), random(1, 1, 1, 1)
    offset = torch.zeros(1, 2, 4, 4, dtype=x.dtype)
    offset[0, 0, 1, 2] = float("nan")
    y = deform_conv2d(x, offset, w)
    assert y.isnan().nonzero().tolist() == [[0, 0, 1, 2]]


def test_the_slope_on_a_pixel_is_the_one_below_and_to_the_right():
    x = torch.tensor([[1.0, 10.0, 100.0]]).T.reshape(1, 1, 3, 1)
    for row, slope in [(-1, 1), (0, 9), (1, 90), (2, -100), (3, 0)]:
        offset = torch.zeros(1, 2, 3, 1)
        offset[0, 0, 0, 0] = row
        offset.requires_grad_()
        y = deform_conv2d(x, offset, torch.ones(1, 1, 1, 1))
        (gradient,) = torch.autograd.grad(y[0, 0, 0, 0], offset)
        assert gradient[0, 0, 0, 0] == slope


@pytest.mark.parametrize("with_mask", [True, False])
def test_gradcheck(with_mask):
    x, w, b = random(1, 2, 3, 3), random(2, 1, 2, 1), random(2)
    offset = torch.arange(32).reshape(1, 8, 2, 2) * 7 % 5 - 2.3  # not on a pixel
    inputs = [x, offset.double(), w, b, *([random(1, 4, 2, 2)] if with_mask else [])]
    inputs = [tensor.requires_grad_() for tensor in inputs]

    def layer(x, offset, w, b, mask=None):
        return deform_conv2d(x, offset, w, b, (3, 2), (1, 0), 1, mask)

    assert torch.autograd.gradcheck(layer, inputs)
    assert torch.autograd.gradgradcheck(layer, inputs)


def test_nothing_large_is_made():
    """Forwards and backwards no tensor is larger than the ringed picture; k_h·k_w of them are not.

    Nor are the pixels of a tap kept for the gradient: what is kept is little more than the inputs.
    """
    x, w = random(1, 8, 20, 20).requires_grad_(), random(8, 8, 5, 5).requires_grad_()
    offset = random(1, 50, 20, 20).requires_grad_()
    kept = []

    class Watch(TorchDispatchMode):
        largest = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            for tensor in result if isinstance(result, (tuple, list)) else [result]:
                if isinstance(tensor, Tensor) and tensor.is_floating_point():
                    self.largest = max(self.largest, tensor.numel())
            return result

    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: kept.append(tensor.numel()) or tensor, lambda tensor: tensor
    )
    with Watch() as watch, hooks:
        y = deform_conv2d(x, offset, w, padding=2)
        y.sum().backward()
    assert watch.largest <= max(offset.numel(), 8 * 23 * 23)
    assert sum(kept) < 2 * x.numel()


def test_meta_tensors_have_shapes():
    x, w = torch.empty(2, 3, 9, 9, device="meta"), torch.empty(4, 3, 3, 3, device="meta")
    offset = torch.empty(2, 18, 4, 4, device="meta")
    assert deform_conv2d(x, offset, w, stride=2).shape == (2, 4, 4, 4)
