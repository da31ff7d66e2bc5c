"""`proctor report`: events and report again, from session.json; of a cohort, its summary and page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.cohorts import redo_cohort, refuse_for_one, tell_cohort
from proctor_cli.cli.options import WorkersOption


def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `proctor analyze` or `proctor batch` wrote.")
    ],
    each: Annotated[
        bool, typer.Option("--each", help="Of a batch: the documents of each session too, not only the summary.")
    ] = False,
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
    workers: WorkersOption = None,
) -> None:
    """Rebuild events.csv, events.json and report.html of a session, or the summary and index.html of a batch."""
    from proctor_cli.report.page import check_language
    from proctor_cli.store import CohortFolder, SessionFolder

    check_language(language)
    cohort = CohortFolder(folder)
    if cohort.exists():
        redone = redo_cohort(cohort, None, language=language if each else None, page=language, workers=workers)
        tell_cohort(cohort, redone, as_json=False)
        return
    refuse_for_one({"--each": each, "--workers": workers})
    from proctor_cli.batch.documents import write_documents

    session = SessionFolder(folder)
    write_documents(session, session.read_session(), language=language)
    typer.echo(session.report)
