"""Which pictures a detector looks at: sparse looks first, then those in between where something has changed.

Time is cut into cells of ``step_s``, and the first picture of a cell is its sample. A detector's *fine* looks are the
first samples of stretches as long as its interval; its *sparse* looks are every n-th of them (see paces.py). When two
neighbouring sparse looks do not agree, all fine looks between them follow. So the planner must be shown pictures a few
seconds ahead, and says which of them it needs no longer. Invariants, given the detectors' answers:

- the plan depends on the video, the specs and the answers alone, never on the number of workers;
- no two looks of a detector are further apart than its sparse interval plus one step, unless pictures are missing: so
  whatever lasts longer than that is seen by a look;
- where a signal of ``bands`` differs between two neighbouring looks, they are neighbours in the dense series, too: so
  whatever was seen begins and ends where it would with every look;
- the first and the last sample of a slice, and those at both ends of a gap, are looked at: no change is lost there;
- every look is one that a dense run would make, and gives the same, but where boxes are lent (looking.py).

What creeps over a rule's level in steps that are less than its band is not looked at more closely: such an event begins
and ends within a sparse interval of where it does, and one that is hardly longer than its rule may be missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from proctor_cli.plan.paces import PACES, Answers, Pace
from proctor_cli.types import Spec

GAP_S = 1.0
"""A webcam that shows nothing new for longer has stopped, not slowed down: what was seen before says nothing of it."""


class Look(NamedTuple):
    """The sample of ``cell``, and the detectors that are to look at it now, in the order of the specs."""

    cell: int
    names: tuple[str, ...]


@dataclass(slots=True)
class _Sample:
    t_s: float
    answers: dict[str, float | None] = field(default_factory=dict)
    seen_by: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Track:
    """One detector's looks: ``between`` are the fine ones since the ``last`` sparse one."""

    pace: Pace | None
    fine: int  # cells
    sparse: int
    last: int | None = None
    between: list[int] = field(default_factory=list)
    restless: bool = False

    def opens(self, cell: int) -> bool:
        """Whether ``cell`` has the first sample of a fine stretch."""
        latest = self.between[-1] if self.between else self.last
        return latest is None or cell // self.fine != latest // self.fine


class Planner:
    """Plans the looks within one slice; see the module.

    Args:
        specs: the detectors, in the order in which they look.
        step_s: length of a cell.
        dense: every detector looks at every sample.
        begin_s: when the recording begins, session time: what is usual is learned from there on.
        speech: stretches (start_s, end_s), session time, in which speech is heard.
    """

    def __init__(
        self,
        specs: Iterable[Spec],
        step_s: float,
        *,
        dense: bool = False,
        begin_s: float = 0.0,
        speech: Sequence[tuple[float, float]] = (),
    ) -> None:
        specs = tuple(specs)
        self._begin_s, self._speech = begin_s, speech
        self._gap = GAP_S / step_s + 1e-6  # cells
        self._tracks = {spec.name: _track(spec, step_s, dense) for spec in specs}
        self._samples: dict[int, _Sample] = {}

    def show(self, cell: int, t_s: float) -> Iterator[Look]:
        """The next sample. Every look must be answered (`tell`) before the next one is asked for."""
        if self._samples and cell - next(reversed(self._samples)) > self._gap:
            yield from self.end()
            for track in self._tracks.values():
                track.last, track.restless = None, False
        self._samples[cell] = _Sample(t_s)
        opened = [name for name, track in self._tracks.items() if track.opens(cell)]
        due = [name for name in opened if self._is_sparse(self._tracks[name], cell)]
        for name in opened:
            if name not in due:
                self._tracks[name].between.append(cell)
        if due:
            yield from self._look(cell, due)
            yield from self._refine(due, cell)

    def end(self) -> Iterator[Look]:
        """No more samples: the last fine look of every detector is a sparse one."""
        due: dict[int, list[str]] = {}
        for name, track in self._tracks.items():
            if track.between:
                due.setdefault(track.between.pop(), []).append(name)
        for cell in sorted(due):
            yield from self._look(cell, due[cell])
        for cell in sorted(due):
            yield from self._refine(due[cell], cell)

    def tell(self, cell: int, answers: Answers) -> None:
        """What the detectors of a look have answered."""
        self._samples[cell].answers.update(answers)

    def settle(self) -> int | None:
        """The cell before which nobody will look any more; None before the first look. What is older is forgotten."""
        lasts = [track.last for track in self._tracks.values()]
        known = [last for last in lasts if last is not None]
        if len(known) < len(lasts):
            return None
        settled = min(known)
        for cell in [cell for cell in self._samples if cell < settled]:
            del self._samples[cell]
        return settled

    def _is_sparse(self, track: _Track, cell: int) -> bool:
        if track.last is None:
            return True
        return (cell // track.fine - track.last // track.fine) * track.fine >= track.sparse

    def _look(self, cell: int, names: Iterable[str]) -> Iterator[Look]:
        sample, paces = self._samples[cell], [PACES[name] for name in names if name in PACES]
        wanted = {*names, *(other for pace in paces for other in pace.beside)}
        waiting = tuple(name for name in self._tracks if name in wanted and name not in sample.seen_by)
        if waiting:
            sample.seen_by.update(waiting)
            yield Look(cell, waiting)

    def _refine(self, names: Sequence[str], cell: int) -> Iterator[Look]:
        """The sparse looks at ``cell`` are known: look between them and the ones before, where that is called for."""
        for name in names:
            track = self._tracks[name]
            if track.last is not None and track.pace is not None and self._is_called_for(track.pace, track, cell):
                for between in track.between:
                    yield from self._look(between, [name])
                track.restless = track.pace.lingers and track.pace.is_restless(self._between(track.last, cell))
            else:
                track.restless = False
            track.last = cell
            track.between.clear()

    def _is_called_for(self, pace: Pace, track: _Track, cell: int) -> bool:
        assert track.last is not None
        start_s, end_s = self._samples[track.last].t_s, self._samples[cell].t_s
        looks = self._between(track.last, cell)
        return (
            track.restless
            or start_s < self._begin_s + pace.learns_s
            or (pace.listens and any(start_s < until and since < end_s for since, until in self._speech))
            or not pace.is_calm(looks)
        )

    def _between(self, first: int, last: int) -> list[Mapping[str, float | None]]:
        """What is known from one cell to another, both included."""
        return [sample.answers for cell, sample in self._samples.items() if first <= cell <= last]


def _track(spec: Spec, step_s: float, dense: bool) -> _Track:
    if dense:
        return _Track(None, 1, 1)
    fine = max(1, round(spec.interval_s / step_s))
    pace = PACES.get(spec.name)
    if pace is None or not spec.sparse_s:
        return _Track(None, fine, fine)
    # A whole number of fine looks, rounded down: the sparse interval is a bound.
    return _Track(pace, fine, max(1, int((spec.sparse_s + 1e-9) / (fine * step_s))) * fine)


def bound_s(pace: Pace, shortest_s: float, step_s: float) -> float:
    """The sparse interval, s, for rules that last at least ``shortest_s``; 0 (every look) where that leaves nothing.

    It is one step less than those, since pictures lie anywhere in their cells.
    """
    return max(0.0, min(pace.sparse_s, shortest_s - step_s)) if shortest_s < inf else pace.sparse_s
