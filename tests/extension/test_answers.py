"""Places to answer: the way to Colab, and how many there are."""

import re

import pytest
from cells import code, text

PLACE = (
    '<div class="explorable" data-explorable="Answer" data-spec="{spec}">'
    "<p>2.1 asks for a function. Write it in Python, in the cell below.</p></div>"
)
SPEC = "{{&quot;exercise&quot;:&quot;{}&quot;,&quot;form&quot;:{{&quot;fields&quot;:[{}]}}}}"
COLAB = {"colab": "https://colab.example/blob/main/"}


def asked(key: str, fields: str = "") -> object:
    html = PLACE.format(spec=SPEC.format(key, fields))
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    cell = code(f'Answer("{key}")', "remove-input", outputs=[output])
    cell.id = f"cell-{key.replace('.', '-')}"
    return cell


@pytest.fixture
def chapter(build):
    cells = [
        text("# T"),
        asked("02.1", "1"),
        asked("02.2a"),
        asked("02.2b", "1"),
        asked("02.2c", "1"),
    ]

    def chapter(**settings):
        return build(
            "answers",
            files={"index": "# B\n\n```{toctree}\nchapters/02-a\n```\n", "chapters/02-a": cells},
            **settings,
        )

    return chapter


def test_each_place_knows_its_cell_in_colab(chapter):
    html = chapter(html_context=COLAB).html("chapters/02-a")
    there = "https://colab.example/blob/main/chapters/02-a.ipynb#scrollTo=cell-"
    assert re.findall('data-colab="([^"]*)"', html) == [
        f"{there}{key}" for key in ("02-1", "02-2a", "02-2b", "02-2c")
    ]
    assert html.count("data-spec") == 4 and html.count('href="https://colab') == 4
    assert "in the cell below" not in html


def test_where_there_is_no_colab_the_cell_is_below(chapter):
    html = chapter().html("chapters/02-a")
    assert "data-colab" not in html and html.count("in the cell below") == 4


def test_the_page_knows_how_many_can_be_answered(chapter, tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("{{ answers }}")
    book = chapter(templates_path=[str(tmp_path / "templates")])
    assert book.html("chapters/02-a") == "2", "02.1, and 02.2 in parts"
    assert book.html() == "0"


def test_the_fields_have_their_style_before_the_script_runs(chapter):
    book = chapter()
    assert ".ex-answer" in book.read("_static/answer.css")
    assert "answer.css" in book.html("chapters/02-a")
