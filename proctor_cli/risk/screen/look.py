"""At every moment: is it the exam that the screen shows, and if not, what else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from proctor_cli.policy import Policy
from proctor_cli.risk.screen.applications import is_application
from proctor_cli.risk.screen.fullscreen import FullScreen
from proctor_cli.risk.screen.layout import Layout
from proctor_cli.risk.screen.page import Page, Shown, Turn, covers, find_words
from proctor_cli.risk.screen.pastes import Pastes
from proctor_cli.risk.screen.places import HEAD, TASK_BAR, TOP
from proctor_cli.risk.screen.recognition import Recognition
from proctor_cli.risk.screen.sites import is_allowed, name_site
from proctor_cli.risk.screen.ticking import Ticking
from proctor_cli.risk.screen.toasts import Toasts
from proctor_cli.risk.screen.windows import Windows
from proctor_cli.types import Observation

_MIN_LINES = 3
"""A page with fewer lines than this is empty, or still loading."""
_MIN_LETTERS = 3
_UNREAD_TOP = 0.1
"""Of the top of a screen: a clock is less than this, a title is not."""
_FULL_PAGE = 25
"""Lines of a page that is drawn."""
_DARK_LINES = 4
"""A black screen may show the time and the date."""
_TALL = 0.03
"""Headings are higher than this, text is not."""
_TITLE, _INSIDE = 0.05, 0.7
"""A window's title stands this close below its upper edge; what lies in it by so much of itself is its own."""
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(\s?[ap]m)?", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag\b|mittwoch\b|thứ\b|th\b|chủ nhật",
    re.IGNORECASE,
)
"""How a date begins in English, German and Vietnamese."""
_CLOCK_HEIGHT = 0.035
_CLOCK_GONE_S = 2.5
"""A clock that shows seconds has ticked twice by then."""
_WIDE = 2.5
"""Two monitors side by side are wider than any single one (32:9 is 3.6, two of 16:10 are 3.2, one of 21:9 is 2.4)."""
_RESIZED = 0.02

Kind = Literal["exam", "tab", "window"]


class View(NamedTuple):
    """What the screen shows: ``kind`` None where that cannot be told; ``words`` name what is not the exam."""

    kind: Kind | None
    words: str = ""
    host: str = ""


class Screen:
    """Follows one screen recording whose exam looks like ``layout``."""

    def __init__(self, policy: Policy, layout: Layout) -> None:
        self._rules, self._layout = policy.screen, layout
        own_words = find_words(policy.screen.own_words)
        self._page, self._windows, self._ticking = Page(), Windows(own_words), Ticking()
        self._toasts, self._pastes = Toasts(own_words), Pastes()
        self._view = View(None)
        self._begun = False
        self._recognition = Recognition(layout)
        self._full_screen = FullScreen(layout, self._recognition)
        self._adopted: set[str] = set()
        self._shape = 0.0
        self._unread_top = 0.0
        self._waits = False
        self._had_clock = False
        self._luma = 1.0

    @property
    def page(self) -> Page:
        """The lines that stand on the screen."""
        return self._page

    def follow(self, observation: Observation) -> tuple[dict[str, float | None], dict[str, str]]:
        """The signals that an observation of the screen allows, and words for them."""
        values: dict[str, float | None] = {}
        words: dict[str, str] = {}
        luma = observation.values.get("picture.luma")
        self._luma = self._luma if luma is None else luma
        if "screen.lines" in observation.values:
            values, words = self._look(observation)
        if "picture.luma" in observation.values:
            values["screen.black"] = None if luma is None else float(self._is_black(luma))
        return values, words

    def _is_black(self, luma: float) -> bool:
        """Whether a picture is black, but for the time and the date perhaps."""
        if luma >= self._rules.black_luma:
            return False
        return len(self._page.read) <= _DARK_LINES

    def _look(self, observation: Observation) -> tuple[dict[str, float | None], dict[str, str]]:
        if observation.values["screen.lines"] is None:
            self._forget(observation.t_s)
            return dict.fromkeys(SIGNALS), {}
        self._unread_top = observation.values.get("screen.unread") or 0.0
        before = tuple(self._page.lines.values())
        turn = self._page.turn(observation)
        self._waits = self._is_waiting()
        self._ticking.watch(turn)
        locked = self._is_locked()
        self._view = view = View(None) if locked else self._see(before, turn)
        exam = view.kind == "exam"
        pasted = self._pastes.follow(self._page, turn)
        moving = self._ticking.follow(self._page, turn) if exam else None
        if exam:
            self._had_clock = self._ticking.in_sight
        else:
            self._pastes.forget(turn.t_s)
            self._ticking.forget()
        self._toasts.follow(self._page, turn)
        told = "" if self._is_of_exam(self._toasts.text) else self._toasts.text
        forbidden = self._name_forbidden(view) if view.kind in ("tab", "window") else ""
        known = view.kind is not None
        shown = self._share_drawn()
        values: dict[str, float | None] = {
            "screen.exam": float(exam) if known else None,
            "screen.tab_away": shown * (view.kind == "tab") if known else None,
            "screen.window_away": shown * (view.kind == "window") if known else None,
            "screen.forbidden": shown * bool(forbidden) if known else None,
            "screen.blank": float(not known and self._is_blank()) if self._begun and not locked else None,
            "screen.fullscreen_left": self._left_fullscreen(turn, view),
            "screen.pasted": pasted if exam else None,
            "screen.notification": float(bool(told)),
            "screen.moving": _score(moving),
            "screen.locked": float(locked),
            **self._sizes(observation),
        }
        if known and is_allowed(self._rules, view.host, [view.words]):
            values |= {"screen.tab_away": 0.0, "screen.window_away": 0.0}
        words = {
            "screen.tab_away": view.words,
            "screen.window_away": view.words,
            "screen.forbidden": forbidden,
            "screen.notification": told,
        }
        return values, {signal: said for signal, said in words.items() if said and values[signal]}

    def _forget(self, t_s: float) -> None:
        """Nothing is known of the screen from here on: a gap, or the end of a part."""
        self._page, self._view = Page(), View(None)
        self._windows.forget()
        self._ticking.forget()
        self._toasts.forget()
        self._pastes.forget(t_s)
        self._full_screen.forget()

    # ------------------------------------------------------------ what is shown
    def _see(self, before: tuple[Shown, ...], turn: Turn) -> View:
        page, layout = self._page, self._layout
        bars = self._full_screen.has_bars(page, turn.t_s, waits=self._waits)
        if not layout.is_known:
            return View(None)
        found = page.find_address(layout.address_y)
        host = found[0] if found else ""
        lines = page.read
        recognised = self._recognition.is_exam(lines, bars=bars)
        if found and recognised and not layout.hosts and self._recognition.stands_above(found[1], lines):
            self._adopted.add(host)  # the exam has left the full screen, in which it had no address
        of_exam = layout.is_exam_host(host) or host in self._adopted or (recognised and layout.is_near_exam_host(host))
        if host and not of_exam and (bars or not recognised):  # else it is named in the exam
            self._windows.forget()
            return self._away(host, turn, bars=bars) if self._begun else View(None)
        self._begun = self._begun or bool(host) or recognised
        if not self._begun:
            return View(None)
        if self._view.kind == "tab":
            self._windows.forget()
        else:
            self._windows.follow(before, page, turn, bars=bars, is_of_exam=self._recognition.is_line_of_exam)
        if self._windows.place is not None:
            if not self._windows.stands:
                return View(None)  # it is being moved, or has gone
            return View("window", self._windows.title(page) or "another window")
        left = self._view.kind in ("tab", "window")
        if left and bars and not host and not self._recognition.is_surely_exam(lines, bars=bars):
            recognised = False  # back to the exam only with a sure sign
        if host or recognised:
            self._recognition.remember(lines, turn.t_s)
            return View("exam")
        if self._waits or len(lines) < _MIN_LINES:
            return self._view if left else View(None)
        return self._away("", turn, bars=bars)

    def _is_waiting(self) -> bool:
        """Whether something at the top of the screen has not been read yet."""
        head = [line for line in self._page.lines.values() if line.box.y1 < HEAD]
        unread = sum(line.is_unread for line in head)
        return self._unread_top > _UNREAD_TOP or unread > sum(bool(line.text) for line in head)

    def _away(self, host: str, turn: Turn, *, bars: bool) -> View:
        """Something else fills the place of the exam: another tab while its own tab can be seen, else a window.

        Of a page that fills the screen, with no address and no tab above it, only its words and the exam's clock can
        tell that it is not a further page of the exam.
        """
        top = sorted(self._page.read, key=lambda line: line.box.y0)
        strip = [line for line in top if line.box.y0 < TOP]
        said = (line.text for line in strip if not self._layout.is_title(line.text))
        words = host or next((text for text in said if sum(map(str.isalpha, text)) >= _MIN_LETTERS), "another page")
        if any(self._layout.is_title(line.text) for line in strip) or (host and not strip):
            return View("tab", words, host)
        if host or bars or is_application(top):
            return View("window", words, host)
        view = View("tab", words)
        clock_gone = self._had_clock and turn.t_s - self._ticking.ticked_s > _CLOCK_GONE_S
        return view if clock_gone or self._name_forbidden(view) else View(None)

    # ------------------------------------------------------------ what that means
    def _is_of_exam(self, text: str) -> bool:
        """Whether a box names the exam's address, as the browser does when a page asks something."""
        return any(host in text.casefold() for host in self._layout.hosts)

    def _name_forbidden(self, view: View) -> str:
        """Which of the forbidden sites and applications is shown, "" when none is."""
        return name_site(self._rules, view.host, [line.text for line in self._prominent()])

    def _prominent(self) -> Iterable[Shown]:
        """Titles and headings of what is shown: a site that is only spoken of is not shown."""
        place = self._windows.place
        for line in self._page.read:
            box = line.box
            if self._layout.is_title(line.text):
                continue
            if place is not None:
                if covers(place, box) > _INSIDE and (box.height > _TALL or box.y0 - place.y0 < _TITLE):
                    yield line
            elif (box.y0 < TOP and not self._beside_exam_tab(line)) or box.height > _TALL:
                yield line

    def _beside_exam_tab(self, line: Shown) -> bool:
        """Whether a line stands in the row of the exam's tab: what stands there need not be shown."""
        box = line.box
        return any(
            self._layout.is_title(other.text) and other.box.y0 < box.y1 and box.y0 < other.box.y1
            for other in self._page.read
        )

    def _left_fullscreen(self, turn: Turn, view: View) -> float | None:
        """Whether the exam no longer fills the screen; see FullScreen."""
        if view.kind == "exam":
            return self._full_screen.follow(self._page, turn.t_s, waits=self._waits)
        return None if view.kind is None else self._full_screen.before()

    def _is_locked(self) -> bool:
        """Whether there is hardly anything but a large clock or date; the largest clocks are not read as text."""
        lines = self._page.read
        if len(lines) > _DARK_LINES or any(self._recognition.is_line_of_exam(line.text) for line in lines):
            return False
        large = [line.text.strip() for line in lines if line.box.height >= _CLOCK_HEIGHT]
        return any(_TIME.fullmatch(text) or _WEEKDAY.match(text) for text in large)

    def _share_drawn(self) -> float:
        """From 0.5 for a page that has just come up to 1 for one full of text: the later look tells more."""
        return 0.5 + 0.5 * min(1.0, (len(self._page.read) + 1) / _FULL_PAGE)

    def _is_blank(self) -> bool:
        """Whether there is hardly anything to read, above a task bar; on a screen that is not black."""
        lines = [line for line in self._page.lines.values() if line.box.y0 < TASK_BAR]
        few = sum(bool(line.text) or line.is_unread for line in lines) < _MIN_LINES
        return few and self._unread_top <= _UNREAD_TOP and self._luma >= self._rules.black_luma

    def _sizes(self, observation: Observation) -> dict[str, float | None]:
        width_px, height_px = self._page.size_px
        shape = width_px / height_px if height_px else 0.0
        self._shape = self._shape or shape
        return {
            "screen.wide": float(shape > _WIDE),
            "screen.resized": float(abs(shape / self._shape - 1) > _RESIZED) if self._shape else None,
        }


SIGNALS = (
    "screen.exam",
    "screen.tab_away",
    "screen.window_away",
    "screen.forbidden",
    "screen.blank",
    "screen.fullscreen_left",
    "screen.pasted",
    "screen.notification",
    "screen.moving",
    "screen.locked",
    "screen.wide",
    "screen.resized",
)
"""What `Screen` derives from a look of the detector ``screen_text``."""


def _score(value: bool | None) -> float | None:
    return None if value is None else float(value)
