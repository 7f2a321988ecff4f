"""The engines of the widgets that show a layer: a thousand random ones each against PyTorch."""

import random

import pytest
import torch
import torch.nn.functional as F
from looking import ask, assert_near

from utils import Channels, DenseToConv, ImageFilter, MatrixView, Transposed

COUNT = 400


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
    answers = ask(
        page,
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
        assert_near(output, expected)
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
            assert_near(widget.output, expected)


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
    answers = ask(
        page,
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.matrix;
            return [e.kernelMatrix(c), e.inputMatrix(c), e.matrixPytorch(c, false), e.matrixPytorch(c, true)]; })""",
        cases,
    )
    for index, (c, (toeplitz, columns, code, back)) in enumerate(zip(cases, answers, strict=True)):
        X, K = double(c["input"]), double(c["kernel"])
        places = {"stride": c["stride"], "padding": c["padding"]}
        expected = F.conv2d(X[None, None], K[None, None], **places)[0, 0]
        M = double(toeplitz)
        assert_near((M @ X.flatten()).reshape(expected.shape), expected)
        assert_near(columns, F.unfold(X[None, None], K.shape, **places)[0].T)
        leaf = X.clone().requires_grad_()
        y = F.conv2d(leaf[None, None], K[None, None], **places)[0, 0]
        y.backward(expected)
        assert_near((M.T @ expected.flatten()).reshape(X.shape), leaf.grad)
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
                    assert_near(view.matrix, shown.T if transposed else shown)
                    way_back = transposed and unroll == "kernel"
                    assert_near(view.output, leaf.grad if way_back else expected)


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
    answers = ask(
        page,
        """cases => cases.map(c => { const e = slidingWindowCourse.engine.transposed;
            const count = c.input.length * c.input[0].length;
            let apart = 0;
            for (let seen = 0; seen <= count; seen++) {
                const [a, b] = [e.byStamping(c, seen).flat(), e.byZeroInsertion(c, seen).flat()];
                a.forEach((x, i) => { apart = Math.max(apart, Math.abs(x - b[i])); });
            }
            return [e.byStamping(c), e.byZeroInsertion(c), apart, e.brokenTransposed(c),
                e.transposedPytorch(c), e.multiplications(c, count)]; })""",
        cases,
    )
    for index, (c, (stamping, insertion, apart, broken, code, made)) in enumerate(
        zip(cases, answers, strict=True)
    ):
        X, K = double(c["input"]), double(c["kernel"])
        places = {
            "stride": c["stride"],
            "padding": c["padding"],
            "output_padding": c["outputPadding"],
        }
        expected = F.conv_transpose2d(X[None, None], K[None, None], **places)[0, 0]
        assert_near(stamping, expected)
        assert_near(insertion, expected)
        assert apart < 1e-9 and broken is None
        ones = F.conv_transpose2d(
            torch.ones_like(X[None, None]), torch.ones_like(K[None, None]), **places
        )
        assert made["met"] == ones.sum(), "products with an input"
        assert made["stamped"] == X.numel() * K.numel()
        assert made["slid"] == expected.numel() * K.numel()
        if index < 50:
            exec(code, {})
            assert capsys.readouterr().out.strip() == str(expected)
            assert_near(Transposed(X, K, **places).output, expected)


@pytest.mark.parametrize("stage", ["dense", "shared", "local"])
def test_dense_to_conv_agrees_with_its_definition(page, stage, capsys):
    for n in (2, 3, 4, 5):
        for delta in range(n):
            widget = DenseToConv(n, delta, stage)
            output = page.evaluate("s => slidingWindowCourse.engine.dense.output(s)", widget.spec)
            assert output == widget.output.tolist()
            if stage != "dense":
                # Independent of our own table look-ups: a convolution by PyTorch.
                V = torch.tensor(widget.shared, dtype=torch.float64)
                reach = delta if stage == "local" else n - 1
                V = V[n - 1 - reach : n + reach, n - 1 - reach : n + reach]
                image = torch.tensor(widget.image, dtype=torch.float64)
                expected = F.conv2d(image[None, None], V[None, None], padding=reach)[0, 0]
                assert output == expected.tolist()
            counted = page.evaluate(
                "([s, n, d]) => slidingWindowCourse.engine.dense.parameters(s, n, d).count",
                [stage, n, delta],
            )
            assert counted == widget.parameters
            exec(
                page.evaluate("s => slidingWindowCourse.engine.dense.densePytorch(s)", widget.spec),
                {},
            )
            assert capsys.readouterr().out.strip() == str(widget.output)


def test_image_filter_agrees_with_pytorch(page):
    draw = torch.Generator().manual_seed(1)
    for height, width, kh, kw in [(9, 7, 3, 3), (5, 12, 1, 4), (8, 8, 5, 2), (3, 3, 3, 3)]:
        widget = ImageFilter(
            torch.rand(height, width, generator=draw), torch.randn(kh, kw, generator=draw)
        )
        answer = page.evaluate(
            "([image, kernel]) => { const e = slidingWindowCourse.engine.image;"
            " return Array.from(e.correlate(e.decode(image), kernel).values); }",
            [widget.spec["image"], widget.spec["kernel"]],
        )
        K = torch.tensor(widget.kernel, dtype=torch.float64)
        expected = F.conv2d(widget.levels[None, None], K[None, None])[0, 0]
        assert_near(answer, expected.flatten())
        assert_near(widget.output, expected)


@pytest.mark.parametrize("display", ["clipped", "signed", "stretched"])
def test_outputs_are_painted_as_told(page, display):
    values = torch.linspace(-1000, 1000, 997, dtype=torch.float64)
    for shown in (values, values / 4 + 100, torch.full((3,), 7.0).double()):
        painted = page.evaluate(
            "([v, d]) => Array.from(slidingWindowCourse.engine.image.paintable(v, d))",
            [shown.tolist(), display],
        )
        if display == "clipped":
            expected = shown
        elif display == "signed":  # zero is middle grey, half as steep: −255 is black, 255 white
            expected = 127.5 + shown / 2
        else:  # the least is black, the largest white
            span = shown.max() - shown.min()
            expected = 255 * (shown - shown.min()) / (span if span else 1)
        torch.testing.assert_close(
            torch.tensor(painted).double(), expected.clamp(0, 255), atol=0.5 + 1e-9, rtol=0
        )
