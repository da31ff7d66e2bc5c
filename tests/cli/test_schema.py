from __future__ import annotations

import json

import typer
from typer.testing import CliRunner

from proctor_cli.cli.schema import schema
from proctor_cli.errors import UsageError

app = typer.Typer()
app.command()(schema)
run = CliRunner().invoke


def test_without_a_name_the_documents_are_listed() -> None:
    names = ["embeddings", "evaluation", "events", "frame", "observations", "policy", "review", "session", "summary"]
    assert run(app, []).stdout.split() == names


def test_a_schema_is_printed_as_json() -> None:
    result = run(app, ["events"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["$id"] == "urn:proctor:events:1"


def test_an_unknown_name_is_a_usage_error() -> None:
    assert isinstance(run(app, ["nothing"]).exception, UsageError)
