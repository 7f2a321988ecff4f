"""SlidingWindow on a page: what it promises, point by point."""

from pathlib import Path

import pytest
import torch
from looking import cell, cells, nudge, part, snapshot, values
from playwright.sync_api import expect

import utils
from utils import SlidingWindow

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]


def test_opens_on_the_first_step_with_the_textbook_sum(mount):
    page = mount(SlidingWindow(X, K))
    expect(part(page, "arithmetic")).to_have_text("0×0 + 1×1 + 3×2 + 4×3 = 19")
    assert values(page, "Output") == [["19", "25"], ["37", "43"]]
    assert cells(page, "Input", "is-window") == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_hover_on_an_output_marks_its_dilated_taps_padding_and_skipped_cells(mount):
    page = mount(
        SlidingWindow(torch.arange(20.0).reshape(4, 5), K, padding=1, dilation=2, stride=2)
    )
    cell(page, "Output", 0, 0).hover()
    assert cells(page, "Input", "is-window") == {(-1, -1), (-1, 1), (1, -1), (1, 1)}
    assert cells(page, "Input", "is-skipped") == {(-1, 0), (0, -1), (0, 0), (0, 1), (1, 0)}
    assert cells(page, "Input", "is-window") & cells(page, "Input", "is-padding") == {
        (-1, -1),
        (-1, 1),
        (1, -1),
    }
    expect(part(page, "arithmetic")).to_have_text("0×0 + 0×1 + 0×2 + 6×3 = 18")


def test_hover_on_an_input_marks_the_outputs_that_it_feeds(mount):
    page = mount(SlidingWindow(X, K, padding=1))
    cell(page, "Input", 1, 1).hover()
    assert cells(page, "Output", "is-affected") == {(1, 1), (1, 2), (2, 1), (2, 2)}
    cell(page, "Input", -1, -1).hover()
    assert cells(page, "Output", "is-affected") == {(0, 0)}
    assert "Padding (−1, −1) feeds 1 output" in part(page, "pointed").inner_text()


@pytest.mark.parametrize("mode, first", [("conv", (0, 1)), ("flip", (1, 0))])
def test_hover_on_a_weight_marks_every_place_that_uses_it(mount, mode, first):
    page = mount(SlidingWindow(X, K, mode=mode))
    cell(page, "Kernel", 0, 1).hover()
    r, c = first
    assert cells(page, "Input", "is-affected") == {(r + i, c + j) for i in (0, 1) for j in (0, 1)}


def test_hover_is_a_preview_and_click_pins(mount):
    page = mount(SlidingWindow(X, K))
    step = page.get_by_role("slider", name="Step")
    cell(page, "Output", 1, 1).hover()
    expect(part(page, "arithmetic")).to_have_text("4×0 + 5×1 + 7×2 + 8×3 = 43")
    assert step.input_value() == "1"
    page.mouse.move(1, 1)
    expect(part(page, "arithmetic")).to_have_text("0×0 + 1×1 + 3×2 + 4×3 = 19")
    cell(page, "Output", 1, 0).click()
    page.mouse.move(1, 1)
    assert step.input_value() == "3"
    assert cells(page, "Output", "is-current") == {(1, 0)}


def test_stepping_forth_and_back_changes_nothing(mount):
    page = mount(SlidingWindow(torch.arange(30.0).reshape(5, 6), K, padding=1, stride=(2, 1)))
    forward, back = (
        page.get_by_role("button", name=f"{n} step", exact=True) for n in ("Next", "Previous")
    )
    for _ in range(3):
        forward.click()
    before = snapshot(page)
    forward.click()
    assert snapshot(page) != before
    back.click()
    assert snapshot(page) == before
    page.get_by_role("button", name="Last step").click()
    last = snapshot(page)
    forward.click()
    assert snapshot(page) == last
    page.get_by_role("button", name="First step").click()
    back.click()
    assert page.get_by_role("slider", name="Step").input_value() == "1"


def test_a_changed_parameter_keeps_the_selected_output_clamped(mount):
    page = mount(SlidingWindow(torch.arange(25.0).reshape(5, 5), K))
    cell(page, "Output", 3, 2).click()
    nudge(page, "Padding", "Increase").click()
    assert cells(page, "Output", "is-current") == {(3, 2)}
    nudge(page, "Stride", "Increase").click()
    page.mouse.move(1, 1)
    assert cells(page, "Output", "is-current") == {(2, 2)}


REFUSED = """([label, texts]) => texts.flatMap(typed => { const found = [], root = document.querySelector(".ex-root");
    const must = (holds, what) => holds || found.push(`${typed}: ${what}`);
    const field = hand.fields().find(f => f.labels[0].textContent === label), [grid] = hand.all("[aria-label=Output]");
    const before = grid.textContent, said = () => hand.all("[data-part=message]").map(m => m.innerText).join();
    hand.type(field, typed);
    hand.key(field, "Enter");
    must(said().includes(label) && said().includes("Try"), said());
    must(field.value === typed, "is taken away");
    must(field.ariaInvalid === "true" && grid.textContent === before, "is taken");
    hand.key(field, "Escape");
    must(!said(), "the message stays");
    for (const [name, step] of [["Next step", "2"], ["Previous step", "1"]]) {
        hand.press(name);
        must(root.querySelector("[aria-label=Step]").value === step, `no ${name}`);
    }
    return found; })"""


@pytest.mark.parametrize(
    "label", ["Kernel height", "Kernel width", "Stride", "Padding", "Dilation"]
)
def test_nonsense_is_refused_with_the_rule_and_a_fix(mount, label):
    texts = ["", "-1", "1e9", "abc", "2.5", "1,2,3", "0x10", "99999999999999999999"]
    assert mount(SlidingWindow(X, K)).evaluate(REFUSED, [label, texts]) == []


def test_a_window_that_does_not_fit_says_by_how_much(mount):
    page = mount(SlidingWindow(X, K))
    page.get_by_label("Kernel height", exact=True).fill("5")
    said = part(page, "message").inner_text()
    assert "window is 5 high" in said and "only 3 (3 + 2·0)" in said and "padding" in said
    page.get_by_label("Padding", exact=True).fill("1")
    page.get_by_label("Kernel height", exact=True).fill("5")
    expect(part(page, "message")).not_to_be_visible()
    assert len(values(page, "Kernel")) == 5


def test_rectangular_settings_and_unread_rows(mount):
    page = mount(SlidingWindow(torch.ones(4, 4), torch.ones(3, 3)))
    page.get_by_label("Padding", exact=True).fill("1")
    page.get_by_label("Stride", exact=True).fill("2")
    assert (
        "⌊(4 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊3 / 2⌋ + 1 = ⌊1.5⌋ + 1 = 2"
        in part(page, "shape").inner_text()
    )
    unread = cells(page, "Input", "is-unread")
    assert unread == {(4, j) for j in range(-1, 5)} | {(i, 4) for i in range(-1, 5)}
    page.get_by_label("Stride", exact=True).fill("3, 2")
    assert len(values(page, "Output")) == 2
    page.get_by_label("Padding", exact=True).fill("0 2")
    assert [len(r) for r in values(page, "Output")] == [3]


def test_cells_are_edited_in_place_undone_and_reset(mount):
    page = mount(SlidingWindow(X, K))
    target = cell(page, "Input", 0, 1)
    target.dblclick()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    assert values(page, "Output")[0][0] == "28" and values(page, "Input")[0][1] == "10"
    cell(page, "Kernel", 1, 1).focus()
    page.keyboard.press("-")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    assert values(page, "Kernel")[1][1] == "−0.5"
    page.get_by_role("button", name="Undo").click()
    assert values(page, "Kernel")[1][1] == "3"
    page.get_by_role("button", name="Reset").click()
    assert values(page, "Output") == [["19", "25"], ["37", "43"]]
    page.get_by_role("button", name="Undo").click()
    assert values(page, "Output")[0][0] == "28"


@pytest.mark.parametrize("typed", ["", "abc", "1e9", "1/0"])
def test_a_cell_refuses_nonsense_and_keeps_its_value(mount, typed):
    page = mount(SlidingWindow(X, K))
    cell(page, "Input", 0, 0).dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(part(page, "message")).to_be_visible()
    page.keyboard.press("Escape")
    expect(part(page, "message")).not_to_be_visible()
    assert values(page, "Input") == [["0", "1", "2"], ["3", "4", "5"], ["6", "7", "8"]]


def test_each_grid_is_one_tab_stop_with_arrow_keys(mount):
    page = mount(SlidingWindow(X, K))
    for name in ("Input", "Kernel", "Output"):
        assert page.get_by_role("grid", name=name).locator("[tabindex='0']").count() == 1
    cell(page, "Output", 0, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(cell(page, "Output", 1, 1)).to_be_focused()
    expect(part(page, "arithmetic")).to_have_text("4×0 + 5×1 + 7×2 + 8×3 = 43")
    assert page.get_by_role("slider", name="Step").input_value() == "1", "focus is a preview"
    page.keyboard.press("Enter")
    assert page.get_by_role("slider", name="Step").input_value() == "4"
    page.keyboard.press("Control+Home")
    expect(cell(page, "Output", 0, 0)).to_be_focused()


def test_playing_is_asked_for_silent_and_ends(show):
    page = show(SlidingWindow(X, K), clock=True)
    page.clock.run_for(10_000)
    assert page.get_by_role("slider", name="Step").input_value() == "1", "nothing plays by itself"
    page.get_by_label("Speed").select_option("Fast")
    live = part(page, "live")
    before = live.inner_text()
    assert "Step 1 of 4" in before
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(500)
    assert page.get_by_role("slider", name="Step").input_value() == "3"
    assert live.inner_text() == before, "silent while playing"
    page.clock.run_for(250)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert page.get_by_role("slider", name="Step").input_value() == "4"
    assert "Step 4 of 4" in live.inner_text()


def test_pause_stops_and_typing_while_playing_does_too(show):
    page = show(SlidingWindow(torch.ones(8, 8), K), clock=True)
    step = page.get_by_role("slider", name="Step")
    page.get_by_label("Speed").select_option("Fast")
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(600)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.clock.run_for(10_000)
    assert step.input_value() == "3"
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(300)
    page.get_by_label("Stride", exact=True).fill("2")
    page.clock.run_for(10_000)
    assert step.input_value() == "4", "output (0, 3) stays where it is"


def test_reduced_motion_makes_steps_instant(mount):
    still = "getComputedStyle(document.querySelector('.ex-frame')).transitionDuration"
    page = mount(SlidingWindow(X, K))
    assert page.evaluate(still) != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(still) == "0s"
    page.emulate_media(reduced_motion="no-preference")


def test_the_window_can_be_dragged(mount):
    page = mount(SlidingWindow(torch.arange(36.0).reshape(6, 6), K, stride=2))
    start, end = (cell(page, "Input", *at).bounding_box() for at in ((1, 1), (5, 3)))
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=8)
    page.mouse.up()
    page.mouse.move(1, 1)
    assert cells(page, "Output", "is-current") == {(2, 1)}
    assert cells(page, "Input", "is-window") == {(4, 2), (4, 3), (5, 2), (5, 3)}


def test_touch_pins_and_edits(show):
    page = show(SlidingWindow(X, K), width=360, has_touch=True, is_mobile=True)
    cell(page, "Output", 1, 1).tap()
    assert page.get_by_role("slider", name="Step").input_value() == "4"
    cell(page, "Kernel", 0, 0).tap()
    cell(page, "Kernel", 0, 0).tap()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    assert values(page, "Kernel")[0][0] == "5"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_max_marks_its_winner_and_pads_with_minus_infinity(mount):
    page = mount(SlidingWindow([[-1, -2], [-3, -4]], (2, 2), padding=1, mode="max"))
    assert values(page, "Input")[0] == ["−∞"] * 4
    assert values(page, "Output")[0] == ["−1", "−1", "−2"]
    cell(page, "Output", 1, 1).hover()
    assert cells(page, "Input", "is-winner") == {(0, 0)}
    expect(part(page, "arithmetic")).to_have_text("max(−1, −2, −3, −4) = −1")
    page.get_by_label("Padding", exact=True).fill("2")
    assert "at most half the window" in part(page, "message").inner_text()


def test_average_shows_what_it_divides_by(mount):
    page = mount(SlidingWindow(X, (2, 2), padding=1, mode="avg"))
    expect(part(page, "arithmetic")).to_have_text("(0 + 0 + 0 + 0) / 4 = 0")
    page = mount(
        SlidingWindow([[8, 1], [2, 3]], (2, 2), padding=1, mode="avg", count_include_pad=False)
    )
    expect(part(page, "arithmetic")).to_have_text("(0 + 0 + 0 + 8) / 1 = 8")
    assert values(page, "Kernel") == [["·", "·"], ["·", "·"]], "the weights depend on the place"
    page.get_by_text("More settings").click()
    divisor = page.get_by_label("Average divides by")
    expect(divisor).to_have_value("false")
    divisor.select_option("All of the window")
    expect(part(page, "arithmetic")).to_have_text("(0 + 0 + 0 + 8) / 4 = 2")
    assert values(page, "Kernel") == [["1/4", "1/4"], ["1/4", "1/4"]]
    page.get_by_role("button", name="Undo").click()
    expect(part(page, "arithmetic")).to_have_text("(0 + 0 + 0 + 8) / 1 = 8")
    page.get_by_label("Operation").select_option("Max pooling")
    expect(divisor).to_be_disabled()


def test_operation_preset_and_sizes(mount):
    page = mount(SlidingWindow(X, K))
    page.get_by_text("More settings").click()
    page.get_by_label("Operation").select_option("True convolution")
    assert values(page, "Output") == [["5", "11"], ["23", "29"]]
    expect(page.get_by_label("Kernel preset")).to_have_value("Custom")
    page.get_by_label("Kernel preset").select_option("Ones")
    assert values(page, "Kernel") == [["1", "1"], ["1", "1"]]
    page.get_by_label("Input width").fill("4")
    assert [len(row) for row in values(page, "Input")] == [4, 4, 4]
    page.get_by_label("Input width").fill("2")
    page.get_by_label("Input width").fill("3")
    assert values(page, "Input")[0] == ["0", "1", "2"], "what a smaller size hides comes back"
    page.get_by_label("Bias").fill("0.5")
    assert part(page, "arithmetic").inner_text().endswith(" + 0.5 = 8.5")


def test_copied_code_prints_what_is_shown(mount):
    page = mount(SlidingWindow(X, K))
    page.get_by_label("Padding", exact=True).fill("1")
    page.get_by_role("button", name="Copy as PyTorch").click()
    names: dict = {}
    exec(page.locator("[data-part=snippet]").input_value(), names)
    assert [[f"{v:g}" for v in row] for row in names["Y"][0, 0].tolist()] == values(page, "Output")


def test_widgets_on_one_page_do_not_meet(show):
    page = show(SlidingWindow(X, K), SlidingWindow(X, [[1]]))
    page.get_by_role("button", name="Next step").first.click()
    steps = page.get_by_role("slider", name="Step")
    assert [steps.nth(i).input_value() for i in (0, 1)] == ["2", "1"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_hosts_with_odd_models_shadow_roots_and_unmounting(show):
    page = show(SlidingWindow(X, K), clock=True)
    report = page.evaluate(
        """spec => {
            const { mount } = slidingWindowCourse;
            const host = document.body.appendChild(document.createElement("div"));
            const root = host.attachShadow({ mode: "open" });
            const el = root.appendChild(document.createElement("div"));
            const state = structuredClone(spec);
            const model = {
                get: k => state[k], set: (k, v) => { state[k] = v; },
                save_changes() { throw new Error("static"); }, on() {},
            };
            const counted = { timers: 0, listeners: 0 };
            const add = document.addEventListener;
            document.addEventListener = function (...a) { counted.listeners++; return add.apply(this, a); };
            const unmount = mount({ kind: "SlidingWindow", model, el });
            const click = name => root.querySelector(`[aria-label="${name}"]`).click();
            click("Next step");
            const after = state.step;
            root.querySelector("[data-row='0'][data-col='0']").focus();
            const focused = root.activeElement?.dataset.row;
            click("Play");
            unmount();
            document.addEventListener = add;
            globalThis.left = state;
            return { after, focused, step: state.step, empty: el.childElementCount === 0,
                     documentListeners: counted.listeners };
        }""",
        SlidingWindow(X, K).spec,
    )
    page.clock.run_for(10_000)
    assert page.evaluate("left.step") == report["step"], "it plays on where nobody sees it"
    assert report == {
        "after": 1,
        "focused": "0",
        "step": 1,
        "empty": True,
        "documentListeners": 0,
    }


def test_python_s_changes_show_without_an_echo(mount):
    page = mount(SlidingWindow(X, K))
    report = page.evaluate(
        """async spec => {
            const state = structuredClone(spec), heard = {}; let saves = 0;
            const model = {
                get: k => state[k],
                set: (k, v) => { state[k] = v; heard[`change:${k}`]?.forEach(f => f()); },
                save_changes() { saves++; },
                on: (e, f) => (heard[e] ??= new Set()).add(f), off: (e, f) => heard[e]?.delete(f),
            };
            const el = document.body.appendChild(document.createElement("div"));
            const unmount = slidingWindowCourse.mount({ kind: "SlidingWindow", model, el });
            model.set("step", 3); model.set("kernel", [[1, 1], [1, 1]]);
            await new Promise(r => setTimeout(r, 0));
            const text = el.querySelector("[data-part=arithmetic]").textContent;
            const savesFromPython = saves;
            el.querySelector("[aria-label='First step']").click();
            await new Promise(r => setTimeout(r, 0));
            const result = { text, savesFromPython, savesFromPage: saves };
            unmount();
            return { ...result, left: Object.values(heard).reduce((n, s) => n + s.size, 0) };
        }""",
        SlidingWindow(X, K).spec,
    )
    assert report == {
        "text": "4×1 + 5×1 + 7×1 + 8×1 = 24",
        "savesFromPython": 0,
        "savesFromPage": 1,
        "left": 0,
    }


def test_suppresses_jupyterlab_shortcuts_inside(mount):
    page = mount(SlidingWindow(X, K))
    assert page.locator(".ex-root[data-lm-suppress-shortcuts='true']").count() == 1


def test_a_step_touches_its_window_and_not_the_whole_grid(mount):
    # Time is not asserted (the machine is shared); what costs time is: changes made to the page.
    changes = """async () => { const seen = [];
        const watch = new MutationObserver(list => seen.push(...list));
        watch.observe(document.querySelector('.ex-root'),
            { subtree: true, childList: true, attributes: true, characterData: true });
        const next = document.querySelector("[aria-label='Next step']"), times = [];
        for (let i = 0; i < 60; i++) { const t = performance.now(); next.click(); times.push(performance.now() - t); }
        seen.push(...watch.takeRecords());
        watch.disconnect();
        return [seen.length / 60, times.sort((a, b) => a - b)[30]]; }"""
    large, milliseconds = mount(
        SlidingWindow(torch.arange(1024.0).reshape(32, 32), torch.ones(5, 5), padding=2)
    ).evaluate(changes)
    small, _ = mount(
        SlidingWindow(torch.arange(64.0).reshape(8, 8), torch.ones(5, 5), padding=2)
    ).evaluate(changes)
    print(f"32×32: {large:.0f} changes a step, {milliseconds:.1f} ms; 8×8: {small:.0f} changes")
    assert 0 < large < 1.5 * small


def test_a_broken_place_keeps_its_first_frame(browser, tmp_path):
    html = (
        SlidingWindow(X, K)
        .to_html()
        .replace('data-explorable="SlidingWindow"', 'data-explorable="X"')
    )
    script = (Path(utils.__file__).parent / "widgets/dist/explorables.js").read_text(
        encoding="utf-8"
    )
    page = browser.new_page()
    page.set_content(f"<!doctype html><body>{html}<script>{script}</script>")
    assert page.locator("table").count() == 3
    assert "0×0 + 1×1 + 3×2 + 4×3 = 19" in page.locator("body").inner_text()
    page.close()


def test_without_script_the_first_frame_is_there(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(f"<!doctype html><body>{SlidingWindow(X, K).to_html()}")
    assert [c.inner_text() for c in page.locator("caption").all()] == [
        "Input 3×3",
        "Kernel 2×2",
        "Output 2×2",
    ]
    assert "0×0 + 1×1 + 3×2 + 4×3 = 19" in page.locator("body").inner_text()
    context.close()


PREDICTED = {"X": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "K": [[0, 1], [2, 3]], "predict": True}


def outputs(page) -> list[str]:
    return page.locator("[role=grid][aria-label=Output] [role=gridcell]").all_inner_texts()


def test_outputs_stay_hidden_until_they_are_reached_or_shown(mount):
    page = mount(SlidingWindow(**PREDICTED))
    assert outputs(page) == ["19", "?", "?", "?"]
    page.get_by_role("button", name="Next step").click()
    assert outputs(page) == ["19", "25", "?", "?"]
    page.get_by_role("button", name="Previous step").click()
    assert outputs(page) == ["19", "25", "?", "?"], "what has been seen stays"
    cell(page, "Output", 1, 1).hover()
    assert "= 19" in part(page, "arithmetic").inner_text(), "pointing gives nothing away"
    page.get_by_role("button", name="Show the outputs").click()
    assert outputs(page) == ["19", "25", "37", "43"]
    places = (
        "[...document.querySelectorAll('.ex-tools button')].map(b => [b.offsetLeft, b.offsetWidth])"
    )
    before = page.evaluate(places)
    page.get_by_role("button", name="Hide the outputs", exact=True).click()
    assert outputs(page) == ["19", "?", "?", "?"]
    page.get_by_role("button", name="Undo").focus()
    assert page.evaluate(places) == before, "the other buttons stay"


@pytest.mark.parametrize(
    "guess, said", [("37", "37 is right"), ("37.01", "Not 37.01"), ("38", "Not 38")]
)
def test_a_guess_is_judged_and_the_sum_is_shown(mount, guess, said):
    page = mount(SlidingWindow(**PREDICTED))
    cell(page, "Output", 1, 0).click()
    page.keyboard.type(guess)
    page.keyboard.press("Enter")
    assert said in part(page, "pointed").inner_text()
    assert said in part(page, "live").inner_text()
    assert "= 37" in part(page, "arithmetic").inner_text()
    assert outputs(page) == ["19", "?", "37", "?"]
    assert ("is-right" in cell(page, "Output", 1, 0).get_attribute("class")) == ("right" in said)


@pytest.mark.parametrize(
    "value, right, wrong",
    [
        (203, ["203", "203.0"], ["202", "204", "203.04"]),
        (1 / 3, ["0.33", "0.333", "0.3333", "1/3"], ["0.3", "0.34", "0.334", "0.3334"]),
        (-12.375, ["−12.38", "-12.37", "-99/8"], ["12.375", "-12.4", "-12", "-12.374"]),
        (3.5, ["3.5", "3.50", "7/2"], ["3.504", "3.496", "3.505", "4"]),
        (0.024, ["0.024", "0.02"], ["0.025", "0.0245", "0"]),
        (0.004, ["0.004"], ["0", "0.005"]),
        (1234.5, ["1234.5", "1235"], ["1234", "1236", "1234.6"]),
        (0, ["0", "0.00"], ["0.001", "1e-7", "-0.004"]),
    ],
)
def test_a_guess_may_be_rounded_to_hundredths_but_not_where_the_sum_is_whole(
    mount, value, right, wrong
):
    page = mount(SlidingWindow([[1, value]], [[1]], predict=True))
    for guess in right + wrong:
        page.get_by_role("button", name="Reset").click()
        cell(page, "Output", 0, 1).click()
        page.keyboard.type(guess)
        page.keyboard.press("Enter")
        said = part(page, "pointed").inner_text()
        assert ("is right" in said) == (guess in right), guess
        told = said.removeprefix("Not ").split(":")[0]
        assert guess in right or f"= {told}\n" not in f"{part(page, 'arithmetic').inner_text()}\n"


def test_a_guess_that_is_no_number_is_refused_and_gives_nothing_away(mount):
    page = mount(SlidingWindow(**PREDICTED))
    cell(page, "Output", 1, 1).click()
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    assert "x" in part(page, "message").inner_text()
    page.keyboard.press("Escape")
    assert outputs(page) == ["19", "?", "?", "?"]


def test_a_reset_hides_again_what_was_revealed(mount):
    page = mount(SlidingWindow(**PREDICTED))
    page.get_by_role("button", name="Last step").click()
    page.get_by_role("button", name="Reset").click()
    assert values(page, "Output") == [["19", "?"], ["?", "?"]]
    page.get_by_role("button", name="Next step").click()
    page.get_by_role("button", name="Previous step").click()
    page.get_by_role("button", name="Reset").click()
    assert values(page, "Output") == [["19", "?"], ["?", "?"]], (
        "and where the state is the first already"
    )


def test_other_numbers_are_to_be_predicted_anew(mount):
    page = mount(SlidingWindow(**PREDICTED))
    page.get_by_role("button", name="Last step").click()
    page.get_by_role("textbox", name="Padding").fill("1")
    assert outputs(page).count("?") == 15


def test_a_window_let_go_outside_stays_where_it_is(mount):
    """Also where the first move that is seen is already outside of the grid."""
    page = mount(SlidingWindow([[0] * 8 for _ in range(8)], [[1, 1], [1, 1]]))
    box = cell(page, "Input", 0, 0).bounding_box()
    far = cell(page, "Output", 6, 6).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(far["x"], far["y"])
    page.mouse.up()
    here = page.get_by_role("slider", name="Step").input_value()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.move(box["x"] + 90, box["y"] + 90)
    assert page.get_by_role("slider", name="Step").input_value() == here


def test_numbers_too_long_for_a_cell_are_shorter_there_and_whole_when_pointed_at(mount):
    page = mount(SlidingWindow([[1e6, 1 / 9], [-123456.7, 0.0625]], [[1]]))
    texts = page.locator("[role=grid][aria-label=Input] [role=gridcell]").all_inner_texts()
    assert texts == ["1e6", "0.1111", "−1.2e5", "0.0625"]
    for number in range(4):
        shown = page.locator("[role=grid][aria-label=Input] [role=gridcell]").nth(number)
        assert shown.evaluate("e => e.scrollWidth <= e.clientWidth")
    million = cell(page, "Input", 0, 0)
    assert "1000000" in million.get_attribute("aria-label")
    million.hover()
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('[data-whole]'), '::before').content"
        )
        == '"1000000"'
    )


def test_products_fly_when_the_eye_can_follow_and_not_for_those_who_want_calm(mount):
    widget = SlidingWindow([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])
    for motion, labels in (("reduce", []), ("no-preference", ["0", "2", "8", "15"])):
        page = mount(widget)
        page.emulate_media(reduced_motion=motion)
        page.get_by_role("button", name="Next step").click()
        assert page.locator(".ex-flight").all_inner_texts() == labels
        assert "= 25" in part(page, "arithmetic").inner_text(), "the text is right at once"
        page.get_by_role("button", name="Last step").click()
        assert page.locator(".ex-flight").count() == 0, "the next step begins anew"
