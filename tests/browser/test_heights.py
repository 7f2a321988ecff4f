"""A widget fits on a screen, before and after it starts, and starting moves hardly anything."""

from pathlib import Path

import pytest
from looking import MODES

from utils.widgets import WIDGETS

STYLE = Path(__file__).parents[2] / "book" / "static" / "course.css"
SCREEN = 620  # pixels: the window's 800, less what a reader has to see around a widget
COLUMN = "main {{ font: 16px/1.65 system-ui; width: {}px; margin: 0 }}"
SPACE = '<div style="height: 4000px"></div>'  # what is so far down has not started
PLAIN = {kind: w.example(next(iter(w.examples))) for kind, w in WIDGETS.items() if w.calculates}


def load(pages, body: str, column: int):
    """A page with a column of the book, none of whose widgets has started."""
    page = pages.load(SPACE + body, width=max(column + 40, 1280 * (column > 400)), lazy=True)
    page.add_style_tag(path=STYLE)
    page.add_style_tag(
        content=COLUMN.format(column) + ".explorable { margin-inline: 0 !important }"
    )
    assert page.locator(".ex-root").count() == 0
    return page


def heights(pages, widget, column: int) -> tuple[int, int]:
    """Of the first frame, and of the widget, in a column of the book."""
    page = load(pages, widget.to_html(), column)
    place = page.locator(".explorable")
    before = place.bounding_box()["height"]
    page.evaluate("slidingWindowCourse.startAll()")
    assert page.locator(".ex-root").count() == 1
    return before, place.bounding_box()["height"]


@pytest.mark.parametrize("kind", PLAIN)
def test_a_widget_is_one_screen_high_and_its_first_frame_as_high(kind, pages):
    before, after = heights(pages, PLAIN[kind], 904)
    assert max(before, after) <= SCREEN
    assert abs(after - before) <= 100
    assert heights(pages, PLAIN[kind], 736)[1] <= SCREEN  # beside JupyterLab's files


def test_no_first_frame_is_higher_than_a_screen(pages):
    """Of all modes: one below the other they are as high as each alone."""
    modes = {name: WIDGETS[kind].example(mode) for name, (kind, mode) in MODES.items()}
    names = [name for name, widget in modes.items() if widget.calculates]
    page = load(pages, "".join(modes[name].to_html() for name in names), 904)
    found = page.locator(".explorable").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height)"
    )
    high = dict(zip(names, found, strict=True))
    assert {name: height for name, height in high.items() if not 50 < height <= SCREEN} == {}


@pytest.mark.parametrize("kind", PLAIN)
def test_on_a_phone_a_first_frame_is_hardly_higher_than_the_widget(kind, pages):
    before, after = heights(pages, PLAIN[kind], 328)
    assert before <= after + 120
