"""The first cell of every chapter, in folders that hold what may stand in its way.

It runs in a bare interpreter that sees one folder of packages and the folder it stands in, as a
kernel does; what it asks of pip is written down instead of done. `make colab` lets it fetch.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
import repository
from IPython.core.inputtransformer2 import TransformerManager

CELL = TransformerManager().transform_cell(repository.bootstrap(follow="main"))
COURSE = ["pip", f'install -q "git+{repository.url()}.git"']
TEXTBOOK = ["pip", 'install -q --no-deps "d2l==1.0.3"']
RECORD = f"""
import json, types
asked = []
get_ipython = lambda: types.SimpleNamespace(run_line_magic=lambda *said: asked.append(said))
try:
    exec({CELL!r})
    error = None
except ImportError as raised:
    error = str(raised)
print(json.dumps([asked, error]))
"""
STRANGER = "open('imported', 'w')\nraise SystemExit('a stranger was imported')\n"


@pytest.fixture
def here(tmp_path):
    """The folder of the notebook."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def site(tmp_path):
    """The folder of packages."""
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def run(here, site, *more):
    """Run the cell; return what it asked of pip and what it complained of."""
    before = sorted(here.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", RECORD],
        cwd=here,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (site, *more)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(here.rglob("*")) == before
    return json.loads(done.stdout)


def put(path, text=""):
    """Write a file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_alone_it_fetches_the_course_and_the_textbook(here, site):
    assert run(here, site) == [[COURSE, TEXTBOOK], None]


def test_what_is_there_is_not_fetched(here, site):
    put(site / "d2l" / "__init__.py")
    assert run(here, site) == [[COURSE], None]
    assert run(here, site, repository.ROOT) == [[], None], "in a checkout, installed or not"


def test_the_installed_course_is_known_as_such(here, site):
    shutil.copytree(
        repository.ROOT / "utils", site / "utils", ignore=shutil.ignore_patterns("node_modules")
    )
    put(site / "d2l" / "__init__.py")
    assert run(here, site) == [[], None]


@pytest.mark.parametrize("name", ["utils/helpers.py", "utils/notes.txt", "utilities.py"])
def test_a_folder_that_is_no_package_is_not_in_the_way(here, site, name):
    put(here / name, STRANGER)
    assert run(here, site)[0] == [COURSE, TEXTBOOK]


@pytest.mark.parametrize("name", ["utils.py", "utils/__init__.py"])
@pytest.mark.parametrize("installed", [False, True])
def test_a_module_beside_the_notebook_is_named_and_left_alone(here, site, name, installed):
    path = put(here / name, STRANGER)
    asked, error = run(here, site, *[repository.ROOT] * installed)
    assert asked == []
    assert f"another `utils` stands in the way of the course's: {path}\n" in error
    assert "If it is yours, rename it." in error and "restart the kernel" in error
    assert path.read_text(encoding="utf-8") == STRANGER


@pytest.mark.parametrize("module", ["utils.py", "utils/__init__.py"])
@pytest.mark.parametrize("package", ["utils", "someones-tools"])
def test_an_installed_stranger_is_named_with_its_package(here, site, module, package):
    path = put(site / module, STRANGER)
    info = site / f"{package.replace('-', '_')}-1.0.dist-info"
    put(info / "METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    put(info / "top_level.txt", "utils\n")
    asked, error = run(here, site)
    assert asked == []
    assert str(path) in error
    assert f"%pip uninstall -y {package}\n" in error
    assert path.read_text(encoding="utf-8") == STRANGER
