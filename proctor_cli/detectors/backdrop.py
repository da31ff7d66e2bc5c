"""Whether what surrounds the face moves with it: it does in a picture that is held before the camera.

A head moves before a wall that stays where it is. A printed photograph, or a telephone that shows one, moves as a
whole: the strip of wall beside the face is a part of it. So the motion of the face since the sample before is
measured, and that of the picture's outer parts (the camera may move too), and then which of the two explains the
strips beside the face better.

Long hair also moves with the face; what is usual for this candidate is for the rules to learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model
from proctor_cli.types import Box, Frame, Observation, Spec

_Picture = NDArray[np.uint8]
_Motion = NDArray[np.float64]  # (2, 3), of points (x, y, 1) in pixels

# The picture's longer side while motion is measured: enough for a tenth of a pixel of a face, and quick.
_SEEN_PX = 320
# Parts of the picture, in face boxes: an ellipse within the face; the strips beside it, from where hair and ears end;
# and all that is further away, from which the camera's own motion is known.
_INNER = 0.84
_STRIPS_FROM, _STRIPS_TO, _STRIPS_HEIGHT = 1.5, 2.0, 1.1
_OUTER = 2.6
# Less motion of the face against the outer parts than this, or strips in which both motions look alike, tell nothing.
_MIN_MOTION_PX = 0.4
_MIN_CONTRAST = 0.8
# Grey levels added to both errors, so that noise alone gives no ratio.
_NOISE = 0.2
# So much of the picture beside a part has a say in where its corners are.
_BESIDE_PX = 5
_MIN_POINTS = 8
_MIN_INLIERS = 0.4
_TOLERANCE_PX = 0.7


class Backdrop:
    """Signal ``backdrop.follow``: how much better the strips beside the largest face fit its motion than the camera's.

    0 they stay with the picture's outer parts, 1 they move with the face, 0.5 both fit alike. None when the face has
    hardly moved since the sample before, or when the motion or the strips cannot be measured.
    """

    spec: ClassVar[Spec] = Spec(
        name="backdrop", source="webcam", signals={"backdrop.follow": "score"}, interval_s=0.2, needs="face"
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        """No model is needed."""

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Measure each picture against the one before it. See Detector."""
        return [Observation("webcam", frame.t_s, {"backdrop.follow": _follow(frame)}) for frame in frames]

    def close(self) -> None:
        """Nothing is held."""


def _follow(frame: Frame) -> float | None:
    faces = [box for box in frame.boxes if box.label == "face"]
    if frame.before is None or frame.before.shape != frame.rgb.shape or not faces:
        return None
    face = max(faces, key=lambda box: box.area * box.score)
    before, now = _shrink(frame.before), _shrink(frame.rgb)
    inner, strips, outer = _parts(face, now.shape[1], now.shape[0])
    if not strips.any():
        return None
    with_face = _motion(before, now, inner)
    if with_face is None:
        return None
    with_camera = _motion(before, now, outer)
    if with_camera is None:
        with_camera = np.eye(2, 3)
    if _apart_px(with_face, with_camera, face, now.shape[1], now.shape[0]) < _MIN_MOTION_PX:
        return None
    moved, stayed = _move(before, with_face), _move(before, with_camera)
    if _error(moved, stayed, strips) < _MIN_CONTRAST:
        return None
    error_moved, error_stayed = _error(now, moved, strips) + _NOISE, _error(now, stayed, strips) + _NOISE
    return error_stayed / (error_moved + error_stayed)


def _shrink(rgb: _Picture) -> _Picture:
    height_px, width_px = rgb.shape[:2]
    scale = min(1.0, _SEEN_PX / max(height_px, width_px))
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    return np.asarray(cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), np.uint8)


def _parts(face: Box, width_px: int, height_px: int) -> tuple[_Picture, _Picture, _Picture]:
    """Masks (height, width) of the face's inside, of the strips beside it, and of the picture's outer parts."""
    x_px, y_px = (face.x0 + face.x1) / 2 * width_px, (face.y0 + face.y1) / 2 * height_px
    across_px, down_px = face.width * width_px, face.height * height_px

    def middle(wide: float, high: float) -> _Picture:
        mask = np.zeros((height_px, width_px), np.uint8)
        left, right = max(0, int(x_px - across_px * wide / 2)), max(0, int(x_px + across_px * wide / 2))
        top, bottom = max(0, int(y_px - down_px * high / 2)), max(0, int(y_px + down_px * high / 2))
        mask[top:bottom, left:right] = 255
        return mask

    inner = np.zeros((height_px, width_px), np.uint8)
    axes = (max(1, int(across_px * _INNER / 2)), max(1, int(down_px * _INNER / 2)))
    cv2.ellipse(inner, (int(x_px), int(y_px)), axes, 0, 0, 360, 255, -1)
    strips = middle(_STRIPS_TO, _STRIPS_HEIGHT) & ~middle(_STRIPS_FROM, _STRIPS_HEIGHT)
    # All of the candidate's body is left out: it moves on its own.
    return inner, strips, ~middle(_OUTER, 2 * height_px / max(down_px, 1.0))


def _motion(before: _Picture, now: _Picture, part: _Picture) -> _Motion | None:
    """Shift, turn and scale of one part of the picture (Lucas-Kanade on corners, RANSAC); None when there is no one."""
    x, y, width, height = cv2.boundingRect(part)
    near = np.s_[max(0, y - _BESIDE_PX) : y + height + _BESIDE_PX, max(0, x - _BESIDE_PX) : x + width + _BESIDE_PX]
    corners = cv2.goodFeaturesToTrack(before[near], 100, 0.01, 4, mask=part[near], blockSize=5)
    if corners is None or len(corners) < _MIN_POINTS:
        return None
    corners += np.array([near[1].start, near[0].start], np.float32)
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, now, corners, np.empty_like(corners), winSize=(15, 15))
    kept = found.ravel() == 1
    if kept.sum() < _MIN_POINTS:
        return None
    motion, inliers = cv2.estimateAffinePartial2D(
        corners[kept], there[kept], method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE_PX
    )
    return motion if motion is not None and inliers.mean() >= _MIN_INLIERS else None


def _apart_px(first: _Motion, second: _Motion, face: Box, width_px: int, height_px: int) -> float:
    """How far the two motions lead apart in and beside the face, mean over three points."""
    x_px, y_px = (face.x0 + face.x1) / 2 * width_px, (face.y0 + face.y1) / 2 * height_px
    reach_px = 0.8 * face.width * width_px
    points = np.array([[x_px, y_px, 1], [x_px - reach_px, y_px, 1], [x_px + reach_px, y_px, 1]])
    return float(np.linalg.norm(points @ (first - second).T, axis=1).mean())


def _move(picture: _Picture, motion: _Motion) -> _Picture:
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, motion, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _error(first: _Picture, second: _Picture, part: _Picture) -> float:
    """Mean absolute difference within ``part``, grey levels."""
    return float(cv2.mean(cv2.absdiff(first, second), mask=part)[0])
