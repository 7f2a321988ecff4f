"""Draw the course's logo and favicon: a window sliding over a grid.

    python images/draw.py

The logo is one window over a grid of squares, in two colours that both themes leave legible (3:1 or
more on white and on the book's dark background), so that one file serves both.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BLUE, ORANGE = "#0072B2", "#D55E00"  # Okabe and Ito (2008), as in utils/figures


def svg(cells: int, window: int, at: tuple[int, int], size: int = 64) -> str:
    """A grid of `cells` by `cells` squares, a `window` by `window` frame at row, column `at`."""
    pitch = size / (cells + 0.5)
    gap = pitch * 0.22
    side = pitch - gap
    origin = (size - cells * pitch + gap) / 2
    row, column = at
    parts = []
    for i in range(cells):
        for j in range(cells):
            inside = row <= i < row + window and column <= j < column + window
            parts.append(
                f'<rect x="{origin + j * pitch:.2f}" y="{origin + i * pitch:.2f}" '
                f'width="{side:.2f}" height="{side:.2f}" rx="{side * 0.18:.2f}" '
                f'fill="{ORANGE if inside else BLUE}"/>'
            )
    line = gap * 0.9
    frame = window * pitch - gap + 2 * gap
    parts.append(
        f'<rect x="{origin + column * pitch - gap:.2f}" y="{origin + row * pitch - gap:.2f}" '
        f'width="{frame:.2f}" height="{frame:.2f}" rx="{side * 0.3:.2f}" '
        f'fill="none" stroke="{ORANGE}" stroke-width="{line:.2f}"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'width="{size}" height="{size}">\n<title>The Sliding Window</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def drawings() -> dict[str, str]:
    """The drawings that are text: file name and content."""
    return {
        "logo.svg": svg(cells=5, window=3, at=(1, 2)),
        "favicon.svg": svg(cells=3, window=2, at=(0, 1), size=32),
    }


def main() -> int:
    """Write all of them beside this file."""
    for name, text in drawings().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
