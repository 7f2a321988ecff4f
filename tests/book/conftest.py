"""The built book, opened from the file system and from a server, with the world cut off."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from servers import BASE, AtItsPlace, Quiet, policy, serving

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
BUILT = HTML / ".built"


def pages() -> list[str]:
    """Every page of the book, as a path below _build/html.

    Not index.html, which only leads to intro.html, and not 404.html, which has a test of its own:
    it is shown at any address but its own, and only at the place that the book is made for.
    """
    found = sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html"))
    return [name for name in found if name not in ("index.html", "404.html")]


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", pages() or ["intro.html"])


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book, which `make book` makes."""
    if not BUILT.exists():
        pytest.fail("the book is not built: run make book")
    return HTML


@pytest.fixture(scope="session")
def server(book):
    """A server of the book; its address, ending in a slash."""
    with serving(Quiet, book) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def strict(book):
    """A server of the book at its place, which lets pages run only what the book is made of."""
    AtItsPlace.policy = policy(book)
    with serving(AtItsPlace, book) as port:
        yield f"http://127.0.0.1:{port}{urlsplit(BASE).path}"


@dataclass
class Watch:
    """What a page did that no page may do."""

    outside: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def assert_clean(self) -> None:
        """Nothing asked of the world, nothing logged, nothing missing."""
        assert self.outside == []
        assert self.logged == []
        assert self.failed == []


class Window:
    """A page that stays for all addresses that begin alike, and what the one that it shows did.

    A request of the page before that comes late is no request of the world then.
    """

    def __init__(self, browser, own: str, width: int, height: int, scheme: str) -> None:
        self.own, self.size = own, {"width": width, "height": height}
        context = browser.new_context(viewport=self.size, color_scheme=scheme)
        self.page, self.watch = context.new_page(), Watch()
        self.page.on("request", self.asked)
        self.page.on("requestfailed", self.missed)
        self.page.on("response", self.answered)
        self.page.on("console", self.logged)
        self.page.on("pageerror", lambda error: self.watch.logged.append(str(error)))

    def asked(self, request) -> None:  # the browser itself is cut off from the world
        if not request.url.startswith((self.own, "data:", "blob:")):
            self.watch.outside.append(request.url)

    def missed(self, request) -> None:  # but for what a page no longer waited for when it led on
        if request.failure != "net::ERR_ABORTED":
            self.watch.failed.append(request.url)

    def answered(self, response) -> None:
        if response.status >= 400:
            self.watch.failed.append(response.url)

    def logged(self, message) -> None:
        if message.type in ("error", "warning"):
            self.watch.logged.append(message.text)

    def open(self, address: str) -> None:
        """Leave what was shown and what a test did to the window, and go there."""
        self.page.set_viewport_size(self.size)
        self.page.emulate_media(media="screen")
        self.watch = Watch()
        self.page.goto(address)


@pytest.fixture(scope="session")
def windows(browser):
    """A window of each kind, kept: a new one takes as long as to load three pages."""
    kept: dict[tuple, Window] = {}
    yield kept
    for window in kept.values():
        window.page.context.close()


@pytest.fixture
def visit(browser, windows):
    """Return a function that opens an address and returns the page and what it did."""

    def open_page(
        address: str, *, width=1280, height=900, scheme="light", until=None, stores=False
    ):
        # A test that makes the page store something says so: its window is its own.
        own = "file:" if address.startswith("file:") else "/".join(address.split("/")[:3]) + "/"
        kind = (own, width, height, scheme)
        key = (*kind, len(windows) if stores else "")
        if key not in windows:
            windows[key] = Window(browser, *kind)
        window = windows[key]
        window.open(address)
        if until:
            window.page.wait_for_url(until)
        settle(window.page)
        return window.page, window.watch

    return open_page


def settle(page) -> None:
    """Start all widgets, those far down too."""
    page.wait_for_load_state("load")
    page.evaluate("globalThis.slidingWindowCourse?.startAll()")
    page.wait_for_function(
        "() => [...document.querySelectorAll('div.explorable[data-explorable]')]"
        ".every(e => e.dataset.mounted === 'true')",
        timeout=20_000,
    )
