"""Sections that are exercises, chapters that keep their number, tables, widgets."""

import re
from pathlib import Path

import extension
from cells import code, text


def test_an_exercise_is_a_box_with_an_address(build):
    page = (
        "# T\n\n## Exercises\n\n### Exercise 2.1 · Sizes\n\nHow many?\n\n### Exercises in style\n"
    )
    html = build("exercises", files={"index": page}).html()
    assert re.findall(r'<section class="exercise" id="([^"]*)"', html) == ["exercise-2-1"]
    assert html.count('class="exercise"') == 1


def test_a_chapter_has_the_number_of_its_file(build):
    index = "# Book\n\n```{toctree}\n:numbered:\n\nchapters/03-b\nchapters/13-c\n```\n"
    files = {"index": index, "chapters/03-b": "# B\n\n## First\n", "chapters/13-c": "# C\n"}
    book = build("numbers", files=files)
    assert re.search(r"13\.\s*</span>C", book.html("chapters/13-c"))
    assert re.search(r"3\.1\.\s*</span>First", book.html("chapters/03-b"))
    assert "13. C" in book.html()


def test_the_corner_of_a_table_is_no_header(build):
    html = "<table class='dataframe' class=\"dataframe\"><tr><th></th><th>a</th></tr></table>"
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    page = build("tables", files={"index": [text("# T"), code("t", outputs=[output])]}).html()
    assert "<td></td><th>a</th>" in page


def test_a_page_shows_a_chapter_s_widget(build):
    html = '<div class="explorable" data-explorable="Toy" data-spec="{}"></div>'
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    files = {
        "index": "# Book\n\n<!-- explorable: Toy -->\n\n<!-- explorable: None -->\n\n"
        "```{toctree}\nchapters/01-a\n```\n",
        "chapters/01-a": [text("# A"), code("Toy()", outputs=[output])],
    }
    book = build("widgets", files=files)
    assert html in book.html()
    assert "no chapter shows the widget None" in book.warnings


def test_the_extension_s_parts_are_its_files():
    folder = Path(extension.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "cards", "words"} == {
        *extension.PARTS
    }
