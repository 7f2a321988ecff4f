"""Reparameterize on a page: steps, switches, editing, what is pointed at."""

import pytest
from looking import cell, cells, part, values
from playwright.sync_api import expect

from utils import Reparameterize

NAMES = ("3×3", "1×1", "Identity")


def to(page, step: int) -> None:
    slider = page.get_by_role("slider", name="Step")
    slider.fill(str(step + 1))


def scaled(page) -> list[str]:
    grids = (values(page, f"{name} scaled") for name in NAMES)
    return ["".join(map("".join, grid)) for grid in grids]


def test_the_kernels_come_into_their_frames_and_become_one(mount):
    page = mount(Reparameterize())
    assert scaled(page) == ["", "", ""]
    to(page, 1)
    assert scaled(page) == ["20−242−420−2", "3", ""]
    to(page, 2)
    assert scaled(page) == ["20−242−420−2", "000030000", ""]
    to(page, 3)
    assert scaled(page) == ["20−242−420−2", "000030000", "000020000"]
    assert values(page, "Merged kernel") == [[""] * 3] * 3
    to(page, 8)
    assert values(page, "Merged kernel") == [["2", "0", "−2"], ["4", "7", ""], ["", "", ""]]
    assert part(page, "arithmetic").inner_text() == "2 + 3 + 2 = 7"
    assert cells(page, "Merged kernel", "is-current") == {(1, 1)}
    assert [cells(page, f"{name} scaled", "is-window") for name in NAMES] == [{(1, 1)}] * 3
    bias = page.locator(".ex-bias")
    expect(bias).not_to_be_visible()
    to(page, 13)
    assert bias.inner_text() == "Bias: −5 + 1 + (−5) = −9"
    to(page, 14)
    assert part(page, "arithmetic").inner_text().endswith(" + (−9) = 40")
    assert part(page, "shape").inner_text() == "Three branches on the window: 19 + 16 + 5 = 40"
    assert len(cells(page, "Window", "is-window")) == 9


def test_a_branch_that_is_switched_off_adds_nothing_and_one_stays(mount):
    page = mount(Reparameterize())
    to(page, 14)
    page.get_by_label("1×1", exact=True).uncheck()
    assert scaled(page) == ["20−242−420−2", "", "000020000"]
    assert values(page, "Merged kernel")[1] == ["4", "4", "−4"]
    assert part(page, "shape").inner_text() == "Two branches on the window: 19 + 5 = 24"
    assert part(page, "arithmetic").inner_text().endswith("= 24")
    page.get_by_label("Identity", exact=True).uncheck()
    last = page.get_by_label("3×3", exact=True)
    last.click()
    assert "One branch must stay" in part(page, "message").inner_text() and last.is_checked()
    page.get_by_role("button", name="Undo").click()
    assert part(page, "shape").inner_text() == "Two branches on the window: 19 + 5 = 24"
    assert part(page, "message").inner_text() == ""


def test_numbers_are_edited_in_place_and_a_deviation_is_positive(mount):
    page = mount(Reparameterize())
    to(page, 14)
    for grid, row, col, typed in (
        ("3×3 kernel", 1, 1, "2"),
        ("1×1 kernel", 0, 0, "−1"),
        ("Identity batch norm", 0, 0, "9"),
        ("Window", 0, 0, "0"),
    ):
        cell(page, grid, row, col).dblclick()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    assert values(page, "Merged kernel")[1] == ["4", "6", "−4"], "2·2 − 1·1 + 3·1"
    assert cell(page, "Window", 0, 0).inner_text() == "0"
    before = part(page, "shape").inner_text()
    sigma = cell(page, "3×3 batch norm", 0, 3)
    for typed in ("0", "-2"):
        sigma.dblclick()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert "σ is a deviation, and more than 0" in part(page, "message").inner_text()
        assert part(page, "shape").inner_text() == before
        page.keyboard.press("Escape")
        assert part(page, "message").inner_text() == "" and sigma.inner_text() == "2"
    assert page.get_by_role("grid", name="Identity kernel").get_attribute("aria-readonly") == "true"


def test_what_is_pointed_at_is_told_once_it_is_there(mount):
    page = mount(Reparameterize())
    said, sum_ = part(page, "pointed"), part(page, "arithmetic")
    at_rest = said.inner_text()
    cell(page, "Merged kernel", 0, 0).hover()
    cell(page, "1×1 scaled", 1, 1).hover()
    assert said.inner_text() == at_rest, "they are still to come"
    cell(page, "1×1 kernel", 0, 0).hover()
    assert sum_.inner_text() == "5×3 = 15" and cells(page, "Window", "is-window") == {(1, 1)}
    cell(page, "Identity batch norm", 0, 2).hover()
    assert said.inner_text() == "μ of the identity's batch norm is subtracted first"
    to(page, 14)
    cell(page, "3×3 scaled", 0, 2).hover()
    assert sum_.inner_text() == "−1×2 = −2"
    assert cells(page, "3×3 kernel", "is-source") == {(0, 2)}
    cell(page, "1×1 scaled", 0, 2).hover()
    assert sum_.inner_text() == "0" and cells(page, "1×1 kernel", "is-source") == set()
    cell(page, "Merged kernel", 1, 0).hover()
    assert sum_.inner_text() == "4 + 0 + 0 = 4"
    assert cells(page, "3×3 scaled", "is-window") == {(1, 0)}


def test_of_two_channels_the_identity_is_a_row_of_the_unit_matrix(mount):
    page = mount(Reparameterize.example("two"))
    to(page, 23)
    assert values(page, "Identity kernel") == [["1", "0"]]
    assert values(page, "Identity scaled")[1] == ["0", "1", "0", "0", "0", "0"]
    page.get_by_label("Output 1").check()
    assert values(page, "Identity kernel") == [["0", "1"]]
    assert values(page, "Identity scaled")[1] == ["0", "0", "0", "0", "3", "0"]
    assert page.get_by_label("Step", exact=True).input_value() == "24"
    output = Reparameterize.example("two")
    output.channel = 1
    assert part(page, "arithmetic").inner_text().endswith(f"= {output.output[0]:g}")


def test_numbers_fly_and_leave_nothing_behind(mount):
    page = mount(Reparameterize())
    for _ in range(14):
        page.get_by_role("button", name="Next step").click()
    assert page.locator(".ex-flight").count() == 9
    page.get_by_role("button", name="First step").click()
    assert page.locator(".ex-flight").count() == 0


@pytest.mark.parametrize("mode, width", [("one", 900), ("one", 360), ("two", 720)])
def test_fewer_branches_move_nothing(mount, mode, width):
    page = mount(Reparameterize.example(mode), width=width)
    to(page, 23 if mode == "two" else 14)
    places = """() => [...document.querySelectorAll('[role=grid], .ex-lines, .ex-switch')]
        .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top + scrollY])"""
    before = page.evaluate(places)
    for name in ("1×1", "3×3"):
        page.get_by_label(name, exact=True).uncheck()
        assert page.evaluate(places) == before


def test_a_number_that_is_longer_than_its_grid_is_whole_while_it_is_looked_at(mount):
    page = mount(Reparameterize(), width=360)
    weight = cell(page, "1×1 kernel", 0, 0)
    weight.dblclick()
    page.keyboard.type("-123456.7")
    field = weight.locator("input").evaluate(
        "e => [e.getBoundingClientRect().left - e.closest('[role=grid]').getBoundingClientRect().left, e.offsetWidth]"
    )
    assert field[0] >= -1 and field[1] > 60, "it grows to where there is room"
    page.keyboard.press("Enter")
    assert weight.get_attribute("data-whole") == "−123500"
    # Where the label over the cell begins and ends, beside the box that would cut it.
    (begin, end), box = weight.evaluate(
        """e => { const style = getComputedStyle(e, '::before'), scroll = e.closest('.ex-scroll');
            const x = e.getBoundingClientRect().left + parseFloat(style.left) + new DOMMatrix(style.transform).e;
            const { left, right } = scroll.getBoundingClientRect();
            const cuts = getComputedStyle(scroll).overflowX !== 'visible';
            return [[x, x + parseFloat(style.width)], cuts ? [left, right] : [0, innerWidth]]; }"""
    )
    assert box[0] <= begin < end <= box[1]
