"""Whether the exam fills the screen, as it may have to."""

from __future__ import annotations

from proctor_cli.risk.screen.layout import Layout
from proctor_cli.risk.screen.page import Page
from proctor_cli.risk.screen.places import TABS
from proctor_cli.risk.screen.recognition import Recognition

_FULL_S = 4.0
"""An exam that fills the screen for so long was meant to."""
_GONE_S = 2.0
"""While a page is drawn its bars may be missed for less."""
_MIN_LETTERS = 4


class FullScreen:
    """Follows the browser's bars above the exam. ``bars``: whether they are there; None before that was seen."""

    def __init__(self, layout: Layout, recognition: Recognition) -> None:
        self.bars: bool | None = None
        self._layout, self._recognition = layout, recognition
        self._since_s: float | None = None
        self._absent_s: float | None = None
        self._was_full = False

    def forget(self) -> None:
        """Nothing is known of the screen for a while."""
        self._since_s = None

    def has_bars(self, page: Page, t_s: float, *, waits: bool) -> bool:
        """Whether bars are to be reckoned with: they may have gone while something else than the exam was shown."""
        if self._sees_bars(page, waits) is False and page.lines:
            self._absent_s = t_s if self._absent_s is None else self._absent_s
        else:
            self._absent_s = None
        return bool(self.bars) and (self._absent_s is None or t_s - self._absent_s < _GONE_S)

    def follow(self, page: Page, t_s: float, *, waits: bool) -> float | None:
        """While the exam is shown: whether it has left the full screen.

        Args:
            page: the lines.
            t_s: the time of the look.
            waits: whether something at the top has not been read yet.

        Returns:
            1 while bars stand above an exam that had filled the screen, 0 while none do; None where it never filled it,
            and while that cannot be told.
        """
        seen = self._sees_bars(page, waits)
        if seen is None:
            return None
        self.bars = seen
        if seen:
            self._since_s = None
        else:
            self._since_s = t_s if self._since_s is None else self._since_s
            self._was_full = self._was_full or t_s - self._since_s >= _FULL_S
        return float(seen) if self._was_full else None

    def before(self) -> float | None:
        """While something else is shown, the exam has not left the full screen by itself."""
        return 0.0 if self._was_full else None

    def _sees_bars(self, page: Page, waits: bool) -> bool | None:
        """Whether an address or the exam's tab stands at the top, or words that are none of the exam's page."""
        if page.find_address(self._layout.address_y):
            return True
        tops = [line.text for line in page.read if line.box.y1 < TABS]
        foreign = [text for text in tops if not self._recognition.is_line_of_exam(text)]
        if any(self._layout.is_title(text) for text in foreign):
            return True
        return None if waits or any(sum(map(str.isalpha, text)) >= _MIN_LETTERS for text in foreign) else False
