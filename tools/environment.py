"""Bring what a command needs, and only what it lacks: `python tools/environment.py NEED ...`.

    book      .venv with what builds the book
    course    .venv with everything: torch, JupyterLab, the checks, the course's own package
    node      Node and npm, and what the widgets' checks take from npm
    browser   a Chromium

Runs on the user's own Python (the Makefile checks its version), with the standard library only.
.venv/state.json tells what is there, and says that it is unfinished while anything is installed:
where an installation was cut short, the folder has moved or the Python is another, .venv is made
anew, which uv's cache makes quick; a changed requirement only brings what has changed.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import chromium
import node
import processes
from processes import Problem

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = VENV / "state.json"
LOCK = ROOT / ".make.lock"
PINS = "requirements/constraints.txt"
INSTALLED = node.SOURCES / "node_modules" / ".installed"
NEEDS = ("book", "course", "node", "browser")

# Settings of the user's that would install elsewhere than into .venv, or run another library there.
STRAY = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "UV_SYSTEM_PYTHON")


# What is there


def state() -> dict[str, Any]:
    """What .venv/state.json says; nothing where it is missing or cut short."""
    try:
        found = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(**changes: Any) -> None:
    """Change `state()`, all at once or not at all."""
    beside = STATE.with_suffix(".new")
    beside.write_text(json.dumps(state() | changes, indent=1), encoding="utf-8")
    beside.replace(STATE)


def base() -> str:
    """The Python that .venv is made with: this one, or the one that this environment is made of."""
    return str(getattr(sys, "_base_executable", sys.executable))


def fingerprint(*names: str | Path) -> str:
    """A digest of the files `names`; a missing one counts as empty."""
    digest = hashlib.sha256()
    for name in names:
        path = ROOT / name
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def requirements(need: str) -> str:
    """A digest of the files that say what `need` is."""
    if need == "book":
        return fingerprint("requirements/book.txt", PINS)
    if need == "course":
        files = sorted((ROOT / "requirements").glob("*.txt"))
        return fingerprint("requirements.txt", "pyproject.toml", *files)
    return fingerprint(node.SOURCES / "package.json", node.SOURCES / "package-lock.json")


def why_anew() -> str | None:
    """Why .venv has to be made (again), in words; None where it is good; "" where there is none."""
    if not VENV.is_dir():
        return ""
    known = state()
    if not known.get("finished"):
        return "its installation was cut short"
    if known.get("folder") != str(ROOT):
        return f"the folder has moved, from {known.get('folder')}"
    if not PYTHON.exists():
        return f"its Python is gone: {known.get('base')}"
    same = os.path.realpath(known.get("base", "")) == os.path.realpath(base())
    if not same or known.get("version") != version():
        return f"it was made with Python {known.get('version')}, {known.get('base')}"
    return None


def version() -> str:
    """This Python's version as far as installed packages depend on it: 3.11."""
    return "{}.{}".format(*sys.version_info)


# What is to do


@dataclass(frozen=True)
class Step:
    """Something to bring: what it is called, MB to fetch and on disk (about), and how."""

    title: str
    fetched: int
    stored: int
    bring: Callable[[], None]


def due(needs: list[str]) -> list[Step]:
    """What is lacking for `needs`, in the order in which it is brought.

    The browser comes early: whether one can be had is the least certain.
    """
    no_node = "node" in needs and node.search_path() is None
    no_browser = "browser" in needs and not has_browser()
    anew = why_anew() is not None
    done = {} if anew else state().get("done", {})
    steps = []
    if anew and ({"book", "course"} & set(needs) or no_node or no_browser):
        steps.append(Step("an environment and uv, in .venv", 20, 90, make_environment))
    if no_browser:
        steps.append(Step("a browser, Chromium", 220, 700, bring_browser))
    if "course" in needs and done.get("course") != requirements("course"):
        steps.append(Step("torch for the CPU", 200, 900, bring_torch))
        steps.append(Step("what the course and its checks need", 260, 950, bring_course))
    elif "book" in needs and done.get("book") != requirements("book"):
        steps.append(Step("what the book needs", 60, 170, bring_book))
    if no_node:
        steps.append(Step("Node", 60, 210, bring_node))
    if "node" in needs and installed() != requirements("node"):
        steps.append(Step("what the widgets' checks need", 60, 150, bring_node_modules))
    return steps


def installed() -> str:
    """From which requirements node_modules is made."""
    return INSTALLED.read_text(encoding="utf-8") if INSTALLED.exists() else ""


def has_browser() -> bool:
    """Whether there is a Chromium: for this Python, or for that of .venv, which has Playwright."""
    if chromium.find():
        return True
    if why_anew() is not None:
        return False
    return processes.run(PYTHON, "tools/chromium.py").returncode == 0


def problems(steps: list[Step]) -> list[str]:
    """What would keep `steps` from succeeding, found before anything is fetched."""
    found = []
    todo = [step.bring for step in steps]
    if make_environment in todo:
        if os.pathsep in str(ROOT):
            found.append(f"No environment can be made in a folder with '{os.pathsep}' in its name.")
        if not (find_spec("venv") and find_spec("ensurepip")):
            found.append(
                f"{base()} can't make environments: install what it lacks "
                "(Debian and Ubuntu: apt-get install python3-venv)."
            )
        if VENV.exists() and not VENV.is_dir():
            found.append(".venv is in the way: rename it.")
        elif (VENV / "pyvenv.cfg").exists() and not STATE.exists():
            found.append(".venv is not one that make has made: rename it, or remove it.")
    if bring_course in todo and not shutil.which("git"):
        found.append("The checks need git (Debian and Ubuntu: apt-get install git).")
    if bring_browser in todo and (lacking := chromium.lacking()):
        found.append(lacking)
    free = shutil.disk_usage(ROOT).free // 10**6
    stored = sum(step.stored for step in steps)
    if free < stored:
        found.append(f"{stored:,} MB are needed on the disk, {free:,} MB are free: make room.")
    return found


# How it is brought


def call(what: str, *command: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run `command`; where it fails, show what it said and stop."""
    done = processes.run(*command, environment=environment or os.environ.copy())
    if done.returncode:
        raise Problem(f"{done.stdout.rstrip()}\n{what} failed. To try again: the same command.")


def uv(what: str, *arguments: str) -> None:
    """Let uv install into .venv."""
    call(what, PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON, *arguments)


def make_environment() -> None:
    """Make .venv, empty but for pip and uv."""
    VENV.mkdir(exist_ok=True)
    note(finished=False)  # first of all, so that even half a removal is known for what it is
    for path in list(VENV.iterdir()):
        if path != STATE:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    call("Making .venv", base(), "-m", "venv", VENV)
    pip("uv")
    note(folder=str(ROOT), base=base(), version=version(), done={}, finished=True)


def pip(*arguments: str) -> None:
    """Let pip install into .venv, with its settings on this machine; of its words, errors only."""
    quietly = ("--disable-pip-version-check", "install", "-qq")
    call("Installing", PYTHON, "-m", "pip", *quietly, *arguments, "-c", PINS)


def installing(work: Callable[[], None], **done: str) -> None:
    """Do `work` on .venv, which counts as unfinished meanwhile; then note what is `done`."""
    note(finished=False)
    work()
    note(finished=True, done=state()["done"] | done)


def bring_book() -> None:
    """Install what builds the book."""
    title = "Installing what the book needs"
    installing(
        lambda: uv(title, "-r", "requirements/book.txt", "-c", PINS), book=requirements("book")
    )


def bring_torch() -> None:
    """Install torch's CPU build: the course asks no GPU, and the builds for one are 3 GB."""
    packages = ("torch", "torchvision")

    def work() -> None:
        try:
            uv("torch", "--torch-backend=cpu", *packages, "-c", PINS)
        except Problem:
            print(
                "  The source of torch's CPU builds can't be reached. Taking what pip finds; "
                "where it knows none of them, that is a build for GPUs, of 3 GB.",
                flush=True,
            )
            pip("--no-deps", *packages)

    installing(work)


def bring_course() -> None:
    """Install everything else, the course's own package, and d2l, which goes in alone."""
    title = "Installing the course"

    def work() -> None:
        uv(title, "-r", "requirements.txt", "-c", PINS)
        uv(title, "--no-deps", "-r", "requirements/d2l.txt")

    installing(work, course=requirements("course"), book=requirements("book"))


def bring_node() -> None:
    """Install Node into .venv."""
    title = "Installing Node"
    installing(lambda: uv(title, "-r", "requirements/node.txt", "-c", PINS))


def bring_node_modules() -> None:
    """Install exactly what package-lock.json names."""
    INSTALLED.unlink(missing_ok=True)
    command = ("npm", "--prefix", node.SOURCES, "ci", "--silent", "--no-audit", "--no-fund")
    call("npm ci", *command, environment=node.environment())
    INSTALLED.write_text(requirements("node"), encoding="utf-8")


def bring_browser() -> None:
    """Install a Chromium, by Playwright or by the system's packages."""
    installing(lambda: uv("Installing Playwright", "playwright", "-c", PINS))
    # apt-get may start services, which would keep the lock for ever.
    done = processes.run(PYTHON, "tools/chromium.py", "--install", keep_lock=False)
    if done.returncode:
        raise Problem(done.stdout.rstrip())


def work(needs: list[str]) -> int:
    """Bring what `needs` lack."""
    os.chdir(ROOT)
    for name in STRAY:
        os.environ.pop(name, None)
    if not due(needs):
        return 0
    with processes.locked(LOCK, "Another make is at work here; waiting for it to end ..."):
        steps = due(needs)  # the other one may have brought it
        found = problems(steps)
        if found:
            raise Problem("\n".join(found))
        anew = why_anew()
        if anew and make_environment in [step.bring for step in steps]:
            print(f".venv is made anew: {anew}.", flush=True)
        size = sum(step.fetched for step in steps)
        if steps:
            print(f"To be fetched, about {size} MB, less what caches hold:", flush=True)
        for step in steps:
            print(f"  {step.title} (about {step.fetched} MB)", flush=True)
        for step in steps:
            print(f"Bringing {step.title} ...", flush=True)
            step.bring()
    return 0


def main() -> int:
    """Bring what the command line names."""
    needs = sys.argv[1:]
    unknown = [need for need in needs if need not in NEEDS]
    if unknown or not needs:
        print(f"usage: environment.py NEED ..., of {', '.join(NEEDS)}", file=sys.stderr)
        return 2
    return processes.main(
        lambda: work(needs), "Interrupted. To go on from here: the same command again."
    )


if __name__ == "__main__":
    sys.exit(main())
