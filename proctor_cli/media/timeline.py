"""Where the pictures of a clip lie in time: which timestamps can be trusted, how regular they are, where they pause."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from proctor_cli.media.scan import Clock
from proctor_cli.media.tally import Tally

# Decoders hold back at most 16 pictures (H.264 annex A, HEVC annex A: size of the picture buffer), so a picture follows
# in the file at most 16 others that are shown after it.
_BEYOND_REORDERING = 17

# A gap is longer than both of these.
_GAP_S = 1.0
_GAP_INTERVALS = 5.0

# The rate varies when more than a twentieth of the intervals are over a fifth longer or shorter than the median one:
# rounding to milliseconds stays below that, a phone camera that slows down in the dark does not.
_UNEVEN = 0.2
_UNEVEN_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Timeline:
    """The pictures of a clip in time.

    ``pts`` are (n,) timestamps, distinct and ascending from the first picture on, n >= 1; ``keyframes`` are those at
    which decoding may start. ``interval_s`` is the median time from one picture to the next (0 when there is only
    one), ``pause_s`` what it must exceed to count as a gap; ``varies`` says whether the rate does. ``counted``: the
    file has no timestamps, pictures were counted. ``unshown`` packets lie ahead of the first picture; ``strays``
    are timestamps that disagree with the rest, in file order.
    """

    clock: Clock
    pts: NDArray[np.int64]
    keyframes: tuple[int, ...]
    duration_s: float
    interval_s: float
    pause_s: float
    varies: bool
    counted: bool
    unshown: int
    strays: NDArray[np.int64]

    @property
    def times_s(self) -> NDArray[np.float64]:
        """(n,) seconds from the first picture."""
        ticks = (self.pts - self.clock.first_pts).astype(np.float64)
        return ticks * self.clock.time_base.numerator / self.clock.time_base.denominator

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Stretches (start_s, end_s) from one picture to the next that are longer than ``pause_s``."""
        times_s = self.times_s
        return tuple(
            (float(times_s[i]), float(times_s[i + 1])) for i in np.flatnonzero(np.diff(times_s) > self.pause_s)
        )


def timeline(found: Tally, time_base: Fraction | None, rate_fps: Fraction | None) -> Timeline | None:
    """Put the pictures of a clip in order of time.

    Args:
        found: what the packets say; with a picture.
        time_base: seconds per unit of its timestamps; None when the file does not say.
        rate_fps: the declared rate, for a clip without timestamps.

    Returns:
        None when the clip has neither timestamps nor a declared rate.
    """
    # Fewer distinct timestamps than half the packets are no account of when the pictures were shown.
    if time_base and 2 * np.unique(found.pts).size > found.packets:
        return _timed(found, time_base)
    if not rate_fps:
        return None
    pts = np.arange(found.packets, dtype=np.int64)
    return _timeline(Clock(1 / rate_fps, 0), pts, (0,), last_duration=1, counted=True, unshown=0, strays=pts[:0])


def _timed(found: Tally, time_base: Fraction) -> Timeline:
    trusted = in_order(found.pts)
    pts, durations, keys = found.pts[trusted], found.durations[trusted], found.keys[trusted]
    named = found.picture.pts if found.picture else None
    first = named if named is not None and named in pts else int(pts.min())
    last_duration = int(durations[pts.argmax()])
    # Where timestamps contradict each other one of them may stand for two places, and seeking would find the wrong one.
    later = entries(pts, keys) if trusted.all() else pts[:0]
    keyframes = (first, *(int(pts) for pts in later if pts > first))
    shown = np.unique(pts[pts >= first])
    return _timeline(
        Clock(time_base, first),
        shown,
        keyframes,
        last_duration,
        counted=False,
        unshown=int((pts < first).sum()),
        strays=found.pts[~trusted],
    )


def _timeline(
    clock: Clock,
    pts: NDArray[np.int64],
    keyframes: tuple[int, ...],
    last_duration: int,
    counted: bool,
    unshown: int,
    strays: NDArray[np.int64],
) -> Timeline:
    intervals = np.diff(pts)
    median = float(np.median(intervals)) if intervals.size else 0.0
    interval_s = median * float(clock.time_base)
    return Timeline(
        clock=clock,
        pts=pts,
        keyframes=keyframes,
        duration_s=clock.seconds(int(pts[-1]) + (last_duration or round(median))),
        interval_s=interval_s,
        pause_s=max(_GAP_S, _GAP_INTERVALS * interval_s),
        varies=bool(intervals.size and (np.abs(intervals - median) > _UNEVEN * median).mean() > _UNEVEN_SHARE),
        counted=counted,
        unshown=unshown,
        strays=strays,
    )


def in_order(pts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which timestamps, (n,) in file order, agree with the rest: (n,) bool.

    A timestamp disagrees when it is smaller than one that lies further ahead in the file than codecs reorder
    pictures. In a file whose clock was set back the pictures after that are the odd ones; where one timestamp is
    far too large, all that follow are smaller, and it is the odd one: the reading that leaves out fewer is taken.
    """
    lag = _BEYOND_REORDERING
    late = np.zeros(pts.size, bool)
    early = np.zeros(pts.size, bool)
    if pts.size > lag:
        late[lag:] = pts[lag:] < np.maximum.accumulate(pts)[:-lag]
        early[:-lag] = pts[:-lag] > np.minimum.accumulate(pts[::-1])[::-1][lag:]
    return ~late if late.sum() <= early.sum() else ~early


def entries(pts: NDArray[np.int64], keys: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The keyframes, ascending, from which everything shown later also lies later in the file.

    One whose timestamp another picture has as well is left out: it may be the wrong one of the two (in MPEG-PS many
    pictures have no timestamp of their own, and the one worked out for them can be a little off).

    Args:
        pts: (n,) timestamps in file order.
        keys: (n,) which of them are keyframes.
    """
    highest_before = np.maximum.accumulate(np.concatenate(([np.iinfo(np.int64).min], pts[:-1])))
    values, times = np.unique(pts, return_counts=True)
    return pts[keys & (pts > highest_before) & ~np.isin(pts, values[times > 1])]
