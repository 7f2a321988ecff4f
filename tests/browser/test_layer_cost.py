"""LayerCost on a page: presets, the bound that flips, refusals, and both ways to Python."""

import re

import pytest
from looking import nudge, part
from playwright.sync_api import expect

from utils import LayerCost

COURSE = LayerCost(100, 100, 5, 64, padding=2)
LAYERS = {
    "The course's layer, 5×5": (250_000, 1_024_000_000, "Compute-bound"),
    "LeNet, first, 5×5": (150, 117_600, "Compute-bound"),
    "ResNet-50, first, 7×7": (9_408, 118_013_952, "Compute-bound"),
    "ResNet-50, 3×3": (36_864, 115_605_504, "Compute-bound"),
    "MobileNetV2, 1×1": (55_296, 10_838_016, "Compute-bound"),
    "MobileNetV2, depthwise 3×3": (5_184, 1_016_064, "Memory-bound"),
    "ConvNeXt, depthwise 7×7": (4_704, 14_751_744, "Compute-bound"),
}


def opened(page):
    """The page with all that is folded in sight."""
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    return page


@pytest.fixture
def mount(mount):
    def opened(widget, **how):
        page = mount(widget, **how)
        page.evaluate("hand.open()")
        return page

    return opened


def result(page, name: str) -> str:
    """What stands beside `name` in the list of results."""
    term = page.locator("dt").filter(has_text=re.compile(rf"^{re.escape(name)}"))
    return term.locator("xpath=following-sibling::dd").inner_text()


def field(page, label: str):
    return page.get_by_label(label, exact=True)


def texts(page) -> list[str]:
    return [part(page, "verdict").inner_text(), *page.locator("dd").all_inner_texts()]


def test_the_course_s_layer_in_formulas(mount):
    page = mount(COURSE)
    assert "⌊(64 + 2·2 − 1·(5 − 1) − 1) / 1⌋ + 1" in part(page, "shape").inner_text()
    assert result(page, "Parameters") == "100 · (100 / 1) · 5 · 5 = 250,000 (250 k)"
    adds = "1 · 100 · 64 · 64 · (100 / 1) · 5 · 5 = 1,024,000,000 (1.02 G)"
    assert result(page, "Multiply-adds") == part(page, "arithmetic").inner_text() == adds
    assert result(page, "Floating-point operations") == "2 · 1,024,000,000 = 2,048,000,000 (2.05 G)"
    moved = "1,638,400 + 1,000,000 + 1,638,400 = 4,276,800 (4.28 MB)"
    assert result(page, "Bytes moved") == moved
    assert result(page, "Arithmetic intensity") == "2,048,000,000 / 4,276,800 = 478.9 flop/byte"
    assert result(page, "Time, arithmetic") == "2,048,000,000 flop / 150 GFLOP/s = 13.7 ms"
    assert result(page, "Time, memory") == "4,276,800 bytes / 25 GB/s = 171 µs"
    assert result(page, "Ridge") == "150 / 25 = 6 flop/byte"
    said = part(page, "verdict").inner_text()
    assert said.startswith("Compute-bound: the arithmetic takes 13.7 ms")
    assert "478.9 flop per byte" in part(page, "live").inner_text()


def test_layer_presets_are_the_layers_that_they_name(mount):
    page = mount(COURSE)
    preset = field(page, "Layer preset")
    assert preset.locator("option").all_inner_texts() == [*LAYERS, "Custom"]
    for name, (parameters, adds, bound) in LAYERS.items():
        preset.select_option(name)
        assert f"= {parameters:,}" in result(page, "Parameters")
        assert f"= {adds:,}" in result(page, "Multiply-adds")
        assert part(page, "verdict").inner_text().startswith(bound)
        expect(preset).to_have_value(name)
    field(page, "Batch").fill("8")
    expect(preset).to_have_value("ConvNeXt, depthwise 7×7")
    assert "= 118,013,952" in result(page, "Multiply-adds"), "the batch is the reader's"
    nudge(page, "Stride", "Increase").click()
    expect(preset).to_have_value("Custom")
    before = texts(page)
    preset.select_option("MobileNetV2, 1×1")
    page.get_by_role("button", name="Undo").click()
    assert texts(page) == before
    expect(preset).to_have_value("Custom")
    preset.select_option("LeNet, first, 5×5")
    preset.select_option("Custom")
    expect(preset).to_have_value("LeNet, first, 5×5")


def test_the_bound_flips_with_the_machine_and_the_precision(mount):
    page = mount(LayerCost(96, 96, 7, 56, padding=3, groups=96))
    verdict, machine = part(page, "verdict"), field(page, "Machine preset")
    expect(machine).to_have_value("A CPU: 150 GFLOP/s, 25 GB/s")
    expect(verdict).to_contain_text("Compute-bound")
    for name, compute, bandwidth, ridge, share in [
        ("A GPU of 2017: 12 TFLOP/s, 480 GB/s", "12000", "480", "25", "48.6%"),
        ("A GPU of 2023: 67 TFLOP/s, 3,350 GB/s", "67000", "3350", "20", "60.8%"),
    ]:
        machine.select_option(name)
        expect(field(page, "Compute, GFLOP/s")).to_have_value(compute)
        expect(field(page, "Bandwidth, GB/s")).to_have_value(bandwidth)
        expect(verdict).to_contain_text("Memory-bound: moving the numbers takes")
        expect(verdict).to_contain_text(f"the ridge, {ridge} flop/byte: at most {share}")
    field(page, "Bytes per number").select_option("2 (bfloat16)")
    expect(verdict).to_contain_text("Compute-bound")
    page.get_by_role("button", name="Undo").click()
    expect(verdict).to_contain_text("Memory-bound")
    field(page, "Bandwidth, GB/s").fill("6,700")
    expect(verdict).to_contain_text("Compute-bound")
    expect(machine).to_have_value("Custom")
    nudge(page, "Bandwidth, GB/s", "Decrease").click()
    expect(field(page, "Bandwidth, GB/s")).to_have_value("3350")
    expect(verdict).to_contain_text("Memory-bound")


def test_bars_and_roofline_show_what_the_verdict_says(mount):
    page = mount(COURSE)

    def lengths() -> list[float]:
        return page.locator(".ex-fill").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().width / e.parentElement.clientWidth)"
        )

    def layer() -> tuple[float, float, float]:
        """The layer's point and the roof's corner, on the drawing."""
        point, roof = page.evaluate(
            "['.is-layer', '.is-roof'].map(c => document.querySelector(c).getAttribute('d'))"
        )
        x, y = map(float, re.match(r"M([\d.]+) ([\d.]+)", point).groups())
        corner = float(re.search(r"L([\d.]+) ", roof)[1])
        return x, y + 7, corner

    drawing = page.get_by_role("img", name="Roofline")
    label = drawing.get_attribute("aria-label")
    assert "This layer stands at 478.9" in label
    assert "depthwise 3×3 2.2, LeNet 10.43, depthwise 7×7 12.16, 1×1 28.98" in label
    assert lengths()[0] == pytest.approx(1, abs=0.01) and lengths()[1] < 0.02
    x, flat, corner = layer()
    assert x > corner
    marks = page.locator(".is-mark").count()
    assert marks == len(LAYERS)
    field(page, "Layer preset").select_option("MobileNetV2, depthwise 3×3")
    x, y, corner = layer()
    assert x < corner and y > flat, "on the slope, below the flat roof"
    assert lengths() == pytest.approx([2.2 / 6, 1], abs=0.01)
    nearest = page.locator(".is-mark").evaluate_all(
        "(all, [x, y]) => Math.min(...all.map(c => Math.hypot(c.cx.baseVal.value - x, c.cy.baseVal.value - y)))",
        [x, y],
    )
    assert nearest < 0.01, "it stands on the mark of its preset"


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize(
    "machine", [(150, 25), (67000, 3350), (0.001, 1e7), (1e7, 0.001), (3, 7.5)]
)
def test_the_drawing_keeps_within_its_frame(mount, machine, width):
    for layer in ((), (1, 1, 1, 90, 89, 0)):
        page = mount(LayerCost(*layer, compute=machine[0], bandwidth=machine[1]), width=width)
        outside = page.evaluate(
            """() => { const svg = document.querySelector('.ex-roof'), box = svg.getBoundingClientRect();
                return [...svg.children].filter(e => { const r = e.getBoundingClientRect();
                    return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1
                        || r.bottom > box.bottom + 1 || /NaN|undefined/.test(e.textContent); })
                    .map(e => e.outerHTML); }"""
        )
        assert outside == []


REFUSED = """([label, texts]) => texts.flatMap(typed => { const found = [];
    const must = (holds, what) => holds || found.push(`${typed}: ${what}`);
    const told = selector => hand.all(selector).map(e => e.innerText).join("|");
    const field = hand.fields().find(f => f.labels[0].textContent === label);
    const results = "[data-part=verdict], dd", message = "[data-part=message]", before = told(results);
    hand.type(field, typed);
    hand.key(field, "Enter");
    must(told(message).includes(label.split(",")[0]) && told(message).includes("Try"), told(message));
    must(field.ariaInvalid === "true" && told(results) === before, "is taken");
    hand.key(field, "Escape");
    must(!told(message), "the message stays");
    return found; })"""


@pytest.mark.parametrize(
    "label", ["In channels", "Input size", "Padding", "Groups", "Batch", "Compute, GFLOP/s"]
)
def test_nonsense_is_refused_with_the_rule_and_a_fix(mount, label):
    texts = ["", "-1", "1e9", "abc", "2.5e", "1,2,3", "0x10", "99999999999999999999", "Infinity"]
    assert mount(COURSE).evaluate(REFUSED, [label, texts]) == []


def test_refusals_of_layers_name_the_rule_and_a_way_out(mount):
    page = mount(COURSE)
    message = part(page, "message")
    before = texts(page)
    field(page, "Groups").fill("8")
    expect(message).to_contain_text("8 does not divide 100 (in). Set Groups to 4")
    field(page, "Groups").fill("4")
    expect(message).not_to_be_visible()
    assert result(page, "Parameters").startswith("100 · (100 / 4) · 5 · 5 = 62,500")
    field(page, "Out channels").fill("102")
    expect(message).to_contain_text("4 does not divide 102 (out). Set Groups to 2")
    field(page, "Out channels").press("Escape")
    field(page, "Kernel size").fill("5, 69")
    expect(message).to_contain_text("spans 69 columns (1·(69 − 1) + 1)")
    expect(message).to_contain_text("only 68 (64 + 2·2)")
    field(page, "Kernel size").press("Escape")
    field(page, "Groups").fill("1")
    for label in ("In channels", "Out channels", "Batch"):
        field(page, label).fill("100000")
    expect(message).to_contain_text("counts past 2^53")
    assert "Use fewer channels" in message.inner_text()
    field(page, "Batch").press("Escape")
    page.get_by_role("button", name="Reset").click()
    assert texts(page) == before
    page.get_by_role("button", name="Undo").click()
    assert "= 250,000,000,000 (250 G)" in result(page, "Parameters")


def test_sizes_of_two_numbers_and_decimals(mount):
    page = mount(COURSE)
    field(page, "Input size").fill("480, 640")
    field(page, "Stride").fill("2 4")
    assert part(page, "shape").inner_text().splitlines()[1].startswith("Width ⌊(640 + 2·2")
    assert "· 240 · 160 ·" in result(page, "Multiply-adds")
    field(page, "Compute, GFLOP/s").fill("0.5")
    assert "/ 0.5 GFLOP/s" in result(page, "Time, arithmetic")


def test_a_measured_machine_is_shown_with_digits_that_mean_something(mount):
    page = mount(LayerCost(compute=1234.5678901234567, bandwidth=1 / 3))
    expect(field(page, "Compute, GFLOP/s")).to_have_value("1234.57")
    assert result(page, "Ridge") == "1,234.57 / 0.333333 = 3,704 flop/byte"
    field(page, "Batch").fill("2")
    page.get_by_role("button", name="Undo").click()
    assert result(page, "Ridge") == "1,234.57 / 0.333333 = 3,704 flop/byte"


def test_all_of_it_by_keyboard_and_by_touch(show):
    page = opened(show(COURSE))
    field(page, "Batch").focus()
    page.keyboard.press("ArrowUp")
    assert "2 · 100 · 64" in result(page, "Multiply-adds")
    field(page, "In channels").press("ArrowUp")
    field(page, "Out channels").press("ArrowUp")
    assert "101 / 1" in result(page, "Parameters")
    page = opened(show(COURSE, width=360, has_touch=True, is_mobile=True))
    nudge(page, "Compute, GFLOP/s", "Increase").tap()
    assert result(page, "Ridge") == "300 / 25 = 12 flop/byte"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


DENSE = LayerCost(512, 512, kernel_size=1, input_size=1, padding=0)


def diamond(page):
    return page.get_by_role("slider", name="This layer on the roof: its batch")


def test_the_diamond_is_dragged_along_the_roof_and_stays_under_the_pointer(mount):
    page = mount(DENSE)
    handle, batch = diamond(page), field(page, "Batch")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for away in (30, 60, 90, 110):
        page.mouse.move(x + away, y + 40)
        found = handle.bounding_box()
        # Batches are whole: at small ones two neighbours are as far as 50 pixels from each other.
        assert abs(found["x"] + found["width"] / 2 - x - away) < 30 / max(1, away / 30)
    dragged = batch.input_value()
    assert int(dragged) > 1 and part(page, "verdict").inner_text().startswith("Compute-bound")
    page.mouse.move(5000, y)
    page.mouse.up()
    assert batch.input_value() == "1920", "as far as the rail goes"
    page.mouse.move(x, y)
    assert batch.input_value() == "1920", "let go"
    page.get_by_role("button", name="Undo").click()
    assert batch.input_value() == "1", "a whole drag is taken back"
    page.get_by_role("button", name="Undo").click()
    assert batch.input_value() == "1"
    handle.press("End")
    assert f"{float(handle.get_attribute('aria-valuenow')):g}" == "1920"


def test_batch_by_slider_and_by_key_tips_over_the_ridge_at_thirteen(mount):
    page = mount(DENSE)
    handle, verdict, batch = diamond(page), part(page, "verdict"), field(page, "Batch")
    handle.focus()
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    assert batch.input_value() == "12" and verdict.inner_text().startswith("Memory-bound")
    page.keyboard.press("ArrowUp")
    assert batch.input_value() == "13" and verdict.inner_text().startswith("Compute-bound")
    assert "batch 13, 6.186 flop per byte" in handle.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert batch.input_value() == "12"
    page.keyboard.press("End")
    assert batch.input_value() == "1920"
    page.keyboard.press("Home")
    assert batch.input_value() == "1"
    rail = page.get_by_label("Batch as a slider")
    rail.press("ArrowRight")
    assert batch.input_value() == "2" and rail.get_attribute("aria-valuetext") == "2"
    batch.fill("100000")
    rail.press("ArrowLeft")
    assert batch.input_value() == "1792"


def test_the_batch_for_an_intensity_is_the_nearest_of_all(page):
    for layer in (DENSE, COURSE, LayerCost(64, 64, 3, 56, groups=64), LayerCost(96, 32, 5, 9)):
        for wanted in (0.01, 0.5, 1.7, 6, 22.5, 100, 5000):
            found, off = page.evaluate(
                """([state, wanted]) => { const e = slidingWindowCourse.engine.cost, off = [];
                    for (let batch = 1; batch <= 1920; batch++)
                        off.push(Math.abs(e.layerCost({ ...state, batch }).intensity - wanted));
                    const found = e.batchAt(state, wanted);
                    return [found, off[found - 1] - Math.min(...off)]; }""",
                [layer.spec, wanted],
            )
            assert 1 <= found <= 1920 and off == 0, (layer.spec, wanted)


def test_it_stands_on_one_screen_and_says_more_when_asked(show):
    page = show(DENSE)
    assert page.locator(".ex-root").bounding_box()["height"] <= 620
    assert not page.locator("dl").is_visible()
    page.get_by_text("All numbers, with their formulas").click()
    assert page.locator("dl").is_visible()


def test_copied_code_prints_what_is_shown_also_of_a_large_layer(mount, capsys):
    page = mount(COURSE)
    for label, value in [("In channels", "4096"), ("Out channels", "4096"), ("Batch", "256")]:
        field(page, label).fill(value)
    field(page, "Bytes per number").select_option("1 (int8)")
    page.get_by_role("button", name="Copy as PyTorch").click()
    exec(page.locator("[data-part=snippet]").input_value(), {})
    printed = [int(number) for number in re.findall(r"\d+", capsys.readouterr().out)]
    shown = [result(page, name) for name in ("Parameters", "Multiply-adds", "Bytes moved")]
    assert [f"{number:,}" in text for number, text in zip(printed, shown, strict=True)] == [
        True
    ] * 3


def test_python_s_changes_show_and_the_page_s_reach_python_without_an_echo(mount):
    page = mount(COURSE)
    report = page.evaluate(
        """async spec => {
            const state = structuredClone(spec), heard = {}; let saves = 0;
            const model = {
                get: k => state[k],
                set: (k, v) => { state[k] = v; heard[`change:${k}`]?.forEach(f => f()); },
                save_changes() { saves++; },
                on: (e, f) => (heard[e] ??= new Set()).add(f), off: (e, f) => heard[e]?.delete(f),
            };
            const host = document.body.appendChild(document.createElement("div"));
            const el = host.attachShadow({ mode: "open" }).appendChild(document.createElement("div"));
            const unmount = slidingWindowCourse.mount({ kind: "LayerCost", model, el });
            const parameters = () => el.querySelectorAll("dd")[1].textContent;
            model.set("in_channels", 7); model.set("groups", 1); model.set("kernel_size", [1, 2]);
            await new Promise(r => setTimeout(r, 0));
            const fromPython = parameters(), silent = saves;
            const machine = [...el.querySelectorAll("select")].find(s => s.value.startsWith("A CPU"));
            machine.selectedIndex = 1;
            machine.dispatchEvent(new Event("change"));
            const { compute, bandwidth } = state;
            unmount();
            const left = Object.values(heard).reduce((n, s) => n + s.size, 0);
            return { fromPython, silent, saves, compute, bandwidth, left, empty: el.childElementCount === 0 };
        }""",
        COURSE.spec,
    )
    assert report == {
        "fromPython": "100 · (7 / 1) · 1 · 2 = 1,400 (1.4 k)",
        "silent": 0,
        "saves": 1,
        "compute": 12000,
        "bandwidth": 480,
        "left": 0,
        "empty": True,
    }


def test_without_script_the_numbers_are_there(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(f"<!doctype html><body>{COURSE.to_html()}")
    assert page.locator("caption").inner_text() == "What the layer costs"
    text = page.locator("body").inner_text()
    assert "Compute-bound: the arithmetic takes 13.7 ms" in text
    assert "1 · 100 · 64 · 64 · (100 / 1) · 5 · 5 = 1,024,000,000 (1.02 G)" in text
    context.close()
