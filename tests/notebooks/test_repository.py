"""The course's address: one constant, repeated where it must stand, changed by one command."""

import re
import shutil

import nbformat
import pytest
import repository
import yaml


def test_the_address_is_the_one_in_the_configuration():
    config = yaml.safe_load((repository.ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert repository.url() == config["repository"]["url"]
    assert config["html"]["baseurl"] == repository.pages(repository.url())


def test_all_places_agree():
    short = repository.url().removeprefix("https://github.com/")
    for name in repository.FILES:
        text = (repository.ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"github(?:\.com)?/([\w.-]+/[\w-]+)", text))
        named.discard("OWNER/NAME")  # how to name one's own
        assert named == {short}, f"{name} names {named}"
    for path in repository.notebooks():
        cell = repository.bootstrap_cell(nbformat.read(path, as_version=4))
        assert cell.source == repository.bootstrap(), path.name


@pytest.mark.parametrize(
    "new",
    [
        "https://github.com/someone/convolution",
        "https://github.com/the-sliding-window/the-sliding-window-2",
        "https://github.com/a/b",
    ],
)
def test_one_command_changes_them_all_and_back(new, tmp_path, monkeypatch):
    old, home = repository.url(), repository.ROOT
    for name in [*repository.FILES, "requirements/d2l.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(home / name, tmp_path / name)
    (tmp_path / "chapters").mkdir()
    for path in repository.notebooks():
        shutil.copy(path, tmp_path / "chapters")
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert repository.rewrite(new)
    assert repository.url() == new
    test_the_address_is_the_one_in_the_configuration()
    test_all_places_agree()
    assert repository.rewrite(old)
    assert {path: path.read_bytes() for path in before} == before
    assert repository.rewrite(old) == []


@pytest.mark.parametrize(
    "wrong", ["", "github.com/a/b", "https://example.org/a/b", "https://github.com/a", "a/b"]
)
def test_refuses_what_is_no_repository(wrong):
    with pytest.raises(ValueError, match="OWNER/NAME"):
        repository.check(wrong)


def test_takes_the_forms_that_people_paste():
    want = "https://github.com/a/b.c"
    assert {repository.check(want + end) for end in ("", "/", ".git", ".git/")} == {want}
