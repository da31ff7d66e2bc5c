"""Object networks of several families behind one call: a picture in, labelled boxes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import ModelError
from proctor_cli.nets.lookup import Model
from proctor_cli.nets.network import open_network
from proctor_cli.types import Box

_Array = NDArray[np.float32]
# (boxes as x0, y0, x1, y1 in pixels of the network's picture; class numbers; scores)
_Found = tuple[_Array, NDArray[np.intp], _Array]

# Grey of the bars beside a picture that is not square: what these networks were trained with.
_BAR = 114


class ThingFinder:
    """A network that finds things.

    ``find(rgb)`` takes (height, width, 3) uint8 of any size and gives boxes in fractions of it, each with the
    network's own class name, best first. Only classes in ``wanted`` and scores of at least ``floor`` are kept;
    boxes of one class that overlap by more than ``nms_iou`` (IoU) are taken for one thing.

    Raises ModelError when the model is of a family that cannot be read here.
    """

    def __init__(self, model: Model, *, wanted: Mapping[str, str], floor: float, nms_iou: float, threads: int) -> None:
        if model.family not in _FAMILIES or model.picture is None:
            known = ", ".join(sorted(_FAMILIES))
            raise ModelError(
                f"its family {model.family!r} is not one that finds things", where=model.name, hint=f"Known: {known}."
            )
        self._side_px = (model.picture.height_px, model.picture.width_px)
        self._picture = model.picture
        self._feed_and_read = _FAMILIES[model.family]
        self._network = open_network(model, threads)
        self._wanted = {index: wanted[name] for index, name in enumerate(model.labels) if name in wanted}
        self._floor, self._nms_iou = floor, nms_iou
