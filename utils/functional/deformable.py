"""Deformable convolution: each tap of each window looks where an offset sends it."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from utils.functional.arguments import Call, Ints
from utils.functional.convolution import add_bias, check_outputs
from utils.functional.definition import positions
from utils.functional.door import HALVES, as_given, operator, plain
from utils.functional.geometry import layer_of, reading


@operator()
def deform_conv2d(
    input: Tensor,
    offset: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = (1, 1),
    padding: Ints = (0, 0),
    dilation: Ints = (1, 1),
    mask: Tensor | None = None,
) -> Tensor:
    """Convolve at positions that offsets move, as `torchvision.ops.deform_conv2d` does.

    In `conv2d`, tap (a, b) of the window at (i, j) reads the pixel in row i·s_h − p_h + a·d_h and
    column j·s_w − p_w + b·d_w. Here it reads that position plus an offset of its own: the bilinear
    mixture of the four pixels around it, those outside the picture being 0. A mask scales what it
    reads. Everything has a gradient; that of an offset is the slope of the mixture, and on a pixel,
    where the slope jumps, the one below and to the right.

    Args:
        input: `(N, C, H, W)`.
        offset: `(N, 2 * offset_groups * k_h * k_w, o_h, o_w)`, in pixels: for each group of input
            channels, for each tap, row by row, first how far down, then how far to the right.
        weight: `(O, C / groups, k_h, k_w)`; how many groups there are follows from it.
        bias: `(O,)`, or None.
        stride: An integer, or one for each axis; 1 or more.
        padding: On each side, an integer or one for each axis; 0 or more.
        dilation: Distance between neighbouring taps, an integer or one for each axis; 1 or more.
        mask: `(N, offset_groups * k_h * k_w, o_h, o_w)`, or None, which is as good as ones.

    Returns:
        `(N, O, o_h, o_w)`, with o_h and o_w as `utils.shapes.output_size` says.

    Raises:
        TypeError: if something is no tensor of real floats or no integer, or the dtypes differ.
        ValueError: if the shapes do not fit together, the channels cannot be shared out among the
            groups, the kernel is larger than the padded input, or a number is too small.

    Example:
        >>> X = torch.arange(9.).reshape(1, 1, 3, 3)
        >>> K = torch.tensor([[[[0., 1.], [2., 3.]]]])
        >>> offset = torch.zeros(1, 2 * 4, 2, 2)
        >>> deform_conv2d(X, offset, K)  # nothing moves
        tensor([[[[19., 25.],
                  [37., 43.]]]])
        >>> offset[:, 7] = 0.5  # the last tap looks half a pixel further to the right
        >>> deform_conv2d(X, offset, K)  # at 4.5 for 4, and half outside at 2.5 for 5
        tensor([[[[20.5000, 17.5000],
                  [38.5000, 31.0000]]]])
        >>> deform_conv2d(X, offset[:, :6], K)
        Traceback (most recent call last):
        ...
        ValueError: deform_conv2d(input (1, 1, 3, 3), offset (1, 6, 2, 2), weight (1, 1, 2, 2)): \
offset has 6 channels; each group of them needs 2·k_h·k_w = 8

    Source: J. Dai et al., Deformable convolutional networks (2017), section 2.1; the mask: X. Zhu
    et al., Deformable ConvNets v2 (2019), section 3.2.
    """
    call = Call("deform_conv2d", 2, input=input, offset=offset, weight=weight, bias=bias, mask=mask)
    groups, offset_groups = _check_tensors(call, input, offset, weight, mask)
    strides = call.integers("stride", stride, 1, single=False)
    sides = [(p, p) for p in call.integers("padding", padding, 0, single=False)]
    dilations = call.integers("dilation", dilation, 1, single=False)
    each = zip(input.shape[2:], weight.shape[2:], strides, sides, dilations, strict=True)
    layer = layer_of([reading(call, *axis) for axis in each], groups)
    for name, given in (("offset", offset), ("mask", mask)):
        if given is not None:
            wanted = (input.shape[0], given.shape[1], *layer.places)
            if tuple(given.shape) != wanted:
                raise call.refusal(f"{name} must be {wanted}: one for each picture and place")

    x = input
    if x.dtype in HALVES:  # positions and sums need more digits
        x, offset, weight = x.float(), offset.float(), weight.float()
        mask = mask if mask is None else mask.float()
    # Where the taps look when nothing moves them, `(o, k)`.
    rows, columns = (positions(axis, x.device).T.to(x.dtype) for axis in layer[:2])
    pixels = _Pixels(x, offset_groups)
    # First the tap, then, as pixels are asked for, (N, o_h, o_w, offset groups).
    moves = offset.unflatten(1, (offset_groups, *layer.kernel_size, 2)).permute(2, 3, 4, 0, 5, 6, 1)
    if mask is not None:
        mask = mask.unflatten(1, (offset_groups, *layer.kernel_size)).permute(2, 3, 0, 4, 5, 1)
    matrices = weight.unflatten(0, (groups, -1)).permute(3, 4, 0, 2, 1)

    def look(a: int, b: int) -> Tensor:
        """Multiply what tap (a, b) sees in all windows by its weights."""
        down, right = moves[a, b]
        scale = None if mask is None else mask[a, b]
        seen = pixels.between(rows[:, a, None, None] + down, columns[:, b, None] + right, scale)
        product: Tensor = seen.unflatten(1, (groups, -1)).transpose(0, 1) @ matrices[a, b]
        return product

    keep_none = partial(checkpoint, use_reentrant=False, preserve_rng_state=False)
    places = x.shape[0] * layer.rows.places * layer.columns.places
    y = x.new_zeros(groups, places, matrices.shape[-1])
    for a in range(layer.rows.kernel):
        for b in range(layer.columns.kernel):
            # Four pixels for each tap and place are 4·k_h·k_w times the picture. Keep none of them
            # for the gradient: if it is asked for, the tap looks again.
            y = y + (keep_none(look, a, b) if plain(x, offset, weight) else look(a, b))
    y = y.unflatten(1, (x.shape[0], *layer.places)).permute(1, 0, 4, 2, 3).flatten(1, 2)
    return as_given(add_bias(y, bias), input, 2)


class _Pixels:
    """A picture that can be read between its pixels.

    Outside it are zeros: a ring of them, two pixels wide, so that a position just outside, too,
    has pixels all around, and beyond it nothing has a slope.

    Args:
        x: `(N, C, H, W)`.
        groups: How many groups of channels read at positions of their own.
    """

    def __init__(self, x: Tensor, groups: int):
        self.size = tuple(x.shape[2:])
        ringed = F.pad(x, (2, 2, 2, 2)).permute(0, 2, 3, 1)  # (N, H + 4, W + 4, C)
        batch, height, width, channels = ringed.shape
        # One group of one pixel is one row of a table.
        count = batch * height * width * groups
        self.table = ringed.reshape(count, channels // groups)
        self.down, self.right = width * groups, groups  # steps in it to the next pixel
        indices = torch.arange(count, device=x.device).view(batch, height, width, groups)
        self.first = indices[:, :1, :1]  # of each picture and group

    def between(self, y: Tensor, x: Tensor, scale: Tensor | None) -> Tensor:
        """Mix the four pixels around positions `(N, o_h, o_w, groups)`: `(N * o_h * o_w, C)`."""
        row, below = self._split(y, self.size[0])
        column, right = self._split(x, self.size[1])
        index = self.first + row * self.down + column * self.right
        if scale is None:
            scale = torch.ones_like(y)
        seen = self.table.new_zeros(index.numel(), self.table.shape[1])
        for down, vertical in ((0, 1 - below), (self.down, below)):
            for along, horizontal in ((0, 1 - right), (self.right, right)):
                share = (scale * vertical * horizontal).flatten().unsqueeze(1)
                pixels = self.table.index_select(0, (index + (down + along)).flatten())
                seen = torch.addcmul(seen, pixels, share)
        return seen.view(-1, index.shape[-1] * seen.shape[1])

    def _split(self, position: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Return the pixel before each position, counted in the ring, and how far it is from it.

        All that is far outside looks at the ring. NaN looks at some pixel, and mixes it to NaN.
        """
        position = position.clamp(-2, size)  # its own slope at an end differs between versions
        before = position.detach().nan_to_num().floor()
        return before.long() + 2, position - before


def _check_tensors(
    call: Call, input: Tensor, offset: Tensor, weight: Tensor, mask: Tensor | None
) -> tuple[int, int]:
    """Check all that does not depend on the output's size; return groups and offset groups."""
    call.check_tensors("input", "offset", "weight")
    call.check_dtype(input.dtype)
    if input.ndim != 4:
        raise call.refusal("input must be (N, C, H, W)")
    if weight.ndim != 4:
        raise call.refusal("weight must be (O, C / groups, k_h, k_w)")
    for name, value, per_tap in (("offset", offset, "2·"), ("mask", mask, "")):
        if value is not None and value.ndim != 4:
            raise call.refusal(f"{name} must be (N, {per_tap}offset groups·k_h·k_w, o_h, o_w)")
    call.check_pictures(input, of_none=True)
    if 0 in tuple(weight.shape[2:]):
        raise call.refusal("weight must have a tap")
    channels, taken, taps = input.shape[1], weight.shape[1], weight.shape[2] * weight.shape[3]
    if taken == 0:
        raise call.refusal("weight must take a channel")
    groups = channels // taken
    if groups * taken != channels or channels == 0:
        raise call.refusal(
            f"input has {channels} channels, not a multiple of the {taken} that weight takes"
        )
    check_outputs(call, weight, groups)
    moves = offset.shape[1]
    offset_groups = moves // (2 * taps)
    if offset_groups * 2 * taps != moves or moves == 0:
        raise call.refusal(
            f"offset has {moves} channels; each group of them needs 2·k_h·k_w = {2 * taps}"
        )
    if channels % offset_groups != 0:
        raise call.refusal(
            f"offset has {offset_groups} groups, which must divide input's {channels} channels"
        )
    if mask is not None and mask.shape[1] != offset_groups * taps:
        raise call.refusal(
            f"mask must have {offset_groups}·k_h·k_w = {offset_groups * taps} channels"
        )
    return groups, offset_groups
