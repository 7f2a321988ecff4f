"""Tables of numbers that a cell shows as HTML."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class Tables(SphinxTransform):
    """Make the empty corner of a pandas table a plain cell: a header cell must say something."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Rewrite the HTML of outputs."""
        for raw in list(self.document.findall(nodes.raw)):
            if raw.get("format") == "html" and 'class="dataframe"' in raw.astext():
                text = re.sub(r"<th>\s*</th>", "<td></td>", raw.astext())
                raw.replace_self(nodes.raw("", text, format="html", classes=raw["classes"]))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_transform(Tables)
