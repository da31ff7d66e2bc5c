"""People and things of interest: whole bodies, phones, laptops, books, screens (a COCO network).

Small things are lost when a picture is shrunk to the network's size, so there are two views: the whole picture,
and, when a face is known, the part round the candidate's head and hands at its native resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import cv2
import numpy as np

from proctor_cli.nets import Model
from proctor_cli.nets.things import ThingFinder, overlap
from proctor_cli.types import Box, Frame, Observation, Spec

# COCO's names for what is looked for, and ours.
_LABELS = {"person": "person", "cell phone": "phone", "laptop": "laptop", "book": "book", "tv": "tv"}
# A score under this is noise; the policy's own thresholds lie above it.
_FLOOR = 0.08
_NMS_IOU = 0.5
_MAX_PER_LABEL = 4
# The close view, in face sizes: wide enough for both hands before the chest or at the ears.
_CLOSE_WIDTH, _CLOSE_HEIGHT = 3.6, 3.2
# A close view is worth its price only if it shows things at least this much larger.
_MIN_MAGNIFICATION = 1.3


class Objects:
    """Signals: the best score of each kind, 0 when none is found, None when the network does not know the kind.

    ``person.score``, ``person.second_score`` (the second best person), ``phone.score``, ``laptop.score``,
    ``book.score``, ``tv.score``; boxes carry the labels person, phone, laptop, book, tv.
    """

    spec: ClassVar[Spec] = Spec(
        name="objects",
        source="webcam",
        signals={
            "person.score": "score",
            "person.second_score": "score",
            "phone.score": "score",
            "laptop.score": "score",
            "book.score": "score",
            "tv.score": "score",
        },
        interval_s=0.4,
        models=("objects",),
        finds=tuple(_LABELS.values()),
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        cv2.setNumThreads(threads)
        self._finder = ThingFinder(models["objects"], wanted=_LABELS, floor=_FLOOR, nms_iou=_NMS_IOU, threads=threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Find the things in each picture. See Detector."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def _look(self, frame: Frame) -> Observation:
        boxes = self._finder.find(frame.rgb)
        for box in self._look_closer(frame):
            # People are judged by their whole body, which a close view cuts off.
            if box.label != "person":
                _add(boxes, box)
        values: dict[str, float | None] = {}
        kept: list[Box] = []
        for label in _LABELS.values():
            mine = sorted((box for box in boxes if box.label == label), key=lambda box: -box.score)[:_MAX_PER_LABEL]
            scores = [box.score for box in mine] + [0.0, 0.0]
            known = label in self._finder.labels
            values[f"{label}.score"] = scores[0] if known else None
            if label == "person":
                values["person.second_score"] = scores[1] if known else None
            kept += mine
        return Observation("webcam", frame.t_s, values, tuple(kept))

    def _look_closer(self, frame: Frame) -> list[Box]:
        """What is found in the close view, in fractions of the whole picture."""
        close = _close_view(frame)
        if close is None:
            return []
        height_px, width_px = frame.rgb.shape[:2]
        x0, x1 = int(close.x0 * width_px), int(close.x1 * width_px)
        y0, y1 = int(close.y0 * height_px), int(close.y1 * height_px)
        if x0 >= x1 or y0 >= y1:
            return []
        view = Box(x0 / width_px, y0 / height_px, x1 / width_px, y1 / height_px, "view", 1.0)
        return [_back(box, view) for box in self._finder.find(np.ascontiguousarray(frame.rgb[y0:y1, x0:x1]))]


def _close_view(frame: Frame) -> Box | None:
    """The part of the picture round the largest face, None when there is no face or it would not look much larger."""
    faces = [box for box in frame.boxes if box.label == "face"]
    if not faces:
        return None
    face = max(faces, key=lambda box: box.area * box.score)
    height_px, width_px = frame.rgb.shape[:2]
    face_px = max(face.width * width_px, face.height * height_px)
    half = face_px * _CLOSE_WIDTH / 2 / width_px
    middle = (face.x0 + face.x1) / 2
    top = face.y0 - 0.4 * face.height
    view = Box(
        x0=max(0.0, middle - half),
        y0=max(0.0, top),
        x1=min(1.0, middle + half),
        y1=min(1.0, top + face_px * _CLOSE_HEIGHT / height_px),
        label="view",
        score=1.0,
    )
    longer_px = max(view.width * width_px, view.height * height_px)
    return view if max(width_px, height_px) >= _MIN_MAGNIFICATION * longer_px else None


def _back(box: Box, view: Box) -> Box:
    """A box found in ``view``, in fractions of the whole picture."""
    return Box(
        x0=view.x0 + box.x0 * view.width,
        y0=view.y0 + box.y0 * view.height,
        x1=view.x0 + box.x1 * view.width,
        y1=view.y0 + box.y1 * view.height,
        label=box.label,
        score=box.score,
    )


def _add(boxes: list[Box], new: Box) -> None:
    """Put ``new`` among ``boxes``; where both views saw one thing, the surer box stays."""
    for index, box in enumerate(boxes):
        if box.label == new.label and overlap(box, new) > _NMS_IOU:
            if new.score > box.score:
                boxes[index] = new
            return
    boxes.append(new)
