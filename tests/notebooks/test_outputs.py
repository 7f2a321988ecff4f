"""What tools/outputs.py tells apart, and what the monthly run makes of it."""

import sys

import nbformat
import newest
import notebooks
import outputs
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def saved(*cells):
    """A notebook of (source, outputs) or (source, outputs, tag)."""
    made = [new_markdown_cell("# Title")]
    for source, shows, *tags in cells:
        made.append(new_code_cell(source, outputs=shows, metadata={"tags": tags}))
    return notebooks.normalise(new_notebook(cells=made))


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(**data):
    return new_output("execute_result", {k.replace("_", "/"): v for k, v in data.items()})


def test_the_same_is_the_same():
    cells = [("print(1)\n2", [stream("1\n"), result(text_plain="2", text_html="<b>2</b>")])]
    assert outputs.differences(saved(*cells), saved(*cells)) == []


def test_the_order_of_kinds_says_nothing():
    one, two = {"text_plain": "f()", "text_html": "<b>f</b>"}, {"text_html": "<b>f</b>"}
    two["text_plain"] = "f()"
    assert (
        outputs.differences(saved(("f()", [result(**one)])), saved(("f()", [result(**two)]))) == []
    )


def test_a_stream_in_pieces_is_one():
    one, two = [stream("a\nb\n")], [stream("a\n"), stream("b\n")]
    assert outputs.differences(saved(("f()", one)), saved(("f()", two))) == []


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ([stream("36\n")], [stream("37\n")], ["-stdout: 36", "+stdout: 37"]),
        ([result(text_plain="2")], [result(text_plain="3")], ["-text/plain: 2", "+text/plain: 3"]),
        ([result(text_html="a")], [result(text_html="b")], ["-text/html: a", "+text/html: b"]),
        ([stream("1")], [], ["-stdout: 1"]),
        ([], [stream("late", "stderr")], ["+stderr: late"]),
        ([stream("1")], [stream("1", "stderr")], ["-stdout: 1", "+stderr: 1"]),
        ([stream("1\n2\n3\n")], [stream("1\n0\n3\n")], ["-stdout: 2", "+stdout: 0"]),
    ],
)
def test_what_differs_is_said_with_its_cell(old, new, lines):
    def around(shows):
        return saved(("x = 1", []), ("f(x)\ng()", shows), ("x", [result(text_plain="1")]))

    (said,) = outputs.differences(around(old), around(new))
    assert said.splitlines() == ["Cell 2: f(x)", *lines]


def test_pictures_and_times_and_what_pip_says_are_not_compared():
    picture = [result(image_png="eA=="), result(image_png="eQ==")]
    for old, new, *tags in [
        (picture[:1], picture[1:]),
        ([stream("0.1 s")], [stream("0.2 s")], "nbval-ignore-output"),
        ([], [stream("Note: you may need to restart the kernel")], "bootstrap"),
    ]:
        assert outputs.differences(saved(("f()", old, *tags)), saved(("f()", new, *tags))) == []


def test_a_long_difference_is_cut():
    long = "".join(f"{i}\n" for i in range(100))
    (said,) = outputs.differences(saved(("f()", [])), saved(("f()", [stream(long)])))
    assert said.endswith("\n... 80 more lines")


@pytest.fixture
def chapters(tmp_path):
    """Three small chapters: one that holds, one that shows something else, one that fails."""
    right = ("print(6 * 7)", [stream("42\n")])
    for name, cells in {
        "01-holds": [right],
        "02-shows": [right, ("print(1 + 1)", [stream("3\n")])],
        "03-fails": [right, ("1 / 0", [])],
    }.items():
        nbformat.write(saved(*cells), tmp_path / f"{name}.ipynb")
    return sorted(tmp_path.glob("*.ipynb"))


def test_the_monthly_run_says_which_chapter_broke(chapters, tmp_path, monkeypatch, capsys):
    summary = tmp_path / "summary.md"
    summary.write_text("Before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setattr(sys, "argv", ["newest.py", *map(str, chapters)])
    assert newest.main() == 1
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("Before\n## 2 of 3 chapters broke\n")
    assert "✅ 01-holds.ipynb\n- ❌ 02-shows.ipynb\n- ❌ 03-fails.ipynb\n" in text
    assert "Cell 2: print(1 + 1)\n-stdout: 3\n+stdout: 2\n" in text
    assert "Code cell 2 ends with an error:" in text and "ZeroDivisionError" in text
    assert "\x1b" not in text
    assert text.removeprefix("Before\n") in capsys.readouterr().out

    monkeypatch.setattr(sys, "argv", ["newest.py", str(chapters[0])])
    assert newest.main() == 0


def test_other_versions_than_the_pinned_are_listed(monkeypatch):
    installed = {"torch": "2.15.0+cpu", "numpy": "2.4.6", "attrs": "26.1.0"}

    def version(name):
        if name not in installed:
            raise newest.PackageNotFoundError
        return installed[name]

    monkeypatch.setattr(newest, "version", version)
    pins = (
        "# pins\nattrs==26.1.0\ncolorama==0.4.6 ; sys_platform == 'win32'\n"
        "numpy==2.4.5 ; python_version < '3.12'\nnumpy==2.4.6 ; python_version >= '3.12'\n"
        "torch==2.13.0\n"
    )
    assert newest.moved(pins) == ["torch 2.15.0, pinned 2.13.0"]
