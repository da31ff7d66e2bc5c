"""Single photographs, for comparing faces with and for `proctor frame`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import InputError
from proctor_cli.quiet import native_silence

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""What a folder's pictures are known by."""

# Photos that come in the container of MP4: their "brand".
_ISO_PHOTOS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")


def read_photo(path: str) -> NDArray[np.uint8]:
    """A photograph as (height, width, 3) uint8 RGB, turned upright as its EXIF data say.

    Raises:
        InputError: it is not there, or is no picture that OpenCV can read.
    """
    return decode_photo(load_photo(path), path)


def load_photo(path: str) -> bytes:
    """The bytes of a photograph's file.

    Raises:
        InputError: it is not there, or may not be read.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read ({reason})", where=path) from None


def decode_photo(data: bytes, where: str) -> NDArray[np.uint8]:
    """A photograph as (height, width, 3) uint8 RGB, turned upright as its EXIF data say.

    Args:
        data: the bytes of its file.
        where: names it in errors.

    Raises:
        InputError: it is no picture that OpenCV can read, or only the beginning of one.
    """
    try:
        with native_silence():  # the libraries for each format say on stderr what the error says here
            bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:  # larger than OpenCV's limit on pixels
        bgr = None
    if bgr is None and _is_video(data):
        raise InputError("a video, not a picture", where=where, hint="Use `proctor analyze`.")
    if bgr is None:
        raise InputError(
            "not a picture that can be read", where=where, hint="Give a JPEG, PNG, WebP, BMP or TIFF file."
        )
    return np.ascontiguousarray(bgr[:, :, ::-1], np.uint8)


def _is_video(data: bytes) -> bool:
    """By its first bytes: ISO files (MP4, MOV) but for the photos among them, Matroska and WebM, AVI."""
    iso = data[4:8] in (b"ftyp", b"moov", b"mdat") and data[8:12] not in _ISO_PHOTOS
    return iso or data.startswith(b"\x1aE\xdf\xa3") or (data.startswith(b"RIFF") and data[8:12] == b"AVI ")
