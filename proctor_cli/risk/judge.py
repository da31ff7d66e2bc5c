"""From a session's observations to all that the rules say about it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from operator import attrgetter

from proctor_cli.policy import Policy
from proctor_cli.risk.assessed import find_not_assessed
from proctor_cli.risk.corroborate import Corroborator
from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.risk.derive import derive
from proctor_cli.risk.engine import RiskMeter
from proctor_cli.risk.review import doubt_exam, doubt_looks, prioritise
from proctor_cli.risk.rules import Rulebook
from proctor_cli.risk.screen import Notes
from proctor_cli.risk.strips import StripCollector
from proctor_cli.risk.voice import tell_missing_sound
from proctor_cli.risk.watch import Mark
from proctor_cli.types import Incident, Judgement, Observation, Recording, RiskTimeline, Sample


def judge(recording: Recording, observations: Iterable[Observation], policy: Policy) -> Judgement:
    """Apply ``policy`` to a finished session.

    Args:
        recording: what is known about it: its length, its clips, which detectors did not run.
        observations: everything measured, in order of time; read once and not kept.
        policy: the rules. Signals it names that nobody measured are reported as not assessed.

    Raises:
        ValueError: the observations are not in order of time.
    """
    start_s, now_s = 0.0, -inf
    rulebook, coverage = Rulebook(policy), CoverageMeter(policy.timing.hold_s)
    corroborator, strips = Corroborator(policy.timing), StripCollector(policy)
    marks: list[Mark] = []
    focus: list[Sample] = []
    notes = Notes(keep_texts=recording.screen_text_kept)
    known = tell_missing_sound(recording, policy)
    derived = derive(observations, policy, recording.exam_names, notes)
    for observation in heapq.merge(known, derived, key=attrgetter("t_s")):
        if observation.t_s < now_s:
            raise ValueError(f"observation at {observation.t_s} s after one at {now_s} s")
        now_s = observation.t_s
        start_s = min(start_s, now_s)
        coverage.push(observation)
        corroborator.push(observation)
        strips.push(observation)
        marks += rulebook.push(observation)
        if "focus.score" in observation.values:
            focus.append(Sample(observation.t_s, observation.values["focus.score"]))
    end_s = max(recording.duration_s, now_s)
    marks += rulebook.flush(end_s)
    incidents, timeline = _settle(marks, policy, start_s, end_s)
    critical, would_end_s = _count_alerts(marks, incidents, policy)
    expected = [(spec.source, signal) for spec in recording.detectors for signal in spec.signals]
    # What runs only when it is chosen was not expected.
    lacking = [detector for detector in recording.missing if detector.lacks != "choice"]
    expected += [("webcam", signal) for detector in lacking for signal in detector.signals]
    span_start_s, span_end_s = recording.span or (0.0, end_s)
    span_end_s = min(span_end_s, end_s)
    not_assessed = find_not_assessed(recording, policy, coverage)
    exam_on_screen = notes.tell_exam(recording.exam_names)
    doubts = (*doubt_exam(exam_on_screen), *doubt_looks(recording.detectors, policy))
    priority, reasons = prioritise(policy, timeline, critical, len(not_assessed), recording.findings, doubts)
    return Judgement(
        incidents=incidents,
        timeline=timeline,
        focus=tuple(focus),
        coverage=coverage.finish(span_end_s, expected, span_start_s),
        not_assessed=not_assessed,
        trust_score=max(0.0, 100.0 - sum(score.points for score in timeline.scores)),
        priority=priority,
        reasons=reasons,
        critical_alerts=len(critical),
        would_end_s=would_end_s,
        texts=notes.list_texts(end_s),
        exam_on_screen=exam_on_screen,
        corroborations=corroborator.finish(start_s, end_s),
        strips=strips.finish(span_end_s),
    )


def _settle(
    marks: Sequence[Mark], policy: Policy, start_s: float, end_s: float
) -> tuple[tuple[Incident, ...], RiskTimeline]:
    """Incidents in order of their start, and the risk, whose scores point into them."""
    meter = RiskMeter(policy.risk.decay_per_s, start_s)
    ended: list[tuple[float, int, Incident]] = []
    for mark in marks:
        meter.push(mark)
        if mark.incident is not None:
            ended.append((mark.incident.start_s, mark.number, mark.incident))
    ended.sort(key=lambda entry: entry[:2])
    place = {number: index for index, (_, number, _) in enumerate(ended)}
    timeline = meter.finish(end_s)
    scores = tuple(replace(score, incident=place[score.incident]) for score in timeline.scores)
    return tuple(incident for _, _, incident in ended), replace(timeline, scores=scores)


def _count_alerts(
    marks: Sequence[Mark], incidents: Sequence[Incident], policy: Policy
) -> tuple[tuple[Incident, ...], float | None]:
    """Incidents with a critical alert (one each, at their first score), and when there were too many of them."""
    alerts_s: dict[int, float] = {}
    for mark in marks:
        if mark.what == "scores" and mark.rule.severity == "critical":
            alerts_s.setdefault(mark.number, mark.t_s)
    times_s, limit = sorted(alerts_s.values()), policy.risk.critical_alert_limit
    critical = tuple(i for i in incidents if i.alerted and i.severity == "critical")
    return critical, times_s[limit - 1] if len(times_s) >= limit else None
