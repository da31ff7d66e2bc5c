"""What a finding does to the review priority."""

from __future__ import annotations

from typing import Any

from proctor_cli.risk import judge
from proctor_cli.types import Finding, Judgement
from tests.unit.risk.cases import policy_of, recording_of, rule, steps

UNKNOWN = Finding("student_unknown", "student S9 is not in the roster")


def judged(points: float, *findings: Finding, severity: str = "warning") -> Judgement:
    observations = steps({1.0: 1.0, 2.0: 0.0, 31.0: 1.0, 32.0: 0.0}, 60.0)
    recording: Any = recording_of(60.0, findings=findings)
    return judge(recording, observations, policy_of(rule(points=points, severity=severity)))


def test_it_asks_for_a_medium_priority_and_is_the_first_reason() -> None:
    assert judged(0.0).priority == "low"
    judgement = judged(0.0, UNKNOWN)
    assert judgement.priority == "medium"
    assert judgement.reasons == (UNKNOWN.message, "nothing that scores was found")


def test_it_lowers_nothing() -> None:
    judgement = judged(1.0, UNKNOWN, severity="critical")
    assert judgement.priority == "high"
    assert judgement.reasons == (UNKNOWN.message, "2 critical alerts (X)")


def test_several_are_several_reasons_and_no_higher_priority() -> None:
    other = Finding("student_mismatch", "the name differs")
    judgement = judged(0.0, UNKNOWN, other)
    assert (judgement.priority, judgement.reasons[:2]) == ("medium", (UNKNOWN.message, other.message))


def test_it_adds_no_points() -> None:
    with_it, without = judged(5.0, UNKNOWN), judged(5.0)
    assert with_it.timeline == without.timeline
    assert with_it.trust_score == without.trust_score
