"""Browser and LMS logs become observations on the session clock.

The generic format: CSV or JSON rows of `time, type`. `time` is seconds of session time ("312.5"), a video time
("00:05:12.5"), or a date and time (ISO 8601; needs to know when the session started). `type` is one of:

- ``hidden`` / ``visible``, ``blur`` / ``focus``: the exam page is left, is back;
- ``TAB_SWITCH``: it was left, and nothing is known of the return: taken to last until the next ``visible`` or
  ``focus`` row, else for a second.

The signal ``log.hidden`` is 1 while the exam page is left and 0 while it is shown. Rows that cannot be read are
reported with their number; the others are used.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class LogReading:
    """A log on the session clock: observations in time order, and the rows that could not be used."""

    observations: tuple[Observation, ...]
    problems: tuple[Problem, ...]


def read(path: str | Path, wall_clock: WallClock | None) -> LogReading:
    """Read a log file.

    Args:
        path: a CSV or JSON file, told apart by its content.
        wall_clock: when session time 0 was; needed for rows that carry a date.

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
    problems: list[Problem] = []
    for number, row in rows:
        try:
            states.append((_time_s(row, wall_clock), _type(row)))
        except ValueError as error:
            problems.append(Problem("log_row", f"{where}, row {number}", f"{error}; the row is not used"))
    if not states:
        raise UsageError(
            "no usable row" + (f" ({problems[0].where}: {problems[0].message})" if problems else ""),
            where=where,
            hint="Each row needs `time` and `type`, for example `312.5,hidden`.",
        )
    if len(problems) > _MAX_PROBLEMS:
        more = len(problems) - _MAX_PROBLEMS
        problems = [*problems[:_MAX_PROBLEMS], Problem("log_row", where, f"{more} more rows are not used")]
    return LogReading(tuple(_observe(sorted(states, key=lambda state: state[0]))), tuple(problems))


def _json_rows(text: str, where: str) -> Iterable[tuple[int, Mapping[str, object]]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        hint = "A JSON log is a list of {time, type}."
        raise UsageError(f"not valid JSON ({error})", where=where, hint=hint) from error
    rows = document.get("events") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise UsageError("holds no list of events", where=where, hint="A JSON log is a list of {time, type}.")
    for number, row in enumerate(rows, 1):
        yield number, row if isinstance(row, dict) else {}


def _csv_rows(text: str, where: str) -> Iterable[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if not {"time", "type"} <= set(names):
        raise UsageError(
            f"has no columns `time` and `type` (found: {', '.join(names) or 'nothing'})",
            where=where,
            hint="The first line of a CSV log names its columns: time,type.",
        )
    reader.fieldnames = names
    for row in reader:
        yield reader.line_num, row


def _type(row: Mapping[str, object]) -> str:
    value = str(row.get("type") or "").strip().lower()
    if value not in _LEFT | _BACK | {_LEFT_BRIEFLY}:
        raise ValueError(f"unknown type {value!r} (known: blur, focus, hidden, visible, TAB_SWITCH)")
    return value


def _time_s(row: Mapping[str, object], wall_clock: WallClock | None) -> float:
    value = row.get("time")
    text = str(value if value is not None else "").strip()
    seconds = _video_time_s(text)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"time {text!r} is neither seconds, HH:MM:SS nor a date and time") from None
    if wall_clock is None:
        raise ValueError(f"time {text!r} is a date, but when the session started is not known (give --start)")
    if moment.tzinfo is None:
        # A log without a time zone is read in the zone of the session's start.
        return moment.replace(tzinfo=UTC).timestamp() - wall_clock.utc_offset_s - wall_clock.start_unix_s
    return moment.timestamp() - wall_clock.start_unix_s


def _video_time_s(text: str) -> float | None:
    parts = text.split(":")
    if not 1 <= len(parts) <= 3:
        return None
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if any(number != number or abs(number) == float("inf") for number in numbers):
        return None
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + number
    return seconds


def _observe(states: list[tuple[float, str]]) -> Iterable[Observation]:
    for index, (t_s, kind) in enumerate(states):
        yield Observation("log", t_s, {"log.hidden": 0.0 if kind in _BACK else 1.0})
        if kind == _LEFT_BRIEFLY:
            following_s = states[index + 1][0] if index + 1 < len(states) else float("inf")
            if following_s > t_s + _BRIEF_S:
                known_return = any(later in _BACK for _, later in states[index + 1 : index + 2])
                if not known_return:
                    yield Observation("log", t_s + _BRIEF_S, {"log.hidden": 0.0})
