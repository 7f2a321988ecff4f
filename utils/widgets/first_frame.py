"""The first frame of a widget as HTML that needs no script."""

from collections.abc import Callable, Iterable
from html import escape

from utils.numerals import bracket, number

__all__ = ["bracket", "number", "paragraph", "table"]


def table(caption: str, rows: Iterable[Iterable[str]], marked: Callable[[int, int], bool]) -> str:
    """A captioned table; cells for which `marked(row, column)` holds are set in bold."""
    lines = []
    for i, row in enumerate(rows):
        cells = (
            f"<td><strong>{escape(text)}</strong></td>"
            if marked(i, j)
            else f"<td>{escape(text)}</td>"
            for j, text in enumerate(row)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><caption>{escape(caption)}</caption>\n" + "\n".join(lines) + "\n</table>"


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"
