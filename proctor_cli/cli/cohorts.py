"""A batch as a whole: what the terminal says of it, how the command ends, and looking at all of its sessions again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from proctor_cli.cli.documents import PARTIAL
from proctor_cli.cli.terminal import note
from proctor_cli.errors import InputError, UsageError

if TYPE_CHECKING:
    from proctor_cli.policy import Policy
    from proctor_cli.report.cohort import Cohort, CohortRow
    from proctor_cli.store import CohortFolder

_MOST_NAMED = 10
"""Sessions of high priority that the terminal names; the page has them all."""


def refuse_for_one(options: Mapping[str, object]) -> None:
    """Of one session: what can only be asked of a batch, by the option's name.

    Raises:
        UsageError: one of them is given.
    """
    for name, given in options.items():
        if given:
            hint = "Leave it out: this is no folder that `proctor batch` wrote."
            raise UsageError("is only of use for a batch", where=name, hint=hint)


def redo_cohort(
    folder: CohortFolder, policy: Policy | None, *, language: str | None, page: str, workers: int | None
) -> Cohort:
    """Judge all sessions of a batch again by ``policy``, write their documents in ``language``, and sum up.

    None leaves the judgement, or the documents, as they are; ``page`` is the language of the cohort's page.

    Raises:
        OutputError: the summary cannot be read, or something cannot be written.
    """
    from proctor_cli.batch.cohort import in_order, redo_all, write_cohort
    from proctor_cli.engine.capacity import measure_capacity
    from proctor_cli.engine.local import LocalEngine

    now = datetime.now(UTC).isoformat(timespec="seconds")
    with folder.held(), LocalEngine(measure_capacity(workers).workers) as engine:
        rows = in_order(redo_all(folder, engine, policy=policy, language=language, analysed_at=now))
        return write_cohort(folder, rows, language=page)


def tell_cohort(folder: CohortFolder, cohort: Cohort, *, as_json: bool, kept: int = 0) -> None:
    """The outcome on stdout: a few lines, or one line of JSON. ``kept`` sessions were finished before."""
    failed = [row for row in cohort.sessions if row.status == "failed"]
    if as_json:
        line = {
            "schema": "proctor.batch/1",
            "folder": str(folder.path),
            "index": str(folder.index),
            "summary": str(folder.summary_json),
            "sessions": len(cohort.sessions),
            **cohort.counts,
            "finished_before": kept,
            "failures": [{"student_id": row.student_id, "folder": row.folder, "reason": row.reason} for row in failed],
        }
        typer.echo(json.dumps(line))
        return
    counts = cohort.counts
    told = [f"{counts[name]} {word}" for name, word in (("high", "high"), ("medium", "medium"), ("low", "low"))]
    apart = (("partial", "incomplete"), ("failed", "not analysed"), ("waiting", "waiting"))
    told += [f"{counts[name]} {word}" for name, word in apart if counts[name]]
    typer.echo(f"{_count(len(cohort.sessions))}: {', '.join(told)}{f' ({kept} finished before)' if kept else ''}")
    first = [(row, row.outcome) for row in cohort.sessions if row.outcome and row.outcome.priority == "high"]
    first.sort(key=lambda pair: -pair[1].risk_peak)
    for row, outcome in first[:_MOST_NAMED]:
        typer.echo(f"  high: {row.folder}: {'; '.join(outcome.reasons)}")
    if len(first) > _MOST_NAMED:
        typer.echo(f"  and {len(first) - _MOST_NAMED} more of high priority")
    for row in cohort.sessions:
        if row.outcome and row.outcome.partial:
            typer.echo(f"  incomplete: {row.folder}: {'; '.join(row.outcome.partial)}")
    for row in failed:
        typer.echo(f"  not analysed: {row.folder}: {row.reason}")
    typer.echo(f"  all sessions: {folder.index}")


def leave(rows: Sequence[CohortRow]) -> None:
    """End the command with the code that fits: partial when some sessions are, an error when there is none.

    Raises:
        InputError: no session at all could be analysed.
        typer.Exit: some could not, or only in part.
    """
    found = {row.status for row in rows}
    if found == {"failed"}:
        reasons = {row.reason for row in rows}
        hint = "The reasons are above." if len(reasons) > 1 else f"The reason of all: {reasons.pop()}"
        raise InputError("no session could be analysed", hint=hint)
    if found - {"done"}:
        raise typer.Exit(PARTIAL)


def warn_of_failures(cohort: Cohort) -> None:
    """What could not be analysed, on stderr: for those who read a line of JSON on stdout."""
    for row in cohort.sessions:
        if row.status == "failed":
            note(f"not analysed: {row.folder}: {row.reason}")


def _count(sessions: int) -> str:
    return "1 session" if sessions == 1 else f"{sessions} sessions"
