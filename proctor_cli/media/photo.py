"""Single photographs, for comparing faces with and for `proctor frame`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import InputError

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""What a folder's pictures are known by."""


def read_photo(path: str) -> NDArray[np.uint8]:
    """A photograph as (height, width, 3) uint8 RGB, turned upright as its EXIF data say.

    Raises:
        InputError: it is not there, or is no picture that OpenCV can read.
    """
    try:
        data = np.frombuffer(Path(path).read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", where=path) from None
    try:
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:  # larger than OpenCV's limit on pixels
        bgr = None
    if bgr is None:
        raise InputError("not a picture that can be read", where=path, hint="Give a JPEG, PNG, WebP, BMP or TIFF file.")
    return np.ascontiguousarray(bgr[:, :, ::-1], np.uint8)
