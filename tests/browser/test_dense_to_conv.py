"""DenseToConv on a page."""

from looking import cell, cells, part, values

from utils import DenseToConv


def test_dense_to_conv_falls_from_256_to_49_to_9(mount):
    page = mount(DenseToConv())
    counts = []
    for stage in ("1 Dense", "2 Shared", "3 Local"):
        page.get_by_label(stage).check()
        counts.append(part(page, "shape").inner_text())
    assert ["= 256" in counts[0], "= 49" in counts[1], "= 9" in counts[2]] == [True] * 3
    assert "1,000,000,000,000" in counts[0] and "3,996,001" in counts[1]
    page.get_by_label("2 Shared").check()
    cell(page, "Weights", 0, 0).hover()
    assert len(cells(page, "Weights", "is-affected")) == 16
    cell(page, "Weights", 0, 0).dblclick()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.mouse.move(1, 1)
    assert values(page, "Weights")[5][5] == "2", "one parameter, every place"
