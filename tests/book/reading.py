"""How a chapter reads on a wide screen: something to look at on each, much to touch."""

FIRST, GAP, TALLEST = 600, 1600, 620  # pixels
SHOWN = ".cell_output img, .explorable, figure"

MEASURE = """shown => {
    const article = document.querySelector("article");
    const box = element => element.getBoundingClientRect();
    const top = box(article).top;
    const exercises = article.querySelector("section[id^='exercises']");
    const end = box(exercises).top - top;
    const folded = element => element.closest("details:not([open])");
    const spans = [...article.querySelectorAll(shown)]
        .filter(e => !folded(e) && box(e).height > 40 && !e.parentElement.closest(".explorable"))
        .map(e => [box(e).top - top, box(e).bottom - top])
        .filter(([from]) => from < end)
        .sort((a, b) => a[0] - b[0]);
    let [at, gap] = [0, 0];
    for (const [from, to] of [...spans, [end, end]]) {
        gap = Math.max(gap, from - at);
        at = Math.max(at, to);
    }
    const widgets = [...article.querySelectorAll(".explorable")];
    const questions = [...exercises.querySelectorAll("section.exercise")];
    return {
        first: spans.length ? spans[0][0] : end,
        gap,
        tallest: Math.max(...widgets.map(e => box(e).height)),
        toTouch: widgets.filter(e => !exercises.contains(e)).length,
        questions: questions.length,
        answered: questions.filter(e => e.querySelector("[data-explorable]")).length,
    };
}"""


def assert_reads_well(page) -> None:
    """On each screen something to see, three widgets beside those of exercises, all answered."""
    measured = page.evaluate(MEASURE, SHOWN)
    assert measured["first"] <= FIRST
    assert measured["gap"] <= GAP
    assert measured["tallest"] <= TALLEST
    assert measured["toTouch"] >= 3
    assert 5 <= measured["questions"] == measured["answered"]
