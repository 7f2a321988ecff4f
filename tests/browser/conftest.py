"""Widgets on pages of their own, opened from the file system with the network cut.

A browser context takes half a second to make, a page a tenth to load, a widget a fiftieth to mount.
So contexts are kept for the whole run; `show` loads a page anew, and where it is enough that the
widget is new, `mount` puts one on a page that stays.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from looking import MODES

from utils.widgets import WIDGETS

SCRIPT = Path(__file__).parents[2] / "utils" / "widgets" / "dist" / "explorables.js"
HAND = Path(__file__).parent / "hand.js"
OWN = ("file:", "data:", "blob:")
NOT_OF_PLAYWRIGHT = ("width", "clock", "stays", "lazy")
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><title>Widgets</title>
<meta name="viewport" content="width=device-width">
<style>html[data-theme=dark] {{ background: #121212; color: #eee }}</style>
{scripts}</head>
<body><main><h1>Widgets</h1>{body}</main></body></html>"""

AWAY = (1, 1)  # where the pointer is on no widget
# Puts a widget in the place of the last; not while the pointer lies where it may come to be: false.
MOUNT = """([away, kind, spec]) => {
    const stage = document.querySelector("#stage"), course = slidingWindowCourse;
    globalThis.unmount?.();
    globalThis.unmount = null;
    stage.replaceChildren();
    document.documentElement.dataset.theme = "light";
    if (!globalThis.pointer) {
        globalThis.pointer = [];
        for (const kind of ["pointermove", "pointerdown"])
            addEventListener(kind, event => {
                if (event.isTrusted) globalThis.pointer = [event.clientX, event.clientY];
            }, true);
    }
    if (globalThis.pointer.join() !== away.join()) return false;
    const el = document.createElement("div");
    stage.append(el);
    globalThis.unmount = course.mount({ kind, model: course.pageModel(spec), el });
    return true;
}"""


@dataclass
class Pages:
    """One page for each kind of window; what any of them logs or asks for is a trouble."""

    browser: Any
    folder: Path
    pages: dict[str, Any] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def page(self, **kind: Any) -> Any:
        """The page of this kind; with `clock`, its time stands still but for `clock.run_for`."""
        key = json.dumps(kind, sort_keys=True)
        if key not in self.pages:
            options = {name: value for name, value in kind.items() if name not in NOT_OF_PLAYWRIGHT}
            context = self.browser.new_context(
                viewport={"width": kind["width"], "height": 800}, **options
            )
            context.set_offline(True)
            page = self.pages[key] = context.new_page()
            if kind.get("clock"):
                page.clock.install(time=0)
                page.clock.pause_at(1000)
            page.on("console", lambda m: self.note(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: self.note(str(error)))
            page.on("request", lambda r: None if r.url.startswith(OWN) else self.note(r.url))
        return self.pages[key]

    def load(
        self,
        body: str,
        theme: str = "light",
        width: int = 900,
        scripts: Sequence[Path] = (SCRIPT,),
        **kind: Any,
    ) -> Any:
        """The page of this kind, with this body and these scripts."""
        page = self.page(width=width, **kind)
        page.mouse.move(*AWAY)  # off the widgets, wherever the last test left it
        path = self.folder / "page.html"
        tags = "".join(f'<script defer src="{script.as_uri()}"></script>' for script in scripts)
        path.write_text(PAGE.format(theme=theme, scripts=tags, body=body), "utf-8")
        page.goto(path.as_uri())
        page.wait_for_function("window.slidingWindowCourse !== undefined")
        if not kind.get("lazy"):
            page.evaluate("slidingWindowCourse.startAll()")  # those far down too
        return page

    def stage(self, width: int = 900) -> Any:
        """A page that is loaded once, without a widget."""
        page = self.page(width=width, stays=True)
        if page.url.startswith("file:"):
            return page
        return self.load('<div id="stage"></div>', width=width, scripts=(SCRIPT, HAND), stays=True)

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


@pytest.fixture
def mount(pages):
    """Return a function that puts a new widget, alone, on a page that stays; as `show` does else."""
    pages.troubles.clear()

    def alone(widget, width=900):
        page = pages.stage(width)
        if not page.evaluate(MOUNT, [AWAY, widget.kind, widget.spec]):
            page.mouse.move(*AWAY)  # which takes a frame
            assert page.evaluate(MOUNT, [AWAY, widget.kind, widget.spec])
        return page

    yield alone
    assert pages.troubles == []


@pytest.fixture
def page(pages):
    """A page for what needs no widget: the engines."""
    return pages.stage()


@pytest.fixture(params=MODES, ids=str)
def widget(request):
    """Every widget of the registry, in every mode."""
    kind, mode = MODES[request.param]
    return WIDGETS[kind].example(mode)


@pytest.fixture(params=[name for name, (kind, _) in MODES.items() if WIDGETS[kind].calculates])
def instrument(request):
    """Every one that calculates, which has equations, settings and code, in every mode."""
    kind, mode = MODES[request.param]
    return WIDGETS[kind].example(mode)
