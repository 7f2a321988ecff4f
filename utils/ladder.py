"""One layer computed in five ways, each as plain as its idea: rungs from the loops to one product.

Every rung is called the same, `rung(X, W)`, on a padded batch `X` of `(N, c_i, n_h, n_w)` and
kernels `W` of `(c_o, c_i, k_h, k_w)`; the stride is 1. All do the same multiply-adds. They differ
in how many of them one call does, and in what has to be copied first. Chapter 17 climbs the
ladder; what `utils.functional.conv2d` does is its last rungs, made general.
"""

from torch import Tensor

from utils.functional import windows

Nested = list[list[list[list[float]]]]


def seven_loops(X: Nested, W: Nested) -> Nested:
    """Convolve nested lists with a loop for each of the seven indices n, o, i, j, c, a, b.

    Args:
        X: Numbers as nested lists, `(N, c_i, n_h, n_w)`.
        W: Numbers as nested lists, `(c_o, c_i, k_h, k_w)`.

    Returns:
        Nested lists, `(N, c_o, n_h - k_h + 1, n_w - k_w + 1)`.

    Raises:
        ValueError: if the channels differ or the kernel is larger than X.

    Example:
        >>> seven_loops([[[[0., 1., 2.], [3., 4., 5.], [6., 7., 8.]]]], [[[[0., 1.], [2., 3.]]]])
        [[[[19.0, 25.0], [37.0, 43.0]]]]
    """
    c_i, n_h, n_w = len(X[0]), len(X[0][0]), len(X[0][0][0])
    c_o, k_h, k_w = len(W), len(W[0][0]), len(W[0][0][0])
    _check((len(X), c_i, n_h, n_w), (c_o, len(W[0]), k_h, k_w))
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    Y = [[[[0.0] * o_w for _ in range(o_h)] for _ in range(c_o)] for _ in X]
    for n in range(len(X)):
        for o in range(c_o):
            for i in range(o_h):
                for j in range(o_w):
                    for c in range(c_i):
                        for a in range(k_h):
                            for b in range(k_w):
                                Y[n][o][i][j] += X[n][c][i + a][j + b] * W[o][c][a][b]
    return Y


def window_by_window(X: Tensor, W: Tensor) -> Tensor:
    """Multiply the kernels, a matrix of `(c_o, c_i k_h k_w)`, by one window at a time.

    Two loops are left, over the rows and columns of the output. Each step reads all the weights.

    Args:
        X: `(N, c_i, n_h, n_w)`, padded already.
        W: `(c_o, c_i, k_h, k_w)`.

    Returns:
        `(N, c_o, n_h - k_h + 1, n_w - k_w + 1)`.

    Raises:
        ValueError: if the channels differ, a shape has not four axes, or the kernel is larger
            than X.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> window_by_window(X, torch.arange(4.).reshape(1, 1, 2, 2)).tolist()
        [[[[19.0, 25.0], [37.0, 43.0]]]]
    """
    o_h, o_w = _check(X.shape, W.shape)
    k_h, k_w = W.shape[2:]
    kernels = W.flatten(1).T
    Y = X.new_empty(len(X), len(W), o_h, o_w)
    for i in range(o_h):
        for j in range(o_w):
            Y[:, :, i, j] = X[:, :, i : i + k_h, j : j + k_w].flatten(1) @ kernels
    return Y


def tap_by_tap(X: Tensor, W: Tensor) -> Tensor:
    """Turn the loops inside out: each of the k_h k_w taps sees the whole picture, shifted.

    One matrix product, `(c_o, c_i)` by `(c_i, o_h o_w)`, for each tap. It copies one shifted
    picture at a time.

    Args:
        X: As for `window_by_window`.
        W: As for `window_by_window`.

    Returns:
        As `window_by_window`.

    Raises:
        ValueError: as `window_by_window`.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> tap_by_tap(X, torch.arange(4.).reshape(1, 1, 2, 2)).tolist()
        [[[[19.0, 25.0], [37.0, 43.0]]]]
    """
    o_h, o_w = _check(X.shape, W.shape)
    Y = X.new_zeros(len(X), len(W), o_h * o_w)
    for a in range(W.shape[2]):
        for b in range(W.shape[3]):
            Y += W[:, :, a, b] @ X[:, :, a : a + o_h, b : b + o_w].flatten(2)
    return Y.view(*Y.shape[:2], o_h, o_w)


def im2col(X: Tensor, W: Tensor) -> Tensor:
    """Copy every window into a column; then one matrix product does everything.

    The columns hold `c_i k_h k_w o_h o_w` numbers a picture, up to `k_h k_w` times the input.

    Args:
        X: As for `window_by_window`.
        W: As for `window_by_window`.

    Returns:
        As `window_by_window`.

    Raises:
        ValueError: as `window_by_window`.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> im2col(X, torch.arange(4.).reshape(1, 1, 2, 2)).tolist()
        [[[[19.0, 25.0], [37.0, 43.0]]]]

    Source: K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural networks
    for document processing (2006).
    """
    places = _check(X.shape, W.shape)
    columns = windows(X, W.shape[2:]).flatten(4).flatten(1, 3)  # copies
    return (W.flatten(1) @ columns).view(len(X), len(W), *places)


def row_by_row(X: Tensor, W: Tensor) -> Tensor:
    """Unroll along the rows of the picture only: k_h matrix products of depth c_i k_w.

    What a row of the kernel sees one row further down is the same memory, a little further on. So
    one copy, `k_w` times the input, serves all rows of the kernel.

    Args:
        X: As for `window_by_window`.
        W: As for `window_by_window`.

    Returns:
        As `window_by_window`.

    Raises:
        ValueError: as `window_by_window`.

    Example:
        >>> import torch
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> row_by_row(X, torch.arange(4.).reshape(1, 1, 2, 2)).tolist()
        [[[[19.0, 25.0], [37.0, 43.0]]]]

    Source: A. Anderson, A. Vasudevan, C. Keane and D. Gregg, Low-memory GEMM-based convolution
    algorithms for deep neural networks (2017).
    """
    o_h, o_w = _check(X.shape, W.shape)
    k_h, k_w = W.shape[2:]
    rows = windows(X, (1, k_w)).flatten(1, 3).flatten(2)  # (N, c_i k_w, n_h o_w); copies
    Y = X.new_zeros(len(X), len(W), o_h * o_w)
    for a in range(k_h):
        Y += W[:, :, a].flatten(1) @ rows[:, :, a * o_w : (a + o_h) * o_w]
    return Y.view(*Y.shape[:2], o_h, o_w)


def _check(x: tuple[int, ...], w: tuple[int, ...]) -> tuple[int, int]:
    """Refuse shapes that do not fit together; return the size of the output."""
    x, w = tuple(x), tuple(w)
    if len(x) != 4 or len(w) != 4:
        raise ValueError(f"X must be (N, c_i, n_h, n_w) and W (c_o, c_i, k_h, k_w); got {x}, {w}")
    if x[1] != w[1]:
        raise ValueError(f"X {x} has {x[1]} channels, but W {w} takes {w[1]}")
    if w[2] > x[2] or w[3] > x[3]:
        raise ValueError(f"the kernels of W {w} are larger than the pictures of X {x}")
    return x[2] - w[2] + 1, x[3] - w[3] + 1
