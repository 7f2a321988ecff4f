"""Every page of the built book, in a browser."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from reading import assert_reads_well

REDIRECT = "index.html"  # leads to intro.html and holds nothing else
WIDE, NARROW = 1280, 360


class Anchors(HTMLParser):
    """The targets and the links of a page, and its pictures without a text alternative."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.mute: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in ("img", "script", "iframe") and "src" in given:
            self.links.append(given["src"])
        if tag == "link" and given.get("rel") != "canonical":
            self.links.append(given["href"])
        if tag == "img" and given.get("alt") is None:
            self.mute.append(given["src"])


@pytest.fixture(scope="session")
def anchors(book):
    """What each page holds, read from its source."""
    return {
        path.relative_to(book).as_posix(): Anchors(path.read_text(encoding="utf-8"))
        for path in book.rglob("*.html")
        if path.name != "404.html"
    }


def test_the_book_has_its_pages(book, anchors):
    chapters = sorted(name for name in anchors if name.startswith("chapters/"))
    assert {"intro.html", "references.html", "search.html", REDIRECT} <= set(anchors)
    assert len(chapters) >= 3, chapters


def test_a_chapter_has_the_number_of_its_file(book, anchors):
    """In its title, in the contents, and at what leads to the one before and after."""
    for name in (name for name in anchors if re.match(r"chapters/\d", name)):
        number = int(name.removeprefix("chapters/").partition("-")[0])
        text = (book / name).read_text(encoding="utf-8")
        assert re.search(rf'<h1><span class="section-number">{number}\. </span>', text), name
        contents = (book / "intro.html").read_text(encoding="utf-8")
        assert re.search(rf'href="{re.escape(name)}">{number}\. ', contents), name


UNFOLD = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
IS_DARK = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(c => c < 64)"
EXCESS = "document.documentElement.scrollWidth - innerWidth"


# Of ten thousand coloured words of code on a page, some thirty differ: one of each kind is kept as
# it is, the others become plain text, or axe would take longer than all else together.
ONE_OF_EACH = """
const kinds = new Set();
const words = [...document.querySelectorAll("pre span:not(:has(*))")];
const more = words.filter(word => { // all looked at before the first is changed: quicker
    const place = word.closest("div.highlight")?.parentElement.className;
    const kind = [word.className, getComputedStyle(word).color, place].join();
    return kinds.has(kind) || !kinds.add(kind);
});
more.forEach(word => word.replaceWith(...word.childNodes));
document.querySelectorAll("pre").forEach(code => code.normalize());
"""


SETTLED = """() => [...document.querySelectorAll("pre, .table-wrapper, .math")]
    .filter(box => box.scrollWidth > box.clientWidth)
    .every(box => box.tabIndex === 0 || !/auto|scroll/.test(getComputedStyle(box).overflowX))"""


# Formulas have their text's colours; into the widgets tests/browser looks, in each mode and theme.
# What is in them is taken out, since axe reads also what it is told to leave out.
ELSEWHERE = (".ex-root", "math")
EMPTY = "parts => document.querySelectorAll(parts).forEach(part => part.replaceChildren())"
# In other colours and at another width, only what these change is looked for once more.
LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]


def find_all(page, axe, **some) -> list[str]:
    """What axe says of a page at its end, where no transport sticks over a widget half in sight.

    The page looks for what scrolls, so that keys reach it, a few at a time: it is waited for.
    """
    page.evaluate(f"() => {{ {ONE_OF_EACH} }}")
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function(SETTLED)
    page.evaluate(EMPTY, ", ".join(ELSEWHERE))
    return axe(page, exclude=ELSEWHERE, **some)


def resize(page, width: int) -> None:
    """Give the window a width, and the page the two frames in which its observers answer."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(f"() => innerWidth === {width}")
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def test_opened_from_the_file_system_in_the_light(name, book, visit, axe):
    page, watch = visit((book / name).as_uri(), width=WIDE, scheme="light")
    assert page.evaluate(IS_DARK) is False
    assert page.locator("h1:visible").count() == 1

    said = page.locator("article img").evaluate_all("all => all.map(i => i.alt)")
    assert [alt for alt in said if len(alt) < 15 or alt.endswith(".png")] == []

    if re.match(r"chapters/\d", name):
        assert_reads_well(page)

    page.evaluate(UNFOLD)  # what is folded counts too
    assert page.evaluate(EXCESS) <= 0, "wider than the page"
    assert find_all(page, axe) == []
    watch.assert_clean()


def test_served_under_a_strict_policy_on_a_phone_in_the_dark(name, strict, visit, axe):
    page, watch = visit(strict + name, width=NARROW, scheme="dark")
    widgets = page.locator("div.explorable[data-explorable]")
    assert page.locator("div.explorable .ex-root").count() == widgets.count()
    assert page.evaluate(IS_DARK) is True
    assert page.locator("html").get_attribute("lang") == "en"
    page.evaluate(UNFOLD)
    assert page.evaluate(EXCESS) <= 0, "wider than the page"
    assert find_all(page, axe, only=LOOKS) == []
    page.locator(".theme-toggle:visible").click()
    page.evaluate("localStorage.clear()")  # or the next page is opened in that theme
    watch.assert_clean()


def test_code_can_be_reached_by_keyboard_as_soon_as_it_scrolls(server, visit):
    """On a phone nearly all code does, also that of an answer just opened."""
    page, _ = visit(server + "chapters/02-cross-correlation.html", width=WIDE)
    page.evaluate(UNFOLD)
    resize(page, NARROW)
    page.wait_for_function(SETTLED)
    scrolling, out_of_reach = page.locator("details pre:visible").evaluate_all(
        """all => {
            const wide = all.filter(e => e.scrollWidth > e.clientWidth);
            return [wide.length, wide.filter(e => e.tabIndex < 0).length];
        }"""
    )
    assert scrolling > 5
    assert out_of_reach == 0


def test_76_columns_of_code_need_no_scrolling_on_a_laptop(server, visit):
    page, _ = visit(server + "chapters/02-cross-correlation.html", width=WIDE)
    fits = """folded => {
        const code = [...document.querySelectorAll(".cell_input pre")]
            .find(pre => Boolean(pre.closest("details")) === folded);
        if (folded) code.closest("details").open = true;
        code.textContent = "x".repeat(76);
        return code.scrollWidth <= code.clientWidth;
    }"""
    assert page.evaluate(fits, False)
    assert page.evaluate(fits, True)


def test_the_first_address_leads_to_the_first_page(book, server, visit):
    for start in ((book / REDIRECT).as_uri(), server):
        page, watch = visit(start, until="**/intro.html")
        assert page.locator("h1:visible").inner_text().startswith("The Sliding Window")
        watch.assert_clean()


def test_every_link_and_anchor_leads_somewhere(name, book, anchors):
    broken = []
    for link in anchors[name].links:
        target, fragment = urldefrag(urljoin(f"http://book/{name}", link))
        parts = urlsplit(target)
        if parts.netloc != "book":
            assert parts.scheme in ("https", "http", "mailto"), link
            continue
        path = unquote(parts.path).lstrip("/") or REDIRECT
        if not (book / path).is_file() or (
            fragment and path in anchors and unquote(fragment) not in anchors[path].ids
        ):
            broken.append(link)
    assert broken == []


def test_no_anchor_stands_twice(name, anchors):
    ids = anchors[name].ids
    assert sorted(ids) == sorted(set(ids))


def test_every_page_describes_itself(name, book):
    source = (book / name).read_text(encoding="utf-8")
    (description,) = re.findall(r'<meta name="description" content="([^"]*)"', source)
    assert 15 < len(description) <= 300
    for key in ("og:title", "og:description", "og:url", "og:image"):
        (value,) = re.findall(rf'<meta property="{key}" content="([^"]+)"', source)
        assert value


def test_descriptions_differ(book, anchors):
    chapters = [name for name in anchors if name.startswith("chapters/")]
    found = set()
    for name in chapters:
        source = (book / name).read_text(encoding="utf-8")
        found |= set(re.findall(r'<meta name="description" content="([^"]*)"', source))
    assert len(found) == len(chapters)


def test_exercises_are_boxes_that_can_be_linked(book, anchors):
    ids = [i for page in anchors.values() for i in page.ids]
    exercises = [i for i in ids if re.fullmatch(r"exercise-\d+-\d+", i)]
    assert len(exercises) >= 15
    assert len(exercises) == len(set(exercises))


def test_a_citation_leads_to_its_entry_and_says_what_it_is(book, anchors, visit):
    chapters = [name for name in anchors if name.startswith("chapters/")]
    cited = [name for name in chapters if any("#ref-" in link for link in anchors[name].links)]
    assert cited
    page, _ = visit((book / cited[0]).as_uri())
    link = page.locator("article a[href*='references.html#ref-']").first
    assert len(link.get_attribute("title")) > 40
    link.click()
    page.wait_for_url("**/references.html#ref-*")  # and for the page to be there
    anchor = urlsplit(page.url).fragment
    assert page.locator(f"#{anchor} a.external").count() == 1


def test_the_first_page_has_a_widget_that_works(book, visit):
    page, watch = visit((book / "intro.html").as_uri())
    widget = page.locator("div.explorable[data-mounted='true']")
    assert widget.count() == 1
    assert widget.locator("button, input, select").count() > 0
    box = widget.bounding_box()
    assert box["y"] < 900, "the widget should be in sight without scrolling"
    watch.assert_clean()


@pytest.mark.parametrize("way", ["file", "server"])
def test_search_finds_a_word(way, book, server, visit):
    start = (book / "intro.html").as_uri() if way == "file" else server + "intro.html"
    page, watch = visit(start)
    field = page.get_by_role("search").get_by_role("textbox")
    field.fill("stride")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=stride*")
    hits = page.locator("#search-results li a")
    hits.first.wait_for(timeout=15_000)
    assert any("04-padding-and-stride" in hit.get_attribute("href") for hit in hits.all())
    page.wait_for_load_state("networkidle")  # each hit fetches its page for an excerpt
    said = page.locator("#search-results p.context").all_inner_texts()
    assert len(said) > 3 if way == "server" else not said
    for text in said:  # prose: no import, no assignment, no TeX, no row of numbers
        assert re.search(r"\w+ \w+ \w+ \w+", text), text
        assert not re.search(r"\bimport \w|\w = \w+[.(\[]|\\[a-z]|(\d+ ){6}", text), text
    watch.assert_clean()


def test_the_theme_can_be_changed_and_stays(server, visit):
    page, watch = visit(server + "intro.html", stores=True)
    button = page.locator(".theme-toggle:visible")
    seen = []
    for _ in range(3):
        button.click()
        seen.append((page.locator("body").get_attribute("data-theme"), page.evaluate(IS_DARK)))
    assert seen == [("dark", True), ("light", False), ("auto", False)]
    button.click()
    page.reload()
    assert page.evaluate(IS_DARK) is True
    watch.assert_clean()


def test_without_scripts_the_widgets_are_tables_and_the_text_is_there(book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "chapters" / "02-cross-correlation.html").as_uri())
    widget = page.locator("div.explorable[data-explorable='SlidingWindow']").first
    assert widget.locator("table").count() >= 3
    assert re.search(r"= ?-?\d", widget.inner_text())
    context.close()


def test_an_exercise_is_answered_on_its_page_and_counted_beside_the_title(server, visit):
    page, watch = visit(server + "chapters/02-cross-correlation.html", stores=True)
    progress = page.locator(".course-run [data-part=progress]")
    total = int(re.fullmatch(r"0 of (\d+) exercises done", progress.inner_text())[1])
    exercise = page.locator("#exercise-2-1")
    fields = exercise.get_by_role("textbox").all()
    for field, text in zip(fields, ("7", "0", "−1", "2"), strict=True):
        field.fill(text)
    exercise.get_by_role("button", name="Check").click()
    exercise.locator("[data-verdict=right]").wait_for()
    assert f"1 of {total}" in progress.inner_text()
    page.reload()
    assert f"1 of {total}" in progress.inner_text()
    link = page.locator("#exercise-2-4 .explorable").get_by_role("link")
    assert re.search(r"02-cross-correlation\.ipynb#scrollTo=\w+$", link.get_attribute("href"))
    watch.assert_clean()


def test_print_shows_what_is_folded(book, visit):
    page, _ = visit((book / "chapters" / "02-cross-correlation.html").as_uri())
    page.emulate_media(media="print")
    details = page.locator("section.exercise details").first
    assert details.evaluate("d => d.getBoundingClientRect().height") > 60


STEPS = """() => { const widget = document.querySelector('.ex-root:has(.ex-transport)');
    scrollBy(0, widget.getBoundingClientRect().top - innerHeight + 200); }"""


def test_on_a_phone_the_steps_stay_in_sight_and_nothing_lies_over_a_widget(server, visit):
    page, _ = visit(server + "chapters/02-cross-correlation.html", width=NARROW, height=740)
    page.evaluate(STEPS)
    box = page.locator(".ex-transport").first.bounding_box()
    assert box["y"] + box["height"] <= 740
    page.evaluate("scrollBy(0, -40)")
    page.wait_for_selector(".show-back-to-top")  # going up, the theme wants a button over the page
    assert not page.locator(".back-to-top").is_visible()
