"""Still figures: of numbers as HTML, of everything else as pictures.

A figure of numbers is an object that the notebook shows as tables and drawings, without a script:
end the cell with it, or `display` it. A picture is drawn with matplotlib: end the cell with
`plt.show()`. Importing this module gives every picture of the notebook the course's ink and
letters (see `pictures`).
"""

from utils.figures.channels import planes
from utils.figures.grids import grow, numbers
from utils.figures.lines import windows
from utils.figures.markup import Still, window
from utils.figures.matrices import matrix
from utils.figures.pictures import (
    BLUE,
    DATA,
    DRAWING,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PINK,
    PIXELS_PER_INCH,
    images,
    png,
)
from utils.figures.reindexing import reindex
from utils.figures.sampling import offsets

__all__ = [
    "BLUE",
    "DATA",
    "DRAWING",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PINK",
    "PIXELS_PER_INCH",
    "Still",
    "grow",
    "images",
    "matrix",
    "numbers",
    "offsets",
    "planes",
    "png",
    "reindex",
    "window",
    "windows",
]
