"""A release, made in a copy of the repository: what it changes and refuses, what pip gets then."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import colab
import nbformat
import pytest
import release
import repository

from utils._version import __version__

URL = repository.url()
CHANGES = """\
# Changelog

## Unreleased

### Widgets

- A bird.

## 1.2.2 (2026-01-31)

- A fish.
"""


def run(*command, cwd, **more):
    """Run a command; return what it printed, however it went."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **more)
    return done.returncode, done.stdout + done.stderr


def git(repo, *arguments):
    """What git says."""
    code, said = run("git", *arguments, cwd=repo)
    assert code == 0, said
    return said.strip()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """This course as a repository with one commit on main, version 1.2.3 being worked on."""
    repo = colab.clone(tmp_path_factory.mktemp("course"))
    release.substitute(repo / release.VERSION, "(?<== )[^ ]+$", '"1.2.3.dev0"')
    release.substitute(repo / "CITATION.cff", "^version: .+$", "version: 1.2.3.dev0")
    (repo / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    assert run(sys.executable, "tools/repository.py", "--follow", "main", cwd=repo)[0] == 0
    git(repo, "config", "user.name", "A Maintainer")
    git(repo, "config", "user.email", "maintainer@example.org")
    git(repo, "commit", "--quiet", "--all", "--message", "On the way to 1.2.3")
    return repo


@pytest.fixture(scope="module")
def short_course(course, tmp_path_factory):
    """The same with one chapter, where it matters only that there is one."""
    repo = shutil.copytree(course, tmp_path_factory.mktemp("short") / "course")
    _, *others = sorted(repo.glob("chapters/*.ipynb"))
    git(repo, "rm", "--quiet", "-r", *map(str, others), "benchmarks", "images", "tests")
    git(repo, "commit", "--quiet", "--message", "A short course")
    return repo


@pytest.fixture
def repo(short_course, tmp_path):
    """A copy to make a release of, or not."""
    return shutil.copytree(short_course, tmp_path / "course")


@pytest.fixture
def make(monkeypatch, capfd):
    """Return a function that runs the command in a repository."""

    def make(repo, version):
        monkeypatch.setattr(release, "ROOT", repo)
        monkeypatch.setattr(sys, "argv", ["release.py", version])
        capfd.readouterr()
        return release.main(), "".join(capfd.readouterr())

    return make


def state(repo):
    """Everything that must be as before when there is no release."""
    refs = git(repo, "for-each-ref") + git(repo, "worktree", "list") + git(repo, "status", "-s")
    not_ours = {".git", "__pycache__"}
    files = {
        p: p.read_bytes() for p in repo.rglob("*") if p.is_file() and not not_ours & {*p.parts}
    }
    return refs + git(repo, "rev-parse", "HEAD"), files


def fetched(repo, at):
    """What the notebooks fetch in the commit `at`, all of them the same, and their badges."""
    listed = git(repo, "ls-tree", "--name-only", at, "chapters/").splitlines()
    names = [name for name in listed if name.endswith(".ipynb")]
    notebooks = [nbformat.reads(git(repo, "show", f"{at}:{name}"), as_version=4) for name in names]
    cells = {repository.tagged(notebook, "bootstrap").source for notebook in notebooks}
    (cell,) = cells
    badges = [repository.tagged(notebook, "badge").source for notebook in notebooks]
    states = {re.search(r"/blob/([^/]+)/chapters/", badge).group(1) for badge in badges}
    return re.search(r'"(git\+.+)"', cell).group(1), states


def install(repo, requirement, folder):
    """Let pip fetch as in the bootstrap, from `repo`; return the version that came."""
    redirected = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repo}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"{URL}.git",
    }
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    code, said = run(
        *pip, "--target", str(folder), requirement, cwd=repo, env=os.environ | redirected
    )
    assert code == 0, said
    return release.present(folder)


def test_a_notebook_of_a_release_keeps_its_code_and_main_follows_main(course, tmp_path, make):
    repo = shutil.copytree(course, tmp_path / "course")
    start = git(repo, "rev-parse", "HEAD")
    assert git(repo, "tag") == ""
    assert fetched(repo, "main") == (f"git+{URL}.git", {"main"})
    assert install(repo, f"git+{URL}.git", tmp_path / "no-tag") == "1.2.3.dev0"

    code, said = make(repo, "1.3.0")
    assert code == 0, said
    assert "git push --atomic origin main v1.3.0" in said
    assert git(repo, "tag") == "v1.3.0"
    assert git(repo, "cat-file", "-t", "v1.3.0") == "tag"
    assert git(repo, "status", "--porcelain") == ""
    history = git(repo, "rev-list", "main").splitlines()
    assert history[1:3] == [git(repo, "rev-parse", "v1.3.0^{commit}"), start]
    assert git(repo, "branch", "--show-current") == "main"

    assert fetched(repo, "v1.3.0") == (f"git+{URL}.git@v1.3.0", {"v1.3.0"})
    assert fetched(repo, "main") == (f"git+{URL}.git", {"main"})
    assert install(repo, f"git+{URL}.git@v1.3.0", tmp_path / "tag") == "1.3.0"
    assert release.present(repo) == "1.3.1.dev0"
    for at, version in [("v1.3.0", "1.3.0"), ("main", "1.3.1.dev0")]:
        assert f"\nversion: {version}\n" in git(repo, "show", f"{at}:CITATION.cff")

    changes = git(repo, "show", "v1.3.0:CHANGELOG.md")
    assert re.search(r"\n## 1\.3\.0 \(\d{4}-\d\d-\d\d\)\n\n### Widgets\n\n- A bird\.\n", changes)
    assert "Unreleased" not in changes
    after = (repo / "CHANGELOG.md").read_text(encoding="utf-8")
    assert after.replace("## Unreleased\n\n", "").strip() == changes
    assert "### Widgets\n\n- A bird." in git(repo, "tag", "--list", "--format=%(contents)")

    # What the release has touched is what the next commit turns back, but for the version's places.
    kept = git(repo, "diff", "--name-only", start, "main").splitlines()
    assert kept == ["CHANGELOG.md", "CITATION.cff", "utils/_version.py"]

    code, said = make(repo, "1.3.1")
    assert code == 1
    assert "no entries" in said, "nothing has happened since"


@pytest.mark.parametrize(
    ("version", "spoil", "why"),
    [
        ("1.3", None, "three numbers"),
        ("v1.3.0", None, "three numbers"),
        ("1.03.0", None, "three numbers"),
        ("1.3.0rc1", None, "three numbers"),
        ("1.2.2", None, "not newer"),
        ("0.9.9", None, "not newer"),
        ("1.3.0", ["tag", "v1.3.0"], "exists already"),
        ("1.3.0", ["switch", "--quiet", "--create", "aside"], "git switch main"),
        ("1.3.0", ["switch", "--quiet", "--detach"], "git switch main"),
        ("1.3.0", ["rm", "--quiet", "--cached", "README.md"], "not committed"),
    ],
)
def test_refuses_and_changes_nothing(repo, make, version, spoil, why):
    if spoil:
        git(repo, *spoil)
    before = state(repo)
    code, said = make(repo, version)
    assert (code, state(repo)) == (1, before)
    assert said.startswith("No release. ") and why in said
    assert "Traceback" not in said


def test_a_file_that_git_does_not_know_is_a_change_too(repo, make):
    (repo / "notes.txt").touch()
    assert "not committed" in make(repo, "1.3.0")[1]


@pytest.mark.parametrize(
    "changes",
    ["# Changelog\n\n## Unreleased\n\n## 1.2.2\n\n- A fish.\n", "# Changelog\n\n- A fish.\n"],
)
def test_refuses_where_nothing_is_said_to_be_new(repo, make, changes):
    (repo / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    git(repo, "commit", "--quiet", "--all", "--message", "Empty")
    assert "no entries" in make(repo, "1.3.0")[1]


def hook(repo, name, script):
    """Let git run a script on its way."""
    path = repo / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_what_is_changed_meanwhile_is_not_lost(repo, make):
    """Someone edits a file of the release while it is made: no release, and the edit stays."""
    edited, head = repo / "CHANGELOG.md", git(repo, "rev-parse", "HEAD")
    hook(repo, "pre-commit", f'echo "- A newer bird." >> "{edited}"')
    code, said = make(repo, "1.3.0")
    assert code == 1 and "CHANGELOG.md" in said
    assert edited.read_text(encoding="utf-8") == CHANGES + 2 * "- A newer bird.\n"
    assert (git(repo, "rev-parse", "HEAD"), git(repo, "tag")) == (head, "")
    assert git(repo, "status", "--short") == "M CHANGELOG.md"


AT_SECOND = "git log -1 --format=%s | grep -q '^Release'"


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("pre-commit", "exit 1"),
        ("pre-commit", f"! {AT_SECOND}"),
        ("post-checkout", "exit 1"),
        ("reference-transaction", 'test "$1" != prepared || ! grep refs/heads/main'),
    ],
    ids=["first commit", "second commit", "worktree", "main"],
)
def test_what_fails_midway_leaves_the_repository_as_it_was(repo, make, name, script):
    before = state(repo)
    hook(repo, name, script)
    code, said = make(repo, "1.3.0")
    assert (code, state(repo)) == (1, before), said
    assert said.startswith("No release. ") and "Traceback" not in said


def test_what_is_ended_midway_leaves_the_repository_as_it_was(repo, tmp_path):
    before = state(repo)
    wait = "for i in $(seq 100); do kill -0 $PPID || exit 1; sleep 0.1; done; exit 1"
    hook(repo, "pre-commit", f'{AT_SECOND} || exit 0\nkill -TERM "$(cat {tmp_path}/pid)"\n{wait}')
    shell = f'echo $$ > "{tmp_path}/pid"; exec "{sys.executable}" tools/release.py 1.3.0'
    assert run("sh", "-c", shell, cwd=repo) == (1, "")
    assert state(repo) == before


def test_the_changelog_leads_with_what_is_here():
    """On main with what is not released yet, in a release with its version."""
    text = (Path(repository.ROOT) / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if repository.ref() == repository.MAIN:
        assert first == "Unreleased" and ".dev" in __version__
    else:
        assert first.startswith(f"{__version__} (") and repository.ref() == f"v{__version__}"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", title) for title in others)
