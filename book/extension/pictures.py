"""A picture that a cell shows gets a text alternative."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .words import shorten

LOGGER = logging.getLogger(__name__)
ALT_LENGTH = 300


class Alternatives(SphinxTransform):
    """Give each picture that a cell shows a text alternative.

    A cell can say it itself, in its metadata `alt`. Otherwise it is the comment that the cell opens
    with, or else the last paragraph before the cell, which is where the text says what to look for.
    """

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Fill in what is missing."""
        before = ""
        for node in self.document.findall():
            if isinstance(node, nodes.paragraph):
                before = node.astext()
            elif isinstance(node, nodes.image) and not node.get("alt"):
                cell = _cell(node)
                said = cell and (cell.get("alt") or _opening_comment(cell))
                node["alt"] = shorten(said or before, ALT_LENGTH)
                if not node["alt"]:
                    LOGGER.warning("a picture without a text alternative", location=node)


def _cell(node: nodes.Node) -> nodes.Element | None:
    """The notebook cell that `node` is in."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.Element) and "cell" in node.get("classes", []):
            return node
    return None


def _opening_comment(cell: nodes.Element) -> str:
    """The comment that the cell's code opens with, less a Colab title."""
    code = cell.next_node(nodes.literal_block)
    lines = []
    for line in code.astext().splitlines() if code else []:
        if not line.startswith("#"):
            break
        if not line.startswith("# @"):
            lines.append(line.lstrip("# "))
    return " ".join(lines)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_transform(Alternatives)
