"""The pictures of the chapters: as `utils.figures` draws them, and each says what is to be seen."""

import base64
import io
import re

import nbformat
import notebooks  # tools/notebooks.py
import pytest
from PIL import Image

from utils import figures

LATEX = re.compile(r"\$|\\[a-zA-Z]+|[_^]\{")


@pytest.fixture(params=notebooks.chapters(), ids=lambda path: path.stem)
def shown(request):
    """The cells of each chapter that show pictures, each with its outputs that are pictures."""
    cells = nbformat.read(request.param, as_version=4).cells
    found = [
        (cell, [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})])
        for cell in cells
    ]
    return [(cell, outputs) for cell, outputs in found if outputs]


def alternatives(cell) -> list[str]:
    said = cell.metadata.get("alt", [])
    return [said] if isinstance(said, str) else said


def test_every_picture_says_what_is_to_be_seen(shown):
    said = []
    for cell, outputs in shown:
        assert len(alternatives(cell)) == len(outputs), cell.source
        said += alternatives(cell)
    for alt in said:
        assert 20 <= len(alt) <= 300, alt
        assert not LATEX.search(alt) and alt[0].isupper() and alt.endswith("."), alt
    assert len(set(said)) == len(said)


def test_pictures_have_two_pixels_for_each_of_the_page(shown):
    for cell, outputs in shown:
        for output in outputs:
            size = output.metadata["image/png"]
            with Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))) as picture:
                assert picture.size[0] // 2 == size["width"] <= 974, cell.source
                assert picture.size[1] // 2 == size["height"]
                kinds = {value for _, value in picture.getchannel("A").getcolors()}
            assert figures.DRAWING in kinds and kinds <= {figures.DRAWING, figures.DATA}
