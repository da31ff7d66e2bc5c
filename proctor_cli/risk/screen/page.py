"""The lines of text that stand on a screen, kept up to date from what each look at it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from proctor_cli.risk.screen.places import TOP
from proctor_cli.types import Box, Observation

_HOST = re.compile(
    r"(?:\S{1,2}\s)?\W{0,3}(?:https?://)?"  # an icon may be read as a letter or two
    r"((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,18})|localhost|(?:\d{1,3}\.){3}\d{1,3})"
    r"(?::\d+)?(?:[/?#].*)?"
)
_LOCAL = re.compile(r"\W{0,3}((?:file|chrome|edge|about):\S*)")
_FILES = "txt pdf doc docx odt xls xlsx csv pptx md html py zip js ts css cpp java cfg ipynb json tex aspx php xml log"
_NO_DOMAIN = frozenset(_FILES.split(" "))
"""Endings of files, which stand in titles and tabs."""
_NEVER_READ = re.compile("[\u1ea0-\u1ef9]")
"""Letters of Vietnamese that the network leaves out: it reads "Kiểm tra" as "Kim tra"."""
_CHARACTERS = 2.5
"""Characters that a line holds per its own height of width, measured on 40 lines of three typefaces: 2.1 to 3.1."""
_SAME_IOU = 0.6
_LONG_HOST = 10
"""Hosts shorter than this that differ in a letter are two sites."""
_CONFUSED = str.maketrans("1i0", "llo")
_NOTES = 0.7
"""Of the screen's width: "Incognito" and "Relaunch to update" stand to the right of this, beside an address."""
_INSECURE = frozenset({"not secure", "nicht sicher", "không bảo mật"})
_ROW = 0.02
_MIN_WORD = 4


class Shown(NamedTuple):
    """A line on the screen; ``text`` is "" while it is not read, and when it is no text."""

    box: Box
    text: str
    since_s: float

    @property
    def is_unread(self) -> bool:
        """Whether it waits to be read; a line that is no text has a score."""
        return not self.text and not self.box.score


class Turn(NamedTuple):
    """What one look has changed.

    ``fresh`` says that the reader has started anew: ``gone`` and ``new`` are then what differs from before.
    ``patches`` are the changed places ("changed" or "framed" boxes), ``change`` is the share of the screen that has
    changed.
    """

    t_s: float
    fresh: bool
    gone: tuple[Shown, ...]
    new: tuple[Shown, ...]
    patches: tuple[Box, ...]
    change: float = 0.0


class Page:
    """The screen's lines. ``size_px`` is (width, height) of the picture.

    ``read`` are the lines with a text; ``revision`` counts the looks that have changed any line: most change none.
    """

    def __init__(self) -> None:
        self.lines: dict[tuple[float, ...], Shown] = {}
        self.read: tuple[Shown, ...] = ()
        self.revision = 0
        self.size_px = (0.0, 0.0)
        self._addresses: dict[float | None, tuple[str, Box] | None] = {}

    def turn(self, observation: Observation) -> Turn:
        """Take in a look of the detector ``screen_text``."""
        values, t_s = observation.values, observation.t_s
        fresh = values.get("screen.change") is None
        self.size_px = (values.get("screen.width_px") or 0.0, values.get("screen.height_px") or 0.0)
        before = self.lines
        if fresh:
            self.lines = {}
        else:
            left = (before.pop(_place(box), None) for box in observation.boxes if box.label == "gone")
            gone = [line for line in left if line]
        new: list[Shown] = []
        for box in observation.texts:
            place = _place(box)
            known = self.lines.get(place) or (_find_same(box, before.values()) if fresh else None)
            text = box.label or (known.text if known and not box.score else "")
            self.lines[place] = line = Shown(box, text, known.since_s if known else t_s)
            if known is None:
                new.append(line)
        if fresh:
            gone = [line for line in before.values() if _find_same(line.box, self.lines.values()) is None]
        if fresh or gone or observation.texts:
            self.read = tuple(line for line in self.lines.values() if line.text)
            self.revision += 1
            self._addresses.clear()
        patches = tuple(box for box in observation.boxes if box.label in ("changed", "framed"))
        change = values.get("screen.change") or 0.0
        return Turn(t_s, fresh, tuple(gone), tuple(new), patches, change)

    def find_address(self, row_y: float | None = None) -> tuple[str, Box] | None:
        """The host in the address bar and its line; None where none is read.

        It is the lowest line near the top that is an address and has no title of a tab beside it: those may be
        addresses, too. Where it is known at which height addresses stand (``row_y``), one there comes first.
        """
        if row_y not in self._addresses:
            self._addresses[row_y] = self._find_address(row_y)
        return self._addresses[row_y]

    def _find_address(self, row_y: float | None) -> tuple[str, Box] | None:
        top = [line for line in self.read if line.box.y0 <= TOP]
        found = [(line, host) for line in top if (host := read_host(line.text))]
        alone = [(line, host) for line, host in found if not any(_are_tabs(line, other) for other in top)]
        if row_y is not None:
            alone = [entry for entry in alone if abs(entry[0].box.y0 - row_y) < _ROW] or alone
        line, host = max(alone, key=lambda entry: entry[0].box.y0, default=(None, ""))
        return (host, line.box) if line else None

    def characters(self, line: Shown) -> int:
        """How many a line holds, estimated from its shape while it is not read."""
        if line.text or not line.is_unread:
            return len(line.text)
        width_px, height_px = self.size_px
        return round(_CHARACTERS * line.box.width * width_px / max(1.0, line.box.height * height_px))


@lru_cache(maxsize=4096)
def read_host(text: str) -> str:
    """The host of an address, as an address bar shows it; "" when the text is no address.

    A misread icon of one character may stand before it.
    """
    text = text.strip().lower()
    if local := _LOCAL.fullmatch(text):
        return local[1]
    found = _HOST.fullmatch(text)
    return "" if found is None or found[2] in _NO_DOMAIN else found[1].removeprefix("www.")


def is_host(host: str, known: str) -> bool:
    """Whether ``host`` is ``known``, but for what a reader confuses.

    That is l and 1, o and 0, rn and m, and of long hosts the first letter, more or less.
    """
    first, second = _confused(host), _confused(known)
    if first == second:
        return True
    return min(len(first), len(second)) >= _LONG_HOST and (first[1:] == second or second[1:] == first)


@lru_cache(maxsize=4096)
def _confused(host: str) -> str:
    return host.translate(_CONFUSED).replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text for comparing: letters and digits only, every digit the same."""
    letters = _NEVER_READ.sub("", normalize("NFC", text.casefold()))
    return " ".join(re.sub(r"[^\w]+|_", " ", re.sub(r"\d", "0", letters)).split())


def find_words(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of ``words`` at the beginning of a word of a folded text (``str.casefold``)."""
    return re.compile("|".join(rf"(?<!\w){re.escape(word.casefold())}" for word in words if word) or "(?!)")


def shared_area(first: Box, second: Box) -> float:
    """Shared area of two boxes, fraction of the frame."""
    if first.y0 >= second.y1 or second.y0 >= first.y1:  # lines mostly stand in different rows
        return 0.0
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    return width * height if width > 0 and height > 0 else 0.0


def covers(place: Box, box: Box) -> float:
    """Share of ``box`` that lies in ``place``, 0-1."""
    shared = shared_area(place, box)
    return shared / box.area if shared else 0.0


def same_place(first: Box, second: Box) -> bool:
    """Whether two lines stand in one place (IoU)."""
    shared = shared_area(first, second)
    return shared > 0 and shared > _SAME_IOU * (first.area + second.area - shared)


def _are_tabs(line: Shown, other: Shown) -> bool:
    """Whether another line stands in the same row, as titles of tabs do; a browser's notes stand at its right end."""
    level = other.box.y0 < line.box.y1 and line.box.y0 < other.box.y1
    said = level and other is not line and sum(map(str.isalpha, other.text)) >= _MIN_WORD
    return said and other.box.x0 < _NOTES and plain(other.text) not in _INSECURE


def _find_same(box: Box, lines: Iterable[Shown]) -> Shown | None:
    return next((line for line in lines if same_place(line.box, box)), None)


def _place(box: Box) -> tuple[float, ...]:
    return (box.x0, box.y0, box.x1, box.y1)
