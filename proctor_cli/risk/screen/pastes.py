"""A large piece of text that appears at once in the exam."""

from __future__ import annotations

from collections import deque

from proctor_cli.risk.screen.page import Page, Shown, Turn, plain, shared_area
from proctor_cli.types import Box

_LINE_CHARACTERS = 25
"""Lists and labels have shorter lines than a pasted answer."""
_MOST_GONE = 0.25
"""Of the lines on the screen: a new page takes most of them away, and so does scrolling."""
_TURNED = 0.3
"""Of the screen: scrolling changes more, a page of pasted text less."""
_QUIET_S = 2.0
"""After a new page text may come in late."""
_TOGETHER_S = 0.9
"""What comes within this is one piece: a paste may be seen half drawn."""
_REMEMBERED_S = 30.0
"""A line that was there so shortly before has been covered, not written: by the pointer, or while it was redrawn."""
_SAME_PLACE = 0.5
_ALIGNED = 0.004
"""Of the screen's width."""
_STATUS_BAR = 0.93
"""Below, browsers show the long addresses of links."""
_READ_S = 1.3
"""A line that is found later than this after its place has changed was there before, where much changes."""


class Pastes:
    """Counts the characters that have just appeared in one place of a page that is otherwise the same."""

    def __init__(self) -> None:
        self._turned_s: float | None = None
        self._came: deque[tuple[float, float, int]] = deque()
        self._went: deque[tuple[float, Shown, int]] = deque()
        self._changed: deque[tuple[float, Box]] = deque()

    def forget(self, t_s: float) -> None:
        """The exam is not shown, or a new page of it."""
        self._turned_s = t_s
        self._came.clear()

    def follow(self, page: Page, turn: Turn) -> float | None:
        """Characters that came up within the last moment and were not there shortly before; None on a new page."""
        before = len(page.lines) - len(turn.new) + len(turn.gone)
        if not before or turn.change > _TURNED or len(turn.gone) > max(4, _MOST_GONE * before):
            self.forget(turn.t_s)
        self._went.extend((turn.t_s, line, page.characters(line)) for line in turn.gone)
        while self._went and turn.t_s - self._went[0][0] > _REMEMBERED_S:
            self._went.popleft()
        self._changed.extend((turn.t_s, patch) for patch in turn.patches)
        while self._changed and turn.t_s - self._changed[0][0] > _READ_S:
            self._changed.popleft()
        while self._came and turn.t_s - self._came[0][0] > _TOGETHER_S:
            self._came.popleft()
        if self._turned_s is not None and turn.t_s - self._turned_s < _QUIET_S:
            return None
        new = [line for line in turn.new if line.box.y0 < _STATUS_BAR and self._just_changed(line)]
        self._came.extend((turn.t_s, line.box.x0, self._added(page, line)) for line in new)
        return float(max((self._count_block(x0) for _, x0, _ in self._came), default=0))

    def _count_block(self, left: float) -> int:
        """Characters of the lines that begin below each other, as those of one text do."""
        return sum(count for _, x0, count in self._came if abs(x0 - left) < _ALIGNED)

    def _added(self, page: Page, line: Shown) -> int:
        """Characters of a new line beyond those that stood in its place."""
        count = page.characters(line)
        if count < _LINE_CHARACTERS:
            return 0
        words = plain(line.text)
        there = max((count for _, old, count in self._went if _is_same(line, words, old)), default=0)
        return max(0, count - there)

    def _just_changed(self, line: Shown) -> bool:
        return any(shared_area(patch, line.box) > 0 for _, patch in self._changed)


def _is_same(line: Shown, words: str, old: Shown) -> bool:
    """Whether a line stands where another did, or a part of it, or says the same, so that it was moved here."""
    if line.text and words == plain(old.text):
        return True
    shared = shared_area(line.box, old.box)
    return shared > 0 and shared > _SAME_PLACE * min(line.box.area, old.box.area)
