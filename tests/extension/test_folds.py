"""A folded cell says what it holds."""

import re

import pytest
from cells import code, text

SUMMARY = re.compile(r"<summary>(.*?)</summary>")


def test_folded_cells_are_named_by_what_they_hold(build):
    cells = [
        text("# Title"),
        code("import utils", "setup", "hide-cell"),
        code("print(1)  # in sight"),
        code("# @title Proof: a < b on ten seeds\nassert 1 < 2", "proof"),
        code("# Ten sizes agree,\n# and ten seeds.\nassert True  # yes", "proof"),
        code("# @title The roofline, drawn\nplot()", "hide-input"),
        code("# @title Answer 2.1, run\n1", "answer", "hide-cell"),
    ]
    book = build("folds", files={"index": cells})
    assert book.warnings == ""
    assert SUMMARY.findall(book.html()) == [
        "Set-up",
        "Proof: a &lt; b on ten seeds",
        "Proof: Ten sizes agree, and ten seeds",
        "The roofline, drawn",
        "Answer, in code",
    ]
    assert "Toggle hidden content" not in book.html()
    assert re.search(r'<details class="hide above-input">\s*<summary>Proof', book.html())


def test_what_is_in_sight_stays_in_sight(build):
    book = build("folds", files={"index": [text("# Title"), code("# A comment\nprint(1)")]})
    assert "<details" not in book.html()


@pytest.mark.parametrize("tags", [("proof",), ("hide-input",)])
def test_a_fold_without_a_name_is_warned_of(build, tags):
    book = build("folds", files={"index": [text("# Title"), code("x = 1", *tags)]})
    assert "a folded cell begins with no comment that names it" in book.warnings
