"""Files that appear whole or not at all, hashes of them; and addresses in the place of files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

# Two letters at least: C:\\exam.mp4 is a file. The groups are what may be told: not user and password, not the query.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+://)(?:[^/?#]*@)?([^?#]*)")
_ADDRESS_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^\s'\"<>]+")


def is_address(path: str) -> bool:
    """Whether ``path`` is an address (https://…, s3://…, file://…) and not a file's name."""
    return _ADDRESS.match(path) is not None


def shown_address(path: str) -> str:
    """An address as results may name it: without user, password and query, which may be keys to it; a file as it is."""
    address = _ADDRESS.match(path)
    return address[1] + address[2] if address else path


def show_addresses(text: str) -> str:
    """A text of others, such as an error's, with every address in it as results may name it."""
    return _ADDRESS_IN_TEXT.sub(lambda found: shown_address(found[0]), text)


def link_to(path: str) -> str:
    """The link to a recording from a page that lies beside it; "" when no browser can follow it."""
    if is_address(path):
        return path if path.startswith(("http://", "https://")) else ""
    return quote(path)


def hash_file(path: str | Path) -> str:
    """SHA-256 of a file's content, lower-case hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
