"""The engine of ChannelPaths against PyTorch: who meets whom, what it costs, what is refused."""

import random

import pytest
import torch
from looking import ask, assert_near
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from utils import ChannelPaths
from utils.widgets.base import WidgetError

COUNT = 200
KINDS = ("grouped", "pointwise", "shuffle")
ASK = """cases => cases.map(c => { const e = slidingWindowCourse.engine.paths, broken = e.brokenPaths(c);
    if (broken) return { broken };
    const widths = e.widthsOf(c);
    return { broken, widths, weights: e.weightsOf(c), compared: e.comparison(c), code: e.pathsPytorch(c),
        text: e.ratioText(c), ways: widths.map((n, l) => Array.from({ length: n }, (_, i) => e.pathsOf(c, l, i))) }; })"""


def random_state(draw: random.Random) -> dict:
    groups = draw.choice([1, 2, 3, 4, 6])
    most = 12 // groups
    return {
        "layers": draw.choices(KINDS, [3, 1, 2], k=draw.randint(1, 5)),
        "groups": groups,
        "in_channels": groups * draw.randint(1, most),
        "out_channels": draw.choice([groups * draw.randint(1, most), draw.randint(1, 12)]),
        "kernel_size": draw.randint(1, 5),
        "input_size": draw.randint(1, 16),
        "channel": 0,
    }


def built(state: dict) -> nn.Sequential:
    """The stack in PyTorch, by its own words."""
    last = max(i for i, kind in enumerate(state["layers"]) if kind != "shuffle")
    g, k, made = state["groups"], state["kernel_size"], []
    for i, kind in enumerate(state["layers"]):
        before = state["out_channels" if i > last else "in_channels"]
        after = state["out_channels" if i >= last else "in_channels"]
        if kind == "shuffle":
            made.append(nn.ChannelShuffle(g))
        elif kind == "pointwise":
            made.append(nn.Conv2d(before, after, 1, bias=False))
        else:
            made.append(nn.Conv2d(before, after, k, padding="same", groups=g, bias=False))
    return nn.Sequential(*made).double()


def ways_in(net: nn.Sequential, n: int) -> torch.Tensor:
    """How many paths lead from each of n channels, along the first axis, to each that `net` makes."""
    for weight in net.parameters():
        nn.init.ones_(weight)
    return net(torch.eye(n, dtype=torch.float64)[:, :, None, None]).detach()[:, :, 0, 0]


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_paths_and_counts_agree_with_pytorch(page, capsys):
    draw = random.Random(1)
    cases = [random_state(draw) for _ in range(COUNT)]
    taken = 0
    for state, told in zip(cases, ask(page, ASK, cases), strict=True):
        if told["broken"]:
            with pytest.raises(WidgetError):
                ChannelPaths(**state)
            if set(state["layers"]) != {"shuffle"}:  # PyTorch refuses it, too: here or when it runs
                with pytest.raises((ValueError, RuntimeError)):
                    built(state)(torch.zeros(1, state["in_channels"], 1, 1).double())
            continue
        taken += 1
        net, n = built(state), state["input_size"]
        widget = ChannelPaths(**state)

        # Who hears whom: the gradient, all weights being positive.
        for weight in net.parameters():
            nn.init.uniform_(weight, 0.5, 1)
        X = torch.ones(1, state["in_channels"], 1, 1, dtype=torch.float64, requires_grad=True)
        for o, y in enumerate(net(X).flatten()):
            (gradient,) = torch.autograd.grad(y, X, retain_graph=True)
            reached = [ways[-1][o] > 0 for ways in told["ways"][0]]
            assert reached == (gradient.flatten() > 0).tolist()

        # In how many ways, from every channel of every column to both ends.
        for level, width in enumerate(told["widths"]):
            ahead = ways_in(net[level:], width)
            behind = ways_in(net[:level], state["in_channels"])
            for index, ways in enumerate(told["ways"][level]):
                assert ways[-1] == ahead[index].tolist()
                assert ways[0] == behind[:, index].tolist()
        assert_near(widget.paths, ways_in(net, state["in_channels"]))

        # What it costs.
        weights = sum(weight.numel() for weight in net.parameters())
        assert told["weights"] == widget.weights == weights
        (shown,) = (way for way in told["compared"] if way["shown"])
        full = {**state, "groups": 1, "layers": ["grouped"] * state["layers"].count("grouped")}
        most = sum(
            w.numel() for w in built({**full, "layers": full["layers"] or KINDS[:1]}).parameters()
        )
        assert widget.full_weights == most
        assert [told["compared"][0]["weights"], shown["weights"]] == [f"{most:,}", f"{weights:,}"]
        assert float(shown["ratio"]) == pytest.approx(weights / most, rel=5e-4)
        if taken <= 60:
            with FlopCounterMode(display=False) as counter:
                net(torch.zeros(1, state["in_channels"], n, n, dtype=torch.float64))
            assert shown["multiplyAdds"] == f"{counter.get_total_flops() // 2:,}"
            exec(told["code"], {})
            assert capsys.readouterr().out.strip() == str(ways_in(net, state["in_channels"])[0])
    assert taken > COUNT / 2


def test_a_shuffle_between_reaches_all_from_as_many_channels_as_groups_on(page):
    cases = [
        {"layers": ["grouped", "shuffle", "grouped"], "groups": g, "in_channels": c}
        | {"out_channels": g, "kernel_size": 3, "input_size": 8, "channel": 0}
        for c in range(1, 13)
        for g in range(2, c + 1)
        if c % g == 0
    ]
    for case, told in zip(cases, ask(page, ASK, cases), strict=True):
        g, each = case["groups"], case["in_channels"] // case["groups"]
        every = bool((ways_in(built(case), case["in_channels"]) > 0).all())
        assert every == (each >= g)
        assert ("All are reached" in told["text"]) == every
        assert ("Not all are reached" in told["text"]) != every


def test_depthwise_and_pointwise_cost_what_the_chapter_says(page):
    (told,) = ask(
        page,
        ASK,
        [
            {"layers": ["grouped", "pointwise"], "groups": 6, "in_channels": 6, "channel": 0}
            | {"out_channels": 12, "kernel_size": 3, "input_size": 14}
        ],
    )
    rows = [(way["name"], way["weights"], way["ratio"]) for way in told["compared"]]
    assert rows == [
        ("Full", "648", "1"),
        ("Depthwise", "108", "0.1667"),
        ("Depthwise, pointwise", "126", "0.1944"),
    ]
    assert "1 / 12 + 1 / (3·3) = 0.1944" in told["text"]
