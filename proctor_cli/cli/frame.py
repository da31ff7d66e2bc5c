"""`proctor frame`: what one picture shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.documents import PARTIAL
from proctor_cli.cli.networks import get_networks
from proctor_cli.cli.options import (
    DeviceOption,
    ModelOption,
    ModelsOption,
    OfflineOption,
    PolicyOption,
    RequireOption,
    split_names,
)
from proctor_cli.cli.terminal import note
from proctor_cli.cli.values import known_signals, read_swaps
from proctor_cli.errors import InputError, UsageError

_STANDARD_INPUT = "-"


def frame(
    pictures: Annotated[
        list[str], typer.Argument(metavar="PICTURE...", help="Pictures; - is one from standard input.")
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", help="A photo of the candidate, an ID card, or a folder of photos. Repeatable."),
    ] = None,
    student_db: Annotated[
        Path | None, typer.Option("--student-db", help="Folder with a folder of photos for each student.")
    ] = None,
    policy: PolicyOption = None,
    models: ModelsOption = "default",
    model: ModelOption = None,
    device: DeviceOption = "cpu",
    require: RequireOption = "",
    offline: OfflineOption = False,
    pretty: Annotated[
        bool, typer.Option("--pretty/--json", help="JSON for people, over many lines; else one line for each picture.")
    ] = False,
) -> None:
    """Look at single pictures: who and what is in them, as JSON, one line for each."""
    if pictures.count(_STANDARD_INPUT) > 1:
        raise UsageError("can only be read once", where=_STANDARD_INPUT, hint="Give it once.")

    from proctor_cli import nets
    from proctor_cli.engine.capacity import measure_capacity
    from proctor_cli.policy import load, validate_signals
    from proctor_cli.report.frame import encode
    from proctor_cli.session.frame import FrameRequest, Viewer, roles_needed
    from proctor_cli.session.references import find_photos, find_students

    rules = load(policy)
    validate_signals(rules, known_signals())
    request = FrameRequest(
        models=nets.load_manifest().choose(models, read_swaps(model or []), nets.choose_device(device)),
        photos=find_photos(reference or []),
        students=find_students(student_db) if student_db else {},
        require=split_names(require),
    )
    get_networks([request.models[role] for role in roles_needed(request) if role in request.models], offline)
    failed = 0
    with Viewer(request, rules, threads=measure_capacity(1).threads(1)) as viewer:
        for warning in viewer.warnings:
            note(warning)
        for picture in pictures:
            try:
                typer.echo(encode(viewer.look(_read(picture), picture), pretty=pretty))
            except InputError as error:
                if len(pictures) == 1:
                    raise
                note(str(error))
                failed += 1
    if failed:
        raise typer.Exit(InputError.exit_code if failed == len(pictures) else PARTIAL)


def _read(picture: str) -> bytes:
    from proctor_cli.media import load_photo

    return sys.stdin.buffer.read() if picture == _STANDARD_INPUT else load_photo(picture)
