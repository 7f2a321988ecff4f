"""Read the arguments of an operator, and refuse what torch refuses with an error that says more.

Each message begins with the call, that is the operator and the shapes it was given; it is written
only when something is refused. What is of a wrong type is a `TypeError`, what breaks a rule a
`ValueError`.
"""

import operator
from collections.abc import Sequence

import torch
from torch import Tensor

Ints = int | Sequence[int]
Pair = tuple[int, int]

PICTURES = {1: "(N, C, L) or (C, L)", 2: "(N, C, H, W) or (C, H, W)"}


class Call:
    """One call of an operator: its name, how many axes a window has, the tensors it was given."""

    def __init__(self, name: str, axes: int, **tensors: Tensor | None):
        self.name, self.axes, self.tensors = name, axes, tensors

    def __str__(self) -> str:
        """Name the call in words: `conv2d(input (1, 1, 3, 3), weight (1, 1, 2, 2))`."""
        shapes = (
            f"{key} {tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__}"
            for key, value in self.tensors.items()
            if value is not None
        )
        return f"{self.name}({', '.join(shapes)})" if self.tensors else self.name

    def refusal(self, rule: str) -> ValueError:
        """The error for a rule that is broken."""
        return ValueError(f"{self}: {rule}")

    def wrong_type(self, rule: str) -> TypeError:
        """The error for what is of a wrong type."""
        return TypeError(f"{self}: {rule}")

    def check_tensors(self, *required: str) -> None:
        """Refuse what is no dense tensor, and tensors whose dtypes differ; None may be optional."""
        given = {}
        for name, value in self.tensors.items():
            if value is None and name not in required:
                continue
            if not isinstance(value, Tensor):
                raise self.wrong_type(f"{name} must be a torch.Tensor; got {type(value).__name__}")
            if value.layout != torch.strided:
                raise self.wrong_type(f"{name} must be dense; got {value.layout}")
            given[name] = value.dtype
        if len(set(given.values())) > 1:
            dtypes = ", ".join(f"{name} {dtype}" for name, dtype in given.items())
            raise self.wrong_type(f"all must have one dtype; got {dtypes}")

    def check_dtype(
        self,
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
            raise self.wrong_type(f"not defined for {dtype}{because}")

    def check_pictures(self, input: Tensor, *, of_none: bool = False) -> None:
        """Refuse what has not the shape of pictures or signals, has no pixel, or no channel."""
        if input.ndim not in (self.axes + 1, self.axes + 2):
            raise self.refusal(f"input must be {PICTURES[self.axes]}")
        if 0 in tuple(input.shape[-self.axes - (not of_none) :]):
            raise self.refusal(f"input must have {'' if of_none else 'a channel and '}a pixel")

    def integer(self, name: str, value: object, least: int | None = None) -> int:
        """Return an `int`, or refuse what is none (a `bool` is none either) or too small."""
        if type(value) is int or isinstance(value, torch.SymInt):  # a size while torch compiles
            number: int = value  # type: ignore[assignment]
        else:
            try:
                if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
                    raise TypeError  # Python would take it for 0 or 1
                number = operator.index(value)  # type: ignore[arg-type]  # what has none raises
            except TypeError:
                raise self.wrong_type(
                    f"{name} must be an integer; got {value!r} of {type(value).__name__}"
                ) from None
        if least is not None and number < least:
            raise self.refusal(f"{name} must be {least} or more; got {number}")
        return number

    def integers(
        self, name: str, value: object, least: int, *, single: bool = True
    ) -> tuple[int, ...]:
        """Return one integer for each axis.

        An integer counts for every axis; so does a sequence of one, where `single` is true.
        """
        if not isinstance(value, (tuple, list)):
            return (self.integer(name, value, least),) * self.axes
        if len(value) != self.axes and not (single and len(value) == 1):
            raise self.refusal(
                f"{name} must be one integer or {self.axes}, one for each axis; got {value!r}"
            )
        numbers = tuple(self.integer(name, entry, least) for entry in value)
        return numbers if len(numbers) == self.axes else numbers * self.axes

    def flag(self, name: str, value: object) -> None:
        """Refuse what is neither True nor False."""
        if not isinstance(value, bool):
            raise self.wrong_type(f"{name} must be True or False; got {value!r}")
