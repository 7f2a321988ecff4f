"""The ways to compute what `definition` defines, one idea a file, and which is chosen when.

A way to convolve is a function of pictures `(N, C, H, W)`, kernels `(O, C / groups, k_h, k_w)` and
the layer's geometry; it returns `(N, O, o_h, o_w)`. All add up the same products; they differ in
what there is to make a matrix product of. They write into memory, so they are for plain tensors
only: everything else is computed as it is defined. `python -m benchmarks ways` times them on both
sides of each rule below.
"""

from collections.abc import Callable
from math import isfinite

from torch import Tensor

from utils.functional import definition
from utils.functional.door import plain, recorded
from utils.functional.geometry import Layer
from utils.functional.ways.band import multiply_bands
from utils.functional.ways.stamps import stamp_kernels
from utils.functional.ways.strips import COPIED, unroll_rows, unroll_windows
from utils.functional.ways.taps import multiply_taps

Way = Callable[[Tensor, Tensor, Layer], Tensor]

MADE_OF_ONE = 2  # outputs of a channel up to which multiplying it by numbers is fastest
WORTH = 128  # products of a row of a band with the picture, from which they are worth its zeros


def choose(x: Tensor, weight: Tensor, layer: Layer) -> Way:
    """Choose how to convolve."""
    out_channels, taken, k_h, k_w = weight.shape
    if taken == 0:
        return make_nothing
    if not plain(x, weight):
        return definition.convolve
    if taken == 1 < layer.groups and out_channels <= MADE_OF_ONE * layer.groups:
        worth = k_h * layer.columns.places >= WORTH * layer.rows.stride
        worth = worth and out_channels == layer.groups and harmless(x, weight)
        return multiply_bands if worth else multiply_taps
    unrolled = min(x.shape[0], 1) * taken * layer.groups * k_h * k_w
    few = unrolled * layer.rows.places * layer.columns.places <= max(weight.numel(), COPIED)
    return unroll_windows if few or k_h == 1 or layer.rows.stride > 1 else unroll_rows


def choose_transposed(x: Tensor, weight: Tensor) -> Way:
    """Choose how to convolve transposed."""
    return stamp_kernels if plain(x, weight) else definition.transpose


def make_nothing(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Of no channels torch makes no channels, whatever the weight says."""
    return x.new_zeros(x.shape[0], 0, *layer.places)


def harmless(x: Tensor, *others: Tensor) -> bool:
    """Whether a product with zeros is zero: neither NaN nor infinity is, or will be, in x.

    A sum is finite only if all that it adds up is. The gradient, on its way back, is not known yet.
    """
    return not recorded(x, *others) and isfinite(x.sum().abs())
