"""What the screen showed and what was heard, as stretches of time for the report.

A fold over derived observations. Nothing is judged: a stretch says what was measured, whatever the rules make of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from proctor_cli.policy import Policy
from proctor_cli.risk.voice import find_silence_db
from proctor_cli.types import Observation, State, Stretch, Strip

_FLICKER_S = 1.0
"""A pause between words, a look at a page that is being drawn: what is shorter is no stretch of its own."""
_HALF = 0.5
_HEARD = frozenset({"sound.speech", "sound.level_db"})

_STRENGTH: dict[State, int] = {"other": 2, "exam": 1, "speech": 3, "sound": 2, "silent": 1, "unknown": 0}
"""A state lives through a flicker of weaker ones: words through a pause, and anything through what is not known."""


class StripCollector:
    """Takes in derived observations, in order of time.

    The screen shows the exam, something else ("other"), or that is not known. Of the sound, there is speech
    (``sound.speech`` is at least 0.5), another sound, or silence (by the threshold of the policy's rule on
    ``sound.level_db``), or that is not known. What is measured speaks until the next measurement, ``timing.hold_s`` at
    most.
    """

    def __init__(self, policy: Policy) -> None:
        self._screen = _Lane("screen.exam", policy.timing.hold_s)
        self._sound = _Lane("sound.heard", policy.timing.hold_s)
        self._silence_db = find_silence_db(policy.rules)

    def push(self, observation: Observation) -> None:
        """Take in the next observation."""
        values = observation.values
        if observation.source == "screen" and "screen.exam" in values:
            exam = values["screen.exam"]
            self._screen.change(observation.t_s, "unknown" if exam is None else "exam" if exam > _HALF else "other")
        elif observation.source == "sound" and not _HEARD.isdisjoint(values):
            self._sound.change(observation.t_s, self._hear(values.get("sound.speech"), values.get("sound.level_db")))

    def finish(self, end_s: float) -> tuple[Strip, ...]:
        """A strip for each source of which anything is known, from its first measurement to ``end_s``."""
        strips = (lane.finish(end_s) for lane in (self._screen, self._sound))
        return tuple(strip for strip in strips if strip is not None)

    def _hear(self, speech: float | None, level_db: float | None) -> State:
        if speech is not None and speech >= _HALF:
            return "speech"
        if level_db is None:
            return "unknown"
        return "sound" if level_db > self._silence_db else "silent"


class _Lane:
    """One signal: each state from its start to the next one's."""

    def __init__(self, signal: str, hold_s: float) -> None:
        self._signal, self._hold_s = signal, hold_s
        self._changes: list[tuple[float, State]] = []
        self._seen_s = inf

    def change(self, t_s: float, state: State) -> None:
        """From ``t_s`` on it is in this state."""
        self._run_out(t_s)
        if not self._changes or self._changes[-1][1] != state:
            self._changes.append((t_s, state))
        self._seen_s = t_s

    def finish(self, end_s: float) -> Strip | None:
        self._run_out(end_s)
        if all(state == "unknown" for _, state in self._changes):
            return None
        ends_s = [*(t_s for t_s, _ in self._changes[1:]), end_s]
        stretches = (
            Stretch(t_s, min(until_s, end_s), state)
            for (t_s, state), until_s in zip(self._changes, ends_s, strict=True)
        )
        settled = _drop(_bridge(stretch for stretch in stretches if stretch.start_s < stretch.end_s))
        return Strip(self._signal, tuple(settled))

    def _run_out(self, t_s: float) -> None:
        """What was measured last speaks no longer than ``hold_s``."""
        if t_s - self._seen_s > self._hold_s and self._changes[-1][1] != "unknown":
            self._changes.append((self._seen_s + self._hold_s, "unknown"))


def _bridge(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Where a state comes back after a flicker of weaker ones, it had gone on."""
    kept: list[Stretch] = []
    for stretch in stretches:
        at = len(kept) - 1
        while at >= 0 and _is_weaker(kept[at], stretch) and stretch.start_s - kept[at].start_s < _FLICKER_S:
            at -= 1
        if at >= 0 and kept[at].state == stretch.state:
            stretch = replace(stretch, start_s=kept[at].start_s)
            del kept[at:]
        kept.append(stretch)
    return kept


def _drop(stretches: Iterable[Stretch]) -> list[Stretch]:
    """A flicker is taken for what was before it; but something else on the screen is kept, however short."""
    kept: list[Stretch] = []
    for stretch in stretches:
        is_flicker = stretch.end_s - stretch.start_s < _FLICKER_S and stretch.state != "other"
        if kept and (is_flicker or kept[-1].state == stretch.state):
            kept[-1] = replace(kept[-1], end_s=stretch.end_s)
        else:
            kept.append(stretch)
    return kept


def _is_weaker(stretch: Stretch, than: Stretch) -> bool:
    return _STRENGTH[stretch.state] < _STRENGTH[than.state]
