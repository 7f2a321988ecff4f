"""Answer: the place to answer an exercise, judged by its checker or, on a page, by its table."""

import math
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from html import escape
from typing import Any, ClassVar

import traitlets

from utils import exercises
from utils.exercises import page
from utils.widgets.base import Explorable, WidgetError
from utils.widgets.first_frame import paragraph
from utils.widgets.traits import State, as_json, plain, real

NUMBERS = ("number", "whole", "percent")  # kinds of fields in which one types


class Key(State):
    """Chapter and number of an exercise, such as "03.2"."""

    def form(self, value: Any) -> str:
        """The key."""
        try:
            if isinstance(value, str):
                exercises.find(value)
                return str(value)
        except ValueError:
            pass
        raise WidgetError(f"{self.title} must be an exercise such as '02.1'; got {value!r}")


class Filled(State):
    """What stands in the fields: a number for each slot, None for a blank; empty while unasked."""

    def form(self, value: Any) -> tuple[float | None, ...]:
        """A tuple."""
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            found = [part if part is None else real(part) for part in value]
            read = [x is not None or part is None for x, part in zip(found, value, strict=True)]
            if all(read) and all(x is None or math.isfinite(x) for x in found):
                return tuple(None if x is None else plain(x) for x in found)
        raise WidgetError(f"{self.title} must be finite numbers, one a field; got {value!r}")


class Answer(Explorable):
    """Fields for the answer to an exercise, and what the exercise's checker says of it.

    In a live kernel the checker itself is asked. A page without one has a table of what the checker
    said of answers of every sort, made when the notebook ran (`utils.exercises.page`). Where the
    answer is to be written in Python, the widget says so.

    Args:
        exercise: Chapter and number, such as `"03.2"`, or `"02.2b"` for a part of an exercise.

    It is a trait. `answer` is what the page last asked about, a number for each field, and
    `verdict` what it was told.

    Raises:
        ValueError: if no exercise has that number.
    """

    exercise = Key("08.1", called="exercise")
    answer = Filled((), called="answer")
    form = traitlets.Dict().tag(sync=True, to_json=lambda value, widget: deepcopy(value))
    verdict = traitlets.Dict().tag(sync=True, to_json=lambda value, widget: deepcopy(value))

    calculates = False
    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "numbers": {"exercise": "03.2"},
        "one": {"exercise": "04.8"},
        "letters": {"exercise": "08.1"},
        "truths": {"exercise": "10.1"},
        "matrix": {"exercise": "02.3"},
        "blanks": {"exercise": "03.1"},
        "collection": {"exercise": "10.4"},
        "function": {"exercise": "01.7"},
    }

    def __init__(self, exercise: str) -> None:
        super().__init__(exercise=exercise)

    def _check(self, state: dict[str, Any]) -> None:
        count = sum(field.slots for field in _fields(state["exercise"]))
        if len(state.get("answer", ())) not in (0, count):
            raise WidgetError(f"answer must have a number for each of the {count} fields")

    @traitlets.default("form")
    def _form(self) -> dict[str, Any]:
        fields = [vars(field) for field in _fields(self.exercise)]
        return {
            "fields": [{**field, "options": list(field["options"])} for field in fields],
            "table": page.saved(self.exercise),
            **({"ask": asked} if (asked := _asked(self.exercise)) else {}),
        }

    @traitlets.observe("exercise", "answer")
    def _judge(self, change: dict[str, Any]) -> None:
        if change["name"] == "exercise":
            self.form = self._form()
        said = page.judge(self.exercise, self.answer) if self.answer else None
        self.verdict = (
            {"answer": as_json(self.answer), "kind": said.kind, "message": said.message}
            if said
            else {}
        )

    @property
    def spec(self) -> dict[str, Any]:
        """What the page needs to start: the state by name, the fields and their table."""
        return {**super().spec, "form": deepcopy(self.form)}

    def __repr__(self) -> str:
        return f"Answer({self.exercise!r})"

    def first_frame(self) -> str:
        """The fields as they will stand there, not yet in use."""
        fields = _fields(self.exercise)
        title = f"<p><strong>{_title(self.exercise)}</strong></p>"
        if not fields:
            text = IN_PYTHON.format(_number(self.exercise))
            return f'<div class="ex-answer">{paragraph(text)}</div>'
        name = f"answer-{self.exercise}"
        title += paragraph(_asked(self.exercise)) if _asked(self.exercise) else ""
        inside = "".join(_html(field, f"{name}-{i}") for i, field in enumerate(fields))
        return (
            f'<div class="ex-answer">{title}\n<div class="ex-fields" data-part="answer">{inside}'
            "</div>\n"
            '<div class="ex-check"><button type="button" disabled>Check</button>'
            '<p data-part="verdict" data-verdict="none"></p></div>'
            "<noscript><p>To check an answer takes JavaScript or a kernel.</p></noscript></div>"
        )


IN_PYTHON = "{} asks for a function. Write it in Python, in the cell below."


def _title(key: str) -> str:
    """What stands above the fields: `Your answer to 2.1`, `A prediction for 1.7`, `Your guess`."""
    if re.fullmatch(r"\d+\.[a-z]p", key):  # asked in the text, not in an exercise
        return "Your guess"
    what = "A prediction for" if key.endswith("p") else "Your answer to"
    return f"{what} {_number(key)}"


def _number(key: str) -> str:
    """An exercise as its heading names it."""
    return key.lstrip("0").rstrip("p")


def _asked(key: str) -> str:
    """The question of a prediction."""
    found = page.form(key)
    return found.page.ask if found else ""


def _fields(key: str) -> list[page.Field]:
    found = page.form(key)
    return found.fields if found else []


def _html(field: page.Field, name: str) -> str:
    """A field as the view writes it, too (`js/widgets/answer.js`)."""
    label = escape(field.label)
    numbers = field.kind in NUMBERS
    if numbers and field.slots == 1:
        return f'<label class="ex-ask">{label} <input type="text" size="9" disabled></label>'
    return (
        f'<fieldset class="ex-{"matrix" if numbers else "picks"}">'
        f"<legend>{label}</legend>{''.join(_inside(field, name))}</fieldset>"
    )


def _inside(field: page.Field, name: str) -> Iterator[str]:
    if field.kind in NUMBERS:
        for row in range(1, field.rows + 1):
            cells = (
                f'<input type="text" size="5" aria-label="row {row}, column {column}" disabled>'
                for column in range(1, field.columns + 1)
            )
            yield f"<div>{''.join(cells)}</div>"
        return
    sort = "checkbox" if field.kind == "flags" else "radio"
    for option in field.options:
        yield f'<label><input type="{sort}" name="{name}" disabled> {escape(option)}</label>'
