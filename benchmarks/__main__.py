"""Run the benchmarks, print a table, write `results/benchmarks.json` and a picture of it.

Both are timed in one process, turn and turn about, so that whatever else the machine does meets
both. The ratio is the median over the turns of ours to torch's; below 1 ours is faster. "fastest"
is the ratio of the fastest turns: where it is far from the median, the machine was busy with
something else, and with more than one thread the median then says little.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import torch

from benchmarks import cases
from utils.shapes import conv_cost

RESULTS = Path(__file__).parent / "results"
# What the course promises of `utils.functional`: geometric mean and worst, as ratios.
TARGETS = {"the layer": (3.0, 3.0), "layers": (2.0, 4.0), "others": (2.0, None)}


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(pair: cases.Pair, budget: float) -> dict:
    """Time ours and torch's in turns for `budget` seconds, after checking that they agree."""
    torch.testing.assert_close(pair.ours(), pair.torchs(), rtol=1e-3, atol=1e-3)
    for _ in range(3):
        pair.ours(), pair.torchs()
    ours, torchs = [], []
    end = time.perf_counter() + budget
    while len(ours) < 15 or (time.perf_counter() < end and len(ours) < 1000):
        # The first of a pair finds the cache as the last of the pair before left it: alternate.
        order = [(ours, pair.ours), (torchs, pair.torchs)]
        for times, call in order if len(ours) % 2 else order[::-1]:
            times.append(seconds(call))
    ratios = [mine / other for mine, other in zip(ours, torchs, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4)
    return {
        "group": pair.group,
        "name": pair.name,
        "ours_ms": round(1e3 * statistics.median(ours), 4),
        "torch_ms": round(1e3 * statistics.median(torchs), 4),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_quartiles": [round(low, 3), round(high, 3)],
        "ratio_of_fastest": round(min(ours) / min(torchs), 3),
        "turns": len(ours),
    }


def measure_slices(layer: dict) -> list[dict]:
    """Time the loops on slices of the layer, and compare rates: multiply-adds in a second."""
    whole = conv_cost(100, 100, 5, 64, padding=2).multiply_adds
    torchs_rate = whole / layer["torch_ms"] * 1e3
    rows = []
    for way in cases.slow_ways():
        taken = statistics.median(seconds(way.run) for _ in range(3))
        rate = way.multiply_adds / taken
        rows.append(
            {
                "name": way.name,
                "measured_on": way.part,
                "seconds": round(taken, 4),
                "multiply_adds": way.multiply_adds,
                "multiply_adds_per_second": round(rate),
                "times_slower_than_torch": round(torchs_rate / rate),
            }
        )
    return rows


def processor() -> str:
    """Name the processor, as well as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def draw(report: dict, path: Path) -> None:
    """Draw the ratios as points with their quartiles, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    rows = report["pairs"]
    colors = {"the layer": "#D55E00", "layers": "#0072B2", "others": "#009E73"}
    figure, axis = plt.subplots(figsize=(8, 0.28 * len(rows) + 1.4))
    for y, row in enumerate(rows):
        axis.plot(row["ratio_quartiles"], [y, y], color=colors[row["group"]], linewidth=2)
        axis.plot(row["ratio"], y, "o", color=colors[row["group"]])
    axis.set_yticks(range(len(rows)), [row["name"] for row in rows], fontsize=8)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4, 8]))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.axvline(1, color="black", linewidth=0.8)
    axis.grid(axis="x", linewidth=0.4)
    axis.set_xlabel("time of ours / time of torch (median, quartiles)", fontsize=9)
    machine = report["machine"]
    axis.set_title(f"{machine['processor']}, {machine['threads']} threads", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; with `--check`, fail where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=1.0, help="for each pair")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    print(f"{processor()}, {options.threads} threads, torch {torch.__version__}")
    if load is not None and load > 0.5:
        print(f"The machine is busy (load {load:.1f}): expect ratios that are too high.")
    print(f"{'':56}{'ours':>10}{'torch':>10}{'ratio':>8}  fastest  quartiles")
    rows = []
    with torch.no_grad():
        for pair in [cases.the_layer(), *cases.layers(), *cases.others()]:
            row = measure(pair, options.seconds)
            rows.append(row)
            low, high = row["ratio_quartiles"]
            print(
                f"{row['name']:56}{row['ours_ms']:7.2f} ms{row['torch_ms']:7.2f} ms"
                f"{row['ratio']:8.2f}{row['ratio_of_fastest']:9.2f}  {low:.2f} to {high:.2f}",
                flush=True,
            )
        slices = measure_slices(rows[0])
    summary, missed = {}, []
    for group, (mean_target, worst_target) in TARGETS.items():
        ratios = [row["ratio"] for row in rows if row["group"] == group]
        mean, worst = statistics.geometric_mean(ratios), max(ratios)
        fastest = statistics.geometric_mean(
            row["ratio_of_fastest"] for row in rows if row["group"] == group
        )
        summary[group] = {
            "geometric_mean": round(mean, 3),
            "worst": round(worst, 3),
            "geometric_mean_of_fastest": round(fastest, 3),
        }
        print(f"{group}: geometric mean {mean:.2f}, worst {worst:.2f}; of fastest {fastest:.2f}")
        if mean > mean_target or (worst_target is not None and worst > worst_target):
            missed.append(group)
    for row in slices:
        print(
            f"{row['name']}, measured on {row['measured_on']}: {row['seconds']:.2f} s, "
            f"{row['multiply_adds_per_second'] / 1e6:.2f} million multiply-adds/s, "
            f"{row['times_slower_than_torch']:,} times slower than torch at the whole layer"
        )
    print(f"targets missed: {', '.join(missed) or 'none'}")
    report = {
        "date": date.today().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "threads": options.threads,
            "load_at_start": load,
            "system": platform.system(),
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "summary": summary,
        "pairs": rows,
        "slices": slices,
    }
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "benchmarks.json").write_text(json.dumps(report, indent=2) + "\n")
    draw(report, options.results / "benchmarks.png")
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
