"""Faces of a public-domain portrait, put into pictures at known places."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

import cv2
import numpy as np
import pytest

from proctor_cli.nets.things import overlap
from proctor_cli.types import Face, Observation
from tests.unit.detectors.pictures import PORTRAIT, Head, scene

pytestmark = pytest.mark.models

Look = Callable[..., Observation]
FLOOR = 0.4


@pytest.mark.parametrize(
    ("size_px", "head"),
    [
        ((640, 480), Head(200, 60, 120)),
        ((640, 480), Head(0, 0, 120)),
        ((640, 480), Head(380, 230, 120)),
        ((640, 480), Head(90, 20, 190)),
        ((320, 240), Head(60, 20, 70)),
        ((1280, 720), Head(500, 100, 250)),
        ((1920, 1080), Head(900, 300, 150)),
        ((480, 848), Head(100, 300, 130)),
        ((1000, 170), Head(700, 5, 60)),
        ((190, 1000), Head(20, 800, 60)),
    ],
)
def test_a_face_is_found_where_it_is(faces: Look, size_px: tuple[int, int], head: Head) -> None:
    rgb, (true,) = scene(*size_px, head)
    seen = faces(rgb)
    (box,) = seen.boxes
    assert overlap(box, true) > 0.7
    assert box.score > 0.75
    assert seen.values == {"face.score": box.score, "face.second_score": 0.0, "face.height": box.height}


@pytest.mark.parametrize("head", [Head(200, 60, 120), Head(90, 20, 190, mirrored=True), Head(300, 100, 40)])
def test_eyes_nose_and_mouth_are_where_they_are(faces: Look, head: Head) -> None:
    rgb, (true,) = scene(640, 480, head)
    (face,) = faces(rgb).boxes
    assert isinstance(face, Face)
    assert len(face.points) == len(true.points) == 5
    for found, wanted in zip(face.points, true.points, strict=True):
        off_px = (found[0] - wanted[0]) * 640, (found[1] - wanted[1]) * 480
        assert hypot(*off_px) < 0.06 * head.face_px
    left_eye, right_eye, nose, left_mouth, right_mouth = face.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_a_face_that_fills_the_picture_is_found(faces: Look) -> None:
    rgb = cv2.resize(PORTRAIT[55:185, 80:190], (540, 640))
    best = faces(rgb).boxes[0]
    assert best.score > 0.75
    assert best.height > 0.7


@pytest.mark.parametrize("face_px", [14, 18, 24, 36])
def test_small_faces_are_found(faces: Look, face_px: int) -> None:
    rgb, (true,) = scene(640, 480, Head(300, 200, face_px))
    (box,) = faces(rgb).boxes
    assert overlap(box, true) > 0.5


def test_large_pictures_are_seen_at_640_pixels(faces: Look) -> None:
    seen = [faces(scene(1920, 1080, Head(700, 300, face_px))[0]).values["face.score"] for face_px in (15, 45, 60)]
    assert seen[0] == 0  # 5 pixels there
    assert seen[1]
    assert seen[2]


def test_two_faces_are_two_and_the_best_comes_first(faces: Look) -> None:
    rgb, true = scene(640, 480, Head(20, 40, 150), Head(380, 200, 90, mirrored=True))
    seen = faces(rgb)
    assert len(seen.boxes) == 2
    for face in true:
        assert max(overlap(face, box) for box in seen.boxes) > 0.7
    scores = [box.score for box in seen.boxes]
    assert scores == sorted(scores, reverse=True)
    assert [seen.values["face.score"], seen.values["face.second_score"]] == scores
    assert min(scores) > 0.8
    assert seen.values["face.height"] == max(box.height for box in seen.boxes)


@pytest.mark.parametrize("value", [0, 120, 255])
def test_without_a_face_scores_are_0_and_the_height_is_unknown(faces: Look, value: int) -> None:
    seen = faces(np.full((480, 640, 3), value, np.uint8))
    assert seen.boxes == ()
    assert seen.values == {"face.score": 0.0, "face.second_score": 0.0, "face.height": None}


def test_scores_under_the_floor_are_no_faces(faces: Look) -> None:
    rgb, _ = scene(640, 480, Head(150, 40, 160))
    scores = []
    for radius_px in (0.1, 4, 8, 12, 14, 16, 20):
        seen = faces(cv2.GaussianBlur(rgb, (0, 0), radius_px))
        assert all(box.score >= FLOOR for box in seen.boxes)
        scores.append(seen.values["face.score"])
    assert scores[0]
    assert scores[0] > 0.9
    assert any(score and score < 0.6 for score in scores)  # weak ones are kept for the policy to judge


def test_of_a_crowd_the_eight_surest_are_kept(faces: Look) -> None:
    rgb, _ = scene(1200, 700, *(Head(20 + 280 * i, 10 + 220 * j, 80) for i in range(4) for j in range(3)))
    assert len(faces(rgb).boxes) == 8
