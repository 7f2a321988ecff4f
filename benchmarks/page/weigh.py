"""The bytes and the requests of a page, as a browser asks for them. Exact: the tests assert them.

A web server sends text packed by gzip, so text counts as what gzip makes of it. Pictures and fonts
are packed already.
"""

import functools
import gzip
import http.server
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {"document": "text", "stylesheet": "style", "script": "script", "font": "font"}
PICTURES = "pictures"
# What waits until it is in sight, as where a reader scrolls to the end, but without drawing it all:
# the pictures, but for those of the other theme and of closed folds, and the widgets.
SHOW_ALL = """async () => {
    const shown = [...document.images].filter(picture => picture.checkVisibility());
    for (const picture of shown) picture.loading = "eager";
    globalThis.slidingWindowCourse?.startAll();
    do await new Promise(requestAnimationFrame);
    while (shown.some(picture => !picture.complete));
}"""


@dataclass(frozen=True)
class Weight:
    """What one page asks for."""

    requests: int
    bytes: dict[str, int]  # by kind: text, style, script, font, pictures, other

    @property
    def without_pictures(self) -> int:
        """All bytes but those of pictures."""
        return sum(self.bytes.values()) - self.bytes.get(PICTURES, 0)

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.bytes.values())


class Packed(http.server.SimpleHTTPRequestHandler):
    """Serves files as a web server does, text packed; silently."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with the file, packed where that makes it smaller and the browser takes it."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        kind, body = self.guess_type(str(path)), path.read_bytes()
        self.send_response(200)
        if "gzip" in self.headers.get("Accept-Encoding", "") and is_text(kind):
            body = packed(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


def is_text(kind: str) -> bool:
    """Whether a file of this media type is worth packing."""
    return kind.startswith("text/") or any(k in kind for k in ("javascript", "json", "xml", "svg"))


@functools.cache
def packed(body: bytes) -> bytes:
    """What gzip makes of it."""
    return gzip.compress(body, 9, mtime=0)


@contextmanager
def served(book: Path) -> Iterator[str]:
    """Serve the book on this machine; the address ends in a slash."""
    handler = functools.partial(Packed, directory=str(book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def phone(browser: Any) -> Any:
    """A window of a phone's size, for `weigh`; one for all pages, as a new one takes a second."""
    return browser.new_page(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, color_scheme="light"
    )


def weigh(page: Any, book: Path, home: str, name: str) -> Weight:
    """Open the page `name` of `book`, served at `home`, in this window; weigh what it asks for.

    That is counted also where the browser has it from an earlier page.
    """
    asked: list[tuple[str, str]] = []
    under_way: set[Any] = set()

    def note(request: Any) -> None:
        under_way.add(request)
        if request.url.startswith(home):  # what a file holds itself, `data:`, came with it
            asked.append((request.url.removeprefix(home).partition("?")[0], request.resource_type))

    def end(request: Any) -> None:
        under_way.discard(request)

    listeners = {"request": note, "requestfinished": end, "requestfailed": end}
    for event, listener in listeners.items():
        page.on(event, listener)
    page.goto(home + name)
    page.evaluate(SHOW_ALL)
    while under_way:
        page.wait_for_timeout(20)
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    sizes: dict[str, int] = {}
    for path, kind in asked:
        kind = KINDS.get(kind, PICTURES if kind == "image" else "other")
        body = (book / path).read_bytes()
        is_packed = is_text(mimetypes.guess_type(path)[0] or "")
        sizes[kind] = sizes.get(kind, 0) + len(packed(body) if is_packed else body)
    return Weight(len(asked), sizes)
