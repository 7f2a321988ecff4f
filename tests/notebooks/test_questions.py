"""Where CONTRIBUTING.md and the page for teachers send a reader, there is something."""

import re

import glossary  # tools/glossary.py
import nbformat
import notebooks  # tools/notebooks.py

EXERCISE = re.compile(r"^### Exercise (\d+\.\d+) ", re.MULTILINE)
NUMBER = re.compile(r"\b\d{1,2}\.\d+\b")
LINK = re.compile(r"\]\((?:chapters/)?(\d[\w-]+\.ipynb)#([\w-]+)\)")


def below(name: str, heading: str) -> str:
    """A section of one of the course's pages."""
    text = (notebooks.ROOT / name).read_text(encoding="utf-8")
    return re.split(r"^## ", text.partition(f"## {heading}\n")[2], flags=re.MULTILINE)[0]


def exercises() -> set[str]:
    """The numbers of all exercises there are."""
    return {
        number
        for path in notebooks.chapters()
        for cell in nbformat.read(path, as_version=4).cells
        for number in EXERCISE.findall(cell.source)
    }


def test_every_question_is_answered_where_the_table_says():
    rows = re.findall(
        r"^\| (.+) \| (.+) \|$",
        below("CONTRIBUTING.md", "Where each question is answered"),
        re.MULTILINE,
    )[1:]
    assert len(rows) > 50 and len({question for question, _ in rows}) == len(rows)
    known = exercises()
    for question, where in rows:
        links = LINK.findall(where)
        numbers = NUMBER.findall(re.sub(r"\[.*?\]\(.*?\)", "", where))
        assert numbers or links, question
        assert set(numbers) <= known, question
        for file, anchor in links:
            assert anchor in glossary.sections(glossary.CHAPTERS / file), question


def test_the_lecture_plans_set_exercises_that_exist():
    plans = below("chapters/teachers.md", "Lecture plans")
    numbers = NUMBER.findall(plans)
    assert len(numbers) > 30
    assert set(numbers) <= exercises()


def test_the_page_for_teachers_opens_widgets_that_exist():
    text = (notebooks.ROOT / "chapters" / "teachers.md").read_text(encoding="utf-8")
    shown = LINK.findall(text)
    assert {file for file, _ in shown} == {path.name for path in notebooks.chapters()}
    for file, anchor in shown:
        assert anchor in glossary.sections(glossary.CHAPTERS / file)
