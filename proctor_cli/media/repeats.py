"""Video that repeats itself, as a loop fed in place of a camera does: exact movements at a constant distance in time.

Each sample leaves a print: the mean brightness of 48 blocks of the picture. A stretch repeats an earlier one if,
over seconds, the prints that lie one lag apart differ far less than neighbouring samples do. People never do: somebody
who repeats a movement repeats neither its timing nor the camera's noise. A fan or a clock in the room does, which is
why nearly all blocks that move must repeat. A picture that stands still says nothing about loops.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PRINT_BLOCKS = (6, 8)
"""Rows and columns of blocks."""
PRINT_SCALE = 256
"""Prints are grey levels times this, as uint16."""

# A stretch must repeat for this long. Lags reach from the shortest to the longest; a loop is also found at a multiple
# of its length, which matters when the sampling does not fit it.
_WINDOW_S = 5.0
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
# Mean difference at the lag over that of neighbouring samples: loops up to 0.34, people who are looped by nobody from
# 0.46 (docs/accuracy.md).
_MAX_RATIO = 0.4
# First seen on means of four blocks, which is quick; they differ a little less.
_COARSER, _MAX_COARSE_RATIO = 4, 0.6
# A block moves, and a sample does, if neighbouring samples differ by this many grey levels.
_MOVES = 0.3
_MIN_MOVING_BLOCKS = 4
_MIN_MOVING_SAMPLES = 0.6
# A moving block repeats if it differs by less than this share of its movement.
_BLOCK_RATIO = 0.6


class Repeat(NamedTuple):
    """``share`` of the moving blocks that repeat what was there ``lag_s`` earlier, 0-1; 0 where nothing does."""

    share: float
    lag_s: float


def print_of(thumbnail: NDArray[np.int16]) -> NDArray[np.uint16]:
    """The print (48,) of a thumbnail (48, 64) of luma 0-255."""
    rows, columns = PRINT_BLOCKS
    blocks = thumbnail.reshape(rows, thumbnail.shape[0] // rows, columns, -1).mean(axis=(1, 3))
    return np.asarray(blocks * PRINT_SCALE, np.uint16).ravel()


def find_repeats(cells: NDArray[np.int64], prints: NDArray[np.uint16], step_s: float) -> list[Repeat | None]:
    """For each sample, the best repeat of an earlier stretch that it is a part of.

    Args:
        cells: (n,) the sampling cell of each sample, ascending; cells without a sample repeat nothing.
        prints: (n, 48) as `print_of` makes them.
        step_s: length of a cell.

    Returns:
        One for each sample; None where the picture moves too little to tell.
    """
    if len(cells) == 0:
        return []
    series = np.full((int(cells[-1] - cells[0]) + 1, prints.shape[1]), np.nan, np.float32)
    series[cells - cells[0]] = prints / np.float32(PRINT_SCALE)
    window = round(_WINDOW_S / step_s)
    if len(series) <= 2 * window:
        return [None] * len(cells)
    coarse = series.reshape(len(series), -1, _COARSER).mean(axis=2)
    moving = _windows(np.nan_to_num(_motion(series)) > _MOVES, window) >= _MIN_MOVING_SAMPLES
    typical = _windows(_motion(coarse), window)
    share, lag_s = np.zeros(len(series)), np.zeros(len(series))
    for lag in range(round(_SHORTEST_S / step_s), min(round(_LONGEST_S / step_s), len(series) - window)):
        apart = np.abs(coarse[lag:] - coarse[:-lag]).mean(axis=1)
        near = _windows(apart, window) <= _MAX_COARSE_RATIO * typical[lag:]
        for end in np.flatnonzero(near & moving[lag:] & (share[lag:] < 1)) + lag:
            found = _share(series[end - window + 1 : end + 1], series[end - window + 1 - lag : end + 1 - lag])
            if found > share[end]:
                share[end], lag_s[end] = found, lag * step_s
    return [
        _best(share[cell : cell + window], lag_s[cell : cell + window]) if moving[cell : cell + window].any() else None
        for cell in (cells - cells[0]).tolist()
    ]


def _motion(series: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean difference of each sample to the one before it."""
    return np.asarray(np.abs(np.diff(series, axis=0, prepend=np.nan)).mean(axis=1), np.float32)


def _windows(values: NDArray[np.generic], window: int) -> NDArray[np.float64]:
    """The mean over each window that ends at a sample; NaN before the first whole one and where any sample is."""
    sums = np.cumsum(np.nan_to_num(values.astype(np.float64)), axis=0)
    holes = np.cumsum(np.isnan(values.astype(np.float64)))
    means = np.full(len(values), np.nan)
    means[window:] = (sums[window:] - sums[:-window]) / window
    means[window:][holes[window:] > holes[:-window]] = np.nan
    return means


def _share(now: NDArray[np.float32], then: NDArray[np.float32]) -> float:
    """Share of the moving blocks that repeat, over one window; 0 where the picture as a whole does not."""
    movement, apart = np.abs(np.diff(now, axis=0)).mean(axis=0), np.abs(now - then).mean(axis=0)
    moving = movement > _MOVES
    if moving.sum() < _MIN_MOVING_BLOCKS or not apart.mean() <= _MAX_RATIO * movement.mean():
        return 0.0
    return float((apart[moving] < _BLOCK_RATIO * movement[moving]).mean())


def _best(shares: NDArray[np.float64], lags_s: NDArray[np.float64]) -> Repeat:
    """The best of the windows that a sample is in: it lies in those that end up to a window after it."""
    best = int(shares.argmax())
    return Repeat(float(shares[best]), float(lags_s[best]))
