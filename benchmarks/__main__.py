"""Measure the course's operators beside torch's: `make bench`.

Both are timed in one process, turn and turn about, so that whatever else the machine does meets
both. The ratio is the median over the turns of ours to torch's; below 1 ours is faster.

What is measured goes to `results/`: `benchmarks.json`, `ratios.png`, `scaling.png`. With
`--publish` the tables in README.md and in the chapters are written anew from it.
`python -m benchmarks ways` shows instead what speaks for each rule by which a way is chosen.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from datetime import date
from pathlib import Path

import torch

from benchmarks import plots, sections, tables, ways
from benchmarks.sections import Row
from utils.measure import roofs

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
# What the course promises of `utils.functional`: geometric mean and worst, as ratios of time.
TIME_TARGETS = {"the layer": (1.1, None), "layers": (1.6, 3.5), "others": (1.0, 2.5)}
ONE_THREAD = ("others",)  # for these the mean is promised on one thread only
SLOWEST_LOOPS = 1000  # the nested loops are at least so many times slower than functional.conv2d
MEMORY_TARGET = 2.0  # times what torch holds


def processor() -> str:
    """Name the processor, as well as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def measure(seconds: float, threads: list[int]) -> Row:
    """Measure all sections, `seconds` for each pair and number of threads; return the report."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    print(f"{processor()}, torch {torch.__version__}, threads {threads}")
    if load is not None and load > 0.5:
        print(f"The machine is busy (load {load:.1f}): expect ratios that are too high.")
    machines = {}
    for count in threads:
        torch.set_num_threads(count)
        machines[str(count)] = roofs(seconds)
    with torch.no_grad():
        pairs = sections.pairs(seconds, threads)
        ladder = {str(k): sections.ladder(k, seconds, machines["1"]) for k in (5, 3)}
        scaling = sections.scaling(seconds)
    report = {
        "date": date.today().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "load_at_start": load,
            "system": platform.system(),
            "python": platform.python_version(),
            "torch": torch.__version__,
            "roofs": {
                count: {name: float(f"{value:.4g}") for name, value in roof._asdict().items()}
                for count, roof in machines.items()
            },
        },
        "pairs": pairs,
        "ladder": ladder,
        "scaling": scaling,
    }
    report["missed"] = missed(report)
    return report


def missed(report: Row) -> list[str]:
    """Say which targets the report misses."""
    found = []
    for count in report["machine"]["roofs"]:
        for group, (mean_target, worst_target) in TIME_TARGETS.items():
            rows = [row for row in report["pairs"] if row["group"] == group]
            ratios = {row["name"]: row["threads"][count]["ratio"] for row in rows}
            mean, worst = (
                statistics.geometric_mean(ratios.values()),
                max(ratios, key=lambda name: ratios[name]),
            )
            where = f"threads {count}, {group}"
            if mean > mean_target and (count == "1" or group not in ONE_THREAD):
                found.append(f"{where}: mean {mean:.2f}, more than {mean_target}")
            if worst_target is not None and ratios[worst] > worst_target:
                found.append(f"{where}: {worst} {ratios[worst]:.2f}, more than {worst_target}")
    for row in report["pairs"]:
        if row["bytes"] > MEMORY_TARGET * row["torch_bytes"]:
            found.append(f"{row['name']}: holds {row['bytes'] / row['torch_bytes']:.2f} times")
    times = {row["name"]: row["ratio"] for row in report["ladder"]["5"]}
    if times["seven nested loops"] < SLOWEST_LOOPS * times["functional.conv2d"]:
        found.append("the nested loops are not 1,000 times slower")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; with `--check`, fail where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    both = sorted({1, torch.get_num_threads()})
    parser.add_argument("--threads", type=int, nargs="+", default=both, help="1 and others")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each pair")
    parser.add_argument("--results", type=Path, default=RESULTS, help="a folder")
    parser.add_argument("--publish", action="store_true", help="write the tables into the course")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument(
        "what", nargs="?", choices=("report", "ways"), default="report", help="or the ways' rules"
    )
    options = parser.parse_args(arguments)
    if options.what == "ways":
        ways.measure(options.seconds)
        return 0
    report = measure(options.seconds, sorted({1, *options.threads}))
    options.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    (options.results / "benchmarks.json").write_text(text, encoding="utf-8")
    plots.ratios(report, options.results / "ratios.png")
    plots.scaling(report, options.results / "scaling.png")
    if options.publish:
        tables.publish(ROOT, tables.render(report))
    for table in tables.render(report).values():
        print(f"\n{table}")
    print(f"\ntargets missed: {'; '.join(report['missed']) or 'none'}")
    return 1 if options.check and report["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
