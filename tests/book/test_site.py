"""The book as a site: what it weighs and allows, what robots and lost readers find."""

import gzip
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from servers import BASE, inline_scripts

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(
    0, str(ROOT)
)  # where an installed copy of the course is found, it has no benchmarks

from benchmarks.page.weigh import phone, served, weigh  # noqa: E402

WIDGETS = ROOT / "utils" / "widgets" / "dist" / "book"


@pytest.fixture(scope="module")
def gzipped(book):
    """A server that packs text, as those of the web do."""
    with served(book) as address:
        yield address


@pytest.fixture(scope="module")
def window(browser):
    """A phone's, for all pages: to open one takes as long as to load three."""
    page = phone(browser)
    yield page
    page.close()


def test_a_page_is_light(name, window, book, gzipped):
    weight = weigh(window, book, gzipped, name)
    assert weight.without_pictures <= 250_000, weight
    assert weight.total <= 450_000, weight
    assert weight.requests <= 25, weight
    index = 20_000 if name == "search.html" else 0  # it grows with the words of the book
    assert weight.bytes.get("script", 0) <= 60_000 + index, weight


SCRIPTS = {
    "intro.html": {"furo.js", "course.js", "explorables.js", "ImageFilter.js"},
    "references.html": {"furo.js", "course.js"},
    "chapters/02-cross-correlation.html": {
        *("furo.js", "course.js"),
        *("explorables.js", "Answer.js", "SlidingWindow.js"),
        *("documentation_options.js", "clipboard.min.js", "copybutton.js"),  # to copy code
    },
}


@pytest.mark.parametrize("one", SCRIPTS)
def test_a_page_loads_the_scripts_that_it_uses_and_one_style_sheet(one, book):
    text = (book / one).read_text(encoding="utf-8")
    scripts = re.findall(r'<script[^>]* src="([^"?]*)', text)
    assert {path.rpartition("/")[2] for path in scripts} == SCRIPTS[one]
    styles = re.findall(r'<link rel="stylesheet"[^>]* href="([^"?]*)', text)
    font = ["mathfont.css"] * ("<math" in text)
    assert [path.rpartition("/")[2] for path in styles] == ["book.css", *font]


def test_a_page_loads_little_for_its_widgets_and_nothing_for_others(name, book):
    text = (book / name).read_text(encoding="utf-8")
    shown = set(re.findall(r'data-explorable="(\w+)"', text))
    scripts = [path.rpartition("/")[2] for path in re.findall(r'<script[^>]* src="([^"?]*)', text)]
    ours = [script for script in scripts if (WIDGETS / script).exists()]
    assert ours == ["explorables.js"] * bool(shown) + sorted(f"{kind}.js" for kind in shown)
    packed = [gzip.compress((book / "_static" / script).read_bytes()) for script in ours]
    assert sum(map(len, packed)) <= 45_000


def test_the_book_is_light(book, tmp_path):
    import pack

    files = [path for path in book.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12_000_000
    pack.pack(book, tmp_path / "course.zip")
    assert (tmp_path / "course.zip").stat().st_size <= 8_000_000
    with zipfile.ZipFile(tmp_path / "course.zip") as archive:
        names = set(archive.namelist())
    assert {"course/index.html", "course/intro.html", "course/_static/book.css"} <= names


def test_every_file_is_used(book):
    """By a page, a style, a script or a robot."""
    texts = [path for path in book.rglob("*") if path.suffix in (".html", ".css", ".js", ".txt")]
    said = {path: path.read_text(encoding="utf-8") for path in texts}
    unused = [
        path.relative_to(book).as_posix()
        for path in book.rglob("*")
        if path.is_file()
        and path.suffix != ".html"
        and path.name not in ("robots.txt", "objects.inv")
        and not path.name.startswith(".")
        and not any(path.name in text for source, text in said.items() if source != path)
    ]
    assert unused == []


def test_a_page_says_where_it_belongs_and_under_which_licence(name, book):
    text = (book / name).read_text(encoding="utf-8")
    assert text.partition("</head>")[0].count('name="viewport"') == 1
    assert re.findall(r'<link rel="canonical" href="([^"]*)"', text) == [BASE + name]
    foot = text.partition("<footer>")[2]
    assert 'rel="license"' in foot and "CC BY 4.0" in foot and "MIT" in foot


def test_a_chapter_says_how_long_it_takes_and_what_comes_next(book):
    for path in sorted(book.glob("chapters/[0-9]*.html")):
        text = path.read_text(encoding="utf-8")
        (minutes,) = re.findall(r"<span>(\d+) minutes to read</span>", text)
        assert 5 < int(minutes) <= 20
        assert 'class="next-page"' in text and 'class="prev-page"' in text


def test_robots_find_every_page(book):
    said = (book / "robots.txt").read_text(encoding="utf-8")
    assert f"Sitemap: {BASE}sitemap.xml" in said
    tree = ElementTree.parse(book / "sitemap.xml")
    listed = {element.text for element in tree.iter() if element.tag.endswith("}loc")}
    chapters = {f"{BASE}chapters/{path.name}" for path in book.glob("chapters/*.html")}
    assert listed == chapters | {f"{BASE}intro.html", f"{BASE}references.html"}


def test_pages_hold_two_small_scripts_of_their_own(book):
    """One sets light or dark before the first paint, one says that scripts run."""
    scripts = inline_scripts(book)
    assert len(scripts) == 2 and sum(map(len, scripts)) < 250
    for path in book.rglob("*.html"):
        assert not re.search(r"<[^>]+\son\w+=", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("lost", ["nowhere.html", "chapters/nowhere", "a/b/c/d.html"])
def test_a_lost_reader_finds_the_way_from_any_depth(lost, strict, visit):
    page, watch = visit(urljoin(strict, lost))
    assert page.locator("h1").inner_text() == "This page is not here"
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 100
    watch.failed.remove(urljoin(strict, lost))
    watch.logged = [line for line in watch.logged if "404" not in line]
    watch.assert_clean()
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_url(f"{strict}intro.html")
