"""Branches that are added up, each a convolution and its batch norm, merged into one convolution.

In eval mode a batch norm multiplies each channel by a number and adds another. So a convolution
takes its norm in, a smaller kernel is a larger one with zeros around it, the identity is a 1×1
kernel of ones and zeros, and kernels that are added before or after they slide give the same.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Branch = tuple[nn.Conv2d | None, nn.BatchNorm2d]


def identity_kernel(channels: int, groups: int = 1) -> Tensor:
    """The 1×1 kernel that changes nothing: in each group, the unit matrix.

    Args:
        channels: How many come in and go out.
        groups: Into how many groups they fall; must divide `channels`.

    Returns:
        The kernel, `(channels, channels / groups, 1, 1)`.

    Raises:
        ValueError: if `groups` does not divide `channels`.

    Example:
        >>> identity_kernel(4, groups=2).flatten(1)
        tensor([[1., 0.],
                [0., 1.],
                [1., 0.],
                [0., 1.]])
    """
    if groups < 1 or channels % groups:
        raise ValueError(f"groups must divide channels; got {channels} channels, {groups} groups")
    return torch.eye(channels // groups).repeat(groups, 1)[:, :, None, None]


def fuse(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """The kernel and bias that do in one step what a convolution and its batch norm do in two.

    γ (W ⋆ x + b − μ) / σ + β = (γ/σ) W ⋆ x + β + (γ/σ) (b − μ), with σ = √(running_var + eps).

    Args:
        conv: The convolution.
        norm: The batch norm that follows it, in eval mode.

    Returns:
        kernel `(c_o, c_i / groups, k_h, k_w)` and bias `(c_o)`.

    Raises:
        ValueError: if the norm takes its μ and σ from the batch, or has another number of channels.

    Example:
        >>> conv, norm = nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=0).eval()
        >>> for value, number in [(conv.weight, 5.), (norm.weight, 3.), (norm.bias, 1.),
        ...                       (norm.running_mean, 4.), (norm.running_var, 4.)]:
        ...     _ = value.data.fill_(number)
        >>> kernel, bias = fuse(conv, norm)
        >>> kernel.item(), bias.item()  # 3/2 · 5 and 1 − 3/2 · 4
        (7.5, -5.0)

    Source: X. Ding et al., RepVGG: Making VGG-style ConvNets Great Again (2021), section 3.3.
    """
    scale, shift = _affine(norm, conv.out_channels, f"weight {tuple(conv.weight.shape)}")
    bias = shift if conv.bias is None else shift + scale * conv.bias
    return conv.weight * scale[:, None, None, None], bias


@torch.no_grad()
def merge_branches(branches: Sequence[Branch]) -> nn.Conv2d:
    """One convolution with a bias that does what the branches, added up, do in eval mode.

    Args:
        branches: Pairs of a convolution and the batch norm behind it; None in place of the
            convolution is the identity. All read the same input. Kernels have odd sizes, and are
            padded by half of them, so that their middles meet; they can differ in size.

    Returns:
        The convolution: its kernel is as large as the largest along each axis.

    Raises:
        ValueError: if no branch has a convolution; if they differ in channels, groups, stride or
            padding mode, or two kernels larger than 1 in dilation; for an even kernel, or another
            padding than half of it; for an identity where the stride is not 1 or c_i ≠ c_o; and
            where `fuse` raises one. Shapes are named.

    Example:
        >>> c = 2
        >>> branches = [(nn.Conv2d(c, c, 3, padding=1), nn.BatchNorm2d(c)),
        ...             (nn.Conv2d(c, c, 1), nn.BatchNorm2d(c)), (None, nn.BatchNorm2d(c))]
        >>> for _, norm in branches:
        ...     _ = norm.eval()
        >>> merge_branches(branches)
        Conv2d(2, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))

    Source: RepVGG (2021), section 3.3; for kernels of any odd sizes, X. Ding et al., Scaling Up
    Your Kernels to 31x31 (2022), section 3.
    """
    convs = [conv for conv, _ in branches if conv is not None]
    _check(convs, identity=len(convs) < len(branches))
    first = convs[0]
    size = [max(conv.kernel_size[axis] for conv in convs) for axis in (0, 1)]
    dilation = [_dilation(convs, axis) for axis in (0, 1)]
    merged = nn.Conv2d(
        first.in_channels,
        first.out_channels,
        (size[0], size[1]),
        stride=(first.stride[0], first.stride[1]),
        padding=(dilation[0] * (size[0] // 2), dilation[1] * (size[1] // 2)),
        dilation=(dilation[0], dilation[1]),
        groups=first.groups,
        padding_mode=first.padding_mode,
        device=first.weight.device,
        dtype=first.weight.dtype,
    )
    nn.init.zeros_(merged.weight)
    assert merged.bias is not None
    nn.init.zeros_(merged.bias)
    for conv, norm in branches:
        if conv is None:
            scale, bias = _affine(norm, first.in_channels, "the identity")
            kernel = identity_kernel(first.in_channels, first.groups).to(scale)
            kernel = kernel * scale[:, None, None, None]
        else:
            kernel, bias = fuse(conv, norm)
        rows, columns = ((n - k) // 2 for n, k in zip(size, kernel.shape[2:], strict=True))
        merged.weight += F.pad(kernel, (columns, columns, rows, rows))
        merged.bias += bias
    return merged


def _affine(norm: nn.BatchNorm2d, channels: int, behind: str) -> tuple[Tensor, Tensor]:
    """By what the norm multiplies each channel, γ/σ, and what it adds, β − γμ/σ."""
    if norm.num_features != channels:
        raise ValueError(
            f"a batch norm of {norm.num_features} channels stands behind {behind}, "
            f"which has {channels}"
        )
    mean, variance = norm.running_mean, norm.running_var
    if norm.training or mean is None or variance is None:
        raise ValueError(
            "a batch norm can be merged in eval mode only: until then, and without running "
            "statistics, it divides by what each batch happens to hold; call eval() first"
        )
    scale = 1 / torch.sqrt(variance + norm.eps)
    if norm.affine:
        scale = norm.weight * scale
    return scale, -mean * scale + (norm.bias if norm.affine else 0)


def _check(convs: list[nn.Conv2d], identity: bool) -> None:
    """Refuse convolutions that are not one convolution when added up."""
    if not convs:
        raise ValueError("merge_branches needs at least one branch with a convolution")
    shapes = " and ".join(str(tuple(conv.weight.shape)) for conv in convs)
    for name in ("in_channels", "out_channels", "groups", "stride", "padding_mode"):
        found = [getattr(conv, name) for conv in convs]
        if len(set(found)) > 1:
            raise ValueError(f"all branches must have one {name}; got {found} of weights {shapes}")
    for conv in convs:
        weight = f"weight {tuple(conv.weight.shape)}"
        if any(k % 2 == 0 for k in conv.kernel_size):
            raise ValueError(f"an even kernel has no middle to meet in; got {weight}")
        half = tuple(d * (k // 2) for d, k in zip(conv.dilation, conv.kernel_size, strict=True))
        if conv.padding not in (half, "same") and (any(half) or conv.padding != "valid"):
            raise ValueError(f"{weight} must have padding {half}, half of it; got {conv.padding}")
    for axis in (0, 1):
        found = sorted({conv.dilation[axis] for conv in convs if conv.kernel_size[axis] > 1})
        if len(found) > 1:
            raise ValueError(f"kernels larger than 1 must have one dilation; got {found}, {shapes}")
    first = convs[0]
    if identity and (first.stride != (1, 1) or first.in_channels != first.out_channels):
        raise ValueError(
            "an identity fits beside stride 1 and as many channels out as in only; "
            f"got stride {first.stride} and weights {shapes}"
        )


def _dilation(convs: list[nn.Conv2d], axis: int) -> int:
    """The dilation that the kernels larger than 1 share."""
    return max((conv.dilation[axis] for conv in convs if conv.kernel_size[axis] > 1), default=1)
