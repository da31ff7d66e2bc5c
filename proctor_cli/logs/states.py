"""From entries at their times to observations: what a log said last holds until it says something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from proctor_cli.logs.entries import SPEC, Entry
from proctor_cli.types import Observation

BRIEF_S = 1.0
"""How long something lasts of whose end a log says nothing."""
_FRESH_S = 3600.0
"""What was said longer than this before the exam was said of something else."""

_MAX_CHANGES = 2000
"""No exam's page is left a thousand times. What writes more than that is broken, and nobody reads so many incidents."""

_State = tuple[float, float | None]  # session time and value; None is a flash
_Change = tuple[float, str, float]  # session time, signal and value


@dataclass(frozen=True, slots=True)
class Told:
    """What a log says in a stretch of session time.

    ``carried`` are the numbers of the rows before it of which something still holds at its start. ``thinned`` says how,
    where there are more changes than a log of an exam can have; "" when all are there.
    """

    observations: tuple[Observation, ...]
    carried: frozenset[int] = frozenset()
    thinned: str = ""


def observe(placed: Iterable[tuple[float, Entry]], span: tuple[float, float]) -> Told:
    """Observations in order of time, those of ``span`` only; one for each change of a signal.

    A flash lasts until the log says that the signal is 0, or, where it does not say so next, for a second. What was
    said before the span, shortly before the exam at the earliest, holds at its start, if the log goes on after 0: else
    it may be that of another exam.

    Args:
        placed: entries with their session times, in any order; those of one time in the order of the log.
        span: what is analysed, [start, end) in seconds of session time.
    """
    states: dict[str, list[_State]] = {signal: [] for signal in SPEC.signals}
    last_before: dict[str, int] = {}
    goes_on = False
    for t_s, entry in sorted(placed, key=lambda pair: pair[0]):
        goes_on = goes_on or t_s >= 0.0
        for signal, value in (*entry.states.items(), *((flash, None) for flash in entry.flashes)):
            states[signal].append((t_s, value))
            if t_s < span[0]:
                last_before[signal] = entry.number
    seen = [(t_s, signal, value) for signal, told in states.items() for t_s, value in _unfold(told)]
    seen.sort(key=lambda change: change[0])
    inside = [change for change in seen if span[0] <= change[0] < span[1]]
    carried: frozenset[int] = frozenset()
    if inside or goes_on:
        known = {signal for t_s, signal, _ in inside if t_s == span[0]}
        before = {signal: value for t_s, signal, value in seen if -_FRESH_S <= t_s < span[0] and signal not in known}
        inside = [*((span[0], signal, value) for signal, value in before.items()), *inside]
        carried = frozenset(last_before[signal] for signal in before)
    kept, thinned = _thin(inside)
    return Told(tuple(Observation("log", t_s, {signal: value}) for t_s, signal, value in kept), carried, thinned)


def _thin(changes: Sequence[_Change]) -> tuple[Sequence[_Change], str]:
    """Few enough changes to be judged and read, each at its own time; and what was done about it, in words.

    Of those of a signal that share one piece of time, the first to every value and the last remain: whatever the log
    said, it still says, about when it did. The pieces are as short as will do.
    """
    if len(changes) <= _MAX_CHANGES:
        return changes, ""
    real = kept = _drop_repeats(changes)
    piece_s = 0.5
    while len(kept) > _MAX_CHANGES:
        piece_s *= 2
        kept = _drop_repeats(_pick(real, piece_s))
    if kept is real:
        return real, ""
    return kept, (
        f"it changes {len(real)} times in what was analysed, which is not plausible: of changes within the same "
        f"{piece_s:g} s only the first to every state and the last are used"
    )


def _drop_repeats(changes: Sequence[_Change]) -> Sequence[_Change]:
    """The changes that say something else than the one before of their signal."""
    now: dict[str, float] = {}
    real: list[_Change] = []
    for change in changes:
        _, signal, value = change
        if now.get(signal) != value:
            now[signal] = value
            real.append(change)
    return real


def _pick(changes: Sequence[_Change], piece_s: float) -> Sequence[_Change]:
    """Of each signal the first change to every value, and the last change, in every piece of time."""
    first: dict[tuple[str, float, float], int] = {}
    last: dict[tuple[str, float], int] = {}
    for number, (t_s, signal, value) in enumerate(changes):
        piece = t_s // piece_s
        first.setdefault((signal, piece, value), number)
        last[signal, piece] = number
    return [changes[number] for number in sorted({*first.values(), *last.values()})]


def _unfold(states: Sequence[_State]) -> Iterator[tuple[float, float]]:
    """The values of one signal, in order of time, with the ends of its flashes."""
    lasting = 0.0  # by a row that says so; a flash alone says only that it happened
    for (t_s, value), following in zip_longest(states, states[1:]):
        if value is not None:
            lasting = value
            yield t_s, value
            continue
        yield t_s, 1.0
        if not lasting and (following is None or (following[0] > t_s + BRIEF_S and following[1] != 0.0)):
            yield t_s + BRIEF_S, 0.0
