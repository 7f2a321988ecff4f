"""Figures of numbers: well-formed, with the numbers given, and refusals that name the shapes."""

import xml.etree.ElementTree as ET
from itertools import chain

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from utils import figures, loops
from utils.figures import markup
from utils.numerals import number
from utils.shapes import output_size

X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
Y = loops.corr2d(X, K)


def shared(kernel: torch.Tensor, *size: int) -> torch.Tensor:
    """The weights of a dense layer that is a convolution, `(*size, *size)`; 0 outside."""
    n = torch.tensor(size).prod().item()
    reach, spread = kernel.shape[0] // 2, torch.eye(n).reshape(n, 1, *size)
    layer = F.conv1d if len(size) == 1 else F.conv2d
    columns = layer(spread, kernel[None, None], padding=reach)  # what each input gives
    return columns.reshape(n, n).T.reshape(*size, *size)


WEIGHTS = shared(torch.tensor([2.0, -1.0, 3.0]), 5)
WEIGHTS2 = shared(torch.arange(1.0, 10).reshape(3, 3), 4, 5)
EXAMPLES = {
    "numbers": lambda: figures.numbers(
        [F.pad(X, (1, 1, 1, 1)), K, loops.corr2d(F.pad(X, (1, 1, 1, 1)), K)],
        ["X", 'K < 4 & "more"', "Y"],
        between=["⋆", "="],
        marks=[figures.window((0, 1), (2, 2)), None, [(0, 1)]],
        padding=[1, 0, 0],
        caption="One & all.",
    ),
    "numbers, wide": lambda: figures.numbers([torch.zeros(2, 30), [["?", "w"]]]),
    "planes": lambda: figures.planes(torch.stack([X, -X]), torch.stack([K, K]), 0.5, at=(1, 0)),
    "windows": lambda: figures.windows(9, 3, stride=2, padding=1, dilation=2),
    "matrix": lambda: figures.matrix(loops.kernel_matrix(K, (3, 3)), X.reshape(9), blocks=(2, 3)),
    "reindex": lambda: figures.reindex(WEIGHTS),
    "reindex, two dimensions": lambda: figures.reindex(WEIGHTS2, at=(0, 2)),
    "offsets": lambda: figures.offsets(X, torch.full((3, 3, 2), 0.7), at=(-1, 0)),
    "grow": lambda: figures.grow([Y, 2 * Y], ["1 layer", "2 layers"]),
}


def tables(figure: figures.Still) -> list[ET.Element]:
    return ET.fromstring(figure.html).findall(".//table")


def cells(table: ET.Element) -> list[list[str]]:
    """What the cells of a table say, without its heads."""
    rows = [["".join(cell.itertext()) for cell in row.findall("td")] for row in table.findall("tr")]
    return [row for row in rows if row and row != [""]]


def placed(table: ET.Element, name: str) -> set[tuple[int, int]]:
    """The cells of this class."""
    return {
        (i, j)
        for i, row in enumerate(table.findall("tr"))
        for j, cell in enumerate(row.findall("td"))
        if name in cell.get("class", "").split()
    }


def texts(matrix) -> list[list[str]]:
    return [[number(x) for x in row] for row in torch.as_tensor(matrix).tolist()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_html_is_well_formed_without_a_script_or_an_address(name):
    figure = EXAMPLES[name]()
    root = ET.fromstring(figure.html)
    assert root.tag == "figure" and len(root.get("aria-label")) >= 3
    assert {"script", "style", "a", "img"}.isdisjoint(element.tag for element in root.iter())
    assert "http" not in figure._repr_html_()
    for table in root.iter("table"):
        assert len({len(row) for row in table.findall("tr")}) == 1
        assert table.find("caption") is not None


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_notebook_has_the_same_as_html_and_as_text_each_time(name):
    """So that both can be compared: no address, no memory, nothing random."""
    one, other = (DisplayFormatter().format(EXAMPLES[name]())[0] for _ in range(2))
    assert one == other
    assert set(one) == {"text/html", "text/plain"}
    assert one["text/html"].startswith("<style>") and one["text/plain"] == repr(EXAMPLES[name]())


def test_the_style_is_small_and_only_for_figures():
    assert len(markup.STYLE) <= 2048
    rules = [rule for rule in markup.STYLE.split("}") if rule]
    assert len(rules) > 20
    for rule in rules:
        assert all(part.startswith(".fig") for part in rule.split("{")[0].split(",")), rule


def test_every_class_has_a_style():
    used = {
        name
        for make in EXAMPLES.values()
        for element in ET.fromstring(make().html).iter()
        for name in element.get("class", "").split()
    }
    assert {"win", "out", "pad", "unread", "tap", "gap", "hue", "zero", "pos", "neg"} <= used
    assert [name for name in used if f".{name}" not in markup.STYLE] == []


def test_numbers_are_written_into_their_cells_with_signs_between():
    figure = figures.numbers([X, K, Y], ["X", "K", "Y"], between=["⋆", "="])
    assert [cells(table) for table in tables(figure)] == [texts(X), texts(K), texts(Y)]
    assert ["".join(t.find("caption").itertext()) for t in tables(figure)] == [
        "X 3×3", "K 2×2", "Y 2×2",
    ]  # fmt: skip
    root = ET.fromstring(figure.html)
    assert [sign.text for sign in root.iter("i")] == ["⋆", "="]
    assert root.get("aria-label") == "X 3×3 ⋆ K 2×2 = Y 2×2"


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=6, max_size=6))
def test_any_numbers_are_written_and_shaded_by_size(values):
    matrix = torch.tensor(values).reshape(2, 3)
    (table,) = tables(figures.numbers([matrix]))
    assert cells(table) == texts(matrix)
    largest = matrix.abs().max().item() or 1.0
    for value, cell in zip(values, table.iter("td"), strict=True):
        share = round(abs(value) / largest, 2)
        assert cell.get("style") == (f"--v:{share:g}" if share else None)
        assert cell.get("class") == (("neg" if value < 0 else "pos") if share else None)


@pytest.mark.parametrize(
    "odd",
    [
        torch.tensor([[1.0]], requires_grad=True),
        torch.tensor([[1.0]], dtype=torch.bfloat16),
        torch.tensor([[True]]),
        [[1]],
        ((1.0,),),
    ],
)
def test_tensors_arrays_and_lists_are_one(odd):
    (table,) = tables(figures.numbers([odd]))
    assert cells(table) == [["1"]] and placed(table, "pos") == {(0, 0)}


def test_what_is_no_finite_number_is_written_and_leaves_the_others_their_shades():
    inf, nan = float("inf"), float("nan")
    (table,) = tables(figures.numbers([[[-inf, inf, nan, 2.0, 1.0]]]))
    assert cells(table) == [["−∞", "∞", "nan", "2", "1"]]
    styles = [cell.get("style") for cell in table.iter("td")]
    assert styles == ["--v:1", "--v:1", None, "--v:1", "--v:0.5"]


def test_a_window_its_output_and_the_padding_are_marked():
    first, _, last = tables(EXAMPLES["numbers"]())
    assert placed(first, "win") == {(0, 1), (0, 2), (1, 1), (1, 2)}
    assert placed(last, "out") == {(0, 1)} and placed(last, "win") == set()
    inner = {(i, j) for i in range(1, 4) for j in range(1, 4)}
    assert placed(first, "pad") == {(i, j) for i in range(5) for j in range(5)} - inner
    bold = [b.text for b in first.iter("b")]
    assert bold == ["0", "0", "0", "1"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: figures.numbers([X], ["a", "b"]), "1 arrays need as many titles; got 2"),
        (lambda: figures.numbers([X, K], between=["a", "b"]), "2 arrays take 1 signs.*got 2"),
        (lambda: figures.numbers([X, K], marks=[None]), "2 arrays need as many marks; got 1"),
        (lambda: figures.numbers([X], padding=[1, 2]), "1 arrays need as many paddings; got 2"),
        (lambda: figures.numbers([X[0]], ["X"]), r"X must have the shape \(h, w\); got \(3,\)"),
        (lambda: figures.numbers([torch.zeros(0, 2)]), r"array 0 .*\(h, w\); got \(0, 2\)"),
        (lambda: figures.numbers([[[1, 2], [3]]]), r"array 0 .*\(h, w\); got rows of \[2, 1\]"),
        (lambda: figures.numbers([X], marks=[[(3, 0)]]), r"\(3, 3\); no cell \(3, 0\)"),
        (lambda: figures.numbers([X], padding=[(0, 2)]), r"\(3, 3\); no padding \(0, 2\)"),
        (lambda: figures.grow([X, K]), r"all of one shape.*\(3, 3\), \(2, 2\)"),
        (lambda: figures.grow([[["a"]]]), r"grids of numbers"),
        (lambda: figures.grow([X], ["a", "b"]), "1 arrays need as many titles; got 2"),
        (lambda: figures.planes(X, K), r"X must have the shape \(c_i, n_h, n_w\); got \(3, 3\)"),
        (
            lambda: figures.planes([X.tolist()] * 2, [K.tolist()]),
            r"X \(2, 3, 3\) and K \(1, 2, 2\)",
        ),
        (lambda: figures.planes([K.tolist()], [X.tolist()]), r"X \(1, 2, 2\) and K \(1, 3, 3\)"),
        (
            lambda: figures.planes([X.tolist()], [K.tolist()], at=(2, 0)),
            r"Y has the shape \(2, 2\); no output \(2, 0\)",
        ),
        (lambda: figures.windows(2, 3), "the kernel spans 3, more than the padded input's 2"),
        (
            lambda: figures.windows(3, 2, values=[1, 2]),
            r"has 3 cells; values have the shape \(2,\)",
        ),
        (lambda: figures.matrix(X[0]), r"M must have the shape \(m, n\); got \(3,\)"),
        (lambda: figures.matrix(X, [1, 2]), r"M \(3, 3\) takes .* \(3,\); x has \(2,\)"),
        (lambda: figures.matrix(X, [1, 2, 3], [0, 0, 0]), r"M x = \[8.0, 26.0, 44.0\]; got y"),
        (lambda: figures.matrix(X, y=[1, 2, 3]), "give x too"),
        (lambda: figures.matrix(X, blocks=(2, 3)), r"\(3, 3\); it has no blocks of \(2, 3\)"),
        (lambda: figures.reindex(torch.zeros(2, 3)), r"as many outputs as inputs; got \(2, 3\)"),
        (lambda: figures.reindex(X[None]), r"\(n, n\).*got \(1, 3, 3\)"),
        (lambda: figures.reindex(X, -1), "delta must be 0 or more; got -1"),
        (lambda: figures.reindex(X, at=(0, 0)), r"W \(3, 3\) is drawn whole"),
        (lambda: figures.reindex(WEIGHTS2), r"outputs from \(0, 0\) to \(3, 4\); got at=None"),
        (lambda: figures.reindex(WEIGHTS2, at=(4, 0)), r"to \(3, 4\); got at=\(4, 0\)"),
        (lambda: figures.offsets(X, [[[1, 2, 3]]], at=(0, 0)), r"\(k_h, k_w, 2\).*got \(1, 1, 3\)"),
        (lambda: figures.offsets(X, [[[1, float("nan")]]], at=(0, 0)), "must be finite"),
        (lambda: figures.offsets(X[0], [[[1, 2]]], at=(0, 0)), r"X must .*\(h, w\); got \(3,\)"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("bias", [None, -1.5])
def test_planes_add_up_to_what_torch_computes(bias):
    rng = torch.Generator().manual_seed(0)
    planes = torch.randint(-5, 6, (3, 4, 5), generator=rng).double()
    kernels = torch.randint(-5, 6, (3, 2, 3), generator=rng).double()
    figure = figures.planes(planes, kernels, bias, at=(1, 2))
    shown = tables(figure)
    given = None if bias is None else torch.tensor([bias], dtype=torch.float64)
    expected = F.conv2d(planes[None], kernels[None], given)[0, 0]
    products = F.conv2d(planes[None], kernels[:, None], groups=3)[0]
    for c in range(3):
        parts = [cells(table) for table in shown[3 * c : 3 * c + 3]]
        assert parts == [texts(planes[c]), texts(kernels[c]), texts(products[c])]
        assert placed(shown[3 * c], "win") == set(figures.window((1, 2), (2, 3)))
    assert cells(shown[-1]) == texts(expected) and placed(shown[-1], "out") == {(1, 2)}
    assert [cells(table) for table in shown[9:-1]] == ([] if bias is None else [[["−1.5"]]])
    signs = [sign.text for sign in ET.fromstring(figure.html).iter("i")]
    assert signs.count("+") == 2 + (bias is not None) and signs[-1] == "="


@given(
    st.integers(1, 12), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)
)
def test_windows_stand_where_torch_reads(n, k, s, p, d):
    if n + 2 * p < d * (k - 1) + 1:
        with pytest.raises(ValueError):
            figures.windows(n, k, s, p, d)
        return
    (table,) = tables(figures.windows(n, k, s, p, d))
    count = output_size(n, k, s, p, d)
    assert len(table.findall("tr")) == count + 1
    # What reads a cell is what its gradient counts.
    cell = torch.zeros(1, 1, n + 2 * p, requires_grad=True)
    F.conv1d(cell, torch.ones(1, 1, k), stride=s, dilation=d).sum().backward()
    taps = placed(table, "tap")
    for place, reads in enumerate(cell.grad[0, 0].tolist()):
        assert sum((i, place) in taps for i in range(count)) == reads
        assert ((count, place) in placed(table, "unread")) == (reads == 0)
        assert ((count, place) in placed(table, "pad")) == (not p <= place < p + n)
    rows = [[text for text in row if text] for row in cells(table)[:count]]
    assert rows == [[str(a) for a in range(k)]] * count


def test_a_matrix_has_a_tint_for_each_weight_and_faint_zeros():
    kernel = torch.tensor([[1.0, -2.0], [0.5, 1.0]])
    M = loops.kernel_matrix(kernel, (3, 4))
    shown, x, y = tables(figures.matrix(M, torch.arange(12), blocks=(3, 4)))
    tints: dict[str, set] = {}
    for text, cell in zip(chain(*texts(M)), shown.iter("td"), strict=True):
        tints.setdefault(text, set()).add(cell.get("style"))
    assert set(tints) == {"0", "1", "−2", "0.5"} and all(len(v) == 1 for v in tints.values())
    assert len(set.union(*tints.values())) == 4 and tints["0"] == {None}
    assert len(placed(shown, "zero")) == (M == 0).sum()
    assert cells(y) == texts((M @ torch.arange(12.0))[:, None])
    assert cells(x) == [[str(i)] for i in range(12)]
    assert {i for i, _ in placed(shown, "above")} == {3}
    assert {j for _, j in placed(shown, "before")} == {4, 8}


def test_reindexing_a_line_moves_each_weight_to_its_offset():
    W, V, v = tables(figures.reindex(WEIGHTS))
    assert cells(W) == texts(WEIGHTS)
    assert cells(V) == [["·", "−1", "3"], *[["2", "−1", "3"]] * 3, ["2", "−1", "·"]]
    assert cells(v) == [["2", "−1", "3"]]
    assert len(tables(figures.reindex(WEIGHTS + torch.arange(25).reshape(5, 5)))) == 2  # no kernel
    styles = [[cell.get("style") for cell in row.findall("td")] for row in W.findall("tr")[1:]]
    for i in range(5):
        for k in range(5):
            assert (styles[i][k] is None) == (abs(k - i) > 1)
            assert i == 0 or k == 0 or styles[i][k] == styles[i - 1][k - 1]


def test_reindexing_a_picture_shows_one_output():
    W, V, v = tables(figures.reindex(WEIGHTS2, at=(0, 2)))
    assert cells(W) == texts(WEIGHTS2[0, 2])
    assert cells(V) == [["·", "·", "·"], ["4", "5", "6"], ["7", "8", "9"]]
    assert cells(v) == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    changed = WEIGHTS2.clone()
    changed[3, 4, 3, 4] += 1  # far from what is shown: still no kernel
    assert len(tables(figures.reindex(changed, at=(0, 2)))) == 2


def test_offsets_are_drawn_where_the_taps_sample():
    moves = torch.tensor([[[0.5, -0.25], [-3.0, 0.0]]])
    figure = figures.offsets(X, moves, at=(0, 1), dilation=(1, 2))
    (svg,) = ET.fromstring(figure.html).iter("svg")
    side = 36
    dots = [(float(c.get("cy")) / side, float(c.get("cx")) / side) for c in svg.iter("circle")]
    assert dots == [(0.5, 0.75), (-3, 3)]
    assert "(0, 1) samples at (0.5, 0.75); (0, 3) samples at (−3, 3)" in svg.get("aria-label")
    left, top, wide, tall = map(float, svg.get("viewBox").split())
    assert all(top < side * y < top + tall and left < side * x < left + wide for y, x in dots)
    assert [t.text for t in svg.iter("text")] == [*chain(*texts(X))]


def test_layers_share_one_scale():
    first, second = tables(figures.grow([[[1, 0]], [[2, -4]]]))
    assert [c.get("style") for c in first.iter("td")] == ["--v:0.25", None]
    assert [c.get("style") for c in second.iter("td")] == ["--v:0.5", "--v:1"]
    assert placed(first, "zero") == {(0, 1)}
