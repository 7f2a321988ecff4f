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
# From the top to the bottom, a screen at a time: what waits until it is in sight is fetched, too.
SCROLL = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo(0, y);
        await frame();
    }
    await frame();
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


def weigh(browser: Any, book: Path, home: str, name: str) -> Weight:
    """Open the page `name` of `book`, served at `home`, as a phone does; weigh what it asks for.

    The page is scrolled to its end.
    """
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, color_scheme="light"
    )
    page, asked, under_way = context.new_page(), [], set()

    def note(request: Any) -> None:
        under_way.add(request)
        if request.url.startswith(home):  # what a file holds itself, `data:`, came with it
            asked.append((request.url.removeprefix(home).partition("?")[0], request.resource_type))

    page.on("request", note)
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: under_way.discard(request))
    page.goto(home + name)
    page.evaluate(SCROLL)
    while under_way:
        page.wait_for_timeout(20)
    context.close()
    sizes: dict[str, int] = {}
    for path, kind in asked:
        kind = KINDS.get(kind, PICTURES if kind == "image" else "other")
        body = (book / path).read_bytes()
        is_packed = is_text(mimetypes.guess_type(path)[0] or "")
        sizes[kind] = sizes.get(kind, 0) + len(packed(body) if is_packed else body)
    return Weight(len(asked), sizes)
