"""ChannelMix on a page: weights by sliders and fields, cursors linked over all pictures."""

import random

import pytest
import torch
import torch.nn.functional as F
from looking import ask, part, values
from playwright.sync_api import expect

from utils import ChannelMix
from utils.data import photograph

PHOTO = photograph(60, color=True)
LEVELS = torch.round(PHOTO.double() * 255)
PICTURES = ["Photograph", "Red plane", "Green plane", "Blue plane", "Mixed picture"]
PIXELS = """canvas => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return [0, 1, 2].map(c => [...data].filter((_, i) => i % 4 === c)); }"""


def painted(page, name: str) -> torch.Tensor:
    """What a canvas shows in red, green and blue."""
    shown = page.get_by_label(name, exact=True).evaluate(PIXELS)
    return torch.tensor(shown).reshape(LEVELS.shape)


def test_a_thousand_pixels_and_weights_agree_with_pytorch(page, capsys):
    draw = random.Random(6)
    cases = [
        (
            [draw.randint(0, 255) for _ in "rgb"],
            [draw.choice([draw.uniform(-1, 1), draw.randint(-20, 20) / 20]) for _ in "rgb"],
        )
        for _ in range(1000)
    ]
    answers = ask(
        page,
        """cases => cases.map(([levels, weights]) => { const e = slidingWindowCourse.engine.mix;
            const photo = { height: 1, width: 1, levels: Uint8Array.from(levels) };
            const numbers = e.pixel(photo, 0, 0);
            return [e.mix(photo, weights).values[0], numbers, e.mixPytorch(numbers, weights)]; })""",
        cases,
    )
    for index, ((levels, weights), (value, numbers, code)) in enumerate(
        zip(cases, answers, strict=True)
    ):
        X, W = (torch.tensor(x, dtype=torch.float64) for x in (levels, weights))
        expected = F.conv2d(X[None, :, None, None], W[None, :, None, None])
        assert value == pytest.approx(expected.item(), abs=1e-9)
        assert numbers == levels
        if index < 50:
            exec(code, {})
            assert capsys.readouterr().out.strip() == str(expected[0, 0])


@pytest.mark.parametrize("seed", range(5))
def test_the_engine_agrees_with_python_on_whole_pictures(page, seed):
    draw = torch.Generator().manual_seed(seed)
    size = torch.randint(1, 14, (2,), generator=draw).tolist()
    weights = torch.rand(3, generator=draw, dtype=torch.float64) * 2 - 1
    widget = ChannelMix(torch.rand(3, *size, generator=draw), weights)
    mixed, cut = page.evaluate(
        """([image, weights]) => { const { image: { decode }, mix: e } = slidingWindowCourse.engine;
            const { values } = e.mix(decode(image), weights); return [[...values], e.rule(values)]; }""",
        [widget.spec["image"], widget.spec["weights"]],
    )
    torch.testing.assert_close(torch.tensor(mixed).double(), widget.output.flatten())
    expected = F.conv2d(widget.levels[None], weights[None, :, None, None])[0, 0]
    torch.testing.assert_close(widget.output, expected)
    beyond = int((expected.abs() > 255).sum())
    assert (f"{beyond} of {mixed and len(mixed)}" if beyond else "no pixel") in cut


def test_pictures_are_painted_by_the_rule_that_is_told(mount):
    page = mount(ChannelMix(PHOTO, [1, -1, 0]))
    assert torch.equal(painted(page, "Photograph").double(), LEVELS)
    for c, name in enumerate(PICTURES[1:4]):
        plane = painted(page, name).double()
        assert torch.equal(plane[c], LEVELS[c])
        others = plane[[i for i in range(3) if i != c]]
        assert (others - 0.6 * LEVELS[c]).abs().max() <= 1, "the same picture with a tint"
    for weights in ([1, -1, 0], [1, 1, 1], [-1, -0.5, -1]):
        for colour, weight in zip(("Red", "Green", "Blue"), weights, strict=True):
            page.get_by_label(f"{colour} weight", exact=True).fill(str(weight))
        mixed = torch.einsum("c,cij->ij", torch.tensor(weights, dtype=torch.float64), LEVELS)
        expected = (127.5 + mixed / 2).clamp(0, 255).expand(3, -1, -1)
        assert (painted(page, "Mixed picture") - expected).abs().max() <= 0.5 + 1e-9
        cut = int((mixed.abs() > 255).sum())
        said = f"{cut} of 3060 pixels lie beyond" if cut else "no pixel lies beyond"
        assert said in part(page, "shape").inner_text()


def test_a_slider_paints_as_it_goes_and_a_drag_is_one_step_back(mount):
    page = mount(ChannelMix(PHOTO, [0.299, 0.587, 0.114], row=10, column=20))
    slider, field = (page.get_by_label(f"Green weight{s}", exact=True) for s in (", slider", ""))
    assert field.input_value() == "0.587" and slider.get_attribute("aria-valuetext") == "0.587"
    before = painted(page, "Mixed picture")
    drag = """(e, to) => { for (const value of to) { e.value = value; e.dispatchEvent(new Event("input")); }
        e.dispatchEvent(new Event("change")); }"""
    slider.evaluate(drag, [0.5, 0.2, -0.35])
    assert field.input_value() == "−0.35"
    assert not torch.equal(painted(page, "Mixed picture"), before)
    page.get_by_role("button", name="Undo").click()
    assert field.input_value() == "0.587" and torch.equal(painted(page, "Mixed picture"), before)
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert field.input_value() == "0.65", "on to the slider's own steps"


def test_small_buttons_go_by_steps_and_stop_at_one(mount):
    page = mount(ChannelMix(PHOTO, [0.299, 0.95, -1]))
    red, green, blue = (
        page.get_by_label(f"{c} weight", exact=True) for c in ("Red", "Green", "Blue")
    )
    for field, key, then in [
        (red, "ArrowUp", ["0.3", "0.35"]),
        (red, "ArrowDown", ["0.3", "0.25"]),
        (green, "ArrowUp", ["1", "1"]),
        (blue, "ArrowDown", ["−1", "−1"]),
    ]:
        for expected in then:
            field.press(key)
            assert field.input_value() == expected
    red.fill("1/3")
    assert "×0.3333 +" in part(page, "arithmetic").inner_text()
    for wrong in ("1.01", "-2", "1/0", "red", ""):
        red.fill(wrong)
        expect(part(page, "message")).to_contain_text("Red weight: −1 to 1")
        assert "×0.3333 +" in part(page, "arithmetic").inner_text(), "what holds is what is shown"
    red.press("Escape")


def test_a_message_goes_when_a_preset_comes(mount):
    page = mount(ChannelMix(PHOTO, [0.299, 0.95, -1]))
    page.get_by_label("Red weight", exact=True).fill("1" * 50)
    assert "“111111111111111…”" in part(page, "message").inner_text()
    page.get_by_role("button", name="Mean").click()
    assert part(page, "message").inner_text() == ""
    assert page.get_by_label("Red weight", exact=True).input_value() == "0.3333"


def test_a_pixel_is_marked_in_all_pictures_and_its_sum_written_out(mount):
    page = mount(ChannelMix(PHOTO, [1, -0.5, 0], row=3, column=4))
    spots = """all => all.map(e => { const s = e.querySelector(".ex-spot"), c = e.querySelector("canvas");
        return [Math.round(parseFloat(s.style.top) * c.height / 100), Math.round(parseFloat(s.style.left) * c.width / 100)]; })"""
    for name in PICTURES:
        picture = page.get_by_role("application", name=f"{name}: arrow keys")
        picture.focus()  # which scrolls there
        box = picture.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 20.5 / 51, box["y"] + box["height"] * 30.5 / 60)
        assert page.locator(".ex-photo").evaluate_all(spots) == [[30, 20]] * 5, name
        r, g, b = (int(x) for x in LEVELS[:, 30, 20])
        said = part(page, "arithmetic").inner_text()
        total = r - g / 2
        shown = f"{total:g}".replace("-", "−")
        assert said == f"{r}×1 + {g}×(−0.5) + {b}×0 = {shown}"
        assert f"red {r}, green {g}, blue {b}" in part(page, "pointed").inner_text()
        assert values(page, "Output") == [[shown]]
        page.mouse.move(1, 1)
        assert page.locator(".ex-photo").evaluate_all(spots) == [[3, 4]] * 5, "hover is a preview"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".ex-photo").evaluate_all(spots) == [[4, 14]] * 5
    picture.click(position={"x": 1, "y": 1})
    page.mouse.move(1, 1)
    assert page.locator(".ex-photo").evaluate_all(spots) == [[0, 0]] * 5


def test_presets_are_pictures_of_what_they_make(mount):
    page = mount(ChannelMix(PHOTO, [0, 0, 0]))
    presets = page.get_by_role("group", name="Weights preset")
    page.wait_for_selector(".ex-thumbs[data-drawn]")
    pressed = presets.locator("[aria-pressed=true]")
    expect(pressed).to_have_count(0)
    for name, weights in [
        ("Red alone", [1, 0, 0]),
        ("Grey", [0.299, 0.587, 0.114]),
        ("Mean", [1 / 3] * 3),
        ("Red − green", [1, -1, 0]),
        ("Blue − yellow", [-0.5, -0.5, 1]),
    ]:
        button = presets.get_by_role("button", name=name)
        shown = torch.tensor(button.locator("canvas").evaluate(PIXELS)).reshape(LEVELS.shape)
        button.click()
        expect(pressed).to_have_text(name)
        assert torch.equal(shown, painted(page, "Mixed picture"))
        mixed = torch.einsum("c,cij->ij", torch.tensor(weights, dtype=torch.float64), LEVELS)
        assert (shown[0] - (127.5 + mixed / 2)).abs().max() <= 0.5 + 1e-6
