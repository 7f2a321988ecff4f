"""Multiply spectra: Fourier's way, for kernels that are large.

The spectrum of a cross-correlation is the picture's times that of the kernel turned round. So the
work for one output does not grow with the kernel. Spectra come from the fast Fourier transform, of
the whole picture or of tiles that overlap, whichever is cheaper.

Each number of a spectrum is made of all pixels of its tile, and so is each number that comes back.
That what lies outside a window cancels out is true of numbers, not of a NaN or an infinity: these
spoil their whole tile. It is the nature of the way, and it is never chosen by itself.
"""

from functools import lru_cache

import torch
from torch import Tensor

from utils.functional.arguments import Pair
from utils.functional.geometry import Layer
from utils.functional.ways.tiles import Transform, along_both_axes, multiply_tiles

# What transforms cost in multiply-adds of a matrix product, as measured: 64 for each number of a
# spectrum, and for each spectrum as much again as for 80 numbers.
PER_NUMBER = 64
PER_TRANSFORM = 80


def multiply_spectra(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Convolve by Fourier's transform at stride 1, and keep every s-th row and column."""
    dense = Layer(layer.rows.dense, layer.columns.dense, layer.groups)
    reach = (layer.rows.span, layer.columns.span)
    tile = cheapest_tile(reach, dense.places, x.shape[0], x.shape[1], weight.shape[0], layer.groups)
    y = multiply_tiles(x, weight, dense, _fourier(tile, reach, layer.dilation, x.dtype))
    return y[..., :: layer.rows.stride, :: layer.columns.stride]


def _fourier(tile: Pair, reach: Pair, dilation: Pair, dtype: torch.dtype) -> Transform:
    """Turn sliding into multiplying by Fourier's transform of tiles of this size.

    A product of spectra slides the kernel round and round: what leaves the tile at the far edge
    enters it again at the near one. At the first t − k + 1 places it does not get so far, and only
    these are kept.
    """
    outputs = (tile[0] - reach[0] + 1, tile[1] - reach[1] + 1)
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
    least = [fast_length(k) for k in reach]
    most = [fast_length(o + k - 1) for o, k in zip(places, reach, strict=True)]

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
        height, width = (min(max(length, k), o) for k, o in zip(least, most, strict=True))
        candidates.append((height, width))
        length = fast_length(length + 1)
    return min(candidates, key=cost)


def fast_length(n: int) -> int:
    """Return the least length from n on that is a power of two, or 3 or 5 times one.

    Any length without a larger prime factor is fast; these are the fastest for their size.
    """
    times = {odd: -(-n // odd) for odd in (1, 3, 5)}  # rounded up, and then to a power of two:
    return min(odd << (least - 1).bit_length() for odd, least in times.items())
