"""Formulas become MathML: in the text, on lines of their own, numbered, in titles, as text."""

import re

import pytest


@pytest.fixture
def page(build):
    """Return a function that builds one page and returns its HTML; nothing may be warned of."""

    def make(text: str) -> str:
        built = build("mathematics", files={"index": text})
        assert built.warnings == ""
        return built.read("index.html")

    return make


def formulas(html: str) -> list[str]:
    """The <math> elements of a page."""
    return re.findall(r"<math.*?</math>", html, re.DOTALL)


def test_a_formula_in_the_text_is_mathml_that_keeps_its_tex(page):
    html = page("# Title\n\nWhere $x^2 < 1$ holds.")
    (formula,) = formulas(html)
    assert "<msup><mi>x</mi><mn>2</mn></msup><mo>&lt;</mo>" in formula
    assert '<annotation encoding="application/x-tex">x^2 &lt; 1</annotation>' in formula
    assert re.search(r'Where <span class="math[^"]*"><math>.*?</math></span> holds\.', html)
    assert "mathjax" not in html.lower()


def test_a_formula_by_itself_is_a_block(page):
    html = page("# Title\n\n$$\n\\sum_{k=1}^n k\n$$\n")
    (formula,) = formulas(html)
    assert formula.startswith('<math display="block">') and "<munderover>" in formula
    assert 'class="eqno"' not in html


def test_a_long_formula_in_the_text_says_so(page):
    html = page("# Title\n\n$a+b$ and $a+b+c+d+e+f+g+h+i+j+k$.")
    assert re.findall(r'class="(math[^"]*)"', html) == ["math notranslate", "math long notranslate"]


def test_what_closes_behind_a_formula_stays_on_its_line(page):
    html = page("# Title\n\nWith ($a$), $b$?! and $c$ d, $e$ *f*. At $a+b+c+d+e+f+g+h+i+j+k$.")
    assert re.findall(r'<span class="bound">.*?</math></span>(.*?)</span>', html) == ["),", "?!"]
    assert re.search(r"</math></span>\),</span> <span", html)


def test_numbers_labels_and_links(page):
    html = page(
        "# Title\n\n$$ a $$ (first)\n\n$$ b $$\n\n```{math}\n:label: second\nc\n```\n\n"
        "See {eq}`second` and {eq}`first`."
    )
    blocks = re.findall(r'<div class="math.*?</div>\n', html, re.DOTALL)
    assert [re.findall(r'id="([^"]+)"', block) for block in blocks] == [
        ["equation-first"],
        [],
        ["equation-second"],
    ]
    numbers = [re.findall(r'<span class="eqno">\((\d)\)<a .*?href="([^"]+)"', b) for b in blocks]
    assert numbers == [[("1", "#equation-first")], [], [("2", "#equation-second")]]
    links = re.findall(r'href="(#equation-\w+)">\((\d)\)', html.replace("<span>", ""))
    assert links == [("#equation-second", "2"), ("#equation-first", "1")]


@pytest.mark.parametrize(
    "tex, rows",
    [
        (r"a &= b \\ c &= d", 2),
        ("a\n\nb\n\nc", 3),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", 2),
        (r"\begin{align} a &= b \\ c &= d \end{align}", 2),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", 2),
        (r"a \\ b = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", 4),
    ],
)
def test_lines_stay_lines(page, tex, rows):
    (formula,) = formulas(page(f"# Title\n\n```{{math}}\n{tex}\n```\n"))
    assert formula.count("<mtr>") == rows
    assert "<mtext>(1)</mtext>" not in formula, "numbers are Sphinx's"


def test_a_bracket_of_a_given_size_keeps_it_under_a_script():
    from extension.mathematics import mathml

    assert '<msup><mrow><mo minsize="1.2em" maxsize="1.2em">)</mo></mrow>' in mathml(
        r"\big(x\big)^2", False
    )


def test_a_formula_that_cannot_be_converted_is_a_warning_with_its_place_and_tex(build):
    built = build(
        "mathematics", files={"index": "# Title\n\nGood: $x$.\n\nBad: $\\nonsense{x}$.\n"}
    )
    (warning,) = built.warnings.strip().splitlines()
    assert "index.md:5: WARNING" in warning
    assert r"\nonsense{x}" in warning and "Unknown command" in warning


def test_titles_hold_formulas_and_no_tex(build):
    toc = "```{toctree}\nother\n```\n"
    built = build(
        "mathematics",
        files={
            "index": f"# Start\n\n{toc}",
            "other": "# The $1\\times1$ window\n\n## About $\\frac12$\n\nText.\n",
        },
    )
    assert built.warnings == ""
    for name in ("index.html", "other.html"):
        html = built.read(name)
        assert formulas(html) and "\\" not in re.sub(r"<script.*?</script>", "", html)
    assert "<title>The 1×1 window" in built.read("other.html")
    (formula,) = formulas(re.findall(r"<h1>.*?</h1>", built.read("other.html"))[0])
    assert "<annotation" not in formula


def test_the_search_knows_no_tex(build):
    built = build(
        "mathematics",
        files={"index": "# On $\\tfrac12$\n\nA half is $\\frac{1}{2}$, not zero.\n"},
    )
    index = re.sub("<math.*?</math>", "", built.read("searchindex.js"))  # in the page's title
    assert '"zero"' in index
    assert "frac" not in index


def test_a_description_holds_a_line_of_text(build):
    text = "# Title\n\nThe column of $M^\\top$ and $\\frac{a}{2}$.\n"
    built = build("mathematics", "pages", files={"index": text})
    assert 'name="description" content="The column of M^⊤ and a/2."' in built.read("index.html")


@pytest.mark.parametrize(
    "tex, said",
    [
        (r"Y_{i,j} = \sum_{a=0}^{k-1} X_{i+a}\,K_a", "Y_(i,j) = ∑_(a=0)^(k−1) X_(i+a) K_a"),
        (r"\lfloor\frac{n+2p-k}{s}\rfloor+1", "⌊(n+2p−k)/s⌋ + 1"),
        (r"\tfrac{c_i}{g}", "(c_i)/g"),
        (r"\begin{bmatrix}1&2\\3&4\end{bmatrix}", "[1, 2; 3, 4]"),
        (r"\sqrt{2}\ne\sqrt{a+b}", "√2 ≠ √(a + b)"),
        (r"\sqrt[3]{x}", "3√x"),
        (r"x'+\bar x", "x′ + x¯"),
        (r"\max(a,b)\ge0", "max(a,b) ≥ 0"),
        (r"\underbrace{N\,o}_{\text{places}}", "(N o)_places"),
        (r"10^{14}\text{ of them}", "10^14 of them"),
    ],
)
def test_a_formula_as_a_line_of_text(tex, said):
    from extension.mathematics import line

    assert line(tex) == said


def test_only_a_page_with_formulas_has_their_font(build):
    toc = "```{toctree}\nplain\n```\n"
    files = {"index": f"# Start\n\n{toc}\n$x$\n", "plain": "# Plain\n\nWords.\n"}
    built = build("mathematics", files=files)
    assert "mathfont.css" in built.html()
    assert "mathfont.css" not in built.html("plain")
