"""How long a chapter takes: the words and the lines of code in sight before its exercises."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .words import title_of

WORDS_A_MINUTE, LINES_A_MINUTE = 200, 20
PROSE = (nodes.paragraph, nodes.title, nodes.term, nodes.caption)


def minutes(doctree: nodes.Node) -> int:
    """Minutes to read what a page shows unasked, up to the section "Exercises"."""
    words = lines = 0
    for node in doctree.findall(nodes.TextElement):
        if _folded(node) or _in_exercises(node):
            continue
        if isinstance(node, nodes.literal_block):
            is_code = "cell_input" in node.parent.get("classes", [])
            lines += is_code * sum(bool(line.strip()) for line in node.astext().splitlines())
        elif isinstance(node, PROSE):
            maths = sum(len(part.astext().split()) for part in node.findall(nodes.math))
            words += len(node.astext().split()) - maths
    return round(words / WORDS_A_MINUTE + lines / LINES_A_MINUTE)


def _ancestors(node: nodes.Node) -> list[nodes.Element]:
    """All that `node` is in."""
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _folded(node: nodes.Node) -> bool:
    """Whether `node` is in a folded cell, or in an output."""
    return any(
        parent.get("hide_mode")
        or "cell_output" in parent.get("classes", [])
        or parent.tagname == "HideCodeCellNode"
        for parent in _ancestors(node)
    )


def _in_exercises(node: nodes.Node) -> bool:
    """Whether `node` is in the section "Exercises" or in one after it."""
    for parent in _ancestors(node):
        if not isinstance(parent, nodes.section):
            continue
        before = parent.parent.children[: parent.parent.index(parent) + 1]
        if any(isinstance(s, nodes.section) and title_of(s) == "Exercises" for s in before):
            return True
    return False


def tell(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page's template the number."""
    if doctree:
        context["reading_minutes"] = minutes(doctree)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", tell)
