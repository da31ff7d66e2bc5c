"""Faces: where they are and how sure the detector is (YuNet).

Every face down to a low score is kept as a box; which of them count is for the policy to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model, open_network
from proctor_cli.types import Face, Frame, Observation, Spec

# The picture's longer side as the network sees it. At 640, YuNet finds faces from about 12 pixels there; larger
# pictures cost more and bring back faces of the far background only.
_SEEN_PX = 640
# Boxes under this score are noise on every recording measured (docs/accuracy.md).
_FLOOR = 0.4
_NMS_IOU = 0.3
_MAX_FACES = 8
_STRIDES_PX = (8, 16, 32)


class Faces:
    """Signals, all from the face boxes (label "face").

    - ``face.score``: the best score, 0 when no face is found;
    - ``face.second_score``: the second best, 0 when there is no second face;
    - ``face.height``: height of the largest face, fraction of the picture's height; None when there is none.
    """

    spec: ClassVar[Spec] = Spec(
        name="faces",
        source="webcam",
        signals={"face.score": "score", "face.second_score": "score", "face.height": "ratio"},
        interval_s=0.2,
        models=("faces",),
        families={"faces": ("yunet",)},
        finds=("face",),
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._network = open_network(models["faces"], threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Find the faces of each picture. See Detector."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """OpenCV frees the network with the object."""

    def _look(self, frame: Frame) -> Observation:
        boxes = sorted(self._boxes(frame), key=lambda box: -box.score)[:_MAX_FACES]
        scores = [box.score for box in boxes] + [0.0, 0.0]
        values: dict[str, float | None] = {
            "face.score": scores[0],
            "face.second_score": scores[1],
            "face.height": max((box.height for box in boxes), default=None),
        }
        return Observation(self.spec.source, frame.t_s, values, tuple(boxes))

    def _boxes(self, frame: Frame) -> list[Face]:
        height_px, width_px = frame.rgb.shape[:2]
        scale = min(1.0, _SEEN_PX / max(height_px, width_px))
        size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
        small = cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA)
        # Bars at the right and at the bottom make both sides multiples of the coarsest stride.
        canvas = np.zeros((_up(size[1]), _up(size[0]), 3), np.uint8)
        canvas[: size[1], : size[0]] = small
        found = self._network(np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32))
        corners, points, scores = _read(found, canvas.shape[1], canvas.shape[0])
        kept = np.asarray(cv2.dnn.NMSBoxes(_as_sizes(corners), scores.tolist(), _FLOOR, _NMS_IOU)).ravel()
        boxes = (_box(corners[index], points[index], float(scores[index]), size) for index in kept)
        return [box for box in boxes if box.width > 0 and box.height > 0]


class WorkspaceFaces(Faces):
    """The same in a room scan, where no rule counts faces: snapshots must not show those of others."""

    spec = replace(Faces.spec, name="workspace_faces", source="workspace", interval_s=0.4)


def _up(side_px: int) -> int:
    return -(-side_px // _STRIDES_PX[-1]) * _STRIDES_PX[-1]


def _read(
    found: Mapping[str, NDArray[np.float32]], width_px: int, height_px: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Corners (n, 4) and five landmarks (n, 5, 2) in pixels, and scores (n,), of all anchors above the floor.

    YuNet has one anchor a grid cell: the score is the geometric mean of class and objectness, the box is an offset
    from the cell and a log size, the landmarks are offsets too, all in strides.
    """
    corners, points, scores = [], [], []
    for stride in _STRIDES_PX:
        score = np.sqrt(np.clip(found[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(found[f"obj_{stride}"][0, :, 0], 0, 1))
        sure = np.flatnonzero(score >= _FLOOR)
        offset = found[f"bbox_{stride}"][0][sure]
        across = width_px // stride
        cell = np.stack([sure % across, sure // across], axis=1)
        centre, half = (cell + offset[:, :2]) * stride, np.exp(offset[:, 2:]) * stride / 2
        corners.append(np.concatenate([centre - half, centre + half], axis=1))
        offsets = found[f"kps_{stride}"][0][sure].reshape(-1, 5, 2)
        points.append((cell[:, None] + offsets) * stride)
        scores.append(score[sure])
    return np.concatenate(corners).astype(np.float32), np.concatenate(points), np.concatenate(scores)


def _as_sizes(corners: NDArray[np.float32]) -> list[list[float]]:
    sizes: list[list[float]] = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1).tolist()
    return sizes


def _box(corners: NDArray[np.float32], points: NDArray[np.float32], score: float, size: tuple[int, int]) -> Face:
    width_px, height_px = size
    x0, y0, x1, y1 = (float(value) for value in corners)
    return Face(
        x0=min(1.0, max(0.0, x0 / width_px)),
        y0=min(1.0, max(0.0, y0 / height_px)),
        x1=min(1.0, max(0.0, x1 / width_px)),
        y1=min(1.0, max(0.0, y1 / height_px)),
        label="face",
        score=min(1.0, score),
        points=tuple((float(x) / width_px, float(y) / height_px) for x, y in points),
    )
