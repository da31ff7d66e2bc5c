"""Geometry of the report's graphs: everything in fractions of the session, so that it scales without scripts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from proctor_cli.types import Incident, RiskTimeline, Sample, SessionResult, Severity, State, Strip

WIDTH = 1000.0  # of every view box; heights are 100
HEIGHT = 100.0

_SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info", "quality")
_LEVELS: Mapping[State, float] = {"silent": 0.15, "exam": 0.3, "sound": 0.5, "other": 1.0, "speech": 1.0}
"""How high a state stands in its strip, so that states are told apart without colours too."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The session clock from ``begin_s`` to ``end_s``, ``begin_s < end_s``."""

    begin_s: float
    end_s: float

    def place(self, t_s: float) -> float:
        """Where ``t_s`` lies: 0 is the beginning, 1 the end, never outside."""
        return min(1.0, max(0.0, (t_s - self.begin_s) / (self.end_s - self.begin_s)))


@dataclass(frozen=True, slots=True)
class RiskGraph:
    """Filled outlines in a WIDTH x HEIGHT box; ``top`` is the risk at its upper edge, points."""

    permanent: str
    total: str
    top: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One incident in its lane; ``index`` is its place in ``Judgement.incidents``."""

    index: int
    left_percent: float
    width_percent: float


@dataclass(frozen=True, slots=True)
class Lane:
    """All incidents of one event; ``total_s`` is the time they cover, overlaps counted once."""

    event: str
    severity: Severity
    total_s: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """What a source showed over time, in a WIDTH x HEIGHT box: an outline for each state that occurs, highest first.

    Of what is "unknown" it is a line through the middle. ``totals_s`` is for how long each state lasted.
    """

    signal: str
    shapes: Mapping[State, str]
    totals_s: Mapping[State, float]


def make_axis(result: SessionResult) -> Axis:
    """The stretch of session clock that any recording covers; a screen recording may begin before 0."""
    begin_s = min([0.0, *(clip.offset_s for clip in result.recording.clips)])
    end_s = max([result.recording.duration_s, *(i.end_s for i in result.judgement.incidents)])
    return Axis(begin_s, max(end_s, begin_s + 1.0))


def draw_risk(timeline: RiskTimeline, axis: Axis) -> RiskGraph:
    """Permanent risk as one area, and all risk as the area around it."""
    top = round_up(timeline.peak)
    permanent = [(axis.place(k.t_s), k.permanent / top) for k in timeline.knots]
    total = [(axis.place(k.t_s), (k.permanent + k.temporary) / top) for k in timeline.knots]
    # The permanent part is constant between knots, so its line goes right first, then up.
    stepped = [p for here, there in pairwise(permanent) for p in (here, (there[0], here[1]))]
    return RiskGraph(_area([*stepped, *permanent[-1:]]), _area(total), top)


def draw_focus(samples: Sequence[Sample], axis: Axis) -> str:
    """The focus score (0-100) as a line with gaps where it was not measured."""
    runs = groupby(samples, key=lambda sample: sample.value is None)
    lines = [
        [(axis.place(s.t_s), s.value / 100.0) for s in run if s.value is not None]
        for unmeasured, run in runs
        if not unmeasured
    ]
    return "".join(f"M{_points([*line, line[-1]])}" for line in lines)


def thin(samples: Sequence[Sample], axis: Axis, columns: int = int(WIDTH)) -> tuple[Sample, ...]:
    """At most the lowest and the highest sample of each column, so that a long session stays a small page.

    A gap shorter than a column disappears; a peak never does.
    """
    if len(samples) <= 2 * columns:
        return tuple(samples)
    kept: list[Sample] = []
    for _, group in groupby(samples, key=lambda sample: int(axis.place(sample.t_s) * columns)):
        column = list(group)
        measured = [sample for sample in column if sample.value is not None]
        if not measured:
            kept.append(column[0])
            continue
        low, high = min(measured, key=_value), max(reversed(measured), key=_value)
        kept += [low] if low is high else [low, high] if low.t_s < high.t_s else [high, low]
    return tuple(kept)


_value = attrgetter("value")


def draw_strip(strip: Strip, axis: Axis) -> Band:
    """A block for each stretch, as high as its state stands."""
    shapes, totals_s = defaultdict[State, str](str), defaultdict[State, float](float)
    for stretch in strip.stretches:
        left, right = axis.place(stretch.start_s) * WIDTH, axis.place(stretch.end_s) * WIDTH
        y = (1.0 - _LEVELS.get(stretch.state, 0.5)) * HEIGHT
        down = f"V{HEIGHT:.0f}H{left:.2f}Z" if stretch.state in _LEVELS else ""
        shapes[stretch.state] += f"M{left:.2f} {y:.0f}H{right:.2f}{down}"
        totals_s[stretch.state] += stretch.end_s - stretch.start_s
    order = sorted(shapes, key=lambda state: -_LEVELS.get(state, 0.0))
    return Band(strip.signal, {state: shapes[state] for state in order}, {state: totals_s[state] for state in order})


def lay_lanes(incidents: Sequence[Incident], axis: Axis) -> tuple[Lane, ...]:
    """One lane per event: the most severe first, then the one that lasted longest; quality last."""
    events: dict[str, list[int]] = {}
    for index, incident in enumerate(incidents):
        events.setdefault(incident.event, []).append(index)
    lanes = []
    for event, indices in events.items():
        members = [incidents[index] for index in indices]
        severity = min((i.severity for i in members), key=_SEVERITIES.index)
        lanes.append(Lane(event, severity, covered_s(members), tuple(_bars(incidents, indices, axis))))
    return tuple(sorted(lanes, key=lambda lane: (_SEVERITIES.index(lane.severity), -lane.total_s, lane.event)))


def covered_s(incidents: Iterable[Incident]) -> float:
    """Seconds that at least one of ``incidents`` covers."""
    total_s, until_s = 0.0, float("-inf")
    for incident in sorted(incidents, key=lambda i: i.start_s):
        total_s += max(0.0, incident.end_s - max(incident.start_s, until_s))
        until_s = max(until_s, incident.end_s)
    return total_s


def round_up(value: float) -> float:
    """The next of 10, 20, 30, 40, 60, 80, 100, 200, … at or above ``value``: its half is a round number too."""
    step = 10.0
    while True:
        for factor in (1.0, 2.0, 3.0, 4.0, 6.0, 8.0):
            if value <= step * factor:
                return step * factor
        step *= 10.0


def _bars(incidents: Sequence[Incident], indices: Iterable[int], axis: Axis) -> Iterator[Bar]:
    for index in indices:
        left, right = axis.place(incidents[index].start_s), axis.place(incidents[index].end_s)
        yield Bar(index, round(left * 100, 4), round((right - left) * 100, 4))


def _area(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    return f"M{_points([(points[0][0], 0.0), *points, (points[-1][0], 0.0)])}Z"


def _points(points: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{x * WIDTH:.2f} {(1.0 - y) * HEIGHT:.2f}" for x, y in points)
