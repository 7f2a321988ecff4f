"""Stands in for `python -m venv FOLDER`: as much of an environment as Python itself looks at."""

import sys
from pathlib import Path

from gate import passes

passes("venv")
folder = Path(sys.argv[1])
(folder / "bin").mkdir()
(folder / "bin" / "python").symlink_to(sys._base_executable)
(folder / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages").mkdir(parents=True)
home = Path(sys._base_executable).parent
(folder / "pyvenv.cfg").write_text(f"home = {home}\n", encoding="utf-8")
