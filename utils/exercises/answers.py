"""What checkers ask of an answer before they look at it, and material to try functions on."""

import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from utils.exercises import Wrong


def function(answer: Any, signature: str) -> Callable:
    """Return `answer` if it can be called, or say what is asked for."""
    if not callable(answer):
        raise Wrong(f"The answer is a function, {signature}; got {type(answer).__name__}.")
    return answer


def number(answer: Any, what: str) -> float:
    """Return one number as a float, a tensor's too, or say what is asked for."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real):
        raise Wrong(f"The answer is {what}; got {answer!r}.")
    return float(answer)


def numbers(answer: Any, count: int, what: str) -> list[float]:
    """Return `count` numbers as floats, or say what is asked for."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise Wrong(f"The answer is {what}: {count} numbers; got {type(answer).__name__}.")
    parts = list(answer)
    if len(parts) != count:
        raise Wrong(f"The answer is {what}: {count} numbers; got {len(parts)}.")
    try:
        return [float(part) for part in parts]
    except (TypeError, ValueError):
        raise Wrong(f"The answer is {what}: {count} numbers; got {answer!r}.") from None


def integer(answer: Any, what: str) -> int:
    """Return one whole number, a tensor's too, or say what is asked for."""
    try:
        if isinstance(answer, bool):
            raise TypeError
        return operator.index(answer)
    except TypeError:
        raise Wrong(f"The answer is {what}; got {answer!r}.") from None


def integers(answer: Any, count: int, what: str) -> tuple[int, ...]:
    """Return `answer` as `count` integers, or say what is asked for."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise Wrong(f"{what}: {count} integers; got {answer!r}.")
    try:
        values = tuple(answer)
        if any(isinstance(value, bool) for value in values):
            raise TypeError
        whole = tuple(operator.index(value) for value in values)
    except TypeError:
        raise Wrong(f"{what}: {count} integers; got {answer!r}.") from None
    if len(whole) != count:
        raise Wrong(f"{what}: {count} integers; got {len(whole)}.")
    return whole


def small_integers(shape: tuple[int, ...], seed: int) -> Tensor:
    """Float32 whole numbers from -3 to 3 that do not touch the reader's random state."""
    return torch.randint(-3, 4, shape, generator=torch.Generator().manual_seed(seed)).float()
