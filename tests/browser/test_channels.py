"""Channels on a page."""

import torch
from looking import cell, cells, part, values
from playwright.sync_api import expect

from utils import Channels

X = torch.arange(9.0).reshape(3, 3)
K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
TWO = torch.stack([X, X + 1])
BANK = torch.stack([torch.stack([K, K + 1]) + i for i in range(3)])


def test_channels_light_only_what_feeds_the_output(mount):
    page = mount(Channels(torch.cat([TWO, TWO]), torch.ones(2, 2, 2, 2), groups=2))
    cell(page, "Output 1", 0, 0).hover()
    lit = [bool(cells(page, f"Input {i}", "is-window")) for i in range(4)]
    assert lit == [False, False, True, True]
    assert "8 + 12 = 20" in part(page, "arithmetic").inner_text()
    groups = page.get_by_label("Groups", exact=True)
    groups.select_option("1")
    assert "Weights: 2·4·2·2 = 32" in part(page, "shape").inner_text()
    groups.select_option("2")
    assert "Weights: 2·2·2·2 = 16" in part(page, "shape").inner_text()
    assert values(page, "Kernel 1") == [["1", "1"], ["1", "1"]], "weights come back"


def test_only_groups_that_divide_both_are_offered(mount):
    def offered(planes: int, filters: int) -> list[str]:
        page = mount(Channels(X.expand(planes, 3, 3), torch.ones(filters, planes, 1, 1)))
        return page.get_by_label("Groups", exact=True).locator("option").all_inner_texts()

    assert offered(4, 4) == ["1", "2", "4"] and offered(6, 4) == ["1", "2"]
    page = mount(Channels(TWO, BANK))
    assert page.get_by_label("Groups", exact=True).is_hidden(), "there is nothing to choose"


def test_each_plane_has_a_lane_with_its_kernel_and_what_it_adds(mount):
    page = mount(Channels(torch.cat([TWO, TWO]), torch.ones(2, 2, 2, 2), groups=2))
    lanes = page.locator(".ex-lane")
    sums = page.locator(".ex-sum:visible").all_inner_texts()
    assert [text.replace("\u00a0", " ") for text in sums] == [
        "0×1 + 1×1 + 3×1 + 4×1 = 8",
        "1×1 + 2×1 + 4×1 + 5×1 = 12",
    ]
    boxes = [lane.bounding_box() for lane in lanes.all()]
    assert [b["x"] for b in boxes] == [boxes[0]["x"]] * 4, "one above the other"
    cell(page, "Output 1", 1, 1).click()
    assert [lane.bounding_box() for lane in lanes.all()] == boxes
    assert page.locator(".ex-sum:visible").count() == 2
    assert (
        lanes.nth(0).locator(".ex-sum").is_hidden() and lanes.nth(3).locator(".ex-sum").is_visible()
    )


def test_what_a_single_plane_adds_is_said_once(mount):
    widget = Channels(TWO, torch.stack([K[None], K[None] + 1]), groups=2)
    page = mount(widget)
    assert part(page, "arithmetic").inner_text() == "19"
    assert "its only plane adds all of it" in part(page, "pointed").inner_text()
    assert (
        "19 = 19" not in widget.first_frame()
        and "adds all of it: 0×0 + 1×1 + 3×2 + 4×3 = 19<" in widget.first_frame()
    )


def test_products_fly_to_what_a_plane_adds_and_that_to_the_output(mount):
    page = mount(Channels(TWO, BANK))
    labels = page.locator(".ex-flight")
    page.get_by_role("button", name="Next step").click()
    products = ["0", "2", "8", "15", "2", "6", "15", "24"]
    assert labels.all_inner_texts() == [*products, "25", "47"]
    assert part(page, "arithmetic").inner_text() == "25 + 47 = 72", "right from the first moment"
    page.get_by_role("button", name="Previous step").click()
    assert labels.count() == 0, "going back shows no sum being made"


def test_with_reduced_motion_nothing_flies(show):
    page = show(Channels(TWO, BANK), reduced_motion="reduce")
    page.get_by_role("button", name="Next step").click()
    assert page.locator(".ex-flight").count() == 0
    assert part(page, "arithmetic").inner_text() == "25 + 47 = 72"


def test_channels_textbook_numbers(mount):
    page = mount(Channels(TWO, BANK))
    assert [values(page, f"Output {i}") for i in range(3)] == [
        [["56", "72"], ["104", "120"]],
        [["76", "100"], ["148", "172"]],
        [["96", "128"], ["192", "224"]],
    ]
    expect(part(page, "arithmetic")).to_have_text("19 + 37 = 56")
