"""People and things of interest: whole bodies, phones, laptops, books, screens (a COCO network).

Small things are lost when a picture is shrunk to the network's size, so there are closer views beside the whole
picture: of a webcam, when a face is known, the part round the candidate's head and hands; of a room scan, where a phone
may lie anywhere, tiles that cover the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from proctor_cli.nets import Model
from proctor_cli.nets.closeup import add, find_in, look_closer
from proctor_cli.nets.things import FAMILIES, ThingFinder
from proctor_cli.types import Box, Frame, Observation, Source, Spec

# COCO's names for what is looked for, and ours.
_LABELS = {"person": "person", "cell phone": "phone", "laptop": "laptop", "book": "book", "tv": "tv"}
# A score under this is noise; the policy's own thresholds lie above it.
_FLOOR = 0.08
_NMS_IOU = 0.5
_MAX_PER_LABEL = 4
# Tiles are about as large as a network's picture, overlap by this share, and are at most so many to a side.
_TILE_PX = 640
_TILE_OVERLAP = 0.2
_MAX_TILES = 3
# What comes this near to the border of a tile, in tiles, is cut off there.
_CUT_OFF = 0.01

_SIGNALS = {
    "person.score": "score",
    "person.second_score": "score",
    "phone.score": "score",
    "laptop.score": "score",
    "book.score": "score",
    "tv.score": "score",
}


def _spec(name: str, source: Source) -> Spec:
    return Spec(
        name=name,
        source=source,
        signals=_SIGNALS,
        interval_s=0.4,
        models=("objects",),
        families={"objects": FAMILIES},
        finds=tuple(_LABELS.values()),
    )


class Objects:
    """The webcam's people and things.

    Signals: the best score of each kind, 0 when none is found, None when the network does not know the kind.

    ``person.score``, ``person.second_score`` (the second best person), ``phone.score``, ``laptop.score``,
    ``book.score``, ``tv.score``; boxes carry the labels person, phone, laptop, book, tv.
    """

    spec: ClassVar[Spec] = _spec("objects", "webcam")

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._finder = ThingFinder(models["objects"], wanted=_LABELS, floor=_FLOOR, nms_iou=_NMS_IOU, threads=threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Find the things in each picture. See Detector."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def _look_closer(self, frame: Frame) -> Iterable[Box]:
        """What is found in closer views, in fractions of the whole picture."""
        return look_closer(self._finder, frame)

    def _look(self, frame: Frame) -> Observation:
        boxes = self._finder.find(frame.rgb)
        for box in self._look_closer(frame):
            # People are judged by their whole body, which a close view cuts off.
            if box.label != "person":
                add(boxes, box, _NMS_IOU)
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
        return Observation(self.spec.source, frame.t_s, values, tuple(kept))


def _lay_tiles(frame: Frame) -> list[Box]:
    """Overlapping parts that cover the picture; none when it is no larger than one of them would be."""
    height_px, width_px = frame.rgb.shape[:2]
    across, down = _cut_side(width_px), _cut_side(height_px)
    if len(across) == len(down) == 1:
        return []
    return [Box(x0, y0, x1, y1, "view", 1.0) for y0, y1 in down for x0, x1 in across]


def _cut_side(side_px: int) -> list[tuple[float, float]]:
    """Where the tiles of one side begin and end, fractions of it."""
    count = min(_MAX_TILES, max(1, round(side_px / _TILE_PX)))
    length = 1 / (count - (count - 1) * _TILE_OVERLAP)
    starts = [index * length * (1 - _TILE_OVERLAP) for index in range(count)]
    return [*((start, start + length) for start in starts[:-1]), (starts[-1], 1.0)]


def _is_cut_off(box: Box, tile: Box) -> bool:
    """Whether ``box`` runs into a border of ``tile`` that is not the picture's own: a neighbour sees the whole."""
    x, y = _CUT_OFF * tile.width, _CUT_OFF * tile.height
    return box.x0 - x < tile.x0 > 0 or box.y0 - y < tile.y0 > 0 or box.x1 + x > tile.x1 < 1 or box.y1 + y > tile.y1 < 1


class WorkspaceObjects(Objects):
    """People and things of a room scan."""

    spec = _spec("workspace_objects", "workspace")

    def _look_closer(self, frame: Frame) -> Iterable[Box]:
        for tile in _lay_tiles(frame):
            yield from (box for box in find_in(self._finder, frame, tile) if not _is_cut_off(box, tile))
