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


@of("12", "# @title Counted, and measured on one core")
def fewer_products_less_time(text: str) -> None:
    """None gets as much faster as its count says; the depthwise layer is farthest from it."""
    short = {name: less / faster for name, (less, faster) in rows(text).items()}
    assert list(short) == ["8 groups", "the pair", "depthwise half"]
    assert min(short.values()) > 1 and max(short, key=short.__getitem__) == "depthwise half"


@of("14", "# @title Measured on one core")
def looking_takes_longer(text: str) -> None:
    """Several times as long, where the count says a third more."""
    counted, measured = numbers(text)
    assert counted == 1.34 and measured > 2.5


@of("15", "# @title Fourier's time, in times of F.conv2d's")
def fourier_wins_suddenly(text: str) -> None:
    """The line is crossed between 13×13 and 15×15, in a fall; above it before, below it after."""
    ratios = {int(k): float(ratio) for k, ratio in re.findall(r"(\d+)×\d+\s+([\d.]+)", text)}
    assert all((ratio > 1) == (k <= 13) for k, ratio in ratios.items()) and len(ratios) == 11
    assert ratios[13] > 3 * ratios[15]


@of("16", "# @title The layer, measured")
def days_and_decades(text: str) -> None:
    """Days, not hours, with a good part of what the core can do; for the loops, decades."""
    (product,), (layer, share), (days,), (years,) = (numbers(line) for line in text.splitlines())
    assert 1 < days < 100 and years > 10
    assert share == pytest.approx(100 * layer / product, abs=1) and share > 50


@of("17", "# @title The ladder and the large kernels, drawn")
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
        assert ratio["Fourier, tiles"] < min(5, ratio["window by window"] / 2)
    # "a quarter of the direct sum's products and takes 0.7 of its time", "25 times as long"
    (two,), (four,) = table["Winograd, tile 2"], table["Winograd, tile 4"]
    assert four == 0.7 < two
    assert round(table["Fourier, whole picture"][0]) == 25
    windows, taps, fourier = (kernels[n] for n in ("F.conv2d", "tap by tap", "Fourier"))
    growth = {name: values[-1] / values[0] for name, values in kernels.items()}
    assert 10 * growth["Fourier"] < min(growth["F.conv2d"], growth["tap by tap"])
    assert growth["Fourier"] < 3 and growth["tap by tap"] > 50  # 107 times the taps
    assert windows[1] < fourier[1] and fourier[2] < windows[2]  # "between 7×7 and 15×15"
    assert fourier[-1] < taps[-1]
    # "less than a tenth" of the flat roof at 31×31, in operations a millisecond
    operations = 2 * 16 * 64 * 64 * 31 * 31
    assert operations / windows[-1] < 0.1 * roof_of_the_ladder()


def roof_of_the_ladder() -> float:
    """Operations a millisecond of a large matrix product, as chapter 16 prints them."""
    product = printed("16", "# @title The layer, measured").splitlines()[0]
    return numbers(product)[0] * 1e6


@of("16", "# @title The roofline, drawn")
def the_roofline(text: str) -> None:
    """Dense layers near the roof; depthwise and the fully connected far from it."""
    lines = text.splitlines()
    roof, _, ridge = numbers(lines[0])
    assert ridge > 1
    *_, fewer, faster = numbers(lines[1])
    assert fewer == 100 and 2 < faster < 50  # "nowhere near a hundred times faster"
    table = rows("\n".join(lines[3:]))
    speed = {name: values[1] for name, values in table.items()}
    for dense in ("dense 5×5", "dense 3×3", "1×1"):
        assert speed[dense] > 0.5 * roof
    for slow in ("depthwise 3×3", "depthwise 5×5", "fully connected"):
        assert speed[slow] < 0.5 * min(speed["dense 3×3"], speed["dense 5×5"])
    _, reached, above = table["depthwise 5×5"]
    assert reached < 0.7 * above  # slower than its roof allows


def printed(chapter: str, begins: str) -> str:
    """What the cell of `chapter` that begins so has printed."""
    (path,) = ROOT.glob(f"chapters/{chapter}-*.ipynb")
    (cell,) = [c for c in nbformat.read(path, 4).cells if c.source.startswith(begins)]
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.mark.parametrize(("chapter", "begins"), CLAIMS)
def test_the_page_says_what_the_text_says(chapter, begins):
    text = printed(chapter, begins)
    assert text
    CLAIMS[chapter, begins](text)
