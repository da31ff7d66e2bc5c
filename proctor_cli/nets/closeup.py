"""A part of a picture looked at once more, at its own resolution.

Small things are lost when a whole picture is shrunk to a network's size.
"""

from __future__ import annotations

import numpy as np

from proctor_cli.nets.things import ThingFinder, overlap
from proctor_cli.types import Box, Frame

# The view round the head, in face sizes: wide enough for both hands before the chest or at the ears.
_WIDTH, _HEIGHT = 3.6, 3.2
# It is worth its price only if it shows things at least this much larger.
_MIN_MAGNIFICATION = 1.3


def look_closer(finder: ThingFinder, frame: Frame) -> list[Box]:
    """What ``finder`` finds round the largest face, in fractions of the whole picture; nothing without a face."""
    view = _view(frame)
    return [] if view is None else find_in(finder, frame, view)


def find_in(finder: ThingFinder, frame: Frame, view: Box) -> list[Box]:
    """What ``finder`` finds in this part of the picture, in fractions of the whole of it."""
    height_px, width_px = frame.rgb.shape[:2]
    x0, x1 = int(view.x0 * width_px), int(view.x1 * width_px)
    y0, y1 = int(view.y0 * height_px), int(view.y1 * height_px)
    if x0 >= x1 or y0 >= y1:
        return []
    seen = Box(x0 / width_px, y0 / height_px, x1 / width_px, y1 / height_px, "view", 1.0)
    return [_back(box, seen) for box in finder.find(np.ascontiguousarray(frame.rgb[y0:y1, x0:x1]))]


def add(boxes: list[Box], new: Box, iou: float) -> None:
    """Put ``new`` among ``boxes``; of two with one label that overlap by more than ``iou``, the surer one stays."""
    for index, box in enumerate(boxes):
        if box.label == new.label and overlap(box, new) > iou:
            if new.score > box.score:
                boxes[index] = new
            return
    boxes.append(new)


def _view(frame: Frame) -> Box | None:
    """The part of the picture round the largest face, None when there is no face or it would not look much larger."""
    faces = [box for box in frame.boxes if box.label == "face"]
    if not faces:
        return None
    face = max(faces, key=lambda box: box.area * box.score)
    height_px, width_px = frame.rgb.shape[:2]
    face_px = max(face.width * width_px, face.height * height_px)
    half = face_px * _WIDTH / 2 / width_px
    middle = (face.x0 + face.x1) / 2
    top = face.y0 - 0.4 * face.height
    view = Box(
        x0=max(0.0, middle - half),
        y0=max(0.0, top),
        x1=min(1.0, middle + half),
        y1=min(1.0, top + face_px * _HEIGHT / height_px),
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
