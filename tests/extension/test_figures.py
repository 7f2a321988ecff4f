"""Figures of numbers in the book: whole, and their style once for all."""

from cells import code, text

from utils import figures
from utils.figures import markup


def test_the_style_is_the_books_and_not_each_figures(build):
    figure = figures.numbers([[[1, -2], [3, 0.5]]], ["X"])
    data = {"text/html": figure._repr_html_(), "text/plain": repr(figure)}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    shown = [text("# Title"), code("a\nb", outputs=[output, output]), code("c", outputs=[output])]
    book = build("figures", files={"index": shown})
    assert book.warnings == ""
    page = book.html()
    assert page.count(figure.html) == 3
    assert "<style>" not in page and "figures.css" in page
    assert markup._minified(book.read("_static/figures.css")) == markup.STYLE


def test_the_style_of_anything_else_stays(build):
    other = "<style>.mine{color:red}</style>\n<p class='mine'>red</p>"
    output = {"output_type": "display_data", "data": {"text/html": other}, "metadata": {}}
    book = build("figures", files={"index": [text("# Title"), code("a", outputs=[output])]})
    assert other in book.html()
