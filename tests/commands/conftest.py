"""What the tests of the commands share."""

import shutil

import pytest
from course_folder import FAKES, FILES, ROOT, Course


@pytest.fixture
def course(tmp_path):
    """A course whose folder has a space and letters that are not English in its name."""
    folder = tmp_path / "Ünter Verzeichnis" / "the course"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("gate", "pip", "uv", "venv"):
        shutil.copy(FAKES / f"{name}.py", folder)
    course = Course(folder, tmp_path)
    course.write("intro.md", "First")
    course.write("chapters/01-one.ipynb", '{"cells": [{"cell_type": "code", "source": []}]}')
    yield course
    for gate in tmp_path.glob("*.closed"):
        gate.unlink()
