"""At every moment: is it the exam that the screen shows, and if not, what else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from proctor_cli.policy import Policy
from proctor_cli.risk.screen.applications import is_application
from proctor_cli.risk.screen.layout import Layout
from proctor_cli.risk.screen.page import Page, Shown, Turn, covers, find_words, is_host, plain
from proctor_cli.risk.screen.pastes import Pastes
from proctor_cli.risk.screen.ticking import Ticking
from proctor_cli.risk.screen.toasts import Toasts
from proctor_cli.risk.screen.windows import Windows
from proctor_cli.types import Observation

_MIN_LINES = 3
"""A page with fewer lines than this is empty, or still loading."""
_TOP = 0.2
_HEAD = 0.16
"""The upper share of the screen that is read before everything else."""
_LONG, _KNOWN_S, _KNOWN_SHARE = 8, 2.0, 0.3
"""Letters of a line, and for how long it must have stood in the exam, to be known again; and how many must be."""
_TASK_BAR = 0.94
_MIN_LETTERS = 3
_UNREAD_TOP = 0.1
"""A clock is less of the top of a screen than this, a title is not."""
_FULL_S = 4.0
_TABS = 0.12
_FULL_PAGE = 25
_DARK_LINES = 4
"""A black screen may show the time and the date."""
_TALL = 0.03
_PROMINENT = 0.2
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(\s?[ap]m)?", re.IGNORECASE)
_CLOCK_HEIGHT = 0.04
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
        self._bars: bool | None = None
        self._no_bars_s: float | None = None
        self._was_full = False
        self._shape = 0.0
        self._known: set[str] = set()
        self._unread_top = 0.0
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
            few = sum(bool(line.text) for line in self._page.lines.values()) <= _DARK_LINES
            values["screen.black"] = None if luma is None else float(luma < self._rules.black_luma and few)
        return values, words

    def _look(self, observation: Observation) -> tuple[dict[str, float | None], dict[str, str]]:
        if observation.values["screen.lines"] is None:
            self._windows.forget()
            self._page = Page()
            return dict.fromkeys(SIGNALS), {}
        self._unread_top = observation.values.get("screen.unread") or 0.0
        before = tuple(self._page.lines.values())
        turn = self._page.turn(observation)
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
            "screen.blank": float(self._is_blank()) if self._begun and not locked else None,
            "screen.fullscreen_left": self._left_fullscreen(turn, view),
            "screen.pasted": float(pasted) if exam else None,
            "screen.notification": float(bool(told)),
            "screen.moving": _score(moving),
            "screen.locked": float(locked),
            **self._sizes(observation),
        }
        if self._is_allowed(view):
            values |= {"screen.tab_away": 0.0, "screen.window_away": 0.0}
        words = {
            "screen.tab_away": view.words,
            "screen.window_away": view.words,
            "screen.forbidden": forbidden,
            "screen.notification": told,
        }
        return values, {signal: said for signal, said in words.items() if said and values[signal]}

    # ------------------------------------------------------------ what is shown
    def _see(self, before: tuple[Shown, ...], turn: Turn) -> View:
        page, layout = self._page, self._layout
        if not layout.is_known:
            return View(None)
        found = page.find_address()
        host = found[0] if found else ""
        lines = [line for line in page.lines.values() if line.text]
        anchored = self._is_anchored(lines)
        if host and not layout.is_exam_host(host) and (self._bars or not anchored):  # else it is named in the exam
            self._windows.forget()
            return self._away(host) if self._begun else View(None)
        self._begun = self._begun or bool(host) or anchored
        if not self._begun:
            return View(None)
        self._windows.follow(before, page, turn, bars=bool(self._bars))
        if host or anchored or self._windows.place is not None:
            if self._windows.place is None:
                self._remember(turn.t_s)
                return View("exam")
            return View("window", self._windows.title(page) or "another window")
        if self._waits() or len(lines) < _MIN_LINES:
            return self._view if self._view.kind in ("tab", "window") else View(None)
        return self._away("")

    def _is_anchored(self, lines: Sequence[Shown]) -> bool:
        """Whether the page is the exam's by its lines: one of those that always stay, or enough that it has had.

        A single line may be found elsewhere, too: in a chat, into which a question was copied.
        """
        page = [line for line in lines if line.box.y0 < _TASK_BAR]
        if any(self._layout.is_anchor(line.text) for line in page):
            return True
        below = _HEAD if self._bars else 0.0
        long = [words for line in page if line.box.y0 >= below and len(words := plain(line.text)) >= _LONG]
        return sum(words in self._known for words in long) > _KNOWN_SHARE * len(long)

    def _remember(self, t_s: float) -> None:
        """Lines that have stood in the exam for a while are known to be its lines."""
        for line in self._page.lines.values():
            if t_s - line.since_s >= _KNOWN_S and len(words := plain(line.text)) >= _LONG:
                self._known.add(words)

    def _waits(self) -> bool:
        """Whether something at the top of the screen has not been read yet."""
        head = [line for line in self._page.lines.values() if line.box.y1 < _HEAD]
        unread = sum(line.is_unread for line in head)
        return self._unread_top > _UNREAD_TOP or unread > sum(bool(line.text) for line in head)

    def _away(self, host: str) -> View:
        """Something else fills the place of the exam: another tab while its own tab can be seen, else a window.

        Of a page that fills the screen, with no address and no tab above it, only its words and the exam's clock can
        tell that it is not a further page of the exam.
        """
        top = sorted((line for line in self._page.lines.values() if line.text), key=lambda line: line.box.y0)
        strip = [line for line in top if line.box.y0 < _TOP]
        said = (line.text for line in strip if not self._layout.is_title(line.text))
        words = host or next((text for text in said if sum(map(str.isalpha, text)) >= _MIN_LETTERS), "another page")
        if any(self._layout.is_title(line.text) for line in strip) or (host and not strip):
            return View("tab", words, host)
        if host or self._bars or is_application(top):
            return View("window", words, host)
        view = View("tab", words)
        clock_gone = self._had_clock and not any(_TIME.search(line.text) for line in top)
        return view if clock_gone or self._name_forbidden(view) else View(None)

    # ------------------------------------------------------------ what that means
    def _is_allowed(self, view: View) -> bool:
        return any(_names(entry, view.host, [view.words]) for entry in self._rules.allowed)

    def _is_of_exam(self, text: str) -> bool:
        """Whether a box names the exam's address, as the browser does when a page asks something."""
        return any(host in text.casefold() for host in self._layout.hosts)

    def _name_forbidden(self, view: View) -> str:
        """Which of the forbidden sites and applications is shown, and what it was told by; "" when none is."""
        if self._is_allowed(view):
            return ""
        texts = [] if view.host else [line.text for line in self._prominent()]
        for entry in self._rules.forbidden:
            if any(_names(sign, view.host, texts) for sign in entry.signs):
                return f"{entry.name} ({view.host})" if view.host else entry.name
        return ""

    def _prominent(self) -> Iterable[Shown]:
        """Titles and headings of what is shown: a site that is only spoken of is not shown."""
        place = self._windows.place
        for line in self._page.lines.values():
            box = line.box
            if not line.text or self._layout.is_title(line.text):
                continue
            if place is not None:
                if covers(place, box) > 0.7 and (box.height > _TALL or box.y0 - place.y0 < 0.05):
                    yield line
            elif (box.y0 < _PROMINENT and not self._beside_exam_tab(line)) or box.height > _TALL:
                yield line

    def _beside_exam_tab(self, line: Shown) -> bool:
        """Whether a line stands in the row of the exam's tab: what stands there need not be shown."""
        box = line.box
        return any(
            self._layout.is_title(other.text) and other.box.y0 < box.y1 and box.y0 < other.box.y1
            for other in self._page.lines.values()
            if other.text
        )

    def _left_fullscreen(self, turn: Turn, view: View) -> float | None:
        """Whether the browser's bars stand above an exam that had filled the screen.

        None where it never did, and while it cannot be told.
        """
        if view.kind != "exam":
            return None if view.kind is None or not self._was_full else 0.0
        seen = self._sees_bars()
        if seen is None:
            return None
        self._bars = seen
        if seen:
            self._no_bars_s = None
        else:
            self._no_bars_s = turn.t_s if self._no_bars_s is None else self._no_bars_s
            self._was_full = self._was_full or turn.t_s - self._no_bars_s >= _FULL_S
        return float(seen) if self._was_full else None

    def _sees_bars(self) -> bool | None:
        """Whether an address or the exam's tab stands at the top; None while something there is not read yet."""
        layout = self._layout
        tabs = (line.text for line in self._page.lines.values() if line.text and line.box.y1 < _TABS)
        if self._page.find_address() or any(layout.is_title(text) and not layout.is_anchor(text) for text in tabs):
            return True
        return None if self._waits() else False

    def _is_locked(self) -> bool:
        """Whether there is hardly anything but a large clock."""
        lines = [line for line in self._page.lines.values() if line.text]
        return len(lines) <= _DARK_LINES and any(
            _TIME.fullmatch(line.text.strip()) and line.box.height >= _CLOCK_HEIGHT for line in lines
        )

    def _share_drawn(self) -> float:
        """From 0.5 for a page that has just come up to 1 for one full of text: the later look tells more."""
        read = sum(bool(line.text) for line in self._page.lines.values())
        return 0.5 + 0.5 * min(1.0, (read + 1) / _FULL_PAGE)

    def _is_blank(self) -> bool:
        """Whether there is hardly anything to read, above a task bar; on a screen that is not black."""
        lines = [line for line in self._page.lines.values() if line.box.y0 < _TASK_BAR]
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


def _names(sign: str, host: str, texts: Iterable[str]) -> bool:
    """Whether ``sign``, a host or words, names what is shown at ``host`` or called one of ``texts``."""
    if "." in sign and " " not in sign:
        return bool(host) and is_host(host, sign)
    words = f" {plain(sign)} "
    return any(words in f" {plain(text)} " for text in texts)
