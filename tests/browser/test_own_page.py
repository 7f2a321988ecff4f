"""A widget on a page of one's own, as chapters/teachers.md says: in an empty folder, offline."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from conftest import SCRIPT

from utils import SlidingWindow

ROOT = Path(__file__).parents[2]
TEACHERS = (ROOT / "chapters" / "teachers.md").read_text("utf-8")


def code(below: str, language: str = "python") -> str:
    """The first code in a language on the teachers' page below these words."""
    fence = rf"```{language}\n(.*?)```"
    return re.search(fence, TEACHERS.partition(below)[2], re.DOTALL)[1]


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


def test_a_jupyter_book_starts_the_widgets_of_its_notebooks(tmp_path, browser):
    settings = code("**Into a Jupyter Book**", "yaml")
    execute = "execute:\n  execute_notebooks: 'off'\n"  # the output stands there already
    (tmp_path / "_config.yml").write_text(f"title: Mine\n{execute}{settings}", "utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: mine\n", "utf-8")
    (tmp_path / "_static").mkdir()
    shutil.copy(SCRIPT, tmp_path / "_static")
    widget = SlidingWindow([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])
    shown = {
        "text/plain": repr(widget),
        "text/html": widget.to_html(),
        "application/vnd.jupyter.widget-view+json": {"model_id": "0", "version_major": 2},
    }
    cell = nbformat.v4.new_code_cell("SlidingWindow(...)")
    cell.outputs = [nbformat.v4.new_output("display_data", shown)]
    cells = [nbformat.v4.new_markdown_cell("# Mine"), cell]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "mine.ipynb")
    build = [Path(sys.executable).parent / "jupyter-book", "build", "."]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    context = browser.new_context()
    context.set_offline(True)
    page = context.new_page()
    page.goto((tmp_path / "_build" / "html" / "mine.html").as_uri())
    page.locator("div.explorable[data-mounted=true]").wait_for()
    page.get_by_role("button", name="Next step").click()
    page.get_by_text("= 25").first.wait_for()
    context.close()
