"""Many sessions at once: summary.csv and summary.json, one row per session; cohort_page.py shows the same.

Neither holds a time of writing or how long anything took, so the same work gives the same bytes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Literal

import msgspec

from proctor_cli import __version__
from proctor_cli.errors import OutputError
from proctor_cli.report.graphs import covered_s
from proctor_cli.report.output import write_whole
from proctor_cli.report.rows import DECIMALS, tidy
from proctor_cli.report.tables import defuse
from proctor_cli.types import Incident, Priority, SessionResult, Severity

Status = Literal["done", "partial", "failed", "waiting"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info", "quality")
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often an event was reported in a session, how long in all, the points that it added, its gravest severity."""

    incidents: int
    covered_s: float
    points: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of one session.

    ``severities`` and ``events`` count incidents. ``measured`` is the share of the session in which what is looked for
    could be measured, over all families of signals, 0-1; None when nothing is looked for. ``flagged_s`` is for how long
    anything that concerns conduct went on. ``findings``, ``partial`` and ``not_assessed`` as in the session's own
    files; ``recordings`` are the SHA-256 of its recordings.
    """

    priority: Priority
    reasons: tuple[str, ...]
    risk_peak: float
    risk_final: float
    trust_score: float
    critical_alerts: int
    would_end_s: float | None
    duration_s: float
    flagged_s: float
    measured: float | None
    severities: Mapping[Severity, int]
    events: Mapping[str, EventCount]
    not_assessed: tuple[str, ...]
    findings: tuple[str, ...]
    partial: tuple[str, ...]
    recordings: tuple[str, ...]
    policy_name: str
    policy_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """One session of a cohort.

    ``folder`` is its folder and ``report`` its report page, both relative to the summary, "" where there is none.
    ``outcome`` is None while it has none; ``reason`` then says why.
    """

    student_id: str
    name: str = ""
    course: str = ""
    status: Status
    reason: str = ""
    folder: str
    report: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """summary.json: the sessions in the order in which they were given."""

    schema: Literal["proctor.summary/1"]
    proctor_version: str
    counts: Mapping[str, int]
    sessions: tuple[CohortRow, ...] = field(default=())


def gather(rows: Iterable[CohortRow]) -> Cohort:
    """A cohort of these sessions: by status and review priority they are counted."""
    sessions = tuple(rows)
    told: Counter[str] = Counter(row.status for row in sessions)
    told.update(row.outcome.priority for row in sessions if row.outcome)
    names = ("done", "partial", "failed", "waiting", "high", "medium", "low")
    return Cohort("proctor.summary/1", __version__, {name: told[name] for name in names}, sessions)


def sum_up(result: SessionResult, partial: Collection[str]) -> Outcome:
    """What stands in a cohort's row of a session.

    Args:
        result: the finished session.
        partial: what of it could not be analysed, in words.
    """
    judgement, recording = result.judgement, result.recording
    incidents = judgement.incidents
    conduct = [one for one in incidents if one.severity != "quality" and one.source != "workspace"]
    total_s = sum(coverage.total_s for coverage in judgement.coverage)
    measured_s = sum(coverage.measured_s for coverage in judgement.coverage)
    severities = Counter(one.severity for one in incidents)
    return Outcome(
        priority=judgement.priority,
        reasons=judgement.reasons,
        risk_peak=tidy(judgement.timeline.peak),
        risk_final=tidy(judgement.timeline.final),
        trust_score=tidy(judgement.trust_score),
        critical_alerts=judgement.critical_alerts,
        would_end_s=None if judgement.would_end_s is None else tidy(judgement.would_end_s),
        duration_s=tidy(recording.duration_s),
        flagged_s=tidy(covered_s(conduct)),
        measured=tidy(measured_s / total_s) if total_s else None,
        severities={name: severities[name] for name in SEVERITIES},
        events={
            event: _count([one for one in incidents if one.event == event])
            for event in sorted({one.event for one in incidents})
        },
        not_assessed=tuple(gap.event for gap in judgement.not_assessed),
        findings=tuple(finding.message for finding in recording.findings),
        partial=tuple(partial),
        recordings=tuple(clip.sha256 for clip in recording.clips),
        policy_name=result.provenance.policy_name,
        policy_sha256=result.provenance.policy_sha256,
    )


def _count(incidents: Sequence[Incident]) -> EventCount:
    return EventCount(
        len(incidents),
        tidy(covered_s(incidents)),
        tidy(sum(one.points for one in incidents)),
        min((one.severity for one in incidents), key=SEVERITIES.index),
    )


def list_events(cohort: Cohort) -> tuple[str, ...]:
    """Every event that was reported in one of the sessions or could not be assessed in one, in alphabetical order."""
    outcomes = [row.outcome for row in cohort.sessions if row.outcome]
    return tuple(sorted({event for one in outcomes for event in (*one.events, *one.not_assessed)}))


def count_of(outcome: Outcome | None, event: str) -> int | None:
    """How many incidents of an event a session has; None when nothing was found and it could not be assessed."""
    if outcome is None:
        return None
    if event in outcome.events:
        return outcome.events[event].incidents
    return None if event in outcome.not_assessed else 0


def find_copies(cohort: Cohort) -> tuple[tuple[CohortRow, ...], ...]:
    """Sessions of different students that share a recording: the same file was handed in twice, or filed wrongly."""
    by_sum: dict[str, dict[int, CohortRow]] = {}
    for number, row in enumerate(cohort.sessions):
        for sha256 in row.outcome.recordings if row.outcome else ():
            by_sum.setdefault(sha256, {})[number] = row
    shared = {tuple(rows) for rows in by_sum.values() if len({row.student_id for row in rows.values()}) > 1}
    return tuple(tuple(cohort.sessions[number] for number in numbers) for numbers in sorted(shared))


# ------------------------------------------------------------ files
COLUMNS = (
    "student_id", "name", "course", "status", "priority", "trust_score", "risk_peak", "risk_final", "critical_alerts",
    "would_end_s", "duration_s", "flagged_s", "measured", "critical", "warning", "info", "quality", "reasons",
    "findings", "not_assessed", "reason", "report", "folder",
)  # fmt: skip
"""Of summary.csv; behind them comes one for each event."""


def write_summary_csv(cohort: Cohort, path: Path) -> Path:
    """Write one line per session: UTF-8, LF, three decimals, empty where nothing is known.

    Behind `COLUMNS` stands a column for each event of `list_events`: how many incidents, empty when not assessed. A
    text cell that a spreadsheet would run as a formula gets an apostrophe in front.

    Raises:
        OutputError: the file cannot be written.
    """
    events = list_events(cohort)
    text = StringIO()
    table = csv.DictWriter(text, [*COLUMNS, *events], restval="", lineterminator="\n")
    table.writeheader()
    for row in cohort.sessions:
        table.writerow({name: _write(value) for name, value in _cells(row, events).items()})
    return write_whole(path, text.getvalue().encode())


def write_summary_json(cohort: Cohort, path: Path) -> Path:
    """Write summary.json (``proctor.summary/1``).

    Raises:
        OutputError: the file cannot be written.
    """
    return write_whole(path, msgspec.json.format(msgspec.json.encode(cohort), indent=1) + b"\n")


def read_summary(path: Path) -> Cohort:
    """Read summary.json.

    Raises:
        OutputError: it is not there, is damaged, or of another version.
    """
    hint = "Run the same `proctor batch` again: finished sessions are not analysed again."
    try:
        return msgspec.json.decode(path.read_bytes(), type=Cohort)
    except OSError as error:
        raise OutputError(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from error
    except msgspec.DecodeError as error:
        raise OutputError(f"damaged, or of another version ({error})", where=str(path), hint=hint) from error


def _write(value: str | float | None) -> str:
    if isinstance(value, str):
        return defuse(value)
    return "" if value is None else f"{value:.{DECIMALS}f}" if isinstance(value, float) else str(value)


def _cells(row: CohortRow, events: Iterable[str]) -> dict[str, str | float | None]:
    """The row's cells by column; those that it lacks are empty."""
    cells: dict[str, str | float | None] = {
        "student_id": row.student_id,
        "name": row.name,
        "course": row.course,
        "status": row.status,
        "reason": row.reason,
        "report": row.report,
        "folder": row.folder,
    }
    outcome = row.outcome
    if outcome is None:
        return cells
    figures = ("priority", "trust_score", "risk_peak", "risk_final", "critical_alerts", "would_end_s", "duration_s",
               "flagged_s", "measured")  # fmt: skip
    return {
        **cells,
        **{name: getattr(outcome, name) for name in figures},
        **{str(name): count for name, count in outcome.severities.items()},
        "reason": row.reason or "; ".join(outcome.partial),
        "reasons": "; ".join(outcome.reasons),
        "findings": "; ".join(outcome.findings),
        "not_assessed": " ".join(outcome.not_assessed),
        **{event: count_of(outcome, event) for event in events},
    }
