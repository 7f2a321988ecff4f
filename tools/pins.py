"""Write requirements/constraints.txt: the exact versions that CI and `make` use.

    make pins                              # the newest of everything
    .venv/bin/python tools/pins.py --keep  # what is pinned stays; what is new is added

One resolution (by uv) serves Python 3.11 to 3.14 on every platform. Lines for CUDA are left out, so
that the same file fits a CPU build of torch, which needs none of them.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "requirements" / "constraints.txt"

SOURCES = ["requirements.txt", "requirements/node.txt"]

# To upgrade torch: change these two, then `make pins test`. CONTRIBUTING.md has the rest.
TORCH = ["torch==2.13.0", "torchvision==0.28.0"]

HEADER = """\
# Exact versions, good for Python 3.11 to 3.14. Written by `make pins`; do not edit by hand.
# Use as: pip install -r requirements.txt -c requirements/constraints.txt
"""
LEFT_OUT = re.compile(r"(nvidia|cuda|triton)\b|-e |\./|file:")  # and the course itself


def kept(text: str) -> list[str]:
    """The lines of uv's resolution that are pins for every machine."""
    lines = [line for line in text.splitlines() if line and not LEFT_OUT.match(line)]
    return [re.sub(r"\+cpu\b", "", line) for line in lines]


def main() -> int:
    """Resolve the requirements and write the result."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / TARGET.name
        if sys.argv[1:] == ["--keep"]:
            shutil.copy(TARGET, output)  # uv prefers what is there
        command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--quiet"]
        command += ["--python-version", "3.11", "--no-header", "--no-annotate"]
        command += ["--no-emit-index-url", "--output-file", str(output), "--constraints", "-"]
        done = subprocess.run(
            [*command, *SOURCES],
            cwd=ROOT,
            input="\n".join(TORCH),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stderr.strip() or "uv failed", file=sys.stderr)
            return done.returncode
        text = output.read_text(encoding="utf-8")
    lines = kept(text)
    missing = [pin for pin in TORCH if pin not in lines]
    if missing:
        print(f"uv left out {', '.join(missing)}", file=sys.stderr)
        return 1
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} pins in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
