"""Draw the report: ratios with their quartiles, and how time grows."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from benchmarks.sections import Row

matplotlib.use("Agg")

# Okabe and Ito's colours, told apart by most eyes; marks differ as well.
COLORS = {"the layer": "#D55E00", "layers": "#0072B2", "others": "#009E73"}
LINES = {
    "functional.conv2d": ("#D55E00", "o"),
    "conv2d_fft": ("#009E73", "s"),
    "F.conv2d": ("#0072B2", "^"),
}


def ratios(report: Row, path: Path) -> None:
    """Draw every pair as a point with its quartiles, on a logarithmic axis."""
    rows = report["pairs"]
    figure, axis = plt.subplots(figsize=(8, 0.28 * len(rows) + 1.4))
    counts = list(rows[0]["threads"])
    for y, row in enumerate(rows):
        for count, shift, mark in zip(counts, (-0.15, 0.15), "os", strict=False):
            one, color = row["threads"][count], COLORS[row["group"]]
            axis.plot(one["quartiles"], [y + shift] * 2, color=color, linewidth=1.5)
            label = f"{count} thread{'' if count == '1' else 's'}" if y == 0 else None
            axis.plot(one["ratio"], y + shift, mark, color=color, markersize=5, label=label)
    axis.legend(fontsize=8)
    axis.set_yticks(range(len(rows)), [row["name"] for row in rows], fontsize=8)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xscale("log")
    _ticks(axis.xaxis, [0.25, 0.5, 1, 2, 4, 8])
    axis.axvline(1, color="black", linewidth=0.8)
    axis.grid(axis="x", linewidth=0.4)
    axis.set_xlabel("time of utils.functional / time of torch (median, quartiles)", fontsize=9)
    _finish(figure, report, path)


def scaling(report: Row, path: Path) -> None:
    """Draw time against what grows, a panel each; the slope of a line is its exponent."""
    sweeps = list(dict.fromkeys(row["sweep"] for row in report["scaling"]))
    figure, axes = plt.subplots(2, 2, figsize=(9, 7))
    for axis, sweep in zip(axes.flat, sweeps, strict=True):
        for row in report["scaling"]:
            if row["sweep"] == sweep:
                color, mark = LINES[row["name"]]
                label = f"{row['name']}: {row['exponent']:.2f}"
                axis.plot(row["values"], row["ms"], color=color, marker=mark, label=label)
        axis.set_xscale("log")
        axis.set_yscale("log")
        _ticks(axis.xaxis, values_of(report, sweep))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.grid(linewidth=0.4)
        first = next(row for row in report["scaling"] if row["sweep"] == sweep)
        axis.set_title(f"{sweep} ({first['layer']})", fontsize=9)
        axis.set_ylabel("ms", fontsize=9)
        axis.legend(title="grows to the power", fontsize=8, title_fontsize=8)
    _finish(figure, report, path)


def values_of(report: Row, sweep: str) -> list[int]:
    """The values that a sweep took."""
    return next(row["values"] for row in report["scaling"] if row["sweep"] == sweep)


def _ticks(axis: matplotlib.axis.Axis, places: Sequence[float]) -> None:
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _finish(figure: Figure, report: Row, path: Path) -> None:
    machine = report["machine"]
    figure.suptitle(
        f"{machine['processor']}, {machine['cores']} cores, torch {machine['torch']}, "
        f"{report['date']}",
        fontsize=9,
    )
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
