"""Every equation that stands on a page is true: all widgets, all modes, all steps, all that is
pointed at. Left and right are evaluated here, from what the page shows."""

import itertools
import json
import re
from html import unescape

import pytest
import torch
import torch.nn.functional as F
from equations import false

from utils.widgets.traits import Array, Real

# What a page says: every line with an equation in it, and the outputs that are marked.
SAID = """() => {
    const root = document.querySelector('.ex-root');
    const texts = [...root.querySelectorAll('p, li, dd')].filter(e => !e.querySelector('p, li'))
        .map(e => e.textContent).filter(text => /[=≈]/.test(text));
    const read = grid => [...grid.querySelectorAll('[role=row]')].map(r => [...r.children].map(c => c.textContent));
    const kernel = root.querySelector('[aria-label=Kernel]');
    const current = [...root.querySelectorAll('[role=grid][aria-label^=Output] .is-current')].map(c => c.textContent);
    return { texts, current, kernel: kernel && read(kernel) };
}"""
# All that it shows beside that: equations elsewhere, and the panels with the signs between them.
SHOWN = f"""() => {{
    const said = {SAID}, root = document.querySelector('.ex-root'), shown = e => e.checkVisibility({{ visibilityProperty: true }});
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), stray = [];
    for (let n = walk.nextNode(); n; n = walk.nextNode())
        if (/[=≈]/.test(n.data) && !n.parentElement.closest('p, li, dd, style, textarea, option, .ex-sign'))
            stray.push(n.data);
    const read = grid => [...grid.querySelectorAll('[role=row]')].map(r => [...r.children].map(c => c.textContent));
    const rows = [...root.querySelectorAll('.ex-stage')].filter(shown)
        .map(stage => [...stage.querySelectorAll(':scope > .ex-panel, :scope > .ex-after > *')].filter(shown)
            .map(e => e.matches('.ex-sign') ? e.textContent : e.querySelector('[role=grid]')?.getAttribute('aria-label')))
        .filter(row => row.some(part => /[⋆∗▸·=→]/.test(part)));
    const grids = Object.fromEntries([...root.querySelectorAll('[role=grid]')].filter(shown)
        .map(g => [g.getAttribute('aria-label'), read(g)]));
    const chosen = [...root.querySelectorAll('.is-chosen [role=grid]')].map(g => g.getAttribute('aria-label'));
    return {{ ...said(), stray, rows, grids, chosen }};
}}"""
STEPS = f"""() => {{
    const look = {SHOWN}, looks = [look()];
    hand.takeSteps(() => looks.push(look()));
    return looks;
}}"""
POINTED = f"""() => {{
    const look = {SAID}, looks = [];
    hand.pointAtCells(() => looks.push(look()));
    return looks;
}}"""
WORDS = r"^(?:[^=]*?: |[A-Z][a-z]+(?: and width)? (?=[⌊⌈(]))"  # what an equation is about
NOTE = r" \([a-z][^()]*\)$"  # what its letters mean
SHORT = r" \((\d[\d.,]* [kMGTP]B?)\)$"  # the same number, shorter: 1,024 (1.02 k)


def equations(text: str) -> list[str]:
    """The equations in a text, without the words around them."""
    parts = re.split(r"\n|(?<=rows), |(?<=\d)\. (?=[A-Z])", text.removesuffix("."))
    bare = (re.sub(NOTE, "", re.sub(WORDS, "", part)) for part in parts if re.search("[=≈]", part))
    return [re.sub(SHORT, r" = \1", part) for part in bare]


def is_whole(widget) -> bool:
    """Whether the widget calculates with whole numbers, so that those shown are exact."""
    traits = widget.traits(state=True).items()
    told = [widget.spec[name] for name, trait in traits if isinstance(trait, Array | Real)]
    return "." not in json.dumps(told)


def faults(texts: list[str], whole: bool, **names: str) -> list[str]:
    found = {e: "⌊" in e or "⌈" in e or whole for text in texts for e in equations(text)}
    return [fault for e, exact in found.items() if (fault := false(e, exact, **names))]


def looks_at(page, widget) -> list[dict]:
    """At every step, and with the pointer on every cell, from the last step and from the first."""
    looks = page.evaluate(STEPS) + page.evaluate(POINTED)
    if widget.has_trait("step"):
        page.get_by_role("button", name="First step").click()
        looks += page.evaluate(POINTED)
    return looks


def test_every_equation_on_the_page_is_true(mount, instrument):
    looks = looks_at(mount(instrument), instrument)
    whole = is_whole(instrument)
    assert [stray for look in looks for stray in look.get("stray", [])] == [], "not looked at"
    assert all(look["texts"] for look in looks)
    for kernel, same in itertools.groupby(looks, lambda look: look["kernel"]):
        texts = list(dict.fromkeys(text for look in same for text in look["texts"]))
        assert faults(texts, whole, kernel=str(kernel).replace("'", "")) == []
    if instrument.output.dim() < 2:
        return
    seen = set()
    for look in looks:  # and it is the equation of the output that is marked
        if look["current"]:
            (shown,) = look["current"]
            seen.add(shown)
            said = [text.replace("\u00a0", " ") for text in look["texts"]]
            assert any(text.endswith((f"= {shown}", f"≈ {shown}")) for text in said), said
    assert seen


def test_every_equation_without_a_script_is_true(instrument):
    frame = instrument.first_frame()
    texts = re.findall(r"<(?:p|td)>([^<]*[=≈][^<]*)</", frame)
    assert len(texts) == sum(
        bool(re.search("[=≈]", re.sub("<[^>]*>", "", line))) for line in frame.split("<p>")
    ) or ("<td>" in frame)
    tables = re.findall(r"<caption>Output[^<]*</caption>(.*?)</table>", frame, re.S)
    for table in tables:
        rows = [re.findall(r"<td>(?:<strong>)?([^<]*)", row) for row in table.split("</tr>")]

        def value(match, rows=rows):
            return rows[int(match[1])][int(match[2])]

        texts = [re.sub(r"Output \((\d+), (\d+)\)(?= =)", value, text) for text in texts]
    assert texts
    assert faults(list(map(unescape, texts)), is_whole(instrument)) == []


# The captions: what the signs between the panels mean, computed from the numbers in the panels.


def numbers(grid: list[list[str]]) -> torch.Tensor:
    """The numbers that a grid shows; where it shows none there is none to multiply with."""
    spelled = {"−": "-", "∞": "inf", "?": "nan"}  # hidden until it is reached
    plain = [["".join(spelled.get(c, c) for c in text) or "0" for text in row] for row in grid]
    return torch.tensor([[float(x) for x in row] for row in plain], dtype=torch.float64)


def correlated(X, K, spec):
    places = {name: spec[name] for name in ("stride", "dilation") if name in spec}
    return F.conv2d(X[None, None], K[None, None], **places)[0, 0]  # padding is in the grid


def pooled(X, size, spec):
    """The padding is in the grid, and so is what a last window hangs over: nothing at all."""
    ends = [n + 2 * p for n, p in zip(shape_of(spec["input"]), spec["padding"], strict=True)]
    there = torch.zeros_like(X)
    there[: ends[0], : ends[1]] = 1
    if spec["mode"] == "max":
        X = X.masked_fill(there == 0, -torch.inf)
        return F.max_pool2d(X[None, None], size, spec["stride"], 0, spec["dilation"])[0, 0]
    if not spec["count_include_pad"]:
        top, left = spec["padding"]
        there = torch.zeros_like(X)
        there[top : ends[0] - top, left : ends[1] - left] = 1
    ones = torch.ones(1, 1, *size, dtype=X.dtype)
    total, count = (F.conv2d(x[None, None], ones, stride=spec["stride"]) for x in (X, there))
    return (total / count)[0, 0]


def shape_of(rows: list[list[float]]) -> tuple[int, int]:
    return len(rows), len(rows[0])


def product(A, B):
    if A.shape[1] == B.shape[0]:
        return A @ B
    n = len(B)  # n × n blocks of weights, each multiplied with the picture and added up
    return torch.einsum("ikjl,kl->ij", A.reshape(n, n, n, n), B)


def stamped(X, K, spec):
    places = {name: spec[name] for name in ("stride", "output_padding")}
    return F.conv_transpose2d(X[None, None], K[None, None], **places)[0, 0]


def applied(sign: str, left, right: list[list[str]], spec: dict):
    """What stands to the left of an equals sign or an arrow."""
    if sign == "▸":
        return pooled(left, shape_of(right), spec)
    K = numbers(right)
    if sign == "·":
        return product(left, K)
    assert sign in "⋆∗", f"what does {sign} mean?"
    return correlated(left, K.flip(0, 1) if sign == "∗" else K, spec)


def test_the_signs_between_the_panels_mean_what_they_say(mount, instrument):
    looks, spec = mount(instrument).evaluate(STEPS), instrument.spec
    rows = [row for look in looks for row in look["rows"]]
    if rows:
        shown = {name for look in looks for name in look["grids"]} - {"Shared table"}
        assert {name for row in rows for name in row} >= shown, "a panel outside of all equations"
    for step, look in enumerate(looks[1:] or looks):
        if instrument.kind == "DenseToConv":
            check_shared(instrument, look["grids"])
        if instrument.kind == "Transposed":
            check_transposed(instrument, look, step)
        if instrument.kind == "Channels":
            check_channels(instrument, look)
        if instrument.kind in ("Transposed", "Channels"):
            continue
        for row in look["rows"]:
            value = numbers(look["grids"][row[0]])
            for sign, name in zip(row[1::2], row[2::2], strict=True):
                grid = look["grids"][name]
                if sign == "→":  # the same numbers in another shape
                    assert value.flatten().tolist() == numbers(grid).flatten().tolist(), row
                elif sign.endswith("="):
                    added = sign.removesuffix("=").replace("−", "-").replace(" ", "")
                    value = value + float(added or 0)
                    shown = numbers(grid)
                    known = ~shown.isnan()  # the others are to be predicted
                    assert known.any() and (known.all() or spec.get("predict"))
                    torch.testing.assert_close(value[known], shown[known], rtol=2e-3, atol=2e-3)
                else:
                    value = applied(sign, value, grid, spec)


def check_shared(widget, grids):
    """The big matrix is the one table, laid out by offset; before it is shared there is none."""
    table, n = grids["Shared table"], len(widget.image)
    kept = {(a, b) for a, row in enumerate(table, 1 - n) for b, x in enumerate(row, 1 - n) if x}
    assert len(kept) == (0 if widget.stage == "dense" else widget.parameters)
    for row, col in itertools.product(range(n * n), repeat=2):
        a, b = row % n - row // n, col % n - col // n
        if kept:
            assert grids["Weights"][row][col] == table[a + n - 1][b + n - 1]


def check_transposed(widget, look, step):
    """The two ways: stamps of the inputs seen so far, and a window over the stretched input."""
    assert [row[-2] for row in look["rows"]] == ["→", "→"]
    spec, grids = widget.spec, {name: numbers(grid) for name, grid in look["grids"].items()}
    X, stamps, (top, left) = grids["Input"].clone(), grids["Output"], spec["padding"]
    X.view(-1)[step + 1 :] = 0
    all_of_it = stamped(X, grids["Kernel"], spec)
    rows, columns = (min(a, b) for a, b in zip(all_of_it.shape, stamps.shape, strict=True))
    torch.testing.assert_close(all_of_it[:rows, :columns], stamps[:rows, :columns])
    height, width = widget.output.shape
    kept = stamps[top : top + height, left : left + width]
    window = correlated(grids["Zero-inserted"], grids["Turned"], {})
    torch.testing.assert_close(kept, grids["Convolved"])
    torch.testing.assert_close(window, grids["Convolved"])


def check_channels(widget, look):
    """The lanes of the planes that are read, each a plane ⋆ its kernel, add up to the output."""
    grids = {name: numbers(grid) for name, grid in look["grids"].items()}
    (chosen,) = look["chosen"]
    read = [name.removeprefix("Kernel ") for name in grids if name.startswith("Kernel")]
    assert len(read) == len(widget.filters[0])
    parts = [correlated(grids[f"Input {c}"], grids[f"Kernel {c}"], widget.spec) for c in read]
    torch.testing.assert_close(sum(parts), grids[chosen], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize(
    "text, whole",
    [
        ("0×0 + 1×1 + 3×2 + 4×3 = 19", True),
        ("max(−∞, −2, −1) = −1", True),
        ("⌊(4 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊3 / 2⌋ + 1 = ⌊1.5⌋ + 1 = 2", True),
        ("1000²·1000² = 1,000,000,000,000", True),
        ("(0 + 1 + 3) / 3 = 1.333", True),
        ("⌈(4 + 2·1 − 1·(3 − 1) − 1) / 2⌉ + 1 − 1 = ⌈3 / 2⌉ + 1 − 1 = ⌈1.5⌉ + 1 − 1 = 2", True),
        ("0.3333×1 + 0.3333×2 = 1", False),
        ("0.3333×4 ≈ 1.333", False),
        ("2,048,000,000 flop / 150 GFLOP/s = 13.7 ms", True),
        ("1,234.57 / 0.333333 = 3,704 flop/byte", True),
        ("5 · 5 · 41 = 1,025 = 1.03 k", True),
        ("−2 × kernel = [[0, −2], [−4, −6]]", True),
    ],
)
def test_an_equation_that_is_true_and_one_that_is_not(text, whole):
    kernel = "[[0, 1], [2, 3]]"
    assert false(text, whole, kernel=kernel) is None
    left, sign, last = re.split("([=≈])(?!.*[=≈])", text)
    wrong = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 2) % 10), last)
    assert false(f"{left}{sign}{wrong}", whole, kernel=kernel)
    assert false(left, whole, kernel=kernel) if not re.search("[=≈]", left) else True
    assert "no equation" in false("sum = 3")
