"""Things worn on head and wrist: headphones, earbuds, smartwatches (an open-vocabulary network).

No network that is shipped knows them: it is exported by whoever has the weights (`proctor models export`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from proctor_cli.nets import Model
from proctor_cli.nets.closeup import add, look_closer
from proctor_cli.nets.things import FAMILIES, ThingFinder
from proctor_cli.types import Box, Frame, Observation, Spec

# Ours, and what people call such a class: singular or plural, in any case, with spaces, hyphens or underscores.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "headphones": ("headphone", "headset", "over ear headphone", "on ear headphone"),
    "earbuds": (
        "earbud",
        "wireless earbud",
        "bluetooth earbud",
        "earphone",
        "wireless earphone",
        "earpiece",
        "airpod",
        "in ear headphone",
    ),
    "smartwatch": ("smartwatch", "smart watch", "apple watch", "wristwatch", "wrist watch", "watch"),
}
# A score under this is noise; the policy's own thresholds lie above it.
_FLOOR = 0.08
_NMS_IOU = 0.5
_MAX_PER_LABEL = 4


class Wearables:
    """Signals: the best score of each kind, 0 when none is found, None when the network does not know the kind.

    ``headphones.score``, ``earbuds.score``, ``smartwatch.score``; boxes carry the labels headphones, earbuds,
    smartwatch, whatever the network calls them (a headset, airpods, a wristwatch).
    """

    spec: ClassVar[Spec] = Spec(
        name="wearables",
        source="webcam",
        signals={f"{label}.score": "score" for label in _NAMES},
        interval_s=0.4,
        models=("wearables",),
        families={"wearables": FAMILIES},
        finds=tuple(_NAMES),
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        model = models["wearables"]
        wanted = {name: label for name in model.labels if (label := kind_of(name))}
        self._finder = ThingFinder(model, wanted=wanted, floor=_FLOOR, nms_iou=_NMS_IOU, threads=threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Find the things in each picture. See Detector."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def _look(self, frame: Frame) -> Observation:
        boxes: list[Box] = []
        # A network may have several names for one kind: boxes are compared within a view as well.
        for box in (*self._finder.find(frame.rgb), *look_closer(self._finder, frame)):
            add(boxes, box, _NMS_IOU)
        values: dict[str, float | None] = {}
        kept: list[Box] = []
        for label in _NAMES:
            mine = sorted((box for box in boxes if box.label == label), key=lambda box: -box.score)[:_MAX_PER_LABEL]
            known = label in self._finder.labels
            values[f"{label}.score"] = max((box.score for box in mine), default=0.0) if known else None
            kept += mine
        return Observation("webcam", frame.t_s, values, tuple(kept))


def kind_of(name: str) -> str:
    """The label for what a network calls ``name``, "" when it is none of these things."""
    words = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
    singular = words.removesuffix("es") if words.endswith("watches") else words.removesuffix("s")
    return next((label for label, names in _NAMES.items() if singular in names), "")
