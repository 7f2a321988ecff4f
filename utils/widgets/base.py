"""The bridge between a Python object, a live page and a page without a kernel."""

import json
import re
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from torch import Tensor

from utils.widgets.traits import Position, State, WidgetError, as_json

__all__ = ["DIST", "Explorable", "WidgetError"]

DIST = Path(__file__).parent / "dist"


class Explorable(anywidget.AnyWidget):
    """A widget that also stands on a page without a kernel.

    Shown in a notebook, it is an ipywidget. Beside that, its output holds HTML whose `data-spec`
    lets the web book start the same JavaScript with no kernel, and whose content, a first frame as
    plain tables, is what remains where no script runs: in print, on GitHub, in a saved file.

    Subclasses declare their state with the types of `utils.widgets.traits`, list `examples`, and
    write `output` and `first_frame`. Rules between traits stand in `_check`, and how many places
    each `Position` has in `_positions`. The page's part is the JavaScript view whose file is named
    as the class, in lower case with underscores.
    """

    _esm = DIST / "explorables.mjs"
    kind = traitlets.Unicode().tag(sync=True)
    # ipywidgets 7 (Colab) shows widgets through this method, which would leave our HTML out.
    _ipython_display_: ClassVar[None] = None

    calculates: ClassVar[bool] = True
    """Whether it shows numbers of its own: an `output`, equations, code that prints them."""

    examples: ClassVar[dict[str, dict[str, Any]]]
    """Arguments by name: a widget for each mode that its page knows; all shared tests run them."""

    _agreed: dict[str, Any] | None = None  # what `_check` passed last
    _in_range: dict[str, Any] | None = None  # the state whose positions were looked at last

    def __init__(self, **state: Any) -> None:
        formed = {name: self._trait(name).form(value) for name, value in state.items()}
        self._check(formed)  # rules between traits need all of them: before the first is set
        super().__init__(**formed)

    @traitlets.default("kind")
    def _kind(self) -> str:
        return type(self).__name__

    @classmethod
    def example(cls, name: str) -> "Explorable":
        """A new widget with the arguments of `examples[name]`."""
        return cls(**cls.examples[name])

    @classmethod
    def file_name(cls) -> str:
        """The name of the JavaScript view, without ending: `DenseToConv` is `dense_to_conv`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def _trait(cls, name: str) -> State:
        trait = getattr(cls, name)
        assert isinstance(trait, State)
        return trait

    def _check(self, state: dict[str, Any]) -> None:
        """Raise a `WidgetError`, naming shapes and rule, unless all of a state fits together."""

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        """How many places each `Position` has."""
        return {}

    def agree(self, name: str, value: Any) -> Any:
        """Check a trait's new value beside all others, and keep a position in its range.

        Raises:
            WidgetError: if they do not fit together; traitlets then keeps the old value.
        """
        state = {**self._state(), name: value}
        ruled = {n: x for n, x in state.items() if not isinstance(self._trait(n), Position)}
        if ruled != self._agreed:  # several traits that change together are asked one by one
            self._check(state)
            self._agreed = ruled
        if not isinstance(self._trait(name), Position):
            return value
        return min(max(value, 0), self._positions(state)[name] - 1)

    @traitlets.observe(traitlets.All)
    def _stay_in_range(self, change: dict[str, Any]) -> None:
        """Move a position back when there are fewer."""
        if not isinstance(getattr(type(self), change["name"], None), State):
            return
        state = self._state()
        if state != self._in_range:  # of several changes at once, each is told when all are made
            self._in_range = state
            for name, count in self._positions(state).items():
                if getattr(self, name) >= count:
                    setattr(self, name, count - 1)

    def _state(self) -> dict[str, Any]:
        """The state by name, as the traits hold it."""
        return {name: getattr(self, name) for name in self._names}

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.trait_names(state=True))

    @property
    def spec(self) -> dict[str, Any]:
        """A copy of the state by name, as JSON would hold it: what the page needs to start."""
        return {name: as_json(value) for name, value in self._state().items()}

    @property
    def output(self) -> Tensor:
        """The numbers that the widget shows, as a float64 tensor, where it calculates."""
        raise NotImplementedError

    def first_frame(self) -> str:
        """HTML of the first frame: semantic tables and the arithmetic in words."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{self.kind}()"

    def to_html(self) -> str:
        """HTML that the book's script turns into the widget, and that reads well without it."""
        spec = escape(json.dumps(self.spec, separators=(",", ":")))
        return (
            f'<div class="explorable" data-explorable="{self.kind}" data-spec="{spec}">\n'
            f"{self.first_frame()}\n</div>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/html": self.to_html()}, metadata
