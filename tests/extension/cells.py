"""Cells of a notebook, as tests write them."""

from typing import Any

import nbformat


def code(source: str, *tags: str, outputs: Any = ()) -> Any:
    """A cell of code with these tags."""
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    cell.outputs = [nbformat.from_dict(output) for output in outputs]
    return cell


def text(source: str) -> Any:
    """A cell of Markdown."""
    return nbformat.v4.new_markdown_cell(source)
