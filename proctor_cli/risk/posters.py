"""People on posters and photographs on the wall: they are found like people, but they never move.

The box of a live person, however still, moves by more than a hundredth of the picture within seconds; that of a
picture on the wall by less than half of that over minutes (docs/accuracy.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
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


class _Seen(NamedTuple):
    t_s: float
    box: Box


class Posters:
    """Follows the boxes of one kind, and tells people from what hangs on the wall."""

    def __init__(self) -> None:
        self._start_s: float | None = None
        self._seen: deque[_Seen] = deque()
        self._still: list[_Seen] = []  # since when, where

    def find_people(self, t_s: float, boxes: Iterable[Box]) -> list[Box]:
        """Of the boxes of one moment, in order of time, those of people: they have moved lately, or have come."""
        self._start_s = t_s if self._start_s is None else self._start_s
        while self._seen and self._seen[0].t_s < t_s - _MEMORY_S:
            self._seen.popleft()
        now = list(boxes)
        moved = [box for box in now if self._has_moved(box)]
        self._seen.extend(_Seen(t_s, box) for box in now)
        self._still = [still for still in self._still if not any(_apart(still.box, box) < _MOVES for box in moved)]
        for box in now:
            if box not in moved and not any(_apart(still.box, box) < _MOVES for still in self._still):
                self._still.append(_Seen(t_s, box))
        has_begun = t_s - self._start_s >= _KNOWN_S
        return [box for box in now if box in moved or (has_begun and not self.is_known(t_s, box))]

    def is_known(self, t_s: float, box: Box) -> bool:
        """Whether ``box`` is where something has hung for long, though it may be the only one in view by now."""
        return any(_apart(still.box, box) < _MOVES and t_s - still.t_s >= _KNOWN_S for still in self._still)

    def _has_moved(self, box: Box) -> bool:
        return any(_apart(box, seen.box) >= _MOVES for seen in self._seen if _same(box, seen.box))


def _apart(first: Box, second: Box) -> float:
    """The largest distance between edges of the same side."""
    return max(
        abs(first.x0 - second.x0), abs(first.y0 - second.y0), abs(first.x1 - second.x1), abs(first.y1 - second.y1)
    )


def _same(first: Box, second: Box) -> bool:
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    down = min(first.y1, second.y1) - max(first.y0, second.y0)
    shared = across * down if across > 0 and down > 0 else 0.0
    return shared >= _SAME_PLACE * (first.area + second.area - shared)
