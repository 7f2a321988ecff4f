"""A link to a widget's state: written, followed, and left alone where it is none."""

import json
import re

import pytest
from conftest import HAND, SCRIPT
from looking import ask, part
from playwright.sync_api import expect

from utils.widgets import WIDGETS, Explorable

KINDS = [kind for kind, widget in WIDGETS.items() if widget.calculates]
PICTURE = """() => { const all = (s, what) => [...document.querySelectorAll(".ex-root " + s)].map(what);
    return [all("p:not([data-part=live]), figcaption, dd, canvas, .ex-goal", e => e.textContent),
        all(".ex-cell", c => [c.textContent, ...[...c.classList].sort()].join(" ")),
        all(".ex-frame", f => f.hidden || f.style.cssText.split("; ").sort().join()),
        all("input, select", f => f.type === "radio" ? f.checked : f.value)]; }"""


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


# Changes what can be changed: settings, a cell, the step.
CHANGE = """() => {
    for (const button of hand.all('button[aria-label=Increase]:enabled')) hand.press(button);
    const [cell] = hand.all('[role=grid]:not([aria-readonly]) [role=gridcell]');
    if (cell && !hand.write(cell, '7')) hand.key(cell, 'Enter'); // which draws
    for (const name of ['First step', 'Next step']) // away with what was said of a refused setting
        if (hand.button(name)) hand.press(name);
    document.activeElement.blur(); }"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_brings_the_state_back_and_reset_the_start(kind, show):
    page = show(example(kind), scripts=(SCRIPT, HAND))
    before = page.evaluate(PICTURE)
    assert copied(page) == f"#{kind}-1?"
    page.evaluate(CHANGE)
    after, link = page.evaluate(PICTURE), copied(page)
    assert after != before and len(link) > len(kind) + 6
    # The clipboard answers in its own time.
    expect(part(page, "live")).to_have_text(
        re.compile(r"^(Link copied|The link is in the address bar)\.$")
    )
    follow(page, link)
    assert page.evaluate(PICTURE) == after
    assert copied(page) == link
    page.goto("about:blank")
    page.go_back()
    page.wait_for_function("document.querySelector('.ex-root') !== null")
    assert page.evaluate(PICTURE) == after
    page.get_by_role("button", name="Reset").click()
    page.evaluate("document.activeElement.blur()")
    assert copied(page) == f"#{kind}-1?"


def test_a_link_leads_to_the_widget_it_names(show):
    three = [example("SlidingWindow"), example("Transposed"), example("SlidingWindow")]
    page = show(*three)
    page.get_by_role("button", name="Next step").last.click()
    assert copied(page, 2) == "#SlidingWindow-2?step=1"
    follow(page, "#SlidingWindow-2?step=1")
    assert [s.input_value() for s in page.get_by_label("Step", exact=True).all()] == ["1", "1", "2"]
    page.wait_for_function("scrollY > innerHeight / 2")
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


@pytest.mark.parametrize("kind", KINDS)
def test_what_python_refuses_changes_nothing(kind, show):
    wrong = refused(kind) + [f"constructor={written}" for written in WRONG]
    assert len(wrong) > 50
    changed = ask(
        show(example(kind)),
        f"""async refused => {{ const picture = {PICTURE}, before = JSON.stringify(picture()), changed = [];
            const root = document.querySelector(".ex-root");
            const watch = new MutationObserver(() => {{}});
            watch.observe(root, {{ subtree: true, childList: true, attributes: true, characterData: true }});
            for (const part of refused) {{
                location.hash = "{kind}-1?" + part;
                await new Promise(heard => addEventListener("hashchange", heard, {{ once: true }}));
                if (watch.takeRecords().length && JSON.stringify(picture()) !== before) changed.push(part);
            }}
            if (JSON.stringify(picture()) !== before) changed.push("all of them");
            return changed; }}""",
        wrong,
    )
    assert changed == []


def test_an_answer_has_no_link_and_takes_none(show):
    page = show(WIDGETS["Answer"]("02.1"))
    before = page.evaluate(PICTURE)
    assert page.get_by_role("button", name="Copy link").count() == 0
    page.evaluate("location.hash = '#Answer-1?exercise=02.2'")
    page.wait_for_timeout(50)
    assert page.evaluate(PICTURE) == before
