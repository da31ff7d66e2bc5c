"""How soon a person should look at a session, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence

from proctor_cli.policy import Policy
from proctor_cli.risk.words import clock, number, plural
from proctor_cli.types import Finding, Incident, Priority, RiskTimeline

_RANKS: tuple[Priority, ...] = ("low", "medium", "high")


def prioritise(
    policy: Policy,
    timeline: RiskTimeline,
    critical: Sequence[Incident],
    not_assessed: int,
    findings: Sequence[Finding] = (),
) -> tuple[Priority, tuple[str, ...]]:
    """The review priority and its reasons, plain sentences without a full stop.

    Args:
        policy: its ``[priority]`` has the figures; reaching one is enough.
        timeline: the session's risk.
        critical: incidents that raised a critical alert.
        not_assessed: how many events could not be judged; no conduct, and it raises no priority, but "nothing was
            found" must never stand there alone.
        findings: what a person must clear up: each is a reason, the first ones, for at least a medium priority.
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
    return _RANKS[rank], (*(finding.message for finding in findings), *reasons)


def _rank(value: float, medium: float, high: float) -> int:
    # The figures are rounded sums: 24.9999999 is 25.
    return (value >= medium - 1e-6) + (value >= high - 1e-6)


def _list_events(incidents: Sequence[Incident]) -> str:
    return ", ".join(dict.fromkeys(incident.event for incident in incidents))
