"""The windows of a pooling: stride, padding and `ceil_mode` as torch means them."""

from utils.functional.arguments import Call, Ints
from utils.functional.geometry import Axis, Layer, layer_of, reading


def read_windows(
    call: Call, kernel: Ints, stride: Ints | None, padding: Ints, dilation: Ints, ceil_mode: bool
) -> Layer:
    """Check the arguments of a pooling, and say what geometry they have."""
    input = call.tensors["input"]
    assert input is not None  # or refused
    call.check_pictures(input)
    call.flag("ceil_mode", ceil_mode)
    kernel_size = call.integers("kernel_size", kernel, 1)
    if stride is None or (isinstance(stride, (tuple, list)) and not stride):
        stride = kernel_size
    stride = call.integers("stride", stride, 1)
    padding = call.integers("padding", padding, 0)
    dilation = call.integers("dilation", dilation, 1)
    each = zip(input.shape[-call.axes :], kernel_size, stride, padding, dilation, strict=True)
    return layer_of([_axis(call, *axis, ceil_mode) for axis in each])


def _axis(
    call: Call, size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> Axis:
    if padding > kernel // 2:
        raise call.refusal(f"padding {padding} is more than half of the kernel size {kernel}")
    if not ceil_mode:
        return reading(call, size, kernel, stride, (padding, padding), dilation)
    # Rounding up is the same as rounding down with s − 1 more pixels at the far end ...
    axis = reading(call, size, kernel, stride, (padding, padding + stride - 1), dilation)
    if axis.pixel(axis.places - 1, 0) >= size:  # ... but a window must begin before it
        axis = axis._replace(places=axis.places - 1)
    if axis.places < 1:
        raise call.refusal(f"no window of {kernel} begins within {size} pixels padded by {padding}")
    return axis
