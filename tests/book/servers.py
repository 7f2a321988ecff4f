"""The book on servers of this machine: plain, and at its place as strict as a server may be."""

import base64
import functools
import hashlib
import http.server
import re
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
BASE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args):
        pass


@contextmanager
def serving(handler, book):
    """A server of the book on this machine; its port."""
    handler = functools.partial(handler, directory=str(book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield httpd.server_port
        httpd.shutdown()


class AtItsPlace(Quiet):
    """Serves the book below its path, with the page for lost readers, under a strict policy."""

    policy = ""

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def send_head(self):
        prefix = urlsplit(BASE).path
        known = self.path.startswith(prefix)
        self.path = "/" + self.path.removeprefix(prefix) if known else "/none"
        if Path(self.translate_path(self.path.partition("?")[0])).exists():
            return super().send_head()
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


def inline_scripts(book) -> set[str]:
    """The scripts that stand in pages themselves."""
    pages = [path.read_text(encoding="utf-8") for path in book.rglob("*.html")]
    return {script for page in pages for script in INLINE.findall(page)}


def policy(book) -> str:
    """Lets pages run only the book's own files and their inline scripts, by hash."""
    hashes = [hashlib.sha256(script.encode()).digest() for script in inline_scripts(book)]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src data:; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'"
    )
