"""The page's verdict on an answer is the checker's: for every exercise that a page can judge.

The tables are those of the chapters, as readers get them; that they are what `page.saved` makes is
seen where every cell is run again.
"""

import json
import math
import random
import re
import sys
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from looking import ask

from utils import exercises
from utils.exercises import expressions
from utils.exercises import page as pages

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
sys.path.insert(0, str(UNIT))
from typed_numbers import NO_NUMBERS, NUMBERS  # noqa: E402

TYPICAL = [import_module(path.stem) for path in sorted(UNIT.glob("test_exercises_ch*.py"))]
for module in TYPICAL:
    import_module(module.__name__.replace("test_exercises_", "utils.exercises."))
JUDGED = sorted(exercises._pages)
SPEC = re.compile(r'data-explorable=\\"Answer\\" data-spec=\\"(.*?)\\"')
SPECS = [
    json.loads(unescape(json.loads(f'"{spec}"')))
    for chapter in sorted((ROOT / "chapters").glob("*.ipynb"))
    for spec in SPEC.findall(chapter.read_text("utf-8"))
]
SAVED = {spec["exercise"]: spec["form"]["table"] for spec in SPECS}
COUNT = 500
JUDGE = """([turned, rows]) => { const e = slidingWindowCourse.engine.answer, table = e.unpack(turned);
    return rows.map(values => e.judge(table, values)); }"""


def near(draw: random.Random, x: float) -> float:
    """A number beside `x`, within its tolerance or not."""
    step = draw.choice([1e-7, 1e-4, 1e-3, 3e-3, 0.01, 0.1, 0.5]) * max(1, abs(x))
    return round(x + draw.uniform(-1, 1) * step, draw.choice([2, 3, 4, 9]))


def drawn(draw: random.Random, form: pages.Form, known: list) -> tuple:
    """An answer: known ones crossed, moved a little, or made of anything."""
    slots = list(draw.choice(known))
    other = draw.choice(known)
    how = draw.random()
    place = 0
    for one in form.fields:
        for _ in range(one.slots):
            options = {"flags": 2, "choice": len(one.options)}.get(one.kind)
            change = draw.random() < how * how
            if change and options:
                slots[place] = draw.randrange(options)
            elif change and slots[place] is not None:
                x = draw.choice([slots[place], other[place] or 0, draw.choice(known)[place] or 0])
                kind = draw.randrange(5)
                whole = one.kind == "whole"
                if kind == 0:
                    x = draw.randint(-12, 40)
                elif kind == 1:
                    x = draw.randint(-9, 9) if whole else near(draw, x)
                elif kind == 2:
                    x = round(x * draw.choice([2, 0.5, 3, -1, 10])) if whole else x * 2
                elif kind == 3:
                    x = draw.randint(-(10**8), 10**8) if whole else draw.uniform(-1e4, 1e4)
                slots[place] = x + 0.0  # no −0
            place += 1
    return tuple(slots)


def told(form: pages.Form, message: str) -> str:
    """The page's words for a message of the checker."""
    return next((words for part, words in form.page.instead.items() if part in message), message)


@pytest.mark.parametrize("key", JUDGED)
def test_the_page_never_contradicts_the_checker(page, key):
    form, draw = pages.form(key), random.Random(key)
    known = [form.spread(answer) for answer in form.page.known]
    answers = list(dict.fromkeys([*known, *(drawn(draw, form, known) for _ in range(COUNT))]))
    found = ask(page, JUDGE, [SAVED[key], answers])
    silent, wordless = 0, 0
    for values, said in zip(answers, found, strict=True):
        want = pages.judge(key, values)
        if said["kind"] == "none":
            silent += 1
            continue
        assert said["kind"] == want.kind, (values, said, want)
        if not said["message"]:
            wordless += 1
        else:
            assert said["message"] == told(form, want.message), values
    if not form.page.partly:
        assert silent == 0
    # A page that has words for what is known only would be none.
    assert wordless < len(answers) / 2


@pytest.mark.parametrize("key", JUDGED)
def test_what_is_known_is_judged_with_the_checker_s_words(page, key):
    """Right in every form that the tests of the checkers know, and each typical mistake."""
    form = pages.form(key)
    module = next(m for m in TYPICAL if m.__name__.endswith(f"ch{key[:2]}"))
    answers, wants = [], []
    for answer in [*module.RIGHT[key], *(answer for answer, _ in module.WRONG[key])]:
        try:
            slots = tuple(None if x is None else float(x) for x in form.spread(plain(answer)))
            if len(slots) != sum(field.slots for field in form.fields):
                continue
            fields = [one for one in form.fields for _ in range(one.slots)]
            if not all(map(can_be_entered, fields, slots)):
                continue
            want = pages.judge(key, slots)
        except (TypeError, ValueError, KeyError, IndexError):
            continue  # of another layout than the fields: it can't be entered
        answers.append(slots)
        wants.append(want)
    assert any(want.kind == "right" for want in wants), "a right answer can be entered"
    for slots, want, said in zip(
        answers, wants, ask(page, JUDGE, [SAVED[key], answers]), strict=True
    ):
        if said["kind"] == "none" and form.page.partly:
            continue
        assert (said["kind"], said["message"]) == (want.kind, told(form, want.message)), slots


def can_be_entered(one, slot):
    """Whether a field takes it: of others the page says by itself what is expected."""
    if slot is None:
        return one.blank
    if one.kind == "choice":
        return slot in range(len(one.options))
    return math.isfinite(slot) and (one.kind != "whole" or slot.is_integer())


def plain(answer):
    return answer.tolist() if hasattr(answer, "tolist") else answer


def test_both_parsers_read_the_same_numbers(page):
    parse = (
        "texts => texts.map(text => slidingWindowCourse.engine.answer.parse(text).value ?? null)"
    )
    assert ask(page, parse, list(NUMBERS)) == list(NUMBERS.values())
    assert [expressions.parse(text) for text in NUMBERS] == list(NUMBERS.values())
    assert ask(page, parse, NO_NUMBERS) == [None] * len(NO_NUMBERS)
    for text in NO_NUMBERS:
        with pytest.raises(ValueError):
            expressions.parse(text)


def test_both_parsers_agree_to_the_bit(page):
    draw = random.Random(3)

    def expression(depth: int) -> str:
        if depth == 0:
            return draw.choice(
                [str(draw.randint(0, 99)), f"{draw.uniform(0, 9):.3f}", "1,024", "7%"]
            )
        left, right = expression(depth - 1), expression(depth - 1)
        return draw.choice(
            [
                *(f"{left} + {right}", f"{left}−{right}", f"({left})·({right})"),
                *(f"({left})/({right})", f"-({left})^{draw.randint(-3, 5)}"),
            ]
        )

    texts = [expression(draw.randint(0, 3)) for _ in range(2000)]
    found = ask(
        page,
        "texts => texts.map(text => slidingWindowCourse.engine.answer.parse(text).value ?? null)",
        texts,
    )
    numbers = 0
    for text, value in zip(texts, found, strict=True):
        try:
            want = expressions.parse(text)
            numbers += 1
        except ValueError:
            want = None
        assert (None if value is None else float(value)) == want, text
    assert numbers > 1500


def test_typed_percentages_are_judged_as_the_checker_does(page):
    texts = [
        "84",
        "84%",
        "0.84",
        "84 %",
        "1",
        "1%",
        "100%",
        "100",
        "99.9%",
        "250%",
        "50% + 50%",
        "0",
    ]
    kinds = {spec["exercise"]: [one["kind"] for one in spec["form"]["fields"]] for spec in SPECS}
    asked = [spec for spec in SPECS if kinds[spec["exercise"]] == ["percent"]]
    assert len(asked) >= 5
    enter = """([{ fields, table }, texts]) => { const e = slidingWindowCourse.engine.answer;
        return texts.map(text => e.judge(e.unpack(table), e.read(fields, [[text]]).values)); }"""
    for spec in asked:
        key = spec["exercise"]
        for text, said in zip(texts, ask(page, enter, [spec["form"], texts]), strict=True):
            want = exercises.verdict(key, text)
            assert (said["kind"], said["message"]) == (want.kind, want.message), (key, text)


def test_numbers_in_a_message_are_written_as_python_writes_them(page):
    draw = random.Random(4)
    numbers = [0.0, 1.0, -7.0, 100000.0, 1e6, 999999.5, 1e-4, 0.00009999999, 123456.7, 0.1 + 0.2]
    numbers += [draw.uniform(-1, 1) * 10 ** draw.randint(-8, 12) for _ in range(500)]
    write = "all => all.map(x => ['g', 'd', ','].map(f => slidingWindowCourse.engine.answer.written(x, f)))"
    for x, (g, _, _) in zip(numbers, ask(page, write, numbers), strict=True):
        assert g == f"{x:g}"
    whole = [draw.randint(-(10**9), 10**9) for _ in range(200)]
    for n, (_, d, comma) in zip(whole, ask(page, write, whole), strict=True):
        assert (d, comma) == (str(n), f"{n:,}")


def test_a_page_s_source_does_not_tell():
    for key in JUDGED:
        form, kept = pages.form(key), SAVED[key]
        for answer in form.page.known:
            said = pages.judge(key, form.spread(answer))
            assert told(form, said.message) not in kept


@pytest.mark.parametrize(
    "said, shown",
    [
        ("(c) is not -4: n - 3 + 1 rows", "(c) is not −4: n − 3 + 1 rows"),
        ("[-4, -1] in 1-D, memory-bound", "[−4, −1] in 1-D, memory-bound"),
        ("`x[-1] - 2`, x[1:-1] and 1e-05", "`x[-1] - 2`, x[1:-1] and 1e-05"),
    ],
)
def test_a_verdict_has_true_minus_signs_but_in_code(page, said, shown):
    assert ask(page, "slidingWindowCourse.engine.answer.withMinus", said) == shown
