"""The networks of MediaPipe's Face Landmarker, run by OpenVINO: a picture of a face in, its landmarks out.

A face_landmarker.task is an archive of three networks and a canonical face. MediaPipe runs them as a graph with threads
and copies of its own, which costs more than the networks; here one follows the other. What lies between them is as in
MediaPipe (`tasks/cc/vision/face_detector`, `face_landmarker`, Apache-2.0): the numbers are the same to the digits that
count (docs/adr/0013), and no state is kept between pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets.face_geometry import CanonicalFace
from proctor_cli.nets.libraries import import_openvino
from proctor_cli.nets.lookup import Model
from proctor_cli.nets.network import verify
from proctor_cli.nets.runtimes import Run, compile_graph, loading

_Picture = NDArray[np.uint8]

# A face is looked for in a square of this side, landmarks in one of that.
_FINDER_PX, _MESH_PX = 128, 256
# The surest of 896 boxes is taken if it is this sure, and averaged with those that overlap it by so much (IoU).
_MIN_SCORE, _MIN_OVERLAP = 0.3, 0.5
_MIN_PRESENCE = 0.3
# The landmarks are looked for in this many face boxes.
_REGION = 1.5

_FILES = ("face_detector.tflite", "face_landmarks_detector.tflite", "face_blendshapes.tflite")
_CANONICAL = "geometry_pipeline_metadata_landmarks.binarypb"

# Which landmarks tell the expressions, and the places of the expressions that are measured (face_blendshapes_graph.cc).
_TELLING_ONES = """
0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 67 70 78 80 81 82 84 87 88 91 93 95 103
105 107 109 127 132 133 136 144 145 146 148 149 150 152 153 154 155 157 158 159 160 161 162 163 168 172 173 176
178 181 185 191 195 197 234 246 249 251 263 267 269 270 276 282 283 284 285 288 291 293 295 296 297 300 308 310
311 312 314 317 318 321 323 324 332 334 336 338 356 361 362 365 373 374 375 377 378 379 380 381 382 384 385 386
387 388 389 390 397 398 400 402 405 409 415 454 466 468 469 470 471 472 473 474 475 476 477
"""
_TELLING = np.array(_TELLING_ONES.split(), np.intp)
_SHAPES = {
    "eyeBlinkLeft": 9,
    "eyeBlinkRight": 10,
    "eyeLookDownLeft": 11,
    "eyeLookDownRight": 12,
    "eyeLookUpLeft": 17,
    "eyeLookUpRight": 18,
    "mouthSmileLeft": 44,
    "mouthSmileRight": 45,
}


@dataclass(frozen=True, slots=True)
class Mesh:
    """A face: 478 ``points_px`` (x, y) in the picture, some ``shapes`` of expression (0-1), and how it is turned.

    ``turn`` is a (3, 3) rotation with axes to the right, upwards and towards the camera.
    """

    points_px: NDArray[np.float64]
    shapes: Mapping[str, float]
    turn: NDArray[np.float64]


class _Region:
    """A rectangle of the picture, turned by ``angle`` radians about its middle, in pixels."""

    def __init__(self, middle: tuple[float, float], size: tuple[float, float], angle: float = 0.0) -> None:
        self.middle, self.size = middle, size
        self._cos, self._sin = math.cos(angle), math.sin(angle)

    def cut(self, rgb: _Picture, side_px: int, border: int) -> _Picture:
        """What lies in it, (side_px, side_px, 3)."""
        across, down = self.size[0] / side_px, self.size[1] / side_px
        there = np.array(
            [[self._cos * across, -self._sin * down, 0.0], [self._sin * across, self._cos * down, 0.0]], np.float64
        )
        # Corners are mapped to corners, so that the middle of the first pixel is not where it lies.
        there[:, 2] = self.middle - there[:, :2] @ (side_px / 2, side_px / 2)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(rgb, there, (side_px, side_px), flags=flags, borderMode=border), np.uint8)

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2), in fractions of it, in pixels of the picture."""
        x, y = (points[:, 0] - 0.5) * self.size[0], (points[:, 1] - 0.5) * self.size[1]
        return np.stack(
            [self._cos * x - self._sin * y + self.middle[0], self._sin * x + self._cos * y + self.middle[1]], axis=1
        )


class FaceMesh:
    """Made by `open_face_mesh`; ``look`` finds the surest face of a picture and measures it."""

    def __init__(self, finder: Run, landmarker: Run, shaper: Run, face: CanonicalFace) -> None:
        self._finder, self._landmarker, self._shaper, self._face = finder, landmarker, shaper, face

    def look(self, rgb: _Picture) -> Mesh | None:
        """The landmarks in a picture (height, width, 3), which should show one face and some surroundings."""
        height_px, width_px = rgb.shape[:2]
        region = self._find(rgb)
        if region is None:
            return None
        seen = region.cut(rgb, _MESH_PX, cv2.BORDER_REPLICATE)
        numbers, presence = self._landmarker([seen[None]])[:2]
        if presence.item() < math.log(_MIN_PRESENCE / (1 - _MIN_PRESENCE)):
            return None
        points = numbers.reshape(-1, 3).astype(np.float64) / _MESH_PX
        points_px = region.place(points)
        (shapes,) = self._shaper([points_px[_TELLING][None].astype(np.float32)])
        solid = np.concatenate([points_px / (width_px, height_px), points[:, 2:] * (region.size[0] / width_px)], axis=1)
        return Mesh(
            points_px,
            {name: float(shapes[index]) for name, index in _SHAPES.items()},
            self._face.rotation(solid, width_px, height_px),
        )

    def close(self) -> None:
        """The runtime frees the networks with the object."""

    def _find(self, rgb: _Picture) -> _Region | None:
        """Where the landmarks are looked for: round the surest face, with its eyes level."""
        height_px, width_px = rgb.shape[:2]
        side_px = max(height_px, width_px)
        whole = _Region((width_px / 2, height_px / 2), (side_px, side_px))
        boxes, logits = self._finder([whole.cut(rgb, _FINDER_PX, cv2.BORDER_CONSTANT)[None]])
        sure = np.flatnonzero(logits.ravel() >= math.log(_MIN_SCORE / (1 - _MIN_SCORE)))
        if not len(sure):
            return None
        scores = 1 / (1 + np.exp(-logits.ravel()[sure].astype(np.float64)))
        found = boxes[0, sure].astype(np.float64)
        found[:, [0, 1, 4, 5, 6, 7]] += np.tile(_anchors()[sure], 3) * _FINDER_PX
        corners = np.concatenate([found[:, :2] - found[:, 2:4] / 2, found[:, :2] + found[:, 2:4] / 2], axis=1)
        weights = scores * (_overlaps(corners[scores.argmax()], corners) > _MIN_OVERLAP)
        corners = (weights @ corners / weights.sum()).reshape(2, 2)
        eyes = (weights @ found[:, 4:8] / weights.sum()).reshape(2, 2)
        low, high = whole.place(corners / _FINDER_PX)
        across, down = np.diff(whole.place(eyes / _FINDER_PX), axis=0)[0]
        middle = (low + high) / 2
        width, height = (high - low) * _REGION
        return _Region((middle[0], middle[1]), (width, height), math.atan2(down, across))


@cache
def open_face_mesh(model: Model, threads: int = 1) -> FaceMesh:
    """The networks of a face_landmarker.task, opened once in this process for each number of threads.

    Raises:
        ModelError: the file has changed since it was found, or is none of that kind.
    """
    verify(model)
    with loading(model), TemporaryDirectory(prefix="proctor-") as folder:
        try:
            archive = ZipFile(model.path)
        except BadZipFile as error:
            raise ValueError("no archive of networks") from error
        with archive:
            archive.extractall(folder, [*_FILES, _CANONICAL])
        finder, landmarker, shaper = (Path(folder, name) for name in _FILES)
        return FaceMesh(
            compile_graph(model, _taking_bytes(finder, _FINDER_PX, -1.0), threads, keep=False).run,
            compile_graph(model, _taking_bytes(landmarker, _MESH_PX, 0.0), threads, keep=False).run,
            compile_graph(model, str(shaper), threads, keep=False).run,
            CanonicalFace(Path(folder, _CANONICAL).read_bytes()),
        )


def _taking_bytes(path: Path, side_px: int, low: float) -> Any:
    """A graph that takes (1, side_px, side_px, 3) uint8 and sees them as ``low`` to 1."""
    openvino = import_openvino()
    graph = openvino.Core().read_model(str(path))
    graph.reshape([1, side_px, side_px, 3])
    step = openvino.preprocess.PrePostProcessor(graph)
    step.input().tensor().set_element_type(openvino.Type.u8)
    scale = 255 / (1 - low)
    step.input().preprocess().convert_element_type(openvino.Type.f32).mean(-low * scale).scale(scale)
    return step.build()


@cache
def _anchors() -> NDArray[np.float64]:
    """Where each box that the finder gives is measured from, (896, 2) in fractions: two in a cell, then six."""
    grids = []
    for cells, count in ((16, 2), (8, 6)):
        y, x = np.mgrid[:cells, :cells]
        centres = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) / cells
        grids.append(np.repeat(centres, count, axis=0))
    return np.concatenate(grids)


def _overlaps(one: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of a box (x0, y0, x1, y1) with others, (n,)."""
    inner = np.minimum(one[2:], boxes[:, 2:]) - np.maximum(one[:2], boxes[:, :2])
    shared = np.prod(np.maximum(inner, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = areas + np.prod(one[2:] - one[:2]) - shared
    return np.asarray(shared / np.where(union > 0, union, 1))
