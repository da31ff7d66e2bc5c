"""Another window over part of the exam, told from the lines that it hides and those that it cuts off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

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
        self._before = _Standing(())
        self._tried: tuple[tuple[Shown, ...], bool] | None = None
        self._told: tuple[tuple[Shown, ...], bool, bool] | None = None
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
            self.stands, back = self._look_at(now)
            if self.stands:
                self._seen_s = turn.t_s
            if back or turn.t_s - self._seen_s > _SETTLE_S:
                self.forget()
            return
        if self._asked_s is not None and turn.t_s - self._asked_s > _SETTLE_S:
            self._asked_s = None
        # The bars of a window that is no longer the active one are drawn in another colour.
        least_area = _SMALL_AREA if any(map(_is_bar, turn.patches)) else _TITLED_AREA
        large = [patch for patch in turn.patches if patch.area >= least_area and not _is_bar(patch)]
        if large:
            self._asked_s, self._before, self._changed = turn.t_s, _Standing(before), turn.gone
            self._tried = None
            self._least_area, self._change = least_area, turn.change
            framed = [patch for patch in large if patch.label == "framed" or patch.score >= _FILL]
            self._frame = max(framed, key=lambda patch: patch.area, default=None)
        if self._asked_s is not None:
            self._seen_s = turn.t_s
            # The same lines tell nothing new: lines may have become the exam's, and those make nothing a window.
            if (now, bars) != self._tried:
                self._tried = now, bars
                self._see(_Standing(now), bars, is_of_exam)

    def title(self, page: Page) -> str:
        """The window's title, else its first line, "" when none is read."""
        place = self.place
        if place is None:
            return ""
        read = (line for line in page.lines.values() if line.text and covers(place, line.box) > _INSIDE)
        lines = sorted((line for line in read if _letters(line.text) >= _MIN_TITLE), key=lambda line: line.box.y0)
        return next((line.text for line in lines if _is_title(line, place)), lines[0].text if lines else "")

    def _see(self, now: _Standing, bars: bool, is_of_exam: Callable[[str], bool]) -> None:
        """Whether a window has come up since the lines were ``_before``."""
        before, frame = self._before, self._frame
        if frame is not None:
            own = [line for line in now.lines if covers(frame, line.box) > _INSIDE and not before.holds(line)]
            if has_menu(own, frame.y0):
                inside = (line for line in before.lines if covers(frame, line.box) > _INSIDE)
                below = [line for line in inside if not now.holds(line)]
                self._take(frame, below, own, (), is_of_exam)
                return
        hidden = [line for line in before.lines if (line.text or line.is_unread) and not now.holds(line)]
        if len(hidden) < _MIN_HIDDEN or not self._changed:
            return
        ends = [_End(side, line, piece) for line in hidden for piece, side in _find_cut(line, now.lines)]
        pieces = [(end.line, end.piece) for end in ends if _is_left_of(end.piece, end.line, now.lines)]
        pieces += self._find_unread(ends)
        if not pieces or now.share(self._changed) > _DIMMED:
            return
        left = [piece for _, piece in pieces]
        new = [line for line in now.lines if line.text and line not in left and not before.holds(line)]
        whole = [line for line in hidden if all(line is not cut for cut, _ in pieces)]
        place = self._frame or _around(line.box for line in chain(new, whole))
        if place is None:
            return
        beside = any(now.holds(line) for line in before.lines if _is_beside(line, place, bars))
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
        self._asked_s, self._told, self.stands = None, None, True
        said = (line.text for line in own if _letters(line.text) >= _MIN_TITLE and not is_of_exam(line.text))
        self._own = frozenset(map(plain, said))

    def _is_own(self, line: Shown) -> bool:
        """Whether a line has words of the browser's own menus."""
        return bool(self._own_words.search(line.text.casefold()))

    def _look_at(self, now: tuple[Shown, ...]) -> tuple[bool, bool]:
        """Whether these lines tell of the window, and whether those that it hid are back."""
        if self._told is None or self._told[0] != now:
            standing = _Standing(now)
            back = bool(self._hidden) and standing.share(self._hidden) >= _BACK
            self._told = now, self._is_told(standing), back
        return self._told[1:]

    def _is_told(self, now: _Standing) -> bool:
        """Whether anything tells of the window: its own lines, wherever it was moved, or those that it cuts."""
        above = (line for line in now.lines if line.box.y0 < _PAGE[1])  # a task bar names windows not shown, too
        return any(plain(line.text) in self._own for line in above) or any(now.holds(line) for line in self._left)

    def _find_unread(self, ends: Sequence[_End]) -> list[tuple[Shown, Shown]]:
        """Pieces that are not read, or whose lines were not: they end at one upright, that of the window's frame."""
        ends = [end for end in ends if end.piece.is_unread or end.line.is_unread]
        frame = self._frame
        framed = [end for end in ends if frame and min(abs(end.side - frame.x0), abs(end.side - frame.x1)) < _FRAME]
        aligned = [end for end in ends if sum(abs(end.side - other.side) < _LEVEL for other in ends) >= _MIN_ALIGNED]
        return [(end.line, end.piece) for end in (framed or aligned)]


class _End(NamedTuple):
    """Where a line may have been cut, and what is left of it."""

    side: float
    line: Shown
    piece: Shown


class _Standing:
    """The lines of one moment, to be asked whether others stand among them."""

    def __init__(self, lines: Iterable[Shown]) -> None:
        self.lines = tuple(lines)
        self._themselves = frozenset(map(id, self.lines))

    def holds(self, line: Shown) -> bool:
        """Whether a line stands there, as far as it is read."""
        if id(line) in self._themselves:  # most lines stay untouched from look to look
            return True
        y0, y1 = line.box.y0, line.box.y1
        return any(
            other.box.y0 < y1
            and y0 < other.box.y1
            and same_place(line.box, other.box)
            and _agree(line.text, other.text)
            for other in self.lines
        )

    def share(self, lines: Sequence[Shown]) -> float:
        """Share of lines that stand where they stood."""
        return sum(map(self.holds, lines)) / len(lines)


def _find_cut(line: Shown, now: Iterable[Shown]) -> Iterator[tuple[Shown, float]]:
    """What may be left of a line, and where it was cut."""
    y0 = line.box.y0
    for piece in now:
        if abs(piece.box.y0 - y0) <= _LEVEL and (side := _cut_side(piece, line)) is not None:
            yield piece, side


def _cut_side(piece: Shown, line: Shown) -> float | None:
    """Where a line was cut, if ``piece`` stands where its beginning or its end stood; None if it does not."""
    if abs(piece.box.y0 - line.box.y0) > _LEVEL or abs(piece.box.y1 - line.box.y1) > _LEVEL:
        return None
    at_end, at_start = abs(piece.box.x1 - line.box.x1) < _LEVEL, abs(piece.box.x0 - line.box.x0) < _LEVEL
    if at_end == at_start or piece.box.width > line.box.width:
        return None
    return piece.box.x0 if at_end else piece.box.x1


def _is_left_of(piece: Shown, line: Shown, now: Iterable[Shown]) -> bool:
    """Whether ``piece``, at an end of ``line``, reads as what is left of it, and the rest is nowhere."""
    part, whole = plain(piece.text), plain(line.text)
    if len(part) < _MIN_PIECE or len(whole) - len(part) < _MIN_REST:
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
