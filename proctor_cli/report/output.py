"""Writing a result file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from proctor_cli.errors import OutputError


def write_whole(path: Path, content: bytes) -> Path:
    """Write ``content`` beside ``path`` and rename it into place, so no reader ever sees half a file.

    Raises:
        OutputError: the folder is missing or cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write ({error.strerror or error})",
            where=str(path),
            hint="Check that the folder exists, is writable and has room.",
        ) from error
    return path
