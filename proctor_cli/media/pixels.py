"""A decoded picture as pixels: upright RGB, and a thumbnail of its brightness to tell how much has changed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple, cast

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

if TYPE_CHECKING:
    from av.sidedata.sidedata import SideData
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

# Wide enough to show a moving hand, small enough to average sensor noise away; always the same, so that pictures can be
# compared even after the size of the video has changed.
_THUMBNAIL_WIDTH_PX, _THUMBNAIL_HEIGHT_PX = 64, 48


class Orientation(NamedTuple):
    """How a stored picture becomes upright: swap rows and columns, then mirror left-right, then top-bottom."""

    swapped: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    @property
    def rotation_deg(self) -> int:
        """Degrees by which the stored picture is turned clockwise: 0, 90, 180 or 270 (a mirrored picture: 0 or 90)."""
        if self.swapped:
            return 270 if self.mirrored_y and not self.mirrored_x else 90
        return 180 if self.mirrored_x and self.mirrored_y else 0


def orientation(picture: VideoFrame) -> Orientation:
    """What the display matrix of a picture asks for, to the nearest quarter turn.

    The matrix holds nine 32-bit numbers a b u, c d v, x y w; a stored point (x, y) is shown at
    (a x + c y, b x + d y), y pointing down (ISO/IEC 14496-12, track header box). Phones write one for every
    recording; the angle alone would turn a mirrored picture upside down.
    """
    matrix = cast("SideData | None", picture.side_data.get("DISPLAYMATRIX"))
    if matrix is None:
        return Orientation()
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    if abs(a) + abs(d) < abs(b) + abs(c):
        return Orientation(True, c < 0, b < 0)
    return Orientation(False, a < 0, d < 0)


class Pixels:
    """Converts the pictures of one slice; keeps the conversion tables from picture to picture.

    The first picture tells how all are turned. Asking each would cost memory: what PyAV answers with holds the picture,
    and the picture holds it, until the collector comes.
    """

    def __init__(self) -> None:
        self._orientation: Orientation | None = None
        self._rgb = VideoReformatter()
        self._luma = VideoReformatter()

    def rgb(self, picture: VideoFrame) -> NDArray[np.uint8]:
        """The picture as (height, width, 3) uint8 RGB, contiguous, upright."""
        rgb = self._rgb.reformat(picture, format="rgb24", threads=1).to_ndarray()
        swapped, mirrored_x, mirrored_y = self._turn(picture)
        if swapped:
            rgb = cv2.transpose(rgb)
        if mirrored_x or mirrored_y:
            rgb = cv2.flip(rgb, -1 if mirrored_x and mirrored_y else int(mirrored_x))
        return np.ascontiguousarray(rgb)

    def size_px(self, picture: VideoFrame) -> tuple[int, int]:
        """Width and height of the upright picture."""
        swapped = self._turn(picture).swapped
        return (picture.height, picture.width) if swapped else (picture.width, picture.height)

    def thumbnail(self, picture: VideoFrame) -> NDArray[np.int16]:
        """Luma averaged over areas, (48, 64) int16, 0-255 whatever range the video uses; not turned upright."""
        small = self._luma.reformat(
            picture,
            width=_THUMBNAIL_WIDTH_PX,
            height=_THUMBNAIL_HEIGHT_PX,
            format="gray8",
            interpolation="AREA",
            threads=1,
        )
        return small.to_ndarray().astype(np.int16)

    def _turn(self, picture: VideoFrame) -> Orientation:
        if self._orientation is None:
            self._orientation = orientation(picture)
        return self._orientation


def change(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """Mean absolute difference of two thumbnails, 0-1."""
    return float(np.abs(after - before).mean()) / 255
