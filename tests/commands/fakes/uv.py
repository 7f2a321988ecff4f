"""Stands in for `python -m uv pip install ...`: "installs" by copying other stand-ins."""

import os
import shutil
import sys
from pathlib import Path

from gate import passes

passes("uv")
fails = os.environ.get("UV_FAILS")
if fails and fails in sys.argv:
    sys.exit(f"error: {fails} can't be reached")
fakes = Path(os.environ["FAKES"])
if "requirements/node.txt" in sys.argv:
    for name in ("node", "npm"):
        shutil.copy(fakes / name, ".venv/bin")
else:
    (packages,) = Path(".venv").glob("lib/*/site-packages")
    shutil.copytree(fakes / "jupyter_book", packages / "jupyter_book", dirs_exist_ok=True)
    shutil.copy(fakes / "gate.py", packages)
