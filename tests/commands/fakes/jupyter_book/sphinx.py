"""A book of one page: what intro.md says. A line with WARNING in it is one."""

import sys
from pathlib import Path

from gate import passes


def build_sphinx(source: str, out: str, **options: object) -> int:
    """Write the page; return 1 where there was a warning."""
    folder = Path(out)
    folder.mkdir(parents=True)
    text = Path(source, "intro.md").read_text(encoding="utf-8")
    (folder / "index.html").write_text("half", encoding="utf-8")
    passes("sphinx")
    (folder / "index.html").write_text(text, encoding="utf-8")
    for line in text.splitlines():
        if "WARNING" in line:
            print(f"\x1b[91m{line}\x1b[39;49;00m", file=sys.stderr)
    return int("WARNING" in text)
