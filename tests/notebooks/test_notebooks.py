"""The form of the chapters: what every notebook holds, and what none may hold.

That the cells give the outputs that stand there is nbval's business (`make test` runs it); here,
that there is something for it to compare, and that it would notice.
"""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import notebooks  # tools/notebooks.py
import pytest
import repository  # tools/repository.py
import test_times
from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = notebooks.chapters()
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CITED = re.compile(r"https?://(?:doi\.org|arxiv\.org|d2l\.ai|papers\.|proceedings\.)")
FORBIDDEN = re.compile(
    r"\bTODO\b|\bFIXME\b|—|\b(?:simply|obviously|trivially)\b|"
    r"/(?:home|root|work|tmp|Users)/|\.\./shared|[\u4e00-\u9fff]",
    re.IGNORECASE,
)
OF_ONE_MACHINE = re.compile(r"\bat 0x[0-9a-f]{6,}|/(?:home|root|work|tmp|Users)/")
EXERCISE = re.compile(r"^### Exercise (\d+)\.(\d+) · \S", re.MULTILINE)
HINT = re.compile(r"<details><summary>Hint</summary>\n\n.+\n\n</details>", re.DOTALL)
MYST = re.compile(r"^```\{|^:::|\{(?:ref|cite|numref|doc|eq|math)[:\w]*\}`", re.MULTILINE)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    """The file of each chapter."""
    return request.param


@pytest.fixture
def chapter(path):
    """Each chapter's notebook."""
    return nbformat.read(path, as_version=4)


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def test_there_are_chapters_and_the_contents_list_them_all():
    assert CHAPTERS
    listed = re.findall(r"file: (chapters/\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    read_only = {f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.md")}
    assert read_only <= set(listed)
    run = [name for name in listed if name not in read_only]
    assert sorted(run) == [f"chapters/{path.stem}" for path in notebooks.course()]
    assert run[: len(CHAPTERS)] == sorted(run)[: len(CHAPTERS)]  # chapters in order
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in CHAPTERS:
        number = int(path.name[:2])
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")
        assert f"| {number} | [{title}](chapters/{path.name}) | [Colab](" in readme
        assert f"/blob/{repository.ref()}/chapters/{path.name})" in readme


def test_has_been_run_in_order(chapter):
    counts = [cell.execution_count for cell in code(chapter) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1))


def test_is_in_canonical_form(path, chapter):
    canonical = nbformat.writes(notebooks.normalise(chapter), indent=1, ensure_ascii=False) + "\n"
    assert path.read_text(encoding="utf-8") == canonical, f"run tools/notebooks.py on {path.name}"


def test_cell_ids_are_there_and_differ(chapter):
    ids = [cell.id for cell in chapter.cells]
    assert all(ids) and len(ids) == len(set(ids))


def test_holds_no_widget_state_no_error_and_no_warning(chapter):
    assert set(chapter.metadata) == {"kernelspec", "language_info"}
    for cell in code(chapter):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", f"{cell.source}\nprinted {output.text}"
            assert notebooks.WIDGET_VIEW not in output.get("data", {})


def test_nbval_has_something_to_compare(chapter):
    compared = [
        output
        for cell in code(chapter)
        if not {"nbval-ignore-output", "nbval-skip"} & set(tags(cell))
        for output in cell.outputs
        if output.output_type == "stream" or "text/plain" in output.get("data", {})
    ]
    assert len(compared) >= 10


def test_no_cell_is_skipped_and_few_are_not_compared(path, chapter):
    """What is not compared is asserted by the cell; or it is a time, and test_times.py reads it."""
    assert not [cell.source for cell in code(chapter) if "nbval-skip" in tags(cell)]
    ignored = [cell.source for cell in code(chapter) if "nbval-ignore-output" in tags(cell)]
    assert len(ignored) <= 3
    times = tuple(begins for number, begins in test_times.CLAIMS if path.name.startswith(number))
    assert [cell for cell in ignored if "assert" not in cell and not cell.startswith(times)] == []


def test_no_output_holds_an_address_or_a_path(chapter):
    for cell in code(chapter):
        for output in cell.outputs:
            shown = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            assert not re.search(r"\bat 0x[0-9a-f]{6,}|/(?:home|root|work|tmp|Users)/", shown), (
                shown
            )


def test_every_figure_is_png_and_asserted(chapter):
    for cell in code(chapter):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        pictures = {kind for kind in kinds if kind.startswith("image/")}
        assert pictures <= {"image/png"}
        if "plt.show()" in cell.source:
            assert pictures, cell.source


def test_shows_a_widget_that_reads_well_without_a_script(chapter):
    shown = [
        output.data["text/html"]
        for cell in code(chapter)
        for output in cell.outputs
        if "data-explorable" in output.get("data", {}).get("text/html", "")
    ]
    assert shown
    for html in shown:
        assert html.startswith('<div class="explorable" data-explorable="')
        assert re.search(r">[^<]*\d[^<]*<", html), "the first frame is there as text"


def test_opens_with_a_title_and_a_paragraph(chapter):
    first = chapter.cells[0]
    assert first.cell_type == "markdown"
    title, _, paragraph = first.source.partition("\n\n")
    assert re.fullmatch(r"# [^\d#].*", title)
    assert 40 < len(paragraph) < 900
    assert text(chapter).count("\n# ") == 0, "one title a page"


def test_bootstrap_is_the_canonical_cell_and_comes_first(chapter):
    first = code(chapter)[0]
    assert first.source == repository.bootstrap()
    assert tags(first) == ["bootstrap", "remove-cell"]  # a page has no use for it
    assert first.outputs == []


def test_badge_comes_right_before_it_and_not_into_the_book(path, chapter):
    badge, bootstrap = chapter.cells[1:3]
    assert badge.source == repository.badge(path)
    assert tags(badge) == ["badge", "remove-cell"]  # the book has a launch button of its own
    assert tags(bootstrap)[0] == "bootstrap"


def test_links_lead_to_chapters_that_exist(chapter):
    names = {path.name for path in notebooks.course()}
    local = [url for url in LINK.findall(text(chapter)) if "://" not in url]
    assert [url for url in local if url.partition("#")[0] not in names | {""}] == []


@pytest.fixture(scope="session")
def bibliography():
    """Every entry of every .bib file, by file and key."""
    return {
        (path.name, key): entry
        for path in sorted((ROOT / "book" / "references").glob("*.bib"))
        for key, entry in parse_file(str(path)).entries.items()
    }


def test_every_cited_work_has_an_entry(chapter, bibliography):
    known = {entry.fields["url"] for entry in bibliography.values()}
    cited = [url for url in LINK.findall(text(chapter)) if CITED.match(url)]
    assert cited
    assert [url for url in cited if url not in known] == []


def test_bibliography_entries_are_whole_and_stand_once(bibliography):
    keys = [key.lower() for _, key in bibliography]
    urls = [entry.fields["url"] for entry in bibliography.values()]
    assert len(keys) == len(set(keys)) and len(urls) == len(set(urls))
    for (_, key), entry in bibliography.items():
        assert entry.persons.get("author"), key
        assert {"title", "year"} <= set(entry.fields), key


def test_every_entry_is_cited(bibliography):
    links = {url for path in CHAPTERS for url in LINK.findall(text(nbformat.read(path, 4)))}
    assert [key for key, entry in bibliography.items() if entry.fields["url"] not in links] == []


def test_ends_with_summary_exercises_and_references(chapter):
    headings = re.findall(r"^## (.+)$", text(chapter), re.MULTILINE)
    assert headings[-3:] == ["Summary", "Exercises", "References"]
    summary = text(chapter).split("\n## Summary\n")[1].split("\n## ")[0]
    assert 1 <= len(re.findall(r"^- ", summary, re.MULTILINE)) <= 5


def test_speaks_plainly_and_of_nothing_it_may_not(chapter):
    for cell in chapter.cells:
        found = FORBIDDEN.search(cell.source)
        assert not found, f"{found.group()!r} in: {cell.source[:200]}"


def test_is_plain_markdown(chapter):
    found = MYST.search(text(chapter))
    assert not found, f"{found.group()!r} spoils Colab"
    pictures = [cell for cell in chapter.cells if re.search(r"!\[[^\]]*\]\(https?:", cell.source)]
    assert [tags(cell)[:1] for cell in pictures] == [["badge"]], "no picture by address"


def test_every_exercise_has_its_parts(path, chapter):
    cells, chapter_number = chapter.cells, path.name[:2]
    starts = [i for i, cell in enumerate(cells) if EXERCISE.search(cell.source)]
    assert len(starts) >= 5
    numbers = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        question, *rest = cells[start:end]
        assert len(EXERCISE.findall(question.source)) == 1, question.source
        found = EXERCISE.search(question.source)
        assert int(found[1]) == int(chapter_number)
        numbers.append(int(found[2]))
        key = f"{chapter_number}.{found[2]}"
        assert re.search(
            r"<details><summary>Hint</summary>\n\n.+\n\n</details>", question.source, re.S
        )
        places = []  # 03.1, or 02.2a, 02.2b, ... for an exercise in parts
        while tags(rest[0]) == ["ask", "remove-input"]:
            place = rest.pop(0)
            places += re.findall(rf'^Answer\("({re.escape(key)}[a-z]?)"\)$', place.source)
            (shown,) = place.outputs
            assert 'data-explorable="Answer"' in shown.data["text/html"]
        stub = rest.pop(0)
        assert tags(stub) == ["exercise", "hide-cell"]
        assert stub.source.startswith("# @title In Python")
        assert "cellView" not in stub.metadata, "in Colab it is in sight"
        asked = set(re.findall(rf'check\("({re.escape(key)}[a-z]?)"', stub.source))
        assert asked, f"{key}: the reader's cell checks nothing"
        assert sorted(asked) == places, f"{key}: each part has a place to answer"
        said = "".join(output.get("text", "") for output in stub.outputs)
        assert all(f"{part} not answered yet" in said for part in asked)
        answer, proof = rest[:2]
        assert answer.source.startswith("<details><summary>Answer</summary>\n\n")
        assert answer.source.endswith("\n\n</details>")
        assert tags(proof) == ["answer", "hide-cell"]
        assert proof.metadata.get("cellView") == "form"
        assert proof.source.startswith(f"# @title Answer {found[1]}.{found[2]}, run\n")
        assert proof.outputs, f"{key}: the answer prints something worth reading"
        said = "".join(output.get("text", "") for output in proof.outputs)
        for part in asked:
            assert f'check("{part}", ' in proof.source, f"{part}: the checker itself is exercised"
            assert f"{part} right." in said, f"{part}: the checker takes the right answer"
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_misconception_says_where_it_is_said_and_shows_what_is_true():
    path = ROOT / "chapters" / "misconceptions.ipynb"
    notebook = nbformat.read(path, as_version=4)
    test_has_been_run_in_order(notebook)
    test_is_in_canonical_form(path, notebook)
    test_speaks_plainly_and_of_nothing_it_may_not(notebook)
    test_links_lead_to_chapters_that_exist(notebook)
    assert code(notebook)[0].source == repository.bootstrap()
    entries = [i for i, cell in enumerate(notebook.cells) if cell.source.startswith("## ")]
    assert len(entries) > 20
    for entry in entries:
        words, shown = notebook.cells[entry : entry + 2]
        assert re.search(r"Back to .*\(\d\d-[a-z-]+\.ipynb\)", words.source), words.source
        assert shown.cell_type == "code" and "assert " in shown.source and shown.outputs


def test_chapters_link_to_every_entry_and_to_no_other():
    entries = nbformat.read(ROOT / "chapters" / "misconceptions.ipynb", as_version=4)
    headings = re.findall(r"^## (.+)$", text(entries), re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = {
        anchor
        for path in CHAPTERS
        for anchor in re.findall(
            r"\(misconceptions\.ipynb#([^)]+)\)", text(nbformat.read(path, as_version=4))
        )
    }
    assert linked == slugs


def test_nbval_notices_a_changed_number(tmp_path):
    """The one that watches the watcher: alter one digit of an output, and nbval must fail."""
    sources = ["import numpy as np\nX = np.arange(9).reshape(3, 3)", *["print(X.sum())\nX[1:]"] * 3]
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, sources)])
    path = tmp_path / "small.ipynb"
    notebooks.run(notebook, tmp_path)
    notebooks.write(notebooks.normalise(notebook), path)
    first, second, third, rest = re.split(r"(?<=\[6, 7, 8\])", path.read_text(encoding="utf-8"))
    assert all("36\\n" in part for part in (first, second, third))
    second, third = second.replace("36\\n", "37\\n"), third.replace("[6, 7, 8]", "[6, 7, 9]")
    path.write_text(first + second + third + rest, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"]
    command += ["-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout
    failed = re.findall(r"^FAILED \w+\.ipynb::(Cell \d)", found.stdout, re.MULTILINE)
    assert failed == ["Cell 2", "Cell 3"]
    assert "2 failed, 2 passed" in found.stdout


def test_running_twice_gives_no_diff(tmp_path):
    source = "import sys\nfor i in range(3):\n    print(i, flush=True)\nsys.stdout.write('x')"
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["a"], "execution": {"x": "1"}})
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {}})
    path = tmp_path / "twice.ipynb"
    changed = []
    for _ in range(2):
        notebooks.run(notebook, tmp_path)
        changed.append(notebooks.write(notebooks.normalise(notebook), path))
        notebook = nbformat.read(path, as_version=4)
    assert changed == [True, False]
    assert notebook.cells[0].outputs[0].text == "0\n1\n2\nx1" or len(notebook.cells[0].outputs) == 2
    assert set(notebook.cells[0].metadata) == {"tags"}


def test_what_is_saved_is_what_a_reader_sees():
    """Pieces of one stream are one; what was said on stderr is not stdout; no widget's state."""
    stream = partial(nbformat.v4.new_output, "stream")
    data = {notebooks.WIDGET_VIEW: {"model_id": "x"}, "text/html": "<p>1</p>", "text/plain": "W()"}
    view = nbformat.v4.new_output("execute_result", data, execution_count=1)
    outputs = [stream(name="stdout", text="a"), stream(name="stdout", text="b")]
    outputs += [stream(name="stderr", text="c"), view]
    cell = nbformat.v4.new_code_cell("f()  \n", outputs=outputs, metadata={"collapsed": True})
    notebook = notebooks.normalise(nbformat.v4.new_notebook(cells=[cell]))
    (cell,) = notebook.cells
    first, second, shown = cell.outputs
    assert (first.name, first.text) == ("stdout", "ab") and (second.name, second.text) == (
        "stderr",
        "c",
    )
    assert set(shown.data) == {"text/html", "text/plain"}
    assert cell.source == "f()" and cell.metadata == {}


def test_of_a_progress_bar_the_last_state_is_saved():
    lines = ["\r1 of 2", "\r2 of 2", "\n", "done\r\n"]
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=line) for line in lines]
    cell = nbformat.v4.new_code_cell("train()", outputs=outputs)
    (cell,) = notebooks.normalise(nbformat.v4.new_notebook(cells=[cell])).cells
    assert [output.text for output in cell.outputs] == ["2 of 2\ndone\r\n"]


def test_widgets_leave_no_state(tmp_path):
    cells = [nbformat.v4.new_code_cell("import ipywidgets\nipywidgets.IntSlider()")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebooks.run(notebook, tmp_path)
    assert "widgets" not in notebook.metadata
    (shown,) = notebooks.normalise(notebook).cells[0].outputs
    assert notebooks.WIDGET_VIEW not in shown.data


def test_a_cell_that_fails_fails_the_command_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    path = tmp_path / "bad.ipynb"
    cells = [nbformat.v4.new_code_cell("1 / 0")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = path.read_bytes()
    monkeypatch.setattr(sys, "argv", ["notebooks.py", str(path)])
    assert notebooks.main() == 1
    assert path.read_bytes() == before
    assert "a cell failed, nothing written" in capsys.readouterr().err


def test_measurements_are_kept_until_others_are_asked_for(tmp_path):
    """What a clock says differs in every run; a run alone is no reason to change the file."""
    clock = "import time\nprint(time.perf_counter_ns())"
    cells = [nbformat.v4.new_code_cell(clock, metadata={"tags": ["nbval-ignore-output"]})]
    path = tmp_path / "clock.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert notebooks.rewrite(path)
    assert not notebooks.rewrite(path)
    assert notebooks.rewrite(path, measure=True)
    path.write_text(path.read_text().replace("print(", "print(1, "))  # another cell, another output
    assert notebooks.rewrite(path)
    assert "1 " in nbformat.read(path, as_version=4).cells[0].outputs[0].text
