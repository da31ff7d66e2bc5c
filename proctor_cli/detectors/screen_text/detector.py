"""What is written on the screen, and where the screen changes.

It measures; whether a page is the exam's, and a host allowed, is for the policy to say.

Reading takes a thousand times longer than seeing that nothing has changed. So only lines where something has changed
are read, once they stand still; what changes all the time (a clock) less and less often; a line that has been read
before, not again; and pages with a budget, the top of the screen before everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.detectors.screen_text.lines import Line, cut_out, find_lines
from proctor_cli.detectors.screen_text.tiles import Patch, Tiles
from proctor_cli.nets import Model
from proctor_cli.nets.words import LineReader, Words
from proctor_cli.types import Box, Frame, Observation, Spec

_Luma = NDArray[np.uint8]

_CHROME = 0.16
"""Title bar, tabs, address bar and the head of a page stand in this upper share of a screen: always read, and first."""
_CHROME_SQUEEZE, _PAGE_SQUEEZE = 0.85, 0.75
_FIRST_BUDGET_PX, _MOST_BUDGET_PX, _BUDGET_PX_PER_S = 4_000.0, 16_000.0, 250.0
"""For the rest of the screen, as LineReader.cost_px counts, 18 to a character: at first, at once, and as time goes on.
A page that is shown for a minute is read as a whole; of one that is gone after seconds, the beginning."""
_TITLE = 0.12
"""Of the screen's height, from the top of a large box: its title and menu stand there."""
_CREDIT_PX = 5_000.0
"""What boxes that come up may take beyond the budget, to be saved on pages."""
_BOX_AREA, _BOX_FILL, _BOX_S = (0.004, 0.2), 0.6, 2.0
"""A box that comes up: its share of the screen, the share of it that changes, and for how long it is new."""
_MIN_SHAPE = 1.5
"""What is narrower than this, in its own height, is an icon."""
_MIN_SCORE = 0.6
_SAME_LUMA = 40.0
"""Grey levels, averaged over 3 x 3 pixels, that compression leaves between two pictures of one line; another digit is
more."""
_MOST_CACHED = 400


_NO_TEXT = Words("", 0.01)
"""Looked at, and found to be no text; what has not been read has a score of 0."""


class _Known(NamedTuple):
    """A line on the screen; ``words`` are None while it has not been read."""

    line: Line
    words: Words | None


class ScreenText:
    """Lines of text and changed places of a screen.

    - ``screen.change``: share of the screen that has changed since the look before; None at the first look after
      ``begin``, which starts from nothing: what earlier looks have told of lines is void then;
    - ``screen.lines``: how many lines there are;
    - ``screen.unread``: share of the top of the screen that has changed and has not come to rest yet;
    - ``screen.width_px``, ``screen.height_px``: size of the picture.

    Boxes: "changed" is a place that has changed, "framed" one whose rim has changed nearly everywhere, as when a window
    comes up (score: changed share of it); "gone" is a line told earlier that is no longer there. ``texts`` are new
    lines, with an empty label until they are read, then once more with their words; what is no text stays empty.
    """

    spec = Spec(
        name="screen_text",
        source="screen",
        signals={
            "screen.change": "score",
            "screen.lines": "count",
            "screen.unread": "score",
            "screen.width_px": "px",
            "screen.height_px": "px",
        },
        interval_s=0.4,
        models=("text",),
        finds=("changed", "framed", "gone"),
        families={"text": ("ppocr_rec",)},
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._reader = LineReader(models["text"], threads)
        self.begin()

    def begin(self) -> None:
        """Forget everything seen so far."""
        self._tiles: Tiles | None = None
        self._known: list[_Known] = []
        self._cache: dict[tuple[int, int], list[tuple[_Luma, Words]]] = {}
        self._budget_px = _FIRST_BUDGET_PX
        self._seen_s = 0.0
        self._boxes: list[tuple[float, Line]] = []

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Measure each picture, in order of time. See Detector and Following."""
        return [self._look(frame) for frame in frames]

    def close(self) -> None:
        """Nothing is held."""

    def _look(self, frame: Frame) -> Observation:
        luma = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)
        height_px, width_px = luma.shape
        first = self._tiles is None or self._tiles.shape != luma.shape
        if first:
            self.begin()
            self._tiles, self._seen_s = Tiles(luma, frame.t_s), frame.t_s
        tiles = self._tiles
        assert tiles is not None
        before = luma if frame.before is None else cv2.cvtColor(frame.before, cv2.COLOR_RGB2GRAY)
        if before.shape != luma.shape:
            before = luma
        # A slice's first look still sees what has changed since the sample before it.
        changed = tiles.differ(before, luma) if first else tiles.follow(luma, frame.t_s)
        moving = tiles.differ(before, luma)
        self._budget_px = min(_MOST_BUDGET_PX, self._budget_px + _BUDGET_PX_PER_S * (frame.t_s - self._seen_s))
        self._seen_s = frame.t_s
        patches = list(tiles.patches(changed))
        self._boxes = [(t_s, box) for t_s, box in self._boxes if frame.t_s - t_s <= _BOX_S]
        came_up = (_box_of(patch, height_px, width_px * height_px) for patch in patches)
        self._boxes += [(frame.t_s, box) for box in came_up if box]
        gone = [] if first else self._drop(tiles, changed)
        fresh = self._renew(frame, luma, tiles, moving, gone)
        whole = (width_px, height_px)
        boxes = [_patch_box(patch, tiles) for patch in patches]
        return Observation(
            "screen",
            frame.t_s,
            {
                "screen.change": None if first else float(changed.mean()),
                "screen.lines": float(len(self._known)),
                "screen.unread": tiles.share_waiting(_CHROME),
                "screen.width_px": float(width_px),
                "screen.height_px": float(height_px),
            },
            (*boxes, *(_box(known.line, whole, "gone", 1.0) for known in gone)),
            tuple(_text(known, whole) for known in fresh),
        )

    def _drop(self, tiles: Tiles, changed: NDArray[np.bool_]) -> list[_Known]:
        """Take lines out in which something has changed."""
        gone = [known for known in self._known if tiles.touches(changed, known.line)]
        for known in gone:
            tiles.look_at(known.line, self._seen_s)
        self._known = [known for known in self._known if known not in gone]
        return gone

    def _renew(
        self, frame: Frame, luma: _Luma, tiles: Tiles, moving: NDArray[np.bool_], gone: list[_Known]
    ) -> list[_Known]:
        """Find the lines where the picture has come to rest, and read what there is time for.

        Lines that give way to others are added to ``gone``.
        """
        ready = tiles.ready(moving, frame.t_s)
        found = [line for line in _lines_in(luma, tiles.bands(ready)) if tiles.touches(ready, line)]
        unsettled = tiles.waiting & ~ready
        settled = [_Known(line, None) for line in found if not tiles.touches(unsettled, line)]
        replaced = [known for known in self._known if any(_overlap(known.line, new.line) for new in settled)]
        self._known = [known for known in self._known if known not in replaced]
        gone += replaced
        tiles.rest(ready, frame.t_s)
        unread = [known for known in self._known if known.words is None]
        self._known += settled
        read = list(self._read(frame.rgb, luma, [*settled, *unread]))
        by_line = {known.line: known for known in read}
        self._known = [by_line.get(known.line, known) for known in self._known]
        return [*read, *(known for known in settled if known.line not in by_line)]

    def _read(self, rgb: NDArray[np.uint8], luma: _Luma, unread: Sequence[_Known]) -> Iterator[_Known]:
        """Those that could be read, in the order in which they matter: boxes that have come up, then from above."""
        chrome_px = luma.shape[0] * _CHROME
        for known in sorted(unread, key=lambda known: (not self._came_up(known.line), known.line.y0)):
            line = known.line
            picture = cut_out(luma[:, :, None], line)[:, :, 0]
            words = _NO_TEXT if _is_icon(line) else self._recall(picture)
            if words is None:
                chrome = line.y1 <= chrome_px
                squeeze = _CHROME_SQUEEZE if chrome else _PAGE_SQUEEZE
                cost_px = 0.0 if chrome else self._reader.cost_px(line.x1 - line.x0, line.y1 - line.y0, squeeze)
                credit_px = _CREDIT_PX if self._came_up(line) else 0.0
                if cost_px > max(0.0, self._budget_px + credit_px):
                    continue
                self._budget_px -= cost_px
                words = self._reader.read(cut_out(rgb, line), squeeze)
                words = words if words.score >= _MIN_SCORE else _NO_TEXT
                self._remember(picture, words)
            yield _Known(line, words)

    def _came_up(self, line: Line) -> bool:
        """Whether a line stands in a box that has just come up: a notification is gone before a page is read."""
        return any(_overlap(box, line) for _, box in self._boxes)

    def _recall(self, picture: _Luma) -> Words | None:
        """What a line that looks the same said."""
        for known, words in self._cache.get(picture.shape, ()):
            if cv2.blur(cv2.absdiff(known, picture), (3, 3)).max() <= _SAME_LUMA:
                return words
        return None

    def _remember(self, picture: _Luma, words: Words) -> None:
        if sum(map(len, self._cache.values())) >= _MOST_CACHED:
            self._cache.clear()
        self._cache.setdefault(picture.shape, []).append((picture.copy(), words))


def _box_of(patch: Patch, height_px: int, whole_px: int) -> Line | None:
    """The part of a box that came up that is worth reading at once: all of a small one, the title of a window."""
    place = patch.place
    share = (place.x1 - place.x0) * (place.y1 - place.y0) / whole_px
    if share < _BOX_AREA[0] or not (patch.framed or patch.fill >= _BOX_FILL):
        return None
    return place if share <= _BOX_AREA[1] else place._replace(y1=place.y0 + round(_TITLE * height_px))


def _is_icon(line: Line) -> bool:
    return line.x1 - line.x0 < _MIN_SHAPE * (line.y1 - line.y0)


def _lines_in(luma: _Luma, bands: Iterable[tuple[int, int]]) -> Iterator[Line]:
    """Lines in bands of rows as wide as the screen."""
    for top, bottom in bands:
        for line in find_lines(luma[top:bottom]):
            yield line._replace(y0=line.y0 + top, y1=line.y1 + top)


def _overlap(first: Line, second: Line) -> bool:
    return first.x0 < second.x1 and second.x0 < first.x1 and first.y0 < second.y1 and second.y0 < first.y1


def _patch_box(patch: Patch, tiles: Tiles) -> Box:
    return _box(patch.place, (tiles.shape[1], tiles.shape[0]), "framed" if patch.framed else "changed", patch.fill)


def _text(known: _Known, whole: tuple[int, int]) -> Box:
    text, score = known.words or ("", 0.0)
    return _box(known.line, whole, text, score)


def _box(line: Line, whole: tuple[int, int], label: str, score: float) -> Box:
    width_px, height_px = whole
    return Box(line.x0 / width_px, line.y0 / height_px, line.x1 / width_px, line.y1 / height_px, label, score)
