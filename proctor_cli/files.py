"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


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
