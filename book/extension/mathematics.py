"""Where the mathematics of a page comes from."""

from sphinx.application import Sphinx
from sphinx.config import Config


def find_mathjax(app: Sphinx, config: Config) -> None:
    """Shapes, not fonts: some browsers refuse fonts to pages opened from the file system."""
    config.mathjax_path = "mathjax/tex-svg.js"


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", find_mathjax)
