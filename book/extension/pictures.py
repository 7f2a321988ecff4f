"""Still pictures: as WebP, one for each theme, sized, and with a text alternative.

`utils.figures.png` draws for notebooks, on white, and says in the alpha of each pixel what it is.
Here the white goes, so that a picture stands on the page itself; in the dark the drawing is light
and what is data looks as it does in the light.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image, ImageChops
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
DATA = 255  # the alpha of a pixel that is data, as in utils.figures; less: part of a drawing
LUMA = (0.213, 0.715, 0.072)  # of red, green and blue, as CSS's filters weigh them
# What is wider, in CSS pixels, scrolls on a phone: its letters, of 14.7 pixels, would have less
# than 9 where less than 62% of its width are left.
WIDE, WIDER = 530, 700


class still(nodes.image):  # noqa: N801  (a docutils node is called like its visitor)
    """A picture of known size; `eager` where it is on the page's first screen."""


class Stills(SphinxTransform):
    """Put two WebP pictures, for the light and for the dark, in the place of each PNG."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Convert the pictures of one page."""
        images = list(self.document.findall(nodes.image))
        for image, said in zip(images, [_alternative(image) for image in images], strict=True):
            image["alt"] = said
        first = True
        for image in images:
            if not image["alt"]:
                LOGGER.warning("a picture without a text alternative", location=image)
            _, name = self.env.relfn2path(image["uri"])
            if not name.endswith(".png") or not Path(name).exists():
                continue  # of what is missing, Sphinx warns
            self.env.note_dependency(name)
            image.replace_self(self.box(image, Path(name), first))
            first = False

    def box(self, image: nodes.image, path: Path, first: bool) -> nodes.inline:
        """What takes the place of `image`, whose file is `path`, the `first` of the page or not."""
        with Image.open(path) as picture:
            width = int(image.get("width", picture.width))
            height = int(image.get("height", picture.height))
            variants = for_themes(picture)
        box = nodes.inline(classes=["picture"])
        if width > WIDE:
            box["classes"].append("wider" if width > WIDER else "wide")
        for theme, variant in zip(("light", "dark"), variants, strict=False):
            node = still(alt=image["alt"], width=width, height=height, uri=self.write(variant))
            # The dark one waits even so: a browser would fetch both.
            node["eager"] = first and theme == "light"
            if len(variants) == 2:
                node["classes"].append(f"only-{theme}")
            box += node
        return box

    def write(self, picture: Image.Image) -> str:
        """Write a picture beside Sphinx's own notes; return its address as Sphinx wants it."""
        buffer = io.BytesIO()
        picture.save(buffer, "webp", lossless=True, quality=50)  # more: 2% smaller, twice the time
        name = f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.webp"
        path = Path(self.app.doctreedir) / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())
        return "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()


def for_themes(png: Image.Image) -> list[Image.Image]:
    """The picture as it is to be seen in the light, and in the dark where that is another.

    Pixels of data stay as they are. In a drawing, what is white becomes transparent, and what is
    between white and a colour is that colour in part. In the dark each colour is turned into its
    opposite in lightness, with the hue kept, as CSS's `invert(1) hue-rotate(180deg)` does: from
    `p` to `p + 255 - 2 luma(p)`. That is affine, so it mixes as ink does, and letters, lines and
    tinted areas have the edges that they would have if they were drawn in the other colours.
    """
    png = png.convert("RGBA")
    alpha = png.getchannel("A")
    is_data = alpha.point([0] * DATA + [255])
    colours = png.convert("RGB")
    if alpha.getextrema() == (DATA, DATA):
        return [colours]
    lightest = _fold(ImageChops.darker, colours)
    light = _above(
        (ImageChops.subtract(band, lightest) for band in colours.split()),
        ImageChops.invert(lightest),
    )
    r, g, b = (2 * weight for weight in LUMA)
    matrix = (1 - r, -g, -b, 255, -r, 1 - g, -b, 255, -r, -g, 1 - b, 255)
    turned = colours.convert("RGB", matrix)
    dark = _above(turned.split(), _fold(ImageChops.lighter, turned))
    return [Image.composite(png, variant, is_data) for variant in (light, dark)]


def _fold(choose: Any, colours: Image.Image) -> Image.Image:
    """The darkest or the lightest of the three colours of each pixel."""
    red, green, blue = colours.split()
    chosen: Image.Image = choose(choose(red, green), blue)
    return chosen


def _above(colours: Iterator[Image.Image] | tuple[Image.Image, ...], alpha: Image.Image) -> Any:
    """The picture of these colours, each already multiplied by `alpha`."""
    return Image.merge("RGBa", (*colours, alpha)).convert("RGBA")


def _alternative(image: nodes.image) -> str:
    """What is said of a picture: by the cell that shows it, in its metadata `alt`, or beside it.

    Where a cell shows several pictures, `alt` is a list.
    """
    cell = image.parent
    while cell and cell.get("nb_element") != "cell_code":
        cell = cell.parent
    if not cell:
        return str(image.get("alt", ""))
    said = cell["cell_metadata"].get("alt", "")
    said = [said] if isinstance(said, str) else said
    place = list(cell.findall(nodes.image)).index(image)
    return str(said[place]) if place < len(said) else ""


def visit_still(self: HTML5Translator, node: still) -> None:
    """Write the picture, with room kept for it until it is there."""
    attributes = {"alt": node["alt"], "width": node["width"], "height": node["height"]}
    attributes["src"] = f"{self.builder.imgpath}/{self.builder.images[node['uri']]}"
    if not node["eager"]:
        attributes["loading"] = "lazy"
    self.body.append(self.emptytag(node, "img", "\n", decoding="async", **attributes))


def depart_still(self: HTML5Translator, node: still) -> None:
    """All is written already."""


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_node(still, html=(visit_still, depart_still))
    app.add_transform(Stills)
    app.add_css_file("pictures.css", priority=900)
