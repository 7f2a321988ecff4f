"""A listing says how many lines it has."""

import re

from cells import code, text


def test_a_listing_says_how_many_lines_it_has(build):
    cells = [
        text("# Title\n\n```python\nfirst\n\nthird\n```"),
        code("import math"),
        code("a = 1\nb = 2"),
    ]
    book = build("listings", files={"index": cells})
    assert book.warnings == ""
    assert re.findall(r'<div style="--lines: (\d+)" class="highlight', book.html()) == list("312")
