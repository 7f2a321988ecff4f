"""Pictures, drawn with matplotlib, in the course's own look.

Each function draws one figure and returns nothing: end the cell with `plt.show()`. What a figure
shows is asserted in numbers by the cell that draws it, because images are not compared in tests.

Importing this module gives every figure of the notebook, drawn with these functions or not, the
course's ink and letters, and has it shown by `png`, which the web book can tell apart into drawing
and data.
"""

import io
from collections.abc import Sequence
from typing import TypedDict

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.getipython import get_ipython
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray
from PIL import Image

INK = "#1B232C"
# Told apart by readers who see colours differently (Okabe and Ito, 2008), and legible, at 3:1 or
# more, on the book's pages: as they are in the light, and as the book draws them in the dark.
BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6B7280"

PIXELS_PER_INCH = 96  # of CSS; a picture has two of its own for each
DRAWN = "drawn"  # the mark of an image that is to be treated as a drawing: its zero is the ground
DRAWING, DATA = 254, 255  # what a pixel is, as its alpha says; no eye sees the difference

plt.rc("font", size=11)
plt.rc("text", color=INK)
plt.rc("axes", labelcolor=INK, edgecolor=INK, titlesize="medium")
plt.rc("xtick", color=INK)
plt.rc("ytick", color=INK)
plt.rc("legend", fontsize="medium")
plt.rc("figure", hooks=[f"{__name__}:show_as_png"])


class Size(TypedDict):
    """The size of a picture on a page, in CSS pixels."""

    width: int
    height: int


def show_as_png(figure: Figure) -> None:
    """Have the notebook show figures by `png`; pyplot calls this with each figure that it makes.

    Not sooner: when it makes the first, the notebook's own backend chooses how figures are shown.
    """
    shell = get_ipython()
    if shell and shell.display_formatter:
        shell.display_formatter.formatters["image/png"].for_type(Figure, png)


def png(figure: Figure) -> tuple[bytes, Size] | None:
    """The figure as a PNG at twice the size at which it is to be shown, and that size.

    On white, so that it can be read wherever a notebook is opened. The alpha of each pixel says
    what it is: `DATA` where an image shows it (a photograph, a feature map), which is to be seen as
    it is on any page; `DRAWING` elsewhere, which a dark page draws in light ink.

    None for a figure without anything in it.
    """
    if not figure.axes:
        return None
    figure.set_dpi(2 * PIXELS_PER_INCH)
    box = figure.get_tightbbox().padded(0.05)

    def draw(ground: str) -> NDArray[np.uint8]:
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=figure.dpi, bbox_inches=box, facecolor=ground)
        with Image.open(buffer) as picture:
            return np.array(picture)

    pixels = draw("white")
    others = [artist for artist in figure.findobj(_is_not_data) if artist.get_visible()]
    for artist in others:
        artist.set_visible(False)
    is_data = draw("none")[..., 3] > 0
    for artist in others:
        artist.set_visible(True)
    pixels[..., 3] = np.where(is_data, DATA, DRAWING)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", optimize=True)
    height, width, _ = pixels.shape
    return buffer.getvalue(), Size(width=width // 2, height=height // 2)


def _is_not_data(artist: Artist) -> bool:
    """Whether the artist is neither an image of data nor what holds one."""
    if isinstance(artist, AxesImage):
        return artist.get_gid() == DRAWN
    return not isinstance(artist, (Axes, Figure))


def images(
    arrays: Sequence[ArrayLike],
    titles: Sequence[str] = (),
    *,
    signed: bool = False,
    height: float = 2.4,
    columns: int | None = None,
) -> None:
    """Show arrays side by side as grey pictures.

    Args:
        arrays: Each `(h, w)` in shades of grey, or `(3, h, w)` in colour.
        titles: One a picture, or none.
        signed: Use one diverging scale, without colour at zero, for all: for feature maps with both
            signs.
        height: Of one row of pictures, in inches.
        columns: Pictures in a row; all in one row unless told.

    Raises:
        ValueError: if there are titles but not one for each array.
    """
    pictures = [np.asarray(array) for array in arrays]
    if titles and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} arrays need as many titles; got {len(titles)}")
    columns = columns or len(pictures)
    rows = -(-len(pictures) // columns)
    aspect = max(array.shape[-1] / array.shape[-2] for array in pictures)
    _, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * height * aspect + 0.3, rows * (height + 0.3)),
        squeeze=False,
    )
    limit = max(float(np.abs(array).max()) for array in pictures) or 1.0
    for axis in axes.flat:
        axis.axis("off")
    for index, (axis, array) in enumerate(zip(axes.flat, pictures, strict=False)):
        if array.ndim == 3:
            axis.imshow(array.transpose(1, 2, 0).clip(0, 1))
        elif signed:
            axis.imshow(array, cmap="RdBu", vmin=-limit, vmax=limit, gid=DRAWN)
        else:
            axis.imshow(array, cmap="gray")
        if titles:
            axis.set_title(titles[index])
    plt.tight_layout()
