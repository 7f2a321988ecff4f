"""`make book` for real: a fresh copy, what it needs fetched, the whole book built.

Only the pictures in it are small, as to pack them takes half of the time, and `make book` in the
folder of the tests packs them all.
"""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from course_folder import ROOT, STRAY
from PIL import Image

PICTURE = re.compile(r'(?<="image/png": ")[^"]+(?=")')
PATIENCE = 900  # seconds; it takes thirty where downloads are quick


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """All that git knows of, in a folder of another name, with nothing installed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    folder = tmp_path_factory.mktemp("real") / "Ünter Verzeichnis" / "the course"
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    buffer = io.BytesIO()
    Image.new("RGBA", (2, 2)).save(buffer, "png")
    small = base64.b64encode(buffer.getvalue()).decode()
    for path in folder.glob("chapters/*.ipynb"):
        text = path.read_text(encoding="utf-8")
        path.write_text(PICTURE.sub(small, text), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def environment():
    """Ours, less what the outer make or pytest would hand on."""
    return {k: v for k, v in os.environ.items() if k not in STRAY}


@pytest.fixture(scope="module")
def made(copy, environment):
    """What `make book` printed there."""
    done = subprocess.run(
        ["make", "book", f"PYTHON={sys._base_executable}"],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_book_is_whole(copy, made):
    html = copy / "_build" / "html"
    assert made.splitlines()[-1] == f"The book: {(html / 'index.html').as_uri()} (or: make serve)"
    for path in sorted(copy.glob("chapters/[0-9]*.ipynb")):
        title = json.loads(path.read_bytes())["cells"][0]["source"][0].lstrip("# ").strip()
        page = (html / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
        (heading,) = re.findall(r"<h1>(.*?)<a", page)
        assert heading.endswith(title)
    assert (html / "_static" / "explorables.js").stat().st_size > 10_000


def test_the_book_needs_no_torch(copy, made):
    done = subprocess.run(
        [".venv/bin/python", "-c", "import torch"], cwd=copy, capture_output=True, check=False
    )
    assert b"ModuleNotFoundError" in done.stderr


def test_the_requirements_are_those_of_this_checkout(copy, made, environment):
    """`pip install -r requirements.txt` takes the course from the folder it stands in."""
    python = ".venv/bin/python"
    uv = [python, "-m", "uv", "pip", "install", "--python", python]
    done = subprocess.run(
        [*uv, "--dry-run", "--no-deps", "-r", "requirements.txt"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"the-sliding-window @ {copy.as_uri()}" in done.stderr
