"""What the detector ``screen_text`` would say of a story of screens, told without pixels and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proctor_cli.detectors.screen_text.lines import Line
from proctor_cli.detectors.screen_text.tiles import TILE_PX, Tiles
from proctor_cli.policy import Policy, load
from proctor_cli.risk.derive import derive
from proctor_cli.types import Box, Observation
from tests.unit.screens import LOOK_S, SAMPLE_S, Screen, Story, Words, shown, size_of

_ADVANCE = 0.45
"""Of a letter, in its line's height."""
_CHROME, _WAIT_S, _SMALL = 0.16, 2.0, 4
_DEFAULT = load(None)
LEARN_S = 8.0
_SAYS_SO = 0.5
"""What the rules ask of signals that say yes or no."""

Misread = Callable[[str], str]


@lru_cache(maxsize=512)
def lines_of(screen: Screen) -> dict[Line, str]:
    """The lines that can be seen, whole or cut off by what stands before them, and what they say."""
    found: dict[Line, str] = {}
    for number, panel in enumerate(screen):
        fronts = [front.place for front in screen[number + 1 :]]
        for words in panel.words:
            found |= _runs(words, panel.place, tuple(front for front in fronts if _overlap(front, _extent(words))))
    return found


def _extent(words: Words) -> Line:
    return Line(words.x, words.y, round(words.x + len(words.text) * words.size * _ADVANCE), words.y + words.size)


@lru_cache(maxsize=4096)
def _runs(words: Words, within: Line, fronts: tuple[Line, ...]) -> dict[Line, str]:
    """What is left of a line; of a letter that is cut through the picture is left, if not the letter."""
    found: dict[Line, str] = {}
    advance, start, end, run = words.size * _ADVANCE, 0, 0, ""
    for index, letter in enumerate((*words.text, "")):
        x0, x1 = round(words.x + index * advance), round(words.x + (index + 1) * advance)
        cell = Line(x0, words.y, x1, words.y + words.size)
        covering = [front for front in fronts if _overlap(cell, front)]
        if letter and _inside(cell, within) and not covering:
            start = start if run else x0
            end, run = x1, run + letter
            continue
        if len(run.strip()) > 1:
            end = min([max(end, front.x0) for front in covering if letter not in ("", " ")], default=end)
            found[Line(start, cell.y0, end, cell.y1)] = run.strip()
        run = ""
    return found


@lru_cache(maxsize=512)
def _marks(screen: Screen) -> NDArray[np.int64]:
    """A number for every tile (rows, columns), which is another one where it looks different."""
    width, height = size_of(screen)
    marks = np.zeros((-(-height // TILE_PX) * _SMALL, -(-width // TILE_PX) * _SMALL), np.int64)
    for panel in screen:
        x0, y0, x1, y1 = (side * _SMALL // TILE_PX for side in panel.place)
        marks[y0:y1, x0:x1] = panel.ground + 1
        for words in panel.words:
            for place, mark in _marks_of(words, panel.place, (panel.ground, panel.ink)):
                marks[place] = mark
    rows, columns = marks.shape[0] // _SMALL, marks.shape[1] // _SMALL
    weights = np.arange(1, 2 * _SMALL**2, 2, dtype=np.int64).reshape(_SMALL, 1, _SMALL) * 0x9E3779B97F4A7C1
    summed: NDArray[np.int64] = (marks.reshape(rows, _SMALL, columns, _SMALL) * weights).sum(axis=(1, 3))
    return summed


@lru_cache(maxsize=4096)
def _marks_of(words: Words, within: Line, theme: tuple[int, int]) -> list[tuple[tuple[slice, slice], int]]:
    step, advance = TILE_PX // _SMALL, words.size * _ADVANCE
    found = []
    for index, letter in enumerate(words.text):
        cell = Line(
            round(words.x + index * advance), words.y, round(words.x + (index + 1) * advance), words.y + words.size
        )
        if letter != " " and _inside(cell, within):
            place = (slice(cell.y0 // step, cell.y1 // step), slice(cell.x0 // step, cell.x1 // step + 1))
            found.append((place, hash((letter, cell, theme)) | 1 << 40))
    return found


class Teller:
    """Says of a story what the detector ``screen_text`` would say. ``late_s``: what stands below the head of a screen
    is read so much later than it is found; ``misread`` spoils what is read."""

    def __init__(self, misread: Misread = str, late_s: float = 0.0) -> None:
        self._misread, self._late_s = misread, late_s
        self.begin()

    def begin(self) -> None:
        self._known: dict[Line, tuple[str, float, bool]] = {}  # words, since when, whether they were told
        self._seen: NDArray[np.int64] | None = None

    def look(self, t_s: float, screen: Screen, before: Screen) -> Observation:
        marks, earlier = _marks(screen), _marks(before)
        earlier = earlier if earlier.shape == marks.shape else marks
        width, height = size_of(screen)
        first = self._seen is None or self._seen.shape != marks.shape
        if first or self._seen is None:
            self.begin()
            self._tiles, self._seen = Tiles(np.zeros((height, width), np.uint8), t_s), earlier
            self._waiting, self._since_s = np.ones(marks.shape, np.bool_), np.full(marks.shape, t_s)
        changed, moving = self._seen != marks, earlier != marks
        self._seen = marks
        gone = [] if first else [line for line in self._known if _touches(changed, line)]
        waits = changed.copy()
        for line in gone:  # what is left of it has to be found again
            waits[_tiles_under(line)] = True
        self._since_s[waits & ~self._waiting] = t_s
        self._waiting |= waits
        ready = self._waiting & (~moving | (t_s - self._since_s >= _WAIT_S))
        self._waiting &= ~ready
        settled = {
            line: text
            for line, text in lines_of(screen).items()
            if _touches(ready, line) and not _touches(self._waiting, line)
        }
        gone += [line for line in self._known if line not in gone and any(_overlap(line, new) for new in settled)]
        for line in gone:
            del self._known[line]
        self._known |= {line: (self._misread(text), t_s, False) for line, text in settled.items()}
        values: dict[str, float | None] = {
            "screen.change": None if first else float(changed.mean()),
            "screen.lines": float(len(self._known)),
            "screen.unread": float(self._waiting[: max(1, round(len(self._waiting) * _CHROME))].mean()),
            "screen.width_px": float(width),
            "screen.height_px": float(height),
        }
        boxes = [
            _box(patch.place, width, height, "framed" if patch.framed else "changed", patch.fill)
            for patch in self._tiles.patches(changed)
        ]
        boxes += [_box(line, width, height, "gone", 1.0) for line in gone]
        return Observation("screen", t_s, values, tuple(boxes), tuple(self._tell_lines(t_s, settled, width, height)))

    def _tell_lines(self, t_s: float, settled: dict[Line, str], width: int, height: int) -> Iterator[Box]:
        for line, (text, since_s, told) in self._known.items():
            due = line.y1 <= _CHROME * height or t_s - since_s >= self._late_s - 1e-6
            if line in settled or (due and not told):
                yield _box(line, width, height, text if due else "", 0.95 if due else 0.0)
                self._known[line] = (text, since_s, due)


def tell(
    story: Story, end_s: float, *, misread: Misread = str, late_s: float = 0.0, begins: Sequence[float] = ()
) -> list[Observation]:
    """All looks at a story; at ``begins`` the reader starts anew, as it does where a slice begins."""
    teller, told, left = Teller(misread, late_s), [], sorted(begins)
    for number in range(round(end_s / LOOK_S)):
        t_s = round(number * LOOK_S, 5)
        if left and t_s >= left[0]:
            left.pop(0)
            teller.begin()
        told.append(teller.look(t_s, shown(story, t_s), shown(story, max(story[0][0], t_s - SAMPLE_S))))
    return told


def _tiles_under(line: Line) -> tuple[slice, slice]:
    rows = slice(line.y0 // TILE_PX, (line.y1 - 1) // TILE_PX + 1)
    return rows, slice(line.x0 // TILE_PX, (line.x1 - 1) // TILE_PX + 1)


def _touches(tiles: NDArray[np.bool_], line: Line) -> bool:
    return bool(tiles[_tiles_under(line)].any())


def _box(line: Line, width: int, height: int, label: str, score: float) -> Box:
    sides = (line.x0 / width, line.y0 / height, line.x1 / width, line.y1 / height)
    x0, y0, x1, y1 = (round(min(1.0, max(0.0, side)), 5) for side in sides)
    return Box(x0, y0, x1, y1, label, score)


def _inside(cell: Line, place: Line) -> bool:
    return place.x0 <= cell.x0 and cell.x1 <= place.x1 and place.y0 <= cell.y0 and cell.y1 <= place.y1


def _overlap(first: Line, second: Line) -> bool:
    return first.x0 < second.x1 and second.x0 < first.x1 and first.y0 < second.y1 and second.y0 < first.y1


# ---------------------------------------------------------------- and what follows from it
def policy_with(**screen: Any) -> Policy:
    """The default policy, which learns quickly here, with other values in [screen]."""
    changed = _DEFAULT.screen.model_copy(update={"learn_s": LEARN_S, **screen})
    return _DEFAULT.model_copy(update={"screen": changed})


def follow(
    story: Story, end_s: float, policy: Policy | None = None, names: Sequence[str] = (), **telling: Any
) -> list[Observation]:
    """What is derived from a story, look by look."""
    return list(derive(tell(story, end_s, **telling), policy or policy_with(), names))


def states(told: Iterable[Observation], signal: str, start_s: float, end_s: float) -> set[bool | None]:
    """Whether ``screen.<signal>`` says so, at each look in a stretch of time: None where that could not be told."""
    said = (one.values[f"screen.{signal}"] for one in told if start_s <= one.t_s < end_s)
    return {None if value is None else value > _SAYS_SO for value in said}


def ever(told: Sequence[Observation], signals: str, start_s: float, end_s: float) -> bool:
    """Whether any of these ``screen`` signals, named in one text, says so at some look in a stretch of time."""
    return any(True in states(told, signal, start_s, end_s) for signal in signals.split())


def words(told: Iterable[Observation], signal: str, start_s: float, end_s: float) -> set[str]:
    """The words for ``screen.<signal>`` in a stretch of time."""
    said = (one.words.get(f"screen.{signal}", "") for one in told if start_s <= one.t_s < end_s)
    return {text for text in said if text}
