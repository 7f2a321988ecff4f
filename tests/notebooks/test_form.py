"""A chapter is read in twenty minutes, and its proofs stand one click away.

The chapters are being rewritten one by one; one with a cell tagged `proof` has been.
"""

import re

import nbformat
import notebooks  # tools/notebooks.py
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

COLUMNS = 76
MINUTES = 20
FOLDED = {"proof", "answer", "ask", "hide-input", "hide-cell", "remove-cell", "remove-input"}
ASSERTS = re.compile(r"\s*(assert|raise AssertionError)\b|.*torch\.testing")
NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|<summary>.*?</details>|<[^>]*>|\]\([^)]*\)", re.DOTALL
)
WORD = re.compile(r"[^\W_][\w'’-]*")


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def main_path(notebook) -> list:
    """The cells before the exercises, without those that are folded."""
    cells = []
    for cell in notebook.cells:
        if re.search(r"^## Exercises", cell.source, re.MULTILINE):
            break
        if not tags(cell) & FOLDED:
            cells.append(cell)
    return cells


def minutes(notebook) -> float:
    """What the main path takes: 200 words or 20 lines of code a minute."""
    words = lines = 0
    for cell in main_path(notebook):
        if cell.cell_type == "code":
            lines += sum(bool(line.strip()) for line in cell.source.splitlines())
        else:
            words += len(WORD.findall(NOT_PROSE.sub(" ", cell.source)))
    return words / 200 + lines / 20


def faults(notebook) -> list[str]:
    """What in a chapter is not in the form."""
    found = [
        f"{len(line)} columns: {line}"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if len(line) > COLUMNS and not line.lstrip().startswith("%")
    ]
    found += [
        f"on the main path: {line}"
        for cell in main_path(notebook)
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if ASSERTS.match(line)
    ]
    if minutes(notebook) > MINUTES:
        found.append(f"{minutes(notebook):.1f} minutes")
    return found


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_a_chapter_is_in_the_form(path):
    chapter = nbformat.read(path, as_version=4)
    if not any("proof" in tags(cell) for cell in chapter.cells):
        assert faults(chapter), "in the form, and no proof in it?"
        return
    assert faults(chapter) == []


def test_the_form_is_noticed():
    proof = new_code_cell("# Sums agree\nassert 1 + 1 == 2", metadata={"tags": ["proof"]})
    kept = new_notebook(
        cells=[
            new_markdown_cell("# Title\n\n" + "word " * 2000 + "$a b c$ <b>x</b>"),
            proof,
            new_code_cell("x = 1\n" * 100),
            new_markdown_cell("## Exercises\n\n" + "word " * 5000),
            new_code_cell("assert x == 1"),
        ]
    )
    assert 15 < minutes(kept) < 15.1
    assert faults(kept) == []
    broken = new_notebook(
        cells=[
            new_markdown_cell("word " * 4001),
            new_code_cell("assert x\n" + "y" * 77),
            new_code_cell("torch.testing.assert_close(x, x)", metadata={"tags": ["ask"]}),
            new_code_cell("torch.testing.assert_close(x, x)"),
        ]
    )
    said = faults(broken)
    assert sum("columns" in fault for fault in said) == 1
    assert sum("main path" in fault for fault in said) == 2
    assert sum("minutes" in fault for fault in said) == 1
