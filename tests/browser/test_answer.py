"""The place to answer: keys, wrong input, several fields, what is remembered, and a kernel."""

import re
from pathlib import Path

import pytest
from conftest import HAND, SCRIPT
from looking import part
from playwright.sync_api import expect

from utils import Answer

SOURCE = Path(__file__).parents[2] / "utils" / "widgets" / "js"
SOLVED = "localStorage.getItem('the-sliding-window/answers/{}')"
FORGET = "localStorage.clear()"
FILL = """texts => { const fields = hand.all("[data-part=answer] input");
    if (fields.length !== texts.length) throw new Error(`${fields.length} fields`);
    fields.forEach((field, i) => hand.type(field, texts[i])); }"""


@pytest.fixture
def answer(mount, pages):
    """Return a function that shows the place to answer an exercise, with nothing remembered."""

    def fresh(key: str, width: int = 900):
        pages.stage(width).evaluate(FORGET)
        return mount(Answer(key), width)

    return fresh


def kind(page) -> str:
    return part(page, "verdict").get_attribute("data-verdict")


def fill(page, *texts: str) -> None:
    page.evaluate(FILL, texts)


def check(page) -> None:
    page.evaluate("hand.press('Check')")


def test_enter_and_the_button_check(answer):
    page = answer("03.2")
    fill(page, "5", "−5", "0 - 5")
    assert kind(page) == "none"
    page.get_by_label("(c)").press("Enter")
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    assert part(page, "verdict").inner_text().startswith("Right. Each row")
    page.get_by_label("(c)").fill("-4")
    assert (kind(page), part(page, "verdict").inner_text()) == ("none", ""), "of what was asked"
    check(page)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "wrong")
    assert "(c) is not −4" in part(page, "verdict").inner_text()
    assert part(page, "verdict").get_attribute("role") == "status"


def test_wrong_input_is_named_and_what_is_expected(answer):
    page = answer("03.2")
    field = page.get_by_label("(b)")
    for texts, words in [
        (("5", "", "1"), "every field"),
        (("5", "five", "1"), "number such as"),
        (("5", "0,5", "1"), "0.5"),
        (("5", "1/0", "1"), "1/0"),
    ]:
        fill(page, *texts)
        check(page)
        assert words in part(page, "verdict").inner_text()
        assert kind(page) == "none"
        expect(field).to_be_focused()
        assert field.get_attribute("aria-invalid") == "true"
        field.fill("5")
        assert field.get_attribute("aria-invalid") is None
    page = answer("04.8")
    fill(page, "8.5")
    check(page)
    assert "whole number" in part(page, "verdict").inner_text()


HEIGHTS = """async frame => {
    const stage = document.querySelector("#stage"), root = stage.querySelector(".ex-root");
    const high = element => element.getBoundingClientRect().height;
    const verdict = root.querySelector("[data-part=verdict]"), heights = [high(root)];
    for (const text of ["abc", "1"]) {
        for (const field of hand.all("[data-part=answer] input"))
            if (field.type === "text") hand.type(field, text);
            else if (!field.checked) hand.press(field);
        hand.press("Check");
        await new Promise(done => setTimeout(done)); // a kernel would be asked
        if (!verdict.textContent) throw new Error(`nothing is said of ${text}`);
        heights.push(high(root));
    }
    const { width } = root.getBoundingClientRect();
    unmount();
    globalThis.unmount = null;
    stage.innerHTML = `<div style="width: ${width}px">${frame}</div>`; // as until it comes near
    return [...heights, high(stage.querySelector(".ex-answer"))]; }"""


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("key", ["08.1", "03.2", "02.3", "10.5", "09.1"])
def test_a_message_moves_nothing_and_the_first_frame_is_as_high(answer, key, width):
    style = "<style>" + (SOURCE / "view" / "answer.css").read_text("utf-8") + "</style>"
    page = answer(key, width)
    heights = page.evaluate(HEIGHTS, style + Answer(key).to_html())
    assert page.locator(".ex-root").count() == 0
    assert heights == pytest.approx([heights[0]] * 4, abs=1)
    assert heights[0] <= (240 if width == 900 else 420)


def test_letters_and_choices(answer):
    page = answer("08.1")
    check(page)
    assert "at least one" in part(page, "verdict").inner_text()
    for letter in "BDE":
        page.get_by_role("checkbox", name=letter, exact=True).press("Space")
    page.get_by_role("checkbox", name="E", exact=True).press("Enter")
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    page = answer("07.5")
    for group, option in (("(a)", "max"), ("(b)", "avg")):
        check(page)
        assert group in part(page, "verdict").inner_text()
        page.get_by_role("group", name=group).get_by_label(option).check()
    check(page)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")


def test_a_matrix_may_be_smaller_than_its_fields(answer):
    page = answer("03.1")

    def enter(*texts: str) -> str:
        fill(page, *texts)
        check(page)
        expect(part(page, "verdict")).not_to_have_text("")
        return kind(page)

    assert enter("1", "", "-1", "") == "right"
    assert enter("", "1", "", "-1") == "right", "wherever it stands"
    assert enter("1", "-1", "", "") == "wrong"
    assert "Turn it" in part(page, "verdict").inner_text()
    assert enter("1", "", "", "-1") == "none"
    assert "without a gap" in part(page, "verdict").inner_text()
    assert enter("0.7", "", "-0.7", "") == "none", "the page says what it cannot judge"
    assert "cannot judge" in part(page, "verdict").inner_text()


def test_what_is_solved_is_remembered_and_shown_again(answer, mount):
    page = answer("03.7")
    fill(page, "2", "45", "121")
    check(page)
    assert page.evaluate(SOLVED.format("03.7")) is None, "only what is right"
    fill(page, "5", "5·9", "11^2")
    check(page)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    page = mount(Answer("03.7"))
    texts = page.locator("[data-part=answer] input").evaluate_all("all => all.map(e => e.value)")
    assert texts == ["5", "5·9", "11^2"]
    assert part(page, "verdict").inner_text().startswith("Right. You solved this.")


@pytest.mark.parametrize("stored", ["nonsense", "[]", '["1"]', '{"a": 1}', "[[], [], []]", "null"])
def test_what_is_not_an_answer_is_no_memory(answer, mount, stored):
    page = answer("03.7")
    page.evaluate("text => localStorage.setItem('the-sliding-window/answers/03.7', text)", stored)
    page = mount(Answer("03.7"))
    assert kind(page) == "none"
    assert "undefined" not in page.get_by_label("Layers").input_value()
    fill(page, "5", "45", "121")
    check(page)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    page.evaluate(FORGET)


def test_without_a_memory_it_still_judges(answer):
    page = answer("04.8")
    page.evaluate("""() => { globalThis.kept = Object.getOwnPropertyDescriptor(window, 'localStorage');
        Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new Error(); } }); }""")
    fill(page, "8")
    check(page)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    page.evaluate("Object.defineProperty(window, 'localStorage', kept)")


def test_the_page_counts_what_is_solved_and_forgets_it(show):
    progress = "<nav><span data-part='progress'>2 exercises</span></nav>"

    class Line:
        def to_html(self):
            return progress

    shown = [Line(), Answer("03.3b"), Answer("03.3c"), Answer("04.8"), Answer("01.7")]
    page = show(*shown)
    page.evaluate(FORGET)
    page = show(*shown)
    line = page.locator("[data-part=progress]")
    assert line.inner_text() == "0 of 2 exercises done"
    place = page.locator(".explorable").nth(2)
    place.get_by_role("textbox").fill("8")
    place.get_by_role("textbox").press("Enter")
    expect(line).to_contain_text("1 of 2 exercises done")
    first = page.locator(".explorable").first
    for field, text in zip(first.get_by_role("textbox").all(), ("1", "-2", "1"), strict=True):
        field.fill(text)
    first.get_by_role("button", name="Check").click()
    expect(first.locator("[data-part=verdict]")).to_have_attribute("data-verdict", "right")
    expect(line).to_contain_text("1 of 2")  # of two parts, one
    page = show(*shown)
    expect(page.locator("[data-verdict=right]")).to_have_count(2)
    page.get_by_role("button", name="Clear my answers").click()
    expect(page.get_by_role("status").first).to_have_text("0 of 2 exercises done")
    assert not page.get_by_role("button", name="Clear my answers").is_visible()
    expect(page.locator("[data-verdict=right]")).to_have_count(0)
    assert page.locator(".explorable").nth(2).get_by_role("textbox").input_value() == ""
    assert page.evaluate("localStorage.length") == 0


def test_a_function_is_written_elsewhere(show):
    html = Answer("01.7").to_html()

    class There:
        def to_html(self):
            return html.replace(" data-spec", ' data-colab="https://example.org/#x" data-spec')

    page = show(Answer("01.7"), There())
    here, there = page.locator(".ex-root").all()
    assert "in Python, in the cell below" in here.inner_text() and here.locator("a").count() == 0
    assert there.get_by_role("link").get_attribute("href") == "https://example.org/#x"
    assert page.get_by_role("button").count() == 0


KERNEL = """([kind, spec, how]) => {
    globalThis.unmount?.();
    const course = slidingWindowCourse, el = document.createElement("div"), heard = new Set();
    document.querySelector("#stage").replaceChildren(el);
    const model = { ...course.pageModel(spec), send() {}, asked: [],
        on(name, f) { if (name === "change:verdict") heard.add(f); }, off(name, f) { heard.delete(f); } };
    globalThis.waiting = heard;
    model.save_changes = () => {
        if (how === "throws") throw new Error("gone");
        model.asked.push(model.get("answer"));
        if (how === "silent") return;
        globalThis.reply = () => {
            model.set("verdict", { answer: model.get("answer"), kind: "wrong", message: "From Python." });
            [...heard].forEach(f => f());
        };
    };
    globalThis.unmount = course.mount({ kind, model, el });
}"""


def test_in_a_live_kernel_the_checker_is_asked(pages, answer):
    page = answer("04.8")
    widget = Answer("04.8")
    page.evaluate(KERNEL, [widget.kind, widget.spec, "answers"])
    fill(page, "8")
    check(page)
    button = page.get_by_role("button", name="Check")
    assert button.get_attribute("aria-disabled") == "true"
    assert kind(page) == "none"
    page.evaluate("reply()")
    expect(part(page, "verdict")).to_have_text("Not yet. From Python.")
    assert button.get_attribute("aria-disabled") is None
    assert page.evaluate("waiting.size") == 0
    assert page.evaluate(SOLVED.format("04.8")) is None


@pytest.mark.parametrize("how", ["throws", "silent"])
def test_where_no_kernel_answers_the_table_does(pages, how):
    page = pages.load('<div id="stage"></div>', scripts=(SCRIPT, HAND), clock=True)
    widget = Answer("04.8")
    page.evaluate(KERNEL, [widget.kind, widget.spec, how])
    fill(page, "8")
    check(page)
    if how == "silent":
        page.clock.run_for(3900)
        assert kind(page) == "none"
        page.clock.run_for(200)
    expect(part(page, "verdict")).to_have_attribute("data-verdict", "right")
    page.evaluate("localStorage.clear()")


def test_taken_away_while_it_waits_it_leaves_nothing(pages):
    page = pages.load('<div id="stage"></div>', scripts=(SCRIPT, HAND), clock=True)
    widget = Answer("04.8")
    page.evaluate(KERNEL, [widget.kind, widget.spec, "silent"])
    fill(page, "8")
    check(page)
    page.evaluate("unmount()")
    assert page.evaluate("waiting.size") == 0
    assert page.locator(".ex-root").count() == 0
    page.evaluate("globalThis.unmount = null")


def test_without_a_script_the_fields_are_there_and_what_they_lack_is_said(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(Answer("03.2").to_html())
    assert page.locator("[data-part=answer] input:disabled").count() == 3
    assert page.get_by_role("button", name="Check").is_disabled()
    assert re.search("takes JavaScript or a kernel", page.locator("body").inner_text())
    context.close()


@pytest.mark.parametrize("key", ["02.3", "10.5"])
def test_a_phone_is_wide_enough_for_a_matrix(answer, key):
    page = answer(key, width=360)
    edges = """() => { const box = document.querySelector('.ex-root').getBoundingClientRect();
        return [...document.querySelectorAll('.ex-root *')].map(e => e.getBoundingClientRect().right - box.right); }"""
    assert max(page.evaluate(edges)) <= 0
    field = page.locator("[data-part=answer] input").last
    field.fill("0.333")
    assert field.evaluate("e => e.scrollWidth <= e.clientWidth")
