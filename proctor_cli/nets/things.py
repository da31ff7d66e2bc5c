"""Object networks of several families behind one call: a picture in, labelled boxes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import ModelError
from proctor_cli.nets.lookup import Model
from proctor_cli.nets.manifest import Picture
from proctor_cli.nets.network import Network, open_network
from proctor_cli.nets.yolo import Found, open_yolo
from proctor_cli.types import Box

_Array = NDArray[np.float32]

# Grey of the bars beside a picture that is not square: what these networks were trained with.
_BAR = 114


class ThingFinder:
    """A network that finds things.

    ``find(rgb)`` takes (height, width, 3) uint8 of any size and gives boxes in fractions of it, each with the
    network's own class name, best first. Only classes in ``wanted`` and scores of at least ``floor`` are kept;
    boxes of one class that overlap by more than ``nms_iou`` (IoU) are taken for one thing. ``labels`` are those that
    the network knows: of others nothing is ever found, which says nothing.

    Raises ModelError when the model is of a family that cannot be read here, or takes no picture of one fixed size.
    """

    def __init__(self, model: Model, *, wanted: Mapping[str, str], floor: float, nms_iou: float, threads: int) -> None:
        if model.family not in FAMILIES or model.picture is None:
            known = ", ".join(sorted(FAMILIES))
            raise ModelError(
                f"its family {model.family!r} is not one that finds things", where=model.name, hint=f"Known: {known}."
            )
        if not (model.picture.width_px and model.picture.height_px):
            raise ModelError(
                "the manifest gives no size for its picture", where=model.name, hint="Give it a width and a height."
            )
        self._picture = model.picture
        self._yolo = open_yolo(model, threads) if model.family == "yolo" else None
        self._read = _READERS[model.family]
        self._network = None if self._yolo else open_network(model, threads)
        self._wanted = {index: wanted[name] for index, name in enumerate(model.labels) if name in wanted}
        self.labels = frozenset(self._wanted.values())
        self._floor, self._nms_iou = floor, nms_iou

    def find(self, rgb: NDArray[np.uint8]) -> list[Box]:
        """Things in an upright picture, (height, width, 3) uint8; best score first."""
        height_px, width_px = rgb.shape[:2]
        side = self._picture
        scale = min(side.width_px / width_px, side.height_px / height_px)
        corners, classes, scores = self._look(rgb, scale)
        boxes: list[Box] = []
        for number, label in self._wanted.items():
            mine = np.flatnonzero((classes == number) & (scores >= self._floor))
            for index in _suppress(corners[mine], scores[mine], self._nms_iou):
                x0, y0, x1, y1 = (float(value) for value in corners[mine[index]] / scale)
                box = Box(
                    x0=min(1.0, max(0.0, x0 / width_px)),
                    y0=min(1.0, max(0.0, y0 / height_px)),
                    x1=min(1.0, max(0.0, x1 / width_px)),
                    y1=min(1.0, max(0.0, y1 / height_px)),
                    label=label,
                    score=min(1.0, float(scores[mine[index]])),
                )
                if box.width > 0 and box.height > 0:
                    boxes.append(box)
        return sorted(boxes, key=lambda box: -box.score)

    def _look(self, rgb: NDArray[np.uint8], scale: float) -> Found:
        """What the network finds in the picture scaled into its own."""
        size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
        if self._yolo is not None:
            seen = _fit(rgb, size, self._yolo.size_for(*size), self._picture.colour)
            return self._yolo.look(seen, tuple(self._wanted), self._floor)
        side = self._picture
        seen = _fit(rgb, size, (side.width_px, side.height_px), side.colour)
        assert self._network is not None
        return self._read(self._network, _as_tensor(seen, side), side)


def overlap(first: Box, second: Box) -> float:
    """Intersection over union (IoU) of two boxes, 0-1."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (first.area + second.area - width * height)


def _fit(rgb: NDArray[np.uint8], size: tuple[int, int], whole: tuple[int, int], colour: str) -> NDArray[np.uint8]:
    """The picture scaled to ``size``, top left in one of the size ``whole``, bars elsewhere: (height, width, 3)."""
    method = cv2.INTER_AREA if size[0] < rgb.shape[1] or size[1] < rgb.shape[0] else cv2.INTER_LINEAR
    canvas = np.full((whole[1], whole[0], 3), _BAR, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=method)
    return np.ascontiguousarray(canvas[:, :, ::-1]) if colour == "bgr" else canvas


def _as_tensor(picture: NDArray[np.uint8], side: Picture) -> _Array:
    """(1, 3, height, width) float32, in the range that the network wants."""
    tensor = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
    return tensor * ((side.high - side.low) / 255) + np.float32(side.low)


def _suppress(corners: _Array, scores: _Array, iou: float) -> list[int]:
    """Non-maximum suppression: indices to keep, best first."""
    sizes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return [int(i) for i in np.asarray(cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, iou)).ravel()]


def _read_yolo(network: Network, picture: _Array, side: Picture) -> Found:
    """Ultralytics YOLO: (1, 4 + classes, n), centre and size in pixels, then the class scores."""
    (output,) = network(picture).values()
    rows = output[0].T
    scores = rows[:, 4:]
    classes = scores.argmax(axis=1)
    half = rows[:, 2:4] / 2
    corners = np.concatenate([rows[:, :2] - half, rows[:, :2] + half], axis=1)
    return Found(corners, classes, scores[np.arange(len(classes)), classes])


def _read_yolox(network: Network, picture: _Array, side: Picture) -> Found:
    """YOLOX: (1, n, 5 + classes); centre relative to a grid cell and log size, in strides of 8, 16 and 32."""
    (output,) = network(picture).values()
    rows = output[0]
    cells, strides = [], []
    for stride in (8, 16, 32):
        down, across = side.height_px // stride, side.width_px // stride
        y, x = np.mgrid[:down, :across]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((down * across, 1), stride))
    stride_px = np.concatenate(strides).astype(np.float32)
    centre = (rows[:, :2] + np.concatenate(cells)) * stride_px
    half = np.exp(rows[:, 2:4]) * stride_px / 2
    scores = rows[:, 5:] * rows[:, 4:5]
    classes = scores.argmax(axis=1)
    corners = np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)
    return Found(corners, classes, scores[np.arange(len(classes)), classes])


def _read_deim(network: Network, picture: _Array, side: Picture) -> Found:
    """DEIM: labels (n), scores (n), and boxes (n, 4) as corners in pixels of the size it is told; in a batch or not."""
    size = np.array([[side.width_px, side.height_px]], np.int64)
    found = network({"images": picture, "orig_target_sizes": size})
    return Found(found["boxes"].reshape(-1, 4), found["labels"].ravel().astype(np.intp), found["scores"].ravel())


_READERS: Mapping[str, Callable[[Network, _Array, Picture], Found]] = {
    "yolo": _read_yolo,
    "yolox": _read_yolox,
    "deim": _read_deim,
}

FAMILIES = tuple(_READERS)
"""The families that can be read here."""
