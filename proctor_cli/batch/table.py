"""The table of sessions: a CSV file with a row for each.

Its first line names the columns, in any order: a student, and what `proctor analyze` takes as options. Relative paths
are relative to the table. Nothing is guessed, and every mistake is told with its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from proctor_cli import sheet
from proctor_cli.batch.entries import Entry
from proctor_cli.errors import UsageError
from proctor_cli.files import is_address
from proctor_cli.sheet import quote

COLUMNS: Mapping[str, str] = {
    "student": "the candidate's number or name; needed",
    "webcam": "the webcam recording, or a recorder's folder; parts of one recording with | between them",
    "screen": "the screen recording, or the folder of its parts",
    "folder": "a recorder's folder, instead of webcam and screen",
    "workspace": "a room scan",
    "reference": "photos of the candidate, with | between them, or a folder of photos",
    "events": "a log",
    "start": "when the session began, ISO 8601",
    "span": "the part to analyse, as in 00:10:00-00:25:00",
    "screen_offset": "session time of the screen's first picture",
    "screen_start": "when the screen recording began, ISO 8601; needs start",
    "name": "the candidate's name",
    "course": "the course",
    "exam_title": "title or address of the exam on the screen, several with | between them",
}
_OTHER_HEADINGS: Mapping[str, str] = {"student_id": "student", "id": "student", "student_number": "student"}
_PATHS = ("webcam", "screen", "folder", "workspace", "reference", "events")
_LISTS = ("webcam", "screen", "reference", "exam_title")
_BETWEEN = "|"
_HINT = "Its first line names the columns, for example student,webcam,screen."

Check = Callable[[Entry], Iterator[str]]
"""Tells what is wrong with what a row says."""


def read_table(text: str, where: str, folder: Path, check: Check) -> tuple[Entry, ...]:
    """Read a table of sessions.

    Args:
        text: what stands in it.
        where: what to call it in messages.
        folder: what relative paths are relative to.
        check: what else is wrong with a row.

    Raises:
        UsageError: it lists no session, or has mistakes: all of them are told.
    """
    separator = sheet.choose_separator(text, lambda heads: sum(_column(head) in COLUMNS for head in heads))
    heads = sheet.read_heads(text, separator)
    mistakes = [*_refuse_heads(heads)]
    if mistakes:
        raise sheet.refuse(mistakes, where)
    entries: list[Entry] = []
    seen: dict[Entry, int] = {}
    rows = sheet.read_rows(text, separator)
    next(rows, None)  # the headings
    try:
        for line, cells in rows:
            values = {_column(head): cell for head, cell in zip(heads, cells, strict=False)}
            wrong = [*sheet.check_width(cells, len(heads)), *_refuse_values(values)]
            entry = _read_row(values, folder)
            wrong = wrong or [*check(entry)]
            if not wrong and seen.setdefault(entry, line) != line:
                wrong = [f"the same as row {seen[entry]}"]
            mistakes += [f"row {line}: {mistake}" for mistake in wrong]
            entries.append(replace(entry, where=f"row {line}"))
    except sheet.BrokenError as error:
        mistakes.append(str(error))
    if mistakes:
        raise sheet.refuse(mistakes, where)
    if not entries:
        raise UsageError("lists no session", where=where, hint=_HINT)
    return tuple(entries)


def _column(head: str) -> str:
    key = sheet.key_of(head)
    return _OTHER_HEADINGS.get(key, key)


def _refuse_heads(heads: Sequence[str]) -> Iterator[str]:
    names = [_column(head) for head in heads]
    for head, name in zip(heads, names, strict=True):
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            meant = f'; did you mean "{near[0]}"?' if near else f" (columns: {', '.join(COLUMNS)})"
            yield f"unknown column {quote(head)}{meant}"
    for name in dict.fromkeys(names):
        if name in COLUMNS and names.count(name) > 1:
            yield f"{names.count(name)} columns are called {name}"
    if "student" not in names:
        yield "no column student"
    if not {"webcam", "screen", "folder"} & {*names}:
        yield "no column webcam, screen or folder"


def _refuse_values(values: Mapping[str, str]) -> Iterator[str]:
    for column, value in values.items():
        if sheet.has_controls(value):
            yield f"the {column} {quote(value)} has characters that cannot be shown"
    if not values.get("student"):
        yield "no student"
    if not any(values.get(column) for column in ("webcam", "screen", "folder")):
        yield "no recording: webcam, screen and folder are empty"
    if values.get("folder") and (values.get("webcam") or values.get("screen")):
        yield "a folder, and recordings beside it: leave one of them out"


def _read_row(values: Mapping[str, str], folder: Path) -> Entry:
    lists = {
        column: tuple(filter(None, (each.strip() for each in values.get(column, "").split(_BETWEEN))))
        for column in _LISTS
    }
    single = {column: value for column, value in values.items() if column not in _LISTS}
    for column in _PATHS:
        if column in lists:
            lists[column] = tuple(_place(each, folder) for each in lists[column])
        elif single.get(column):
            single[column] = _place(single[column], folder)
    recorder = single.pop("folder", "")
    if recorder:
        lists["webcam"] = (recorder,)
    return Entry(**{**single, **lists})  # type: ignore[arg-type]  # the columns are the fields, lists where they are


def _place(path: str, folder: Path) -> str:
    return path if is_address(path) else str(folder / path)
