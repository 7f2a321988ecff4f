"""A listing says how high it is, so that a browser can leave out those that are far from sight.

Half of a page's elements are words of code. `course.css` has the browser style and place a listing
when it comes near (`content-visibility`); with the number of its lines nothing moves by that.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_listing(self: HTML5Translator, node: nodes.literal_block) -> None:
    """Write the listing as Sphinx does, with the number of its lines as a CSS property."""
    start = len(self.body)
    try:
        HTML5Translator.visit_literal_block(self, node)
    finally:  # it raises SkipNode once it has written
        lines = node.astext().rstrip("\n").count("\n") + 1
        written = "".join(self.body[start:])
        named = written.replace("<div class=", f'<div style="--lines: {lines}" class=', 1)
        self.body[start:] = [named]


def depart_listing(self: HTML5Translator, node: nodes.literal_block) -> None:
    """End it as Sphinx does."""
    HTML5Translator.depart_literal_block(self, node)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_node(nodes.literal_block, override=True, html=(visit_listing, depart_listing))
