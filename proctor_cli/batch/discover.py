"""Sessions in a folder, or by a pattern with ``{student}`` in it."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path

from proctor_cli.batch.entries import Entry
from proctor_cli.errors import UsageError
from proctor_cli.session.recordings import SUFFIXES, sort_parts
from proctor_cli.store import CohortFolder, SessionFolder

STUDENT = "{student}"
_SOURCES = {"webcam": "webcam", "camera": "webcam", "cam": "webcam", "facecam": "webcam"} | dict.fromkeys(
    ("screen", "desktop", "display", "monitor"), "screen"
)
_BEHIND = re.compile(rf"(.+?)[ _.-]+({'|'.join(_SOURCES)})", re.IGNORECASE)
_AHEAD = re.compile(rf"({'|'.join(_SOURCES)})[ _.-]+(.+)", re.IGNORECASE)


def find_in_folder(folder: Path) -> tuple[Entry, ...]:
    """A session for every recorder's folder and for every recording in a folder, called as they are.

    Recordings whose names differ only in a word for their source are one session: ``S123_webcam.mp4`` and
    ``S123_screen.mp4``; without such a word a recording is a webcam's. Folders without recordings, hidden ones, and
    those with results are passed over.

    Raises:
        UsageError: there is none, or two recordings of one session show the same.
    """
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(folder), hint="Check the folder.") from error
    found: dict[str, dict[str, list[str]]] = {}
    for path in inside:
        if path.is_dir():
            if _holds_recordings(path):
                found.setdefault(path.name, {}).setdefault("webcam", []).append(str(path))
        elif path.suffix.lower() in SUFFIXES:
            student, source = _split(path.stem)
            found.setdefault(student, {}).setdefault(source, []).append(str(path))
    twice = [
        f"{student}: {', '.join(Path(path).name for path in paths)}"
        for student, sources in found.items()
        for paths in sources.values()
        if len(paths) > 1
    ]
    if twice:
        hint = "Put parts of a recording into a folder of their own, or write a table."
        raise UsageError("\n  ".join(("not clear what belongs together", *twice)), where=str(folder), hint=hint)
    if not found:
        hint = "Give a table (CSV), a folder with a folder for each student, or a pattern with {student} in it."
        raise UsageError("holds no recordings", where=str(folder), hint=hint)
    return tuple(
        Entry(
            student=student,
            webcam=tuple(sources.get("webcam", ())),
            screen=tuple(sources.get("screen", ())),
            where=str(folder),
        )
        for student, sources in found.items()
    )


def find_by_pattern(webcam: str, screen: str) -> tuple[Entry, ...]:
    """Sessions by patterns of their files, as in ``recordings/{student}/webcam*.mp4``; either may be "".

    ``{student}`` stands for any name without a slash, the same wherever it stands; ``*`` and ``?`` as in a shell.
    Several files of one student are parts of one recording.

    Raises:
        UsageError: a pattern has no ``{student}``, or no file fits.
    """
    found = {"webcam": _match(webcam), "screen": _match(screen)}
    students = sorted({*found["webcam"], *found["screen"]})
    if not students:
        raise UsageError("no file fits", where=webcam or screen, hint="Try it with --dry-run until it does.")
    return tuple(
        Entry(
            student=student,
            webcam=_sort(found["webcam"].get(student, ())),
            screen=_sort(found["screen"].get(student, ())),
            where=webcam or screen,
        )
        for student in students
    )


def is_pattern(text: str) -> bool:
    """Whether these words are a pattern rather than a file or folder."""
    return STUDENT in text or (any(letter in text for letter in "*?") and not Path(text).exists())


def _match(pattern: str) -> dict[str, list[str]]:
    """The files that fit a pattern, by student."""
    if not pattern:
        return {}
    if STUDENT not in pattern:
        hint = "Write {student} where the student's number stands, as in recordings/{student}_webcam.mp4."
        raise UsageError("does not say where the student's number stands", where=pattern, hint=hint)
    first, *others = (_as_expression(part) for part in pattern.split(STUDENT))
    expression = re.compile(first + "(?P<student>[^/]+?)" + "(?P=student)".join(others))
    found: dict[str, list[str]] = {}
    for path in sorted(glob.glob(pattern.replace(STUDENT, "*"))):
        fits = expression.fullmatch(path)
        if fits:
            found.setdefault(fits["student"], []).append(path)
    return found


def _as_expression(part: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in part)


def _sort(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(str, sort_parts(map(Path, paths))))


def _split(stem: str) -> tuple[str, str]:
    """A file's student and source, by its name."""
    behind, ahead = _BEHIND.fullmatch(stem), _AHEAD.fullmatch(stem)
    if behind:
        return behind[1], _SOURCES[behind[2].lower()]
    if ahead:
        return ahead[2], _SOURCES[ahead[1].lower()]
    return stem, "webcam"


def _holds_recordings(folder: Path) -> bool:
    """Whether a recorder may have written this folder: a recording lies in it, or in a folder inside."""
    if SessionFolder(folder).exists() or CohortFolder(folder).exists():
        return False
    try:
        places = [folder, *(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))]
        return any(path.suffix.lower() in SUFFIXES for place in places for path in place.iterdir())
    except OSError:
        return True  # that it cannot be read is told of this session alone
