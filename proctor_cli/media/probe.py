"""Probe a clip: what it is, where its pictures lie in time, and what is wrong with it."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from proctor_cli.errors import InputError
from proctor_cli.files import shown_address
from proctor_cli.media.container import choose_video, is_cover, open_bytes, open_recording
from proctor_cli.media.pixels import orientation
from proctor_cli.media.scan import Scan
from proctor_cli.media.tally import Tally, tally
from proctor_cli.media.timeline import Timeline, timeline
from proctor_cli.types import Clip, ClipInfo, Problem

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_CONTAINER_TICKS_PER_S = 1_000_000  # FFmpeg's AV_TIME_BASE

# Recorders that do not know the time write the zero of their calendar (1904, 1970) or anything at all.
_PLAUSIBLE_YEARS = range(2000, 2100)


def probe(clip: Clip) -> Scan:
    """Read every packet of a clip once; decode no more than its first picture.

    All times come from presentation timestamps; 0 is the first picture that can be shown. What is wrong but can be
    worked with becomes a problem of the scan: ``file_ends_early``, ``single_picture`` (accepted, as a recording
    of one picture), ``times_counted``, ``times_missing``, ``times_disordered``, ``start_unreadable``,
    ``container_damaged``, ``several_videos``.

    Raises:
        InputError: there is no such file, it is no recording that can be read, or it shows no picture.
    """
    with open_recording(clip.path) as container:
        stream = choose_video(container, clip.path)
        found = tally(container, stream)
        if found.picture is None:
            raise _no_picture(clip.path, found)
        times = timeline(found, stream.time_base, stream.average_rate or stream.guessed_rate)
        if times is None:
            raise InputError(
                "the file says neither when its pictures are shown nor how many per second",
                where=shown_address(clip.path),
                hint="Convert it to MP4 or MKV with its frame rate.",
            )
        info = _info(clip, container, stream, found.picture, times)
        return Scan(
            info=info,
            video_index=container.streams.video.index(stream),
            clock=times.clock,
            pts=array("q", times.pts.tobytes()),
            keyframes=times.keyframes,
            gaps=times.gaps,
            problems=tuple(
                Problem(code, shown_address(clip.path), text) for code, text in _problems(container, found, times, info)
            ),
        )


def has_sound(path: str) -> bool:
    """Whether a recording has a sound track; False as well when it cannot be read, which probing it will tell."""
    try:
        with open_recording(path) as container:
            return bool(container.streams.audio)
    except InputError:
        return False


def claimed_s(path: str) -> float | None:
    """How long a recording says it is, without reading it; None when it does not say.

    Raises:
        InputError: there is no such file, or it is no recording that can be read.
    """
    with open_recording(path) as container:
        return None if container.duration is None else container.duration / 1e6


def _info(clip: Clip, container: InputContainer, stream: VideoStream, picture: VideoFrame, times: Timeline) -> ClipInfo:
    turn = orientation(picture)
    width_px, height_px = (picture.height, picture.width) if turn.swapped else (picture.width, picture.height)
    with open_bytes(clip.path) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size_bytes = file.tell()
    return ClipInfo(
        source=clip.source,
        path=clip.path,
        offset_s=clip.offset_s,
        sha256=sha256,
        size_bytes=size_bytes,
        container=_container_name(container, clip.path),
        codec=stream.codec_context.name,
        width_px=width_px,
        height_px=height_px,
        rotation_deg=turn.rotation_deg,
        mean_fps=times.pts.size / times.duration_s if times.duration_s else 0.0,
        variable_rate=times.varies,
        first_pts_s=float(times.clock.first_pts * times.clock.time_base),
        duration_s=times.duration_s,
        duration_from="rate" if times.counted else "packets",
        header_duration_s=container.duration / _CONTAINER_TICKS_PER_S if container.duration else None,
        longest_gap_s=float(np.diff(times.times_s).max(initial=0.0)),
        has_audio=bool(container.streams.audio),
        created_unix_s=_created(container.metadata.get("creation_time") or stream.metadata.get("creation_time")),
    )


def _container_name(container: InputContainer, path: str) -> str:
    """FFmpeg names formats in groups ("mov,mp4,m4a"): the one the file is called by, else the first."""
    names = container.format.name.split(",")
    suffix = Path(shown_address(path)).suffix.lower().lstrip(".")
    return suffix if suffix in names else names[0]


def _created(written: str | None) -> float | None:
    """A creation time as containers write it (ISO 8601, UTC unless it says otherwise), in unix seconds."""
    try:
        when = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    if when.year not in _PLAUSIBLE_YEARS:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _problems(container: InputContainer, found: Tally, times: Timeline, info: ClipInfo) -> Iterator[tuple[str, str]]:
    """(code, sentence) for everything that is wrong but can be worked with."""
    # Some writers mean by duration the time from 0, some that from the start: this takes the one that alarms less.
    ends_s = info.first_pts_s + info.duration_s
    if info.header_duration_s is not None and info.header_duration_s - ends_s > times.pause_s:
        yield (
            "file_ends_early",
            f"the file says it lasts {info.header_duration_s:.1f} s; its pictures end at {ends_s:.1f} s",
        )
    if times.pts.size == 1:
        yield "single_picture", "the file holds a single picture"
    untimed = found.packets - found.pts.size
    if times.counted:
        yield "times_counted", f"the file has no times; its pictures were counted at {info.mean_fps:.3g} per second"
    elif untimed:
        yield "times_missing", f"pictures without a time, left out: {untimed} of {found.packets}"
    if times.strays.size:
        odd_s = times.clock.seconds(int(times.strays[0]))
        yield (
            "times_disordered",
            f"pictures whose times contradict the others, left out: {times.strays.size} of {found.packets} "
            f"(the first says {odd_s:.1f} s)",
        )
    if times.unshown:
        yield "start_unreadable", f"pictures that cannot be decoded ahead of the first one shown: {times.unshown}"
    if found.breaks:
        yield (
            "container_damaged",
            f"places where the file could not be read: {len(set(found.breaks))}, the first after {found.breaks[0]} of "
            f"{found.packets} packets",
        )
    videos = [s for s in container.streams.video if not is_cover(s)]
    if len(videos) > 1:
        yield (
            "several_videos",
            f"the file holds {len(videos)} videos; the one of {info.width_px}x{info.height_px} is used",
        )


def _no_picture(path: str, found: Tally) -> InputError:
    if not found.packets:
        return InputError(
            "the video in this file is empty",
            where=shown_address(path),
            hint="The recording may have been stopped before it began.",
        )
    return InputError(
        f"no picture can be decoded from any of its {found.packets} packets",
        where=shown_address(path),
        hint="Copy it again, or ask for the original recording.",
    )
