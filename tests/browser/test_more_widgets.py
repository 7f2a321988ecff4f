"""The other widgets on a page, and what axe says of all of them."""

import pytest
import torch
from playwright.sync_api import expect
from test_sliding_window import cell, cells, nudge, part, values

from utils import (
    Channels,
    DenseToConv,
    ImageFilter,
    LayerCost,
    MatrixView,
    ShapeCalculator,
    SlidingWindow,
    Transposed,
)

X = torch.arange(9.0).reshape(3, 3)
K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
TWO = torch.stack([X, X + 1])
BANK = torch.stack([torch.stack([K, K + 1]) + i for i in range(3)])
PHOTO = torch.linspace(0, 1, 30 * 20).reshape(30, 20)
ALL = {
    "SlidingWindow": lambda: SlidingWindow(X, K, padding=1, stride=2, dilation=2),
    "SlidingWindow max": lambda: SlidingWindow(-X, 2, padding=1, mode="max"),
    "ImageFilter": lambda: ImageFilter(PHOTO, [[1, 0, -1]] * 3),
    "DenseToConv": lambda: DenseToConv(),
    "DenseToConv local": lambda: DenseToConv(stage="local"),
    "ShapeCalculator": lambda: ShapeCalculator(11, 3, 3, 1, 2),
    "Channels": lambda: Channels(torch.cat([TWO, TWO[:1]]), torch.ones(2, 3, 2, 2)),
    "MatrixView": lambda: MatrixView((3, 3), K),
    "MatrixView input": lambda: MatrixView((3, 3), K, padding=1, unroll="input", transposed=True),
    "Transposed": lambda: Transposed(K, K, 2, 1, 1),
    "LayerCost": lambda: LayerCost(6, 4, (3, 2), (9, 8), 2, (1, 0), groups=2, batch=3),
}
STEPPED = [name for name in ALL if name not in ("ImageFilter", "LayerCost")]
WITHOUT_VALUES = ("ShapeCalculator", "LayerCost")  # no cell of theirs can be typed over


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_and_a_phone_is_wide_enough(show, axe, name, theme):
    page = show(ALL[name](), theme=theme, width=360)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    if name != "LayerCost":  # which has no grid
        page.locator("[role=gridcell]").first.hover()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # A radio button's target is its label, which is measured with the others.
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                'button, select, input:not([type=radio]), label:has(input), summary, [role=gridcell]')]
            .filter(e => e.offsetParent).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([, r]) => Math.min(r.width, r.height) < 23.9).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stand_out_by_three_to_one(show, theme):
    page = show(SlidingWindow(X, K), theme=theme)
    ratios = page.evaluate(
        """() => { const style = getComputedStyle(document.querySelector('.ex-root'));
            const read = name => { const c = document.createElement('canvas').getContext('2d');
                c.fillStyle = style.getPropertyValue(name); c.fillRect(0, 0, 1, 1);
                return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); };
            const light = rgb => rgb.map(v => v / 255)
                .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
            const ratio = (a, b) => { const [x, y] = [light(read(a)), light(read(b))];
                return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
            return ['--window', '--result', '--point', '--line', '--accent', '--wrong'].map(n => ratio(n, '--paper')); }"""
    )
    assert min(ratios) >= 3


@pytest.mark.parametrize("name", STEPPED)
def test_every_widget_steps_forth_and_back_to_the_same_picture(show, name):
    page = show(ALL[name]())
    page.get_by_role("button", name="First step").click()
    state = "document.querySelector('.ex-root').innerText"
    first = page.evaluate(state)
    page.get_by_role("button", name="Next step", exact=True).click()
    assert page.evaluate(state) != first
    page.get_by_role("button", name="Previous step", exact=True).click()
    assert page.evaluate(state) == first


@pytest.mark.parametrize("name", ALL)
def test_undo_and_reset_bring_back_what_was(show, name):
    page = show(ALL[name]())
    state = "[...document.querySelectorAll('[role=gridcell], dd')].map(c => c.textContent).join()"
    first = page.evaluate(state)
    if name in WITHOUT_VALUES:
        page.get_by_label("Input size", exact=True).fill("12")
    else:
        grid = "Kernel" if name in ("ImageFilter", "Transposed") else "Input"
        page.get_by_role("grid", name=grid).first.locator(
            ":not(.is-padding)[role=gridcell]"
        ).first.dblclick()
        page.keyboard.type("77")
        page.keyboard.press("Enter")
    page.mouse.move(1, 1)
    changed = page.evaluate(state)
    assert changed != first
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(state) == first
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(state) == first, "there is nothing more to take back"
    if name in WITHOUT_VALUES:
        page.get_by_label("Input size", exact=True).fill("12")
        page.get_by_role("button", name="Reset").click()
        assert page.evaluate(state) == first
        page.get_by_role("button", name="Undo").click()
        assert page.evaluate(state) == changed, "a reset can be taken back"


@pytest.mark.parametrize("name", ["Channels", "MatrixView", "Transposed", *WITHOUT_VALUES])
@pytest.mark.parametrize("typed", ["", "-1", "1e9", "abc"])
def test_nonsense_is_refused_everywhere(show, name, typed):
    page = show(ALL[name]())
    for field in page.locator(".ex-settings:visible .ex-field input[type=text]").all():
        before = page.locator(".ex-stage").first.inner_text()
        field.fill(typed)
        expect(part(page, "message")).to_be_visible()
        assert part(page, "message").inner_text().strip() != ""
        assert page.locator(".ex-stage").first.inner_text() == before
        field.press("Escape")


def test_image_filter_links_its_cursors(show):
    page = show(ImageFilter(PHOTO, [[1, 0, -1]] * 3))
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


def test_image_filter_presets_become_custom_and_the_window_is_dragged(show):
    page = show(ImageFilter(PHOTO, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]))
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


def test_image_filter_takes_a_picture_of_the_reader_and_refuses_other_files(show, tmp_path):
    from PIL import Image

    page = show(ImageFilter(PHOTO, [[1]]))
    Image.new("L", (40, 50), 100).save(tmp_path / "own.png")
    page.get_by_label("Use your own picture").set_input_files(tmp_path / "own.png")
    expect(page.locator("figcaption", has_text="Photograph")).to_contain_text("50×40")
    assert values(page, "Output") == [["100"]]
    (tmp_path / "text.png").write_text("not a picture")
    page.get_by_label("Use your own picture").set_input_files(tmp_path / "text.png")
    expect(part(page, "message")).to_contain_text("not a picture")


def test_dense_to_conv_falls_from_256_to_49_to_9(show):
    page = show(DenseToConv())
    counts = []
    for stage in ("1 Dense", "2 Shared", "3 Local"):
        page.get_by_label(stage).check()
        counts.append(part(page, "shape").inner_text())
    assert ["= 256" in counts[0], "= 49" in counts[1], "= 9" in counts[2]] == [True] * 3
    assert "1,000,000,000,000" in counts[0] and "3,996,001" in counts[1]
    page.get_by_label("2 Shared").check()
    cell(page, "Weights", 0, 0).hover()
    assert len(cells(page, "Weights", "is-affected")) == 16
    cell(page, "Weights", 0, 0).dblclick()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.mouse.move(1, 1)
    assert values(page, "Weights")[5][5] == "2", "one parameter, every place"


def test_shape_calculator_explains(show):
    page = show(ShapeCalculator(8, 3, 1, 0, 1))
    assert "Padding 1 would keep the size" in part(page, "shape").inner_text()
    page.get_by_label("Stride", exact=True).fill("3")
    page.get_by_label("Padding", exact=True).fill("1")
    expect(part(page, "arithmetic")).to_contain_text("= ⌊7 / 3⌋ + 1 = ⌊2.333⌋ + 1 = 3")
    assert "The last position is never read" in part(page, "shape").inner_text()
    page.get_by_label("Input size", exact=True).fill("224")
    expect(part(page, "arithmetic")).to_contain_text("= 75")


def test_channels_light_only_what_feeds_the_output(show):
    page = show(Channels(torch.cat([TWO, TWO]), torch.ones(2, 2, 2, 2), groups=2))
    cell(page, "Output 1", 0, 0).hover()
    lit = [bool(cells(page, f"Input {i}", "is-window")) for i in range(4)]
    assert lit == [False, False, True, True]
    assert "8 + 12 = 20" in part(page, "arithmetic").inner_text()
    groups = page.get_by_label("Groups", exact=True)
    groups.fill("3")
    assert "must divide" in part(page, "message").inner_text()
    groups.fill("1")
    assert "Weights: 2·4·2·2 = 32" in part(page, "shape").inner_text()
    groups.fill("2")
    assert "Weights: 2·2·2·2 = 16" in part(page, "shape").inner_text()
    assert values(page, "Kernel 0") == [["1", "1"], ["1", "1"]], "weights come back"


def test_channels_textbook_numbers(show):
    page = show(Channels(TWO, BANK))
    assert [values(page, f"Output {i}") for i in range(3)] == [
        [["56", "72"], ["104", "120"]],
        [["76", "100"], ["148", "172"]],
        [["96", "128"], ["192", "224"]],
    ]
    expect(part(page, "arithmetic")).to_have_text("19 + 37 = 56")


def test_matrix_row_window_and_output_light_together_from_each_side(show):
    page = show(MatrixView((3, 3), K))
    window = {(1, 0), (1, 1), (2, 0), (2, 1)}
    for grid, at in (("Output", (1, 0)), ("Matrix", (2, 8))):
        cell(page, grid, *at).hover()
        assert cells(page, "Matrix", "is-window") == {(2, c) for c in range(9)}
        assert cells(page, "Input", "is-window") == window
        assert cells(page, "Output", "is-current") == {(1, 0)}
    assert values(page, "Matrix")[2] == ["0", "0", "0", "0", "1", "0", "2", "3", "0"]
    page.get_by_label("Transposed").check()
    assert len(values(page, "Matrix")) == 9
    assert values(page, "Output")[0] == ["0", "19", "25"]
    page.get_by_label("Unroll the input").check()
    page.get_by_label("As it is").check()
    assert values(page, "Matrix")[0] == ["0", "1", "3", "4"]


def test_transposed_sides_end_equal_and_explain_sizes(show):
    page = show(Transposed(K, K))
    assert (
        values(page, "Output")
        == values(page, "Convolved")
        == [
            ["0", "0", "1"],
            ["0", "4", "6"],
            ["4", "12", "9"],
        ]
    )
    page.get_by_role("button", name="First step").click()
    page.get_by_role("button", name="Next step", exact=True).click()
    assert values(page, "Output") == values(page, "Convolved")
    page.get_by_label("Stride", exact=True).fill("2")
    assert "It takes 4, 5 rows to 2" in part(page, "shape").inner_text()
    page.get_by_label("Output padding", exact=True).fill("2")
    assert "smaller than the stride" in part(page, "message").inner_text()
    page.get_by_label("Output padding", exact=True).fill("1")
    assert len(values(page, "Convolved")) == 5
    cell(page, "Convolved", 1, 1).hover()
    assert cells(page, "Input", "is-affected") == {(0, 0)}


@pytest.mark.parametrize("name", ALL)
def test_copied_code_runs(show, name, capsys):
    widget = ALL[name]()
    page = show(widget)
    page.get_by_role("button", name="Copy as PyTorch").click()
    exec(page.locator("[data-part=snippet]").input_value(), {})
    printed = capsys.readouterr().out.strip()
    expected = widget.output[:1, :1] if name == "ImageFilter" else widget.output
    assert printed in (str(expected), str(expected.item()) if expected.dim() == 0 else "")


def test_nudges_are_named_and_described(show):
    page = show(SlidingWindow(X, K))
    button = nudge(page, "Dilation", "Increase")
    described = button.evaluate(
        "b => document.getElementById(b.getAttribute('aria-describedby')).textContent"
    )
    assert described == "Dilation"
