"""The engine of Network against PyTorch: a thousand pictures, every level, every opened unit."""

import json
import random
from functools import cache

import pytest
import torch
import train_network
from conftest import SCRIPT
from equations import false
from looking import ask, assert_near
from test_equations import equations

from utils import Network, digits_network
from utils.widgets.network import LEVELS

TOLERANCE = 2e-5  # of scores up to about thirty, in float32
SCORES = """pictures => pictures.map(p => { const e = slidingWindowCourse.engine.network, levels = e.forward(p);
    return [Array.from(levels.at(-1), x => x / 1e7), e.answer(levels), e.shares(levels)]; })"""
LEVELS_OF = """pictures => pictures.map(p => { const e = slidingWindowCourse.engine.network;
    return e.forward(p).map((level, i) => Array.from(level, x => x / e.LEVELS[i].per)); })"""
INSIDE = """states => states.map(s => { const e = slidingWindowCourse.engine.network, w = slidingWindowCourse.engine.network_words;
    const levels = e.forward(e.seen(s)), at = w.opened(s), told = w.inside(levels, at);
    return { at, ...told, texts: [w.equation(at, told), w.consequence(levels, at, told)], words: w.meaning(at, told) }; })"""


def pictures() -> list[str]:
    """Digits as they are and shifted, strokes, and random fields: a thousand."""
    draw = random.Random(18)
    held, _ = digits_network.held_out()
    strokes, _ = train_network.strokes(10, seed=1)
    fields = torch.cat([held[:300], train_network.shifted(held)[::28][:300], strokes])[:, 0]
    found = [digits_network.pack(field) for field in fields]
    for _ in range(300):
        ink = draw.random()
        cells = ("0" if draw.random() > ink else draw.choice("123456789A") for _ in range(144))
        found.append("".join(cells))
    return found


PICTURES = pictures()
X = torch.stack([digits_network.unpack(p) for p in PICTURES])[:, None]


def test_a_thousand_pictures_are_read_as_by_pytorch(page):
    assert len(set(PICTURES)) == len(PICTURES) == 1000
    expected = digits_network.model()(X)
    told = ask(page, SCORES, PICTURES)
    scores = torch.tensor([scores for scores, *_ in told])
    assert scores.abs().max() < 60
    torch.testing.assert_close(scores, expected, rtol=1e-6, atol=TOLERANCE)
    first, second = expected.topk(2).values.T
    clear = first - second > TOLERANCE
    assert clear.sum() > 990
    read = torch.tensor([answer for _, answer, _ in told])
    assert torch.equal(read[clear], expected.argmax(1)[clear])
    shares = torch.tensor([shares for *_, shares in told])
    torch.testing.assert_close(shares, expected.softmax(1), rtol=1e-4, atol=1e-6)


def test_every_map_of_every_layer_is_exact(page):
    for picture, told in zip(PICTURES[::20], ask(page, LEVELS_OF, PICTURES[::20]), strict=True):
        for level, numbers in zip(Network(picture).levels, told, strict=True):
            assert_near(numbers, level.flatten(), 1e-12)


def states(count: int) -> list[dict]:
    """Opened units of all layers, with a part of their sum or without."""
    draw = random.Random(7)
    found = []
    for _ in range(count):
        layer = draw.randrange(len(LEVELS))
        _, maps, size, _ = LEVELS[layer]
        channels = 1 if layer == 0 else LEVELS[layer - 1].maps
        channel = draw.choice([0, draw.randint(1, channels)])
        widget = Network(
            draw.choice(PICTURES),
            tool=draw.choice(["draw", "cover"]),
            cover=(draw.randint(0, 8), draw.randint(0, 8)),
            layer=layer,
            unit=draw.randrange(maps * size * size),
            channel=channel,
            product=draw.randint(0, 9) if channel else 0,
        )
        found.append(widget.spec)
    return found


def of_spec(spec: dict) -> Network:
    widget = Network()
    widget.set_state(spec)
    return widget


def test_an_opened_unit_is_the_sum_of_its_parts(page):
    cases = states(250)
    seen = set()
    for spec, told in zip(cases, ask(page, INSIDE, cases), strict=True):
        widget = of_spec(spec)
        windows, kernels, bias = widget._window()
        value = widget.levels[widget.layer + 1].flatten()[widget.unit].item()
        assert told["value"] == pytest.approx(value, abs=1e-9)
        assert torch.tensor(told["windows"]).flatten().tolist() == pytest.approx(
            windows.flatten().tolist(), abs=1e-6
        )
        if kernels is None:
            assert told["value"] == max(told["windows"][0])
        else:
            parts = (windows * kernels).sum((1, 2))
            assert told["partials"] == pytest.approx(parts.tolist(), abs=1e-9)
            total = parts.sum().item() + bias
            assert told["sum"] == pytest.approx(total, abs=1e-8)
            answer = widget.layer == len(LEVELS) - 1
            assert value == pytest.approx(total if answer else max(total, 0), abs=1e-8)
        for text in told["texts"]:
            for equation in equations(text):
                assert false(equation, whole=False) is None, text
        # The first frame says the same.
        assert widget._equation()[1] == told["texts"][0]
        seen.add((widget.layer, widget.channel > 0, widget.product > 0))
    assert len(seen) == 3 * 3 + 2


FRAMES = """cases => cases.map(([level, unit]) => { const e = slidingWindowCourse.engine, { LEVELS } = e.network;
    const boxes = e.network_words.frames(level, unit);
    return ["seen", "fed"].map(name => LEVELS.map((l, own) => Array.from({ length: l.maps }, (_, map) => boxes[name](own, map)))); })"""


def box_of(hit: torch.Tensor) -> dict | None:
    """The smallest box around what is true of a map."""
    if not hit.any():
        return None
    rows, columns = (hit.any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    return {"top": rows[0], "left": columns[0], "side": rows[-1] - rows[0] + 1, "wide": columns[-1] - columns[0] + 1}  # fmt: skip


@cache
def sensitive(level: int, unit: int) -> torch.Tensor:
    """What of the picture the unit reads, through layers that let every number pass."""
    picture = torch.rand(1, 1, 12, 12, dtype=torch.float64, requires_grad=True)
    made, current = 0, picture
    for index, layer in enumerate(digits_network.layers().double()):
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.fill_(1)
        pooled = isinstance(layer, torch.nn.MaxPool2d)
        current = torch.nn.functional.avg_pool2d(current, 2) if pooled else layer(current)
        made += index in (1, 2, 4, 5, 7)
        if made == level:
            break
    current.flatten()[unit].backward()
    return picture.grad[0, 0] != 0


def test_the_frames_stand_where_the_gradients_are(page):
    draw = random.Random(3)
    cases = [
        [level, draw.randrange(maps * size * size)]
        for level, (_, maps, size, _) in enumerate(LEVELS, 1)
        for _ in range(12)
    ]
    for (level, unit), (seen, _) in zip(cases, ask(page, FRAMES, cases), strict=True):
        box = seen[0][0]
        grid = torch.zeros(14, 14, dtype=torch.bool)  # with the padding around
        grid[box["top"] + 1 : box["top"] + 1 + box["side"], box["left"] + 1 : box["left"] + 1 + box.get("wide", box["side"])] = True  # fmt: skip
        assert torch.equal(grid[1:13, 1:13], sensitive(level, unit)), (level, unit)
    pixels = [[0, draw.randrange(144)] for _ in range(30)]
    for (_, pixel), (_, fed) in zip(pixels, ask(page, FRAMES, pixels), strict=True):
        for level, (_, maps, size, _) in enumerate(LEVELS[:-1], 1):
            hit = torch.stack([sensitive(level, u).flatten()[pixel] for u in range(size * size)])
            assert fed[level] == [box_of(hit.view(size, size))] * maps


DRAWN = """lines => lines.map(line => { const e = slidingWindowCourse.engine.network, ink = e.inkOf("0".repeat(144));
    for (let i = 1; i < line.length; i++) e.stroke(ink, line[i - 1], line[i], 10);
    const drawn = e.counted(ink); e.stroke(ink, line[0], line[1], 0);
    return [drawn, e.counted(ink), e.counted(e.inkOf(drawn)), e.shifted(drawn, 1, -2)]; })"""


def test_the_brush_of_the_page_is_that_of_the_strokes(page):
    draw = random.Random(5)
    lines = [[[draw.uniform(-3, 51), draw.uniform(-3, 51)] for _ in range(4)] for _ in range(100)]
    for line, (drawn, erased, same, moved) in zip(lines, ask(page, DRAWN, lines), strict=True):
        expected = train_network.ink([torch.tensor(line, dtype=torch.float64)])
        assert drawn == digits_network.pack(expected)
        assert same == drawn
        assert erased <= drawn and sum(int(c, 11) for c in erased) < sum(int(c, 11) for c in drawn)
        rolled = torch.zeros(12, 12)
        rolled[1:, :-2] = expected[:-1, 2:]
        assert moved == digits_network.pack(rolled)


MOVED = """pairs => pairs.map(pair => { const e = slidingWindowCourse.engine.network, [a, b] = pair.map(e.forward);
    return e.LEVELS.map((_, level) => e.moved(a, b, level)); })"""


def test_what_a_change_moves_is_the_share_of_numbers_that_changed_much(page):
    pairs = [[PICTURES[i], PICTURES[-1 - i]] for i in range(20)] + [[PICTURES[0], PICTURES[0]]]
    for pair, told in zip(pairs, ask(page, MOVED, pairs), strict=True):
        for level, share in enumerate(told[:-1]):
            now, before = (Network(p).levels[level] for p in pair)
            most = max(now.max(), before.max())
            # A number that differs by exactly a tenth falls on either side of it.
            counts = [
                ((now - before).abs() > 0.1 * most + e).double().mean() for e in (1e-9, -1e-9)
            ]
            assert counts[0] <= share + 1e-12 and share <= counts[1] + 1e-12
    assert told == [0] * 6


def test_the_script_of_its_page_is_light():
    import gzip

    script = (SCRIPT.parent / "book" / "Network.js").read_bytes()
    assert len(gzip.compress(script)) <= 20_000
    packed = json.loads(digits_network.STORED.read_text("utf-8"))["weights"]
    others = [p for p in (SCRIPT.parent / "book").glob("*.js") if p.stem != "Network"]
    assert packed.encode() in script
    assert not any(packed.encode() in other.read_bytes() for other in others)
