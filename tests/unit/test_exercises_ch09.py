"""The checkers of chapter 09 accept what is right and tell typical mistakes apart."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_checks import ExerciseChecks

from utils import functional, loops
from utils.shapes import output_size


def conv_matrix(K, X_shape, stride, padding):
    (n_h, n_w), (k_h, k_w) = X_shape, K.shape
    o_h, o_w = output_size(n_h, k_h, stride, padding), output_size(n_w, k_w, stride, padding)
    M = torch.zeros(o_h * o_w, n_h * n_w)
    for i in range(o_h):
        for j in range(o_w):
            for a in range(k_h):
                for b in range(k_w):
                    row, column = i * stride + a - padding, j * stride + b - padding
                    if 0 <= row < n_h and 0 <= column < n_w:
                        M[i * o_w + j, row * n_w + column] = K[a, b]
    return M


def by_units(K, X_shape, stride, padding):
    """The layer's answer to each pixel alone, by windows of the padded units."""
    units = torch.eye(X_shape[0] * X_shape[1]).reshape(-1, 1, *X_shape)
    units = F.pad(units, (padding,) * 4)
    windows = units.unfold(2, K.shape[0], stride).unfold(3, K.shape[1], stride)
    return (windows * K).sum((4, 5)).flatten(1).T


def by_slicing(K, X_shape, stride, padding):
    n_h, n_w = X_shape
    full = loops.kernel_matrix(K, (n_h + 2 * padding, n_w + 2 * padding))
    o_h, o_w = n_h + 2 * padding - K.shape[0] + 1, n_w + 2 * padding - K.shape[1] + 1
    full = full.reshape(o_h, o_w, n_h + 2 * padding, n_w + 2 * padding)
    inside = full[::stride, ::stride, padding : padding + n_h, padding : padding + n_w]
    return inside.reshape(-1, n_h * n_w)


def padding_kept(K, X_shape, stride, padding):
    return conv_matrix(K, tuple(n + 2 * padding for n in X_shape), stride, 0)


def swapped(K, X_shape, stride, padding):
    """The kernel padded to the picture's size with the two numbers exchanged."""
    (n_h, n_w), (k_h, k_w) = X_shape, K.shape
    if stride > 1 or padding:
        return conv_matrix(K, X_shape, stride, padding)
    rows = [
        F.pad(K, (j, n_h - k_h - j, i, n_w - k_w - i)).reshape(-1)
        for i in range(n_h - k_h + 1)
        for j in range(n_w - k_w + 1)
    ]
    return torch.stack(rows)


def wraps(K, X_shape, stride, padding):
    """Taps that fall off the picture come back in on the other side."""
    (n_h, n_w), (k_h, k_w) = X_shape, K.shape
    o_h, o_w = output_size(n_h, k_h, stride, padding), output_size(n_w, k_w, stride, padding)
    M = torch.zeros(o_h, o_w, n_h, n_w)
    for i in range(o_h):
        for j in range(o_w):
            for a in range(k_h):
                for b in range(k_w):
                    M[i, j, (i * stride + a - padding) % n_h, (j * stride + b - padding) % n_w] += (
                        K[a, b]
                    )
    return M.reshape(o_h * o_w, -1)


def im2col(X, k_h, k_w):
    o_h, o_w = X.shape[0] - k_h + 1, X.shape[1] - k_w + 1
    return torch.stack(
        [X[a : a + o_h, b : b + o_w].reshape(-1) for a in range(k_h) for b in range(k_w)]
    )


def by_views(X, k_h, k_w):
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).permute(2, 3, 0, 1).reshape(k_h * k_w, -1)


def im2col_in_numpy(X, k_h, k_w):
    return im2col(torch.from_numpy(X.numpy()), k_h, k_w).numpy()


def window_by_window(X, k_h, k_w):
    o_h, o_w = X.shape[0] - k_h + 1, X.shape[1] - k_w + 1
    windows = [X[i : i + k_h, j : j + k_w].reshape(-1) for i in range(o_h) for j in range(o_w)]
    return torch.stack(windows).T


def windows_in_numpy(X, k_h, k_w):
    rows = window_by_window(torch.from_numpy(X.numpy()), k_h, k_w)
    return np.stack([row.numpy() for row in rows])


def row_by_row(X, k_h, k_w):
    rows = [X[i : i + k_h].unfold(1, k_w, 1) for i in range(X.shape[0] - k_h + 1)]
    return torch.stack(rows).permute(1, 3, 0, 2).reshape(k_h * k_w, -1)


def unfolded(X, k_h, k_w):
    return F.unfold(X[None, None], (k_h, k_w))[0]


def band(taps, n):
    T = torch.zeros(n - len(taps) + 1, n)
    for i in range(len(T)):
        T[i, i : i + len(taps)] = taps
    return T


def band_of_lists(taps, n):
    return [[0] * i + taps + [0] * (n - len(taps) - i) for i in range(n - len(taps) + 1)]


def square_band(taps, n):
    return torch.cat([band(taps, n), torch.zeros(len(taps) - 1, n)])


def layer(tiles, W):
    columns = F.unfold(tiles[:, None], 3, padding=1).permute(1, 0, 2).reshape(9, -1)
    product = (W.reshape(16, 9) @ columns).reshape(16, len(tiles), 64)
    return product.permute(1, 0, 2).reshape(-1, 16, 8, 8)


def transposed_layer(tiles, W):
    rows = F.unfold(tiles[:, None], 3, padding=1).permute(0, 2, 1).reshape(-1, 9)
    return (rows @ W.reshape(16, 9).T).reshape(-1, 64, 16).transpose(1, 2).reshape(-1, 16, 8, 8)


def with_batch_axis(tiles, W):
    columns = F.unfold(tiles[:, None], 3, padding=1)
    return (W.reshape(16, 9) @ columns).reshape(-1, 16, 8, 8)


def tile_by_tile(tiles, W):
    return torch.cat([layer(tile[None], W) for tile in tiles])


def mixed_after(tiles, W):
    columns = F.unfold(tiles[:, None], 3, padding=1).permute(1, 0, 2).reshape(9, -1)
    return (W.reshape(16, 9) @ columns).reshape(-1, 16, 8, 8)


def mixed_before(tiles, W):
    columns = F.unfold(tiles[:, None], 3, padding=1).reshape(9, -1)
    product = (W.reshape(16, 9) @ columns).reshape(16, len(tiles), 64)
    return product.permute(1, 0, 2).reshape(-1, 16, 8, 8)


ENTRIES, NONZERO = 222**2 * 224**2, 222**2 * 9

RIGHT = {
    "09.ap": [16, 16.0, torch.tensor(16)],
    "09.bp": [(3, 4), [3.0, 4.0], np.array([3, 4])],
    "09.cp": [218, np.int64(218)],
    "09.1": [
        ((3, 24, 16), (8, 24), (3, 8, 16)),
        [[3, 24, 16], torch.Size([8, 24]), torch.zeros(3, 8, 16).shape],
    ],
    "09.2": [(ENTRIES, NONZERO, NONZERO)],
    "09.3p": [(6, 12), [6.0, 12.0]],
    "09.3": [conv_matrix, by_units],
    "09.4": [im2col, by_views, im2col_in_numpy],
    "09.5": [band, band_of_lists],
    "09.6": [(40, 11, 0), torch.tensor([40, 11, 0])],
    "09.7": [layer, transposed_layer],
}

WRONG = {
    "09.ap": [
        (4, "the inverse"),
        (1, "overlap"),
        (36, "2×2"),
        (8, "that many times"),
        (float("nan"), "whole number"),
    ],
    "09.bp": [
        ((4, 3), "earlier one first"),
        ((3, 5), "neighbouring steps"),
        ((2, 3), "the last window of a row"),
        ((3,), "got 1"),
    ],
    "09.cp": [
        (2842, "what is kept"),
        (3060, "everything that goes in"),
        (0, "More goes in"),
        (9, "9 weights"),
        (217, "at most 2,842"),
        (218.5, "whole number of dimensions"),
    ],
    "09.1": [
        (((3, 16, 24), (8, 24), (3, 8, 16)), "as a column"),
        (((3, 192, 16), (8, 24), (3, 8, 16)), "never sees a kernel"),
        (((3, 6, 16), (8, 24), (3, 8, 16)), "all 4 channels"),
        (((3, 24, 30), (8, 24), (3, 8, 30)), "places where a window fits"),
        (((3, 24, 16), (24, 8), (3, 8, 16)), "one row each"),
        (((3, 24, 16), (8, 6), (3, 8, 16)), "as long as a window"),
        (((3, 24, 16), (8, 24), (3, 16, 8)), "summed away"),
        (((3, 24, 16), (8, 24)), "three shapes"),
        (((3, 24), (8, 24), (3, 8, 16)), "3 whole numbers"),
        (7, "three shapes"),
    ],
    "09.2": [
        ((224**4, NONZERO, NONZERO), "not 224·224"),
        ((224**2 * 9, NONZERO, NONZERO), "a column for every pixel"),
        ((1, NONZERO, NONZERO), "a row for each output"),
        ((ENTRIES, 9, NONZERO), "every row"),
        ((ENTRIES, 224**2 * 9, NONZERO), "the kernel once"),
        ((ENTRIES, NONZERO, 224**2 * 9), "a window for each output"),
        ((ENTRIES, NONZERO, 5), "9 numbers for each window"),
        ((2.5, NONZERO, NONZERO), "3 whole numbers"),
    ],
    "09.3p": [
        ((12, 6), "other way round"),
        ((20, 12), "at stride 1"),
        ((3, 12), "2 rows of 3"),
        ((5, 12), "how many columns"),
        ((6, 30), "padded picture"),
        ((6, 4), "each pixel"),
        ((6,), "got 1"),
    ],
    "09.3": [
        (swapped, "rows and columns been exchanged"),
        (padding_kept, "still has the columns of the padding"),
        (wraps, "come back in on the other side"),
        (lambda K, *call: conv_matrix(K.flip(0, 1), *call), "kernel flipped"),
        (lambda K, *call: conv_matrix(K.T, *call), "kernel transposed"),
        (lambda *call: conv_matrix(*call).T, "is transposed"),
        (lambda K, n, s, p: conv_matrix(K, n, 1, p), "should have shape"),
        (by_slicing, "Right values, but you built the padded picture's matrix first"),
        (lambda K: K, "TypeError"),
        (torch.ones(3), "is a function"),
    ],
    "09.4": [
        (lambda X, k_h, k_w: unfolded(X, k_h, k_w).T, "row for each tap"),
        (lambda X, k_h, k_w: F.unfold(X[None, None], (k_h, k_w)), "without a batch axis"),
        (
            lambda X, k_h, k_w: unfolded(X, k_h, k_w).T.reshape(k_h * k_w, -1),
            "reshaped where you should have transposed",
        ),
        (lambda X, k_h, k_w: X, "should have shape"),
        (unfolded, "F.unfold made them"),
        (lambda X, k_h, k_w: functional.unfold(X[None, None], (k_h, k_w))[0], "F.unfold made them"),
        (window_by_window, "grows with the picture"),
        (row_by_row, "grows with the picture"),
        (windows_in_numpy, "grows with the picture"),
        (3, "a function"),
    ],
    "09.5": [
        (square_band, "is square"),
        (lambda taps, n: band(taps, n).T, "yours is transposed"),
        (lambda taps, n: band(taps.flip(0), n), "in reverse"),
        (lambda taps, n: band(taps, n) * 2, "differs first"),
        (None, "is a function"),
    ],
    "09.6": [
        ((24, 11, 0), "49 − 25"),
        ((9, 11, 0), "is the rank"),
        ((0, 11, 0), "something must be lost"),
        ((41, 11, 0), "so subtract"),
        ((40, 0, 0), "see the frame"),
        ((40, 25, 0), "pixels are visited"),
        ((40, 20, 0), "without padding"),
        ((40, 12, 0), "never read"),
        ((40, 11, 11), "the picture itself"),
        ((40, 11), "got 2"),
    ],
    "09.7": [
        (mixed_after, "tiles and channels mixed"),
        (mixed_before, "different tiles"),
        (lambda tiles, W: F.conv2d(tiles[:, None], W[:, None]), "padding of 1 is missing"),
        (lambda tiles, W: F.conv2d(tiles[:, None], W[:, None], padding=1), "is a convolution"),
        (tile_by_tile, "with 3 products"),
        (with_batch_axis, "16×9 @ 3×9×64: that has a batch axis"),
        (lambda tiles, W: tiles, "should have shape"),
        ("no", "is a function"),
    ],
}


class TestExercises(ExerciseChecks):
    right, wrong = RIGHT, WRONG
