"""A photograph of a head and shoulders, brought to life: cut out, turned in depth, blinking, looking aside.

Coordinates are pixels of the photograph ("source"), x to the right, y down, and a height towards the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import PIL.Image
import skimage.data
from numpy.typing import NDArray

Image = NDArray[np.float32]  # (height, width, 3) RGB, 0-255
Plane = NDArray[np.float32]  # (height, width)
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Cutout:
    """A person without background: ``rgb`` and ``alpha`` (0-1) of one size."""

    rgb: Image
    alpha: Plane


@dataclass(frozen=True)
class Pose:
    """What the candidate does in one frame. Angles in degrees; yaw > 0 turns towards the picture's right."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lids: float = 0.0  # 0 open, 1 shut
    gaze: float = 0.0  # irises aside, source px
    mouth: float = 1.3  # 0 the smile of the photograph, over 1 lips closed


def cut_out(rgb: NDArray[np.uint8], maybe: Points, surely: list[Points]) -> Cutout:
    """The person inside ``maybe`` (a generous outline), of whom ``surely`` are inner parts: GrabCut."""
    labels = np.full(rgb.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(labels, [np.array(maybe, np.int32)], [cv2.GC_PR_BGD])
    for part in surely:
        cv2.fillPoly(labels, [np.array(part, np.int32)], [cv2.GC_FGD])
    cv2.setRNGSeed(1)
    cv2.grabCut(rgb, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    person = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(person)
    biggest = (pieces == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.float32)
    alpha = cv2.GaussianBlur(cv2.erode(biggest, np.ones((2, 2), np.uint8)), (0, 0), 0.8)
    return Cutout(rgb.astype(np.float32), alpha.astype(np.float32))


def over(base: Image, top: Image, alpha: Plane) -> Image:
    """``top`` laid over ``base``."""
    return np.asarray(base + (top - base) * alpha[..., None], np.float32)


def ease(start: float, end: float, x: Plane) -> Plane:
    """0 before ``start``, 1 after ``end``, smooth between."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


# ---------------------------------------------------------------- the candidate
# x, y and height towards the camera above the plane of the ears, measured once on this photograph with MediaPipe
# FaceLandmarker (its own depth estimate); the last row is the hair, by eye.
RELIEF = np.fromstring(
    """
    226 70 72  203 71 66  250 73 67  260 77 59  187 78 49  195 80 63  214 80 72  238 81 72  266 82 50  183 85 40
    269 89 41  181 92 31  245 93 70  207 94 65  259 94 65  225 96 72  271 96 31  193 98 58  216 101 63  184 102 46
    241 102 61  255 103 58  267 106 47  221 107 72  180 109 19  208 111 62  195 112 58  241 113 62  271 114 19
    255 115 59  270 115 34  234 116 70  183 117 47  180 118 32  218 118 76  203 122 63  210 126 73  239 126 65
    235 127 77  181 129 18  253 129 61  266 130 45  224 131 83  191 132 56  268 132 32  183 133 41  268 133 18
    209 134 65  202 139 52  182 140 20  230 140 69  243 140 57  218 142 65  190 143 48  265 144 20  256 146 48
    185 149 25  233 149 60  262 149 36  189 151 39  205 151 54  222 155 63  256 160 32  237 161 55  251 161 42
    206 164 52  200 168 41  244 171 41  212 174 54  230 178 49
    226 55 70  195 55 64  257 55 64  226 35 52  190 45 45  262 45 45  175 75 42  283 75 42  172 100 32  285 105 32
    """,
    sep=" ",
).reshape(-1, 3)
CENTRE = (226.0, 105.0)  # of the head
HEAD_RADII = (80.0, 98.0)  # the silhouette, where the height is 0
NECK_Y = 190.0  # nodding and tilting turn about this point
STILL_Y = (165.0, 225.0)  # the turn fades out between these, in the black collar
TURNS: Points = [
    (140, 0), (312, 0), (312, 110), (287, 140), (260, 158), (257, 174), (254, 188), (250, 230), (189, 230), (183, 180),
    (183, 149), (165, 142), (140, 110),
]  # fmt: skip

# One row per eye: left and right corner x, then y of the corners, of the middle of the upper lid, and of the lower.
EYES = ((192.5, 214.0, 102.4, 97.6, 104.6), (236.0, 258.0, 104.2, 99.4, 106.6))
BROW_GAP = 6.0  # skin above the upper lid that is drawn down by a blink
MOUTH = (202.5, 244.5, 140.0, 142.9, 149.6)  # the same of the mouth: the insides of the lips
NOSE_Y, CHIN_Y = 131.0, 176.0  # what closing the lips may stretch

OUTLINE: Points = [
    (150, 70), (160, 20), (225, 5), (300, 25), (315, 90), (290, 135), (312, 230), (350, 270), (372, 340), (372, 400),
    (0, 400), (15, 330), (40, 240), (95, 200), (105, 150), (165, 140),
]  # fmt: skip
INNER: list[Points] = [
    [(165, 80), (185, 35), (230, 25), (280, 45), (293, 90), (270, 130), (240, 178), (205, 170), (180, 130)],
    [
        (120, 190), (135, 165), (185, 155), (250, 180), (290, 215), (300, 250), (330, 280), (345, 330), (340, 400),
        (30, 400), (45, 330), (60, 260), (110, 215),
    ],
]  # fmt: skip


class Candidate:
    """The portrait of Eileen Collins as a model that can be posed; ``scale`` is output px per source px."""

    def __init__(self, photograph: NDArray[np.uint8], scale: float) -> None:
        self._cut = cut_out(np.ascontiguousarray(photograph[:400, :400]), OUTLINE, INNER)
        height, width = self._cut.alpha.shape
        self._y, self._x = np.mgrid[0:height, 0:width].astype(np.float32)
        self._relief = _relief(self._x, self._y)
        moving = np.zeros_like(self._cut.alpha)
        cv2.fillPoly(moving, [np.array(TURNS, np.int32)], [1.0])
        self._moving = moving
        self._turns = 1 - ease(*STILL_Y, self._y)
        self._scale = scale
        self.size = (round(height * scale), round(width * scale))
        self.middle_x = self.size[1] / 2 - CENTRE[0] * scale  # from the middle of the head to the middle of the picture
        self._to_y, self._to_x = np.mgrid[0 : self.size[0], 0 : self.size[1]].astype(np.float32) / np.float32(scale)
        # Surface points close enough together that turned ones leave no holes in the output.
        step = 0.45 / scale
        y, x = np.mgrid[0:230:step, 130:330:step].astype(np.float32)
        solid = (_look_up(self._cut.alpha, x, y) > 0.02) & (_look_up(moving, x, y) > 0.5)
        self._points = x[solid], y[solid]
        self._heights = _look_up(self._relief, x, y)[solid], _look_up(self._turns, x, y)[solid]
        self._neck = self._behind()

    def render(self, pose: Pose) -> Cutout:
        """The candidate in this pose, ``self.size`` large."""
        x, y = self._turned(pose)
        x, y = self._features(pose, x, y)
        rgb = cv2.remap(self._cut.rgb, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.remap(self._cut.alpha, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        alpha = alpha * cv2.GaussianBlur(alpha, (0, 0), 0.7)  # softer inwards only: outside there is no colour
        neck = self._neck
        return Cutout(over(neck.rgb, rgb.clip(0, 255), alpha), np.maximum(alpha, neck.alpha))

    def _turned(self, pose: Pose) -> tuple[Plane, Plane]:
        """For each output pixel the source pixel it shows once the head has turned; far outside where there is none."""
        scale, (height, width) = self._scale, self.size
        x, y, depth = _turn(*self._points, *self._heights, pose)
        near_last = np.argsort(depth, kind="stable")  # a nearer point overwrites what it hides
        column = np.rint(x[near_last] * scale).astype(int).clip(0, width - 1)
        row = np.rint(y[near_last] * scale).astype(int).clip(0, height - 1)
        nothing = np.float32(-1000)
        body = _look_up(self._moving, self._to_x, self._to_y) < 0.5  # shows itself wherever the head is not
        source_x, source_y = np.where(body, self._to_x, nothing), np.where(body, self._to_y, nothing)
        source_x[row, column], source_y[row, column] = self._points[0][near_last], self._points[1][near_last]
        source_x, source_y = _fill_pinholes(source_x, source_y, nothing)
        # The points landed beside the middle of their pixels: a few steps towards it make the texture smooth.
        for _ in range(4):
            height_here, turns = (_look_up(plane, source_x, source_y) for plane in (self._relief, self._turns))
            x, y, _ = _turn(source_x, source_y, height_here, turns, pose)
            off_x, off_y = self._to_x - x, self._to_y - y
            near = (np.abs(off_x) < 1.5) & (np.abs(off_y) < 1.5)
            source_x = np.where(near, source_x + off_x / 2, source_x)
            source_y = np.where(near, source_y + off_y / 2, source_y)
        return source_x, source_y

    def _features(self, pose: Pose, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Move eyelids, irises and lips: the source pixel each source pixel is replaced by."""
        grid_x, grid_y = self._x.copy(), self._y.copy()
        for left, right, corner_y, upper_y, lower_y in EYES:
            across = (self._x - (left + right) / 2) / ((right - left) / 2)
            bow = np.clip(1 - across**2, 0, 1)
            upper, lower = corner_y + (upper_y - corner_y) * bow, corner_y + (lower_y - corner_y) * bow
            if pose.gaze:
                inside = bow * ease(-1.5, 1.0, self._y - upper) * ease(-1.5, 1.0, lower - self._y)
                grid_x -= pose.gaze * np.sqrt(inside)
            lid = upper + pose.lids * (lower - upper)
            top = upper - BROW_GAP * np.sqrt(bow)
            drawn = (np.abs(across) < 1) & (self._y > top) & (self._y < lid)
            grid_y = np.where(drawn, top + (self._y - top) * (upper - top) / np.maximum(lid - top, 0.1), grid_y)
        left, right, corner_y, upper_y, lower_y = MOUTH
        across = (self._x - (left + right) / 2) / ((right - left) / 2)
        bow = np.clip(1 - across**2, 0, 1)
        upper, lower = corner_y + (upper_y - corner_y) * bow, corner_y + (lower_y - corner_y) * bow
        gap = pose.mouth * (lower - upper)
        above, below = upper + 0.3 * gap, lower - 0.7 * gap
        wide = np.abs(across) < 1
        grid_y = np.where(
            wide & (self._y > NOSE_Y) & (self._y <= above),
            NOSE_Y + (self._y - NOSE_Y) * (upper - NOSE_Y) / (above - NOSE_Y), grid_y,
        )  # fmt: skip
        grid_y = np.where(
            wide & (self._y >= below) & (self._y < CHIN_Y),
            CHIN_Y - (CHIN_Y - self._y) * (CHIN_Y - lower) / (CHIN_Y - below), grid_y,
        )  # fmt: skip
        shift_x, shift_y = (np.asarray(d, np.float32) for d in (grid_x - self._x, grid_y - self._y))
        return x + _look_up(shift_x, x, y), y + _look_up(shift_y, x, y)

    def _behind(self) -> Cutout:
        """What a turned chin uncovers, the neck in its shade and the black collar round it; ``self.size`` large."""
        collar, neck = np.zeros_like(self._cut.alpha), np.zeros_like(self._cut.alpha)
        for shape, outline in (
            (collar, [(177, 156), (207, 157), (246, 172), (255, 186), (262, 240), (178, 240)]),
            (neck, [(206, 130), (246, 130), (245, 178), (207, 180)]),
        ):
            cv2.fillPoly(shape, [np.array(outline, np.int32)], [1.0])
        collar, neck = cv2.GaussianBlur(collar, (0, 0), 1), cv2.GaussianBlur(neck, (0, 0), 2)
        roundness = np.clip(1 - 0.5 * ((self._x - 226) / 24) ** 2, 0.3, 1)[..., None]
        rgb = over(np.full_like(self._cut.rgb, 7), np.array([168, 122, 96], np.float32) * roundness, neck)
        rgb = np.asarray(cv2.remap(rgb, self._to_x, self._to_y, cv2.INTER_LINEAR), np.float32)
        return Cutout(rgb, _look_up(np.asarray(np.maximum(collar, neck), np.float32), self._to_x, self._to_y))


def _look_up(plane: Plane, x: Plane, y: Plane) -> Plane:
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _turn(x: Plane, y: Plane, height: Plane, turns: Plane, pose: Pose) -> tuple[Plane, Plane, Plane]:
    """Where surface points go, and their new height: yaw and pitch about the ears, roll about the neck."""
    yaw, pitch, roll = (np.float32(np.radians(a)) for a in (pose.yaw, pose.pitch, pose.roll))
    u, v = x - np.float32(CENTRE[0]), y - np.float32(CENTRE[1])
    u, depth = np.cos(yaw) * u + np.sin(yaw) * height, np.cos(yaw) * height - np.sin(yaw) * u
    v, depth = np.cos(pitch) * v + np.sin(pitch) * depth, np.cos(pitch) * depth - np.sin(pitch) * v
    v += np.float32(CENTRE[1] - NECK_Y)
    u, v = np.cos(roll) * u - np.sin(roll) * v, np.sin(roll) * u + np.cos(roll) * v
    return x + (u + np.float32(CENTRE[0]) - x) * turns, y + (v + np.float32(NECK_Y) - y) * turns, depth


def _fill_pinholes(x: Plane, y: Plane, nothing: np.float32) -> tuple[Plane, Plane]:
    """Give pixels that no point hit, but most neighbours did, the mean of those."""
    hit = (x != nothing).astype(np.float32)
    kernel = np.ones((3, 3), np.float32)
    neighbours = cv2.filter2D(hit, -1, kernel)
    hole = (hit == 0) & (neighbours >= 5)
    x, y = (np.where(hole, cv2.filter2D(p * hit, -1, kernel) / np.maximum(neighbours, 1), p) for p in (x, y))
    return x, y


def _relief(x: Plane, y: Plane) -> Plane:
    """Height of the head towards the camera: a thin-plate spline through RELIEF, 0 at the silhouette."""
    around = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    (x0, y0), (radius_x, radius_y) = CENTRE, HEAD_RADII
    rim = np.stack([x0 + radius_x * np.cos(around), y0 + radius_y * np.sin(around), 0 * around], 1)
    knots = np.concatenate([RELIEF, rim])

    def kernel(px: NDArray[np.float64], py: NDArray[np.float64]) -> NDArray[np.float64]:
        squared = (px[..., None] - knots[:, 0]) ** 2 + (py[..., None] - knots[:, 1]) ** 2
        return np.asarray(squared * np.log(squared + 1e-9), np.float64)

    count = len(knots)
    linear = np.concatenate([knots[:, :2], np.ones((count, 1))], 1)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = kernel(knots[:, 0], knots[:, 1]) + 30.0 * np.eye(count)  # a little smoothing
    system[:count, count:], system[count:, :count] = linear, linear.T
    weights = np.linalg.solve(system, np.concatenate([knots[:, 2], np.zeros(3)]))
    height = kernel(x.astype(float), y.astype(float)) @ weights[:count]
    height += x * weights[count] + y * weights[count + 1] + weights[count + 2]
    outside = ((x - x0) / radius_x) ** 2 + ((y - y0) / radius_y) ** 2 >= 1
    return np.asarray(cv2.GaussianBlur(np.where(outside, 0, height.clip(0)), (0, 0), 3), np.float32)


# ---------------------------------------------------------------- photographs
VISITOR_OUTLINE: Points = [
    (148, 110), (160, 20), (250, 10), (345, 30), (375, 90), (385, 170), (375, 300), (340, 318), (410, 348), (478, 378),
    (500, 405), (511, 480), (511, 599), (10, 599), (24, 480), (38, 412), (60, 385), (120, 358), (185, 330), (196, 318),
    (165, 300), (145, 220),
]  # fmt: skip
VISITOR_INNER: list[Points] = [
    [
        (165, 110), (180, 60), (230, 35), (330, 45), (365, 110), (370, 200), (345, 270), (270, 330), (190, 270),
        (158, 200),
    ],
    [(200, 335), (260, 320), (330, 325), (450, 378), (488, 420), (500, 599), (20, 599), (45, 410), (100, 375)],
]  # fmt: skip


def candidate_photograph() -> NDArray[np.uint8]:
    """Eileen Collins, by NASA, as scikit-image carries it."""
    return np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call] # scikit-image has no types


def visitor() -> Cutout:
    """Grace Hopper, by the US Navy, as matplotlib carries it; cut out."""
    photograph = PIL.Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg")
    sharp = cut_out(np.array(photograph.convert("RGB")), VISITOR_OUTLINE, VISITOR_INNER)
    # Further from the lens and from the window than the candidate.
    rgb, alpha = cv2.GaussianBlur(sharp.rgb, (0, 0), 1.6) * 0.9, cv2.GaussianBlur(sharp.alpha, (0, 0), 1.2)
    return Cutout(np.asarray(rgb, np.float32), np.asarray(alpha, np.float32))
