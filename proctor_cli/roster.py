"""The examination office's list of students: a CSV file with a row for each.

Its first line names the columns: an id, and as far as there are any a name, a date of birth and a course, in any order
and under any of their usual headings; other columns are ignored. Cells are separated by commas, semicolons or tabs.
Nothing is guessed: what can be read in two ways is refused, and every mistake is listed with its line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from proctor_cli import sheet
from proctor_cli.errors import UsageError
from proctor_cli.sheet import quote
from proctor_cli.types import Finding, Student

_HEADINGS: Mapping[str, frozenset[str]] = {
    "id": frozenset({"id", "student_id", "student", "student_number", "number"}),
    "name": frozenset({"name", "full_name", "student_name"}),
    "date_of_birth": frozenset({"date_of_birth", "dob", "birth_date", "birthdate", "birthday"}),
    "course": frozenset({"course", "course_code", "course_id", "module", "module_code"}),
}
_EXAMPLE = "Its first line names the columns, for example id,name,date_of_birth,course."

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d\d?)([./])(\d\d?)\2(\d{4})", re.ASCII)
# Nobody who sits an exam was born in another; typing errors were.
_PLAUSIBLE_YEARS = range(1900, 2100)

_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters whose stroke is part of them: taking accents off would leave it there.
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "ŧ": "t"})


def read(path: str | Path) -> dict[str, Student]:
    """Read a roster: its students by their id.

    Args:
        path: a CSV file in UTF-8, with or without a byte order mark.

    Raises:
        UsageError: it cannot be read, names no column of ids, lists nobody, or has mistakes: all of them are told.
    """
    where = str(path)
    text = sheet.read_text(path, "roster", "Check --roster.")
    separator, columns, width = _find_columns(text, where)
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    mistakes: list[str] = []
    rows = sheet.read_rows(text, separator)
    next(rows)  # the headings
    try:
        for line, cells in rows:
            student, wrong = _read_student(cells, columns, width)
            if student.id and lines.setdefault(student.id, line) != line:
                wrong.append(f"the id {quote(student.id)} is that of line {lines[student.id]} too")
            students[student.id] = student
            mistakes += [f"line {line}: {mistake}" for mistake in wrong]
    except sheet.BrokenError as error:
        mistakes.append(str(error))
    if mistakes:
        raise sheet.refuse(mistakes, where)
    if not students:
        raise UsageError("lists no student", where=where, hint=_EXAMPLE)
    return students


def look_up(given: Student, students: Mapping[str, Student], roster: str) -> tuple[Student, tuple[Finding, ...]]:
    """What a roster says of a candidate: their row, and what does not agree with it.

    Names are compared without regard to case, accents, punctuation and the order of words, courses without regard to
    case and spaces; what was not given agrees with anything. An id agrees only with itself.

    Args:
        given: what the command line says.
        students: the roster.
        roster: what to call it in messages.

    Returns:
        The candidate's row and its "student_mismatch" findings; ``given`` and "student_unknown" where there is none.
    """
    listed = students.get(sheet.tidy(given.id))
    if listed is None:
        near = next((student for student in students if student.casefold() == sheet.tidy(given.id).casefold()), "")
        hint = f" (it has {near})" if near else ""
        return given, (Finding("student_unknown", f"student {given.id} is not in the roster {roster}{hint}"),)
    told = (
        ("name", given.name, listed.name, _words(given.name) == _words(listed.name)),
        ("course", given.course, listed.course, _letters(given.course) == _letters(listed.course)),
    )
    return listed, tuple(
        Finding("student_mismatch", f'the {what} given is "{own}", in the roster it is {_name_cell(other)}')
        for what, own, other, agree in told
        if own and not agree
    )


def _find_columns(text: str, where: str) -> tuple[str, dict[str, int], int]:
    """The separator by which the first line makes most sense; where the columns are that are read, of how many."""
    separator = sheet.choose_separator(text, lambda heads: len(_places(heads)))
    names = [sheet.tidy(head) for head in sheet.read_heads(text, separator)]
    places = _places(names)
    if "id" not in places:
        raise UsageError(f"has no column of ids (found: {quote(', '.join(names))})", where=where, hint=_EXAMPLE)
    twice = [
        f"{len(indexes)} columns name the {_in_words(column)}: {', '.join(quote(names[index]) for index in indexes)}"
        for column, indexes in places.items()
        if len(indexes) > 1
    ]
    if twice:
        raise sheet.refuse(twice, where)
    return separator, {column: indexes[0] for column, indexes in places.items()}, len(names)


def _places(heads: Sequence[str]) -> dict[str, list[int]]:
    """Where each column lies that is read, for those there are."""
    keys = [sheet.key_of(head) for head in heads]
    places = {column: [i for i, key in enumerate(keys) if key in known] for column, known in _HEADINGS.items()}
    return {column: indexes for column, indexes in places.items() if indexes}


def _read_student(cells: Sequence[str], columns: Mapping[str, int], width: int) -> tuple[Student, list[str]]:
    """A row's student, and what is wrong with the row."""
    values = {column: sheet.tidy(cells[index]) if index < len(cells) else "" for column, index in columns.items()}
    wrong = [*sheet.check_width(cells, width)]
    wrong += [
        f"the {_in_words(column)} {quote(value)} has characters that cannot be shown"
        for column, value in values.items()
        if sheet.has_controls(value)
    ]
    if not values["id"]:
        wrong.append("no id")
    try:
        values["date_of_birth"] = _read_date(values.get("date_of_birth", ""))
    except ValueError as error:
        wrong.append(str(error))
    student = Student(values["id"], values.get("name", ""), values["date_of_birth"], values.get("course", ""))
    return student, wrong


def _read_date(text: str) -> str:
    """A date as ISO 8601, "" for none."""
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if not text:
        return ""
    try:
        if iso:
            year, month, day = map(int, iso.groups())
        elif day_first:
            day, month, year = int(day_first[1]), int(day_first[3]), int(day_first[4])
        else:
            raise ValueError(text)
        found = date(year, month, day)
        if year not in _PLAUSIBLE_YEARS:
            raise ValueError(text)
    except ValueError:
        raise ValueError(f"the date of birth {quote(text)} is no date as YYYY-MM-DD or DD.MM.YYYY") from None
    # With slashes, half of the world writes the month first.
    if day_first and day_first[2] == "/" and day <= 12 and day != month:
        raise ValueError(f"the date of birth {quote(text)} may be {found} or {date(year, day, month)}; write which")
    return found.isoformat()


def _words(name: str) -> list[str]:
    """The words of a name in alphabetical order, without case, accents and punctuation."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_STROKES)
    return sorted("".join(" " if unicodedata.category(letter)[0] in "PZ" else letter for letter in plain).split())


def _letters(course: str) -> str:
    return "".join(sheet.tidy(course).casefold().split())


def _in_words(column: str) -> str:
    return column.replace("_", " ")


def _name_cell(text: str) -> str:
    return f'"{text}"' if text else "empty"
