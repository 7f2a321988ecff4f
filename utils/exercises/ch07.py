"""Checkers of chapter 07, convolution as a matrix."""

import math
from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.exercises import Wrong, answers, exercise, same_tensor


def _whole(shape: tuple[int, ...], seed: int) -> Tensor:
    """Whole numbers, all different and none zero, without touching the reader's random state."""
    generator = torch.Generator().manual_seed(seed)
    count = math.prod(shape)
    signs = torch.randint(0, 2, (count,), generator=generator) * 2 - 1
    return ((torch.randperm(count, generator=generator) + 1) * signs).reshape(shape).float()


def _same_shape(got: Any, want: Tensor) -> bool:
    return isinstance(got, Tensor) and got.shape == want.shape


@exercise("07.1")
def _several_kernels(answer: Any) -> str:
    if not isinstance(answer, Iterable) or isinstance(answer, str):
        raise Wrong(f"the answer is three shapes; got {answer!r}.")
    parts = list(answer)
    if len(parts) != 3:
        raise Wrong(f"the answer is three shapes; got {len(parts)}.")
    unfolded, matrix, result = (
        answers.integers(part, count, what)
        for part, count, what in zip(
            parts,
            (3, 2, 3),
            ("the shape of unfold", "the shape of the kernels' matrix", "the shape of the product"),
            strict=True,
        )
    )
    if unfolded == (2, 4, 30):
        raise Wrong("unfold writes a window as a column: its 30 numbers come before the 4 places.")
    if 7 in unfolded or 210 in unfolded or 28 in unfolded:
        raise Wrong("unfold never sees a kernel, only the size of its window: no 7 in its shape.")
    if unfolded == (2, 6, 4):
        raise Wrong("a window reaches through all 5 channels: 6 numbers from each of them.")
    if unfolded != (2, 30, 4):
        raise Wrong(
            "the shape of unfold is pictures, numbers in a window, places where a window fits; "
            f"yours is {unfolded}."
        )
    if matrix == (30, 7):
        raise Wrong("the kernels stand on the left of the columns: one row each, not one column.")
    if matrix != (7, 30):
        raise Wrong(f"each of the 7 kernels is one row, as long as a window; yours is {matrix}.")
    if result != (2, 7, 4):
        raise Wrong(f"(7, 30) @ (2, 30, 4): the 30 is summed away; not {result}.")
    return "unfold knows the window's size, not how many kernels will use it."


@exercise("07.2")
def _sizes(answer: Any) -> str:
    entries, nonzero, unrolled = answers.integers(
        answer, 3, "entries, nonzero entries, numbers of unfold"
    )
    outputs, inputs = 222 * 222, 224 * 224
    if entries == inputs * inputs:
        raise Wrong("without padding there are 222·222 rows, one an output, not 224·224.")
    if entries == inputs * 9:
        raise Wrong("that is 9 for each pixel. The full matrix has a column for every pixel.")
    if entries != outputs * inputs:
        raise Wrong("the matrix has a row for each output, 222·222, and a column for each pixel.")
    if nonzero == 9:
        raise Wrong("9 different numbers, but each of them stands in every row.")
    if nonzero != outputs * 9:
        raise Wrong("each row of the kernel matrix holds the kernel once. How many rows are there?")
    if unrolled == inputs * 9:
        raise Wrong("there is a window for each output, 222·222 of them, not for each pixel.")
    if unrolled != outputs * 9:
        raise Wrong("unfold writes 9 numbers for each window. How many windows are there?")
    return "2.5 billion entries, 0.018% of them not zero; unfold stores as many numbers as those."


@exercise("07.3")
def _conv_matrix(answer: Any) -> str:
    function = answers.function(answer, "of (K, X_shape, stride, padding)")
    for k, n, s, p in (
        ((2, 2), (3, 3), 1, 0),
        ((2, 2), (3, 4), 1, 0),
        ((2, 3), (4, 6), 1, 0),
        ((3, 2), (5, 4), 2, 0),
        ((3, 3), (4, 5), 1, 1),
        ((3, 2), (5, 6), 2, 1),
        ((1, 1), (2, 3), 3, 2),
    ):
        K = _whole(k, sum(k) + sum(n))
        want = _matrix(K, n, s, p)
        got = function(K.clone(), n, s, p)
        what = f"the matrix of a {k[0]}×{k[1]} kernel on {n[0]}×{n[1]}, stride {s}, padding {p},"
        if _same_shape(got, want) and not torch.equal(got.to(want.dtype), want):
            got = got.to(want.dtype)
            if torch.equal(got, _matrix(K.flip(0, 1), n, s, p)):
                raise Wrong(f"{what} holds the kernel flipped. Layers do not flip it.")
            if k[0] == k[1] and torch.equal(got, _matrix(K.T, n, s, p)):
                raise Wrong(f"{what} holds the kernel transposed: rows and columns are exchanged.")
            if n[0] != n[1] and s == 1 and p == 0:
                raise Wrong(
                    f"{what} has the right shape and wrong entries. Squares work: have rows and "
                    "columns been exchanged, for instance n_h and n_w?"
                )
            if p:
                raise Wrong(
                    f"{what} has the right shape and wrong entries. A tap that falls outside must "
                    "be left out; a negative index would come back in on the other side."
                )
        if _shape(got) == tuple(_matrix(K, (n[0] + 2 * p, n[1] + 2 * p), s, 0).shape) and p:
            raise Wrong(f"{what} still has the columns of the padding. X has {n[0] * n[1]} pixels.")
        if _shape(got) == tuple(want.T.shape) != tuple(want.shape):
            raise Wrong(f"{what} is transposed: a row for each output, a column for each pixel.")
        same_tensor(got, want, what)
    return "A stride skips rows, a padding leaves out columns."


def _shape(got: Any) -> tuple[int, ...] | None:
    return tuple(got.shape) if isinstance(got, Tensor) else None


def _matrix(K: Tensor, X_shape: tuple[int, int], stride: int, padding: int) -> Tensor:
    """The matrix, column by column: what the layer makes of each pixel alone."""
    pixels = torch.eye(X_shape[0] * X_shape[1]).reshape(-1, 1, *X_shape)
    return F.conv2d(pixels, K[None, None], stride=stride, padding=padding).flatten(1).T


@exercise("07.4")
def _im2col(answer: Any) -> str:
    function = answers.function(answer, "of (X, k_h, k_w)")
    for shape, k_h, k_w in (((3, 3), 2, 2), ((4, 6), 2, 3), ((5, 4), 3, 1), ((3, 4), 3, 4)):
        X = _whole(shape, 7)
        want = F.unfold(X[None, None], (k_h, k_w))[0]
        got = function(X.clone(), k_h, k_w)
        what = f"im2col of a {shape[0]}×{shape[1]} input with a {k_h}×{k_w} window"
        if isinstance(got, Tensor) and not (
            got.shape == want.shape and torch.equal(got.to(want.dtype), want)
        ):
            if got.ndim == 3:
                raise Wrong(f"{what} should be a matrix without a batch axis; yours has 3 axes.")
            if got.shape == want.T.shape and torch.equal(got.to(want.dtype), want.T):
                raise Wrong(f"{what} should have a row for each tap, not for each window.")
            if got.shape == want.shape and torch.equal(
                got.to(want.dtype), want.T.reshape(want.shape)
            ):
                raise Wrong(f"{what}: you reshaped where you should have transposed.")
        same_tensor(got, want, what)
    return "It agrees with F.unfold, and its loop does not grow with the picture."


@exercise("07.5")
def _band(answer: Any) -> str:
    function = answers.function(answer, "of (taps, n)")
    for taps, n in (([1, 2, 1], 5), ([1, 2, 3], 6), ([5], 3), ([2, -1], 2)):
        rows = n - len(taps) + 1
        want = torch.zeros(rows, n)
        for i in range(rows):
            want[i, i : i + len(taps)] = torch.tensor(taps, dtype=torch.float32)
        got = function(torch.tensor(taps, dtype=torch.float32), n)
        what = f"band({taps}, {n})"
        if _shape(got) == (n, n) != tuple(want.shape):
            raise Wrong(f"{what} is square; where the taps hang over the edge there is no row.")
        if _shape(got) == tuple(want.T.shape) != tuple(want.shape):
            raise Wrong(f"{what} should have {rows} rows and {n} columns; yours is transposed.")
        flipped = want.flip(0, 1)
        if (
            _same_shape(got, want)
            and torch.equal(got.to(want.dtype), flipped)
            and not torch.equal(want, flipped)
        ):
            raise Wrong(f"{what} has the taps in reverse; layers do not flip the kernel.")
        same_tensor(got, want, what)
    return "One such matrix for the columns, one for the rows: their Kronecker product is M."


@exercise("07.6")
def _null_space(answer: Any) -> str:
    box, corner, zero = answers.integers(answer, 3, "dimensions for (a), (b), (c)")
    if (box, corner, zero) == (20, 20, 36):
        return "36 columns less a rank of 16, whatever the kernel, unless it is zero."
    if box == 16 or corner == 16:
        raise Wrong("16 is the rank, the dimensions that survive. How many of 36 do not?")
    if zero != 36:
        raise Wrong("(c) maps every picture to zero. How many dimensions have 6×6 pictures?")
    if box == 0 or corner == 0:
        raise Wrong("36 numbers go in and 16 come out: something must be lost.")
    if box != 20:
        raise Wrong("(a): are the 16 rows independent? Then columns minus 16.")
    raise Wrong("(b): the tap in the corner visits 4×4 pixels. How many does it never visit?")


@exercise("07.7")
def _batch(answer: Any) -> str:
    function = answers.function(answer, "of (tiles, W)")
    for count in (1, 3):
        pictures, W = _whole((count, 8, 8), count), _whole((16, 3, 3), 9)
        want = F.conv2d(pictures[:, None], W[:, None], padding=1)
        got = function(pictures.clone(), W.clone())
        what = f"the layer on {count} tile{'s' * (count > 1)}"
        if _shape(got) == (count, 16, 6, 6):
            raise Wrong(f"{what} is 6×6: the padding of 1 is missing.")
        if _same_shape(got, want) and not torch.allclose(got.to(want.dtype), want, atol=1e-4):
            columns = F.unfold(pictures[:, None], 3, padding=1)
            flat = W.reshape(16, 9) @ columns.permute(1, 0, 2).reshape(9, -1)
            if torch.allclose(got, flat.reshape(want.shape), atol=1e-4):
                raise Wrong(
                    f"{what} has its tiles and channels mixed: the product is (16, N·64). See it "
                    "as (16, N, 64) and permute before the last reshape."
                )
            early = W.reshape(16, 9) @ columns.reshape(9, -1)
            back = early.reshape(16, count, 64).permute(1, 0, 2).reshape(want.shape)
            if torch.allclose(got, back, atol=1e-4):
                raise Wrong(
                    f"{what}: (N, 9, 64) reshaped to (9, N·64) mixes windows of different tiles. "
                    "Permute first, so that the 9 comes to the front."
                )
        same_tensor(got, want, what)
    return "One product for the whole batch; the two permutations are the price."
