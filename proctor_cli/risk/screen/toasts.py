"""Notifications of the desktop: small boxes with text that come up at the edge of the screen and go again."""

from __future__ import annotations

import re

from proctor_cli.risk.screen.page import Page, Turn, covers, plain
from proctor_cli.types import Box

_AREA = (0.004, 0.12)
_SIDE = 0.06
"""From the left or right edge of the screen, fraction of its width ..."""
_HEIGHT = 0.3
"""... and in the upper or lower share of it."""
_MIDDLE = 0.12
"""Or at the top in the middle, across this height: titles and tabs end above it."""
_MIN_LETTERS = 10
_READ_S = 1.6
_ALONE = 0.2
"""Of the screen: when more than that changes at once, another page or window is shown."""
_LONGEST_S = 30.0
"""What stays longer is part of the screen."""
_INSIDE = 0.9
_MIN_FILL, _MOST_WIDTH, _MIN_HEIGHT = 0.6, 0.45, 0.05


class Toasts:
    """Follows the notification that is on the screen. ``text`` is what it says, "" while there is none.

    Args:
        own_words: finds words by which the exam's and the browser's own boxes are known, which come up there as well.
    """

    def __init__(self, own_words: re.Pattern[str]) -> None:
        self.text = ""
        self._own = own_words
        self._place: Box | None = None
        self._since_s = self._seen_s = 0.0
        self._said = ""
        self._known: set[str] = set()

    def forget(self) -> None:
        """Nothing is known of what is on the screen."""
        self.text, self._place = "", None

    def follow(self, page: Page, turn: Turn) -> None:
        """Take in a look at the screen."""
        if self._place is None:
            alone = sum(patch.area * patch.score for patch in turn.patches) < _ALONE and not turn.fresh
            self._place = next((patch for patch in turn.patches if alone and _may_be(patch)), None)
            self._since_s = self._seen_s = turn.t_s
            self._said = ""
        if self._place is None:
            self._known.update(plain(line.text) for line in turn.new)
        self.text = ""
        if self._place is None:
            return
        said = self._read(page, self._place)
        changed = self._said and not (said in self._said or said.startswith(self._said))
        if said and not changed:
            self._said = max(self._said, said, key=len)
            self._seen_s, self.text = turn.t_s, self._said
        if changed or turn.t_s - self._seen_s > _READ_S or turn.t_s - self._since_s > _LONGEST_S:
            self._place, self.text = None, ""

    def _read(self, page: Page, place: Box) -> str:
        """The words in the box; "" while they are not read, or when the box is another one."""
        inside = (line for line in page.lines.values() if covers(place, line.box) > _INSIDE)
        new = (line for line in inside if line.since_s >= self._since_s and plain(line.text) not in self._known)
        lines = sorted((line for line in new if any(map(str.isalpha, line.text))), key=lambda line: line.box.y0)
        words = " / ".join(line.text for line in lines)
        if sum(map(str.isalpha, words)) < _MIN_LETTERS or self._own.search(words.casefold()):
            return ""
        return words


def _may_be(patch: Box) -> bool:
    """Whether something has come up in a place where desktops show notifications."""
    boxed = patch.label == "framed" or patch.score >= _MIN_FILL
    if not boxed or not _AREA[0] <= patch.area <= _AREA[1] or patch.width > _MOST_WIDTH or patch.height < _MIN_HEIGHT:
        return False
    aside = patch.x1 > 1 - _SIDE or patch.x0 < _SIDE
    at_end = patch.y1 < _HEIGHT or patch.y0 > 1 - _HEIGHT
    middle = abs(patch.x0 + patch.x1 - 1) < 0.1 and patch.y0 < _MIDDLE < patch.y1
    return (aside and at_end) or middle
