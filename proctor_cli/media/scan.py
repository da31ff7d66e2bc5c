"""What one pass over a clip's packets found: its times, where decoding may start, what is wrong with it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from proctor_cli.types import ClipInfo, Problem

# Times come back from files rounded to 0.1 ms, and 0.0333 is earlier than a picture at one thirtieth of a second.
_FORGIVEN_S = 1e-4


@dataclass(frozen=True, slots=True)
class Clock:
    """Presentation timestamps of one clip, and seconds from its first picture."""

    time_base: Fraction
    first_pts: int

    def seconds(self, pts: int) -> float:
        """Seconds from the first picture."""
        ticks = pts - self.first_pts
        return ticks * self.time_base.numerator / self.time_base.denominator

    def pts(self, t_s: float) -> int:
        """The last timestamp that is not later than ``t_s`` seconds from the first picture, forgiving 0.1 ms."""
        return self.first_pts + floor((t_s + _FORGIVEN_S) / self.time_base)


@dataclass(frozen=True, slots=True)
class Scan:
    """A probed clip: all that cutting, sampling and snapshots need to know.

    ``pts`` are the timestamps of its pictures, distinct and ascending from the first picture on; a clip without
    timestamps is counted instead (0, 1, 2, ... in units of ``clock.time_base``). ``keyframes`` are those of them at
    which decoding may start: all that is shown later also lies later in the file. ``gaps`` are stretches
    ``(start_s, end_s)``, in seconds from the first picture, from one picture to the next that came unusually late;
    a screen recording that leaves out unchanged pictures has many, and nothing is wrong with it. ``video_index``
    is the place of the video among those of the file.
    """

    info: ClipInfo
    video_index: int
    clock: Clock
    pts: array[int]
    keyframes: tuple[int, ...]
    gaps: tuple[tuple[float, float], ...]
    problems: tuple[Problem, ...]

    def shows(self, pts: int) -> bool:
        """Whether ``pts`` is one of the clip's timestamps, and none that disagrees with the rest."""
        found = bisect_left(self.pts, pts)
        return found < len(self.pts) and self.pts[found] == pts

    @property
    def keyframes_s(self) -> tuple[float, ...]:
        """Where decoding may start, in seconds from the first picture."""
        return tuple(self.clock.seconds(pts) for pts in self.keyframes)
