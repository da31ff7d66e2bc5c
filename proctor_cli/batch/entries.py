"""What is said of each session of a batch, in the user's words; and what each session's folder is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One session, as a user describes it: "" and () stand for what is not said.

    ``webcam`` and ``screen`` are recordings, several when they are in parts, or a recorder's folder. ``where`` says
    where this was read ("row 5").
    """

    student: str
    webcam: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()
    workspace: str = ""
    reference: tuple[str, ...] = ()
    events: str = ""
    start: str = ""
    span: str = ""
    screen_offset: str = ""
    screen_start: str = ""
    name: str = ""
    course: str = ""
    exam_title: tuple[str, ...] = ()
    where: str = ""


def name_folders(students: Iterable[str], taken: Collection[str] = ()) -> tuple[str, ...]:
    """A folder name for each session, in order: the student's number, with -2, -3 for further sessions of theirs.

    No two names differ in case alone, since not every file system tells them apart.
    """
    used = {name.casefold() for name in taken}
    names = []
    for student in students:
        base = name_folder(student)
        name, number = base, 1
        while name.casefold() in used:
            number += 1
            name = f"{base}-{number}"
        used.add(name.casefold())
        names.append(name)
    return tuple(names)


def name_folder(student: str) -> str:
    """A student's number as a file name: letters that one should not have become underscores."""
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in student)[:_LONGEST]
    return f"_{plain}" if plain.startswith(".") else plain
