"""What is drawn by code: the room behind the candidate, and a smartphone in a hand."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from portrait import Cutout, Image, Plane, over

WALL = (196, 186, 170)
DAYLIGHT = (214, 230, 240)
WOOD = (150, 108, 72)
SKIN = (222, 172, 146)
SUIT = (226, 92, 44)
PHONE = (38, 40, 46)

Colour = tuple[int, int, int]


def room(width: int, height: int) -> Image:
    """A study with a window, a curtain, a plant, a lamp and a chair, out of focus; (height, width, 3) RGB 0-255."""
    y, x = np.mgrid[0:960, 0:1280].astype(np.float32)
    light = 1.06 - 0.30 * (x / 1280) - 0.10 * (y / 960)
    picture = np.ascontiguousarray(np.array(WALL, np.float32) * light[..., None])

    def box(x0: int, y0: int, x1: int, y1: int, colour: Colour) -> None:
        cv2.rectangle(picture, (x0, y0), (x1, y1), colour, -1)

    # Window with four panes, sky and trees behind it.
    box(20, 40, 360, 610, (232, 228, 220))
    for left, top in ((44, 64), (202, 64), (44, 330), (202, 330)):
        box(left, top, left + 134, top + 242, DAYLIGHT)
        cv2.rectangle(picture, (left, top + 150), (left + 134, top + 242), (168, 196, 160), -1)
    for left, top in ((44, 64), (202, 64)):
        cv2.rectangle(picture, (left, top), (left + 134, top + 242), (220, 234, 243), -1)
    box(0, 606, 390, 634, (238, 234, 226))
    # Curtain in folds.
    folds = (x > 352) & (x < 452) & (y > 18) & (y < 800)
    picture[folds] = (np.array([122, 140, 148], np.float32) * (1 + 0.16 * np.sin(x / 8.0))[..., None])[folds]
    box(0, 12, 470, 24, (112, 84, 62))
    # Door on the right, half in the shade.
    box(968, 70, 1250, 960, (176, 164, 146))
    box(984, 86, 1234, 960, (206, 196, 180))
    for top, bottom in ((120, 420), (470, 860)):
        box(1020, top, 1198, bottom, (192, 181, 164))
        cv2.rectangle(picture, (1020, top), (1198, bottom), (172, 160, 142), 5)
    cv2.circle(picture, (1004, 560), 13, (190, 160, 90), -1)
    # Skirting, and a low cupboard with a plant and a lamp.
    box(470, 905, 968, 960, (226, 220, 208))
    box(500, 640, 930, 905, WOOD)
    box(490, 622, 940, 644, (172, 128, 88))
    cv2.line(picture, (715, 650), (715, 900), (112, 78, 50), 5)
    box(846, 540, 912, 622, (198, 120, 88))
    random = np.random.default_rng(4)
    for _ in range(60):
        angle, reach = random.uniform(-2.6, -0.5), random.uniform(60, 170)
        tip = (int(879 + reach * np.cos(angle) * 0.8), int(545 + reach * np.sin(angle)))
        shade = float(random.uniform(0.7, 1.2))
        middle, radii = ((879 + tip[0]) // 2, (545 + tip[1]) // 2), (int(reach / 2), int(random.uniform(7, 14)))
        slope = float(np.degrees(np.arctan2(tip[1] - 545, tip[0] - 879)))
        cv2.ellipse(picture, middle, radii, slope, 0, 360, (58 * shade, 104 * shade, 60 * shade), -1)
    # Her chair: the back, rounded by its thick outline.
    for inset, colour in ((0, (66, 70, 78)), (16, (82, 87, 96))):
        cv2.rectangle(picture, (520 + inset, 700 + inset), (690 - inset, 1000), colour, 90)
        box(520 + inset, 700 + inset, 690 - inset, 1000, colour)
    picture = cv2.GaussianBlur(picture, (0, 0), 6)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    # The fixed pattern of a sensor: texture that costs a video nothing.
    small += np.random.default_rng(5).normal(0, 1.6, small.shape)
    return np.asarray(small.clip(0, 255), np.float32)


def curtain(picture: Image, t_s: float) -> Image:
    """``picture`` with the curtain moving in the draught of the window."""
    x0, x1 = 170, 236
    strip = picture[:, x0:x1]
    y, x = np.mgrid[0 : strip.shape[0], 0 : strip.shape[1]].astype(np.float32)
    hangs = np.sin(np.pi * x / (x1 - x0)) * np.minimum(y / 300, 1)
    swing = 2 * np.sin(2 * np.pi * (t_s / 2.9 - y / 700)) + 1.2 * np.sin(2 * np.pi * (t_s / 1.7 + y / 500))
    shown_x = np.asarray(x + hangs * swing, np.float32)
    moved = picture.copy()
    moved[:, x0:x1] = cv2.remap(strip, shown_x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved


def lit(picture: Image, light: float) -> Image:
    """``picture`` in less light (1 = as it is): what is left is the bluish light of the screen."""
    tint = np.array([0.92, 1.0, 1.12], np.float32)
    return np.asarray(picture * (light * (tint + (1 - tint) * light)), np.float32)


def phone_in_hand() -> Cutout:
    """The back of a dark smartphone held upright in a left hand, 210 x 440 px, four times as large for smooth edges."""
    z = 4
    size = (440 * z, 210 * z)
    picture, alpha = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
    left, top, right, bottom = 60 * z, 20 * z, 150 * z, 200 * z

    def lay(shape: Plane, colour: Image | Colour) -> None:
        nonlocal picture, alpha
        layer = np.broadcast_to(np.array(colour, np.float32), picture.shape)
        picture, alpha = over(picture, np.asarray(layer), shape), np.maximum(alpha, shape)

    def rounded(x0: int, y0: int, x1: int, y1: int, radius: int) -> Plane:
        shape = np.zeros(size, np.float32)
        cv2.rectangle(shape, (x0 + radius, y0 + radius), (x1 - radius, y1 - radius), 1.0, 2 * radius)
        cv2.rectangle(shape, (x0 + radius, y0 + radius), (x1 - radius, y1 - radius), 1.0, -1)
        return shape

    def disc(x: int, y: int, radius: int) -> Plane:
        return np.asarray(cv2.circle(np.zeros(size, np.float32), (x, y), radius, 1.0, -1), np.float32)

    def limb(x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour, widens: float = 0) -> None:
        """A round-ended limb from one point to another, in px of the small picture, shaded darker at its sides."""
        shape = np.zeros(size, np.float32)
        for t in np.linspace(0, 1, 60):
            centre = int((x0 + (x1 - x0) * t) * z), int((y0 + (y1 - y0) * t) * z)
            cv2.circle(shape, centre, int((radius + widens * t) * z), 1.0, -1)
        depth = cv2.distanceTransform((shape > 0).astype(np.uint8), cv2.DIST_L2, 5) / (radius * z)
        shade = 0.70 + 0.32 * np.clip(depth, 0, 1) ** 0.6
        picture[:] *= (1 - 0.35 * cv2.GaussianBlur(shape, (0, 0), radius * z * 0.35))[..., None]
        skin = np.asarray(np.array(colour, np.float32) * shade[..., None], np.float32)
        lay(np.asarray(cv2.GaussianBlur(shape, (0, 0), 1.2), np.float32), skin)

    limb(116, 270, 128, 440, 44, SUIT, widens=16)  # the sleeve, its cuff, the back of the hand
    limb(100, 262, 132, 258, 13, (46, 46, 52))
    limb(110, 165, 114, 235, 33, SKIN, widens=-6)
    lay(rounded(left, top, right, bottom, 14 * z), (95, 98, 104))
    lay(rounded(left + 2 * z, top + 2 * z, right - 2 * z, bottom - 2 * z, 12 * z), PHONE)
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    sheen = np.exp(-((((x - left) - (y - top) * 0.5 - 54) / 80) ** 2)) * rounded(left, top, right, bottom, 14 * z)
    picture *= (1 + 0.35 * sheen)[..., None]
    lay(rounded(left + 8 * z, top + 9 * z, left + 46 * z, top + 47 * z, 11 * z), (56, 58, 64))
    for lens_x, lens_y in ((18, 19), (36, 19), (18, 37)):
        centre = left + lens_x * z, top + lens_y * z
        lay(disc(*centre, 7 * z), (22, 22, 26))
        lay(disc(*centre, 5 * z), (8, 8, 14))
        lay(disc(centre[0] - z, centre[1] - 2 * z, z), (120, 130, 170))
    lay(disc(left + 36 * z, top + 37 * z, 3 * z), (240, 235, 215))
    for at, reach, radius in ((0.46, 34.0, 9.5), (0.57, 40.0, 10.0), (0.68, 38.0, 9.5), (0.785, 30.0, 8.5)):
        limb(155, 24 + 180 * at, 150 - reach, 17 + 180 * at, radius, SKIN)
    limb(68, 164, 53, 114, 10.5, SKIN)  # the thumb
    return Cutout(picture, alpha)


def place(picture: Image, part: Cutout, x: float, y: float, degrees: float, scale: float) -> Image:
    """``picture`` with the middle of ``part`` at x, y (px), turned and scaled."""
    height, width = part.alpha.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, 2] += (x - width / 2, y - height / 2)
    to = picture.shape[1], picture.shape[0]
    blur = 0.45 / scale if scale < 0.5 else 0.0  # against steps at the edges of what shrinks
    layers: list[NDArray[np.float32]] = [part.rgb * part.alpha[..., None], part.alpha]
    smooth = (cv2.GaussianBlur(layer, (0, 0), blur) if blur else layer for layer in layers)
    rgb, alpha = (cv2.warpAffine(layer, matrix, to, flags=cv2.INTER_LINEAR) for layer in smooth)
    return np.asarray(picture * (1 - alpha[..., None]) + rgb, np.float32)
