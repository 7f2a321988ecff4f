"""Draw the course's logo, favicon and preview picture: a window sliding over a grid.

    python images/draw.py

The logo is one window over a grid of squares, in two colours that both themes leave legible (3:1 or
more on white and on the book's dark background), so that one file serves both.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BLUE, ORANGE = "#0072B2", "#D55E00"  # Okabe and Ito (2008), as in utils/figures.py


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


def preview(path: Path) -> None:
    """The picture that links to the book are shown with, 1200 by 630 pixels."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.patches import Rectangle

    values = np.arange(42).reshape(6, 7) % 10
    kernel = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    row, column = 2, 3
    figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 12), ylim=(6.3, 0))
    axes.axis("off")
    axes.text(0.7, 2.3, "The Sliding\nWindow", fontsize=54, fontweight="bold", color="#1F2937")
    axes.text(0.72, 3.25, "Convolution, from the fully connected", fontsize=20, color="#4B5563")
    axes.text(0.72, 3.75, "layer to the deformable kernel", fontsize=20, color="#4B5563")
    total = int((values[row : row + 3, column : column + 3] * kernel).sum())
    axes.text(0.72, 4.9, f"Σ = {total}", fontsize=28, color=ORANGE, fontweight="bold")
    x0, y0, side = 6.6, 0.95, 0.68
    for (i, j), value in np.ndenumerate(values):
        inside = row <= i < row + 3 and column <= j < column + 3
        x, y = x0 + j * side, y0 + i * side
        axes.add_patch(
            Rectangle((x, y), side, side, fc="#FBE3D2" if inside else "#E6F1F8", ec="white", lw=3)
        )
        axes.text(
            x + side / 2, y + side / 2, str(value), fontsize=22, ha="center", va="center",
            color="#8A3C00" if inside else "#003F63",
        )  # fmt: skip
        if inside:
            weight = f"×{kernel[i - row, j - column]}".replace("-", "−")
            axes.text(
                x + side - 0.06, y + side - 0.08, weight, fontsize=9, ha="right", color=ORANGE
            )
    axes.add_patch(
        Rectangle(
            (x0 + column * side, y0 + row * side), 3 * side, 3 * side, fill=False, ec=ORANGE, lw=5
        )
    )
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


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
    preview(FOLDER / "social.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
