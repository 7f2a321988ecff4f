"""The way to Colab: in the book a link of its own, and not the notebook's badge beside it."""

import re

import repository


def test_a_chapter_leads_to_colab_once(book):
    """A notebook's, that is; what is only read leads nowhere."""
    pages = {page.stem: page for page in book.glob("chapters/*.html")}
    notebooks = {path.stem for path in repository.notebooks()}
    assert notebooks <= pages.keys()
    for name in pages.keys() - notebooks:
        text = pages[name].read_text(encoding="utf-8")
        assert "colab.research" not in text and "course-run" not in text
    for page in (pages[name] for name in sorted(notebooks)):
        text = page.read_text(encoding="utf-8")
        assert "colab-badge" not in text
        place = f"{repository.short(repository.url())}/blob/{repository.ref()}/chapters/"
        links = re.findall(r'href="(https://colab\.research\.google\.com/[^"]+)"', text)
        chapter = f"https://colab.research.google.com/github/{place}{page.stem}.ipynb"
        assert links.count(chapter) == 1
        # The others lead to the cells in which an exercise is answered in Python.
        assert {link.partition("#scrollTo=")[0] for link in links} == {chapter}
