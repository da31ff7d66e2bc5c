"""How soon a person should look at a session, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proctor_cli.policy import Policy
from proctor_cli.risk.derive import find_inputs
from proctor_cli.risk.words import clock, number, plural
from proctor_cli.types import ExamOnScreen, Finding, Incident, Priority, RiskTimeline, Spec

_LEAST_EXAM = 0.5
"""Of the time in which it could be told: an exam is shown for most of it."""
_RANKS: tuple[Priority, ...] = ("low", "medium", "high")


def prioritise(
    policy: Policy,
    timeline: RiskTimeline,
    critical: Sequence[Incident],
    not_assessed: int,
    findings: Sequence[Finding] = (),
    doubts: Sequence[str] = (),
) -> tuple[Priority, tuple[str, ...]]:
    """The review priority and its reasons, plain sentences without a full stop.

    Args:
        policy: its ``[priority]`` has the figures; reaching one is enough.
        timeline: the session's risk.
        critical: incidents that raised a critical alert.
        not_assessed: how many events could not be judged; no conduct, and it raises no priority, but "nothing was
            found" must never stand there alone.
        findings: what a person must clear up: each is a reason, the first ones, for at least a medium priority.
        doubts: what speaks against the result itself: said with the reasons, and raises nothing.
    """
    figures = policy.priority
    points = sum(score.points for score in timeline.scores)
    top = max(timeline.knots, key=lambda knot: knot.temporary + knot.permanent)
    found = [
        (
            _rank(len(critical), figures.medium_critical_alerts, figures.high_critical_alerts),
            f"{plural(len(critical), 'critical alert')} ({_list_events(critical)})",
        ),
        (
            _rank(timeline.peak, figures.medium_risk, figures.high_risk),
            f"risk reached {number(timeline.peak)} at {clock(top.t_s)}{', before the exam' if top.t_s < 0 else ''}",
        ),
        (
            _rank(points, figures.medium_points, figures.high_points),
            f"{number(points)} points were added in all, in {plural(len(timeline.scores), 'step')}",
        ),
    ]
    rank = max(bool(findings), *(rank for rank, _ in found))
    reasons = [reason for own, reason in sorted(found, key=lambda pair: -pair[0]) if own > 0]
    if not reasons:
        reasons = [found[1][1] + ", below what asks for a review" if points else "nothing that scores was found"]
    if not_assessed:
        unknown = f"{plural(not_assessed, 'check')} could not be assessed"
        reasons.insert(len(reasons) if points else 0, unknown)
    return _RANKS[rank], (*(finding.message for finding in findings), *reasons, *doubts)


def doubt_exam(exam: ExamOnScreen | None) -> tuple[str, ...]:
    """What to say when that which was taken for the exam on the screen can hardly be it."""
    if exam is None:
        return ()
    names = ", ".join(exam.told_by)
    if exam.share is None:
        what = f"looked for: {names}" if names else "no address or title to tell it by was read"
        return (f"nothing on the screen was recognised as the exam ({what}); name it with --exam-title",)
    if exam.known_from == "learned" and exam.share < _LEAST_EXAM:
        seen = f"what was taken for the exam on the screen ({names}) is shown in {exam.share:.0%} of the recording only"
        return (f"{seen}: if it is not the exam, name that with --exam-title",)
    return ()


def doubt_looks(specs: Iterable[Spec], policy: Policy) -> tuple[str, ...]:
    """What to say when what was measured may have been looked at too seldom for a rule with points."""
    missed = dict.fromkeys(
        f"{rule.event} ({number(rule.min_duration_s)} s)"
        for rule in policy.enabled_rules
        for spec in specs
        if rule.points and rule.min_duration_s < spec.sparse_s
        for needed in find_inputs(rule.source, rule.signal)
        if needed[0] == spec.source and needed[1] in spec.signals
    )
    if not missed:
        return ()
    said = f"pictures were looked at for longer rules than {', '.join(missed)}: some of those may be missing"
    return (f"{said}; analyse again with this policy",)


def _rank(value: float, medium: float, high: float) -> int:
    # The figures are rounded sums: 24.9999999 is 25.
    return (value >= medium - 1e-6) + (value >= high - 1e-6)


def _list_events(incidents: Sequence[Incident]) -> str:
    return ", ".join(dict.fromkeys(incident.event for incident in incidents))
