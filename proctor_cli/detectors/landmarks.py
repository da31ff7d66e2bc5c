"""Face landmarks of the candidate: head pose, gaze, eyes, mouth, and how the face lies (MediaPipe FaceLandmarker).

The largest face box of the picture is cut out with a margin and shown to the landmarker, so that a candidate
who sits far from the camera is measured as well as one who sits close. Its networks are run by us, or by MediaPipe,
as the manifest says: nearly the same numbers, in more time. No state is kept between pictures: the same picture always
gives the same numbers, whichever worker sees it.

Angles are as seen in the picture, in degrees: yaw and roll grow towards the picture's right, pitch upwards.
(In an unmirrored recording the picture's right is the candidate's left.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import ModelError
from proctor_cli.nets import Model
from proctor_cli.nets.face_mesh import Mesh, open_face_mesh
from proctor_cli.quiet import cut_network, native_silence
from proctor_cli.types import Box, Frame, Observation, Spec

# The crop's side, in face-box sides: the landmarker's own face finder wants some surroundings.
_CROP = 1.8

# Landmark numbers of MediaPipe's face mesh: outer and inner corner, iris centre, of the eye on the picture's left ...
_EYE_LEFT = (33, 133, 468)
# ... and inner and outer corner, iris centre, of the one on the picture's right: both run left to right.
_EYE_RIGHT = (362, 263, 473)
_LIP_UPPER, _LIP_LOWER, _MOUTH_LEFT, _MOUTH_RIGHT = 13, 14, 78, 308
# Both ends of each iris.
_IRISES = ((469, 471), (474, 476))

# Distance between the corners of an eye (28 mm) over the radius on which the iris turns (11 mm): adult means.
# An iris displaced by d eye widths then stands at asin(2.5 d).
_EYE_WIDTH_PER_RADIUS = 2.5
# Full deflection of MediaPipe's eyeLookUp/eyeLookDown; head tipped back or forward with the eyes kept on the
# camera shows that one unit offsets about this much head pitch (docs/accuracy.md).
_GAZE_PITCH_FULL_DEG = 35.0
# Under this eye width the iris is under 5 pixels across, and its centre is noise.
_MIN_EYE_WIDTH_PX = 12.0
# A lid that far down covers the iris: where it points cannot be measured.
_MIN_OPEN = 0.35
# Smaller irises are not measured across but taken from the height of the face's box, which is this many irises (medians
# of 13.5 to 16.7 on fourteen people, docs/accuracy.md).
_MIN_IRIS_PX = 5.0
_IRISES_PER_FACE = 14.5
# In a narrower mouth the noise of the landmarks looks like parting lips.
_MIN_MOUTH_PX = 12.0
_LUMA = np.array((0.299, 0.587, 0.114))  # Rec. 601
# The part of a face's box, about its middle, that holds skin and neither hair nor background.
_INNER = 0.6


class _Landmarker(Protocol):
    def look(self, rgb: NDArray[np.uint8]) -> Mesh | None: ...

    def close(self) -> None: ...


class Landmarks:
    """Signals of the largest face. All None when there is no face, all but ``face.luma`` when it shows no landmarks.

    - ``head.yaw_deg``, ``head.pitch_deg``, ``head.roll_deg``: from the facial transformation matrix;
    - ``gaze.yaw_deg``, ``gaze.pitch_deg``: eyes relative to the head; None also when the eyes are shut or small;
    - ``eyes.open``: 1 open, 0 shut (1 minus the mean of the two eyeBlink blendshapes);
    - ``mouth.open``: gap between the inner lips over the width of the mouth (mouth aspect ratio); None in a mouth of
      few pixels;
    - ``mouth.smile``: 1 the widest smile (mean of the two mouthSmile blendshapes);
    - ``face.iris``: width of an iris over the shorter side of the picture, which is what distance follows from;
    - ``face.outside``: share of the landmarks that lie outside of the picture;
    - ``face.luma``: median brightness of the inner face, 0-1.
    """

    spec: ClassVar[Spec] = Spec(
        name="landmarks",
        source="webcam",
        signals={
            "head.yaw_deg": "deg",
            "head.pitch_deg": "deg",
            "head.roll_deg": "deg",
            "gaze.yaw_deg": "deg",
            "gaze.pitch_deg": "deg",
            "eyes.open": "score",
            "mouth.open": "ratio",
            "mouth.smile": "score",
            "face.iris": "ratio",
            "face.outside": "score",
            "face.luma": "score",
        },
        interval_s=0.2,
        models=("landmarks",),
        families={"landmarks": ("face_landmarker",)},
        needs="face",
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        model = models["landmarks"]
        by_mediapipe = model.place.runtime == "mediapipe"
        self._landmarker: _Landmarker = _MediaPipe(model) if by_mediapipe else open_face_mesh(model, threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Measure the largest face of each picture. See Detector."""
        return [Observation("webcam", frame.t_s, self._measure(frame)) for frame in frames]

    def close(self) -> None:
        """Free the landmarker."""
        self._landmarker.close()

    def _measure(self, frame: Frame) -> dict[str, float | None]:
        values: dict[str, float | None] = dict.fromkeys(self.spec.signals)
        faces = [box for box in frame.boxes if box.label == "face"]
        if not faces:
            return values
        face = max(faces, key=lambda box: box.area * box.score)
        values["face.luma"] = _face_luma(frame.rgb, face)
        crop, origin = _cut(frame.rgb, face)
        if min(crop.shape[:2]) < 2:
            return values
        mesh = self._landmarker.look(crop)
        if mesh is None:
            return values
        points, shapes = mesh.points_px, mesh.shapes
        if not _lies_in(points.mean(axis=0) + origin, face, frame):
            return values  # the landmarker has taken a neighbour's face
        yaw_deg, pitch_deg, roll_deg = _head_angles(mesh.turn)
        eyes_open = 1 - (shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2
        gaze_yaw_deg = gaze_pitch_deg = None
        if eyes_open >= _MIN_OPEN:
            gaze_yaw_deg = _gaze_yaw_deg(points)
        if gaze_yaw_deg is not None:
            up = shapes["eyeLookUpLeft"] + shapes["eyeLookUpRight"]
            down = shapes["eyeLookDownLeft"] + shapes["eyeLookDownRight"]
            gaze_pitch_deg = _GAZE_PITCH_FULL_DEG * (up - down) / 2
        mouth_px = math.dist(points[_MOUTH_LEFT], points[_MOUTH_RIGHT])
        gap_px = math.dist(points[_LIP_UPPER], points[_LIP_LOWER])
        return values | {
            "head.yaw_deg": yaw_deg,
            "head.pitch_deg": pitch_deg,
            "head.roll_deg": roll_deg,
            "gaze.yaw_deg": gaze_yaw_deg,
            "gaze.pitch_deg": gaze_pitch_deg,
            "eyes.open": eyes_open,
            "mouth.open": gap_px / mouth_px if mouth_px >= _MIN_MOUTH_PX else None,
            "mouth.smile": (shapes["mouthSmileLeft"] + shapes["mouthSmileRight"]) / 2,
            "face.iris": _iris_px(points, face, frame) / min(frame.rgb.shape[:2]),
            "face.outside": _outside(points + origin, frame),
        }


class _MediaPipe:
    """The landmarker as MediaPipe runs it. `RunningMode.IMAGE` keeps no state."""

    def __init__(self, model: Model) -> None:
        cut_network()
        with native_silence():
            from mediapipe import Image, ImageFormat
            from mediapipe.tasks.python import BaseOptions, vision

            options = vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(model.path)),
                running_mode=vision.RunningMode.IMAGE,
                num_faces=1,
                min_face_detection_confidence=0.3,
                min_face_presence_confidence=0.3,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
            self._image: Any = lambda rgb: Image(image_format=ImageFormat.SRGB, data=rgb)
            try:
                self._landmarker: Any = vision.FaceLandmarker.create_from_options(options)
                # The graph is built on the first picture, and talks while it is.
                self._landmarker.detect(self._image(np.zeros((64, 64, 3), np.uint8)))
            except (OSError, RuntimeError, ValueError) as error:
                raise ModelError(
                    f"cannot be loaded with mediapipe: {str(error).rstrip('.')}",
                    where=str(model.path),
                    hint="`proctor models verify` checks the file; if it is right, install proctor again.",
                ) from error

    def look(self, rgb: NDArray[np.uint8]) -> Mesh | None:
        found = self._landmarker.detect(self._image(rgb))
        if not found.face_landmarks:
            return None
        height_px, width_px = rgb.shape[:2]
        matrix = np.asarray(found.facial_transformation_matrixes[0])[:3, :3]
        return Mesh(
            np.array([(point.x * width_px, point.y * height_px) for point in found.face_landmarks[0]]),
            {shape.category_name: shape.score for shape in found.face_blendshapes[0]},
            matrix / np.linalg.norm(matrix, axis=0),
        )

    def close(self) -> None:
        """It must not outlive the interpreter: its destructor then fails."""
        self._landmarker.close()


def _cut(rgb: NDArray[np.uint8], face: Box) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The square round ``face``, clipped to the picture, and its top left corner in pixels."""
    height_px, width_px = rgb.shape[:2]
    half_px = max(face.width * width_px, face.height * height_px) * _CROP / 2
    x_px, y_px = (face.x0 + face.x1) / 2 * width_px, (face.y0 + face.y1) / 2 * height_px
    x0, x1 = max(0, int(x_px - half_px)), min(width_px, int(x_px + half_px) + 1)
    y0, y1 = max(0, int(y_px - half_px)), min(height_px, int(y_px + half_px) + 1)
    return np.ascontiguousarray(rgb[y0:y1, x0:x1]), (x0, y0)


def _lies_in(point_px: NDArray[np.float64], box: Box, frame: Frame) -> bool:
    height_px, width_px = frame.rgb.shape[:2]
    x, y = point_px[0] / width_px, point_px[1] / height_px
    return bool(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1)


def _outside(points_px: NDArray[np.float64], frame: Frame) -> float:
    height_px, width_px = frame.rgb.shape[:2]
    inside = ((points_px >= 0) & (points_px < (width_px, height_px))).all(axis=1)
    return float(1 - inside.mean())


def _iris_px(points_px: NDArray[np.float64], face: Box, frame: Frame) -> float:
    """Width of the iris; of the nearer eye, in a turned head."""
    width_px = max(math.dist(points_px[left], points_px[right]) for left, right in _IRISES)
    return width_px if width_px >= _MIN_IRIS_PX else face.height * frame.rgb.shape[0] / _IRISES_PER_FACE


def _face_luma(rgb: NDArray[np.uint8], face: Box) -> float | None:
    height_px, width_px = rgb.shape[:2]
    half_x, half_y = face.width * _INNER / 2, face.height * _INNER / 2
    x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
    inner = rgb[
        int((y - half_y) * height_px) : int((y + half_y) * height_px) + 1,
        int((x - half_x) * width_px) : int((x + half_x) * width_px) + 1,
    ]
    return float(np.median(inner @ _LUMA)) / 255 if inner.size else None


def _head_angles(rotation: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees from a 3x3 rotation of the face (x right, y up, z to the camera)."""
    yaw = math.atan2(rotation[0, 2], rotation[2, 2])
    pitch = math.asin(max(-1.0, min(1.0, rotation[1, 2])))
    roll = -math.atan2(rotation[1, 0], rotation[1, 1])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _gaze_yaw_deg(points_px: NDArray[np.float64]) -> float | None:
    """Where the irises stand between the corners of the eyes, as an angle; None when the eyes are too small.

    The wider eye counts more: on a turned head it is the nearer one, and the other is half hidden by the nose.
    """
    offsets, widths_px = [], []
    for left, right, iris in (_EYE_LEFT, _EYE_RIGHT):
        axis = points_px[right] - points_px[left]
        width_px = float(np.hypot(*axis))
        if width_px == 0:
            return None
        middle = (points_px[left] + points_px[right]) / 2
        offsets.append(float(np.dot(points_px[iris] - middle, axis)) / width_px**2)
        widths_px.append(width_px)
    if max(widths_px) < _MIN_EYE_WIDTH_PX:
        return None
    offset = float(np.average(offsets, weights=widths_px))
    return math.degrees(math.asin(max(-1.0, min(1.0, _EYE_WIDTH_PER_RADIUS * offset))))
