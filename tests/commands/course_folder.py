"""A course in a folder of its own, to type commands in.

It is a copy of the commands with a book of one page. What they call in turn (venv, pip, uv,
Jupyter Book, Node) are stand-ins that take no time, log that they ran, and stop where a test wants
to act meanwhile. In `test_for_real.py` nothing is made up.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAKES = Path(__file__).parent / "fakes"
COMMANDS = ("make", "sh", "env", "git", "sed", "awk", "mkdir", "rm", "test", "cat")
TOOLS = ("book", "chromium", "environment", "node", "processes", "start")
FILES = (
    "Makefile",
    "requirements.txt",
    "pyproject.toml",
    *(f"tools/{name}.py" for name in TOOLS),
    *(f"requirements/{name}.txt" for name in ("book", "run", "test", "node", "d2l", "constraints")),
    "utils/widgets/js/package.json",
    "utils/widgets/js/package-lock.json",
)
PATIENCE = 60.0  # seconds for what takes a tenth of one; only a test that fails waits that long
# What the outer make, pytest or an activated environment would hand on.
STRAY = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON", "PYTHONSAFEPATH", "VIRTUAL_ENV", "CHROMIUM")


def heed() -> None:
    """Let signals end this process, also where nohup or a shell's `&` has switched them off."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def until(true) -> None:
    """Wait until `true()` is."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whether the process `pid` runs; one that has ended and waits to be noticed does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


class Course:
    """A folder with the course's commands in it."""

    def __init__(self, folder: Path, beside: Path):
        self.folder = folder
        self.log = beside / "log"
        self.bin = beside / "bin"
        self.page = "_build/html/index.html"
        self.environment = {k: v for k, v in os.environ.items() if k not in STRAY} | {
            "PATH": str(self.bin),
            "LOG": str(self.log),
            "FAKES": str(FAKES),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.bin.mkdir()
        for name in COMMANDS:
            found = shutil.which(name)
            assert found, f"these tests need {name}"
            (self.bin / name).symlink_to(found)
        (self.bin / "python3").symlink_to(sys._base_executable)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """Read a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def ran(self) -> list[str]:
        """The names of the stand-ins that have run, in order; forgets them."""
        names = [line.split()[0] for line in self.calls()]
        self.log.unlink(missing_ok=True)
        return names

    def calls(self) -> list[str]:
        """What the stand-ins have logged."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def close(self, gate: str) -> None:
        """Let the stand-in `gate` stop in the middle."""
        self.log.with_name(f"{gate}.closed").touch()

    def open(self, gate: str) -> None:
        """Let it go on."""
        self.log.with_name(f"{gate}.closed").unlink()

    def start(self, *words: str, **options) -> subprocess.Popen:
        """Start `make WORDS` as a terminal would, as the leader of a group of processes."""
        options.setdefault("preexec_fn", heed)
        return subprocess.Popen(
            ["make", *words],
            cwd=self.folder,
            env=self.environment | options.pop("env", {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )

    def make(self, *words: str, **options) -> tuple[int, str]:
        """Run `make WORDS`; return its exit status and what it printed."""
        process = self.start(*words, **options)
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        assert "Traceback" not in output, output
        return process.returncode, output

    def reached(self, gate: str) -> int:
        """Wait until the stand-in `gate` runs; return its process."""
        until(lambda: any(line.startswith(f"{gate} ") for line in self.calls()))
        (line,) = [line for line in self.calls() if line.startswith(f"{gate} ")]
        return int(line.split()[1])
