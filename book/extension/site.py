"""What belongs to the book as a whole: its address, its map for robots, a page for lost readers."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config

NOT_FOUND = """
<section>
<h1>This page is not here</h1>
<p>It may have been renamed, or the link to it is wrong. The contents beside this text list all
chapters, and the field above them searches all text.</p>
<p><a href="{home}">To the first page</a></p>
</section>
"""

# Jupyter Book's own is the refresh alone, for which a browser asks where its icon is.
FIRST = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="0; url=intro.html">
<link rel="canonical" href="{base}intro.html"><link rel="icon" href="_static/favicon.svg">
</head><body><a href="intro.html">{title}</a></body></html>
"""


def set_addresses(app: Sphinx, config: Config) -> None:
    """Where the book will stand: a lost reader's page must find its style at any depth."""
    prefix = urlsplit(config.html_baseurl).path or "/"
    config.notfound_urls_prefix = prefix
    config.notfound_context = {
        "title": "Page not found",
        "body": NOT_FOUND.format(home=f"{prefix}intro.html"),
    }


def write_robots(app: Sphinx, error: Exception | None) -> None:
    """Let every robot read everything, and say where the map is."""
    if not error:
        text = f"User-agent: *\nAllow: /\n\nSitemap: {app.config.html_baseurl}sitemap.xml\n"
        (Path(app.outdir) / "robots.txt").write_text(text, encoding="utf-8")


def write_first(app: Sphinx, error: Exception | None) -> None:
    """Lead from the book's address to its first page."""
    if not error:
        page = FIRST.format(title=escape(app.config.html_title), base=app.config.html_baseurl)
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.setup_extension("sphinx_sitemap")
    app.setup_extension("notfound.extension")
    app.connect("config-inited", set_addresses, priority=100)
    app.connect("build-finished", write_robots)
    app.connect("build-finished", write_first, priority=900)  # after Jupyter Book's own
