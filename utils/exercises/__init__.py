"""Answers to the exercises, checked, with a message that teaches.

A chapter's cell hands the reader's answer to `check` under the exercise's number:

    >>> check("02.1", ...)
    02.1 not answered yet: replace the three dots and run the cell again.

Each chapter has a module of its own here (`ch01`, `ch02`, ...) whose checkers are registered with
`@exercise("02.1")`. A checker takes the answer and returns a sentence saying why it is right; for a
wrong one it raises `Wrong` with a sentence that helps without giving the answer away.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

_checkers: dict[str, Callable[[Any], str]] = {}


class Wrong(Exception):
    """The answer is not right; the message says what to look at again."""


def exercise(key: str) -> Callable:
    """Register the decorated function as the checker of exercise `key`, such as `"02.1"`."""

    def register(checker: Callable[[Any], str]) -> Callable[[Any], str]:
        if key in _checkers:
            raise ValueError(f"exercise {key} has a checker already")
        _checkers[key] = checker
        return checker

    return register


def check(key: str, answer: Any = ...) -> None:
    """Print what is to be said about `answer` to exercise `key`.

    Args:
        key: Chapter and number, such as `"02.1"`.
        answer: A value or a function, as the exercise asks; `...` while there is none.

    Raises:
        ValueError: if no exercise has that key.

    Nothing that an answer does stops the notebook: an error that a reader's function raises is
    caught and reported, with the call that raised it. Nor does it move torch's random numbers: the
    cells below give the same, whether the exercise is answered or not.
    """
    chapter = key.split(".")[0]
    if chapter.isdigit() and key not in _checkers:
        try:
            import_module(f"{__name__}.ch{chapter}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.ch{chapter}":
                raise
    if key not in _checkers:
        raise ValueError(f"no exercise {key!r}; write chapter and number, such as '02.1'")
    if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
        print(f"{key} not answered yet: replace the three dots and run the cell again.")
        return
    try:
        with torch.random.fork_rng(devices=[]):
            print(f"{key} right. {_checkers[key](answer)}")
    except Wrong as wrong:
        print(f"{key} not yet. {wrong}")
    except Exception as error:  # a reader's function may raise anything
        print(f"{key} not yet. Your answer raised {type(error).__name__}: {error}")


def same_tensor(got: Any, want: torch.Tensor, what: str = "the result") -> None:
    """Raise `Wrong`, naming shapes first and then the first differing entry, unless both agree."""
    try:
        got = torch.as_tensor(got, dtype=want.dtype)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(
            f"{what} should be a tensor or nested lists; got {type(got).__name__}."
        ) from None
    if got.shape != want.shape:
        raise Wrong(f"{what} should have shape {tuple(want.shape)}; yours has {tuple(got.shape)}.")
    if not torch.allclose(got, want, rtol=1e-4, atol=1e-5):
        index = tuple(int(i[0]) for i in torch.nonzero(~torch.isclose(got, want, 1e-4, 1e-5)).T)
        raise Wrong(f"{what} has the right shape, but differs first at {index}: {got[index]:g}.")
