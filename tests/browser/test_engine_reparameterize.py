"""The engine of Reparameterize against the Python merge and PyTorch: kernels, biases, outputs."""

import random
import re

import pytest
import torch
import torch.nn.functional as F
from equations import false
from looking import ask, assert_near
from test_equations import equations

from utils import Reparameterize
from utils.widgets.base import WidgetError
from utils.widgets.reparameterize import NOTHING

COUNT = 200
ASK = """cases => cases.map(c => { const e = slidingWindowCourse.engine.reparameterize, broken = e.broken(c);
    if (broken) return { broken };
    const each = Array.from({ length: e.channels(c) }, (_, o) => o), steps = e.stepCount(c);
    const shown = Array.from({ length: steps }, (_, step) => [0, 1, 2].map(b => [0, 1, 2].map(r =>
        [0, 1, 2].map(col => e.isFramed(step, b, r, col)))));
    return { broken, steps, shown, merged: each.map(o => e.merged(c, o)), outputs: each.map(o => e.outputs(c, o)),
        responses: each.map(o => [0, 1, 2].map(b => e.response(c, b, o))), code: e.mergePytorch(c),
        texts: each.flatMap(o => [e.apartText(c, o), e.mergedBiasText(c, o),
            ...[0, 1, 2].flatMap(b => [e.scaleText(c, b, o), e.biasText(c, b, o), e.responseText(c, b, o)]),
            ...Array.from({ length: steps }, (_, step) => e.stepText({ ...c, step }, o)[1])]) }; })"""


def random_state(draw: random.Random) -> dict:
    c = draw.choice([1, 2])
    number = draw.choice([lambda: draw.randint(-5, 5), lambda: round(draw.uniform(-3, 3), 2)])

    def sigma() -> float:
        return draw.choice([1, 2, 3, 4, 0.5, 0.7] if draw.random() < 0.97 else [0, -1])

    return {
        "kernel": [[[[number() for _ in "abc"] for _ in "abc"] for _ in range(c)] for _ in range(c)],
        "pointwise": [[number() for _ in range(c)] for _ in range(c)],
        "norms": [
            [[number(), number(), number(), sigma()] for _ in range(c)]
            for _ in "abc"
        ],
        "window": [[[number() for _ in "abc"] for _ in "abc"] for _ in range(c)],
        **{f"has_{name}": draw.random() < 0.7 for name in ("kernel", "pointwise", "identity")},
        "channel": draw.randrange(c),
        "step": 0,
    }  # fmt: skip


def by_torch(state: dict) -> list[torch.Tensor]:
    """What each branch makes of the window, `(c,)`, by torch's own layers in eval mode."""
    X, K, P, norms = (
        torch.tensor(state[name], dtype=torch.float64)
        for name in ("window", "kernel", "pointwise", "norms")
    )
    made = [F.conv2d(X[None], K, padding=1), F.conv2d(X[None], P[..., None, None]), X[None]]
    outputs = []
    for Y, (gamma, beta, mu, sigma) in zip(made, norms.transpose(1, 2), strict=True):
        Y = F.batch_norm(Y, mu, sigma**2, gamma, beta, training=False, eps=NOTHING)
        outputs.append(Y[0, :, 1, 1])
    return outputs


def test_the_merged_kernel_agrees_with_python_and_pytorch(page, capsys):
    draw = random.Random(15)
    cases = [random_state(draw) for _ in range(COUNT)]
    taken = about = 0
    for state, told in zip(cases, ask(page, ASK, cases), strict=True):
        settings = {n: x for n, x in state.items() if n not in ("channel", "step")}
        if told["broken"]:
            with pytest.raises(WidgetError):
                Reparameterize(**settings)
            continue
        taken += 1
        widget = Reparameterize(**settings)
        widget.channel = o = state["channel"]
        kernel, bias = widget.merged
        for index, merged in enumerate(told["merged"]):
            assert_near(merged["kernel"], kernel[index], 1e-12)
            assert merged["bias"] == pytest.approx(bias[index].item(), rel=1e-12, abs=1e-12)
        has = [state[f"has_{name}"] for name in ("kernel", "pointwise", "identity")]
        each = by_torch(state)
        for index, responses in enumerate(told["responses"]):
            for response, expected in zip(responses, each, strict=True):
                assert response["after"] == pytest.approx(expected[index].item(), abs=1e-9)
        total = sum(Y for on, Y in zip(has, each, strict=True) if on)
        for index, outputs in enumerate(told["outputs"]):
            assert outputs == pytest.approx([total[index].item()] * 2, abs=1e-9)
        assert widget.output.tolist() == pytest.approx([total[o].item()] * 2, abs=1e-9)
        widget.step = 10**6
        assert told["steps"] == widget.step + 1
        about += check_texts(told["texts"])
        if taken <= 40:
            exec(told["code"], {})
            assert capsys.readouterr().out.strip() == str(widget.output)
    assert COUNT / 2 < taken < COUNT and about > COUNT


def test_what_cancels_is_zero(page):
    """Numbers in tenths whose bias and whose middle are 0 but for what floating point leaves."""
    draw = random.Random(16)
    cases = []
    for _ in range(COUNT):
        gammas = [draw.randint(-30, 30) for _ in "ab"]
        mus = [draw.randint(-5, 5) for _ in "abc"]
        gammas.append(-sum(gammas))
        norms = [[[g / 10, g * m / 10, m, 1]] for g, m in zip(gammas, mus, strict=True)]
        one = [[[[0, 0, 0], [0, 1, 0], [0, 0, 0]]]]
        cases.append({**Reparameterize().spec, "kernel": one, "pointwise": [[1]], "norms": norms})
    left = 0
    for state, told in zip(cases, ask(page, ASK, cases), strict=True):
        (merged,) = told["merged"]
        assert (merged["kernel"][0][1][1], merged["bias"]) == (0, 0)
        widget = Reparameterize(**{n: state[n] for n in ("kernel", "pointwise", "norms")})
        kernel, bias = widget.merged
        left += bool(kernel[0, 0, 1, 1] or bias[0])
        frame = " ".join(re.sub("<[^>]*>", " ", widget.first_frame()).split())
        assert not [text for text in [*told["texts"], frame] if re.search(r"\de[-−]\d", text)]
    assert left > COUNT / 4, "else nothing has been tried"


def check_texts(texts: list[str]) -> int:
    """Each equation is true; where it says =, of whole numbers exactly. Returns how many say ≈."""
    for text in texts:
        for equation in equations(text.replace("≈", "=")):
            assert false(equation, "≈" not in text) is None, text
    return sum("≈" in text for text in texts)


def test_kernels_fill_their_frames_step_by_step(page):
    (told,) = ask(page, ASK, [Reparameterize().spec])
    counts = [[sum(map(sum, branch)) for branch in shown] for shown in told["shown"][:5]]
    assert counts == [[0, 0, 0], [9, 1, 0], [9, 9, 0], [9, 9, 9], [9, 9, 9]]
