"""Ultralytics weights (.pt) made into a network of the user's own, ready to be chosen by name.

The work is done in a child process (``conversion.py``): torch and Ultralytics never enter the processes that analyse.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from proctor_cli.errors import ModelError, OutputError, UsageError
from proctor_cli.nets.folders import cache_folder, search_folders
from proctor_cli.nets.local import is_ours, put_entry
from proctor_cli.nets.lookup import find, inspect, sha256_of
from proctor_cli.nets.manifest import LOCAL_NAME, Entry, File, Picture, Runtime, load_manifest
from proctor_cli.nets.network import open_network

Format = Literal["openvino", "onnx"]

_RUNTIMES: dict[Format, Runtime] = {"openvino": "openvino", "onnx": "onnxruntime"}
# Where exported graphs lie in a models folder.
_FOLDER = "exported"
# The coarsest grid of these networks: a picture's side is a multiple of it.
_STRIDE_PX = 32


@dataclass(frozen=True, slots=True)
class Exported:
    """A network that is now in ``folder`` and in its local manifest; ``fresh`` is False when it was there before."""

    entry: Entry
    folder: Path
    fresh: bool


def export_weights(
    weights: Path,
    *,
    name: str = "",
    role: str = "objects",
    format_: Format = "openvino",
    size_px: int = 640,
    labels: Sequence[str] = (),
    to: Path | None = None,
    force: bool = False,
) -> Exported:
    """Export once; the same weights with the same options are only looked up again.

    Args:
        weights: the .pt file. It is a pickle: only classes of torch and Ultralytics are loaded from it.
        name: what to call the network; "": like the file.
        role: what it is for.
        format_: which runtime it is for.
        size_px: side of the picture it sees, a multiple of 32.
        labels: classes to set before, for an open-vocabulary network; (): those that it has.
        to: the models folder; None: the user's cache.
        force: export again, and replace an earlier export of that name.

    Raises:
        UsageError: the name or the size cannot be used, or the name is taken.
        ModelError: the weights cannot be read, loaded or exported, or what came out is not a network of this family.
        OutputError: the folder cannot be written.
    """
    if size_px < _STRIDE_PX or size_px % _STRIDE_PX:
        raise UsageError(f"must be a multiple of {_STRIDE_PX}", where=f"--size {size_px}", hint="640 is usual.")
    called = name or re.sub(r"[^A-Za-z0-9_-]+", "_", weights.stem).strip("_")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", called):
        raise UsageError("must be of letters, digits, - and _", where=f"--name {called}", hint="Choose another.")
    folder = cache_folder() if to is None else to
    sha256 = sha256_of(weights)
    options = json.dumps([sha256, format_, size_px, list(labels)])
    home = f"{_FOLDER}/{called}-{hashlib.sha256(options.encode()).hexdigest()[:12]}"
    before = _entry_before(called, folder)
    if before is not None and not force:
        states = {file.state for file in inspect(before, [folder])}
        if before.role == role and before.files[0].path.startswith(f"{home}/") and states == {"ok"}:
            return Exported(before, folder, fresh=False)
        raise UsageError(
            "another export has that name",
            where=called,
            hint="Choose another with --name, or replace it with --force.",
        )
    with TemporaryDirectory(prefix="proctor-export-") as scratch:
        answer = _convert(weights, Path(scratch), format_, size_px, labels)
        entry = Entry(
            name=called,
            role=role,
            family="yolo",
            about=f"{weights.name}, exported with Ultralytics {answer['ultralytics']}",
            runtime=_RUNTIMES[format_],
            licence="AGPL-3.0",
            licence_class="copyleft",
            note="licence of the weights: as their origin says",
            origin=f"{_printable(weights.resolve())}, SHA-256 {sha256}",
            labels=tuple(answer["labels"]),
            picture=Picture(width_px=size_px, height_px=size_px, colour="rgb", low=0.0, high=1.0),
            files=_lay_out(Path(answer["graph"]), Path(scratch), home, called),
        )
        _try_out(entry, Path(scratch))
        _move_in(Path(scratch) / home, folder / home)
    put_entry(folder / LOCAL_NAME, entry)
    if before is not None and (old := (folder / before.files[0].path).parent) != folder / home:
        shutil.rmtree(old, ignore_errors=True)
    return Exported(entry, folder, fresh=True)


def _entry_before(name: str, folder: Path) -> Entry | None:
    """The earlier export of that name in ``folder``; refuses a name that anything else has."""
    others = [other for other in search_folders() if other != folder]
    ours = is_ours(folder / LOCAL_NAME, name)
    here, elsewhere = load_manifest([folder]).entries, load_manifest(others).entries
    if name in elsewhere or (name in here and not ours):
        raise UsageError("the name is taken", where=name, hint="Choose another with --name.")
    return here[name] if ours else None


def _convert(weights: Path, scratch: Path, format_: Format, size_px: int, labels: Sequence[str]) -> dict[str, Any]:
    request = {
        "weights": str(weights.resolve()),
        "folder": str(scratch),
        "format": format_,
        "size_px": size_px,
        "labels": list(labels),
    }
    done = subprocess.run(
        # It runs where the weights lie, since Ultralytics looks for a text encoder there; -P: not for modules.
        [sys.executable, "-P", "-m", "proctor_cli.nets.conversion"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        errors="replace",
        cwd=weights.resolve().parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads((scratch / "answer.json").read_text("utf-8"))
    except OSError:
        lines = done.stderr.strip().splitlines() or [f"the exporting process ended with {done.returncode}"]
        answer = {"what": f"cannot be exported: {lines[-1]}", "hint": "Is there enough memory?"}
    if "what" in answer:
        raise ModelError(answer["what"], where=str(weights), hint=answer["hint"])
    return answer


def _lay_out(graph: Path, scratch: Path, home: str, name: str) -> tuple[File, ...]:
    """Put the graph's files under ``scratch`` as they will lie in the models folder; the runtime opens the first."""
    (scratch / home).mkdir(parents=True)
    files = []
    for source in (graph, *([graph.with_suffix(".bin")] if graph.suffix == ".xml" else [])):
        path = f"{home}/{name}{source.suffix}"
        target = source.rename(scratch / path)
        files.append(File(path=path, sha256=sha256_of(target), size_bytes=target.stat().st_size))
    return tuple(files)


def _try_out(entry: Entry, folder: Path) -> None:
    """See that it is what `things.py` reads: 4 box sides and a score per class in each column, (1, 4 + classes, n)."""
    network = open_network(find(entry, [folder]))
    assert entry.picture is not None
    side_px = entry.picture.width_px
    outputs = network(np.zeros((1, 3, side_px, side_px), np.float32))
    shapes = [output.shape for output in outputs.values()]
    if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][:2] != (1, 4 + len(entry.labels)):
        raise ModelError(
            f"what comes out of it has the shape {', '.join(map(str, shapes))}, not (1, {4 + len(entry.labels)}, n)",
            where=entry.name,
            hint="Weights from which one half of the head was removed cannot be exported.",
        )


def _move_in(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(source, target)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", where=str(target), hint="Choose another folder with --to."
        ) from error


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode()
