"""The texture of a face: live ones in a portrait and in recordings; which faces are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from proctor_cli.detectors.liveness import Liveness
from proctor_cli.types import Box, Observation
from tests.unit.detectors.conftest import look_of
from tests.unit.detectors.pictures import CLIPS, SAMPLE, Head, models, recorded, scene

pytestmark = pytest.mark.models

Look = Callable[..., Observation]
UNKNOWN = {"live.logit": None, "live.least": None}


@pytest.fixture(scope="module")
def liveness() -> Look:
    return look_of(Liveness(models("liveness")))


def logit(seen: Observation) -> float:
    value = seen.values["live.logit"]
    assert value is not None
    return value


def test_a_portrait_at_any_size_has_the_texture_of_a_face(liveness: Look) -> None:
    for face_px in (60, 140, 240):
        rgb, faces = scene(640, 480, Head(100, 40, face_px))
        assert logit(liveness(rgb, faces)) > 2


@pytest.mark.media
def test_real_people_look_alive(liveness: Look, faces: Look) -> None:
    for name in ("a_headturn", "a_eyes_left", "a_leave", "a_eyes_focus"):
        for frame in recorded(CLIPS / f"{name}.mp4", (0.5, 1.5)):
            assert logit(liveness(frame, faces(frame).boxes)) > 2, (name, frame.t_s)


@pytest.mark.media
def test_a_phone_that_shows_a_face_does_not(liveness: Look, faces: Look) -> None:
    """Somebody sits there alone, then holds up phones with faces on them (labels_clips.csv)."""
    looks = recorded(CLIPS / "a_spoof_demo.gif", (0.5, 1.0, 2.5, 4.0, 4.5, 7.0, 7.5, 8.0))
    found = [liveness(frame, faces(frame).boxes) for frame in looks]
    assert min(logit(seen) for seen in found[:3]) > 8
    assert max(seen.values["live.least"] or 0.0 for seen in found[3:]) < -1.5


def test_several_faces_are_told_by_the_least_alive(liveness: Look, faces: Look) -> None:
    (frame,) = recorded(SAMPLE, (31,))
    candidate, visitor = sorted(faces(frame).boxes, key=lambda box: -box.area)
    alone, other = logit(liveness(frame, [candidate])), logit(liveness(frame, [visitor]))
    assert alone != pytest.approx(other, abs=0.1)
    for boxes in ([candidate, visitor], [visitor, candidate]):
        assert liveness(frame, boxes).values == pytest.approx({"live.logit": alone, "live.least": min(alone, other)})
    assert liveness(frame, [candidate]).values["live.least"] is None


def test_of_a_face_nobody_asks_for_or_a_small_one_nothing_is_known(liveness: Look) -> None:
    rgb, (face,) = scene(640, 480, Head(150, 40, 36))
    assert liveness(rgb).values == UNKNOWN
    assert liveness(rgb, [face]).values == UNKNOWN
    rgb, (face,) = scene(640, 480, Head(150, 40, 140))
    assert liveness(rgb, [Box(face.x0, face.y0, face.x1, face.y1, "phone", 0.9)]).values == UNKNOWN


def test_faces_far_behind_and_more_than_three_are_left_out(liveness: Look) -> None:
    rgb, (near, far) = scene(1280, 960, Head(60, 40, 320), Head(900, 300, 80))
    assert liveness(rgb, [far]).values["live.logit"] is not None
    assert liveness(rgb, [near, far]).values == liveness(rgb, [near]).values
    rgb, crowd = scene(1280, 480, *(Head(10 + 310 * i, 40, 130 - 5 * i) for i in range(4)))
    last = replace(crowd[3], score=0.5)
    assert liveness(rgb, [*crowd[:3], last]).values == liveness(rgb, crowd[:3]).values


@pytest.mark.parametrize("corner", [(0, 0), (0, 220), (430, 0), (430, 220)])
def test_at_the_edge_the_picture_is_mirrored_on(liveness: Look, corner: tuple[int, int]) -> None:
    """A black border instead would look like the frame of a screen."""
    rgb, (face,) = scene(640, 480, Head(150, 40, 140))
    x, y = round(face.x0 * 640), round(face.y0 * 480)
    edge_x, edge_y = (x if corner[0] == 0 else 0), (y if corner[1] == 0 else 0)
    end_x = 640 if corner[0] == 0 else round(face.x1 * 640)
    end_y = 480 if corner[1] == 0 else round(face.y1 * 480)
    cut = np.ascontiguousarray(rgb[edge_y:end_y, edge_x:end_x])
    height, width = cut.shape[:2]
    moved = [(face.x0 * 640 - edge_x) / width, (face.y0 * 480 - edge_y) / height]
    moved += [(face.x1 * 640 - edge_x) / width, (face.y1 * 480 - edge_y) / height]
    x0, y0, x1, y1 = (min(1.0, max(0.0, side)) for side in moved)
    box = Box(x0, y0, x1, y1, "face", 0.9)
    wider = cv2.copyMakeBorder(cut, 200, 200, 200, 200, cv2.BORDER_REFLECT_101)
    tall, broad = wider.shape[:2]
    same = Box(
        (x0 * width + 200) / broad,
        (y0 * height + 200) / tall,
        (x1 * width + 200) / broad,
        (y1 * height + 200) / tall,
        "face",
        0.9,
    )
    assert logit(liveness(cut, [box])) == pytest.approx(logit(liveness(wider, [same])), abs=1e-3)
