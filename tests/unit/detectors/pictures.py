"""Pictures with known faces in them, and the weights and recordings that tests look for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
import skimage.data
from msgspec import structs
from numpy.typing import NDArray
from PIL import Image

from proctor_cli.detectors import OPTIONAL_ROLES
from proctor_cli.media import pictures_at, probe
from proctor_cli.nets import Entry, Model, find, load_manifest, search_folders
from proctor_cli.types import Box, Clip, Face, Frame

ROOT = Path(__file__).parents[3]
MODELS = Path(os.environ.get("PROCTOR_MODELS") or ROOT.parent / "shared" / "models")
CLIPS = ROOT.parent / "shared" / "media" / "webcam" / "clips"
SAMPLE = ROOT / "sample_videos" / "webcam.mp4"

# No network for what is worn may be passed on: in tests, people and phones are taken for it.
WORN = {"person": "headphones", "cell phone": "smartwatch", "laptop": "earbuds"}

Picture = NDArray[np.uint8]

# Head and shoulders of Eileen Collins, by NASA: in the public domain, and part of scikit-image's wheel.
_PHOTOGRAPH = skimage.data.astronaut()  # type: ignore[no-untyped-call]  # scikit-image is not typed
PORTRAIT: Picture = np.ascontiguousarray(_PHOTOGRAPH[0:260, 90:350])
# Her face in it, as the detector draws it at full size: x0, y0, x1, y1.
FACE_PX = (88, 63, 179, 176)
# Where in that box her eyes, nose and mouth are: fractions of its width and height.
_POINTS = ((0.275, 0.363), (0.747, 0.363), (0.505, 0.557), (0.286, 0.717), (0.7, 0.717))


# Grace Hopper, by the United States Navy: in the public domain, and part of Matplotlib's wheel.
OTHER_PORTRAIT: Picture = np.array(Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"))


@dataclass(frozen=True)
class Head:
    """A portrait to be put into a picture: its top left corner, the height of its face, whether it is mirrored."""

    x_px: int
    y_px: int
    face_px: int
    mirrored: bool = False


def models(*roles: str, swaps: Mapping[str, str] | None = None) -> dict[str, Model]:
    """The verified weights for these roles; skips the test where there are none."""
    if not MODELS.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no weights at {MODELS}")
        pytest.skip(f"no weights at {MODELS}")
    chosen = load_manifest([]).choose("default", swaps)
    for role in OPTIONAL_ROLES:
        chosen[role] = stand_in(role, WORN)
    return {role: find(chosen[role], [MODELS, *search_folders()]) for role in roles}


def stand_in(role: str, names: Mapping[str, str]) -> Entry:
    """The default network for objects under another role, some of COCO's classes called by other ``names``."""
    entry = load_manifest([]).entry("yolo11n")
    return structs.replace(entry, role=role, labels=tuple(names.get(label, label) for label in entry.labels))


def frame(rgb: Picture, *boxes: Box, t_s: float = 0.0, change: float | None = None) -> Frame:
    """A webcam picture."""
    return Frame("webcam", t_s, rgb, change, boxes)


def face_in(corners: tuple[float, float, float, float], *, mirrored: bool = False, score: float = 0.9) -> Face:
    """A face that fills these corners (x0, y0, x1, y1) as that of the portrait does."""
    x0, y0, x1, y1 = corners
    points = [(1 - x, y) for x, y in np.array(_POINTS)[[1, 0, 2, 4, 3]]] if mirrored else _POINTS
    return Face(*corners, "face", score, tuple((x0 + x * (x1 - x0), y0 + y * (y1 - y0)) for x, y in points))


def scene(width_px: int, height_px: int, *heads: Head) -> tuple[Picture, list[Face]]:
    """A grey picture with these heads in it, and where their faces are."""
    rgb = np.full((height_px, width_px, 3), 120, np.uint8)
    faces = []
    for head in heads:
        scale = head.face_px / (FACE_PX[3] - FACE_PX[1])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(PORTRAIT, None, fx=scale, fy=scale, interpolation=how)
        x0, y0, x1, y1 = (side * scale for side in FACE_PX)
        if head.mirrored:
            small, x0, x1 = small[:, ::-1], small.shape[1] - x1, small.shape[1] - x0
        down, across = min(small.shape[0], height_px - head.y_px), min(small.shape[1], width_px - head.x_px)
        rgb[head.y_px : head.y_px + down, head.x_px : head.x_px + across] = small[:down, :across]
        left, top = (head.x_px + x0) / width_px, (head.y_px + y0) / height_px
        corners = (left, top, (head.x_px + x1) / width_px, (head.y_px + y1) / height_px)
        faces.append(face_in(corners, mirrored=head.mirrored))
    return rgb, faces


def before_wall(width_px: int, height_px: int, head: Head, *, held: bool = False) -> tuple[Picture, Face]:
    """A head before a patterned wall, and its face; or (``held``) a print of it, with its own background round it."""
    coarse = np.random.default_rng(5).integers(60, 200, (height_px // 16, width_px // 16, 3), dtype=np.uint8)
    rgb: Picture = cv2.resize(coarse, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    shown, (face,) = scene(width_px, height_px, head)
    middle = (round((face.x0 + face.x1) / 2 * width_px), round((face.y0 + face.y1) / 2 * height_px))
    across, down = face.width * width_px, face.height * height_px
    mask = np.zeros((height_px, width_px), np.uint8)
    if held:
        reach = round(across * 1.2), round(down * 0.7)
        corners = ((middle[0] - reach[0], middle[1] - reach[1]), (middle[0] + reach[0], middle[1] + reach[1]))
        cv2.rectangle(mask, *corners, 255, -1)
    else:
        cv2.ellipse(mask, middle, (round(across * 0.7), round(down * 0.75)), 0, 0, 360, 255, -1)
    rgb[mask > 0] = shown[mask > 0]
    return rgb, face


def turned(rgb: Picture, degrees: float) -> Picture:
    """The picture turned clockwise about its middle."""
    height_px, width_px = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width_px / 2, height_px / 2), -degrees, 1.0)
    done: Picture = cv2.warpAffine(rgb, matrix, (width_px, height_px), borderValue=(120, 120, 120))
    return done


def recorded(path: Path, times_s: Iterable[float]) -> list[Frame]:
    """The pictures of a recording at these times, ascending; skips the test where the recording is missing."""
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    return list(pictures_at(probe(Clip("webcam", str(path))), times_s))
