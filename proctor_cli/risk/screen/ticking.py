"""The exam's clock: while it ticks, the recording runs. A page without one may stand still for honest reasons."""

from __future__ import annotations

import re
from math import floor, inf

from proctor_cli.risk.screen.page import Page, Turn
from proctor_cli.types import Box

_MOST_WIDTH, _MOST_HEIGHT = 0.25, 0.12
_CELLS = 40
"""Clocks are looked for in a grid of so many columns and rows."""
_SHARE = 0.6
"""Of the seconds in which the exam is shown, a clock ticks in nearly all, if not always in the same place."""
_TIME = re.compile(r"\d{1,2}[:.]\d{2}\b")
"""What a clock shows; a text cursor ticks as well."""
_MIN_S, _EVERY_S = 15, 10
_TURNED_AREA = 0.08
"""A change so large may have moved the clock, or scrolled it out of sight."""


class Ticking:
    """Learns where the exam's clock is, and tells whether the picture goes on while it should tick.

    ``in_sight`` says that it has ticked since the page last changed as a whole, ``ticked_s`` when it did last.
    """

    def __init__(self) -> None:
        self._seconds = 0
        self._second: int | None = None
        self._ticks: dict[
            tuple[int, int], tuple[int, int | None]
        ] = {}  # cell -> seconds with a change, the last of them
        self._timed: set[tuple[int, int]] = set()
        self._clock: frozenset[tuple[int, int]] = frozenset()
        self.in_sight = False
        self.ticked_s = -inf

    def watch(self, turn: Turn) -> None:
        """Take in a look, whatever is shown: has something changed where the clock is?"""
        if any(self._is_at_clock(patch) for patch in turn.patches):
            self.ticked_s = turn.t_s

    def forget(self) -> None:
        """The exam is not shown, or not as it was: where its clock is now has to be seen again."""
        self.in_sight = False

    def follow(self, page: Page, turn: Turn) -> bool | None:
        """Take in a look while the exam is shown, and nothing in front of it.

        Returns:
            Whether anything has changed; None while no clock is known to be in sight.
        """
        self._learn(page, turn)
        if turn.fresh or sum(patch.area for patch in turn.patches) > _TURNED_AREA:
            self.forget()
        elif any(_is_small(patch) and self._is_at_clock(patch) for patch in turn.patches):
            self.in_sight = True
        return bool(turn.patches) if self.in_sight else None

    def _is_at_clock(self, patch: Box) -> bool:
        if not self._clock:
            return False
        columns, rows = _grid(patch)
        return any(column in columns and row in rows for column, row in self._clock)

    def _learn(self, page: Page, turn: Turn) -> None:
        for line in turn.new:
            if _TIME.search(line.text):
                self._timed.update(_cells(line.box))
        second = floor(turn.t_s)
        if second != self._second:
            self._second = second
            self._seconds += 1
            if self._seconds >= _MIN_S and self._seconds % _EVERY_S == 0:
                needed = _SHARE * self._seconds
                self._clock = frozenset(
                    cell for cell, (count, _) in self._ticks.items() if count >= needed and cell in self._timed
                )
        for patch in filter(_is_small, turn.patches):
            for cell in _cells(patch):
                count, last = self._ticks.get(cell, (0, None))
                if last != second:
                    self._ticks[cell] = (count + 1, second)


def _is_small(patch: Box) -> bool:
    return patch.width <= _MOST_WIDTH and patch.height <= _MOST_HEIGHT


def _cells(patch: Box) -> list[tuple[int, int]]:
    columns, rows = _grid(patch)
    return [(column, row) for column in columns for row in rows]


def _grid(patch: Box) -> tuple[range, range]:
    """The columns and rows of the grid that a patch touches."""
    columns = range(int(patch.x0 * _CELLS), min(_CELLS - 1, int(patch.x1 * _CELLS)) + 1)
    rows = range(int(patch.y0 * _CELLS), min(_CELLS - 1, int(patch.y1 * _CELLS)) + 1)
    return columns, rows
