"""`proctor report`: events and report again, from session.json."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.documents import write_documents


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `proctor analyze` wrote.")],
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
) -> None:
    """Rebuild events.csv, events.json and report.html of a finished session."""
    from proctor_cli.report.page import check_language
    from proctor_cli.store import SessionFolder

    check_language(language)
    session = SessionFolder(folder)
    write_documents(session, session.read_session(), language=language)
    typer.echo(session.report)
