"""What is measured: pictures, boxes, observations, and what a detector says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proctor_cli.types.recordings import Source

Embedding = tuple[float, ...]
"""A face as a point on a sphere: a vector of length 1, whose product with another's is their cosine similarity."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled rectangle in fractions of the upright frame; ``x0 < x1``, ``y0 < y1``, clipped to 0-1."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str
    score: float

    @property
    def width(self) -> float:
        """Width, fraction of the frame's width."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height, fraction of the frame's height."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Area, fraction of the frame's area."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Face(Box):
    """A face with its landmarks, for detectors that see the same picture later; what is saved is a plain box.

    ``points`` are the two eyes, the tip of the nose and the two corners of the mouth, (x, y) in fractions of the frame,
    of each pair first the one that lies left in an upright face's picture.
    """

    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture.

    ``rgb`` is (height, width, 3) uint8, upright. ``change`` is the mean absolute luma difference (0-1) to the
    sample before it in the same clip, and ``before`` the pixels of that sample; None for the clip's first sample.
    ``boxes`` are what cheaper detectors have already found in this picture (a landmark detector reads the face boxes
    here).
    """

    source: Source
    t_s: float
    rgb: NDArray[np.uint8]
    change: float | None = None
    boxes: tuple[Box, ...] = ()
    before: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        shape = self.rgb.shape
        if len(shape) != 3 or shape[2] != 3 or self.rgb.dtype != "uint8":
            raise ValueError(f"rgb must be (height, width, 3) uint8, got {shape} {self.rgb.dtype}")

    def __repr__(self) -> str:
        height, width = self.rgb.shape[:2]
        return f"Frame({self.source} {self.t_s:.3f} s, {width}x{height}, {len(self.boxes)} boxes)"


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A short stretch of sound: ``samples`` are (n,) float32, mono, -1 to 1, the first of them at ``t_s``."""

    t_s: float
    rate_hz: int
    samples: NDArray[np.float32]

    def __post_init__(self) -> None:
        shape = self.samples.shape
        if len(shape) != 1 or self.samples.dtype != "float32":
            raise ValueError(f"samples must be (n,) float32, got {shape} {self.samples.dtype}")

    def __repr__(self) -> str:
        return f"Sound({self.t_s:.3f} s, {self.samples.size} samples at {self.rate_hz} Hz)"

    @property
    def end_s(self) -> float:
        """Time of the first sample that no longer belongs."""
        return self.t_s + self.samples.size / self.rate_hz


@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured at one moment of one source.

    A key that is absent was not looked for; None means it was looked for and could not be measured; neither
    is ever 0. Keys are signal names, ``family.measure``. ``texts`` are the lines of text that were read at this moment:
    boxes whose labels are the words. ``words`` say, for derived signals, what a value stands for ("screen.forbidden" ->
    the site that is shown).
    """

    source: Source
    t_s: float
    values: Mapping[str, float | None]
    boxes: tuple[Box, ...] = ()
    texts: tuple[Box, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """What a detector is: its name, what it needs, and the signals it measures.

    ``signals`` maps each signal to its unit ("count", "score", "deg", "ratio", "px", …); ``models`` are manifest roles
    (see ``models/manifest.toml``), and ``families`` names, for a role, the families of networks that it can read;
    ``finds`` are the labels of the boxes it gives; ``needs`` is the label of a box (found by another) without which a
    picture is not worth showing to it, "" = every picture. ``interval_s`` is how often it should look, in seconds of
    video, and ``sparse_s`` how long it may look away while nothing changes; 0: never.
    """

    name: str
    source: Source
    signals: Mapping[str, str]
    interval_s: float
    models: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    needs: str = ""
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sparse_s: float = 0.0
