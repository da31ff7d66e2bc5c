"""Files that appear whole or not at all; and addresses in the place of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

# Two letters at least: C:\\exam.mp4 is a file.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_address(path: str) -> bool:
    """Whether ``path`` is an address (https://…, s3://…, file://…) and not a file's name."""
    return _ADDRESS.match(path) is not None


def shown_address(address: str) -> str:
    """An address as results may name it: without user, password and query, which may be keys to it."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def link_to(path: str) -> str:
    """The link to a recording from a page that lies beside it; "" when no browser can follow it."""
    if is_address(path):
        return path if path.startswith(("http://", "https://")) else ""
    return quote(path)


@contextmanager
def open_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of ``path`` only when the block ends well; its folder must exist.

    It is written beside its place, as ``.NAME.PID.tmp``, and renamed: no reader ever sees half a file, and what was
    there before stays when anything goes wrong.

    Raises:
        OSError: it cannot be written or put in place.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as out:
            yield out
        draft.replace(path)
    finally:
        with suppress(OSError):  # its folder may be no folder
            draft.unlink(missing_ok=True)
