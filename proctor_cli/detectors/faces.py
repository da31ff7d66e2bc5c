"""Faces: where they are and how sure the detector is (YuNet).

Every face down to a low score is kept as a box; which of them count is for the policy to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from proctor_cli.nets import Model
from proctor_cli.quiet import native_silence
from proctor_cli.types import Box, Frame, Observation, Spec

# The picture's longer side as the network sees it. At 640, YuNet finds faces from about 12 pixels there; larger
# pictures cost more and bring back faces of the far background only.
_SEEN_PX = 640
# Boxes under this score are noise on every recording measured (docs/accuracy.md).
_FLOOR = 0.4
_NMS_IOU = 0.3
_MAX_FACES = 8


class Faces:
    """Signals, all from the face boxes (label "face").

    - ``face.score``: the best score, 0 when no face is found;
    - ``face.second_score``: the second best, 0 when there is no second face;
    - ``face.height``: height of the largest face, fraction of the picture's height; None when there is none.
    """

    spec = Spec(
        name="faces",
        source="webcam",
        signals={"face.score": "score", "face.second_score": "score", "face.height": "ratio"},
        interval_s=0.2,
        models=("faces",),
        finds=("face",),
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        cv2.setNumThreads(threads)
        with native_silence():
            self._network = cv2.FaceDetectorYN.create(
                str(models["faces"].path), "", (_SEEN_PX, _SEEN_PX), _FLOOR, _NMS_IOU, 50
            )

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
        return Observation("webcam", frame.t_s, values, tuple(boxes))

    def _boxes(self, frame: Frame) -> list[Box]:
        height_px, width_px = frame.rgb.shape[:2]
        scale = min(1.0, _SEEN_PX / max(height_px, width_px))
        size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
        if min(size) < 8:
            return []  # no face fits, and the network cannot halve so small a picture
        bgr = cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA)[:, :, ::-1]
        self._network.setInputSize(size)
        _, found = self._network.detect(np.ascontiguousarray(bgr))
        return [_box(row, size) for row in found] if found is not None else []


def _box(row: np.ndarray, size: tuple[int, int]) -> Box:
    x, y, width, height = (float(value) for value in row[:4])
    across, down = size
    return Box(
        x0=max(0.0, x / across),
        y0=max(0.0, y / down),
        x1=min(1.0, (x + width) / across),
        y1=min(1.0, (y + height) / down),
        label="face",
        score=min(1.0, float(row[14])),
    )
