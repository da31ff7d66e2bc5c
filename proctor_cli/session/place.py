"""All recordings of a session on one clock, whose 0 is the first picture of the webcam recording.

First the parts of each recording, one behind the other; then the screen recording beside the webcam recording. A screen
recording that began earlier has negative times, and what it shows there is analysed like everything else. Without a
webcam recording the clock begins with the screen's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from proctor_cli import media
from proctor_cli.errors import InputError, UsageError
from proctor_cli.files import shown_address
from proctor_cli.session.align import align
from proctor_cli.session.request import Request
from proctor_cli.types import Clip, OffsetFrom, Problem

# Creation times are often whole seconds, and written a moment before the first picture: a pause this short is none, and
# two parts may seem to overlap by as much.
_LOOSE_S = 2.0
# A part of a single picture may last for no time at all; no two parts begin at the same.
_SHORTEST_S = 0.01
# Parts with a longer pause between them are not of one session.
_LONGEST_PAUSE_S = 6 * 3600.0

Placed = tuple[Clip, media.Scan]
"""A recording, or a part of one, in its place on the session clock, which its scan's info has too."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The recordings, by source and then in order of time; and what was met on the way to know when they began."""

    clips: tuple[Placed, ...]
    problems: tuple[Problem, ...]


class _Part(NamedTuple):
    """``start_s`` is when it begins, from the first picture of its recording's first part."""

    start_s: float
    known_from: OffsetFrom
    scan: media.Scan


class _Start(NamedTuple):
    """When a recording begins on the session clock."""

    offset_s: float
    known_from: OffsetFrom
    sure: float | None = None


def place(request: Request) -> Placement:
    """Probe the recordings and put them on one clock.

    Clips of one source are the parts of one recording, in the order given unless their creation times say otherwise.
    One that cannot be read is a problem while there are others.

    Raises:
        InputError: a recording cannot be read, or none of its parts can.
        UsageError: by the offset or the start times given, webcam and screen recording do not overlap.
    """
    problems: list[Problem] = []
    recordings = {
        source: _lay_parts([clip for clip in request.clips if clip.source == source], problems)
        for source in dict.fromkeys(clip.source for clip in request.clips)
    }
    placed: list[Placed] = []
    for source, parts in recordings.items():
        if source == "workspace":
            start = _Start(-parts[-1].start_s - parts[-1].scan.info.duration_s, "assumed")
        elif source == "screen" and "webcam" in recordings:
            start = _find_start(request, recordings["webcam"], parts, problems)
        else:
            start = _Start(0.0, "origin")
        placed += _put(parts, start)
    return Placement(tuple(placed), tuple(problems))


def _lay_parts(clips: Sequence[Clip], problems: list[Problem]) -> list[_Part]:
    """The parts of a recording that can be read, on its own clock."""
    scans, unread = _probe_all(clips, problems)
    parts = _chain(scans, problems)
    dated = any(part.known_from == "creation times" for part in parts)
    for error, following in unread:
        told = f"{error.what}; this part is left out"
        if following and not dated:
            told += ", and what follows it is placed as if it had not been there: the times of that are uncertain"
        problems.append(Problem("part_unreadable", error.where, told))
    return parts


def _probe_all(
    clips: Sequence[Clip], problems: list[Problem]
) -> tuple[list[media.Scan], list[tuple[InputError, bool]]]:
    """The parts of a recording that can be read, each file once; why others cannot, and whether any follows them."""
    scans: dict[str, media.Scan] = {}
    errors: list[tuple[InputError, int]] = []
    for clip in clips:
        try:
            scan = media.probe(clip)
        except InputError as error:
            errors.append((error, len(scans)))
            continue
        first = scans.setdefault(scan.info.sha256, scan)
        if first is not scan:
            told = f"the same file as {shown_address(first.info.path)}, left out"
            problems.append(Problem("part_repeated", shown_address(clip.path), told))
    if not scans:
        raise errors[0][0]
    return list(scans.values()), [(error, before < len(scans)) for error, before in errors]


def _chain(scans: Sequence[media.Scan], problems: list[Problem]) -> list[_Part]:
    """The parts of a recording on its own clock, one behind the other."""
    created = [(scan.info.created_unix_s, scan) for scan in scans if scan.info.created_unix_s is not None]
    if len(scans) > 1 and len(created) == len(scans):
        in_time = [scan for _, scan in sorted(created, key=lambda pair: pair[0])]
        chained = _by_creation(in_time)
        if chained is None:
            told = "the creation times of its parts do not fit their lengths: each is taken to follow the last at once"
            problems.append(Problem("part_times", shown_address(scans[0].info.path), told))
        else:
            if in_time != list(scans):
                told = "its parts are taken in the order of their creation times, not of their names"
                problems.append(Problem("part_order", shown_address(in_time[0].info.path), told))
            return chained
    parts: list[_Part] = []
    for scan in scans:
        parts.append(_Part(_end_s(parts), "part", scan))
    return parts


def _by_creation(scans: Sequence[media.Scan]) -> list[_Part] | None:
    """The parts where their creation times put them; None when these cannot be right."""
    first_unix_s = scans[0].info.created_unix_s or 0.0
    parts: list[_Part] = []
    for scan in scans:
        behind_s = _end_s(parts)
        pause_s = (scan.info.created_unix_s or 0.0) - first_unix_s - behind_s
        if parts and not -_LOOSE_S <= pause_s <= _LONGEST_PAUSE_S:
            return None
        at_once = pause_s < _LOOSE_S
        parts.append(_Part(behind_s + (0.0 if at_once else pause_s), "part" if at_once else "creation times", scan))
    return parts


def _end_s(parts: Sequence[_Part]) -> float:
    return round(parts[-1].start_s + max(parts[-1].scan.info.duration_s, _SHORTEST_S), 6) if parts else 0.0


def _put(parts: Iterable[_Part], start: _Start) -> Iterator[Placed]:
    for number, part in enumerate(parts):
        known_from, sure = (part.known_from, None) if number else (start.known_from, start.sure)
        offset_s = round(start.offset_s + part.start_s, 6)
        info = replace(part.scan.info, offset_s=offset_s, offset_from=known_from, offset_sure=sure)
        yield Clip(info.source, info.path, offset_s), replace(part.scan, info=info)


def _find_start(request: Request, webcam: Sequence[_Part], screen: Sequence[_Part], problems: list[Problem]) -> _Start:
    """When the screen recording begins on the clock of the webcam recording: the first answer of these is taken."""
    if request.screen_offset_s is not None:
        offset_s = request.screen_offset_s
        _insist_on_overlap(offset_s, webcam, screen, "--screen-offset", "Give it in seconds, or leave it out.")
        return _Start(offset_s, "option")
    if request.screen_start is not None and request.start is not None:
        offset_s = request.screen_start.start_unix_s - request.start.start_unix_s
        hint = "Check both times and their offsets from UTC."
        _insist_on_overlap(offset_s, webcam, screen, "--screen-start", hint)
        return _Start(offset_s, "start times")
    match = align([(part.start_s, part.scan) for part in webcam], [(part.start_s, part.scan) for part in screen])
    if match is not None:
        return _Start(match.lag_s, "sound", round(match.sure, 3))
    path = shown_address(screen[0].scan.info.path)
    created = webcam[0].scan.info.created_unix_s, screen[0].scan.info.created_unix_s
    if created[0] is not None and created[1] is not None:
        offset_s = created[1] - created[0]
        if _overlap(offset_s, webcam, screen):
            return _Start(offset_s, "creation times")
        told = f"created {_tell(offset_s)} the webcam recording, so that they would not overlap: not believed"
        problems.append(Problem("creation_times_apart", path, told))
    told = "nothing says when it began: it is taken to start together with the webcam recording; give --screen-offset"
    problems.append(Problem("alignment_unknown", path, told))
    return _Start(0.0, "assumed")


def _insist_on_overlap(
    offset_s: float, webcam: Sequence[_Part], screen: Sequence[_Part], option: str, hint: str
) -> None:
    if not _overlap(offset_s, webcam, screen):
        told = f"the screen recording would begin {_tell(offset_s)} the webcam recording, and not overlap it"
        raise UsageError(told, where=option, hint=hint)


def _tell(offset_s: float) -> str:
    return f"{abs(offset_s):.0f} s {'after' if offset_s > 0 else 'before'}"


def _overlap(offset_s: float, webcam: Sequence[_Part], screen: Sequence[_Part]) -> bool:
    return -_end_s(screen) < offset_s < _end_s(webcam)
