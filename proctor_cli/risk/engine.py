"""Risk over time: a fold over the marks of the rules.

Points of temporary rules raise the temporary part, which falls by ``decay_per_s`` points a second while
nothing that scores is going on, never below 0; points of permanent rules raise the permanent part, which
never falls. "Something that scores is going on" means: a confirmed condition of a rule with points is
*known* to go on (between its marks ``holds`` and ``rests``). In an interruption it is not known whether it
will be taken up again, so risk falls there; that keeps the fold causal.
"""

from __future__ import annotations

from proctor_cli.risk.watch import Mark
from proctor_cli.types import RiskKnot, RiskTimeline, Score


class RiskMeter:
    """The risk, kept up to date mark by mark.

    ``temporary`` and ``permanent`` are the points at ``now_s``, the time of the last mark that moved them.
    """

    def __init__(self, decay_per_s: float, start_s: float = 0.0) -> None:
        self.now_s = start_s
        self.temporary = 0.0
        self.permanent = 0.0
        self._decay_per_s = decay_per_s
        self._going_on = 0  # confirmed conditions of rules with points
        self._knots = [RiskKnot(start_s, 0.0, 0.0)]
        self._scores: list[Score] = []

    def push(self, mark: Mark) -> Score | None:
        """Take in the next mark; the score if points were added. ``incident`` of a score is the mark's number."""
        if mark.rule.points == 0:
            return None
        if mark.what == "holds":
            self.run_to(mark.t_s)
            self._going_on += 1
        elif mark.what == "rests":
            self.run_to(mark.t_s)
            self._going_on -= 1
        elif mark.what == "scores":
            return self._add(mark)
        return None

    def run_to(self, t_s: float) -> None:
        """Let time pass until ``t_s``."""
        if self.temporary and not self._going_on and self._decay_per_s:
            self._knot(self.now_s)
            zero_s = self.now_s + self.temporary / self._decay_per_s
            lost = self._decay_per_s * (t_s - self.now_s)
            self.temporary = max(0.0, self.temporary - lost) if t_s < zero_s else 0.0
            self._knot(min(t_s, zero_s))
        self.now_s = t_s

    def finish(self, end_s: float) -> RiskTimeline:
        """The risk from the start to ``end_s``."""
        self.run_to(end_s)
        self._knot(end_s)
        return RiskTimeline(tuple(self._knots), tuple(self._scores))

    def _add(self, mark: Mark) -> Score:
        self.run_to(mark.t_s)
        self._knot(mark.t_s)
        rule = mark.rule
        if rule.kind == "temporary":
            self.temporary += rule.points
        else:
            self.permanent += rule.points
        self._knot(mark.t_s)
        score = Score(mark.t_s, rule.event, rule.points, rule.kind, mark.number, self.temporary + self.permanent)
        self._scores.append(score)
        return score

    def _knot(self, t_s: float) -> None:
        knot = RiskKnot(t_s, self.temporary, self.permanent)
        if knot != self._knots[-1]:
            self._knots.append(knot)
