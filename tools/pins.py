"""Write requirements/constraints.txt: the exact versions that CI and `make` use.

    make pins

One resolution (by uv) serves Python 3.10 to 3.13 on every platform. Lines for CUDA are left out, so
that the same file fits a CPU build of torch, which needs none of them.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "requirements" / "constraints.txt"

# To upgrade torch: change these two, then `make pins test`. CONTRIBUTING.md has the rest.
TORCH = ["torch==2.13.0", "torchvision==0.28.0"]

HEADER = """\
# Exact versions, good for Python 3.10 to 3.13. Written by `make pins`; do not edit by hand.
# Use as: pip install -r requirements.txt -c requirements/constraints.txt
"""
LEFT_OUT = re.compile(r"(nvidia|cuda|triton)\b")


def main() -> int:
    """Resolve requirements.txt and write the result."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--quiet", "--upgrade"]
    command += ["--python-version", "3.10", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command += ["--constraints", "-", "requirements.txt"]
    done = subprocess.run(
        command, cwd=ROOT, input="\n".join(TORCH), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr.strip() or "uv failed", file=sys.stderr)
        return done.returncode
    lines = [line for line in done.stdout.splitlines() if line and not LEFT_OUT.match(line)]
    lines = [re.sub(r"\+cpu\b", "", line) for line in lines]
    missing = [pin for pin in TORCH if pin not in lines]
    if missing:
        print(f"uv left out {', '.join(missing)}", file=sys.stderr)
        return 1
    TARGET.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} pins in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
