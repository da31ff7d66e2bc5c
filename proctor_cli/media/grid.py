"""The sampling cells of a clip: cell k holds the pictures shown in [k * step, (k + 1) * step)."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import floor

from proctor_cli.media.scan import Scan

# Session times are floats: (1.5 + 0.2) - 1.5 is a little less than 0.2.
_FORGIVEN_S = 1e-7


def cell_of(t_s: float, step_s: float) -> int:
    """The cell that ``t_s`` seconds from the first picture lie in, forgiving what floats lose (0.1 microseconds)."""
    return floor((t_s + _FORGIVEN_S) / step_s)


class Grid:
    """Sampling cells of equal length, from the first picture of a clip on.

    The step is taken as the decimal number it is written as (0.2 is 1/5) and all arithmetic is on integers, so
    a picture at exactly 0.2 s lies in cell 1 and no rounding ever moves one across a border.
    """

    def __init__(self, scan: Scan, step_s: float) -> None:
        if not step_s > 0:
            raise ValueError(f"step_s must be above 0, got {step_s}")
        step = Fraction(str(float(step_s)))
        ticks = step / scan.clock.time_base
        self.step = step
        self._ticks, self._per = ticks.numerator, ticks.denominator
        self._first = scan.clock.first_pts
        self._pts = scan.pts

    def cell(self, pts: int) -> int:
        """The cell a timestamp lies in; negative before the first picture."""
        return (pts - self._first) * self._per // self._ticks

    def owner(self, pts: int) -> int:
        """The cell that answers for a timestamp: its own, or the clip's first or last when it lies outside."""
        return min(max(self.cell(pts), 0), self.cell(self._pts[-1]))

    def opens_cell(self, pts: int) -> bool:
        """Whether no earlier picture of the clip lies in the same cell."""
        before = bisect_left(self._pts, pts) - 1
        return before < 0 or self.cell(self._pts[before]) < self.cell(pts)

    def sample_after(self, cell: int) -> int | None:
        """The timestamp of the first picture in the first cell behind ``cell`` that has one."""
        found = self._bisect(cell + 1)
        return self._pts[found] if found < len(self._pts) else None

    def sample_before(self, cell: int) -> int | None:
        """The timestamp of the first picture in the last cell ahead of ``cell`` that has one."""
        found = self._bisect(cell) - 1
        return self._pts[self._bisect(self.cell(self._pts[found]))] if found >= 0 else None

    def _bisect(self, cell: int) -> int:
        return bisect_left(self._pts, cell, key=self.cell)
