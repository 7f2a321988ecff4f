"""Compare what the cells of a notebook show with what they showed when it was saved.

As in the tests (nbval), pictures and times are not compared: the cells assert what these must show.
A message on stderr, a warning above all, is a difference like any other.
"""

from difflib import unified_diff

from nbformat import NotebookNode

COMPARED = ("stdout", "stderr", "text/plain", "text/html")
NOT_COMPARED = {"nbval-ignore-output", "bootstrap"}  # times; what pip says where it fetches
LINES = 20  # of a difference; what is longer is seldom read


def shown(cell: NotebookNode) -> list[str]:
    """The lines that a cell shows, each beginning with what kind it is."""
    lines = []
    for output in cell.outputs:
        texts = {output.get("name"): output["text"]} if "text" in output else output.get("data", {})
        for kind in COMPARED:
            lines += [f"{kind}: {line}" for line in texts.get(kind, "").splitlines()]
    return lines


def differences(saved: NotebookNode, now: NotebookNode) -> list[str]:
    """One text for each code cell that shows something else now; both must have the same cells.

    Both notebooks must be in canonical form, or else pieces of one stream count as several.
    """
    found = []
    for number, (old, new) in enumerate(zip(saved.cells, now.cells, strict=True)):
        if old.cell_type != "code" or NOT_COMPARED & set(old.metadata.get("tags", [])):
            continue
        diff = list(unified_diff(shown(old), shown(new), "saved", "now", lineterm="", n=0))
        if diff:
            lines = [line for line in diff[2:] if not line.startswith("@@")]
            more = [f"... {len(lines) - LINES} more lines"] * (len(lines) > LINES)
            first = old.source.strip().partition("\n")[0]
            found.append("\n".join([f"Cell {number}: {first}", *lines[:LINES], *more]))
    return found
