"""Network on a page: a digit is drawn, shifted, covered; a unit opens down to one multiplication."""

import re

import pytest
import torch
from looking import cell, part

from utils import Network, digits_network
from utils.widgets.first_frame import number
from utils.widgets.network import LEVELS, example

SEVEN = [(0.25, 0.15), (0.75, 0.15), (0.6, 0.5), (0.45, 0.85)]


def answer(page) -> tuple[str, float]:
    """The digit that is read, and its percent."""
    digit, share = page.locator(".ex-shares .is-read").inner_text().split()
    return digit, float(share.removesuffix("%"))


def picture(page) -> torch.Tensor:
    """What the pad shows, `(12, 12)`."""
    rows = page.get_by_role("grid", name="Input").evaluate(
        "g => [...g.querySelectorAll('[role=row]')].map(r => [...r.children].map(c => Number(c.textContent)))"
    )
    return torch.tensor(rows)


def pad(page) -> tuple[float, float, float]:
    grid = page.get_by_role("grid", name="Input")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    return box["x"], box["y"], box["width"]


def draw(page, points) -> None:
    """Press, move through points of a square of side 1, let go."""
    left, top, side = pad(page)
    places = [(left + x * side, top + y * side) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=2)
    page.mouse.up()


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page, tool: str) -> None:
    page.locator(".ex-choice label", has_text=tool).click()


def trail(page) -> list[str]:
    return page.locator(".ex-trail button:visible").all_inner_texts()


def changed(page) -> list[int]:
    """What the captions of the four layers say, in percent."""
    texts = page.locator(".ex-panel:has(.ex-maps) .ex-detail").all_inner_texts()
    return [int(re.fullmatch(r"(\d+)% changed", text)[1]) for text in texts]


@pytest.mark.parametrize("width", [900, 360])
def test_a_digit_is_drawn_and_read_as_by_pytorch(mount, width):
    page = mount(Network(), width=width)
    assert answer(page)[0] == "3"
    press(page, "Clear")
    assert picture(page).sum() == 0
    assert "No ink" in part(page, "pointed").inner_text()
    draw(page, SEVEN)
    drawn = picture(page)
    assert drawn.sum() > 10 and torch.equal(digits_network.tenths(drawn), drawn)
    share = digits_network.model()(drawn[None, None]).softmax(1)[0]
    assert answer(page) == ("7", pytest.approx(100 * share[7].item(), abs=0.06))
    assert trail(page) == ["Answer, digit 7"], "it is looked at"
    # All of a stroke, and only it, is taken back at once.
    press(page, "Undo")
    assert picture(page).sum() == 0
    press(page, "Undo")
    assert answer(page)[0] == "3"


def test_what_is_drawn_is_read_above_the_pad_too(mount):
    page = mount(Network([[0] * 12] * 12), width=360)
    caption = page.locator(".ex-panel:has(.ex-pad) .ex-detail")
    assert caption.inner_text() == "12×12, draw on it"
    draw(page, SEVEN)
    digit, share = answer(page)
    assert caption.inner_text() == f"read as {digit}: {share:.1f}%"
    press(page, "First step")
    assert caption.inner_text() == "12×12, draw on it"
    press(page, "Clear")
    assert caption.inner_text() == "12×12, draw on it", "there is nothing to read"


PARTS = """() => hand.all(".ex-part").map(part => {
    part.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
    return [part.innerText, document.querySelector("[data-part=pointed]").innerText]; })"""


@pytest.mark.parametrize("unit", [0, 100, 106])
def test_parts_are_rounded_once_and_whole_when_pointed_at(mount, unit):
    widget = Network(example(6), layer=2, unit=unit)
    X, K, _ = widget._window()
    parts, told = (X * K).sum((1, 2)).tolist(), mount(widget).evaluate(PARTS)
    for index, (part_, (text, pointed)) in enumerate(zip(parts, told, strict=True)):
        text = text.strip().replace("−", "-")
        decimals = len(text.partition(".")[2])
        assert abs(float(text) - part_) <= 0.5 * 10**-decimals + 1e-9
        assert pointed == f"Channel {index} adds {number(round(part_, 9))}"


MOVED = """() => { const box = e => e.getBoundingClientRect(), kernel = () => hand.all("[aria-label=Kernel]")[0];
    const parts = ".ex-panel:has(.ex-maps, .ex-pad), .ex-shares, .ex-lines, .ex-tools";
    const where = () => [...document.querySelectorAll(parts)].map(e => box(e).top + scrollY).join();
    const frame = () => [box(kernel()).left, box(kernel()).top + scrollY, kernel().offsetWidth, kernel().offsetHeight].join();
    const at = where(), moved = [];
    hand.press("Shift down");
    moved.push(where() !== at);
    hand.press(hand.all(".ex-part")[1]);
    const framed = frame();
    hand.press(kernel().querySelector("[data-row='1'][data-col='1']"));
    return [...moved, frame() !== framed, where() !== at]; }"""


def test_nothing_moves_as_one_draws_and_opens(page, mount):
    """From a digit to a drawing, from a unit's parts to one product: all stays where it is."""
    moved = {}
    for width in (320, 640, 760, 900):  # the last is that of the page
        page.set_viewport_size({"width": width, "height": 800})
        moved[width] = mount(Network(layer=2, unit=100)).evaluate(MOVED)
    assert moved == dict.fromkeys(moved, [False] * 3)


def test_a_stroke_answers_before_it_ends_and_ends_outside(mount):
    page = mount(Network([[0] * 12] * 12))
    left, top, side = pad(page)
    page.mouse.move(left + side / 2, top + side / 4)
    page.mouse.down()
    first = picture(page)
    assert first.sum() > 0
    page.mouse.move(left + side / 2, top + side * 0.9, steps=4)
    assert picture(page).sum() > 3 * first.sum()
    page.mouse.move(left + side / 2, top + side + 60)
    page.mouse.up()
    before = picture(page)
    page.mouse.move(left + side / 4, top + side / 4, steps=3)
    assert torch.equal(picture(page), before)


def test_a_stroke_that_begins_on_ink_is_taken_back_alone(mount):
    page = mount(Network([[0] * 12] * 12))
    draw(page, [(0.5, 0.2), (0.5, 0.8)])
    first = picture(page)
    draw(page, [(0.5, 0.5), (0.8, 0.5)])
    assert picture(page).sum() > first.sum()
    press(page, "Undo")
    assert torch.equal(picture(page), first)


def test_keys_draw_and_erase(mount):
    page = mount(Network([[0] * 12] * 12))
    read = answer(page)
    cell(page, "Input", 0, 0).focus()
    for key in ["ArrowDown"] * 2 + ["ArrowRight"] * 5 + ["Enter"]:
        page.keyboard.press(key)
    assert picture(page)[2, 5] == 1
    for key in ["ArrowDown", " "] * 6:
        page.keyboard.press(key)
    assert (picture(page)[2:9, 5] == 1).all()
    assert answer(page) != read and answer(page)[0] == "1"
    ink = picture(page).sum()
    page.keyboard.press("Delete")
    assert picture(page)[8, 5] == 0 and 0 < picture(page).sum() < ink
    assert cell(page, "Input", 8, 5).evaluate("e => e === document.activeElement")
    press(page, "Undo")
    assert picture(page).sum() == ink


def test_erasing_takes_ink_away_and_marks_what_was(mount):
    page = mount(Network(example(8)))
    assert answer(page)[0] == "8" and page.locator(".ex-was:visible").count() == 0
    before, share = picture(page), answer(page)[1]
    choose(page, "Erase")
    draw(page, [(0.25, 0.7), (0.4, 0.7)])
    assert (picture(page) <= before).all() and picture(page).sum() < before.sum()
    assert all(0 < percent < 100 for percent in changed(page))
    mark = page.locator("[role=gridcell][aria-label^='8:']")
    assert mark.get_attribute("aria-label").endswith(f", before {share:.1f}%")
    assert page.locator(".ex-was:visible").count() == 10


def test_a_square_covers_and_is_dragged(mount):
    page = mount(Network(example(3)))
    whole = picture(page)
    choose(page, "Cover")
    shown = picture(page)
    assert (shown[4:8, 4:8] == 0).all() and shown.sum() < whole.sum()
    draw(page, [(0.5, 0.5), (0.5, 0.2)])
    moved = picture(page)
    row = next(r for r in range(9) if torch.equal(moved, covered(whole, r, 4)))
    assert row < 4 and moved.sum() < whole.sum()
    said = page.locator("[role=gridcell][aria-label*=before]").count()
    assert said == 10 and max(changed(page)) > 0
    cell(page, "Input", 10, 10).focus()
    page.keyboard.press("Enter")
    assert torch.equal(picture(page), covered(whole, 8, 8))
    press(page, "Undo")
    assert torch.equal(picture(page), moved)
    choose(page, "Draw")
    assert torch.equal(picture(page), whole), "the ink was only hidden"


def covered(X: torch.Tensor, top: int, left: int) -> torch.Tensor:
    X = X.clone()
    X[top : top + 4, left : left + 4] = 0
    return X


def test_a_shift_moves_the_picture_and_each_layer_says_how_much(mount):
    page = mount(Network(example(3)))
    before, share = picture(page), answer(page)[1]
    press(page, "Shift right")
    press(page, "Shift down")
    expected = torch.zeros(12, 12)
    expected[1:, 1:] = before[:-1, :-1]
    assert torch.equal(picture(page), expected)
    assert min(changed(page)) > 0
    press(page, "Shift up")
    press(page, "Shift left")
    assert torch.equal(picture(page), before) and answer(page)[1] == share
    for name in ("Shift left", "Shift left", "Shift left", "Shift left", "Shift left"):
        press(page, name)
    assert picture(page).sum() < before.sum(), "what leaves the field is gone"


def test_a_unit_opens_down_to_one_multiplication_and_back(mount):
    page = mount(Network(example(2)))
    maps = page.get_by_label("Convolution 2", exact=False)
    box = maps.locator(".ex-map").nth(5).bounding_box()
    side = box["width"] / 6
    page.mouse.click(box["x"] + 3.5 * side, box["y"] + 2.5 * side)
    widget = Network(example(2), layer=2, unit=5 * 36 + 2 * 6 + 3)
    assert trail(page) == ["Convolution 2, map 5 (2, 3)"]
    assert part(page, "arithmetic").inner_text() == widget._equation()[1]
    parts = page.get_by_role("grid", name="Channels").get_by_role("gridcell")
    assert parts.filter(visible=True).count() == 8
    parts.nth(3).click()
    widget.channel = 4
    assert trail(page)[1] == "channel 3"
    assert part(page, "arithmetic").inner_text() == widget._equation()[1]
    assert part(page, "arithmetic").inner_text().count("×") == 9
    cell(page, "Kernel", 1, 2).click()
    widget.product = 6
    assert trail(page)[2] == "product (1, 2)"
    assert part(page, "arithmetic").inner_text() == widget._equation()[1]
    assert part(page, "arithmetic").inner_text().count("×") == 1
    # The number that is multiplied opens in turn: a maximum, and what it was taken from.
    page.locator(".ex-source").click()
    assert trail(page) == ["Pooling 1, map 3 (2, 4)"]
    assert part(page, "arithmetic").inner_text().startswith("max(")
    cell(page, "Window", 1, 0).click()
    assert trail(page) == ["Convolution 1, map 3 (5, 8)"]
    press(page, "Undo")  # what is looked at is no change
    assert trail(page) == ["Convolution 1, map 3 (5, 8)"]


def test_the_trail_leads_back(mount):
    page = mount(Network(layer=4, unit=3, channel=7, product=5))
    assert len(trail(page)) == 3 and page.locator("[aria-label=Window]").is_visible()
    page.locator(".ex-trail button").nth(1).click()
    assert len(trail(page)) == 2
    page.locator(".ex-trail button").first.click()
    assert trail(page) == ["Answer, digit 3"]
    assert page.get_by_role("grid", name="Channels").is_visible()
    assert part(page, "shape").inner_text().startswith("Bias, maps ")


def test_a_unit_lights_what_it_reads(mount):
    page = mount(Network())
    maps = page.locator(".ex-panel:has(.ex-maps) .ex-maps")
    seen = [maps.nth(i).locator(".is-seen:visible") for i in range(4)]
    maps.nth(2).locator(".ex-map").nth(9).hover()
    assert [s.count() for s in seen] == [0, 8, 0, 0], "a convolution reads all maps"
    maps.nth(3).locator(".ex-map").nth(9).hover()
    assert [s.count() for s in seen] == [0, 0, 1, 0], "a pooling reads one"
    page.get_by_role("grid", name="Output").get_by_role("gridcell").nth(4).hover()
    assert [s.count() for s in seen] == [0, 0, 0, 16]
    assert part(page, "pointed").inner_text().startswith("Digit 4: score ")
    cell(page, "Input", 6, 6).hover()
    assert [s.count() for s in seen] == [0] * 4
    fed = page.locator(".is-fed:visible")
    assert fed.count() == 8 + 8 + 16 + 16


def test_maps_are_one_tab_stop_and_arrows_go_through_them(mount):
    page = mount(Network())
    maps = page.locator(".ex-maps").nth(1)
    maps.focus()
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert part(page, "pointed").inner_text().startswith("Map 1 (1, 0): ")
    assert part(page, "live").inner_text().startswith("Map 1 (1, 0): ")
    page.keyboard.press("Enter")
    assert trail(page) == ["Pooling 1, map 1 (1, 0)"]
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert trail(page) == ["Pooling 1, map 7 (1, 0)"]


def test_steps_go_from_the_picture_to_the_answer(mount):
    page = mount(Network())
    later = page.locator(".ex-panel.is-later figcaption .ex-title")
    press(page, "First step")
    assert later.all_inner_texts() == [name for name, *_ in LEVELS]
    for done in range(1, 6):
        press(page, "Next step")
        assert later.count() == 5 - done
    press(page, "First step")
    press(page, "Shift up")  # whoever changes the picture sees what is made of it
    assert later.count() == 0


def test_the_little_pictures_are_digits_and_the_last_is_misread(mount):
    page = mount(Network())
    examples = digits_network.stored()["examples"]
    assert page.evaluate("hand.all('[aria-label=Digits] button').length") == len(examples) == 11
    for index, (label, stored) in enumerate(examples):
        page.evaluate("n => hand.press(hand.all('[aria-label=Digits] button')[n])", index)
        assert torch.equal(picture(page), digits_network.unpack(stored))
        assert (answer(page)[0] == str(label)) == (index < 10)
        assert page.locator(".ex-was:visible").count() == 0, "nothing came before"


def test_a_link_holds_the_drawing(pages, show):
    page = show(Network())
    press(page, "Clear")
    draw(page, SEVEN)
    page.mouse.move(1, 1)
    drawn, read = picture(page), answer(page)
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("location.hash")
    assert f"picture={digits_network.pack(drawn)}" in link and len(link) < 400
    page.goto("about:blank")
    page.goto((pages.folder / "page.html").as_uri() + link)
    page.wait_for_function("window.slidingWindowCourse !== undefined")
    page.evaluate("slidingWindowCourse.startAll()")
    assert torch.equal(picture(page), drawn) and answer(page) == read


def test_a_link_to_no_picture_changes_nothing(show):
    page = show(Network())
    before = answer(page)
    for text in ("picture=12", "picture=" + "z" * 144, "tool=paint"):
        page.evaluate("text => { location.hash = `Network-1?${text}`; }", text)
        page.reload()
        page.wait_for_function("window.slidingWindowCourse !== undefined")
        page.evaluate("slidingWindowCourse.startAll()")
        assert answer(page) == before, text


def test_other_colours_are_drawn_with_another_theme(mount):
    page = mount(Network())
    pixel = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
        const canvas = document.querySelectorAll('.ex-map canvas')[5];
        const { data } = canvas.getContext('2d').getImageData(0, 0, 12, 12);
        let most = 3; for (let i = 3; i < data.length; i += 4) if (data[i] > data[most]) most = i;
        done([...data.slice(most - 3, most)]); })))"""
    light = page.evaluate(pixel)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.evaluate(pixel)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert sum(dark) > sum(light) > 0


def test_a_finger_draws_and_does_not_scroll(show):
    page = show(Network([[0] * 12] * 12), width=360, has_touch=True, is_mobile=True)
    left, top, side = pad(page)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left + x * side, "y": top + y * side} for x, y in places]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.5, 0.15))
    for step in range(1, 9):
        touch("touchMove", (0.5, 0.15 + 0.08 * step))
    touch("touchEnd")
    drawn = picture(page)
    assert (drawn[2:9, 5:7] > 0.5).all() and drawn[:, :4].sum() == 0
    assert page.evaluate("scrollY") == 0 and answer(page)[0] == "1"
