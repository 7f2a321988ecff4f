"""A chapter has the number of its file, so that it keeps it when others come before it."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"chapters/(\d+)-")


def number_chapters(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give each chapter, `chapters/13-...`, the number of its file instead of one by order."""
    for docname, anchors in env.toc_secnumbers.items():
        found = CHAPTER.match(docname)
        if not found:
            continue
        number = int(found[1])
        for anchor, numbers in anchors.items():
            if numbers:
                anchors[anchor] = (number, *numbers[1:])
        for node in [env.titles[docname], *env.tocs[docname].findall(nodes.reference)]:
            if node.get("secnumber"):
                node["secnumber"] = [number, *node["secnumber"][1:]]
    return []


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("env-get-updated", number_chapters, priority=900)
