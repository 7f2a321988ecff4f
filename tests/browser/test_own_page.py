"""A widget on a page of one's own, as chapters/teachers.md says: in an empty folder, offline."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEACHERS = (ROOT / "chapters" / "teachers.md").read_text("utf-8")


def code(below: str) -> str:
    """The first Python on the teachers' page below these words."""
    return re.search(r"```python\n(.*?)```", TEACHERS.partition(below)[2], re.DOTALL)[1]


def test_what_the_page_for_teachers_writes_is_a_page_with_a_widget(tmp_path, browser):
    script = code("**Into a web page.**")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["explorables.js", "page.html"]

    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.set_offline(True)
    page, troubles = context.new_page(), []
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: troubles.append(r.url) if not r.url.startswith("file:") else None)
    page.goto((tmp_path / "page.html").as_uri())
    page.locator("div.explorable[data-mounted=true]").wait_for()
    arithmetic = page.locator("[data-part=arithmetic]")
    assert "= 19" in arithmetic.inner_text()
    page.get_by_role("button", name="Next step").click()
    page.get_by_text("= 25").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert troubles == []
    context.close()


def test_the_widget_for_a_notebook_is_the_one_on_the_page():
    names: dict = {}
    exec(
        code("**Into a notebook.**").replace("\nSlidingWindow(", "\nshown = SlidingWindow("), names
    )
    assert names["shown"].output.tolist() == [[19, 25], [37, 43]]
