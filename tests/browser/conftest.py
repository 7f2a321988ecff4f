"""Widgets on a page of their own, opened from the file system with the network cut."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "utils" / "widgets" / "dist" / "explorables.js"
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><title>Widgets</title>
<meta name="viewport" content="width=device-width">
<style>html[data-theme=dark] {{ background: #121212; color: #eee }}</style>
<script defer src="{script}"></script></head>
<body><main><h1>Widgets</h1>{body}</main></body></html>"""


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens widgets on a page; whatever it logs or asks for fails the test."""
    contexts, troubles = [], []

    def open_page(*widgets, theme="light", width=900, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith(("file:", "data:", "blob:")) else troubles.append(r.url)
            ),
        )
        path = tmp_path / f"page{len(contexts)}.html"
        body = "".join(widget.to_html() for widget in widgets)
        path.write_text(PAGE.format(theme=theme, script=SCRIPT.as_uri(), body=body), "utf-8")
        page.goto(path.as_uri())
        page.wait_for_function("window.slidingWindowCourse !== undefined")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
