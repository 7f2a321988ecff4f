"""The committed bundles are what the sources make, and the book's parts are as good as the whole."""

import re
import shutil
import subprocess
from pathlib import Path

from conftest import PAGE, SCRIPT

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
    cost.write_text(cost.read_text("utf-8").replace("course 5×5", "ours 5×5"), "utf-8")
    (tmp_path / "dist" / "book" / "Gone.js").touch()
    (tmp_path / "dist" / "book" / "Answer.js").unlink()
    done = build(tmp_path / "js", "--check")
    stale = "explorables.mjs, explorables.js, book/Answer.js, book/LayerCost.js, book/Gone.js"
    assert done.returncode == 1 and done.stderr.strip().endswith(f": {stale}")
    assert build(tmp_path / "js").returncode == 0
    dist = tmp_path / "dist"
    for path in ("explorables.mjs", "explorables.js", "book/LayerCost.js"):
        assert "ours 5×5" in (dist / path).read_text("utf-8")
    assert (dist / "book" / "Answer.js").read_bytes() == (PARTS / "Answer.js").read_bytes()
    assert not (dist / "book" / "Gone.js").exists()


def test_the_parts_hold_nothing_twice():
    core = (PARTS / "explorables.js").read_text("utf-8")
    assert {path.stem for path in PARTS.glob("*.js")} == {"explorables", *WIDGETS}
    texts = {path.stem: path.read_text("utf-8") for path in PARTS.glob("*.js")}
    assert [name for name, text in texts.items() if "Copy as PyTorch" in text] == ["explorables"]
    # The page has the style.
    assert "--window-fill" in SCRIPT.read_text("utf-8")
    assert [name for name, text in texts.items() if "--window-fill" in text] == []
    assert len(core) < SCRIPT.stat().st_size / 2


# All in sight, one behind the other, so that each starts what it holds.
FRAMES = """pages => pages.forEach(html => {
    const frame = document.createElement("iframe");
    frame.style.cssText = "position: fixed; inset: 0; width: 900px; height: 800px; border: 0";
    frame.srcdoc = html;
    document.body.append(frame);
})"""
SHOWN = """() => { const frames = document.querySelectorAll("iframe");
    const shown = [...frames].map(({ contentWindow: frame }) => {
        const root = frame.document.querySelector("[data-mounted] .ex-root");
        // As soon as nothing else is to do, thumbnails are drawn.
        return root && [...root.querySelectorAll(".ex-thumbs")].every(t => t.dataset.drawn) && {
            knows: frame.slidingWindowCourse.widgets,
            text: root.innerHTML.replace(/ex-\\w+-\\d+/g, "id")
                .replace(/<style>.*?<.style>/s, "").replace(/<canvas[^>]*>/g, ""),
        };
    });
    return shown.every(one => one) && shown; }"""


def test_a_part_starts_what_the_whole_starts(show):
    """Each in a frame, which is a page of its own."""
    widgets = [kind.example(next(iter(kind.examples))) for kind in WIDGETS.values()]

    def shown(scripts, style: str = "") -> list[dict]:
        page = show()
        frames = []
        for widget in widgets:
            files = [script.as_uri() for script in scripts(widget.kind)]
            tags = "".join(f'<script defer src="{file}"></script>' for file in files)
            frames.append(PAGE.format(theme="light", scripts=tags, body=style + widget.to_html()))
        page.evaluate(FRAMES, frames)
        return page.wait_for_function(SHOWN).json_value()

    styles = [(SOURCES / "view" / f).read_text("utf-8") for f in ("styles.css", "answer.css")]
    core = PARTS / "explorables.js"
    whole = shown(lambda _: [SCRIPT])
    parts = shown(lambda kind: [core, PARTS / f"{kind}.js"], f"<style>{''.join(styles)}</style>")
    assert [one["knows"] for one in parts] == [[kind] for kind in WIDGETS]
    for kind, one, other in zip(WIDGETS, parts, whole, strict=True):
        assert one["text"] == other["text"], kind


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
