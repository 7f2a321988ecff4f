"""Branches merged into one convolution: torch's numbers, and refusals that say why."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from utils.reparameterize import fuse, identity_kernel, merge_branches


def random_norm(channels, generator, **how):
    """A batch norm in eval mode that has seen something."""
    norm = nn.BatchNorm2d(channels, **how).double().eval()
    for value, low, high in [
        (norm.weight, -2, 2),
        (norm.bias, -2, 2),
        (norm.running_mean, -2, 2),
        (norm.running_var, 0.1, 4),
    ]:
        if value is not None:
            nn.init.uniform_(value, low, high, generator=generator)
    return norm


def summed(branches, X):
    return sum(norm(X if conv is None else conv(X)) for conv, norm in branches)


def padded(conv, X):
    mode = "constant" if conv.padding_mode == "zeros" else conv.padding_mode
    return nn.functional.pad(X, conv._reversed_padding_repeated_twice, mode=mode)


@st.composite
def layers(draw):
    """Branches that fit together, in float64, and a picture for them."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 9999)))
    groups = draw(st.integers(1, 3))
    c_i = groups * draw(st.integers(1, 3))
    c_o = draw(st.sampled_from([c_i, groups * draw(st.integers(1, 3))]))
    stride = draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (3, 2)]))
    dilation = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    mode = draw(st.sampled_from(["zeros", "replicate", "circular"]))
    branches = []
    for _ in range(draw(st.integers(1, 3))):
        k = (draw(st.sampled_from([1, 3, 5])), draw(st.sampled_from([1, 3, 5])))
        d = tuple(d if n > 1 else 1 for d, n in zip(dilation, k, strict=True))
        same = tuple(e * (n // 2) for e, n in zip(d, k, strict=True))
        padding = "same" if stride == (1, 1) and draw(st.booleans()) else same
        conv = nn.Conv2d(
            *(c_i, c_o, k, stride, padding, d, groups, draw(st.booleans()), mode),
            dtype=torch.float64,
        )
        for parameter in conv.parameters():
            nn.init.normal_(parameter, generator=generator)
        norm = random_norm(c_o, generator, affine=draw(st.booleans()))
        branches.append((conv, norm))
    if c_i == c_o and stride == (1, 1) and draw(st.booleans()):
        branches.insert(0, (None, random_norm(c_i, generator)))
    X = torch.randn(2, c_i, 11, 9, dtype=torch.float64, generator=generator)
    return branches, X


@settings(deadline=None, max_examples=300)
@given(layers())
def test_the_branches_together_are_the_one_convolution(layer):
    branches, X = layer
    merged = merge_branches(branches)
    assert not isinstance(merged.padding, str)
    expected = summed(branches, X)
    size = expected.abs().max().item()
    torch.testing.assert_close(merged(X), expected, rtol=1e-12, atol=1e-12 * size)
    for conv, norm in branches:
        if conv is not None:
            kernel, bias = fuse(conv, norm)
            again = nn.functional.conv2d(
                *(padded(conv, X), kernel, bias, conv.stride, 0, conv.dilation, conv.groups)
            )
            torch.testing.assert_close(again, norm(conv(X)), rtol=1e-12, atol=1e-12 * size)


def test_five_in_thirty_one():
    """RepLKNet's pair: a small depthwise kernel in the middle of a large one."""
    generator = torch.Generator().manual_seed(0)
    branches = [
        (
            nn.Conv2d(3, 3, k, padding=k // 2, groups=3, bias=False).double(),
            random_norm(3, generator),
        )
        for k in (31, 5)
    ]
    X = torch.randn(1, 3, 40, 40, dtype=torch.float64, generator=generator)
    merged = merge_branches(branches)
    assert merged.kernel_size == (31, 31)
    torch.testing.assert_close(merged(X), summed(branches, X), rtol=1e-12, atol=1e-12)
    outer, _ = fuse(*branches[0])
    assert torch.equal(merged.weight[:, :, :13], outer[:, :, :13]), "the frame is untouched"


def test_float32_loses_its_last_digits_and_no_more():
    """Rounding differs, as the sums are taken in another order: an error of a few units."""
    generator = torch.Generator().manual_seed(1)
    worst = 0.0
    for _ in range(20):
        branches = [
            (nn.Conv2d(16, 16, 3, padding=1, bias=False), random_norm(16, generator).float()),
            (nn.Conv2d(16, 16, 1, bias=False), random_norm(16, generator).float()),
            (None, random_norm(16, generator).float()),
        ]
        X = torch.randn(1, 16, 8, 8, generator=generator)
        expected = summed(branches, X)
        error = (merge_branches(branches)(X) - expected).abs().max() / expected.abs().max()
        worst = max(worst, error.item())
    assert 0 < worst < 1e-5


@pytest.mark.parametrize("channels, groups", [(1, 1), (4, 1), (4, 2), (6, 6)])
def test_the_identity_kernel_changes_nothing(channels, groups):
    X = torch.randn(2, channels, 5, 4)
    assert torch.equal(nn.functional.conv2d(X, identity_kernel(channels, groups), groups=groups), X)


def test_merging_leaves_the_branches_as_they_were():
    conv, norm = nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2).eval()
    before = [value.clone() for value in (*conv.state_dict().values(), *norm.state_dict().values())]
    merged = merge_branches([(conv, norm), (None, norm)])
    after = [*conv.state_dict().values(), *norm.state_dict().values()]
    assert all(map(torch.equal, before, after))
    assert merged.weight.requires_grad and merged.weight.grad_fn is None
    fuse(conv, norm)[0].sum().backward()
    assert conv.weight.grad is not None, "what fuses can still be trained through"


def branch(c_i=2, c_o=2, k=3, padding=1, norm=None, **how):
    return nn.Conv2d(c_i, c_o, k, padding=padding, **how), norm or nn.BatchNorm2d(c_o).eval()


@pytest.mark.parametrize(
    "branches, message",
    [
        (lambda: [], "at least one branch"),
        (lambda: [(None, nn.BatchNorm2d(2).eval())], "at least one branch"),
        (lambda: [branch(k=2)], r"an even kernel has no middle .* got weight \(2, 2, 2, 2\)"),
        (lambda: [branch(k=(3, 4))], r"even kernel .* \(2, 2, 3, 4\)"),
        (lambda: [branch(padding=0)], r"\(2, 2, 3, 3\) must have padding \(1, 1\).* got \(0, 0\)"),
        (lambda: [branch(padding="valid")], "must have padding .* got valid"),
        (lambda: [branch(k=1)], r"must have padding \(0, 0\)"),
        (lambda: [branch(dilation=2)], r"must have padding \(2, 2\)"),
        (lambda: [branch(), branch(stride=2)], r"one stride; got \[\(1, 1\), \(2, 2\)\]"),
        (lambda: [branch(), branch(c_i=4)], r"one in_channels; got \[2, 4\]"),
        (lambda: [branch(), branch(c_o=4)], r"one out_channels; got \[2, 4\]"),
        (lambda: [branch(), branch(groups=2)], r"one groups; .*\(2, 2, 3, 3\) and \(2, 1, 3, 3\)"),
        (lambda: [branch(), branch(padding_mode="reflect")], "one padding_mode"),
        (lambda: [branch(), branch(padding=2, dilation=2)], r"one dilation; got \[1, 2\]"),
        (lambda: [branch(c_o=4), (None, nn.BatchNorm2d(2).eval())], r"as many .* \(4, 2, 3, 3\)"),
        (lambda: [branch(stride=2), (None, nn.BatchNorm2d(2).eval())], r"got stride \(2, 2\)"),
        (lambda: [branch(), (None, nn.BatchNorm2d(3).eval())], "3 channels .* identity.* has 2"),
        (lambda: [branch(norm=nn.BatchNorm2d(5).eval())], r"5 channels .* \(2, 2, 3, 3\).* has 2"),
        (lambda: [branch(norm=nn.BatchNorm2d(2))], "eval mode only"),
        (
            lambda: [branch(norm=nn.BatchNorm2d(2, track_running_stats=False).eval())],
            "without running statistics",
        ),
        (lambda: [branch(), (None, nn.BatchNorm2d(2))], "eval mode only"),
    ],
)  # fmt: skip
def test_what_is_not_one_convolution_is_refused(branches, message):
    with pytest.raises(ValueError, match=message):
        merge_branches(branches())


def test_groups_that_do_not_divide_have_no_identity():
    with pytest.raises(ValueError, match="4 channels, 3 groups"):
        identity_kernel(4, 3)


@pytest.mark.parametrize("groups", [0, -2, 3])
def test_an_identity_refuses_groups_that_do_not_divide(groups):
    with pytest.raises(ValueError, match=f"4 channels, {groups} groups"):
        identity_kernel(4, groups)
