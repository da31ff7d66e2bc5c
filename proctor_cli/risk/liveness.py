"""Whether a live person sits there: three cues, each measured from what is usual for this candidate.

Every cue is 1 where the policy's [liveness] begins to doubt; ``spoof.ratio`` is the largest. Sitting still is none
of them, and neither is blinking seldom: people who read blink as seldom as photographs for a minute on end.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping
from statistics import median

from proctor_cli.policy import Policy
from proctor_cli.types import Observation

_USUAL_LOOKS = 300
"""What is usual is the median of so many unsuspicious looks; older ones are forgotten."""
_MIN_USUAL_LOOKS = 15
_MIN_LOOKS = 3
"""A median of fewer looks is not one."""
_LONGEST_S = 5.0
"""Looks that are further back are not part of a median."""
_SPEAKS_S = 1.0
"""Cues are measured at different intervals; one speaks for this long at most until it is measured again."""
_PLAIN = 2.0
"""Times [liveness] texture_logit: so far below it is doubtful whatever is usual: somebody may begin with a print."""
_FOLLOWS = 0.5
"""``backdrop.follow`` above which the wall beside the face moves with it rather than stays."""


class Liveness:
    """Follows one webcam.

    - ``spoof.texture``: the face, or another one in view, has the texture of a print or a screen: median of
      ``live.logit``, or of ``live.least``, over [liveness] texture_s. Doubtful at ``texture_logit`` if it is also
      ``texture_drop`` below what is usual for the candidate, and at twice ``texture_logit`` in any case;
    - ``spoof.held``: what surrounds the face moves with it, as in a photograph that is held up: share of the last
      ``held_looks`` in which it did. None while it is not known, or known to be usual (long hair does the same);
    - ``spoof.loop``: the video repeats itself exactly (``picture.repeat``, which looks up to 5 s ahead: measured on
      recordings only; a live feed knows it 5 s later);
    - ``spoof.ratio``: the largest of them. None where none could be measured.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.liveness
        self._cues: dict[str, tuple[float, float | None]] = {}
        self._texture, self._backdrop = _Texture(policy), _Backdrop(policy)

    def look(self, observation: Observation, faces: float | None) -> dict[str, float | None]:
        """The derived signals of one moment, in order of time; empty where nothing of it was looked for.

        ``faces`` is ``face.count``: where only one counts, further ones hang on the wall, and may be prints.
        """
        values = observation.values
        found: dict[str, float | None] = {}
        if "live.logit" in values:
            found["spoof.texture"] = self._texture.follow(observation.t_s, values, faces)
        if "backdrop.follow" in values:
            found["spoof.held"] = self._backdrop.follow(observation.t_s, values["backdrop.follow"])
        if "picture.repeat" in values:
            share = values["picture.repeat"]
            found["spoof.loop"] = None if share is None else share / self._limits.loop_share
        if found:
            found["spoof.ratio"] = self._largest(observation.t_s, found)
        return found

    def _largest(self, t_s: float, found: Mapping[str, float | None]) -> float | None:
        """The largest cue: those of this moment, and those that are looked for less often."""
        for name, cue in found.items():
            self._cues[name] = (t_s, cue)
        since_s = t_s - _SPEAKS_S
        return max([cue for seen_s, cue in self._cues.values() if seen_s > since_s and cue is not None], default=None)


class _Texture:
    def __init__(self, policy: Policy) -> None:
        self._limits = policy.liveness
        self._alone: deque[tuple[float, float]] = deque()  # the only face in view
        self._among: deque[tuple[float, float]] = deque()  # the least alive of several
        self._usual = _RunningMedian(_USUAL_LOOKS)

    def follow(self, t_s: float, values: Mapping[str, float | None], faces: float | None) -> float | None:
        own, least = values.get("live.logit"), None if faces == 1 else values.get("live.least")
        if own is None:
            return None
        if least is None:
            self._alone.append((t_s, own))
        else:
            self._among.append((t_s, least))
        ratios = [self._doubt(t_s, looks) for looks in (self._alone, self._among)]
        doubt = max((ratio for ratio in ratios if ratio is not None), default=None)
        if doubt is not None and doubt < 1 and least is None:
            self._usual.add(own)
        return doubt

    def _doubt(self, t_s: float, looks: deque[tuple[float, float]]) -> float | None:
        limits = self._limits
        # While nothing changes there are fewer looks: then those that make a median lie further back, but for one of a
        # face that is no longer there.
        sparse_s = _LONGEST_S if looks and looks[-1][0] == t_s else limits.texture_s
        while looks and looks[0][0] <= t_s - (sparse_s if len(looks) <= _MIN_LOOKS else limits.texture_s):
            looks.popleft()
        if len(looks) < _MIN_LOOKS:
            return None
        now = median(logit for _, logit in looks)
        ratio = max(0.0, now / (_PLAIN * limits.texture_logit))
        if len(self._usual) < _MIN_USUAL_LOOKS:
            return ratio
        return max(ratio, min(now / limits.texture_logit, (self._usual.value - now) / limits.texture_drop))


class _Backdrop:
    def __init__(self, policy: Policy) -> None:
        self._limits = policy.liveness
        self._lately: deque[tuple[float, bool]] = deque()
        self._follows = 0  # how many of those followed
        self._earlier, self._followed = 0, 0  # looks before those, and how many of them followed

    def follow(self, t_s: float, follow: float | None) -> float | None:
        limits = self._limits
        if follow is not None:
            self._lately.append((t_s, follow > _FOLLOWS))
            self._follows += follow > _FOLLOWS
        while self._lately and (
            len(self._lately) > limits.held_looks or self._lately[0][0] < t_s - limits.held_window_s
        ):
            self._settle(self._lately.popleft()[1])
        if len(self._lately) < limits.held_looks or self._earlier < limits.held_looks:
            return None
        if self._followed > limits.held_usual * self._earlier:
            return None
        if not self._follows:
            return 0.0
        looks = [followed for _, followed in self._lately]
        half = looks[len(looks) // 2 :]  # when it is over, the last ones say so first
        return min(sum(looks) / len(looks), sum(half) / len(half)) / limits.held_share

    def _settle(self, followed: bool) -> None:
        """Add a look to what is usual, but for those of a doubtful stretch: they would make themselves usual."""
        self._follows -= followed
        share = self._follows / max(1, len(self._lately))
        if share < self._limits.held_share or self._earlier < self._limits.held_looks:
            self._earlier += 1
            self._followed += followed


class _RunningMedian:
    """Median of the last ``size`` values."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._order: deque[float] = deque()
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._order)

    @property
    def value(self) -> float:
        return self._sorted[len(self._sorted) // 2]

    def add(self, value: float) -> None:
        if len(self._order) == self._size:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]
        self._order.append(value)
        insort(self._sorted, value)
