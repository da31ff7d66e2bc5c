"""The standard log of Moodle, downloaded as a table (CSV) while its pages are in English.

Columns: Time, User full name, Affected user, Event context, Component, Event name, Description, Origin, IP address.
Moodle writes times as the language pack says, in the time zone of whoever downloads, most of them only to the minute.
It knows what a candidate asked the server for, not what is shown: it has milestones, and no signals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from proctor_cli.logs.clock import Moment, read_time
from proctor_cli.logs.content import BadRow, Content
from proctor_cli.logs.entries import Entry, interpret
from proctor_cli.logs.words import plain, quote

NAME = "moodle"
WIDE = True

_COLUMNS = frozenset({"time", "event context", "component", "event name"})
_KINDS = {
    "quiz attempt started": "attempt_started",
    "quiz attempt viewed": "page_viewed",
    "quiz attempt summary viewed": "summary_viewed",
    "quiz attempt updated": "answers_saved",
    "quiz attempt auto-saved": "answers_saved",
    "quiz attempt submitted": "submitted",
    "quiz attempt reviewed": "reviewed",
    "course module viewed": "resource_viewed",
}
_USER_ID = re.compile(r"The user with id '(\d{1,18})'")
_NUMBERS = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2}),? +(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AP])\.?M\.?)?", re.IGNORECASE
)
_WORDS = re.compile(
    r"(?:[a-z]{3,9},? )?(\d{1,2}) ([a-z]{3})[a-z]*\.?(?:,? (\d{4}))?, (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AP])\.?M\.?)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LOOKED_AT = 10_000


def recognises(content: Content) -> bool:
    """Whether the columns are there."""
    return not content.is_json and set(content.columns) >= _COLUMNS


def read(content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
    """An entry for each row."""
    month_first = _is_month_first(content, begin)

    def mean(number: int, row: Mapping[str, str]) -> Entry:
        moment, to_the_minute = _read_time(row.get("time", "").strip(), month_first, begin)
        event = row.get("event name", "").strip()
        if not event:
            raise ValueError("has no event name")
        message = f"Moodle: {plain(event)} ({plain(row.get('event context', ''))})"
        if to_the_minute:
            message += ", to the minute"
        kind = _KINDS.get(event.lower(), "other")
        return Entry(number, moment, kind=kind, message=message, person=_identify(row))

    return interpret(content.rows(), mean)


def _identify(row: Mapping[str, str]) -> tuple[str, ...]:
    """Who acted; whom it happened to, where nobody did (Moodle submits what runs out of time by itself)."""
    name = row.get("user full name", "").strip()
    if name not in ("", "-"):
        found = _USER_ID.match(row.get("description", ""))
        return (name, found[1]) if found else (name,)
    affected = row.get("affected user", "").strip()
    return (affected,) if affected not in ("", "-") else ()


def _read_time(text: str, month_first: bool, begin: datetime | None) -> tuple[Moment, bool]:
    """A time, and whether it leaves the seconds out.

    Raises:
        ValueError: it is none, or leaves out the year while that of the exam is not known.
    """
    if numbers := _NUMBERS.fullmatch(text):
        first, second, year_text, *clock = numbers.groups()
        day, month = (second, first) if month_first else (first, second)
        return _make(text, int(year_text) + (2000 if len(year_text) == 2 else 0), int(month), int(day), clock)
    if (words := _WORDS.fullmatch(text)) and words[2].lower() in _MONTHS:
        day, name, year_text, *clock = words.groups()
        if not year_text and begin is None:
            problem = "has no year, and when the session started is not known (give --start)"
            raise ValueError(f"time {quote(text)} {problem}")
        year = int(year_text) if year_text or begin is None else begin.year
        return _make(text, year, _MONTHS.index(name.lower()) + 1, int(day), clock)
    return read_time(text), False


def _make(text: str, year: int, month: int, day: int, clock: list[str | None]) -> tuple[Moment, bool]:
    hour_text, minute, second, half = clock
    hour = int(hour_text or 0)
    if half:
        hour = hour % 12 + (12 if half.upper() == "P" else 0)
    try:
        at = datetime(year, month, day, hour, int(minute or 0), int(second or 0))
    except ValueError:
        raise ValueError(f"time {quote(text)} is no date") from None
    return Moment(text, at), second is None


def _is_month_first(content: Content, begin: datetime | None) -> bool:
    """Whether 06/01/26 is the first of June: if other rows can only be read so, or only so lie on the exam's day."""
    seen = {
        (int(found[1]), int(found[2]))
        for row in islice(content.rows(), _LOOKED_AT)
        if not isinstance(row, BadRow) and (found := _NUMBERS.fullmatch(row[1].get("time", "").strip()))
    }
    if any(first > 12 for first, _ in seen):
        return False
    if any(second > 12 for _, second in seen):
        return True
    if begin is None:
        return False
    return (begin.day, begin.month) not in seen and (begin.month, begin.day) in seen
