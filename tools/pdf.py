"""Print the built book to one PDF with bookmarks: `make pdf`.

Each page is printed by Chromium as a reader would print it, with everything unfolded. Widgets are
their first frames, which need no script. Links lead to the book on the web; those within a page
stay.
"""

import io
from html.parser import HTMLParser
from pathlib import Path

import chromium
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "the-sliding-window.pdf"
FOOT = """<div style="width: 100%; text-align: center; font: 8pt sans-serif; color: #555">
The Sliding Window · <span class="title"></span> · <span class="pageNumber"></span></div>"""

# Formulas, tables and code are there without a script; pictures far down must be fetched.
PREPARE = """async () => {
    const home = document.querySelector("link[rel=canonical]").href;
    for (const link of document.querySelectorAll("article a[href]"))
        if (!link.getAttribute("href").startsWith("#"))
            link.href = new URL(link.getAttribute("href"), home).href;
    document.querySelectorAll("details").forEach(fold => { fold.open = true; });
    const pictures = [...document.images].filter(picture => picture.offsetParent);
    pictures.forEach(picture => { picture.loading = "eager"; });
    await Promise.all(pictures.map(picture => picture.decode().catch(() => {})));
    await document.fonts.ready;
}"""


class Contents(HTMLParser):
    """The pages of the book in their order, from the contents beside the first page."""

    def __init__(self, text: str):
        super().__init__()
        self.pages = ["intro.html"]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down each page that the contents link to."""
        address = dict(attrs).get("href") or ""
        known = tag == "a" and address.endswith(".html") and "://" not in address
        if known and address not in self.pages and (HTML / address).exists():
            self.pages.append(address)


def printed(page: Page, name: str) -> bytes:
    """One page of the book as a PDF with an outline of its own."""
    page.goto((HTML / name).as_uri())
    page.evaluate(PREPARE)
    return page.pdf(
        format="A4",
        margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
        print_background=True,
        outline=True,
        tagged=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOT,
    )


def bind(sheets: list[bytes], target: Path) -> int:
    """Put the printed pages into one file, each with its outline; return the number of sheets."""
    book = PdfWriter()
    for sheet in sheets:
        book.append(PdfReader(io.BytesIO(sheet)), import_outline=True)
    book.add_metadata({"/Title": "The Sliding Window"})
    book.compress_identical_objects()
    book.write(target)
    return len(book.pages)


def main() -> None:
    """Print all pages."""
    names = Contents((HTML / "intro.html").read_text(encoding="utf-8")).pages
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        page = browser.new_page(color_scheme="light")
        page.route("**/explorables.js*", lambda route: route.abort())
        sheets = [printed(page, name) for name in names if name != "search.html"]
        browser.close()
    count = bind(sheets, PDF)
    print(f"{PDF.relative_to(ROOT)}: {count} sheets, {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
