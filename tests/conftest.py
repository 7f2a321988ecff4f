"""What the browser's checks share: one Chromium a process, and axe.

A check that needs a browser fails where there is none, and says what to install; it is not skipped.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import chromium  # noqa: E402  (tools/ is no package: it is found through the line above)

AXE = ROOT / "utils" / "widgets" / "js" / "node_modules" / "axe-core" / "axe.min.js"
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser():
    """A Chromium, shared by all tests of this process. Open a context of your own in it."""
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if path is None:
        pytest.fail(chromium.HELP)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*chromium.ARGUMENTS, ALONE]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """Return a function that runs axe on a page and returns what it finds, one line a finding."""
    if not AXE.exists():
        pytest.fail("axe-core is not there: run npm ci in utils/widgets/js, or make test")
    script = AXE.read_text(encoding="utf-8")

    def find(page, include="html", exclude=(), only: list[str] | None = None) -> list[str]:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(script)
        options = {
            "runOnly": only or AXE_TAGS,
            "preload": False,  # which would fetch styles
            "resultTypes": ["violations"],
        }
        result = page.evaluate(
            """async ([context, options]) => {
                const found = await axe.run(context, options);
                return { passes: found.passes.length, violations: found.violations };
            }""",
            [{"include": [[include]], "exclude": [[part] for part in exclude]}, options],
        )
        assert result["passes"], "axe looked at nothing"
        return [
            f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return find
