"""A room made by code, over which a camera pans; things in it are cut out of real pictures."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from tests.unit.detectors.pictures import CLIPS, Picture

WIDTH_PX, HEIGHT_PX = 4000, 720
VIEW_PX = 1280
PHONE_PX, LAPTOP_PX = 1900, 2900
"""Where the middle of each thing lies in the room, pixels from its left."""


@lru_cache(maxsize=1)
def room() -> Picture:
    """A wall, a window, a cupboard and a desk with a phone and a laptop on it; skips where the cut-outs are missing."""
    rng = np.random.default_rng(3)
    rgb = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.int16)
    rgb[:] = np.array([206, 200, 188]) + (8 * np.sin(np.linspace(0, 9, WIDTH_PX)))[:, None].astype(np.int16)
    rgb[400:] = (142, 104, 70)
    rgb[40:300, 300:800], rgb[52:288, 312:788] = (120, 90, 60), (230, 240, 250)
    rgb[20:400, 3600:3900] = (170, 150, 120)
    rgb += rng.normal(0, 3, rgb.shape).astype(np.int16)
    done = rgb.clip(0, 255).astype(np.uint8)
    _paste(done, "phone_a1.png", PHONE_PX, 620, 150)
    _paste(done, "laptop_a1.png", LAPTOP_PX, 640, 420)
    done.flags.writeable = False
    return done


def view(share: float) -> Picture:
    """What the camera sees after this share of its way from the room's left to its right, 0-1."""
    x = round(share * (WIDTH_PX - VIEW_PX))
    return np.ascontiguousarray(room()[:, x : x + VIEW_PX])


def in_view(middle_px: int) -> tuple[float, float]:
    """Between which shares of the way a thing is wholly in view."""
    way_px = WIDTH_PX - VIEW_PX
    return max(0.0, (middle_px + 150 - VIEW_PX) / way_px), min(1.0, (middle_px - 150) / way_px)


def _paste(rgb: Picture, name: str, middle_px: int, bottom_px: int, height_px: int) -> None:
    if not (CLIPS / name).exists():
        pytest.skip(f"no picture at {CLIPS / name}")
    cut = cv2.cvtColor(cv2.imread(str(CLIPS / name), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
    scale = height_px / cut.shape[0]
    cut = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, across = cut.shape[:2]
    x = middle_px - across // 2
    place = rgb[bottom_px - down : bottom_px, x : x + across]
    opaque = cut[..., 3:] / 255
    place[:] = (place * (1 - opaque) + cut[..., :3] * opaque).astype(np.uint8)
