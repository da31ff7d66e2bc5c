"""How numbers and times look on the page: the same digits in every language, as in the CSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import PureWindowsPath

from proctor_cli.report.rows import local_time
from proctor_cli.types import Recording, Source, WallClock


def clock(t_s: float) -> str:
    """Session time as HH:MM:SS, the second it falls in."""
    whole = math.floor(abs(t_s))
    sign = "-" if t_s < 0 and whole else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def found_at(t_s: float, source: Source, recording: Recording) -> str:
    """HH:MM:SS at which a person finds the moment: session time, but in a room scan the clip's own."""
    begins_s = next((clip.offset_s for clip in recording.clips if source == clip.source == "workspace"), 0.0)
    return clock(round(t_s - begins_s, 3))


def duration(duration_s: float) -> str:
    """A duration: "4.2 s" under a minute, else HH:MM:SS."""
    return f"{duration_s:.1f} s" if duration_s < 59.95 else clock(duration_s + 0.5)


def number(value: float, digits: int = 1) -> str:
    """At most ``digits`` decimals, without trailing zeros."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def percent(part: float, whole: float) -> str:
    """``part`` of ``whole`` in per cent; "n/a" when there is no whole. Never rounds up to 100 or down to 0."""
    if whole <= 0:
        return "n/a"
    share = 100.0 * part / whole
    if 0 < share < 1 or 99 < share < 100:
        return f"{math.floor(share * 10) / 10 or 0.1:.1f} %"
    return f"{share:.0f} %"


def megabytes(size_bytes: int) -> str:
    """A file size in MB (10^6 bytes)."""
    return f"{size_bytes / 1e6:.1f} MB"


def wall_time(t_s: float, clock: WallClock | None) -> str:
    """The time of day at ``t_s``, "" when the wall clock is unknown."""
    return "" if clock is None else local_time(clock, t_s).strftime("%H:%M:%S")


def wall_date(clock: WallClock) -> str:
    """The date at session time 0 with its offset from UTC: "2026-11-03, UTC+07:00"."""
    return local_time(clock, 0.0).strftime("%Y-%m-%d, %Z")


def file_name(path: str) -> str:
    """The name without its folder, which may tell more about the analysing machine than a reader should know."""
    return PureWindowsPath(path).name  # knows both kinds of slash


FILTERS: Mapping[str, Callable[..., str]] = {
    "clock": clock,
    "duration": duration,
    "number": number,
    "percent": percent,
    "megabytes": megabytes,
    "wall_date": wall_date,
    "file_name": file_name,
}
