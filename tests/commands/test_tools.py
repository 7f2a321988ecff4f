"""The parts of the commands that can be asked by themselves."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import node
import pins
import pytest
from course_folder import ROOT, lives, until

NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)


def names(text: str) -> set[str]:
    """What the lines of a requirements file name, in the one form that names are compared in."""
    return {re.sub(r"[-_.]+", "-", name).lower() for name in NAME.findall(text)}


def test_every_requirement_is_pinned():
    pinned = (ROOT / "requirements" / "constraints.txt").read_text(encoding="utf-8")
    if names(pinned) <= {"torch", "torchvision"}:
        return  # emptied by hand, as the monthly jobs do, with the oldest torch or the newest
    for file in ("run", "book", "test", "node"):
        text = (ROOT / "requirements" / f"{file}.txt").read_text(encoding="utf-8")
        assert names(text) and names(text) <= names(pinned), file
    assert pinned.startswith(pins.HEADER)
    assert set(pins.TORCH) <= set(pinned.splitlines())
    assert not [line for line in pinned.splitlines() if pins.LEFT_OUT.match(line)]


def test_pins_hold_for_every_machine():
    text = (
        "-e .\na==1\n\ncuda-python==2\nnvidia-nccl==3 ; x\ntorch==2.13.0+cpu\ntriton==4\nb==5 ; y\n"
    )
    assert pins.kept(text) == ["a==1", "torch==2.13.0", "b==5 ; y"]


def test_the_oldest_python_is_one():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (oldest,) = set(re.findall(r"v >= \((\d, \d+)\)", makefile))
    oldest = oldest.replace(", ", ".")
    assert f"Python {oldest} or newer is needed" in makefile
    assert f"Python {oldest} to" in pins.HEADER
    assert f'"{oldest}"' in Path(pins.__file__).read_text(encoding="utf-8")
    assert f"Python {oldest} or newer" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_node_is_found_along_a_path_and_else_brought(tmp_path, monkeypatch):
    own, brought = tmp_path / "own", tmp_path / "brought"
    for folder in (own, brought):
        folder.mkdir()
    monkeypatch.setattr(node, "BROUGHT", brought)
    monkeypatch.setenv("PATH", str(own))
    assert node.search_path() is None
    with pytest.raises(FileNotFoundError, match="make test"):
        node.environment()
    for folder, number in ((own, 18), (brought, 24)):
        for name in ("node", "npm"):
            (folder / name).write_text(f"#!/bin/sh\necho v{number}.1.0\n")
            (folder / name).chmod(0o755)
    assert node.search_path() == f"{brought}:{own}"  # its own is too old
    (own / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    assert node.search_path() == str(own)
    (own / "npm").unlink()
    assert node.environment()["PATH"] == f"{brought}:{own}"


def test_a_signal_ends_all_that_was_started(tmp_path):
    """Also what ignores a polite request, and what a command has started in turn."""
    noted = tmp_path / "pids"
    stubborn = (
        "trap : TERM INT HUP; sh -c 'trap : TERM; sleep 100; sleep 100' & "
        f"echo $! $$ > {noted}.new; mv {noted}.new {noted}; while :; do sleep 100; done"
    )
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r})\n"
        "import processes\n"
        "processes.PATIENCE = 0.2\n"
        f"work = lambda: processes.run('sh', '-c', {stubborn!r}).returncode\n"
        "sys.exit(processes.main(work, 'Over.'))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(noted.exists)
    pids = [int(pid) for pid in noted.read_text().split()]
    os.kill(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (128 + signal.SIGTERM, "\nOver.\n")
    until(lambda: not any(lives(pid) for pid in pids))
