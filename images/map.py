"""Draw a small picture of each chapter, for the map of the course: images/map/NAME.svg.

    python images/map.py

Mid-tones that both themes leave legible, as in the logo. Most of the pictures are grids, written
here as they look: `b` blue, `o` orange, `g` green, `.` faint, a blank nothing.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "map"
COLOURS = {"b": "#0072B2", "o": "#D55E00", "g": "#009E73", ".": "#8C959F"}  # as in draw.py
SIZE = 48


def grid(rows: str, frame: tuple[int, int, int, int] | None = None) -> str:
    """Squares, a letter each, as `rows` says; `frame` is (row, column, height, width)."""
    lines = rows.strip("\n").split("\n")
    wide = max(len(lines), max(map(len, lines)))
    pitch = SIZE / wide
    top, left = (SIZE - len(lines) * pitch) / 2, (SIZE - max(map(len, lines)) * pitch) / 2
    parts = [
        square(left + j * pitch, top + i * pitch, pitch, letter)
        for i, line in enumerate(lines)
        for j, letter in enumerate(line)
        if letter != " "
    ]
    if frame:
        i, j, height, width = frame
        x, y = max(left + j * pitch, 1), max(top + i * pitch, 1)
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width * pitch - 1:.1f}" '
            f'height="{height * pitch - 1:.1f}" rx="2" fill="none" '
            f'stroke="{COLOURS["o"]}" stroke-width="2"/>'
        )
    return "".join(parts)


def square(x: float, y: float, pitch: float, letter: str) -> str:
    """One cell of a grid."""
    faint = ' opacity=".35"' if letter == "." else ""
    side = pitch * 0.8
    return (
        f'<rect x="{x + pitch * 0.1:.1f}" y="{y + pitch * 0.1:.1f}" width="{side:.1f}" '
        f'height="{side:.1f}" rx="{pitch * 0.12:.1f}" fill="{COLOURS[letter]}"{faint}/>'
    )


def planes(marked: str) -> str:
    """Three planes of 3 by 3, one behind the other; `marked` are their cells, as letters."""
    parts = []
    for plane in (2, 1, 0):
        x, y = 2 + plane * 8, 16 - plane * 7
        parts.append(f'<rect x="{x}" y="{y}" width="28" height="28" rx="3" class="paper"/>')
        parts += [
            square(x + 1 + j * 8.7, y + 1 + i * 8.7, 8.7, marked[3 * i + j])
            for i in range(3)
            for j in range(3)
        ]
    return "".join(parts)


def lines(*paths: str, colour: str = "b") -> str:
    """Strokes along `paths`."""
    return "".join(
        f'<path d="{path}" fill="none" stroke="{COLOURS[colour]}" stroke-width="2.5" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        for path in paths
    )


def dots(*places: tuple[int, int], colour: str = "o") -> str:
    """Discs at `places`."""
    return "".join(
        f'<circle cx="{x}" cy="{y}" r="3.2" fill="{COLOURS[colour]}"/>' for x, y in places
    )


STEPS = (6, 18, 30, 42)
PICTURES = {
    "from-dense-to-convolution": grid("bo....\nobo...\n.obo..\n..obo.\n...obo\n....ob"),
    "cross-correlation": grid("ooobb\nooobb\nooobb\nbbbbb\nbbbbb", (0, 0, 3, 3)),
    "kernels": grid("bb.oo\nbb.oo\nbb.oo\nbb.oo\nbb.oo"),
    "padding-and-stride": grid("......\n.bbbb.\n.bbbb.\n.bbbb.\n.bbbb.\n......", (0, 0, 3, 3)),
    "channels": planes("bbbbbbbbb"),
    "one-by-one": planes("bbbbobbbb"),
    "pooling": grid("bobb\nbbbo\nobbb\nbbob", (0, 0, 2, 2)),
    "shift": grid("bb....\nb.....\nb.oo..\n..o...\n..o...\n......"),
    "convolution-as-a-matrix": grid("oo.oo....\n.oo.oo...\n...oo.oo.\n....oo.oo"),
    "transposed-convolution": grid("bbb  \nbbb  \nbbgoo\n  ooo\n  ooo"),
    "receptive-field": grid("o.o.o\n.....\no.o.o\n.....\no.o.o"),
    "groups": grid("oo....\noo....\n..gg..\n..gg..\n....bb\n....bb"),
    "one-dimension": lines("M4 30C8 8 14 8 19 24S30 42 35 24")
    + "".join(square(x, 38, 8, letter) for x, letter in zip((4, 12, 20, 28), "bbbo", strict=True))
    + square(38, 38, 8, "."),
    "deformable": grid("......\n......\n......\n......\n......\n......")
    + dots((7, 15), (20, 9), (36, 6), (12, 25), (24, 24), (39, 20), (9, 39), (27, 38), (42, 42)),
    "large-kernels": grid("oooooo\noooooo\noobboo\noobboo\noooooo\noooooo"),
    "what-convolution-costs": lines("M4 42 24 14H44") + dots((12, 38), (20, 26), (38, 18)),
    "fast-algorithms": lines(*(f"M{x} 8 {y} 40" for x in STEPS[:2] for y in STEPS[:2]))
    + lines(*(f"M{x} 8 {y} 40" for x in STEPS[2:] for y in STEPS[2:]))
    + dots(*((x, 8) for x in STEPS))
    + dots(*((x, 40) for x in STEPS), colour="g"),
    "a-network": grid("b   \nbb  \nbbbo\nbb  \nb   "),
}


def drawings() -> dict[str, str]:
    """File name and content of each picture."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" aria-hidden="true">'
    )
    return {f"{name}.svg": f"{head}{inside}</svg>\n" for name, inside in PICTURES.items()}


def main() -> int:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in drawings().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
