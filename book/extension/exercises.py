"""A section "Exercise 2.1 ..." becomes a box, with its answer in it, at `#exercise-2-1`."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .words import title_of

EXERCISE = re.compile(r"Exercise (\d+)\.(\d+)\b")


class Exercises(SphinxTransform):
    """Give each section "Exercise 2.1 ..." the class `exercise` and the anchor `exercise-2-1`."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Mark the sections."""
        for section in self.document.findall(nodes.section):
            found = EXERCISE.match(title_of(section))
            if found:
                section["classes"].append("exercise")
                section["ids"].insert(0, f"exercise-{found[1]}-{found[2]}")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_transform(Exercises)
