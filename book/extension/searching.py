"""The search: its index without numbers, which it leaves out of every query anyway."""

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class Words(SearchEnglish):
    """English words; of what digits stand in, only that with a letter, such as `conv2d`."""

    def word_filter(self, word: str) -> bool:
        """Whether the word can be found."""
        return super().word_filter(word) and not word.replace("_", "").isdigit()


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_search_language(Words)
