"""Minutes to read: prose and code in sight, before the exercises."""

import pytest
from cells import code, text

PAGE = "{{ reading_minutes }}"


@pytest.fixture
def minutes(build, tmp_path):
    """Return a function that builds a chapter of these cells and tells its minutes."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)

    def minutes(*cells) -> int:
        book = build(
            "folds",
            "reading",
            files={"index": [text("# Title"), *cells]},
            templates_path=[str(tmp_path / "templates")],
        )
        return int(book.html())

    return minutes


WORDS = "word " * 1000  # 5 minutes
LINES = "\n\n".join(["x = 1"] * 60)  # 60 of them, 3 minutes


def test_prose_and_code_count(minutes):
    assert minutes(text(WORDS), code(LINES)) == 8


def test_what_is_folded_or_printed_does_not(minutes):
    output = {"output_type": "stream", "name": "stdout", "text": "line\n" * 500}
    folded = code("# Many\n" + "x = 1\n" * 500, "proof", outputs=[output])
    assert minutes(text(WORDS), code("print()", outputs=[output]), folded) == 5


def test_formulas_are_not_words(minutes):
    assert minutes(text(WORDS), text("$" + "a + " * 500 + "b$")) == 5


def test_exercises_and_what_follows_do_not_count(minutes):
    assert (
        minutes(
            text(WORDS),
            text("## Exercises"),
            text(WORDS),
            text("### One"),
            code(LINES),
            text("## More"),
        )
        == 5
    )
