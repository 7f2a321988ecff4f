"""What holds for every operator: nothing borrowed, the same signatures, messages that teach."""

import ast
import inspect
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from utils import functional
from utils.functional.ways.polynomials import winograd_matrices

FOLDER = Path(functional.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
OPERATORS = [name for name in functional.__all__ if name != "windows"]
# What torch has of its own for these operators, in F, in torch, in torch.nn and in torch.ops.
BORROWED = ("conv", "pool", "fold", "im2col", "col2im", "grid_sample", "deform")


def names_used(tree: ast.AST) -> set[str]:
    """Each dotted name in the source, written out: `F.pad`, `torch.nn.functional.pad`."""
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def names_imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def borrowed(source: str) -> set[str]:
    """Names from torch, other than a tensor's own `unfold`, that would do our work for us."""
    tree = ast.parse(source)
    of_torch = {
        name
        for name in names_used(tree) | names_imported(tree)
        if name.split(".")[0] in ("F", "torch", "nn")
    }
    return {name for name in of_torch if any(word in name.split(".", 1)[-1] for word in BORROWED)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_borrowed(path):
    source = path.read_text()
    assert not borrowed(source)
    imported = names_imported(ast.parse(source))
    standard = "collections fractions functools itertools math operator typing"
    assert {name.split(".")[0] for name in imported} <= {"torch", "utils", *standard.split()}
    for way_round in ("getattr(F", "getattr(torch", "import_module", "__import__", "torch.ops"):
        assert way_round not in source


@pytest.mark.parametrize(
    "line",
    [
        "F.conv2d(x, w)",
        "torch.nn.functional.max_pool2d(x, 2)",
        "torch.conv2d(x, w)",
        "F.unfold(x, 2)",
        "torch.nn.functional.fold(x, 4, 2)",
        "torch.ops.aten.im2col(x)",
        "from torch.nn.functional import conv2d",
        "nn.functional.avg_pool1d(x, 2)",
        "F.grid_sample(x, grid)",
        "torch.ops.torchvision.deform_conv2d(x, w, o)",
    ],
)
def test_the_test_above_finds_what_is_borrowed(line):
    assert borrowed(line)


def test_nothing_is_called_behind_our_back():
    """Run every operator and watch what torch dispatches: no convolution, no pooling."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):
        def __init__(self):
            super().__init__()
            self.seen = set()

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            self.seen.add(str(function))
            return function(*args, **(kwargs or {}))

    x, w = torch.ones(2, 20, 9, 9), torch.ones(20, 20, 3, 3)
    with Watch() as watch:
        for groups in (1, 20):
            functional.conv2d(x, w[:, : 20 // groups], groups=groups, stride=2)
            functional.conv_transpose2d(x, w[:, : 20 // groups], groups=groups, stride=2)
        functional.conv1d(x[..., 0], w[..., 0])
        functional.conv_transpose1d(x[..., 0], w[..., 0])
        functional.max_pool1d(x[0], 2)
        functional.max_unpool2d(*functional.max_pool2d(x, 3, return_indices=True), 3)
        functional.avg_pool1d(x[0], 2)
        functional.avg_pool2d(x, 3, padding=1, count_include_pad=False)
        functional.adaptive_avg_pool2d(x, 4)
        functional.fold(functional.unfold(x, 2), 9, 2)
        functional.conv2d_fft(x, w, stride=2)
        functional.conv2d_winograd(x, w, tile=4)
        functional.deform_conv2d(x, torch.ones(2, 18, 7, 7), w, mask=torch.ones(2, 9, 7, 7))
    assert len(watch.seen) > 10
    own = {name for name in watch.seen if any(word in name for word in BORROWED)}
    # `Tensor.unfold`, the strided view, is aten.unfold; F.unfold would be aten.im2col.
    assert own <= {"aten.unfold.default"}


@pytest.mark.parametrize("name", OPERATORS)
def test_the_signature_is_torchs(name):
    """The same names in the same order with the same defaults."""
    mine = inspect.signature(getattr(functional, name)).parameters
    documented = {
        "conv1d": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
        "conv2d": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
        "conv2d_fft": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
        "conv2d_winograd": "input weight bias=None stride=1 padding=0 dilation=1 groups=1 tile=2",
        "deform_conv2d": "input offset weight bias=None stride=(1, 1) padding=(0, 0) "
        "dilation=(1, 1) mask=None",
        "conv_transpose1d": "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 "
        "dilation=1",
        "conv_transpose2d": "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 "
        "dilation=1",
        "avg_pool1d": "input kernel_size stride=None padding=0 ceil_mode=False "
        "count_include_pad=True",
        "avg_pool2d": "input kernel_size stride=None padding=0 ceil_mode=False "
        "count_include_pad=True divisor_override=None",
        "max_pool1d": "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False "
        "return_indices=False",
        "max_pool2d": "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False "
        "return_indices=False",
        "max_unpool2d": "input indices kernel_size stride=None padding=0 output_size=None",
        "adaptive_avg_pool2d": "input output_size",
        "unfold": "input kernel_size dilation=1 padding=0 stride=1",
        "fold": "input output_size kernel_size dilation=1 padding=0 stride=1",
    }[name]
    written = [
        key if value.default is value.empty else f"{key}={value.default}"
        for key, value in mine.items()
    ]
    assert " ".join(written) == documented
    if not hasattr(F, name):  # torchvision's, which is asked below, or another way to do conv2d
        assert name in ("deform_conv2d", "conv2d_fft", "conv2d_winograd")
        return
    try:  # those of torch's that are written in Python can be asked
        theirs = list(inspect.signature(getattr(F, name)).parameters)
    except ValueError:
        return
    assert theirs in (list(mine), ["args", "kwargs"], ["args", "kwargs"][::-1])


def test_the_signature_is_torchvisions():
    from utils.textbook import d2l  # which repairs torchvision where it must

    def arguments(function):
        return {
            name: value.default for name, value in inspect.signature(function).parameters.items()
        }

    theirs = arguments(d2l.torchvision.ops.deform_conv2d)
    assert arguments(functional.deform_conv2d) == theirs
    assert list(arguments(functional.deform_conv2d)) == list(theirs)


X, W = torch.ones(1, 4, 5, 5), torch.ones(6, 4, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.conv2d(X[0, 0], W), ValueError, r"input \(5, 5\), .*must be \(N, C, H, W\)"),
        (lambda f: f.conv2d(X, W[0]), ValueError, r"weight must be \(O, C / groups, k_h, k_w\)"),
        (lambda f: f.conv2d(X, W[:, :3]), ValueError, "input has 4 channels, but weight takes"),
        (lambda f: f.conv2d(X, W[:, :1], groups=4), ValueError, "groups = 4 must divide .* 6 out"),
        (lambda f: f.conv2d(X, W[:, :2], groups=3), ValueError, r"weight takes 2·groups = 6"),
        (lambda f: f.conv2d(X, W, groups=0), ValueError, "groups must be 1 or more; got 0"),
        (
            lambda f: f.conv2d(X, torch.ones(6, 4, 7, 3)),
            ValueError,
            "spans 7, more than the padded",
        ),
        (lambda f: f.conv2d(X, W, stride=0), ValueError, "stride must be 1 or more; got 0"),
        (lambda f: f.conv2d(X, W, stride=(1, -2)), ValueError, "stride must be 1 or more; got -2"),
        (lambda f: f.conv2d(X, W, padding=-1), ValueError, "padding must be 0 or more; got -1"),
        (lambda f: f.conv2d(X, W, dilation=0), ValueError, "dilation must be 1 or more"),
        (lambda f: f.conv2d(X, W, stride=(1, 1, 1)), ValueError, "one integer or 2"),
        (lambda f: f.conv2d(X, W, stride=1.0), TypeError, "stride must be an integer; got 1.0"),
        (lambda f: f.conv2d(X, W, stride=True), TypeError, "must be an integer; got True of bool"),
        (lambda f: f.conv2d(X, W, padding="same", stride=2), ValueError, '"same" needs stride 1'),
        (lambda f: f.conv2d(X, W, padding="full"), ValueError, 'must be "same" or "valid"'),
        (lambda f: f.conv2d(X, W.double()), TypeError, "input torch.float32, weight torch.float64"),
        (lambda f: f.conv2d(X.numpy(), W), TypeError, "input must be a torch.Tensor; got ndarray"),
        (lambda f: f.conv2d(X, W, W[:5, 0, 0, 0]), ValueError, r"bias must be \(6,\)"),
        (lambda f: f.conv2d(X.bool(), W.bool()), TypeError, "not defined for torch.bool"),
        (lambda f: f.conv2d(X.to_sparse(), W), TypeError, "input must be dense"),
        (lambda f: f.conv_transpose2d(X, W), ValueError, "but weight takes 6"),
        (lambda f: f.conv_transpose2d(X, W[:4], output_padding=1), ValueError, "less than the lar"),
        (lambda f: f.conv_transpose2d(X, W[:4], padding=4), ValueError, "cuts everything off"),
        (lambda f: f.conv_transpose2d(X, W[:4], groups=3), ValueError, "must divide weight's 4"),
        (lambda f: f.max_pool2d(X, 3, padding=2), ValueError, "padding 2 is more than half"),
        (lambda f: f.max_pool2d(X, 6), ValueError, "kernel spans 6"),
        (lambda f: f.max_pool2d(X[:, :0], 2), ValueError, "a channel and a pixel"),
        (lambda f: f.max_pool2d(X, 2, ceil_mode=1), TypeError, "ceil_mode must be True or False"),
        (lambda f: f.max_pool2d(X * 1j, 2), TypeError, "not defined for torch.complex64"),
        (lambda f: f.avg_pool2d(X, 2, divisor_override=0), ValueError, "must not be 0"),
        (lambda f: f.avg_pool2d(X.int(), 2), TypeError, "not defined for torch.int32"),
        (lambda f: f.adaptive_avg_pool2d(X, (1, 2, 3)), ValueError, "one or two"),
        (lambda f: f.adaptive_avg_pool2d(X, -1), ValueError, "output_size must be 0 or more"),
        (lambda f: f.unfold(X, (2,)), ValueError, "kernel_size must be one integer or 2"),
        (lambda f: f.unfold(X, 6), ValueError, "kernel spans 6"),
        (lambda f: f.fold(X[0], 5, 3), ValueError, "columns of 5 cannot be divided"),
        (
            lambda f: f.fold(torch.ones(1, 9, 8), 5, 3),
            ValueError,
            "3·3 = 9 windows, but there are 8",
        ),
    ],
)
def test_the_message_teaches(call, error, message):
    with pytest.raises(error, match=message):
        call(functional)
    with pytest.raises((RuntimeError, TypeError)):  # torch refuses the same
        call(F)


OFFSET = torch.zeros(1, 18, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.conv2d_fft(X, W[:, :3]), ValueError, "input has 4 channels, but weight takes"),
        (lambda f: f.conv2d_fft(X, W, stride=0), ValueError, "stride must be 1 or more; got 0"),
        (lambda f: f.conv2d_fft(X, W, dilation=3), ValueError, "spans 7, more than the padded"),
        (lambda f: f.conv2d_fft(X.int(), W.int()), TypeError, "int32: a spectrum is made of fract"),
        (lambda f: f.conv2d_winograd(X, W[:, :1]), ValueError, r"weight takes 1·groups = 1"),
        (lambda f: f.conv2d_winograd(X, W[..., :1]), ValueError, "must be 3x3; got 3x1"),
        (lambda f: f.conv2d_winograd(X, W, stride=2), ValueError, r"stride must be 1; got \(2, 2"),
        (lambda f: f.conv2d_winograd(X, W, dilation=(1, 2)), ValueError, "dilation must be 1; got"),
        (lambda f: f.conv2d_winograd(X, W, tile=3), ValueError, "tile must be 2, 4 or 6; got 3"),
        (
            lambda f: f.conv2d_winograd(X, W, tile=2.0),
            TypeError,
            "tile must be an integer; got 2.0",
        ),
        (lambda f: f.conv2d_winograd(X.long(), W.long()), TypeError, "matrices hold fractions"),
        (lambda f: f.deform_conv2d(X[0], OFFSET, W), ValueError, r"input must be \(N, C, H, W\)"),
        (lambda f: f.deform_conv2d(X, OFFSET[0], W), ValueError, r"offset must be \(N, 2·offset g"),
        (lambda f: f.deform_conv2d(X, OFFSET, W[0]), ValueError, r"weight must be \(O, C / groups"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, mask=X[0]), ValueError, r"mask must be \(N, off"),
        (lambda f: f.deform_conv2d(X[..., :0], OFFSET, W), ValueError, "input must have a pixel"),
        (lambda f: f.deform_conv2d(X, OFFSET, W[..., :0]), ValueError, "weight must have a tap"),
        (lambda f: f.deform_conv2d(X, OFFSET, W[:, :0]), ValueError, "weight must take a channel"),
        (lambda f: f.deform_conv2d(X, OFFSET, W[:, :3]), ValueError, "not a multiple of the 3"),
        (lambda f: f.deform_conv2d(X, OFFSET, W[:, :1]), ValueError, "groups = 4 must divide wei"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, W[0, 0, 0]), ValueError, r"bias must be \(6,\)"),
        (lambda f: f.deform_conv2d(X, OFFSET[:, :9], W), ValueError, "9 channels; .*k_h·k_w = 18"),
        (
            lambda f: f.deform_conv2d(X, OFFSET.repeat(1, 3, 1, 1), W),
            ValueError,
            "offset has 3 groups, which must divide input's 4 channels",
        ),
        (
            lambda f: f.deform_conv2d(X, OFFSET, W, mask=OFFSET),
            ValueError,
            "mask must have 1·k_h·k_w = 9 channels",
        ),
        (
            lambda f: f.deform_conv2d(X, OFFSET, W, padding=1),
            ValueError,
            r"offset must be \(1, 18, 5, 5\): one for each picture and place",
        ),
        (
            lambda f: f.deform_conv2d(X, OFFSET, W, mask=OFFSET[:, :9, :2]),
            ValueError,
            r"mask must be \(1, 9, 3, 3\)",
        ),
        (lambda f: f.deform_conv2d(X, OFFSET, W, dilation=3), ValueError, "kernel spans 7"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, stride=0), ValueError, "stride must be 1 or more"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, stride=(1,)), ValueError, "one integer or 2, one"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, padding=-1), ValueError, "padding must be 0 or m"),
        (lambda f: f.deform_conv2d(X, OFFSET, W, padding="same"), TypeError, "must be an integer"),
        (lambda f: f.deform_conv2d(X, OFFSET.double(), W), TypeError, "must have one dtype"),
        (
            lambda f: f.deform_conv2d(X.long(), OFFSET.long(), W.long()),
            TypeError,
            "not defined for torch.int64",
        ),
        (lambda f: f.deform_conv2d(X, None, W), TypeError, "offset must be a torch.Tensor; got No"),
    ],
)
def test_the_message_of_what_torch_has_not_teaches(call, error, message):
    """As above; and it names the call and its shapes."""
    with pytest.raises(error, match=message) as raised:
        call(functional)
    assert re.match(r"(conv2d_fft|conv2d_winograd|deform_conv2d)\(input \(", str(raised.value))


def test_the_matrices_of_other_tiles_are_refused():
    for tile, error in ((3, ValueError), (8, ValueError), (True, TypeError), ("2", TypeError)):
        with pytest.raises(error, match=re.escape(f"winograd_matrices({tile!r}): tile must be")):
            winograd_matrices(tile)


@pytest.mark.parametrize("ours", [functional.conv2d, functional.conv2d_fft])
def test_of_no_channels_none_are_made(ours):
    """As in torch: no output channel, whatever the weight says, and no bias added to it."""
    for bias in (None, torch.ones(2)):
        args = torch.ones(1, 0, 3, 3), torch.ones(2, 0, 2, 2), bias
        assert ours(*args).shape == F.conv2d(*args).shape == (1, 0, 2, 2)


def test_the_kernel_may_not_be_empty():
    for empty in (W[:, :, :0], W[:0]):
        for module, error in ((functional, ValueError), (F, RuntimeError)):
            with pytest.raises(error):
                module.conv2d(X, empty)
