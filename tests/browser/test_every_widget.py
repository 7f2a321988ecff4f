"""What every widget promises on a page: all of the registry, in all of its modes."""

import pytest
from looking import MODES, part
from playwright.sync_api import expect

from utils.widgets import WIDGETS
from utils.widgets.traits import Position

VALUES = "[...document.querySelectorAll('.ex-root :is([role=gridcell], dd, [data-part=arithmetic])')].map(c => c.textContent).join()"
CONTRAST = """() => { const style = getComputedStyle(document.querySelector('.ex-root'));
    const read = name => { const c = document.createElement('canvas').getContext('2d');
        c.fillStyle = style.getPropertyValue(name); c.fillRect(0, 0, 1, 1);
        return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); };
    const light = rgb => rgb.map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ratio = (a, b) => { const [x, y] = [light(read(a)), light(read(b))];
        return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
    return ['--window', '--result', '--point', '--line', '--accent', '--wrong'].map(n => ratio(n, '--paper')); }"""


def test_the_book_s_script_starts_them_all(show):
    page = show(*(WIDGETS[kind].example(mode) for kind, mode in MODES.values()))
    assert page.locator("div.explorable[data-mounted=true] > div > .ex-root").count() == len(MODES)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


SHIFTS = """new PerformanceObserver(list => {
    globalThis.shifts = (globalThis.shifts ?? 0) + list.getEntries().reduce((s, e) => s + e.value, 0);
}).observe({ type: "layout-shift", buffered: true })"""


def test_on_a_page_a_widget_starts_when_it_comes_near_and_moves_nothing_in_sight(pages):
    first, second = (WIDGETS[kind].example(mode) for kind, mode in list(MODES.values())[:2])
    text = "<p style='height: 3000px'>Text</p>"
    page = pages.load(text + first.to_html() + text + second.to_html() + text, lazy=True)
    page.evaluate(SHIFTS)
    started = "[...document.querySelectorAll('.explorable')].map(e => e.dataset.mounted === 'true')"
    assert page.evaluate(started) == [False, False]
    above = """n => { const widget = document.querySelectorAll('.explorable')[n];
        scrollBy(0, widget.getBoundingClientRect().top - innerHeight - 200); }"""
    for number, expected in ((0, [True, False]), (1, [True, True])):
        page.evaluate(above, number)
        page.wait_for_function(f"expected => {started}.join() === expected.join()", arg=expected)
    assert page.evaluate("globalThis.shifts ?? 0") == 0


def test_axe_finds_nothing_and_a_phone_is_wide_enough(mount, axe, widget):
    page = mount(widget, width=360)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    cells = page.locator("[role=gridcell]:visible")
    if cells.count():
        cells.first.hover()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where no transport lies over cells
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # The target of a radio button or a box is its label, which is measured with the others.
    small = page.locator(
        "button, select, input:not([type=radio], [type=checkbox]), label:has(input), summary, [role=gridcell]"
    ).evaluate_all(
        """all => all.filter(e => e.offsetParent)
            .filter(e => { const r = e.getBoundingClientRect(); return Math.min(r.width, r.height) < 23.9; })
                // In a large input cells are smaller; arrow keys and the transport do what they do.
            .filter(e => !e.closest('.is-dense'))
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    assert min(page.evaluate(CONTRAST)) >= 3, "marks stand out by three to one"
    # The themes differ in colours alone: in the other, only what looks at colours looks again.
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_selector(".ex-root[data-theme=dark]")
    assert axe(page, only=["color-contrast", "link-in-text-block"]) == []
    assert min(page.evaluate(CONTRAST)) >= 3


def test_it_steps_forth_and_back_to_the_same_picture(mount, instrument):
    page, stepped = mount(instrument), instrument.has_trait("step")
    button = {
        name: page.get_by_role("button", name=f"{name} step", exact=True)
        for name in ("First", "Next", "Previous", "Last")
    }
    assert [b.count() for b in button.values()] == [int(stepped)] * 4
    if not stepped:
        return
    state = "document.querySelector('.ex-root').innerText"
    button[
        "Next"
    ].click()  # an output that was to be predicted stays shown once it has been reached
    button["First"].click()
    first = page.evaluate(state)
    button["Previous"].click()
    assert page.evaluate(state) == first
    if page.get_by_role("slider", name="Step").get_attribute("max") == "1":
        return
    button["Next"].click()
    assert page.evaluate(state) != first
    button["Previous"].click()
    assert page.evaluate(state) == first
    button["Last"].click()
    last = page.evaluate(state)
    button["Next"].click()
    assert page.evaluate(state) == last != first


def change(page, before: str) -> None:
    """Type over a value, or where none can be typed over, turn a setting up."""
    grids = page.locator("[role=grid]:not([aria-readonly])")
    if grids.count():
        grids.first.locator("[role=gridcell]:not(.is-padding)").first.dblclick()
        page.keyboard.type("77")
        page.keyboard.press("Enter")
        page.mouse.move(1, 1)
        return
    for field in page.locator(".ex-settings:visible input[type=text]").all():
        field.press("ArrowUp")
        if page.evaluate(VALUES) != before:
            return


def test_undo_and_reset_bring_back_what_was(mount, instrument):
    page = mount(instrument)
    undo, reset = (page.get_by_role("button", name=name) for name in ("Undo", "Reset"))
    first = page.evaluate(VALUES)
    change(page, first)
    changed = page.evaluate(VALUES)
    assert changed != first
    undo.click()
    assert page.evaluate(VALUES) == first
    undo.click()
    assert page.evaluate(VALUES) == first, "there is nothing more to take back"
    change(page, first)
    reset.click()
    assert page.evaluate(VALUES) == first
    undo.click()
    assert page.evaluate(VALUES) == changed, "a reset can be taken back"


@pytest.mark.parametrize("kind", [kind for kind, of in WIDGETS.items() if of.calculates])
def test_nonsense_is_refused_everywhere(mount, kind):
    page = mount(WIDGETS[kind].example(next(iter(WIDGETS[kind].examples))))
    stage, message = page.locator(".ex-stage").first, part(page, "message")
    before = stage.inner_text()
    for field in page.locator(".ex-settings:visible .ex-field input[type=text]:enabled").all():
        for typed in ("", "-2", "1e9", "abc"):
            field.fill(typed)
            expect(message).to_be_visible()
            assert message.inner_text().strip() != ""
            assert stage.inner_text() == before, typed
            field.press("Escape")
            expect(message).not_to_be_visible()


def test_copied_code_runs_and_prints_what_is_shown(mount, instrument, capsys):
    page = mount(instrument)
    page.get_by_role("button", name="Copy as PyTorch").click()
    exec(page.locator("[data-part=snippet]").input_value(), {})
    printed = capsys.readouterr().out.strip()
    expected = instrument.output
    places = [n for n, t in instrument.traits(state=True).items() if isinstance(t, Position)]
    if {"row", "column"} <= set(places):  # one output is looked at, and the code prints that
        row, column = instrument.row, instrument.column
        expected = expected[row : row + 1, column : column + 1]
    assert printed in (str(expected), str(expected.item()) if expected.dim() == 0 else "")


def test_small_buttons_are_named_and_described(mount, instrument):
    told = (
        mount(instrument)
        .locator(".ex-nudges button")
        .evaluate_all(
            """all => all.map(b => [b.getAttribute('aria-label'), b.parentElement.querySelector('input').labels[0].textContent,
            document.getElementById(b.getAttribute('aria-describedby')).textContent])"""
        )
    )
    assert [name for name, *_ in told] == ["Decrease", "Increase"] * (len(told) // 2)
    assert [label for _, label, _ in told] == [described for *_, described in told]


HEIGHTS = """() => { const top = document.querySelector('.ex-root').getBoundingClientRect().top;
    return [...document.querySelectorAll('.ex-root, .ex-field input, .ex-transport, .ex-foot')]
        .map(e => e.getBoundingClientRect()).map(r => [r.top - top, r.height]); }"""


def test_a_message_moves_nothing_and_goes_with_what_was_wrong(mount, instrument):
    page = mount(instrument)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    for field in page.locator(".ex-field input[type=text]:visible:enabled").all():
        before, held = page.evaluate(HEIGHTS), field.input_value()
        field.fill("abc")
        message = page.locator("[data-part=message]")
        assert "abc" in message.inner_text()
        assert page.evaluate(HEIGHTS) == before
        page.get_by_role("button", name="Undo").focus()
        page.get_by_role("button", name="Reset").click()
        # Either both are there or neither: a field never shows what no message speaks of.
        assert bool(message.inner_text().strip()) == (field.input_value() != held)
        field.press("Escape")
        assert message.inner_text() == "" and field.input_value() == held


PLACES = f"""() => [...({HEIGHTS})(), ...[...document.querySelectorAll('.ex-root .ex-field, .ex-root .ex-button')]
    .map(e => e.getBoundingClientRect()).map(r => [r.left, r.width])]"""
STEPPED = f"""() => {{
    const places = {PLACES}, all = [places()], slider = document.querySelector('.ex-root [aria-label=Step]');
    for (let step = 1; slider && step <= Number(slider.max); step++) {{
        slider.value = step; slider.dispatchEvent(new Event('input')); all.push(places());
    }}
    for (const cell of document.querySelectorAll('.ex-root [role=gridcell]')) {{
        cell.dispatchEvent(new PointerEvent('pointerover', {{ bubbles: true, pointerType: 'mouse' }}));
        all.push(places());
        cell.closest('[role=grid]').dispatchEvent(new PointerEvent('pointerleave', {{ pointerType: 'mouse' }}));
    }}
    return [...new Set(all.map(String))].length; }}"""


@pytest.mark.parametrize("width", [900, 720, 360])
def test_steps_and_the_pointer_move_nothing(mount, instrument, width):
    assert mount(instrument, width=width).evaluate(STEPPED) == 1


def test_what_is_chosen_takes_no_more_room_than_before(mount, instrument):
    page = mount(instrument)
    for choice in page.locator(
        ".ex-ways [aria-pressed]:visible, .ex-thumb:visible, .ex-choice label:visible"
    ).all():
        before = choice.evaluate("e => [e.textContent, e.offsetWidth]")
        choice.click()
        words, width = choice.evaluate("e => [e.textContent, e.offsetWidth]")
        assert words != before[0] or width == before[1], words


CUT = """all => all.filter(e => e.offsetParent && e !== document.activeElement)
    .filter(e => e.scrollWidth > e.clientWidth).map(e => [e.textContent, e.scrollWidth, e.clientWidth])"""


def test_no_number_is_too_long_for_its_cell(mount, instrument):
    page = mount(instrument)
    grids = page.locator("[role=grid]:not([aria-readonly]):visible")
    for typed in ("-12345", "99999", "-1234567e-4"):
        for grid in grids.all():
            grid.locator("[role=gridcell]:not(.is-padding)").first.dispatch_event("dblclick")
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            page.keyboard.press("Escape")
        page.mouse.move(1, 1)
        page.evaluate("document.activeElement.blur()")
        assert page.locator("[role=gridcell]").evaluate_all(CUT) == [], typed


def test_a_typed_number_is_seen_whole(mount, instrument):
    page = mount(instrument)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    for field in page.locator(".ex-field input[type=text]:visible:enabled").all():
        field.fill("0.0000625")
        assert field.evaluate("e => e.scrollWidth <= e.clientWidth")
        field.press("Escape")
        field.fill("0.3333333333333333")
        if not part(page, "message").inner_text():  # it holds, and is longer than the field
            field.press("Tab")
            assert field.evaluate("e => e.scrollWidth <= e.clientWidth")
        field.press("Escape")


def test_on_paper_there_is_nothing_to_press(mount, instrument):
    page = mount(instrument)
    controls = ".ex-button, .ex-nudges button, .ex-transport button, input[type=range]"
    assert page.locator(controls).filter(visible=True).count()
    page.emulate_media(media="print")
    assert page.locator(controls).filter(visible=True).count() == 0
    page.emulate_media(media="screen")


def test_copying_confirms_and_the_box_closes(mount, instrument):
    page = mount(instrument)
    copy = page.get_by_role("button", name="Copy as PyTorch")
    if not copy.count():
        return
    height = page.evaluate("document.querySelector('.ex-root').offsetHeight")
    copy.click()
    page.wait_for_function(
        "() => /Copied|Ctrl/.test(document.querySelector('.ex-tools').textContent)"
    )
    page.get_by_role("button", name="Close the code").click()
    assert page.evaluate("document.querySelector('.ex-root').offsetHeight") == height


def test_editing_a_cell_pauses(mount, instrument):
    page = mount(instrument)
    play = page.get_by_role("button", name="Play")
    cells = page.locator("[role=grid]:not([aria-readonly]) [role=gridcell]:visible")
    if not play.count() or not cells.count():
        return
    play.click()
    cell = cells.last
    cell.focus()
    cell.press("7")
    if page.locator(".ex-edit").count():
        assert page.get_by_role("button", name="Play").count() == 1
        page.keyboard.press("Escape")


def test_whoever_changes_something_else_pauses(mount, instrument):
    """Else the next step takes the message away, and the field keeps what it spoke of."""
    page = mount(instrument)
    play = page.get_by_role("button", name="Play", exact=True)
    if not play.count():
        return
    play.click()
    field = page.locator(".ex-field input[type=text]:visible:enabled").first
    if field.count():
        field.fill("abc")
        assert play.count() == 1
        assert "abc" in part(page, "message").inner_text()
        field.press("Escape")
        play.click()
    page.get_by_role("button", name="Reset").click()
    assert play.count() == 1


LONG = """() => { const root = document.querySelector('.ex-root'), box = root.getBoundingClientRect();
    const lines = root.querySelector('.ex-lines').getBoundingClientRect();
    const message = root.querySelector('.ex-message').getBoundingClientRect();
    const wide = [...root.querySelectorAll('input, .ex-nudges, .ex-message')]
        .filter(e => e.getBoundingClientRect().right > box.right || e.matches('p') && e.scrollWidth > e.clientWidth);
    return [wide.map(e => e.outerHTML.slice(0, 80)), message.bottom <= lines.bottom]; }"""


def test_fifty_digits_stay_within_a_phone(mount, instrument):
    page = mount(instrument, width=360)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    for field in page.locator(".ex-field input[type=text]:visible:enabled").all():
        field.fill("7" * 50)
        assert page.evaluate(LONG) == [[], True], field.get_attribute("id")
        field.press("Escape")
    cells = page.locator("[role=grid]:not([aria-readonly]) [role=gridcell]:visible")
    if cells.count():
        cells.first.focus()
        cells.first.press("F2")
    if page.locator(".ex-edit").count():
        page.locator(".ex-edit").fill("7" * 50)
        assert page.locator(".ex-edit").bounding_box()["width"] <= 120
        page.keyboard.press("Enter")
        assert page.evaluate(LONG) == [[], True]


HYPHENS = """() => { const found = [], root = document.querySelector('.ex-root');
    for (const cell of root.querySelectorAll('[role=gridcell]')) {
        cell.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
        for (const line of root.querySelectorAll('.ex-lines p, figcaption'))
            if (/-\\d/.test(line.textContent)) found.push(line.textContent);
        cell.closest('[role=grid]').dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
    }
    return found; }"""


def test_a_minus_is_a_minus(mount, instrument):
    assert mount(instrument).evaluate(HYPHENS) == []
