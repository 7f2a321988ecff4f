"""The widgets to look at, and what a test sees of one: cells, marks, values, lines of text."""

import json

import torch

from utils.widgets import WIDGETS

MODES = {f"{kind} {mode}": (kind, mode) for kind, w in WIDGETS.items() for mode in w.examples}


def ask(page, function: str, argument):
    """Call a function on the page. All goes as text, which knows no infinity, and quickly.

    Else each number is wrapped on one side and unwrapped on the other.
    """
    asked = f"async text => JSON.stringify(await ({function})(JSON.parse(text)))"
    return json.loads(page.evaluate(asked, json.dumps(argument)))


def assert_near(found, expected: torch.Tensor, most: float = 1e-7) -> None:
    """As torch.testing.assert_close, which takes far longer where nothing is wrong."""
    if not isinstance(found, torch.Tensor):
        found = torch.tensor(found, dtype=torch.float64)
    near, alike = {"rtol": most, "atol": most}, found.dtype == expected.dtype
    if not (alike and found.shape == expected.shape and torch.allclose(found, expected, **near)):
        torch.testing.assert_close(found, expected, **near)


def cells(page, grid: str, mark: str) -> set[tuple[int, int]]:
    found = (
        page.get_by_role("grid", name=grid)
        .locator(f".{mark}")
        .evaluate_all("all => all.map(c => [Number(c.dataset.row), Number(c.dataset.col)])")
    )
    return {tuple(cell) for cell in found}


def cell(page, grid: str, row: int, col: int):
    return page.get_by_role("grid", name=grid).locator(f"[data-row='{row}'][data-col='{col}']")


def part(page, name: str):
    return page.locator(f"[data-part='{name}']").first


def nudge(page, label: str, word: str):
    """The small button beside a field: named by what it does, described by the field's label."""
    field = page.get_by_label(label, exact=True)
    return field.locator("xpath=..").get_by_role("button", name=word)


def values(page, grid: str) -> list[list[str]]:
    return page.get_by_role("grid", name=grid).evaluate(
        "g => [...g.querySelectorAll('[role=row]')].map(r => [...r.children].map(c => c.textContent))"
    )


def snapshot(page) -> str:
    return (
        page.locator(".ex-stage").first.evaluate("e => e.outerHTML")
        + part(page, "arithmetic").inner_text()
    )
