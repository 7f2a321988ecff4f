"""What a reader or a page hands to a widget, made into plain lists and checked."""

import math
from typing import Any

import numpy as np
import torch

from utils.widgets.base import WidgetError

LARGEST = 1e6


def matrix(values: Any, name: str, most: int = 64) -> list[list[float]]:
    """`values` as rows of numbers, whole numbers as int.

    Raises:
        WidgetError: unless it is a non-empty matrix of finite numbers, none beyond a million, with
            at most `most` rows and columns; the message names the shape found.
    """
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise WidgetError(f"{name} must be a matrix of numbers, all rows of one length") from None
    if array.ndim != 2 or 0 in array.shape:
        raise WidgetError(f"{name} must be a matrix (height, width); got shape {array.shape}")
    if max(array.shape) > most:
        raise WidgetError(
            f"{name} can have at most {most} rows and columns here; got shape {array.shape}"
        )
    if not np.isfinite(array).all() or np.abs(array).max() > LARGEST:
        raise WidgetError(f"{name} must hold finite numbers between −1,000,000 and 1,000,000")
    return [[plain(x) for x in row] for row in array.tolist()]


def plain(x: float) -> float:
    """An int where the number is whole, so that JSON and pages show 3 and not 3.0."""
    return int(x) if float(x).is_integer() else float(x)


def pair(value: Any, name: str, least: int) -> list[int]:
    """One whole number, or two (rows, columns), as a list of two.

    Raises:
        WidgetError: for anything else, or for numbers below `least`.
    """
    numbers = list(value) if isinstance(value, (list, tuple)) else [value, value]
    if len(numbers) != 2 or any(isinstance(n, bool) or not isinstance(n, int) for n in numbers):
        raise WidgetError(f"{name} must be a whole number or two (rows, columns); got {value!r}")
    if min(numbers) < least:
        raise WidgetError(f"{name} must be {least} or more; got {value!r}")
    return numbers


def finite(value: Any, name: str) -> float:
    """A finite number of a size the page can show.

    Raises:
        WidgetError: for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise WidgetError(f"{name} must be a finite number; got {value!r}")
    if abs(value) > LARGEST:
        raise WidgetError(f"{name} must lie between −1,000,000 and 1,000,000; got {value!r}")
    return plain(value)
