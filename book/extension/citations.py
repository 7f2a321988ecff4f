"""A link to a work leads to its entry on the page of references, and says what it is.

A link whose address is the `url` of an entry in `references/*.bib` counts as a citation.
"""

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
from sphinxcontrib.bibtex.domain import BibtexDomain

from .words import in_section

KEYS: dict[str, str] = {}  # of each cited address the key of its entry


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
            if key is None or in_section(link, "References"):
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


class ReferenceStyle(PlainStyle):
    """pybtex's plain style, with one link: the `url`, without its scheme."""

    def format_web_refs(self, entry: Any) -> Any:
        """End the entry with its address."""
        return sentence[optional[href[field("url", raw=True), field("url", raw=True)]]]


def find_entries(app: Sphinx, config: Config) -> None:
    """Tell sphinxcontrib.bibtex its files, and remember the address of each entry."""
    folder = Path(app.srcdir) / "book" / "references"
    config.bibtex_bibfiles = [str(path) for path in sorted(folder.glob("*.bib"))]
    entries = read_bibliography(folder).entries.items()
    KEYS.clear()
    KEYS.update({entry.fields["url"]: key for key, entry in entries if "url" in entry.fields})


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    register_plugin("pybtex.style.formatting", "course", ReferenceStyle)
    app.connect("config-inited", find_entries)
    app.connect("env-updated", label_citations, priority=900)
    app.connect("doctree-resolved", describe_citations)
    app.add_transform(Citations)
