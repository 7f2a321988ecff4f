"""The map of the course: a picture and a line for each chapter, in the order of the contents."""

import re
import runpy
from pathlib import Path

from cells import text

ROOT = Path(__file__).resolve().parents[2]
TOC = """
parts:
  - caption: "Part I: the window"
    chapters:
      - file: chapters/02-kernels
      - file: chapters/07-new
  - caption: Appendices
    chapters:
      - file: chapters/glossary
"""


def test_the_map_shows_each_chapter(build):
    index = "# Book\n\n```{toctree}\nchapters/02-kernels\nchapters/07-new\n```\n\n"
    files = {
        "index": index + "<!-- map of the course -->\n",
        "chapters/02-kernels": [text("# Kernels\n\nYou will *see* `a < b`. It takes long.")],
        "chapters/07-new": [text("# New\n\nA [link](02-kernels.ipynb) and no more.")],
        "_toc.yml": TOC,
    }
    book = build("map", files=files)
    assert book.warnings == ""
    (drawn,) = re.findall('<nav class="course-map".*?</nav>', book.html(), re.DOTALL)
    assert re.findall("<h3>(.*?)</h3>", drawn) == ["Part I: the window"]
    links = re.findall('<a href="(.*?)">.*?<strong>(.*?)</strong> (.*?)</span>', drawn, re.DOTALL)
    assert links == [
        ("chapters/02-kernels.html", "2. Kernels", "You will see a &lt; b."),
        ("chapters/07-new.html", "7. New", "A link and no more."),
    ]
    assert drawn.count("<svg") == 1


def test_every_chapter_has_a_picture_and_it_is_fresh():
    drawings = runpy.run_path(str(ROOT / "images" / "map.py"))["drawings"]()
    stems = {path.stem.split("-", 1)[1] for path in ROOT.glob("chapters/[0-9]*.ipynb")}
    assert {f"{stem}.svg" for stem in stems} <= set(drawings)
    for name, drawn in drawings.items():
        assert (ROOT / "images" / "map" / name).read_text(encoding="utf-8") == drawn
