"""What every widget promises on a page: all of the registry, in all of its modes.

What a reader does is done by hand.js, in the page.
"""

import re
from typing import Any

import pytest
from looking import MODES

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


@pytest.fixture(scope="module")
def together(pages):
    """All modes on one page, started by the book's script: for promises that touch none of them."""
    pages.troubles.clear()
    modes = [WIDGETS[kind].example(mode) for kind, mode in MODES.values()]
    yield pages.load("".join(widget.to_html() for widget in modes), stays="together")
    assert pages.troubles == []


def of_each(page, what: str) -> dict[str, Any]:
    """What `what` returns of the root of each that calculates, in each mode."""
    found = page.evaluate(f"[...document.querySelectorAll('.ex-root')].map({what})")
    told = zip(MODES.items(), found, strict=True)
    return {mode: one for (mode, (kind, _)), one in told if WIDGETS[kind].calculates}


def test_the_book_s_script_starts_them_all(together):
    started = together.locator("div.explorable[data-mounted=true] > div > .ex-root")
    assert started.count() == len(MODES)
    ids = together.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


NUDGES = """root => [...root.querySelectorAll('.ex-nudges button')].map(b => [
    b.getAttribute('aria-label'), b.parentElement.querySelector('input').labels[0].textContent,
    document.getElementById(b.getAttribute('aria-describedby')).textContent])"""


def test_small_buttons_are_named_and_described(together):
    for mode, told in of_each(together, NUDGES).items():
        assert [name for name, *_ in told] == ["Decrease", "Increase"] * (len(told) // 2), mode
        assert [label for _, label, _ in told] == [described for *_, described in told], mode


CONTROLS = """root => [...root.querySelectorAll(
    '.ex-button, .ex-nudges button, .ex-transport button, input[type=range]')]
    .filter(e => e.checkVisibility({ visibilityProperty: true })).length"""


def test_on_paper_there_is_nothing_to_press(together):
    assert all(of_each(together, CONTROLS).values())
    together.emulate_media(media="print")
    printed = of_each(together, CONTROLS)
    together.emulate_media(media="screen")
    assert not any(printed.values()), printed


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


POINT_OF_A_CELL = """() => { const [cell] = hand.all('[role=gridcell]');
    cell?.scrollIntoView({ block: 'center' });
    const box = cell?.getBoundingClientRect();
    return box && [box.x + box.width / 2, box.y + box.height / 2]; }"""


def test_axe_finds_nothing_and_a_phone_is_wide_enough(mount, axe, widget):
    page = mount(widget, width=360)
    page.evaluate("hand.open()")
    cell = page.evaluate(POINT_OF_A_CELL)
    if cell:
        page.mouse.move(*cell)
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


STEPS = """() => {
    const names = ['First step', 'Next step', 'Previous step', 'Last step'];
    const there = names.filter(name => hand.button(name)).length;
    if (!there) return { there };
    const [first, next, previous, last] = names.map(name => () => {
        hand.press(name);
        return document.querySelector('.ex-root').innerText;
    });
    next(); // an output that was to be predicted stays shown once it has been reached
    return {
        there, count: Number(document.querySelector('.ex-root [aria-label=Step]').max),
        texts: [first, previous, next, previous, last, next].map(press => press()),
    }; }"""


def test_it_steps_forth_and_back_to_the_same_picture(mount, instrument):
    found = mount(instrument).evaluate(STEPS)
    assert found["there"] == 4 * instrument.has_trait("step")
    if not found["there"]:
        return
    first, before, second, back, last, after = found["texts"]
    assert before == back == first, "nothing comes before the first step"
    assert after == last, "nor after the last"
    assert (first == second) == (first == last) == (found["count"] == 1)


UNDO = f"""() => {{
    const shown = () => {VALUES};
    // Types over a number, or draws a pixel, or turns a setting up: the first that changes anything.
    const change = text => {{
        const cells = hand.all('[role=grid]:not([aria-readonly]) [role=gridcell]:not(.is-padding)').slice(0, 2);
        const ways = [
            ...cells.flatMap(one => [() => hand.write(one, text), () => {{ one.focus(); hand.key(one, 'Enter'); }}]),
            ...hand.all('.ex-settings input[type=text]').map(field => () => hand.key(field, 'ArrowUp')),
        ];
        const before = shown();
        for (const way of ways) {{
            way();
            if (shown() !== before) return;
        }}
    }};
    const after = act => {{
        if (hand.button(act)) hand.press(act); else change(act);
        document.activeElement.blur();
        return shown();
    }};
    return [shown(), ...['77', '78', 'Undo', 'Undo', 'Undo', '77', 'Reset', 'Undo'].map(after)]; }}"""


def test_undo_and_reset_bring_back_what_was(mount, instrument):
    first, changed, twice, *told = mount(instrument).evaluate(UNDO)
    assert changed != first
    *undone, again, reset, back = told
    # One step after the other, as many as there were, and then there is nothing more to take back.
    assert undone == ([changed, first, first] if twice != changed else [first] * 3)
    assert again == changed
    assert reset == first
    assert back == changed, "a reset can be taken back"


COPYING = """async () => { const root = document.querySelector('.ex-root');
    const high = () => root.offsetHeight, words = () => root.querySelector('.ex-tools').textContent;
    const before = [high(), words()];
    hand.press('Copy as PyTorch');
    const code = root.querySelector('[data-part=snippet]').value;
    for (let waited = 0; words() === before[1] && waited < 100; waited++)
        await new Promise(done => setTimeout(done, 20));
    const said = words();
    hand.press('Close the code');
    return [code, said, high() - before[0]]; }"""


def test_copied_code_runs_and_prints_what_is_shown(mount, instrument, capsys):
    code, said, grown = mount(instrument).evaluate(COPYING)
    assert re.search("Copied|Ctrl", said)
    assert grown == 0, "the box closes"
    exec(code, {})
    printed = capsys.readouterr().out.strip()
    expected = instrument.output
    places = [n for n, t in instrument.traits(state=True).items() if isinstance(t, Position)]
    if {"row", "column"} <= set(places):  # one output is looked at, and the code prints that
        row, column = instrument.row, instrument.column
        expected = expected[row : row + 1, column : column + 1]
    assert printed in (str(expected), str(expected.item()) if expected.dim() == 0 else "")


HEIGHTS = """() => { const top = document.querySelector('.ex-root').getBoundingClientRect().top;
    return [...document.querySelectorAll('.ex-root, .ex-field input, .ex-transport, .ex-foot')]
        .map(e => e.getBoundingClientRect()).map(r => [r.top - top, r.height]); }"""
FIELDS = f"""() => {{ const found = [], heights = () => ({HEIGHTS})().join();
    const [stage, message] = ['.ex-stage', '[data-part=message]'].map(s => document.querySelector('.ex-root ' + s));
    const said = () => message.checkVisibility({{ visibilityProperty: true }}) ? message.innerText.trim() : '';
    const sizes = hand.all('.ex-settings .ex-field input[type=text]:enabled');
    hand.open(); // what is folded may be a bias, which is any number
    for (const field of hand.fields()) {{
        const name = field.labels[0].textContent, held = field.value, before = heights(), shown = stage.innerText;
        const must = (holds, what) => holds || found.push(`${{name}}: ${{what}}`);
        const whole = () => must(field.scrollWidth <= field.clientWidth, `${{field.value}} is not seen whole`);
        const escape = what => {{
            hand.key(field, 'Escape');
            must(said() === '' && field.value === held, `Escape does not bring back what held before ${{what}}`);
        }};
        for (const typed of sizes.includes(field) ? ['', '-2', '1e9', 'abc'] : ['', 'abc']) {{
            hand.type(field, typed);
            must(said() !== '', `${{typed}} is not refused`);
            must(field.closest('.ex-stage') || stage.innerText === shown, `${{typed}} changes something`);
            must(heights() === before, `the message about ${{typed}} moves something`);
            escape(typed);
        }}
        hand.type(field, 'abc');
        must(said().includes('abc'), 'a message that does not say what was typed');
        hand.button('Undo').focus();
        hand.press('Reset');
        must(Boolean(said()) === (field.value !== held), 'a message without its field, or a field without it');
        escape('Reset');
        hand.type(field, '0.0000625');
        whole();
        hand.key(field, 'Escape');
        hand.type(field, '0.3333333333333333');
        if (!said()) {{ // it holds, and is longer than the field
            field.blur();
            whole();
            hand.press('Undo');
        }} else hand.key(field, 'Escape');
    }}
    return found; }}"""


def test_a_field_refuses_nonsense_and_says_so_without_moving_anything(mount, instrument):
    """No field ever shows what no message speaks of, and what is typed is seen whole."""
    assert mount(instrument).evaluate(FIELDS) == []


PLACES = f"""() => [...({HEIGHTS})(), ...[...document.querySelectorAll('.ex-root .ex-field, .ex-root .ex-button')]
    .map(e => e.getBoundingClientRect()).map(r => [r.left, r.width])]"""
# Digits are all as wide: where only they differ from what was measured, nothing else can. Nor does
# a width change what is told: `only` are the looks that told something new at another width.
STEPPED = f"""only => {{ const root = document.querySelector('.ex-root'), places = new Set(), told = [], looks = [];
    const texts = () => [...root.querySelectorAll('p, figcaption, dt, dd, .ex-sign, [hidden]')]
        .map(e => e.hidden ? 'hidden' : e.textContent).join('|');
    const hyphens = new Set();
    const look = what => {{
        const said = texts(), seen = said.replace(/\\d/g, '0');
        if (/-\\d/.test(said)) hyphens.add(said.match(/[^|]*-\\d[^|]*/)[0]);
        if (told.includes(seen)) return;
        places.add(String(({PLACES})()));
        told.push(seen);
        looks.push(what); }};
    look('first');
    hand.takeSteps(look, only);
    hand.pointAtCells(look, only);
    return [places.size, [...hyphens], looks, told]; }}"""


def test_steps_and_the_pointer_move_nothing_and_a_minus_is_a_minus(mount, instrument):
    places, hyphens, looks, told = mount(instrument).evaluate(STEPPED, None)
    assert (places, hyphens) == (1, [])
    for width in (720, 360):
        assert mount(instrument, width=width).evaluate(STEPPED, looks) == [1, [], looks, told]


CHOSEN = """() => hand.all('.ex-ways [aria-pressed], .ex-thumb, .ex-choice label').filter(choice => {
    const [words, width] = [choice.textContent, choice.offsetWidth];
    hand.press(choice);
    return choice.textContent === words && choice.offsetWidth !== width;
}).map(choice => choice.textContent)"""


def test_what_is_chosen_takes_no_more_room_than_before(mount, instrument):
    assert mount(instrument).evaluate(CHOSEN) == []


CUT = """() => { const found = {};
    for (const typed of ['-12345', '99999', '-1234567e-4']) {
        for (const grid of hand.all('[role=grid]:not([aria-readonly])')) {
            const cell = grid.querySelector('[role=gridcell]:not(.is-padding)');
            hand.write(cell, typed);
            hand.key(cell.querySelector('.ex-edit') ?? cell, 'Escape'); // where it is refused
        }
        document.activeElement.blur();
        found[typed] = hand.all('[role=gridcell]').filter(e => e.scrollWidth > e.clientWidth)
            .map(e => [e.textContent, e.scrollWidth, e.clientWidth]);
    }
    return found; }"""


def test_no_number_is_too_long_for_its_cell(mount, instrument):
    assert not any(mount(instrument).evaluate(CUT).values())


PAUSED = """() => { const found = [], plays = () => !hand.button('Play');
    const must = (holds, what) => holds || found.push(what);
    const play = () => { hand.press('Play'); must(plays(), 'it does not play'); };
    if (plays()) return found; // there is nothing to play
    play();
    const cell = hand.all('[role=grid]:not([aria-readonly]) [role=gridcell]').at(-1);
    if (cell) {
        cell.focus();
        hand.key(cell, '7');
        const edit = document.querySelector('.ex-root .ex-edit');
        must(plays() === !edit, 'an edited cell does not pause');
        if (edit) hand.key(edit, 'Escape');
        if (!plays()) play();
    }
    const [field] = hand.fields();
    if (field) {
        hand.type(field, 'abc');
        must(!plays(), 'a field does not pause');
        const said = document.querySelector('.ex-root [data-part=message]').innerText;
        must(said.includes('abc'), 'nothing is said of abc');
        hand.key(field, 'Escape');
        play();
    }
    hand.press('Reset');
    must(!plays(), 'Reset does not pause');
    return found; }"""


def test_whoever_changes_something_pauses(mount, instrument):
    """Else the next step takes the message away, and the field keeps what it spoke of."""
    assert mount(instrument).evaluate(PAUSED) == []


LONG = """() => { const found = [], root = document.querySelector('.ex-root');
    const box = e => e.getBoundingClientRect(), digits = '7'.repeat(50);
    const look = where => {
        const wide = [...root.querySelectorAll('input, .ex-nudges, .ex-message')].filter(e =>
            box(e).right > box(root).right || e.matches('p') && e.scrollWidth > e.clientWidth);
        found.push(...wide.map(e => `${where}: ${e.outerHTML.slice(0, 80)} is too wide`));
        const below = box(root.querySelector('.ex-message')).bottom > box(root.querySelector('.ex-lines')).bottom;
        if (below) found.push(`${where}: the message is too high`);
    };
    hand.open();
    for (const field of hand.fields()) {
        hand.type(field, digits);
        look(field.id);
        hand.key(field, 'Escape');
    }
    const [cell] = hand.all('[role=grid]:not([aria-readonly]) [role=gridcell]');
    cell?.focus();
    if (cell) hand.key(cell, 'F2');
    const edit = root.querySelector('.ex-edit');
    if (edit) {
        hand.type(edit, digits);
        if (box(edit).width > 120) found.push('a cell that grows with what is typed');
        hand.key(edit, 'Enter');
        look('a cell');
    }
    return found; }"""


def test_fifty_digits_stay_within_a_phone(mount, instrument):
    assert mount(instrument, width=360).evaluate(LONG) == []
