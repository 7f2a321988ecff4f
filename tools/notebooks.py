"""Run notebooks in order and write them back in one canonical form.

    python tools/notebooks.py                            # every chapter
    python tools/notebooks.py chapters/02-*.ipynb        # these
    python tools/notebooks.py --measure FILE ...         # and measure anew what is a time
    python tools/notebooks.py --only-normalise FILE ...  # do not run, tidy what is there

Running it twice gives no diff: a cell tagged `nbval-ignore-output` measures times, which differ in
every run; it is run like any other, but the output it has is kept until `--measure`, or a change of
the cell, asks for another. What is taken out: widget views and their saved state (the HTML
beside them is what the book shows), times, everything about the machine. Outputs in pieces are
joined, and of a line that is written over, as a progress bar is, the last writing stays.
"""

import argparse
import hashlib
import re
import sys
import time
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_METADATA = ("tags", "cellView", "mystnb", "alt", "measured")
OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\r\n])")  # up to a carriage return, as nbval has it
TIMEOUT = 300  # seconds a cell; the tests hold cells to far less


def chapters() -> list[Path]:
    """All numbered chapters, in order."""
    return sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))


def course() -> list[Path]:
    """All chapters, in order, and the appendices that run."""
    return sorted((ROOT / "chapters").glob("*.ipynb"))


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Bring `notebook` into canonical form, in place, and return it."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    seen: set[str] = set()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        )
        cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines()).strip("\n")
        cell.pop("attachments", None)
        cell.id = _id(cell, seen)
        if cell.cell_type == "code":
            cell.outputs = _join([_tidy(output) for output in cell.outputs])
    return notebook


def _id(cell: NotebookNode, seen: set[str]) -> str:
    """Keep the cell's id; where it has none, or another cell's, derive one from its source."""
    candidate, salt = cell.get("id", ""), 0
    while not candidate or candidate in seen:
        digest = hashlib.sha256(f"{salt}{cell.cell_type}{cell.source}".encode()).hexdigest()
        candidate, salt = digest[:8], salt + 1
    seen.add(candidate)
    return str(candidate)


def _tidy(output: NotebookNode) -> NotebookNode:
    """Take the widget view and the machine's marks out of one output; a picture keeps its size."""
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        sizes = {mime: of for mime, of in output.metadata.items() if mime.startswith("image/")}
        output.metadata = nbformat.from_dict(sizes)
    return output


def _join(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join pieces of one stream, which arrive cut differently each time; drop empty outputs."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (
            output.output_type == "stream"
            and last is not None
            and last.output_type == "stream"
            and last.name == output.name
        ):
            last.text += output.text
        elif output.get("data", True):
            joined.append(output)
    for output in joined:
        if output.output_type == "stream":
            output.text = OVERWRITTEN.sub("", output.text)
    return joined


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write `notebook` if that changes the file; return whether it did."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def run(notebook: NotebookNode, folder: Path, kernel: str = "python3") -> None:
    """Run every cell of `notebook`, in order, with `folder` as its working directory."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def keep_measurements(cells: list[NotebookNode], before: list[NotebookNode]) -> None:
    """Give each cell that measures, unless it was changed, the output that it had before.

    The cell's metadata `measured` says from which source its output is.
    """
    outputs = {cell.metadata.get("measured"): cell.outputs for cell in before}
    for cell in cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
            cell.outputs = outputs.get(digest, cell.outputs)
            cell.metadata["measured"] = digest


def rewrite(path: Path, only_normalise: bool = False, measure: bool = False) -> bool:
    """Run the notebook, tidy it and write it back; return whether that changed the file."""
    notebook = nbformat.read(path, as_version=4)
    before = [cell for cell in deepcopy(notebook.cells) if cell.cell_type == "code"]
    if not only_normalise:
        run(notebook, path.resolve().parent)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        keep_measurements(code, [] if measure else before)
    return write(normalise(notebook), path)


def main() -> int:
    """Run and normalise the notebooks named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="files; all unless told")
    parser.add_argument("--measure", action="store_true", help="do not keep measured outputs")
    parser.add_argument("--only-normalise", action="store_true", help="do not run, only tidy")
    arguments = parser.parse_args()
    paths = arguments.notebooks or course()
    if not paths:
        print("no notebooks", file=sys.stderr)
        return 1
    failed = 0
    for path in paths:
        started = time.monotonic()
        try:
            changed = rewrite(path, arguments.only_normalise, arguments.measure)
        except CellExecutionError as error:
            print(f"{path}: a cell failed, nothing written\n{error}", file=sys.stderr)
            failed += 1
            continue
        seconds = time.monotonic() - started
        print(f"{path}: {'written' if changed else 'unchanged'}, {seconds:.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
