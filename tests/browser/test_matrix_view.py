"""MatrixView on a page."""

import torch
from looking import cell, cells, part, values

from utils import MatrixView

X = torch.arange(9.0).reshape(3, 3)
K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])


def column(page, grid: str) -> list[str]:
    return [row[0] for row in values(page, grid)]


def test_row_window_and_output_light_together_from_each_side(mount):
    page = mount(MatrixView((3, 3), K))
    window = {(1, 0), (1, 1), (2, 0), (2, 1)}
    for grid, at in (("Output", (1, 0)), ("Matrix", (2, 8)), ("Result", (2, 0))):
        cell(page, grid, *at).hover()
        assert cells(page, "Matrix", "is-window") == {(2, c) for c in range(9)}
        assert cells(page, "Input", "is-window") == window
        assert cells(page, "Output", "is-current") == {(1, 0)}
        assert cells(page, "Result", "is-current") == {(2, 0)}
        assert cells(page, "Vector", "is-window") == {(p, 0) for p in (3, 4, 6, 7)}
    assert values(page, "Matrix")[2] == ["0", "0", "0", "0", "1", "0", "2", "3", "0"]
    cell(page, "Result", 3, 0).click()
    page.mouse.move(1, 1)
    assert cells(page, "Output", "is-current") == {(1, 1)}


def test_matrix_vector_and_result_stand_in_the_order_that_makes_them_equal(mount):
    page = mount(MatrixView((3, 4), [[1, 2], [3, 4]]))
    flat = ["34", "44", "54", "74", "84", "94"]

    def read() -> list[str]:
        grids = page.locator("[role=grid]:visible")
        return grids.evaluate_all("all => all.map(g => g.getAttribute('aria-label'))")

    first = ["Input", "Kernel", "Output"]
    assert read() == [*first, "Matrix", "Vector", "Result"]
    assert column(page, "Result") == flat
    page.get_by_label("Unroll the input").check()
    assert values(page, "Matrix")[0] == ["0", "1", "4", "5"]
    assert column(page, "Vector") == ["1", "2", "3", "4"] and column(page, "Result") == flat
    page.get_by_label("Transposed").check()
    assert read() == [*first, "Vector", "Matrix", "Result"], "a row times the matrix"
    assert column(page, "Matrix") == ["0", "1", "4", "5"]
    assert values(page, "Vector") == [["1", "2", "3", "4"]] and values(page, "Result") == [flat]
    page.get_by_label("Unroll the kernel").check()
    assert read() == ["Input", "Kernel", "Forward", "Matrix", "Vector", "Result", "Output"]
    assert values(page, "Forward") == [flat[:3], flat[3:]] and column(page, "Vector") == flat
    assert values(page, "Output")[0] == ["34", "112", "142", "108"] == column(page, "Result")[:4]
    page.get_by_label("As it is").check()
    assert read() == [*first, "Matrix", "Vector", "Result"]


def test_a_pixel_lights_its_column_and_its_outputs(mount):
    page = mount(MatrixView((3, 3), K))
    for grid, at in (("Input", (1, 1)), ("Vector", (4, 0))):
        cell(page, grid, *at).hover()
        assert cells(page, "Matrix", "is-affected") == {(r, 4) for r in range(4)}
        assert cells(page, "Output", "is-affected") == {(0, 0), (0, 1), (1, 0), (1, 1)}
        assert cells(page, "Input", "is-pointed") == {(1, 1)}
        assert cells(page, "Vector", "is-pointed") == {(4, 0)}
        assert part(page, "pointed").inner_text() == (
            "Input (1, 1) is column 4 of the matrix and feeds 4 outputs"
        )
    page.get_by_label("Unroll the input").check()
    cell(page, "Input", 1, 1).hover()
    assert cells(page, "Matrix", "is-affected") == {(0, 3), (1, 2), (2, 1), (3, 0)}
    assert "stands in 4 places of the matrix" in part(page, "pointed").inner_text()
    cell(page, "Vector", 3, 0).hover()  # a weight now: the last
    assert cells(page, "Matrix", "is-affected") == {(r, 3) for r in range(4)}
    assert cells(page, "Kernel", "is-pointed") == {(1, 1)}
    page.get_by_label("Unroll the kernel").check()
    page.get_by_label("Transposed").check()
    cell(page, "Input", 1, 1).hover()  # a step of its own
    assert cells(page, "Matrix", "is-window") == {(4, c) for c in range(4)}
    assert cells(page, "Forward", "is-window") == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_on_the_way_back_a_forward_output_lights_its_column(mount):
    page = mount(MatrixView((3, 3), K, transposed=True))
    for grid, at in (("Forward", (1, 0)), ("Vector", (2, 0))):
        cell(page, grid, *at).hover()
        assert cells(page, "Matrix", "is-affected") == {(p, 2) for p in range(9)}
        assert cells(page, "Output", "is-affected") == {(1, 0), (1, 1), (2, 0), (2, 1)}
        assert cells(page, "Result", "is-affected") == {(p, 0) for p in (3, 4, 6, 7)}
        assert cells(page, "Forward", "is-pointed") == {(1, 0)}
        assert cells(page, "Vector", "is-pointed") == {(2, 0)}
        assert part(page, "pointed").inner_text() == (
            "Forward (1, 0) is column 2 of the matrix and goes back to 4 pixels"
        )


def test_the_letters_name_the_product(mount):
    page = mount(MatrixView((3, 3), K))

    def letters() -> list[str]:
        return page.locator(".ex-product .ex-panel .ex-title").all_inner_texts()

    assert letters() == ["M", "x", "y"]
    page.get_by_label("Transposed").check()
    assert letters() == ["Mᵀ", "y", "z", "Output"]
    page.get_by_label("Unroll the input").check()
    assert letters() == ["kᵀ", "Uᵀ", "yᵀ"], "in the order in which they are multiplied"
    page.get_by_label("As it is").check()
    assert letters() == ["U", "k", "y"]


def test_a_slow_step_shows_the_products_on_their_way(mount):
    page = mount(MatrixView((3, 3), K))
    page.get_by_role("button", name="Next step").click()
    assert page.locator(".ex-flight").all_inner_texts() == ["0", "2", "8", "15"]
    assert part(page, "arithmetic").inner_text() == "0×1 + 1×2 + 2×4 + 3×5 = 25"
    page.get_by_role("button", name="Last step").click()
    assert page.locator(".ex-flight").count() == 0
