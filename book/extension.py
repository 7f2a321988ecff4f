"""What the web book adds to the notebooks.

The chapters are plain Markdown, so that Colab, JupyterLab and GitHub show them as they are. This
Sphinx extension gives them, in the book alone, what plain Markdown has no word for:

- a link whose address is the `url` of an entry in `references/*.bib` leads to that entry,
- a chapter has the number of its file, so that it keeps it when others come before it,
- a section "Exercise 2.1 ..." becomes a box, with its answer in it, at the anchor `#exercise-2-1`,
- a picture gets a text alternative,
- `<!-- explorable: NAME -->` becomes the first widget of that name that a chapter shows,
- every page describes itself to search engines and previews,
- the course's style and the widgets' script come with every page.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from pybtex.database import BibliographyData, parse_file
from pybtex.plugin import find_plugin, register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.template import field, href, optional, sentence
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinxcontrib.bibtex.domain import BibtexDomain

ROOT = Path(__file__).resolve().parent.parent
LOGGER = logging.getLogger(__name__)
KEYS: dict[str, str] = {}  # of each cited address the key of its entry
WIDGETS = ROOT / "utils" / "widgets" / "dist" / "explorables.js"
CHAPTER = re.compile(r"chapters/(\d+)-")
EXERCISE = re.compile(r"Exercise (\d+)\.(\d+)\b")
EXPLORABLE = re.compile(r"<!--\s*explorable:\s*(\w+)\s*-->")
DESCRIPTION_LENGTH = 200
ALT_LENGTH = 300


def shorten(text: str, length: int) -> str:
    """Cut `text` at the end of a sentence, or else of a word, so that it has at most `length`."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[:length]
    sentence = max(head.rfind(mark) for mark in (". ", "? ", "! "))
    if sentence > length // 3:
        return head[: sentence + 1]
    return head[: head.rfind(" ")].rstrip(",;:") + " …"


# The bibliography


def read_bibliography(folder: Path) -> BibliographyData:
    """All entries of all .bib files in `folder`."""
    data = BibliographyData()
    for path in sorted(folder.glob("*.bib")):
        data.add_entries(parse_file(str(path)).entries.items())
    return data


class Citations(SphinxTransform):
    """Lead links to a cited work to its entry on the page of references.

    In a chapter's own section "References" the links stay as they are and lead to the work.
    """

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the links."""
        for link in list(self.document.findall(nodes.reference)):
            key = KEYS.get(link.get("refuri", ""))
            if key is None or _in_section(link, "References"):
                continue
            xref = addnodes.pending_xref(
                refdomain="std",
                reftype="ref",
                reftarget=f"ref-{key}".lower(),
                refexplicit=True,
                refwarn=True,
                refdoc=self.env.docname,
            )
            xref.source, xref.line = link.source, link.line
            xref += nodes.inline("", "", *link.children, classes=["cite"])
            link.replace_self(xref)


def _in_section(node: nodes.Node, title: str) -> bool:
    """Whether `node` is in a section of that title."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.section) and _title(node) == title:
            return True
    return False


def _title(section: nodes.section) -> str:
    """What stands above a section."""
    title = section.next_node(nodes.title)
    return title.astext() if title else ""


def label_citations(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Make each entry of the bibliography a target that links can name."""
    standard, cite = env.get_domain("std"), env.get_domain("cite")
    assert isinstance(standard, StandardDomain) and isinstance(cite, BibtexDomain)
    for citation in cite.citations:
        place = (citation.bibliography_key.docname, citation.citation_id)
        label = f"ref-{citation.key}".lower()
        standard.anonlabels[label] = place
        standard.labels[label] = (*place, citation.key)
    return []


def describe_citations(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say in a link's tooltip what it cites."""
    plain, cite = find_plugin("pybtex.backends", "plaintext")(), app.env.get_domain("cite")
    assert isinstance(cite, BibtexDomain)
    texts = {
        citation.citation_id: " ".join(citation.formatted_entry.text.render(plain).split())
        for citation in cite.citations
    }
    for link in doctree.findall(nodes.reference):
        anchor = link.get("refuri", "").partition("#")[2]
        if anchor in texts:
            link["reftitle"] = texts[anchor]


# Numbers


def number_chapters(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give each chapter, `chapters/13-...`, the number of its file instead of one by order."""
    for docname, anchors in env.toc_secnumbers.items():
        found = CHAPTER.match(docname)
        if not found:
            continue
        number = int(found[1])
        for anchor, numbers in anchors.items():
            if numbers:
                anchors[anchor] = (number, *numbers[1:])
        for node in [env.titles[docname], *env.tocs[docname].findall(nodes.reference)]:
            if node.get("secnumber"):
                node["secnumber"] = [number, *node["secnumber"][1:]]
    return []


# Exercises, pictures, widgets


class Exercises(SphinxTransform):
    """Give each section "Exercise 2.1 ..." the class `exercise` and the anchor `exercise-2-1`."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Mark the sections."""
        for section in self.document.findall(nodes.section):
            found = EXERCISE.match(_title(section))
            if found:
                section["classes"].append("exercise")
                section["ids"].insert(0, f"exercise-{found[1]}-{found[2]}")


class Alternatives(SphinxTransform):
    """Give each picture that a cell shows a text alternative.

    A cell can say it itself, in its metadata `alt`. Otherwise it is the comment that the cell opens
    with, or else the last paragraph before the cell, which is where the text says what to look for.
    """

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Fill in what is missing."""
        before = ""
        for node in self.document.findall():
            if isinstance(node, nodes.paragraph):
                before = node.astext()
            elif isinstance(node, nodes.image) and not node.get("alt"):
                cell = _cell(node)
                said = cell and (cell.get("alt") or _opening_comment(cell))
                node["alt"] = shorten(said or before, ALT_LENGTH)
                if not node["alt"]:
                    LOGGER.warning("a picture without a text alternative", location=node)


def _cell(node: nodes.Node) -> nodes.Element | None:
    """The notebook cell that `node` is in."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.Element) and "cell" in node.get("classes", []):
            return node
    return None


def _opening_comment(cell: nodes.Element) -> str:
    """The comment that the cell's code opens with, less a Colab title."""
    code = cell.next_node(nodes.literal_block)
    lines = []
    for line in code.astext().splitlines() if code else []:
        if not line.startswith("#"):
            break
        if not line.startswith("# @"):
            lines.append(line.lstrip("# "))
    return " ".join(lines)


class Explorables(SphinxTransform):
    """Put a chapter's widget where a page has the comment `<!-- explorable: NAME -->`."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace the comments."""
        elements = list(self.document.findall(nodes.Element))
        for raw in elements:
            if not isinstance(raw, (nodes.raw, nodes.comment)):
                continue
            text = raw.astext() if isinstance(raw, nodes.raw) else f"<!-- {raw.astext()} -->"
            found = EXPLORABLE.search(text)
            if not found:
                continue
            html, path = first_explorable(found[1], Path(self.env.srcdir))
            if html is None:
                LOGGER.warning("no chapter shows the widget %s", found[1], location=raw)
                raw.parent.remove(raw)
                continue
            self.env.note_dependency(str(path))
            raw.replace_self(nodes.raw("", html, format="html"))


def first_explorable(name: str, book: Path) -> tuple[str | None, Path | None]:
    """The HTML of the first widget `name` in a chapter's outputs, and that chapter's path."""
    for path in sorted((book / "chapters").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                html = "".join(output.get("data", {}).get("text/html", ""))
                if f'data-explorable="{name}"' in html:
                    return html, path
    return None, None


class Tables(SphinxTransform):
    """Make the empty corner of a pandas table a plain cell: a header cell must say something."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Rewrite the HTML of outputs."""
        for raw in list(self.document.findall(nodes.raw)):
            if raw.get("format") == "html" and 'class="dataframe"' in raw.astext():
                text = re.sub(r"<th>\s*</th>", "<td></td>", raw.astext())
                raw.replace_self(nodes.raw("", text, format="html", classes=raw["classes"]))


# The bibliography's style


class ReferenceStyle(PlainStyle):
    """pybtex's plain style, with one link: the `url`, without its scheme."""

    def format_web_refs(self, entry: Any) -> Any:
        """End the entry with its address."""
        return sentence[optional[href[field("url", raw=True), field("url", raw=True)]]]


# Pages


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
    """Fill in what _config.yml can't say: lists of files, and where MathJax is."""
    folder = Path(app.srcdir) / "book" / "references"
    config.bibtex_bibfiles = [str(path) for path in sorted(folder.glob("*.bib"))]
    entries = read_bibliography(folder).entries.items()
    KEYS.clear()
    KEYS.update({entry.fields["url"]: key for key, entry in entries if "url" in entry.fields})
    config.html_static_path = [
        *config.html_static_path,
        str(ROOT / "book" / "static"),
        str(ROOT / "images" / "social.png"),
        str(WIDGETS),
    ]
    # The theme's header would hold a second search field and nothing else.
    for place in ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent"):
        config.html_theme_options[place] = []
    # The reader's own setting until they choose; the theme logs an error where nothing is said.
    config.html_context.setdefault("default_mode", "auto")
    # Shapes, not fonts: some browsers refuse fonts to pages opened from the file system.
    config.mathjax_path = "mathjax/tex-svg.js"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all of the above with Sphinx."""
    register_plugin("pybtex.style.formatting", "course", ReferenceStyle)
    app.connect("config-inited", configure)
    app.connect("env-get-updated", number_chapters, priority=900)
    app.connect("env-updated", label_citations, priority=900)
    app.connect("doctree-resolved", describe_citations)
    app.connect("html-page-context", describe_page, priority=900)
    for transform in (Citations, Exercises, Alternatives, Explorables, Tables):
        app.add_transform(transform)
    app.add_css_file("course.css", priority=900)
    app.add_js_file("course.js", loading_method="defer")
    app.add_js_file("explorables.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
