"""The engine of the window against PyTorch: shapes, values, who feeds whom, texts."""

import itertools
import random

import pytest
import torch
import torch.nn.functional as F
from looking import ask, assert_near

from utils import SlidingWindow, output_size
from utils.widgets.base import WidgetError
from utils.widgets.first_frame import number

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]
COUNT = 400
COPYING = ("reflect", "replicate", "circular")
# Kinds of configurations: an operation, with what its padding holds or how its size is rounded.
KINDS = ["conv", "flip", "max", "avg", *(f"conv {how}" for how in COPYING), "flip circular"]
KINDS += ["max ceil", "avg ceil"]


def configurations(kind: str, count: int = COUNT) -> list[dict]:
    """Random configurations that PyTorch computes, rectangular in everything."""
    draw = random.Random(kind)
    mode, _, how = kind.partition(" ")
    found = []
    while len(found) < count:
        h, w = draw.randint(1, 9), draw.randint(1, 9)
        kernel = draw.randint(1, 5), draw.randint(1, 5)
        dilation = [1, 1] if mode == "avg" else [draw.randint(1, 3), draw.randint(1, 3)]
        most = [k // 2 for k in kernel] if mode in ("max", "avg") else [4, 4]
        if how in ("reflect", "circular"):
            most = [n - (how == "reflect") for n in (h, w)]
        padding = [draw.randint(0, m) for m in most]
        stride = [draw.randint(1, 4), draw.randint(1, 4)]
        more = [s - 1 for s in stride] if how == "ceil" else [0, 0]
        sizes = zip((h, w), kernel, padding, dilation, more, strict=True)
        if any(d * (k - 1) + 1 > n + 2 * p + m for n, k, p, d, m in sizes):
            continue
        whole = draw.random() < 0.5
        value = (lambda: draw.randint(-9, 9)) if whole else (lambda: draw.uniform(-2, 2))
        found.append(
            {
                "input": [[value() for _ in range(w)] for _ in range(h)],
                "kernel": [[value() for _ in range(kernel[1])] for _ in range(kernel[0])],
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
                "mode": mode,
                "bias": value() if mode in ("conv", "flip") else 0,
                "countIncludePad": draw.random() < 0.5,
                "paddingMode": how if how in COPYING else "zeros",
                "ceilMode": how == "ceil",
            }
        )
    return found


def by_torch(c: dict, x: torch.Tensor | None = None) -> torch.Tensor:
    if x is None:
        x = torch.tensor(c["input"], dtype=torch.float64)
    x, k = x[None, None], torch.tensor(c["kernel"], dtype=torch.float64)
    places = {"stride": c["stride"], "padding": c["padding"]}
    up = {"ceil_mode": c["ceilMode"]}
    if c["mode"] == "max":
        return F.max_pool2d(x, k.shape, dilation=c["dilation"], **places, **up)[0, 0]
    if c["mode"] == "avg":
        divisor = {"count_include_pad": c["countIncludePad"]}
        return F.avg_pool2d(x, k.shape, **places, **up, **divisor)[0, 0]
    if c["paddingMode"] != "zeros":  # as nn.Conv2d does it
        rows, columns = places.pop("padding")
        x = F.pad(x, (columns, columns, rows, rows), mode=c["paddingMode"])
    k = k.flip(0, 1) if c["mode"] == "flip" else k
    bias = torch.tensor([c["bias"]], dtype=torch.float64)
    return F.conv2d(x, k[None, None], bias, dilation=c["dilation"], **places)[0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_random_configurations_agree_with_pytorch(page, kind):
    cases = configurations(kind)
    answers = ask(
        page,
        """cases => cases.map(c => {
            const { shape, window } = slidingWindowCourse.engine;
            const output = window.output(c).map(row => row.map(String)); // where padding wins, −∞
            return [shape.outputShape(c), output, window.brokenRule(c)]; })""",
        cases,
    )
    for case, (shape, output, broken) in zip(cases, answers, strict=True):
        expected = by_torch(case)
        assert broken is None
        assert shape == list(expected.shape)
        assert_near([list(map(float, row)) for row in output], expected)


@pytest.mark.parametrize("kind", ["conv reflect", "conv replicate", "flip circular"])
def test_a_pixel_feeds_what_reads_it_or_a_copy_of_it(page, kind):
    cases = configurations(kind, 60)
    fed = ask(
        page,
        "cases => cases.map(c => c.input.map((row, i) => row.map((_, j) =>"
        " slidingWindowCourse.engine.window.affected(c, i, j))))",
        cases,
    )
    for case, told in zip(cases, fed, strict=True):
        case["kernel"] = [[1 for _ in row] for row in case["kernel"]]  # so that nothing cancels
        x = torch.zeros(len(case["input"]), len(case["input"][0]), dtype=torch.float64)
        y = by_torch(case, x.requires_grad_())
        found = {}
        for r, c in itertools.product(*map(range, y.shape)):
            (gradient,) = torch.autograd.grad(y[r, c], x, retain_graph=True)
            for i, j in gradient.nonzero().tolist():
                found.setdefault((i, j), []).append([r, c])
        for i, j in itertools.product(*map(range, x.shape)):
            assert told[i][j] == found.get((i, j), [])


@pytest.mark.parametrize("kind", [f"conv {how}" for how in COPYING])
def test_a_copy_is_a_copy_of_the_pixel_that_it_names(page, kind):
    cases = configurations(kind, 200)
    answers = ask(
        page,
        """cases => cases.map(c => {
            const { source, copies, valueAt } = slidingWindowCourse.engine.window, found = [];
            for (let i = -c.padding[0]; i < c.input.length + c.padding[0]; i++)
                for (let j = -c.padding[1]; j < c.input[0].length + c.padding[1]; j++) {
                    const [row, col] = source(c, i, j), own = row === i && col === j;
                    if (!own && !copies(c, row, col).some(([a, b]) => a === i && b === j)) throw [i, j];
                    found.push([valueAt(c, i, j), row, col, copies(c, i, j).length]);
                }
            return found;
        })""",
        cases,
    )
    for case, found in zip(cases, answers, strict=True):
        x, (rows, columns) = torch.tensor(case["input"], dtype=torch.float64), case["padding"]
        sides, mode = (columns, columns, rows, rows), case["paddingMode"]
        padded = F.pad(x[None, None], sides, mode=mode)[0, 0]
        numbered = torch.arange(x.numel(), dtype=torch.float64).reshape(1, 1, *x.shape)
        which = F.pad(numbered, sides, mode=mode).flatten().long().tolist()
        assert [value for value, *_ in found] == padded.flatten().tolist()
        assert [row * x.shape[1] + col for _, row, col, _ in found] == which
        assert sum(count for *_, count in found) == padded.numel() - x.numel()


@pytest.mark.parametrize("kind", KINDS)
def test_page_python_and_pytorch_refuse_the_same(page, kind):
    """Sizes at random, legal or not; what is refused is refused by all three."""
    draw, cases = random.Random(kind), configurations(kind, 150)
    for case in cases:
        case["padding"] = [draw.randint(0, 5), draw.randint(0, 5)]
        h, w = draw.randint(1, 5), draw.randint(1, 5)
        case["input"] = [[float(i + j) for j in range(w)] for i in range(h)]
    said = ask(
        page, "cases => cases.map(c => slidingWindowCourse.engine.window.brokenRule(c))", cases
    )
    for case, broken in zip(cases, said, strict=True):
        refused = []
        for attempt in (lambda c: python(c).output, by_torch):
            try:
                attempt(case)
                refused.append(False)
            except (WidgetError, RuntimeError, NotImplementedError):
                refused.append(True)
        assert refused == [broken is not None] * 2, (case, broken)
        assert not broken or (broken.endswith(".") and ("Set" in broken or "Use" in broken))
    assert len({broken is None for broken in said}) == 2


def python(case: dict) -> SlidingWindow:
    return SlidingWindow(
        *(case[name] for name in ("input", "kernel", "stride", "padding", "dilation")),
        mode=case["mode"],
        bias=case["bias"],
        count_include_pad=case["countIncludePad"],
        padding_mode=case["paddingMode"],
        ceil_mode=case["ceilMode"],
    )


@pytest.mark.parametrize("mode", ["conv", "flip", "max", "avg"])
def test_what_feeds_what_is_one_relation_seen_from_two_sides(page, mode):
    # The gradient of one output says which inputs it reads: a witness that is not our own.
    cases = configurations(mode, 60)
    relations = ask(
        page,
        """cases => cases.map(c => {
            const { taps, affected } = slidingWindowCourse.engine.window;
            const [oh, ow] = slidingWindowCourse.engine.shape.outputShape(c);
            const read = [], fed = [];
            for (let r = 0; r < oh; r++) for (let q = 0; q < ow; q++)
                for (const t of taps(c, r, q)) read.push([t.row, t.col, r, q].join());
            const [ph, pw] = c.padding;
            for (let i = -ph; i < c.input.length + ph; i++)
                for (let j = -pw; j < c.input[0].length + pw; j++)
                    for (const [r, q] of affected(c, i, j)) fed.push([i, j, r, q].join());
            return [read, fed];
        })""",
        cases,
    )
    for case, (read, fed) in zip(cases, relations, strict=True):
        assert len(read) == len(set(read)) and len(fed) == len(set(fed))
        assert set(read) == set(fed)
        x = torch.zeros(len(case["input"]), len(case["input"][0])).requires_grad_()
        ones = torch.ones(1, 1, len(case["kernel"]), len(case["kernel"][0]))
        places = {k: case[k] for k in ("stride", "padding", "dilation")}
        y = F.conv2d(x[None, None], ones, **places)[0, 0]
        expected = set()
        for r in range(y.shape[0]):
            for q in range(y.shape[1]):
                (gradient,) = torch.autograd.grad(y[r, q], x, retain_graph=True)
                expected |= {f"{i},{j},{r},{q}" for i, j in gradient.nonzero().tolist()}
        h, w = x.shape
        inside = {
            e for e in read if 0 <= int(e.split(",")[0]) < h and 0 <= int(e.split(",")[1]) < w
        }
        assert inside == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_sum_in_words_is_the_output_and_python_writes_the_same(page, kind):
    widgets = [(case, python(case)) for case in configurations(kind, 40)]
    lasts = [divmod(widget.output.numel() - 1, widget.output.shape[1]) for _, widget in widgets]
    texts = ask(
        page,
        "cases => cases.map(([c, at]) => slidingWindowCourse.engine.window.arithmetic(c, ...at))",
        [(case, last) for (case, _), last in zip(widgets, lasts, strict=True)],
    )
    for (case, widget), (r, c), text in zip(widgets, lasts, texts, strict=True):
        assert_near(widget.output, by_torch(case))
        widget.step = widget.output.numel() - 1
        assert f"Output ({r}, {c}): {text}</p>" in widget.first_frame()
        assert text.endswith(f"= {number(widget.output[r, c].item())}")


def test_the_static_frame_bolds_the_window_and_the_output():
    widget = SlidingWindow(X, K, padding=1)
    html = widget.first_frame()
    assert "Input 3×3, padded 5×5" in html and "Output 4×4" in html
    assert html.count("<strong>") == 4 + 1


def test_rows_that_no_window_reads(page):
    unread = "all => all.map(sizes => slidingWindowCourse.engine.shape.unread(...sizes))"
    assert ask(page, unread, [[4, 3, 2, 1, 1]]) == [[4]]  # input 4, padded -1..4: the last
    assert output_size(4, 3, 2, 1) == 2
    draw, layers, expected = random.Random(0), [], []
    for _ in range(200):
        n, k, s, p, d = (draw.randint(*r) for r in ((1, 12), (1, 4), (1, 5), (0, 3), (1, 3)))
        if d * (k - 1) + 1 > n + 2 * p:
            continue
        x = torch.zeros(n + 2 * p, dtype=torch.float64).requires_grad_()
        F.conv1d(
            x[None, None], torch.ones(1, 1, k, dtype=torch.float64), stride=s, dilation=d
        ).sum().backward()
        layers.append([n, k, s, p, d])
        expected.append([i - p for i in range(n + 2 * p) if x.grad[i] == 0])
    assert ask(page, unread, layers) == expected


def test_copied_code_runs_and_prints_the_shown_output(page, capsys):
    for kind in KINDS:
        for case in configurations(kind, 5):
            code = page.evaluate("c => slidingWindowCourse.engine.snippet.pytorch(c)", case)
            names: dict = {}
            exec(code, names)
            assert_near(names["Y"][0, 0], by_torch(case))
            assert capsys.readouterr().out.strip() == str(names["Y"][0, 0])


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", "nothing"),
        ("abc", "not one"),
        ("1/0", "not one"),
        ("1e9", "million"),
        ("--", "not one"),
    ],
)
def test_cells_refuse_with_a_reason_and_a_way_out(page, text, problem):
    answer = page.evaluate("t => slidingWindowCourse.engine.numbers.parseValue(t)", text)
    assert problem in answer["error"] and ("Try" in answer["error"] or "such as" in answer["error"])


@pytest.mark.parametrize(
    "text, value", [("2", 2), (" −0.5 ", -0.5), ("1/4", 0.25), ("1e3", 1000), ("-1/2", -0.5)]
)
def test_cells_take_numbers_and_fractions(page, text, value):
    assert page.evaluate("t => slidingWindowCourse.engine.numbers.parseValue(t)", text) == {
        "value": value
    }
