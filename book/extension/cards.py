"""Social cards, 1200 by 630 pixels: what is shown beside a link to a page. Drawn with the book.

A card says the course, the chapter's number and its title, above a window that has slid over a grid
of numbers as many steps as the chapter's number, and the sum that it gives there.
"""

import textwrap
from pathlib import Path

from font_source_sans_pro import SourceSansProBold, SourceSansProSemibold
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
INK, MUTED, BLUE, ORANGE = "#1B232C", "#4B5563", "#0072B2", "#B34700"  # as in course.css
GROUND, CELL, CELL_INSIDE = "#FFFFFF", "#E6F1F8", "#FBE3D2"
ROWS, COLUMNS = 6, 7
NUMBERS = [[(COLUMNS * i + j) % 10 for j in range(COLUMNS)] for i in range(ROWS)]
KERNEL = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
SIDE, LEFT, TOP = 72, 640, 99  # of the grid: of one cell, and of the whole


def place(number: int) -> tuple[int, int]:
    """The row and the column of the window after `number` steps; it starts again at the end."""
    down, across = ROWS - 2, COLUMNS - 2
    return divmod(number % (down * across), across)


def score(row: int, column: int) -> int:
    """The sum of the products of the window at that place."""
    return sum(KERNEL[a][b] * NUMBERS[row + a][column + b] for a in range(3) for b in range(3))


def draw(course: str, title: str, number: int | None = None) -> Image.Image:
    """The card of a page; `number` is a chapter's."""
    card = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(card)
    row, column = place(number or 0)
    words(pen, course, title, number, score(row, column))
    small = ImageFont.truetype(SourceSansProSemibold, 19)
    large = ImageFont.truetype(SourceSansProSemibold, 34)
    for i, line in enumerate(NUMBERS):
        for j, value in enumerate(line):
            inside = 0 <= i - row < 3 and 0 <= j - column < 3
            x, y = LEFT + j * SIDE, TOP + i * SIDE
            colour = CELL_INSIDE if inside else CELL
            pen.rounded_rectangle((x + 2, y + 2, x + SIDE - 3, y + SIDE - 3), 6, colour)
            middle = (x + SIDE // 2, y + SIDE // 2)
            pen.text(middle, f"{value}", ORANGE if inside else BLUE, large, anchor="mm")
            if inside:
                weight = f"×{KERNEL[i - row][j - column]}".replace("-", "−")
                corner = (x + SIDE - 8, y + SIDE - 8)
                pen.text(corner, weight, ORANGE, small, anchor="rs")
    x, y = LEFT + column * SIDE, TOP + row * SIDE
    pen.rounded_rectangle(
        (x - 3, y - 3, x + 3 * SIDE + 2, y + 3 * SIDE + 2), 10, outline=ORANGE, width=6
    )
    return card.quantize(64, dither=Image.Dither.NONE)


def fit(title: str) -> tuple[int, list[str]]:
    """The largest of three sizes of letters that leaves room for the title, and its lines then."""
    for size, width, room in ((76, 14, 2), (60, 18, 3)):
        lines = textwrap.wrap(title, width)
        if len(lines) <= room:
            return size, lines
    return 48, textwrap.wrap(title, 23)


def words(
    pen: ImageDraw.ImageDraw, course: str, title: str, number: int | None, total: int
) -> None:
    """Write what stands left of the grid, the title in letters that leave room for all of it."""
    name = ImageFont.truetype(SourceSansProSemibold, 34)
    above = course if title != course else "An interactive course on convolution"
    pen.text((72, TOP), above, MUTED, name, anchor="lt")
    if number is not None:
        pen.text((72, TOP + 60), f"Chapter {number}", ORANGE, name, anchor="lt")
    size, lines = fit(title)
    letters = ImageFont.truetype(SourceSansProBold, size)
    pen.multiline_text((72, 225), "\n".join(lines), INK, letters, spacing=0.18 * size)
    signed = f"Σ = {total}".replace("-", "−")
    bottom = TOP + ROWS * SIDE
    pen.text((72, bottom), signed, ORANGE, ImageFont.truetype(SourceSansProBold, 44), anchor="ls")


def write(path: Path, course: str, title: str, number: int | None = None) -> None:
    """Draw a card into the file `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(course, title, number).save(path, "png", optimize=True)
