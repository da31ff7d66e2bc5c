"""Which way a head is turned, from the landmarks of its face in a picture: a canonical face fitted to them.

The method is that of MediaPipe's face geometry module (`geometry_pipeline.cc`, Apache-2.0), with its camera and its
canonical face, which lies beside the networks: seen through a camera of a known angle of view, the landmarks have a
place in space but for one scale, which is estimated twice by fitting the canonical face.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_Points = NDArray[np.float64]  # (3, n)

# The camera that MediaPipe's Face Landmarker assumes: angle of view from top to bottom, distance of the picture.
_VIEW_DEG = 63.0
_NEAR = 1.0


class CanonicalFace:
    """A face of average form, and how much each of its points counts.

    Args:
        metadata: the file ``geometry_pipeline_metadata_landmarks.binarypb`` of a face_landmarker.task.

    Raises:
        ValueError: it holds no canonical face.
    """

    def __init__(self, metadata: bytes) -> None:
        fields = list(_fields(metadata))
        meshes = [value for number, value in fields if number == _MESH and isinstance(value, bytes)]
        if not meshes:
            raise ValueError("the file holds no canonical face")
        rows = b"".join(
            value for number, value in _fields(meshes[0]) if number == _VERTICES and isinstance(value, bytes)
        )
        weights = [
            (index, weight)
            for number, value in fields
            if number == _BASIS and isinstance(value, bytes)
            for index, weight in [_basis(value)]
        ]
        self._kept = np.array([index for index, _ in weights])
        self._weights = np.array([weight for _, weight in weights])
        vertices = np.frombuffer(rows, "<f4").reshape(-1, 5)[self._kept, :3].T.astype(np.float64)
        self._centre = vertices @ self._weights / self._weights.sum()
        self._rays = (vertices - self._centre[:, None]) * self._weights
        self._spread = float((self._rays * vertices).sum())

    def rotation(self, points: NDArray[np.float64], width_px: int, height_px: int) -> NDArray[np.float64]:
        """How the face is turned, (3, 3), axes to the right, upwards and towards the camera.

        Args:
            points: (n, 3), x and y in fractions of the picture from its top left, z in fractions of its width.
            width_px: width of the picture.
            height_px: its height.
        """
        x, y, z = points[self._kept].T
        high = 2 * _NEAR * math.tan(math.radians(_VIEW_DEG) / 2)
        wide = high * width_px / height_px
        depth = float(points[:, 2].mean()) * wide
        screen = np.stack([(x - 0.5) * wide, (0.5 - y) * high, z * wide])
        flat = screen * [[1.0], [1.0], [-1.0]]
        _, scale = self._fit(flat)
        for _ in range(2):
            far = (screen[2] - depth + _NEAR) / scale
            solid = np.stack([screen[0] * far / _NEAR, screen[1] * far / _NEAR, -far])
            turn, again = self._fit(solid)
            scale *= again
        return turn

    def _fit(self, points: _Points) -> tuple[NDArray[np.float64], float]:
        """The turn and the scale that bring the canonical face nearest to ``points`` (weighted least squares)."""
        left, _, right = np.linalg.svd(points @ self._rays.T)
        if np.linalg.det(left) * np.linalg.det(right) < 0:
            left[:, 2] *= -1
        turn = left @ right
        return turn, float(((turn @ self._rays) * points).sum()) / self._spread


# Numbers of the fields that are read (MediaPipe, face_geometry/protos).
_MESH, _BASIS, _VERTICES = 1, 2, 3


def _basis(message: bytes) -> tuple[int, float]:
    """Number and weight of a landmark."""
    index, weight = 0, 0.0
    for number, value in _fields(message):
        if number == 1 and isinstance(value, int):
            index = value
        elif number == 2 and isinstance(value, bytes):
            weight = float(np.frombuffer(value, "<f4")[0])
    return index, weight


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer message: number and content, a number where it is a varint."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
            continue
        length = {1: 8, 5: 4}.get(kind) or varint()
        yield number, message[at : at + length]
        at += length
