"""A link to a widget's state: written, followed, and left alone where it is none."""

import json

import pytest
from looking import ask, part

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


def opened(pages, widgets, address: str):
    """The widgets on a page that is opened at this address."""
    page = pages.load("".join(w.to_html() for w in widgets))
    page.goto("about:blank")
    page.goto((pages.folder / "page.html").as_uri() + address)
    page.wait_for_function("window.slidingWindowCourse !== undefined")
    page.evaluate("slidingWindowCourse.startAll()")
    return page


def change(page) -> None:
    """Change what can be changed: settings, a cell, the step."""
    for button in page.locator("button[aria-label=Increase]:visible:enabled").all():
        button.click()
    cells = page.locator("[role=grid]:not([aria-readonly]) [role=gridcell]:visible")
    if cells.count():
        cells.first.press("7")
        page.keyboard.press("Enter")
    for name in ("First step", "Next step"):  # which takes away what was said of a refused setting
        if page.get_by_role("button", name=name).count():
            page.get_by_role("button", name=name).click()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_brings_the_state_back_and_reset_the_start(kind, pages, show):
    page = show(example(kind))
    before = page.evaluate(PICTURE)
    assert copied(page) == f"#{kind}-1?"
    change(page)
    after, link = page.evaluate(PICTURE), copied(page)
    assert after != before and len(link) > len(kind) + 6
    assert part(page, "live").inner_text() in ("Link copied.", "The link is in the address bar.")
    page = opened(pages, [example(kind)], link)
    assert page.evaluate(PICTURE) == after
    assert copied(page) == link
    page.goto("about:blank")
    page.go_back()
    page.wait_for_function("document.querySelector('.ex-root') !== null")
    assert page.evaluate(PICTURE) == after
    page.get_by_role("button", name="Reset").click()
    page.evaluate("document.activeElement.blur()")
    assert copied(page) == f"#{kind}-1?"


def test_a_link_leads_to_the_widget_it_names(pages, show):
    three = [example("SlidingWindow"), example("Transposed"), example("SlidingWindow")]
    page = show(*three)
    page.get_by_role("button", name="Next step").last.click()
    assert copied(page, 2) == "#SlidingWindow-2?step=1"
    page = opened(pages, three, "#SlidingWindow-2?step=1")
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


def taken(kind: str, key: str, written: str) -> bool:
    """Whether Python takes the value, too."""
    try:
        setattr(example(kind), key, json.loads(written))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_what_python_refuses_changes_nothing(kind, show):
    keys = [*example(kind).spec, "constructor"]
    refused = [f"{k}={w}" for k in keys for w in WRONG if k == keys[-1] or not taken(kind, k, w)]
    assert len(refused) > 50
    changed = ask(
        show(example(kind)),
        f"""async refused => {{ const picture = {PICTURE}, before = JSON.stringify(picture()), changed = [];
            for (const part of refused) {{
                location.hash = "{kind}-1?" + part;
                await new Promise(heard => addEventListener("hashchange", heard, {{ once: true }}));
                if (JSON.stringify(picture()) !== before) changed.push(part);
            }} return changed; }}""",
        refused,
    )
    assert changed == []


def test_an_answer_has_no_link_and_takes_none(show):
    page = show(WIDGETS["Answer"]("02.1"))
    before = page.evaluate(PICTURE)
    assert page.get_by_role("button", name="Copy link").count() == 0
    page.evaluate("location.hash = '#Answer-1?exercise=02.2'")
    page.wait_for_timeout(50)
    assert page.evaluate(PICTURE) == before
