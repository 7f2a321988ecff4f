"""The way to Colab: in the book a button of its own, and not the notebook's badge beside it."""

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
        assert links == [f"https://colab.research.google.com/github/{place}{page.stem}.ipynb"]
