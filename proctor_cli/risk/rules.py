"""Rules applied to a stream of observations: which conditions held, when they were confirmed, what they scored.

A rule watches one signal of one source. Time is continuous; a sample is a measurement of the signal.

Active or not
    A sample is *active* if it is beyond the threshold (strictly). While the condition goes on, it is enough
    that it is beyond ``release`` (strictly; without one, the threshold). An active sample speaks until the next
    sample, but for ``timing.hold_s`` at most; after that the signal counts as unmeasured. (The log's signals
    are states: they hold until they change.) An observation without the signal says nothing about it.

Interruptions
    A sample that is not active, or unmeasured (None), interrupts the condition. The next active sample takes
    it up again if
    - nothing but unmeasured time lies between and that is no longer than ``timing.bridge_s`` (here ``release``
      still applies: a missing measurement ends nothing by itself), or
    - the interruption, of whatever sort, is shorter than the rule's ``merge_gap_s``.
    Otherwise the condition ended where the interruption began, and the active sample begins a new one. So a
    condition is the half-open interval from its first active sample to the first moment it was not known to go
    on, or to the end of the session.

Due moments
    *Firm* time is that for which an active sample speaks, its last moment included. Whatever is due at some
    moment happens at the first firm moment of the condition that is not earlier, or never.
    - Confirmation is due ``min_duration_s`` after the start, but not before at least ``min_share`` of the condition's
      samples up to then are beyond the threshold (interruptions count once it is taken up again).
    - The first score is due at confirmation, the next ones ``repeat_s`` after the one before (0: none).
    - Within ``cooldown_s`` after the last score of the same event (of any rule with that event) a score waits
      until the cooldown is over. If the condition has ended by then it stays without: it is listed with 0
      points and ``alerted`` False.
    Across rules, all this happens in order of time; at one moment, what has held until then comes before what
    begins there, and then the policy's order of rules decides.

So nothing depends on how densely a signal is sampled, only on when it changed, and nothing is ever taken back:
what has been told to a live viewer stands. The cost is that an incident is complete only when it can no
longer be taken up again.

A score also happens for rules without points: it is what makes an alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from math import inf
from operator import attrgetter
from typing import Any, get_args

from proctor_cli.policy import Policy
from proctor_cli.risk.watch import EPSILON_S, Mark, Watch
from proctor_cli.types import Observation, Source

_ABSENT: Any = object()
_wake_s = attrgetter("wake_s")


class Rulebook:
    """All rules of a policy over one session.

    Push observations in order of time, then flush once; each call returns the marks that became certain,
    in order of time. The same object serves a live feed.
    """

    def __init__(self, policy: Policy) -> None:
        last_score_s: dict[str, float] = {}
        numbers = count()
        self._watches = [Watch(rule, policy.timing, last_score_s, numbers) for rule in policy.enabled_rules]
        # With what tells most samples at once to be of no matter; see Watch.
        self._of_source: dict[Source, list[tuple[str, float, float, Watch]]] = {
            source: [
                (watch.signal, watch.sign, watch.threshold, watch)
                for watch in self._watches
                if watch.rule.source == source
            ]
            for source in get_args(Source)
        }
        self._hold_s = policy.timing.hold_s
        self._now_s = -inf
        self._wake_s = inf
        self._faces: tuple[float, Mapping[str, float]] = (-inf, {})

    def push(self, observation: Observation) -> list[Mark]:
        """Go on to the time of ``observation`` and take it in.

        Raises:
            ValueError: it is earlier than the one before.
        """
        now_s, values = observation.t_s, observation.values
        if now_s < self._now_s:
            raise ValueError(f"observations must be in order of time: {now_s} s after {self._now_s} s")
        self._now_s = now_s
        marks: list[Mark] = []
        if self._wake_s <= now_s + EPSILON_S:
            self._advance(now_s, marks)
        if (faces := values.get("face.count")) is not None:
            self._faces = (now_s, {"face_count": faces})
        changed = False
        for signal, sign, threshold, watch in self._of_source[observation.source]:
            value = values.get(signal, _ABSENT)
            if value is _ABSENT or (watch.is_idle and (value is None or sign * value <= threshold)):
                continue
            score = values.get(watch.confidence_signal)
            words = observation.words.get(signal, "")
            watch.push(now_s, value, score, {**self._context(), **watch.parts_of(values)}, marks, words)
            changed = True
        if changed:
            self._advance(now_s, marks)
        return marks

    def flush(self, end_s: float) -> list[Mark]:
        """End the session at ``end_s`` (not before the last observation): conditions still going on end here."""
        end_s = max(end_s, self._now_s)
        marks: list[Mark] = []
        self._advance(end_s, marks)
        for watch in self._watches:
            watch.finish(end_s, marks)
        return marks

    def _context(self) -> Mapping[str, float]:
        """Evidence that belongs to this moment whatever the rule: how many faces were in view."""
        seen_s, context = self._faces
        return context if self._now_s - seen_s <= self._hold_s else {}

    def _advance(self, now_s: float, marks: list[Mark]) -> None:
        """Let everything happen that is due until ``now_s``, in order of time, then of rules."""
        if not self._watches:
            return
        while (watch := min(self._watches, key=_wake_s)).wake_s <= now_s + EPSILON_S:
            watch.wake(min(watch.wake_s, now_s), marks)
        self._wake_s = watch.wake_s
