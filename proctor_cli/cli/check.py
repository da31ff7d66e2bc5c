"""`proctor check`: the gate of a pipeline."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.documents import PARTIAL
from proctor_cli.cli.terminal import note
from proctor_cli.errors import OutputError
from proctor_cli.types import Priority

_HIT = 10


_PRIORITIES: dict[str, Priority | None] = {"medium": "medium", "high": "high", "none": None}


class FailOn(StrEnum):
    """The review priority from which the gate closes."""

    medium = "medium"
    high = "high"
    none = "none"


def check(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Session folders, or folders that hold some.")
    ],
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 10 from this review priority on; none: never for that.")
    ] = FailOn.high,
    fail_above: Annotated[
        float | None, typer.Option("--fail-above", min=0, help="Exit with 10 when the highest risk is above this.")
    ] = None,
    require: Annotated[
        str,
        typer.Option("--require", help="Exit with 10 when one of these events was not assessed."),
    ] = "",
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write SARIF 2.1.0 to this file.")] = None,
    github: Annotated[
        bool, typer.Option("--github", envvar="GITHUB_ACTIONS", help="Print annotations for GitHub workflows.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on stdout at the end.")] = False,
) -> None:
    """Exit with code 10 when a session asks for review; the reasons are always printed."""
    from proctor_cli.report.annotations import annotate
    from proctor_cli.report.gate import Gate, GateResult, examine, tell_incident
    from proctor_cli.report.junit import write_junit
    from proctor_cli.report.sarif import write_sarif
    from proctor_cli.store import find_sessions

    gate = Gate(
        _PRIORITIES[fail_on.value], fail_above, tuple(name.strip() for name in require.split(",") if name.strip())
    )
    results: list[GateResult] = []
    lost = _find_lost(folders)
    unreadable = len(lost)
    for session in find_sessions(folders):
        if session.path.resolve() in lost:
            continue
        try:
            result = examine(os.fspath(session.path), session.read_session(), gate)
        except OutputError as error:
            note(str(error))
            unreadable += 1
            continue
        results.append(result)
        if as_json:
            continue
        judgement, student = result.session.judgement, result.session.recording.student_id
        typer.echo(f"{'REVIEW' if result.hit else 'pass'}  {student}  {'; '.join(result.hits or judgement.reasons)}")
        for incident in judgement.incidents if result.hit else ():
            if incident.points:
                typer.echo(f"    {tell_incident(incident, result.session.recording)}")
        if judgement.not_assessed:
            typer.echo(f"    not assessed: {', '.join(gap.event for gap in judgement.not_assessed)}")
        if result.session.partial:
            typer.echo("    partial: a part of the recording could not be analysed")
    if junit:
        write_junit(results, junit, {path.name: reason for path, reason in lost.items()})
    if sarif:
        write_sarif(results, sarif, events_name="events.csv")
    if github and not as_json:
        for line in annotate(results):
            typer.echo(line)
    hits = [result for result in results if result.hit]
    if as_json:
        sessions = [
            {
                "folder": result.folder,
                "student_id": result.session.recording.student_id,
                "hit": result.hit,
                "hits": result.hits,
                "priority": result.session.judgement.priority,
                "findings": [finding.message for finding in result.session.recording.findings],
                "partial": result.session.partial,
                "not_assessed": [gap.event for gap in result.session.judgement.not_assessed],
            }
            for result in results
        ]
        summary = {"schema": "proctor.check/1", "sessions": sessions, "hits": len(hits), "unreadable": unreadable}
        typer.echo(json.dumps(summary))
    if hits:
        raise typer.Exit(_HIT)
    if unreadable or any(result.session.partial for result in results):
        raise typer.Exit(PARTIAL)


def _find_lost(folders: Sequence[Path]) -> dict[Path, str]:
    """Sessions of a batch without results, by their folder, and why: what was not looked at must not pass.

    An earlier analysis may have left something there, of other recordings.
    """
    from proctor_cli.report.cohort import read_summary
    from proctor_cli.store import CohortFolder

    lost = {}
    for cohort in filter(CohortFolder.exists, map(CohortFolder, folders)):
        for row in read_summary(cohort.summary_json).sessions:
            if row.outcome is None:
                lost[(cohort.path / row.folder).resolve()] = row.reason
                note(f"{row.folder}: not analysed: {row.reason}")
    return lost
