"""Write through the windows that convolution reads through: fold, and transposed convolution.

A pixel of the input stamps its kernel, scaled by the pixel's value, onto the output. All the scaled
kernels come from one matrix product. Then each tap adds what it has to the picture that it would
see in a convolution, all places at once: within one tap no two places meet.
"""

from itertools import product

import torch
from torch import Tensor

from utils.functional.definition import crop
from utils.functional.door import recorded
from utils.functional.geometry import Layer
from utils.functional.sliding import see


def add_stamps(stamps: Tensor, layer: Layer) -> Tensor:
    """Add `(N, C, k_h, k_w, o_h, o_w)` up where the windows are: `(N, C, H, W)`."""
    rows, columns = layer.rows, layer.columns
    y = stamps.new_zeros(*stamps.shape[:2], rows.padded, columns.padded)
    view = see(y, layer)
    for a, b in product(range(rows.kernel), range(columns.kernel)):
        view[:, :, a, b] += stamps[:, :, a, b]
    return crop(y, layer)


def stamp_kernels(x: Tensor, weight: Tensor, layer: Layer) -> Tensor:
    """Convolve transposed with `(C, O / groups, k_h, k_w)`.

    A picture's stamps are k_h·k_w times as many numbers as its places, so it is one picture at a
    time; but for gradients all at once, since each write would be a step of its own on the way
    back, as long as the whole.
    """
    places = layer.rows.places * layer.columns.places
    taken, channels = x.shape[1] // layer.groups, weight.shape[1] * layer.groups
    kernels = weight.reshape(layer.groups, taken, -1).transpose(1, 2)
    at_once = x.shape[0] if recorded(x, weight) else 1
    pictures = []
    for some in x.split(max(1, at_once)):
        stamps = kernels @ some.reshape(some.shape[0], layer.groups, taken, places)
        shape = (some.shape[0], channels, *layer.kernel_size, *layer.places)
        pictures.append(add_stamps(stamps.view(shape), layer))
    return pictures[0] if len(pictures) == 1 else torch.cat(pictures)
