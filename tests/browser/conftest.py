"""Widgets on pages of their own, opened from the file system with the network cut.

A browser context takes half a second to make, a page a tenth to load, a widget a fiftieth to mount.
So contexts are kept for the whole run; `show` loads a page anew, and where it is enough that the
widget is new, `mount` puts one on a page that stays.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from utils.widgets import WIDGETS

SCRIPT = Path(__file__).parents[2] / "utils" / "widgets" / "dist" / "explorables.js"
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><title>Widgets</title>
<meta name="viewport" content="width=device-width">
<style>html[data-theme=dark] {{ background: #121212; color: #eee }}</style>
<script defer src="{script}"></script></head>
<body><main><h1>Widgets</h1>{body}</main></body></html>"""
MODES = {f"{kind} {mode}": (kind, mode) for kind, w in WIDGETS.items() for mode in w.examples}


@dataclass
class Pages:
    """One page for each kind of window; what any of them logs or asks for is a trouble."""

    browser: Any
    folder: Path
    pages: dict[str, Any] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def load(self, body: str = "", theme: str = "light", width: int = 900, **options: Any) -> Any:
        key = json.dumps([width, options], sort_keys=True)
        if key not in self.pages:
            context = self.browser.new_context(viewport={"width": width, "height": 800}, **options)
            context.set_offline(True)
            page = self.pages[key] = context.new_page()
            page.on("console", lambda m: self.note(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: self.note(str(error)))
            page.on(
                "request",
                lambda r: None if r.url[:4] in ("file", "data", "blob") else self.note(r.url),
            )
        page = self.pages[key]
        path = self.folder / "page.html"
        path.write_text(PAGE.format(theme=theme, script=SCRIPT.as_uri(), body=body), "utf-8")
        page.mouse.move(1, 1)  # off the widgets, wherever the last test left it
        page.goto(path.as_uri())
        page.wait_for_function("window.slidingWindowCourse !== undefined")
        return page

    def note(self, trouble: str) -> None:
        self.troubles.append(trouble)


@pytest.fixture(scope="session")
def pages(browser, tmp_path_factory):
    found = Pages(browser, tmp_path_factory.mktemp("pages"))
    yield found
    for page in found.pages.values():
        page.context.close()


@pytest.fixture
def show(pages):
    """Return a function that loads widgets on a page; whatever it logs or asks for fails the test."""
    pages.troubles.clear()
    yield lambda *widgets, **how: pages.load("".join(w.to_html() for w in widgets), **how)
    assert pages.troubles == []


@pytest.fixture(scope="module")
def stage(pages):
    """A page for `mount`, loaded once for all tests of a module."""
    return pages.load(width=901)


@pytest.fixture
def mount(stage, pages):
    """Return a function that mounts a new widget on the page that stays, alone, and returns the page."""
    pages.troubles.clear()

    def alone(widget):
        stage.mouse.move(1, 1)
        stage.evaluate(
            """([kind, spec]) => {
                globalThis.unmount?.();
                const course = slidingWindowCourse, el = document.createElement("div");
                document.querySelector("main").replaceChildren(el);
                globalThis.unmount = course.mount({ kind, model: course.pageModel(spec), el });
            }""",
            [widget.kind, widget.spec],
        )
        return stage

    yield alone
    assert pages.troubles == []


@pytest.fixture(params=MODES)
def widget(request):
    """Every widget of the registry, in every mode."""
    kind, mode = MODES[request.param]
    return WIDGETS[kind].example(mode)
