"""Commands that can be stopped at any moment, and one at a time in a folder.

Standard library only: `tools/environment.py` runs before anything is installed.
"""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10.0  # seconds that a command has to end when it is asked to

_children: set[subprocess.Popen[str]] = set()
_lock: int | None = None


class Problem(Exception):
    """What is wrong and what to do about it, in words for whoever typed the command."""


def main(work: Callable[[], int], interrupted: str) -> int:
    """Do `work`; say a `Problem` or a fault of the file system in a line, without a traceback.

    A signal ends the commands that run, prints `interrupted`, and exits with 128 + its number, as
    shells do.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        for child in list(_children):
            _end(child)
        print(f"\n{interrupted}", file=sys.__stderr__, flush=True)  # sys.stderr may be redirected
        os._exit(128 + number)  # nothing to tidy: what is not finished is not marked as finished

    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    try:
        return work()
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"Stopped: {error.strerror or error}{where}", file=sys.stderr)
    return 1


def _end(child: subprocess.Popen[str]) -> None:
    """End `child` and all that it has started: they are a process group of their own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        deadline = time.monotonic() + PATIENCE
        while number != signal.SIGKILL and not _ended(child.pid) and time.monotonic() < deadline:
            time.sleep(0.02)


def _ended(pid: int) -> bool:
    """Whether our child `pid` has ended. Not `Popen.poll`: its lock may be held where we were."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def run(
    *command: str | Path, environment: dict[str, str] | None = None, keep_lock: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `command` in the background of the terminal; return its exit status and what it said.

    It asks nothing, and it gets no Ctrl-C of its own. With `keep_lock` the folder stays locked for
    as long as it runs, even when this process is killed.
    """
    inherited = (_lock,) if keep_lock and _lock is not None else ()
    # A signal between the start and the note of it would leave a command that nobody ends.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            start_new_session=True,
            pass_fds=inherited,
            preexec_fn=_unblock,
        )
        _children.add(child)
    finally:
        _unblock()
    try:
        output, _ = child.communicate()
    finally:
        _children.discard(child)
    return subprocess.CompletedProcess(child.args, child.returncode, output, "")


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Hold the lock `path`; where another process holds it, print `waiting` and wait.

    The system frees it when its last holder ends, however it ends: no stale lock can be left.

    Raises:
        Problem: where the file can't be made, because the folder can't be written.
    """
    global _lock
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not os.access(path.parent, os.W_OK):  # there may be a lock from before
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Problem(
            f"This folder can't be written ({error.strerror}): {path.parent}\n"
            "Copy the course to a folder of your own, or change who may write there."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        _lock = descriptor
        yield
    finally:
        _lock = None
        os.close(descriptor)
