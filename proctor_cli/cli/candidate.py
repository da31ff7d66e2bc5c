"""Who the candidate is said to be, by the options and by the roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proctor_cli.cli.terminal import note

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


def read_candidate(
    student_id: str, roster: Path | None, name: str, course: str
) -> tuple[Student | None, tuple[Finding, ...]]:
    """The candidate, None when nothing but the id is given; and what does not agree with the roster, which is told now.

    Raises:
        UsageError: the roster cannot be read, or has mistakes.
    """
    from proctor_cli.roster import look_up, read
    from proctor_cli.types import Student

    given = Student(student_id, name.strip(), "", course.strip(), "options")
    if roster is None:
        return (given if given.name or given.course else None), ()
    student, findings = look_up(given, read(roster), roster.name)
    for finding in findings:
        note(finding.message)
    return student, findings
