"""Find Node and npm, or run them: `python tools/node.py npm run build`, in the widgets' folder.

The machine's own Node is taken where it is new enough, else the one that `tools/environment.py` has
brought into .venv. Standard library only.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "utils" / "widgets" / "js"
BROUGHT = ROOT / ".venv" / "bin"
OLDEST = 20


def major(path: str) -> int:
    """The major version of the Node that is found along `path`; 0 where there is none."""
    command = shutil.which("node", path=path)
    if command is None or shutil.which("npm", path=path) is None:
        return 0
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.strip().removeprefix("v").partition(".")[0]
    return int(version) if version.isdecimal() else 0


def search_path() -> str | None:
    """A PATH along which a good `node` and `npm` are found first; None where there is none."""
    own = os.environ.get("PATH", os.defpath)
    return next((p for p in (own, f"{BROUGHT}{os.pathsep}{own}") if major(p) >= OLDEST), None)


def environment() -> dict[str, str]:
    """What to hand to a process that runs node or npm by these names.

    Raises:
        FileNotFoundError: where there is no Node.
    """
    path = search_path()
    if path is None:
        raise FileNotFoundError(f"no Node {OLDEST} or newer with npm; `make test` brings one")
    return os.environ | {"PATH": path}


def main() -> int:
    """Run the command line's command."""
    try:
        return subprocess.run(sys.argv[1:], cwd=SOURCES, env=environment(), check=False).returncode
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
