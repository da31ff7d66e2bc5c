"""What a screen recording shows, told from the text read on it and the places that changed.

``page`` keeps the lines that stand on the screen, ``layout`` learns from the first minute what the exam looks like,
``look`` says at every moment what is shown; ``windows``, ``toasts``, ``pastes`` and ``ticking`` each follow one thing.
"""

from __future__ import annotations

from proctor_cli.risk.screen.layout import learn_layout
from proctor_cli.risk.screen.look import SIGNALS, Screen
from proctor_cli.risk.screen.notes import Notes

__all__ = ["SIGNALS", "Notes", "Screen", "learn_layout"]
