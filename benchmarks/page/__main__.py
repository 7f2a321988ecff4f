"""Measure the pages of the built book: `make bench-pages`.

Bytes and requests are exact. How soon a phone shows a page is Lighthouse's estimate for a mid-range
phone on a slow network; it depends on this machine and on what else it does, so it is a median of
several runs, and nothing asserts it. What is measured goes to `../results/pages.json`; with
`--publish` the table in chapters/benchmarks.md is written anew.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import tables
from benchmarks.page.weigh import Weight, phone, served, weigh

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
RESULTS = ROOT / "benchmarks" / "results" / "pages.json"
LIGHTHOUSE = "lighthouse@12.2.3"  # the last that Node 20 runs
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {
    "first paint, ms": "first-contentful-paint",
    "largest paint, ms": "largest-contentful-paint",
    "blocking, ms": "total-blocking-time",
    "shift": "cumulative-layout-shift",
}
Row = dict[str, Any]

sys.path.insert(0, str(ROOT / "tools"))

import chromium  # noqa: E402  (tools/ is no package: it is found through the line above)
import node  # noqa: E402


def lighthouse(address: str, runs: int) -> Row:
    """Lighthouse's scores and times for a phone, each the median of so many runs."""
    seen: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            command = [
                "npm",
                "exec",
                "--yes",
                f"--package={LIGHTHOUSE}",
                "--",
                "lighthouse",
                address,
            ]
            flags = " ".join(["--headless=new", *chromium.ARGUMENTS])
            command += ["--quiet", "--output=json", f"--output-path={report}"]
            command += [f"--chrome-flags={flags}"]
            environment = node.environment() | {"CHROME_PATH": str(chromium.find())}
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
            if not report.exists():
                raise SystemExit(f"Lighthouse could not look at {address}:\n{done.stderr}")
            said = json.loads(report.read_text(encoding="utf-8"))
        values = {name: said["categories"][name]["score"] for name in CATEGORIES}
        values |= {name: said["audits"][key]["numericValue"] for name, key in TIMES.items()}
        for name, value in values.items():
            seen.setdefault(name, []).append(value)
    return {name: round(statistics.median(values), 3) for name, values in seen.items()}


def row(name: str, weight: Weight, scores: Row) -> Row:
    """What the report says of one page."""
    return {
        "page": name,
        "requests": weight.requests,
        "bytes": weight.bytes,
        "without pictures": weight.without_pictures,
        "total": weight.total,
        **scores,
    }


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("pages", nargs="*", help="intro.html chapters/02-....html ...; else all")
    parser.add_argument("--runs", type=int, default=3, help="of Lighthouse, each page; 0: none")
    parser.add_argument("--book", type=Path, default=HTML, help="the built book's folder")
    parser.add_argument("--publish", action="store_true", help="write the table into the course")
    options = parser.parse_args()
    found = sorted(p.relative_to(options.book).as_posix() for p in options.book.rglob("*.html"))
    names = options.pages or ["intro.html", *(n for n in found if n.startswith("chapters/"))]
    rows = []
    with served(options.book) as address, sync_playwright() as playwright:
        path = chromium.find()
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        page = phone(browser)
        weights = {name: weigh(page, options.book, address, name) for name in names}
        browser.close()
        for name, weight in weights.items():
            scores = lighthouse(address + name, options.runs) if options.runs else {}
            rows.append(row(name, weight, scores))
            print(rows[-1], flush=True)
    if options.publish:
        report = {"load": round(os.getloadavg()[0], 1), "runs": options.runs, "pages": rows}
        RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        tables.publish(ROOT, {"pages": tables.pages(report)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
