"""From entries at their times to observations: what a log said last holds until it says something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from proctor_cli.logs.entries import SPEC, Entry
from proctor_cli.types import Observation

BRIEF_S = 1.0
"""How long something lasts of whose end a log says nothing."""
_FRESH_S = 3600.0
"""What was said longer than this before the exam was said of something else."""

_State = tuple[float, float | None]  # session time and value; None is a flash


def observe(placed: Iterable[tuple[float, Entry]], span: tuple[float, float]) -> tuple[Observation, ...]:
    """Observations in order of time, those of ``span`` only; one for each change of a signal.

    A flash lasts until the log says that the signal is 0, or, where it does not say so next, for a second. What was
    said before the span, shortly before the exam at the earliest, holds at its start, if the log goes on after 0: else
    it may be that of another exam.

    Args:
        placed: entries with their session times, in any order; those of one time in the order of the log.
        span: what is analysed, [start, end) in seconds of session time.
    """
    states: dict[str, list[_State]] = {signal: [] for signal in SPEC.signals}
    goes_on = False
    for t_s, entry in sorted(placed, key=lambda pair: pair[0]):
        goes_on = goes_on or t_s >= 0.0
        for signal, value in entry.states.items():
            states[signal].append((t_s, value))
        for signal in entry.flashes:
            states[signal].append((t_s, None))
    seen = [(t_s, signal, value) for signal, told in states.items() for t_s, value in _unfold(told)]
    seen.sort(key=lambda change: change[0])
    inside = [change for change in seen if span[0] <= change[0] < span[1]]
    if inside or goes_on:
        known = {signal for t_s, signal, _ in inside if t_s == span[0]}
        before = {signal: value for t_s, signal, value in seen if -_FRESH_S <= t_s < span[0] and signal not in known}
        inside = [*((span[0], signal, value) for signal, value in before.items()), *inside]
    return tuple(Observation("log", t_s, {signal: value}) for t_s, signal, value in inside)


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
