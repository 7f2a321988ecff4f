"""The glossary, `chapters/glossary.md`: its rows, and its list by chapter, made of them.

    python tools/glossary.py    # sort the table, write the list anew

The table is the original. The list below it has the same words by chapter, in the order in which
the chapter defines them, the Chinese first; a test holds that it is what the table says.
"""

import json
import re
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
GLOSSARY = CHAPTERS / "glossary.md"
ROW = re.compile(r"^\| \[([^\]]+)\]\(([^#)]+)#([^)]+)\) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ITALIC = re.compile(r"(?<![*\w])\*(?!\*)([^*]+?)\*(?!\*)")
BEGIN, END = "<!-- by chapter -->", "<!-- /by chapter -->"


class Term(NamedTuple):
    """A row: the word, where it is defined, in Chinese, and what it means."""

    name: str
    file: str
    anchor: str
    chinese: str
    meaning: str


def terms(text: str) -> list[Term]:
    """The rows of the table, in its order."""
    return [Term(*found) for found in ROW.findall(text)]


def anchor(heading: str) -> str:
    """The address of a heading on its page.

    Example:
        >>> anchor("Size, jump, start")
        'size-jump-start'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def sections(path: Path) -> dict[str, str]:
    """The text of a chapter by the anchors of its title and its sections, in their order."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    parts = re.split(r"^##? (.+)$", text, flags=re.MULTILINE)
    return {anchor(heading): part for heading, part in zip(parts[1::2], parts[2::2], strict=True)}


def italics(text: str) -> list[str]:
    """What stands in italics, outside formulas and code, in its order.

    Example:
        >>> italics("The *stride* is **not** $a*b*c$.")
        ['stride']
    """
    plain = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", " ", text, flags=re.DOTALL)
    return [" ".join(found.split()) for found in ITALIC.findall(plain)]


def begins(name: str, phrase: str) -> bool:
    """Whether the term is what stands in italics, with a noun behind it where it is no noun.

    Example:
        >>> begins("dense layer", "Dense"), begins("densely", "dense")
        (True, False)
    """
    return f"{name} ".casefold().startswith(f"{phrase} ".casefold())


def place(term: Term) -> tuple[str, int, int]:
    """Where the course defines it: chapter, section, which of the words in italics there."""
    text = sections(CHAPTERS / term.file)
    words = italics(text[term.anchor])
    at = next(i for i, phrase in enumerate(words) if begins(term.name, phrase))
    return term.file, list(text).index(term.anchor), at


def by_chapter(found: list[Term]) -> str:
    """The list: a chapter, and its words, the Chinese first."""
    lines: dict[str, list[str]] = {}
    for term in sorted(found, key=place):
        link = f"[{term.name}]({term.file}#{term.anchor})"
        lines.setdefault(term.file, []).append(f"{term.chinese} {link}")
    return "\n".join(f"- **{int(file[:2])}** " + " · ".join(words) for file, words in lines.items())


def key(term: Term) -> str:
    """What the table is sorted by: letters and digits only."""
    plain = unicodedata.normalize("NFKD", term.name.replace("×", "x")).casefold()
    return re.sub(r"[^a-z0-9 ]", " ", plain).strip()


def canonical(text: str) -> str:
    """The glossary with its table sorted and its list made of it."""
    ordered = sorted(terms(text), key=key)
    rows = iter(ordered)

    def row(_: re.Match[str]) -> str:
        term = next(rows)
        place = f"{term.file}#{term.anchor}"
        return f"| [{term.name}]({place}) | {term.chinese} | {term.meaning} |"

    text = ROW.sub(row, text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{by_chapter(ordered)}\n\n{END}{after}"


def main() -> int:
    """Write the glossary anew."""
    text = GLOSSARY.read_text(encoding="utf-8")
    GLOSSARY.write_text(canonical(text), encoding="utf-8")
    print(f"{len(terms(text))} terms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
