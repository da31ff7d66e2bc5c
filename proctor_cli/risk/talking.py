"""Whether the mouth moves as in speech: lips that part and close again and again.

Speech parts the lips three to seven times a second and never twice alike. Five looks a second do not follow single
syllables, but they meet them at all stages, so the gap between the lips jumps up and down from look to look. A yawn
goes up and down once; closed lips, whether they chew or rest, have no gap that could jump; a smile that comes and goes
shows teeth and is left out by its width.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from proctor_cli.policy import Policy

_MIN_PER_S = 3.0
"""Fewer looks than this in a second leave no jumps to count."""


class Talking:
    """Follows one webcam's mouth signals: ``mouth.talking``, 0-1.

    It is the number of times that the gap between the lips has turned from growing to shrinking or back, in the last
    [talking] window_s, over what speech gives; 0 while the lips were seldom apart. None while too little was measured:
    small face, turned head, wide smile.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.talking
        self._gaps: deque[tuple[float, float]] = deque()

    def follow(self, t_s: float, values: Mapping[str, float | None]) -> float | None:
        """``mouth.talking`` of one moment, in order of time."""
        limits, gaps = self._limits, self._gaps
        if self._is_telling(values) and (gap := values.get("mouth.open")) is not None:
            gaps.append((t_s, gap))
        while gaps and gaps[0][0] <= t_s - limits.window_s:
            gaps.popleft()
        if len(gaps) < _MIN_PER_S * limits.window_s:
            return None
        apart = sum(gap > limits.min_open for _, gap in gaps) / len(gaps)
        if apart < limits.min_open_share:
            return 0.0
        return min(
            1.0, count_swings((gap for _, gap in gaps), limits.min_swing) / (limits.full_per_s * limits.window_s)
        )

    def _is_telling(self, values: Mapping[str, float | None]) -> bool:
        yaw_deg, smile = values.get("head.yaw_deg"), values.get("mouth.smile")
        turned = yaw_deg is None or abs(yaw_deg) > self._limits.max_yaw_deg
        return not turned and smile is not None and smile <= self._limits.max_smile


def count_swings(series: Iterable[float], least: float) -> int:
    """How often ``series`` goes up or down by ``least`` or more before it turns round by as much."""
    swings, rising = 0, 0
    low = high = None
    for value in series:
        low = value if low is None else min(low, value)
        high = value if high is None else max(high, value)
        if rising <= 0 and value - low >= least:
            swings, rising, high = swings + 1, 1, value
        elif rising >= 0 and high - value >= least:
            swings, rising, low = swings + 1, -1, value
    return swings
