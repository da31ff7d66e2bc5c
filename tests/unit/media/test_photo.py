"""Photographs are read upright, in RGB, or refused by name."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from proctor_cli.errors import InputError
from proctor_cli.media import PHOTO_SUFFIXES, read_photo

ORIENTATION = 0x0112
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)


def quartered() -> NDArray[np.uint8]:
    """(60, 80, 3): red and green above, blue and white below."""
    return np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8).repeat(30, axis=0).repeat(40, axis=1)


def corners_of(rgb: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours of the four quarters, to the nearest of the known ones."""
    height, width = rgb.shape[:2]
    middles = (rgb[y, x].astype(int) for y in (height // 4, -height // 4) for x in (width // 4, -width // 4))
    known = (RED, GREEN, BLUE, WHITE)
    return [min(known, key=lambda colour: abs(middle - colour).sum()) for middle in middles]


@pytest.mark.parametrize("suffix", sorted(PHOTO_SUFFIXES))
def test_every_kind_is_read_as_rgb(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"Ảnh của tôi{suffix}"
    Image.fromarray(quartered()).save(path)
    rgb = read_photo(str(path))
    assert rgb.shape == (60, 80, 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert corners_of(rgb) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, lambda rgb: rgb),
        (2, lambda rgb: rgb[:, ::-1]),
        (3, lambda rgb: rgb[::-1, ::-1]),
        (4, lambda rgb: rgb[::-1]),
        (5, lambda rgb: rgb.transpose(1, 0, 2)),
        (6, lambda rgb: np.rot90(rgb, 1)),
        (7, lambda rgb: np.rot90(rgb, 2).transpose(1, 0, 2)),
        (8, lambda rgb: np.rot90(rgb, 3)),
    ],
)
def test_it_is_turned_as_its_camera_was_held(tmp_path: Path, orientation: int, stored) -> None:  # type: ignore[no-untyped-def]  # a list of lambdas
    path, exif = tmp_path / "a.jpg", Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(np.ascontiguousarray(stored(quartered()))).save(path, exif=exif, quality=95)
    rgb = read_photo(str(path))
    assert rgb.shape == (60, 80, 3)
    assert corners_of(rgb) == [RED, GREEN, BLUE, WHITE]
    assert rgb.flags.c_contiguous


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16", "CMYK"])
def test_whatever_its_pixels_they_become_three_bytes(tmp_path: Path, mode: str) -> None:
    rgb = quartered()
    if mode == "I;16":
        picture = Image.fromarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(rgb).convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    picture.save(path)
    found = read_photo(str(path))
    assert found.shape == (60, 80, 3)
    assert found.dtype == np.uint8
    # light is light: the white quarter is the lightest, whatever became of the others
    light = found.mean(axis=2)
    assert light[45, 60] > 200
    assert light[45, 60] > light[45, 20]


class TestRefused:
    def refused(self, path: Path, said: str) -> InputError:
        with pytest.raises(InputError, match=said) as caught:
            read_photo(str(path))
        assert caught.value.where == str(path)
        assert caught.value.exit_code == 3
        return caught.value

    def test_what_is_not_there(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "nowhere.jpg", r"cannot be read \(No such file or directory\)")

    def test_a_folder(self, tmp_path: Path) -> None:
        self.refused(tmp_path, "cannot be read")

    @pytest.mark.parametrize(
        "data",
        [b"", b"\xff", b"\xff\xd8\xff\xe0", b"id,name\nS123,Ada\n", b"%PDF-1.7\n", bytes(5000), b"\x89PNG\r\n\x1a\n"],
    )
    def test_what_is_no_picture(self, tmp_path: Path, data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "photo.jpg"
        path.write_bytes(data)
        error = self.refused(path, "not a picture that can be read")
        assert "JPEG" in error.hint
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("side_px", [2**15 + 1, 2**20, 2**31 - 1])
    def test_one_that_claims_to_be_huge(self, tmp_path: Path, side_px: int) -> None:
        """A few bytes that would fill the memory."""
        path = tmp_path / "huge.png"
        path.write_bytes(png_of(side_px, side_px, bytes(100)))
        self.refused(path, "not a picture that can be read")


def png_of(width_px: int, height_px: int, data: bytes) -> bytes:
    """A PNG file whose header says so, whatever its data."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
