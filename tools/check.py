"""Run all checks: `make test`, after it has installed what they need.

    python tools/check.py               # all
    python tools/check.py unit book     # some, by name, with what they depend on

A check is one or more commands, and as many commands run at a time as there are processors, each
with one thread; beside them runs what mostly waits. What a check prints goes to .venv/check/ and is
shown where it fails.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import node

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".venv" / "check"
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
NBVAL = [*PYTEST, "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
SLOTS = min(os.cpu_count() or 2, 4)  # more would need more memory than small machines have
LONG = ("every_widget", "equations")  # the longest of tests/browser, each a process of its own
TAIL = 150  # lines of a failed command's output


@cache
def node_path() -> str:
    """A PATH along which `node` is found: that of the machine, or the one that make has brought."""
    return node.search_path() or os.environ.get("PATH", os.defpath)


@dataclass
class Command:
    """One process of a check; `part` names it where the check has several."""

    arguments: list[str]
    part: str = ""
    log: Path = Path(os.devnull)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    seconds: float = 0.0
    code: int | None = None

    def start(self) -> None:
        """Start it, in a process group of its own, so that all it starts ends with it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "PATH": node_path(),
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process compiles everything
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.arguments,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def ended(self) -> bool:
        """Whether it has come to an end, whose code and seconds are then known."""
        if self.code is None and self.process is not None:
            self.code = self.process.poll()
            self.seconds = time.monotonic() - self.started
        return self.code is not None

    def stop(self) -> None:
        """End it, and all that it has started."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()

    def output(self) -> str:
        """What it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Check:
    """One layer of checks: its name, what it says about itself, its commands."""

    name: str
    title: str
    commands: list[Command]
    after: str | None = None  # a check that has to pass first
    waits: bool = False  # for most of its time: it starts at once and takes no slot
    outcome: str = ""  # passed, failed, not run

    def __post_init__(self) -> None:
        for command in self.commands:
            part = f"-{command.part}" if command.part else ""
            command.log = LOGS / f"{self.name}{part}.log"

    @property
    def seconds(self) -> float:
        """The seconds of all its commands, one after the other."""
        return sum(command.seconds for command in self.commands)


def checks() -> list[Check]:
    """All layers, in the order in which they are started: what torch can break, then the pages."""
    notebooks = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("chapters/*.ipynb"))]
    tools = [PYTHON, "-m"]
    return [
        Check(
            "style",
            "Style, types, workflows",
            [
                Command([*tools, "ruff", "check", "."], "ruff"),
                Command([*tools, "ruff", "format", "--check", "."], "format"),
                Command([*tools, "mypy"], "mypy"),
                Command([PYTHON, "tools/workflows.py"], "workflows"),
                Command([PYTHON, "tools/node.py", "npm", "run", "--silent", "style"], "biome"),
                Command([PYTHON, "tools/node.py", "npm", "run", "--silent", "types"], "tsc"),
            ],
        ),
        Check(
            "book",
            "The book built, warnings are errors",
            [Command(["make", "--no-print-directory", "book"])],
        ),
        Check(
            "unit",
            "Operators, shapes, exercises, the notebooks' form",
            [
                Command(
                    [*PYTEST, "--doctest-modules", "utils", "benchmarks", "tests/unit"], "utils"
                ),
                Command([*PYTEST, "tests/notebooks"], "notebooks"),
                Command(
                    [*PYTEST, "--doctest-modules", "book/extension", "tests/extension"], "extension"
                ),
            ],
        ),
        Check(
            "nbval",
            "Every cell run again, every output compared",
            [
                Command([*NBVAL, *notebooks[part::SLOTS]], f"{part + 1}of{SLOTS}")
                for part in range(SLOTS)
            ],
        ),
        Check(
            "browser",
            "Every widget in a browser",
            [
                *(Command([*PYTEST, f"tests/browser/test_{part}.py"], part) for part in LONG),
                Command(
                    [
                        *PYTEST,
                        "tests/browser",
                        *(f"--ignore-glob=*/test_{part}.py" for part in LONG),
                    ],
                    "others",
                ),
            ],
        ),
        Check(
            "pages",
            "Every page in a browser",
            [
                Command([*PYTEST, str(path.relative_to(ROOT))], path.stem.removeprefix("test_"))
                for path in sorted(ROOT.glob("tests/book/test_*.py"))
            ],
            after="book",
        ),
        Check(
            "commands",
            "make itself, interrupted, in odd folders, on machines that lack something",
            [Command([*PYTEST, "tests/commands"])],
            waits=True,
        ),
        Check("live", "A live JupyterLab", [Command([*PYTEST, "tests/live"])]),
    ]


def closing_line(command: Command) -> str:
    """What a command said last: pytest, how many passed and failed."""
    lines = command.output().strip().splitlines()
    return lines[-1].strip("= ") if lines else "said nothing"


def report(check: Check, number: int, total: int) -> None:
    """Print what became of `check`, and the output of what failed."""
    if check.outcome == "not run":
        why = f"NOT RUN, because {check.after!r} failed"
        print(f"[{number}/{total}] {check.title}: {why}", flush=True)
        return
    failed = [command for command in check.commands if command.code]
    for command in failed:
        print("\n".join(command.output().splitlines()[-TAIL:]))
        print(f"      all of it: {command.log}")
    verdict = "FAILED" if failed else "ok"
    print(f"[{number}/{total}] {check.title}: {verdict}, {check.seconds:.0f} s", flush=True)
    for command in check.commands:
        if command in failed or command.arguments[: len(PYTEST)] == PYTEST:
            part = f"{command.part}: " if command.part else ""
            print(f"      {part}{closing_line(command)}", flush=True)


def run(selected: Sequence[Check], slots: int = SLOTS) -> bool:
    """Run the checks, so many commands at a time; return whether all of them passed."""
    by_name = {check.name: check for check in selected}
    number = {check.name: i for i, check in enumerate(selected, 1)}
    waiting = [(check, command) for check in selected for command in check.commands]
    running: list[tuple[Check, Command]] = []

    def ready() -> Iterator[tuple[Check, Command]]:
        """What may be started now; what waits for something that failed will never be."""
        for check, command in waiting:
            needed = by_name.get(check.after or "")
            if needed is None or needed.outcome == "passed":
                yield check, command
            elif needed.outcome and not check.outcome:
                check.outcome = "not run"
                report(check, number[check.name], len(selected))

    def settle(check: Check) -> None:
        """Say what became of a check whose last command has ended."""
        check.outcome = "failed" if any(c.code for c in check.commands) else "passed"
        report(check, number[check.name], len(selected))

    try:
        while waiting or running:
            free = slots - sum(not check.waits for check, _ in running)
            for check, command in list(ready()):
                if not check.waits:
                    free -= 1
                    if free < 0:
                        continue
                command.start()
                waiting.remove((check, command))
                running.append((check, command))
            waiting = [pair for pair in waiting if not pair[0].outcome]
            for check, command in [pair for pair in running if pair[1].ended()]:
                running.remove((check, command))
                if all(other.code is not None for other in check.commands):
                    settle(check)
            time.sleep(0.1)
    finally:
        for _, command in running:
            command.stop()
    return all(check.outcome == "passed" for check in selected)


def select(everything: Sequence[Check], names: Sequence[str]) -> list[Check]:
    """The checks of these names, and those they depend on; all when none is named.

    Raises:
        SystemExit: if there is no check of such a name.
    """
    by_name = {check.name: check for check in everything}
    unknown = sorted(set(names) - set(by_name))
    if unknown:
        raise SystemExit(f"no check {', '.join(unknown)}; there are {', '.join(by_name)}")
    wanted = set(names or by_name)
    wanted |= {check.after for check in everything if check.name in wanted and check.after}
    return [check for check in everything if check.name in wanted]


def main(names: Sequence[str], everything: Sequence[Check] | None = None) -> int:
    """Run what is named, or everything, and sum up."""
    selected = select(everything or checks(), names)
    started = time.monotonic()
    passed = run(selected)
    seconds = time.monotonic() - started
    if passed:
        print(f"All checks passed in {seconds:.0f} s")
        return 0
    bad = [f"{check.name} ({check.outcome})" for check in selected if check.outcome != "passed"]
    print(f"Not all checks passed, in {seconds:.0f} s: {', '.join(bad)}")
    return 1


def guarded(names: Sequence[str]) -> None:
    """Run, and where a signal comes, end what runs; exit with the code that shells expect."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(names))
    except KeyboardInterrupt:
        print("Interrupted.")
        sys.exit(130)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="checks to run; all unless told")
    guarded(parser.parse_args().names)
