"""Find a Chromium for the browser's checks, or bring one.

    python tools/chromium.py             # print where it is
    python tools/chromium.py --install   # bring one first, where there is none

Looked for in this order: $CHROMIUM, the usual names on PATH, Playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Of the libraries that Playwright's Chromium needs, those that a machine without a desktop lacks.
LIBRARIES = ("nss3", "gbm", "asound", "atk-1.0")
HELP = (
    "No Chromium found. Install one (Debian: apt-get install chromium; elsewhere Chrome will do), "
    "or say where it is: make test CHROMIUM=/path/to/it"
)

# No sandbox: it is not to be had in most containers, and only the course's own pages are opened.
# The rest keeps the browser from asking its maker for updates while it is being counted.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Exception:  # not installed, or its driver does not start: then it has no browser either
        return None
    return path if path and Path(path).exists() else None


def lacking() -> str | None:
    """Where `find` has found none: what keeps `install` from having a chance; None if nothing.

    Known before anything is fetched: a wrong $CHROMIUM, and, without the rights of root, libraries
    that only root can install.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return f"CHROMIUM={named}: there is no such program. Correct it, or leave it out."
    if not sys.platform.startswith("linux") or os.geteuid() == 0:
        return None
    return HELP if any(find_library(name) is None for name in LIBRARIES) else None


def install() -> str | None:
    """Try each way of getting a browser until there is one; return its path, or None."""
    root = os.geteuid() == 0
    rights = ["--with-deps"] if root else []
    ways = [[[sys.executable, "-m", "playwright", "install", *rights, "chromium"]]]
    if shutil.which("apt-get") and root:
        ways.append([["apt-get", "update"], ["apt-get", "install", "--yes", "chromium"]])
    for way in ways:
        for command in way:
            print("Trying", " ".join(command), flush=True)
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                text=True,
                check=False,
            )
            if done.returncode:
                print("  did not work:", (done.stdout.strip().splitlines() or ["no output"])[-1])
                break
        path = find()
        if path:
            return path
    return None


def main() -> int:
    """Print the path; with --install, bring a browser first."""
    path = find()
    if path is None and "--install" in sys.argv[1:]:
        path = install()
    print(path or HELP, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
