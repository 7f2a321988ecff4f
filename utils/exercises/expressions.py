"""Numbers as a reader types them: `1/3`, `43%`, `2·5 + 1`, `2^3`, `−4`, `57,802,752`.

The one grammar of the checkers and, in JavaScript, of the page (`js/engine/answer.js`), which
tests hold to the same table. Both calculate in float64, in the same order, so that they agree to
the bit.

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed)*
    signed  = "-" signed | "+" signed | power
    power   = atom ("^" signed)?           with a whole exponent, from −99 to 99
    atom    = (number | "(" sum ")") "%"*
"""

import math
import re

LONGEST = 200
_SPELLINGS = str.maketrans({"−": "-", "·": "*", "×": "*", "÷": "/"})
_TOKEN = re.compile(
    r"\s*(\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d*)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[-+*/^()%])",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> float:
    """The number that `text` means.

    Raises:
        ValueError: if it is no expression of the grammar, or its value is not finite.
    """
    reader = _Reader(_tokens(text.translate(_SPELLINGS).replace("**", "^").strip()))
    value = reader.sum()
    if reader.tokens or not math.isfinite(value):
        raise ValueError(f"not a number: {text!r}")
    return value + 0.0  # no −0


def _tokens(text: str) -> list[str]:
    """The tokens of `text`, the last first."""
    if len(text) > LONGEST:
        raise ValueError("too long for a number")
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise ValueError(f"{text[place:]!r} is not part of a number")
        found.append(match[1])
        place = match.end()
    return found[::-1]


class _Reader:
    """Takes tokens off the end of a list; one method a line of the grammar."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def take(self, wanted: str) -> str:
        """The next token where it is one of these characters, else nothing."""
        return self.tokens.pop() if self.tokens and self.tokens[-1] in wanted else ""

    def sum(self) -> float:
        value = self.product()
        while sign := self.take("+-"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.signed()
        while sign := self.take("*/"):
            by = self.signed()
            if sign == "/" and by == 0:
                raise ValueError("a division by zero")
            value = value * by if sign == "*" else value / by
        return value

    def signed(self) -> float:
        sign = self.take("+-")
        if sign:
            return -self.signed() if sign == "-" else self.signed()
        return self.power()

    def power(self) -> float:
        base = self.atom()
        if not self.take("^"):
            return base
        exponent = self.signed()
        if not exponent.is_integer() or abs(exponent) > 99:
            raise ValueError("an exponent is a whole number")
        value = 1.0
        for _ in range(abs(int(exponent))):  # `**` rounds otherwise than JavaScript's
            value *= base
        if exponent < 0 and value == 0:
            raise ValueError("a division by zero")
        return 1 / value if exponent < 0 else value

    def atom(self) -> float:
        if self.take("("):
            value = self.sum()
            if not self.take(")"):
                raise ValueError("a bracket is not closed")
        elif self.tokens and self.tokens[-1][0] in "0123456789.":
            value = float(self.tokens.pop().replace(",", ""))
        else:
            raise ValueError("a number is missing")
        while self.take("%"):
            value /= 100
        return value
