"""Writing a result file whole or not at all."""

from __future__ import annotations

from pathlib import Path

from proctor_cli.errors import OutputError
from proctor_cli.files import open_whole


def write_whole(path: Path, content: bytes) -> Path:
    """Write ``content`` to ``path``, so that no reader ever sees half a file.

    Raises:
        OutputError: the folder is missing or cannot be written.
    """
    try:
        with open_whole(path) as out:
            out.write(content)
    except OSError as error:
        raise OutputError(
            f"cannot write ({error.strerror or error})",
            where=str(path),
            hint="Check that the folder exists, is writable and has room.",
        ) from error
    return path
