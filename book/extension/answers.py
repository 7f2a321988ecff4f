"""Where an exercise is answered: the style of its fields, the way to Colab, how many there are."""

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

STYLE = Path(__file__).resolve().parents[2] / "utils" / "widgets" / "js" / "view" / "answer.css"
SPEC = re.compile(r'<div class="explorable" data-explorable="Answer" data-spec="([^"]*)"')
HERE = "Write it in Python, in the cell below."


class Answers(SphinxTransform):
    """Tell each place to answer where its cell stands in Colab."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Add the address, and where the answer is a function, a link to it."""
        colab = self.config.html_context.get("colab")
        if not colab:
            return
        for raw in list(self.document.findall(nodes.raw)):
            found = SPEC.search(raw.astext())
            if not found:
                continue
            address = escape(f"{colab}{self.env.docname}.ipynb{self._cell(raw)}")
            html, rest = raw.astext()[: found.end()], raw.astext()[found.end() :]
            link = f'<a href="{address}">Write it in Colab</a>.'
            text = f'{html} data-colab="{address}"{rest.replace(HERE, link)}'
            raw.rawsource = text
            raw.children = [nodes.Text(text)]

    def _cell(self, raw: nodes.Node) -> str:
        """The end of the address that scrolls to the cell of an output."""
        while raw.parent is not None:
            raw = raw.parent
            if isinstance(raw, nodes.container) and raw.get("nb_element") == "cell_code":
                source = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
                return f"#scrollTo={json.loads(source)['cells'][raw['cell_index']]['id']}"
        return ""


def count(doctree: nodes.Node) -> int:
    """How many exercises can be answered on a page: parts of one are one, predictions none."""
    keys = set()
    for raw in doctree.findall(nodes.raw):
        for spec in SPEC.findall(raw.astext()):
            given = json.loads(unescape(spec))
            if given["form"]["fields"] and not given["exercise"].endswith("p"):
                keys.add(given["exercise"].rstrip("abcdefgh"))
    return len(keys)


def tell(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page's template the number."""
    if doctree:
        context["answers"] = count(doctree)


def find_style(app: Sphinx, config: Config) -> None:
    """Have the style of the fields in the book's: they stand there before the script runs."""
    config.html_static_path.append(str(STYLE))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", find_style)
    app.connect("html-page-context", tell)
    app.add_transform(Answers)
    app.add_css_file("answer.css", priority=950)
