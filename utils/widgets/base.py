"""The bridge between a Python object, a live page and a page without a kernel."""

import json
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from torch import Tensor

DIST = Path(__file__).parent / "dist"


class WidgetError(traitlets.TraitError, ValueError):
    """A value that a widget refuses; a `ValueError` that traitlets knows how to roll back."""


class Explorable(anywidget.AnyWidget):
    """A widget that also stands on a page without a kernel.

    Shown in a notebook, it is an ipywidget. Beside that, its output holds HTML whose `data-spec`
    lets the web book start the same JavaScript with no kernel, and whose content, a first frame as
    plain tables, is what remains where no script runs: in print, on GitHub, in a saved file.

    Subclasses set `kind`, tag their state with `sync=True, state=True`, and write `first_frame`.
    What may be in the state they say in three methods, `_form`, `_check` and `_positions`, and name
    their traits to `traitlets.validate`, which hands each new value to `_agree`.
    """

    _esm = DIST / "explorables.mjs"
    kind = traitlets.Unicode().tag(sync=True)
    # ipywidgets 7 (Colab) shows widgets through this method, which would leave our HTML out.
    _ipython_display_: ClassVar[None] = None

    def __init__(self, **state: Any) -> None:
        state = {name: self._form(name, value) for name, value in state.items()}
        self._check(state)  # rules between traits need all of them: before the first is set
        super().__init__(**state)

    def _form(self, name: str, value: Any) -> Any:
        """The form in which the trait holds `value`, as JSON would, or a `WidgetError`."""
        return value

    def _check(self, state: dict[str, Any]) -> None:
        """Raise a `WidgetError`, naming shapes and rule, unless all of a state fits together."""

    def _positions(self, state: dict[str, Any]) -> dict[str, int]:
        """The traits that count positions from 0, and how many each has."""
        return {}

    def _agree(self, proposal: dict) -> Any:
        """Check a trait's new value against all others, and keep a position in its range."""
        name = proposal["trait"].name
        # Where several traits change together, the others may not have been looked at yet.
        state = {**self.spec, name: proposal["value"]}
        state = {key: self._form(key, value) for key, value in state.items()}
        self._check(state)
        counts = self._positions(state)
        return min(max(state[name], 0), counts[name] - 1) if name in counts else state[name]

    @traitlets.observe(traitlets.All)
    def _stay_in_range(self, change: dict) -> None:
        """Move a position back when there are fewer."""
        if change["name"] in self.trait_names(state=True):
            for name, count in self._positions(self.spec).items():
                setattr(self, name, min(getattr(self, name), count - 1))

    @property
    def spec(self) -> dict[str, Any]:
        """The state by name, as JSON would hold it: what the page needs to start."""
        return {name: getattr(self, name) for name in sorted(self.trait_names(state=True))}

    @property
    def output(self) -> Tensor:
        """The numbers that the widget shows, as a float64 tensor."""
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
        return {**data, "text/html": self.to_html()}, metadata
