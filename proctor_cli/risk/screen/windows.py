"""Another window over part of the exam, told from the lines that it hides and those that it cuts off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from proctor_cli.risk.screen.page import Page, Shown, Turn, covers, plain, same_place
from proctor_cli.types import Box

_MIN_HIDDEN = 2
_MIN_AREA = 0.15
"""Dialogs and menus of a page are smaller ..."""
_TITLED_AREA = 0.06
"""... unless there is a title bar: a line whose middle is this close below the upper edge, fraction of the height."""
_TITLE_HEIGHT = 0.05
_SETTLE_S = 2.0
"""By then what has come up is read."""
_BACK = 0.4
"""Of the hidden lines: so many are there again once the window is gone."""
_DIMMED = 0.4
"""Of the lines that have changed: when so many can still be read in their places, a dialog has dimmed its page."""
_MIN_PIECE, _MIN_REST = 5, 4
"""Letters of what is left of a line that was cut off, and of what is missing of it."""
_FRAME = 0.02
"""A frame is known to a tile, fraction of the screen's width."""
_LEVEL = 0.006
"""Lines in one row differ by less, fraction of the screen's height."""


class Windows:
    """Follows one window in front of the exam. ``place`` is about where it is, None while there is none."""

    def __init__(self) -> None:
        self.place: Box | None = None
        self._hidden: tuple[Shown, ...] = ()
        self._before: tuple[Shown, ...] = ()
        self._changed: tuple[Shown, ...] = ()
        self._asked_s: float | None = None
        self._frame: Box | None = None

    def forget(self) -> None:
        """There is no window, or nothing is known of one."""
        self.place, self._asked_s = None, None

    def follow(self, before: Sequence[Shown], page: Page, turn: Turn) -> None:
        """Take in a look at the screen.

        Args:
            before: the lines before this look.
            page: the lines now.
            turn: what has changed.
        """
        now = tuple(page.lines.values())
        if self.place is not None:
            if _share(self._hidden, now) >= _BACK:
                self.forget()
            return
        if self._asked_s is not None and turn.t_s - self._asked_s > _SETTLE_S:
            self._asked_s = None
        framed = [patch for patch in turn.patches if patch.label == "framed" and patch.area >= _TITLED_AREA]
        if not turn.fresh and (framed or (self._asked_s is None and len(turn.gone) >= _MIN_HIDDEN)):
            self._asked_s, self._before, self._changed = turn.t_s, tuple(before), turn.gone
            self._frame = max(framed, key=lambda patch: patch.area, default=None)
        if self._asked_s is not None:
            self._see(now)

    def title(self, page: Page) -> str:
        """The window's title, else its first line, "" when none is read."""
        place = self.place
        if place is None:
            return ""
        read = (line for line in page.lines.values() if line.text and covers(place, line.box) > 0.7)
        lines = sorted((line for line in read if _letters(line.text) >= 3), key=lambda line: line.box.y0)
        return next((line.text for line in lines if _is_title(line, place)), lines[0].text if lines else "")

    def _see(self, now: Sequence[Shown]) -> None:
        """Whether a window has come up since the lines were ``_before``."""
        hidden = [line for line in self._before if (line.text or line.is_unread) and not _stays(line, now)]
        pieces = [(line, piece) for line in hidden for piece in now if self._is_piece(piece, line, now)]
        if len(hidden) < _MIN_HIDDEN or not pieces or _share(self._changed, now) > _DIMMED:
            return
        left = [piece for _, piece in pieces]
        new = [line for line in now if line.text and line not in left and not _stays(line, self._before)]
        whole = [line for line in hidden if all(line is not cut for cut, _ in pieces)]
        place = self._frame or _around(line.box for line in chain(new, whole))
        if place is None:
            return
        titled = any(_is_title(line, place) for line in new)
        if place.area >= (_TITLED_AREA if titled else _MIN_AREA):
            self.place, self._hidden, self._asked_s = place, tuple(hidden), None

    def _is_piece(self, piece: Shown, line: Shown, now: Iterable[Shown]) -> bool:
        """Whether ``piece`` is what is left of ``line``, at its beginning or at its end, and the rest is nowhere.

        Of lines that are not read the places must do: what is left ends where the window's frame begins.
        """
        if abs(piece.box.y0 - line.box.y0) > _LEVEL or abs(piece.box.y1 - line.box.y1) > _LEVEL:
            return False
        at_end, at_start = abs(piece.box.x1 - line.box.x1) < _LEVEL, abs(piece.box.x0 - line.box.x0) < _LEVEL
        if at_end == at_start:
            return False
        if piece.is_unread or line.is_unread:
            frame = self._frame
            return frame is not None and abs(piece.box.x0 - frame.x1 if at_end else piece.box.x1 - frame.x0) < _FRAME
        part, whole = plain(piece.text), plain(line.text)
        if len(part) < _MIN_PIECE or len(whole) - len(part) < _MIN_REST:
            return False
        if at_end and whole.endswith(part[1:]):
            rest = whole[: -len(part)]
        elif at_start and whole.startswith(part[:-1]):
            rest = whole[len(part) :]
        else:
            return False
        return not any(rest.strip()[:_MIN_PIECE] in plain(other.text) for other in now)


def _share(lines: Sequence[Shown], now: Sequence[Shown]) -> float:
    """Share of lines that stand where they stood."""
    return sum(_stays(line, now) for line in lines) / len(lines)


def _stays(line: Shown, now: Iterable[Shown]) -> bool:
    return any(same_place(line.box, other.box) and _agree(line.text, other.text) for other in now)


def _agree(first: str, second: str) -> bool:
    """Whether two readings can be of one line; one that has not been read agrees with all."""
    return not first or not second or plain(first)[:_MIN_PIECE] == plain(second)[:_MIN_PIECE]


def _around(boxes: Iterable[Box]) -> Box | None:
    corners = [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    if not corners:
        return None
    lefts, tops, rights, bottoms = zip(*corners, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms), "window", 1.0)


def _is_title(line: Shown, place: Box) -> bool:
    middle = (line.box.y0 + line.box.y1) / 2
    return 0 <= middle - place.y0 <= _TITLE_HEIGHT and _letters(line.text) >= 3


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
