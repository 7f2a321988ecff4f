"""ShapeCalculator on a page."""

from looking import part
from playwright.sync_api import expect

from utils import ShapeCalculator


def test_shape_calculator_explains(mount):
    page = mount(ShapeCalculator(8, 3, 1, 0, 1))
    assert "Padding 1 would keep the size" in part(page, "shape").inner_text()
    page.get_by_label("Stride", exact=True).fill("3")
    page.get_by_label("Padding", exact=True).fill("1")
    expect(part(page, "arithmetic")).to_contain_text("= ⌊7 / 3⌋ + 1 = ⌊2.333⌋ + 1 = 3")
    assert "The last position is never read" in part(page, "shape").inner_text()
    page.get_by_label("Input size", exact=True).fill("224")
    expect(part(page, "arithmetic")).to_contain_text("= 75")


def test_shape_calculator_says_halves_where_it_halves_exactly(mount):
    for n, stride, said in [
        (8, 2, True),
        (9, 2, False),
        (7, 2, False),
        (8, 3, False),
        (10, 2, True),
    ]:
        text = part(mount(ShapeCalculator(n, 2, stride)), "shape").inner_text()
        assert ("The size halves exactly." in text) == said, (n, stride)
    assert "stays as it is" in part(mount(ShapeCalculator(9, 3, 1, 1)), "shape").inner_text()
