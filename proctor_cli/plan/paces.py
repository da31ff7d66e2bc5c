"""How seldom each detector may look while nothing changes, and what counts as a change of its answers.

The numbers are about measurements, not about conduct: what differs by less is noise, or too slow to begin or end
anything within seconds. docs/accuracy.md has what they find, docs/performance.md what they cost, both against looks ten
times a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

Answers = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Band:
    """A signal has changed when two answers, clipped to ``low`` .. ``high``, differ by more than ``step``.

    To be measured in one look and not in the next is a change, too.
    """

    step: float
    low: float = -inf
    high: float = inf

    def differs(self, first: float | None, second: float | None) -> bool:
        """Whether the answers of two looks count as different."""
        if first is None or second is None:
            return first is not second
        return abs(min(max(first, self.low), self.high) - min(max(second, self.low), self.high)) > self.step


@dataclass(frozen=True, slots=True)
class Pace:
    """How one detector looks.

    ``sparse_s`` is the longest time between two looks. Between two of them it looks at every picture that is due by its
    own interval when

    - one of the signals in ``bands`` has changed (they may be other detectors' signals);
    - a signal was beyond its level in ``above`` or ``below``: what is told by many looks needs them all;
    - the recording has only begun: for its first ``learns_s`` seconds, in which rules learn what is usual;
    - somebody speaks, if it ``listens``;
    - its answers went up and down in the stretch before, or were beyond a level, if it ``lingers``: what is seen in one
      picture and missed in the next may be missed twice.

    The detectors named ``beside`` look at every picture that it looks at: it, or a rule, reads their answers with its.
    Where they do not look, it is given the boxes that were found last.
    """

    sparse_s: float
    bands: Mapping[str, Band] = field(default_factory=dict)
    above: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)
    learns_s: float = 0.0
    listens: bool = False
    lingers: bool = False
    beside: tuple[str, ...] = ()

    def is_calm(self, looks: Sequence[Answers]) -> bool:
        """Whether what is known of a stretch, in order of time, leaves nothing to look for in between."""
        return not (self._is_beyond(looks) or any(self.count_changes(looks, name) for name in self.bands))

    def count_changes(self, looks: Sequence[Answers], signal: str) -> int:
        """How often ``signal`` changed from one answer to the next."""
        known = [answers[signal] for answers in looks if signal in answers]
        return sum(self.bands[signal].differs(*pair) for pair in pairwise(known))

    def is_restless(self, looks: Sequence[Answers]) -> bool:
        """Whether a signal came and went again, or was beyond a level."""
        return self._is_beyond(looks) or any(self.count_changes(looks, name) > 1 for name in self.bands)

    def _is_beyond(self, looks: Sequence[Answers]) -> bool:
        return any(
            value is not None and (value > self.above.get(name, inf) or value < self.below.get(name, -inf))
            for answers in looks
            for name, value in answers.items()
            if name in self.above or name in self.below
        )


_FACE = Band(0.2, 0.4, 0.8)
_BESIDE = ("webcam_quality", "faces")

# Intervals that fit into each other share pictures, and what is found beside.
PACES: Mapping[str, Pace] = {
    "webcam_quality": Pace(
        sparse_s=1.4,
        bands={
            "picture.luma": Band(0.04),
            "picture.bright": Band(0.04, 0.0, 0.2),
            "picture.change": Band(0.0002, 0.0, 0.0012),
            "picture.edges": Band(0.04, 0.0, 0.12),
        },
    ),
    "faces": Pace(
        sparse_s=1.4,
        bands={"face.score": _FACE, "face.second_score": Band(0.15, 0.4, 0.75)},
        learns_s=15.0,
        beside=("webcam_quality",),
    ),
    "landmarks": Pace(
        sparse_s=1.4,
        bands={
            "head.yaw_deg": Band(9.0),
            "head.pitch_deg": Band(10.0),
            "gaze.yaw_deg": Band(9.0),
            "gaze.pitch_deg": Band(10.0),
            "eyes.open": Band(0.25, 0.0, 0.5),
            "mouth.open": Band(0.05, 0.0, 0.3),
            "face.outside": Band(0.05),
            "face.luma": Band(0.1, 0.0, 0.4),
        },
        learns_s=15.0,
        listens=True,
        beside=_BESIDE,
    ),
    # Where the wall is beside the face need not be known to the pixel.
    "backdrop": Pace(sparse_s=1.4, above={"backdrop.follow": 0.5}, learns_s=15.0, lingers=True),
    "identity": Pace(
        sparse_s=2.8,
        bands={"identity.match": Band(0.2, 0.2, 0.6), "identity.best": Band(0.2, 0.2, 0.6)},
        below={"identity.match": 0.6},
        learns_s=15.0,
        beside=_BESIDE,
    ),
    "liveness": Pace(
        sparse_s=1.4,
        bands={"live.logit": Band(2.0, -5.0, 1.0), "live.least": Band(2.0, -5.0, 1.0)},
        learns_s=15.0,
        beside=_BESIDE,
    ),
    "objects": Pace(
        sparse_s=2.8,
        bands={
            "face.score": _FACE,
            "person.score": Band(0.2, 0.3, 0.7),
            "person.second_score": Band(0.15, 0.25, 0.6),
            "phone.score": Band(0.015, 0.08, 0.35),
            "laptop.score": Band(0.15, 0.3, 0.6),
            "book.score": Band(0.15, 0.3, 0.6),
            "tv.score": Band(0.15, 0.3, 0.6),
        },
        learns_s=10.0,
        lingers=True,
        beside=_BESIDE,
    ),
    "wearables": Pace(
        sparse_s=2.8,
        bands={name: Band(0.1, 0.1, 0.5) for name in ("headphones.score", "earbuds.score", "smartwatch.score")},
        lingers=True,
        beside=_BESIDE,
    ),
}
"""By detector. One that is not named here looks whenever its interval is over."""
