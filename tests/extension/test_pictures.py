"""Still pictures: sized, late, one for each theme, and none without an alternative."""

import base64
import io
import re
from html.parser import HTMLParser

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from cells import code, text
from extension import pictures
from PIL import Image

from utils import figures

WHITE, DARK = (255, 255, 255), (0x12, 0x16, 0x1B)  # the pages in either theme
COLOURS = {name: getattr(figures, name) for name in ("BLUE", "ORANGE", "GREEN", "PINK", "GREY")}


@pytest.fixture(autouse=True)
def no_window():
    plt.switch_backend("agg")
    yield
    plt.close("all")


class Images(HTMLParser):
    """The attributes of the pictures of a page, in order, and the classes of their boxes."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[dict] = []
        self.boxes: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "img":
            self.found.append(given)
        if "picture" in (given.get("class") or "").split():
            self.boxes.append(given["class"].split())


def shown(picture: bytes, size: dict | None = None) -> dict:
    """What a cell gives out where it shows a picture."""
    data = {"image/png": base64.b64encode(picture).decode(), "text/plain": "<Figure>"}
    metadata = {"image/png": size} if size else {}
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def plot(width: float = 4.0) -> dict:
    figure, axis = plt.subplots(figsize=(width, 2))
    axis.plot([0, 1], [0, width])
    return shown(*figures.png(figure))


def photograph(seed: int = 0, **settings) -> dict:
    """A picture that has no drawing in it."""
    noise = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "png")
    return shown(buffer.getvalue(), **settings)


def cell(*outputs: dict, alt=None):
    made = code("draw()", outputs=outputs)
    if alt:
        made.metadata["alt"] = alt
    return made


def test_a_picture_has_its_size_waits_and_has_one_for_each_theme(build):
    first, second = plot(), plot(3.0)
    files = {
        "index": [text("# Title"), cell(first, alt="A line."), cell(second, alt="Another line.")]
    }
    book = build("pictures", files=files)
    assert book.warnings == ""
    images = Images(book.html()).found
    assert [image["class"] for image in images] == ["only-light", "only-dark"] * 2
    assert [image["alt"] for image in images] == ["A line."] * 2 + ["Another line."] * 2
    for image, output in zip(images, [first, first, second, second], strict=True):
        size = output["metadata"]["image/png"]
        assert (image["width"], image["height"]) == (str(size["width"]), str(size["height"]))
        assert image["decoding"] == "async" and "style" not in image
        with Image.open(book.pages / image["src"]) as picture:
            assert picture.format == "WEBP"
            halves = [side // 2 for side in picture.size]
            assert halves == [size["width"], size["height"]]
    assert [image.get("loading") for image in images] == [None, "lazy", "lazy", "lazy"]
    assert list((book.pages / "_images").glob("*.png")) == []


def test_a_photograph_is_one_picture_for_both(build):
    book = build("pictures", files={"index": [text("# Title"), cell(photograph(), alt="Noise.")]})
    (image,) = Images(book.html()).found
    assert (image["width"], image["height"]) == ("30", "20") and "class" not in image
    with Image.open(book.pages / image["src"]) as picture:
        before = base64.b64decode(photograph()["data"]["image/png"])
        assert np.array_equal(picture.convert("RGB"), Image.open(io.BytesIO(before)))


def test_pictures_of_one_cell_have_an_alternative_each(build):
    two = cell(photograph(1), photograph(2), alt=["Noise.", "Other noise."])
    book = build("pictures", files={"index": [text("# Title"), two]})
    assert [image["alt"] for image in Images(book.html()).found] == ["Noise.", "Other noise."]


@pytest.mark.parametrize(
    "without",
    [cell(photograph()), cell(photograph(1), photograph(2), alt="One for two pictures.")],
)
def test_a_picture_without_an_alternative_is_a_warning(build, without):
    files = {"index": [text("# Title\n\nThe paragraph before says nothing of it."), without]}
    book = build("pictures", files=files)
    assert book.warnings.count("a picture without a text alternative") == 1


@pytest.mark.parametrize(
    ("width", "classes"),
    [(530, []), (531, ["wide"]), (700, ["wide"]), (701, ["wider"])],
)
def test_a_wide_picture_scrolls_in_its_box(build, width, classes):
    output = photograph(size={"width": width, "height": 100})
    files = {"index": [text("# Title"), cell(output, alt="Noise.")]}
    assert Images(build("pictures", files=files).html()).boxes == [["picture", *classes]]


def test_letters_keep_nine_pixels_on_a_phone():
    """Whichever class a picture is in, by the widths that the style sheet leaves it."""
    column, letters = 328, plt.rcParams["font.size"] * figures.PIXELS_PER_INCH / 72
    style = pictures_css()
    least = {name: int(style[name]) for name in ("wide", "wider")}
    for widest, room in ((pictures.WIDE, column), (pictures.WIDER, least["wide"])):
        assert letters * room / widest >= 9
    assert letters * least["wider"] / 974 >= 9  # a figure of ten inches, and its margins


def pictures_css() -> dict[str, str]:
    sheet = pictures.Path(pictures.__file__).parents[1] / "static" / "pictures.css"
    found = re.findall(r"\.picture\.(\w+) img \{\s*min-width: (\d+)px", sheet.read_text())
    return dict(found)


def themed(*pixels: tuple[int, ...]) -> list[np.ndarray]:
    """What becomes of a row of pixels, as a browser shows it on its page."""
    image = Image.fromarray(np.array([pixels], dtype=np.uint8))
    on = []
    for variant, ground in zip(pictures.for_themes(image), (WHITE, DARK), strict=True):
        page = Image.new("RGBA", image.size, (*ground, 255))
        on.append(np.array(Image.alpha_composite(page, variant.convert("RGBA")))[0, :, :3])
    return on


def test_white_goes_and_data_stays_exact():
    rng = np.random.default_rng(0)
    data = [(*pixel, figures.DATA) for pixel in rng.integers(0, 256, (500, 3))]
    white = (*WHITE, figures.DRAWING)
    light, dark = themed(white, (*WHITE, figures.DATA), *data)
    assert tuple(light[0]) == WHITE and tuple(dark[0]) == DARK
    assert tuple(dark[1]) == WHITE  # in a photograph, white is white
    for row in (light, dark):
        assert np.array_equal(row[2:], [pixel[:3] for pixel in data])


def test_in_the_light_a_drawing_looks_as_in_the_notebook():
    pixels = np.random.default_rng(0).integers(0, 256, (500, 3))
    light, _ = themed(*((*pixel, figures.DRAWING) for pixel in pixels))
    assert np.abs(light.astype(int) - pixels).max() <= 1


def test_a_mixture_becomes_the_mixture_of_what_its_parts_become():
    """So that the edges of letters, and areas half transparent, look drawn for the dark."""
    for colour in (figures.INK, *COLOURS.values()):
        full = np.array(rgb(colour))
        steps = np.linspace(0, 1, 11)
        mixed = [(*np.round(s * full + (1 - s) * 255).astype(int), 254) for s in steps]
        _, dark = themed(*mixed)
        expected = [s * dark[-1].astype(float) + (1 - s) * np.array(DARK) for s in steps]
        assert np.abs(dark - expected).max() <= 2


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def contrast(one, other) -> float:
    """The ratio of luminances, as WCAG 2 defines it."""

    def luminance(colour) -> float:
        parts = np.asarray(colour) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("name", "colour", "least"),
    [("INK", figures.INK, 7), *((name, colour, 3) for name, colour in COLOURS.items())],
)
def test_colours_are_legible_on_either_page(name, colour, least):
    for (seen,), ground in zip(themed((*rgb(colour), figures.DRAWING)), (WHITE, DARK), strict=True):
        assert contrast(seen, ground) >= least


def test_a_figure_is_told_apart_into_drawing_and_data():
    """The image of a figure keeps its colours in the dark, cells without a value do not count."""
    with matplotlib.rc_context({"font.size": 11}):
        figures.images([[[0.0, 1.0], [1.0, np.nan]]], ["title"], height=1.0)
        png, size = figures.png(plt.gcf())
    image = Image.open(io.BytesIO(png))
    assert image.size[0] // 2 == size["width"]
    light, dark = (np.array(variant) for variant in pictures.for_themes(image))
    pixels = np.array(image)
    is_data = pixels[..., 3] == figures.DATA
    assert np.array_equal(light[is_data], pixels[is_data])
    assert np.array_equal(dark[is_data], pixels[is_data])
    assert {tuple(p) for p in pixels[is_data][:, :3]} == {(0, 0, 0), WHITE}
    rows, columns = np.nonzero(is_data)
    box = is_data[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    quarter = box[: box.shape[0] // 2 - 1, : box.shape[1] // 2 - 1]
    assert quarter.all() and not box[-quarter.shape[0] :, -quarter.shape[1] :].any()
    assert 0.74 < box.mean() < 0.76
    assert (light[~is_data][:, 3] == 0).mean() > 0.5  # the ground
