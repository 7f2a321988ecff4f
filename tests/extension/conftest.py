"""Small books, built by Sphinx with one part of the course's extension at a time."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book"))
PYTHON = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}


@dataclass
class Book:
    """What came out: the folder of pages, and what Sphinx warned of."""

    pages: Path
    warnings: str

    def read(self, name: str) -> str:
        """The text of a file of the book."""
        return (self.pages / name).read_text(encoding="utf-8")

    def html(self, name: str = "index") -> str:
        """The source of a page."""
        return self.read(f"{name}.html")


@pytest.fixture
def build(tmp_path):
    """Return a function that builds a book of these files with these parts of the extension.

    A list of cells is a notebook, a string a page in Markdown, or with a suffix another file;
    `index` must be among them.
    """

    def build(*parts: str, files: dict[str, Any], **settings: Any) -> Book:
        source = tmp_path / "source"
        source.mkdir()
        (source / "conf.py").write_text("")
        for name, content in files.items():
            path = source / name
            path.parent.mkdir(exist_ok=True)
            if path.suffix:
                path.write_text(content, encoding="utf-8")
            elif isinstance(content, str):
                path.with_name(f"{path.name}.md").write_text(content, encoding="utf-8")
            else:
                notebook = nbformat.v4.new_notebook(cells=content, metadata=PYTHON)
                nbformat.write(notebook, path.with_name(f"{path.name}.ipynb"))
        app = SphinxTestApp(
            srcdir=source,
            confoverrides={
                "extensions": ["myst_nb", *(f"extension.{part}" for part in parts)],
                "nb_execution_mode": "off",
                "nb_ipywidgets_js": {},
                "html_theme": "basic",
                "html_static_path": [str(ROOT / "book" / "static")],
                "myst_enable_extensions": ["dollarmath"],
                "myst_update_mathjax": False,
                **settings,
            },
        )
        try:
            app.build()
            return Book(Path(app.outdir), app.warning.getvalue())
        finally:
            app.cleanup()

    return build
