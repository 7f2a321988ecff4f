"""Figures of numbers, whole in themselves: on a phone and a wide screen, light and dark."""

import pytest
import torch

from utils import figures, loops

X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
ALL = [
    figures.numbers(
        [X, K, loops.corr2d(X, K)],
        ["X", "K", "Y"],
        between=["⋆", "="],
        marks=[figures.window((0, 1), (2, 2)), None, [(0, 1)]],
        padding=[1, 0, 0],
        caption="A window and its output.",
    ),
    figures.numbers([torch.linspace(-1, 1, 12).reshape(2, 6)] * 3, ["shades", "of", "numbers"]),
    figures.numbers([torch.arange(60.0).reshape(2, 30)], ["wide"]),
    figures.planes(torch.stack([X, -X, X]), torch.stack([K, K, -K]), 0.5, at=(1, 0)),
    figures.windows(17, 3, stride=2, padding=1, dilation=3),
    figures.matrix(loops.kernel_matrix(K + 1, (3, 3)), X.reshape(9), blocks=(2, 3)),
    figures.matrix(loops.kernel_matrix(X - 4, (4, 5)), blocks=(3, 5)),
    figures.reindex(torch.arange(25.0).reshape(5, 5)),
    figures.reindex(loops.kernel_matrix(torch.eye(1), (3, 3)).reshape(3, 3, 3, 3), at=(0, 1)),
    figures.offsets(torch.eye(9), torch.full((3, 3, 2), 0.7), at=(-1, 2)),
    figures.grow([torch.eye(9), 2 * torch.eye(9), torch.ones(9, 9)], ["1", "2", "3"]),
]
HTML = "".join(figure._repr_html_() for figure in ALL)
SCROLLING = """
[...document.querySelectorAll(".fig div")]
    .filter(e => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === "auto")
    .map(e => e.closest("[tabindex='0']") ? 1 : e.querySelector("[tabindex='0']") ? 1 : 0)
"""
# Colours as the browser mixes them, each laid upon what is behind it.
LEAST_CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const luminance = colours => {
        for (const colour of colours) {
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = ["white", getComputedStyle(document.documentElement).backgroundColor];
    const pairs = [...document.querySelectorAll(".fig :is(td, th, caption, span)")]
        .filter(e => e.textContent)
        .map(e => getComputedStyle(e))
        .map(({ backgroundColor, color }) => [backgroundColor, color].join(";"));
    return Math.min(...[...new Set(pairs)].map(pair => {
        const [behind, colour] = pair.split(";");
        const [low, high] = [[], [colour]]
            .map(upon => luminance([...ground, behind, ...upon]))
            .sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    }));
}"""

COLOURS = ["color-contrast", "link-in-text-block"]
INK = "getComputedStyle(document.querySelector('.fig td')).color"


@pytest.fixture
def show(pages):
    """Return a function that shows all figures on a page; what it logs or asks for is a failure."""
    pages.troubles.clear()
    yield lambda before="", **how: pages.load(before + HTML, **how)
    assert pages.troubles == []


@pytest.mark.parametrize("width", [360, 1280])
def test_figures_are_legible_and_in_their_boxes(show, axe, width):
    page = show(width=width)
    assert page.locator(".fig").count() == len(ALL)
    light = page.evaluate(INK)
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        scrolling = page.evaluate(SCROLLING)
        assert all(scrolling) and (len(scrolling) >= 3) == (width == 360)
        assert page.evaluate(LEAST_CONTRAST) >= 4.5
        # The themes differ in colours alone: in the other, only what looks at colours looks again.
        assert axe(page, ".fig", only=COLOURS if theme == "dark" else None) == []
    assert page.evaluate(INK) != light


# As JupyterLab dresses the tables of outputs.
LAB = """<style>
.lab table { color: red; font-size: 30px; table-layout: fixed; margin: auto; }
.lab :is(td, th, tr) { padding: 0.5em; line-height: normal; border: none; }
:not(.markdown).lab :is(td, th, tr) { text-align: right; }
.lab th { font-weight: bold; }
.lab tbody tr:nth-child(even) { background: yellow; }
</style><div class="lab">"""


# Of each cell of each table: its height, and the room on both sides of its text.
BOXES = """[...document.querySelectorAll(".fig table")].map(table =>
    [...table.querySelectorAll("td:not(.none):not(.gap)")].map(e => {
        const text = document.createRange(); text.selectNodeContents(e);
        const [box, inner] = [e, text].map(x => x.getBoundingClientRect());
        return [box.height, inner.left - box.left, box.right - inner.right];
    }))"""


@pytest.mark.parametrize("host", ["", LAB], ids=["page", "JupyterLab"])
def test_cells_of_a_figure_have_one_size_and_hold_their_numbers(show, host):
    page = show(before=host, width=360)
    for cells in page.evaluate(BOXES):
        assert all(24 <= height <= 37 for height, _, _ in cells), cells
        assert max(height for height, _, _ in cells) - min(height for height, _, _ in cells) <= 2
        assert all(min(left, right) >= 1 for _, left, right in cells), cells
        assert all(abs(left - right) < 3 for _, left, right in cells), cells  # in the middle
    grounds = page.locator(".fig tr").evaluate_all(
        "all => all.map(e => getComputedStyle(e).backgroundColor)"
    )
    assert set(grounds) == {"rgba(0, 0, 0, 0)"}
