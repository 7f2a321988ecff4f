"""What a page without a kernel knows of an exercise: its fields, and what the checker says.

A reader's answer, in fields, is a row of numbers, one for each *slot*: what stands in a text field,
1 or 0 for a box, the index of a choice, None for a field left blank. `Page` says beside a checker
how an answer is laid out and which answers are typical. `Form.table` then runs the checker over
them and around them, and writes down what it says as a decision diagram: each slot's line of
numbers is cut where the verdict changes, and a node for each slot leads from the piece that the
number lies in to the next node, or to a message.

No right answer is typed here a second time for the table's sake: that the known answers are right
or wrong is what the checker says of them when the notebook runs.
"""

import itertools
import json
import math
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

import torch

from utils.exercises import Kind, Verdict, Wrong, find, page_of, verdict
from utils.exercises.answers import (
    Array,
    Collection,
    Integer,
    Integers,
    Letters,
    Number,
    Numbers,
    Parts,
    Percentage,
    Truths,
    Words,
)

Slots = tuple[float | None, ...]
UNKNOWN, ELSEWHERE = "?", "-"  # no verdict; wrong, in words that differ from number to number
FEW, TAILS = 64, 16  # ways to go on from a slot that are tried: all if few, else known and drawn
STEPS = (1e-11, 1e-7, 1e-5, 1e-4, 8e-4, 2e-3, 4e-3, 8e-3, 0.015, 0.04, 0.12)


@dataclass(frozen=True)
class Page:
    """How an exercise is answered on its page.

    Attributes:
        known: Answers as a checker's reader hands them in: the right one, in each way that it may
            be written, and typical wrong ones, each as far as possible right in its first parts.
        labels: What stands at the fields, in order; (a), (b), ... unless told.
        ask: A question of its own, above the fields: of a prediction, whose key ends in `p`, about
            an exercise whose answer is written in Python.
        shape: Of an array: (rows, columns), or (1, planes, rows, columns).
        options: What can be chosen, of words and collections.
        marks: For each slot, further numbers to tell apart; one line for all slots is enough.
        instead: Shorter words for messages that hold these words: for those that spell out a
            calculation with the reader's own numbers, of which a table would need one for each.
        blank: Whether fields at the end of a row or column may be left blank.
        partly: Whether only `known` and `marks` are judged, and nothing between them: where right
            and wrong are not told apart slot by slot.
    """

    known: Sequence[Any]
    labels: Sequence[str] = ()
    ask: str = ""
    shape: tuple[int, ...] = ()
    options: Sequence[Any] = ()
    marks: Sequence[Iterable[float]] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    blank: bool = False
    partly: bool = False


@dataclass(frozen=True)
class Field:
    """A field, or several that belong together.

    Attributes:
        kind: `"number"`, `"whole"` or `"percent"`, `rows` by `columns` of them; `"choice"` for one
            of `options`, `"flags"` for any of them.
        label: What the reader is asked for.
        blank: Whether it may be filled in part.
    """

    kind: str
    label: str
    options: tuple[str, ...] = ()
    rows: int = 1
    columns: int = 1
    blank: bool = False

    @property
    def slots(self) -> int:
        """How many numbers it holds."""
        return len(self.options) if self.kind == "flags" else self.rows * self.columns


class Form:
    """The fields of an exercise, and the way from slots to an answer and back.

    Args:
        kind: The kind of answer.
        page: What was declared.
    """

    def __init__(self, kind: Kind, page: Page) -> None:
        self.kind, self.page = kind, page
        self._labels = iter(page.labels)
        self.fields = list(self._fields(kind))
        several = len(self.fields) > 1 and not page.labels
        letters = iter("abcdefgh")
        self.fields = [
            Field(**{**vars(one), "label": f"({next(letters)})"}) if several else one
            for one in self.fields
        ]

    def _label(self) -> str:
        return next(self._labels, "Your answer")

    def _fields(self, kind: Kind) -> Iterator[Field]:
        page = self.page
        match kind:
            case Number() | Integer():
                sort = {Integer: "whole", Percentage: "percent"}.get(type(kind), "number")
                yield Field(sort, self._label())
            case Numbers(count=None):
                yield Field("number", self._label(), columns=page.shape[1], blank=True)
            case Numbers() | Integers():
                name = "whole" if isinstance(kind, Integers) else "number"
                if isinstance(self.kind, Parts):
                    yield Field(name, self._label(), columns=kind.count or 1)
                    return
                for _ in range(kind.count or 0):
                    yield Field(name, self._label())
            case Truths():
                for _ in range(kind.count or 0):
                    yield Field("choice", self._label(), ("No", "Yes"))
            case Words():
                for _ in range(kind.count or 0):
                    yield Field("choice", self._label(), tuple(page.options))
            case Letters():
                yield Field("flags", self._label(), tuple(kind.options))
            case Collection():
                options = (str(option).replace("'", "") for option in page.options)
                yield Field("flags", self._label(), tuple(options))
            case Array():
                rows, columns = page.shape[-2:]
                for _ in range(math.prod(page.shape[:-2])):
                    label = self._label()
                    yield Field("number", label, rows=rows, columns=columns, blank=page.blank)
            case Parts():
                for part in kind.parts:
                    yield from self._fields(part)
            case _:
                raise TypeError(f"no fields for {kind!r}")

    def answer(self, slots: Slots) -> Any:
        """The answer as a reader would write it in Python.

        Raises:
            ValueError: if blanks leave no row, no matrix.
        """
        rest = iter(slots)
        found = self._answer(self.kind, rest)
        assert next(rest, self) is self, "as many slots as the fields have"
        return found

    def _answer(self, kind: Kind, slots: Iterator[float | None]) -> Any:
        def take(count: int) -> list[Any]:
            return list(itertools.islice(slots, count))

        page = self.page
        match kind:
            case Number() | Integer():
                return next(slots)
            case Numbers(count=None):
                return _filled([take(page.shape[1])])[0]
            case Numbers() | Integers():
                return tuple(take(kind.count or 0))
            case Truths():
                return tuple(slot == 1 for slot in take(kind.count or 0))
            case Words():
                return tuple(page.options[int(slot)] for slot in take(kind.count or 0))
            case Letters():
                chosen = zip(kind.options, take(len(kind.options)), strict=True)
                return "".join(letter for letter, slot in chosen if slot)
            case Collection():
                chosen = zip(page.options, take(len(page.options)), strict=True)
                return {option for option, slot in chosen if slot}
            case Array():
                rows, columns = page.shape[-2:]
                planes = [
                    _filled([take(columns) for _ in range(rows)])
                    for _ in range(math.prod(page.shape[:-2]))
                ]
                found = [planes] if len(page.shape) == 4 else planes[0]
                return torch.tensor(found, dtype=torch.float64)
            case Parts():
                return tuple(self._answer(part, slots) for part in kind.parts)
        raise TypeError(f"no fields for {kind!r}")

    def spread(self, answer: Any) -> Slots:
        """The slots of an answer that has the form's layout."""
        return tuple(self._spread(self.kind, answer))

    def _spread(self, kind: Kind, answer: Any) -> Iterator[float | None]:
        page = self.page
        match kind:
            case Number() | Integer():
                yield answer
            case Numbers() | Integers():
                yield from answer
                if kind.count is None:
                    yield from [None] * (page.shape[1] - len(answer))
            case Truths():
                yield from map(int, answer)
            case Words():
                yield from map(list(page.options).index, answer)
            case Letters():
                yield from (int(letter in answer) for letter in kind.options)
            case Collection():
                yield from (int(option in answer) for option in page.options)
            case Array():
                rows, columns = page.shape[-2:]
                for plane in answer[0] if len(page.shape) == 4 else [answer]:
                    for row in [*plane, *[[]] * (rows - len(plane))]:
                        yield from [*row, *[None] * (columns - len(row))]
            case Parts():
                for part, value in zip(kind.parts, answer, strict=True):
                    yield from self._spread(part, value)

    def table(self, checker: Callable[[Any], str]) -> dict[str, Any]:
        r"""What `checker` says, as JSON holds it: `cuts`, `nodes`, `says`.

        `cuts`, for each slot, are the points where its line is cut, in order: a piece begins at a
        number, and a number in a list is a piece by itself. A slot that has options has None. Each
        of the `nodes`, the first slot's last, has an entry for each piece: a later node, or −1 − i
        for `says[i]`. These begin with `+` if right, with `-` if wrong; `-` alone is wrong without
        words, `?` no verdict. A number between \x01 and \x02 says which slot's number to put in.

        Raises:
            ValueError: if right and wrong can't be told apart by these cuts.
        """
        return _Table(self, checker).packed()


def _filled(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows without the blanks at their ends, all of one length."""
    kept = [list(itertools.takewhile(lambda slot: slot is not None, row)) for row in rows]
    kept = list(itertools.takewhile(bool, kept))
    count = sum(slot is not None for row in rows for slot in row)
    if not kept or len({len(row) for row in kept}) > 1 or sum(map(len, kept)) != count:
        raise ValueError("Leave blank only whole rows and columns, at the end")
    return kept


@dataclass
class _Slot:
    """A slot's line and its pieces."""

    kind: str
    blank: bool
    options: int
    marks: list[float]
    cuts: set[tuple[float, int]] = field(default_factory=set)  # (x, 0): from x on; (x, 1): after x

    @cached_property
    def pieces(self) -> list[list[float | None]]:
        """For each piece, some numbers in it: one where it holds no other."""
        if self.options:
            return [[float(i)] for i in range(self.options)]
        cuts = sorted(self.cuts)
        ends = zip([None, *cuts], [*cuts, None], strict=True)
        made: list[list[float | None]] = [self._samples(low, high) for low, high in ends]
        return [*made, [None]] if self.blank else made

    def _samples(self, low: Any, high: Any) -> list[float | None]:
        """Some numbers between two cuts, None for no end: first those that no message holds."""
        if not low and not high:
            return [17.0, -1003.0, 0.0]
        if self.kind == "whole":
            first = low[0] if low else high[0] - 10_007
            last = high[0] - 1 if high else first + 10_007
            inside = [first + 37, (first + last) // 2, first, last]
            return list(dict.fromkeys(float(n) for n in inside if first <= n <= last))
        if low and high and low[0] == high[0]:
            return [low[0]]
        start = low[0] if low else high[0] - 500 * (1 + abs(high[0]))
        end = high[0] if high else start + 1000 * (1 + abs(start))
        inside = [float(f"{start + part * (end - start):.5g}") for part in (0.3717, 0.7313)]
        inside = [x for x in inside if start < x < end] or [start + 0.37 * (end - start)]
        return [*inside, start + 1e-4 * (end - start), end - 1e-4 * (end - start)]

    def piece(self, x: float | None) -> int:
        """The index of the piece that `x` lies in."""
        if self.options:
            return int(x or 0)
        if x is None:
            return len(self.cuts) + 1
        return sum(x > cut or (x == cut and not after) for cut, after in self.cuts)

    def packed(self) -> list[Any] | None:
        """The cuts as JSON."""
        if self.options:
            return None
        made: list[Any] = []
        for x in sorted({x for x, _ in self.cuts}):
            if (x, 1) not in self.cuts:
                made.append(_plain(x))
            elif (x, 0) in self.cuts:
                made.append([_plain(x)])
            else:
                made.append(math.nextafter(x, math.inf))
        return made


class _Table:
    """The decision diagram of a checker over a form."""

    def __init__(self, form: Form, checker: Callable[[Any], str]) -> None:
        self.form, self.checker, self.page = form, checker, form.page
        self.known = [form.spread(answer) for answer in form.page.known]
        self.slots = list(self._slots())
        self.says = [UNKNOWN, ELSEWHERE]
        self.nodes: list[list[int]] = []
        self._made: dict[Any, int] = {}
        self._leaves: dict[tuple[int, ...], int | None] = {}
        self._ask = cache(self._asked)  # of two questions in five the answer is known
        self._draw = random.Random(0)
        if self.page.partly:
            self._mark()
        else:
            self._cut()
        self.ways = [self._tails(level) for level in range(len(self.slots) + 1)]
        self._node(())  # last among the nodes

    def _slots(self) -> Iterator[_Slot]:
        marks = itertools.cycle(list(map(list, self.page.marks)) or [[]])
        fields = [one for one in self.form.fields for _ in range(one.slots)]
        for place, one in enumerate(fields):
            seen = {known[place] for known in self.known} - {None}
            options = {"flags": 2, "choice": len(one.options)}.get(one.kind, 0)
            extra = next(marks) if not options else []
            values = sorted(x for x in seen | set(extra) if x is not None)
            yield _Slot(one.kind, one.blank, options, values, self._own(one.kind, extra))

    def _own(self, kind: str, marks: Iterable[float]) -> set[tuple[float, int]]:
        """Cuts that make each mark a piece of its own."""
        if kind == "whole":
            return {(float(n + i), 0) for n in marks for i in (0, 1)}
        return {(float(x), after) for x in marks for after in (0, 1)}

    def _mark(self) -> None:
        """Make each known number a piece of its own."""
        for slot in self.slots:
            slot.cuts = self._own(slot.kind, slot.marks) if not slot.options else set()

    def _cut(self) -> None:
        """Cut each line where, beside a known answer, what is said changes."""
        for place, slot in enumerate(self.slots):
            if slot.options:
                continue
            points = list(_points(slot))
            for known in self.known:
                if known[place] is None:
                    continue

                def said(x: float, known: Slots = known, place: int = place) -> str:
                    kind, message = self._ask((*known[:place], x, *known[place + 1 :]))
                    return kind + _without_numbers(message)

                before = points[0], said(points[0])
                for x in points[1:]:
                    now = x, said(x)
                    if now[1] != before[1]:
                        slot.cuts.add(_boundary(said, before[0], x, slot.kind, slot.marks))
                    before = now

    def _asked(self, values: Slots) -> tuple[str, str]:
        """The verdict and its words; a verdict "" where blanks leave no answer."""
        try:
            answer = self.form.answer(values)
        except ValueError:
            return "", ""
        try:
            kind, message = "+", self.checker(self.form.kind.read(answer))
        except Wrong as wrong:
            kind, message = "-", str(wrong)
        for part, words in self.page.instead.items():
            if part in message:
                return kind, words
        return kind, message

    def _leaf(self, pieces: tuple[int, ...]) -> int | None:
        """What is said of all answers in these pieces, as an index; None where there are none."""
        if pieces in self._leaves:
            return self._leaves[pieces]
        samples = [slot.pieces[piece] for slot, piece in zip(self.slots, pieces, strict=True)]
        written = ["d" if slot.kind == "whole" else "g" for slot in self.slots]
        wide = [
            form if len(sample) > 1 else "" for form, sample in zip(written, samples, strict=True)
        ]
        if self.page.partly and any(wide):
            found = 0  # no verdict
        else:
            count = max(map(len, samples))
            said: list[tuple[str, Slots]] = []
            for turn in range(count):
                values = tuple(
                    sample[(turn + place) % len(sample)] for place, sample in enumerate(samples)
                )
                kind, message = self._ask(values)
                said.append((kind + message, values))
            found = self._words(said, wide, pieces)
        self._leaves[pieces] = None if found < 0 else found
        return self._leaves[pieces]

    def _words(
        self, said: list[tuple[str, Slots]], wide: Sequence[str], pieces: tuple[int, ...]
    ) -> int:
        """The index of what is said of several answers, the same but for their numbers."""
        kinds = {text[:1] for text, _ in said}
        if "" in kinds:
            return -1
        if len(kinds) > 1:
            raise ValueError(f"right and wrong in one piece, {pieces}: {said}; mark more")
        text, values = said[0]
        if any(other != text for other, _ in said):
            text = text[0] + _template(text[1:], values, wide)
        if any(_filled_in(text, of) != other for other, of in said):
            text = kinds.pop()
        if text not in self.says:
            self.says.append(text)
        return self.says.index(text)

    def _tails(self, level: int) -> list[tuple[int, ...]]:
        """Ways to go on from a slot: all, where there are few; else those known, and some drawn."""
        rest = self.slots[level:]
        lengths = [range(len(slot.pieces)) for slot in rest]
        if math.prod(map(len, lengths)) <= FEW:
            return list(itertools.product(*lengths))
        known = [
            tuple(slot.piece(x) for slot, x in zip(rest, one[level:], strict=True))
            for one in self.known
        ]
        drawn = [self._drawn(rest) for _ in range(TAILS)]
        return list(dict.fromkeys([*known, *drawn]))

    def _drawn(self, slots: Sequence[_Slot]) -> tuple[int, ...]:
        """Pieces by chance; blanks, which stand at the end, all or none."""
        blank = self._draw.random() < 0.2
        return tuple(
            len(slot.pieces) - 1
            if blank and slot.blank
            else self._draw.randrange(len(slot.pieces) - slot.blank)
            for slot in slots
        )

    def _node(self, pieces: tuple[int, ...]) -> int:
        """The node that stands after these pieces, or −1 − i for `says[i]`."""
        level = len(pieces)
        if level == len(self.slots):
            return -1 - (self._leaf(pieces) or 0)
        children = []
        for piece, samples in enumerate(self.slots[level].pieces):
            after = (*pieces, piece)
            if self.page.partly:
                children.append(-1 if len(samples) > 1 else self._node(after))
                continue
            signature = tuple(self._leaf((*after, *tail)) for tail in self.ways[level + 1])
            told = {leaf for leaf in signature if leaf is not None}
            if len(told) <= 1:
                children.append(-1 - next(iter(told), 0))
                continue
            alike = ("alike", level, signature)
            if alike not in self._made:
                self._made[alike] = self._node(after)
            children.append(self._made[alike])
        key = ("same", level, tuple(children))
        if self.page.partly and len(set(children)) == 1 and children[0] < 0:
            return children[0]
        if key not in self._made:
            self.nodes.append(children)
            self._made[key] = len(self.nodes) - 1
        return self._made[key]

    def packed(self) -> dict[str, Any]:
        return {
            "cuts": [slot.packed() for slot in self.slots],
            "nodes": self.nodes,
            "says": self.says,
        }


@lru_cache(1000)
def _without_numbers(message: str) -> str:
    """A message with a mark in place of each number."""
    return re.sub(r"-?\d+(?:[.,]\d+)*(?:e[-+]\d+)?", "#", message)


def _points(slot: _Slot) -> Iterator[float]:
    """Where to look along a slot's line: at each mark, close by, further off, and far outside."""
    found = set()
    for x in slot.marks:
        if slot.kind == "whole":
            found |= {x + step for step in (-3, -2, -1, 0, 1, 2, 3)}
        else:
            around = (step * max(1, abs(x)) for step in STEPS)
            near = {x, *(math.nextafter(x, way) for way in (-math.inf, math.inf))}
            found |= near | {x + way * step for step in around for way in (-1, 1)}
    far = 10 * (1 + max(map(abs, slot.marks), default=0))
    ends = [-far, *slot.marks, far]
    found |= {-far, far}
    for low, high in itertools.pairwise(ends):
        found |= {low + (high - low) * part for part in (0.29, 0.5, 0.71)}
    yield from sorted({round(x) for x in found} if slot.kind == "whole" else found)


def _boundary(
    said: Callable[[float], str], low: float, high: float, kind: str, marks: Sequence[float]
) -> tuple[float, int]:
    """Where between two numbers what is said changes first, as a cut."""
    before = said(low)
    if kind == "whole":
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if said(middle) == before else (low, middle)
        return float(high), 0
    while math.nextafter(low, high) < high:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if said(middle) == before else (low, middle)
    if high in marks:
        return float(high), 0
    if low in marks:
        return float(low), 1
    # Not to the last bit, which a machine may round otherwise; but what can be typed is exact.
    near = float(f"{high:.12g}")
    return near, int(said(near) == before)


def _template(message: str, values: Slots, forms: Sequence[str]) -> str:
    """`message` with a mark in place of each number that is a slot's and may differ.

    `forms` says how numbers of a slot are written: `d` whole, `g` as Python's g; "" leaves them.
    """
    for place, (x, form) in enumerate(zip(values, forms, strict=True)):
        if not form or x is None:
            continue
        for how in (",", form) if abs(x) >= 1000 and x.is_integer() else form:
            shown = format(int(x) if how != "g" else x, how)
            if shown in message:  # which is quicker to ask
                alone = rf"(?<![\d.,−-]){re.escape(shown)}(?![.,]?\d)"
                message = re.sub(alone, f"\x01{place}{how}\x02", message)
    return message


def _filled_in(template: str, values: Slots) -> str:
    """A message again, as the page writes it."""

    def number(found: re.Match[str]) -> str:
        x = values[int(found[1])] or 0.0
        return format(x if found[2] == "g" else round(x), found[2])

    return re.sub("\x01(\\d+)(.)\x02", number, template)


def _plain(x: float) -> float:
    return int(x) if float(x).is_integer() and abs(x) < 2**53 else x


_TURN = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM5678901234",
)


def turned(table: Mapping[str, Any]) -> str:
    """The table as a text that does not give the answer to whoever looks at the page's source.

    Letters are turned by 13, digits by 5: manners, no secret; and a server packs it as well.
    """
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_TURN)


@cache
def form(key: str) -> Form | None:
    """The fields of exercise `key`; None where its answer is written in Python.

    Raises:
        ValueError: if no exercise has that key.
    """
    page = page_of(key)
    return Form(find(key)[0], page) if page else None


@contextmanager
def _one_thread() -> Iterator[None]:
    """For thousands of small calls: more threads would mostly wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@cache
def saved(key: str) -> str:
    """The table of exercise `key`, turned; "" where its answer is written in Python.

    Raises:
        ValueError: if no exercise has that key, or its table can't be made (`Form.table`).
    """
    found = form(key)
    if not found:
        return ""
    with torch.random.fork_rng(devices=[]), _one_thread():
        return turned(found.table(find(key)[1]))


def judge(key: str, slots: Slots) -> Verdict:
    """The checker's own verdict on an answer in slots; "none" where blanks leave no answer.

    Raises:
        ValueError: if no exercise has that key.
    """
    found = form(key)
    try:
        answer = found.answer(slots) if found else ...
    except ValueError as error:
        return Verdict("none", f"{error}.")
    return verdict(key, answer)
