"""ImageFilter on a page: linked cursors, presets, a picture of the reader's own."""

import torch
from looking import cell, part, values
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
    preset = page.get_by_label("Kernel preset")
    expect(preset).to_have_value("Identity")
    preset.select_option("Sharpen")
    assert values(page, "Kernel") == [["0", "−1", "0"], ["−1", "5", "−1"], ["0", "−1", "0"]]
    cell(page, "Kernel", 1, 1).dblclick()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(preset).to_have_value("Custom")
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
