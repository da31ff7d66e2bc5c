"""Option values that are more than a word: times, spans, networks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from proctor_cli.types import WallClock

# Clocks that were never set say 1970 or less, and Python's calendar ends with the year 9999.
_PLAUSIBLE_YEARS = range(1971, 9999)


# No recording is longer (a century): keeps the arithmetic on times away from infinity.
_FOREVER_S = 3.2e9


def read_seconds(text: str, option: str) -> float:
    """Seconds from "90", "1:30" or "00:01:30.5".

    Raises:
        UsageError: it is none of these.
    """
    seconds = 0.0
    try:
        parts = [float(part) for part in text.split(":")]
        if not 1 <= len(parts) <= 3 or any(not 0 <= part < _FOREVER_S for part in parts):
            raise ValueError(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time", where=option, hint="Write seconds or HH:MM:SS.") from None
    for part in parts:
        seconds = seconds * 60 + part
    return seconds


def read_offset(text: str) -> float:
    """Seconds before (with a minus) or after session time 0, as in "1.5", "-0:30", "+2".

    Raises:
        UsageError: it is no time.
    """
    sign = -1 if text.startswith("-") else 1
    return sign * read_seconds(text[1:] if text[:1] in ("+", "-") else text, "--screen-offset")


def read_span(text: str) -> tuple[float, float]:
    """Start and end in seconds from "00:10:00-00:25:00".

    Raises:
        UsageError: it is not two times, the first before the second.
    """
    start, dash, end = text.partition("-")
    if not dash:
        raise UsageError(f"{text!r} is no span", where="--span", hint="Write FROM-TO, for example 00:10:00-00:25:00.")
    span = read_seconds(start, "--span"), read_seconds(end, "--span")
    if span[0] >= span[1]:
        raise UsageError(f"{text!r} does not end after it starts", where="--span", hint="Write the earlier time first.")
    return span


def read_start(text: str, option: str = "--start") -> WallClock:
    """The wall clock from an ISO 8601 date and time; without an offset it is this machine's time zone.

    Raises:
        UsageError: it is not ISO 8601, or no exam was held then.
    """
    from proctor_cli.types import WallClock

    try:
        moment = datetime.fromisoformat(text)
        if moment.year not in _PLAUSIBLE_YEARS:
            raise ValueError(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no date and time",
            where=option,
            hint="Write ISO 8601, for example 2026-06-01T09:00:00+02:00.",
        ) from None
    if moment.tzinfo is None:
        moment = moment.astimezone()
    offset = moment.utcoffset()
    return WallClock(moment.timestamp(), offset.total_seconds() if offset else 0.0, "start option")


def read_swaps(words: Sequence[str]) -> dict[str, str]:
    """Role -> network from words like "objects=yolox_nano".

    Raises:
        UsageError: a word has no "=".
    """
    swaps = {}
    for word in words:
        role, equals, name = word.partition("=")
        if not equals:
            raise UsageError(
                f"{word!r} names no network", where="--model", hint="Write ROLE=NAME, as in objects=yolox_nano."
            )
        swaps[role.strip()] = name.strip()
    return swaps


def known_signals() -> frozenset[str]:
    """All signals that a rule can watch."""
    from proctor_cli import detectors, logs, plan
    from proctor_cli.risk import list_signals

    specs = [
        *(detectors.find(name).spec for name in detectors.REGISTRY),
        plan.GAPS,
        plan.REPEATS,
        plan.HEARD,
        logs.SPEC,
    ]
    return list_signals({signal for spec in specs for signal in spec.signals})
