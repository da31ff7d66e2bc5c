"""One rule on its signal, sample by sample. The meaning is written in ``rules.py``; this is its state machine.

::

    idle ──active sample──▶ going on ◀──taken up again──┐
     ▲                        │  ▲                       │
     │                        │  └ due: confirm, score   │
     │                        ▼                          │
     └──too long────────── interrupted ─────────────────┘
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Literal

from proctor_cli.policy import Rule, Timing, fill
from proctor_cli.risk.words import clock
from proctor_cli.types import Incident

EPSILON_S = 1e-9
"""Times closer than this are the same: sums of floating-point seconds are not exact."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened to a condition once it was confirmed.

    ``holds``: from ``t_s`` on it is known to go on (first at its confirmation); ``rests``: from ``t_s`` on it
    is not; ``scores``: an alert, and the rule's points; ``ends``: it can no longer be taken up again, and
    ``incident`` is the whole of it. ``number`` counts conditions in the order of their confirmation, from 0.
    """

    t_s: float
    what: Literal["holds", "rests", "scores", "ends"]
    number: int
    rule: Rule
    incident: Incident | None = None


class Watch:
    """The state of one rule.

    ``wake_s`` is the next moment at which something happens by the passing of time alone; whoever drives it
    calls ``wake`` then, before any later ``push``. While it ``is_idle``, a sample that is unmeasured or whose
    ``sign`` times value is not above ``threshold`` changes nothing and need not be pushed: most samples of most rules.
    ``last_score_s`` (by event) and ``numbers`` are shared by all rules of a session.
    """

    def __init__(self, rule: Rule, timing: Timing, last_score_s: dict[str, float], numbers: Iterator[int]) -> None:
        self.rule = rule
        self.signal = rule.signal
        self.confidence_signal = rule.confidence_signal or ""
        self.wake_s = inf
        # Everything is compared as "greater than": a rule that watches from below sees the signal upside down.
        self.sign = -1.0 if rule.above is None else 1.0
        self.threshold = self.sign * rule.threshold
        self.is_idle = True
        self._release = self.threshold if rule.release is None else self.sign * rule.release
        self._bridge_s = timing.bridge_s
        self._hold_s = inf if rule.source == "log" else timing.hold_s
        self._last_score_s = last_score_s
        self._numbers = numbers
        self._going_on = False
        self._blind = False  # interrupted by nothing but unmeasured time
        self._condition: _Condition | None = None

    def parts_of(self, values: Mapping[str, float | None]) -> dict[str, float]:
        """What the rule's signal is made of at one moment."""
        found = ((part, values.get(part)) for part in self.rule.parts)
        return {part: value for part, value in found if value is not None}

    def push(
        self,
        t_s: float,
        value: float | None,
        score: float | None,
        context: Mapping[str, float],
        marks: list[Mark],
        words: str = "",
    ) -> None:
        """Take in a sample.

        Args:
            t_s: its time.
            value: the signal, None when it could not be measured.
            score: the value of ``confidence_signal``, None when there is none.
            context: evidence of this moment.
            marks: where to add what happened.
            words: what the value stands for at this moment.
        """
        self._settle(t_s, marks)
        level = self._release if self._going_on or self._blind else self.threshold
        if value is not None and self.sign * value > level:
            self._go_on(t_s, value, marks)
            if self._condition is not None:
                self._condition.count(t_s, self.sign * value, self.threshold, score, context)
                self._condition.add_parts(
                    {part: self.sign * context[part] - self._release for part in self.rule.parts if part in context}
                )
                self._condition.said[words] += bool(words)
                self._condition.consider(t_s, self.rule)
        elif self._condition is not None:
            if self._going_on:
                self._interrupt(t_s, marks)
            self._blind = self._blind and value is None
            self._condition.count_interruption(value is not None)
            self._settle(t_s, marks)
        self._set_wake()

    def wake(self, t_s: float, marks: list[Mark]) -> None:
        """Do what is due at ``t_s`` == ``wake_s``."""
        condition = self._condition
        assert condition is not None  # wake_s is inf without one
        if condition.due_s > t_s + EPSILON_S:
            self._interrupt(t_s, marks)  # the last sample speaks no longer
        elif condition.confirmed_s is None and condition.share < self.rule.min_share:
            condition.due_s = inf  # until a sample raises the share
        elif condition.confirmed_s is None:
            condition.confirmed_s = condition.due_s = t_s
            condition.number = next(self._numbers)
            marks.append(Mark(t_s, "holds", condition.number, self.rule))
        else:
            self._score(t_s, condition, marks)
        self._set_wake()

    def finish(self, end_s: float, marks: list[Mark]) -> None:
        """The session ends at ``end_s``."""
        if self._going_on:
            self._interrupt(end_s, marks)
        if self._condition is not None:
            self._end(end_s, self._condition, marks)
        self._set_wake()

    def _score(self, t_s: float, condition: _Condition, marks: list[Mark]) -> None:
        rule = self.rule
        ready_s = self._last_score_s.get(rule.event, -inf) + rule.cooldown_s
        if ready_s > t_s + EPSILON_S:
            condition.due_s = ready_s
            return
        self._last_score_s[rule.event] = t_s
        condition.scores += 1
        condition.due_s = t_s + rule.repeat_s if rule.repeat_s else inf
        marks.append(Mark(t_s, "scores", condition.number, rule))

    def _go_on(self, t_s: float, value: float, marks: list[Mark]) -> None:
        condition = self._condition
        if condition is None:
            condition = self._condition = _Condition(t_s, t_s + self.rule.min_duration_s)
            self.is_idle = False
        if not self._going_on:
            self._going_on, self._blind = True, False
            condition.firm_since_s = t_s
            if condition.confirmed_s is not None:
                marks.append(Mark(t_s, "holds", condition.number, self.rule))
        condition.silent_s = t_s + self._hold_s

    def _interrupt(self, t_s: float, marks: list[Mark]) -> None:
        condition = self._condition
        assert condition is not None
        self._going_on, self._blind = False, True
        condition.interrupted_s = t_s
        if condition.confirmed_s is not None:
            marks.append(Mark(t_s, "rests", condition.number, self.rule))

    def _settle(self, t_s: float, marks: list[Mark]) -> None:
        """Has an interruption lasted too long for the condition to be taken up again?"""
        condition = self._condition
        if condition is None or self._going_on:
            return
        gap_s = t_s - condition.interrupted_s
        self._blind = self._blind and gap_s <= self._bridge_s + EPSILON_S
        if not self._blind and gap_s >= self.rule.merge_gap_s - EPSILON_S:
            self._end(t_s, condition, marks)

    def _end(self, t_s: float, condition: _Condition, marks: list[Mark]) -> None:
        self._condition, self._blind, self.is_idle = None, False, True
        if condition.confirmed_s is not None:
            incident = _incident(self.rule, self.sign, condition, condition.confirmed_s)
            marks.append(Mark(t_s, "ends", condition.number, self.rule, incident))

    def _set_wake(self) -> None:
        condition = self._condition
        if condition is None or not self._going_on:
            self.wake_s = inf
        else:
            self.wake_s = min(max(condition.due_s, condition.firm_since_s), condition.silent_s)


class _Condition:
    """What is known of a condition that has begun; signs are such that greater is more telling."""

    def __init__(self, start_s: float, due_s: float) -> None:
        self.start_s = self.firm_since_s = self.interrupted_s = start_s
        self.due_s = due_s  # the next thing due: confirmation, then scores
        self.silent_s = inf  # when the last active sample speaks no longer
        self.confirmed_s: float | None = None
        self.number = -1
        self.scores = 0
        self.samples = self.measured = self.beyond = 0
        self.peak = -inf
        self.peak_s = start_s
        self.context: Mapping[str, float] = {}
        self.confidences: list[float] = []
        self.beyond_release: dict[str, float] = {}
        self.said: Counter[str] = Counter()
        self._interruption = [0, 0]  # samples and measured ones, counted only if it is taken up again

    def count(
        self, t_s: float, reading: float, threshold: float, score: float | None, context: Mapping[str, float]
    ) -> None:
        """An active sample."""
        samples, measured = self._interruption
        self._interruption = [0, 0]
        self.samples += samples + 1
        self.measured += measured + 1
        self.beyond += reading > threshold
        if reading > self.peak:
            self.peak, self.peak_s, self.context = reading, t_s, context
        if score is not None:
            self.confidences.append(score)

    def add_parts(self, beyond: Mapping[str, float]) -> None:
        """By how much each part was beyond the release level at an active sample: less than that carries nothing."""
        for part, excess in beyond.items():
            self.beyond_release[part] = self.beyond_release.get(part, 0.0) + max(0.0, excess)

    def strongest(self, parts: Mapping[str, str]) -> str:
        """Words for the part that was the strongest over the whole condition, "" of a signal without parts."""
        return parts[max(parts, key=lambda part: self.beyond_release.get(part, 0.0))] if parts else ""

    def consider(self, t_s: float, rule: Rule) -> None:
        """Whether a confirmation that waits for a larger share has it now, at an active sample."""
        if self.confirmed_s is None and self.due_s == inf and self.share >= rule.min_share:
            self.due_s = t_s

    @property
    def share(self) -> float:
        """Share of the samples so far that are beyond the threshold."""
        return self.beyond / self.samples

    def count_interruption(self, measured: bool) -> None:
        """A sample that is not active."""
        self._interruption[0] += 1
        self._interruption[1] += measured


def _incident(rule: Rule, sign: float, condition: _Condition, confirmed_s: float) -> Incident:
    start_s, end_s, peak = condition.start_s, condition.interrupted_s, sign * condition.peak
    beyond_share = condition.share
    confidence = median(condition.confidences) if condition.confidences else beyond_share
    confidence = min(1.0, max(0.0, confidence))
    words: dict[str, float | str] = {
        "event": rule.event,
        "start": clock(start_s),
        "end": clock(end_s),
        "duration_s": end_s - start_s,
        "min_duration_s": rule.min_duration_s,
        "peak": peak,
        "threshold": rule.threshold,
        "confidence": confidence,
        "part": condition.strongest(rule.parts),
        "words": max(condition.said, key=lambda words: condition.said[words], default=""),
    }
    evidence = {
        "peak": peak,
        "threshold": rule.threshold,
        "min_duration_s": rule.min_duration_s,
        "samples": float(condition.samples),
        "measured_share": condition.measured / condition.samples,
        "beyond_share": beyond_share,
        **condition.context,
    }
    return Incident(
        event=rule.event,
        source=rule.source,
        severity=rule.severity,
        kind=rule.kind,
        start_s=start_s,
        end_s=end_s,
        confirmed_s=confirmed_s,
        peak=peak,
        peak_s=condition.peak_s,
        confidence=confidence,
        points=rule.points * condition.scores,
        message=fill(rule.message, words),
        alerted=condition.scores > 0,
        evidence=evidence,
    )
