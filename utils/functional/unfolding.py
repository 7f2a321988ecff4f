"""Unfold and fold: the windows written out as columns, and columns added back into a picture."""

from collections.abc import Sequence

import torch
from torch import Tensor

from utils.functional import definition
from utils.functional.arguments import Call, Ints
from utils.functional.door import as_pictures, operator, plain
from utils.functional.geometry import Layer, layer_of, reading
from utils.functional.ways.stamps import add_stamps

NUMBERS = ("kernel_size", "dilation", "padding", "stride")


@operator()
def unfold(
    input: Tensor, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0, stride: Ints = 1
) -> Tensor:
    """Write each window out as a column, as `torch.nn.functional.unfold` does (also: im2col).

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        kernel_size: k, or `(k_h, k_w)`.
        dilation: Distance between neighbouring taps, an integer or one for each axis; 1 or more.
        padding: Zeros on each side; 0 or more.
        stride: Distance between neighbouring windows; 1 or more.

    Returns:
        `(N, C * k_h * k_w, L)`, or `(C * k_h * k_w, L)`, with L = o_h·o_w windows.

    Raises:
        TypeError: if the input is no tensor of floats, complex numbers or bools, or a number is no
            integer.
        ValueError: if the input has no such shape or is empty, a number is too small, or the
            kernel is larger than the padded input.

    Example:
        >>> unfold(torch.arange(9.).reshape(1, 1, 3, 3), 2)
        tensor([[[0., 1., 3., 4.],
                 [1., 2., 4., 5.],
                 [3., 4., 6., 7.],
                 [4., 5., 7., 8.]]])
        >>> unfold(torch.zeros(2, 5, 3, 4), (2, 3)).shape
        torch.Size([2, 30, 4])

    Source: K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural networks
    for document processing (2006).
    """
    call = Call("unfold", 2, input=input)
    call.check_tensors("input")
    call.check_dtype(input.dtype, boolean=True, complex_=True)
    call.check_pictures(input)
    layer = _read_layer(call, input.shape[-2:], kernel_size, dilation, padding, stride)
    x = input if input.ndim == 4 else input.unsqueeze(0)  # halves stay: they are only copied
    columns = definition.unfold(x, layer).clone(memory_format=torch.contiguous_format)
    columns = columns.flatten(1, 3).flatten(2)
    return columns if input.ndim == 4 else columns.squeeze(0)


@operator()
def fold(
    input: Tensor,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> Tensor:
    """Add columns back into the windows they come from, as `torch.nn.functional.fold` does.

    It is the adjoint of `unfold`, not its inverse: where windows overlap, their numbers add up.

    Args:
        input: `(N, C * k_h * k_w, L)`, or `(C * k_h * k_w, L)` without a batch.
        output_size: H and W of the picture, an integer or a pair.
        kernel_size: k, or `(k_h, k_w)`.
        dilation: As for `unfold`.
        padding: As for `unfold`.
        stride: As for `unfold`.

    Returns:
        `(N, C, H, W)`, or `(C, H, W)`.

    Raises:
        TypeError: if the input is no tensor of floats, complex numbers or bools, or a number is no
            integer.
        ValueError: if the columns are not C·k_h·k_w long or not one for each window, or a number
            is too small.

    Example:
        >>> ones = torch.ones(1, 1, 3, 3)
        >>> fold(unfold(ones, 2), 3, 2)  # how many windows see each pixel
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])

    Source: PyTorch, `torch.nn.Fold`.
    """
    call = Call("fold", 2, input=input)
    call.check_tensors("input")
    call.check_dtype(input.dtype, boolean=True, complex_=True)
    if input.ndim not in (2, 3):
        raise call.refusal("input must be (N, C·k_h·k_w, L) or (C·k_h·k_w, L)")
    if 0 in tuple(input.shape[-2:]):
        raise call.refusal("input must have a column with a number in it")
    sizes = call.integers("output_size", output_size, 1, single=False)
    layer = _read_layer(call, sizes, kernel_size, dilation, padding, stride)
    (k_h, k_w), (o_h, o_w), (length, found) = layer.kernel_size, layer.places, input.shape[-2:]
    if length % (k_h * k_w) != 0:
        raise call.refusal(f"columns of {length} cannot be divided into windows of {k_h}·{k_w}")
    if found != o_h * o_w:
        raise call.refusal(
            f"a picture of {sizes[0]}x{sizes[1]} has {o_h}·{o_w} = {o_h * o_w} windows, "
            f"but there are {found} columns"
        )
    stamps = as_pictures(input, 1).squeeze(3).unflatten(2, (o_h, o_w))
    stamps = stamps.unflatten(1, (length // (k_h * k_w), k_h, k_w))
    add_up = add_stamps if plain(stamps) else definition.fold
    y = add_up(stamps, layer).to(input.dtype).contiguous()
    return y if input.ndim == 3 else y.squeeze(0)


def _read_layer(call: Call, sizes: Sequence[int], *numbers: Ints) -> Layer:
    """Read kernel size, dilation, padding and stride; torch refuses a sequence of one here."""
    kernel_size, dilation, padding, stride = (
        call.integers(name, value, int(name != "padding"), single=False)
        for name, value in zip(NUMBERS, numbers, strict=True)
    )
    sides = [(p, p) for p in padding]
    each = zip(sizes, kernel_size, stride, sides, dilation, strict=True)
    return layer_of([reading(call, *axis) for axis in each])
