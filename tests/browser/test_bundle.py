"""The committed bundle is what the sources make, small enough, and nothing loads it twice."""

import re
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "utils" / "widgets" / "js"


def test_the_bundle_is_fresh_and_small():
    done = subprocess.run(
        ["node", "build.mjs", "--check"], cwd=SOURCES, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_stay_readable():
    sizes = {
        path.relative_to(SOURCES).as_posix(): len(path.read_text("utf-8").splitlines())
        for folder in ("engine", "view", "widgets")
        for path in (SOURCES / folder).glob("*.js")
    }
    assert len(sizes) > 15
    assert {name: size for name, size in sizes.items() if size > 350} == {}


def test_the_engine_knows_no_page():
    for path in (SOURCES / "engine").glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"\bdocument\.|\bwindow\.(?!js)[a-z]", text), path.name
        assert "../view" not in text and "../widgets" not in text, path.name
