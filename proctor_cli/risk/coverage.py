"""How much of the session was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from proctor_cli.types import Coverage, Observation, Source

_TOLD = frozenset({"picture.gap", "sound.missing", "sound.gap", "sound.level_db", "sound.peak_db", "sound.clipped"})
"""What is known without looking at a picture or listening for anything: where it is told, nothing need be measured."""
_ALONE = frozenset({"screen.exam"})
"""Signals that are a family by themselves."""


@dataclass(slots=True)
class _Family:
    """``measured`` and ``since_s`` are of its last observation; ``measured_s`` is the time before that."""

    hold_s: float
    since_s: float = 0.0
    measured: bool = False
    measured_s: float = 0.0

    def pass_time(self, t_s: float) -> None:
        if self.measured:
            passed_s = t_s - self.since_s
            if passed_s > 0:  # a span may end before what was last measured in it
                self.measured_s += passed_s if passed_s < self.hold_s else self.hold_s
        self.since_s = t_s


@dataclass(slots=True)
class _Layout:
    """What one set of signals consists of: observations of one detector share it, so it is worked out once."""

    families: list[tuple[_Family, list[str]]]
    unmeasured: set[str]  # signals never measured so far


class CoverageMeter:
    """Adds up the time measured for each family of signals (``head`` of ``head.yaw_deg``).

    An observation that looked for a family speaks for the time until the next that did, ``hold_s`` at most. It
    was measured if any of its signals was. A log covers the whole session: what it does not mention did not
    change. A room scan covers nothing of it: that was before. Families of the screen are called ``screen.picture`` and
    so on; whether it shows the exam (``screen.exam``) is one by itself, since what else is on it can be told without.
    """

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._families: dict[str, _Family] = {}
        self._layouts: dict[tuple[Source, tuple[str, ...]], _Layout] = {}
        self._measured: set[tuple[Source, str]] = set()

    def push(self, observation: Observation) -> None:
        """Take in the next observation, in order of time."""
        source, values = observation.source, observation.values
        t_s = max(0.0, observation.t_s)  # before 0 there is no exam to cover
        layout = self._layouts.get((source, tuple(values)))
        if layout is None:
            layout = self._lay_out(source, values)
        for family, signals in layout.families:
            family.pass_time(t_s)
            for signal in signals:
                if values[signal] is not None:
                    family.measured = True
                    break
            else:
                family.measured = False
        if layout.unmeasured:
            found = {signal for signal in layout.unmeasured if values[signal] is not None}
            layout.unmeasured -= found
            self._measured.update((source, signal) for signal in found)

    def was_measured(self, source: Source, signal: str) -> bool:
        """Whether ``signal`` was ever measured."""
        return (source, signal) in self._measured

    def was_sought(self, source: Source, signal: str) -> bool:
        """Whether ``signal`` was ever looked for."""
        return any(seen == source and signal in signals for seen, signals in self._layouts)

    def finish(
        self, end_s: float, expected: Iterable[tuple[Source, str]], start_s: float = 0.0
    ) -> tuple[Coverage, ...]:
        """Coverage of all families met, and of those of the ``expected`` signals, sorted by name.

        Args:
            end_s: end of the session, or of the part of it that was analysed.
            start_s: start of that part.
            expected: signals that were to be measured: without any observation they are covered for 0 s.
        """
        for source, signal in expected:
            if source != "workspace":
                self._family(source, signal)
        for family in self._families.values():
            family.pass_time(end_s)
        return tuple(
            Coverage(name, family.measured_s, end_s - start_s) for name, family in sorted(self._families.items())
        )

    def _lay_out(self, source: Source, values: Mapping[str, float | None]) -> _Layout:
        groups: dict[str, tuple[_Family, list[str]]] = {}
        for signal in values if source != "workspace" else ():
            if signal in _TOLD:
                continue
            family = self._family(source, signal)
            family.measured = family.measured or source == "log"
            groups.setdefault(_name_family(source, signal), (family, []))[1].append(signal)
        layout = self._layouts[source, tuple(values)] = _Layout(list(groups.values()), set(values))
        return layout

    def _family(self, source: Source, signal: str) -> _Family:
        name = _name_family(source, signal)
        return self._families.setdefault(name, _Family(inf if source == "log" else self._hold_s))


def _name_family(source: Source, signal: str) -> str:
    family = signal if signal in _ALONE else signal.partition(".")[0]
    return family if source != "screen" or family.startswith("screen") else f"screen.{family}"
