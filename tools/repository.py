"""The course's address, kept in one place and repeated where it has to stand.

    python tools/repository.py            # print it
    python tools/repository.py NEW-URL    # rewrite it everywhere (make set-repository URL=...)

`repository.url` in _config.yml is the address. The other places are the bootstrap cell of every
notebook, the book's own address, and the links in a handful of files.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "_config.yml",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "README.md",
    "intro.md",
    "pyproject.toml",
]

BOOTSTRAP = """\
# Elsewhere than at home (in Colab, or alone in a folder), fetch the course's own package.
try:
    import d2l, utils.widgets
except ImportError:
    %pip install -q "git+{url}.git"
    %pip install -q --no-deps "{d2l}"\
"""


def url() -> str:
    """The address that _config.yml names."""
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    found = re.search(r"^repository:\n(?:\s+.*\n)*?\s+url:\s*(\S+)\s*$", text, re.MULTILINE)
    if not found:
        raise ValueError("_config.yml has no repository.url")
    return found.group(1)


def pages(address: str) -> str:
    """Where GitHub publishes the book of the repository at `address`."""
    owner, name = address.removeprefix("https://github.com/").split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def bootstrap(address: str | None = None) -> str:
    """The canonical first code cell of every chapter."""
    pins = (ROOT / "requirements" / "d2l.txt").read_text(encoding="utf-8").splitlines()
    (pin,) = (line for line in pins if line and not line.startswith("#"))
    return BOOTSTRAP.format(url=address or url(), d2l=pin)


def notebooks() -> list[Path]:
    """Every notebook of the course."""
    return sorted((ROOT / "chapters").glob("*.ipynb"))


def bootstrap_cell(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The cell tagged `bootstrap`; there must be one."""
    cells = [cell for cell in notebook.cells if "bootstrap" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells are tagged bootstrap; there must be one")
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


def rewrite(new: str) -> list[Path]:
    """Put `new` wherever the present address stands; return the files that changed."""
    old = url()
    if new == old:
        return []
    # `owner/name` alone stands in the links of Colab and Binder.
    short_old, short_new = (a.removeprefix("https://github.com/") for a in (old, new))
    becomes = {pages(old): pages(new), old: new, short_old: short_new}
    # One pass, longest first, whole names only: the new address may contain the old one.
    either = re.compile(f"(?:{'|'.join(map(re.escape, becomes))})(?![A-Za-z0-9_-])")
    changed = []
    for path in [ROOT / name for name in FILES]:
        before = path.read_text(encoding="utf-8")
        after = either.sub(lambda found: becomes[found.group()], before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    for path in notebooks():
        before = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(before, as_version=4)
        bootstrap_cell(notebook).source = bootstrap(new)
        after = nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def main() -> int:
    """Print the address, or change it."""
    if len(sys.argv) < 2 or not sys.argv[1]:
        print(url())
        return 0
    try:
        new = check(sys.argv[1])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    changed = rewrite(new)
    for path in changed:
        print(path.relative_to(ROOT))
    print(f"The course lives at {new}; {len(changed)} files changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
