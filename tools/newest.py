"""Run every chapter with what is installed, and say which one broke, and where.

    python tools/newest.py [CHAPTER ...]

For the monthly run without pins: what it prints it also appends, as Markdown, to the file that
GitHub shows as the run's summary, with the packages that are other than the last commit pins them.
"""

import argparse
import os
import re
import subprocess
import sys
from copy import deepcopy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
import notebooks
import outputs
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
ANSI = re.compile(r"\x1b\[[\d;]*m")
LINES = 30  # of an error


def breaks(path: Path) -> list[str]:
    """What is wrong with the chapter at `path`: the error that ended it, or what it shows now."""
    saved = nbformat.read(path, as_version=4)
    now = deepcopy(saved)
    try:
        notebooks.run(now, path.resolve().parent)
    except CellExecutionError as error:
        said = ANSI.sub("", str(error)).strip().splitlines()
        count = sum(bool(cell.get("execution_count")) for cell in now.cells)
        return ["\n".join([f"Code cell {count} ends with an error:", *said[-LINES:]])]
    return outputs.differences(saved, notebooks.normalise(now))


def moved(pins: str) -> list[str]:
    """A line for each pinned package that is installed in another version."""
    lines = []
    for name, pin in sorted(set(re.findall(r"^([\w.-]+)==([^\s;]+)", pins, re.MULTILINE))):
        try:
            installed = version(name).partition("+")[0]  # 2.13.0+cpu is 2.13.0
        except PackageNotFoundError:
            continue
        if not re.search(
            rf"^{re.escape(name)}=={re.escape(installed)}(?![\w.])", pins, re.MULTILINE
        ):
            lines.append(f"{name} {installed}, pinned {pin}")
    return lines


def report(results: dict[str, list[str]], packages: list[str]) -> str:
    """The summary, in Markdown."""
    broken = [name for name, wrong in results.items() if wrong]
    lines = [f"## {len(broken)} of {len(results)} chapters broke", ""]
    for name, wrong in results.items():
        lines.append(f"- {'❌' if wrong else '✅'} {name}")
    for name in broken:
        lines += ["", f"### {name}"]
        lines += [f"\n````\n{text}\n````" for text in results[name]]
    if packages:
        lines += ["", "### Other than pinned", "", *[f"- {line}" for line in packages]]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the chapters, print and append the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", type=Path, help="all unless told")
    paths = parser.parse_args().chapters or notebooks.course()
    show = ["git", "show", "HEAD:requirements/constraints.txt"]
    pins = subprocess.run(show, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    results = {path.name: breaks(path) for path in paths}
    text = report(results, moved(pins))
    print(text)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as file:
            file.write(text)
    return 1 if any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
