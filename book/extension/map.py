"""`<!-- map of the course -->` becomes the map: a picture and a line for each chapter.

The parts and their order are those of `_toc.yml`. A chapter's line is the first sentence of its
opening paragraph, its picture `images/map/NAME.svg`.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .numbers import CHAPTER

PLACE = "map of the course"
PICTURES = Path(__file__).resolve().parents[2] / "images" / "map"


class Map(SphinxTransform):
    """Draw the map where the comment stands."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the comment."""
        for comment in list(self.document.findall(nodes.Element)):
            if not isinstance(comment, (nodes.comment, nodes.raw)):  # as the parser has it
                continue
            if comment.astext().strip(" <!->\n") != PLACE:
                continue
            source = Path(self.env.srcdir)
            self.env.note_dependency(str(source / "_toc.yml"))
            for path in source.glob("chapters/*.ipynb"):
                self.env.note_dependency(str(path))
            comment.replace_self(nodes.raw("", draw(source), format="html"))


def draw(source: Path) -> str:
    """The map of the course whose `_toc.yml` stands in the folder `source`, as HTML."""
    toc = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))
    html = []
    for part in toc["parts"]:
        names = [chapter["file"] for chapter in part["chapters"]]
        cards = [_card(source, name) for name in names if CHAPTER.match(name)]
        if cards:
            html.append(f"<h3>{escape(part['caption'])}</h3>\n<ol>{''.join(cards)}</ol>")
    return f'<nav class="course-map" aria-label="Map of the course">{"".join(html)}</nav>'


def _card(source: Path, name: str) -> str:
    """One chapter: picture, number, title and line, all of it a link."""
    cells = json.loads((source / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    title, _, opening = "".join(cells[0]["source"]).partition("\n\n")
    number = int(CHAPTER.match(name)[1])  # type: ignore[index]
    picture = PICTURES / f"{name.split('-', 1)[1]}.svg"
    drawing = picture.read_text(encoding="utf-8") if picture.exists() else ""
    heading = f"{number}. {escape(title.removeprefix('# '))}"
    return (
        f'<li><a href="{name}.html">{drawing}<span><strong>{heading}</strong> '
        f"{escape(first_sentence(opening))}</span></a></li>"
    )


def first_sentence(paragraph: str) -> str:
    """The first sentence of a paragraph in Markdown, as plain text.

    >>> first_sentence("You will *see* what `K` and [others](a.html) do. It takes a while.")
    'You will see what K and others do.'
    """
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", paragraph)
    plain = re.sub(r"[*`$]|\\(?=\W)", "", plain)
    return re.split(r"(?<=[.!?])\s", plain.strip(), maxsplit=1)[0]


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_transform(Map)
