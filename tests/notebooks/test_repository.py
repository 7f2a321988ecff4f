"""The course's address and what its notebooks follow: stands once, repeated by one command."""

import re
import shutil

import nbformat
import pytest
import repository
import yaml


def test_the_originals_are_those_in_the_configuration():
    config = yaml.safe_load((repository.ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert repository.url() == config["repository"]["url"]
    assert repository.ref() == config["repository"]["branch"]
    assert config["html"]["baseurl"] == repository.pages(repository.url())


def test_all_places_agree():
    short = repository.short(repository.url())
    for name in repository.FILES:
        text = (repository.ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"github(?:\.com)?/([\w.-]+/[\w-]+)", text))
        named.discard("OWNER/NAME")  # how to name one's own
        assert named == {short}, f"{name} names {named}"
        followed = set(re.findall(r"colab\.research\.google\.com/github/\S+/blob/([^/]+)/", text))
        assert followed <= {repository.ref()}, f"{name} leads to {followed}"
    for path in repository.notebooks():
        notebook = nbformat.read(path, as_version=4)
        assert repository.tagged(notebook, "bootstrap").source == repository.bootstrap(), path.name
        assert repository.tagged(notebook, "badge").source == repository.badge(path), path.name


def test_only_a_release_names_what_it_fetches():
    assert '.git"\n' in repository.bootstrap(follow="main")
    assert '.git@v1.2.3"\n' in repository.bootstrap(follow="v1.2.3")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of everything that repeats the address, which the module then takes for the course."""
    home = repository.ROOT
    for name in [*repository.FILES, "requirements/d2l.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(home / name, tmp_path / name)
    for path in repository.notebooks():
        shutil.copy(path, tmp_path / "chapters")
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("new", "follow"),
    [
        ("https://github.com/someone/convolution", None),
        ("https://github.com/the-sliding-window/the-sliding-window-2", None),
        ("https://github.com/a/b", "v10.0.1"),
        (None, "v0.2.0"),
    ],
)
def test_one_command_changes_them_all_and_back(new, follow, copy):
    old, followed = repository.url(), repository.ref()
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    assert len(repository.rewrite(new, follow)) > len(repository.notebooks())
    assert repository.url() == (new or old)
    assert repository.ref() == (follow or followed)
    test_the_originals_are_those_in_the_configuration()
    test_all_places_agree()
    assert repository.rewrite(old, followed)
    assert {path: path.read_bytes() for path in before} == before
    assert repository.rewrite(old, followed) == []


def test_a_cell_gone_astray_is_mended(copy):
    first = repository.notebooks()[0]
    right = first.read_text(encoding="utf-8")
    first.write_text(right.replace('"found = find_spec', '"lost = find_spec'), encoding="utf-8")
    assert repository.rewrite() == [first]
    assert first.read_text(encoding="utf-8") == right


def test_a_notebook_without_its_cells_changes_nothing(copy):
    last = repository.notebooks()[-1]
    last.write_text(last.read_text(encoding="utf-8").replace('"badge"', '"sign"'), encoding="utf-8")
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="0 cells are tagged badge"):
        repository.rewrite("https://github.com/a/b")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    "wrong", ["", "github.com/a/b", "https://example.org/a/b", "https://github.com/a", "a/b"]
)
def test_refuses_what_is_no_repository(wrong):
    with pytest.raises(ValueError, match="OWNER/NAME"):
        repository.check(wrong)


def test_takes_the_forms_that_people_paste():
    want = "https://github.com/a/b.c"
    assert {repository.check(want + end) for end in ("", "/", ".git", ".git/")} == {want}
