"""Everything that was read on a screen, with the time for which it stood there: for searching."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from proctor_cli.risk.screen.page import Page, Shown, read_host
from proctor_cli.types import ScreenText

_MIN_LETTERS = 3
_MERGE_S = 5.0
"""A line that comes back so soon has only been under the pointer."""
_TOP = 0.11


class TextCollector:
    """Collects the lines of a page over time. What grows letter by letter is kept as it was in the end."""

    def __init__(self) -> None:
        self._open: dict[tuple[float, ...], tuple[str, float, float]] = {}
        self._done: dict[str, list[ScreenText]] = {}
        self._ended: dict[tuple[float, float], ScreenText] = {}
        self._now_s = 0.0
        self._seen: tuple[Page | None, int] = (None, 0)

    def see(self, page: Page, t_s: float) -> None:
        """The page as it is at ``t_s``."""
        self._now_s = t_s
        if self._seen == (page, page.revision):
            return
        self._seen = page, page.revision
        now = {place: line for place, line in page.lines.items() if _is_text(line.text)}
        ended = [place for place, (text, _, _) in self._open.items() if place not in now or now[place].text != text]
        for place in ended:
            self._close(place, t_s, now)
        for place, line in now.items():
            if place not in self._open:
                self._open[place] = (line.text, self._take_up(place, line), line.box.y0)

    def finish(self, end_s: float) -> tuple[ScreenText, ...]:
        """All texts in order of time."""
        for place in list(self._open):
            self._close(place, max(end_s, self._now_s), {})
        found = [text for texts in self._done.values() for text in texts]
        return tuple(sorted(found, key=lambda text: (text.start_s, text.end_s, text.text)))

    def _take_up(self, place: tuple[float, ...], line: Shown) -> float:
        """Since when a line stands; if it is one that was typed on, since its beginning, which is forgotten."""
        start = _start(place)
        ended = self._ended.pop(start, None)
        if ended is None or line.since_s - ended.end_s > _MERGE_S or not line.text.startswith(ended.text[:-1]):
            return line.since_s
        if len(line.text) > len(ended.text) and ended in self._done.get(ended.text, ()):
            self._done[ended.text].remove(ended)
            return ended.start_s
        return line.since_s

    def _close(self, place: tuple[float, ...], t_s: float, now: dict[tuple[float, ...], Shown]) -> None:
        text, since_s, top = self._open.pop(place)
        if any(_goes_on(place, text, other, line.text) for other, line in now.items() if other != place):
            return  # it is part of the longer line now
        earlier = self._done.setdefault(text, [])
        if earlier and since_s - earlier[-1].end_s <= _MERGE_S:
            last = earlier.pop()
            since_s, t_s = min(since_s, last.start_s), max(t_s, last.end_s)
        ended = ScreenText(text, round(since_s, 3), round(t_s, 3), _kind(text, top))
        earlier.append(ended)
        self._ended[_start(place)] = ended


def _start(place: tuple[float, ...]) -> tuple[float, float]:
    """Where a line begins, as near as its place is known."""
    return round(place[0], 2), round(place[1], 2)


@lru_cache(maxsize=4096)
def _is_text(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= _MIN_LETTERS


def _goes_on(place: tuple[float, ...], text: str, other: tuple[float, ...], longer: str) -> bool:
    """Whether somebody has typed on."""
    starts = abs(place[0] - other[0]) < 0.005 and abs(place[1] - other[1]) < 0.01
    return starts and other[2] >= place[2] and longer.startswith(text[:-1])


def _kind(text: str, top: float) -> Literal["address", "title", "page"]:
    if read_host(text) and top < 2 * _TOP:
        return "address"
    return "title" if top < _TOP else "page"
