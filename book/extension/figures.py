"""Figures of numbers: their style is in the book's, once, and not in every one of them."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

STYLE = Path(__file__).resolve().parents[2] / "utils" / "figures" / "figures.css"
BROUGHT = re.compile(r'<style>[^<]*</style>\s*(?=<figure class="fig")')


class Figures(SphinxTransform):
    """Take the style out of each figure of numbers."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Rewrite the HTML of outputs."""
        for raw in list(self.document.findall(nodes.raw)):
            if raw.get("format") == "html" and BROUGHT.search(raw.astext()):
                text = BROUGHT.sub("", raw.astext())
                raw.replace_self(nodes.raw("", text, format="html", classes=raw["classes"]))


def find_style(app: Sphinx, config: Config) -> None:
    """Have the style copied into the book."""
    config.html_static_path.append(str(STYLE))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", find_style)
    app.add_transform(Figures)
    app.add_css_file(STYLE.name, priority=950)
