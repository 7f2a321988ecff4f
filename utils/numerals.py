"""Numbers as the course writes them, in widgets, figures and text."""


def number(x: float) -> str:
    """A number as the widgets show it: at most four significant digits, a true minus sign.

    >>> number(-0.5), number(3.0), number(1 / 3), number(float("-inf"))
    ('−0.5', '3', '0.3333', '−∞')
    """
    if x in (float("inf"), float("-inf")):
        return "∞" if x > 0 else "−∞"
    text = str(int(x)) if float(x).is_integer() and abs(x) < 1e7 else f"{float(f'{x:.4g}'):.12g}"
    return text.replace("-", "−")


def bracket(x: float) -> str:
    """The same, in brackets where a sign would stand beside another sign."""
    return f"({number(x)})" if x < 0 else number(x)
