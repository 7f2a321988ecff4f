"""Run all checks: `make test`, after it has installed what they need.

    python tools/check.py               # all
    python tools/check.py unit book     # some, by name, with what they depend on

Two run at a time, each with one thread, because that is what the smallest machine has. What a check
prints goes to .venv/check/NAME.log and is shown where it fails.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".venv" / "check"
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
SLOTS = 2
FIRST = ("style", "book", "pages")  # the quickest, then the longest way: started before the others
TAIL = 150  # lines of a failed check's output


@dataclass
class Check:
    """One layer of checks: its name, what it says about itself, its commands."""

    name: str
    title: str
    commands: list[list[str]]
    after: str | None = None  # a check that has to pass first
    process: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0.0
    seconds: float = 0.0
    outcome: str = ""  # passed, failed, not run

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return LOGS / f"{self.name}.log"


def checks() -> list[Check]:
    """All layers, in order."""
    chapters = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("chapters/[0-9]*.ipynb"))
    nbval = [*PYTEST, "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
    make_book = ["make", "--no-print-directory", "book"]
    return [
        Check(
            "style",
            "Style of code and notebooks",
            [
                [PYTHON, "-m", "ruff", "check", "."],
                [PYTHON, "-m", "ruff", "format", "--check", "."],
            ],
        ),
        Check(
            "unit",
            "Operators, shapes, exercises, the notebooks' form",
            [
                [
                    *PYTEST,
                    "--doctest-modules",
                    "utils",
                    "benchmarks",
                    "tests/unit",
                    "tests/notebooks",
                ]
            ],
        ),
        Check("nbval", "Every cell run again, every output compared", [[*nbval, *chapters]]),
        Check(
            "book",
            "The book built, warnings are errors",
            [make_book],
        ),
        Check("browser", "Every widget in a browser", [[*PYTEST, "tests/browser"]]),
        Check("pages", "Every page in a browser", [[*PYTEST, "tests/book"]], after="book"),
        Check("live", "A live JupyterLab", [[*PYTEST, "tests/live"]]),
    ]


def start(check: Check) -> None:
    """Start the commands of `check`, one after the other, the first failure ending them."""
    LOGS.mkdir(parents=True, exist_ok=True)
    runner = (
        "import subprocess, sys\n"
        f"for command in {check.commands!r}:\n"
        "    code = subprocess.call(command, stdin=subprocess.DEVNULL)\n"
        "    if code: sys.exit(1)\n"
    )
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    with check.log.open("w", encoding="utf-8") as log:
        check.process = subprocess.Popen(
            [PYTHON, "-c", runner],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    check.started = time.monotonic()


def closing_line(check: Check) -> str:
    """What the check said last: of pytest, how many passed and failed."""
    lines = check.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip("= ") if lines else ""


def report(check: Check, number: int, total: int) -> None:
    """Print one line about `check`, and its output where it failed."""
    if check.outcome == "not run":
        print(
            f"[{number}/{total}] {check.title}: NOT RUN, because {check.after!r} failed", flush=True
        )
        return
    if check.outcome == "failed":
        text = check.log.read_text(encoding="utf-8", errors="replace")
        print("\n".join(text.splitlines()[-TAIL:]))
    verdict = "ok" if check.outcome == "passed" else "FAILED"
    print(f"[{number}/{total}] {check.title}: {verdict}, {check.seconds:.0f} s", flush=True)
    if check.outcome == "passed" and check.commands[0][: len(PYTEST)] == PYTEST:
        print(f"      {closing_line(check)}", flush=True)


def run(selected: list[Check]) -> None:
    """Run the checks, two at a time, in order as far as they allow."""
    by_name = {check.name: check for check in selected}
    waiting, running = sorted(selected, key=lambda check: check.name not in FIRST), []
    number = {check.name: i for i, check in enumerate(selected, 1)}
    while waiting or running:
        for check in list(waiting):
            needed = by_name.get(check.after) if check.after else None
            if needed and needed.outcome not in ("", "passed"):
                check.outcome = "not run"
                waiting.remove(check)
                report(check, number[check.name], len(selected))
            elif len(running) < SLOTS and not (needed and needed.outcome == ""):
                start(check)
                waiting.remove(check)
                running.append(check)
                print(f"[{number[check.name]}/{len(selected)}] {check.title} ...", flush=True)
        for check in list(running):
            code = check.process.poll()
            if code is not None:
                running.remove(check)
                check.seconds = time.monotonic() - check.started
                check.outcome = "failed" if code else "passed"
                report(check, number[check.name], len(selected))
        time.sleep(0.2)


def select(names: list[str]) -> list[Check]:
    """The checks of these names, and those they depend on; all when none is named."""
    everything = {check.name: check for check in checks()}
    unknown = set(names) - set(everything)
    if unknown:
        raise SystemExit(
            f"no check {', '.join(sorted(unknown))}; there are {', '.join(everything)}"
        )
    wanted = set(names or everything)
    wanted |= {everything[name].after for name in wanted if everything[name].after}
    return [check for check in everything.values() if check.name in wanted]


def main() -> int:
    """Run what the command line names, or everything, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="checks to run; all unless told")
    selected = select(parser.parse_args().names)
    started = time.monotonic()
    try:
        run(selected)
    finally:
        for check in selected:
            if check.process and check.process.poll() is None:
                check.process.terminate()
    seconds = time.monotonic() - started
    bad = [check for check in selected if check.outcome != "passed"]
    if bad:
        names = ", ".join(f"{check.name} ({check.outcome})" for check in bad)
        print(f"Not all checks passed, in {seconds:.0f} s: {names}")
        return 1
    print(f"All checks passed in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
