"""What the exam looks like, learned from the first minute of the screen recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from statistics import median
from typing import NamedTuple

from proctor_cli.policy.sections import Screen as Rules
from proctor_cli.risk.screen.page import Page, Shown, Turn, is_host, plain, read_host
from proctor_cli.risk.screen.places import TASK_BAR
from proctor_cli.risk.screen.sites import name_site
from proctor_cli.types import Observation

_MOST_STEP_S = 2.0
_ANCHOR_SHARE = 0.4
"""A line of the exam's that is there for this share of it: its head, its list of questions."""
_MIN_LETTERS = 4
_ALIKE = 0.85
"""Of two texts (Ratcliff/Obershelp): what is read twice differs by a letter here and there."""
_BEGINNING = 8
"""Letters of a title that a tab shows at least."""
_HEAD_SHARE = 0.5
"""Of the exam's lines that stay: so many stay under another address of the exam's as well."""


class Layout(NamedTuple):
    """How to tell the exam.

    ``hosts``: its addresses; ``anchors``: plain lines of its page that stay; ``titles``: plain beginnings of the titles
    that its window and tab have; ``names``: beginnings of the titles that the user gave; ``address_y``: where its
    address stands, None while it has none.
    """

    hosts: frozenset[str]
    anchors: frozenset[str]
    titles: frozenset[str]
    names: frozenset[str] = frozenset()
    address_y: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell the exam by."""
        return bool(self.hosts or self.anchors)

    def is_exam_host(self, host: str) -> bool:
        """Whether an address is the exam's, as well as it was read."""
        return any(is_host(host, known) for known in self.hosts)

    def is_near_exam_host(self, host: str) -> bool:
        """Whether an address may be the exam's with letters misread: as a sign among others, not by itself."""
        return any(_alike(host, known) for known in self.hosts)

    def is_anchor(self, text: str) -> bool:
        """Whether a line is one by which the exam is known."""
        return _is_one_of(plain(text), self.anchors)

    def is_title(self, text: str) -> bool:
        """Whether a line is the title of the exam's window or tab, cut off as it may be."""
        return _holds_one_of(plain(text), self.titles, self.anchors, self.names)


class LayoutLearner:
    """Counts for how long each line is seen, by the address that is shown.

    ``named`` are titles and hosts that the user has given; what they leave open is learned. ``is_never`` says of a host
    that it cannot be the exam's, however long it is shown.
    """

    def __init__(self, named: Iterable[str], is_never: Callable[[str], bool]) -> None:
        self._named = tuple(named)
        self._is_never = is_never
        self._time_s: dict[str, float] = defaultdict(float)
        self._page: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._top: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._rows: defaultdict[str, list[float]] = defaultdict(list)
        self._last: tuple[float, str, frozenset[str], frozenset[str]] | None = None

    def see(self, page: Page, turn: Turn) -> None:
        """Take in how the screen looks from now on."""
        if self._last is not None:
            last_s, host, lines, top = self._last
            step_s = min(_MOST_STEP_S, turn.t_s - last_s)
            self._time_s[host] += step_s
            for line in lines:
                self._page[host][line] += step_s
            for line in top:
                self._top[host][line] += step_s
        found = page.find_address()
        host, address = found if found else ("", None)
        if address is not None:
            self._rows[host].append(address.y0)
        below = [line for line in page.lines.values() if line.box.y0 < TASK_BAR]
        below = [line for line in below if line.text and (address is None or line.box.y0 > address.y1)]
        above = [line for line in page.lines.values() if address is not None and line.box.y1 <= address.y0]
        self._last = (turn.t_s, host, _plain_lines(below), _plain_lines(above))

    def layout(self) -> Layout:
        """What was learned so far."""
        hosts = frozenset(host for name in self._named if (host := read_host(name)))
        titles = frozenset(filter(None, (plain(name) for name in self._named if not read_host(name))))
        names = frozenset(title[:_BEGINNING] for title in titles)
        if not self._time_s:
            return Layout(hosts, titles, titles, names)
        main = self._find_main(hosts, titles)
        if main is None:
            return Layout(hosts, titles, titles, names)
        anchors = self._staying(self._page, [main])
        learned = Layout(frozenset(), anchors, frozenset())
        akin = [host for host in self._time_s if host == main or self._shows(learned, host)]
        akin = [host for host in akin if not self._is_never(host)]
        return Layout(
            hosts or frozenset(filter(None, akin)),
            anchors | titles,
            self._staying(self._top, akin) | titles,
            names,
            self._find_row(hosts or akin),
        )

    def _find_row(self, hosts: Iterable[str]) -> float | None:
        """The height at which the exam's address stands."""
        rows = [y for host in hosts if host for y in self._rows.get(host, ())]
        return median(rows) if rows else None

    def _find_main(self, hosts: frozenset[str], titles: frozenset[str]) -> str | None:
        """The address ("" where none is shown) under which the exam is seen most."""
        shown = {host: time_s for host, time_s in self._time_s.items() if not self._is_never(host)}
        if hosts or titles:
            named = Layout(hosts, titles, titles, frozenset(title[:_BEGINNING] for title in titles))
            of_host = {host for host in shown if named.is_exam_host(host)}
            # The exam's tab is there whatever is shown; on its page the title tells more.
            of_page = {host for host in shown if any(map(named.is_title, self._page[host]))}
            of_tab = {host for host in shown if any(map(named.is_title, self._top[host]))}
            shown = {host: shown[host] for host in of_host or of_page or of_tab}
        return max(shown, key=lambda host: shown[host]) if shown else None

    def _shows(self, learned: Layout, host: str) -> bool:
        """Whether the exam's lines stay under this address as well."""
        needed_s = _ANCHOR_SHARE * self._time_s[host]
        shown = {line for line, time_s in self._page[host].items() if time_s > needed_s}
        kept = sum(any(_alike(line, anchor) for line in shown) for anchor in learned.anchors)
        return kept >= max(2, _HEAD_SHARE * len(learned.anchors))

    def _staying(self, lines: Mapping[str, Mapping[str, float]], hosts: Iterable[str]) -> frozenset[str]:
        times_s: dict[str, float] = defaultdict(float)
        for host in hosts:
            for line, time_s in lines[host].items():
                times_s[line] += time_s
        needed_s = _ANCHOR_SHARE * sum(self._time_s[host] for host in hosts)
        return frozenset(line for line, time_s in times_s.items() if time_s > needed_s)


def learn_layout(
    observations: Iterable[Observation], rules: Rules, named: Iterable[str] = ()
) -> Iterator[tuple[Observation, Layout]]:
    """Each observation with what is known by then of how the exam looks.

    From the first look at the screen on, observations are held back for ``rules.learn_s`` seconds; then they all come
    with what was learned from them. A forbidden site is never taken for the exam.
    """
    rest = iter(observations)
    learner, page = LayoutLearner(named, lambda host: bool(name_site(rules, host, ()))), Page()
    layout = learner.layout()  # what the user has named
    held: list[Observation] = []
    start_s = None
    for observation in rest:
        if "screen.lines" in observation.values:
            start_s = observation.t_s if start_s is None else start_s
            learner.see(page, page.turn(observation))
        if start_s is None:
            yield observation, layout
            continue
        held.append(observation)
        if observation.t_s - start_s >= rules.learn_s:
            break
    layout = learner.layout()
    for observation in chain(held, rest):
        yield observation, layout


def _plain_lines(lines: Iterable[Shown]) -> frozenset[str]:
    words = (plain(line.text) for line in lines)
    return frozenset(line for line in words if sum(map(str.isalpha, line)) >= _MIN_LETTERS)


@lru_cache(maxsize=16384)
def _is_one_of(words: str, known: frozenset[str]) -> bool:
    return len(words) >= _MIN_LETTERS and any(_alike(words, line) for line in known)


@lru_cache(maxsize=16384)
def _holds_one_of(words: str, titles: frozenset[str], anchors: frozenset[str], names: frozenset[str]) -> bool:
    beginnings = (title[:_BEGINNING] for title in (*titles, *anchors) if len(title) >= _BEGINNING)
    return any(beginning in words for beginning in (*names, *beginnings))


@lru_cache(maxsize=65536)
def _alike(first: str, second: str) -> bool:
    if first == second:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
