"""Who the candidate is said to be, by the options and by the roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from proctor_cli.types import Finding, Student

RosterOption = Annotated[
    Path | None, typer.Option("--roster", help="The list of students: CSV of id, name, date of birth, course.")
]
NameOption = Annotated[
    str, typer.Option("--name", help="The candidate's name; with --roster it must be the one that stands there.")
]
CourseOption = Annotated[
    str, typer.Option("--course", help="The course; with --roster it must be the one that stands there.")
]


@dataclass(frozen=True, slots=True)
class Roster:
    """The list of students by id, and what to call it."""

    name: str
    students: Mapping[str, Student]


def read_roster(path: Path | None) -> Roster | None:
    """The roster, if one is given.

    Raises:
        UsageError: it cannot be read, or has mistakes.
    """
    from proctor_cli.roster import read

    return None if path is None else Roster(path.name, read(path))


def describe_candidate(
    student_id: str, name: str, course: str, roster: Roster | None
) -> tuple[Student | None, tuple[Finding, ...]]:
    """The candidate, None when nothing but the id is given; and what does not agree with the roster."""
    from proctor_cli.roster import look_up
    from proctor_cli.types import Student

    given = Student(student_id, name.strip(), "", course.strip(), "options")
    if roster is None:
        return (given if given.name or given.course else None), ()
    return look_up(given, roster.students, roster.name)
