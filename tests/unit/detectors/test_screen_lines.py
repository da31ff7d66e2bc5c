"""Lines of text are found where they stand, whatever their size and colour, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from proctor_cli.detectors.screen_text.lines import Line, cut_out, find_lines
from tests.unit.screens import FONTS

JOINED = pytest.mark.xfail(reason="the left upright of a frame of 30 to 45 pixels is joined with the words in it")
SAID = "The quick brown fox jumps"


def page(ground: int = 255, width: int = 640, height: int = 240) -> Image.Image:
    return Image.new("L", (width, height), ground)


def write(
    on: Image.Image, x: int, y: int, text: str, size: int = 16, ink: int = 0, font: str = "DejaVuSans.ttf"
) -> tuple[int, int, int, int]:
    """Write a line; returns where its ink is."""
    pen, face = ImageDraw.Draw(on), ImageFont.truetype(str(FONTS / font), size)
    pen.text((x, y), text, ink, face)
    x0, y0, x1, y1 = pen.textbbox((x, y), text, face)
    return round(x0), round(y0), round(x1), round(y1)


def luma(picture: Image.Image) -> NDArray[np.uint8]:
    return np.array(picture)


def assert_at(line: Line, place: tuple[int, int, int, int], within: int = 3) -> None:
    assert np.abs(np.subtract(line, place)).max() <= within, (line, place)


@pytest.mark.parametrize("size", [10, 12, 16, 24, 36, 52])
@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"])
def test_a_line_of_any_size_and_font_is_one(size: int, font: str) -> None:
    on = page(width=1280)
    place = write(on, 40, 90, SAID, size, font=font)
    (line,) = find_lines(luma(on))
    assert_at(line, place)


@pytest.mark.parametrize(
    ("ground", "ink"), [(255, 0), (0, 255), (30, 200), (245, 150), (128, 60), (60, 128), (255, 190)]
)
def test_dark_on_light_and_light_on_dark(ground: int, ink: int) -> None:
    on = page(ground)
    place = write(on, 40, 90, SAID, ink=ink)
    (line,) = find_lines(luma(on))
    assert_at(line, place)


def test_colours_of_one_brightness_are_not_seen() -> None:
    """A limit: only brightness is looked at."""
    on = page(128)
    write(on, 40, 90, SAID, ink=140)
    assert find_lines(luma(on)) == []


def test_from_top_to_bottom_then_from_left() -> None:
    on = page()
    places = [write(on, x, y, "Some words", 16) for y in (20, 60, 100) for x in (30, 330)]
    lines = find_lines(luma(on))
    assert [(line.y0, line.x0) for line in lines] == sorted((line.y0, line.x0) for line in lines)
    for line, place in zip(lines, places, strict=True):
        assert_at(line, place)


def test_lines_of_a_paragraph_stay_apart() -> None:
    on = page(height=400)
    for number in range(12):
        write(on, 30, 20 + 20 * number, f"{number} gypsy jugglers quickly fly by")
    assert len(find_lines(luma(on))) == 12


@pytest.mark.parametrize("size", [12, 16, 24])
def test_tabs_and_buttons_in_one_row_are_apart(size: int) -> None:
    on = page()
    places, x = [], 20
    for title in ("Midterm", "Handbook", "New tab"):
        places.append(write(on, x, 90, title, size))
        x = places[-1][2] + 2 * size
    assert len(find_lines(luma(on))) == 3


def test_a_number_beside_a_heading_is_not_part_of_it() -> None:
    on = page()
    large, small = write(on, 20, 60, "Question 7", 30), write(on, 300, 68, "of eight", 14)
    lines = find_lines(luma(on))
    assert len(lines) == 2
    assert_at(next(line for line in lines if line.x0 < 100), large)
    assert_at(next(line for line in lines if line.x0 > 200), small)


@pytest.mark.parametrize("theme", [(250, 30), (30, 220), (255, 120)])
@pytest.mark.parametrize("high", [24, 28, *(pytest.param(high, marks=JOINED) for high in (32, 36, 40)), 46, 60, 90])
def test_the_frame_of_a_button_is_not_part_of_its_words(high: int, theme: tuple[int, int]) -> None:
    ground, ink = theme
    on = page(ground)
    ImageDraw.Draw(on).rectangle((30, 80, 230, 80 + high), outline=ink)
    place = write(on, 60, 70 + high // 2, "Next question", ink=ink)
    (line,) = find_lines(luma(on))
    assert_at(line, place)


def test_long_rules_and_boxes_are_no_text() -> None:
    on = page()
    pen = ImageDraw.Draw(on)
    pen.line((10, 30, 630, 30), 0)
    pen.line((10, 50, 630, 50), 90, width=3)
    pen.line((320, 60, 320, 230), 0)
    pen.rectangle((40, 80, 300, 220), outline=0)
    pen.rectangle((360, 80, 600, 220), fill=60)
    assert find_lines(luma(on)) == []


def test_an_underlined_line_is_still_one() -> None:
    on = page()
    x0, y0, x1, y1 = write(on, 40, 90, SAID)
    ImageDraw.Draw(on).line((x0, y1 + 2, x1, y1 + 2), 0)
    (line,) = find_lines(luma(on))
    assert_at(line, (x0, y0, x1, y1), within=5)


def test_what_is_smaller_or_larger_than_text_is_left_out() -> None:
    on = page(height=400)
    pen = ImageDraw.Draw(on)
    pen.rectangle((10, 10, 13, 13), fill=0)
    pen.ellipse((200, 100, 400, 300), fill=0)
    assert find_lines(luma(on)) == []


@pytest.mark.parametrize("quality", [50, 70, 90])
def test_traces_of_compression_on_a_plain_ground_are_no_text(quality: int) -> None:
    on = page(240)
    place = write(on, 40, 90, SAID)
    _, jpeg = cv2.imencode(".jpg", luma(on), [cv2.IMWRITE_JPEG_QUALITY, quality])
    (line,) = find_lines(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), np.uint8))
    assert_at(line, place, within=6)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([2, 256]))
def test_any_picture_is_borne_and_lines_lie_in_it(height: int, width: int, seed: int, levels: int) -> None:
    noise = np.random.default_rng(seed).integers(0, levels, (height, width)) * (255 // (levels - 1))
    for x0, y0, x1, y1 in find_lines(noise.astype(np.uint8)):
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (2, 2), (2, 5000), (7, 7)])
@pytest.mark.parametrize("value", [0, 255])
def test_plain_pictures_hold_no_text(shape: tuple[int, int], value: int) -> None:
    assert find_lines(np.full(shape, value, np.uint8)) == []


def test_a_picture_is_left_as_it_is() -> None:
    on = page()
    write(on, 40, 90, SAID)
    picture = luma(on)
    picture.flags.writeable = False
    assert find_lines(picture) == find_lines(picture.copy())


class TestCutOut:
    rgb = np.arange(60 * 80 * 3, dtype=np.uint32).astype(np.uint8).reshape(60, 80, 3)

    def test_holds_the_line_and_a_little_margin(self) -> None:
        cut = cut_out(self.rgb, Line(20, 20, 40, 30))
        height, width, _ = cut.shape
        assert 10 < height < 20
        assert 20 < width < 30
        assert np.shares_memory(cut, self.rgb)

    @pytest.mark.parametrize("line", [Line(0, 0, 10, 10), Line(70, 50, 80, 60), Line(0, 0, 80, 60)])
    def test_goes_no_further_than_the_picture(self, line: Line) -> None:
        height, width, _ = cut_out(self.rgb, line).shape
        assert line.y1 - line.y0 <= height <= 60
        assert line.x1 - line.x0 <= width <= 80
