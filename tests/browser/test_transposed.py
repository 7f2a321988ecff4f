"""Transposed on a page."""

import torch
from looking import cell, cells, part, values

from utils import Transposed

K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
NINE = torch.arange(1.0, 10).reshape(3, 3)


def test_transposed_sides_end_equal_and_explain_sizes(mount):
    page = mount(Transposed(K, K))
    assert page.get_by_role("slider", name="Step").input_value() == "1", (
        "it opens on its first step"
    )
    page.get_by_role("button", name="Last step").click()
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
    assert "takes 4, 5 rows to 2" in part(page, "shape").inner_text()
    page.get_by_label("Output padding", exact=True).fill("2")
    assert "smaller than the stride" in part(page, "message").inner_text()
    page.get_by_label("Output padding", exact=True).fill("1")
    assert len(values(page, "Convolved")) == 5
    cell(page, "Convolved", 1, 1).hover()
    assert cells(page, "Input", "is-affected") == {(0, 0)}


def test_a_click_on_an_input_stamps_it_and_overlaps_are_told(mount):
    page = mount(Transposed(K + 1, NINE, stride=2))
    assert cells(page, "Output", "is-overlap") == set()
    cell(page, "Input", 0, 1).click()
    page.mouse.move(1, 1)
    assert page.get_by_role("slider", name="Step").input_value() == "2"
    assert cells(page, "Output", "is-overlap") == {(row, 2) for row in range(3)}
    assert values(page, "Output")[0] == ["1", "2", "5", "4", "6"], (
        "3·1 + 1·2 = 5 where they overlap"
    )
    notes = page.locator(".ex-panel:has([aria-label=Output]) .ex-pane")
    assert notes.evaluate_all("all => all.map(e => e.dataset.note)") == [
        f"+{2 * w}" for w in range(1, 10)
    ]
    overlap = cell(page, "Output", 0, 2).get_attribute("aria-label")
    assert overlap == "row 0, column 2, 5, sum of 2 stamps"


def test_a_stamp_comes_down_and_the_window_slides(mount):
    page = mount(Transposed(K + 1, NINE, stride=2))
    page.get_by_role("button", name="Next step").click()
    assert page.locator(".ex-flight").all_inner_texts() == [str(2 * w) for w in range(1, 10)]
    window = page.locator(".ex-panel:has([aria-label=Zero-inserted]) .ex-frame")
    assert window.evaluate("e => e.getAnimations().filter(a => !a.transitionProperty).length") == 1
    assert values(page, "Output") == values(page, "Convolved"), "right from the first moment"
    page.get_by_role("button", name="First step").click()
    assert page.locator(".ex-flight").count() == 0


def test_with_reduced_motion_it_is_there_at_once(show):
    page = show(Transposed(K + 1, NINE, stride=2), reduced_motion="reduce")
    page.get_by_role("button", name="Next step").click()
    assert page.locator(".ex-flight").count() == 0
    assert page.evaluate("document.getAnimations().length") == 0


def test_both_sides_count_their_multiplications(mount):
    page = mount(Transposed(K, NINE, stride=2))
    left, right = (page.locator(".ex-pair > div > p").nth(i) for i in (0, 1))
    assert left.inner_text() == "Stamping: 1·9 = 9 multiplications"
    page.get_by_role("button", name="Last step").click()
    assert left.inner_text() == "Stamping: 4·9 = 36 multiplications"
    assert right.inner_text() == (
        "Zero insertion: 25·9 = 225 multiplications\n36 of them with an input so far"
    )
    page.get_by_label("Padding", exact=True).fill("1")  # what is cropped has been stamped
    assert "36 mult" in left.inner_text() and "9·9 = 81 mult" in right.inner_text()
    # Windows of 3×3 over 5×5 with pixels at (1, 1), (1, 3), (3, 1), (3, 3): each is read four times.
    ones = torch.nn.functional.conv_transpose2d(
        torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3), stride=2, padding=1
    )
    assert f"{int(ones.sum())} of them" in right.inner_text()
