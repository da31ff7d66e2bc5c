"""Another window over part of the exam, told from the lines that it hides and those that it cuts off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from proctor_cli.risk.screen.applications import has_menu
from proctor_cli.risk.screen.page import Page, Shown, Turn, covers, plain, same_place
from proctor_cli.types import Box

_MIN_HIDDEN = 2
_FILL = 0.6
_MENU_AREA, _MIN_OWN = 0.3, 2
"""The browser's own menus are smaller, and have several lines with words by which they are known."""
_MIN_AREA = 0.2
"""Dialogs and menus of a page are smaller; even small windows are not much smaller ..."""
_TITLED_AREA = 0.14
"""... unless there is a title bar: a line whose middle is this close below the upper edge, fraction of the height."""
_TITLE_HEIGHT = 0.05
_SMALL_AREA = 0.03
"""A window that takes the focus shows in the bars of the one that loses it, so that it may be this small."""
_BAR_TOP, _BAR_HEIGHT, _BAR_WIDTH = 0.03, 0.1, 0.5
_DIMMED_CHANGE = 1.5
_SETTLE_S = 2.0
"""By then what has come up is read."""
_BACK = 0.4
"""Of the hidden lines: so many are there again once the window is gone."""
_DIMMED = 0.4
"""Of the lines that have changed: when so many can still be read in their places, a dialog has dimmed its page."""
_MIN_PIECE, _MIN_REST = 5, 4
"""Letters of what is left of a line that was cut off, and of what is missing of it."""
_MIN_ALIGNED = 2
_MIN_TITLE = 3
_PAGE = (0.12, 0.94)
"""Titles, tabs and task bars stand beyond, and stay whatever is shown between them."""
_INSIDE = 0.7
_FRAME = 0.02
"""A frame is known to a tile, fraction of the screen's width."""
_LEVEL = 0.006
"""Lines in one row differ by less, fraction of the screen's height."""


class Windows:
    """Follows one window in front of the exam.

    ``place`` is about where it is, None while there is none; ``stands`` whether this look still tells of it.

    Args:
        own_words: finds words by which the browser's own menus are known.
    """

    def __init__(self, own_words: re.Pattern[str]) -> None:
        self._own_words = own_words
        self.place: Box | None = None
        self.stands = False
        self._hidden: tuple[Shown, ...] = ()
        self._before: tuple[Shown, ...] = ()
        self._changed: tuple[Shown, ...] = ()
        self._asked_s: float | None = None
        self._frame: Box | None = None
        self._own: frozenset[str] = frozenset()
        self._left: tuple[Shown, ...] = ()
        self._seen_s = 0.0
        self._least_area = _TITLED_AREA
        self._change = 0.0

    def forget(self) -> None:
        """There is no window, or nothing is known of one."""
        self.place, self._asked_s = None, None

    def follow(
        self,
        before: Sequence[Shown],
        page: Page,
        turn: Turn,
        *,
        bars: bool,
        is_of_exam: Callable[[str], bool],
    ) -> None:
        """Take in a look at the screen.

        Args:
            before: the lines before this look.
            page: the lines now.
            turn: what has changed.
            bars: whether the browser's bars stand above the exam.
            is_of_exam: whether a line is one that the exam has had.
        """
        now = tuple(page.lines.values())
        if self.place is not None:
            self.stands = self._is_told(now)
            if self.stands:
                self._seen_s = turn.t_s
            back = bool(self._hidden) and _share(self._hidden, now) >= _BACK
            if back or turn.t_s - self._seen_s > _SETTLE_S:
                self.forget()
            return
        if self._asked_s is not None and turn.t_s - self._asked_s > _SETTLE_S:
            self._asked_s = None
        # The bars of a window that is no longer the active one are drawn in another colour.
        least_area = _SMALL_AREA if any(map(_is_bar, turn.patches)) else _TITLED_AREA
        large = [patch for patch in turn.patches if patch.area >= least_area and not _is_bar(patch)]
        if large:
            self._asked_s, self._before, self._changed = turn.t_s, tuple(before), turn.gone
            self._least_area, self._change = least_area, turn.change
            framed = [patch for patch in large if patch.label == "framed" or patch.score >= _FILL]
            self._frame = max(framed, key=lambda patch: patch.area, default=None)
        if self._asked_s is not None:
            self._seen_s = turn.t_s
            self._see(now, bars, is_of_exam)

    def title(self, page: Page) -> str:
        """The window's title, else its first line, "" when none is read."""
        place = self.place
        if place is None:
            return ""
        read = (line for line in page.lines.values() if line.text and covers(place, line.box) > _INSIDE)
        lines = sorted((line for line in read if _letters(line.text) >= _MIN_TITLE), key=lambda line: line.box.y0)
        return next((line.text for line in lines if _is_title(line, place)), lines[0].text if lines else "")

    def _see(self, now: Sequence[Shown], bars: bool, is_of_exam: Callable[[str], bool]) -> None:
        """Whether a window has come up since the lines were ``_before``."""
        if self._frame is not None:
            own = [line for line in now if covers(self._frame, line.box) > _INSIDE and not _stays(line, self._before)]
            if has_menu(own, self._frame.y0):
                inside = (line for line in self._before if covers(self._frame, line.box) > _INSIDE)
                below = [line for line in inside if not _stays(line, now)]
                self._take(self._frame, below, own, (), is_of_exam)
                return
        hidden = [line for line in self._before if (line.text or line.is_unread) and not _stays(line, now)]
        pieces = [(line, piece) for line in hidden for piece in now if _is_left_of(piece, line, now)]
        pieces += self._find_unread(hidden, now)
        if len(hidden) < _MIN_HIDDEN or not pieces or not self._changed or _share(self._changed, now) > _DIMMED:
            return
        left = [piece for _, piece in pieces]
        new = [line for line in now if line.text and line not in left and not _stays(line, self._before)]
        whole = [line for line in hidden if all(line is not cut for cut, _ in pieces)]
        place = self._frame or _around(line.box for line in chain(new, whole))
        if place is None:
            return
        beside = any(_stays(line, now) for line in self._before if _is_beside(line, place, bars))
        if not beside and len(pieces) < _MIN_ALIGNED:
            return
        if place.area < _MENU_AREA and sum(map(self._is_own, new)) >= _MIN_OWN:
            return
        titled = any(_is_title(line, place) and not is_of_exam(line.text) for line in new)
        if place.area >= (self._least_area if titled else _MIN_AREA) and self._change < _dims(place):
            self._take(place, hidden, new, left, is_of_exam)

    def _take(
        self,
        place: Box,
        hidden: Sequence[Shown],
        own: Iterable[Shown],
        left: Sequence[Shown],
        is_of_exam: Callable[[str], bool],
    ) -> None:
        """There is a window: where, what it hides, what is its own, and what is left of the lines that it cuts."""
        self.place, self._hidden, self._left = place, tuple(hidden), tuple(left)
        self._asked_s, self.stands = None, True
        said = (line.text for line in own if _letters(line.text) >= _MIN_TITLE and not is_of_exam(line.text))
        self._own = frozenset(map(plain, said))

    def _is_own(self, line: Shown) -> bool:
        """Whether a line has words of the browser's own menus."""
        return bool(self._own_words.search(line.text.casefold()))

    def _is_told(self, now: Sequence[Shown]) -> bool:
        """Whether anything tells of the window: its own lines, wherever it was moved, or those that it cuts."""
        above = (line for line in now if line.box.y0 < _PAGE[1])  # a task bar names windows that are not shown, too
        return any(plain(line.text) in self._own for line in above) or any(_stays(line, now) for line in self._left)

    def _find_unread(self, hidden: Sequence[Shown], now: Sequence[Shown]) -> list[tuple[Shown, Shown]]:
        """Pieces that are not read, or whose lines were not: they end at one upright, that of the window's frame."""
        ends: list[tuple[float, Shown, Shown]] = []
        for line in hidden:
            for piece in now:
                side = _cut_side(piece, line)
                if side is not None and (piece.is_unread or line.is_unread):
                    ends.append((side, line, piece))
        frame = self._frame
        framed = [end for end in ends if frame and min(abs(end[0] - frame.x0), abs(end[0] - frame.x1)) < _FRAME]
        aligned = [end for end in ends if sum(abs(end[0] - other[0]) < _LEVEL for other in ends) >= _MIN_ALIGNED]
        return [(line, piece) for _, line, piece in (framed or aligned)]


def _cut_side(piece: Shown, line: Shown) -> float | None:
    """Where a line was cut, if ``piece`` stands where its beginning or its end stood; None if it does not."""
    if abs(piece.box.y0 - line.box.y0) > _LEVEL or abs(piece.box.y1 - line.box.y1) > _LEVEL:
        return None
    at_end, at_start = abs(piece.box.x1 - line.box.x1) < _LEVEL, abs(piece.box.x0 - line.box.x0) < _LEVEL
    if at_end == at_start or piece.box.width > line.box.width:
        return None
    return piece.box.x0 if at_end else piece.box.x1


def _is_left_of(piece: Shown, line: Shown, now: Iterable[Shown]) -> bool:
    """Whether ``piece`` reads as what is left of ``line``, and the rest is nowhere."""
    part, whole = plain(piece.text), plain(line.text)
    if len(part) < _MIN_PIECE or len(whole) - len(part) < _MIN_REST or _cut_side(piece, line) is None:
        return False
    if whole.endswith(part[1:]):
        rest = whole[: -len(part)]
    elif whole.startswith(part[:-1]):
        rest = whole[len(part) :]
    else:
        return False
    return not any(rest.strip()[:_MIN_PIECE] in plain(other.text) for other in now)


def _is_bar(patch: Box) -> bool:
    return patch.y0 < _BAR_TOP and patch.height < _BAR_HEIGHT and patch.width > _BAR_WIDTH


def _dims(place: Box) -> float:
    """The change, share of the screen, from which more has changed than a window covers: its page was dimmed."""
    return _DIMMED_CHANGE * place.area + _BAR_HEIGHT


def _share(lines: Sequence[Shown], now: Sequence[Shown]) -> float:
    """Share of lines that stand where they stood."""
    return sum(_stays(line, now) for line in lines) / len(lines)


def _stays(line: Shown, now: Iterable[Shown]) -> bool:
    return any(same_place(line.box, other.box) and _agree(line.text, other.text) for other in now)


def _agree(first: str, second: str) -> bool:
    """Whether two readings can be of one line; one that has not been read agrees with all."""
    return not first or not second or plain(first)[:_MIN_PIECE] == plain(second)[:_MIN_PIECE]


def _is_beside(line: Shown, place: Box, bars: bool) -> bool:
    """Whether a line of the page, not of the bars above and below it, stands outside of the window."""
    return (_PAGE[0] if bars else 0.0) < line.box.y0 < _PAGE[1] and covers(place, line.box) < 1 - _INSIDE


def _around(boxes: Iterable[Box]) -> Box | None:
    corners = [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    if not corners:
        return None
    lefts, tops, rights, bottoms = zip(*corners, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms), "window", 1.0)


def _is_title(line: Shown, place: Box) -> bool:
    middle = (line.box.y0 + line.box.y1) / 2
    return 0 <= middle - place.y0 <= _TITLE_HEIGHT and _letters(line.text) >= _MIN_TITLE


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
