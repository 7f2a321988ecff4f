"""DenseToConv on a page."""

from looking import cell, cells, part, values

from utils import DenseToConv


def test_dense_to_conv_falls_from_256_to_49_to_9(mount):
    page = mount(DenseToConv(n=4))
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


def stages(page):
    for stage in ("1 Dense", "2 Shared", "3 Local"):
        page.get_by_label(stage).check()
        yield stage


def test_the_one_table_shrinks_to_the_kernel(mount):
    page = mount(DenseToConv(n=3))
    frame = page.locator(".ex-table .ex-frame")
    kept, framed = [], []
    for _ in stages(page):
        kept.append(sum(bool(text) for row in values(page, "Shared table") for text in row))
        framed.append(
            frame.is_visible() and frame.evaluate("e => e.style.getPropertyValue('--rows')")
        )
    assert kept == [0, 25, 9]
    assert framed == [False, "5", "3"]
    page.get_by_label("Reach Δ", exact=True).fill("0")
    assert cells(page, "Shared table", "is-unread") == {
        (a, b) for a in range(-2, 3) for b in range(-2, 3) if (a, b) != (0, 0)
    }


def test_a_weight_of_the_table_and_its_places_light_each_other(mount):
    page = mount(DenseToConv(n=3, stage="shared"))
    cell(page, "Shared table", 1, -1).hover()
    places = cells(page, "Weights", "is-affected")
    assert places == {(3 * i + i + 1, 3 * j + j - 1) for i in (0, 1) for j in (1, 2)}
    assert "stands in 4 places: one parameter" in part(page, "pointed").inner_text()
    cell(page, "Weights", 1, 3 + 0).hover()  # output (0, 1), pixel (1, 0)
    assert cells(page, "Shared table", "is-affected") == {(1, -1)}
    assert cells(page, "Weights", "is-affected") == places
    cell(page, "Shared table", 0, 0).dblclick()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    page.mouse.move(1, 1)
    shown = values(page, "Weights")
    assert [shown[4 * i][4 * j] for i in range(3) for j in range(3)] == ["8"] * 9


HEIGHTS = """width => { const root = document.querySelector(".ex-root");
    root.parentElement.style.width = width;
    return ["1 Dense", "2 Shared", "3 Local"].map(stage => {
        hand.press(hand.all("label").find(label => label.textContent === stage));
        return root.getBoundingClientRect().height;
    }); }"""


def test_all_stages_are_as_high_and_the_reach_takes_no_room(mount):
    page = mount(DenseToConv(n=3))
    for width in ("904px", "736px"):  # the book's column, and beside JupyterLab's files
        [height] = set(page.evaluate(HEIGHTS, width))
        assert height <= 620
    assert len(set(mount(DenseToConv(n=3), width=360).evaluate(HEIGHTS, ""))) == 1


def test_products_fly_when_stepping_slowly(show):
    page = show(DenseToConv(n=3, stage="local"), clock=True)
    page.get_by_role("button", name="Next step").click()
    flights = page.locator(".ex-flight")
    assert flights.count() == 6, "the pixels that output (0, 1) reads"
    page.get_by_label("1 Dense").check()
    assert flights.count() == 0, "interrupted"
