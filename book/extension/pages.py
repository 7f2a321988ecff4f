"""Every page describes itself to search engines and previews."""

import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .words import shorten

ROOT = Path(__file__).resolve().parents[2]
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
        "og:image": f"{app.config.html_baseurl}_static/social.png",
        "og:image:alt": "A three by three window sliding over a grid of numbers",
    }
    tags = [f'<meta name="{key}" content="{escape(value)}" />' for key, value in named.items()]
    tags += [
        f'<meta property="{key}" content="{escape(value)}" />' for key, value in properties.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(tags) + "\n"


def configure(app: Sphinx, config: Config) -> None:
    """Have the preview copied into the book."""
    config.html_static_path.append(str(ROOT / "images" / "social.png"))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", configure)
    app.connect("html-page-context", describe_page, priority=900)
