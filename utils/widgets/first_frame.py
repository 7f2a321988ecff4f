"""The first frame of a widget as HTML that needs no script."""

from collections.abc import Callable, Iterable
from html import escape


def number(x: float) -> str:
    """A number as the widgets show it: at most four significant digits, a true minus sign.

    >>> number(-0.5), number(3.0), number(1 / 3), number(float("-inf"))
    ('−0.5', '3', '0.3333', '−∞')
    """
    if x in (float("inf"), float("-inf")):
        return "∞" if x > 0 else "−∞"
    text = str(int(x)) if float(x).is_integer() and abs(x) < 1e7 else f"{float(f'{x:.4g}'):.12g}"
    return text.replace("-", "−")


def bracket(x: float) -> str:
    """The same, in brackets where a sign would stand beside another sign."""
    return f"({number(x)})" if x < 0 else number(x)


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
