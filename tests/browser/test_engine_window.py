"""The engine of the window against PyTorch: shapes, values, who feeds whom, texts."""

import random

import pytest
import torch
import torch.nn.functional as F
from looking import ask

from utils import SlidingWindow, output_size
from utils.widgets.first_frame import number

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]
COUNT = 1000


def configurations(mode: str, count: int = COUNT) -> list[dict]:
    """Random configurations that PyTorch computes, rectangular in everything."""
    draw = random.Random(mode)
    found = []
    while len(found) < count:
        h, w = draw.randint(1, 9), draw.randint(1, 9)
        kernel = draw.randint(1, 5), draw.randint(1, 5)
        dilation = [1, 1] if mode == "avg" else [draw.randint(1, 3), draw.randint(1, 3)]
        most = [k // 2 for k in kernel] if mode in ("max", "avg") else [4, 4]
        padding = [draw.randint(0, m) for m in most]
        stride = [draw.randint(1, 4), draw.randint(1, 4)]
        sizes = zip((h, w), kernel, padding, dilation, strict=True)
        if any(d * (k - 1) + 1 > n + 2 * p for n, k, p, d in sizes):
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
            }
        )
    return found


def by_torch(c: dict) -> torch.Tensor:
    x = torch.tensor(c["input"], dtype=torch.float64)[None, None]
    k = torch.tensor(c["kernel"], dtype=torch.float64)
    places = {"stride": c["stride"], "padding": c["padding"]}
    if c["mode"] == "max":
        return F.max_pool2d(x, k.shape, dilation=c["dilation"], **places)[0, 0]
    if c["mode"] == "avg":
        return F.avg_pool2d(x, k.shape, count_include_pad=c["countIncludePad"], **places)[0, 0]
    weight = k.flip(0, 1) if c["mode"] == "flip" else k
    bias = torch.tensor([c["bias"]], dtype=torch.float64)
    return F.conv2d(x, weight[None, None], bias, dilation=c["dilation"], **places)[0, 0]


@pytest.mark.parametrize("mode", ["conv", "flip", "max", "avg"])
def test_a_thousand_configurations_agree_with_pytorch(page, mode):
    cases = configurations(mode)
    answers = ask(
        page,
        "cases => cases.map(c => [slidingWindowCourse.engine.shape.outputShape(c),"
        " slidingWindowCourse.engine.window.output(c), slidingWindowCourse.engine.window.brokenRule(c)])",
        cases,
    )
    for case, (shape, output, broken) in zip(cases, answers, strict=True):
        expected = by_torch(case)
        assert broken is None
        assert shape == list(expected.shape)
        torch.testing.assert_close(torch.tensor(output, dtype=torch.float64), expected)


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


@pytest.mark.parametrize("mode", ["conv", "flip", "max", "avg"])
def test_the_sum_in_words_is_the_output_and_python_writes_the_same(page, mode):
    for case in configurations(mode, 40):
        shown = {k: v for k, v in case.items() if k != "countIncludePad"}
        widget = SlidingWindow(
            shown["input"],
            shown["kernel"],
            shown["stride"],
            shown["padding"],
            shown["dilation"],
            mode,
            shown["bias"],
            case["countIncludePad"],
        )
        count = widget.output.numel()
        step = count - 1
        widget.step = step
        r, c = divmod(step, widget.output.shape[1])
        text = page.evaluate(
            "([c, r, q]) => slidingWindowCourse.engine.window.arithmetic(c, r, q)", [case, r, c]
        )
        assert f"Output ({r}, {c}): {text}</p>" in widget.first_frame()
        assert text.endswith(f"= {number(widget.output[r, c].item())}")


def test_the_static_frame_bolds_the_window_and_the_output():
    widget = SlidingWindow(X, K, padding=1)
    html = widget.first_frame()
    assert "Input 3×3, padded 5×5" in html and "Output 4×4" in html
    assert html.count("<strong>") == 4 + 1


def test_rows_that_no_window_reads(page):
    unread = "a => slidingWindowCourse.engine.shape.unread(...a)"
    assert page.evaluate(unread, [4, 3, 2, 1, 1]) == [4]  # input 4, padded -1..4: the last
    assert output_size(4, 3, 2, 1) == 2
    draw = random.Random(0)
    for _ in range(200):
        n, k, s, p, d = (draw.randint(*r) for r in ((1, 12), (1, 4), (1, 5), (0, 3), (1, 3)))
        if d * (k - 1) + 1 > n + 2 * p:
            continue
        x = torch.zeros(n + 2 * p, dtype=torch.float64).requires_grad_()
        F.conv1d(
            x[None, None], torch.ones(1, 1, k, dtype=torch.float64), stride=s, dilation=d
        ).sum().backward()
        expected = [i - p for i in range(n + 2 * p) if x.grad[i] == 0]
        assert page.evaluate(unread, [n, k, s, p, d]) == expected


def test_copied_code_runs_and_prints_the_shown_output(page, capsys):
    for mode in ("conv", "flip", "max", "avg"):
        for case in configurations(mode, 5):
            code = page.evaluate("c => slidingWindowCourse.engine.snippet.pytorch(c)", case)
            names: dict = {}
            exec(code, names)
            torch.testing.assert_close(names["Y"][0, 0], by_torch(case))
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
