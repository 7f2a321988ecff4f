"""A folded cell says what it holds: "Set-up", "Proof: ...", "Answer", or the title of its code.

The title is what the cell's code opens with, `# @title ...` (which Colab shows as a form) or any
other comment. A cell with the tag `proof` is folded without another tag: it shows, one click away,
that the text before it is true.
"""

import re
from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
TITLE = re.compile(r"#\s*(?:@title\s+)?(.*)")


def title_of_cell(tags: list[str], code: str) -> str:
    r"""What the fold of a cell with these tags and this code says; "" where it has no name.

    >>> title_of_cell(["proof"], "# Ten sizes agree with F.conv2d\nassert True")
    'Proof: Ten sizes agree with F.conv2d'
    >>> title_of_cell(["hide-input"], "# @title The roofline, drawn\nplot()")
    'The roofline, drawn'
    """
    if "setup" in tags:
        return "Set-up"
    if "answer" in tags:
        return "Answer, in code"
    comment: list[str] = []
    for line in code.splitlines():
        found = TITLE.match(line)
        if not found or (comment and "@" in line):
            break
        comment.append(found[1].strip())
        if "@title" in line:
            break
    text = re.sub(r"^Proof:\s*", "", " ".join(comment)).rstrip(".")
    return f"Proof: {text}" if text and "proof" in tags else text


class Folds(SphinxTransform):
    """Name each folded cell, and fold the proofs."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Set what MyST-NB's own transform, which comes later, folds and writes above it."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code":
                continue
            tags = cell["cell_metadata"].get("tags", [])
            if "proof" in tags:
                cell["hide_mode"] = "all"
            if not cell.get("hide_mode"):
                continue
            code = cell.next_node(nodes.literal_block)
            name = title_of_cell(tags, code.astext() if code else "")
            if not name:
                LOGGER.warning("a folded cell begins with no comment that names it", location=cell)
            cell["prompt_show"] = cell["prompt_hide"] = name


def visit_fold(self: HTML5Translator, node: nodes.Element) -> None:
    """Open the fold; its name is its only label, whether it is open or not."""
    classes = " ".join(["hide", *node["classes"]])
    self.body.append(f'<details class="{classes}">\n')
    self.body.append(f"<summary>{escape(node['prompt_show'])}</summary>\n")


def depart_fold(self: HTML5Translator, node: nodes.Element) -> None:
    """Close it."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_transform(Folds)
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
