"""Make a release, as far as that goes without a network.

    python tools/release.py 1.2.0       (make release VERSION=1.2.0)

It makes two commits and a tag. In the first commit, which is tagged v1.2.0, the entries of
CHANGELOG.md stand under the version, and the notebooks, with their badges, fetch the tag: whoever
keeps one of them keeps its code. In the second everything follows `main` again, at version
1.2.1.dev0.

Both are made aside, in a worktree of git's own, and brought to `main` when they are there. So a
release that fails leaves the repository as it was.
"""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import repository

ROOT = Path(__file__).resolve().parent.parent
VERSION = Path("utils") / "_version.py"
CHANGELOG = Path("CHANGELOG.md")
UNRELEASED = "## Unreleased\n"


class Refused(Exception):
    """Why there is no release; the message says what to do."""


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Run git; return what it printed.

    Raises:
        Refused: with git's own words, if it fails.
    """
    command, tree = ["git", *arguments], cwd or ROOT
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"git {arguments[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


def attempt(*arguments: str) -> None:
    """Run git to tidy up: where that fails, what went wrong before is what there is to say."""
    subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


def present(tree: Path | None = None) -> str:
    """The version that the tree has."""
    text = ((tree or ROOT) / VERSION).read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if not found:
        raise Refused(f"{VERSION} says no version.")
    return found.group(1)


def newer(version: str, than: str) -> bool:
    """Whether X.Y.Z comes after `than`, which may be X.Y.Z.dev0: what leads up to X.Y.Z."""
    base, _, leading = than.partition(".dev")
    one, other = (tuple(map(int, text.split("."))) for text in (version, base))
    return one > other or (one == other and leading != "")


def entries(changelog: str) -> str:
    """What stands under "Unreleased"."""
    _, found, rest = changelog.partition(UNRELEASED)
    return rest.partition("\n## ")[0].strip() if found else ""


def examine(version: str) -> None:
    """Make sure that a release can be made of what is here.

    Raises:
        Refused: if not.
    """
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        raise Refused(f"A version is X.Y.Z, three numbers; got {version!r}.")
    if not newer(version, present()):
        raise Refused(f"{version} is not newer than {present()}, which is here.")
    if git("branch", "--show-current") != repository.MAIN:
        raise Refused(f"A release is made on {repository.MAIN}: git switch {repository.MAIN}")
    if git("status", "--porcelain"):
        raise Refused("There are changes that are not committed (git status). Commit them first.")
    if git("tag", "--list", f"v{version}"):
        raise Refused(f"The tag v{version} exists already.")
    if not re.search(r"^- ", entries((ROOT / CHANGELOG).read_text(encoding="utf-8")), re.MULTILINE):
        raise Refused(f'{CHANGELOG} has no entries under "Unreleased": say what is new.')


def substitute(path: Path, pattern: str, text: str) -> None:
    """Replace the one place in the file that matches."""
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(pattern, lambda _: text, before, flags=re.MULTILINE)
    if count != 1:
        raise Refused(f"{path.name}: {count} places match {pattern!r}; there must be one.")
    path.write_text(after, encoding="utf-8")


def commit(tree: Path, version: str, follow: str, message: str) -> str:
    """Commit `tree` with this version, its notebooks following `follow`; return the commit."""
    substitute(tree / VERSION, r'^__version__ = ".+"$', f'__version__ = "{version}"')
    substitute(tree / "CITATION.cff", r"^version: .+$", f"version: {version}")
    done = subprocess.run(
        [sys.executable, str(tree / "tools" / "repository.py"), "--follow", follow],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused((done.stderr or done.stdout).strip())
    git("commit", "--quiet", "--all", "--message", message, cwd=tree)
    return git("rev-parse", "HEAD", cwd=tree)


def release(version: str) -> tuple[str, str]:
    """Make the commits and the tag; return the two commits.

    Raises:
        Refused: if git can't, or a file isn't as it should be. Nothing has changed then.
    """
    tag, heading = f"v{version}", f"## {version} ({date.today().isoformat()})\n"
    x, y, z = version.split(".")
    notes = entries((ROOT / CHANGELOG).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        tree = Path(folder) / "tree"
        try:
            git("worktree", "add", "--quiet", "--detach", str(tree), "HEAD")
            substitute(tree / CHANGELOG, f"^{UNRELEASED}", heading)
            first = commit(tree, version, tag, f"Release {version}")
            substitute(tree / CHANGELOG, f"^{re.escape(heading)}", f"{UNRELEASED}\n{heading}")
            after = f"{x}.{y}.{int(z) + 1}.dev0"
            second = commit(tree, after, repository.MAIN, f"After {version}, follow main again")
        finally:
            attempt("worktree", "remove", "--force", str(tree))
    message = f"The Sliding Window {version}\n\n{notes}"
    try:
        git("tag", "--annotate", "--cleanup=whitespace", "--message", message, tag, first)
        git("merge", "--quiet", "--ff-only", second)
    except BaseException:
        attempt("tag", "--delete", tag)
        # A merge writes the files before it moves the branch; this takes back only what it wrote.
        attempt("read-tree", "-m", "-u", second, "HEAD")
        raise
    return first, second


def main() -> int:
    """Examine, release, say what is left to do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", help="X.Y.Z")
    version = parser.parse_args().version
    try:
        examine(version)
        before = git("rev-parse", "--short", "HEAD")
        first, second = release(version)
    except Refused as reason:
        print(f"No release. {reason}", file=sys.stderr)
        return 1
    print(f"v{version} is commit {first[:9]}; main, at {second[:9]}, follows itself again.")
    print(f"Publish both at once:  git push --atomic origin main v{version}")
    print(f"Or take it all back:   git tag --delete v{version} && git reset --hard {before}")
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is begun is undone
    sys.exit(main())
