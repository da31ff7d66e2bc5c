"""Times as logs write them, and where they lie on the session clock.

A number is seconds of session time, or a Unix time in seconds or milliseconds: which one its size says. No exam lasts
three years, and no log is older than 1973.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from proctor_cli.logs.words import quote, text_of
from proctor_cli.types import WallClock

_UNIX_FROM = 1e8
_UNIX_MS_FROM = 1e11
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d*)?)")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a log: ``at`` is seconds of session time or a date and time, ``written`` what stands in the log."""

    written: str
    at: float | datetime


def read_time(value: object, *, milliseconds: bool = False) -> Moment:
    """Read seconds, HH:MM:SS, a Unix time, or a date and time in ISO 8601.

    Args:
        value: as it stands in the log.
        milliseconds: a number too small to be a Unix time counts milliseconds of session time, not seconds.

    Raises:
        ValueError: it is none of these.
    """
    text = text_of(value)
    number = _number(text)
    try:
        if number is None:
            return Moment(text, _clock_time_s(text) if _CLOCK.fullmatch(text) else datetime.fromisoformat(text))
        if number < _UNIX_FROM:
            return Moment(text, number / 1000 if milliseconds else number)
        unix_s = number / 1000 if milliseconds or number >= _UNIX_MS_FROM else number
        return Moment(text, datetime.fromtimestamp(unix_s, UTC))
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"time {quote(text)} is neither seconds, HH:MM:SS nor a date and time") from None


def place(moment: Moment, wall_clock: WallClock | None) -> float:
    """Session time of a moment, seconds.

    A date without a time zone is read in the zone of the session's start.

    Raises:
        ValueError: it is a date, and when the session started, or in which zone, is not known.
    """
    at = moment.at
    if not isinstance(at, datetime):
        return at
    if wall_clock is None:
        problem = "is a date, but when the session started is not known (give --start)"
        raise ValueError(f"time {quote(moment.written)} {problem}")
    if at.tzinfo is not None:
        return round(at.timestamp() - wall_clock.start_unix_s, 6)
    if wall_clock.known_from == "creation time":
        problem = "has no time zone, and the recording's is not known (give --start)"
        raise ValueError(f"time {quote(moment.written)} {problem}")
    return round(at.replace(tzinfo=UTC).timestamp() - wall_clock.utc_offset_s - wall_clock.start_unix_s, 6)


def local_start(wall_clock: WallClock | None) -> datetime | None:
    """The date and time at session time 0 where the exam was sat, None when that is not known."""
    if wall_clock is None:
        return None
    try:
        zone = timezone(timedelta(seconds=wall_clock.utc_offset_s))
        return datetime.fromtimestamp(wall_clock.start_unix_s, zone)
    except (ValueError, OverflowError, OSError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _clock_time_s(text: str) -> float:
    clock = _CLOCK.fullmatch(text)
    assert clock is not None
    hours, minutes, seconds = clock.groups()
    # Too many digits for an int raise ValueError, too many for a float OverflowError.
    total_s = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    if not math.isfinite(total_s):
        raise ValueError
    return total_s
