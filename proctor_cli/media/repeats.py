"""Video that repeats itself, as a loop fed in place of a camera does: exact movements at a constant distance in time.

Each sample leaves a print: the mean brightness of 48 blocks of the picture. A stretch repeats an earlier one if,
over seconds, the prints that lie one lag apart differ far less than neighbouring samples do. People never do: somebody
who repeats a movement repeats neither its timing nor the camera's noise. A fan or a clock in the room does, which is
why nearly all blocks that move must repeat. A picture that stands still says nothing about loops.

For recordings only, as it stands: a sample takes the best of the stretches it is a part of, which end up to 5 s after
it. A live feed knows as much 5 s later.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

PRINT_BLOCKS = (6, 8)
"""Rows and columns of blocks."""
PRINT_SCALE = 256
"""Prints are grey levels times this, as uint16."""

# A stretch must repeat for this long. Lags reach from the shortest to the longest; a loop is also found at a multiple
# of its length, which matters when the sampling does not fit it.
_WINDOW_S = 5.0
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
# Cells without a sample are left out, and with them the movement to and from them: what was not compared must not count
# as repeated. This share of a window's steps from cell to cell must have all four samples, its own and those one lag
# earlier. At 4 pictures a second every fifth cell of 0.2 s is empty: 0.6 are left at whole seconds, less at other lags.
_MIN_STEPS = 0.55
# A window for which fewer of the lags can be compared has not been looked at (at 4 pictures a second: a fifth can).
_MIN_LAGS = 0.15
# Mean difference at the lag over that of neighbouring samples: loops up to 0.34, people who are looped by nobody from
# 0.46 (docs/accuracy.md).
_MAX_RATIO = 0.4
# First seen on means of four blocks, which is quick; they differ a little less.
_COARSER, _MAX_COARSE_RATIO = 4, 0.6
# A block moves, and a sample does, if neighbouring samples differ by this many grey levels.
_MOVES = 0.3
_MIN_MOVING_BLOCKS = 8
_MIN_MOVING_SAMPLES = 0.6
# A moving block repeats if it differs by less than this share of its movement.
_BLOCK_RATIO = 0.6

# So many cells are judged at a time, with those before and behind them that they are compared with: memory for more
# than the prints does not grow with the recording.
_BLOCK_CELLS = 4096


class Repeat(NamedTuple):
    """``share`` of the moving blocks that repeat what was there ``lag_s`` earlier, 0-1; 0 where nothing does."""

    share: float
    lag_s: float


_NOTHING = Repeat(0.0, 0.0)


def print_of(thumbnail: NDArray[np.int16]) -> NDArray[np.uint16]:
    """The print (48,) of a thumbnail (48, 64) of luma 0-255."""
    rows, columns = PRINT_BLOCKS
    blocks = thumbnail.reshape(rows, thumbnail.shape[0] // rows, columns, -1).mean(axis=(1, 3))
    return np.asarray(blocks * PRINT_SCALE, np.uint16).ravel()


def find_repeats(cells: NDArray[np.int64], prints: NDArray[np.uint16], step_s: float) -> list[Repeat | None]:
    """For each sample, the best repeat of an earlier stretch that it is a part of.

    Looks ahead: the stretches that a sample is a part of end up to 5 s after it.

    Args:
        cells: (n,) the sampling cell of each sample, ascending; there need not be one for every cell.
        prints: (n, 48) as `print_of` makes them.
        step_s: length of a cell.

    Returns:
        One for each sample; None where that could not be told: the picture moves too little, too many samples are
        missing, or there is nothing yet to compare with.
    """
    window, lags = round(_WINDOW_S / step_s), range(round(_SHORTEST_S / step_s), round(_LONGEST_S / step_s))
    found: list[Repeat | None] = []
    while len(found) < len(cells):
        first = int(cells[len(found)])
        since, until = max(int(cells[0]), first - lags.stop - window), first + _BLOCK_CELLS
        end = min(int(cells[-1]) + 1, until + window)
        known = slice(*np.searchsorted(cells, (since, end)))
        series = _Series.of(cells[known] - since, prints[known], end - since)
        shares, best_lags = _best_of_windows(*_judge(series, window, lags), window)
        for cell in (cells[len(found) : np.searchsorted(cells, until)] - since).tolist():
            share, lag = float(shares[cell]), int(best_lags[cell])
            found.append(None if share < 0 else Repeat(share, lag * step_s) if share else _NOTHING)
    return found


class _Series(NamedTuple):
    """Prints on the grid of cells; whole numbers, so that sums are exact and no block is summed up differently.

    ``blocks`` (48, cells) and ``coarse`` (12, cells), zero where no sample ``is_there`` (cells,).
    """

    blocks: NDArray[np.int32]
    coarse: NDArray[np.int32]
    is_there: NDArray[np.bool_]

    @classmethod
    def of(cls, cells: NDArray[np.int64], prints: NDArray[np.uint16], length: int) -> Self:
        blocks, is_there = np.zeros((prints.shape[1], length), np.int32), np.zeros(length, np.bool_)
        blocks[:, cells], is_there[cells] = prints.T, True
        return cls(blocks, blocks.reshape(-1, _COARSER, length).sum(axis=1, dtype=np.int32), is_there)


def _judge(series: _Series, window: int, lags: range) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """By the first cell of each window: the largest share and its lag in cells; the share is -1 where it is unknown."""
    count = max(0, len(series.is_there) - window + 1)
    shares, best_lags, tried = np.full(count, -1.0), np.zeros(count, np.int64), np.zeros(count, np.int64)
    if not count:
        return shares, best_lags
    is_step, changes = _differ(series.blocks, series.is_there, 1)
    moves = changes.sum(axis=0) > _MOVES * PRINT_SCALE * len(changes)
    is_moving = _sums(moves, window - 1) >= _MIN_MOVING_SAMPLES * _sums(is_step, window - 1)
    change = _differ(series.coarse, series.is_there, 1)[1].sum(axis=0)
    for lag in lags[: max(0, count - lags.start)]:
        is_pair, apart = _differ(series.coarse, series.is_there, lag)
        is_step = is_pair[1:] & is_pair[:-1]
        pairs, steps = _sums(is_pair, window), _sums(is_step, window - 1)
        is_known = is_moving[lag:] & (steps >= _MIN_STEPS * (window - 1))
        tried[lag:] += is_known
        # Means are compared as sums times the other's count.
        typical = _MAX_COARSE_RATIO * _sums(change[lag:] * is_step, window - 1)
        is_near = _sums(apart.sum(axis=0), window) * steps <= typical * pairs
        near = np.flatnonzero(is_known & is_near & (shares[lag:] < 1))
        if len(near):
            found = _shares(series, window, lag, near)
            better = found > shares[near + lag]
            shares[near[better] + lag], best_lags[near[better] + lag] = found[better], lag
    fitting = np.clip(np.arange(count) + 1 - lags.start, 1, len(lags))
    is_known = tried >= np.maximum(1, _MIN_LAGS * fitting)
    return np.where(is_known, np.maximum(shares, 0), -1.0), best_lags


def _shares(series: _Series, window: int, lag: int, near: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the moving blocks that repeat; 0 where the picture as a whole does not.

    For the windows that lie ``lag`` behind those that begin at ``near``.
    """
    span, near = slice(near[0], near[-1] + window + lag), near - near[0]
    is_pair, apart = _differ(series.blocks[:, span], series.is_there[span], lag)
    is_step = is_pair[1:] & is_pair[:-1]
    changes = np.abs(np.diff(series.blocks[:, span][:, lag:])) * is_step
    movement = _sums(changes, window - 1)[:, near] / _sums(is_step, window - 1)[near]
    mean = _sums(apart, window)[:, near] / _sums(is_pair, window)[near]
    moves = movement > _MOVES * PRINT_SCALE
    moving = moves.sum(axis=0)
    repeats = (moves & (mean < _BLOCK_RATIO * movement)).sum(axis=0)
    as_a_whole = (moving >= _MIN_MOVING_BLOCKS) & (mean.sum(axis=0) <= _MAX_RATIO * movement.sum(axis=0))
    return np.where(as_a_whole, repeats / np.maximum(moving, 1), 0.0)


def _differ(
    values: NDArray[np.int32], is_there: NDArray[np.bool_], lag: int
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """Of cells that lie ``lag`` apart: whether both are there, and by how much they differ (0 where not)."""
    both = is_there[lag:] & is_there[:-lag]
    return both, np.abs(values[:, lag:] - values[:, :-lag]) * both


def _sums(values: NDArray[np.generic], window: int) -> NDArray[np.int64]:
    """The sum over each window, by its first cell, along the last axis."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), np.int64)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return np.asarray(sums[..., window:] - sums[..., :-window])


def _best_of_windows(
    shares: NDArray[np.float64], lags: NDArray[np.int64], window: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The best of the windows that a cell is in, by cell, from those by the first cell of each window."""
    around = np.pad(shares, window - 1, constant_values=-1.0)
    best = sliding_window_view(around, window).argmax(axis=1) + np.arange(len(around) - window + 1)
    return around[best], np.pad(lags, window - 1)[best]
