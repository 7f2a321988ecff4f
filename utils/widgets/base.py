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
    """

    _esm = DIST / "explorables.mjs"
    kind = traitlets.Unicode().tag(sync=True)
    # ipywidgets 7 (Colab) shows widgets through this method, which would leave our HTML out.
    _ipython_display_: ClassVar[None] = None

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
