"""`proctor models`: which networks there are, bringing their files here, checking them, exporting more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from proctor_cli.cli.export import export
from proctor_cli.cli.terminal import fetching_bar
from proctor_cli.errors import ModelError, UsageError

if TYPE_CHECKING:
    from proctor_cli.nets import Entry, Manifest

app = typer.Typer(help="Networks: list, fetch, verify, export.", no_args_is_help=True)

NamesArgument = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Networks by name.")]
SetOption = Annotated[
    str | None, typer.Option("--set", help="Every network of a set: default, permissive, one of your own, or all.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="The result as one line of JSON.")]


class _Row(NamedTuple):
    """One network in `proctor models list`."""

    name: str
    role: str
    family: str
    licence: str
    licence_class: str
    size_bytes: int
    sets: tuple[str, ...]
    state: str
    folder: str


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Show every network: what it is for, its licence and size, the sets that use it, and where it was found."""
    from proctor_cli.nets import load_manifest

    manifest = load_manifest()
    rows = [_row(entry, manifest) for entry in manifest.entries.values()]
    if as_json:
        typer.echo(json.dumps({"models": [row._asdict() for row in rows], "sets": manifest.sets}))
        return
    lines = [("NAME", "ROLE", "LICENCE", "SIZE", "SETS", "FOUND")]
    for row in rows:
        found = row.folder if row.state == "ok" else row.state
        lines.append((row.name, row.role, row.licence, _size(row.size_bytes), ", ".join(row.sets) or "-", found))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@app.command()
def fetch(
    names: NamesArgument = None,
    set_name: SetOption = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", file_okay=False, exists=True, help="Take the files from this folder: no network."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", file_okay=False, help="Put them in this folder, a mirror, not in your own cache."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never download, as with PROCTOR_OFFLINE=1.")] = False,
) -> None:
    """Bring networks to this machine and check each file's SHA-256. What is here already is left alone.

    Without names, the networks of the default set.
    """
    from proctor_cli.nets import fetch, load_manifest

    with fetching_bar() as progress:
        for entry in _selected(load_manifest(), names, set_name):
            fetched = fetch(entry, source=source, to=to, offline=offline, progress=progress)
            when = "fetched into" if fetched.origins else "already in"
            typer.echo(f"{entry.name}: {_size(entry.size_bytes)}, {entry.licence}, {when} {fetched.folder}")
            for origin in fetched.origins:
                typer.echo(f"  from {origin}")


@app.command()
def verify(names: NamesArgument = None, set_name: SetOption = None, as_json: JsonOption = False) -> None:
    """Check every file of the networks against its SHA-256; exit code 4 when one is missing or damaged.

    Without names, the networks of the default set.
    """
    from proctor_cli.nets import inspect, load_manifest

    checked = [(entry.name, file) for entry in _selected(load_manifest(), names, set_name) for file in inspect(entry)]
    bad = [file for _, file in checked if file.state != "ok"]
    if as_json:
        files = [
            {
                "model": name,
                "path": str(file.path),
                "state": file.state,
                "expected_sha256": file.file.sha256,
                "sha256": file.sha256,
            }
            for name, file in checked
        ]
        typer.echo(json.dumps({"ok": not bad, "files": files}))
    else:
        for name, file in checked:
            detail = f"  expected {file.file.sha256}, found {file.sha256}" if file.state == "damaged" else ""
            typer.echo(f"{file.state:7}  {name}  {file.path}{detail}")
    if bad:
        raise ModelError(
            f"{len(bad)} of {len(checked)} files are missing or damaged",
            hint="Run `proctor models fetch`, or set PROCTOR_MODELS to a folder that has them.",
        )


app.command()(export)


def _selected(manifest: Manifest, names: list[str] | None, set_name: str | None) -> list[Entry]:
    if names and set_name:
        raise UsageError("give names or --set, not both", where="proctor models")
    if names:
        return [manifest.entry(name) for name in dict.fromkeys(names)]
    if set_name == "all":
        return list(manifest.entries.values())
    return list(manifest.choose(set_name or "default").values())


def _row(entry: Entry, manifest: Manifest) -> _Row:
    from proctor_cli.nets import inspect

    files = inspect(entry)
    states = {file.state for file in files}
    state = next(state for state in ("damaged", "missing", "ok") if state in states)
    folder = next((str(file.folder) for file in files if file.folder is not None), "")
    sets = manifest.sets_with(entry.name)
    return _Row(
        entry.name, entry.role, entry.family, entry.licence, entry.licence_class, entry.size_bytes, sets, state, folder
    )


def _size(size_bytes: int) -> str:
    if not size_bytes:
        return "unknown"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{size_bytes / 1e3:.0f} kB"
