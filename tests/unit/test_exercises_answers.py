"""Every worked answer, in every form that means it, is right; NaN and infinity never are."""

import importlib
import json
import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from utils import exercises
from utils.exercises import BrokenChecker, Verdict, Wrong, answers, check, methods, verdict

HERE = Path(__file__).parent
TABLES = [importlib.import_module(path.stem) for path in sorted(HERE.glob("test_exercises_ch*.py"))]
WORKED = {key: given[0] for table in TABLES for key, given in table.RIGHT.items()}
OUTPUTS = "".join(
    text
    for path in sorted((HERE.parent.parent / "chapters").glob("*.ipynb"))
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    for output in cell.get("outputs", ())
    for text in output.get("text", ())
)


def number_forms(value):
    exact = Fraction(value) if value == int(value) else Fraction(value).limit_denominator(10**6)
    return [
        *(value, float(value), exact, str(exact), [value], np.float64(value), np.array([value])),
        *(torch.tensor(value), torch.tensor([float(value)]), torch.tensor(value).double()),
        *((int(value), np.int64(value)) if value == int(value) else ()),
    ]


def array_forms(values):
    return [
        *(values, values.float(), values.numpy(), values.tolist(), torch.nn.Parameter(values)),
        *(list(values), tuple(values.tolist()), values.to_sparse()),
        np.flip(np.flip(values.numpy()).copy()),  # with negative strides
    ]


def forms(kind, answer):
    """Forms in which `answer`, right for an exercise of this kind, may be handed in."""
    match kind:
        case answers.Function(returns=None):
            return [answer]
        case answers.Function(returns=returns):
            plain = kind.read(answer)

            def returning(index):
                return lambda *given: (made := forms(returns, plain(*given)))[index % len(made)]

            return list(map(returning, range(12)))
    value = kind.read(answer)
    match kind:
        case answers.Number() | answers.Integer():
            return number_forms(value)
        case answers.Numbers() | answers.Integers():
            of = number_forms
            rows = [[of(part)[i] for part in value] for i in range(len(of(1.5)))]
            return [tuple(value), list(value), np.array(value), torch.tensor(value), *rows]
        case answers.Truths():
            return [list(value), np.array(value), torch.tensor(value), list(np.array(value))]
        case answers.Words():
            return [list(value), [word.upper() for word in value], np.array(value)]
        case answers.Letters():
            letters = sorted(value)
            listing = f"{', '.join(letters[:-1])} and {letters[-1].lower()}"
            return ["".join(letters), " ".join(letters), listing, letters, set(letters)]
        case answers.Array():
            return array_forms(value)
        case answers.Collection(part=part):
            parts = [forms(part, each)[1] for each in value]
            return [set(value), list(value), parts, iter(value), frozenset(value)]
        case answers.Parts(parts=parts):
            made = [forms(part, each) for part, each in zip(parts, value, strict=True)]
            rows = [[form[i] for form in made] for i in range(min(map(len, made)))]
            return [*rows, *map(tuple, rows)]
    raise AssertionError(f"no forms for {kind!r}")


def spoiled(kind, answer, odd):
    """`answer` with `odd`, NaN or an infinity, in place of each number in turn."""
    match kind:
        case answers.Function(returns=None):
            return [lambda *given: odd, lambda *given: [odd, odd]]
        case answers.Function(returns=returns):
            plain = kind.read(answer)

            def returning(index):
                return lambda *given: (s := spoiled(returns, plain(*given), odd))[index % len(s)]

            return list(map(returning, range(12)))
    value = kind.read(answer)
    match kind:
        case answers.Number() | answers.Integer():
            return [odd, np.float64(odd), torch.tensor(odd), str(odd), [odd]]
        case answers.Numbers() | answers.Integers() | answers.Truths() | answers.Words():
            return [[*value[:i], odd, *value[i + 1 :]] for i in range(len(value))]
        case answers.Letters():
            return [odd, [odd], [*value, odd]]
        case answers.Array():
            places = range(0, value.numel(), max(1, value.numel() // 12))
            return [
                value.flatten().index_fill(0, torch.tensor(i), odd).view_as(value) for i in places
            ]
        case answers.Collection(part=part):
            return [[*list(value)[1:], s] for s in spoiled(part, next(iter(value)), odd)]
        case answers.Parts(parts=parts):
            return [
                [*value[:i], s, *value[i + 1 :]]
                for i, part in enumerate(parts)
                for s in spoiled(part, value[i], odd)
            ]
    raise AssertionError(f"no way to spoil {kind!r}")


@pytest.mark.parametrize("key", WORKED)
def test_a_worked_answer_is_right_in_every_form(key):
    kind, _ = exercises.find(key)
    for answer in [WORKED[key], *forms(kind, WORKED[key])]:
        said = verdict(key, answer)
        assert said.kind == "right", (answer, said)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("key", WORKED)
def test_nan_and_infinity_are_never_right(key, odd):
    kind, _ = exercises.find(key)
    for answer in spoiled(kind, WORKED[key], odd):
        said = verdict(key, answer)
        assert said.kind == "wrong" and "raised" not in said.message, (answer, said)


STRANGE = [
    *(None, True, object(), "?", "", b"4", 1j, 10**400, -7.25, print, {}, {"a": 1}, set(), [], ()),
    *([[]], [None], (1, "a"), [[1, 2], [3]], np.array(99.5), np.array([]), np.array("x")),
    *(np.array([None]), np.datetime64("2026-01-01"), torch.tensor(99.5), torch.tensor(True)),
    *(torch.tensor(2j), torch.empty(0), torch.empty(3, device="meta"), torch.zeros(2, 0, 3)),
    *(
        iter([1, 2]),
        (1 / 0 for _ in [1]),
        range(3),
        Fraction(99, 7),
        [torch.zeros(2), torch.zeros(3)],
    ),
]


@pytest.mark.parametrize("key", WORKED)
def test_nothing_strange_is_right_or_raises(key):
    for strange in STRANGE:
        for answer in (strange, lambda *given: strange, (strange, strange), [strange, 0, 0]):  # noqa: B023
            assert verdict(key, answer).kind == "wrong", (key, strange)


@pytest.mark.parametrize("key", [key for key in WORKED if not re.search(r"\.[a-z]p$", key)])
def test_the_notebook_says_the_same_of_its_own_answer(key):
    assert f"{key} right. {verdict(key, WORKED[key]).message}\n" in OUTPUTS


def test_every_checker_has_a_worked_answer():
    for table in TABLES:
        importlib.import_module(table.__name__.replace("test_exercises_", "utils.exercises."))
    assert WORKED.keys() == exercises._exercises.keys()


@pytest.mark.parametrize("key", WORKED)
def test_what_is_not_answered_is_said_so(key, capsys):
    for answer in (..., (..., 1), [(1, ...), 2]):
        check(key, answer)
        said = "not answered yet: replace the three dots and run the cell again."
        assert capsys.readouterr().out == f"{key} {said}\n"


def test_checking_leaves_the_random_state_alone():
    before = torch.get_rng_state()
    for key, answer in WORKED.items():
        verdict(key, answer)
    verdict("01.1", lambda X, V: torch.rand(4, 5, 2))
    assert torch.get_rng_state().equal(before)


def test_check_prints_the_verdict(capsys):
    check("01.3", 4.0)
    check("01.3", 3)
    right, wrong = capsys.readouterr().out.splitlines()
    assert right.startswith("01.3 right. Four layers") and wrong.startswith("01.3 not yet. Three")
    assert verdict("01.3") == Verdict("none", "replace the three dots and run the cell again.")


def test_an_unknown_exercise_is_named():
    for key in ("99.1", "01.99", "one"):
        with pytest.raises(ValueError, match=key):
            verdict(key, 1)


def test_a_checkers_own_error_is_not_the_readers(monkeypatch):
    monkeypatch.setattr(exercises, "_exercises", dict(exercises._exercises))

    @exercises.exercise("00.1", answers.Number("a number"))
    def broken(answer):
        return {}[answer]

    with pytest.raises(BrokenChecker, match=r"00\.1.*the course's fault") as caught:
        verdict("00.1", 4)
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(ValueError, match="has a checker already"):
        exercises.exercise("00.1", answers.Number("a number"))(broken)


FUNCTION = answers.Function("f(X, k, how)", answers.Array("the result"))


def readers(function):
    return FUNCTION.read(function)


def test_a_readers_error_is_told_with_its_call():
    def late(X, k, how):
        yield k / 0

    for function, words in [
        (lambda X, k, how: [X][k], r"^f\(X of 2×3, 4, 'same'\) raised IndexError: .+"),
        (lambda X: X, r"^f\(X of 2×3, 4, 'same'\) raised TypeError: .*3 were given"),
        (late, r"raised ZeroDivisionError: division by zero$"),
        (lambda X, k, how: int("a\nb" * 999), r"raised ValueError: .{,200}$"),
        (lambda X, k, how: None, r"^f\(X of 2×3, 4, 'same'\) returns nothing"),
        (lambda X, k, how: ..., r"three dots"),
        (lambda X, k, how: "no", r"^f\(X of 2×3, 4, 'same'\) should be the result"),
    ]:
        with pytest.raises(Wrong, match=words):
            readers(function)(torch.ones(2, 3), 4, "same")


def test_watching_ends_when_the_function_does():
    before = sys.getprofile(), sys.gettrace()
    fails = readers(lambda X, k, how: X.numpy() @ X.mT.fail)
    for watched in (lambda: fails(torch.ones(2, 3), 4, ""), lambda: methods.grows(fails, (), ())):
        with methods.Watch() as seen, pytest.raises(Wrong, match="raised"):
            watched()
    assert (sys.getprofile(), sys.gettrace()) == before and not seen.convolved


def test_only_what_convolves_is_called_a_convolution():
    for name, found in [
        ("conv2d", True),
        ("fftconvolve", True),
        ("corr2d_multi_in", True),
        ("convert_element_type", False),
        ("corrcoef", False),
        ("unfold", False),
    ]:
        seen = methods.Watch()
        seen.names.add(name)
        assert (seen.convolved == name) is found


def test_arguments_are_copies_and_only_pure_functions_may_not_write_into_them():
    def spoils(X):
        X += 1
        return X

    X = torch.zeros(2)
    assert answers.Function("f(X)", answers.Array("X")).read(spoils)(X).tolist() == [1, 1]
    with pytest.raises(Wrong, match="changes what it was given"):
        answers.Function("f(X)", answers.Array("X"), pure=True).read(spoils)(X)
    assert X.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        (answers.Number("n"), "−1/3", -1 / 3),
        (answers.Number("n"), " 43% ", 0.43),
        (answers.Percentage("n"), " 43% ", 43),
        (answers.Percentage("n"), np.float32(0.25), 25),
        (answers.Percentage("n"), "1%", 1),
        (answers.Percentage("n"), 43.0, 43),
        (answers.Percentage("n"), 100, 100),
        (answers.Percentage("n"), "100%", 100),
        (answers.Percentage("n"), torch.tensor(0.31), 31),
        (answers.Integer("n"), torch.tensor(3.0000002), 3),
        (answers.Integer("n"), torch.tensor(119.99998), 120),
        (answers.Letters("ABCDE"), "a) and (D)", {"A", "D"}),
        (answers.Letters("ABCDE"), ["A, B", "d"], {"A", "B", "D"}),
        (answers.Truths(2, "t"), (np.bool_(True), torch.tensor([False])), (True, False)),
        (answers.Truths(2, "t"), (1, 0.0), (True, False)),
        (answers.Words(2, "w"), ["Max ", "avg"], ("max", "avg")),
        (answers.Numbers(None, "n"), map(int, "12"), (1, 2)),
    ],
)
def test_generous_where_only_one_thing_can_be_meant(kind, answer, value):
    assert kind.read(answer) == value


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (answers.Number("n"), np.bool_(True)),
        (answers.Number("n"), "1/0"),
        (answers.Percentage("n"), 1),  # or all of them?
        (answers.Percentage("n"), "250%"),
        (answers.Percentage("n"), 101),
        (answers.Percentage("n"), -0.1),
        (answers.Integer("n"), 3.00001),
        (answers.Integer("n"), 119.999),
        (answers.Integers(2, "n"), {1, 2}),  # a set has no order
        (answers.Truths(2, "t"), (2, 0)),
        (answers.Truths(2, "t"), (float("nan"), "0")),
        (answers.Array("X", 2), torch.ones(1, 2, 2, 2)),
        (answers.Letters("ABCDE"), "AB1"),
        (answers.Array("X"), torch.ones(2, 2, dtype=torch.bool)),
        (answers.Array("X", 2), [1, 2]),
        (answers.Parts("a pair", answers.Number("n"), answers.Number("n")), {1: 2, 3: 4}),
    ],
)
def test_strict_where_something_else_is_meant(kind, answer):
    with pytest.raises(Wrong, match=r"^The (answer is|letters are) "):
        kind.read(answer)


def test_same_names_the_shape_and_then_the_first_difference():
    X = torch.zeros(2, 2, dtype=torch.float64)
    answers.same(X + 1e-6, X, "X")
    with pytest.raises(Wrong, match=r"X should have shape \(4,\); yours has \(2, 2\)"):
        answers.same(X, X.flatten(), "X")
    Y: Tensor = X.clone()
    Y[1, 0] = 3
    with pytest.raises(Wrong, match=r"differs first at \(1, 0\): 3"):
        answers.same(Y, X, "X")
