"""Run every chapter as Colab would: alone in an empty folder, with Colab's versions of everything.

    python tools/colab.py [CHAPTER ...]      (make colab)

The first chapter's bootstrap cell runs as it stands, in an environment that has never seen the
course: git is told, by its environment alone, to take the repository's address from a clone on this
machine (of the working tree as it is, committed or not). The other chapters follow in the same
environment, each in an empty folder of its own. What the cells show must be what was saved, without
a warning beside it; afterwards what Colab brought must be as it was.

Two things differ from Colab: Python (this one's), and torch, which is the version that CI pins; of
Colab's own torch there are wheels for CUDA only, of several GB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import nbformat
import notebooks
import outputs
import pins
import repository
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-colab"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "versions.json"

# From Colab's published list of packages, August 2026.
COLAB = {
    "ipywidgets": "7.7.1",
    "IPython": "7.34.0",
    "ipykernel": "6.17.1",
    "numpy": "2.1.3",
    "matplotlib": "3.10.0",
    "anywidget": "0.9.21",
    "pandas": "2.2.3",
    "scipy": "1.16.3",
}
# What the bootstrap brings; taken out again so that the next run brings it anew.
BROUGHT = ["the-sliding-window", "d2l"]

VERSIONS = """
import json
from importlib.metadata import distributions
print(json.dumps({d.metadata["Name"].lower(): d.version for d in distributions()}))
"""


def call(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; stop with what it said when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done


def versions() -> dict[str, str]:
    """What is installed in Colab's stead."""
    found: dict[str, str] = json.loads(call(PYTHON, "-I", "-c", VERSIONS).stdout)
    return found


def environment() -> None:
    """Make the environment, or bring an old one back to how it was before the bootstrap."""
    wanted = [f"{name}=={version}" for name, version in COLAB.items()]
    wanted += [*pins.TORCH, "scikit-learn", "requests"]
    made_of = STAMP.read_text() if STAMP.exists() else ""
    if made_of != json.dumps(wanted):
        print("Installing Colab's versions; the first time this takes some minutes ...", flush=True)
        call(sys.executable, "-m", "venv", "--clear", VENV)
        pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        call(PYTHON, *pip, *wanted)
        STAMP.write_text(json.dumps(wanted))
    call(PYTHON, "-m", "pip", "uninstall", "--yes", "--quiet", *BROUGHT)


def clone(folder: Path) -> Path:
    """A repository that holds the working tree as it is, as its only commit."""
    files = call("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    copy = folder / "clone"
    for name in sorted(set(files.stdout.split("\0")) - {""}):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    git = ["git", "-c", "user.name=colab", "-c", "user.email=colab@example.org"]
    call("git", "init", "--quiet", "--initial-branch=main", cwd=copy)
    call(*git, "add", "--all", "--force", cwd=copy)
    call(*git, "commit", "--quiet", "--message=The working tree", cwd=copy)
    return copy


def prepare(folder: Path, repo: Path) -> None:
    """Point kernels at Colab's Python, and git at the clone, through the environment alone."""
    spec = folder / "jupyter" / "kernels" / "colab"
    spec.mkdir(parents=True)
    argv = [str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "Colab", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    os.environ["JUPYTER_PATH"] = str(folder / "jupyter")
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ["GIT_CONFIG_COUNT"] = "1"
    os.environ["GIT_CONFIG_KEY_0"] = f"url.file://{repo}.insteadOf"
    os.environ["GIT_CONFIG_VALUE_0"] = f"{repository.url()}.git"
    os.environ.pop("PYTHONPATH", None)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else each kernel start warns


def run(path: Path, folder: Path) -> tuple[nbformat.NotebookNode, list[str]]:
    """Run the chapter at `path`, and it alone, in an empty folder below `folder`.

    Returns:
        The notebook as it has run, and what it shows that it did not show when it was saved.
    """
    alone = folder / path.stem
    alone.mkdir()
    saved = nbformat.read(path, as_version=4)
    notebook = deepcopy(saved)
    notebooks.run(notebook, alone, kernel="colab")
    return notebook, outputs.differences(saved, notebooks.normalise(notebook))


def main() -> int:
    """Make the environment, run the chapters, compare outputs and versions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", type=Path, help="all unless told")
    paths = parser.parse_args().chapters or notebooks.course()
    environment()
    before = versions()
    for name, version in COLAB.items():
        if before[name.lower()] != version:
            raise SystemExit(f"{name} is {before[name.lower()]}, Colab has {version}")
    if set(BROUGHT) & set(before):
        raise SystemExit("the course is there before the bootstrap has run")
    with tempfile.TemporaryDirectory(prefix="colab-") as name:
        folder = Path(name)
        prepare(folder, clone(folder))
        failed = 0
        for number, path in enumerate(paths):
            started = time.monotonic()
            try:
                notebook, differences = run(path, folder)
            except CellExecutionError as error:
                print(f"{path.name}: a cell failed as in Colab\n{error}")
                return 1
            seconds = time.monotonic() - started
            verdict = (
                f"shows otherwise in {len(differences)} cells" if differences else "runs alone"
            )
            print("\n".join([f"{path.name}: {verdict}, {seconds:.0f} s", *differences]), flush=True)
            failed += bool(differences)
            said = [o.get("text", "") for o in repository.tagged(notebook, "bootstrap").outputs]
            if number == 0 and not set(BROUGHT) <= set(versions()):
                print("the bootstrap did not bring the course:\n" + "".join(said))
                return 1
    after = versions()
    changed = {name for name in before if after.get(name) != before[name]}
    if changed:
        print(f"the bootstrap changed {', '.join(sorted(changed))}")
        return 1
    if failed:
        print(f"{failed} of {len(paths)} show otherwise in Colab than at home")
        return 1
    brought = ", ".join(f"{name} {after[name]}" for name in sorted(set(after) - set(before)))
    print(f"{len(paths)} passed as in Colab; nothing of Colab's changed; brought: {brought}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
