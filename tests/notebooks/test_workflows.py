"""Workflows, issue forms and what else the repository's host reads."""

import json
import re
import shutil
import sys

import pytest
import repository
import workflows
import yaml

ROOT = repository.ROOT
GITHUB = ROOT / ".github"
WORKFLOWS = {
    path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for path in sorted(GITHUB.glob("workflows/*.yml"))
}
FORMS = sorted(set(GITHUB.glob("ISSUE_TEMPLATE/*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"})


@pytest.fixture
def check(monkeypatch, capfd):
    """Return a function that checks a folder of workflows."""

    def check(folder):
        monkeypatch.setattr(sys, "argv", ["workflows.py", str(folder)])
        return workflows.main(), "".join(capfd.readouterr())

    return check


def test_the_checkers_find_nothing(check):
    code, said = check(GITHUB)
    assert code == 0, said
    assert f"{len(WORKFLOWS)} workflows: " in said


@pytest.mark.parametrize(
    "faults",
    [
        [  # those that actionlint finds
            ("runs-on:", "run-on:", "syntax-check"),
            ("needs: book", "needs: books", "books"),
            ("matrix.python", "matrix.pyhton", "pyhton"),
        ],
        [  # those that zizmor finds
            (r"checkout@[0-9a-f]{40}", "checkout@v7", "unpinned-uses"),
            ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
            ("run: make test", "run: echo ${{ github.event.pull_request.title }}", "injection"),
            (r"permissions:\n +contents: read", "permissions: write-all", "excessive-permissions"),
        ],
    ],
    ids=["actionlint", "zizmor"],
)
def test_the_checkers_find_what_is_wrong(faults, check, tmp_path):
    folder = shutil.copytree(GITHUB, tmp_path / ".github")
    path = folder / "workflows" / "test.yml"
    text = path.read_text(encoding="utf-8")
    for right, wrong, _ in faults:
        text, count = re.subn(right, wrong, text, count=1)
        assert count == 1
    path.write_text(text, encoding="utf-8")
    code, said = check(folder)
    assert code == 1
    assert [finding for _, _, finding in faults if finding not in said] == []


def test_every_action_is_pinned_and_says_its_version():
    for path in GITHUB.glob("workflows/*.yml"):
        uses = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
        assert uses, path.name
        for use in uses:
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use
    pins = {use.split("@")[0]: set() for use in uses}
    for path in GITHUB.glob("workflows/*.yml"):
        for name, pin in re.findall(r"uses: (\S+)@(.+)", path.read_text(encoding="utf-8")):
            pins.setdefault(name, set()).add(pin)
    assert {name: len(found) for name, found in pins.items()} == dict.fromkeys(pins, 1)


def test_no_job_may_more_than_it_must():
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {}, name
        for job in workflow["jobs"].values():
            reads = job["permissions"] == {"contents": "read"}
            publishes = job["permissions"] == {"pages": "write", "id-token": "write"}
            assert reads or (publishes and not any("run" in step for step in job["steps"]))


def test_what_is_published_has_passed_the_tests_of_its_commit():
    jobs = {(n, j): job for n, workflow in WORKFLOWS.items() for j, job in workflow["jobs"].items()}
    deploying = {
        key
        for key, job in jobs.items()
        if any("deploy-pages@" in step.get("uses", "") for step in job["steps"])
    }
    assert deploying == {("test", "publish")}
    assert jobs["test", "publish"]["needs"] == "book"
    assert jobs["test", "book"]["needs"] == ["test", "colab"]
    for name in ("test", "colab"):
        assert {"run": f"make {name}"} in jobs["test", name]["steps"]
        assert "if" not in jobs["test", name] and "continue-on-error" not in jobs["test", name]
    assert "always()" not in json.dumps([jobs["test", "book"], jobs["test", "publish"]])
    assert "refs/heads/main" in jobs["test", "book"]["if"]


def test_there_is_a_form_for_a_mistake_a_widget_and_an_idea():
    assert [path.stem for path in FORMS] == ["idea", "mistake", "widget"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_whole(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) <= {"name", "description", "title", "labels", "body"}
    assert all(form[key] for key in ("name", "description", "labels"))
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert fields and all(field["attributes"]["label"] for field in fields)
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids)) and all(re.fullmatch(r"[\w-]+", name) for name in ids)
    for field in fields:
        assert field["type"] in {"input", "textarea", "dropdown", "checkboxes"}
        assert (field["type"] == "dropdown") == ("options" in field["attributes"])


def test_dependabot_looks_where_there_is_something():
    config = yaml.safe_load((GITHUB / "dependabot.yml").read_text(encoding="utf-8"))
    found = {update["package-ecosystem"]: update["directory"] for update in config["updates"]}
    assert set(found) == {"github-actions", "pip", "npm"}
    assert (ROOT / found["npm"].lstrip("/") / "package-lock.json").exists()
    assert (ROOT / found["pip"].lstrip("/") / "constraints.txt").exists()


def bounds(lines):
    """Lower bounds by name."""
    return dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", line).groups() for line in lines)


def test_binder_installs_what_a_chapter_needs():
    environment = yaml.safe_load((ROOT / ".binder/environment.yml").read_text(encoding="utf-8"))
    python, pip, *packages = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python) and pip == "pip"
    brought = bounds(packages)
    assert brought.pop("jupyterlab")
    run = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()
    needed = bounds(line for line in run if line and not line.startswith("#"))
    needed["pytorch-cpu"] = needed.pop("torch")
    needed["matplotlib-base"] = needed.pop("matplotlib")
    assert brought == needed


def test_the_devcontainer_serves_the_book_where_make_does():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    config = json.loads(re.sub(r"^//.*$", "", text, flags=re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (port,) = re.findall(r"^PORT\s*\?=\s*(\d+)", makefile, re.MULTILINE)
    assert config["forwardPorts"] == [int(port)]
    command = config["postCreateCommand"].removeprefix("make ")
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
