"""`proctor models export`: Ultralytics weights made into a network that can be chosen by name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.terminal import note
from proctor_cli.errors import UsageError


class Format(StrEnum):
    """What it is exported to."""

    openvino = "openvino"
    onnx = "onnx"


class Role(StrEnum):
    """What an exported network can be for."""

    objects = "objects"
    wearables = "wearables"


def export(
    weights: Annotated[
        Path, typer.Argument(metavar="WEIGHTS.pt", exists=True, dir_okay=False, help="Weights of a YOLO that detects.")
    ],
    name: Annotated[str, typer.Option("--name", help="What to call the network (default: like the file).")] = "",
    role: Annotated[Role, typer.Option("--role", help="What it is for.")] = Role.objects,
    format_: Annotated[Format, typer.Option("--format", help="Which runtime it is for.")] = Format.openvino,
    size_px: Annotated[int, typer.Option("--size", help="Side of the picture it sees, pixels.")] = 640,
    labels: Annotated[
        str, typer.Option("--labels", help="Classes to set before, as in headphones,earbuds,smartwatch.")
    ] = "",
    to: Annotated[
        Path | None, typer.Option("--to", file_okay=False, help="The models folder (default: your own cache).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export of that name.")] = False,
) -> None:
    """Make a network of your own from an Ultralytics .pt file, once, and enter it in your local manifest.

    A .pt file is a pickle, and loading one can run code: take it from where you trust. Only classes of torch and
    Ultralytics are loaded from it; a file that needs others is refused. Nothing is fetched, reported or installed.
    """
    named = [label.strip() for label in labels.split(",")] if labels else []
    if "" in named or len(set(named)) < len(named):
        raise UsageError("names a class twice, or none between two commas", where=f"--labels {labels}")

    from proctor_cli.nets import search_folders
    from proctor_cli.nets.export import export_weights

    done = export_weights(
        weights, name=name, role=role.value, format_=format_.value, size_px=size_px, labels=named, to=to, force=force
    )
    entry = done.entry
    when = "exported into" if done.fresh else "already in"
    typer.echo(f"{entry.name}: {entry.size_bytes / 1e6:.1f} MB, {when} {done.folder}")
    typer.echo(f"  {len(entry.labels)} classes: {', '.join(entry.labels[:8])}{', …' if len(entry.labels) > 8 else ''}")
    typer.echo(f"  choose it with --model {role.value}={entry.name}")
    if done.folder not in search_folders():
        note(f"set PROCTOR_MODELS={done.folder} to have it found there")
