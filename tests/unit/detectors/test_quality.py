"""Brightness, contrast, sharpness and change of pictures made for the purpose."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest

from proctor_cli.detectors import find
from proctor_cli.types import Frame, Observation
from tests.unit.detectors.pictures import PORTRAIT, Head, Picture, frame, scene

Look = Callable[..., Observation]


def grey(luma: np.ndarray[tuple[int, int], np.dtype[np.floating]]) -> Picture:
    return np.repeat(np.round(luma).astype(np.uint8)[..., None], 3, axis=2)


def gradient(width_px: int = 640, height_px: int = 480) -> Picture:
    return grey(np.tile(np.linspace(0, 255, width_px), (height_px, 1)))


def checkerboard(square_px: int, width_px: int = 640, height_px: int = 480) -> Picture:
    y, x = np.mgrid[:height_px, :width_px]
    return grey(((x // square_px + y // square_px) % 2) * 255.0)


def blurred(rgb: Picture, radius_px: float) -> Picture:
    done: Picture = cv2.GaussianBlur(rgb, (0, 0), radius_px)
    return done


def dimmed(rgb: Picture, share: float) -> Picture:
    return (rgb * share).astype(np.uint8)


def sharpness(quality: Look, rgb: Picture) -> float:
    value = quality(rgb).values["picture.sharpness"]
    assert value is not None
    return value


@pytest.mark.parametrize(("value", "luma"), [(0, 0.0), (51, 0.2), (255, 1.0)])
def test_a_plain_picture_has_a_brightness_and_nothing_else(quality: Look, value: int, luma: float) -> None:
    values = quality(np.full((480, 640, 3), value, np.uint8)).values
    assert values["picture.luma"] == pytest.approx(luma)
    assert values["picture.bright"] == pytest.approx(luma)
    assert values["picture.contrast"] == 0
    assert values["picture.sharpness"] is None


@pytest.mark.parametrize(("colour", "luma"), [((255, 0, 0), 0.299), ((0, 255, 0), 0.587), ((0, 0, 255), 0.114)])
def test_colours_have_their_luma(quality: Look, colour: tuple[int, int, int], luma: float) -> None:
    seen = quality(np.full((48, 64, 3), colour, np.uint8))
    assert seen.values["picture.luma"] == pytest.approx(luma, abs=0.005)


def test_a_gradient_is_half_bright_and_not_sharp(quality: Look) -> None:
    values = quality(gradient()).values
    assert values["picture.luma"] == pytest.approx(0.5, abs=0.01)
    assert values["picture.bright"] == pytest.approx(0.99, abs=0.01)
    assert values["picture.contrast"] == pytest.approx(2 / 12**0.5, abs=0.01)  # an even spread over 0-1
    assert sharpness(quality, gradient()) < 0.01


def test_a_checkerboard_has_all_the_contrast_and_is_sharp(quality: Look) -> None:
    values = quality(checkerboard(32)).values
    assert values["picture.luma"] == pytest.approx(0.5, abs=0.01)
    assert values["picture.contrast"] == pytest.approx(1.0, abs=0.01)
    assert sharpness(quality, checkerboard(8)) > sharpness(quality, checkerboard(32)) > sharpness(quality, gradient())


def test_bright_tells_a_dark_room_from_a_covered_lens(quality: Look) -> None:
    covered = np.full((480, 640, 3), 3, np.uint8)
    room = covered.copy()
    room[:80, :80] = 220  # a lamp: 2 % of the picture
    assert quality(room).values["picture.bright"] == pytest.approx(220 / 255, abs=0.01)
    assert quality(covered).values["picture.bright"] == pytest.approx(3 / 255)
    luma = quality(room).values["picture.luma"]
    assert luma is not None
    assert luma < 0.05


@pytest.mark.parametrize("rgb", [PORTRAIT, scene(1280, 720, Head(300, 20, 260))[0]], ids=["close", "in a room"])
def test_the_more_blurred_the_less_sharp(quality: Look, rgb: Picture) -> None:
    scale = rgb.shape[1] / 320
    series = [sharpness(quality, rgb), *(sharpness(quality, blurred(rgb, r * scale)) for r in (0.7, 1.5, 3, 5))]
    assert all(before > 1.2 * after for before, after in pairwise(series))


@pytest.mark.parametrize("share", [0.5, 0.25, 0.1])
def test_dim_is_not_blurred(quality: Look, share: float) -> None:
    rgb, _ = scene(640, 480, Head(150, 20, 160))
    assert sharpness(quality, dimmed(rgb, share)) == pytest.approx(sharpness(quality, rgb), rel=0.25)
    assert sharpness(quality, dimmed(rgb, share)) > 2 * sharpness(quality, blurred(rgb, 4))


def test_size_hardly_shows(quality: Look) -> None:
    small, large = (sharpness(quality, scene(w, w * 3 // 4, Head(w // 4, 0, w // 3))[0]) for w in (320, 1280))
    assert small == pytest.approx(large, rel=0.4)


@pytest.mark.parametrize("change", [None, 0.0, 0.25])
def test_change_is_passed_through(quality: Look, change: float | None) -> None:
    assert quality(frame(gradient(), change=change)).values["picture.change"] == change


def test_of_a_screen_which_is_drawn_less_is_measured_but_alike(quality: Look) -> None:
    (screen,) = find("screen_quality")({}).observe([Frame("screen", 2.0, PORTRAIT, 0.1)])
    filmed = quality(frame(PORTRAIT, change=0.1)).values
    assert (screen.source, screen.t_s) == ("screen", 2.0)
    assert filmed.keys() - screen.values.keys() == {"picture.sharpness", "picture.edges", "picture.glare"}
    assert screen.values.items() <= filmed.items()


class TestEdges:
    """A covered lens shows at most a soft shadow and noise; a blurred picture of a room still shows the room."""

    def edges(self, quality: Look, rgb: Picture) -> float:
        value = quality(rgb).values["picture.edges"]
        assert value is not None
        return value

    def test_a_room_has_them_blurred_dim_or_not(self, quality: Look) -> None:
        rgb, _ = scene(640, 480, Head(150, 20, 160))
        for seen in (rgb, blurred(rgb, 4), blurred(rgb, 8), dimmed(rgb, 0.3)):
            assert self.edges(quality, seen) > 0.03

    @pytest.mark.parametrize("cover", ["finger", "tape", "vignette"])
    def test_a_covered_lens_has_none(self, quality: Look, cover: str) -> None:
        y, x = np.mgrid[:480, :640]
        luma = np.full((480, 640), 120.0)
        if cover == "finger":
            luma = blurred(scene(640, 480, Head(150, 20, 160))[0], 80)[..., 0] * 0.6
        elif cover == "vignette":
            luma = luma * (1 - 0.5 * ((x - 320) ** 2 + (y - 240) ** 2) / (320**2 + 240**2))
        noisy = np.clip(luma + np.random.default_rng(1).normal(0, 6, luma.shape), 0, 255)
        assert self.edges(quality, grey(noisy)) < 0.01

    def test_in_the_dark_nothing_can_be_said(self, quality: Look) -> None:
        assert quality(np.full((480, 640, 3), 8, np.uint8)).values["picture.edges"] is None


@pytest.mark.parametrize(("value", "glare"), [(255, 1.0), (250, 1.0), (240, 0.0), (0, 0.0)])
def test_glare_is_as_bright_as_can_be(quality: Look, value: int, glare: float) -> None:
    assert quality(np.full((48, 64, 3), value, np.uint8)).values["picture.glare"] == glare


def test_a_window_is_the_share_that_it_fills(quality: Look) -> None:
    rgb = np.full((480, 640, 3), 90, np.uint8)
    rgb[:240, :160] = 255
    assert quality(rgb).values["picture.glare"] == pytest.approx(1 / 8, abs=0.005)
