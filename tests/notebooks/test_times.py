"""What the text says of times, held to the times that stand on the page.

No test looks at a clock. What a chapter measures is measured once, on a quiet machine
(`tools/notebooks.py --measure`), and saved; here it is read, and must say what the text says.
"""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CLAIMS: dict[tuple[str, str], Callable[[str], None]] = {}


def of(chapter: str, begins: str) -> Callable:
    """The decorated function reads what the cell of `chapter` that begins so has printed."""

    def register(claim: Callable[[str], None]) -> Callable[[str], None]:
        CLAIMS[chapter, begins] = claim
        return claim

    return register


def numbers(line: str) -> list[float]:
    return [float(word.replace(",", "")) for word in re.findall(r"\d[\d,]*(?:\.\d+)?", line)]


def rows(text: str) -> dict[str, list[float]]:
    """The lines of a table: the words before two spaces or more, and the numbers after them."""
    found = {}
    for line in text.splitlines():
        name, *rest = re.split(r"\s{2,}", line.strip())
        if rest and "×" not in rest[0]:  # which would be the table's head
            found[name] = numbers(" ".join(rest))
    return found


@of("16", "torch.manual_seed(0)\nX5, W5")
def days_and_decades(text: str) -> None:
    """Days, not hours, with a good part of what the core can do; for the loops, decades."""
    (product,), (layer, share), (days,), (years,) = (numbers(line) for line in text.splitlines())
    assert 1 < days < 100 and years > 10
    assert share == pytest.approx(100 * layer / product, abs=1) and share > 50


@of("16", "# @title The ladder and the large kernels, drawn")
def the_ladder(text: str) -> None:
    """Thousands for the interpreter; then a small factor; Fourier pays in tiles, and at 31×31."""
    ladder, large = text.split("\n\n")
    table, kernels = rows(ladder), rows(large)
    for five_or_three in (0, 1):
        ratio = {name: values[five_or_three] for name, values in table.items() if len(values) == 2}
        assert ratio["seven loops"] > 1000
        assert ratio["seven loops"] > 100 * ratio["window by window"]
        small = ("tap by tap", "im2col", "row by row", "functional.conv2d")
        assert all(ratio[name] < min(5, ratio["window by window"] / 2) for name in small)
        assert ratio["Fourier, whole picture"] > max(1.2, 2 * ratio["Fourier, tiles"])
    assert table["Winograd, tile 4"] < table["Winograd, tile 2"]
    assert kernels["Fourier"][-1] < kernels["tap by tap"][-1]
    growth = {name: values[-1] / values[0] for name, values in kernels.items()}
    assert all(10 * growth["Fourier"] < growth[name] for name in growth if name != "Fourier")


@of("16", "# @title The roofline, drawn")
def the_roofline(text: str) -> None:
    """Dense layers near the roof; depthwise and the fully connected far from it; loops at none."""
    lines = text.splitlines()
    roof, _, ridge = numbers(lines[0])
    assert ridge > 1
    fewer, faster = numbers(lines[1])
    assert fewer == 100 and 2 < faster < 75  # "nowhere near a hundred times faster"
    speed = {name: values[0] for name, values in rows("\n".join(lines[2:])).items()}
    assert speed["dense 3×3"] > 0.5 * roof
    for slow in ("depthwise 3×3", "fully connected"):
        assert speed[slow] < 0.5 * speed["dense 3×3"]
    assert speed["seven loops"] < 0.01 * roof


@pytest.mark.parametrize(("chapter", "begins"), CLAIMS)
def test_the_page_says_what_the_text_says(chapter, begins):
    (path,) = ROOT.glob(f"chapters/{chapter}-*.ipynb")
    cells = [c for c in nbformat.read(path, 4).cells if c.source.startswith(begins)]
    (cell,) = cells
    text = "".join(output.get("text", "") for output in cell.outputs)
    assert text
    CLAIMS[chapter, begins](text)
