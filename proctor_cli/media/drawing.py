"""Pictures as evidence: boxes and labels drawn, other people's faces blurred, written as JPEG."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from proctor_cli.errors import OutputError
from proctor_cli.files import open_whole
from proctor_cli.types import Box, Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_JPEG_QUALITY = 85
_LINE_RGB = (255, 190, 0)
_TEXT_RGB = (255, 255, 255)
_BACKGROUND_RGB = (20, 20, 20)
_TEXT_PX = 14
_TEXT_MARGIN_PX = 3

# A blurred region is first averaged down to this many pixels on its longer side: too few to tell a face.
_BLUR_CELLS = 6


def write_jpeg(
    frame: Frame, path: str | Path, boxes: Iterable[Box] = (), blur: Iterable[Box] = (), max_width_px: int = 960
) -> None:
    """Write a frame as a JPEG file: all of it or nothing.

    Args:
        frame: the picture; stays as it is.
        path: where to; its folder must exist.
        boxes: to draw as thin rectangles with their label and score.
        blur: regions to make unrecognisable, for good.
        max_width_px: a wider picture is made smaller.

    Raises:
        OutputError: the file cannot be written.
    """
    image = _fit(frame.rgb, max_width_px)
    for box in blur:
        _blur(image, box)
    for box in boxes:
        _draw(image, box)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    path = Path(path)
    try:
        with open_whole(path) as out:
            out.write(jpeg.tobytes())
    except OSError as error:
        raise OutputError(
            f"the picture cannot be written ({(error.strerror or 'unknown error').lower()})",
            where=str(path),
            hint="Check that the folder exists, may be written and has room.",
        ) from error


def _fit(rgb: NDArray[np.uint8], max_width_px: int) -> NDArray[np.uint8]:
    """A copy of a picture that is no wider than ``max_width_px``."""
    height, width = rgb.shape[:2]
    if width <= max_width_px:
        return rgb.copy()
    size = (max_width_px, max(1, round(height * max_width_px / width)))
    fitted: NDArray[np.uint8] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return fitted


def _pixels(image: NDArray[np.uint8], box: Box) -> tuple[int, int, int, int]:
    """The columns x0:x1 and rows y0:y1 that a box touches, at least one each, inside the picture."""
    height, width = image.shape[:2]
    x0, y0 = min(max(int(box.x0 * width), 0), width - 1), min(max(int(box.y0 * height), 0), height - 1)
    x1, y1 = min(max(ceil(box.x1 * width), x0 + 1), width), min(max(ceil(box.y1 * height), y0 + 1), height)
    return x0, y0, x1, y1


def _blur(image: NDArray[np.uint8], box: Box) -> None:
    x0, y0, x1, y1 = _pixels(image, box)
    region = image[y0:y1, x0:x1]
    shrink = _BLUR_CELLS / max(x1 - x0, y1 - y0)
    few = (max(1, round((x1 - x0) * shrink)), max(1, round((y1 - y0) * shrink)))
    averaged = cv2.resize(region, few, interpolation=cv2.INTER_AREA)
    region[:] = cv2.resize(averaged, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)


def _draw(image: NDArray[np.uint8], box: Box) -> None:
    x0, y0, x1, y1 = _pixels(image, box)
    # A dark line beside the bright one shows on any background.
    cv2.rectangle(image, (x0 - 1, y0 - 1), (x1, y1), _BACKGROUND_RGB, 1)
    cv2.rectangle(image, (x0, y0), (x1 - 1, y1 - 1), _LINE_RGB, 1)
    if box.label:
        _write(image, f"{box.label} {box.score:.2f}", x0, y0)


def _write(image: NDArray[np.uint8], text: str, x: int, y: int) -> None:
    """Write one line on a dark strip whose lower left corner is at (x, y), moved into the picture if need be."""
    height, width = image.shape[:2]
    font = cv2.FontFace("sans")  # unlike the classic fonts it knows letters outside ASCII
    _, top, text_width, text_height = cv2.getTextSize((width, height), text, (0, 0), font, _TEXT_PX)
    strip_width, strip_height = text_width + 2 * _TEXT_MARGIN_PX, text_height + 2 * _TEXT_MARGIN_PX
    x, y = max(0, min(x, width - strip_width)), max(strip_height, y)
    cv2.rectangle(image, (x, y - strip_height), (x + strip_width - 1, y - 1), _BACKGROUND_RGB, cv2.FILLED)
    origin = (x + _TEXT_MARGIN_PX, y - strip_height + _TEXT_MARGIN_PX - top)
    cv2.putText(image, text, origin, _TEXT_RGB, font, _TEXT_PX)
