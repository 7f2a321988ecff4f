"""Social cards, and what a page says of itself."""

import re

import numpy as np
import pytest
import torch
from cells import text
from extension import cards

from utils.loops import corr2d

COURSE = "The Sliding Window"


def test_the_sum_on_a_card_is_that_of_its_window():
    numbers, kernel = torch.tensor(cards.NUMBERS), torch.tensor(cards.KERNEL)
    expected = corr2d(numbers.float(), kernel.float())
    places = [cards.place(number) for number in range(20)]
    assert sorted(places) == [(i, j) for i in range(4) for j in range(5)]
    assert cards.place(20) == cards.place(0)
    assert all(cards.score(*place) == expected[place] for place in places)


@pytest.mark.parametrize(
    ("title", "number"),
    [
        (COURSE, None),
        ("References", None),
        ("What convolution costs", 13),
        ("Groups, depthwise and separable convolutions", 12),
        ("Transposed convolution", 8),
    ],
)
def test_a_card_has_room_for_its_title(tmp_path, title, number):
    cards.write(tmp_path / "card.png", COURSE, title, number)
    assert (tmp_path / "card.png").stat().st_size <= 40_000
    card = np.array(cards.draw(COURSE, title, number).convert("RGB"))
    assert card.shape == (630, 1200, 3)
    ink = (card != 255).any(axis=2)
    assert ink[:, :72].sum() < 100  # a serif may lean out
    assert not ink[:, cards.LEFT - 35 : cards.LEFT - 4].any(), "the title runs into the grid"
    lines = np.flatnonzero(ink[215 : cards.TOP + cards.ROWS * cards.SIDE, : cards.LEFT - 35].any(1))
    gaps = np.flatnonzero(np.diff(lines) > 12)
    assert gaps.size, "the title runs into the sum"


def test_every_page_has_a_card_and_says_so(build):
    files = {
        "index": "# Home\n\nWords.\n\n```{toctree}\nchapters/06-one-by-one\n```\n",
        "chapters/06-one-by-one": [text("# The 1×1 *convolution*\n\nIt reads one pixel.")],
    }
    book = build("pages", files=files, html_baseurl="https://example.org/", html_title=COURSE)
    assert book.warnings == ""
    seen = set()
    for name in ("index", "chapters/06-one-by-one"):
        said = dict(
            re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', book.html(name))
        )
        assert said["twitter:card"] == "summary_large_image"
        assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
        assert len(said["og:image:alt"]) > 20
        address = said["og:image"].removeprefix("https://example.org/")
        assert (book.pages / address).read_bytes().startswith(b"\x89PNG")
        seen.add(address)
    assert len(seen) == 2
    assert 'content="The 1×1 convolution"' in book.html("chapters/06-one-by-one")
