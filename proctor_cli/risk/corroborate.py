"""Whether log and screen say the same about the exam's page: two witnesses of one thing.

A fold over derived observations that rests on ``log.hidden`` (1 while the log says that the page is hidden) and
``screen.exam`` (1 while the screen shows the exam, 0 while it shows something else, None where that cannot be told).
Nothing is added to the risk: a person who reads that both agree, or that they do not, knows how much to make of either.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from math import inf
from typing import Literal

from proctor_cli.policy import Timing
from proctor_cli.risk.words import clock, number
from proctor_cli.types import Corroboration, Observation

_TOLERANCE_S = 1.0
"""How far a change in the log may lie from that on the screen: pages report late, and screens are looked at now and
then."""
_SILENCE_S = 2.0
"""Something else on the screen for longer than this is more than a change of pages: a log should mention it."""

_MAX_SHIFT_S = 60.0
"""A clock that is further off than this was not just set badly, and more exams would fit by chance."""
_SURE = 2
"""So many stretches must be shifted alike: one alone fits anywhere."""

_HALF = 0.5

_Stretch = tuple[float, float]
_Verdict = Literal["agrees", "contradicts", "not assessed"]
_WORDS: dict[_Verdict, str] = {
    "agrees": "the screen agrees",
    "contradicts": "the screen shows the exam",
    "not assessed": "what the screen showed is not known",
}


class Corroborator:
    """Takes in what log and screen say, observation by observation; the comparison is made at the end."""

    def __init__(self, timing: Timing) -> None:
        self._hidden, self._visible = _Stretches(), _Stretches()
        self._exam, self._else = _Stretches(bridge_s=timing.bridge_s), _Stretches(bridge_s=timing.bridge_s)
        self._log = _State(self._hidden, self._visible, hold_s=inf)
        self._screen = _State(self._exam, self._else, hold_s=timing.hold_s)

    def push(self, observation: Observation) -> None:
        """Take in the next observation, in order of time."""
        if observation.source == "log" and "log.hidden" in observation.values:
            self._log.change(observation.t_s, observation.values["log.hidden"])
        elif observation.source == "screen" and "screen.exam" in observation.values:
            self._screen.change(observation.t_s, observation.values["screen.exam"])

    def finish(self, start_s: float, end_s: float) -> tuple[Corroboration, ...]:
        """What each says about the other between these times, in order of time."""
        self._log.change(end_s, None)
        self._screen.change(end_s, None)
        told = [*(part for stretch in self._hidden for part in self._compare(stretch)), *self._find_silence(start_s)]
        off = self._tell_shift(told)
        told = [replace(item, message=item.message + off) if item.screen == "contradicts" else item for item in told]
        return tuple(sorted(told, key=lambda item: (item.start_s, item.end_s)))

    def _compare(self, stretch: _Stretch) -> Iterator[Corroboration]:
        """What the screen shows while the log says that the page is hidden, in parts where that changes."""
        said = f"the log says the exam page was hidden {_write(stretch)}"
        parts = self._split(stretch)
        for start_s, end_s, screen in parts:
            when = f" {_write((start_s, end_s))}" if len(parts) > 1 else ""
            yield Corroboration(start_s, end_s, screen, f"{said}; {_WORDS[screen]}{when}")

    def _split(self, stretch: _Stretch) -> list[tuple[float, float, _Verdict]]:
        """The parts of a stretch in which the screen agrees or does not, each for longer than a change of pages."""
        start_s, end_s = stretch
        # The exam at either end is a matter of clocks.
        exam = [
            (*piece, False) for piece in self._exam.longer(start_s + _TOLERANCE_S, end_s - _TOLERANCE_S, _SILENCE_S)
        ]
        other = [(*piece, True) for piece in self._else.longer(start_s, end_s, _SILENCE_S)]
        runs = [(agrees, list(run)) for agrees, run in groupby(sorted(exam + other), key=lambda piece: piece[2])]
        if len(runs) < 2:
            return [(start_s, end_s, self._judge(stretch))]
        # What lies between two parts and is not known is not held against the log.
        cuts = [then[0][0] if agrees else run[-1][1] for (agrees, run), (_, then) in pairwise(runs)]
        edges = pairwise([start_s, *cuts, end_s])
        return [(*edge, "agrees" if agrees else "contradicts") for edge, (agrees, _) in zip(edges, runs, strict=True)]

    def _judge(self, stretch: _Stretch) -> _Verdict:
        """What the screen shows for the longer part of a stretch, as far as it can be told."""
        start_s, end_s = stretch
        else_s = self._else.within(start_s - _TOLERANCE_S, end_s + _TOLERANCE_S)
        # Where it shows something else at all, the exam at either end is a matter of clocks.
        margin_s = _TOLERANCE_S if else_s else 0.0
        exam_s = self._exam.within(start_s + margin_s, end_s - margin_s)
        if not else_s and not exam_s:
            return "not assessed"
        return "agrees" if else_s > exam_s else "contradicts"

    def _tell_shift(self, told: Iterable[Corroboration]) -> str:
        """That the log's clock is off, if that explains everything: "" where it does not.

        Every hidden stretch is contradicted, and with one shift of the log each begins and ends as something else on
        the screen does, and nothing else is left.
        """
        contradicted = [item for item in told if item.screen == "contradicts"]
        hidden = list(self._hidden)
        shown = [stretch for stretch in self._else if stretch[1] - stretch[0] > _TOLERANCE_S]
        if len(hidden) < _SURE or len(hidden) != len(shown):
            return ""
        if not all(any(start_s <= item.start_s < end_s for item in contradicted) for start_s, end_s in hidden):
            return ""
        early_s = [b - a for said, seen in zip(hidden, shown, strict=True) for a, b in zip(said, seen, strict=True)]
        shift_s = (min(early_s) + max(early_s)) / 2
        if max(early_s) - shift_s > _TOLERANCE_S or not _TOLERANCE_S < abs(shift_s) <= _MAX_SHIFT_S:
            return ""
        return f"; the log seems about {number(abs(round(shift_s)))} s {'early' if shift_s > 0 else 'late'}"

    def _find_silence(self, start_s: float) -> Iterator[Corroboration]:
        """Where the screen shows something else, and a log that speaks of it says that the page is there."""
        visible = list(self._visible)
        if start_s < self._hidden.first_s < self._visible.first_s:
            visible.insert(0, (start_s, self._hidden.first_s))  # it tells when the page is left: so it was there before
        at = 0
        for shown in self._else:
            while at < len(visible) and visible[at][1] <= shown[0]:
                at += 1
            for i in range(at, len(visible)):
                stretch = visible[i]
                if stretch[0] >= shown[1]:
                    break
                # At a boundary with a hidden stretch the two may differ by the tolerance.
                left_s = max(shown[0], stretch[0] + _TOLERANCE_S * (stretch[0] > start_s))
                right_s = min(shown[1], stretch[1] - _TOLERANCE_S * self._hidden.begins_at(stretch[1]))
                if right_s - left_s > _SILENCE_S:
                    words = f"the screen shows something else than the exam {_write((left_s, right_s))}"
                    yield Corroboration(left_s, right_s, "contradicts", f"{words}; the log says nothing of it")


class _Stretches:
    """Stretches of time in order, and how much of them lies anywhere. Gaps of up to ``bridge_s`` are closed."""

    def __init__(self, bridge_s: float = 0.0) -> None:
        self._bridge_s = bridge_s
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._lengths: list[float] = [0.0]  # of all before

    def __iter__(self) -> Iterator[_Stretch]:
        return iter(zip(self._starts, self._ends, strict=True))

    @property
    def first_s(self) -> float:
        return self._starts[0] if self._starts else inf

    def begins_at(self, t_s: float) -> bool:
        at = bisect_right(self._starts, t_s)
        return at > 0 and self._starts[at - 1] == t_s

    def longer(self, start_s: float, end_s: float, least_s: float) -> Iterator[_Stretch]:
        """What of the stretches lies between these times, where that is longer than ``least_s``."""
        for i in range(max(0, bisect_right(self._starts, start_s) - 1), len(self._starts)):
            left_s, right_s = max(self._starts[i], start_s), min(self._ends[i], end_s)
            if self._starts[i] >= end_s:
                return
            if right_s - left_s > least_s:
                yield left_s, right_s

    def add(self, start_s: float, end_s: float, *, joined: bool) -> None:
        """Append a stretch; ``joined``: nothing that is known to be otherwise lies between it and the last one."""
        if end_s <= start_s:
            return
        if self._ends and joined and start_s - self._ends[-1] <= self._bridge_s:
            self._ends[-1] = end_s
        else:
            self._starts.append(start_s)
            self._ends.append(end_s)
            self._lengths.append(0.0)
        self._lengths[-1] = (self._lengths[-2] if len(self._lengths) > 1 else 0.0) + self._ends[-1] - self._starts[-1]

    def within(self, start_s: float, end_s: float) -> float:
        """Seconds of all stretches between these times."""
        return max(0.0, self._before(end_s) - self._before(start_s)) if end_s > start_s else 0.0

    def _before(self, t_s: float) -> float:
        at = bisect_right(self._starts, t_s)
        if at == 0:
            return 0.0
        return self._lengths[at] - max(0.0, self._ends[at - 1] - t_s)


class _State:
    """A signal that is 1 or 0, sample by sample: each speaks until the next, for ``hold_s`` at most."""

    def __init__(self, ones: _Stretches, zeros: _Stretches, *, hold_s: float) -> None:
        self._ones, self._zeros = ones, zeros
        self._hold_s = hold_s
        self._since_s = 0.0
        self._value: bool | None = None
        self._known: bool | None = None  # the value last known

    def change(self, t_s: float, value: float | None) -> None:
        """From ``t_s`` on the signal has this value."""
        if self._value is not None:
            into = self._ones if self._value else self._zeros
            into.add(self._since_s, min(t_s, self._since_s + self._hold_s), joined=self._known is self._value)
            self._known = self._value
        self._since_s, self._value = t_s, None if value is None else value > _HALF


def _write(stretch: _Stretch) -> str:
    return f"{clock(stretch[0])}-{clock(stretch[1])}"
