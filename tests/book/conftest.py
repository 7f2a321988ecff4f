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


@pytest.fixture(scope="session")
def contexts(browser):
    """A context for each kind of window, kept: to make one takes as long as to load a page."""
    kept = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def visit(browser, contexts):
    """Return a function that opens an address and returns the page and what it did."""
    pages = []

    def open_page(
        address: str, *, width=1280, height=900, scheme="light", until=None, stores=False
    ):
        # A test that makes the page store something says so: its context is its own.
        key = (width, height, scheme, len(contexts) if stores else "")
        if key not in contexts:
            contexts[key] = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
        page, watch = contexts[key].new_page(), Watch()
        pages.append(page)
        own = "file:" if address.startswith("file:") else "/".join(address.split("/")[:3]) + "/"

        def asked(request):  # the browser itself is cut off from the world
            if not request.url.startswith((own, "data:", "blob:")):
                watch.outside.append(request.url)

        def missed(request):  # but for what the page no longer waited for when it led on
            if request.failure != "net::ERR_ABORTED":
                watch.failed.append(request.url)

        page.on("request", asked)
        page.on(
            "console",
            lambda m: watch.logged.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: watch.logged.append(str(error)))
        page.on("requestfailed", missed)
        page.on(
            "response",
            lambda response: watch.failed.append(response.url) if response.status >= 400 else None,
        )
        page.goto(address)
        if until:
            page.wait_for_url(until)
        settle(page)
        return page, watch

    yield open_page
    for page in pages:
        page.close()


def settle(page) -> None:
    """Start all widgets, those far down too."""
    page.wait_for_load_state("load")
    page.evaluate("globalThis.slidingWindowCourse?.startAll()")
    page.wait_for_function(
        "() => [...document.querySelectorAll('div.explorable[data-explorable]')]"
        ".every(e => e.dataset.mounted === 'true')",
        timeout=20_000,
    )
