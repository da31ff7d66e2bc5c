"""Whether what fills the screen is an application's window, where no address tells a page of a browser."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from proctor_cli.risk.screen.page import Shown

_ENGLISH = {"file", "edit", "view", "help", "search", "tools", "window", "format", "insert", "document", "terminal"}
_GERMAN = {"datei", "bearbeiten", "ansicht", "hilfe", "suchen", "extras", "fenster"}
_VIETNAMESE = {"tệp", "sửa", "xem"}
_MENU = _ENGLISH | _GERMAN | _VIETNAMESE
_MENU_TOP, _MIN_MENU, _ROW = 0.12, 3, 0.02
"""Below the title, so many of these words in one row."""
_PROMPT = re.compile(r"^\W?[\w.-]+@[\w.-]+:?\s?[~/\w.-]*\s?[$#%]")
"""What a terminal shows: who, on which machine, in which folder."""
_TITLE_BOTTOM, _MIDDLE = 0.045, 0.12
_EDGE = 0.012
"""Editors and terminals write from the very edge of the screen, pages have a margin."""
_MIN_LETTERS = 3


def has_menu(lines: Iterable[Shown], top: float = 0.0) -> bool:
    """Whether a menu bar stands among lines, not far below ``top``, fraction of the screen's height."""
    rows: defaultdict[int, set[str]] = defaultdict(set)
    for line in lines:
        if line.text and 0 <= line.box.y0 - top < _MENU_TOP:
            rows[round((line.box.y0 + line.box.y1) / 2 / _ROW)] |= _MENU.intersection(line.text.casefold().split())
    return any(len(words) >= _MIN_MENU for words in rows.values())


def is_application(lines: Iterable[Shown]) -> bool:
    """Whether lines have a menu bar above them, a prompt among them, or one title in the middle of the top.

    A page that fills the screen has none of these.
    """
    read = [line for line in lines if line.text]
    if has_menu(read) or any(_PROMPT.match(line.text) for line in read):
        return True
    top = [line for line in read if line.box.y1 < _TITLE_BOTTOM and sum(map(str.isalpha, line.text)) >= _MIN_LETTERS]
    at_edge = any(line.box.x0 < _EDGE and line.box.y0 > _TITLE_BOTTOM for line in read)
    return len(top) == 1 and abs(top[0].box.x0 + top[0].box.x1 - 1) < _MIDDLE and at_edge
