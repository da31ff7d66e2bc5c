"""Numbers as a reader would write them."""

from __future__ import annotations


def clock(t_s: float) -> str:
    """``t_s`` on the session clock as HH:MM:SS, the second it falls in; with a minus before the recording."""
    sign = "-" if t_s < 0 else ""
    minutes, seconds = divmod(int(abs(t_s) + 1e-6), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}"


def number(value: float) -> str:
    """``value`` with at most one decimal."""
    return f"{round(value, 1):g}" if abs(value) < 1e5 else f"{value:.0f}"


def plural(count: int, noun: str) -> str:
    """``2 alerts``, ``1 alert``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
