"""Whether the page that is shown is the exam's, told from its lines."""

from __future__ import annotations

from collections.abc import Sequence

from proctor_cli.risk.screen.layout import Layout
from proctor_cli.risk.screen.page import Shown, plain
from proctor_cli.risk.screen.places import HEAD, TASK_BAR
from proctor_cli.types import Box

_LONG = 8
"""Letters of a line by which it may be known again."""
_KNOWN_S = 2.0
"""For so long it must have stood in the exam."""
_KNOWN_SHARE = 0.3
"""Of a page's lines: a question that was copied into a chat is fewer."""
_ROW, _MIN_ROWS = 0.03, 2
"""Where a browser's bars are, lines of one row may be its bookmarks."""


class Recognition:
    """Knows the lines that the exam always has, and learns those that it has had."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: set[str] = set()

    def is_exam(self, lines: Sequence[Shown], *, bars: bool) -> bool:
        """Whether enough of these lines are the exam's. ``bars``: the browser's stand above its pages."""
        if self.is_surely_exam(lines, bars=bars):
            return True
        page = _page(lines, bars)
        long = [words for line in page if len(words := plain(line.text)) >= _LONG]
        return sum(words in self._known for words in long) > _KNOWN_SHARE * len(long)

    def is_surely_exam(self, lines: Sequence[Shown], *, bars: bool) -> bool:
        """Whether lines stand there that the exam always has: a new tab may name it among its shortcuts."""
        rows = {round(line.box.y0 / _ROW) for line in _page(lines, bars) if self._layout.is_anchor(line.text)}
        return len(rows) >= (_MIN_ROWS if bars else 1)

    def is_line_of_exam(self, text: str) -> bool:
        """Whether a line is one that the exam has had."""
        return self._layout.is_anchor(text) or plain(text) in self._known

    def stands_above(self, box: Box, lines: Sequence[Shown]) -> bool:
        """Whether a line stands above every line of the exam's, as an address does."""
        tops = [line.box.y0 for line in lines if line.box.y0 > box.y1 and self.is_line_of_exam(line.text)]
        above = [line for line in lines if line.box.y1 < box.y0 and self._layout.is_anchor(line.text)]
        return bool(tops) and not above

    def remember(self, lines: Sequence[Shown], t_s: float) -> None:
        """The exam is shown: lines that have stood for a while are its own."""
        for line in lines:
            if t_s - line.since_s >= _KNOWN_S and len(words := plain(line.text)) >= _LONG:
                self._known.add(words)


def _page(lines: Sequence[Shown], bars: bool) -> list[Shown]:
    """The lines of the page, without those of bars above and below it."""
    return [line for line in lines if line.text and (HEAD if bars else 0.0) <= line.box.y0 < TASK_BAR]
