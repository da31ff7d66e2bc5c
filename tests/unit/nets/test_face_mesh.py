"""The landmark networks without MediaPipe give what they give in it."""

from __future__ import annotations

import numpy as np
import pytest

from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.landmarks import Landmarks
from proctor_cli.nets.face_mesh import open_face_mesh
from tests.unit.detectors.pictures import FACE_PX, OTHER_PORTRAIT, PORTRAIT, SAMPLE, frame, models, recorded

# Both compute in float32, but in another order.
WITHIN = {
    "head.yaw_deg": 1.0,
    "head.pitch_deg": 1.5,
    "head.roll_deg": 0.5,
    "gaze.yaw_deg": 2.0,
    "gaze.pitch_deg": 2.0,
    "eyes.open": 0.05,
    "mouth.open": 0.02,
    "mouth.smile": 0.05,
    "face.iris": 0.002,
    "face.outside": 0.01,
    "face.luma": 0.0,
}


@pytest.mark.models
def test_it_measures_what_mediapipe_measures() -> None:
    ours = Landmarks(models("landmarks"))
    theirs = Landmarks(models("landmarks", swaps={"landmarks": "face_landmarker_mediapipe"}))
    faces = Faces(models("faces"))
    try:
        pictures = [shown.rgb for shown in recorded(SAMPLE, (2.0, 5.0, 20.0, 32.0, 45.0, 61.0))]
        measured = 0
        for rgb in (*pictures, PORTRAIT, OTHER_PORTRAIT, np.ascontiguousarray(pictures[0][:, ::-1])):
            (seen,) = faces.observe([frame(rgb)])
            (mine,), (other,) = (one.observe([frame(rgb, *seen.boxes)]) for one in (ours, theirs))
            for signal, value in other.values.items():
                got = mine.values[signal]
                assert (got is None) == (value is None), signal
                if value is not None:
                    assert got == pytest.approx(value, abs=WITHIN[signal]), signal
                    measured += 1
        assert measured > 80
    finally:
        theirs.close()


@pytest.mark.models
class TestMesh:
    def test_landmarks_lie_on_the_face(self) -> None:
        mesh = open_face_mesh(models("landmarks")["landmarks"]).look(PORTRAIT)
        assert mesh is not None
        assert mesh.points_px.shape == (478, 2)
        x0, y0, x1, y1 = FACE_PX
        x, y = mesh.points_px.mean(axis=0)
        assert (x, y) == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2), abs=12)
        assert np.allclose(mesh.turn @ mesh.turn.T, np.eye(3))
        assert np.linalg.det(mesh.turn) == pytest.approx(1)

    def test_a_mirrored_face_is_turned_the_other_way(self) -> None:
        mesh = open_face_mesh(models("landmarks")["landmarks"])
        one, other = mesh.look(PORTRAIT), mesh.look(np.ascontiguousarray(PORTRAIT[:, ::-1]))
        assert one is not None
        assert other is not None
        assert other.turn[0, 2] == pytest.approx(-one.turn[0, 2], abs=0.05)
        assert other.turn[1, 2] == pytest.approx(one.turn[1, 2], abs=0.05)

    @pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (300, 2, 3), (240, 320, 3)])
    def test_nothing_is_no_face(self, shape: tuple[int, int, int]) -> None:
        assert open_face_mesh(models("landmarks")["landmarks"]).look(np.full(shape, 90, np.uint8)) is None
