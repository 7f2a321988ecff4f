"""The shared module of The Sliding Window: what every chapter imports.

Read `loops` for the definitions, `functional` for the same operators made general and fast,
`shapes` for the arithmetic of sizes and costs. `widgets` are what the pages let you play with,
`figures` are still, `data` loads photograph and digits, `lenet` is the network of chapter 18,
`exercises` checks answers, `textbook` fetches d2l.

Importing `utils` is light: neither torch nor ipywidgets, matplotlib, d2l or the network is touched
until used. What needs them is loaded when it is first asked for.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from utils._version import __version__ as __version__
from utils.shapes import conv_cost as conv_cost
from utils.shapes import effective_kernel_size as effective_kernel_size
from utils.shapes import output_size as output_size
from utils.shapes import pad_sides as pad_sides
from utils.shapes import receptive_field as receptive_field
from utils.shapes import same_padding as same_padding
from utils.shapes import same_padding_strided as same_padding_strided
from utils.shapes import transposed_output_size as transposed_output_size

if TYPE_CHECKING:
    from utils.loops import corr2d as corr2d
    from utils.widgets import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """Load what is asked for the first time: a widget, `corr2d`, or a module of the course."""
        if name == "__all__":  # only `from utils import *` asks for it
            here = [name for name, value in globals().items() if callable(value)]
            own = [name for name in here if globals()[name].__module__ == "utils.shapes"]
            return [*own, "corr2d", *import_module("utils.widgets").__all__]
        if name == "corr2d":
            return import_module("utils.loops").corr2d
        if name[0].isupper() and name in (widgets := import_module("utils.widgets").WIDGETS):
            return widgets[name]
        if name[0].islower() and find_spec(f"utils.{name}"):
            return import_module(f"utils.{name}")
        raise AttributeError(f"module 'utils' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})
