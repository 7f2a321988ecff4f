"""The formulas of the built book: all there, all drawn in the book's font, none too wide."""

import re

import mathfont
import pytest

CHAPTER = "chapters/02-cross-correlation.html"
FORMULA = re.compile(r"<(span|div) class=\"math [^>]*>(?:<div>)?(.*?)(?:</div>)?</\1>", re.DOTALL)


@pytest.fixture(scope="module")
def font():
    """The font that the book's style sheet holds."""
    return mathfont.read(mathfont.SHEET)


def test_every_formula_is_mathml_and_none_shows_tex(name, book):
    source = (book / name).read_text(encoding="utf-8")
    found = [content for _, content in FORMULA.findall(source)]
    assert len(found) == source.count('class="math ')
    for content in found:
        assert content.startswith("<math") and content.count("<math") == 1, content
        assert "merror" not in content
        shown = re.sub(r"<annotation.*?</annotation>", "", content, flags=re.DOTALL)
        assert not re.search(r"\\|[_^$]", re.sub(r"<[^>]*>", "", shown)), content


def test_no_tex_stands_where_there_is_room_for_text_alone(name, book):
    source = (book / name).read_text(encoding="utf-8")
    texts = re.findall(r"<title>([^<]*)</title>", source)
    texts += re.findall(r' (?:alt|content|title|aria-label)="([^"]*)"', source)
    assert texts
    assert [text for text in texts if re.search(r"\\[a-zA-Z(]|[_^]\{|\$[^$]+\$", text)] == []


def test_the_search_knows_no_tex(book):
    index = (book / "searchindex.js").read_text(encoding="utf-8")
    assert '"stride"' in index
    assert [word for word in ("cdot", "lfloor", "qquad", "tfrac") if f'"{word}"' in index] == []


def test_the_font_has_every_character_that_formulas_are_drawn_with(book, font):
    """Where one is missing: .venv/bin/python tools/mathfont.py."""
    has = set(map(chr, font.getBestCmap())) | mathfont.INVISIBLE
    used = {path.name: shown for path, shown in mathfont.formulas(book)}
    assert len(set().union(*used.values())) > 100, "the formulas were not found"
    assert {page: shown - has for page, shown in used.items() if shown - has} == {}


def test_the_font_keeps_the_sizes_that_brackets_and_sums_grow_to(font):
    variants = font["MATH"].table.MathVariants
    glyphs = font.getBestCmap()
    for covered, constructions, characters in (
        (variants.VertGlyphCoverage, variants.VertGlyphConstruction, "()[]{|⌊⌋⌈⌉⟨⟩‖√∑∫"),
        (variants.HorizGlyphCoverage, variants.HorizGlyphConstruction, "⏟"),
    ):
        for character in characters:
            at = covered.glyphs.index(glyphs[ord(character)])
            records = constructions[at].MathGlyphVariantRecord
            assert len(records) > 1 or constructions[at].GlyphAssembly, character


def test_the_font_says_whose_it_is(font):
    assert "STIX Fonts Project Authors" in font["name"].getDebugName(0)
    assert "Open Font License" in font["name"].getDebugName(13)
    licence = mathfont.SHEET.with_name("mathfont-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_what_a_formula_is_drawn_with():
    text = (
        "<p>no</p><math><mi>h</mi><mi>β</mi><mi mathvariant='normal'>Δ</mi><mi>max</mi>"
        "<mspace/><msqrt><mn>2</mn></msqrt><annotation>\\sqrt</annotation></math><p>no</p>"
    )
    assert mathfont.Formulas(text).shown == set("ℎ𝛽Δmax√2")


@pytest.mark.parametrize("way", ["file", "server"])
def test_formulas_are_drawn_in_the_font(way, book, server, visit):
    page, watch = visit((book / CHAPTER).as_uri() if way == "file" else server + CHAPTER)
    fonts = page.evaluate(
        "() => [...document.fonts].filter(f => f.family.includes('STIX')).map(f => f.status)"
    )
    assert fonts == ["loaded"]
    watch.assert_clean()


def test_a_formula_too_wide_for_a_phone_scrolls_in_its_box_and_can_be_reached(server, visit):
    page, _ = visit(server + "chapters/01-from-dense-to-convolution.html", width=360)
    wide = """[...document.querySelectorAll("div.math > div")]
        .filter(box => box.scrollWidth > box.clientWidth)"""
    # The page looks for what scrolls a few boxes at a time.
    page.wait_for_function(f"() => {wide}.every(box => box.tabIndex === 0)")
    lefts = page.evaluate(f"{wide}.map(box => {{ box.scrollLeft = 30; return box.scrollLeft; }})")
    assert lefts and min(lefts) > 0


def test_a_long_formula_in_a_line_stands_on_it(server, visit):
    """Its box scrolls where it must, and has the baseline of the text all the same."""
    page, _ = visit(server + CHAPTER)
    heights = page.evaluate(
        """() => [false, true].map(long => {
            const line = document.createElement("p");
            const kind = long ? "math long" : "math";
            const formula = document.querySelector("article span.math math").outerHTML;
            line.innerHTML = `<span class="${kind}">${formula}</span><img width="0" height="0">`;
            document.querySelector("article").append(line);
            const bottom = line.querySelector("img").getBoundingClientRect().bottom;
            return bottom - line.querySelector("math").getBoundingClientRect().bottom;
        })"""
    )
    assert abs(heights[0] - heights[1]) < 1


def test_a_formula_is_copied_as_tex(server, visit):
    page, watch = visit(server + CHAPTER)
    copied = page.evaluate(
        """() => {
            const formula = document.querySelector("article p span.math math");
            const range = document.createRange();
            range.selectNodeContents(formula.closest("p"));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            const event = new ClipboardEvent("copy", {
                clipboardData: new DataTransfer(), bubbles: true, cancelable: true,
            });
            document.dispatchEvent(event);
            const tex = formula.querySelector("annotation").textContent;
            return { tex, text: event.clipboardData.getData("text/plain") };
        }"""
    )
    assert copied["tex"]
    assert f"${copied['tex']}$" in copied["text"]
    watch.assert_clean()
