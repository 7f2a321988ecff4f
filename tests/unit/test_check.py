"""What runs the checks is checked: a failing command fails them all, and says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import check as runner
import pytest


def command(code: str, part: str = "") -> runner.Command:
    return runner.Command([sys.executable, "-S", "-c", code], part)


def fails(says: str = "", code: int = 1, part: str = "") -> runner.Command:
    return command(f"print({says!r}); raise SystemExit({code})", part)


def passes(says: str = "", part: str = "") -> runner.Command:
    return command(f"print({says!r})", part)


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "LOGS", tmp_path / "a log")
    return tmp_path / "a log"


def test_all_that_pass_pass(capsys):
    two = [runner.Check("a", "First", [passes("one")]), runner.Check("b", "Second", [passes()])]
    assert runner.main([], two) == 0
    out = capsys.readouterr().out
    assert "First: ok" in out and "Second: ok" in out and "All checks passed in" in out


@pytest.mark.parametrize("code", [1, 2, 5, 77])
def test_one_that_fails_fails_all_and_shows_what_it_said(code, capsys):
    several = [
        runner.Check("a", "First", [passes(part="x"), fails("look here", code, "y")]),
        runner.Check("b", "Second", [passes()]),
    ]
    assert runner.main([], several) == 1
    out = capsys.readouterr().out
    assert "look here" in out and "y: look here" in out
    assert "First: FAILED" in out and "Second: ok" in out
    assert "Not all checks passed" in out and "a (failed)" in out


def test_a_command_that_is_killed_fails():
    killed = command("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert runner.main([], [runner.Check("a", "First", [killed])]) == 1


def test_what_needs_something_that_failed_is_not_run(logs, capsys):
    chain = [
        runner.Check("last", "Last", [passes()], after="middle"),
        runner.Check("middle", "Middle", [passes()], after="first"),
        runner.Check("first", "First", [fails()]),
    ]
    assert runner.main([], chain) == 1
    assert [check.outcome for check in chain] == ["not run", "not run", "failed"]
    assert sorted(path.name for path in logs.iterdir()) == ["first.log"]
    assert "Last: NOT RUN, because 'middle' failed" in capsys.readouterr().out


def test_what_needs_something_waits_for_it(tmp_path):
    there = tmp_path / "made"
    pair = [
        runner.Check("b", "Uses", [command(f"open({str(there)!r})")], after="a"),
        runner.Check("a", "Makes", [command(f"open({str(there)!r}, 'w')")]),
    ]
    assert runner.main([], pair) == 0


def test_no_more_run_at_a_time_than_there_are_slots(tmp_path):
    """Each looks how many others are there while it is."""
    look = (
        "import os, pathlib, time, uuid\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "mine = folder / f'{uuid.uuid4()}.running'\n"
        "mine.touch(); time.sleep(0.2)\n"
        "crowd = len(list(folder.glob('*.running')))\n"
        "mine.unlink(); raise SystemExit(crowd > 2)\n"
    )
    many = [command(look, str(i)) for i in range(6)]
    assert runner.run([runner.Check("a", "Many", many)], slots=2)


def test_what_waits_runs_beside_the_others(tmp_path):
    there = tmp_path / "there"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(there)!r}).exists(): time.sleep(0.1)"
    touch = f"import pathlib; pathlib.Path({str(there)!r}).touch()"
    first = runner.Check("a", "A", [command(wait, "a")])  # which takes the only slot
    beside = runner.Check("b", "B", [command(touch, "b")], waits=True)
    assert runner.run([first, beside], slots=1)


def test_a_name_brings_what_it_depends_on():
    three = [
        runner.Check("a", "A", []),
        runner.Check("b", "B", [], after="a"),
        runner.Check("c", "C", []),
    ]
    assert [check.name for check in runner.select(three, ["b"])] == ["a", "b"]
    assert [check.name for check in runner.select(three, [])] == ["a", "b", "c"]
    with pytest.raises(SystemExit, match="no check x; there are a, b, c"):
        runner.select(three, ["a", "x"])


def test_every_layer_is_there_and_every_chapter_and_every_test():
    """A folder of tests that no check runs would pass for ever."""
    everything = {check.name: check for check in runner.checks()}
    given = [word for check in everything.values() for c in check.commands for word in c.arguments]
    chapters = {f"chapters/{path.name}" for path in runner.ROOT.glob("chapters/*.ipynb")}
    assert chapters and chapters <= set(given)
    run = {runner.ROOT / word for word in given if word.startswith("tests/")}
    files = runner.ROOT.glob("tests/**/test_*.py")
    assert not [str(file) for file in files if not {file, file.parent} & run]
    for check in everything.values():
        assert check.commands and check.after in {None, *everything}
        assert len({command.log for command in check.commands}) == len(check.commands)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_what_it_started(signum, tmp_path):
    """Also what a command has started itself."""
    left = tmp_path / "grandchild"
    grandchild = (
        f"import os, time; open({str(left)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    child = f"import subprocess, sys; subprocess.call([sys.executable, '-S', '-c', {grandchild!r}])"
    script = (
        f"import pathlib, runpy, sys; sys.path.insert(0, {str(runner.ROOT / 'tools')!r})\n"
        "import check, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup switches it off\n"
        f"check.LOGS = pathlib.Path({str(tmp_path)!r})\n"
        f"slow = check.Command([sys.executable, '-S', '-c', {child!r}])\n"
        "check.checks = lambda: [check.Check('slow', 'Slow', [slow])]\n"
        "check.guarded([])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    wait_until(lambda: left.exists() and left.read_text())
    pid = int(left.read_text())
    os.kill(process.pid, signum)
    assert process.wait(timeout=60) in (130, 143)
    wait_until(lambda: not running(pid))


def wait_until(condition) -> None:
    """Wait, for a minute at most: only a check that hangs takes as long."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it never happened")


def running(pid: int) -> bool:
    """Whether a process runs; one that has ended and whose parent never asked does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
