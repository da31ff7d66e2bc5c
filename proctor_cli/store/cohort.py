"""The folder of a cohort: a folder for each session, and what is said of all of them.

::

    index.html              all sessions on one page
    summary.csv summary.json
    S123/ …                 sessions
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proctor_cli.errors import OutputError

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


class CohortFolder:
    """The folder that `proctor batch` writes."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @property
    def index(self) -> Path:
        """index.html."""
        return self.path / "index.html"

    @property
    def summary_csv(self) -> Path:
        """summary.csv."""
        return self.path / "summary.csv"

    @property
    def summary_json(self) -> Path:
        """summary.json."""
        return self.path / "summary.json"

    @property
    def names(self) -> frozenset[str]:
        """What no session's folder may be called."""
        return frozenset(path.name for path in (self.index, self.summary_csv, self.summary_json))

    def exists(self) -> bool:
        """Whether this is a cohort's folder."""
        return self.summary_json.is_file()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder if need be, and keep every other command of ours out of it while the block runs.

        The operating system forgets the lock when the process ends, however it ends: none is ever left behind. Windows
        locks no folders: there nothing keeps two commands apart.

        Raises:
            OutputError: another command works in it, or it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            place = None if sys.platform == "win32" else os.open(self.path, os.O_RDONLY)
        except OSError as error:
            hint = "Choose another folder with -o."
            raise OutputError(f"cannot write here ({error.strerror})", where=str(self.path), hint=hint) from error
        if place is None:
            yield
            return
        try:
            self._lock(place)
            yield
        finally:
            os.close(place)

    def _lock(self, place: int) -> None:
        import fcntl  # not on every system, and nothing else here needs it

        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network file systems cannot lock a folder: then nothing keeps two commands apart.
            if error.errno in _TAKEN:
                hint = "Wait until it has finished, or choose another folder."
                raise OutputError("another command is working here", where=str(self.path), hint=hint) from error
