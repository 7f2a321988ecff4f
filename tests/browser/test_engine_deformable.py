"""The engine of Deformable against utils.functional.deform_conv2d and its gradients."""

import random
import re
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from equations import false
from looking import ask, assert_near
from test_equations import equations

from utils import Deformable
from utils.functional import deform_conv2d

COUNT = 400
ASK = """cases => cases.map(c => { const e = slidingWindowCourse.engine.deformable, all = e.points(c);
    const texts = all.flatMap((p, n) => [...e.placeTexts(p), ...e.shareTexts(p), ...e.readText(p, c.modulated),
        ...e.gradientTexts(p, c.modulated), e.partialText(c, n)]);
    return { broken: e.broken(c), total: e.total(c), code: e.deformablePytorch(c), texts: [...texts, e.sumText(c)],
        ...Object.fromEntries(["sample", "reads", "gradient", "maskGradient"].map(k => [k, all.map(p => p[k])])) }; })"""


def random_state(draw: random.Random) -> dict:
    k_h, k_w = draw.randint(1, 3), draw.randint(1, 3)
    n_h, n_w = draw.randint(k_h, 7), draw.randint(k_w, 7)
    offsets = [
        lambda: 0,
        lambda: draw.randint(-2, 2),  # on a pixel, where the slope jumps
        lambda: draw.randint(-12, 12) / 4,
        lambda: draw.randint(-25, 25) / 10,
        lambda: draw.uniform(-9, 9),  # beyond the border, too
    ]
    kind = draw.choice(offsets)
    return {
        "input": [[draw.randint(-9, 9) for _ in range(n_w)] for _ in range(n_h)],
        "kernel": [[draw.choice([0, 1, -1, 2, 0.5, -3]) for _ in range(k_w)] for _ in range(k_h)],
        "offset": [draw.choice([kind, draw.choice(offsets)])() for _ in range(2 * k_h * k_w)],
        "mask": [draw.choice([0, 1, 0.5, 0.3, draw.random()]) for _ in range(k_h * k_w)],
        "modulated": draw.random() < 0.5,
        "row": draw.randrange(n_h - k_h + 1),
        "column": draw.randrange(n_w - k_w + 1),
        "step": draw.randrange(k_h * k_w),
    }


def test_samples_sum_and_gradients_agree_with_the_operator(page):
    draw = random.Random(14)
    cases = [random_state(draw) for _ in range(COUNT)]
    on_pixels = 0
    for state, told in zip(cases, ask(page, ASK, cases), strict=True):
        assert told["broken"] is None
        row, column = state["row"], state["column"]
        X, K = (torch.tensor(state[n], dtype=torch.float64) for n in ("input", "kernel"))
        offset = torch.tensor(state["offset"], dtype=torch.float64, requires_grad=True)
        scales = state["mask"] if state["modulated"] else [1] * K.numel()
        mask = torch.tensor(scales, dtype=torch.float64, requires_grad=True)
        size = [n - k + 1 for n, k in zip(X.shape, K.shape, strict=True)]
        # The kernel, and for each tap one that takes its reading alone.
        alone = torch.eye(K.numel(), dtype=torch.float64).view(-1, 1, *K.shape)
        Y = deform_conv2d(
            X[None, None],
            offset.view(1, -1, 1, 1).expand(-1, -1, *size),
            torch.cat([K[None, None], alone]),
            mask=mask.view(1, -1, 1, 1).expand(-1, -1, *size),
        )[0, :, row, column]
        Y[0].backward()

        def close(name, expected, told=told):
            assert_near(told[name], expected.detach(), 1e-9)

        close("total", Y[0])
        close("sample", Y[1:])
        close("gradient", offset.grad.view(-1, 2))
        close("maskGradient", mask.grad)
        on_pixels += any(x == int(x) for x in state["offset"])
    assert on_pixels > COUNT / 4


def test_the_python_widget_computes_the_same(page):
    draw = random.Random(3)
    cases = [random_state(draw) for _ in range(60)]
    for state, told in zip(cases, ask(page, ASK, cases), strict=True):
        mask = state["mask"] if state["modulated"] else None
        places = {name: state[name] for name in ("row", "column", "step")}
        widget = Deformable(state["input"], state["kernel"], state["offset"], mask, **places)
        assert widget.output[widget.row, widget.column].item() == pytest.approx(told["total"])
        assert widget.samples.flatten().tolist() == pytest.approx(told["sample"])
        gradient = torch.tensor(told["gradient"]).flatten()
        assert widget.offset_gradient.tolist() == pytest.approx(gradient.tolist())


def test_the_code_runs_and_prints_the_output(page, capsys):
    draw = random.Random(5)
    cases = [random_state(draw) for _ in range(60)]
    for told in ask(page, ASK, cases):
        exec(told["code"], {})
        printed = capsys.readouterr().out.strip()
        (number,) = re.fullmatch(r"tensor\(\[\[(.*)\]\], dtype=torch.float64\)", printed).groups()
        assert float(number) == pytest.approx(told["total"], abs=1e-4)


def test_equations_hold_and_an_equals_sign_means_exactly(page):
    draw = random.Random(7)
    exact = rounded = 0
    for told in ask(page, ASK, [random_state(draw) for _ in range(60)]):
        for equation in (e for text in told["texts"] for e in equations(text)):
            assert false(equation, whole=False) is None
            if "≈" in equation:
                rounded += 1
                continue
            exact += 1
            plain = equation.replace("−", "-").replace("×", "*")
            values = [
                eval(re.sub(r"\d+(\.\d+)?", r"Fraction('\g<0>')", side), {"Fraction": Fraction})
                for side in plain.split("=")
            ]
            assert len(set(values)) == 1, equation
    assert exact > 500 < rounded


SHAPES = [(1, 1), (1, 3), (2, 2), (3, 2), (3, 3)]


def test_presets_are_the_convolutions_that_they_are_named_after(page):
    kernels = [[[3 * i + j - 2 for j in range(w)] for i in range(h)] for h, w in SHAPES]
    asked = "kernels => kernels.map(k => slidingWindowCourse.engine.deformable.presets(k))"
    generator = torch.Generator().manual_seed(0)
    X = torch.randint(-9, 10, (9, 9), generator=generator).double()
    for kernel, offered in zip(kernels, ask(page, asked, kernels), strict=True):
        (k_h, k_w), offsets = (len(kernel), len(kernel[0])), dict(offered)
        assert len({tuple(offset) for offset in offsets.values()}) == len(offsets)
        K = torch.tensor(kernel, dtype=torch.float64)[None, None]
        zero = Deformable(X, kernel, offsets["All offsets zero"]).output
        torch.testing.assert_close(zero, F.conv2d(X[None, None], K)[0, 0])
        half = Deformable(X, kernel, offsets["Half a pixel"]).output
        mean = F.avg_pool2d(X[None, None], 2, 1)
        torch.testing.assert_close(half[:-1, :-1], F.conv2d(mean, K)[0, 0])
        if k_h * k_w > 1:
            wide = F.conv2d(X[None, None], K, dilation=2)[0, 0]
            top, left = (k_h - 1) // 2, (k_w - 1) // 2  # a window's middle stays where it is
            dilated = Deformable(X, kernel, offsets["Dilated by 2"]).output[top:, left:]
            torch.testing.assert_close(dilated[: wide.shape[0], : wide.shape[1]], wide)
        if "Rotated 45°" in offsets and (k_h, k_w) == (3, 3):
            taps = torch.cartesian_prod(torch.arange(-1.0, 2), torch.arange(-1.0, 2))
            turned = taps + torch.tensor(offsets["Rotated 45°"]).view(-1, 2)
            torch.testing.assert_close(turned.norm(dim=1), taps.norm(dim=1), rtol=0, atol=0.01)
            angle = torch.atan2(turned[:, 0], turned[:, 1]) - torch.atan2(taps[:, 0], taps[:, 1])
            moved = taps.norm(dim=1) > 0
            torch.testing.assert_close(
                torch.cos(angle[moved]), torch.full((8,), 0.5).sqrt(), rtol=0, atol=0.01
            )
            assert (torch.sin(angle[moved]) < 0).all() or (torch.sin(angle[moved]) > 0).all()
