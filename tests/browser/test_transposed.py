"""Transposed on a page."""

import torch
from looking import cell, cells, part, values

from utils import Transposed

K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])


def test_transposed_sides_end_equal_and_explain_sizes(mount):
    page = mount(Transposed(K, K))
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
