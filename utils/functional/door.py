"""What every operator does on its way in and out, whatever it computes in between.

`operator` marks a function as one: it steps aside for whoever overrides torch's functions, and
follows torch's rules under autocast. `as_pictures` turns what is given into a batch of pictures
with digits enough to add up in; `as_given` turns the result back.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor
from torch.autograd.forward_ad import unpack_dual
from torch.overrides import handle_torch_function, has_torch_function

P = ParamSpec("P")
R = TypeVar("R")

HALVES = (torch.float16, torch.bfloat16)
# Where torch has autocast. What it answers itself, torch.compile can't follow in every version.
AUTOCAST = ("cpu", "cuda", "hpu", "maia", "mps", "mtia", "xla", "xpu")


def operator(autocast: str = "keep") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an operator, as those of torch are.

    A subclass of `Tensor`, a proxy of `torch.fx` or a mode that overrides torch's functions is
    handed the call, and sees one operator, not its insides.

    Args:
        autocast: What `torch.autocast` does to the operator's tensors. "lower": floats are given
            in autocast's dtype, as to torch's convolutions; "float32": halves are given in
            float32; "keep": nothing. float64, integers and complex numbers stay as they are.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            given = (*args, *kwargs.values())
            if has_torch_function(given):
                result: R = handle_torch_function(call, given, *args, **kwargs)
                return result
            device = given[0].device.type if given and isinstance(given[0], Tensor) else "meta"
            if device not in AUTOCAST or not torch.is_autocast_enabled(device):
                return function(*args, **kwargs)
            dtype = {"lower": torch.get_autocast_dtype(device), "float32": torch.float32}
            lowered = [_cast(value, dtype.get(autocast), device) for value in args]
            named = {k: _cast(value, dtype.get(autocast), device) for k, value in kwargs.items()}
            with torch.autocast(device, enabled=False):
                return function(*lowered, **named)

        return call

    return decorate


def _cast(value: Any, dtype: torch.dtype | None, device: str) -> Any:
    if dtype is None or not isinstance(value, Tensor) or value.device.type != device:
        return value
    eligible = value.dtype.is_floating_point and value.dtype != torch.float64
    return value.to(dtype) if eligible else value


def plain(*tensors: Tensor) -> bool:
    """Whether these are tensors with numbers in them, and nobody but autograd watches.

    Only then may a way write into memory or look at numbers. While torch compiles, exports or
    traces, under the transforms of `torch.func`, and for meta tensors and subclasses, it is false.
    """
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return False
    return all(type(x) in (Tensor, torch.nn.Parameter) and not x.is_meta for x in tensors)


def recorded(*tensors: Tensor) -> bool:
    """Whether autograd follows what is done with these, backward or forward."""
    backward = torch.is_grad_enabled() and any(x.requires_grad for x in tensors)
    return backward or any(unpack_dual(x).tangent is not None for x in tensors)


def as_pictures(x: Tensor, axes: int) -> Tensor:
    """Make a batch of pictures, `(N, C, H, W)`: of one picture a batch, of a signal one column.

    Sums need more digits than halves have: these become float32. Kernels are treated alike.
    """
    x = x.float() if x.dtype in HALVES else x
    x = x if x.ndim == axes + 2 else x.unsqueeze(0)
    return x.unsqueeze(3) if axes == 1 else x


def as_given(y: Tensor, input: Tensor, axes: int, *pictures: Tensor) -> Tensor:
    """Give a result the dtype, the axes and the layout in memory that torch gives it.

    That is channels last if one of these pictures (or kernels) is, and else contiguous.
    """
    last = any(x.ndim == 4 and channels_last(x) for x in pictures)
    layout = torch.channels_last if last else torch.contiguous_format
    y = y.to(input.dtype if y.dtype.is_floating_point else y.dtype).contiguous(memory_format=layout)
    y = y.squeeze(3) if axes == 1 else y
    return y if input.ndim == axes + 2 else y.squeeze(0)


def channels_last(x: Tensor) -> bool:
    """Whether the channels of `(N, C, H, W)` lie innermost, judged as torch judges it, by strides.

    Where both layouts would do, as for a single channel, it is contiguous.
    """
    shape, stride, least = x.shape, x.stride(), 0
    if stride[1] == 0:
        return False
    for axis in (1, 3, 2, 0):
        if shape[axis] == 0 or stride[axis] < least or (axis == 0 and least == stride[1]):
            return False
        least = stride[axis] * max(1, shape[axis])
    return True
