"""Cut the book's mathematical font to what its formulas use: `.venv/bin/python tools/mathfont.py`.

Reads the built book, and STIX Two Math from the package ziamath; writes book/static/mathfont.css.
The font is in the style sheet itself: a page opened from the file system may not ask for a font
before its styles do, and one that comes after them would move the text. Letters and ASCII are
always in it, so that only a new symbol asks for another cut.
"""

import base64
import importlib.util
import io
import re
import string
import sys
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
SHEET = ROOT / "book" / "static" / "mathfont.css"
CSS = """\
/* STIX Two Math, cut by tools/mathfont.py. Its licence: mathfont-OFL.txt */
@font-face {{
  font-family: "STIX Two Math";
  src: url("data:font/woff2;base64,{}") format("woff2");
}}
"""

# A browser shows an <mi> of one letter with the letter's italic form (CSS, `text-transform:
# math-auto`): these, and ℎ, which Unicode had already.
BLOCKS = (range(0x1D434, 0x1D468), range(0x1D6A4, 0x1D6A6), range(0x1D6E2, 0x1D71C))
ITALIC = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for block in BLOCKS
    for code in block
    if unicodedata.category(chr(code)) != "Cn"
} | {"h": "ℎ"}
ALWAYS = set(string.printable) - set("\t\n\r\x0b\x0c") | {
    italic for letter, italic in ITALIC.items() if letter.islower() or letter.isascii()
}


class Formulas(HTMLParser):
    """Collects, in `shown`, the characters that a page's formulas are drawn with."""

    def __init__(self, text: str):
        super().__init__()
        self.shown: set[str] = set()
        self.path: list[tuple[str, bool]] = []  # what is open, and whether it is upright
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Remember what is opened inside a formula."""
        if tag in ("msqrt", "mroot"):
            self.shown.add("√")  # drawn, though not written
        if tag == "math" or self.path:
            self.path.append((tag, ("mathvariant", "normal") in attributes))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Leave out what holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        """Forget what is closed."""
        if self.path:
            self.path.pop()

    def handle_data(self, data: str) -> None:
        """Take what is shown."""
        if not self.path or self.path[-1][0] == "annotation":
            return
        single = self.path[-1] == ("mi", False) and len(data) == 1
        self.shown.update(ITALIC.get(data, data) if single else data)


def formulas(html: Path) -> Iterator[tuple[Path, set[str]]]:
    """Each page of the built book, and what its formulas are drawn with."""
    for path in sorted(html.rglob("*.html")):
        yield path, Formulas(path.read_text(encoding="utf-8")).shown


# Seen nowhere: they say how what stands beside them is meant.
INVISIBLE = set(map(chr, range(0x2061, 0x2065)))


def tune(font: TTFont) -> None:
    """Set right what is not as TeX has it, and browsers leave to the font."""
    math, glyphs = font["MATH"].table, font.getBestCmap()
    constants, variants = math.MathConstants, math.MathVariants

    # A prime is a superscript by its element, and browsers don't ask for the glyph meant for that.
    primes = {code: f"{glyphs[code]}.ssty" for code in map(ord, "′″‴")}
    for table in font["cmap"].tables:
        table.cmap.update(primes)

    # Fractions within a line, as tight as in Computer Modern (its num2 and denom2).
    constants.FractionNumeratorShiftUp.Value = 394
    constants.FractionDenominatorShiftDown.Value = 345

    # The star of cross-correlation, no larger than other operators, on the axis as they are.
    axis = constants.AxisHeight.Value
    scale(font, glyphs[ord("⋆")], 0.7, 0.7, axis)

    # Roots in smaller steps, as they hang as low as their glyph is tall, and all as wide: browsers
    # leave room for the widest.
    root = glyphs[ord("√")]
    place = variants.VertGlyphCoverage.glyphs.index(root)
    sizes = variants.VertGlyphConstruction[place]
    width = 0.85 * font["hmtx"][root][0]
    heights = dict.fromkeys((part.glyph for part in sizes.GlyphAssembly.PartRecords), 1.0)
    for record, height in zip(sizes.MathGlyphVariantRecord, (0.85, 0.7, 0.75, 0.8), strict=True):
        record.AdvanceMeasurement = round(record.AdvanceMeasurement * height)
        heights[record.VariantGlyph] = height
    for name, height in heights.items():
        scale(font, name, width / font["hmtx"][name][0], height)


def scale(font: TTFont, name: str, x: float, y: float, centre: float = 0) -> None:
    """Scale a glyph, and its width, about a height."""
    pen = TTGlyphPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(TransformPen(pen, (x, 0, 0, y, 0, centre * (1 - y))))
    font["glyf"][name] = glyph = pen.glyph()
    glyph.recalcBounds(font["glyf"])
    width, bearing = font["hmtx"][name]
    font["hmtx"][name] = (round(width * x), round(bearing * x))


def cut(characters: set[str]) -> bytes:
    """Return the font, as woff2, with these characters and all sizes its MATH table has of them.

    Raises:
        SystemExit: if the font lacks one of them.
    """
    package = importlib.util.find_spec("ziamath")
    if package is None or package.origin is None:
        raise SystemExit("ziamath is not installed: make test")
    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=[],
        drop_tables=[*subset.Options().drop_tables, "GDEF", "GPOS", "GSUB"],
        name_IDs=["*"],  # the copyright and the licence among them
    )
    source = Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    font: TTFont = subset.load_font(source, options)
    lacking = {c for c in characters - INVISIBLE if ord(c) not in font.getBestCmap()}
    if lacking:
        raise SystemExit(f"STIX Two Math lacks {' '.join(sorted(lacking))}")
    tune(font)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, characters))
    cutter.subset(font)
    target = io.BytesIO()
    subset.save_font(font, target, options)
    return target.getvalue()


def read(sheet: Path) -> TTFont:
    """Return the font that a style sheet holds."""
    found = re.search(r"base64,([^\"]+)", sheet.read_text(encoding="utf-8"))
    assert found
    return TTFont(io.BytesIO(base64.b64decode(found[1])))


def main() -> int:
    """Cut the font to the built book."""
    if not HTML.exists():
        raise SystemExit("The book is not built: make book")
    used = ALWAYS.union(*(shown for _, shown in formulas(HTML)))
    font = cut(used)
    SHEET.write_text(CSS.format(base64.b64encode(font).decode()), encoding="utf-8")
    print(f"{SHEET.relative_to(ROOT)}: {len(used)} characters, {len(font):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
