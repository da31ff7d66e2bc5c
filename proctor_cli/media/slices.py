"""Cut a clip into pieces of work that are fixed by the clip alone.

Never by the number of workers: so one worker and ten find the same. A slice starts decoding at a keyframe and
reaches at least one sample back behind its own first cell, so that ``Frame.change`` has the same
predecessor, and the same value, as in one pass over the whole clip.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from proctor_cli.media.grid import Grid
from proctor_cli.media.scan import Scan


@dataclass(frozen=True, slots=True)
class Slice:
    """A run of sampling cells, ``[first_cell, end_cell)``, each ``step_s`` long, in clip time.

    ``index`` counts the slices of a clip; ``keyframe`` indexes ``Scan.keyframes``: where decoding must start.
    """

    index: int
    step_s: float
    first_cell: int
    end_cell: int
    keyframe: int

    @property
    def start_s(self) -> float:
        """Start, seconds from the clip's first picture."""
        return self.time_s(self.first_cell)

    @property
    def end_s(self) -> float:
        """End, seconds from the clip's first picture."""
        return self.time_s(self.end_cell)

    def time_s(self, cell: int) -> float:
        """When a cell begins, seconds from the clip's first picture."""
        return float(cell * Fraction(str(float(self.step_s))))


def cut(
    scan: Scan, step_s: float, target_s: float = 60.0, span: tuple[float, float] | None = None
) -> tuple[Slice, ...]:
    """Cut a clip into slices of about ``target_s`` seconds.

    The borders are put just behind the keyframes nearest to equal parts, where a new slice has the least to decode
    twice; a clip with one keyframe is one slice. Together the slices hold every cell of the clip exactly once.

    Args:
        scan: the probed clip.
        step_s: length of a sampling cell, seconds, above 0.
        target_s: wished length of a slice, seconds, above 0.
        span: ``(start_s, end_s)``, seconds from the clip's first picture: keep only the cells that it touches.
            Borders, samples and their ``change`` stay what they are without it.
    """
    grid = Grid(scan, step_s)
    end = grid.cell(scan.pts[-1]) + 1
    borders = [0, *_borders(scan, grid, target_s, end), end]
    low, high = _touched(grid, span) if span else (0, end)
    return tuple(
        Slice(index, step_s, first, last, _keyframe(scan, grid, first))
        for index, (first, last) in enumerate((max(a, low), min(b, high)) for a, b in pairwise(borders))
        if first < last
    )


def _borders(scan: Scan, grid: Grid, target_s: float, end: int) -> list[int]:
    """The first cell of every slice but the first, ascending."""
    parts = round(scan.info.duration_s / target_s)
    borders = set()
    for part in range(1, parts):
        wished = scan.clock.pts(scan.info.duration_s * part / parts)
        pts = _nearest(scan.keyframes, wished)
        # The run-up must begin with a whole cell: the keyframe's own, if it opens it, else the next one.
        sample = pts if grid.opens_cell(pts) else grid.sample_after(grid.cell(pts))
        if sample is not None and pts != scan.keyframes[0]:
            borders.add(grid.cell(sample) + 1)
    return sorted(b for b in borders if b < end)


def _nearest(ascending: tuple[int, ...], wished: int) -> int:
    i = bisect_left(ascending, wished)
    return min(ascending[max(0, i - 1) : i + 1], key=lambda pts: abs(pts - wished))


def _keyframe(scan: Scan, grid: Grid, first_cell: int) -> int:
    """The last keyframe from which the sample ahead of ``first_cell`` can be decoded."""
    sample = grid.sample_before(first_cell)
    return 0 if sample is None else bisect_right(scan.keyframes, sample) - 1


def _touched(grid: Grid, span: tuple[float, float]) -> tuple[int, int]:
    """The cells that a stretch of clip time touches, half-open."""
    start, end = (Fraction(str(float(t_s))) for t_s in span)
    return floor(start / grid.step), ceil(end / grid.step)
