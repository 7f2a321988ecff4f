"""The committed bundles are what the sources make, and the book's parts are as good as the whole."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import SCRIPT

from utils.widgets import WIDGETS

SOURCES = Path(__file__).parents[2] / "utils" / "widgets" / "js"
PARTS = SCRIPT.parent / "book"


def build(folder, *arguments):
    return subprocess.run(
        ["node", "build.mjs", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_bundles_are_fresh():
    done = build(SOURCES, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_bundle_is_named_and_mended(tmp_path):
    shutil.copytree(SOURCES, tmp_path / "js", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "js" / "node_modules").symlink_to(SOURCES / "node_modules")
    shutil.copytree(SCRIPT.parent, tmp_path / "dist")
    cost = tmp_path / "js" / "engine" / "cost.js"  # which one widget alone imports
    cost.write_text(cost.read_text("utf-8").replace("course 5×5", "ours"), "utf-8")
    (tmp_path / "dist" / "book" / "Gone.js").touch()
    (tmp_path / "dist" / "book" / "Answer.js").unlink()
    done = build(tmp_path / "js", "--check")
    stale = "explorables.mjs, explorables.js, book/Answer.js, book/LayerCost.js, book/Gone.js"
    assert done.returncode == 1 and done.stderr.strip().endswith(f": {stale}")
    assert build(tmp_path / "js").returncode == 0
    assert build(tmp_path / "js", "--check").returncode == 0
    assert not (tmp_path / "dist" / "book" / "Gone.js").exists()


def test_the_parts_hold_nothing_twice():
    core = (PARTS / "explorables.js").read_text("utf-8")
    assert {path.stem for path in PARTS.glob("*.js")} == {"explorables", *WIDGETS}
    texts = {path.stem: path.read_text("utf-8") for path in PARTS.glob("*.js")}
    assert [name for name, text in texts.items() if "Copy as PyTorch" in text] == ["explorables"]
    # The page has the style.
    assert "--window-fill" in SCRIPT.read_text("utf-8")
    assert [name for name, text in texts.items() if "--window-fill" in text] == []
    assert len(core) < SCRIPT.stat().st_size / 2


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_part_starts_what_the_whole_starts(kind, show, pages):
    widget = WIDGETS[kind].example(next(iter(WIDGETS[kind].examples)))
    drawn = """() => [...document.querySelectorAll(".ex-thumbs")].every(t => t.dataset.drawn)"""
    shown = """() => document.querySelector(".ex-root").innerHTML
        .replace(/ex-\\w+-\\d+/g, "id").replace(/<style>.*?<.style>/s, "").replace(/<canvas[^>]*>/g, "")"""
    page = show(widget)
    page.wait_for_function(drawn)  # as soon as nothing else is to do
    whole = page.evaluate(shown)
    styles = "".join(
        (SOURCES / "view" / f).read_text("utf-8") for f in ("styles.css", "answer.css")
    )
    parts = pages.load(
        f"<style>{styles}</style>{widget.to_html()}",
        scripts=[PARTS / "explorables.js", PARTS / f"{kind}.js"],
        lazy=True,
    )
    parts.wait_for_selector("[data-mounted] .ex-root")
    parts.wait_for_function(drawn)
    assert parts.evaluate("slidingWindowCourse.widgets") == [kind]
    assert parts.evaluate(shown) == whole


def test_a_widget_whose_script_is_missing_keeps_its_first_frame(pages):
    pages.troubles.clear()
    widget = WIDGETS["Transposed"].example(next(iter(WIDGETS["Transposed"].examples)))
    page = pages.load(widget.to_html(), scripts=[PARTS / "explorables.js", PARTS / "Answer.js"])
    assert page.locator(".explorable table").count() >= 3
    assert page.locator(".ex-root, [data-mounted]").count() == 0
    said = "no widget here is called Transposed; there are Answer"
    assert pages.troubles and all(said in trouble for trouble in pages.troubles)


def test_modules_stay_readable():
    sizes = {
        path.relative_to(SOURCES).as_posix(): len(path.read_text("utf-8").splitlines())
        for folder in ("engine", "view", "widgets")
        for path in (SOURCES / folder).glob("*.js")
    }
    assert len(sizes) > 15
    assert {name: size for name, size in sizes.items() if size > 330} == {}


def test_the_engine_knows_no_page():
    for path in (SOURCES / "engine").glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"\bdocument\.|\bwindow\.(?!js)[a-z]", text), path.name
        assert "../view" not in text and "../widgets" not in text, path.name
