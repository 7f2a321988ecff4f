"""The index of the search."""

import json
import re


def test_words_are_in_the_index_and_numbers_are_not(build):
    page = "# A page\n\nThe kernel of 19 and 57_802 goes to conv2d in 2015.\n"
    book = build("searching", files={"index": page}, language="en")
    index = json.loads(re.search(r"\((.*)\)", book.read("searchindex.js"), re.DOTALL)[1])
    assert {"kernel", "conv2d"} <= index["terms"].keys()
    assert not index["terms"].keys() & {"19", "57_802", "2015"}
