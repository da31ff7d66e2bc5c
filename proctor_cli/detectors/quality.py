"""Picture quality: how bright, how contrasty, how sharp, and how much it changes.

It measures; whether a picture is "black", "dark", "frozen" or "blurred" is for the policy to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model
from proctor_cli.types import Frame, Observation, Spec

# Sharpness depends on scale: every picture is measured at this width, so that one threshold fits all cameras.
_MEASURED_WIDTH_PX = 320
# In darker pictures a share of the brightness is less than one grey level, and everything is an edge.
_MIN_LUMA = 0.05
# An edge rises by this share of the picture's mean luma from one pixel to the next, after smoothing over _SMOOTH_PX.
_EDGE = 0.03
_SMOOTH_PX = 1.5
# A window behind somebody comes out at 0.97-1; a lit white wall stays below (docs/accuracy.md).
_GLARE = 0.965
# Grey levels: with less contrast than this there is no edge whose sharpness could be measured.
_MIN_SPREAD = 4.0

_DRAWN = {
    "picture.luma": "score",
    "picture.bright": "score",
    "picture.contrast": "score",
    "picture.change": "score",
}
_FILMED = {
    **_DRAWN,
    "picture.sharpness": "ratio",
    "picture.edges": "score",
    "picture.glare": "score",
}


class _Quality:
    """Signals of one source's picture, 0-1; of a screen, whose picture is drawn, only the first four.

    - ``picture.luma``: mean of the luma;
    - ``picture.bright``: its 99th percentile (a dark room still has bright spots, a covered lens has none);
    - ``picture.contrast``: its standard deviation, times 2;
    - ``picture.change``: mean absolute luma difference to the sample before, None when there is none;
    - ``picture.sharpness``: mean absolute Laplacian over the standard deviation of the luma, halved, at 320 px width
      (dividing by the contrast keeps a dim room from looking blurred); None in a picture without contrast;
    - ``picture.edges``: share of the picture, smoothed, in which something is to be seen: noise and a soft shadow have
      none, the blurred picture of a room has; None in a dark picture;
    - ``picture.glare``: share of the picture that is as bright as can be.
    """

    spec: ClassVar[Spec]

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        """No model is needed."""

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Measure each picture. See Detector."""
        filmed = "picture.sharpness" in self.spec.signals
        return [Observation(self.spec.source, frame.t_s, _measure(frame, filmed)) for frame in frames]

    def close(self) -> None:
        """Nothing is held."""


class WebcamQuality(_Quality):
    """Quality of the webcam's picture."""

    spec = Spec(name="webcam_quality", source="webcam", signals=_FILMED, interval_s=0.2)


class ScreenQuality(_Quality):
    """Quality of the screen's picture."""

    spec = Spec(name="screen_quality", source="screen", signals=_DRAWN, interval_s=0.2)


class WorkspaceQuality(_Quality):
    """Quality of a room scan's picture."""

    spec = Spec(name="workspace_quality", source="workspace", signals=_FILMED, interval_s=0.4)


def _measure(frame: Frame, filmed: bool) -> dict[str, float | None]:
    height_px, width_px = frame.rgb.shape[:2]
    scale = min(1.0, _MEASURED_WIDTH_PX / width_px)
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    luma = cv2.cvtColor(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    mean, deviation = (float(value[0][0]) for value in cv2.meanStdDev(luma))
    values: dict[str, float | None] = {
        # The mean of a white picture comes out a hair above 255.
        "picture.luma": min(1.0, mean / 255),
        "picture.bright": _percentile(luma, 0.99) / 255,
        "picture.contrast": min(1.0, deviation * 2 / 255),
        "picture.change": frame.change,
    }
    if filmed:
        laplacian = cv2.Laplacian(luma, cv2.CV_16S)
        values |= {
            "picture.sharpness": float(np.abs(laplacian).mean()) / (2 * deviation)
            if deviation >= _MIN_SPREAD
            else None,
            "picture.edges": _edges(luma, mean) if mean >= 255 * _MIN_LUMA else None,
            "picture.glare": float(np.count_nonzero(luma >= ceil(255 * _GLARE)) / luma.size),
        }
    return values


def _edges(luma: NDArray[np.uint8], mean: float) -> float:
    smooth = cv2.GaussianBlur(luma, (0, 0), _SMOOTH_PX).astype(np.float32)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    return float(np.count_nonzero(cv2.magnitude(across, down) > _EDGE * mean) / luma.size)


def _percentile(luma: NDArray[np.uint8], share: float) -> float:
    """The value under which this share of the pixels lies, between two as numpy does it, but quicker for bytes."""
    ranks = np.cumsum(cv2.calcHist([luma], [0], None, [256], [0, 256]))
    below, rest = divmod(share * (luma.size - 1), 1)
    low, high = np.searchsorted(ranks, (below, min(below + 1, luma.size - 1)), side="right")
    return float(low + (high - low) * rest)
