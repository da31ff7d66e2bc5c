"""`proctor rescore`: another policy over saved observations. No video, no models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.cohorts import leave, redo_cohort, refuse_for_one, tell_cohort
from proctor_cli.cli.documents import PARTIAL, tell
from proctor_cli.cli.options import WorkersOption


def rescore(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `proctor analyze` or `proctor batch` wrote.")
    ],
    policy: Annotated[str | None, typer.Option("--policy", help="A policy file, or default, strict, lenient.")] = None,
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
    workers: WorkersOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on stdout at the end.")] = False,
) -> None:
    """Judge a finished session, or all of a batch, again with another policy, and rewrite events and reports."""
    from proctor_cli.policy import load
    from proctor_cli.report.page import check_language
    from proctor_cli.store import CohortFolder, SessionFolder

    check_language(language)
    rules = load(policy)
    cohort = CohortFolder(folder)
    if cohort.exists():
        redone = redo_cohort(cohort, rules, language=language, page=language, workers=workers)
        tell_cohort(cohort, redone, as_json=as_json)
        leave(redone.sessions)
        return
    refuse_for_one({"--workers": workers})
    from proctor_cli.batch.documents import write_documents
    from proctor_cli.session.judge import judge_folder

    session = SessionFolder(folder)
    result = judge_folder(session, rules, analysed_at=datetime.now(UTC).isoformat(timespec="seconds"))
    session.write_session(result)
    write_documents(session, result, language=language)
    tell(session, result, as_json=as_json)
    if result.partial:
        raise typer.Exit(PARTIAL)
