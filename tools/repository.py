"""Where the course lives and which state of it the notebooks fetch, in one place each.

    python tools/repository.py                  # print the address and what is followed
    python tools/repository.py NEW-URL          # write it everywhere (make set-repository URL=...)
    python tools/repository.py --follow v1.0.0  # the same for a tag or branch (make release)

`repository.url` and `repository.branch` in _config.yml are the originals. They are repeated in the
badge and in the bootstrap cell of every notebook, in the book's own address, and in the links of a
handful of files. Writing what is there already mends a notebook whose cells have gone astray.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MAIN = "main"
FILES = [
    ".github/ISSUE_TEMPLATE/config.yml",
    "_config.yml",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "README.md",
    "chapters/teachers.md",
    "intro.md",
    "pyproject.toml",
]
COLAB = "https://colab.research.google.com"

BADGE = f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({COLAB}/github/{{place}})"

# It tells the course's `utils` by a file that no other has, and looks at a stranger from outside:
# importing one to find out could do anything.
BOOTSTRAP = """\
# In Colab, or alone in a folder: fetch the course's package, utils.
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

found = find_spec("utils")
if not found or not found.origin:  # a bare folder is not in the way
    %pip install -q "git+{url}.git{at}"
elif not (Path(found.origin).parent / "widgets" / "dist").exists():
    others = set(packages_distributions().get("utils", []))
    others -= {{"the-sliding-window"}}
    raise ImportError(
        "another `utils` stands in the way of the course's: "
        f"{{found.origin}}\\nIf it is yours, rename it. "
        "If a package brought it, take that out: %pip uninstall -y "
        f"{{' '.join(sorted(others)) or 'PACKAGE'}}\\n"
        "Then restart the kernel and run this cell again. "
        "Nothing was changed."
    )
if not find_spec("d2l"):
    %pip install -q --no-deps "{d2l}"\
"""


def _setting(name: str) -> str:
    """The value of `repository.NAME` in _config.yml."""
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    found = re.search(rf"^repository:\n(?:\s+.*\n)*?\s+{name}:\s*(\S+)\s*$", text, re.MULTILINE)
    if not found:
        raise ValueError(f"_config.yml has no repository.{name}")
    return found.group(1)


def url() -> str:
    """The address that _config.yml names."""
    return _setting("url")


def ref() -> str:
    """What the notebooks follow: the branch `main`, or in a release its tag."""
    return _setting("branch")


def short(address: str) -> str:
    """`OWNER/NAME`, as the links of Colab and Binder have it."""
    return address.removeprefix("https://github.com/")


def pages(address: str) -> str:
    """Where GitHub publishes the book of the repository at `address`."""
    owner, name = short(address).split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def badge(path: Path, address: str | None = None, follow: str | None = None) -> str:
    """The canonical second cell of the chapter at `path`: the way to Colab."""
    state = f"{short(address or url())}/blob/{follow or ref()}"
    return BADGE.format(place=f"{state}/{path.parent.name}/{path.name}")


def bootstrap(address: str | None = None, follow: str | None = None) -> str:
    """The canonical first code cell of every chapter.

    It names a release's tag, but not `main`: that is what a repository gives by itself.
    """
    pins = (ROOT / "requirements" / "d2l.txt").read_text(encoding="utf-8").splitlines()
    (pin,) = (line for line in pins if line and not line.startswith("#"))
    follow = follow or ref()
    at = "" if follow == MAIN else f"@{follow}"
    return BOOTSTRAP.format(url=address or url(), at=at, d2l=pin)


def notebooks() -> list[Path]:
    """Every notebook of the course."""
    return sorted((ROOT / "chapters").glob("*.ipynb"))


def tagged(notebook: Mapping[str, Any], tag: str) -> Any:
    """The cell tagged `tag`; there must be one."""
    cells = [cell for cell in notebook["cells"] if tag in cell["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells are tagged {tag}; there must be one")
    return cells[0]


def check(address: str) -> str:
    """Return `address` in canonical form.

    Raises:
        ValueError: if it is not the address of a repository at GitHub, which Colab and Binder need.
    """
    address = address.strip().removesuffix("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[A-Za-z0-9-]+/[A-Za-z0-9._-]+", address):
        raise ValueError(f"not https://github.com/OWNER/NAME: {address!r}")
    return address


def rewrite(new: str | None = None, follow: str | None = None) -> list[Path]:
    """Put the address `new`, and what to `follow`, wherever the present ones stand.

    Args:
        new: An address in canonical form; the present one unless given.
        follow: A tag or a branch; the present one unless given.

    Returns:
        The files that changed.
    """
    old, followed = url(), ref()
    new, follow = new or old, follow or followed
    becomes = {pages(old): pages(new), old: new, short(old): short(new)}
    # One pass, longest first, whole names only: the new address may contain the old one.
    either = re.compile(f"(?:{'|'.join(map(re.escape, becomes))})(?![A-Za-z0-9_-])")
    # Colab is sent to a state of the course; other links go where the branch goes.
    to_colab = re.compile(rf"({COLAB}/github/[^/\s]+/[^/\s]+/blob/){re.escape(followed)}/")
    setting = re.compile(rf"^(\s+branch: ){re.escape(followed)}$", re.MULTILINE)
    texts = {}
    for path in [ROOT / name for name in FILES]:
        text = either.sub(lambda found: becomes[found.group()], path.read_text(encoding="utf-8"))
        text = to_colab.sub(rf"\g<1>{follow}/", text)
        texts[path] = setting.sub(rf"\g<1>{follow}", text) if path.name == "_config.yml" else text
    for path in notebooks():
        # As nbformat does it, which takes ten times as long to import as all of this takes.
        notebook = json.loads(path.read_text(encoding="utf-8"))
        tagged(notebook, "badge")["source"] = badge(path, new, follow).splitlines(keepends=True)
        tagged(notebook, "bootstrap")["source"] = bootstrap(new, follow).splitlines(keepends=True)
        texts[path] = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    changed = [path for path in texts if path.read_text(encoding="utf-8") != texts[path]]
    for path in changed:
        path.write_text(texts[path], encoding="utf-8")
    return changed


def main() -> int:
    """Print what stands, or change it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", help="the course's new address")
    parser.add_argument("--follow", metavar="REF", help="a tag or branch")
    given = parser.parse_args()
    if given.url or given.follow:
        try:
            changed = rewrite(check(given.url) if given.url else None, given.follow)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        for path in changed:
            print(path.relative_to(ROOT))
        print(f"{len(changed)} files changed.")
    print(f"The course lives at {url()}; its notebooks follow {ref()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
