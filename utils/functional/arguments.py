"""Read the arguments of an operator, and refuse what torch refuses with an error that says more.

Each message begins with the call, that is the operator and the shapes it was given. What is of a
wrong type is a `TypeError`, what breaks a rule a `ValueError`.
"""

import operator
from collections.abc import Callable, Sequence
from typing import NoReturn

import torch
from torch import Tensor

Ints = int | Sequence[int]
Call = Callable[[], str]  # names the call; only asked when something is refused


def describe(name: str, **tensors: object) -> str:
    """Name the call in words: `conv2d(input (1, 1, 3, 3), weight (1, 1, 2, 2))`."""
    shapes = (
        f"{key} {tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__}"
        for key, value in tensors.items()
        if value is not None
    )
    return f"{name}({', '.join(shapes)})"


def require(condition: bool, call: Call, rule: str) -> None:
    """Raise `ValueError` with the call and the rule it breaks, unless the condition holds."""
    if not condition:
        raise ValueError(f"{call()}: {rule}")


def tensors(call: Call, **values: object) -> None:
    """Refuse what is no dense tensor, and tensors whose dtypes differ."""
    given = {}
    for name, value in values.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"{call()}: {name} must be a torch.Tensor; got {type(value).__name__}")
        if value.layout != torch.strided:
            raise TypeError(f"{call()}: {name} must be dense; got {value.layout}")
        given[name] = value.dtype
    if len(set(given.values())) > 1:
        dtypes = ", ".join(f"{name} {dtype}" for name, dtype in given.items())
        raise TypeError(f"{call()}: all must have one dtype; got {dtypes}")


def dtypes(
    call: Call,
    dtype: torch.dtype,
    *,
    integers: bool | torch.dtype = False,
    boolean: bool = False,
    complex_: bool = False,
    because: str = "",
) -> None:
    """Refuse a dtype for which the operator is not defined; real floats always pass."""
    if dtype == torch.bool:
        allowed = boolean
    elif dtype.is_complex:
        allowed = complex_
    else:
        allowed = dtype.is_floating_point or integers is True or integers == dtype
    if not allowed:
        raise TypeError(f"{call()}: not defined for {dtype}{because}")


def integer(call: Call, name: str, value: object, least: int | None = None) -> int:
    """Return an `int`, or refuse what is none (a `bool` is none either) or too small."""
    try:
        if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
            raise TypeError  # Python would take it for 0 or 1
        number = operator.index(value)  # type: ignore[arg-type]  # what has none raises
    except TypeError:
        raise TypeError(
            f"{call()}: {name} must be an integer; got {value!r} of {type(value).__name__}"
        ) from None
    require(least is None or number >= least, call, f"{name} must be {least} or more; got {number}")
    return number


def integers(
    call: Call,
    name: str,
    value: object,
    count: int,
    least: int,
    *,
    single: bool = True,
) -> tuple[int, ...]:
    """Return one integer for each axis.

    An integer counts for every axis; so does a sequence of a single one, where `single` is true.
    """
    if not isinstance(value, (tuple, list)):
        return (integer(call, name, value, least),) * count
    require(
        len(value) == count or (single and len(value) == 1),
        call,
        f"{name} must be one integer or {count}, one for each axis; got {value!r}",
    )
    numbers = tuple(integer(call, name, entry, least) for entry in value)
    return numbers if len(numbers) == count else numbers * count


def flag(call: Call, name: str, value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise TypeError(f"{call()}: {name} must be True or False; got {value!r}")


def refuse(call: Call, rule: object) -> NoReturn:
    """Raise `ValueError` with the call and the rule it breaks."""
    raise ValueError(f"{call()}: {rule}") from None
