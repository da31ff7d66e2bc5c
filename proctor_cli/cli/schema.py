"""`proctor schema`: what the documents that proctor writes and reads look like."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            help="evaluation, events, frame, observations, policy, review, session, summary; without it: a list."
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of a document (for observations: of one line)."""
    from proctor_cli.report.schema import SCHEMAS, make_schema

    if name is None:
        typer.echo("\n".join(SCHEMAS))
    else:
        typer.echo(json.dumps(make_schema(name), indent=2, ensure_ascii=False))
