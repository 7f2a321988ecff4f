"""The widgets: their scripts and their style in the book, and one of a chapter on another page.

`<!-- explorable: NAME -->` becomes the first widget of that name that a chapter shows.
"""

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "utils" / "widgets" / "dist" / "book"
STYLE = ROOT / "utils" / "widgets" / "js" / "view" / "styles.css"
CORE = "explorables.js"
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.js") if path.name != CORE)
LOGGER = logging.getLogger(__name__)
EXPLORABLE = re.compile(r"<!--\s*explorable:\s*(\w+)\s*-->")


class Explorables(SphinxTransform):
    """Put a chapter's widget where a page has the comment `<!-- explorable: NAME -->`."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the comments."""
        elements = list(self.document.findall(nodes.Element))
        for raw in elements:
            if not isinstance(raw, (nodes.raw, nodes.comment)):
                continue
            text = raw.astext() if isinstance(raw, nodes.raw) else f"<!-- {raw.astext()} -->"
            found = EXPLORABLE.search(text)
            if not found:
                continue
            html, path = first_explorable(found[1], Path(self.env.srcdir))
            if html is None:
                LOGGER.warning("no chapter shows the widget %s", found[1], location=raw)
                raw.parent.remove(raw)
                continue
            self.env.note_dependency(str(path))
            raw.replace_self(nodes.raw("", html, format="html"))


def first_explorable(name: str, book: Path) -> tuple[str | None, Path | None]:
    """The HTML of the first widget `name` in a chapter's outputs, and that chapter's path."""
    for path in sorted((book / "chapters").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                html = "".join(output.get("data", {}).get("text/html", ""))
                if f'data-explorable="{name}"' in html:
                    return html, path
    return None, None


def scripts_of(body: str) -> set[str]:
    """The names of the scripts that the widgets in a page's HTML need."""
    shown = [f"{name}.js" for name in NAMES if f'data-explorable="{name}"' in body]
    return {CORE, *shown} if shown else set()


def find_files(app: Sphinx, config: Config) -> None:
    """Have the widgets' scripts and their style copied into the book."""
    config.html_static_path += [str(SCRIPTS), str(STYLE)]


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", find_files)
    app.add_transform(Explorables)
    # With the page's own: a sheet that comes with the first widget would style the page anew.
    app.add_css_file(STYLE.name, priority=940)
    app.add_js_file(CORE, loading_method="defer")
    for name in NAMES:  # after the core, which they add themselves to
        app.add_js_file(f"{name}.js", loading_method="defer", priority=600)
