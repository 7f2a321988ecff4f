"""SlidingWindow's padding that copies, sizes rounded up, signals, large inputs, goals, guesses."""

import json

import pytest
import torch
from looking import cell, cells, nudge, part, values
from playwright.sync_api import expect

from utils import SlidingWindow

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]
RAMP = torch.arange(1024.0).reshape(32, 32)
BOOK = 920  # of a window whose widgets are as wide as in the book at 1280 pixels


def more(page) -> None:
    page.get_by_text("More settings").click()


# Padding that copies


def test_a_copy_points_at_its_pixel_and_a_pixel_at_its_copies(mount):
    page = mount(SlidingWindow(X, K, padding=1, padding_mode="circular"))
    assert values(page, "Input")[0] == ["8", "6", "7", "8", "6"]
    ring = {(i, j) for i in range(-1, 4) for j in range(-1, 4) if {i, j} & {-1, 3}}
    assert cells(page, "Input", "is-copy") == ring == cells(page, "Input", "is-padding")
    cell(page, "Input", -1, -1).hover()
    assert cells(page, "Input", "is-source") == {(2, 2)}
    said = part(page, "pointed").inner_text()
    assert said == "Padding (−1, −1), a copy of (2, 2), feeds 1 output: (0, 0)"
    cell(page, "Input", 2, 2).hover()
    assert cells(page, "Input", "is-source") == {(-1, -1), (-1, 2), (2, -1)}
    assert part(page, "pointed").inner_text().startswith("Input (2, 2) and its 3 copies feed 9")
    fed = {(0, 0), (0, 2), (0, 3), (2, 0), (3, 0), (2, 2), (2, 3), (3, 2), (3, 3)}
    assert cells(page, "Output", "is-affected") == fed
    name = cell(page, "Input", 3, -1).get_attribute("aria-label")
    assert name == "row 3, column -1, padding 2, a copy of row 0, column 2"


def test_copies_differ_from_zeros_by_more_than_hue(mount):
    look = "e => (({ borderTopStyle, backgroundImage }) => [borderTopStyle, backgroundImage])(getComputedStyle(e))"
    seen = {
        mode: cell(
            mount(SlidingWindow(X, K, padding=1, padding_mode=mode)), "Input", -1, 1
        ).evaluate(look)
        for mode in ("zeros", "replicate")
    }
    (zero_line, zero_mark), (copy_line, copy_mark) = seen["zeros"], seen["replicate"]
    assert zero_line != copy_line and zero_mark == "none" != copy_mark


def test_the_padding_mode_is_asked_for_where_there_is_padding(mount):
    page = mount(SlidingWindow(X, K))
    mode = page.get_by_label("Padding mode", exact=True)
    expect(mode).to_be_hidden()
    nudge(page, "Padding", "Increase").click()
    expect(mode).to_be_visible()
    mode.select_option("Reflect")
    assert values(page, "Input")[0] == ["4", "3", "4", "5", "4"]
    assert "padded 5×5, reflect" in page.locator("figcaption").first.inner_text()
    more(page)
    page.get_by_label("Operation").select_option("Max pooling")
    expect(mode).to_be_hidden()
    assert values(page, "Input")[0] == ["−∞"] * 5, "pooling pads as it always does"
    page.get_by_role("button", name="Undo").click()
    assert values(page, "Input")[0] == ["4", "3", "4", "5", "4"]


@pytest.mark.parametrize(
    "mode, most, rule", [("Reflect", 2, "by less than"), ("Circular", 3, "by at most")]
)
def test_a_copy_needs_a_pixel_to_be_copied(mount, mode, most, rule):
    page = mount(SlidingWindow(X, K, padding=1))
    page.get_by_label("Padding mode", exact=True).select_option(mode)
    for padding, refused in ((most, False), (most + 1, True)):
        page.get_by_label("Padding", exact=True).fill(str(padding))
        said = part(page, "message").inner_text()
        assert bool(said) == refused
    assert rule in said and f"Set Padding to {most} or less" in said
    assert len(values(page, "Input")) == 3 + 2 * most, "what is refused changes nothing"
    page.get_by_label("Padding", exact=True).press("Escape")
    page.get_by_label("Padding mode", exact=True).select_option("Replicate")
    page.get_by_label("Padding", exact=True).fill(str(most + 1))
    page.get_by_label("Padding mode", exact=True).select_option(mode)
    assert rule in part(page, "message").inner_text()
    expect(page.get_by_label("Padding mode", exact=True)).to_have_value("replicate")


# Sizes rounded up


def test_a_last_window_hangs_over_the_end(mount):
    page = mount(SlidingWindow([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 2, stride=2, mode="avg"))
    more(page)
    page.get_by_label("Ceil mode").select_option("On: the last may hang over")
    assert values(page, "Output") == [["3", "4.5"], ["7.5", "9"]], "divided by what is there"
    assert cells(page, "Input", "is-beyond") == {(3, j) for j in range(4)} | {
        (i, 3) for i in range(4)
    }
    assert values(page, "Kernel") == [["·", "·"]] * 2, "the weights depend on the place"
    page.get_by_role("button", name="Last step").click()
    expect(part(page, "arithmetic")).to_have_text("(9) / 1 = 9")
    assert cells(page, "Input", "is-window") == {(2, 2), (2, 3), (3, 2), (3, 3)}
    assert "⌈1 / 2⌉ + 1 = ⌈0.5⌉ + 1 = 2" in part(page, "shape").inner_text()
    cell(page, "Input", 3, 1).hover()
    assert "Nothing is here" in part(page, "pointed").inner_text()
    assert cells(page, "Output", "is-affected") == set()
    cell(page, "Kernel", 1, 1).hover()
    assert part(page, "pointed").inner_text() == "Window (1, 1) is used 1 time"
    page.get_by_label("Operation").select_option("Cross-correlation")
    expect(page.get_by_label("Ceil mode")).to_be_hidden()
    assert len(values(page, "Output")) == 1


def test_a_window_that_would_begin_behind_the_input_is_left_out(mount):
    page = mount(SlidingWindow([[1, 2, 3, 4]], (1, 2), (1, 3), (0, 1), mode="max", ceil_mode=True))
    shape = part(page, "shape").inner_text()
    assert (
        "⌈(4 + 2·1 − 1·(2 − 1) − 1) / 3⌉ + 1 − 1 = ⌈4 / 3⌉ + 1 − 1 = ⌈1.333⌉ + 1 − 1 = 2" in shape
    )
    assert "would begin behind the input" in shape
    assert values(page, "Output") == [["1", "4"]]


# Signals


def test_a_signal_asks_for_one_number_where_an_image_asks_for_two(mount):
    page = mount(SlidingWindow([[3, 1, 4, 1, 5, 9]], [[1, 2]], stride=(5, 2)))
    expect(page.get_by_label("Kernel height", exact=True)).to_be_hidden()
    expect(page.get_by_label("Stride", exact=True)).to_have_value("2")
    nudge(page, "Stride", "Decrease").click()
    page.get_by_label("Padding", exact=True).fill("2")
    assert values(page, "Output") == [["0", "6", "5", "9", "6", "11", "23", "9", "0"]]
    page.get_by_label("Padding", exact=True).fill("1, 2")
    assert "one number" in part(page, "message").inner_text()
    page.get_by_label("Padding", exact=True).press("Escape")
    assert part(page, "shape").inner_text().count("\n") == 0, "one axis, one formula"
    page.get_by_role("button", name="Copy as PyTorch").click()
    assert "stride=(5, 1), padding=(0, 2)" in page.locator("[data-part=snippet]").input_value()
    more(page)
    page.get_by_label("Input height").fill("2")
    expect(page.get_by_label("Kernel height", exact=True)).to_be_visible()
    expect(page.get_by_label("Padding", exact=True)).to_have_value("0, 2")


def test_a_signal_s_output_stands_below_it_cell_by_cell(mount):
    page = mount(SlidingWindow([[3, 1, 4, 1, 5, 9, 2, 6]], [[1, 2, 1]]), width=BOOK)
    (x, y), *others = (
        (round(box["x"], 1), box["y"])
        for at in [("Input", 0), ("Output", 0), ("Kernel", 0)]
        if (box := cell(page, at[0], 0, at[1]).bounding_box())
    )
    assert [column for column, _ in others] == [x, x]
    assert y < others[1][1] < others[0][1]
    assert page.locator(".ex-root").bounding_box()["height"] < 560


# Large inputs

LARGE = {
    "same size": SlidingWindow(RAMP, torch.ones(5, 5), padding=2),
    "much padding": SlidingWindow(RAMP, torch.ones(3, 3), padding=16, padding_mode="circular"),
    "pooled": SlidingWindow(RAMP - 500, 4, stride=4, mode="max"),
    "middling": SlidingWindow(RAMP[:12, :12], torch.ones(3, 3)),
    "with numbers": SlidingWindow(RAMP[:11, :11], torch.ones(3, 3)),
    "one row": SlidingWindow(RAMP[:1], torch.ones(1, 3), padding=(0, 1)),
}


FITS = """async () => { const [grid] = hand.all("[aria-label=Input]"), scroll = grid.closest(".ex-scroll");
    const box = e => e.getBoundingClientRect(), inside = [];
    for (const name of ["First step", "Last step"]) {
        hand.press(name);
        await new Promise(requestAnimationFrame);
        for (const a of scroll.getAnimations({ subtree: true })) a.finish();
        const [a, b] = [box(scroll.querySelector(".ex-frame")), box(scroll)];
        inside.push(a.left >= b.left - 1 && a.top >= b.top - 1 && a.right <= b.right + 1 && a.bottom <= b.bottom + 1);
    }
    const kernel = hand.all("[aria-label=Kernel] [role=gridcell]")[0], root = document.querySelector(".ex-root");
    return [scroll.matches(".is-dense"), inside, document.documentElement.scrollWidth, box(root).height, box(kernel).width]; }"""


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("width", [BOOK, 360])
def test_a_large_input_fits_and_its_window_is_in_view(mount, name, width):
    widget = LARGE[name]
    dense, inside, across, high, kernel = mount(widget, width=width).evaluate(FITS)
    assert dense == (min(len(widget.input), len(widget.input[0])) > 11)
    assert inside == [True, True]
    assert across <= width
    if width == BOOK:
        assert high <= 621
    assert kernel >= 23.9, "the kernel's numbers are read"


def test_a_cell_too_small_for_its_number_is_shaded_and_told(mount):
    page = mount(LARGE["pooled"], width=BOOK)
    size = "e => getComputedStyle(e).fontSize"
    assert cell(page, "Input", 3, 4).evaluate(size) == "0px"
    assert cell(page, "Output", 1, 1).evaluate(size) != "0px", "8 by 8 have room"
    colour = "e => getComputedStyle(e).backgroundColor"
    least, middle, most = (
        cell(page, "Input", *at).evaluate(colour) for at in ((0, 20), (15, 20), (31, 30))
    )
    assert len({least, middle, most}) == 3, "the size of a number is seen, and its sign"
    cell(page, "Input", 3, 4).hover()
    assert part(page, "pointed").inner_text() == "Input (3, 4), −400, feeds 1 output: (0, 1)"
    cell(page, "Input", 31, 31).focus()
    assert "523" in part(page, "pointed").inner_text()
    cell(page, "Input", 0, 0).dblclick()
    page.keyboard.type("900")
    assert page.locator(".ex-edit").bounding_box()["height"] >= 24
    page.keyboard.press("Enter")
    assert values(page, "Output")[0][0] == "900"


# Goals

GOAL = {
    "text": "Set stride and padding so that 28 becomes 14.",
    "output_shape": (14, 14),
    "input_shape": (28, 28),
    "kernel_shape": (3, 3),
}


def test_a_goal_is_done_when_it_is_met_and_says_what_it_lacks(mount):
    page = mount(SlidingWindow(RAMP[:28, :28], torch.ones(3, 3), goal=GOAL))
    goal, live = part(page, "goal"), part(page, "live")
    expect(goal).to_have_text("○To do: Set stride and padding so that 28 becomes 14. ")
    page.get_by_label("Kernel height", exact=True).fill("2")
    page.get_by_label("Kernel width", exact=True).fill("2")
    page.get_by_label("Stride", exact=True).fill("2")
    assert len(values(page, "Output")) == 14
    expect(goal).to_contain_text("To do: ")
    expect(goal).to_contain_text("The kernel is to be 3×3.")
    page.get_by_label("Kernel height", exact=True).fill("3")
    page.get_by_label("Kernel width", exact=True).fill("3")
    assert "goal" not in live.inner_text()
    page.get_by_label("Padding", exact=True).fill("1")
    expect(goal).to_contain_text("✓Done: Set stride")
    assert live.inner_text().startswith("Done: the goal is reached. Step 1 of 196")
    page.get_by_role("button", name="Next step").click()
    assert live.inner_text().startswith("Step 2 of 196"), "said once"
    page.get_by_role("button", name="Undo").click()
    expect(goal).to_contain_text("To do: ")


def test_without_a_goal_none_is_shown(mount):
    expect(part(mount(SlidingWindow(X, K)), "goal")).to_be_hidden()


def test_a_goal_can_be_an_output_and_python_judges_as_the_page_does(mount):
    goal = {"text": "Find a kernel.", "output": [[1, 2], [4, 5 + 1e-9]], "kernel_shape": 2}
    widget = SlidingWindow([[0, 1, 2], [3, 4, 5], [6, 7, 8]], K, goal=goal)
    page = mount(widget)
    judge = """([spec, kernel]) => { const { lacks } = slidingWindowCourse.engine.window;
        return lacks({ ...spec, kernel, bias: 0 }, spec.goal); }"""
    for kernel, lacking in [
        (K, ""),
        ([[0, 1], [0, 0]], None),
        ([[0, 1 + 1e-8], [0, 0]], None),
        ([[0, 1.001], [0, 0]], ""),
        ([[0, 1]], ""),
    ]:
        widget.kernel = kernel
        assert page.evaluate(judge, [widget.spec, kernel]) == lacking
        assert widget.reached == (lacking is None)


# Guesses


def guessed() -> SlidingWindow:
    return SlidingWindow(X, K, predict=True)


def test_the_window_stands_where_a_guess_is_typed_and_gives_nothing_away(mount):
    page = mount(guessed())
    cell(page, "Output", 1, 0).click()
    assert cells(page, "Input", "is-window") == {(1, 0), (1, 1), (2, 0), (2, 1)}
    expect(part(page, "pointed")).to_have_text("Output (1, 0): what does the window give?")
    expect(part(page, "arithmetic")).to_have_text("")
    page.keyboard.press("Escape")
    expect(part(page, "arithmetic")).to_have_text("0×0 + 1×1 + 3×2 + 4×3 = 19")
    assert cells(page, "Input", "is-window") == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert values(page, "Output") == [["19", "?"], ["?", "?"]]


def test_a_guess_left_empty_is_shown_on_enter_and_not_on_leaving(mount):
    page = mount(guessed())
    cell(page, "Output", 0, 1).click()
    cell(page, "Output", 1, 1).click()
    assert values(page, "Output")[0] == ["19", "?"], "a tap elsewhere gives nothing away"
    page.keyboard.press("Enter")
    assert values(page, "Output") == [["19", "?"], ["?", "43"]]


def test_the_page_starts_from_what_was_saved_before_there_were_such_modes(mount):
    widget = SlidingWindow(X, K, padding=1)
    page = mount(widget)
    spec = {n: v for n, v in widget.spec.items() if n not in ("padding_mode", "ceil_mode", "goal")}
    shown = page.evaluate(
        """spec => { const course = slidingWindowCourse, el = document.createElement("div");
            course.mount({ kind: "SlidingWindow", model: course.pageModel(JSON.parse(spec)), el })();
            course.mount({ kind: "SlidingWindow", model: course.pageModel(JSON.parse(spec)), el });
            return [...el.querySelectorAll("[aria-label=Output] [role=gridcell]")].map(c => c.textContent); }""",
        json.dumps(spec),
    )
    assert shown == [text for row in values(page, "Output") for text in row]


@pytest.mark.parametrize("width", [BOOK, 360])
@pytest.mark.parametrize("bias", [0.5, 0.12345, -1e6])
def test_a_signal_s_bias_is_whole_and_on_one_line(mount, width, bias):
    page = mount(SlidingWindow([[1, 2, 3, 4]], [[1, 1, 1]], padding=(0, 2), bias=bias), width=width)
    sign = page.locator(".ex-sign").last
    shown, room, height = sign.evaluate("""e => { const r = document.createRange();
        r.selectNodeContents(e); const b = r.getBoundingClientRect();
        return [b.width, e.clientWidth, b.height]; }""")
    assert sign.inner_text().endswith("=") and shown <= room and height < 20
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_setting_says_its_own_name_when_it_refuses(mount):
    page = mount(SlidingWindow(X, K))
    more(page)
    for typed in ("", "abc"):
        page.get_by_label("Bias", exact=True).fill(typed)
        assert part(page, "message").inner_text().startswith("Bias needs a number")


EDITED = """() => { const field = document.querySelector('.ex-edit'), box = field.closest('.ex-scroll');
    return [field.offsetHeight, box.scrollHeight <= box.clientHeight]; }"""


def test_typing_over_a_small_cell_moves_nothing(mount):
    page = mount(SlidingWindow(RAMP, [[1]], predict=True), width=BOOK)
    page.evaluate("hand.press('Last step')")  # (0, 0) and (31, 31) are shown now
    places = """() => [...document.querySelectorAll('.ex-panel, .ex-scroll, .ex-board, .ex-transport')]
        .map(e => e.getBoundingClientRect()).map(r => [r.x, r.y, r.width, r.height])"""
    before = page.evaluate(places)
    for grid, at in (("Input", (0, 0)), ("Output", (15, 16)), ("Input", (31, 31))):
        cell(page, grid, *at).dblclick()
        assert page.evaluate(places) == before, at
        assert page.evaluate(EDITED) == [24, True], "and nothing is to be scrolled"
        page.keyboard.press("Escape")


def test_a_verdict_stands_over_the_sum_that_it_is_about(mount):
    page = mount(SlidingWindow(X, K, predict=True))
    cell(page, "Output", 0, 1).click()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    assert part(page, "pointed").inner_text() == "Not 9: see the sum"
    cell(page, "Output", 0, 0).hover()
    assert part(page, "pointed").inner_text() == "Output (0, 0)"
    assert part(page, "arithmetic").inner_text().endswith("= 19")
    cell(page, "Input", 0, 0).hover()
    assert part(page, "pointed").inner_text().startswith("Input (0, 0) feeds")
    cell(page, "Output", 0, 1).hover()
    assert part(page, "pointed").inner_text() == "Not 9: see the sum"
    assert part(page, "arithmetic").inner_text().endswith("= 25")
