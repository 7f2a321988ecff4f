"""Convolution (cross-correlation, as all networks compute it) in one and two dimensions."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.functional import arguments
from utils.functional.arguments import Ints, require
from utils.functional.flat import FlatTaps, Pair
from utils.functional.windows import slide, windows
from utils.shapes import output_size, same_padding

# Unrolled windows are kept below this many numbers (1 MiB of float32), which stays in a core's
# cache, or below the size of the kernel, which has to be read anyway.
UNROLLED = 1 << 18

# Outputs of a row that are made together where each channel has a wide kernel of its own.
TILE = 16


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve a picture of many channels with many kernels, as `torch.nn.functional.conv2d` does.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` without a batch.
        weight: `(O, C / groups, k_h, k_w)`, one kernel for each output channel.
        bias: `(O,)`, or None.
        stride: An integer, or one for each axis; 1 or more.
        padding: Zeros on each side, an integer or one for each axis; or "valid", none, or "same",
            as many as keep the size (stride 1 only; an odd one goes below and to the right).
        dilation: Distance between neighbouring taps, an integer or one for each axis; 1 or more.
        groups: Output channels and input channels fall into this many groups that do not mix.

    Returns:
        `(N, O, o_h, o_w)`, or `(O, o_h, o_w)`, with o_h and o_w as `utils.shapes.output_size` says.

    Raises:
        TypeError: if something is no tensor or no integer, or the dtypes differ.
        ValueError: if the shapes do not fit together, `groups` does not divide the channels, the
            kernel is larger than the padded input, a number is too small, or "same" meets a stride.

    Example:
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> K = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> conv2d(X, K)
        tensor([[[[19., 25.],
                  [37., 43.]]]])
        >>> conv2d(X, K, stride=(3, 2), padding=1)
        tensor([[[[0., 8.],
                  [6., 8.]]]])
        >>> conv2d(X, K.expand(1, 2, 2, 2))
        Traceback (most recent call last):
        ...
        ValueError: conv2d(input (1, 1, 3, 3), weight (1, 2, 2, 2)): input has 1 channels, but \
weight takes 2·groups = 2

    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints | str = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve a signal of many channels with many kernels, as `torch.nn.functional.conv1d` does.

    It is `conv2d` on a picture of one row.

    Args:
        input: `(N, C, L)`, or `(C, L)` without a batch.
        weight: `(O, C / groups, k)`.
        bias: `(O,)`, or None.
        stride: 1 or more.
        padding: Zeros on each side; or "valid" or "same".
        dilation: 1 or more.
        groups: As for `conv2d`.

    Returns:
        `(N, O, o)`, or `(O, o)`.

    Raises:
        TypeError: as `conv2d`.
        ValueError: as `conv2d`.

    Example:
        >>> conv1d(torch.arange(7.).reshape(1, 7), torch.tensor([[[1., 2.]]]))
        tensor([[ 2.,  5.,  8., 11., 14., 17.]])

    Source: chapter 11.
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def _conv(
    name: str,
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Ints | str,
    dilation: Ints,
    groups: int,
) -> Tensor:
    """Read the arguments, make a signal a picture of one row, convolve."""

    def call() -> str:
        return arguments.describe(name, input=input, weight=weight, bias=bias)

    batched, groups = check_tensors(call, axes, input, weight, bias, groups)
    out_channels = weight.shape[0]
    channels, taken = input.shape[-axes - 1], weight.shape[1]
    require(
        channels == taken * groups,
        call,
        f"input has {channels} channels, but weight takes {taken}·groups = {taken * groups}",
    )
    require(
        out_channels >= groups and out_channels % groups == 0,
        call,
        f"groups = {groups} must divide weight's {out_channels} output channels",
    )
    require(
        bias is None or tuple(bias.shape) == (out_channels,),
        call,
        f"bias must be ({out_channels},), one for each output channel",
    )
    stride = arguments.integers(call, "stride", stride, axes, 1)
    dilation = arguments.integers(call, "dilation", dilation, axes, 1)
    if set(dilation) != {1}:  # torch convolves short integers too, but does not spread the taps
        arguments.dtypes(call, input.dtype, integers=torch.int64, complex_=True)
    kernel_size = tuple(weight.shape[2:])
    x = input if batched else input.unsqueeze(0)
    if isinstance(padding, str):
        require(
            padding in ("same", "valid"),
            call,
            f'padding must be "same" or "valid"; got {padding!r}',
        )
        splits = [(0, 0)] * axes
        if padding == "same":
            require(set(stride) == {1}, call, f'padding="same" needs stride 1; got {stride}')
            splits = [same_padding(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
            odd = [after - before for before, after in splits]
            if any(odd):  # the odd row and column are added here, the even rest below
                x = F.pad(x, [side for extra in reversed(odd) for side in (0, extra)])
        padding = tuple(before for before, _ in splits)
    else:
        padding = arguments.integers(call, "padding", padding, axes, 0)
    try:
        sizes = zip(x.shape[2:], kernel_size, stride, padding, dilation, strict=True)
        places = tuple(output_size(*axis) for axis in sizes)
    except ValueError as error:
        arguments.refuse(call, f"output size = {error}")

    if axes == 1:
        x, weight = x.unsqueeze(2), weight.unsqueeze(2)
        places, stride = (1, *places), (1, *stride)
        padding, dilation = (0, *padding), (1, *dilation)
    dtype = x.dtype
    if dtype in (torch.float16, torch.bfloat16):  # sums need more digits than these have
        x, weight = x.float(), weight.float()
    y = correlate(x, weight, places, stride, padding, dilation, groups)
    # A new tensor, dense: the sums may be a part of a wider one.
    y = y.contiguous() if bias is None else y + bias.to(y.dtype).view(-1, 1, 1)
    y = y.to(dtype)
    y = y.squeeze(2) if axes == 1 else y
    return y if batched else y.squeeze(0)


def check_tensors(
    call: Callable[[], str],
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    groups: int,
) -> tuple[bool, int]:
    """Check what convolution and transposed convolution share; say whether there is a batch."""
    arguments.tensors(call, input=input, weight=weight, **({} if bias is None else {"bias": bias}))
    arguments.dtypes(call, input.dtype, integers=True, complex_=True)
    size = "(N, C, H, W) or (C, H, W)" if axes == 2 else "(N, C, L) or (C, L)"
    require(input.ndim in (axes + 1, axes + 2), call, f"input must be {size}")
    taps = "(O, C / groups, k_h, k_w)" if axes == 2 else "(O, C / groups, k)"
    taps = taps.replace("O, C", "C, O") if "transpose" in call() else taps
    require(weight.ndim == axes + 2, call, f"weight must be {taps}")
    require(min(input.shape[-axes:]) > 0, call, "input must have a pixel")
    require(min(weight.shape[2:]) > 0, call, "weight must have a tap")
    return input.ndim == axes + 2, arguments.integer(call, "groups", groups, 1)


def correlate(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Convolve `(N, C, H, W)` with `(O, C / groups, k_h, k_w)` by the cheapest of four ways.

    All four add up, over the taps, the shifted picture times the tap's weights. They differ in
    what there is to make a matrix product of.
    """
    _, taken, *kernel_size = weight.shape
    if taken == 0:  # torch, too, makes no channels of none
        return x.new_zeros(x.shape[0], 0, *places)
    way = cheapest(taken, groups, weight, places)
    if way == "unroll":
        return _unroll(x, weight, places, stride, padding, dilation, groups)
    if way == "band":
        return _band(x, weight, places, stride, padding, dilation)
    if way == "multiply" and stride[1] == 2:
        # Making twice as many columns is faster than sorting odd from even ones first.
        places, stride, every = (places[0], 2 * places[1] - 1), (stride[0], 1), 2
    else:
        every = 1
    taps = FlatTaps(tuple(kernel_size), places, stride, dilation)
    by_taps = _multiply_taps if way == "multiply" else _matrix_product_taps
    return by_taps(x, weight, taps, padding, groups)[..., ::every]


def cheapest(taken: int, groups: int, weight: Tensor, places: Pair) -> str:
    """Choose between "multiply", "band", "unroll" and "matrix"; measured by `make bench`."""
    if taken == 1 and weight.shape[0] == groups > 1 and weight.shape[3] > 4 and places[1] > 12:
        return "band"
    if taken == 1 and weight.shape[0] <= 4 * groups:
        return "multiply"
    number_of_taps = weight[0, 0].numel()
    unrolled = taken * groups * number_of_taps * places[0] * places[1]
    few = taken < 16 or unrolled <= max(weight.numel(), UNROLLED)
    return "unroll" if few and number_of_taps > 1 else "matrix"


def _multiply_taps(x: Tensor, weight: Tensor, taps: FlatTaps, padding: Pair, groups: int) -> Tensor:
    """Each group has one channel: multiply the shifted picture by a number, tap by tap."""
    out_channels = weight.shape[0]
    scale = weight.reshape(groups, out_channels // groups, *weight.shape[2:]).unsqueeze(-1)
    y = None
    for a, b, seen in taps.read(x, padding):
        seen = seen.unsqueeze(2)  # (N, g, 1, line)
        if y is None:
            y = seen * scale[:, :, a, b]
        else:
            y.addcmul_(seen, scale[:, :, a, b])
    return y.view(x.shape[0], out_channels, taps.places[0], taps.pitch)[..., : taps.places[1]]


def _matrix_product_taps(
    x: Tensor, weight: Tensor, taps: FlatTaps, padding: Pair, groups: int
) -> Tensor:
    """Many channels: one matrix product (outputs, channels)·(channels, line) for each tap."""
    batch, (out_channels, taken) = x.shape[0], weight.shape[:2]
    matrices = weight.reshape(groups, out_channels // groups, taken, *weight.shape[2:])
    matrices = matrices.permute(3, 4, 0, 1, 2).contiguous()
    y = None
    for a, b, seen in taps.read(x, padding):
        seen = seen.reshape(batch * groups, taken, taps.length)
        matrix = matrices[a, b].expand(batch, -1, -1, -1).flatten(0, 1)
        if batch * groups == 1:  # a plain matrix product is faster than a batch of one
            y = torch.mm(matrix[0], seen[0]) if y is None else y.addmm_(matrix[0], seen[0])
        else:
            y = torch.bmm(matrix, seen) if y is None else y.baddbmm_(matrix, seen)
    return y.view(batch, out_channels, taps.places[0], taps.pitch)[..., : taps.places[1]]


def _band(
    x: Tensor, weight: Tensor, places: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Tensor:
    """Each channel has one wide kernel: a row of it as a banded matrix that makes 16 outputs.

    Most of the band's numbers are zeros, and yet one product with it is faster than k_w times
    multiplying the picture by a number.
    """
    batch, channels = x.shape[0], x.shape[1]
    k_h, k_w = weight.shape[2:]
    tiles = -(-places[1] // TILE)
    span = (TILE - 1) * stride[1] + dilation[1] * (k_w - 1) + 1  # columns that a tile sees
    width = (tiles - 1) * TILE * stride[1] + span
    padded = F.pad(x, (padding[1], width - x.shape[3] - padding[1], padding[0], padding[0]))
    tiled = slide(padded, 3, span, TILE * stride[1], 1).contiguous()  # (N, C, rows, tiles, span)
    del padded  # as large as the picture: not kept while the products are made
    band = x.new_zeros(channels, k_h, span, TILE)
    # Tap b of output j sees column j·stride + b·dilation: as a view, the places of all (b, j).
    strides = (*band.stride()[:2], dilation[1] * TILE, stride[1] * TILE + 1)
    band.as_strided((channels, k_h, k_w, TILE), strides).copy_(weight.squeeze(1).unsqueeze(-1))
    y = None
    for a in range(k_h):
        first = a * dilation[0]
        seen = tiled[:, :, first : first + (places[0] - 1) * stride[0] + 1 : stride[0]]
        seen = seen.reshape(batch * channels, places[0] * tiles, span)
        matrix = band[:, a].expand(batch, -1, -1, -1).flatten(0, 1)
        y = torch.bmm(seen, matrix) if y is None else y.baddbmm_(seen, matrix)
    return y.view(batch, channels, places[0], tiles * TILE)[..., : places[1]]


def _unroll(
    x: Tensor,
    weight: Tensor,
    places: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Few channels, or few places: copy the windows out into columns, one matrix product for all.

    The columns hold each input number up to k_h·k_w times, so they are made for a band of rows at
    a time.
    """
    batch, out_channels = x.shape[0], weight.shape[0]
    x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    view = windows(x, weight.shape[2:], stride, dilation)
    matrix = weight.reshape(groups, out_channels // groups, -1)
    depth = matrix.shape[2]
    budget = max(UNROLLED, weight.numel())
    rows = min(places[0], max(1, budget // (groups * depth * places[1])))
    images = max(1, budget // (groups * depth * places[1] * rows))
    y = x.new_empty(batch, groups, out_channels // groups, places[0] * places[1])
    for n in range(0, max(batch, 1), images):
        for row in range(0, places[0], rows):
            band = view[n : n + images, ..., row : row + rows, :]
            columns = band.reshape(len(band) * groups, depth, band.shape[-2] * band.shape[-1])
            first = row * places[1]
            target = y[n : n + images, ..., first : first + columns.shape[2]].flatten(0, 1)
            repeated = matrix.expand(len(band), -1, -1, -1).flatten(0, 1)
            if target.shape[0] == 1:
                target[0].addmm_(repeated[0], columns[0], beta=0)
            else:
                target.baddbmm_(repeated, columns, beta=0)
    return y.view(batch, out_channels, *places)
