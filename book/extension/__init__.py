"""What the web book adds to the notebooks.

The chapters are plain Markdown, so that Colab, JupyterLab and GitHub show them as they are. This
Sphinx extension gives them, in the book alone, what plain Markdown has no word for: one concern a
module, each with a `setup` of its own.
"""

from importlib import import_module
from typing import Any

from sphinx.application import Sphinx

PARTS = (
    "answers",
    "citations",
    "exercises",
    "figures",
    "folds",
    "map",
    "mathematics",
    "numbers",
    "pages",
    "pictures",
    "reading",
    "searching",
    "site",
    "tables",
    "theme",
    "widgets",
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all parts with Sphinx."""
    for part in PARTS:
        import_module(f".{part}", __name__).setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
