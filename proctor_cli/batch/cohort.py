"""What is said of all sessions of a batch together: rows, summary and page; and the same again from saved results."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proctor_cli.batch.documents import write_documents
from proctor_cli.batch.schedule import Ended, explain
from proctor_cli.batch.stages import tell_partial
from proctor_cli.engine import Engine
from proctor_cli.errors import ProctorError
from proctor_cli.policy import Policy
from proctor_cli.report.cohort import (
    Cohort,
    CohortRow,
    Outcome,
    gather,
    read_summary,
    sum_up,
    write_summary_csv,
    write_summary_json,
)
from proctor_cli.report.cohort_page import write_cohort_page
from proctor_cli.session.judge import judge_folder
from proctor_cli.store import CohortFolder, SessionFolder, read_mark
from proctor_cli.types import Student


@dataclass(frozen=True, slots=True)
class Redo:
    """A finished session to be looked at again: judged by ``policy`` if there is one, its documents in ``language``.

    None leaves the judgement, or the documents, as they are.
    """

    folder: str
    policy: Policy | None
    language: str | None
    analysed_at: str


def lay_row(student_id: str, student: Student | None, folder: str) -> CohortRow:
    """The row of a session that has not been analysed yet; ``folder`` is relative to that of the cohort."""
    return CohortRow(
        student_id=student_id,
        name=student.name if student else "",
        course=student.course if student else "",
        status="waiting",
        reason="not analysed yet",
        folder=folder,
    )


def fill_row(row: CohortRow, folder: CohortFolder, outcome: Outcome) -> CohortRow:
    """The row with what came of the session."""
    report = SessionFolder(folder.path / row.folder).report
    return replace(
        row,
        status="partial" if outcome.partial else "done",
        reason="",
        report=Path(os.path.relpath(report, folder.path)).as_posix(),
        outcome=outcome,
    )


def close_row(row: CohortRow, folder: CohortFolder, ended: Ended) -> CohortRow:
    """The row of a session that has ended, in one way or another."""
    if ended.outcome is not None:
        return fill_row(row, folder, ended.outcome)
    return fail_row(row, ended.error)


def fail_row(row: CohortRow, error: ProctorError | None) -> CohortRow:
    """The row of a session that could not be analysed."""
    return replace(row, status="failed", reason=str(error), report="", outcome=None)


def write_cohort(folder: CohortFolder, rows: Iterable[CohortRow], *, language: str) -> Cohort:
    """Write summary.csv, summary.json and index.html.

    Raises:
        OutputError: one of them cannot be written.
    """
    cohort = gather(rows)
    write_summary_csv(cohort, folder.summary_csv)
    write_summary_json(cohort, folder.summary_json)
    write_cohort_page(cohort, folder.index, language=language)
    return cohort


def redo(job: Redo) -> Outcome:
    """Look at a finished session again, in a worker.

    Raises:
        OutputError: its results are missing, damaged, or cannot be written.
    """
    folder = SessionFolder(job.folder)
    if job.policy is None:
        result = folder.read_session()
    else:
        result = judge_folder(folder, job.policy, analysed_at=job.analysed_at)
        folder.write_session(result)
    if job.language is not None:
        write_documents(folder, result, language=job.language)
    return sum_up(result, tell_partial(result))


def redo_all(
    folder: CohortFolder, engine: Engine, *, policy: Policy | None, language: str | None, analysed_at: str
) -> Iterator[tuple[int, CohortRow]]:
    """Look at all sessions of a cohort again; yields each one's place and new row as they come.

    Those that failed stay as they are, whatever an earlier analysis has left in their folders; so do those that have
    not been analysed yet.

    Raises:
        OutputError: the summary cannot be read.
    """
    rows = read_summary(folder.summary_json).sessions
    tickets: dict[int, int] = {}
    for place, row in enumerate(rows):
        session = SessionFolder(folder.path / row.folder)
        if row.status != "failed" and read_mark(session) is not None:
            job = Redo(str(session.path), policy, language, analysed_at)
            tickets[engine.submit(redo, job)] = place
        else:
            yield place, row
    for done in engine.outcomes():
        place = tickets[done.ticket]
        if isinstance(done.result, Outcome):
            yield place, fill_row(rows[place], folder, done.result)
        else:
            yield place, fail_row(rows[place], explain(done.error, rows[place].folder))


def in_order(rows: Iterable[tuple[int, CohortRow]]) -> Sequence[CohortRow]:
    """The rows by their places."""
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]
