"""The geometry of a layer: all that its integers say about its windows, in one value.

A layer slides windows over pictures. Along an axis of `size` pixels, padded before and after, a
window has `kernel` taps, `dilation` pixels apart, and takes `places` places, `stride` pixels apart:
tap a of window i sees pixel i·stride + a·dilation − before. Nothing else is needed to convolve, to
pool, to unfold or to fold, and nothing here knows a tensor.

An operator that writes through its windows, fold or a transposed convolution, has the geometry of
the one that reads through them: `size` is that of its output.
"""

from collections.abc import Iterable
from typing import NamedTuple

from utils.functional.arguments import Call, Pair


class Axis(NamedTuple):
    """The windows along one axis."""

    size: int = 1
    kernel: int = 1
    places: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def span(self) -> int:
        """How many pixels a window reaches over."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """How many pixels there are with the padding."""
        return self.before + self.size + self.after

    @property
    def dense(self) -> "Axis":
        """The same windows one pixel apart: every stride-th of them is one of this axis."""
        return self._replace(stride=1, places=self.stride * (self.places - 1) + 1)

    def pixel(self, place: int, tap: int) -> int:
        """Which pixel a tap sees; negative, or `size` and more, where it is padding."""
        return place * self.stride + tap * self.dilation - self.before


class Layer(NamedTuple):
    """The windows of a layer, and into how many groups its channels fall that do not mix."""

    rows: Axis
    columns: Axis
    groups: int = 1

    @property
    def kernel_size(self) -> Pair:
        """`(k_h, k_w)`."""
        return self.rows.kernel, self.columns.kernel

    @property
    def places(self) -> Pair:
        """`(o_h, o_w)`."""
        return self.rows.places, self.columns.places

    @property
    def stride(self) -> Pair:
        """`(s_h, s_w)`."""
        return self.rows.stride, self.columns.stride

    @property
    def dilation(self) -> Pair:
        """`(d_h, d_w)`."""
        return self.rows.dilation, self.columns.dilation


def layer_of(axes: Iterable[Axis], groups: int = 1) -> Layer:
    """Make a layer of two axes, or of one: a signal is a picture of one column."""
    rows, *columns = axes
    return Layer(rows, columns[0] if columns else Axis(), groups)


def reading(call: Call, size: int, kernel: int, stride: int, padding: Pair, dilation: int) -> Axis:
    """The windows that read `size` pixels with so much padding before and after, as many as fit."""
    padded = size + padding[0] + padding[1]
    span = dilation * (kernel - 1) + 1
    if span > padded:
        raise call.refusal(f"the kernel spans {span}, more than the padded input's {padded}")
    return Axis(size, kernel, (padded - span) // stride + 1, stride, dilation, *padding)


def writing(
    call: Call, places: int, kernel: int, stride: int, padding: int, more: int, dilation: int
) -> Axis:
    """The windows that so many pixels write through: `size` follows, `more` is output padding."""
    if more >= max(stride, dilation):
        raise call.refusal(
            f"output_padding {more} must be less than the larger of stride {stride} and "
            f"dilation {dilation}"
        )
    size = (places - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1
    if size < 1:
        raise call.refusal(f"output size = {size}: the padding cuts everything off")
    # An output_padding may reach beyond every window.
    after = max(0, padding - more)
    return Axis(size, kernel, places, stride, dilation, padding, after)
