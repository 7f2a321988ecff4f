"""The definitions, read as they are written on paper: loops, windows and sums.

These are what you copy by hand. They are slow, and but for `conv2d` take one image without a
batch; the same operators, general and fast, are in `utils.functional`. Gradients flow through all
of them.

Symbols: X the input, K the kernel, Y the output; n_h and n_w the input's rows and columns, k_h and
k_w the kernel's.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.shapes import output_size


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlation: lay the kernel on each window, multiply entry by entry, and add up.

    Args:
        X: The input, `(n_h, n_w)`.
        K: The kernel, `(k_h, k_w)`, no larger than X.

    Returns:
        Y, `(n_h - k_h + 1, n_w - k_w + 1)`: Y[i, j] = Σ_a Σ_b X[i + a, j + b] K[a, b].

    Raises:
        ValueError: if X or K is no matrix, or K is larger than X.

    Example:
        >>> X = torch.tensor([[0., 1., 2.], [3., 4., 5.], [6., 7., 8.]])
        >>> K = torch.tensor([[0., 1.], [2., 3.]])
        >>> corr2d(X, K)
        tensor([[19., 25.],
                [37., 43.]])

    Source: A. Zhang, Z. Lipton, M. Li and A. Smola, Dive into Deep Learning (2023), section 7.2.
    """
    _check_window(X, K.shape)
    (n_h, n_w), (k_h, k_w) = X.shape, K.shape
    Y = torch.zeros(n_h - k_h + 1, n_w - k_w + 1, dtype=torch.result_type(X, K), device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + k_h, j : j + k_w] * K).sum()
    return Y


class Conv2D(nn.Module):
    """A layer with one kernel and one bias to learn: Y = corr2d(X, weight) + bias.

    Args:
        kernel_size: k_h and k_w.

    Example:
        >>> layer = Conv2D((1, 2))
        >>> layer.weight.shape, layer.bias.shape
        (torch.Size([1, 2]), torch.Size([1]))
        >>> layer(torch.ones(6, 8)).shape
        torch.Size([6, 7])

    Source: Dive into Deep Learning (2023), section 7.2.
    """

    def __init__(self, kernel_size: tuple[int, int]):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X: Tensor) -> Tensor:
        """Cross-correlate X, `(n_h, n_w)`, with the layer's kernel and add its bias."""
        return corr2d(X, self.weight) + self.bias


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate each channel with its own kernel and add the results up.

    Args:
        X: The input, `(c_i, n_h, n_w)`.
        K: One kernel for each channel, `(c_i, k_h, k_w)`.

    Returns:
        Y, `(n_h - k_h + 1, n_w - k_w + 1)`.

    Raises:
        ValueError: if X or K has not three axes, their channels differ, or K is larger than X.

    Example:
        >>> X = torch.arange(9.).reshape(3, 3)
        >>> K = torch.arange(4.).reshape(2, 2)
        >>> corr2d_multi_in(torch.stack([X, X + 1]), torch.stack([K, K + 1]))
        tensor([[ 56.,  72.],
                [104., 120.]])

    Source: Dive into Deep Learning (2023), section 7.4.
    """
    _check_channels(X, K, axes=3)
    planes = (corr2d(x, k) for x, k in zip(X, K, strict=True))
    return sum(planes)  # type: ignore[return-value]  # there is a channel, so it is not 0


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """Make each output channel with a kernel of its own, and stack them.

    Args:
        X: The input, `(c_i, n_h, n_w)`.
        K: `(c_o, c_i, k_h, k_w)`.

    Returns:
        Y, `(c_o, n_h - k_h + 1, n_w - k_w + 1)`.

    Raises:
        ValueError: if X has not three axes or K not four, their channels differ, or K is larger
            than X.

    Example:
        >>> X = torch.arange(9.).reshape(3, 3)
        >>> K = torch.arange(4.).reshape(2, 2)
        >>> X, K = torch.stack([X, X + 1]), torch.stack([K, K + 1])
        >>> corr2d_multi_in_out(X, torch.stack([K, K + 1, K + 2])).tolist()
        [[[56.0, 72.0], [104.0, 120.0]], [[76.0, 100.0], [148.0, 172.0]], \
[[96.0, 128.0], [192.0, 224.0]]]

    Source: Dive into Deep Learning (2023), section 7.4.
    """
    _check_channels(X, K, axes=4)
    return torch.stack([corr2d_multi_in(X, k) for k in K])


def corr2d_multi_in_out_1x1(X: Tensor, K: Tensor) -> Tensor:
    """Mix the channels of each pixel: a 1×1 convolution is one matrix product.

    Args:
        X: The input, `(c_i, n_h, n_w)`.
        K: `(c_o, c_i, 1, 1)`.

    Returns:
        Y, `(c_o, n_h, n_w)`.

    Raises:
        ValueError: if X has not three axes or K not four, their channels differ, or a kernel is
            not 1×1.

    Example:
        >>> X = torch.tensor([[[1., 2.]], [[10., 20.]]])  # two channels of two pixels
        >>> K = torch.tensor([[1., 1.], [1., -1.]]).reshape(2, 2, 1, 1)
        >>> corr2d_multi_in_out_1x1(X, K)
        tensor([[[ 11.,  22.]],
        <BLANKLINE>
                [[ -9., -18.]]])

    Source: M. Lin, Q. Chen and S. Yan, Network in network (2013).
    """
    _check_channels(X, K, axes=4)
    if K.shape[2:] != (1, 1):
        raise ValueError(f"K must be (c_o, c_i, 1, 1); got {tuple(K.shape)}")
    c_i, n_h, n_w = X.shape
    c_o = K.shape[0]
    Y = K.reshape(c_o, c_i) @ X.reshape(c_i, n_h * n_w)
    return Y.reshape(c_o, n_h, n_w)


def conv2d(
    X: Tensor,
    K: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """Everything at once: a batch, channels in groups, a bias, stride, padding and dilation.

    Args:
        X: The input, `(N, c_i, n_h, n_w)`.
        K: `(c_o, c_i / groups, k_h, k_w)`.
        bias: `(c_o,)`, or None.
        stride: How far the window moves from one output to the next.
        padding: Rows and columns of zeros on each side.
        dilation: How far apart the pixels are that neighbouring weights meet.
        groups: Each of them makes its share of the output channels from its share of the input's.

    Returns:
        Y, `(N, c_o, o_h, o_w)`: the sizes are those of `shapes.output_size`.

    Raises:
        ValueError: if X or K has not four axes, the groups don't divide the channels, K takes
            another number of channels, there is not one bias for each output channel, a number
            is too small, or the window does not fit.

    Example:
        >>> X = torch.arange(49.).reshape(1, 1, 7, 7)
        >>> conv2d(X, torch.ones(1, 1, 3, 3), dilation=3)  # nine pixels, the corners among them
        tensor([[[[216.]]]])

    Source: chapters 04, 05, 11 and 12.
    """
    if X.ndim != 4 or K.ndim != 4:
        raise ValueError(
            f"X must be (N, c_i, n_h, n_w) and K (c_o, c_i / groups, k_h, k_w); "
            f"got {tuple(X.shape)} and {tuple(K.shape)}"
        )
    (batch, c_i, *size), (c_o, taken, *kernel) = X.shape, K.shape
    if groups < 1 or c_o % groups or c_i != taken * groups:
        raise ValueError(
            f"K takes {taken} channels in each of {groups} groups and makes {c_o}: X has {c_i} "
            f"channels, and groups must divide {c_o}"
        )
    if bias is not None and bias.shape != (c_o,):
        raise ValueError(f"bias must be ({c_o},), one for each output channel; got {bias.shape}")
    places = [
        output_size(n, k, stride, padding, dilation) for n, k in zip(size, kernel, strict=True)
    ]
    (span_h, span_w), made = ((k - 1) * dilation + 1 for k in kernel), c_o // groups
    X = F.pad(X, [padding] * 4)
    Y = torch.zeros(batch, c_o, *places, dtype=torch.result_type(X, K), device=X.device)
    for n in range(batch):
        for o in range(c_o):
            group = o // made
            planes = X[n, group * taken : (group + 1) * taken]
            for i in range(places[0]):
                for j in range(places[1]):
                    rows = slice(i * stride, i * stride + span_h, dilation)
                    columns = slice(j * stride, j * stride + span_w, dilation)
                    Y[n, o, i, j] = (planes[:, rows, columns] * K[o]).sum()
    return Y if bias is None else Y + bias.reshape(-1, 1, 1)


def pool2d(X: Tensor, pool_size: tuple[int, int], mode: str = "max") -> Tensor:
    """Take the largest number, or the mean, of each window; windows are one pixel apart.

    Args:
        X: The input, `(n_h, n_w)`.
        pool_size: The window, `(p_h, p_w)`, no larger than X.
        mode: "max" or "avg".

    Returns:
        Y, `(n_h - p_h + 1, n_w - p_w + 1)`.

    Raises:
        ValueError: if X is no matrix, the window no rectangle or larger than X, the mode unknown,
            or a mean of integers is asked for.

    Example:
        >>> X = torch.tensor([[0., 1., 2.], [3., 4., 5.], [6., 7., 8.]])
        >>> pool2d(X, (2, 2))
        tensor([[4., 5.],
                [7., 8.]])
        >>> pool2d(X, (2, 2), mode="avg")
        tensor([[2., 3.],
                [5., 6.]])

    Source: Dive into Deep Learning (2023), section 7.5.
    """
    _check_window(X, pool_size)
    if mode not in ("max", "avg"):
        raise ValueError(f'mode must be "max" or "avg"; got {mode!r}')
    if mode == "avg" and not X.is_floating_point():
        raise ValueError(f"a mean needs floating-point numbers; X has {X.dtype}")
    (n_h, n_w), (p_h, p_w) = X.shape, pool_size
    Y = torch.zeros(n_h - p_h + 1, n_w - p_w + 1, dtype=X.dtype, device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i : i + p_h, j : j + p_w]
            Y[i, j] = window.max() if mode == "max" else window.mean()
    return Y


def trans_conv(X: Tensor, K: Tensor) -> Tensor:
    """Transposed convolution: stamp the kernel once for each pixel, scaled by it, and add up.

    Args:
        X: The input, `(n_h, n_w)`.
        K: The kernel, `(k_h, k_w)`; it may be larger than X.

    Returns:
        Y, `(n_h + k_h - 1, n_w + k_w - 1)`.

    Raises:
        ValueError: if X or K is no matrix, or is empty.

    Example:
        >>> X = torch.tensor([[0., 1.], [2., 3.]])
        >>> trans_conv(X, X)
        tensor([[ 0.,  0.,  1.],
                [ 0.,  4.,  6.],
                [ 4., 12.,  9.]])

    Source: Dive into Deep Learning (2023), section 14.10.
    """
    if X.ndim != 2 or K.ndim != 2 or 0 in X.shape or 0 in K.shape:
        raise ValueError(
            f"X must be (n_h, n_w) and K (k_h, k_w), neither empty; "
            f"got {tuple(X.shape)} and {tuple(K.shape)}"
        )
    (n_h, n_w), (k_h, k_w) = X.shape, K.shape
    Y = torch.zeros(n_h + k_h - 1, n_w + k_w - 1, dtype=torch.result_type(X, K), device=X.device)
    for i in range(n_h):
        for j in range(n_w):
            Y[i : i + k_h, j : j + k_w] += X[i, j] * K
    return Y


def kernel_matrix(K: Tensor, X_shape: tuple[int, int]) -> Tensor:
    """Write the kernel as a matrix W, so that `W @ X.flatten()` is `corr2d(X, K).flatten()`.

    Each row of W makes one output cell: the kernel laid on its window, zeros elsewhere, row after
    row of the picture.

    Args:
        K: The kernel, `(k_h, k_w)`.
        X_shape: `(n_h, n_w)` of the input, at least as large as K.

    Returns:
        W, `((n_h - k_h + 1) * (n_w - k_w + 1), n_h * n_w)`.

    Raises:
        ValueError: if K is no matrix, `X_shape` no pair, or K larger than the input.

    Example:
        >>> kernel_matrix(torch.tensor([[1., 2.], [3., 4.]]), (2, 3))
        tensor([[1., 2., 0., 3., 4., 0.],
                [0., 1., 2., 0., 3., 4.]])

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016),
    section 4.1.
    """
    if K.ndim != 2 or len(X_shape) != 2:
        raise ValueError(
            f"K must be (k_h, k_w) and X_shape (n_h, n_w); got {tuple(K.shape)} and {X_shape}"
        )
    (n_h, n_w), (k_h, k_w) = X_shape, K.shape
    if not (1 <= k_h <= n_h and 1 <= k_w <= n_w):
        raise ValueError(f"the window {tuple(K.shape)} does not fit into X {tuple(X_shape)}")
    rows = []
    for i in range(n_h - k_h + 1):
        for j in range(n_w - k_w + 1):
            row = torch.zeros(n_h, n_w, dtype=K.dtype, device=K.device)
            row[i : i + k_h, j : j + k_w] = K
            rows.append(row.flatten())
    return torch.stack(rows)


def _check_window(X: Tensor, window: tuple[int, ...]) -> None:
    """Raise `ValueError` unless X is a matrix and the window a rectangle that fits into it."""
    if X.ndim != 2 or len(window) != 2:
        raise ValueError(
            f"X must be (n_h, n_w) and the window (k_h, k_w); "
            f"got {tuple(X.shape)} and {tuple(window)}"
        )
    if not (1 <= window[0] <= X.shape[0] and 1 <= window[1] <= X.shape[1]):
        raise ValueError(f"the window {tuple(window)} does not fit into X {tuple(X.shape)}")


def _check_channels(X: Tensor, K: Tensor, axes: int) -> None:
    """Raise `ValueError` unless X is (c_i, n_h, n_w) and K has as many channels."""
    if X.ndim != 3 or K.ndim != axes or len(K) == 0:
        kernel = "(c_i, k_h, k_w)" if axes == 3 else "(c_o, c_i, k_h, k_w)"
        raise ValueError(
            f"X must be (c_i, n_h, n_w) and K {kernel}; got {tuple(X.shape)} and {tuple(K.shape)}"
        )
    if X.shape[0] != K.shape[-3]:
        raise ValueError(f"X has {X.shape[0]} channels, but K has kernels for {K.shape[-3]}")
