"""ChannelPaths on a page: paths that light up, presets, settings that fit together."""

import pytest
from looking import cell, cells, nudge, part, values

from utils import ChannelPaths

TWO = ["grouped", "grouped"]
SHUFFLED = ["grouped", "shuffle", "grouped"]


def lit(page, mark: str = "is-affected") -> dict[int, list[int]]:
    """The lit channels of each column."""
    found: dict[int, list[int]] = {}
    for level, index in sorted(cells(page, "Channels", mark)):
        found.setdefault(level, []).append(index)
    return found


def test_an_input_lights_all_that_it_reaches_and_an_output_all_that_it_hears(mount):
    page = mount(ChannelPaths(TWO, 8, groups=4, channel=1))
    assert lit(page) == {1: [0, 1], 2: [0, 1]}
    cell(page, "Channels", 0, 6).hover()
    assert lit(page) == {1: [6, 7], 2: [6, 7]}
    assert part(page, "pointed").inner_text() == (
        "Input 6 reaches 2 of 8 outputs: 6, 7, each by 2 paths"
    )
    cell(page, "Channels", 2, 5).hover()
    assert lit(page) == {} and lit(page, "is-window") == {0: [4, 5], 1: [4, 5]}
    cell(page, "Channels", 1, 2).hover()
    assert (lit(page), lit(page, "is-window")) == ({2: [2, 3]}, {0: [2, 3]})
    page.mouse.move(1, 1)
    assert lit(page) == {1: [0, 1], 2: [0, 1]}, "hover is a preview"


def test_what_is_clicked_behind_the_input_stays_lit_while_it_has_the_focus(mount):
    page = mount(ChannelPaths(TWO, 8, groups=4))
    cell(page, "Channels", 2, 5).click()
    page.mouse.move(1, 1)
    assert lit(page, "is-window") == {0: [4, 5], 1: [4, 5]}
    page.get_by_role("button", name="Undo").focus()
    assert lit(page, "is-window") == {} and lit(page) == {1: [0, 1], 2: [0, 1]}


def test_lines_join_what_is_lit_and_nothing_else(mount):
    page = mount(ChannelPaths(SHUFFLED, 4, groups=2))
    paths = "all => all.map(p => (p.getAttribute('d').match(/M/g) ?? []).length)"
    assert page.locator(".ex-gaps .is-reached").evaluate_all(paths) == [2, 2, 4]
    cell(page, "Channels", 2, 1).hover()  # hears one channel, which hears two
    assert page.locator(".ex-gaps .is-heard").evaluate_all(paths) == [2, 1, 0]
    assert page.locator(".ex-gaps .is-reached").evaluate_all(paths) == [0, 0, 2]


@pytest.mark.parametrize("groups, reached", [(2, 8), (4, 4)])
def test_the_shuffle_lets_groups_meet_as_far_as_there_are_channels(mount, groups, reached):
    page = mount(ChannelPaths(SHUFFLED, 8, groups=groups))
    assert len(lit(page)[3]) == reached
    shuffled = [row[:8] for row in values(page, "Channels")][2]
    each = 8 // groups
    assert shuffled == [str(b * each + i) for i in range(each) for b in range(groups)]
    assert ("Not all" in part(page, "shape").inner_text()) == (reached < 8)


def test_a_click_or_a_key_chooses_an_input(mount):
    widget = ChannelPaths(TWO, 6, groups=3)
    page = mount(widget)
    cell(page, "Channels", 0, 4).click()
    page.mouse.move(1, 1)
    assert cells(page, "Channels", "is-current") == {(0, 4)} and lit(page)[2] == [4, 5]
    for key in ("ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert lit(page, "is-window")[0] == [2, 3], "focus is a preview"
    page.keyboard.press("Enter")
    assert cells(page, "Channels", "is-current") == {(0, 4)}, "an output is looked at, not chosen"
    for key in ("ArrowLeft", "ArrowLeft", "Home", "Enter"):
        page.keyboard.press(key)
    assert cells(page, "Channels", "is-current") == {(0, 0)} and lit(page)[2] == [0, 1]
    stops = page.locator("[aria-label=Channels] [tabindex='0']")
    assert stops.count() == 1


def test_presets_go_from_full_to_depthwise_and_on(mount):
    page = mount(ChannelPaths(["pointwise"], 3))
    presets = page.get_by_role("group", name="Presets")
    pressed = presets.locator("[aria-pressed=true]")
    assert pressed.count() == 0
    for name, weights, ratio, reached in [
        ("Full", "576", "1", 8),
        ("Grouped", "288", "0.5", 4),
        ("Depthwise", "72", "0.125", 1),
        ("Depthwise, pointwise", "136", "0.2361", 8),
        ("Two grouped", "576", "0.5", 4),
        ("Two and a shuffle", "576", "0.5", 8),
    ]:
        presets.get_by_role("button", name=name, exact=True).click()
        assert pressed.all_inner_texts() == [name]
        row = page.locator("[aria-current=true] td").all_inner_texts()
        assert [row[0], row[2]] == [weights, ratio]
        assert part(page, "arithmetic").inner_text().endswith(f"= {weights}")
        assert len(lit(page)[max(lit(page))]) == reached


def test_steppers_skip_what_does_not_fit_and_typing_it_is_explained(mount):
    page = mount(ChannelPaths(["grouped"], 12, groups=4))
    groups = page.get_by_label("Groups", exact=True)
    for expected in ("6", "12"):
        nudge(page, "Groups", "Increase").click()
        assert groups.input_value() == expected
    nudge(page, "Groups", "Decrease").click()
    groups.fill("5")
    assert part(page, "message").inner_text() == (
        "12 channels do not fall into 5 equal groups. Groups can be 1, 2, 3, 4, 6 or 12."
    )
    assert values(page, "Channels")[1] == [str(i) for i in range(12)]
    groups.press("Escape")
    nudge(page, "Input channels", "Decrease").click()
    assert page.get_by_label("Input channels", exact=True).input_value() == "6"
    assert (
        part(page, "shape")
        .inner_text()
        .endswith("An input reaches 2 of 12 outputs: the groups never meet")
    )


def test_layers_are_added_and_removed_and_a_second_shuffle_mixes_what_one_does_not(mount):
    widget = ChannelPaths(TWO[:1], 8, groups=4)
    page = mount(widget, width=736)
    layers = page.get_by_role("group", name="Layers")
    places = "e => [...e.querySelectorAll('button')].map(b => [b.offsetTop, b.offsetLeft])"
    before = layers.evaluate(places)
    shape, message = part(page, "shape"), part(page, "message")
    for kind, said in [
        ("shuffle", "An input reaches 2 of 8 outputs"),
        ("grouped", "Not all are reached: a group has 2 channels, too few for 4 groups"),
        ("shuffle", "An input reaches 4 of 8 outputs"),
        ("grouped", "Every input reaches every output"),
    ]:
        layers.get_by_role("button", name=kind).click()
        assert shape.inner_text().endswith(said)
        assert layers.evaluate(places) == before, "they stay under the pointer"
    assert len(lit(page)[5]) == 8 and message.inner_text() == ""
    layers.get_by_role("button", name="pointwise").click()
    assert message.inner_text().startswith("There are 1 to 5 layers here")
    remove = layers.get_by_role("button", name="Remove the last")
    for left in (4, 3, 2, 1):
        remove.click()
        assert message.inner_text() == "" and max(lit(page)) == left
    remove.click()
    assert message.inner_text().startswith("There are 1 to 5 layers here") and max(lit(page)) == 1
    page.get_by_role("button", name="Undo").click()
    assert max(lit(page)) == 2


def test_one_channel_is_spoken_of_as_one(mount):
    page = mount(ChannelPaths(["grouped", "grouped"], 8, 1))
    assert " by 8 paths" in part(page, "pointed").inner_text()
    assert "each by" not in part(page, "pointed").inner_text()
    page.get_by_label("Groups", exact=True).fill("2")
    assert part(page, "message").inner_text().startswith("1 channel does not fall into 2")


def test_a_layer_that_the_groups_do_not_fit_is_refused(mount):
    page = mount(ChannelPaths(["pointwise"], 5, 4, groups=3))
    page.get_by_role("group", name="Layers").get_by_role("button", name="shuffle").click()
    assert "do not fall into 3 equal groups" in part(page, "message").inner_text()
    assert max(lit(page)) == 1


@pytest.mark.parametrize("width", [900, 360])
def test_more_or_fewer_lines_of_words_leave_the_settings_where_they_are(mount, width):
    page = mount(ChannelPaths(TWO, 8, groups=2), width=width)
    places = "() => [...document.querySelectorAll('.ex-field')].map(e => e.offsetTop)"
    presets = page.get_by_role("group", name="Presets").get_by_role("button")
    found = []
    for preset in presets.all()[1:]:
        preset.click()
        found.append(page.evaluate(places))
    assert found == [found[0]] * 5
