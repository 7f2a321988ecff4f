"""How operators behave in company: among NaN, under autocast, transformed, traced and compiled.

Each test is for the whole kind: every operator, and for the numbers every layer that is drawn.
"""

import pytest
import torch
import torch.nn.functional as F
from against_torch import HALVES, convolutions, in_double, outcome
from hypothesis import given
from hypothesis import strategies as st
from test_functional_convolution import transposed_convolutions
from test_functional_pooling import adaptive_poolings, foldings, poolings, unfoldings
from torch import Tensor
from torch.autograd.forward_ad import dual_level, make_dual, unpack_dual
from torch.func import functionalize, grad, jacrev, jvp, vmap

from utils import functional
from utils.functional import conv2d, deform_conv2d

# Each operator: the shapes of its tensors, its other arguments, and which axis of each is the
# batch, None where there is none.
CALLS = {
    "conv1d": ([(2, 4, 9), (6, 2, 3), (6,)], {"stride": 2, "padding": 1, "groups": 2}),
    "conv2d": ([(2, 4, 7, 8), (6, 2, 3, 2), (6,)], {"padding": "same", "groups": 2}),
    "conv2d_fft": ([(2, 3, 7, 8), (2, 3, 3, 2), (2,)], {"stride": 2, "dilation": 2}),
    "conv2d_winograd": ([(2, 3, 7, 8), (2, 3, 3, 3), (2,)], {"padding": 1, "tile": 4}),
    "conv_transpose1d": ([(2, 4, 5), (4, 2, 3), (4,)], {"stride": 2, "groups": 2}),
    "conv_transpose2d": (
        [(2, 2, 4, 5), (2, 3, 3, 2), (3,)],
        {"stride": (2, 1), "padding": 1, "output_padding": (1, 0)},
    ),
    "deform_conv2d": ([(2, 4, 5, 6), (2, 16, 4, 5), (2, 2, 2, 2), (2,)], {}),
    "max_pool1d": ([(2, 3, 9)], {"kernel_size": 3, "stride": 2, "padding": 1}),
    "max_pool2d": ([(2, 3, 7, 8)], {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    "avg_pool1d": ([(2, 3, 9)], {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    "avg_pool2d": ([(2, 3, 7, 8)], {"kernel_size": (2, 3), "padding": 1}),
    "adaptive_avg_pool2d": ([(2, 3, 7, 8)], {"output_size": (3, 4)}),
    "unfold": ([(2, 3, 7, 8)], {"kernel_size": (2, 3), "padding": 1, "stride": 2}),
    "fold": ([(2, 12, 20)], {"output_size": (5, 6), "kernel_size": 2}),
}
every_operator = pytest.mark.parametrize("name", CALLS)


def test_no_operator_is_forgotten():
    assert {*CALLS, "max_unpool2d", "windows"} == {*functional.__all__}


def make(name: str, dtype=torch.float64):
    """The operator, tensors for it, all different, and its other arguments."""
    shapes, kwargs = CALLS[name]
    generator = torch.Generator().manual_seed(0)
    tensors = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
    return getattr(functional, name), tensors, kwargs


def theirs(name: str):
    """torch's operator; conv2d for its other ways."""
    return getattr(F, name, F.conv2d)


# Non-finite numbers.

LINEAR = {
    "conv1d": convolutions(1),
    "conv2d": convolutions(2),
    "conv1d of one channel": convolutions(1, channels=(1, 2)),
    "conv2d of one channel": convolutions(2, channels=(1, 2)),
    "conv_transpose1d": transposed_convolutions(1),
    "conv_transpose2d": transposed_convolutions(2),
    "avg_pool1d": poolings("avg_pool1d", too_much=0),
    "avg_pool2d": poolings("avg_pool2d", too_much=0),
    "adaptive_avg_pool2d": adaptive_poolings(),
    "unfold": unfoldings(),
    "fold": foldings(),
}


def ones(x: Tensor) -> Tensor:
    return torch.ones(x.shape, dtype=torch.float64)


@pytest.mark.parametrize("case", LINEAR)
@given(data=st.data())
def test_a_number_that_is_none_reaches_what_reads_it(case, data):
    """Exactly the outputs that read it; the others are as they would be without it."""
    name = case.split()[0]
    args, kwargs = data.draw(LINEAR[case])
    operator, reference = getattr(functional, name), theirs(name)
    if name.startswith("conv"):
        args[1] = args[1].abs() + 1  # times 0 an infinity is none
        spoilt = data.draw(st.integers(0, int("transpose" in name)))
    else:
        kwargs.pop("divisor_override", None)
        spoilt = 0
    probe = outcome(reference, *(x if x is None else x.double() for x in args), **kwargs)
    if isinstance(probe, Exception) or 0 in (probe.numel(), args[spoilt].numel()):
        return
    odd = data.draw(st.sampled_from([float("nan"), float("inf"), -float("inf")]))
    where = torch.zeros(args[spoilt].shape, dtype=torch.float64)
    where.view(-1)[data.draw(st.integers(0, where.numel() - 1))] = 1
    without = [x if x is None else x.double() for x in args]
    if spoilt == 1:
        without[0] = without[0].abs() + 1
    without[spoilt] = without[spoilt].where(where == 0, 0)
    reads = [x if x is None else ones(x) for x in args]
    reads[spoilt] = where
    if len(args) == 3:
        reads[2] = None
    reached = reference(*reads, **kwargs) != 0
    given_ = list(without)
    given_[spoilt] = without[spoilt].where(where == 0, odd)
    actual, expected = operator(*given_, **kwargs), reference(*without, **kwargs)
    assert torch.equal(~actual.isfinite(), reached)
    torch.testing.assert_close(actual[~reached], expected[~reached])


@pytest.mark.parametrize("wide", [5, 7])
@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_a_number_that_is_none_in_layers_of_real_sizes(wide, odd):
    """As above, where other ways are chosen than for small layers."""
    for channels, groups in ((3, 3), (12, 1), (12, 12)):
        x = torch.ones(1, channels, 40, 40)
        x[0, 1, 11, 13] = odd
        w = torch.ones(channels, channels // groups, wide, wide)
        reached = F.conv2d((x != 1).double(), w.double(), padding=2, groups=groups) != 0
        assert torch.equal(~conv2d(x, w, padding=2, groups=groups).isfinite(), reached)


# Autocast.

DTYPES = [torch.float32, torch.float64, *HALVES, torch.complex64, torch.int64]


@pytest.mark.parametrize("lower", HALVES, ids=str)
@pytest.mark.parametrize("name", [name for name in CALLS if name != "deform_conv2d"])
@given(data=st.data())
def test_autocast(name, lower, data):
    """torch's dtype, and what float64 makes of the numbers that torch makes of ours, rounded."""
    operator, tensors, kwargs = make(name)
    kwargs = {key: value for key, value in kwargs.items() if key != "tile"}
    dtypes = [data.draw(st.sampled_from(DTYPES)) for _ in tensors]
    if data.draw(st.booleans()):
        dtypes = dtypes[:1] * len(dtypes)
    tensors = [(2 * x).round().to(dtype) for x, dtype in zip(tensors, dtypes, strict=True)]
    with torch.autocast("cpu", lower):
        actual = outcome(operator, *tensors, **kwargs)
        expected = outcome(theirs(name), *tensors, **kwargs)
        assert torch.is_autocast_enabled("cpu")
    if "conv2d_" in name and dtypes[0] == torch.int64:
        expected = TypeError("no integers")
    low = {d if d in (torch.float64, torch.complex64, torch.int64) else lower for d in dtypes}
    if isinstance(expected, Exception) or (len(low) > 1 and name.startswith("conv")):
        assert isinstance(actual, TypeError)  # torch does not look at every bias
        return
    assert actual.dtype == expected.dtype
    if actual.dtype in HALVES:
        wide = [x.to(actual.dtype).double() for x in tensors]
        expected = in_double(theirs(name), *wide, **kwargs)
    digit = 2 * torch.finfo(actual.dtype).eps if actual.dtype in HALVES else 1e-5
    difference = actual.to(torch.complex128) - expected.to(torch.complex128)
    assert (difference.abs() <= digit * (1 + expected.abs())).all()


def test_autocast_and_deformation():
    """As torchvision on processors: one dtype, and that is kept."""
    _, tensors, _ = make("deform_conv2d", torch.float32)
    expected = deform_conv2d(*tensors)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(deform_conv2d(*tensors), expected)
        assert deform_conv2d(*tensors).dtype == torch.float32
        assert deform_conv2d(*(x.half() for x in tensors)).dtype == torch.float16
        with pytest.raises(TypeError, match="one dtype"):
            deform_conv2d(tensors[0], tensors[1], tensors[2].half())


# Transforms, traces, compilers.


@every_operator
@given(data=st.data())
def test_vmap_over_any_arguments(name, data):
    """Over each argument alone, over several, along any axis: as one call after the other."""
    operator, tensors, kwargs = make(name)
    over = data.draw(st.lists(st.booleans(), min_size=len(tensors), max_size=len(tensors)))
    over[data.draw(st.integers(0, len(over) - 1))] = True
    axes, given_ = [], []
    for mapped, x in zip(over, tensors, strict=True):
        axes.append(data.draw(st.integers(0, x.ndim)) if mapped else None)
        given_.append(torch.stack([x, x.flip(-1) + 1, x.cos()], axes[-1]) if mapped else x)
    actual = vmap(lambda *args: operator(*args, **kwargs), tuple(axes))(*given_)
    for i, mine in enumerate(actual):
        args = [x if a is None else x.select(a, i) for a, x in zip(axes, given_, strict=True)]
        torch.testing.assert_close(mine, operator(*args, **kwargs))


@every_operator
def test_functional_gradients(name):
    """grad, jacrev and vmap of grad are what autograd finds."""
    operator, tensors, kwargs = make(name)
    every = tuple(range(len(tensors)))

    def loss(*args):
        return operator(*args, **kwargs).square().sum()

    leaves = [x.clone().requires_grad_() for x in tensors]
    expected = torch.autograd.grad(loss(*leaves), leaves)
    torch.testing.assert_close(grad(loss, every)(*tensors), expected)
    jacobians = jacrev(lambda *args: operator(*args, **kwargs), every)(*tensors)
    y = operator(*tensors, **kwargs)
    for jacobian, gradient in zip(jacobians, expected, strict=True):
        torch.testing.assert_close(torch.tensordot(2 * y, jacobian, y.ndim), gradient)
    stacked = [torch.stack([x, x + 1]) for x in tensors]
    both = vmap(grad(loss, every))(*stacked)
    for i in range(2):
        found = grad(loss, every)(*(x[i] for x in stacked))
        torch.testing.assert_close(tuple(x[i] for x in both), found)


@every_operator
def test_gradients_in_batches(name):
    """Several gradients at once, by vmap over the way back of what was recorded."""
    operator, tensors, kwargs = make(name)
    leaves = [x.clone().requires_grad_() for x in tensors]
    y = operator(*leaves, **kwargs)
    seeds = torch.stack([y.detach(), y.detach().cos()])
    batched = torch.autograd.grad(y, leaves, seeds, retain_graph=True, is_grads_batched=True)
    for i, seed in enumerate(seeds):
        found = torch.autograd.grad(y, leaves, seed, retain_graph=True)
        torch.testing.assert_close(tuple(x[i] for x in batched), found)


@every_operator
def test_gradients_forward(name):
    """By dual numbers, and by torch.func: the same."""
    operator, tensors, kwargs = make(name)
    tangents = [x.cos() for x in tensors]
    _, expected = jvp(lambda *args: operator(*args, **kwargs), tuple(tensors), tuple(tangents))
    with dual_level():
        duals = map(make_dual, tensors, tangents)
        torch.testing.assert_close(unpack_dual(operator(*duals, **kwargs)).tangent, expected)


@every_operator
def test_functionalize_and_meta(name):
    operator, tensors, kwargs = make(name)
    expected = operator(*tensors, **kwargs)
    actual = functionalize(lambda *args: operator(*args, **kwargs))(*tensors)
    torch.testing.assert_close(actual, expected)
    on_meta = operator(*(x.to("meta") for x in tensors), **kwargs)
    assert (on_meta.is_meta, on_meta.shape, on_meta.dtype) == (True, expected.shape, expected.dtype)


def layer(name: str) -> torch.nn.Module:
    """A module that calls the operator with its arguments."""
    operator, _, kwargs = make(name)

    class Layer(torch.nn.Module):
        def forward(self, x, *others):
            return operator(x, *others, **kwargs)

    return Layer()


# Whose sizes hang together, so that only the batch can be another one.
BATCH_ONLY = ("deform_conv2d", "fold", "adaptive_avg_pool2d")


def larger(name: str, tensors: list[Tensor]) -> list[Tensor]:
    """The same kernels, and more and larger pictures."""
    x, *others = (
        torch.cat([t, t]) if i == 0 or (name, i) == ("deform_conv2d", 1) else t
        for i, t in enumerate(tensors)
    )
    return [x if name in BATCH_ONLY else torch.cat([x, x], -1)[..., :-1], *others]


@every_operator
def test_compiled(name):
    """In one graph, without a break; the sizes of pictures that come later are not known yet."""
    torch.compiler.reset()
    operator, tensors, kwargs = make(name)
    compiled = torch.compile(layer(name), backend="eager", fullgraph=True)
    for args in (tensors, larger(name, tensors)):  # torch takes for variable what has varied
        torch.testing.assert_close(compiled(*args), operator(*args, **kwargs))


@pytest.mark.parametrize("name", ["conv2d", "max_pool2d", "fold"])
def test_compiled_for_any_sizes(name):
    """Also those of the kernels are not known."""
    torch.compiler.reset()
    operator, tensors, kwargs = make(name)
    compiled = torch.compile(layer(name), backend="eager", fullgraph=True, dynamic=True)
    for args in (tensors, larger(name, tensors)):
        torch.testing.assert_close(compiled(*args), operator(*args, **kwargs))


@every_operator
def test_exported(name):
    """With sizes of the pictures that are not known yet."""
    operator, tensors, kwargs = make(name)
    axes = [0, *(range(2, tensors[0].ndim) if name not in BATCH_ONLY else ())]
    free = [dict.fromkeys(axes, torch.export.Dim.DYNAMIC), *[None] * (len(tensors) - 1)]
    if name == "deform_conv2d":
        free[1] = free[0]
    shapes = {"x": free[0], **({"others": tuple(free[1:])} if len(free) > 1 else {})}
    program = torch.export.export(layer(name), tuple(tensors), dynamic_shapes=shapes)
    args = larger(name, tensors)
    torch.testing.assert_close(program.module()(*args), operator(*args, **kwargs))


@every_operator
def test_traced_by_fx(name):
    """The graph holds one call of the operator, and runs."""
    operator, tensors, kwargs = make(name)

    class Layer(torch.nn.Module):
        def forward(self, x):
            return operator(x, *tensors[1:], **kwargs)

    traced = torch.fx.symbolic_trace(Layer())
    assert [node.target for node in traced.graph.nodes if node.op == "call_function"] == [operator]
    torch.testing.assert_close(traced(tensors[0]), operator(*tensors, **kwargs))


@every_operator
def test_subclasses_keep_their_class(name):
    class Named(Tensor):
        pass

    operator, tensors, kwargs = make(name)
    y = operator(tensors[0].as_subclass(Named), *tensors[1:], **kwargs)
    assert type(y) is Named
    torch.testing.assert_close(y.as_subclass(Tensor), operator(*tensors, **kwargs))


@pytest.mark.parametrize("name", ["max_pool1d", "max_pool2d"])
def test_indices_too(name):
    """Where the largest is: mapped, on meta tensors, compiled."""
    operator, (x,), kwargs = make(name)

    def find(x):
        return operator(x, **kwargs, return_indices=True)

    expected = find(x)
    torch.testing.assert_close(
        vmap(find)(torch.stack([x, x])), tuple(torch.stack([y, y]) for y in expected)
    )
    assert [y.shape for y in find(x.to("meta"))] == [y.shape for y in expected]
    torch.compiler.reset()
    torch.testing.assert_close(
        torch.compile(find, backend="aot_eager", fullgraph=True)(x), expected
    )


def test_unpooling():
    """Its indices are no numbers to differentiate or to lower, so it has a test of its own."""
    x = torch.randn(2, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    y, indices = functional.max_pool2d(x, 2, return_indices=True)

    def back(y, indices):
        return functional.max_unpool2d(y, indices, 2)

    expected = back(y, indices)
    assert torch.equal(expected, F.max_unpool2d(y, indices, 2))
    assert torch.equal(vmap(back)(y[:, None], indices[:, None]).squeeze(1), expected)
    assert torch.equal(functionalize(back)(y, indices), expected)
    assert back(y.to("meta"), indices.to("meta")).shape == expected.shape
    jacobian = jacrev(back)(y, indices)
    assert torch.equal(jacobian.sum(tuple(range(4, 8))), expected.ne(0).float())
    for backend in ("eager", "aot_eager"):
        torch.compiler.reset()
        compiled = torch.compile(back, backend=backend, fullgraph=True, dynamic=True)
        assert torch.equal(compiled(y, indices), expected)
    with torch.autocast("cpu", torch.bfloat16):
        for dtype in (torch.float64, torch.bfloat16):
            mine, other = (f.max_unpool2d(y.to(dtype), indices, 2) for f in (functional, F))
            assert mine.dtype == other.dtype and torch.equal(mine, other)
