"""Formulas become MathML when the book is built: nothing typesets them in the reader's browser.

The package math-core does it, in the part of MathML that browsers share (MathML Core, W3C). A
formula keeps its TeX, as an annotation. Where there is room for text alone, as in a text
alternative, a description or the search, it is a line of text.
"""

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
RENDERER = "mathml"
CONVERTERS = {kept: LatexToMathML(annotation=kept, fancy_error=False) for kept in (True, False)}

ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
NUMBERED = re.compile(r"(\\(?:begin|end)\{(?:align|alignat|equation|flalign|gather|multline))\}")
LONG = 24  # characters of a line of text, from which on a formula may be wider than a phone's page

# A bracket of a given size that bears a script. In Chromium it gets that size only in a row.
SIZED = re.compile(r"(<m(?:sub|sup|subsup)>)(<mo [^>]*minsize[^>]*>[^<]*</mo>)")
ENTITIES = {"&ApplyFunction;": "\u2061", "&InvisibleTimes;": "\u2062"}

# How the parts of an element stand in a line of text.
LINES = {
    "mfrac": "{}/{}",
    "mover": "{}^{}",
    "mroot": "{1}√{0}",
    "msub": "{}_{}",
    "msubsup": "{}_{}^{}",
    "msup": "{}^{}",
    "munder": "{}_{}",
    "munderover": "{}_{}^{}",
}
CLOSING = re.compile(r"[.,;:?!)\]’”]+")
SEPARATORS = {"mtable": "; ", "mtr": ", "}
INFIX = re.compile("[=≠<>≤≥≈≡∈→←+−±×⋅∗⋆⊗⊙]")
UNSEEN = {"\u2061": "", "\u2062": "", "⏟": "", "⏞": ""}


@cache
def mathml(tex: str, display: bool, annotated: bool = True) -> str:
    r"""Return the `<math>` element of a formula.

    As with Sphinx's own renderers, `\\` and blank lines part the lines of a displayed formula.

    Raises:
        LatexError: if the formula can't be converted; its text says where and why.
    """
    if display:
        tex = NUMBERED.sub(r"\1*}", re.sub(r"\n\s*\n", r"\\\\", tex.strip()))  # Sphinx numbers
        if r"\\" in ENVIRONMENT.sub("", tex):  # math-core would run the lines together
            tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    converted = CONVERTERS[annotated].convert_with_local_state(tex, displaystyle=display)
    for name, character in ENTITIES.items():
        converted = converted.replace(name, character)
    return SIZED.sub(r"\1<mrow>\2</mrow>", converted)


def line(tex: str, display: bool = False) -> str:
    """Return a formula as a line of text, such as `Y_(i,j) = ∑_a X_a`.

    Raises:
        LatexError: if the formula can't be read.
    """
    said = _line(ElementTree.fromstring(mathml(tex, display, annotated=False)))
    return " ".join(said.split())


def _line(element: ElementTree.Element) -> str:
    if element.tag in LINES:
        base, *scripts = element
        marks = [UNSEEN.get(script.text or "", script.text) for script in scripts]
        if element.get("accent") or element.get("accentunder") or marks == ["′"]:
            return _line(base) + "".join(mark or "" for mark in marks)
        operator = " " if element.tag.startswith("munder") and base.tag == "mo" else ""
        return LINES[element.tag].format(*map(_grouped, element)) + operator
    if element.tag == "msqrt":
        return "√" + _grouped(element)
    if element.tag == "mspace":
        return " " if element.get("width") else ""
    text = UNSEEN.get(element.text or "", element.text or "")
    if element.tag == "mo" and INFIX.fullmatch(text) and element.get("lspace") != "0":
        return f" {text} "
    return text + SEPARATORS.get(element.tag, "").join(map(_line, element))


def _grouped(element: ElementTree.Element) -> str:
    """Its line, in brackets unless it is one thing."""
    said = "".join(map(_line, element)) if element.tag == "msqrt" else _line(element)
    one = sum(bool(part.text) for part in element.iter()) == 1
    return said.strip() if one else f"({said.strip()})"


class Lines(SphinxTransform):
    """Let the text of each formula be its line of text; its TeX goes to the attribute `tex`."""

    default_priority = 300  # before what takes the text of a node: alternatives, descriptions

    def apply(self, **kwargs: Any) -> None:
        """Replace the text."""
        for kind in (nodes.math, nodes.math_block):
            for node in self.document.findall(kind):
                node["tex"] = node.astext()
                try:
                    said = line(node["tex"], kind is nodes.math_block)
                except LatexError:  # the renderer says it, once
                    continue
                node.children = []
                node += nodes.Text(said)
        for node in list(self.document.findall(nodes.math)):
            _bind(node)


def _bind(node: nodes.math) -> None:
    """Keep what closes behind a short formula on its line: browsers break between the two."""
    after = node.next_node(descend=False, siblings=True)
    if not isinstance(after, nodes.Text) or len(node.astext()) > LONG:
        return
    closing = CLOSING.match(after.astext())
    if not closing:
        return
    parent, place = node.parent, node.parent.index(node)
    bound = nodes.inline("", "", node, nodes.Text(closing[0]), classes=["bound"])
    parent[place : place + 2] = [bound, nodes.Text(after.astext()[closing.end() :])]


def rendered(node: nodes.math | nodes.math_block) -> str:
    """Return the formula's MathML; where there is none, warn and return nothing."""
    tex = node.get("tex", node.astext())
    try:
        return mathml(tex, isinstance(node, nodes.math_block), annotated=not in_title(node))
    except LatexError as error:
        message = "this formula can't be converted to MathML (%s): %s"
        LOGGER.warning(message, error, tex, location=node, once=True)
        return ""


def in_title(node: nodes.Node) -> bool:
    """Whether it is in a title, or in a link, which may be one: TeX would stay when tags go."""
    while node.parent is not None and not isinstance(node, (nodes.title, nodes.reference)):
        node = node.parent
    return isinstance(node, (nodes.title, nodes.reference))


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that stands in the text."""
    kind = "math long" if len(node.astext()) > LONG else "math"
    self.body.append(self.starttag(node, "span", "", CLASS=f"{kind} notranslate"))
    self.body.append(f"{rendered(node)}</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands by itself, and its number if it has one."""
    self.body.append(self.starttag(node, "div", "", CLASS="math notranslate"))
    self.body.append(f"<div>{rendered(node)}</div>")
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def add_font(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page with formulas their font."""
    domain = app.env.get_domain("math")
    assert isinstance(domain, MathDomain)
    if domain.data["has_equations"].get(pagename):
        app.add_css_file("mathfont.css")


def setup(app: Sphinx) -> None:
    """Register with Sphinx, as the renderer `mathml`."""
    app.add_html_math_renderer(RENDERER, (visit_math, None), (visit_math_block, None))
    app.add_transform(Lines)
    app.connect("html-page-context", add_font)
    app.add_css_file("mathematics.css", priority=910)
