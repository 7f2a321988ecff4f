"""The page for teachers says of each chapter what the chapter's page says."""

import re
from pathlib import Path

import nbformat
import notebooks  # tools/notebooks.py

TEACHERS = Path(notebooks.ROOT / "chapters" / "teachers.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \[(\d+) ([^\]]+)\]\((\S+)\.ipynb\) \| (\d+) \| ([^|]+) \|", re.MULTILINE)


def test_the_table_has_every_chapter_its_title_and_its_minutes(book):
    said, shown = [], []
    for number, title, name, minutes, _ in ROW.findall(TEACHERS):
        said.append((int(number), title, name, int(minutes)))
    for path in notebooks.chapters():
        page = (book / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
        (minutes,) = re.findall(r"<span>(\d+) minutes to read</span>", page)
        title = nbformat.read(path, as_version=4).cells[0].source.split("\n")[0]
        shown.append((int(path.stem[:2]), title.removeprefix("# "), path.stem, int(minutes)))
    assert said == shown


def test_what_a_chapter_needs_is_what_it_says_on_top():
    """Chapter 2 names chapter 1, and does not need it."""
    for number, _, name, _, needs in ROW.findall(TEACHERS):
        path = notebooks.ROOT / "chapters" / f"{name}.ipynb"
        opening = nbformat.read(path, as_version=4).cells[0].source.split("\n\n")[1]
        named = {int(n) for n in re.findall(r"\((\d\d)-[\w-]+\.ipynb\)", opening)} - {1}
        assert {int(n) for n in re.findall(r"\d+", needs)} == named, number
