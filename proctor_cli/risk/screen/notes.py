"""What is worth telling of a screen recording besides its signals: what was taken for the exam, and what was read."""

from __future__ import annotations

from collections.abc import Sequence

from proctor_cli.risk.screen.layout import Layout
from proctor_cli.risk.screen.page import Page
from proctor_cli.risk.screen.texts import TextCollector
from proctor_cli.types import ExamOnScreen, ScreenText

_MOST_STEP_S = 2.0
_LINES_TOLD, _SHORT = 3, 40
"""Of an exam without an address some lines are told: headings first, which are shorter than this."""


class Notes:
    """Filled while a session is judged. ``keep_texts``: whether the words are wanted."""

    def __init__(self, *, keep_texts: bool) -> None:
        self._texts = TextCollector() if keep_texts else None
        self._layout: Layout | None = None
        self._last: tuple[float, float | None] | None = None
        self._exam_s = self._told_s = 0.0

    def see(self, layout: Layout, page: Page, t_s: float, exam: float | None) -> None:
        """A look at the screen: what stands there, and whether it is the exam (``screen.exam``)."""
        self._layout = layout
        if self._last is not None and self._last[1] is not None:
            step_s = min(_MOST_STEP_S, t_s - self._last[0])
            self._told_s += step_s
            self._exam_s += step_s * self._last[1]
        self._last = (t_s, exam)
        if self._texts is not None:
            self._texts.see(page, t_s)

    def list_texts(self, end_s: float) -> tuple[ScreenText, ...]:
        """What was read; nothing when that is not wanted."""
        return self._texts.finish(end_s) if self._texts else ()

    def tell_exam(self, named: Sequence[str]) -> ExamOnScreen | None:
        """What was taken for the exam; None without a screen that was read."""
        if self._layout is None:
            return None
        layout = self._layout
        lines = sorted(layout.anchors, key=lambda line: (len(line) > _SHORT, -len(line), line))[:_LINES_TOLD]
        told_by = tuple(named) or tuple(sorted(layout.hosts)) or tuple(lines)
        share = self._exam_s / self._told_s if self._told_s else None
        return ExamOnScreen(told_by, "named" if named else "learned", share)
