"""CausalStack: its engine against PyTorch, at once and streamed, and what a page of it does."""

import itertools
import random
import re

import pytest
import torch
import torch.nn.functional as F
from looking import ask, cell, cells, nudge, part
from playwright.sync_api import expect

from utils import CausalStack

COUNT = 500
ANSWER = """cases => cases.map(c => { const e = slidingWindowCourse.engine.causal, last = e.stepsOf(c) - 1;
    const steps = Array.from({ length: last + 1 }, (_, step) => {
        const { levels, made } = e.streamed(c, step);
        return [levels.map(level => level.length), made, e.newest(c, step)]; });
    return { whole: e.whole(c), last: e.streamed(c, last).levels, steps, latency: e.latencyOf(c),
        field: e.fieldsOf(c).at(-1), code: e.causalPytorch(c) }; })"""
SEEN = """cases => cases.map(c => { const e = slidingWindowCourse.engine.causal, [level, index] = c.unit;
    const listed = levels => levels.map(set => [...set]);
    return [listed(e.tree(c, level, index)), listed(e.feeds(c, 0, index)), e.pointedText(c, level, index),
        e.pointedText(c, 0, index)]; })"""
BROKEN = "cases => cases.map(slidingWindowCourse.engine.causal.brokenCausal)"


def stacks(draw: random.Random) -> list[dict]:
    """Stacks of whole numbers, each with a unit to look at: its layer and its time."""
    found = []
    for _ in range(COUNT):
        dilations = [draw.randint(1, 5) for _ in range(draw.randint(1, 4))]
        samples = [draw.randint(-9, 9) for _ in range(draw.randint(1, 16))]
        unit = [draw.randint(1, len(dilations)), draw.randrange(len(samples))]
        stack = {"kernel_size": draw.randint(2, 5), "dilations": dilations, "input": samples}
        found.append({**stack, "causal": draw.random() < 0.5, "unit": unit})
    return found


def through(stack: dict, X: torch.Tensor, weights: torch.Tensor) -> list[torch.Tensor]:
    """The input and what each layer makes of it, in PyTorch."""
    levels = [X]
    for d in stack["dilations"]:
        both = (stack["kernel_size"] - 1) * d
        around = (both, 0) if stack["causal"] else (both // 2, both - both // 2)
        padded = F.pad(levels[-1][None, None], around)
        levels.append(F.conv1d(padded, weights[None, None], dilation=d)[0, 0])
    return levels


def test_five_hundred_stacks_agree_with_pytorch_at_once_and_streamed(page, capsys):
    cases = stacks(random.Random(1))
    for case, (stack, told) in enumerate(zip(cases, ask(page, ANSWER, cases), strict=True)):
        n = len(stack["input"])
        widget = CausalStack(**{name: value for name, value in stack.items() if name != "unit"})
        X = torch.tensor(stack["input"], dtype=torch.float64)
        expected = [level.tolist() for level in through(stack, X, widget.weights)]
        assert told["whole"] == expected == widget.levels.tolist()
        latency = told["latency"]
        assert (latency, told["field"]) == (widget.latency, widget.field)
        assert (latency == 0) == stack["causal"]
        assert len(told["steps"]) == n + latency
        assert told["last"] == expected
        counted = 0
        for step, (lengths, made, newest) in enumerate(told["steps"]):
            counted += sum(made)
            assert counted == sum(lengths[1:]), "a layer adds one output, or none"
            assert lengths[-1] == max(step - latency + 1, 0)
            if lengths[-1]:
                assert newest == [len(lengths) - 1, lengths[-1] - 1]
        assert counted == n * len(stack["dilations"]), "each output once"
        if case < 60:
            exec(told["code"], {})
            assert capsys.readouterr().out.strip() == str(widget.output)


def says(words: str, numbers: list[int]) -> int:
    """In how many pieces these words name the numbers, and no others; -1 where they are counted."""
    if not numbers:
        assert re.search(r" (sees|feeds) no \w+$", words), words
        return 0
    counted, _, named = words.partition(", ")
    assert re.search(rf" {len(numbers)} \w+$", counted), words
    if told := re.fullmatch(r"(\d+) pieces from (\d+) to (\d+)", named):
        count, first, last = map(int, told.groups())
        jumps = sum(b - a > 1 for a, b in itertools.pairwise(numbers))
        assert (count, first, last) == (jumps + 1, numbers[0], numbers[-1]) and count > 1
        return -1
    pieces = [piece.split(" to ") for piece in re.split(", | and ", named)]
    assert numbers == [i for p in pieces for i in range(int(p[0]), int(p[-1]) + 1)], words
    return len(pieces)


def test_what_a_unit_sees_and_a_sample_feeds_is_what_gradients_say(page):
    cases = stacks(random.Random(2))
    ahead, listed = 0, set()
    for stack, (tree, feeds, sees, feeding) in zip(cases, ask(page, SEEN, cases), strict=True):
        level, index = stack["unit"]
        n = len(stack["input"])
        X = torch.zeros(n, dtype=torch.float64, requires_grad=True)
        ones = torch.ones(stack["kernel_size"], dtype=torch.float64)  # that nothing cancels
        levels = through(stack, X, ones)
        gradients = torch.autograd.grad(levels[level][index], levels[: level + 1])
        for seen, gradient in zip(tree[: level + 1], gradients, strict=True):
            real = sorted(i for i in seen if 0 <= i < n)
            assert real == gradient.nonzero().flatten().tolist()
            if stack["causal"]:
                assert max(seen) <= index, "the future is not even read"
            ahead += any(i > index for i in real)
        assert all(not seen for seen in tree[level + 1 :])
        impulse = through(stack, F.one_hot(torch.tensor(index), n).double(), ones)
        assert feeds[1:] == [x.nonzero().flatten().tolist() for x in impulse[1:]]
        past, _, future = sees.partition("; ")
        real = sorted(i for i in tree[0] if 0 <= i < n)
        later = sum(i > index for i in real)
        assert future == (f"{later or 'none'} of the future" if real else "")
        listed |= {says(past, real), says(feeding, feeds[-1])}
    assert ahead > 100, "without causal padding some do"
    assert listed >= {-1, 0, 1, 2, 3}


def test_a_stack_is_broken_where_python_says_so(page):
    draw, broken = random.Random(3), 0
    cases = [
        {
            "kernel_size": draw.randint(1, 6),
            "dilations": [draw.randint(0 if draw.random() < 0.1 else 1, 17) for _ in range(layers)],
            "input": [1] * draw.randint(0 if draw.random() < 0.1 else 1, 36),
            "causal": True,
        }
        for layers in (draw.randint(0, 6) for _ in range(COUNT))
    ]
    for stack, told in zip(cases, ask(page, BROKEN, cases), strict=True):
        try:
            CausalStack(**stack)
        except ValueError:
            assert told, stack
            broken += 1
        else:
            assert told is None, stack
    assert 100 < broken < 450


def by_level(marked) -> dict[int, list[int]]:
    """The times of each level."""
    found: dict[int, list[int]] = {}
    for level, index in sorted(marked):
        found.setdefault(level, []).append(index)
    return found


def levels(page, mark: str) -> dict[int, list[int]]:
    """The marked times of each level."""
    return by_level(cells(page, "Layers", mark))


def row(page, level: int) -> list[str]:
    """The numbers of a level, without its padding."""
    return page.locator(f".ex-levels [data-row='{level}']:not(.is-padding)").all_inner_texts()


def test_an_output_lights_its_tree_and_nothing_of_the_future(mount):
    page = mount(CausalStack())
    assert levels(page, "is-window") == {
        0: list(range(16)), 1: [1, 3, 5, 7, 9, 11, 13, 15], 2: [3, 7, 11, 15], 3: [7, 15], 4: [15]
    }  # fmt: skip
    cell(page, "Layers", 4, 9).hover()
    assert max(i for _, i in cells(page, "Layers", "is-window")) == 9
    assert cells(page, "Layers", "is-ahead") == set()
    assert part(page, "pointed").inner_text() == (
        "Output 9 sees 10 samples, 0 to 9; none of the future"
    )
    page.mouse.move(1, 1)
    assert levels(page, "is-current") == {4: [15]}
    cell(page, "Layers", 4, 9).click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    assert levels(page, "is-current") == {4: [9]}
    assert row(page, 0)[9:] == ["3", *[""] * 6], "what comes after it has not arrived"
    expect(page.get_by_label("Step", exact=True)).to_have_value("10")


def test_centred_padding_reads_the_future_and_says_so(mount):
    page = mount(CausalStack(3, [1, 2, 4], causal=False, step=15))
    assert levels(page, "is-current") == {3: [8]}
    assert levels(page, "is-ahead") == {0: list(range(9, 16)), 1: [10, 12, 14], 2: [12]}
    assert part(page, "pointed").inner_text() == (
        "Sample 15 arrives. Output 8 sees 15 samples, 1 to 15; 7 of the future"
    )
    expect(part(page, "shape")).to_contain_text("Latency in samples: 1 + 2 + 4 = 7")
    page.get_by_role("button", name="First step").click()
    expect(part(page, "pointed")).to_have_text("Sample 0 arrives; output 0 waits for sample 7")
    assert row(page, 3) == [""] * 16
    page.get_by_text("causal", exact=True).click()
    expect(part(page, "shape")).to_contain_text("Latency in samples: 0")
    page.get_by_role("button", name="Last step").click()
    assert cells(page, "Layers", "is-ahead") == set()
    page = mount(CausalStack(5, [1, 2, 4, 8], causal=False, step=20))  # there is no sample 30
    expect(part(page, "pointed")).to_have_text(
        "A padding zero arrives; output 0 waits for the padding behind the last sample"
    )
    page = mount(CausalStack(2, [16], causal=False, size=12, step=13))  # all of it is padding
    expect(part(page, "pointed")).to_have_text("A padding zero arrives. Output 5 sees no sample")


STEPPED = """() => ["First step", ...Array(15).fill("Next step")].map(name => {
    hand.press(name);
    const all = selector => hand.all(`.ex-levels ${selector}`), said = hand.all("[data-part=shape]")[0].innerText;
    const marks = ["held", "fresh", "window"].map(m => all(`.is-${m}`).map(c => [+c.dataset.row, +c.dataset.col]));
    return [[0, 1, 2, 3].map(r => all(`[data-row="${r}"]:not(.is-padding)`).map(c => c.innerText)), marks, said]; })"""


def test_a_step_computes_one_number_a_layer_from_what_is_held(mount):
    widget = CausalStack(3, [1, 2, 4])
    whole = widget.levels.int().tolist()
    for now, (rows, marks, said) in enumerate(mount(widget).evaluate(STEPPED)):
        for row, numbers in zip(rows, whole, strict=True):
            shown = [str(x).replace("-", "−") for x in numbers[: now + 1]]
            assert row == shown + [""] * (15 - now)
        held, fresh, read = map(by_level, marks)  # read by the new output: held, or made now
        assert held == {level: list(range(now - 2 * d, now)) for level, d in enumerate((1, 2, 4))}
        assert fresh == {level: [now] for level in range(4)}
        assert read[2] == [now - 8, now - 4, now] and {*read[2]} <= {*held[2], now}
        assert (
            f"Multiplications of this step: 3·3 = 9. "
            f"All so far anew: 3·({now + 1} + {now + 1} + {now + 1}) = {9 * (now + 1)}. "
            "The numbers agree"
        ) in said


def test_a_sample_shows_whom_it_feeds(mount):
    page = mount(CausalStack(2, [1, 2, 4]))
    cell(page, "Layers", 0, 5).hover()
    assert levels(page, "is-affected") == {
        1: [5, 6], 2: [5, 6, 7, 8], 3: list(range(5, 13))
    }  # fmt: skip
    expect(part(page, "pointed")).to_have_text("Sample 5 feeds 8 outputs, 5 to 12")
    expect(part(page, "arithmetic")).to_have_text("Sample 5 is 9")
    cell(page, "Layers", 1, -2).hover()
    expect(part(page, "pointed")).to_have_text("Padding of layer 2 at −2: a zero")
    assert levels(page, "is-affected") == {2: [0], 3: [0, 4]}


def test_lines_join_who_reads_whom(mount):
    page = mount(CausalStack(3, [1, 2], step=2))
    paths = page.locator(".ex-reads").evaluate_all(
        "all => all.map(e => (e.innerHTML.match(/M/g) ?? []).length)"
    )
    assert paths == [3, 6], "the padding that the output reads, reads nothing"


def test_arrow_keys_go_through_time_and_enter_chooses(mount):
    page = mount(CausalStack(2, [1, 2]))
    assert page.locator(".ex-levels [tabindex='0']").count() == 1
    cell(page, "Layers", 2, 15).focus()
    for key, at in (
        ("ArrowLeft", (2, 14)), ("ArrowDown", (1, 14)), ("Home", (1, -2)), ("ArrowDown", (0, -1)),
        ("ArrowUp", (1, -1)), ("ArrowUp", (2, 0)), ("ArrowRight", (2, 1)),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert cells(page, "Layers", "is-current") == {at}, key
    page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    assert cells(page, "Layers", "is-current") == {(2, 1)}
    expect(part(page, "arithmetic")).to_have_text("Output 1: −1·0 + 1·(−2) = −2")


def test_presets_and_settings_fit_a_screen(mount):
    page = mount(CausalStack(dilations=[3]))
    presets = page.get_by_role("group", name="Presets")
    pressed = presets.locator("[aria-pressed=true]")
    assert pressed.count() == 0
    for name, field in (("1, 1, 1, 1", 5), ("1, 2, 4, 8", 16), ("1, 2, 4", 8)):
        presets.get_by_role("button", name=name, exact=True).click()
        assert pressed.all_inner_texts() == [name]
        expect(part(page, "shape")).to_contain_text(f"= {field}. Latency in samples: 0")
        assert page.locator(".ex-root").bounding_box()["height"] <= 620
        assert page.locator(".ex-funnel").evaluate("e => e.scrollWidth <= e.clientWidth")
        assert levels(page, "is-current") == {len(name.split(", ")): [15]}, "the last, still"
    nudge(page, "Layers", "Increase").click()
    nudge(page, "Layers", "Increase").click()
    assert pressed.count() == 0
    assert page.locator(".ex-layer span:last-child").all_inner_texts() == [
        "d 16", "d 8", "d 4", "d 2", "d 1"
    ]  # fmt: skip
    page.get_by_role("button", name="Layer 2 d 2").click()
    page.get_by_label("Dilation", exact=True).fill("5")
    expect(page.get_by_role("button", name="Layer 2 d 5")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Kernel size", exact=True).fill("6")
    expect(part(page, "message")).to_contain_text("Kernel size can be at most 5")
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    assert page.locator(".ex-layer").count() == 3


IN_SIGHT = """async () => { const found = [], pressed = ["First step", ...Array(19).fill("Next step")];
    for (const name of [null, ...pressed]) {
        if (name) hand.press(name);
        await new Promise(requestAnimationFrame);
        const [cell, box, label] = [".ex-levels .is-current", ".ex-funnel", ".ex-name"]
            .map(s => document.querySelector(s).getBoundingClientRect());
        found.push(cell.left >= label.right && cell.right <= box.right);
    }
    return found; }"""


@pytest.mark.parametrize("width", [900, 360])
def test_the_newest_output_is_in_sight(mount, width):
    widget = CausalStack(5, [16, 1], size=32)
    mount(widget, width=width).emulate_media(reduced_motion="reduce")
    page = mount(widget, width=width)
    assert page.evaluate(IN_SIGHT) == [True] * 21
    page.emulate_media(reduced_motion="no-preference")


def test_a_step_moves_and_with_reduced_motion_it_does_not(mount):
    moving = "document.querySelector('.ex-levels').getAnimations({ subtree: true }).length"
    page = mount(CausalStack(2, [1, 2], step=4))
    page.get_by_role("button", name="Next step").click()
    assert page.evaluate(moving) == 3 + 2, "three new numbers, and the lines to two of them"
    page = mount(CausalStack(2, [1, 2], step=4))
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Next step").click()
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")


def test_what_is_too_long_is_shown_shorter_and_whole_when_looked_at(mount):
    page = mount(CausalStack(2, [1], input=[123456, 0.0625, -3]))
    assert row(page, 0) == ["1e5", "0.06", "−3"]
    first = cell(page, "Layers", 0, 0)
    expect(first).to_have_attribute("data-whole", "123456")
    expect(first).to_have_attribute("aria-label", "Input, sample 0: 123456")


@pytest.mark.parametrize("width", [900, 360])
def test_numbers_fit_in_their_cells(mount, width):
    page = mount(CausalStack(4, [1, 2, 4, 9], causal=False), width=width)
    cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    for step in range(20, 41, 5):
        page.get_by_role("slider", name="Step").fill(str(step + 1))
        assert page.locator(".ex-levels .ex-cell").evaluate_all(cut) == []
