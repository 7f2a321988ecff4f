"""The traits of a widget's state: what each takes from a reader or a page, and what it holds.

Whatever is given (NumPy and torch numbers and arrays of any real dtype, nested sequences, JSON from
the page) is checked whole and held as immutable Python values: numbers, text, nested tuples. So
nothing of the state can be changed but by setting a trait, which page and observers hear of.
"""

import math
import numbers
import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
import traitlets
from traitlets import Undefined

LARGEST = 1e6


class WidgetError(traitlets.TraitError, ValueError):
    """A value that a widget refuses; a `ValueError` that traitlets knows how to roll back."""


if TYPE_CHECKING:
    TraitType = traitlets.TraitType[Any, Any]
else:  # which Colab's traitlets does not subscribe
    TraitType = traitlets.TraitType


class State(TraitType):
    """A part of a widget's state: synchronised with the page, checked alone, then with the rest.

    Subclasses write `form`. A default is given in any form that `form` takes.
    """

    def __init__(self, default: Any = Undefined, called: str = "") -> None:
        super().__init__()
        self.called = called
        self.given = default
        self.tag(sync=True, state=True, to_json=lambda value, widget: as_json(value))

    def class_init(self, cls: Any, name: str | None) -> None:
        """Learn the trait's name, and with it check the default."""
        super().class_init(cls, name)
        if self.given is not Undefined:
            self.default_value = self.form(self.given)

    @property
    def title(self) -> str:
        """What a message calls the trait."""
        return self.called or cast(str, self.name)

    def form(self, value: Any) -> Any:
        """The immutable form in which the trait holds `value`.

        Raises:
            WidgetError: for what the trait does not take; the message names trait, rule and value.
        """
        raise NotImplementedError

    def validate(self, obj: Any, value: Any) -> Any:
        """What traitlets asks of each new value."""
        return self.form(value)

    def _cross_validate(self, obj: Any, value: Any) -> Any:
        # In place of a list of names in a `traitlets.validate` of each widget, which can be short.
        return obj.agree(self.name, value)


class Whole(State):
    """A whole number from `least` to `most`: anything that Python takes for an index, no bool."""

    def __init__(
        self, default: Any = Undefined, least: int = 1, most: int = 100_000, called: str = ""
    ) -> None:
        super().__init__(default, called)
        self.least, self.most = least, most

    def form(self, value: Any) -> int:
        """An int."""
        number = whole(value)
        if number is None or not self.least <= number <= self.most:
            raise WidgetError(
                f"{self.title} must be a whole number from {self.least} to {self.most:,}; "
                f"got {value!r}"
            )
        return number


class Position(State):
    """A place counted from 0; the widget moves one that lies outside to the nearest there is."""

    def __init__(self) -> None:
        super().__init__(0)

    def form(self, value: Any) -> int:
        """An int."""
        number = whole(value)
        if number is None:
            raise WidgetError(f"{self.title} must be a whole number; got {value!r}")
        return number


class Pair(State):
    """A whole number from `least` to `most`, or two for rows and columns."""

    def __init__(
        self, default: Any = Undefined, least: int = 0, most: int = 100_000, called: str = ""
    ) -> None:
        super().__init__(default, called)
        self.least, self.most = least, most

    def form(self, value: Any) -> tuple[int, int]:
        """Two ints."""
        several = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        found = [whole(n) for n in (value if several else (value, value))]
        if len(found) != 2 or None in found:
            raise WidgetError(
                f"{self.title} must be a whole number or two (rows, columns); got {value!r}"
            )
        first, second = cast(list[int], found)
        if min(first, second) < self.least:
            raise WidgetError(f"{self.title} must be {self.least} or more; got {value!r}")
        if max(first, second) > self.most:
            raise WidgetError(f"{self.title} can be at most {self.most:,}; got {value!r}")
        return first, second


class Real(State):
    """A finite number of a size that the page can show."""

    def form(self, value: Any) -> float:
        """An int where the number is whole, else a float."""
        number = real(value)
        if number is None or not math.isfinite(number):
            raise WidgetError(f"{self.title} must be a finite number; got {value!r}")
        if abs(number) > LARGEST:
            raise WidgetError(
                f"{self.title} must lie between −1,000,000 and 1,000,000; got {value!r}"
            )
        return plain(number)


class Flag(State):
    """True or False."""

    def form(self, value: Any) -> bool:
        """A bool."""
        if isinstance(value, (np.ndarray, np.generic, torch.Tensor)) and value.ndim == 0:
            value = value.item()
        if not isinstance(value, bool):
            raise WidgetError(f"{self.title} must be True or False; got {value!r}")
        return value


class Choice(State):
    """One of a few words; the first unless told."""

    def __init__(self, *options: str, called: str = "") -> None:
        super().__init__(options[0], called)
        self.options = options

    def form(self, value: Any) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.options:
            raise WidgetError(
                f"{self.title} must be one of {', '.join(self.options)}; got {value!r}"
            )
        return str(value)


class Array(State):
    """Finite numbers with a shape.

    Args:
        axes: The names of the axes, as many as there are dimensions.
        most: How many entries each side can have.
        called: What messages call it.
    """

    def __init__(self, *axes: str, most: int, called: str = "") -> None:
        super().__init__(called=called)
        self.axes, self.most = axes, most

    def form(self, value: Any) -> tuple[Any, ...]:
        """Nested tuples, whole numbers as int."""
        wanted = f"{'a matrix ' if len(self.axes) == 2 else ''}({', '.join(self.axes)})"
        try:
            array = _array(value)
        except (TypeError, ValueError, RuntimeError):
            raise WidgetError(
                f"{self.title} must be {wanted} of real numbers, all rows of one length"
            ) from None
        if array.ndim != len(self.axes) or 0 in array.shape:
            raise WidgetError(f"{self.title} must be {wanted}; got shape {array.shape}")
        if max(array.shape) > self.most:
            raise WidgetError(
                f"{self.title} can have at most {self.most} {_sides(self.axes)} here; "
                f"got shape {array.shape}"
            )
        if not np.isfinite(array).all() or np.abs(array).max() > LARGEST:
            raise WidgetError(
                f"{self.title} must hold finite numbers between −1,000,000 and 1,000,000"
            )
        return tuple(map(_nested, array.tolist()))


class Matrix(Array):
    """A matrix of finite numbers with at most `most` rows and columns."""

    def __init__(self, most: int = 64, called: str = "") -> None:
        super().__init__("height", "width", most=most, called=called)


def whole(value: Any) -> int | None:
    """`value` as an int where it is a whole number, as `utils.shapes` takes them; else None."""
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def real(value: Any) -> float | None:
    """`value` as a number where it is one real number of any type but bool; else None."""
    if isinstance(value, (np.ndarray, np.generic, torch.Tensor)):
        if value.ndim or str(value.dtype).endswith("bool"):
            return None
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    return value if isinstance(value, int) else float(value)


def plain(x: float) -> float:
    """An int where the number is whole, so that JSON and pages show 3 and not 3.0."""
    return int(x) if float(x).is_integer() else float(x)


def as_json(value: Any) -> Any:
    """A copy of what a trait holds, made of what JSON knows: lists and dicts."""
    if isinstance(value, tuple):
        return [as_json(part) for part in value]
    if isinstance(value, Mapping):
        return {name: as_json(part) for name, part in value.items()}
    return value


def _array(value: Any) -> np.ndarray:
    """A float64 array; a TypeError, ValueError or RuntimeError for whatever is not real numbers."""
    array = np.asarray(_unwrapped(value))
    if array.dtype.kind == "O":  # fractions, whole numbers of any size
        if not all(isinstance(x, numbers.Real) for x in array.flat):
            raise TypeError
    elif array.dtype.kind not in "biuf":
        raise TypeError
    return array.astype(np.float64)


def _unwrapped(value: Any) -> Any:
    """The same without torch, which has dtypes that NumPy lacks."""
    if isinstance(value, torch.Tensor):
        if value.is_complex():
            raise TypeError
        return value.detach().to("cpu", torch.float64).numpy()
    return [_unwrapped(x) for x in value] if isinstance(value, (list, tuple)) else value


def _nested(part: Any) -> Any:
    return tuple(map(_nested, part)) if isinstance(part, list) else plain(part)


def _sides(axes: tuple[str, ...]) -> str:
    return "rows and columns" if len(axes) == 2 else "entries a side"
