"""Which photos a candidate's face is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proctor_cli.errors import UsageError
from proctor_cli.media import PHOTO_SUFFIXES
from proctor_cli.types import Finding


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


def find_student_photos(database: Path, student_id: str) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The photos in the student's own folder of a database, ``student_db/S123``; a finding where it has none.

    Without a database there is nothing to find and nothing to say.
    """
    if not database.is_dir():
        return (), ()
    folder = database / student_id
    # A number that leads out of the database ("../S124") is nobody's folder.
    own = folder.parent == database and student_id not in ("", ".", "..") and folder.is_dir()
    photos = _pictures_in(folder) if own else ()
    missing = Finding("reference_missing", f"{database} holds no photo of {student_id}")
    return photos, () if photos else (missing,)


def find_students(database: Path) -> dict[str, tuple[str, ...]]:
    """Each student's photos in a database that has a folder for each: name of the folder -> photos.

    Raises:
        UsageError: it is no folder, or no folder in it holds photos.
    """
    if not database.is_dir():
        raise UsageError("no such folder", where=str(database), hint="Give a folder with a folder of photos for each.")
    folders = sorted(path for path in database.iterdir() if path.is_dir())
    students = {folder.name: photos for folder in folders if (photos := _pictures_in(folder))}
    if not students:
        raise UsageError("holds no student's folder with photos", where=str(database), hint="Expected: S123/photo.jpg.")
    return students


def _pictures_in(folder: Path) -> tuple[str, ...]:
    return tuple(
        str(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()
    )
