"""Answers to the exercises, checked, with a message that teaches.

A chapter's cell hands the reader's answer to `check` under the exercise's number:

    >>> check("02.1", ...)
    02.1 not answered yet: replace the three dots and run the cell again.

Each chapter has a module of its own here (`ch01`, `ch02`, ...) whose checkers are registered with
`@exercise("02.1", kind)`. The kind, from `answers`, turns whatever the reader wrote into a plain
value; the checker takes that value and returns a sentence saying why it is right, or raises `Wrong`
with a sentence that helps without giving the answer away.

To add an exercise: write its checker; where its answer is no function, hand `exercise` a
`page.Page` too, with the right answer and the typical wrong ones, so that `Answer("02.1")` can ask
for it and judge it without a kernel; add right and wrong answers to the tests of its chapter, by
which checker and page are held to each other.

A guess that the text asks for, before it answers, has a key such as `"02.ap"`: a letter for its
place in the chapter, and `p` for prediction. It is judged in the same way and never counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from utils.exercises.page import Page

Checker = TypeVar("Checker", bound=Callable[[Any], str])


class Kind(Protocol):
    """What an exercise asks for; the kinds are in `utils.exercises.answers`."""

    def read(self, answer: Any, said: str = ...) -> Any:
        """Return the plain value of `answer`, or raise `Wrong`."""


class Wrong(Exception):
    """The answer is not right; the message says what to look at again."""


class BrokenChecker(RuntimeError):
    """A checker failed by itself: the course is at fault, not the answer."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said about an answer.

    Attributes:
        kind: `"right"`, `"wrong"`, or `"none"` while there is no answer.
        message: Why it is right, what to look at again, or how to answer.
    """

    kind: Literal["right", "wrong", "none"]
    message: str


_exercises: dict[str, tuple[Kind, Callable[[Any], str]]] = {}
_pages: dict[str, "Page"] = {}


def exercise(key: str, kind: Kind, page: "Page | None" = None) -> Callable[[Checker], Checker]:
    """Register the decorated function as the checker of exercise `key`, such as `"02.1"`.

    Args:
        key: Chapter and number.
        kind: What the exercise asks for; the checker is called with the value that it reads.
        page: How it is answered on its page; None where the answer is to be written in Python.

    Raises:
        ValueError: if the exercise has a checker already.
    """

    def register(checker: Checker) -> Checker:
        if key in _exercises:
            raise ValueError(f"exercise {key} has a checker already")
        _exercises[key] = kind, checker
        if page:
            _pages[key] = page
        return checker

    return register


def find(key: str) -> tuple[Kind, Callable[[Any], str]]:
    """Return the kind of answer that exercise `key` asks for, and its checker.

    Raises:
        ValueError: if no exercise has that key.
    """
    chapter = key.split(".")[0]
    if chapter.isdigit() and key not in _exercises:
        try:
            import_module(f"{__name__}.ch{chapter}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.ch{chapter}":
                raise
    if key not in _exercises:
        raise ValueError(f"no exercise {key!r}; write chapter and number, such as '02.1'")
    return _exercises[key]


def page_of(key: str) -> "Page | None":
    """How exercise `key` is answered on its page; None where that takes Python.

    Raises:
        ValueError: if no exercise has that key.
    """
    find(key)
    return _pages.get(key)


def verdict(key: str, answer: Any = ...) -> Verdict:
    """Judge `answer` to exercise `key`, and print nothing.

    Args:
        key: Chapter and number, such as `"02.1"`.
        answer: A value or a function, as the exercise asks; `...` while there is none.

    Raises:
        ValueError: if no exercise has that key.
        BrokenChecker: if the checker itself fails. An error that a reader's function raises is none
            of these: it makes the answer wrong, and the message names the call that raised it.

    torch's random numbers stay as they are: the cells below give the same, whether the exercise is
    answered or not.
    """
    kind, checker = find(key)
    if _has_dots(answer):
        return Verdict("none", "replace the three dots and run the cell again.")
    import torch  # here, so that importing this module stays light

    try:
        with torch.random.fork_rng(devices=[]):
            return Verdict("right", checker(kind.read(answer)))
    except Wrong as wrong:
        return Verdict("wrong", str(wrong))
    except Exception as error:
        raise BrokenChecker(
            f"the checker of exercise {key} failed: the course's fault, not your answer's"
        ) from error


def check(key: str, answer: Any = ...) -> None:
    """Print the `verdict` on `answer` to exercise `key`; arguments and errors are the same."""
    found = verdict(key, answer)
    opening = {"right": "right.", "wrong": "not yet.", "none": "not answered yet:"}[found.kind]
    print(f"{key} {opening} {found.message}")


def _has_dots(answer: Any) -> bool:
    """Whether the three dots of the question still stand in `answer`."""
    if isinstance(answer, tuple | list):
        return any(map(_has_dots, answer))
    return answer is ...
