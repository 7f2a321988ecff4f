"""The glossary: each word is defined where it says; no word that a chapter defines is missing."""

import glossary  # tools/glossary.py
import notebooks  # tools/notebooks.py
import pytest

TEXT = glossary.GLOSSARY.read_text(encoding="utf-8")
TERMS = glossary.terms(TEXT)
# In italics on a chapter's main path, and no terms: what is stressed, and words for one place only.
STRESSED = {
    1: ["as seen from the output pixel", "from there"],
    2: ["backwards", "top left"],
    3: ["alike", "curvatures"],
    4: ["before", "one"],
    6: [
        *("difference between neighbours", "learns", "light", "move", "order"),
        *("red − green", "yellow − blue"),
    ],
    7: ["behind", "smaller"],
    8: ["map", "response", "that", "trained", "where", "whole"],
    9: ["which"],
    10: ["its", "reads", "shape", "tent", "that it transposes", "values", "writes"],
    11: ["later", "spans"],
    12: ["from the start", "trained"],
    14: ["slope"],
    15: ["are", "inside", "overlap", "paths"],
    16: ["above", "every weight is used once at every place of the output", "exactly"],
    17: ["a", "conjugated", "g", "less", "taps"],
    18: ["means", "not"],
}


def defined(path) -> list[str]:
    """What a chapter sets in italics before its exercises; capitals are what stands on a button."""
    found = []
    for anchor, text in glossary.sections(path).items():
        if anchor == "exercises":
            break
        found += [phrase for phrase in glossary.italics(text) if phrase[0].islower()]
    return found


def test_every_row_of_the_table_is_read():
    rows = [line for line in TEXT.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(TERMS) >= 100
    assert len({term.name for term in TERMS}) == len(TERMS)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_word_is_defined_where_the_glossary_says(term):
    text = glossary.sections(glossary.CHAPTERS / term.file)
    assert term.anchor in text
    phrases = glossary.italics(text[term.anchor])
    assert any(glossary.begins(term.name, phrase) for phrase in phrases)


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_the_glossary_has_every_word_that_a_chapter_defines(path):
    """The exceptions are named, and each of them is one."""
    missing = {
        phrase
        for phrase in defined(path)
        if not any(glossary.begins(term.name, phrase) for term in TERMS)
    }
    assert sorted(missing) == sorted(STRESSED.get(int(path.stem[:2]), []))


def test_the_list_by_chapter_is_made_of_the_table():
    """Run tools/glossary.py after a change."""
    assert glossary.canonical(TEXT) == TEXT


def test_the_canonical_form_sorts_and_lists():
    one, two = TERMS[0], TERMS[1]
    rows = [f"| [{t.name}]({t.file}#{t.anchor}) | {t.chinese} | {t.meaning} |" for t in (two, one)]
    text = "\n".join(rows) + f"\n\n{glossary.BEGIN}\nold\n{glossary.END}\nafter\n"
    made = glossary.canonical(text)
    assert [term.name for term in glossary.terms(made)] == [one.name, two.name]
    assert "old" not in made and made.endswith(f"{glossary.END}\nafter\n")
    assert f"{one.chinese} [{one.name}]({one.file}#{one.anchor})" in made
