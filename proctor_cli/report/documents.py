"""The JSON documents that this room writes, and the one that its report page exports.

Each begins with ``schema``, its name and version. The number rises when a reader would have to change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from proctor_cli.report.rows import Row, list_rows, local_time, tidy
from proctor_cli.types import (
    Coverage,
    Finding,
    ModelUse,
    NotAssessed,
    Priority,
    Problem,
    RiskKnot,
    Sample,
    SessionResult,
    Source,
)


@dataclass(frozen=True, slots=True)
class Start:
    """The wall clock at session time 0, and how it is known."""

    unix_time: float
    local_time: str
    known_from: Literal["start option", "creation time"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome in numbers. ``reasons`` says in words why the review priority is what it is."""

    priority: Priority
    reasons: tuple[str, ...]
    trust_score: float
    risk_final: float
    risk_peak: float
    critical_alerts: int
    would_end_s: float | None


@dataclass(frozen=True, slots=True)
class Input:
    """One recording that was analysed; ``file`` is its name without the folder."""

    source: Source
    file: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What made this document, without the time it was made: the same work gives the same bytes."""

    proctor_version: str
    policy_name: str
    policy_sha256: str
    inputs: tuple[Input, ...]
    models: tuple[ModelUse, ...]
    libraries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """events.json: the log of a session with everything that is needed to plot it."""

    schema: Literal["proctor.events/1"]
    student_id: str
    findings: tuple[Finding, ...] = ()
    session_start: Start | None
    duration_s: float
    partial: bool
    summary: Summary
    rows: tuple[Row, ...]
    risk_history: tuple[RiskKnot, ...]
    focus_history: tuple[Sample, ...]
    coverage: tuple[Coverage, ...]
    not_assessed: tuple[NotAssessed, ...]
    problems: tuple[Problem, ...]
    provenance: Origin


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one incident, which is known by its event, source and exact extent.

    ``open`` with a note is an undecided incident that was commented on.
    """

    event: str
    source: Source
    start_s: float
    end_s: float
    decision: Literal["confirmed", "dismissed", "open"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's decisions, as the report page exports them.

    ``session`` is ``session_key`` of the session that was reviewed; ``exported_at`` is ISO 8601 in UTC.
    """

    schema: Literal["proctor.review/1"]
    student_id: str
    session: str
    policy_sha256: str
    reviewer: str
    exported_at: str
    decisions: tuple[Decision, ...]


def log_events(result: SessionResult) -> EventLog:
    """Build events.json; numbers are rounded to three decimals."""
    recording, judgement = result.recording, result.judgement
    clock = recording.wall_clock
    timeline = judgement.timeline
    return EventLog(
        schema="proctor.events/1",
        student_id=recording.student_id,
        findings=recording.findings,
        session_start=None
        if clock is None
        else Start(
            unix_time=tidy(clock.start_unix_s),
            local_time=local_time(clock, 0.0).isoformat(timespec="milliseconds"),
            known_from=clock.known_from,
        ),
        duration_s=tidy(recording.duration_s),
        partial=result.partial,
        summary=Summary(
            priority=judgement.priority,
            reasons=judgement.reasons,
            trust_score=tidy(judgement.trust_score),
            risk_final=tidy(timeline.final),
            risk_peak=tidy(timeline.peak),
            critical_alerts=judgement.critical_alerts,
            would_end_s=None if judgement.would_end_s is None else tidy(judgement.would_end_s),
        ),
        rows=list_rows(result),
        risk_history=tuple(RiskKnot(tidy(k.t_s), tidy(k.temporary), tidy(k.permanent)) for k in timeline.knots),
        focus_history=tuple(Sample(tidy(s.t_s), None if s.value is None else tidy(s.value)) for s in judgement.focus),
        coverage=tuple(Coverage(c.signal, tidy(c.measured_s), tidy(c.total_s)) for c in judgement.coverage),
        not_assessed=judgement.not_assessed,
        problems=recording.problems,
        provenance=_origin(result),
    )


def session_key(result: SessionResult) -> str:
    """What a review belongs to: the student and the exact recordings, but not the policy.

    So decisions made before a re-scoring still apply to the incidents that it did not change.
    """
    parts = [result.recording.student_id, *(clip.sha256 for clip in result.recording.clips)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _origin(result: SessionResult) -> Origin:
    provenance = result.provenance
    return Origin(
        proctor_version=provenance.proctor_version,
        policy_name=provenance.policy_name,
        policy_sha256=provenance.policy_sha256,
        inputs=tuple(
            Input(clip.source, PurePath(clip.path).name, clip.sha256, clip.size_bytes)
            for clip in result.recording.clips
        ),
        models=provenance.models,
        libraries=dict(sorted(provenance.libraries.items())),
    )
