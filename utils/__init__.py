"""The shared module of The Sliding Window: what every chapter imports.

Read `loops` for the definitions, `functional` for the same operators made general and fast,
`shapes` for the arithmetic of sizes and costs. `widgets` are what the pages let you play with,
`figures` draws still pictures, `data` loads the photograph and the digits, `exercises` checks
answers, `textbook` fetches d2l.

Importing `utils` is light: neither torch nor ipywidgets, matplotlib, d2l or the network is touched
until used. What needs them is loaded when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from utils.shapes import (  # noqa: F401
    conv_cost,
    effective_kernel_size,
    output_size,
    receptive_field,
    same_padding,
    transposed_output_size,
)

if TYPE_CHECKING:
    from utils.loops import corr2d as corr2d
    from utils.widgets import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """Load what is asked for: the names with a capital are the widgets, others modules."""
        if name == "__all__":  # for `from utils import *` alone
            here = [
                x
                for x, value in globals().items()
                if getattr(value, "__module__", "") == "utils.shapes"
            ]
            return [*here, "corr2d", *importlib.import_module("utils.widgets").__all__]
        missing = AttributeError(f"module 'utils' has no attribute {name!r}")
        if name.startswith("_"):
            raise missing
        if name == "corr2d":
            return importlib.import_module("utils.loops").corr2d
        if name[0].isupper():
            widgets = importlib.import_module("utils.widgets").WIDGETS
            if name in widgets:
                return widgets[name]
            raise missing
        try:
            return importlib.import_module(f"utils.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"utils.{name}":
                raise  # a module of the course that lacks one of its own
            raise missing from None

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})
