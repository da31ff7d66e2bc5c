"""Browser and LMS logs become observations on the session clock.

The generic format: CSV with the columns `time, type`, or a JSON list of such rows (also under the key "events").
`time` is seconds of session time ("312.5"), a video time ("00:05:12.5"), or a date and time (ISO 8601; needs to
know when the session started). `type` is one of:

- ``hidden`` / ``visible``, ``blur`` / ``focus``: the exam page is left, is back;
- ``TAB_SWITCH``: it was left, and nothing is known of the return: taken to last until the next ``visible`` or
  ``focus`` row, else for a second.

The signal ``log.hidden`` is 1 while the exam page is left and 0 while it is shown. Rows that cannot be read, or lie
outside of the recording, are reported with their number; the others are used.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from proctor_cli.errors import UsageError
from proctor_cli.types import Observation, Problem, Spec, WallClock

SPEC = Spec(name="log", source="log", signals={"log.hidden": "score"}, interval_s=0.0)

_LEFT = frozenset({"hidden", "blur"})
_BACK = frozenset({"visible", "focus"})
_LEFT_BRIEFLY = "tab_switch"
# What a TAB_SWITCH row stands for when no return is logged.
_BRIEF_S = 1.0
# More complaints than this help nobody.
_MAX_PROBLEMS = 20
_MAX_QUOTED = 40

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)")


@dataclass(frozen=True, slots=True)
class LogReading:
    """A log on the session clock: observations in time order, and the rows that could not be used."""

    observations: tuple[Observation, ...]
    problems: tuple[Problem, ...]


def read(path: str | Path, wall_clock: WallClock | None, span: tuple[float, float]) -> LogReading:
    """Read a log file.

    Args:
        path: a CSV or JSON file, told apart by its content.
        wall_clock: when session time 0 was; needed for rows that carry a date.
        span: the stretch of session time that is analysed, seconds; what lies outside is left out.

    Raises:
        UsageError: the file is missing, is neither format, or has no usable row.
    """
    where = str(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read the log ({error.strerror})", where=where, hint="Check --events.") from error
    except UnicodeDecodeError as error:
        raise UsageError("not a text file", where=where, hint="--events takes CSV or JSON of `time, type`.") from error
    rows = _json_rows(text, where) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text, where)
    states: list[tuple[float, str]] = []
    outside: list[int] = []
    problems: list[Problem] = []
    for number, row in rows:
        try:
            t_s, kind = _time_s(row, wall_clock), _type(row)
        except ValueError as error:
            problems.append(Problem("log_row", f"{where}, row {number}", f"{error}; the row is not used"))
            continue
        states.append((t_s, kind))
        if not span[0] <= t_s <= span[1]:
            outside.append(number)
    if not states:
        raise UsageError(
            "no usable row" + (f" ({problems[0].where}: {problems[0].message})" if problems else ""),
            where=where,
            hint="Each row needs `time` and `type`, for example `312.5,hidden`.",
        )
    if len(problems) > _MAX_PROBLEMS:
        more = len(problems) - _MAX_PROBLEMS
        problems = [*problems[:_MAX_PROBLEMS], Problem("log_row", where, f"{more} more rows are not used")]
    if outside:
        problems.append(
            Problem(
                "log_outside",
                f"{where}, row {outside[0]}",
                f"{len(outside)} of {len(states)} rows, this one first, are outside of what was analysed "
                f"({span[0]:.1f}-{span[1]:.1f} s) and are not used",
            )
        )
    observations = list(_observe(sorted(states, key=lambda state: state[0])))
    inside = [o for o in observations if span[0] <= o.t_s <= span[1]]
    before = [o for o in observations if o.t_s < span[0]]
    known_at_start = bool(inside) and inside[0].t_s == span[0]
    if before and before[-1].values["log.hidden"] and not known_at_start:
        inside.insert(0, replace(before[-1], t_s=span[0]))  # the page had been left before, and still was
    return LogReading(tuple(inside), tuple(problems))


def _json_rows(text: str, where: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    hint = "A JSON log is a list of {time, type}."
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more digits than Python reads
        raise UsageError(f"not valid JSON ({error})", where=where, hint=hint) from error
    rows = document.get("events") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise UsageError("holds no list of events", where=where, hint=hint)
    for number, row in enumerate(rows, 1):
        yield number, row if isinstance(row, dict) else {}


def _csv_rows(text: str, where: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if not {"time", "type"} <= set(names):
            raise UsageError(
                f"has no columns `time` and `type` (found: {_quote(', '.join(names))})",
                where=where,
                hint="The first line of a CSV log names its columns: time,type.",
            )
        reader.fieldnames = names
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        hint = "--events takes CSV or JSON of `time, type`."
        raise UsageError(f"not valid CSV ({error})", where=f"{where}, row {reader.line_num}", hint=hint) from error


def _type(row: Mapping[str, object]) -> str:
    text = str(row.get("type") or "").strip()
    value = text.lower()
    if value not in _LEFT | _BACK | {_LEFT_BRIEFLY}:
        raise ValueError(f"unknown type {_quote(text)} (known: blur, focus, hidden, visible, TAB_SWITCH)")
    return value


def _quote(text: str) -> str:
    """Words of the file for a message: shortened, with control characters made visible."""
    return repr(text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…")


def _time_s(row: Mapping[str, object], wall_clock: WallClock | None) -> float:
    value = row.get("time")
    text = str(value if value is not None else "").strip()
    seconds = _video_time_s(text)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"time {_quote(text)} is neither seconds, HH:MM:SS nor a date and time") from None
    if wall_clock is None:
        raise ValueError(f"time {_quote(text)} is a date, but when the session started is not known (give --start)")
    if moment.tzinfo is None and wall_clock.known_from == "creation time":
        raise ValueError(f"time {_quote(text)} has no time zone, and the recording's is not known (give --start)")
    if moment.tzinfo is None:
        # A log without a time zone is read in the zone of the session's start.
        return moment.replace(tzinfo=UTC).timestamp() - wall_clock.utc_offset_s - wall_clock.start_unix_s
    return moment.timestamp() - wall_clock.start_unix_s


def _video_time_s(text: str) -> float | None:
    clock = _CLOCK.fullmatch(text)
    try:
        seconds = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3]) if clock else float(text)
    except (ValueError, OverflowError):  # more digits than Python reads, or than a float holds
        return None
    return seconds if math.isfinite(seconds) else None


def _observe(states: Sequence[tuple[float, str]]) -> Iterator[Observation]:
    """Observations from (session time, type) in order of time."""
    left = False  # by a row that says so; a TAB_SWITCH alone says only that it happened
    for (t_s, kind), following in zip_longest(states, states[1:]):
        yield Observation("log", t_s, {"log.hidden": 0.0 if kind in _BACK else 1.0})
        if kind != _LEFT_BRIEFLY:
            left = kind in _LEFT
        elif not left and (following is None or (following[0] > t_s + _BRIEF_S and following[1] not in _BACK)):
            yield Observation("log", t_s + _BRIEF_S, {"log.hidden": 0.0})
