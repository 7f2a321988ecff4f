"""Write the report as Markdown tables, and put them where the course shows them.

A place is a pair of comments, `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. What is between
them is replaced; a test holds that it is what the committed report says.
"""

import re
import statistics
from functools import partial
from pathlib import Path

import nbformat

from benchmarks.sections import Row

TABLES = ("machine", "ladder", "ten", "layers", "others", "scaling")

# What README shows of all the pairs: the layer, and where ours is fast and where it is slow.
TEN = (
    "conv2d 100 → 100, 5×5, 64×64",
    "ResNet-50 conv1",
    "ResNet-50 layer1.0.conv2",
    "MobileNetV2 features.2 depthwise",
    "ConvNeXt-T stage 1 depthwise",
    "max_pool2d 3×3, stride 2, 64×112×112",
    "avg_pool2d 3×3, stride 1, 64×56×56",
    "max_pool1d 3, stride 2, 64×12544",
    "fold 3×3, 64×56×56",
    "conv_transpose2d 4×4, stride 2, 256 → 128, 14×14",
)


def _table(head: list[str], rows: list[list[str]]) -> str:
    right = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, right, *rows])


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f}"


def machine(report: Row) -> str:
    """Say on what and when it was measured."""
    m = report["machine"]
    most = max(m["roofs"], key=int)
    speeds = " and ".join(f"{roof['flops'] / 1e9:.0f}" for roof in m["roofs"].values())
    return (
        f"Measured on {report['date']}: {m['processor']}, {m['cores']} cores, {m['system']}, "
        f"Python {m['python']}, torch {m['torch']}. With {' and '.join(m['roofs'])} threads a "
        f"product of two large float32 matrices reaches {speeds} GFLOP/s there; a copy of a large "
        f"tensor moves {m['roofs'][most]['bandwidth'] / 1e9:.0f} GB/s."
    )


def ladder(report: Row) -> str:
    """The ladder on the layer with 5×5 and with 3×3 kernels."""
    small = {row["name"]: row for row in report["ladder"]["3"]}
    large = {row["name"]: row for row in report["ladder"]["5"]}
    names = sorted(small.keys() | large.keys(), key=list({**small, **large}).index)
    # Each way was measured in a moment of its own, torch in all of them: its median is the measure.
    torch_of_roof = statistics.median(row["of_roof"] * row["ratio"] for row in large.values())
    rows = []
    for name in names:
        five, three = large.get(name), small.get(name)
        either: Row = five or small[name]
        share = torch_of_roof / five["ratio"] if five else 0
        rows.append(
            [
                f"{name}{'*' if either['part'] else ''}",
                _ratio(five["ratio"]) if five else "",
                _ratio(three["ratio"]) if three else "",
                (f"{share:.2%}" if share < 0.01 else f"{share:.0%}") if five else "",
                _mebibytes(either["bytes"]) if either["bytes"] else "",
            ]
        )
    head = ["way", "5×5, time", "3×3, time", "5×5, of the roof", "holds, MiB"]
    parts = "; ".join(f"{row['name']}: {row['part']}" for row in large.values() if row["part"])
    return (
        _table(head, rows)
        + "\n\nTimes are ratios to `F.conv2d` in the same run, on one thread, 100 channels to "
        "100 on 64×64 pixels. The roof is that of arithmetic, and the direct sum's operations are "
        "counted for every way, also where fewer are done. What a way holds is the most memory at "
        "once, for 5×5 (Winograd: 3×3).\n"
        f"\\* Measured on a part and scaled. {parts}."
    )


def _pairs(what: str, found: list[Row], counted: list[Row]) -> str:
    threads = list(found[0]["threads"])
    rows = [
        [
            row["name"],
            *(_ratio(row["threads"][count]["ratio"]) for count in threads),
            _ratio(row["bytes"] / row["torch_bytes"]),
        ]
        for row in found
    ]
    if counted:
        ratios = ([row["threads"][count]["ratio"] for row in counted] for count in threads)
        means = (f"**{_ratio(statistics.geometric_mean(of))}**" for of in ratios)
        rows.append([f"**geometric mean of the {len(counted)}**", *means, ""])
    heads = [f"time, {count} thread{'' if count == '1' else 's'}" for count in threads]
    return _table([what, *heads, "memory"], rows)


def _group(report: Row, group: str) -> list[Row]:
    return [row for row in report["pairs"] if row["group"] == group]


def ten(report: Row) -> str:
    """Ten of all the pairs, for README."""
    found = {row["name"]: row for row in report["pairs"]}
    return _pairs("layer or operator", [found[name] for name in TEN], [])


def layers(report: Row) -> str:
    """`functional.conv2d` beside `F.conv2d`: the layer and twelve of real networks."""
    found = _group(report, "layers")
    return _pairs("layer", _group(report, "the layer") + found, found)


def others(report: Row) -> str:
    """The other operators beside torch's."""
    found = _group(report, "others")
    return _pairs("operator", found, found)


def scaling(report: Row) -> str:
    """How time grows, as fitted exponents."""
    rows = []
    for row in report["scaling"]:
        if row["name"] == report["scaling"][0]["name"]:
            rows.append(
                [
                    f"{row['sweep']}: {', '.join(map(str, row['values']))} ({row['layer']})",
                    str(row["exponent_of_count"]),
                ]
            )
        rows[-1].append(f"{row['exponent']:.2f}")
    names = list(dict.fromkeys(row["name"] for row in report["scaling"]))
    table = _table(["what grows", "multiply-adds", *(f"`{name}`" for name in names)], rows)
    return f"{table}\n\nOn one thread."


def pages(report: Row) -> str:
    """The first page of the book and the nine heaviest of the others."""
    first, *others = report["pages"]
    heaviest = sorted(others, key=lambda row: -row["total"])[:9]
    rows = [
        [
            row["page"].removeprefix("chapters/").removesuffix(".html"),
            f"{row['without pictures'] / 1000:.0f}",
            f"{row['total'] / 1000:.0f}",
            str(row["requests"]),
            f"{row['performance']:.2f}",
            f"{row['blocking, ms']:.0f}",
        ]
        for row in [first, *sorted(heaviest, key=lambda row: row["page"])]
    ]
    head = ["page", "kB", "with pictures", "requests", "Lighthouse", "blocking, ms"]
    return _table(head, rows)


def render(report: Row) -> dict[str, str]:
    """All tables, by name."""
    return {name: globals()[name](report) for name in TABLES}


def _put(new: str, _: re.Match[str]) -> str:
    """What replaces a match, taken as it is: backslashes in it mean nothing."""
    return new


def fill(text: str, tables: dict[str, str]) -> str:
    r"""Put the tables between their comments, wherever `text` has such.

    Example:
        >>> fill("<!-- bench:a -->old<!-- /bench:a -->", {"a": "new"})
        '<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->'
    """
    for name, table in tables.items():
        begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
        text = re.sub(
            f"{re.escape(begin)}.*?{re.escape(end)}",
            partial(_put, f"{begin}\n\n{table}\n\n{end}"),
            text,
            flags=re.DOTALL,
        )
    return text


def publish(root: Path, tables: dict[str, str]) -> None:
    """Put the tables into README.md and the pages of the book, in the repository at `root`."""
    for path in [root / "README.md", *sorted((root / "chapters").glob("*.md"))]:
        path.write_text(fill(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
    for path in sorted((root / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        filled = False
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                text = fill(cell.source, tables)
                filled, cell.source = filled or text != cell.source, text
        if filled:
            text = nbformat.writes(notebook, indent=1, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
