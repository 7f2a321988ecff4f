"""The one idea: all windows of a picture at once, as a view that copies nothing."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from utils.functional.geometry import Layer


def every(x: Tensor, axis: int, step: int) -> Tensor:
    """Keep every so many-th entry along an axis; a view."""
    return x if step == 1 else x[(slice(None),) * axis + (slice(None, None, step),)]


def slide(x: Tensor, axis: int, k: int, stride: int, dilation: int) -> Tensor:
    """Slide a window of k taps along one axis and put the taps on a new last axis; a view."""
    view = x.unfold(axis, dilation * (k - 1) + 1, stride)
    return view if dilation == 1 else view[..., ::dilation]


def windows(
    x: Tensor,
    kernel_size: Sequence[int],
    stride: Sequence[int] = (1, 1),
    dilation: Sequence[int] = (1, 1),
) -> Tensor:
    """Show what every tap of a kernel sees: `view[n, c, a, b]` is the picture shifted by (a, b).

    Args:
        x: `(N, C, H, W)`, padded already.
        kernel_size: `(k_h, k_w)`.
        stride: `(s_h, s_w)`.
        dilation: `(d_h, d_w)`.

    Returns:
        A view of x, `(N, C, k_h, k_w, o_h, o_w)`, whose entry `[n, c, a, b, i, j]` is
        `x[n, c, i * s_h + a * d_h, j * s_w + b * d_w]`. Entries share memory: writing to
        `view[:, :, a, b]` writes to x, and is safe for one tap at a time.

    Raises:
        RuntimeError: if the kernel, spread by its dilation, is larger than x.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> view = windows(X, (2, 2))
        >>> view.shape
        torch.Size([1, 1, 2, 2, 2, 2])
        >>> view[0, 0, 0, 1]  # what the tap in row 0, column 1 sees
        tensor([[1., 2.],
                [4., 5.]])
        >>> K = torch.tensor([[0., 1.], [2., 3.]])
        >>> torch.einsum("ncabij,ab->ij", view, K)
        tensor([[19., 25.],
                [37., 43.]])

    Source: chapter 09; `numpy.lib.stride_tricks.sliding_window_view` is the same with its axes in
    another order.
    """
    view = slide(x, 2, kernel_size[0], stride[0], dilation[0])
    view = slide(view, 3, kernel_size[1], stride[1], dilation[1])
    return view.permute(0, 1, 4, 5, 2, 3)


def pad(x: Tensor, layer: Layer, value: float = 0.0) -> Tensor:
    """Pad `(N, C, H, W)` as the layer says; without padding it is x itself."""
    rows, columns = layer.rows, layer.columns
    sides = (columns.before, columns.after, rows.before, rows.after)
    return x if sides == (0, 0, 0, 0) else F.pad(x, sides, value=value)


def see(padded: Tensor, layer: Layer) -> Tensor:
    """Show the layer's windows of padded pictures, `(N, C, k_h, k_w, o_h, o_w)`."""
    view = windows(padded, layer.kernel_size, layer.stride, layer.dilation)
    return view[..., : layer.rows.places, : layer.columns.places]
