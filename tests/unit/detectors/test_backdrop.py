"""Whether the wall moves with the face: heads before a wall, prints held before it, cameras that move."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.detectors.backdrop import Backdrop
from proctor_cli.types import Box, Frame
from tests.unit.detectors.pictures import Head, Picture, before_wall

HERE = Head(170, 60, 140)
MOVES = [(2, 1), (-3, 2), (4, 0), (0, -4), (6, 3), (-10, 0)]
"""Pixels of a picture 640 wide, from one sample to the next."""


def follow(now: Picture, before: Picture | None, *boxes: Box) -> float | None:
    (seen,) = Backdrop({}).observe([Frame("webcam", 0.0, now, None, boxes, before)])
    return seen.values["backdrop.follow"]


def moved(head: Head, by: tuple[int, int]) -> Head:
    return Head(head.x_px - by[0], head.y_px - by[1], head.face_px)


def shaken(rgb: Picture, by: tuple[float, float] = (5, -3)) -> Picture:
    """As a camera sees it that has moved."""
    shift = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    done: Picture = cv2.warpAffine(rgb, shift, (rgb.shape[1], rgb.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return done


@pytest.mark.parametrize("by", MOVES)
class TestMotion:
    def test_the_wall_behind_a_head_stays(self, by: tuple[int, int]) -> None:
        now, face = before_wall(640, 480, HERE)
        found = follow(now, before_wall(640, 480, moved(HERE, by))[0], face)
        assert found is not None
        assert found < 0.25

    def test_the_wall_in_a_print_goes_with_it(self, by: tuple[int, int]) -> None:
        now, face = before_wall(640, 480, HERE, held=True)
        found = follow(now, before_wall(640, 480, moved(HERE, by), held=True)[0], face)
        assert found is not None
        assert found > 0.75

    def test_a_camera_that_moves_too_changes_neither(self, by: tuple[int, int]) -> None:
        for held in (False, True):
            now, face = before_wall(640, 480, HERE, held=held)
            before = shaken(before_wall(640, 480, moved(HERE, by), held=held)[0])
            found = follow(now, before, face)
            assert found is not None
            assert (found > 0.5) == held

    def test_noise_changes_neither(self, by: tuple[int, int]) -> None:
        rng = np.random.default_rng(1)

        def noisy(rgb: Picture) -> Picture:
            return np.clip(rgb + rng.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8)

        for held in (False, True):
            now, face = before_wall(640, 480, HERE, held=held)
            found = follow(noisy(now), noisy(before_wall(640, 480, moved(HERE, by), held=held)[0]), face)
            assert found is not None
            assert (found > 0.5) == held


class TestUnknown:
    def test_without_a_sample_before_or_a_face(self) -> None:
        now, face = before_wall(640, 480, HERE)
        before, _ = before_wall(640, 480, moved(HERE, (4, 0)))
        assert follow(now, None, face) is None
        assert follow(now, before) is None
        assert follow(now, before, Box(face.x0, face.y0, face.x1, face.y1, "person", 0.9)) is None

    def test_when_the_size_of_the_video_has_changed(self) -> None:
        now, face = before_wall(640, 480, HERE)
        before, _ = before_wall(640, 480, moved(HERE, (4, 0)))
        assert follow(now, cv2.resize(before, (320, 240)), face) is None

    @pytest.mark.parametrize("held", [False, True])
    def test_while_the_face_is_still(self, held: bool) -> None:
        now, face = before_wall(640, 480, HERE, held=held)
        assert follow(now, now, face) is None
        assert follow(now, shaken(now), face) is None  # all moves alike: the camera

    def test_before_a_bare_wall(self) -> None:
        """Nothing can be seen to move on it."""
        now, face = before_wall(640, 480, HERE)
        before, _ = before_wall(640, 480, moved(HERE, (4, 0)))
        for rgb in (now, before):
            rgb[outside_of(face)] = 128
        assert follow(now, before, face) is None

    def test_when_the_strips_lie_outside_of_the_picture(self) -> None:
        now, _ = before_wall(640, 480, HERE)
        before, _ = before_wall(640, 480, moved(HERE, (4, 0)))
        assert follow(now, before, Box(0.0, 0.0, 1.0, 1.0, "face", 0.9)) is None


def outside_of(face: Box) -> NDArray[np.bool_]:
    """(480, 640): all but the face itself."""
    rows, columns = np.mgrid[0:480, 0:640] / np.array([480, 640])[:, None, None]
    return np.asarray((columns < face.x0) | (columns > face.x1) | (rows < face.y0) | (rows > face.y1))


def test_the_largest_face_is_the_one() -> None:
    now, face = before_wall(640, 480, HERE)
    before, _ = before_wall(640, 480, moved(HERE, (4, 0)))
    on_the_wall = Box(0.8, 0.1, 0.86, 0.2, "face", 0.9)
    alone = follow(now, before, face)
    assert alone is not None
    assert follow(now, before, on_the_wall, face) == follow(now, before, face, on_the_wall) == alone
    assert follow(now, before, on_the_wall) is None  # it stays where the wall does
