"""The way to Colab: in the book a link of its own, and not the notebook's badge beside it."""

import re

import repository


def test_a_chapter_leads_to_colab_once(book):
    pages = sorted(book.glob("chapters/*.html"))
    assert len(pages) == len(repository.notebooks())
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "colab-badge" not in text
        place = f"{repository.short(repository.url())}/blob/{repository.ref()}/chapters/"
        links = re.findall(r'href="(https://colab\.research\.google\.com/[^"]+)"', text)
        chapter = f"https://colab.research.google.com/github/{place}{page.stem}.ipynb"
        assert links.count(chapter) == 1
        # The others lead to the cells in which an exercise is answered in Python.
        assert {link.partition("#scrollTo=")[0] for link in links} == {chapter}
