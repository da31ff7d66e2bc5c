"""Where lines of text stand in a picture of a screen.

Screens are drawn, not filmed: letters have hard edges on an even ground, and lines are level. Edges that are close to
each other in a row are one line; that takes milliseconds where a detection network takes most of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_EDGE = 28
"""Grey levels between a letter and its ground: faint hints on white have 40, compression noise stays below 20."""
_WORD_GAP = 0.9
"""Words are apart by less than this share of the line's height, tabs and buttons by more."""
_RULE_PX = 48
"""No stroke of a letter is as long as the frame of a button."""
_HEIGHTS_PX = (7, 64)
_MIN_WIDTH_PX = 7
_MARGIN_PX = 2
_ROW_PX = 32


class Line(NamedTuple):
    """A line of text in pixels, half-open: columns ``x0`` to ``x1``, rows ``y0`` to ``y1``."""

    x0: int
    y0: int
    x1: int
    y1: int


def find_lines(luma: NDArray[np.uint8]) -> list[Line]:
    """Lines of text in a picture (height, width) of a screen, from top to bottom.

    What is no text (icons, rows of a graph) may be among them; a reader gives it a low score.
    """
    if min(luma.shape) < 2:
        return []
    edges = cv2.morphologyEx(luma, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > _EDGE
    letters = _without_rules(edges.astype(np.uint8))
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    pieces = (
        Line(x, y, x + width, y + height)
        for x, y, width, height, _ in stats[1:].tolist()
        if min(width, height) >= 2 and height <= _HEIGHTS_PX[1]
    )
    low, high = _HEIGHTS_PX
    lines = [line for line in _chain(pieces) if low <= line.y1 - line.y0 <= high and line.x1 - line.x0 >= _MIN_WIDTH_PX]
    return sorted(lines, key=lambda line: (line.y0, line.x0))


def _without_rules(edges: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Edges without the long straight ones of frames, which would tie everything in them together."""
    level = cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones((1, _RULE_PX), np.uint8))
    upright = cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones((_RULE_PX, 1), np.uint8))
    letters: NDArray[np.uint8] = edges & ~cv2.max(level, upright)
    return letters


def _chain(pieces: Iterable[Line]) -> Iterator[Line]:
    """Pieces that follow each other in one row, put together from left to right.

    Lines are looked up by the rows that they stand in: a film or a night sky has tens of thousands of pieces.
    """
    lines: dict[int, Line] = {}
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for number, piece in enumerate(sorted(pieces)):
        own = range(piece.y0 // _ROW_PX, (piece.y1 - 1) // _ROW_PX + 1)
        for row in own:
            rows[row] = [n for n in rows[row] if n in lines and piece.x0 - lines[n].x1 <= _HEIGHTS_PX[1]]
        near = sorted({n for row in own for n in rows[row]}, reverse=True)
        found = next((n for n in near if _continues(lines[n], piece)), number)
        line = lines.get(found, piece)
        lines[found] = Line(line.x0, min(line.y0, piece.y0), max(line.x1, piece.x1), max(line.y1, piece.y1))
        for row in own:
            if found not in rows[row]:
                rows[row].append(found)
    yield from lines.values()


def _continues(line: Line, piece: Line) -> bool:
    heights = (line.y1 - line.y0, piece.y1 - piece.y0)
    shared = min(line.y1, piece.y1) - max(line.y0, piece.y0)
    together = max(line.y1, piece.y1) - min(line.y0, piece.y0)
    return (
        piece.x0 - line.x1 <= _WORD_GAP * max(heights)
        and shared > 0.5 * min(heights)
        and together <= 1.6 * max(*heights, 8)
    )


def cut_out(rgb: NDArray[np.uint8], line: Line) -> NDArray[np.uint8]:
    """The pixels of a line (height, width, 3) with a little margin, as far as the picture goes."""
    height_px, width_px = rgb.shape[:2]
    return rgb[
        max(0, line.y0 - _MARGIN_PX) : min(height_px, line.y1 + _MARGIN_PX),
        max(0, line.x0 - _MARGIN_PX) : min(width_px, line.x1 + _MARGIN_PX),
    ]
