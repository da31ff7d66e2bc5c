"""What the terminal says of a judged session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from proctor_cli.cli.recordings import describe_start
from proctor_cli.cli.terminal import note

if TYPE_CHECKING:
    from proctor_cli.store import SessionFolder
    from proctor_cli.types import SessionResult


PARTIAL = 5
"""Exit code: the results are written, but a part of a recording could not be analysed."""
_MOST_NAMED = 4
"""Stretches of poor recording that the terminal names; the report has them all."""


def tell(folder: SessionFolder, result: SessionResult, *, as_json: bool) -> None:
    """The outcome on stdout: a few lines, or one line of JSON. What went wrong on the way, on stderr."""
    from proctor_cli.report.formats import clock, number

    judgement = result.judgement
    for problem in result.recording.problems:
        note(f"{problem.where}: {problem.message}")
    scoring = [incident for incident in judgement.incidents if incident.severity != "quality"]
    if as_json:
        line = {
            "schema": "proctor.outcome/1",
            "student_id": result.recording.student_id,
            "folder": str(folder.path),
            "report": str(folder.report),
            "priority": judgement.priority,
            "reasons": judgement.reasons,
            "findings": [finding.message for finding in result.recording.findings],
            "trust_score": judgement.trust_score,
            "risk_peak": round(judgement.timeline.peak, 3),
            "risk_final": round(judgement.timeline.final, 3),
            "incidents": len(scoring),
            "critical_alerts": judgement.critical_alerts,
            "would_end_s": judgement.would_end_s,
            "not_assessed": [item.event for item in judgement.not_assessed],
            "partial": result.partial,
        }
        typer.echo(json.dumps(line))
        return
    typer.echo(f"{result.recording.student_id}: review priority {judgement.priority}")
    for reason in judgement.reasons:
        typer.echo(f"  - {reason}")
    if judgement.would_end_s is not None:
        typer.echo(f"  a live exam would have been ended at {clock(judgement.would_end_s)}")
    counted = f"{len(scoring)} incident" + ("" if len(scoring) == 1 else "s")
    typer.echo(
        f"  {counted}, trust score {number(judgement.trust_score)}, highest risk {number(judgement.timeline.peak)}"
    )
    if result.partial:
        typer.echo(f"  partial: {_tell_partial(result)}")
    poor = [incident for incident in judgement.incidents if incident.severity == "quality"]
    if poor:
        named = [f"{one.event} {clock(one.start_s)}-{clock(one.end_s)}" for one in poor[:_MOST_NAMED]]
        if len(poor) > _MOST_NAMED:
            named.append(f"{len(poor) - _MOST_NAMED} more in the report")
        typer.echo(f"  quality: {', '.join(named)}")
    start = describe_start(result.recording)
    if start is not None:
        typer.echo(f"  {start}")
    exam = judgement.exam_on_screen
    if exam is not None and exam.told_by:
        typer.echo(f"  taken for the exam on the screen: {', '.join(exam.told_by)} ({exam.known_from})")
    apart = sum(told.screen == "contradicts" for told in judgement.corroborations)
    if apart:
        typer.echo(f"  the log and the screen disagree in {apart} place" + ("" if apart == 1 else "s"))
    reasons: dict[str, list[str]] = {}
    for item in judgement.not_assessed:
        reasons.setdefault(f"{item.reason}. {item.remedy}", []).append(item.event)
    for reason, events in reasons.items():
        typer.echo(f"  not assessed: {', '.join(events)}: {reason}")
    typer.echo(f"  report: {folder.report}")


def _tell_partial(result: SessionResult) -> str:
    """What could not be analysed, and what that does to the rest."""
    from proctor_cli.report.formats import file_name
    from proctor_cli.session.judge import PARTIAL_PROBLEMS

    lost = [problem for problem in result.recording.problems if problem.code in PARTIAL_PROBLEMS]
    return "; ".join(f"{file_name(problem.where)}: {problem.message}" for problem in lost)
