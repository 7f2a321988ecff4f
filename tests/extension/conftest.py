"""A small book, built by Sphinx with the course's own extension."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book"))


@dataclass
class Built:
    """A built book, and what Sphinx said about it."""

    html: Path
    warnings: str

    def read(self, name: str) -> str:
        """The text of one of its files."""
        return (self.html / name).read_text(encoding="utf-8")


@pytest.fixture
def build(tmp_path) -> Callable[..., Built]:
    """Return a function that builds pages, given as Markdown, with some parts of the extension."""

    def make(*parts: str, **pages: str) -> Built:
        source = tmp_path / "source"
        source.mkdir()
        (source / "conf.py").touch()
        for name, text in pages.items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        app = SphinxTestApp(
            srcdir=source,
            builddir=tmp_path / "build",
            confoverrides={
                "extensions": ["myst_parser", *(f"extension.{part}" for part in parts)],
                "myst_enable_extensions": ["dollarmath"],
                "myst_update_mathjax": False,
                "html_static_path": [str(ROOT / "book" / "static")],
            },
        )
        try:
            app.build()
            return Built(Path(app.outdir), app.warning.getvalue())
        finally:
            app.cleanup()

    return make
