"""How exercises are laid out on a page, and the table of what their checkers say."""

import json

import pytest
import torch
from typed_numbers import NO_NUMBERS, NUMBERS

from utils import Answer, exercises
from utils.exercises import Wrong, answers, expressions, page
from utils.exercises.page import Field, Form, Page
from utils.widgets.base import WidgetError


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_typed_is_the_number_it_means(text):
    assert expressions.parse(text) == NUMBERS[text]
    assert answers.Number("n").read(text) == NUMBERS[text]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none(text):
    with pytest.raises(ValueError):
        expressions.parse(text)
    with pytest.raises(Wrong):
        answers.Number("n").read(text)


PAIR, LINE = answers.Integers(2, "a pair"), answers.Numbers(None, "a line")
LAYOUTS = [
    (answers.Number("n"), Page([1.5], labels=["Share"]), 1.5, (1.5,)),
    (answers.Integers(2, "n"), Page([(1, 2)]), (1, 2), (1, 2)),
    (answers.Truths(2, "n"), Page([(True, False)]), (True, False), (1, 0)),
    (answers.Words(1, "n"), Page([("b",)], options=("a", "b")), ("b",), (1,)),
    (answers.Letters("ABC"), Page(["AC"]), "AC", (1, 0, 1)),
    (answers.Collection(PAIR, "n"), Page([{(1, 2)}], options=[(1, 2), (3, 4)]), {(1, 2)}, (1, 0)),
    (answers.Array("n", 2), Page([[[1, 2]]], shape=(1, 2)), [[1, 2]], (1, 2)),
    (answers.Array("n"), Page([[[1]]], shape=(2, 2), blank=True), [[1]], (1, None, None, None)),
    (answers.Parts("n", LINE, PAIR), Page([], shape=(1, 2)), ([1], (2, 3)), (1, None, 2, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "declared", "answer", "slots"), LAYOUTS)
def test_slots_are_another_form_of_an_answer(kind, declared, answer, slots):
    form = Form(kind, declared)
    assert form.spread(answer) == slots
    assert sum(field.slots for field in form.fields) == len(slots)
    read = kind.read(form.answer(slots))
    want = kind.read(answer)
    assert str(read) == str(want)
    assert form.spread(read.tolist() if hasattr(read, "tolist") else read) == slots


def test_fields_have_names():
    labels = [field.label for field in Form(answers.Numbers(3, "n"), Page([])).fields]
    assert labels == ["(a)", "(b)", "(c)"]
    assert Form(answers.Number("n"), Page([])).fields == [Field("number", "Your answer")]


def test_blanks_stand_at_the_end():
    form = Form(answers.Array("n"), Page([], shape=(2, 2), blank=True))
    for slots in ((None,) * 4, (1, None, None, 2), (None, 1, None, 2), (1, 2, 3, None)):
        with pytest.raises(ValueError, match="blank"):
            form.answer(slots)


def diagram(checker, known, kind=None, **declared):
    """The table, and a function that reads it as the page does."""
    form = Form(kind or answers.Number("n"), Page(known, **declared))
    table = form.table(checker)

    def said(*slots):
        at = len(table["nodes"]) - 1
        for cuts, x in zip(table["cuts"], slots, strict=True):
            piece = 0
            for cut in cuts:
                piece += (x >= cut[0]) + (x > cut[0]) if isinstance(cut, list) else x >= cut
            at = table["nodes"][at][piece]
            if at < 0:
                return table["says"][-1 - at]
        raise AssertionError("a path ends with words")

    return said


def tolerant(x: float) -> str:
    if x < 0:
        raise Wrong("Not below zero.")
    if abs(x - 5) > 0.25:
        raise Wrong(f"Not {x:g}.")
    return "Five."


def test_a_line_is_cut_where_the_verdict_changes():
    said = diagram(tolerant, [5, 0])
    assert [said(x)[:3] for x in (4.74999, 4.75, 5, 5.25, 5.25001)] == [
        "-No",
        "+Fi",
        "+Fi",
        "+Fi",
        "-No",
    ]
    assert said(-1e-9) == "-Not below zero." and said(0) == "-Not \x010g\x02."


def test_right_and_wrong_that_cannot_be_told_apart_are_refused():
    def coupled(pair: tuple[float, ...]) -> str:
        if pair[0] + pair[1] > 10:
            raise Wrong("Too much.")
        return "Enough."

    kind = answers.Numbers(2, "n")
    with pytest.raises(ValueError, match="right and wrong in one piece"):
        diagram(coupled, [(1, 2)], kind)
    said = diagram(coupled, [(1, 2), (9, 9)], kind, partly=True)
    assert [said(1, 2), said(9, 2), said(1, 9), said(1, 3)] == [
        "+Enough.",
        "-Too much.",
        "+Enough.",
        "?",
    ]


def test_words_that_differ_from_number_to_number_are_left_out_or_replaced():
    def derived(n: int) -> str:
        if n != 4:
            raise Wrong(f"That sees {2 * n + 1}.")
        return "Four."

    kind = answers.Integer("n")
    assert [diagram(derived, [4], kind)(n) for n in (4, 9)] == ["+Four.", "-"]
    assert diagram(derived, [4], kind, marks=[[9]])(9) == "-That sees 19."
    assert diagram(derived, [4], kind, instead={"sees": "Too few."})(9) == "-Too few."


def test_a_table_is_the_same_each_time_and_turned_twice_itself():
    kind, checker = exercises.find("10.5")
    tables = [Form(kind, exercises.page_of("10.5")).table(checker) for _ in range(2)]
    assert tables[0] == tables[1]
    text = json.dumps(tables[0], ensure_ascii=False, separators=(",", ":"))
    assert page.turned(tables[0]).translate(page._TURN) == text != page.turned(tables[0])


def test_an_answer_is_judged_by_the_checker():
    widget = Answer("03.2")
    assert widget.verdict == {}
    widget.answer = [5, -5, -5]
    want = exercises.verdict("03.2", (5, -5, -5))
    assert widget.verdict == {"answer": [5, -5, -5], "kind": "right", "message": want.message}
    widget.answer = (0, 0, 0)
    assert widget.verdict["kind"] == "wrong" and "invisible" in widget.verdict["message"]
    widget.answer = ()
    assert widget.verdict == {}


def test_another_exercise_has_other_fields():
    widget = Answer("03.2")
    widget.exercise = "04.8"
    assert [field["label"] for field in widget.form["fields"]] == ["Layers"]
    assert repr(widget) == "Answer('04.8')"
    with pytest.raises(WidgetError, match="for each of the 1 fields"):
        widget.answer = (1, 2)
    with pytest.raises(ValueError, match=r"exercise must be an exercise such as '02\.1'; got '2'"):
        Answer("2")


def test_what_is_a_function_has_no_fields():
    widget = Answer("01.7")
    assert widget.form == {"fields": [], "table": ""}
    assert "<input" not in widget.to_html()


def test_a_table_is_made_by_one_thread_and_the_others_are_given_back(monkeypatch):
    """Two that wait for one another, on a machine with more to do, take twenty times as long."""
    seen, threads = [], torch.get_num_threads()

    def table(form, checker):
        seen.append(torch.get_num_threads())
        return {}

    monkeypatch.setattr(Form, "table", table)
    torch.set_num_threads(2)
    try:
        page.saved.__wrapped__("02.1")
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(threads)
