"""What a person saw in the recordings, and the files beside it: all CSV, with every mistake told at once.

Labels have the columns ``clip,event,start_s,end_s,detail``. A row says that ``event`` was to be seen in that stretch,
however short it was. ``?EVENT``: may be reported there or not. An event in small letters is a note. A clip is known by
its file name without folder and ending.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path, PurePosixPath
from typing import TypeVar

from proctor_cli.errors import UsageError
from proctor_cli.report.evaluation import LabelFile

_EVENT = re.compile(r"\??[A-Z][A-Z0-9_]*")
# People label by hand: an end this much behind the recording's is a slip of the mouse, more is another clip.
_BEYOND_S = 1.0

V = TypeVar("V")
_Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """One label. ``optional``: may be reported or not."""

    event: str
    start_s: float
    end_s: float
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels, in the order of their rows.

    ``facts`` has every clip that a row names, be it with notes only; ``durations_s`` and ``groups`` are what is known
    of clips, which may be others.
    """

    facts: Mapping[str, tuple[Fact, ...]]
    durations_s: Mapping[str, float]
    groups: Mapping[str, str]
    files: tuple[LabelFile, ...]

    @property
    def clips(self) -> frozenset[str]:
        """All clips that are known of."""
        return frozenset(self.facts) | frozenset(self.durations_s)

    @property
    def events(self) -> frozenset[str]:
        """All events that a row names, required or optional."""
        return frozenset(fact.event for facts in self.facts.values() for fact in facts)

    def narrow(self, wanted: Callable[[str], bool]) -> Labels:
        """What is known of the clips that are ``wanted``."""
        facts = {clip: facts for clip, facts in self.facts.items() if wanted(clip)}
        durations_s = {clip: length_s for clip, length_s in self.durations_s.items() if wanted(clip)}
        return Labels(facts, durations_s, self.groups, self.files)


@dataclass(frozen=True, slots=True)
class Report:
    """One event as somebody reported it."""

    event: str
    start_s: float
    end_s: float


def read_labels(paths: Sequence[Path], groups: Path | None = None) -> Labels:
    """Read labels, and the ``durations.csv`` (``clip,duration_s`` and perhaps ``group``) beside each.

    Args:
        paths: files of labels.
        groups: a file ``clip,group``; it goes before the groups in the durations.

    Raises:
        UsageError: a file cannot be read or is wrong; every mistake is listed with its line.
    """
    mistakes: list[str] = []
    durations_s: dict[str, float] = {}
    grouped: dict[str, str] = {}
    for path in dict.fromkeys(path.with_name("durations.csv") for path in paths):
        if path.exists():
            for clip, length_s, group in _read(path, ("clip", "duration_s"), _duration, mistakes):
                durations_s[clip] = length_s
                grouped |= {clip: group} if group else {}
    if groups is not None:
        grouped |= dict(_read(groups, ("clip", "group"), _group, mistakes))
    facts: dict[str, list[Fact]] = {}

    def take(row: _Row) -> None:
        clip, fact = _fact(row, durations_s)
        facts.setdefault(clip, []).extend([fact] if fact else [])

    for path in paths:
        _read(path, ("clip", "event", "start_s", "end_s"), take, mistakes)
    _refuse(mistakes)
    files = tuple(LabelFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths)
    return Labels({clip: tuple(rows) for clip, rows in facts.items()}, durations_s, grouped, files)


def read_reports(path: Path) -> dict[str, tuple[Report, ...]]:
    """Read what some program reported: ``event,start_s,end_s`` and ``clip`` (or ``video`` or ``file``).

    Raises:
        UsageError: the file cannot be read or is wrong; every mistake is listed with its line.
    """
    mistakes: list[str] = []
    reports: dict[str, list[Report]] = {}
    for clip, report in _read(path, ("event", "start_s", "end_s"), _report, mistakes):
        reports.setdefault(clip, []).append(report)
    _refuse(mistakes)
    return {clip: tuple(rows) for clip, rows in reports.items()}


def name_clip(path: str) -> str:
    """The name by which a clip is known: that of its file, without folder (with either kind of slash) and ending."""
    return PurePosixPath(path.strip().replace("\\", "/")).stem


def _read(path: Path, columns: Iterable[str], convert: Callable[[_Row], V], mistakes: list[str]) -> list[V]:
    """``convert`` each row of a table; what it complains of is added to ``mistakes`` with file and line."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, restval="", strict=True)
            missing = [column for column in columns if column not in (table.fieldnames or ())]
            if missing:
                mistakes.append(f"{path}: line 1: no column {', '.join(missing)}")
                return []
            converted = []
            for row in table:
                try:
                    if None in row:
                        raise ValueError(f"has more cells than the head ({len(table.fieldnames or ())})")
                    converted.append(convert(row))
                except ValueError as error:
                    mistakes.append(f"{path}: line {table.line_num}: {error}")
            return converted
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"cannot be read ({reason})", where=str(path), hint="Give a CSV file in UTF-8.") from error


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise UsageError("\n  ".join((count, *mistakes)), where="labels")


def _fact(row: _Row, durations_s: Mapping[str, float]) -> tuple[str, Fact | None]:
    """The clip of a row, and what it says; None for a note."""
    clip, event = _clip(row), row["event"].strip()
    if event[:1].islower():
        return clip, None
    if not _EVENT.fullmatch(event):
        raise ValueError(f"event {event!r}: must be capital letters, digits and underscores, with ? when optional")
    start_s, end_s = _stretch(row)
    length_s = durations_s.get(clip, inf)
    if end_s > length_s + _BEYOND_S:
        raise ValueError(f"end_s {end_s:g} is behind the end of {clip} ({length_s:g} s)")
    return clip, Fact(event.removeprefix("?"), start_s, end_s, event.startswith("?"))


def _report(row: _Row) -> tuple[str, Report]:
    column = next((name for name in ("clip", "video", "file") if row.get(name)), None)
    if column is None:
        raise ValueError("no clip")
    if not row["event"].strip():
        raise ValueError("no event")
    return name_clip(row[column]), Report(row["event"].strip(), *_stretch(row))


def _duration(row: _Row) -> tuple[str, float, str]:
    duration_s = _number(row, "duration_s")
    if duration_s <= 0:
        raise ValueError(f"duration_s {duration_s:g} is not more than 0")
    return _clip(row), duration_s, row.get("group", "").strip()


def _group(row: _Row) -> tuple[str, str]:
    if not row["group"].strip():
        raise ValueError("no group")
    return _clip(row), row["group"].strip()


def _clip(row: _Row) -> str:
    clip = name_clip(row["clip"])
    if not clip:
        raise ValueError("no clip")
    return clip


def _stretch(row: _Row) -> tuple[float, float]:
    start_s, end_s = _number(row, "start_s"), _number(row, "end_s")
    if end_s < start_s:
        raise ValueError(f"end_s {end_s:g} is before start_s {start_s:g}")
    return start_s, end_s


def _number(row: _Row, column: str) -> float:
    try:
        value = float(row[column])
    except ValueError:
        raise ValueError(f"{column} {row[column]!r} is no number") from None
    if not 0 <= value < inf:
        raise ValueError(f"{column} {row[column]!r} is not 0 or more")
    return value
