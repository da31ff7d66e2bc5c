"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class EngineKind(StrEnum):
    """Where the work is done: in processes on this machine, or on a Dask cluster."""

    local = "local"
    dask = "dask"


PolicyOption = Annotated[str | None, typer.Option("--policy", help="A policy file, or default, strict, lenient.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Worker processes (default: as cores and memory allow).")
]
EngineOption = Annotated[
    EngineKind, typer.Option("--engine", help="Where the work is done: on this machine, or on a Dask cluster.")
]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="Address of the Dask scheduler, as in tcp://10.0.0.5:8786.")
]
ModelsOption = Annotated[str, typer.Option("--models", help="The set of networks: default or permissive.")]
ModelOption = Annotated[
    list[str] | None, typer.Option("--model", help="Swap one network, as in objects=yolox_nano. Repeatable.")
]
DeviceOption = Annotated[
    str,
    typer.Option("--device", help="Where networks run: cpu, cuda, gpu (Intel graphics) or auto."),
]
RequireOption = Annotated[
    str, typer.Option("--require", help="Checks without which to stop with exit code 4, as in faces,objects.")
]
DenseOption = Annotated[bool, typer.Option("--dense", help="Every detector, ten times a second: slow, for reference.")]
OfflineOption = Annotated[bool, typer.Option("--offline", envvar="PROCTOR_OFFLINE", help="Never download a network.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One line of JSON on stdout at the end.")]


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


StudentDbOption = Annotated[
    Path | None,
    typer.Option("--student-db", help="Folder with a folder of photos for each student (default: student_db)."),
]
NoIdentityOption = Annotated[bool, typer.Option("--no-identity", help="Compare no faces.")]
BlurOption = Annotated[
    bool, typer.Option("--blur-bystanders/--no-blur-bystanders", help="In snapshots, blur every face but the largest.")
]
KeepEmbeddingsOption = Annotated[
    bool, typer.Option("--keep-embeddings", help="Write what the face was compared with: biometric data.")
]
ScreenTextOption = Annotated[
    bool, typer.Option("--screen-text/--no-screen-text", help="Keep the words read on the screen for searching.")
]
