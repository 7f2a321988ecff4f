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
