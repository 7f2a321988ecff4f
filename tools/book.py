"""Build the web book, or serve it: `python tools/book.py build`, `python tools/book.py serve PORT`.

The book is built beside the old one and takes its place when it is whole and without a warning. It
is built only when something that goes into it has changed, and then all pages anew: a page that is
left as it was would hide its own warnings.
"""

import hashlib
import http.server
import io
import json
import os
import re
import shutil
import site
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path

import processes
from processes import Problem

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
NEW, OLD = BUILD / ".new", BUILD / ".old"
BUILT = ".built"  # in the book's folder: what it was made of
LOCK = ROOT / ".make.lock"
INPUTS = (
    "*.md",
    "*.yml",
    "chapters/**/*",
    "book/**/*",
    "images/**/*",
    "utils/widgets/dist/book/*",
    "utils/widgets/js/view/*.css",
    "requirements/book.txt",
    "requirements/constraints.txt",
    "tools/book.py",
)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def inputs() -> Iterator[Path]:
    """The files that go into the book."""
    for pattern in INPUTS:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                yield path


def fingerprint() -> str:
    """A digest of all that goes into the book."""
    digest = hashlib.sha256()
    for path in inputs():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def is_current(html: Path) -> bool:
    """Whether the book in `html` is made of what is there now."""
    mark = html / BUILT
    return mark.exists() and mark.read_text(encoding="utf-8") == fingerprint()


def check_notebooks() -> None:
    """See that every notebook is whole.

    Raises:
        Problem: naming those that are not.
    """
    found = []
    for path in sorted(ROOT.glob("chapters/*.ipynb")):
        try:
            cells = json.loads(path.read_bytes())["cells"]
            whole = all({"cell_type", "source"} <= set(cell) for cell in cells)
            why = "" if whole else "a cell lacks its source"
        except (ValueError, KeyError, TypeError) as error:
            why = f"no {error}" if isinstance(error, KeyError) else str(error)
        if why:
            name = path.relative_to(ROOT)
            found.append(
                f"{name} is not a whole notebook ({why}). Back to git's: git restore {name}"
            )
    if found:
        raise Problem("\n".join(found))


def make(out: Path) -> tuple[bool, str]:
    """Build the book into `out`; return whether that went without a warning, and what was said."""
    site.main()  # make starts this with -S: packages are found only from here on
    from jupyter_book.sphinx import build_sphinx

    said = io.StringIO()
    with redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's own, about the insides of Sphinx's extensions
        result = build_sphinx(
            str(ROOT),
            str(out),
            noconfig=True,
            path_config=str(ROOT / "_config.yml"),
            confoverrides={
                "external_toc_path": str(ROOT / "_toc.yml"),
                "latex_individualpages": False,
                "nitpicky": True,
            },
            warningiserror=True,
            keep_going=True,
            quiet=True,
        )
    return result == 0, ESCAPES.sub("", said.getvalue())


def mend() -> None:
    """Bring back the old book where an earlier build was killed between taking and giving."""
    if OLD.exists() and not HTML.exists():
        OLD.rename(HTML)
    for folder in (NEW, OLD):
        shutil.rmtree(folder, ignore_errors=True)


def swap() -> None:
    """Put the new book in the old one's place."""
    if HTML.exists():
        HTML.rename(OLD)
    (NEW / "html").rename(HTML)
    shutil.rmtree(NEW)
    shutil.rmtree(OLD, ignore_errors=True)


def build() -> None:
    """Build the book, unless it is there as it should be.

    Raises:
        Problem: where it can't be built; the old book stays.
    """
    if is_current(HTML):
        return
    check_notebooks()
    with processes.locked(LOCK, "Another make is at work here; waiting for it to end ..."):
        mend()
        if is_current(HTML):
            return
        print("Building the book ...", flush=True)
        digest = fingerprint()  # before, so that a change meanwhile is seen the next time
        good, said = make(NEW / "html")
        if not good:
            shutil.rmtree(NEW, ignore_errors=True)
            kept = " The book in _build/html is the one from before." if HTML.exists() else ""
            raise Problem(f"{said.rstrip()}\nThe book was not built: see above.{kept}")
        (NEW / "html" / BUILT).write_text(digest, encoding="utf-8")
        swap()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and does not write a line for each."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def serve(port: str) -> None:
    """Build the book and serve it until Ctrl-C.

    Raises:
        Problem: where nothing can be served at `port`.
    """
    try:
        server = listen(int(port))
    except (ValueError, OverflowError):
        raise Problem(f"PORT={port} is no port: it is a number from 1 to 65535.") from None
    except PermissionError:
        raise Problem(f"Port {port} is the system's: make serve PORT=8000") from None
    except OSError as error:
        other = free_port(int(port))
        raise Problem(f"Port {port}: {error.strerror}. Try make serve PORT={other}") from None
    with server:
        build()
        print(f"The book: http://127.0.0.1:{server.server_port}/ (Ctrl-C to stop)", flush=True)
        server.serve_forever()


def listen(port: int) -> http.server.ThreadingHTTPServer:
    """Take `port` on this machine."""
    handler = partial(Handler, directory=str(HTML))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def free_port(after: int) -> int:
    """A port that is free now, the next one if possible."""
    for port in [*range(after + 1, min(after + 20, 65536)), 0]:
        try:
            with listen(port) as server:
                return server.server_port
        except OSError:
            continue
    return 8000


def work(command: str, *arguments: str) -> int:
    """Build or serve."""
    os.chdir(ROOT)
    if command == "serve":
        serve(*arguments)
    else:
        build()
        address = (HTML / "index.html").as_uri()
        print(f"The book: {address} (or: make serve)")
    return 0


def main() -> int:
    """Do what the command line says."""
    if sys.argv[1:] != ["build"] and not (sys.argv[1:2] == ["serve"] and len(sys.argv) == 3):
        print("usage: book.py build | book.py serve PORT", file=sys.stderr)
        return 2
    serving = sys.argv[1] == "serve"
    words = "Stopped." if serving else "Interrupted; the book is as it was before."
    return processes.main(lambda: work(*sys.argv[1:]), words)


if __name__ == "__main__":
    sys.exit(main())
