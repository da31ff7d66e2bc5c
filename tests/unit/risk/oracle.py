"""An independent answer to "what do these rules say about this series?", for whole series only.

Written from the semantics in the docstring of ``proctor_cli.risk.rules`` with the opposite means: no state
machine, no streaming. Every question is answered by looking at the complete series, again and again, at
whatever cost, and the risk has a closed form instead of a fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from proctor_cli.policy import Policy, Rule
from proctor_cli.types import Observation


@dataclass(frozen=True)
class Point:
    t_s: float
    value: float | None
    score: float | None
    arrival: int
    silence: bool = False  # not a sample: the one before speaks no longer


@dataclass(frozen=True)
class Found:
    """A confirmed condition. ``firm`` are the stretches in which it is known to go on."""

    rule: Rule
    place: int
    start_s: float
    end_s: float
    confirmed_s: float
    confirmed_by: int | None  # arrival of the sample that made it dense enough; None: it was due by time
    peak: float
    peak_s: float
    confidence: float
    firm: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class Scored:
    t_s: float
    found: Found


class Oracle:
    """The answer for ``observations`` (in order of time), ended at ``end_s``."""

    def __init__(self, observations: Sequence[Observation], policy: Policy, end_s: float) -> None:
        self.policy = policy
        self.found = [
            found
            for place, rule in enumerate(policy.enabled_rules)
            for found in find(series(observations, rule, policy.timing.hold_s, end_s), rule, place, policy, end_s)
        ]
        self.scored = list(score(self.found))

    def points(self, found: Found) -> float:
        return sum(found.rule.points for scored in self.scored if scored.found is found)

    def alerted(self, found: Found) -> bool:
        return any(scored.found is found for scored in self.scored)

    def temporary(self, t_s: float) -> float:
        """Closed form: what was added since any past moment, less what has decayed since, at its greatest."""
        added = [
            (s.t_s, s.found.rule.points)
            for s in self.scored
            if s.found.rule.kind == "temporary" and s.found.rule.points and s.t_s <= t_s
        ]
        since = (
            sum(points for at_s, points in added if at_s >= since_s)
            - self.policy.risk.decay_per_s * self._idle_s(since_s, t_s)
            for since_s, _ in added
        )
        return max(0.0, *since, 0.0)

    def permanent(self, t_s: float) -> float:
        return sum(s.found.rule.points for s in self.scored if s.found.rule.kind == "permanent" and s.t_s <= t_s)

    def _idle_s(self, a_s: float, b_s: float) -> float:
        """Time in [a, b) in which nothing that scores is known to go on."""
        busy = sorted(
            (max(start_s, found.confirmed_s, a_s), min(stop_s, b_s))
            for found in self.found
            if found.rule.points
            for start_s, stop_s, _ in found.firm
        )
        idle_s, reached_s = 0.0, a_s
        for start_s, stop_s in busy:
            if stop_s > start_s:
                idle_s += max(0.0, start_s - reached_s)
                reached_s = max(reached_s, stop_s)
        return idle_s + max(0.0, b_s - reached_s)


def series(observations: Sequence[Observation], rule: Rule, hold_s: float, end_s: float) -> list[Point]:
    points = [
        Point(o.t_s, o.values[rule.signal], o.values.get(rule.confidence_signal or ""), arrival)
        for arrival, o in enumerate(observations)
        if o.source == rule.source and rule.signal in o.values
    ]
    if rule.source == "log":
        return points
    out = []
    for i, point in enumerate(points):
        out.append(point)
        next_s = points[i + 1].t_s if i + 1 < len(points) else end_s
        if next_s > point.t_s + hold_s:
            out.append(Point(point.t_s + hold_s, None, None, -1, silence=True))
    return out


def find(points: list[Point], rule: Rule, place: int, policy: Policy, end_s: float) -> Iterable[Found]:
    bridge_s = policy.timing.bridge_s
    active = activity(points, rule, bridge_s)
    on = [i for i in range(len(points)) if active[i]]
    groups: list[list[int]] = []
    for i in on:
        if groups and joined(points, groups[-1][-1], i, bridge_s, rule.merge_gap_s):
            groups[-1].append(i)
        else:
            groups.append([i])
    for group in groups:
        firm = tuple(
            (points[i].t_s, points[i + 1].t_s if i + 1 < len(points) else end_s, points[i].arrival) for i in group
        )
        start_s, end_of_it_s = firm[0][0], firm[-1][1]
        confirmed = confirmation(points, group, firm, rule)
        if confirmed is None:
            continue
        confirmed_s, confirmed_by = confirmed
        extreme = (max if rule.above is not None else min)(value_of(points[i]) for i in group)
        samples = [p for p in points[group[0] : group[-1] + 1] if not p.silence]
        scores = [s for i in group if (s := points[i].score) is not None]
        share = sum(p.value is not None and is_beyond(p.value, rule, rule.threshold) for p in samples) / len(samples)
        yield Found(
            rule=rule,
            place=place,
            start_s=start_s,
            end_s=end_of_it_s,
            confirmed_s=confirmed_s,
            confirmed_by=confirmed_by,
            peak=extreme,
            peak_s=next(points[i].t_s for i in group if points[i].value == extreme),
            confidence=median(scores) if scores else share,
            firm=firm,
        )


def confirmation(
    points: list[Point], group: list[int], firm: tuple[tuple[float, float, int], ...], rule: Rule
) -> tuple[float, int | None] | None:
    """The earliest firm moment at which the condition is both old and dense enough."""
    old_s = first_firm(firm, points[group[0]].t_s + rule.min_duration_s)
    if old_s is None:
        return None
    # At the very moment of a new sample, what is due already happens without it.
    held = any(start_s < old_s <= stop_s for start_s, stop_s, _ in firm)
    before, after = (i for i in group if points[i].t_s < old_s), (i for i in group if points[i].t_s >= old_s)
    first = max(before) if held else min(after)
    if dense(points[group[0] : first + 1], rule):
        return old_s, None
    later = (i for i in group if i > first and dense(points[group[0] : i + 1], rule))
    return next(((points[i].t_s, points[i].arrival) for i in later), None)


def dense(points: list[Point], rule: Rule) -> bool:
    samples = [p for p in points if not p.silence]
    beyond = sum(p.value is not None and is_beyond(p.value, rule, rule.threshold) for p in samples)
    return beyond / len(samples) >= rule.min_share


def activity(points: list[Point], rule: Rule, bridge_s: float) -> list[bool]:
    release = rule.threshold if rule.release is None else rule.release
    active: list[bool] = []
    for i, point in enumerate(points):
        before = next((j for j in range(i - 1, -1, -1) if points[j].value is not None), None)
        going_on = before is not None and active[before]
        if going_on and before is not None and before + 1 < i:
            going_on = point.t_s - points[before + 1].t_s <= bridge_s
        active.append(point.value is not None and is_beyond(point.value, rule, release if going_on else rule.threshold))
    return active


def joined(points: list[Point], i: int, j: int, bridge_s: float, merge_gap_s: float) -> bool:
    between = points[i + 1 : j]
    if not between:
        return True
    gap_s = points[j].t_s - between[0].t_s
    return gap_s < merge_gap_s or (gap_s <= bridge_s and all(p.value is None for p in between))


def score(found: Sequence[Found]) -> Iterable[Scored]:
    """Give the earliest score that is still due, until none is."""
    due: dict[int, float] = {i: f.confirmed_s for i, f in enumerate(found)}
    last_s: dict[str, float] = {}
    while True:
        moments = []
        for i, due_s in due.items():
            rule = found[i].rule
            t_s = first_firm(found[i].firm, max(due_s, last_s.get(rule.event, -inf) + rule.cooldown_s))
            if t_s is not None:
                moments.append((*moment(found[i], t_s), i))
        if not moments:
            return
        t_s, _, _, _, i = min(moments)
        rule = found[i].rule
        yield Scored(t_s, found[i])
        last_s[rule.event] = t_s
        due[i] = t_s + rule.repeat_s if rule.repeat_s else inf


def moment(found: Found, t_s: float) -> tuple[float, int, int, int]:
    """Order of what happens: time; what held until then before what begins; order of arrival; order of rules."""
    if found.confirmed_by is not None and t_s == found.confirmed_s:
        return (t_s, 1, found.confirmed_by, found.place)
    if any(start_s < t_s <= stop_s for start_s, stop_s, _ in found.firm):
        return (t_s, 0, 0, found.place)
    return (t_s, 1, next(arrival for start_s, _, arrival in found.firm if start_s == t_s), found.place)


def first_firm(firm: Iterable[tuple[float, float, int]], due_s: float) -> float | None:
    return next((max(start_s, due_s) for start_s, stop_s, _ in firm if due_s <= stop_s), None)


def is_beyond(value: float, rule: Rule, level: float) -> bool:
    return value > level if rule.above is not None else value < level


def value_of(point: Point) -> float:
    assert point.value is not None
    return point.value
