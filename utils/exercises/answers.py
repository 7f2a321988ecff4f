"""What a reader may hand in: the one place that turns it into numbers, letters, arrays, functions.

A *kind* says what an exercise asks for. Its `read` returns the plain value that a checker compares,
or raises `Wrong` with a sentence that says what is asked for:

    >>> Integer("a whole number of layers").read(torch.tensor([4.0]))
    4

Every form that means a number is read as that number, and nothing that is none: NaN and infinity
pass no kind, and True is not 1.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor

from utils.exercises import Kind, Wrong
from utils.exercises.expressions import parse

SAID = "The answer is"
Value = TypeVar("Value")


class _Refused(Exception):
    """A part of an answer is not what it should be; the kind around it says what it should."""


@dataclass(frozen=True)
class _One(Generic[Value]):
    """One value.

    Attributes:
        what: What is asked for, as the end of "The answer is ...".
    """

    what: str

    def read(self, answer: Any, said: str = SAID) -> Value:
        """Return the value of `answer`; `said` begins the message of the `Wrong` that it raises."""
        try:
            return self._value(answer)
        except _Refused:
            raise Wrong(f"{said} {self.what}; got {shown(answer)}.") from None

    def _value(self, answer: Any) -> Value:
        raise NotImplementedError


class Number(_One[float]):
    """One number, as a float: 4, 4.0, Fraction(1, 3), a scalar of NumPy or torch, "1/3", "43%"."""

    def _value(self, answer: Any) -> float:
        return float(_finite(answer))


class Percentage(Number):
    """A percentage, as a float of 0 to 100: 84, "84%", or as a share between 0 and 1, 0.84."""

    def read(self, answer: Any, said: str = SAID) -> float:
        """Return the percentage; `said` begins the message of the `Wrong` that it raises."""
        value = super().read(answer, said)
        if value >= 1 and isinstance(answer, str) and answer.rstrip().endswith("%"):
            value *= 100
        if value == 1:  # as a share it is all
            raise Wrong(f"{said} {self.what}. Is 1 one of a hundred, or all? Write 0.01 or 100.")
        percent = round(100 * value, 5) if 0 < value < 1 else value  # float32's last digit
        if not 0 <= percent <= 100:
            raise Wrong(f"{said} {self.what}, between 0 and 100.")
        return percent


class Integer(_One[int]):
    """One whole number, as an int: 4, 4.0, Fraction(8, 2), "4", a scalar of NumPy or torch."""

    def _value(self, answer: Any) -> int:
        return _whole(answer)


@dataclass(frozen=True)
class _Several(Generic[Value]):
    """Several values in order: a tuple, list, array, tensor, or whatever else can be listed.

    Attributes:
        count: How many; None for any number of them.
        what: What is asked for, as the middle of "The answer is ...: 3 numbers".
    """

    count: int | None
    what: str
    noun = "values"

    def read(self, answer: Any, said: str = SAID) -> tuple[Value, ...]:
        """Return the values of `answer`; `said` begins the message of a `Wrong`."""
        asked = f"{said} {self.what}: {self.count or 'a list of'} {self.noun}"
        parts = listed(answer)
        if parts is None:
            raise Wrong(f"{asked}; got {shown(answer)}.")
        if self.count not in (None, len(parts)):
            raise Wrong(f"{asked}; got {len(parts)}.")
        try:
            return tuple(self._value(part) for part in parts)
        except _Refused:
            raise Wrong(f"{asked}; got {shown(answer)}.") from None

    def _value(self, part: Any) -> Value:
        raise NotImplementedError


class Numbers(_Several[float]):
    """Several numbers, each as a float."""

    noun = "numbers"

    def _value(self, part: Any) -> float:
        return float(_finite(part))


class Integers(_Several[int]):
    """Several whole numbers, each as an int."""

    noun = "whole numbers"

    def _value(self, part: Any) -> int:
        return _whole(part)


class Truths(_Several[bool]):
    """Several truth values: bool, NumPy's bool_, boolean tensors, 1 and 0."""

    noun = "truth values"

    def _value(self, part: Any) -> bool:
        part = _unwrapped(part)
        if not isinstance(part, bool | int | float) or part not in (0, 1):
            raise _Refused
        return bool(part)


class Words(_Several[str]):
    """Several words, in lower case."""

    noun = "words"

    def _value(self, part: Any) -> str:
        if not isinstance(part, str):
            raise _Refused
        return part.strip().lower()


@dataclass(frozen=True)
class Letters:
    """A choice of letters, as a set: "ABD", "a, b and d", ["A", "B", "D"], {"A", "B", "D"}.

    Attributes:
        options: The letters that there are, in order, such as `"ABCDE"`.
    """

    options: str

    def read(self, answer: Any, said: str = SAID) -> frozenset[str]:
        """Return the letters in `answer`; `said` begins the message of a `Wrong`."""
        parts = [answer] if isinstance(answer, str) else listed(answer, ordered=False)
        if not parts or not all(isinstance(part, str) for part in parts):
            raise Wrong(f'{said} a string of letters, such as "AC"; got {shown(answer)}.')
        marks = "".join(c if c.isalnum() else " " for c in " ".join(parts).upper())
        letters = "".join(word for word in marks.split() if word != "AND")
        strange = sorted(set(letters) - set(self.options))
        if strange or not letters:
            got = ", ".join(strange) or "none"
            raise Wrong(f"The letters are {self.options[0]} to {self.options[-1]}; got {got}.")
        return frozenset(letters)


@dataclass(frozen=True)
class Collection:
    """Any number of parts of one kind in any order, as a frozenset.

    Attributes:
        part: The kind of each part.
        what: What is asked for, as the end of "The answer is ...".
    """

    part: Kind
    what: str

    def read(self, answer: Any, said: str = SAID) -> frozenset[Any]:
        """Return the parts of `answer`; `said` begins the message of a `Wrong`."""
        parts = listed(answer, ordered=False)
        if parts is None:
            raise Wrong(f"{said} {self.what}; got {shown(answer)}.")
        return frozenset(self.part.read(part, f"{said} {self.what}, each") for part in parts)


class Parts:
    """Several parts in order, each of a kind of its own.

    Args:
        what: What is asked for, as the end of "The answer is ...".
        parts: The kinds.
    """

    def __init__(self, what: str, *parts: Kind) -> None:
        self.what, self.parts = what, parts

    def read(self, answer: Any, said: str = SAID) -> tuple[Any, ...]:
        """Return the values of the parts of `answer`; `said` begins the message of a `Wrong`."""
        given = listed(answer)
        if given is None:
            raise Wrong(f"{said} {self.what}; got {shown(answer)}.")
        if len(given) != len(self.parts):
            raise Wrong(f"{said} {self.what}: {len(self.parts)} parts; got {len(given)}.")
        return tuple(
            kind.read(part, f"{said} {self.what}. One part is")
            for kind, part in zip(self.parts, given, strict=True)
        )


@dataclass(frozen=True)
class Array:
    """A table of finite numbers, as a float64 tensor: a tensor, an array, nested lists.

    Attributes:
        what: What is asked for, as the end of "The answer is ...".
        axes: How many axes it has, those of one entry in front left out, such as PyTorch's batch;
            None for any number.
    """

    what: str
    axes: int | None = None

    def read(self, answer: Any, said: str = SAID) -> Tensor:
        """Return `answer` as a tensor; `said` begins the message of a `Wrong`."""
        asked = f"{said} {self.what}"
        try:
            values = _tensor(answer)
        except _Refused:
            raise Wrong(
                f"{asked}, as a tensor or nested lists of numbers; got {shown(answer)}."
            ) from None
        while self.axes and values.ndim > self.axes and len(values) == 1:
            values = values[0]
        if self.axes is not None and (values.ndim != self.axes or not values.numel()):
            form = "a matrix, with rows and columns" if self.axes == 2 else f"of {self.axes} axes"
            raise Wrong(f"{asked}: {form}; yours has shape {tuple(values.shape)}.")
        odd = torch.nonzero(~values.isfinite())
        if len(odd):
            index = tuple(odd[0].tolist())
            raise Wrong(f"{asked}, of finite numbers; yours holds {values[index]:g} at {index}.")
        return values


@dataclass(frozen=True)
class Function:
    """A function, as a `Call`.

    Attributes:
        signature: Name and arguments, such as `"per_pixel(X, V)"`.
        returns: The kind of what it returns; None where the checker looks at it itself.
        pure: Whether it must leave its arguments as they are.
    """

    signature: str
    returns: Kind | None = None
    pure: bool = False

    def read(self, answer: Any, said: str = SAID) -> "Call":
        """Return `answer`, ready to be called; `said` begins the message of a `Wrong`."""
        if not callable(answer):
            raise Wrong(f"{said} a function, {self.signature}; got {shown(answer)}.")
        return Call(answer, self)


class Call:
    """A reader's function: what it returns is read, and its errors are its own.

    Args:
        function: What the reader wrote.
        kind: Its signature, and the kind of what it returns.

    Calling it copies the arguments first, so that a function that writes into them spoils nothing.
    It raises `Wrong` if the function raises, if what it returns is not of its kind, or if it
    changes an argument and must not; the message names the call.
    """

    def __init__(self, function: Callable[..., Any], kind: Function) -> None:
        self.function, self.kind = function, kind

    def __call__(self, *arguments: Any) -> Any:
        """Call the function and return what it returns, read."""
        got = self.run(*arguments)
        if self.kind.returns is None:
            return got
        call = self.described(arguments)
        if got is ...:
            raise Wrong("The function still returns three dots.")
        if got is None:
            raise Wrong(f"{call} returns nothing. Is there a `return`?")
        return self.kind.returns.read(got, f"{call} should be")

    def run(self, *arguments: Any) -> Any:
        """Call the function and return what it returns, unread."""
        given = [_copy(argument) for argument in arguments]
        try:
            got = self.function(*given)
            if isinstance(got, Iterator):
                got = list(got)  # a generator raises here or never
        except Wrong:
            raise
        except Exception as error:  # a reader's function may raise anything
            reason = (str(error).strip() or "no reason given").splitlines()[0][:200]
            raise Wrong(
                f"{self.described(arguments)} raised {type(error).__name__}: {reason}"
            ) from error
        if self.kind.pure:
            for argument, after in zip(arguments, given, strict=True):
                if isinstance(argument, Tensor) and not torch.equal(argument, after):
                    raise Wrong(
                        "Your function changes what it was given. Make a new tensor and return it."
                    )
        return got

    def described(self, arguments: tuple[Any, ...]) -> str:
        """The call, in short: `per_pixel(X of 4×5×3, V of 3×2)`."""
        name, _, names = self.kind.signature.rstrip(")").partition("(")
        labels = [label.strip() for label in names.split(",")]
        if len(labels) != len(arguments):
            labels = [""] * len(arguments)
        parts = [
            f"{label} of {'×'.join(map(str, part.shape))}".strip()
            if isinstance(part, Tensor) and part.ndim
            else shown(part)
            for label, part in zip(labels, arguments, strict=True)
        ]
        return f"{name}({', '.join(parts)})"


def same(got: Tensor, want: Tensor, what: str) -> None:
    """Raise `Wrong`, naming shapes first and then the first differing entry, unless both agree."""
    if got.shape != want.shape:
        raise Wrong(f"{what} should have shape {tuple(want.shape)}; yours has {tuple(got.shape)}.")
    place = _first_difference(got, want)
    if place is not None:
        index = tuple(int(i) for i in np.unravel_index(place, got.shape))
        raise Wrong(f"{what} has the right shape, but differs first at {index}: {got[index]:g}.")


def agree(got: Tensor, want: Tensor) -> bool:
    """Whether two tensors have the same shape and, to four digits, the same numbers."""
    return got.shape == want.shape and _first_difference(got, want) is None


def _first_difference(got: Tensor, want: Tensor) -> int | None:
    """Where two tensors of one shape differ first, counted row by row; None where they agree.

    As torch.isclose, which takes far longer on a few numbers; of these a table asks thousands.
    """
    pairs = enumerate(zip(got.flatten().tolist(), want.flatten().tolist(), strict=True))
    return next(
        (i for i, (x, y) in pairs if x != y and not abs(x - y) <= 1e-5 + 1e-4 * abs(y)), None
    )


def close(got: float, want: float) -> bool:
    """Whether a number is meant to be this one: three digits are enough."""
    return math.isclose(got, want, rel_tol=3e-3)


def small_integers(shape: tuple[int, ...], seed: int) -> Tensor:
    """Float32 whole numbers from -3 to 3."""
    return torch.randint(-3, 4, shape, generator=torch.Generator().manual_seed(seed)).float()


def shown(answer: Any) -> str:
    """`answer` as Python writes it, on one line and short; of a function, its name."""
    if callable(answer):
        return getattr(answer, "__name__", type(answer).__name__)
    text = " ".join(repr(answer).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def listed(answer: Any, ordered: bool = True) -> list[Any] | None:
    """The parts of `answer`, or None where it has none, or none in order though asked for."""
    if type(answer) in (tuple, list):
        return list(answer)
    if isinstance(answer, str | bytes | Mapping) or not isinstance(answer, Iterable):
        return None
    if ordered and isinstance(answer, set | frozenset):
        return None
    if isinstance(answer, Tensor | np.ndarray):
        return list(answer) if answer.ndim else None
    try:
        return list(answer)
    except Exception:  # a generator, say, may raise anything: then it has no parts either
        return None


def _unwrapped(answer: Any) -> Any:
    """The one Python scalar that an array, a tensor or a list of one holds, or `answer`."""
    if isinstance(answer, list | tuple) and len(answer) == 1:
        return _unwrapped(answer[0])
    if isinstance(answer, Tensor | np.ndarray | np.generic):
        try:
            return answer.item()
        except (RuntimeError, ValueError):  # several numbers, or a tensor without any
            raise _Refused from None
    return answer


def _real(answer: Any) -> Fraction | float:
    """The one real number that `answer` means; NaN and infinity are let through."""
    if type(answer) is float or type(answer) is int:  # nearly always; what follows is slow
        return answer
    answer = _unwrapped(answer)
    if isinstance(answer, str):
        try:
            answer = parse(answer)
        except (ValueError, OverflowError):
            raise _Refused from None
    if isinstance(answer, bool) or not isinstance(answer, Real | Decimal):
        raise _Refused
    if isinstance(answer, Rational):
        return Fraction(answer)
    try:
        return float(answer)
    except ValueError:  # a Decimal that signals
        raise _Refused from None


def _finite(answer: Any) -> Fraction | float:
    """The one finite number that `answer` means."""
    value = _real(answer)
    try:
        if math.isfinite(value):
            return value
    except OverflowError:  # a whole number beyond floats
        pass
    raise _Refused


def _whole(answer: Any) -> int:
    """The one whole number that `answer` means; float32's last digit is forgiven."""
    value = _finite(answer)
    whole = round(value)
    if value != whole and abs(float(value) - whole) > max(1e-6, 3e-7 * abs(whole)):
        raise _Refused
    return whole


def _tensor(answer: Any) -> Tensor:
    """`answer` as a float64 tensor on the CPU, detached."""
    if isinstance(answer, Tensor):
        if answer.is_complex() or answer.dtype == torch.bool or answer.is_meta:
            raise _Refused
        dense = answer.detach().to_dense() if answer.layout != torch.strided else answer.detach()
        return dense.to("cpu", torch.float64)
    if hasattr(answer, "__array__") and not isinstance(answer, np.generic):
        values = np.asarray(answer)
        if values.dtype.kind in "iuf":
            return torch.from_numpy(np.array(values, dtype=np.float64))
        return _tensor(values.tolist())
    parts = listed(answer)
    if parts is None:
        try:
            return torch.tensor(float(_real(answer)), dtype=torch.float64)
        except OverflowError:
            raise _Refused from None
    if parts and all(type(part) is float for part in parts):
        return torch.tensor(parts, dtype=torch.float64)  # at once: rows may be long
    rows = [_tensor(part) for part in parts]
    if len({row.shape for row in rows}) > 1:
        raise _Refused
    return torch.stack(rows) if rows else torch.empty(0, dtype=torch.float64)


def _copy(argument: Any) -> Any:
    """A copy of a tensor or a list; anything else as it is."""
    if isinstance(argument, Tensor):
        return argument.clone()
    return list(argument) if isinstance(argument, list) else argument
