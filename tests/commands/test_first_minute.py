"""`make book` and what `make test` prepares, on machines and at moments that are not the best."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from course_folder import FAKES, lives, until

OTHER = "Another make is at work here; waiting for it to end ..."


def test_a_book_from_nothing_and_nothing_twice(course):
    code, said = course.make("book")
    assert code == 0, said
    assert course.ran() == ["venv", "pip", "uv", "sphinx"]
    assert "about" in said.splitlines()[0] and "what the book needs (about" in said
    (address,) = re.findall(r"The book: file://(\S+)", said)
    assert urllib.request.url2pathname(address) == str(course.folder / course.page)
    assert course.read(course.page) == "First"

    code, said = course.make("book")
    assert (code, said) == (0, f"The book: file://{address} (or: make serve)\n")
    assert course.ran() == []


def test_a_changed_page_is_built_and_a_changed_requirement_installed(course):
    course.make("book")
    course.ran()
    course.write("intro.md", "Second")
    assert course.make("book")[0] == 0
    assert course.ran() == ["sphinx"]
    assert course.read(course.page) == "Second"
    course.write("requirements/book.txt", course.read("requirements/book.txt") + "\nmore\n")
    assert course.make("book")[0] == 0
    assert course.ran() == ["uv", "sphinx"]


# Interrupted


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
@pytest.mark.parametrize("gate", ["venv", "pip", "uv", "sphinx"])
def test_interrupted_anywhere_the_same_command_goes_on(course, gate, name):
    if gate == "sphinx":  # there is a book already, which must stay
        assert course.make("book")[0] == 0
        course.ran()
        course.write("intro.md", "Second")
    course.close(gate)
    process = course.start("book")
    inner = course.reached(gate)
    if name == "SIGTERM":
        process.terminate()  # as `kill` does: make alone, which hands it on
    else:
        os.killpg(process.pid, getattr(signal, name))  # as a terminal does
    said, _ = process.communicate(timeout=60) if name != "SIGKILL" else ("", process.wait(60))
    assert process.returncode != 0
    assert "Traceback" not in said
    if name != "SIGKILL":
        assert "Interrupted" in said
        until(lambda: not lives(inner))
    if gate == "sphinx":
        assert course.read(course.page) == "First"

    course.ran()
    again = course.start("book")
    if name == "SIGKILL" and gate != "sphinx":  # what was installing still is: wait for it
        assert any(OTHER in line for line in iter(again.stdout.readline, ""))
        assert course.ran() == []
    course.open(gate)
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0, said
    if gate in ("venv", "pip", "uv"):
        assert course.ran() == ["venv", "pip", "uv", "sphinx"]
        if name != "SIGKILL":
            assert "made anew: its installation was cut short" in said
    assert course.read(course.page) == ("Second" if gate == "sphinx" else "First")
    assert course.make("book")[0] == 0
    assert sorted(path.name for path in (course.folder / "_build").iterdir()) == ["html"]


@pytest.mark.parametrize("module", ["environment", "book"])
def test_a_ctrl_c_while_a_command_is_being_loaded(course, module):
    assert course.make("book")[0] == 0
    course.write(
        f"tools/{module}.py", "print('loading', flush=True)\nimport time; time.sleep(60)\n"
    )
    process = course.start("book")
    assert process.stdout.readline() == "loading\n"
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert re.fullmatch(r"(make: .*\n)+", said), said  # make's own word, and nothing of Python's


def test_killed_between_taking_the_old_book_and_giving_the_new(course):
    course.make("book")
    (course.folder / "_build" / "html").rename(course.folder / "_build" / ".old")
    course.ran()
    assert course.make("book")[0] == 0
    assert course.ran() == []  # the old one is back, and it is current
    assert course.read(course.page) == "First"


def test_started_twice(course):
    course.close("uv")
    first = course.start("book")
    course.reached("uv")
    second = course.start("book")
    assert second.stdout.readline().strip() == OTHER
    course.open("uv")
    for process in (first, second):
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert course.ran() == ["venv", "pip", "uv", "sphinx"]


def test_a_signal_that_the_user_has_switched_off_stops_nothing(course):
    """As under nohup, or in the background of a script."""
    course.close("uv")
    process = course.start("book", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    course.reached("uv")
    os.killpg(process.pid, signal.SIGHUP)
    course.open("uv")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


# Folders


def test_in_a_folder_that_was_renamed(course):
    course.make("book")
    course.ran()
    old, course.folder = course.folder, course.folder.with_name("renamed")
    old.rename(course.folder)
    code, said = course.make("book")
    assert code == 0
    assert f".venv is made anew: the folder has moved, from {old}." in said
    assert course.ran() == ["venv", "pip", "uv"]  # the book itself can be moved
    assert course.folder.as_uri() in said


def give_up_rights() -> None:
    """Let the rights of files count for root, too: give up CAP_DAC_OVERRIDE for what is run."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        assert library.prctl(24, 1, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())


def test_in_a_folder_that_cannot_be_written(course):
    def make() -> tuple[int, str]:
        course.folder.chmod(0o555)
        try:
            return course.make("book", preexec_fn=give_up_rights)
        finally:
            course.folder.chmod(0o755)

    refusal = "This folder can't be written (Permission denied): "
    code, said = make()
    assert code != 0
    assert said.startswith(refusal)
    assert course.ran() == []

    course.make("book")
    assert make()[0] == 0  # to look at what is there needs no right to write
    course.ran()
    course.write("intro.md", "Second")
    code, said = make()
    assert code != 0
    assert said.startswith(refusal)
    assert course.ran() == []
    assert course.read(course.page) == "First"


def test_in_a_folder_that_no_path_can_hold(course):
    old, course.folder = course.folder, course.folder.with_name("the:course")
    old.rename(course.folder)
    code, said = course.make("book")
    assert code != 0
    assert "':' in its name" in said
    assert course.ran() == []


def test_an_environment_of_the_reader_is_left_alone(course):
    course.write(".venv/pyvenv.cfg", "mine")
    code, said = course.make("book")
    assert code != 0
    assert ".venv is not one that make has made: rename it, or remove it." in said
    assert course.read(".venv/pyvenv.cfg") == "mine"


# Pythons


def test_with_another_python_than_last_time(course):
    course.make("book")
    course.ran()
    before = course.read(".venv/state.json")
    course.write(".venv/state.json", re.sub(r'"3\.\d+"', '"3.10"', before))
    code, said = course.make("book", "PYTHON=python3")
    assert code == 0
    assert ".venv is made anew: it was made with Python 3.10" in said
    assert course.ran() == ["venv", "pip", "uv"]
    assert course.read(".venv/state.json") == before


def test_without_being_told_the_python_stays_the_same(course):
    course.make("book", f"PYTHON={sys._base_executable}")
    course.ran()
    (course.bin / "python3").unlink()
    assert course.make("book")[0] == 0
    assert course.ran() == []


def test_without_python(course):
    (course.bin / "python3").unlink()
    code, said = course.make("book")
    assert code != 0
    assert said.startswith("No python3 found. Install Python 3.11 or newer")
    assert course.make("book", "PYTHON=no such python")[1].startswith("No no such python found.")


def test_with_a_python_that_is_too_old(course):
    old = course.bin / "python3.9"
    pretend = "import sys; sys.version_info = (3, 9, 18)"
    old.write_text(f'#!/bin/sh\nexec "{sys._base_executable}" -c "{pretend}; $3"\n')
    old.chmod(0o755)
    code, said = course.make("book", "PYTHON=python3.9")
    assert code != 0
    assert said.startswith("Python 3.11 or newer is needed, and python3.9 is 3.9.")
    assert course.ran() == []


# The book's sources


def test_with_a_truncated_notebook(course):
    course.make("book")
    course.ran()
    for text, why in (
        ('{"cells": [{"cell_type": "code", "sour', "Unterminated string"),
        ("", "Expecting value"),
        ("{}", "no 'cells'"),
        ('{"cells": [{"cell_type": "code"}]}', "a cell lacks its source"),
    ):
        course.write("chapters/02-two.ipynb", text)
        code, said = course.make("book")
        assert code != 0
        assert said.startswith(f"chapters/02-two.ipynb is not a whole notebook ({why}")
        assert "git restore chapters/02-two.ipynb" in said
        assert course.ran() == []
        assert course.read(course.page) == "First"


def test_with_a_warning_the_old_book_stays(course):
    course.make("book")
    course.write("intro.md", "intro.md:1: WARNING: a link leads nowhere\nthe rest")
    code, said = course.make("book")
    assert code != 0
    assert "\nintro.md:1: WARNING: a link leads nowhere\nThe book was not built" in said
    assert "the rest" not in said
    assert course.read(course.page) == "First"
    course.write("intro.md", "Third")
    assert course.make("book")[0] == 0
    assert course.read(course.page) == "Third"


# Serving


def test_serve_and_stop(course):
    process = course.start("serve", "PORT=0")
    address = None
    while not address:
        line = process.stdout.readline()
        assert line, "it ended"
        address = re.search(r"http://127.0.0.1:\d+/", line)
    with urllib.request.urlopen(address[0]) as answer:
        assert answer.read() == b"First"
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert "Stopped." in said and "Traceback" not in said


def test_with_a_port_in_use(course):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = course.make("serve", f"PORT={port}")
    assert code != 0
    assert f"Port {port}: Address already in use. Try make serve PORT=" in said
    assert "sphinx" not in course.ran()


def test_with_what_is_no_port(course):
    for port in ("http", "70000", "-1", ""):
        code, said = course.make("serve", f"PORT={port}")
        assert code != 0
        assert f"PORT={port} is no port" in said


# What else a machine may lack


def prepare(course, *needs: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["python3", "-ES", "tools/environment.py", *needs],
        cwd=course.folder,
        env=course.environment | environment,
        executable=sys._base_executable,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_node_it_is_brought(course):
    done = prepare(course, "node")
    assert done.returncode == 0, done.stdout
    assert "  Node (about" in done.stdout
    assert [line.split()[0] for line in course.calls()] == ["venv", "pip", "uv", "npm"]
    assert course.calls()[-1].split()[2:4] == ["--prefix", f"{course.folder}".split()[0]]
    course.ran()
    assert prepare(course, "node").returncode == 0
    assert course.ran() == []


def test_with_an_old_node_a_new_one_is_brought(course):
    for name in ("node", "npm"):
        (course.bin / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (course.bin / name).chmod(0o755)
    assert "  Node (about" in prepare(course, "node").stdout
    assert course.ran() == ["venv", "pip", "uv", "npm"]


def test_with_a_good_node_there_is_no_need_of_an_environment(course):
    for name in ("node", "npm"):
        (course.bin / name).symlink_to(FAKES / name)
    assert prepare(course, "node").returncode == 0
    assert course.ran() == ["npm"]
    assert not (course.folder / ".venv").exists()
    lock = course.folder / "utils/widgets/js/package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert prepare(course, "node").returncode == 0
    assert course.ran() == ["npm"]


def test_where_torch_has_no_cpu_build_pip_is_asked(course):
    done = prepare(course, "course", UV_FAILS="--torch-backend=cpu")
    assert done.returncode == 0, done.stdout
    assert "torch's CPU builds can't be reached" in done.stdout
    said = [re.sub(r"\d+ ", "", line, count=1) for line in course.calls()]
    pip = [line for line in said if line.startswith("pip")]
    assert len(pip) == 2 and "--no-deps torch torchvision" in pip[1]
    assert "-r requirements.txt" in said[-2] and "--no-deps" not in said[-2]
    assert "--no-deps -r requirements/d2l.txt" in said[-1]
    assert prepare(course, "course", "book").stdout == ""  # who has the course has the book's


def test_what_fails_is_shown_and_can_be_tried_again(course):
    done = prepare(course, "book", UV_FAILS="requirements/book.txt")
    assert done.returncode == 1
    assert "error: requirements/book.txt can't be reached" in done.stdout
    assert done.stdout.endswith("the book needs failed. To try again: the same command.\n")
    assert prepare(course, "book").returncode == 0


@pytest.fixture
def environment(course, monkeypatch):
    """The module, which takes `course` for its folder."""
    import environment

    monkeypatch.chdir(course.folder)
    for name in environment.STRAY:
        monkeypatch.delenv(name, raising=False)
    for name in ("VENV", "PYTHON", "STATE", "LOCK", "INSTALLED"):
        place = getattr(environment, name).relative_to(environment.ROOT)
        monkeypatch.setattr(environment, name, course.folder / place)
    monkeypatch.setattr(environment, "ROOT", course.folder)
    monkeypatch.setattr(environment.node, "SOURCES", course.folder / "utils/widgets/js")
    return environment


def test_without_a_way_to_a_browser_it_is_said_before_anything_is_fetched(
    course, environment, monkeypatch
):
    monkeypatch.setattr(environment.chromium, "find", lambda: None)
    monkeypatch.setattr(environment.chromium.sys, "platform", "linux")
    monkeypatch.setattr(environment.chromium.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(environment.chromium, "find_library", lambda name: None)
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(environment.Problem, match="CHROMIUM=/path"):
        environment.work(["browser", "course", "node"])
    assert course.ran() == []
    monkeypatch.setattr(environment.chromium, "find_library", lambda name: f"lib{name}.so")
    assert environment.problems(environment.due(["browser"])) == []
    monkeypatch.setenv("CHROMIUM", "/no/such")
    (problem,) = environment.problems(environment.due(["browser"]))
    assert problem.startswith("CHROMIUM=/no/such: there is no such program.")


def test_with_a_python_that_makes_no_environments(course, environment, monkeypatch):
    monkeypatch.setattr(
        environment, "find_spec", lambda name: None if name == "ensurepip" else name
    )
    with pytest.raises(environment.Problem, match="apt-get install python3-venv"):
        environment.work(["book"])
    assert course.ran() == []


def test_without_git_or_room_both_are_said_before_anything_is_fetched(
    course, environment, monkeypatch
):
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: Free)
    steps = environment.due(["course"])
    git, room = environment.problems(steps)
    assert "apt-get install git" in git
    assert "MB are needed on the disk, 5 MB are free" in room


class Free:
    free = 5 * 10**6
