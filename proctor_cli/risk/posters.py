"""People on posters and photographs on the wall: they are found like people, but they never move.

The box of a live person, however still, moves by more than a hundredth of the picture within seconds; that of a
picture on the wall by less than half of that over minutes (docs/accuracy.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from proctor_cli.types import Box

_MOVES = 0.006
"""Of the picture's width or height: an edge that has moved by this much since it was first seen belongs to somebody."""
_MEMORY_S = 6.0
_SAME_PLACE = 0.5
"""Boxes that share this much of their union (IoU) are one thing at two times."""
_KNOWN_S = 10.0
"""What has not moved for so long is on the wall for good. In a session's first seconds nobody has moved yet; whoever
comes later has."""
_GONE_S, _HIDDEN_S = 2.0, 600.0
"""What is not seen for so long is forgotten: a place where somebody was for a moment, a poster that was hidden."""


class _Seen(NamedTuple):
    t_s: float
    box: Box


@dataclass(slots=True)
class _Still:
    """Something that has been seen in one place, without moving, from ``since_s`` to ``last_s``."""

    box: Box
    since_s: float
    last_s: float

    @property
    def is_known(self) -> bool:
        return self.last_s - self.since_s >= _KNOWN_S


class Posters:
    """Follows the boxes of one kind, and tells people from what hangs on the wall."""

    def __init__(self) -> None:
        self._start_s: float | None = None
        self._seen: deque[_Seen] = deque()
        self._still: list[_Still] = []

    def find_people(self, t_s: float, boxes: Iterable[Box]) -> list[Box]:
        """Of the boxes of one moment, in order of time, those of people: they have moved lately, or have come."""
        self._start_s = t_s if self._start_s is None else self._start_s
        while self._seen and self._seen[0].t_s < t_s - _MEMORY_S:
            self._seen.popleft()
        now = list(boxes)
        if not now and not self._still:
            return now
        moved = [box for box in now if self._has_moved(box)]
        self._seen.extend(_Seen(t_s, box) for box in now)
        for box in now:
            self._note_place(t_s, box)
        self._still = [
            still for still in self._still if still.last_s >= t_s - (_HIDDEN_S if still.is_known else _GONE_S)
        ]
        has_begun = t_s - self._start_s >= _KNOWN_S
        return [box for box in now if box in moved or (has_begun and not self.is_known(box))]

    def is_known(self, box: Box) -> bool:
        """Whether ``box`` is where something has hung for long, though it may be the only one in view by now."""
        return any(still.is_known and _apart(still.box, box) < _MOVES for still in self._still)

    def _note_place(self, t_s: float, box: Box) -> None:
        for still in self._still:
            if _apart(still.box, box) < _MOVES:
                still.last_s = t_s
                return
        self._still.append(_Still(box, t_s, t_s))

    def _has_moved(self, box: Box) -> bool:
        return any(_apart(box, seen.box) >= _MOVES for seen in self._seen if is_same_place(box, seen.box))


def _apart(first: Box, second: Box) -> float:
    """The largest distance between edges of the same side."""
    return max(
        abs(first.x0 - second.x0), abs(first.y0 - second.y0), abs(first.x1 - second.x1), abs(first.y1 - second.y1)
    )


def is_same_place(first: Box, second: Box) -> bool:
    """Whether two boxes can be one thing at two times: their intersection over union (IoU) is a half or more."""
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    down = min(first.y1, second.y1) - max(first.y0, second.y0)
    shared = across * down if across > 0 and down > 0 else 0.0
    return shared >= _SAME_PLACE * (first.area + second.area - shared)
