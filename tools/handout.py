"""A chapter without the answers to its exercises, for setting them as homework.

    python tools/handout.py chapters/02-*.ipynb             # make handout CHAPTER=...
    python tools/handout.py --no-hints chapters/02-*.ipynb  # without the hints, too

The copy is written to _build/handouts. Behind the heading "Exercises" the folded answers and the
cells that prove them are gone, and so is what the places to answer have saved: they ask the checker
when they are run. The link to Colab is gone too, since it leads to the chapter with its answers.
"""

import argparse
import re
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import notebooks
from nbformat import NotebookNode

HANDOUTS = notebooks.ROOT / "_build" / "handouts"
FOLD = r"<details><summary>{}</summary>.*?</details>"


def handout(notebook: NotebookNode, hints: bool = True) -> NotebookNode:
    """A copy of a chapter's notebook without its answers."""
    folds = re.compile(FOLD.format("Answer" if hints else "(?:Answer|Hint)"), re.DOTALL)
    copy = deepcopy(notebook)
    cells, exercises = [], False
    for cell in copy.cells:
        tags = cell.metadata.get("tags", [])
        if "badge" in tags or "answer" in tags:
            continue
        if cell.cell_type == "markdown":
            before, heading, after = ("", "", cell.source) if exercises else _parted(cell.source)
            exercises = exercises or bool(heading)
            cell.source = (before + heading + folds.sub("", after)).strip()
        elif exercises:
            cell.outputs, cell.execution_count = [], None
        if cell.source:
            cells.append(cell)
    copy.cells = cells
    return copy


def _parted(text: str) -> tuple[str, str, str]:
    """What stands before the exercises, their heading, and what comes after; all of it before."""
    found = re.search(r"^## Exercises$", text, re.MULTILINE)
    if not found:
        return text, "", ""
    return text[: found.start()], found[0], text[found.end() :]


def main(arguments: list[str] | None = None) -> int:
    """Write the handouts of the chapters named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="+", type=Path, help="notebooks")
    parser.add_argument("--no-hints", action="store_true", help="leave the hints out, too")
    parser.add_argument("--out", type=Path, default=HANDOUTS, help="a folder")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.chapters:
        notebook = handout(nbformat.read(path, as_version=4), not options.no_hints)
        notebooks.write(notebook, options.out / path.name)
        print(options.out / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
