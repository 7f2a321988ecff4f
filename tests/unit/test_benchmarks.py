"""The benchmarks: memory within its bound, and tables that say what the report says.

Times are never asserted here; `python -m benchmarks --check` does that, on a quiet machine.
"""

import json
import re
import statistics
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import torch

from benchmarks import __main__ as benchmarks
from benchmarks import cases, sections, tables, ways
from utils import functional, measure
from utils.measure import Roofs, peak_memory

ROOT = Path(__file__).resolve().parents[2]
PAGES = json.loads((benchmarks.RESULTS / "pages.json").read_text(encoding="utf-8"))
REPORT = json.loads((benchmarks.RESULTS / "benchmarks.json").read_text(encoding="utf-8"))
LAYERS = [cases.the_layer_as_pair(), *cases.layers()]
WAYS = (
    "axes",
    "band",
    "means",
    "parts",
    "polynomials",
    "spectra",
    "stamps",
    "strips",
    "taps",
    "tiles",
)
POOLINGS = [pair for pair in cases.others() if "pool" in pair.name]


@pytest.mark.parametrize("pair", LAYERS, ids=lambda pair: pair.name)
def test_holds_no_more_than_twice_what_torch_holds(pair):
    with torch.no_grad():
        torch.testing.assert_close(pair.ours(), pair.torchs(), rtol=1e-3, atol=1e-3)
        ours, torchs = peak_memory(pair.ours), peak_memory(pair.torchs)
    assert ours <= benchmarks.MEMORY_TARGET * torchs


@pytest.mark.parametrize("pair", POOLINGS, ids=lambda pair: pair.name)
def test_pooling_holds_its_output_and_what_a_few_planes_need(pair):
    with torch.no_grad():
        result = pair.torchs()
        torch.testing.assert_close(pair.ours(), result)
        ours, torchs = peak_memory(pair.ours), peak_memory(pair.torchs)
    assert ours <= result.nbytes + 2**20
    assert ours <= benchmarks.MEMORY_TARGET * torchs


def test_every_constant_of_the_ways_has_rows_on_both_sides():
    """What no command shows is gone."""
    sources = [functional.ways, *(getattr(functional.ways, name) for name in WAYS)]
    constants = {
        name
        for module in sources
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int) and name != "TAPS"  # 3: of Winograd's kernel
    }
    counts = Counter(row.constant for row in ways.rows())
    assert constants == set(counts)
    assert min(counts.values()) >= 2


@pytest.mark.parametrize("row", ways.rows(), ids=lambda row: f"{row.constant}: {row.what}")
def test_both_sides_of_a_rule_agree(row):
    with torch.no_grad():
        torch.testing.assert_close(row.taken(), row.other(), rtol=1e-3, atol=1e-3)


def test_the_report_is_complete():
    """The pairs, rungs and sweeps that stand in the code, in their order."""
    pairs = [cases.the_layer_as_pair(), *cases.layers(), *cases.others()]
    assert [row["name"] for row in REPORT["pairs"]] == [pair.name for pair in pairs]
    for kernel_size in (5, 3):
        names = [row["name"] for row in REPORT["ladder"][str(kernel_size)]]
        assert names == [rung.name for rung in cases.rungs(kernel_size)]
    sweeps = [(row["sweep"], row["name"]) for row in REPORT["scaling"]]
    assert sweeps == [(sweep.name, name) for sweep in cases.sweeps() for name in cases.SWEPT]
    assert REPORT["missed"] == benchmarks.missed(REPORT)


def test_the_exponents_are_those_of_the_times():
    for row in REPORT["scaling"]:
        assert row["exponent"] == pytest.approx(
            sections.fit_exponent(row["values"], row["ms"]), abs=0.006
        )


def places(text: str) -> dict[str, str]:
    found = re.findall(r"<!-- bench:(\w+) -->(.*?)<!-- /bench:\1 -->", text, re.DOTALL)
    return {name: table.strip() for name, table in found}


def chapter(number: int) -> str:
    (path,) = (ROOT / "chapters").glob(f"{number}-*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


README = (ROOT / "README.md").read_text(encoding="utf-8")
APPENDIX = (ROOT / "chapters" / "benchmarks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (README, {"machine", "ten"}),
        (chapter(16), {"machine", "scaling"}),
        (chapter(17), {"machine", "ladder", "layers"}),
        (APPENDIX, {*tables.TABLES, "pages"} - {"ten"}),  # all; the ten are some of the others
    ],
    ids=["README", "chapter 16", "chapter 17", "appendix"],
)
def test_the_tables_are_those_of_the_report(text, wanted):
    found = places(text)
    assert wanted <= found.keys()
    rendered = tables.render(REPORT) | {"pages": tables.pages(PAGES)}
    assert found == {name: rendered[name] for name in found}


def test_tables_say_what_was_measured():
    row = next(row for row in REPORT["pairs"] if row["group"] == "the layer")
    table = tables.layers(REPORT)
    assert f"| {row['name']} | {row['threads']['1']['ratio']:.2f} |" in table
    rows = [row for row in REPORT["pairs"] if row["group"] == "layers"]
    ratios = [row["threads"]["1"]["ratio"] for row in rows]
    assert f"**{statistics.geometric_mean(ratios):.2f}**" in table
    assert REPORT["machine"]["processor"] in tables.machine(REPORT)


def test_a_missed_target_is_found():
    report = json.loads(json.dumps(REPORT))
    for row in report["pairs"]:
        row["threads"]["1"]["ratio"], row["bytes"] = 1.0, row["torch_bytes"]
        row["threads"] = {"1": row["threads"]["1"]}
    report["machine"]["roofs"] = {"1": report["machine"]["roofs"]["1"]}
    assert benchmarks.missed(report) == []
    report["pairs"][0]["threads"]["1"]["ratio"] = 1.11
    report["pairs"][1]["threads"]["1"]["ratio"] = 3.51
    report["pairs"][2]["bytes"] = 2.01 * report["pairs"][2]["torch_bytes"]
    found = benchmarks.missed(report)
    assert len(found) == 3
    assert "the layer: mean 1.11" in found[0] and "3.51" in found[1] and "2.01" in found[2]


def test_a_ladder_scales_parts_to_the_whole(monkeypatch, capsys):
    """A rung that does a tenth of the work counts ten times, one that does it all counts once.

    On a clock of our own: the layer takes torch two seconds, and both rungs one.
    """
    clock = SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)
    monkeypatch.setattr(measure, "time", clock)

    def takes(seconds):
        def run():
            clock.now += seconds
            return torch.ones(1)

        return run

    work = [
        cases.Rung("part", takes(1), 0.1),
        cases.Rung("all", takes(1)),
        cases.Rung("torch", takes(2)),
    ]
    monkeypatch.setattr(cases, "rungs", lambda _: work)
    operations = 2 * cases.multiply_adds(5)
    part, whole, torchs = sections.ladder(5, 0.05, Roofs(operations, 1e12))
    assert [row["ratio"] for row in (part, whole, torchs)] == [5, 0.5, 1]
    assert [row["ms"] for row in (part, whole, torchs)] == [10_000, 1000, 2000]
    assert [row["of_roof"] for row in (part, whole, torchs)] == [0.1, 1, 0.5]
    assert part["bytes"] is None and whole["bytes"] == 4
    assert "part" in capsys.readouterr().out


def test_publishing_fills_every_place(tmp_path):
    readme, appendix = tmp_path / "README.md", tmp_path / "chapters" / "benchmarks.md"
    readme.write_text("a <!-- bench:scaling -->old<!-- /bench:scaling --> b <!-- bench:none -->")
    appendix.parent.mkdir()
    appendix.write_text("<!-- bench:others --><!-- /bench:others -->")
    cell = nbformat.v4.new_markdown_cell("<!-- bench:layers --><!-- /bench:layers -->")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, tmp_path / "chapters" / "13-x.ipynb")
    tables.publish(tmp_path, tables.render(REPORT))
    assert places(readme.read_text()) == {"scaling": tables.scaling(REPORT)}
    assert places(appendix.read_text()) == {"others": tables.others(REPORT)}
    filled = nbformat.read(tmp_path / "chapters" / "13-x.ipynb", as_version=4)
    assert places(filled.cells[0].source) == {"layers": tables.layers(REPORT)}
