"""The mark that says of what work a session's folder holds the whole result: written last, removed first.

Without it a folder is unfinished, whatever lies in it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import msgspec

from proctor_cli.store.folder import SessionFolder, replaced

_NAME = ".finished.json"


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file that the work was done with, as it was then. ``path`` leads there from the folder.

    ``size_bytes`` and ``modified_ns`` are -1 where it could not be looked at; ``sha256`` is "" where it is not known.
    Where it is no file but at an address, ``path`` is what of that may be told, ``address`` a hash of all of it, and
    ``version`` what its storage says that changes when the content does, "" when it does not say.
    """

    path: str
    size_bytes: int
    modified_ns: int
    sha256: str = ""
    address: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was asked for: all that decides what is observed, and what the documents show.

    ``asked`` maps a word for some part of the request ("options", "networks", ...) to a hash of it; ``shown`` says by
    which policy and version and in which language events and report were written.
    """

    schema: Literal["proctor.mark/1"]
    asked: Mapping[str, str]
    shortest_s: Mapping[str, float]
    files: tuple[FileFact, ...]
    shown: tuple[str, ...] = ()


def read_mark(folder: SessionFolder) -> Mark | None:
    """The folder's mark, None where there is none that can be read."""
    try:
        return msgspec.json.decode((folder.path / _NAME).read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None


def write_mark(folder: SessionFolder, mark: Mark) -> None:
    """Mark the folder as finished, once all that was written into it is on the disk.

    Raises:
        OutputError: it cannot be written.
    """
    for path in (folder.observations, folder.session, folder.events_csv, folder.events_json, folder.report):
        _settle(path)
    with replaced(folder.path / _NAME) as out:
        out.write(msgspec.json.encode(mark) + b"\n")


def remove_mark(folder: SessionFolder) -> None:
    """From now on the folder is unfinished."""
    (folder.path / _NAME).unlink(missing_ok=True)


def _settle(path: os.PathLike[str]) -> None:
    """After a power failure a file that was only renamed may be empty."""
    with suppress(FileNotFoundError):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
