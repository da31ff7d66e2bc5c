"""`proctor rescore`: another policy over saved observations. No video, no models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.documents import PARTIAL, tell, write_documents


def rescore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `proctor analyze` wrote.")],
    policy: Annotated[str | None, typer.Option("--policy", help="A policy file, or default, strict, lenient.")] = None,
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on stdout at the end.")] = False,
) -> None:
    """Judge a finished session again with another policy, and rewrite its events and report."""
    from proctor_cli.policy import load
    from proctor_cli.report.page import check_language
    from proctor_cli.session.judge import judge_folder
    from proctor_cli.store import SessionFolder

    check_language(language)
    session = SessionFolder(folder)
    result = judge_folder(session, load(policy), analysed_at=datetime.now(UTC).isoformat(timespec="seconds"))
    session.write_session(result)
    write_documents(session, result, language=language)
    tell(session, result, as_json=as_json)
    if result.partial:
        raise typer.Exit(PARTIAL)
