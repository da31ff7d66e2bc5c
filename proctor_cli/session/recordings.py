"""Which files of a folder are recordings of what: a recorder leaves `webcam/*.webm` and `desktop/*.webm`, in parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from proctor_cli.errors import InputError, UsageError
from proctor_cli.types import Clip, Problem, Source

SUFFIXES = frozenset({".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".ts", ".webm", ".wmv"})
"""Endings of files that are taken for recordings."""

# What a name says, by its words; a longer word that begins with one of at least five letters says the same.
_WORDS: Mapping[str, Source] = {
    "webcam": "webcam",
    "camera": "webcam",
    "cam": "webcam",
    "facecam": "webcam",
    "screen": "screen",
    "desktop": "screen",
    "display": "screen",
    "monitor": "screen",
}
_LONG_ENOUGH = 5
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAMES = "Name them webcam-1.webm, screen-1.webm, or put them into folders `webcam` and `screen`."


@dataclass(frozen=True, slots=True)
class Found:
    """The recordings of a folder: of each source its parts, in the order of their numbers; and what was left out."""

    clips: tuple[Clip, ...]
    problems: tuple[Problem, ...] = ()


def find_recordings(folder: str, otherwise: Source | None = None) -> Found:
    """The recordings of one session in a recorder's folder.

    What a file shows is said by its name, by that of the folder inside ``folder`` in which it lies, or by that of
    ``folder`` itself. Only folders directly inside are looked into. Recordings whose names say nothing are left out
    while others say something, and so are empty folders that should hold some: both are problems of what was found.

    Args:
        folder: the folder, which exists.
        otherwise: what the recordings show when none of the names says anything.

    Raises:
        InputError: there is no recording in it, or it may not be read.
        UsageError: the names do not say what the recordings show, or recordings of one source lie in several places.
    """
    top = Path(folder)
    try:
        inside = sorted(path for path in top.iterdir() if not path.name.startswith("."))
        folders = [path for path in inside if path.is_dir()]
        files = {path: _recordings_in(path) for path in (top, *folders)}
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=folder, hint="Check the folder.") from error
    if not any(files.values()):
        hint = f"A recording ends in {', '.join(sorted(SUFFIXES))}."
        raise InputError("this is a folder, and holds no recordings", where=folder, hint=hint)
    by_folder = {path: _told_by(path.name) for path in folders}
    said = {path: _told_by(path.stem) or by_folder.get(of) for of in files for path in files[of]}
    unclear = [path for path, source in said.items() if source is None]
    if len(unclear) == len(said):
        meant = _told_by(top.resolve().name) or otherwise
        if meant is None or files[top] != unclear:
            names = ", ".join(str(path.relative_to(top)) for path in unclear[:3]) + (", …" if len(unclear) > 3 else "")
            raise UsageError(f"nothing says which recording shows what: {names}", where=folder, hint=_NAMES)
        said, unclear = dict.fromkeys(unclear, meant), []
    by_source: dict[Source, list[Path]] = {"webcam": [], "screen": []}
    for path, source in said.items():
        if source is not None:
            by_source[source].append(path)
    for source, paths in by_source.items():
        _refuse_twice(folder, source, paths)
    told = "its name does not say what it shows: left out"
    problems = [Problem("recording_unused", str(path), told) for path in unclear]
    problems += [
        Problem("folder_empty", str(path), f"holds no {source} recording")
        for path in folders
        if not files[path] and (source := by_folder[path]) and not by_source[source]
    ]
    clips = (Clip(source, str(path)) for source, paths in by_source.items() for path in sort_parts(paths))
    return Found(tuple(clips), tuple(problems))


def sort_parts(paths: Iterable[Path]) -> list[Path]:
    """Files in the order of the numbers in their names: part 2 before part 10."""
    return sorted(paths, key=lambda path: [*_natural(path.stem)])


def _natural(name: str) -> Iterator[tuple[int, str]]:
    for digits, other in re.findall(r"(\d+)|(\D+)", name.casefold()):
        yield (int(digits), "") if digits else (-1, other)


def _recordings_in(folder: Path) -> list[Path]:
    inside = (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
    return [path for path in inside if path.suffix.lower() in SUFFIXES and not path.is_dir()]


def _told_by(name: str) -> Source | None:
    """What a name says is shown; None when it says nothing, or both."""
    words = [word.lower() for word in _WORD.findall(name)]
    meant = {
        source
        for word in words
        for known, source in _WORDS.items()
        if word == known or (len(known) >= _LONG_ENOUGH and word.startswith(known))
    }
    return meant.pop() if len(meant) == 1 else None


def _refuse_twice(folder: str, source: Source, paths: Sequence[Path]) -> None:
    """Parts of one recording lie in one place, and each is there once."""
    hint = "Give the folder of one session, with every part of a recording once, and all in one place."
    places = sorted({str(path.parent) for path in paths})
    if len(places) > 1:
        raise UsageError(f"{source} recordings lie in several places: {', '.join(places)}", where=folder, hint=hint)
    for stem, count in Counter(path.stem for path in paths).items():
        if count > 1:
            names = ", ".join(path.name for path in paths if path.stem == stem)
            raise UsageError(f"one part in several formats: {names}", where=folder, hint=hint)
