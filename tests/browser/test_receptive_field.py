"""ReceptiveField: its engine against gradients of PyTorch, and what a page of it does."""

import itertools
import random

import pytest
import torch
import torch.nn.functional as F
from looking import ask, cell, cells, part
from playwright.sync_api import expect

from utils import ReceptiveField
from utils.shapes import output_size, receptive_field

COUNT = 1000
ANSWER = """cases => cases.map(c => { const e = slidingWindowCourse.engine.stack;
    const broken = e.brokenStack(c);
    if (broken) return { broken };
    const seen = e.reach(c, c.layer, c.unit), units = e.unitsOf(c);
    return { units, fields: e.fieldsOf(c.layers), seen: seen.map(({ first, last, ways }) => [first, last, [...ways]]),
        holes: e.holes(seen[0], c.size, 0), code: e.stackPytorch(c), fed: e.feeds(c, 0, c.unit % c.size).map(s => [...s]),
        square: e.squareText(c, { layer: c.layer, unit: c.unit, step: c.layer }) }; })"""


def dilated(*dilations: int) -> list[dict[str, int]]:
    return [{"kernel_size": 3, "dilation": d} for d in dilations]


def stacks(draw: random.Random) -> list[dict]:
    """Stacks of one to five layers, each with a unit to look at."""
    found: list[dict] = []
    while len(found) < COUNT:
        layers = [
            [draw.randint(1, 5), draw.randint(1, 3), draw.randint(0, 3), draw.randint(1, 4)]
            for _ in range(draw.randint(1, 5))
        ]
        size = n = draw.randint(5, 40)
        for k, s, p, d in layers:
            n = (n + 2 * p - d * (k - 1) - 1) // s + 1 if n > 0 else 0
        if n > 0:
            layer = {"layers": layers, "size": size, "layer": len(layers)}
            found.append({**layer, "unit": draw.randrange(n)})
    return found


def through(stack: dict, x: torch.Tensor) -> list[torch.Tensor]:
    """The input and what each layer makes of it, in PyTorch, with weights of one."""
    levels, axes = [x], x.dim() - 2
    convolve = (None, F.conv1d, F.conv2d)[axes]
    for k, s, p, d in stack["layers"]:
        ones = torch.ones([1, 1] + [k] * axes, dtype=torch.float64)
        levels.append(convolve(levels[-1], ones, None, s, p, d))
    return levels


def by_gradient(stack: dict, axes: int) -> list[torch.Tensor]:
    """The gradient of a unit by each level, the input first: with weights of one it counts paths."""
    x = torch.zeros([1, 1] + [stack["size"]] * axes, dtype=torch.float64, requires_grad=True)
    levels = through(stack, x)
    top = levels[-1][(0, 0) + (stack["unit"],) * axes]
    return [gradient[0, 0] for gradient in torch.autograd.grad(top, levels)]


def test_a_thousand_stacks_agree_with_gradients_of_pytorch(page, capsys):
    cases = stacks(random.Random(1))
    cut = gridded = 0
    for index, (stack, told) in enumerate(zip(cases, ask(page, ANSWER, cases), strict=True)):
        units = [stack["size"]]
        for k, s, p, d in stack["layers"]:
            units.append(output_size(units[-1], k, s, p, d))
        assert told["units"] == units
        rows = [(k, s, d, p) for k, s, p, d in stack["layers"]]
        fields = [receptive_field(rows[:depth]) for depth in range(len(rows) + 1)]
        assert [
            tuple(f[key] for key in ("size", "jump", "start")) for f in told["fields"]
        ] == fields
        field, size = fields[-1], stack["size"]
        gradients = by_gradient(stack, 1)
        for level, (gradient, (_, _, ways)) in enumerate(zip(gradients, told["seen"], strict=True)):
            counts = {i: count for i, count in ways if 0 <= i < units[level]}
            expected = {i: count for i, count in enumerate(gradient.tolist()) if count}
            assert counts == expected, (stack, level)
        first, last, _ = told["seen"][0]
        assert first == field.start + stack["unit"] * field.jump
        assert last - first + 1 == field.size
        within = range(max(first, 0), min(last, size - 1) + 1)
        paths = gradients[0].tolist()
        assert told["holes"] == [i for i in within if not paths[i]]
        cut += first < 0 or last >= size
        gridded += bool(told["holes"])
        widget = ReceptiveField(**stack)
        assert torch.equal(widget.paths, gradients[0]) and widget.output == field.size
        if index < 100:
            whole = by_gradient(stack, 2)[0]
            assert torch.equal(whole, gradients[0].outer(gradients[0]))
            read = int((whole > 0).sum())
            assert f"{read} of {field.size**2} read" in told["square"]
            exec(told["code"], {})
            assert capsys.readouterr().out.strip() == f"tensor({field.size})"
    assert cut > 100 and gridded > 100, "both kinds are among them"


def test_whom_a_pixel_feeds_is_who_reads_it(page):
    cases = stacks(random.Random(2))[:200]
    for stack, told in zip(cases, ask(page, ANSWER, cases), strict=True):
        lit = torch.zeros(1, 1, stack["size"], dtype=torch.float64)
        lit[..., stack["unit"] % stack["size"]] = 1
        readers = [level[0, 0].nonzero().flatten().tolist() for level in through(stack, lit)]
        assert [sorted(units) for units in told["fed"][1:]] == readers[1:]


def test_a_stack_is_broken_where_python_says_so(page):
    draw, broken = random.Random(3), 0
    cases = [
        {
            "layers": [
                [draw.randint(0, 8), draw.randint(0, 3), draw.randint(-1, 2), draw.randint(0, 5)]
                if draw.random() < 0.1
                else [
                    draw.randint(1, 8),
                    draw.randint(1, 3),
                    draw.randint(0, 2),
                    draw.randint(1, 5),
                ]
                for _ in range(draw.randint(1, 7))
            ],
            "size": draw.randint(1, 64),
            "layer": 1,
            "unit": 0,
        }
        for _ in range(COUNT)
    ]
    for stack, told in zip(cases, ask(page, ANSWER, cases), strict=True):
        try:
            ReceptiveField(**stack)
        except ValueError:
            assert told.get("broken"), stack
            broken += 1
        else:
            assert "broken" not in told, stack
    assert 200 < broken < 900


@pytest.mark.parametrize(
    "dilations, read, size", [((2, 2, 2), 49, 13), ((1, 2, 5), 289, 17), ((1, 2, 4, 8), 961, 31)]
)
def test_gridding_shows_as_holes(mount, dilations, read, size):
    page = mount(ReceptiveField(dilated(*dilations)))
    expect(page.locator(".ex-two .ex-detail")).to_contain_text(f"Input: {read} of {size**2} read")
    bottom = {col for row, col in cells(page, "Layers", "is-window") if row == 0}
    holes = {col for row, col in cells(page, "Layers", "is-skipped") if row == 0}
    assert len(bottom) ** 2 == read and len(bottom | holes) == size and not bottom & holes
    paths = page.locator(".ex-square .is-read").evaluate_all(
        "all => all.map(p => p.getAttribute('d'))"
    )
    assert sum(path.count("z") for path in paths) == read
    drawn = page.locator(".ex-square .is-hole").get_attribute("d")
    assert drawn.count("M") == size**2 - read


def test_the_more_paths_the_darker(mount):
    page = mount(ReceptiveField(dilated(1, 1, 1)))
    shades = page.locator(".ex-levels .is-window[data-row='0']").evaluate_all(
        "all => all.map(e => +e.style.getPropertyValue('--level'))"
    )
    paths = torch.tensor([1.0, 3, 6, 7, 6, 3, 1])
    assert shades == [round(20 + 65 * float(count) / 7) for count in paths]
    drawn = page.locator(".ex-square .is-read").evaluate_all(
        "all => all.map(e => [+e.style.getPropertyValue('--level'), e.getAttribute('d')])"
        ".flatMap(([level, d]) => d.split('z').slice(0, -1).map(box => [level, box.match(/[\\d.]+/g)]))"
    )
    assert len(drawn) == 49
    counts = paths.outer(paths)
    at = {(int(y) - 12, int(x) - 12): level for level, (x, y, *_) in drawn}
    darkest = max(at.values())
    assert [place for place, level in at.items() if level == darkest] == [(3, 3)]
    by_paths = sorted(at, key=lambda place: float(counts[place]))
    assert [at[place] for place in by_paths] == sorted(at.values())


def test_a_unit_s_field_comes_down_level_by_level(mount):
    page = mount(ReceptiveField(dilated(1, 2, 5)))
    page.get_by_role("button", name="First step").click()
    unit = (3, 7)
    assert cells(page, "Layers", "is-window") == {unit} == cells(page, "Layers", "is-current")
    seen = [{7}, {7, 12, 17}, {7, 9, 11, 12, 14, 16, 17, 19, 21}, set(range(7, 24))]
    sums = ["1 + 5·(3 − 1)·1 = 11", "11 + 2·(3 − 1)·1 = 15", "15 + 1·(3 − 1)·1 = 17"]
    for step, text in enumerate(sums, 1):
        page.get_by_role("button", name="Next step").click()
        expect(part(page, "arithmetic")).to_contain_text(text)
        marked = cells(page, "Layers", "is-window")
        assert marked == {(3 - down, i) for down in range(step + 1) for i in seen[down]}
    assert "sees pixels 7 to 23 of the input and reads all 17" in part(page, "pointed").inner_text()


def test_a_click_chooses_a_unit_and_pointing_is_a_preview(mount):
    page = mount(ReceptiveField(dilated(1, 1, 1)))
    before = cells(page, "Layers", "is-window")
    cell(page, "Layers", 2, 3).hover()
    assert cells(page, "Layers", "is-current") == {(2, 3)}
    page.mouse.move(1, 1)
    assert cells(page, "Layers", "is-window") == before
    cell(page, "Layers", 2, 3).click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    assert cells(page, "Layers", "is-current") == {(2, 3)}
    assert {c for c in cells(page, "Layers", "is-window") if c[0] == 0} == {
        (0, i) for i in range(3, 8)
    }
    expect(page.get_by_label("Step", exact=True)).to_have_attribute("max", "3")
    cell(page, "Layers", 0, 4).hover()
    assert cells(page, "Layers", "is-affected") == {
        (level, i) for level, first in ((1, 2), (2, 0), (3, -2)) for i in range(max(first, 0), 5)
    }
    expect(part(page, "pointed")).to_have_text("Pixel 4 feeds 3, 5, 5 units of layers 1 to 3")
    page = mount(ReceptiveField(dilated(1)))
    cell(page, "Layers", 0, 0).hover()
    expect(part(page, "pointed")).to_have_text("Pixel 0 feeds 1 unit of layer 1")


def test_arrow_keys_go_along_a_level_and_to_the_nearest_of_the_next(mount):
    stem = [
        {"kernel_size": 7, "stride": 2, "padding": 3},
        {"kernel_size": 3, "stride": 2, "padding": 1},
    ]
    page = mount(ReceptiveField(stem))
    assert page.locator(".ex-levels [tabindex='0']").count() == 1
    cell(page, "Layers", 2, 4).focus()
    focus = "[document.activeElement.dataset.row, document.activeElement.dataset.col].join()"
    for key, at in (
        ("ArrowRight", "2,5"), ("ArrowDown", "1,10"), ("ArrowDown", "0,20"), ("End", "0,33"),
        ("ArrowRight", "0,33"), ("ArrowUp", "1,16"), ("Home", "1,-1"), ("ArrowUp", "2,0"),
        ("ArrowUp", "2,0"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(focus) == at, key
    cell(page, "Layers", 1, 5).hover()
    page.mouse.move(1, 1)
    assert cells(page, "Layers", "is-current") == {(2, 0)}, "what has the focus is looked at"
    page.keyboard.press("Enter")
    assert "Layer 2, unit 0, sees positions −5 to 5" in part(page, "pointed").inner_text()
    padding = cells(page, "Layers", "is-padding")
    assert padding == {(0, i) for i in (-3, -2, -1, 31, 32, 33)} | {(1, -1), (1, 16)}
    assert cells(page, "Layers", "is-window") & padding == {(0, -3), (0, -2), (0, -1), (1, -1)}


def test_layers_are_added_chosen_changed_and_removed(mount):
    page = mount(ReceptiveField(dilated(1)))
    add = page.get_by_role("button", name="Add a layer")
    for count in range(2, 7):
        add.click()
        assert page.locator(".ex-layer").count() == count
        assert {row for row, _ in cells(page, "Layers", "is-current")} == {count}
    add.click()
    expect(part(page, "message")).to_contain_text("At most 6 layers")
    page.get_by_role("button", name="Layer 2 k 3").click()
    dilation = page.get_by_label("Dilation", exact=True)
    dilation.fill("3")
    expect(page.get_by_role("button", name="Layer 2 k 3, d 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert {row for row, _ in cells(page, "Layers", "is-current")} == {6}, "the unit stays"
    dilation.fill("16")
    expect(part(page, "message")).to_contain_text(
        "Layer 2 has no place for its window: it spans 33"
    )
    page.get_by_role("button", name="Remove layer 2").click()
    expect(part(page, "message")).not_to_be_visible()
    expect(dilation).to_have_value("1")
    page.get_by_role("button", name="Undo").click()
    assert page.locator(".ex-layer").count() == 6
    for _ in range(6):
        page.get_by_role("button", name="Remove layer").click()
    expect(part(page, "message")).to_contain_text("at least one layer")


def test_presets_fit_a_screen_and_say_which_is_shown(mount):
    page = mount(ReceptiveField(dilated(3)))
    buttons = page.get_by_role("group", name="Presets").get_by_role("button")
    fields = []
    for button in buttons.all():
        button.click()
        pressed = buttons.and_(page.locator("[aria-pressed=true]"))
        assert pressed.all_inner_texts() == [button.inner_text()]
        assert page.locator(".ex-root").bounding_box()["height"] <= 620
        assert page.locator(".ex-funnel").evaluate("e => e.scrollWidth <= e.clientWidth")
        fields.append(page.locator(".ex-told").first.locator("span").all_inner_texts())
    assert fields == [  # units, size, jump, start
        ["25", "7", "1", "0"], ["1", "31", "1", "0"], ["19", "13", "1", "0"],
        ["15", "17", "1", "0"], ["5", "16", "4", "0"], ["8", "11", "4", "−5"],
    ]  # fmt: skip


def test_units_stand_over_the_middles_of_their_fields(mount):
    page = mount(ReceptiveField([(5, 2, 2, 1), (3, 1, 1, 2), (2, 2, 0, 1)], size=24))
    boxes = page.locator(".ex-levels .ex-cell").evaluate_all(
        "all => all.map(e => [+e.dataset.row, +e.dataset.col, e.getBoundingClientRect()])"
        ".map(([row, col, box]) => [row, col, box.left + box.width / 2, box.width])"
    )
    at = {(row, col): (middle, width) for row, col, middle, width in boxes}
    pixel = at[0, 1][0] - at[0, 0][0]
    for level in (1, 2, 3):
        field = receptive_field([(5, 2, 1, 2), (3, 1, 2, 1), (2, 2, 1, 0)][:level])
        for col in (c for row, c in at if row == level):
            middle = field.start + col * field.jump + (field.size - 1) / 2
            assert at[level, col][0] == pytest.approx(at[0, 0][0] + middle * pixel, abs=1)


def test_a_step_lights_up_the_next_level_and_reduced_motion_does_not(mount):
    moving = "document.querySelector('.ex-levels').getAnimations({ subtree: true }).length"
    page = mount(ReceptiveField(dilated(2, 2)))
    page.get_by_role("button", name="First step").click()
    page.get_by_role("button", name="Next step").click()
    assert page.evaluate(moving) == 1 + 5, "the lines, three units and two holes between them"
    page = mount(ReceptiveField(dilated(2, 2)))
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="First step").click()
    page.get_by_role("button", name="Next step").click()
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")


def test_it_draws_all_that_it_takes(mount):
    """The largest of everything, one at a time."""
    for layer, size in itertools.product([(16, 1, 16, 1), (2, 8, 0, 16), (1, 8, 16, 16)], (64, 17)):
        page = mount(ReceptiveField([layer], size=size))
        assert cells(page, "Layers", "is-current") != set()
        assert part(page, "message").inner_text() == ""
