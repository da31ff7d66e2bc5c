"""What is recorded: clips, what probing them found out, the clock on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["webcam", "screen", "sound", "log", "workspace"]
"""Where something was measured; "workspace" is a scan of desk and room, filmed before the exam, "sound" the sound track
of the webcam or screen recording."""

OffsetFrom = Literal["origin", "option", "start times", "sound", "creation times", "part", "assumed"]
"""How it is known where a clip lies on the session clock.

- "origin": the clock begins with it.
- "option": it was given in seconds; "start times": when it and the webcam recording began was given.
- "sound": by the loudness of both sound tracks; "creation times": by those in the files.
- "part": it follows the part ahead of it at once.
- "assumed": nothing says; a screen recording is then taken to start together with the webcam recording. Of a room scan
  only that it was before the exam is known.
"""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording given by the user, or one of the consecutive parts that a recorder has left of it.

    ``offset_s`` is the session time of its first picture, before 0 when it began ahead of the webcam recording. A
    workspace clip has none of its own: it is placed so that it ends where session time begins.
    """

    source: Source
    path: str
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What probing a clip found out.

    ``path`` is as the user gave it; in a session's Recording it leads from the session's folder to the file.
    ``width_px`` and ``height_px`` are those of the upright picture; the stored one is turned clockwise by
    ``rotation_deg`` (0, 90, 180 or 270) to get there. ``first_pts_s`` is where the first picture lies on the
    container's own timeline: a player must seek to ``t_s - offset_s + first_pts_s``. ``duration_s`` runs from the
    first picture to the end of the last one; ``duration_from`` says how it is known: "packets" (presentation
    timestamps were read) or "rate" (the file has none; frames were counted at the declared rate).
    ``header_duration_s`` is what the container claims, None when it claims nothing. ``created_unix_s`` is the
    container's creation time, None when absent. ``offset_from`` says how ``offset_s`` is known, and ``offset_sure``
    (0-1) how far the sound tracks fit better there than anywhere else, None when it is not known from them.
    """

    source: Source
    path: str
    offset_s: float
    sha256: str
    size_bytes: int
    container: str
    codec: str
    width_px: int
    height_px: int
    rotation_deg: int
    mean_fps: float
    variable_rate: bool
    first_pts_s: float
    duration_s: float
    duration_from: Literal["packets", "rate"]
    header_duration_s: float | None
    longest_gap_s: float
    has_audio: bool
    created_unix_s: float | None
    offset_from: OffsetFrom = "assumed"
    offset_sure: float | None = None


@dataclass(frozen=True, slots=True)
class DecodeLoss:
    """What decoding a stretch of a clip lost.

    ``damaged_packets`` gave no picture; ``corrupt_frames`` were marked as corrupt by the decoder and left out;
    ``first_s`` is where it began, session time.
    """

    damaged_packets: int = 0
    corrupt_frames: int = 0
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock on the wall at session time 0. ``from_`` says how it is known: "start option" or "creation time"."""

    start_unix_s: float
    utc_offset_s: float
    known_from: Literal["start option", "creation time"]
