"""The wheel and the source distribution: whole, and built without a word about what is outdated."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes

import pytest
import repository

from utils._version import __version__

ROOT = repository.ROOT
# All of it but hidden files, which only its makers need, and what only the web book loads.
PUBLIC = re.compile(r"utils/(?!.*/\.|widgets/dist/book/)")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tree as git knows it, without what lies about, and what `python -m build` says of it."""
    tree = tmp_path_factory.mktemp("tree")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {name for name in files.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    brought = tree / "utils" / "widgets" / "js" / "node_modules" / "brought" / "index.js"
    brought.parent.mkdir(parents=True)  # as in a checkout whose widgets are being worked on
    brought.touch()
    # First the source distribution, then from that alone the wheel.
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", str(tree)],
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return tree, names, done.stdout + done.stderr


def test_the_log_has_no_warning(built):
    assert not re.search(r"warn|deprecat|!!", built[2], re.IGNORECASE), built[2]


def test_the_wheel_holds_the_module_with_its_scripts_and_the_licences(built):
    tree, names, _ = built
    (path,) = (tree / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        held = set(wheel.namelist())
        (info,) = {name.split("/")[0] for name in held if ".dist-info/" in name}
        metadata = message_from_bytes(wheel.read(f"{info}/METADATA"))
    assert {name for name in held if not name.startswith(info)} == set(filter(PUBLIC.match, names))
    assert "utils/widgets/dist/explorables.js" in held and "utils/widgets/js/book.js" in held
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/LICENSE-TEXT"} <= held
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "torch>=2.11" in metadata.get_all("Requires-Dist")


def test_the_source_distribution_holds_the_same(built):
    tree, names, _ = built
    (path,) = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert set(filter(PUBLIC.match, names)) <= held
    assert {"LICENSE", "LICENSE-TEXT", "README.md", "requirements/run.txt"} <= held
    assert not any("node_modules" in name for name in held)


def test_the_citation_names_the_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
