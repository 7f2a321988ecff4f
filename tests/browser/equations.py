"""Equations as people write them, evaluated: `⌊7 / 3⌋ + 1 = ⌊2.333⌋ + 1 = 3` holds, `1 + 1 = 3` does not.

A number on the screen stands for all that are shown like it: an interval. An equation is true where
the intervals of all its sides meet.
"""

import ast
import math
import operator
import re
from fractions import Fraction
from functools import cache

EXACT = 0
DIGITS = 4  # significant digits that the widgets show
UNITS = {
    **dict.fromkeys(
        ("flop", "bytes", "places", "rows", "columns", "multiplications", "B"), (1, EXACT)
    ),
    "flop/byte": (1, DIGITS),
    **dict.fromkeys(("GFLOP/s", "GB/s"), (10**9, 6)),
    **{f"{p}{b}": (1000**i, 3) for i, p in enumerate("kMGTP", 1) for b in ("", "B")},
    **{f"{p}s": (Fraction(1, 1000**i), 3) for i, p in enumerate(["", *"mµnpfa"])},
}
NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?)(e[+-]?\d+)?"
    rf"(?:\s?({'|'.join(sorted(map(re.escape, UNITS), key=len, reverse=True))})(?![\w]))?"
)
SIGNS = {
    "−": "-", "×": "*", "·": "*", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "²": "**2", "∞": "infinity",
    " times ": "*", "minus ": "-",
}  # fmt: skip
Interval = tuple[Fraction | float, Fraction | float]


def false(text: str, whole: bool = True, **names: str) -> str | None:
    """Say what is wrong with the equation, or None.

    Args:
        text: Two sides or more, joined by `=`, or by `≈` where a number is shown rounded.
        whole: Whether a number without a decimal point is exactly that number.
        names: Words that may stand in it, and what each stands for.
    """
    try:
        sides = [evaluate(side, whole, names) for side in re.split("[=≈]", text)]
    except (SyntaxError, ValueError, KeyError, TypeError) as error:
        return f"{text!r} is no equation: {error!r}"
    for side in sides[1:]:
        if not meet(sides[0], side):
            return f"{text!r}: {sides[0]} is not {side}"
    return None if len(sides) > 1 else f"{text!r} has one side"


def meet(a, b) -> bool:
    if isinstance(a, list) or isinstance(b, list):
        alike = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
        return alike and all(map(meet, a, b))
    return a[0] <= b[1] and b[0] <= a[1]


def evaluate(side: str, whole: bool, names: dict[str, str]):
    """The interval of one side; nested lists of them for `[[1, 2], [3, 4]]`."""
    for name, value in names.items():
        side = re.sub(rf"\b{name}\b", value, side)
    for sign, plain in SIGNS.items():
        side = side.replace(sign, plain)

    def literal(match) -> str:
        return f"shown({match[1]!r}, {match[2] or ''!r}, {match[3] or ''!r})"

    return _value(ast.parse(NUMBER.sub(literal, side).strip(), mode="eval").body, whole)


@cache
def shown(text: str, exponent: str, unit: str, whole: bool) -> Interval:
    """All numbers that are shown as this text."""
    text = text.replace(",", "")
    factor, digits = UNITS.get(unit, (1, EXACT))
    value = Fraction(text + exponent)
    if whole and "." not in text and not exponent and digits == EXACT:
        return value * factor, value * factor
    leading = math.floor(math.log10(abs(value))) if value else 0
    places = max(digits or DIGITS, len(text.replace(".", "").lstrip("0")))
    half = Fraction(10) ** (leading - places + 1) / 2
    return (value - half) * factor, (value + half) * factor


OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv
}  # fmt: skip


def _value(node, whole: bool):
    def value(part):
        return _value(part, whole)

    match node:
        case ast.List(elts=parts):
            return [value(part) for part in parts]
        case ast.Name(id="infinity"):
            return math.inf, math.inf
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            low, high = value(inner)
            return -high, -low
        case ast.Call(func=ast.Name(id="shown"), args=parts):
            return shown(*(part.value for part in parts), whole)
        case ast.Call(func=ast.Name(id="floor"), args=[inner]):
            return tuple(math.floor(x + Fraction(1, 10**6)) for x in value(inner))
        case ast.Call(func=ast.Name(id="ceil"), args=[inner]):
            return tuple(math.ceil(x - Fraction(1, 10**6)) for x in value(inner))
        case ast.Call(func=ast.Name(id="max"), args=parts):
            lows, highs = zip(*map(value, parts), strict=True)
            return max(lows), max(highs)
        case ast.BinOp(left=base, op=ast.Pow()):  # the only power that is written is ²
            return _combined(value(base), value(base), operator.mul)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(value(left), value(right), OPERATORS[type(op)])
    raise ValueError(ast.unparse(node))


def _combined(a, b, op):
    if isinstance(b, list):
        return [_combined(a, part, op) for part in b]
    exact = a[0] is a[1] and b[0] is b[1]  # as most are: one number, not four
    found = [op(a[0], b[0])] if exact else [op(x, y) for x in a for y in b]
    return min(found), max(found)
