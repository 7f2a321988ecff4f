"""The engine of LayerCost: a thousand random layers, counted by PyTorch."""

import random
import re
from html import unescape

import pytest
import torch
from looking import ask
from torch.utils.flop_counter import FlopCounterMode

from utils import LayerCost
from utils.widgets.base import WidgetError

COUNT = 1000


def layer(draw: random.Random) -> dict:
    """A layer and a machine; one in ten is far larger than any that is built."""
    huge = draw.random() < 0.1

    def upto(most: float) -> int:
        return int(most ** draw.random())

    groups = draw.choice([1, 1, 2, upto(60)])
    wrong = draw.randint(0, 1) if draw.random() < 0.1 else 0
    channels = [groups * upto(1e5 / groups if huge else 50) + wrong for _ in "io"]
    return {
        "in_channels": channels[0],
        "out_channels": channels[1],
        "kernel_size": [draw.randint(1, 9) for _ in "hw"],
        "input_size": [draw.randint(1, 2000 if huge else 200) for _ in "hw"],
        "stride": [draw.randint(1, 4) for _ in "hw"],
        "padding": [draw.randint(0, 4) for _ in "hw"],
        "dilation": [draw.randint(1, 3) for _ in "hw"],
        "groups": groups,
        "batch": upto(1e4 if huge else 300),
        "bytes_per_number": draw.choice([1, 2, 4]),
        "compute": draw.choice([150, 12000, draw.uniform(0.001, 1e7)]),
        "bandwidth": draw.choice([25, 3350, draw.uniform(0.001, 1e7)]),
    }


def by_pytorch(c: dict) -> tuple | None:
    """Output size, parameters, operations and bytes, as PyTorch counts; None where it refuses."""
    places = {name: c[name] for name in ("stride", "padding", "dilation")}
    dtype = {4: torch.float32, 2: torch.bfloat16, 1: torch.int8}[c["bytes_per_number"]]
    try:
        convolution = torch.nn.Conv2d(
            c["in_channels"], c["out_channels"], c["kernel_size"], **places,
            groups=c["groups"], bias=False, device="meta",
        )  # fmt: skip
        X = torch.empty(c["batch"], c["in_channels"], *c["input_size"], device="meta")
        with FlopCounterMode(display=False) as counter:
            Y = convolution(X)
    except (ValueError, RuntimeError):
        return None
    parts = [tensor.to(dtype).nbytes for tensor in (X, convolution.weight, Y)]
    flops = counter.get_total_flops()
    if not Y.numel() or max(flops, sum(parts)) >= 2**53:  # torch 2.11 makes nothing, unasked
        return None
    return list(Y.shape[2:]), convolution.weight.numel(), flops, parts


def test_layer_cost_counts_as_pytorch_does(page, capsys):
    draw = random.Random(4)
    cases = [layer(draw) for _ in range(COUNT + 200)]  # some of which nobody accepts
    answers = ask(
        page,
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.cost;
            const broken = e.brokenCost(c);
            return broken ? [broken] : [null, e.layerCost(c), e.costPytorch(c), e.verdict(c),
                e.results(c).map(({ name, text }) => [name, text])]; })""",
        cases,
    )
    refused, bounds = [], []
    for c, (broken, *answer) in zip(cases, answers, strict=True):
        expected = by_pytorch(c)
        assert (expected is None) == (broken is not None), (c, broken)
        if expected is None:
            refused.append(broken)
            with pytest.raises(WidgetError):
                LayerCost(**c)
            continue
        cost, code, verdict, results = answer
        output, parameters, flops, parts = expected
        moved = sum(parts)
        assert [cost["output"], cost["parameters"], cost["flops"], cost["bytes"]] == list(expected)
        assert (cost["multiplyAdds"], cost["moved"]) == (flops // 2, moved)
        seconds = flops / (c["compute"] * 1e9), moved / (c["bandwidth"] * 1e9)
        assert (cost["secondsCompute"], cost["secondsMemory"]) == seconds
        assert verdict.lower().startswith(f"{cost['bound']}-bound")
        if abs(seconds[0] / seconds[1] - 1) > 1e-9:
            assert (cost["bound"] == "memory") == (seconds[0] < seconds[1])
        bounds.append(cost["bound"])
        if len(bounds) <= 100:
            widget = LayerCost(**c)
            mine = widget.cost
            assert list(mine.output_size) == output
            assert widget.output.tolist() == [parameters, flops // 2, moved]
            assert (mine.flops, mine.intensity) == (flops, cost["intensity"])
            assert [mine.input_bytes, mine.weight_bytes, mine.output_bytes] == parts
            assert (mine.bound, widget.ridge) == (cost["bound"], cost["ridge"])
            # What stands there without a script is what the script then shows.
            frame = unescape(widget.first_frame())
            assert f"<p>{verdict}</p>" in frame
            assert re.findall(r"<td>([^<]*)</td><td>([^<]*)</td>", frame) == [
                tuple(row) for row in results
            ]
            exec(code, {})
            assert capsys.readouterr().out.strip() == str(widget.output)
    assert len(bounds) >= COUNT and min(map(bounds.count, ("memory", "compute"))) > 100
    for rule in ("Groups must divide", "The kernel spans", "counts past 2^53"):
        assert sum(rule in broken for broken in refused) > 10, rule


def test_layer_cost_stays_exact_up_to_its_limit(page):
    """One more input row takes the layer over 2^53; before that, every digit is right."""
    base = {**LayerCost(1, 1, 1, 1, padding=0).spec, "in_channels": 99991, "out_channels": 99989}
    for batch in (99971, 4999, 7):
        most = (2**53 - 1) // (2 * 99991 * 99989 * batch)
        for height in (most, most + 1):
            c, fits = {**base, "batch": batch, "input_size": [height, 1]}, height == most
            broken, flops = page.evaluate(
                "c => [slidingWindowCourse.engine.cost.brokenCost(c), slidingWindowCourse.engine.cost.layerCost(c).flops]",
                c,
            )
            assert (broken is None) == fits
            if fits:
                assert flops == 2 * 99991 * 99989 * batch * height
                assert LayerCost(**c).cost.flops == flops
            else:
                assert "2^53" in broken
                with pytest.raises(WidgetError, match=r"2\^53"):
                    LayerCost(**c)


def test_numbers_are_grouped_as_the_language_does_it(page):
    draw = random.Random(2)
    whole = [draw.randint(0, 10 ** draw.randint(1, 15)) for _ in range(200)]
    parts = [round(draw.uniform(-1, 1) * 10.0 ** draw.randint(-9, 9), 3) + 0.0 for _ in range(200)]
    numbers = [0, 1, 999, 1000, -1000, 1e-7, 2.5e-10, 1e15, 1e20, 0.001, *whole, *parts]
    ours, languages = page.evaluate(
        """numbers => [slidingWindowCourse.engine.numbers.grouped,
            x => x.toLocaleString("en-US", { maximumSignificantDigits: 16 })].map(f => numbers.map(f))""",
        numbers,
    )
    assert ours == languages
