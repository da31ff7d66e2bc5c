"""Which photos a candidate's face is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proctor_cli.errors import UsageError
from proctor_cli.media import PHOTO_SUFFIXES


def find_photos(references: Sequence[str]) -> tuple[str, ...]:
    """The photos that ``references`` name: files as they are, and of a folder the pictures directly inside it.

    Raises:
        UsageError: one is not there, or is a folder without pictures.
    """
    photos: list[str] = []
    for reference in references:
        path = Path(reference)
        if not path.is_dir():
            if not path.exists():
                raise UsageError("no such file or folder", where=reference, hint="Give photos with --reference.")
            photos.append(reference)
            continue
        inside = _pictures_in(path)
        if not inside:
            kinds = ", ".join(sorted(PHOTO_SUFFIXES))
            raise UsageError("holds no photos", where=reference, hint=f"Photos end in {kinds}.")
        photos += inside
    return tuple(dict.fromkeys(photos))


def find_student_photos(database: Path, student_id: str) -> tuple[str, ...]:
    """The photos in the student's own folder of a database, ``student_db/S123``; none when there is no such folder."""
    folder = database / student_id
    # A number that leads out of the database ("../S124") is nobody's folder.
    if folder.parent != database or student_id in ("", ".", ".."):
        return ()
    return _pictures_in(folder) if folder.is_dir() else ()


def _pictures_in(folder: Path) -> tuple[str, ...]:
    return tuple(str(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in PHOTO_SUFFIXES)
