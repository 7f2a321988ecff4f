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
    groups.fill("3")
    assert "must divide" in part(page, "message").inner_text()
    groups.fill("1")
    assert "Weights: 2·4·2·2 = 32" in part(page, "shape").inner_text()
    groups.fill("2")
    assert "Weights: 2·2·2·2 = 16" in part(page, "shape").inner_text()
    assert values(page, "Kernel 0") == [["1", "1"], ["1", "1"]], "weights come back"


def test_channels_textbook_numbers(mount):
    page = mount(Channels(TWO, BANK))
    assert [values(page, f"Output {i}") for i in range(3)] == [
        [["56", "72"], ["104", "120"]],
        [["76", "100"], ["148", "172"]],
        [["96", "128"], ["192", "224"]],
    ]
    expect(part(page, "arithmetic")).to_have_text("19 + 37 = 56")
