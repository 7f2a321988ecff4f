"""How a reader's function comes by its result, where an exercise asks for a way and not a value."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from utils.exercises import Wrong
from utils.exercises.answers import Call

# Who calls a function of a library with such a name has not written a convolution but called one.
_CONVOLUTION = re.compile("conv(?!er|ex)|corr2d|correlate", re.IGNORECASE)
_TRANSPOSED = re.compile(r"conv_?transpose|trans_conv|conv\dd_input|^(backward|grad|vjp)$", re.I)
_LIBRARIES = ("torch", "numpy", "scipy", "d2l", "utils", "cv2", "skimage", "jax", "tensorflow")
_PRODUCTS = {
    *("matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "mv", "dot", "vdot", "inner", "linear"),
    *("addmm", "addbmm", "baddbmm", "addmv", "tensordot", "einsum", "multi_dot", "chain_matmul"),
}


class Watch(TorchFunctionMode):
    """Notes, while it is entered, what is called.

    Attributes:
        names: Functions of torch, and Python functions of libraries, by name.
        products: For each product of matrices or vectors of torch, the operands' shapes.
        sizes: How many numbers each tensor has that a function of torch returned.

    What NumPy multiplies goes unseen; `left` says whether numbers went there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.products: list[list[tuple[int, ...]]] = []
        self.sizes: set[int] = set()

    @property
    def left(self) -> bool:
        """Whether a tensor was turned into an array of NumPy."""
        return not self.names.isdisjoint({"numpy", "__array__"})

    @property
    def convolved(self) -> str | None:
        """The name of a convolution that was called, if one was."""
        return next(filter(_CONVOLUTION.search, sorted(self.names)), None)

    @property
    def transposed(self) -> str | None:
        """The name of a transposed convolution, or of what asks autograd for one, if called."""
        return next(filter(_TRANSPOSED.search, sorted(self.names)), None)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Note the call, and let it happen."""
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        # F.unfold copies windows, Tensor.unfold is a view of one axis: two things of one name.
        self.names.add("F.unfold" if func is torch.nn.functional.unfold else name)
        shapes = [tuple(part.shape) for part in _tensors((args, kwargs))]
        if name in _PRODUCTS and len(shapes) > 1:
            self.products.append(shapes)
        self.sizes.update(part.numel() for part in _tensors(result))
        return result

    def __enter__(self) -> "Watch":
        self._before = sys.getprofile()
        sys.setprofile(self._note)
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        sys.setprofile(self._before)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        """Note the Python functions of libraries, which torch's own hook does not see."""
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.split(".")[0] in _LIBRARIES:
            name = frame.f_code.co_name
            self.names.add("F.unfold" if name == "unfold" else name)


def _tensors(parts: Any) -> list[Tensor]:
    """All tensors in nested tuples, lists and dicts."""
    if isinstance(parts, Tensor):
        return [parts]
    parts = parts.values() if isinstance(parts, dict) else parts
    if not isinstance(parts, str) and hasattr(parts, "__iter__"):
        return [tensor for part in parts for tensor in _tensors(part)]
    return []


def one_product(seen: Watch, batched: bool = False) -> str:
    """Return praise for one product of two matrices and no convolution, or raise `Wrong`.

    Args:
        seen: What was called while the reader's function ran, with right values.
        batched: Whether the operands may have more than two axes.
    """
    if seen.convolved:
        raise Wrong(
            f"Right values, but {seen.convolved} is a convolution: build the windows and multiply "
            "matrices."
        )
    count = len(seen.products)
    if count > 1:
        raise Wrong(
            f"Right values, with {count} products added up or put together. Write the windows side "
            "by side, so that one product does it."
        )
    if count == 0 and not seen.left:
        raise Wrong("Right values, without a product of matrices, such as A @ B. Where is it?")
    if count == 0:
        return (
            "The values are right. Whether NumPy came by them with one product can't be seen from "
            "here: if it did, that is the answer."
        )
    if not batched and any(len(shape) > 2 for shape in seen.products[0]):
        shapes = " @ ".join("×".join(map(str, shape)) for shape in seen.products[0])
        raise Wrong(f"Right values, by {shapes}: that has a batch axis. Make two matrices of it.")
    return ""


def grows(function: Call, small: tuple[Any, ...], large: tuple[Any, ...]) -> bool:
    """Whether `function` does more steps of Python for the arguments `large` than for `small`.

    A loop over the picture does; a loop over the taps, or none, does not. The steps are counted and
    not timed: a fast machine and a slow one say the same.
    """
    function.run(*large)  # what is done only once, such as an import, is done now
    return _steps(function, large) > 1.2 * _steps(function, small)


def _steps(function: Call, arguments: tuple[Any, ...]) -> int:
    """How many lines of Python run when `function` is called."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function.run(*arguments)
    finally:
        sys.settrace(before)
    return steps
