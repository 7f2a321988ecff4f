"""Draw README's picture: the first page of the built book, in a browser.

make picture    # after make book
"""

from pathlib import Path

import chromium
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "_build" / "html" / "intro.html"
PICTURE = ROOT / "images" / "book.png"


def main() -> None:
    """Open the page, wait for its widget, take the picture."""
    if not PAGE.exists():
        raise SystemExit("The book is not built: make book")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1160}, color_scheme="light")
        page.goto(PAGE.as_uri())
        page.wait_for_selector(".explorable[data-mounted]")
        page.get_by_role("application").last.hover(position={"x": 150, "y": 120})
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"Drew {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
