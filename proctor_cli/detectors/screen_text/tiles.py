"""Where a screen changes, in tiles: what has changed, what has come to rest, what never does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.detectors.screen_text.lines import Line

_Luma = NDArray[np.uint8]
_Map = NDArray[np.bool_]

TILE_PX = 16
_LEVELS = 24
"""Grey levels that compression does not reach where nothing has changed."""
_MIN_CHANGED_PX = 4
"""In one tile; a text cursor has more."""
_WAIT_S = 2.0
"""What does not come to rest in this time is taken as it is."""
_BUSY_S, _BUSY_TIMES = 2.5, 4
"""A place that has changed so often in a row, each time sooner than this, is busy: a clock, a film ..."""
_MOST_PAUSE_S = 8.0
"""... and is left alone for 1, 2, 4, then 8 seconds."""
_RIM_SHARE = 0.85
_MIN_RIM_TILES = 3
_BAND_MARGIN_TILES = 4


class Patch(NamedTuple):
    """A connected place that has changed.

    ``fill`` is the changed share of its tiles; ``framed`` says that nearly all along its rim have changed.
    """

    place: Line
    fill: float
    framed: bool


class Tiles:
    """The tiles of one screen over time; maps are (rows, columns) bool."""

    def __init__(self, luma: _Luma, t_s: float) -> None:
        self.shape = luma.shape
        self._seen = luma.copy()
        size = tuple(-(-side // TILE_PX) for side in luma.shape)
        self.waiting: _Map = np.ones(size, np.bool_)
        self._since_s = np.full(size, t_s)
        self._rested_s = np.full(size, -np.inf)
        self._allowed_s = np.full(size, -np.inf)
        self._times = np.zeros(size, np.int64)

    def differ(self, first: _Luma, second: _Luma) -> _Map:
        """Tiles in which two pictures differ."""
        height_px, width_px = self.shape
        rows, columns = self.waiting.shape
        _, changed = cv2.threshold(cv2.absdiff(first, second), _LEVELS, 255, cv2.THRESH_BINARY)
        below, right = rows * TILE_PX - height_px, columns * TILE_PX - width_px
        if below or right:
            changed = cv2.copyMakeBorder(changed, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
        share = np.asarray(cv2.resize(changed, (columns, rows), interpolation=cv2.INTER_AREA))
        differing: _Map = share >= np.uint8(255 * _MIN_CHANGED_PX // TILE_PX**2)
        return differing

    def follow(self, luma: _Luma, t_s: float) -> _Map:
        """Go on to the next picture; what has changed since it was last seen to change.

        Unchanged tiles keep the picture they have, so that a slow fade adds up.
        """
        changed = self.differ(self._seen, luma)
        if changed.any():
            pixels = np.repeat(np.repeat(changed, TILE_PX, axis=0), TILE_PX, axis=1)
            np.copyto(self._seen, luma, where=pixels[: luma.shape[0], : luma.shape[1]])
        self._since_s[changed & ~self.waiting] = t_s
        self.waiting |= changed
        return changed

    def look_at(self, line: Line, t_s: float) -> None:
        """Let the tiles of a line wait, too: what is left of one that has changed at its end is another line."""
        rows = slice(line.y0 // TILE_PX, (line.y1 - 1) // TILE_PX + 1)
        place = (rows, slice(line.x0 // TILE_PX, (line.x1 - 1) // TILE_PX + 1))
        self._since_s[place] = np.where(self.waiting[place], self._since_s[place], t_s)
        self.waiting[place] = True

    def ready(self, moving: _Map, t_s: float) -> _Map:
        """Tiles that wait to be looked at, have come to rest (or never do), and are not busy."""
        ready: _Map = self.waiting & (self._allowed_s <= t_s) & (~moving | (t_s - self._since_s >= _WAIT_S))
        return ready

    def rest(self, looked_at: _Map, t_s: float) -> None:
        """These tiles have been looked at."""
        pause_s = np.clip(2.0 ** (self._times - _BUSY_TIMES), 0.0, _MOST_PAUSE_S)
        soon = t_s - self._rested_s < _BUSY_S + pause_s
        self._times = np.where(looked_at, np.where(soon, self._times + 1, 0), self._times)
        busy = looked_at & (self._times >= _BUSY_TIMES)
        pause_s = np.minimum(2.0 ** (self._times - _BUSY_TIMES), _MOST_PAUSE_S)
        self._allowed_s[busy] = t_s + pause_s[busy]
        self._rested_s[looked_at] = t_s
        self.waiting &= ~looked_at

    def share_waiting(self, upper: float) -> float:
        """Share of the tiles in this upper share of the screen that wait to be looked at."""
        return float(self.waiting[: max(1, round(len(self.waiting) * upper))].mean())

    def touches(self, tiles: _Map, line: Line) -> bool:
        """Whether a line lies in one of these tiles."""
        rows = slice(line.y0 // TILE_PX, (line.y1 - 1) // TILE_PX + 1)
        return bool(tiles[rows, line.x0 // TILE_PX : (line.x1 - 1) // TILE_PX + 1].any())

    def bands(self, tiles: _Map) -> Iterator[tuple[int, int]]:
        """Runs of pixel rows, half-open, that hold these tiles with a margin."""
        kernel = np.ones((2 * _BAND_MARGIN_TILES + 1, 1), np.uint8)
        touched = tiles.any(axis=1, keepdims=True).astype(np.uint8)
        rows = np.asarray(cv2.dilate(touched, kernel)).ravel()
        edges = np.flatnonzero(np.diff(np.concatenate([[0], rows, [0]])))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            yield first * TILE_PX, min(last * TILE_PX, self.shape[0])

    def patches(self, tiles: _Map) -> Iterator[Patch]:
        """Connected places of these tiles; one tile between two does not part them."""
        if not tiles.any():
            return
        near = cv2.dilate(tiles.astype(np.uint8), np.ones((2, 2), np.uint8))
        count, numbers = cv2.connectedComponents(near, connectivity=8)
        labels = np.asarray(numbers)
        for number in range(1, count):
            own = tiles & (np.asarray(labels) == number)
            rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
            if len(rows):
                yield self._patch(own, rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)

    def _patch(self, own: _Map, top: int, bottom: int, left: int, right: int) -> Patch:
        inside = own[top:bottom, left:right]
        rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
        framed = min(inside.shape) >= _MIN_RIM_TILES and bool(rim.mean() >= _RIM_SHARE)
        height_px, width_px = self.shape
        place = Line(
            int(left) * TILE_PX,
            int(top) * TILE_PX,
            min(int(right) * TILE_PX, width_px),
            min(int(bottom) * TILE_PX, height_px),
        )
        return Patch(place, float(inside.mean()), framed)
