"""Deformable on a page: points that are dragged and moved by keys, and what follows."""

import pytest
from looking import cell, cells, nudge, part, values

from utils import Deformable

RAMP = [[2 * i + j for j in range(7)] for i in range(7)]
ONES = [[1] * 3] * 3


def at(page, a: int, b: int):
    return page.get_by_role("group", name="Sampling points").get_by_label(f"Point ({a}, {b})")


def looks(page) -> str:
    return page.locator(".ex-looks p").inner_text()


def offset(page) -> tuple[str, str]:
    return tuple(page.get_by_label(f"Δ{axis}").input_value() for axis in ("row", "column"))


def output(page) -> str:
    ((shown,),) = values(page, "Output")
    return shown


def middle(page, locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, locator, down: float, right: float, to=None) -> None:
    """Drag by so many cells, or to a place on the page, in several moves."""
    side = cell(page, "Input", 0, 0).bounding_box()["width"]
    x, y = middle(page, locator)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*(to or (x + right * side, y + down * side)), steps=5)


def test_a_point_is_dragged_between_the_pixels_and_all_follows(mount):
    page = mount(Deformable(RAMP, ONES, row=2, column=2))
    assert output(page) == "81"
    drag(page, at(page, 1, 1), 0.5, -1.3)
    assert offset(page) == ("0.5", "−1.3"), "before it is let go"
    page.mouse.up()
    assert looks(page) == "Row: 3 + 0.5 = 3.5\nColumn: 3 − 1.3 = 1.7"
    assert values(page, "Sampled")[1][1] == output(page).replace("80.7", "8.7") == "8.7"
    assert cells(page, "Input", "is-mixed") == {(3, 1), (3, 2), (4, 1), (4, 2)}
    notes = [cell(page, "Input", *at).get_attribute("data-note") for at in ((3, 1), (4, 2))]
    assert notes == ["15%", "35%"]
    assert page.locator(".ex-tiles p").all_inner_texts() == [
        "(1 − 0.5)×(1 − 0.7) = 0.15",
        "(1 − 0.5)×0.7 = 0.35",
        "0.5×(1 − 0.7) = 0.15",
        "0.5×0.7 = 0.35",
    ]
    page.mouse.move(1, 1)
    page.get_by_role("button", name="Undo").click()
    assert offset(page) == ("0", "0") and output(page) == "81", "one drag is one step"


def test_a_click_chooses_and_moves_nothing(mount):
    page = mount(Deformable(RAMP, ONES, [0.41] * 18))
    at(page, 2, 0).click()
    assert offset(page) == ("0.41", "0.41")
    pressed = page.locator(".ex-point[aria-pressed=true]")
    assert pressed.count() == 1
    assert pressed.get_attribute("aria-label").startswith("Point (2, 0), at row 2.41")
    assert cells(page, "Sampled", "is-window") == cells(page, "Kernel", "is-window") == {(2, 0)}


def test_a_drag_stays_within_the_ring_and_ends_outside(mount):
    page = mount(Deformable(RAMP, ONES, row=2, column=2))
    drag(page, at(page, 0, 0), 0, 0, to=(2, 2))
    assert looks(page) == "Row: 2 − 3 = −1\nColumn: 2 − 3 = −1"
    page.mouse.up()
    page.mouse.move(300, 300)
    assert looks(page) == "Row: 2 − 3 = −1\nColumn: 2 − 3 = −1"
    page.mouse.move(1, 1)


def test_keys_move_a_point_by_a_tenth_or_a_pixel(mount):
    page = mount(Deformable(RAMP, ONES, [0.25] * 18, row=2, column=2))
    at(page, 0, 2).focus()
    for key, expected in [
        ("ArrowDown", ("0.3", "0.25")),
        ("ArrowDown", ("0.4", "0.25")),
        ("ArrowLeft", ("0.4", "0.2")),
        ("Shift+ArrowLeft", ("0.4", "−0.8")),
        ("Shift+ArrowUp", ("−0.6", "−0.8")),
        ("ArrowRight", ("−0.6", "−0.7")),
    ]:
        page.keyboard.press(key)
        assert offset(page) == expected, key
    page.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label').slice(0, 12)"
    assert page.evaluate(focused) == "Point (1, 0)"
    assert offset(page) == ("0.25", "0.25"), "the focused point is the chosen one"
    assert (
        "Arrow keys"
        in page.locator(f"#{at(page, 1, 0).get_attribute('aria-describedby')}").inner_text()
    )


def test_fields_take_any_offset_and_say_what_is_too_far(mount):
    page = mount(Deformable(RAMP, ONES, step=4))
    row = page.get_by_label("Δrow")
    row.fill("1/3")
    assert looks(page) == "Row: 1 + 0.3333 ≈ 1.333\nColumn: 1 + 0 = 1"
    row.fill("-17")
    assert part(page, "message").inner_text() == (
        "Δrow goes 16 pixels either way; “-17” is beyond. Try 16."
    )
    row.press("Escape")
    nudge(page, "Δcolumn", "Decrease").click()
    assert offset(page) == ("0.3333", "−0.1")


def test_the_window_is_dragged_and_its_points_go_along(mount):
    page = mount(Deformable(RAMP, ONES, [0.5] * 18, row=1, column=1))
    # A corner of a cell that no point lies over.
    box = cell(page, "Input", 1, 1).bounding_box()
    x, y = box["x"] + 4, box["y"] + 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2 * box["width"], y + box["height"], steps=4)
    page.mouse.up()
    page.mouse.move(1, 1)
    assert looks(page) == "Row: 2 + 0.5 = 2.5\nColumn: 3 + 0.5 = 3.5"
    page.get_by_role("button", name="Undo").click()
    assert looks(page) == "Row: 1 + 0.5 = 1.5\nColumn: 1 + 0.5 = 1.5"
    page.get_by_text("More settings").click()
    page.get_by_label("Output row").fill("4")
    assert looks(page).startswith("Row: 4 + 0.5")
    page.get_by_label("Output row").fill("5")
    assert "at most 4" in part(page, "message").inner_text()


PRESETS = """() => hand.all("[aria-label=Offsets] button").map(preset => {
    hand.press(preset);
    const shown = name => hand.all(`[aria-label=${name}] [role=gridcell]`).map(c => Number(c.textContent.replace("−", "-")));
    return [preset.ariaPressed, ...["Sampled", "Kernel", "Output"].map(shown)]; })"""


@pytest.mark.parametrize("mode", ["at rest", "rotated", "modulated"])
def test_sampled_times_kernel_is_the_output(mount, mode):
    presets = mount(Deformable.example(mode)).evaluate(PRESETS)
    assert len(presets) == 6
    for pressed, sampled, kernel, outputs in presets:
        assert pressed == "true"
        total = sum(x * k for x, k in zip(sampled, kernel, strict=True))
        assert total == pytest.approx(sum(outputs), rel=2e-3, abs=2e-3)


def test_pictures_are_offered_and_known(mount):
    page = mount(Deformable(RAMP, ONES, row=4, column=4))
    pictures = page.get_by_role("group", name="Pictures").get_by_role("button")
    assert [p.get_attribute("aria-pressed") for p in pictures.all()] == ["true"] + ["false"] * 3
    for picture in pictures.all()[1:]:
        before = values(page, "Input")
        picture.click()
        assert picture.get_attribute("aria-pressed") == "true"
        after = values(page, "Input")
        assert after != before and len(after) == 9
        assert all(set(row) <= set("0123456789") for row in after)
    small = mount(Deformable([[1, 2], [3, 4]], [[1]], row=1, column=1))
    small.get_by_role("group", name="Pictures").get_by_role("button").first.click()
    assert len(values(small, "Input")) == 9


def test_a_mask_weakens_what_is_read_in_version_two_only(mount):
    page = mount(Deformable(RAMP, ONES, row=2, column=2, step=4))
    mask = page.locator("input[aria-label=Mask]")
    assert not mask.is_visible()
    slopes = page.locator(".ex-look > .ex-said-lines").last
    assert "∂y/∂mask" not in slopes.inner_text()
    toggle = page.get_by_role("button", name="Masks (v2)")
    toggle.click()
    assert "∂y/∂mask: 1×9 = 9" in slopes.inner_text() and output(page) == "81"
    for value in ("0.6", "0.5"):
        mask.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)
    mask.dispatch_event("change")
    assert output(page) == "76.5" and values(page, "Sampled")[1][1] == "4.5"
    assert "∂y/∂Δrow: 0.5×1×(" in slopes.inner_text()
    toggle.click()
    assert output(page) == "81"
    toggle.click()
    assert output(page) == "76.5", "the mask is kept"
    for expected in ("81", "76.5", "81"):  # the switches, then the slider's one step
        page.get_by_role("button", name="Undo").click()
        assert output(page) == expected


def test_the_arrow_points_uphill(mount):
    def arrow(page) -> tuple[float, float]:
        """From its tail to its tip: down, right."""
        path = page.locator(".ex-points .is-slope").get_attribute("d")
        (x0, y0), (x1, y1) = (map(float, p.split(" ")) for p in path[1:].split("M")[0].split("L"))
        return y1 - y0, x1 - x0

    page = mount(Deformable(RAMP, [[3]], [0.5, 0.5], row=3, column=3))
    down, right = arrow(page)
    assert down == pytest.approx(2 * right) and right > 0
    page = mount(Deformable(RAMP, [[-3]], [0.5, 0.5], row=3, column=3))
    assert arrow(page)[0] == pytest.approx(-down)
    page = mount(Deformable(RAMP, [[0]], row=3, column=3))
    assert page.locator(".ex-points .is-slope").get_attribute("d") == ""


def test_steps_add_one_term_after_the_other(mount):
    page = mount(Deformable(RAMP, ONES))
    shape, sums = part(page, "shape"), []
    for _ in range(9):
        sums.append(shape.inner_text().split(" ")[-1])
        page.get_by_role("button", name="Next step").click()
    assert sums == ["0", "1", "3", "5", "8", "12", "16", "21", "27"]
    assert shape.inner_text().startswith("9 of 9 terms") and output(page) == "27"
    cell(page, "Kernel", 0, 1).click()
    assert shape.inner_text() == "2 of 9 terms: 0 + 1 = 1"


def test_a_pixel_tells_who_reads_it_and_a_weight_shows_its_point(mount):
    page = mount(Deformable(RAMP, ONES, [0, 0.25] * 9))
    cell(page, "Input", 0, 0).hover(position={"x": 3, "y": 3})
    pointed = part(page, "pointed")
    assert pointed.inner_text() == "Input (0, 0), 0, is read by (0, 0) with 0.75"
    assert cells(page, "Sampled", "is-affected") == {(0, 0)}
    cell(page, "Input", 1, 1).hover(position={"x": 3, "y": 3})
    assert pointed.inner_text().endswith("by (1, 0) with 0.25 and (1, 1) with 0.75")
    cell(page, "Input", 6, 6).hover()
    assert pointed.inner_text() == "Input (6, 6), 18, is read by no point"
    cell(page, "Input", -1, 3).hover()
    assert pointed.inner_text() == "Outside (−1, 3), 0, is read by no point"
    cell(page, "Kernel", 2, 1).hover()
    assert (
        page.locator(".ex-point.is-pointed").get_attribute("aria-label").startswith("Point (2, 1)")
    )
    page.mouse.move(1, 1)
    assert page.locator(".ex-point.is-pointed").count() == 0
    assert pointed.inner_text().startswith("Output (0, 0)")


def test_a_finger_drags_a_point(show):
    page = show(Deformable(RAMP, ONES, row=2, column=2), width=360, has_touch=True, is_mobile=True)
    point = at(page, 1, 1)
    x, y = middle(page, point)
    side = cell(page, "Input", 0, 0).bounding_box()["width"]
    client = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": left, "y": top} for left, top in places]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x, y))
    for part_of in (0.25, 0.5, 1):
        touch("touchMove", (x + 2 * side * part_of, y + side * part_of))
    touch("touchEnd")
    assert looks(page) == "Row: 3 + 1 = 4\nColumn: 3 + 2 = 5"


def test_pixels_are_shaded_by_value_and_by_share(mount):
    page = mount(Deformable([[0, 4], [8, -8]], [[1]], [0.5, 0]))
    shade = "e => getComputedStyle(e).getPropertyValue('--tone')"
    tones = [cell(page, "Input", i, j).evaluate(shade) for i in (0, 1) for j in (0, 1)]
    assert tones == ["0", "0.5", "1", "1"]
    assert cells(page, "Input", "is-mixed") == {(0, 0), (1, 0)}
    at(page, 0, 0).press("Shift+ArrowDown")
    assert cells(page, "Input", "is-mixed") == {(1, 0), (2, 0)}
    sizes = "e => getComputedStyle(e).backgroundColor"
    plain, mixed = (cell(page, "Input", i, 1).evaluate(sizes) for i in (0, 2))
    assert cell(page, "Input", 2, 0).evaluate(sizes) not in (plain, mixed)


def test_points_beyond_what_is_drawn_stand_at_its_edge(mount):
    page = mount(Deformable(RAMP, [[1]], [-9, 12]))
    point = at(page, 0, 0)
    assert "is-outside" in point.get_attribute("class").split()
    corner = cell(page, "Input", -1, 7).bounding_box()
    x, y = middle(page, point)
    assert corner["x"] < x < corner["x"] + corner["width"]
    assert corner["y"] < y < corner["y"] + corner["height"]
    assert output(page) == "0"


def test_captions_do_not_run_into_each_other(mount):
    for width in (900, 720):
        page = mount(Deformable.example("modulated"), width=width)
        boxes = page.locator("figcaption:visible").evaluate_all(
            """all => all.map(e => { const range = document.createRange(); range.selectNodeContents(e);
                const r = range.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom]; })"""
        )
        for i, (left, right, top, bottom) in enumerate(boxes):
            for other in boxes[i + 1 :]:
                apart = max(other[0] - right, left - other[1])
                assert apart >= 4 or other[2] >= bottom or top >= other[3], (width, boxes)
