"""The other widgets' engines: a thousand random configurations each against PyTorch."""

import random
import re
from html import unescape

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from utils import Channels, LayerCost, MatrixView, SlidingWindow, Transposed
from utils.widgets.base import WidgetError

COUNT = 1000


@pytest.fixture
def page(show):
    return show(SlidingWindow([[1]], [[1]]))


def numbers(draw: random.Random, *shape: int) -> list:
    if not shape:
        return draw.randint(-9, 9) if draw.random() < 0.7 else draw.uniform(-2, 2)
    return [numbers(draw, *shape[1:]) for _ in range(shape[0])]


def double(value) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def test_channels_agree_with_pytorch(page, capsys):
    draw, cases = random.Random(1), []
    while len(cases) < COUNT:
        groups = draw.randint(1, 3)
        each_in, each_out = draw.randint(1, 2), draw.randint(1, 2)
        h, w, kh, kw = (draw.randint(1, m) for m in (5, 5, 3, 3))
        padding, stride = ([draw.randint(a, 2) for _ in "hw"] for a in (0, 1))
        if kh > h + 2 * padding[0] or kw > w + 2 * padding[1]:
            continue
        cases.append(
            {
                "planes": numbers(draw, groups * each_in, h, w),
                "filters": numbers(draw, groups * each_out, each_in, kh, kw),
                "groups": groups,
                "stride": stride,
                "padding": padding,
            }
        )
    answers = page.evaluate(
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.channels;
            return [e.output(c), e.cost(c).parameters, e.cost(c).multiplyAdds, e.channelsPytorch(c),
                    c.filters.map((_, o) => e.feeding(c, o))]; })""",
        cases,
    )
    for index, (c, (output, parameters, adds, code, feeding)) in enumerate(
        zip(cases, answers, strict=True)
    ):
        X, W = double(c["planes"]), double(c["filters"])
        places = {k: c[k] for k in ("stride", "padding", "groups")}
        expected = F.conv2d(X[None], W, **places)[0]
        torch.testing.assert_close(double(output), expected)
        assert parameters == W.numel()
        assert adds == W.numel() * expected.shape[1] * expected.shape[2]
        if index < 50:
            # Which planes an output hears, by a witness of its own: the gradient.
            leaf = X.clone().requires_grad_()
            y = F.conv2d(leaf[None], torch.ones_like(W), groups=c["groups"], padding=[3, 3])[0]
            for o in range(len(W)):
                (gradient,) = torch.autograd.grad(y[o].sum(), leaf, retain_graph=True)
                assert feeding[o] == gradient.abs().sum((1, 2)).nonzero().flatten().tolist()
            exec(code, {})
            assert capsys.readouterr().out.strip() == str(expected)
            widget = Channels(c["planes"], c["filters"], c["groups"], c["stride"], c["padding"])
            torch.testing.assert_close(widget.output, expected)


def test_matrices_agree_with_pytorch(page, capsys):
    draw, cases = random.Random(2), []
    while len(cases) < COUNT:
        h, w, kh, kw = (draw.randint(1, m) for m in (5, 5, 4, 4))
        padding, stride = ([draw.randint(a, 2) for _ in "hw"] for a in (0, 1))
        if kh > h + 2 * padding[0] or kw > w + 2 * padding[1]:
            continue
        cases.append(
            {
                "input": numbers(draw, h, w),
                "kernel": numbers(draw, kh, kw),
                "stride": stride,
                "padding": padding,
                "dilation": [1, 1],
                "mode": "conv",
                "bias": 0,
            }
        )
    answers = page.evaluate(
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.matrix;
            return [e.kernelMatrix(c), e.inputMatrix(c), e.matrixPytorch(c, false), e.matrixPytorch(c, true)]; })""",
        cases,
    )
    for index, (c, (toeplitz, columns, code, back)) in enumerate(zip(cases, answers, strict=True)):
        X, K = double(c["input"]), double(c["kernel"])
        places = {"stride": c["stride"], "padding": c["padding"]}
        expected = F.conv2d(X[None, None], K[None, None], **places)[0, 0]
        M = double(toeplitz)
        torch.testing.assert_close((M @ X.flatten()).reshape(expected.shape), expected)
        torch.testing.assert_close(double(columns), F.unfold(X[None, None], K.shape, **places)[0].T)
        leaf = X.clone().requires_grad_()
        y = F.conv2d(leaf[None, None], K[None, None], **places)[0, 0]
        y.backward(expected)
        torch.testing.assert_close((M.T @ expected.flatten()).reshape(X.shape), leaf.grad)
        if index < 30:
            for text, result in ((code, expected), (back, leaf.grad)):
                exec(text, {})
                printed = capsys.readouterr().out.strip()
                torch.testing.assert_close(
                    eval(printed, {"tensor": double_of, "torch": torch}),
                    result,
                    atol=1e-3,
                    rtol=1e-3,
                )
            for unroll in ("kernel", "input"):
                for transposed in (False, True):
                    view = MatrixView(X, K, c["stride"], c["padding"], unroll, transposed)
                    shown = double(toeplitz if unroll == "kernel" else columns)
                    torch.testing.assert_close(view.matrix, shown.T if transposed else shown)
                    way_back = transposed and unroll == "kernel"
                    torch.testing.assert_close(view.output, leaf.grad if way_back else expected)


def double_of(value, dtype=None):
    return double(value)


def test_transposed_agrees_with_pytorch_at_the_end_and_with_itself_at_every_step(page, capsys):
    draw, cases = random.Random(3), []
    while len(cases) < COUNT:
        h, w, kh, kw = (draw.randint(1, m) for m in (4, 4, 4, 4))
        stride = [draw.randint(1, 3), draw.randint(1, 3)]
        padding = [draw.randint(0, 3), draw.randint(0, 3)]
        extra = [draw.randrange(s) for s in stride]
        sizes = [
            (n - 1) * s - 2 * p + k + e
            for n, k, s, p, e in zip((h, w), (kh, kw), stride, padding, extra, strict=True)
        ]
        if min(sizes) < 1:
            continue
        cases.append(
            {
                "input": numbers(draw, h, w),
                "kernel": numbers(draw, kh, kw),
                "stride": stride,
                "padding": padding,
                "outputPadding": extra,
            }
        )
    answers = page.evaluate(
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.transposed;
            const count = c.input.length * c.input[0].length;
            let apart = 0;
            for (let seen = 0; seen <= count; seen++) {
                const [a, b] = [e.byStamping(c, seen).flat(), e.byZeroInsertion(c, seen).flat()];
                a.forEach((x, i) => { apart = Math.max(apart, Math.abs(x - b[i])); });
            }
            return [e.byStamping(c), e.byZeroInsertion(c), apart, e.brokenTransposed(c), e.transposedPytorch(c)]; })""",
        cases,
    )
    for index, (c, (stamping, insertion, apart, broken, code)) in enumerate(
        zip(cases, answers, strict=True)
    ):
        X, K = double(c["input"]), double(c["kernel"])
        places = {
            "stride": c["stride"],
            "padding": c["padding"],
            "output_padding": c["outputPadding"],
        }
        expected = F.conv_transpose2d(X[None, None], K[None, None], **places)[0, 0]
        torch.testing.assert_close(double(stamping), expected)
        torch.testing.assert_close(double(insertion), expected)
        assert apart < 1e-9 and broken is None
        if index < 50:
            exec(code, {})
            assert capsys.readouterr().out.strip() == str(expected)
            torch.testing.assert_close(Transposed(X, K, **places).output, expected)


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
    if max(flops, sum(parts)) >= 2**53:
        return None
    return list(Y.shape[2:]), convolution.weight.numel(), flops, parts


def test_layer_cost_counts_as_pytorch_does(page, capsys):
    draw = random.Random(4)
    cases = [layer(draw) for _ in range(COUNT + 200)]  # some of which nobody accepts
    answers = page.evaluate(
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


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Transposed([[1]], [[1]], output_padding=1), "less than"),
        (lambda: Transposed([[1]], [[1]], padding=1), "padding"),
        (lambda: Channels([[[1]]], [[[[1]]]], groups=2), "groups"),
        (lambda: Channels([[1]], [[[[1]]]]), "(channels, height, width); got shape (1, 1)"),
        (lambda: Channels([[[1]]], [[[[1], [2]]]]), "kernel"),
        (lambda: MatrixView((9, 9), [[1]]), "at most 64"),
        (lambda: MatrixView((2, 2), [[1, 2, 3]]), "kernel"),
        (lambda: MatrixView((2, 2), [[1]], unroll="both"), "unroll"),
        (lambda: LayerCost(groups=3), "groups 3 must divide in_channels 64 and out_channels 64"),
        (lambda: LayerCost(kernel_size=59), "the kernel spans 59, more than the padded input's 58"),
    ],
)
def test_python_refuses_with_shapes_and_rule(make, says):
    with pytest.raises(WidgetError, match=says.replace("(", r"\(").replace(")", r"\)")) as caught:
        make()
    assert isinstance(caught.value, ValueError)
