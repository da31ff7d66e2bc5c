"""Liveness: whether the texture of a face is that of a face before the camera, or of a print or a screen.

One look says little: such networks change their mind with the size of the box and the light. The rules take the
median over seconds, and measure it from what is usual for this candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model, open_network
from proctor_cli.types import Box, Frame, Observation, Spec

# The crop's side in face-box sides, as the network was trained (its repository's README).
_CROP = 1.5
_MIN_HEIGHT_PX = 40.0
_MAX_FACES = 3
_MIN_RELATIVE_HEIGHT = 0.3


class Liveness:
    """Signals, in logits: "a live face" minus "a print or a screen"; above 0 the network says live.

    - ``live.logit``: of the largest face; None when every face is too small;
    - ``live.least``: the smallest when several faces are in view, None otherwise: a telephone or a print that is held
      beside a live face.
    """

    spec: ClassVar[Spec] = Spec(
        name="liveness",
        source="webcam",
        signals={"live.logit": "ratio", "live.least": "ratio"},
        interval_s=0.4,
        models=("liveness",),
        families={"liveness": ("minifas",)},
        needs="face",
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._network = open_network(models["liveness"], threads)
        self._side_px = self._network.inputs[0].shape[-1] or 128

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Measure the faces of each picture. See Detector."""
        return [Observation("webcam", frame.t_s, self._look(frame)) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def _look(self, frame: Frame) -> dict[str, float | None]:
        faces = sorted((box for box in frame.boxes if box.label == "face"), key=lambda box: -box.area * box.score)
        tallest = max((face.height for face in faces), default=0.0)
        large = [
            face
            for face in faces[:_MAX_FACES]
            if face.height * frame.rgb.shape[0] >= _MIN_HEIGHT_PX and face.height >= _MIN_RELATIVE_HEIGHT * tallest
        ]
        logits = [self._logit(frame.rgb, face) for face in large]
        if not logits:
            return dict.fromkeys(self.spec.signals)
        return {"live.logit": logits[0], "live.least": min(logits) if len(logits) > 1 else None}

    def _logit(self, rgb: NDArray[np.uint8], face: Box) -> float:
        crop = _cut(rgb, face, self._side_px)
        planes = np.ascontiguousarray(crop.transpose(2, 0, 1)[None], np.float32) / 255
        (found,) = self._network(planes).values()
        live, spoof = found.ravel()[:2]
        return float(live - spoof)


def _cut(rgb: NDArray[np.uint8], face: Box, side_px: int) -> NDArray[np.uint8]:
    """The square round ``face``, (side_px, side_px, 3); what lies outside of the picture is mirrored into it."""
    height_px, width_px = rgb.shape[:2]
    crop_px = max(1, int(max(face.width * width_px, face.height * height_px) * _CROP))
    # At least one row and one column lie inside: of none, nothing can be mirrored.
    left = min(max(round((face.x0 + face.x1) / 2 * width_px - crop_px / 2), 1 - crop_px), width_px - 1)
    top = min(max(round((face.y0 + face.y1) / 2 * height_px - crop_px / 2), 1 - crop_px), height_px - 1)
    x0, x1 = max(0, left), min(width_px, left + crop_px)
    y0, y1 = max(0, top), min(height_px, top + crop_px)
    inside = rgb[y0:y1, x0:x1]
    if inside.shape[:2] != (crop_px, crop_px):
        beside = (y0 - top, top + crop_px - y1, x0 - left, left + crop_px - x1)
        inside = cv2.copyMakeBorder(inside, *beside, cv2.BORDER_REFLECT_101)
    method = cv2.INTER_AREA if crop_px > side_px else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(inside, (side_px, side_px), interpolation=method), np.uint8)
