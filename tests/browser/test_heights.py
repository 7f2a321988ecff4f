"""A widget fits on a screen, before and after it starts, and starting moves hardly anything."""

from pathlib import Path

from looking import MODES

from utils.widgets import WIDGETS

STYLE = Path(__file__).parents[2] / "book" / "static" / "course.css"
SCREEN = 620  # pixels: the window's 800, less what a reader has to see around a widget
COLUMN = "main {{ font: 16px/1.65 system-ui; width: {}px; margin: 0 }}"
SPACE = '<div style="height: 4000px"></div>'  # what is so far down has not started
PLAIN = {kind: w.example(next(iter(w.examples))) for kind, w in WIDGETS.items() if w.calculates}


HEIGHTS = "all => all.map(e => e.getBoundingClientRect().height)"


def load(pages, widgets, column: int):
    """The widgets one below the other in a column of the book; none of them has started."""
    body = SPACE + "".join(widget.to_html() for widget in widgets)
    page = pages.load(body, width=max(column + 40, 1280 * (column > 400)), lazy=True)
    page.add_style_tag(path=STYLE)
    page.add_style_tag(
        content=COLUMN.format(column) + ".explorable { margin-inline: 0 !important }"
    )
    assert page.locator(".ex-root").count() == 0
    return page


def heights(pages, column: int) -> dict[str, tuple[float, float]]:
    """Of the first frame of each kind, and of the widget, in a column of the book."""
    page = load(pages, PLAIN.values(), column)
    places = page.locator(".explorable")
    before = places.evaluate_all(HEIGHTS)
    page.evaluate("slidingWindowCourse.startAll()")
    assert page.locator(".ex-root").count() == len(PLAIN)
    return dict(zip(PLAIN, zip(before, places.evaluate_all(HEIGHTS), strict=True), strict=True))


def test_a_widget_is_one_screen_high_and_its_first_frame_as_high(pages):
    found = heights(pages, 904)
    assert {kind: high for kind, high in found.items() if max(high) > SCREEN} == {}
    assert {kind: high for kind, high in found.items() if abs(high[1] - high[0]) > 100} == {}
    found = heights(pages, 736)  # beside JupyterLab's files
    assert {kind: high for kind, high in found.items() if high[1] > SCREEN} == {}


def test_no_first_frame_is_higher_than_a_screen(pages):
    """Of all modes: one below the other they are as high as each alone."""
    shown = {name: (WIDGETS[kind], mode) for name, (kind, mode) in MODES.items()}
    modes = {name: kind.example(mode) for name, (kind, mode) in shown.items() if kind.calculates}
    page = load(pages, modes.values(), 904)
    found = page.locator(".explorable").evaluate_all(HEIGHTS)
    high = dict(zip(modes, found, strict=True))
    assert {name: height for name, height in high.items() if not 50 < height <= SCREEN} == {}


def test_on_a_phone_a_first_frame_is_hardly_higher_than_the_widget(pages):
    found = heights(pages, 328)
    assert {kind: high for kind, high in found.items() if high[0] > high[1] + 120} == {}
