"""Angles, eyes and mouth: of a portrait turned and mirrored by the test, of the sample, and of real recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from proctor_cli.types import Box, Frame, Observation
from tests.unit.detectors.pictures import CLIPS, SAMPLE, Head, Picture, recorded, scene, turned

pytestmark = pytest.mark.models

Look = Callable[..., Observation]
ANGLES = ("head.yaw_deg", "head.pitch_deg", "head.roll_deg")


def mirrored(rgb: Picture) -> Picture:
    return np.ascontiguousarray(rgb[:, ::-1])


def known(values: Observation, signal: str) -> float:
    value = values.values[signal]
    assert value is not None, signal
    return value


@pytest.fixture
def measure(faces: Look, landmarks: Look) -> Look:
    """Find the faces, then their landmarks."""

    def look(picture: Picture | Frame) -> Observation:
        return landmarks(picture, faces(picture).boxes)

    return look


class TestPortrait:
    def test_she_looks_into_the_camera(self, measure: Look) -> None:
        seen = measure(scene(640, 480, Head(150, 40, 160))[0])
        assert known(seen, "head.yaw_deg") == pytest.approx(0, abs=5)
        assert known(seen, "head.pitch_deg") == pytest.approx(-5, abs=10)
        assert known(seen, "head.roll_deg") == pytest.approx(3, abs=5)
        assert known(seen, "gaze.yaw_deg") == pytest.approx(0, abs=8)
        assert known(seen, "gaze.pitch_deg") == pytest.approx(0, abs=12)
        assert known(seen, "eyes.open") > 0.85
        assert 0.05 < known(seen, "mouth.open") < 0.35  # she smiles and shows her teeth
        assert seen.boxes == ()

    @pytest.mark.parametrize("turn_deg", [-30, -15, 15, 30])
    def test_roll_grows_towards_the_right_of_the_picture(self, measure: Look, turn_deg: float) -> None:
        rgb, _ = scene(640, 480, Head(150, 40, 160))
        upright, tilted = measure(rgb), measure(turned(rgb, turn_deg))
        assert known(tilted, "head.roll_deg") - known(upright, "head.roll_deg") == pytest.approx(turn_deg, abs=4)
        assert known(tilted, "head.yaw_deg") == pytest.approx(0, abs=8)

    def test_a_mirrored_picture_has_the_opposite_roll(self, measure: Look) -> None:
        rgb = turned(scene(640, 480, Head(150, 40, 160))[0], 20)
        seen, mirror = measure(rgb), measure(mirrored(rgb))
        assert known(seen, "head.roll_deg") > 15
        assert known(mirror, "head.roll_deg") == pytest.approx(-known(seen, "head.roll_deg"), abs=4)
        assert known(mirror, "head.pitch_deg") == pytest.approx(known(seen, "head.pitch_deg"), abs=5)

    @pytest.mark.parametrize("face_px", [40, 60, 90, 240, 400])
    def test_angles_do_not_depend_on_the_distance(self, landmarks: Look, face_px: int) -> None:
        reference, seen = (
            landmarks(*scene(px * 5, px * 4, Head(px // 2, px // 5, px))) for px in (140, face_px)
        )  # the same picture at another size
        for angle in ANGLES:
            assert known(seen, angle) == pytest.approx(known(reference, angle), abs=2.5), angle
        assert known(seen, "eyes.open") == pytest.approx(known(reference, "eyes.open"), abs=0.15)

    def test_small_eyes_point_nowhere(self, landmarks: Look) -> None:
        small, large = (landmarks(*scene(640, 480, Head(150, 40, px))) for px in (50, 140))
        assert small.values["gaze.yaw_deg"] is small.values["gaze.pitch_deg"] is None
        assert small.values["head.yaw_deg"] is not None
        assert large.values["gaze.yaw_deg"] is not None

    def test_what_lies_round_the_face_does_not_matter(self, landmarks: Look) -> None:
        places = (((640, 480), Head(200, 60, 120)), ((1280, 720), Head(900, 300, 120)))
        there = [landmarks(*scene(*size_px, head)) for size_px, head in places]
        for angle in ANGLES:
            assert known(there[0], angle) == pytest.approx(known(there[1], angle), abs=1)


class TestPlace:
    @pytest.mark.parametrize("face_px", [60, 90, 160, 240])
    def test_the_iris_is_as_large_as_it_looks(self, landmarks: Look, face_px: int) -> None:
        seen = landmarks(*scene(960, 640, Head(100, 20, face_px)))
        # 11.7 mm of a face whose box is 17 cm high; under 5 pixels it is taken from just that
        assert known(seen, "face.iris") * 640 == pytest.approx(face_px / 14.5, rel=0.2)

    def test_it_is_measured_over_the_shorter_side(self, landmarks: Look) -> None:
        lying, standing = (landmarks(*scene(*size_px, Head(20, 20, 160))) for size_px in ((900, 500), (500, 900)))
        assert known(lying, "face.iris") == pytest.approx(known(standing, "face.iris"), rel=0.03)

    def test_what_the_edge_cuts_off_is_outside(self, landmarks: Look) -> None:
        rgb, (face,) = scene(640, 480, Head(100, 20, 160))
        assert known(landmarks(rgb, [face]), "face.outside") == 0
        shares = []
        for cut_px in (25, 45):  # from the left cheek inwards
            left_px = round(face.x0 * 640) + cut_px
            part = np.ascontiguousarray(rgb[:, left_px:])
            width_px = part.shape[1]
            there = replace(face, x0=0.0, x1=(face.x1 * 640 - left_px) / width_px)
            shares.append(known(landmarks(part, [there]), "face.outside"))
        assert 0.02 < shares[0] < shares[1] < 0.5

    def test_brightness_is_that_of_the_skin(self, landmarks: Look) -> None:
        rgb, boxes = scene(640, 480, Head(150, 40, 160))
        usual = known(landmarks(rgb, boxes), "face.luma")
        bright = rgb.copy()
        bright[:, :140] = bright[:, 500:] = 255
        assert 0.3 < usual < 0.8
        assert known(landmarks(bright, boxes), "face.luma") == usual
        assert known(landmarks((rgb * 0.5).astype(np.uint8), boxes), "face.luma") == pytest.approx(usual / 2, abs=0.02)

    def test_a_mouth_of_few_pixels_is_not_measured(self, landmarks: Look) -> None:
        small, large = (landmarks(*scene(640, 480, Head(150, 40, px))) for px in (25, 90))
        assert small.values["mouth.open"] is None
        assert large.values["mouth.open"] is not None
        assert known(large, "mouth.smile") > 0.5


class TestWhoIsMeasured:
    def test_nobody_without_a_face(self, landmarks: Look) -> None:
        rgb, (face,) = scene(640, 480, Head(150, 40, 160))
        nothing = dict.fromkeys(landmarks(rgb).values)
        assert landmarks(rgb).values == nothing
        assert landmarks(rgb, [replace(face, label="person")]).values == nothing

    def test_nobody_where_no_face_is(self, landmarks: Look) -> None:
        seen = landmarks(np.full((480, 640, 3), 120, np.uint8), [Box(0.3, 0.2, 0.6, 0.7, "face", 0.9)])
        assert {name for name, value in seen.values.items() if value is not None} == {"face.luma"}

    def test_the_largest_face(self, landmarks: Look) -> None:
        rgb, boxes = scene(640, 480, Head(10, 60, 160), Head(400, 60, 90))
        rgb[:, 380:] = turned(np.ascontiguousarray(rgb[:, 380:]), 20)
        assert known(landmarks(rgb, boxes), "head.roll_deg") < 8
        assert known(landmarks(rgb, boxes[::-1]), "head.roll_deg") < 8
        assert known(landmarks(rgb, boxes[1:]), "head.roll_deg") > 15

    def test_never_the_neighbour(self, landmarks: Look) -> None:
        rgb, (neighbour,) = scene(640, 480, Head(200, 60, 120))
        # so large that the surroundings shown to the landmarker hold the whole neighbour
        beside = replace(neighbour, x0=neighbour.x1 + 0.01, x1=neighbour.x1 + 0.31, y0=0.2, y1=0.65)
        assert landmarks(rgb, [neighbour]).values["head.yaw_deg"] is not None
        assert landmarks(rgb, [beside]).values["head.yaw_deg"] is None


class TestSample:
    """LOOKING_AWAY 15-20.6 s: head to the picture's right, over 30 degrees."""

    AWAY_S = (16.0, 18.0, 20.0)

    def test_yaw_grows_towards_the_right_of_the_picture(self, measure: Look) -> None:
        (ahead,) = recorded(SAMPLE, (10.0,))
        assert known(measure(ahead), "head.yaw_deg") == pytest.approx(0, abs=8)
        for frame in recorded(SAMPLE, self.AWAY_S):
            seen = measure(frame)
            assert seen.t_s == frame.t_s
            assert known(seen, "head.yaw_deg") > 20
            assert known(seen, "gaze.yaw_deg") > 8

    def test_a_mirrored_picture_has_the_opposite_yaw(self, measure: Look) -> None:
        for frame in recorded(SAMPLE, self.AWAY_S):
            seen, mirror = measure(frame), measure(mirrored(frame.rgb))
            for angle, within_deg in (("head.yaw_deg", 5), ("gaze.yaw_deg", 8), ("head.roll_deg", 5)):
                assert known(mirror, angle) == pytest.approx(-known(seen, angle), abs=within_deg), angle
            assert known(mirror, "head.pitch_deg") == pytest.approx(known(seen, "head.pitch_deg"), abs=6)

    def test_eyes_close_in_a_blink(self, measure: Look) -> None:
        before, shut, after = (known(measure(frame), "eyes.open") for frame in recorded(SAMPLE, (10.4, 10.8, 11.2)))
        assert min(before, after) > 0.85
        assert shut < 0.5


@pytest.mark.media
class TestRealRecordings:
    def test_a_turning_head(self, measure: Look) -> None:
        ahead, left, right, up, down, roll_left, roll_right = (
            measure(frame) for frame in recorded(CLIPS / "a_headturn.mp4", (1.0, 3.0, 7.0, 10.5, 13.5, 17.0, 19.5))
        )
        assert known(left, "head.yaw_deg") < -25
        assert known(right, "head.yaw_deg") > 25
        assert known(up, "head.pitch_deg") > known(ahead, "head.pitch_deg") + 20
        assert known(down, "head.pitch_deg") < known(ahead, "head.pitch_deg") - 20
        assert known(roll_left, "head.roll_deg") < -15
        assert known(roll_right, "head.roll_deg") > 15
        for seen in (ahead, up, down):
            assert known(seen, "head.yaw_deg") == pytest.approx(0, abs=8)
        # the eyes stay on the camera: down in a head tipped back, up in one bent down
        assert known(up, "gaze.pitch_deg") < known(ahead, "gaze.pitch_deg") - 8
        assert known(down, "gaze.pitch_deg") > known(ahead, "gaze.pitch_deg") + 8

    @pytest.mark.parametrize(("clip", "side"), [("a_eyes_left", -1), ("a_eyes_right", 1)])
    def test_eyes_that_move_in_a_still_head(self, measure: Look, clip: str, side: int) -> None:
        for frame in recorded(CLIPS / f"{clip}.mp4", (2.0, 4.0, 7.0, 9.0)):
            seen = measure(frame)
            aside = side * known(seen, "gaze.yaw_deg")
            assert aside > 12 if frame.t_s > 6 else abs(aside) < 8
            assert known(seen, "head.yaw_deg") == pytest.approx(0, abs=10)

    def test_closing_eyes(self, measure: Look) -> None:
        opened, closing = (known(measure(f), "eyes.open") for f in recorded(CLIPS / "a_eyes_right.mp4", (14.0, 15.0)))
        assert opened > 0.75
        assert closing < 0.5
