"""From a file to what it says on the session clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from proctor_cli.errors import UsageError
from proctor_cli.logs.clock import local_start, place
from proctor_cli.logs.content import HINT, BadRow, Content, load
from proctor_cli.logs.entries import SPEC, Entry
from proctor_cli.logs.formats import FORMATS
from proctor_cli.logs.people import choose
from proctor_cli.logs.states import observe
from proctor_cli.types import Milestone, Observation, Problem, Spec, WallClock

_MAX_ROWS = 200_000
_MAX_MILESTONES = 2_000
# More complaints than this help nobody.
_MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class LogReading:
    """A log on the session clock: what it says in order of time, and the rows that could not be used."""

    observations: tuple[Observation, ...] = ()
    problems: tuple[Problem, ...] = ()
    milestones: tuple[Milestone, ...] = ()

    @property
    def spec(self) -> Spec:
        """What this log is as a detector: its signals are those it says something of."""
        said = {signal for observation in self.observations for signal in observation.values}
        return replace(SPEC, signals={signal: unit for signal, unit in SPEC.signals.items() if signal in said})


def read(
    path: str | Path,
    wall_clock: WallClock | None,
    span: tuple[float, float],
    *,
    student_id: str = "",
    name: str = "",
) -> LogReading:
    """Read a log file, whatever its format.

    Args:
        path: told apart by its content.
        wall_clock: when session time 0 was; needed for rows that carry a date.
        span: the stretch of session time that is analysed, [start, end) in seconds; what lies outside is left out.
        student_id: whose rows are wanted, where there are those of several people.
        name: the same person's name.

    Raises:
        UsageError: the file is missing, is of no known format, has no usable row, or only those of other people.
    """
    content = load(path)
    form = next(form for form in FORMATS if form.recognises(content))
    entries: list[Entry] = []
    complaints = _Complaints(content.where)
    for item in form.read(content, local_start(wall_clock)):
        if isinstance(item, BadRow):
            complaints.add(item)
        else:
            entries.append(item)
        if len(entries) + complaints.count > _MAX_ROWS:
            hint = "Export only the day of the exam, or this candidate's rows."
            raise UsageError(f"has more than {_MAX_ROWS} rows", where=content.where, hint=hint)
    own, doubts = choose(entries, student_id, name, content.where)
    placed = list(_place(own, wall_clock, complaints))
    telling = [pair for pair in placed if _says_something(pair[1])]
    # Rows that say nothing must not hide that those which do could not be placed.
    if not placed or (not telling and any(map(_says_something, own))):
        raise _refuse(content, complaints, own)
    milestones = [
        Milestone(round(t_s, 6), entry.kind, form.NAME, entry.message)
        for t_s, entry in placed
        if entry.kind and span[0] <= t_s < span[1]
    ]
    milestones.sort(key=lambda milestone: milestone.t_s)
    if len(milestones) > _MAX_MILESTONES:
        message = f"only the first {_MAX_MILESTONES} of {len(milestones)} entries are shown"
        doubts = (*doubts, Problem("log_long", content.where, message))
    told = observe(placed, span)
    if told.thinned:
        doubts = (*doubts, Problem("log_implausible", content.where, told.thinned))
    # Nobody misses what a log holds besides the exam, nor what says nothing here, unless there is nothing else.
    rows = placed if form.WIDE else telling or placed
    outside = [row.number for t_s, row in rows if not span[0] <= t_s < span[1] and row.number not in told.carried]
    if outside and (not form.WIDE or (len(outside) == len(rows) and not told.observations)):
        message = (
            f"{len(outside)} of {len(rows)} rows, this one first, are outside of what was analysed "
            f"({span[0]:.1f}-{span[1]:.1f} s) and are not used"
        )
        if told.carried:
            message += "; what the log said last before it holds at its start"
        doubts = (*doubts, Problem("log_outside", f"{content.where}, row {outside[0]}", message))
    return LogReading(told.observations, (*complaints.tell(), *doubts), tuple(milestones[:_MAX_MILESTONES]))


class _Complaints:
    """Bad rows, the first of them in words."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._told: list[BadRow] = []
        self.count = 0

    def add(self, row: BadRow) -> None:
        self.count += 1
        if len(self._told) < _MAX_PROBLEMS:
            self._told.append(row)

    def first(self) -> str:
        return f" ({self._where}, row {self._told[0].number}: {self._told[0].reason})" if self._told else ""

    def tell(self) -> Iterator[Problem]:
        for row in self._told:
            yield Problem("log_row", f"{self._where}, row {row.number}", f"{row.reason}; the row is not used")
        if self.count > len(self._told):
            yield Problem("log_row", self._where, f"{self.count - len(self._told)} more rows are not used")


def _place(
    entries: Iterable[Entry], wall_clock: WallClock | None, complaints: _Complaints
) -> Iterator[tuple[float, Entry]]:
    for entry in entries:
        try:
            t_s = place(entry.moment, wall_clock)
        except ValueError as error:
            complaints.add(BadRow(entry.number, str(error)))
        else:
            yield t_s, entry


def _refuse(content: Content, complaints: _Complaints, entries: Iterable[Entry]) -> UsageError:
    """That there is no usable row; if only the clock on the wall is missing, what to give."""
    dates = [entry.moment.at for entry in entries if isinstance(entry.moment.at, datetime)]
    hint = HINT
    if dates:
        first = min(dates, key=lambda date: date if date.tzinfo else date.replace(tzinfo=UTC))
        hint = f"Give --start, when the recording began; the log's first date is {first.isoformat()}."
    return UsageError(f"no usable row{complaints.first()}", where=content.where, hint=hint)


def _says_something(entry: Entry) -> bool:
    return bool(entry.states or entry.flashes or entry.kind)
