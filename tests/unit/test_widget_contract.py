"""What holds for every widget as a Python object: for all of the registry, in all of its modes."""

import json
import subprocess
import sys
from fractions import Fraction
from functools import cache
from html import unescape

import numpy as np
import pytest
import torch
from ipywidgets import Widget

import utils
from utils.widgets import WIDGETS, traits
from utils.widgets.base import DIST, WidgetError
from utils.widgets.sliding_window import Goal

MODES = [(kind, mode) for kind, widget in WIDGETS.items() for mode in widget.examples]
SOURCES = DIST.parent / "js"


@pytest.fixture(params=WIDGETS)
def kind(request):
    return WIDGETS[request.param]


@pytest.fixture(params=MODES, ids=" ".join)
def widget(request):
    kind, mode = request.param
    return WIDGETS[kind].example(mode)


@cache
def spec_of(kind, mode):
    """The state of an example, which no test changes."""
    return kind.example(mode).spec


def outputs(widget):
    """What a widget calculates, if it does."""
    return widget.output.tolist() if widget.calculates else None


def state_traits(widget) -> dict[str, traits.State]:
    return widget.traits(state=True)


def test_what_is_registered_is_exported_and_has_its_parts(kind):
    name = kind.__name__
    assert getattr(utils, name) is kind
    assert name in utils.__all__ and name in dir(utils)
    assert kind.examples
    assert (SOURCES / "widgets" / f"{kind.file_name()}.js").is_file()


def test_every_view_belongs_to_a_registered_widget():
    files = {path.stem for path in (SOURCES / "widgets").glob("*.js")}
    assert files == {widget.file_name() for widget in WIDGETS.values()}


def test_what_a_notebook_saves_is_the_same_each_time_and_starts_the_page(kind):
    mode = next(iter(kind.examples))
    first, second = kind.example(mode), kind.example(mode)
    data, _ = first._repr_mimebundle_()
    other, _ = second._repr_mimebundle_()
    assert data["text/html"] == other["text/html"]
    assert data["text/plain"] == other["text/plain"] and "0x" not in data["text/plain"]
    html = data["text/html"]
    spec = json.loads(unescape(html.split('data-spec="')[1].split('"')[0]))
    assert spec == first.spec
    assert f'class="explorable" data-explorable="{kind.__name__}"' in html


def test_the_first_frame_speaks_html_and_the_output_is_numbers(widget):
    if widget.calculates:
        assert isinstance(widget.output, torch.Tensor) and widget.output.numel()
    assert widget.first_frame().startswith(("<p>", "<table>", "<div"))


def test_a_state_taken_over_from_the_page_is_the_same_widget(widget):
    """JSON arrives, all in one message; lists are held as tuples, and nothing is sent back."""
    other = type(widget).example(next(iter(type(widget).examples)))
    sent = []
    other.send_state = lambda key=None: sent.append(key)
    other.set_state(json.loads(json.dumps(widget.spec)))
    assert other.spec == widget.spec
    assert outputs(other) == outputs(widget)
    assert sent == [], "what came from the page is not news to it"


def test_changes_held_back_are_checked_together(widget):
    """From any mode to any other at once, whatever lies between."""
    for mode in type(widget).examples:
        other = type(widget).example(mode)
        with other.hold_trait_notifications():
            for name, value in widget.spec.items():
                setattr(other, name, value)
        assert other.spec == widget.spec


WRONG = {
    traits.Whole: ["3", 1.5, 2.0, True, None, -1, 10**9, np.float64(1), torch.tensor(1.0), [1]],
    traits.Position: ["3", 1.5, True, None, [1], np.bool_(True)],
    traits.Pair: ["12", 1.5, True, None, -1, 10**9, (1, 2, 3), (1, 2.0), torch.tensor(True)],
    traits.Real: ["1", True, None, float("nan"), float("inf"), 1e7, 1j, torch.tensor([1.0, 2])],
    traits.Flag: ["yes", 1, None, torch.tensor([True, False])],
    traits.Choice: ["loud", 1, None, ["conv"]],
    traits.Array: [
        None, 3, "abc", [["1"]], [[1, 2], [3]], [[float("nan")]], [[1e9]], [[1j]], [], [[]],
        torch.ones(70, 70), torch.ones(2, 2, dtype=torch.complex64), [[None]],
        np.ones((2, 2), dtype=complex), np.array([["a"]]), [[[[[1.0]]]]],
    ],
    Goal: [
        None, "2 by 2", ["x"], {"text": "Do."}, {"text": "Do.", "input_shape": 3},
        {"output_shape": 2}, {"text": " ", "output_shape": 2}, {"text": 3, "output_shape": 2},
        {"text": "Do.", "output_shape": 0}, {"text": "Do.", "output_shape": (1, 2, 3)},
        {"text": "Do.", "output": [1, 2]}, {"text": "Do.", "output_shape": 2, "stride": 2},
        {"text": "Do.", "output_shape": 2, 3: 4},
    ],
}  # fmt: skip


def wrong_for(trait: traits.State) -> list:
    found = next((WRONG[t] for t in type(trait).__mro__ if t in WRONG), [None, object(), ["x"]])
    if isinstance(trait, traits.Array):
        axes = len(trait.axes)
        found = [*found, torch.ones([1] * (axes - 1)), torch.ones([1] * (axes + 1))]
    return found


def test_a_refused_value_says_which_and_changes_nothing(widget):
    before, heard = widget.spec, []
    widget.observe(heard.append)
    for name, trait in state_traits(widget).items():
        for value in wrong_for(trait):
            with pytest.raises(WidgetError) as caught:
                setattr(widget, name, value)
            assert trait.title.split()[-1].split("_")[0] in str(caught.value), (name, value)
            assert widget.spec == before, (name, value)
    assert heard == []


def test_a_refused_change_among_several_undoes_them_all(kind):
    *_, last = kind.examples
    widget = kind.example(next(iter(kind.examples)))
    before, changes = widget.spec, kind.example(last).spec
    for name, trait in state_traits(widget).items():
        with pytest.raises(WidgetError), widget.hold_trait_notifications():
            for other, value in {**changes, name: wrong_for(trait)[0]}.items():
                setattr(widget, other, value)
        assert widget.spec == before, name


def test_a_position_stays_among_those_that_there_are(widget):
    for name in (n for n, t in state_traits(widget).items() if isinstance(t, traits.Position)):
        setattr(widget, name, 10**6)
        last = getattr(widget, name)
        setattr(widget, name, last + 1)
        assert getattr(widget, name) == last < 10**6
        setattr(widget, name, -1)
        assert getattr(widget, name) == 0
        setattr(widget, name, last)
    for mode in type(widget).examples:  # which may have fewer
        with widget.hold_trait_notifications():
            for name, value in spec_of(type(widget), mode).items():
                if not isinstance(state_traits(widget).get(name), traits.Position):
                    setattr(widget, name, value)
        before = widget.spec
        for name, trait in state_traits(widget).items():
            if isinstance(trait, traits.Position):
                setattr(widget, name, getattr(widget, name))  # in range: stays
        assert widget.spec == before


def test_state_that_is_reached_into_is_a_copy_or_refuses(widget):
    before, output = widget.to_html(), outputs(widget)

    def reach(value):
        """Change whatever can be changed in `value`."""
        if isinstance(value, list):
            for part in value:
                reach(part)
            value.clear()
        elif isinstance(value, dict):
            for part in value.values():
                reach(part)
            value.clear()
        elif isinstance(value, tuple):
            for part in value:
                reach(part)

    for name in state_traits(widget):
        reach(getattr(widget, name))
    reach(widget.spec)
    reach(widget.get_state())
    assert widget.to_html() == before
    assert outputs(widget) == output


def test_what_is_handed_in_can_be_changed_afterwards():
    for kind in WIDGETS.values():
        for name, trait in kind.class_traits(state=True).items():
            if not isinstance(trait, traits.Array):
                continue
            widget = kind.example(next(iter(kind.examples)))
            given = np.array(widget.spec[name], dtype=float)
            setattr(widget, name, given)
            before = widget.spec
            given += 1
            assert widget.spec == before, f"{kind.__name__}.{name}"


INTEGERS = [np.int8, np.int64, np.uint16, torch.tensor, lambda n: torch.tensor(n, dtype=torch.int8)]
DTYPES = [
    torch.bool, torch.uint8, torch.int8, torch.int64, torch.float16, torch.bfloat16,
    torch.float32, torch.float64,
]  # fmt: skip


def test_whole_numbers_are_those_that_shapes_takes(widget):
    for name, trait in state_traits(widget).items():
        value = getattr(widget, name)
        for integer in INTEGERS:
            if isinstance(trait, traits.Whole | traits.Position) and value < 128:
                setattr(widget, name, integer(value))
                assert type(getattr(widget, name)) is int
            elif isinstance(trait, traits.Pair):
                setattr(widget, name, tuple(map(integer, value)))
                assert list(map(type, getattr(widget, name))) == [int, int]
            elif isinstance(trait, traits.Real):
                setattr(widget, name, integer(3))
                assert getattr(widget, name) == 3
        assert name not in ("stride", "groups") or getattr(widget, name) == value


def test_arrays_are_of_any_real_dtype_or_nested(widget):
    before = widget.spec
    for name, trait in state_traits(widget).items():
        if not isinstance(trait, traits.Array):
            continue
        value = torch.tensor(before[name], dtype=torch.float64)
        ones = torch.ones_like(value)
        for dtype in DTYPES:
            setattr(widget, name, ones.to(dtype).requires_grad_(dtype.is_floating_point))
            assert getattr(widget, name) == trait.form(ones.tolist()), dtype
        setattr(widget, name, value.numpy()[...].astype(">f4"))
        assert getattr(widget, name) == trait.form(value.float().tolist())
        setattr(widget, name, [*value.to(torch.bfloat16)])  # a list of tensors
        setattr(widget, name, value)
    assert widget.spec == before


def test_real_numbers_are_of_any_type():
    real = traits.Real(0)
    real.name = "bias"
    for value in (0.5, Fraction(1, 2), np.float16(0.5), torch.tensor(0.5, dtype=torch.bfloat16)):
        assert real.form(value) == 0.5
    assert traits.Array("a", "b", most=2).form([[Fraction(1, 2), 2]]) == ((0.5, 2),)
    flag = traits.Flag(False)
    assert [flag.form(v) for v in (True, np.True_, torch.tensor(True))] == [True] * 3
    assert all(isinstance(flag.form(v), bool) for v in (np.True_, torch.tensor(False)))


def test_a_default_that_its_own_trait_refuses_is_found_when_the_class_is_made():
    with pytest.raises(Exception, match="padding must be 0 or more"):
        type("Wrong", (Widget,), {"padding": traits.Pair(-1)})


IMPORTS = {  # in this order, in one Python, and what is not loaded even then
    "import utils": ["torch", "ipywidgets", "anywidget", "traitlets", "numpy"],
    "import utils.shapes": ["torch", "ipywidgets", "anywidget", "traitlets", "numpy"],
    "from utils import output_size, conv_cost": ["torch", "ipywidgets", "numpy"],
    "from utils import corr2d, functional, loops": ["ipywidgets", "anywidget"],
    "from utils import *": ["d2l", "matplotlib", "torchvision", "sklearn"],
}


def test_an_import_loads_what_it_needs():
    code = [
        "import sys, socket",
        "def refuse(*a, **k): raise OSError('network')",
        "socket.socket.connect = refuse",
    ]
    for statement, absent in IMPORTS.items():
        code += [statement, f"print([m for m in {absent} if m in sys.modules])"]
    command = [sys.executable, "-c", "\n".join(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]"] * len(IMPORTS)


def test_a_name_that_utils_lacks_is_an_attribute_error():
    for name in ("Nothing", "nothing", "_nothing"):
        with pytest.raises(AttributeError, match=name):
            getattr(utils, name)
    names: dict = {}
    exec("from utils import *", names)
    assert set(names) - {"__builtins__"} == set(utils.__all__)
    assert utils.functional.conv2d and utils.loops.corr2d is utils.corr2d
