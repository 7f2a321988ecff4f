"""ShapeCalculator on a page."""

import pytest
import torch
import torch.nn.functional as F
from looking import cell, cells, part, values
from playwright.sync_api import expect

from utils import ShapeCalculator
from utils.shapes import effective_kernel_size, output_size, transposed_output_size


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


def middles(page, grid: str) -> list[float]:
    """Where the middles of a grid's cells are, in pixels."""
    boxes = page.get_by_role("grid", name=grid).locator("[role=gridcell]")
    return boxes.evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(r => r.left + r.width / 2)"
    )


@pytest.mark.parametrize(
    "setting",
    [(8, 3, 2, 1, 1), (11, 3, 3, 1, 2), (9, 2, 1, 0, 1), (6, 4, 4, 2, 1), (1, 1, 1, 0, 1)],
)
def test_outputs_stand_under_the_middles_of_their_windows(mount, setting):
    _, k, stride, _, dilation = setting
    page = mount(ShapeCalculator(*setting))
    above, below = middles(page, "Input"), middles(page, "Output")
    span = effective_kernel_size(k, dilation)
    assert len(below) == output_size(*setting)
    for o, middle in enumerate(below):
        first, last = o * stride, o * stride + span - 1
        assert middle == pytest.approx((above[first] + above[last]) / 2, abs=1.5)


def test_padding_cells_show_their_own_indices(mount):
    page = mount(ShapeCalculator(3, 3, 1, 2))
    assert values(page, "Input") == [["−2", "−1", "0", "1", "2", "3", "4"]]
    assert cells(page, "Input", "is-padding") == {(0, -2), (0, -1), (0, 3), (0, 4)}
    assert cell(page, "Input", 0, -2).get_attribute("aria-label") == "padding minus 2"


def test_of_a_long_input_the_two_ends_are_drawn_and_the_gap_says_how_much_is_left_out(mount):
    page = mount(ShapeCalculator(224, 7, 2, 3))
    (shown,), (outs,) = values(page, "Input"), values(page, "Output")
    (gap,) = [text for text in shown if "more" in text]
    assert shown[:4] == ["−3", "−2", "−1", "0"] and shown[-4:] == ["223", "224", "225", "226"]
    assert int(gap.split()[1]) + len(shown) - 1 == 224 + 2 * 3
    (left,) = [text for text in outs if "more" in text]
    assert outs[0] == "0" and outs[-1] == "111"
    assert int(left.split()[1]) + len(outs) - 1 == 112
    above, below = middles(page, "Input"), middles(page, "Output")
    last = shown.index("218")  # output 111 reads 219 to 225
    assert below[-1] == pytest.approx((above[last + 1] + above[last + 7]) / 2, abs=1.5)
    frame = page.locator(".ex-axis .ex-frame").first
    page.get_by_role("slider", name="Step").fill("60")
    assert (
        not frame.is_visible()
        and "Output 59 reads positions 115" in part(page, "pointed").inner_text()
    )
    assert [text for text in shown if "more" in text] == page.locator(
        "[aria-label=Input] .is-window"
    ).all_inner_texts()
    page.get_by_role("button", name="Last step").click()
    assert frame.is_visible()
    assert page.locator("[aria-label=Output] .is-current").all_inner_texts() == ["111"]
    page.get_by_role("grid", name="Input").locator("[role=gridcell]").last.hover()
    assert "Position 226 feeds 0 outputs" in part(page, "pointed").inner_text()
    page.get_by_label("Kernel size", exact=True).fill("99")
    page.get_by_label("Padding", exact=True).fill("49")
    assert not page.get_by_role("grid", name="Input").is_visible()
    assert page.get_by_text("too wide to draw").is_visible()


def test_what_is_drawn_of_an_axis_is_right(page):
    for n in (62, 63, 64, 65, 100, 1000):
        for k, stride, padding, dilation in [
            (3, 1, 0, 1),
            (7, 2, 3, 1),
            (3, 4, 9, 5),
            (1, 20, 0, 1),
        ]:
            found = page.evaluate(
                """state => { const a = slidingWindowCourse.engine.axis.layout(state);
                    const total = state.n + 2 * state.padding;
                    return a && { ...a, places: Array.from({ length: total }, (_, i) => a.at(i - state.padding)) }; }""",
                {"n": n, "k": k, "stride": stride, "padding": padding, "dilation": dilation},
            )
            assert found is not None
            places = [place for place in found["places"] if place is not None]
            gap = [found["gap"]] if found["left"] else []
            assert sorted(places + gap) == list(range(found["columns"]))
            assert len(places) + found["left"] == n + 2 * padding
            size, span = (
                output_size(n, k, stride, padding, dilation),
                effective_kernel_size(k, dilation),
            )

            def whole(o, at=found["places"], stride=stride, span=span):
                taken = at[o * stride : o * stride + span]
                return None not in taken and taken[-1] - taken[0] == span - 1

            drawn = [o for o in found["outputs"] if o >= 0]
            assert drawn == [o for o in range(size) if whole(o)]
            assert len(drawn) + found["out"] == size


def test_backwards_from_a_size_to_the_settings_that_give_it(mount):
    page = mount(ShapeCalculator(28, 3, 1, 0))
    page.get_by_text("Backwards").click()
    field, ways = page.get_by_label("Wanted output", exact=True), part(page, "ways")
    expect(field).to_have_value("26")
    assert ways.locator("[aria-pressed=true]").all_inner_texts() == ["stride 1, padding 0"]
    field.fill("14")
    assert ways.get_by_role("button").all_inner_texts() == ["stride 2, padding 1"]
    ways.get_by_role("button", name="stride 2, padding 1").click()
    expect(part(page, "arithmetic")).to_contain_text("= 14")
    expect(page.get_by_label("Padding", exact=True)).to_have_value("1")
    assert ways.locator("[aria-pressed=true]").evaluate("e => e === document.activeElement")
    field.fill("31")
    assert "At most 30 windows of 3 can touch 28 pixels" in ways.inner_text()
    field.fill("25")
    assert "No stride gives 25 with equal padding below 3" in ways.inner_text()
    assert output_size(28, 3, 2, 12) == 25, (
        "with more there are ways, whose first windows read zeros"
    )
    mount(ShapeCalculator(1, 1, 1, 0)).get_by_text("Backwards").click()
    field.fill("2")
    assert ways.inner_text() == "At most 1 window of 1 can touch 1 pixel."


def test_the_settings_offered_are_all_that_give_the_size(page):
    for n, k, dilation in [(28, 3, 1), (8, 2, 1), (11, 3, 2), (5, 5, 1), (4, 3, 3)]:
        span = effective_kernel_size(k, dilation)
        for wanted in range(1, n + span + 2):
            found = page.evaluate(
                "([state, wanted]) => slidingWindowCourse.engine.axis.settingsFor(state, wanted)",
                [{"n": n, "k": k, "dilation": dilation}, wanted],
            )
            offered = {(w["padding"], s) for w in found for s in range(w["least"], w["most"] + 1)}
            right = {
                (p, s)
                for p in range(span)
                for s in range(1, n + 2 * span)
                if n + 2 * p >= span and output_size(n, k, s, p, dilation) == wanted
            }
            if wanted == 1:  # every larger stride gives one window, too: the least is offered
                right = {(p, min(s for q, s in right if q == p)) for p, _ in right}
            assert offered == right, (n, k, dilation, wanted)


def test_the_same_numbers_in_other_operators(mount):
    page = mount(ShapeCalculator(28, 3, 2, 1))
    page.get_by_text("The same numbers in other operators").click()
    said = part(page, "operators").locator("li")
    assert said.all_inner_texts() == [
        "Convolution: 28 gives 14. Inputs that give it: 27 or 28.",
        "Max pooling with ceil_mode: 28 gives 15. Inputs that give it: 28 or 29.",
        "Transposed convolution: 28 gives 55 or 56, with output padding 0 or 1. "
        "To get 28: input 14, output padding 1.",
        "Unfold of 28×28: 196 columns of 9 numbers for each channel. "
        "Squares that fold makes of them: 27×27 or 28×28.",
    ]
    page.get_by_label("Padding", exact=True).fill("2")
    expect(said.nth(1)).to_contain_text("refuses a padding of more than half the kernel size")


def test_other_operators_give_what_pytorch_gives(page):
    """Forwards against PyTorch; backwards against a search through all inputs."""
    for k, stride, padding, dilation in [
        (1, 1, 0, 1),
        (3, 1, 1, 1),
        (2, 2, 0, 1),
        (3, 2, 1, 1),
        (4, 3, 2, 1),
        (2, 5, 1, 1),
        (3, 2, 1, 2),
        (3, 4, 1, 3),
        (1, 3, 0, 1),
    ]:
        state = {"k": k, "stride": stride, "padding": padding, "dilation": dilation}
        span = effective_kernel_size(k, dilation)
        sizes = range(max(1, span - 2 * padding), 14)

        def pooled(n, window=(k, stride, padding, dilation)):
            return F.max_pool1d(torch.zeros(1, 1, n), *window, ceil_mode=True).shape[-1]

        found = page.evaluate(
            """([state, sizes]) => sizes.map(n => {
                const { others, shape } = slidingWindowCourse.engine;
                const { k, stride, padding, dilation } = state;
                const numbers = [n, k, stride, padding, dilation];
                const [one, up] = [shape.outputSize(...numbers), shape.outputSize(...numbers, true)];
                return [others.inputsOf(state, one), [up, ...others.pooledInputsOf(state, up)],
                    others.transposedSizes({ n, ...state }), others.transposedInput({ n, ...state })];
            })""",
            [state, list(sizes)],
        )
        forwards = {
            n: output_size(n, k, stride, padding, dilation)
            for n in range(max(1, span - 2 * padding), 40)
        }
        ceiled = {n: pooled(n) for n in range(1, 40) if n + 2 * padding + stride > span}
        for n, (inputs, (up, *pooling), made, (before, extra)) in zip(sizes, found, strict=True):
            same = [m for m in forwards if forwards[m] == forwards[n]]
            assert inputs == [same[0], same[-1]], (n, state)
            assert up == ceiled[n], (n, state)
            same = [m for m in ceiled if ceiled[m] == up]
            assert pooling == [same[0], same[-1]], (n, state)
            assert made[1] - made[0] == max(stride, dilation) - 1
            for more in range(max(stride, dilation)):
                size = made[0] + more
                if size >= 1:
                    settings = {"output_padding": more, "dilation": dilation}
                    assert transposed_output_size(n, k, stride, padding, **settings) == size
            settings = {"output_padding": extra, "dilation": dilation}
            assert transposed_output_size(before, k, stride, padding, **settings) == n
