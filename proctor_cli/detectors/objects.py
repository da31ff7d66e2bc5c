"""People and things of interest: whole bodies, phones, laptops, books, screens (a COCO network).

Small things are lost when a picture is shrunk to the network's size, so there are two views: the whole picture,
and, when a face is known, the part round the candidate's head and hands at its native resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.detectors.yolo import reader_of
from proctor_cli.nets import Model, open_network
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
    """Signals: the best score of each kind, 0 when none is found.

    ``person.score``, ``person.second_score`` (the second best person), ``phone.score``, ``laptop.score``,
    ``book.score``, ``tv.score``; boxes carry the labels person, phone, laptop, book, tv.
    """

    spec = Spec(
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
        model = models["objects"]
        self._classes = {model.labels.index(name): ours for name, ours in _LABELS.items() if name in model.labels}
        self._read = reader_of(model)
        self._network = open_network(model, threads)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Find the things in each picture. See Detector."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""
