"""`proctor policy`: showing, checking and comparing policies."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from proctor_cli.cli.values import known_signals

app = typer.Typer(help="Policies: show, validate, compare.", no_args_is_help=True)

_NAME = "A TOML file, or the name of a shipped policy (default, strict, lenient)."
PolicyArgument = Annotated[str, typer.Argument(metavar="POLICY", help=_NAME)]
JsonOption = Annotated[bool, typer.Option("--json", help="The result as one line of JSON.")]


@app.command()
def show(
    policy: PolicyArgument = "default",
    full: Annotated[bool, typer.Option("--full", help="Every value, inherited ones too, without comments.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a policy: its file with all comments, ready to be copied and changed."""
    from proctor_cli.policy import load, write
    from proctor_cli.policy import show as show_text

    loaded = load(policy)
    if as_json:
        typer.echo(json.dumps({"sha256": loaded.sha256, **loaded.model_dump()}))
    else:
        typer.echo(write(loaded) if full else show_text(loaded), nl=False)


@app.command()
def validate(policy: PolicyArgument, as_json: JsonOption = False) -> None:
    """Check a policy; every mistake is reported at once, with its key, and the exit code is 2."""
    from proctor_cli.policy import load, validate_signals

    loaded = load(policy)
    validate_signals(loaded, known_signals())
    rules = len(loaded.enabled_rules)
    if as_json:
        typer.echo(json.dumps({"valid": True, "name": loaded.name, "rules": rules, "sha256": loaded.sha256}))
    else:
        typer.echo(f'{policy}: valid: policy "{loaded.name}", {rules} rules, SHA-256 {loaded.sha256}')


@app.command()
def diff(before: PolicyArgument, after: PolicyArgument, as_json: JsonOption = False) -> None:
    """List what changes from one policy to another, one key per line."""
    from proctor_cli.policy import diff as find_changes
    from proctor_cli.policy import load

    changes = find_changes(load(before), load(after))
    if as_json:
        rows = [{"key": change.key, "before": change.before, "after": change.after} for change in changes]
        typer.echo(json.dumps({"changes": rows}))
        return
    for change in changes:
        typer.echo(f"{change.key}: {change.before or 'not there'} -> {change.after or 'not there'}")
    if not changes:
        typer.echo("no difference")
