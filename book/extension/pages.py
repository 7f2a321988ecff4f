"""Every page describes itself to search engines and previews."""

import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import cards
from .numbers import CHAPTER
from .words import shorten

DESCRIPTION_LENGTH = 200


def describe_page(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add a description and a preview to the head of the page."""
    first = doctree.next_node(nodes.paragraph) if doctree else None
    title = context.get("pagetitle") or context.get("title") or app.config.html_title
    description = shorten(first.astext(), DESCRIPTION_LENGTH) if first else app.config.html_title
    address = f"{app.config.html_baseurl}{context['pagename']}.html"
    named = {"description": description, "twitter:card": "summary_large_image"}
    properties = {
        "og:title": re.sub(r"<[^>]*>", "", title),
        "og:description": description,
        "og:type": "website" if pagename == app.config.root_doc else "article",
        "og:url": address,
        "og:site_name": app.config.html_title,
        "og:image": f"{app.config.html_baseurl}{draw_card(app, pagename)}",
        "og:image:width": str(cards.SIZE[0]),
        "og:image:height": str(cards.SIZE[1]),
        "og:image:alt": "The page's title, beside a window that slides over a grid of numbers",
    }
    tags = [f'<meta name="{key}" content="{escape(value)}" />' for key, value in named.items()]
    tags += [
        f'<meta property="{key}" content="{escape(value)}" />' for key, value in properties.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(tags) + "\n"


def draw_card(app: Sphinx, pagename: str) -> str:
    """Draw the card of a page; return its address in the book.

    A page that no file is written for, such as the search, has the first page's.
    """
    page = pagename if pagename in app.env.titles else app.config.root_doc
    address = f"_images/cards/{page.replace('/', '-')}.png"
    found = CHAPTER.match(page)
    cards.write(
        Path(app.outdir) / address,
        app.config.html_title,
        app.env.titles[page].astext(),
        int(found[1]) if found else None,
    )
    return address


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", describe_page, priority=900)
