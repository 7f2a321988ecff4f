"""A link to a widget's state: written, followed, and left alone where it is none."""

import json

from conftest import HAND, SCRIPT
from looking import ask

from utils.widgets import WIDGETS, Explorable

KINDS = [kind for kind, widget in WIDGETS.items() if widget.calculates]
PICTURE = """root => { const all = (s, what) => [...root.querySelectorAll(s)].map(what);
    return JSON.stringify([
        all("p:not([data-part=live]), figcaption, dd, canvas, .ex-goal", e => e.textContent),
        all(".ex-cell", c => [c.textContent, ...[...c.classList].sort()].join(" ")),
        all(".ex-frame", f => f.hidden || f.style.cssText.split("; ").sort().join()),
        all("input, select", f => f.type === "radio" ? f.checked : f.value)]); }"""


def example(kind: str) -> Explorable:
    return WIDGETS[kind].example(next(iter(WIDGETS[kind].examples)))


def copied(page, index=0) -> str:
    """The address after Copy link, its part behind the #."""
    page.get_by_role("button", name="Copy link").nth(index).click()
    return page.evaluate("location.hash")


def follow(page, address: str) -> None:
    """Open the page that is shown anew, at this address."""
    here = page.url.partition("#")[0]
    page.goto("about:blank")
    page.goto(here + address)
    page.wait_for_function("window.slidingWindowCourse !== undefined")
    page.evaluate("slidingWindowCourse.startAll()")


LINKED = f"""async widgets => {{ const read = {PICTURE};"""
LINKED += """
    const found = {}, press = name => hand.button(name) && hand.press(name);
    const picture = () => read(document.querySelector(".ex-root"));
    const copied = () => { hand.press("Copy link"); return location.hash; };
    for (const { kind, html } of widgets) {
        const start = () => {
            document.querySelector("main").innerHTML = html;
            slidingWindowCourse.startAll();
        };
        const must = (holds, what) => holds || (found[kind] ??= []).push(what);
        start();
        const before = picture();
        must(copied() === `#${kind}-1?`, "the link at the start says something");
        // Changes what can be changed: settings, a cell, the step.
        for (const button of hand.all("button[aria-label=Increase]:enabled")) hand.press(button);
        const [cell] = hand.all("[role=grid]:not([aria-readonly]) [role=gridcell]");
        if (cell && !hand.write(cell, "7")) hand.key(cell, "Enter"); // which draws
        ["First step", "Next step"].forEach(press); // away with what was said of a refused setting
        document.activeElement.blur();
        const after = picture(), link = copied();
        must(after !== before && link.length > kind.length + 6, "nothing is changed");
        const live = document.querySelector("[data-part=live]");
        const words = /^(Link copied|The link is in the address bar)\\.$/;
        const said = () => words.test(live.textContent);
        // The clipboard answers in its own time.
        for (let waited = 0; !said() && waited < 1000; waited++)
            await new Promise(done => setTimeout(done, 1));
        must(said(), live.textContent);
        start();
        must(picture() === before, "a new one is not as at the start");
        dispatchEvent(new HashChangeEvent("hashchange")); // as when the page opens at this address
        await null;
        must(picture() === after, `not the state of ${link}`);
        must(copied() === link, `not the link ${link}`);
        hand.press("Reset");
        document.activeElement.blur();
        must(copied() === `#${kind}-1?`, "Reset is not the start");
    }
    return found; }"""


def test_a_link_brings_the_state_back_and_reset_the_start(show):
    widgets = [{"kind": kind, "html": example(kind).to_html()} for kind in KINDS]
    page = show(example(KINDS[0]), scripts=(SCRIPT, HAND))
    assert page.evaluate(LINKED, widgets) == {}


def test_a_link_leads_to_the_widget_it_names(show):
    three = [example("SlidingWindow"), example("Transposed"), example("SlidingWindow")]
    page = show(*three)
    page.get_by_role("button", name="Next step").last.click()
    assert copied(page, 2) == "#SlidingWindow-2?step=1"
    follow(page, "#SlidingWindow-2?step=1")
    assert [s.input_value() for s in page.get_by_label("Step", exact=True).all()] == ["1", "1", "2"]
    page.wait_for_function("scrollY > innerHeight / 2")
    page.goto("about:blank")
    page.go_back()
    page.wait_for_function(
        "document.querySelectorAll('.ex-root [aria-label=Step]')[2]?.value === '2'"
    )
    page.evaluate("location.hash = '#Transposed-1?step=3'")  # as a link on the page
    page.wait_for_function("document.querySelectorAll('[aria-label=Step]')[1].value === '4'")
    page.evaluate("location.hash = '#SlidingWindow-2'")
    page.evaluate("location.hash = '#here?there=1'")
    assert [s.input_value() for s in page.get_by_label("Step", exact=True).all()] == ["1", "4", "2"]


WRONG = [
    "",
    "null",
    "-1",
    "1.5",
    "1e300",
    "1e999",
    '"x"',
    "x",
    "true",
    "[]",
    "[[]]",
    "[1]",
    "[1,2,3]",
    "{}",
    "[[1,2],[3]]",
]
WRONG += [
    "%",
    "%E0%A4%A",
    "[-1,-1]",
    "[0.5,1]",
    "[1e9,1]",
    "[[null,1],[2,3]]",
    "[[[1]]]",
    "1&x=2",
    "[[1e7]]",
]


def refused(kind: str) -> list[str]:
    """What Python does not take as a value of the state."""
    widget, found = example(kind), []
    for key in widget.spec:
        for written in WRONG:
            try:
                setattr(widget, key, json.loads(written))
            except ValueError:
                found.append(f"{key}={written}")
            else:
                widget = example(kind)
    return found


REFUSED = f"""async refused => {{ const changed = [], picture = {PICTURE};"""
REFUSED += """
    for (const [kind, parts] of Object.entries(refused)) {
        const root = document.querySelector(`[data-explorable=${kind}] .ex-root`);
        const before = picture(root);
        const watch = new MutationObserver(() => {});
        const all = { childList: true, attributes: true, characterData: true };
        watch.observe(root, { subtree: true, ...all });
        for (const part of parts) {
            address.hash = new URL(`#${kind}-1?${part}`, location).hash;
            dispatchEvent(new HashChangeEvent("hashchange"));
            await null;
            if (watch.takeRecords().length && picture(root) !== before)
                changed.push(`${kind} ${part}`);
        }
        if (picture(root) !== before) changed.push(`${kind} at the end`);
    }
    return changed; }"""


def test_what_python_refuses_changes_nothing(show, tmp_path):
    """The script has an address of its own: to change the browser's takes 100 times longer."""
    script = tmp_path / "explorables.js"
    text = f"(location => {{ {SCRIPT.read_text('utf-8')} }})(globalThis.address = {{ hash: '' }});"
    script.write_text(text, "utf-8")
    wrong = {
        kind: refused(kind) + [f"constructor={written}" for written in WRONG] for kind in KINDS
    }
    assert min(map(len, wrong.values())) > 50
    page = show(*map(example, KINDS), scripts=(script,))
    assert ask(page, REFUSED, wrong) == []


def test_an_answer_has_no_link_and_takes_none(show):
    page = show(WIDGETS["Answer"]("02.1"))
    picture = f"({PICTURE})(document.querySelector('.ex-root'))"
    before = page.evaluate(picture)
    assert page.get_by_role("button", name="Copy link").count() == 0
    page.evaluate("location.hash = '#Answer-1?exercise=02.2'")
    page.wait_for_timeout(50)
    assert page.evaluate(picture) == before
