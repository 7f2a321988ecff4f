"""ImageFilter on a page: linked cursors, presets, a picture of the reader's own."""

import re

import pytest
import torch
from looking import cell, cells, part, values
from playwright.sync_api import expect

from utils import ImageFilter

PHOTO = torch.linspace(0, 1, 30 * 20).reshape(30, 20)


def test_image_filter_links_its_cursors(mount):
    page = mount(ImageFilter(PHOTO, [[1, 0, -1]] * 3))
    filtered = page.get_by_role("application", name="Filtered photograph")
    box = filtered.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 10.5 / 18, box["y"] + box["height"] * 20.5 / 28)
    assert "Output (20, 10)" in part(page, "pointed").inner_text()
    window = [[round(v * 255) for v in row[10:13]] for row in PHOTO[20:23].tolist()]
    assert values(page, "Input") == [[str(v) for v in row] for row in window]
    expected = sum(row[0] - row[2] for row in window)
    assert values(page, "Output") == [[f"−{-expected}"]]
    page.mouse.move(1, 1)
    assert "Output (0, 0)" in part(page, "pointed").inner_text(), "hover was a preview"
    filtered.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert "Output (1, 10)" in part(page, "pointed").inner_text()


def test_image_filter_presets_become_custom_and_the_window_is_dragged(mount):
    page = mount(ImageFilter(PHOTO, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]))
    presets = page.get_by_role("group", name="Kernel preset")
    pressed = presets.locator("[aria-pressed=true]")
    expect(pressed).to_have_text("Identity")
    presets.get_by_role("button", name="Sharpen").click()
    expect(pressed).to_have_text("Sharpen")
    assert values(page, "Kernel") == [["0", "−1", "0"], ["−1", "5", "−1"], ["0", "−1", "0"]]
    cell(page, "Kernel", 1, 1).dblclick()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(pressed).to_have_count(0)
    photo = page.get_by_role(
        "application", name="Photograph: arrow keys move the window", exact=True
    )
    box = photo.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.52, box["y"] + box["height"] * 0.52, steps=5)
    page.mouse.up()
    page.mouse.move(1, 1)
    assert "Output (14, 9)" in part(page, "pointed").inner_text()


def test_image_filter_takes_a_picture_of_the_reader_and_refuses_other_files(mount, tmp_path):
    from PIL import Image

    page = mount(ImageFilter(PHOTO, [[1]]))
    Image.new("L", (40, 50), 100).save(tmp_path / "own.png")
    page.get_by_label("Use your own picture").set_input_files(tmp_path / "own.png")
    expect(page.locator("figcaption", has_text="Photograph")).to_contain_text("50×40")
    assert values(page, "Output") == [["100"]]
    (tmp_path / "text.png").write_text("not a picture")
    page.get_by_label("Use your own picture").set_input_files(tmp_path / "text.png")
    expect(part(page, "message")).to_contain_text("not a picture")


def test_image_filter_paints_what_its_engine_says(mount):
    page = mount(ImageFilter(PHOTO, [[1, 0, -1]] * 3))
    for text, display in [
        ("cut at black", "clipped"),
        ("zero is", "signed"),
        ("stretched", "stretched"),
    ]:
        option = page.get_by_label("Shown").locator("option", has_text=text)
        page.get_by_label("Shown").select_option(option.get_attribute("value"))
        painted, expected = page.get_by_label("Filtered photograph", exact=True).evaluate(
            """(canvas, [kernel, image, display]) => {
                const { correlate, decode, paintable } = slidingWindowCourse.engine.image;
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return [Array.from(data).filter((_, i) => i % 4 === 0),
                        Array.from(paintable(correlate(decode(image), kernel).values, display))];
            }""",
            [[[1, 0, -1]] * 3, ImageFilter(PHOTO, [[1]]).spec["image"], display],
        )
        assert painted == expected, display


REACHED = """canvas => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((_, i) => i % 4 === 3).reduce((n, alpha) => n + (alpha === 255), 0); }"""


def test_a_sweep_paints_the_outputs_behind_the_window_and_can_be_stopped(show):
    page = show(ImageFilter(PHOTO, [[1, 0, -1]] * 3, row=4, column=5), clock=True)
    filtered = page.get_by_label("Filtered photograph", exact=True)
    every = 28 * 18
    assert filtered.evaluate(REACHED) == every
    page.get_by_role("button", name="Sweep").click()
    reached = []
    for _ in range(3):
        page.clock.run_for(800)
        reached.append(filtered.evaluate(REACHED))
        at = re.search(r"\((\d+), (\d+)\)", part(page, "pointed").inner_text())
        assert reached[-1] == 18 * int(at[1]) + int(at[2]), "the window is where the picture ends"
    assert 0 < reached[0] < reached[1] < reached[2] < every
    assert reached[0] < every / 20, "slowly at first"
    page.clock.run_for(800)
    assert filtered.evaluate(REACHED) == every
    assert "Output (4, 5)" in part(page, "pointed").inner_text(), "and back"
    page.get_by_role("button", name="Sweep").click()
    page.clock.run_for(800)
    assert filtered.evaluate(REACHED) < every
    page.get_by_role("button", name="Stop").click()
    assert filtered.evaluate(REACHED) == every
    page.get_by_role("button", name="Sweep").click()
    page.clock.run_for(800)
    page.get_by_role("button", name="Outline").click()
    assert filtered.evaluate(REACHED) == every
    assert page.get_by_role("button", name="Stop").count() == 0


def test_a_sweep_is_over_at_once_where_motion_is_reduced(show):
    page = show(ImageFilter(PHOTO, [[1, 0, -1]] * 3), reduced_motion="reduce")
    page.get_by_role("button", name="Sweep").click()
    assert page.get_by_label("Filtered photograph", exact=True).evaluate(REACHED) == 28 * 18
    assert page.get_by_role("button", name="Stop").count() == 0


def test_thumbnails_show_what_each_preset_makes_of_the_picture(mount, tmp_path):
    from PIL import Image

    page = mount(ImageFilter(PHOTO, [[1]]))
    drawn = """([image, again]) => { const e = slidingWindowCourse.engine.image;
        const small = e.shrunk(image ? e.decode(image) : again, 48);
        const [name, kernel, display] = ["Vertical edges", [[1, 0, -1], [2, 0, -2], [1, 0, -1]], "signed"];
        const thumb = [...document.querySelectorAll(".ex-thumb")].find(t => t.textContent === name).firstChild;
        const { data } = thumb.getContext("2d").getImageData(0, 0, thumb.width, thumb.height);
        return data.filter((_, i) => i % 4 === 0).join() === e.paintable(e.correlate(small, kernel).values, display).join(); }"""
    page.wait_for_function(drawn, arg=[ImageFilter(PHOTO, [[1]]).spec["image"], None])
    Image.linear_gradient("L").resize((120, 100)).save(tmp_path / "own.png")
    page.get_by_label("Use your own picture").set_input_files(tmp_path / "own.png")
    page.wait_for_function("() => document.querySelector('.ex-thumb canvas').width > 30")


def test_the_notebook_s_own_kernels_are_offered_and_leave_the_display(mount):
    own = {"Right": [[1, -1]], "Down": [[1], [-1]]}
    page = mount(ImageFilter(PHOTO, [[1, -1]], display="signed", presets=own))
    presets = page.get_by_role("group", name="Kernel preset")
    assert presets.get_by_role("button").all_inner_texts() == ["Right", "Down"]
    pressed = presets.locator("[aria-pressed=true]")
    expect(pressed).to_have_text("Right")
    page.get_by_label("Shown").select_option("stretched")
    presets.get_by_role("button", name="Down").click()
    expect(pressed).to_have_text("Down")
    assert values(page, "Kernel") == [["1"], ["−1"]]
    assert page.get_by_label("Shown").input_value() == "stretched"


def test_shrinking_takes_means(page):
    image = {"height": 6, "width": 4, "levels": list(range(24))}
    small = page.evaluate(
        "i => { const s = slidingWindowCourse.engine.image.shrunk(i, 3); return [s.height, s.width, [...s.levels]]; }",
        image,
    )
    means = [[2, 3, 4.5], [10, 11, 12.5], [18, 19, 20.5]]  # of 2 rows and of 1, 1 and 2 columns
    assert small[:2] == [3, 3]
    assert small[2] == pytest.approx([v for row in means for v in row], abs=0.51)
    same = page.evaluate("i => [...slidingWindowCourse.engine.image.shrunk(i, 48).levels]", image)
    assert same == image["levels"], "a small picture stays as it is"


def test_a_pixel_and_its_weight_light_each_other(mount):
    page = mount(ImageFilter(PHOTO, [[1, 2, 3], [4, 5, 6]], row=10, column=7))
    cell(page, "Kernel", 1, 2).hover()
    assert cells(page, "Input", "is-affected") == {(11, 9)}
    cell(page, "Input", 10, 8).hover()
    assert cells(page, "Kernel", "is-affected") == {(0, 1)}
    assert cells(page, "Input", "is-affected") == set()
    page.mouse.move(1, 1)
    assert cells(page, "Kernel", "is-affected") == set()


def test_a_message_goes_when_a_preset_comes(mount):
    page = mount(ImageFilter(PHOTO, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]))
    cell(page, "Kernel", 0, 0).focus()
    page.keyboard.press("Enter")
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    assert "abc" in part(page, "message").inner_text()
    page.get_by_role("button", name="Sharpen").evaluate("e => e.click()")  # as Safari: no focus
    assert part(page, "message").inner_text() == ""
