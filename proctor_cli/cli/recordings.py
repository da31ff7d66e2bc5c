"""Which recordings are meant: files, or a recorder's folder; and what became of them on the session clock."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from proctor_cli.cli.terminal import note
from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from proctor_cli.types import Clip, ClipInfo, Problem, Recording, Source

_SHOWN = 4
_KNOWN_FROM = {
    "option": "as --screen-offset says",
    "start times": "as --start and --screen-start say",
    "creation times": "by the creation times in the files",
    "assumed": "which is assumed: nothing says when it began",
}


def read_recordings(
    webcam: Sequence[str], screen: Sequence[str], workspace: str
) -> tuple[tuple[Clip, ...], tuple[Problem, ...]]:
    """The recordings meant, of each source its parts in order; and what was met while looking into folders.

    ``webcam`` and ``screen`` are files or folders; none is (), and of a ``workspace`` "".

    Raises:
        InputError: a folder holds no recordings, or may not be read.
        UsageError: no recording is given, it is not clear what those in a folder show, or the screen is given twice.
    """
    from proctor_cli.types import Clip

    clips, problems = _look_into(webcam, "webcam", has_screen=bool(screen))
    if screen and any(clip.source == "screen" for clip in clips):
        hint = "Leave --screen out, or give the webcam recording alone."
        raise UsageError(f"{webcam[0]} holds a screen recording too", where="--screen", hint=hint)
    shown, noticed = _look_into(screen, "screen", has_screen=True)
    if any(clip.source == "webcam" for clip in shown):
        raise UsageError(
            f"{screen[0]} holds webcam recordings too", where="--screen", hint="Give the folder alone: analyze FOLDER."
        )
    clips += shown
    if workspace:
        if not any(clip.source == "webcam" for clip in clips):
            raise UsageError("a room scan alone is no exam", where="--workspace", hint="Give the webcam recording too.")
        clips += (Clip("workspace", workspace),)
    if not clips:
        hint = "Give a webcam recording, a recorder's folder, or --screen FILE."
        raise UsageError("no recording", where="analyze", hint=hint)
    return clips, problems + noticed


def check_clock(clips: tuple[Clip, ...], screen_offset: str, screen_start: str, start: str) -> None:
    """Whether what is said of the session clock, "" for nothing, makes sense for these recordings.

    Raises:
        UsageError: it does not.
    """
    sources = {clip.source for clip in clips}
    for option, value in (("--screen-offset", screen_offset), ("--screen-start", screen_start)):
        if value and "screen" not in sources:
            raise UsageError("there is no screen recording to shift", where=option, hint="Give --screen FILE.")
    if screen_offset and "webcam" not in sources:
        hint = "Give the webcam recording too."
        raise UsageError("a screen recording alone begins at 0", where="--screen-offset", hint=hint)
    if screen_start and "webcam" not in sources:
        raise UsageError("there is no webcam recording beside it", where="--screen-start", hint="Give --start instead.")
    if screen_start and screen_offset:
        raise UsageError("--screen-offset says so already", where="--screen-start", hint="Leave one of them out.")
    if screen_start and not start:
        hint = "Say with --start when the webcam recording began."
        raise UsageError("does not say how far apart they began", where="--screen-start", hint=hint)


def say_what_was_taken(recording: Recording) -> None:
    """One line for each recording: its parts, and how they follow each other."""
    for source in dict.fromkeys(clip.source for clip in recording.clips):
        parts = [clip for clip in recording.clips if clip.source == source]
        names = [Path(clip.path).name for clip in parts]
        shown = names if len(names) <= _SHOWN else [*names[: _SHOWN - 1], "…", names[-1]]
        note(f"{source}: {', '.join(shown)}{_tell_pauses(parts)}")


def describe_start(recording: Recording) -> str | None:
    """When the screen recording began beside the webcam recording, and how that is known; None without both."""
    first: dict[Source, ClipInfo] = {}
    for clip in recording.clips:
        first.setdefault(clip.source, clip)
    if not {"webcam", "screen"} <= first.keys():
        return None
    screen = first["screen"]
    known = _KNOWN_FROM.get(screen.offset_from) or f"by the sound of both (sure: {screen.offset_sure:.2f} of 1)"
    when = f"{abs(screen.offset_s):.2f} s {'after' if screen.offset_s > 0 else 'before'}" if screen.offset_s else "with"
    return f"the screen recording begins {when} the webcam recording, {known}"


def _look_into(
    paths: Sequence[str], source: Source, *, has_screen: bool
) -> tuple[tuple[Clip, ...], tuple[Problem, ...]]:
    """The recordings that an argument means; where the screen is given by itself there is no doubt whose they are."""
    from proctor_cli.session.recordings import find_recordings
    from proctor_cli.types import Clip

    clips: list[Clip] = []
    problems: list[Problem] = []
    for path in paths:
        if Path(path).is_dir():
            found = find_recordings(path, source if has_screen else None)
            clips += found.clips
            problems += found.problems
        else:
            clips.append(Clip(source, path))
    return tuple(clips), tuple(problems)


def _tell_pauses(parts: list[ClipInfo]) -> str:
    if len(parts) == 1:
        return ""
    pauses = [
        f"{after.offset_s - before.offset_s - before.duration_s:.1f} s before {Path(after.path).name}"
        for before, after in pairwise(parts)
        if after.offset_from == "creation times"
    ]
    if not pauses:
        return f" ({len(parts)} parts, each taken to follow the last at once)"
    more = f" and {len(pauses) - _SHOWN} more" if len(pauses) > _SHOWN else ""
    return f" ({len(parts)} parts; by their creation times with pauses of {', '.join(pauses[:_SHOWN])}{more})"
