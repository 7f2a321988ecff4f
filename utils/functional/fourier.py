"""Convolution as multiplication of spectra: Fourier's way, for kernels that are large."""

from functools import lru_cache

import torch
from torch import Tensor

from utils.functional.arguments import Call, Ints, dtypes
from utils.functional.convolution import convolve
from utils.functional.flat import Pair
from utils.functional.tiles import Transform, along_both_axes, by_tiles
from utils.functional.ways import correlate
from utils.shapes import effective_kernel_size

# What transforms cost in multiply-adds of a matrix product, as measured: 64 for each number of a
# spectrum, and for each spectrum as much again as for 80 numbers.
PER_NUMBER = 64
PER_TRANSFORM = 80


def conv2d_fft(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Compute what `conv2d` computes by multiplying spectra; the same arguments and refusals.

    The spectrum of a cross-correlation is the picture's times that of the kernel turned round. So
    the work for one output does not grow with the kernel. Spectra come from the fast Fourier
    transform, of the whole picture or of tiles that overlap, whichever is cheaper.

    Sums come out right but for rounding: the error is small against the largest numbers of a
    picture and not, as in `conv2d`, against those in the window. A NaN or an infinity spoils its
    whole tile.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch; floats or complex numbers.
        weight: `(O, C / groups, k_h, k_w)`.
        bias: `(O,)`, or None.
        stride: As for `conv2d`. All places are computed; those between are dropped.
        padding: As for `conv2d`.
        dilation: As for `conv2d`. It costs nothing: a spread kernel has as many taps.
        groups: As for `conv2d`.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, as `conv2d`.

    Raises:
        TypeError: as `conv2d`, and for integers: a spectrum is made of fractions.
        ValueError: as `conv2d`.

    Example:
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> K = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> conv2d_fft(X, K).round()
        tensor([[[[19., 25.],
                  [37., 43.]]]])
        >>> conv2d_fft(X.long(), K.long())
        Traceback (most recent call last):
        ...
        TypeError: conv2d_fft(input (1, 1, 3, 3), weight (1, 1, 2, 2)): not defined for \
torch.int64: a spectrum is made of fractions

    Source: M. Mathieu, M. Henaff and Y. LeCun, Fast training of convolutional networks through FFTs
    (2013); in tiles: A. Zlateski, Z. Jia, K. Li and F. Durand, FFT convolutions are faster than
    Winograd on modern CPUs, here is why (2018).
    """

    def limits(call: Call, weight: Tensor, stride: Pair, dilation: Pair) -> None:
        dtypes(call, weight.dtype, complex_=True, because=": a spectrum is made of fractions")

    return convolve(
        "conv2d_fft",
        2,
        _by_spectra,
        input,
        weight,
        bias,
        stride,
        padding,
        dilation,
        groups,
        limits,
    )


def _by_spectra(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Convolve at stride 1, and keep every s-th row and column."""
    if x.shape[0] == 0:  # torch.fft refuses to transform nothing
        return correlate(x, weight, places, stride, padding, dilation, groups)
    dense = tuple((o - 1) * s + 1 for o, s in zip(places, stride, strict=True))
    reach = tuple(map(effective_kernel_size, weight.shape[2:], dilation))
    tile = cheapest_tile(reach, dense, x.shape[0], x.shape[1], weight.shape[0], groups)
    y = by_tiles(x, weight, dense, padding, groups, _fourier(tile, reach, dilation, x.dtype))
    return y[..., :: stride[0], :: stride[1]]


def _fourier(tile: Pair, reach: Pair, dilation: Pair, dtype: torch.dtype) -> Transform:
    """Turn sliding into multiplying by Fourier's transform of tiles of this size.

    A product of spectra slides the kernel round and round: what leaves the tile at the far edge
    enters it again at the near one. At the first t − k + 1 places it does not get so far, and only
    these are kept.
    """
    outputs = tuple(t - k + 1 for t, k in zip(tile, reach, strict=True))
    complex_ = dtype.is_complex
    forward = torch.fft.fft2 if complex_ else torch.fft.rfft2  # of real numbers half is enough
    inverse = torch.fft.ifft2 if complex_ else torch.fft.irfft2
    frequencies = tile if complex_ else (tile[0], tile[1] // 2 + 1)

    def of_kernels(w: Tensor) -> Tensor:
        """Transform few taps to many frequencies: two matrix products, no zeros between the taps.

        A tap turns forwards, where a pixel turns backwards. This is the kernel turned round, and
        makes the product a correlation. (For a real kernel it is the conjugate of its spectrum,
        for a complex one it is not.)
        """
        w = w.to(dtype.to_complex())
        axes = zip(tile, frequencies, w.shape[:2], dilation, strict=True)
        down, across = (_turns(*axis).to(w) for axis in axes)
        return along_both_axes(down, across, w)

    return Transform(
        tile,
        outputs,
        of_tiles=lambda x: forward(x, dim=(0, 1)),
        of_kernels=of_kernels,
        back=lambda y: inverse(y, s=tile, dim=(0, 1))[: outputs[0], : outputs[1]],
    )


def _turns(tile: int, frequencies: int, taps: int, dilation: int) -> Tensor:
    """Fourier's matrix: how far frequency f turns tap a, exp(2πi·f·a / tile), with a dilated."""
    turns = torch.arange(frequencies)[:, None] * (torch.arange(taps) * dilation) % tile
    angles = turns.double() * (2 * torch.pi / tile)
    return torch.polar(torch.ones_like(angles), angles)


@lru_cache
def cheapest_tile(
    reach: Pair, places: Pair, batch: int, channels: int, out_channels: int, groups: int
) -> Pair:
    """Find the size of tiles whose transforms and products cost least together.

    Small tiles repeat more of the picture, large ones make more of the kernels' spectra. Kernels of
    3x3 between 64 and 64 channels of 56x56 want tiles of 16x16 (one tile takes ten times as long),
    one kernel of 31x31 for each channel wants one tile.
    """
    least = tuple(map(fast_length, reach))
    most = tuple(fast_length(o + k - 1) for o, k in zip(places, reach, strict=True))

    def cost(tile: Pair) -> int:
        tiles, numbers = batch, tile[0] * (tile[1] // 2 + 1)
        for t, k, o in zip(tile, reach, places, strict=True):
            tiles *= -(-o // (t - k + 1))
        pairs = out_channels * channels // groups
        kernels = pairs * numbers
        pictures = tiles * (channels + out_channels) * (numbers + PER_TRANSFORM)
        return PER_NUMBER * (kernels + pictures) + pairs * tiles * numbers

    length, candidates = min(least), []
    while length <= max(most):
        square = zip(least, most, strict=True)
        candidates.append(tuple(min(max(length, low), high) for low, high in square))
        length = fast_length(length + 1)
    return min(candidates, key=cost)


def fast_length(n: int) -> int:
    """Return the least length from n on that is a power of two, or 3 or 5 times one.

    Any length without a larger prime factor is fast; these are the fastest for their size.
    """
    times = {odd: -(-n // odd) for odd in (1, 3, 5)}  # rounded up, and then to a power of two:
    return min(odd << (least - 1).bit_length() for odd, least in times.items())
