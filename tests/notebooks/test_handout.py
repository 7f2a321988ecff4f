"""A chapter without its answers: whole but for them, and it still runs."""

import ast
import re

import handout  # tools/handout.py
import nbformat
import notebooks
import pytest


@pytest.fixture(scope="module", params=notebooks.chapters(), ids=lambda path: path.stem)
def chapter(request):
    return nbformat.read(request.param, as_version=4)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def parts(notebook) -> tuple[list, list]:
    """The cells up to the heading of the exercises, which ends a cell, and the others."""
    cells = notebook.cells
    first = next(i for i, cell in enumerate(cells) if "## Exercises" in cell.source) + 1
    return cells[:first], cells[first:]


def text(cells) -> str:
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def names(cells, context) -> set[str]:
    """The names that code reads (`ast.Load`) or makes (`ast.Store`); functions are made, too."""
    found = set()
    for cell in cells:
        if cell.cell_type != "code" or "bootstrap" in tags(cell):
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, context):
                found.add(node.id)
            if context is ast.Store and isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            if context is ast.Store and isinstance(node, ast.arg):
                found.add(node.arg)
    return found


def test_the_answers_are_gone_and_nothing_else(chapter):
    made = handout.handout(chapter)
    nbformat.validate(made)
    before, exercises = parts(made)
    assert before == [cell for cell in parts(chapter)[0] if "badge" not in tags(cell)]
    assert not any("answer" in tags(cell) or cell.get("outputs") for cell in exercises)
    there = text(parts(chapter)[1])
    assert re.sub(r"\s+", "", text(exercises)) == re.sub(
        r"<details><summary>Answer.*?</details>|\s+", "", there, flags=re.DOTALL
    )
    questions = re.findall(r"^### Exercise .+$", there, re.MULTILINE)
    assert re.findall(r"^### Exercise .+$", text(exercises), re.MULTILINE) == questions
    assert text(exercises).count("<summary>Hint") == there.count("<summary>Hint") > 0
    assert "<summary>" not in text(parts(handout.handout(chapter, hints=False))[1])
    code = [cell for cell in parts(chapter)[1] if cell.cell_type == "code"]
    left = [cell.source for cell in exercises if cell.cell_type == "code"]
    assert left == [cell.source for cell in code if "answer" not in tags(cell)]


def test_no_cell_that_is_left_needs_one_that_is_gone(chapter):
    kept = handout.handout(chapter).cells
    gone = [cell for cell in chapter.cells if "answer" in tags(cell)]
    assert gone
    only_there = names(gone, ast.Store) - names(kept, ast.Store)
    assert names(kept, ast.Load) & only_there == set()


def test_the_command_writes_a_copy_and_says_where(tmp_path, capsys):
    path = next(p for p in notebooks.chapters() if p.name.startswith("02"))
    before = path.read_bytes()
    assert handout.main(["--out", str(tmp_path), "--no-hints", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / path.name)
    assert path.read_bytes() == before
    written = nbformat.read(tmp_path / path.name, as_version=4)
    assert written.cells == handout.handout(nbformat.read(path, 4), hints=False).cells
