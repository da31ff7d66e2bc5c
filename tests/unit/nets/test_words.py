"""Single lines of text are read back as they were written."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from proctor_cli.errors import ModelError
from proctor_cli.nets import find, load_manifest
from proctor_cli.nets.words import LineReader
from tests.unit.screens import FONTS, text_model

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def reader() -> LineReader:
    return LineReader(text_model())


def written(
    text: str, size: int = 16, font: str = "DejaVuSans.ttf", theme: tuple[int, int] = (255, 20)
) -> NDArray[np.uint8]:
    """A line, tightly cut out."""
    ground, ink = theme
    face = ImageFont.truetype(str(FONTS / font), size)
    x0, y0, x1, y1 = face.getbbox(text)
    picture = Image.new("RGB", (round(x1 - x0) + 4, round(y1 - y0) + 4), (ground,) * 3)
    ImageDraw.Draw(picture).text((2 - x0, 2 - y0), text, (ink,) * 3, face)
    return np.array(picture)


@pytest.mark.parametrize("theme", [(255, 20), (30, 225), (245, 110)])
@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"])
@pytest.mark.parametrize(
    "text", ["Midterm Examination: Statistics", "exam.university.edu", "Question 17 of 20", "0:42:10"]
)
def test_reads_what_is_written(reader: LineReader, text: str, font: str, theme: tuple[int, int]) -> None:
    said, score = reader.read(written(text, 16, font, theme))
    assert said == text
    assert score > 0.9


@pytest.mark.parametrize("size", [12, 14, 20, 32, 56])
def test_of_any_size(reader: LineReader, size: int) -> None:
    assert reader.read(written("Explain your reasoning", size)).text == "Explain your reasoning"


@pytest.mark.parametrize(
    "text", ["chatgpt.com", "https://www.google.com/search?q=mean", "Größe der Übung", "toàn màn hình"]
)
def test_addresses_and_letters_with_marks(reader: LineReader, text: str) -> None:
    assert reader.read(written(text, 18)).text.replace(" ", "") == text.replace(" ", "")


def test_letters_that_the_network_does_not_have_are_left_out_or_plain(reader: LineReader) -> None:
    """A limit: many Vietnamese letters are not among its characters."""
    said, _ = reader.read(written("Bài thi đã lưu", 18))
    assert said.startswith("Bài thi đã l")


def test_a_line_that_is_squeezed_loses_spaces_at_most(reader: LineReader) -> None:
    for text in ("The library is open until ten in the evening", "drwxr-xr-x pictures holiday"):
        said, score = reader.read(written(text), 0.75)
        assert said.replace(" ", "") == text.replace(" ", "")
        assert score > 0.8


def test_a_plain_picture_says_nothing(reader: LineReader) -> None:
    assert reader.read(np.full((20, 200, 3), 240, np.uint8)) == ("", 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_noise_says_nothing_or_is_not_believed(reader: LineReader, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (18, 160, 3), dtype=np.uint8)
    said, score = reader.read(noise)
    assert not said or score < 0.6


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (60, 1), (7, 7), (16, 2000)])
def test_any_size_of_picture_is_borne(reader: LineReader, shape: tuple[int, int]) -> None:
    said, score = reader.read(np.zeros((*shape, 3), np.uint8))
    assert isinstance(said, str)
    assert 0 <= score <= 1


def test_a_picture_is_left_as_it_is_and_may_be_a_view(reader: LineReader) -> None:
    line = written("Answer saved")
    line.flags.writeable = False
    assert reader.read(line[::1, ::1]) == reader.read(line.copy())


def test_reading_twice_gives_the_same(reader: LineReader) -> None:
    lines = [written("Lecture notes"), written("ab", 30), written("A much longer line than the others before it")]
    assert [reader.read(line) for line in lines] == [reader.read(line) for line in reversed(lines)][::-1]


def test_cost_grows_with_the_width_the_network_sees(reader: LineReader) -> None:
    assert (
        reader.cost_px(200, 20) == pytest.approx(2 * reader.cost_px(100, 20)) == pytest.approx(reader.cost_px(400, 40))
    )
    assert reader.cost_px(200, 20, 0.75) == pytest.approx(0.75 * reader.cost_px(200, 20))


def test_a_network_that_names_no_characters_is_refused() -> None:
    manifest = load_manifest([])
    entry = manifest.choose("default")["voice"]
    try:
        other = find(structs.replace(entry, role="text", family="ppocr_rec"))
    except ModelError:
        pytest.skip(f"{entry.name} is not here")
    with pytest.raises(ModelError, match="characters"):
        LineReader(other)
