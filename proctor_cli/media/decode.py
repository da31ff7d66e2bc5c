"""Pictures from packets, one packet at a time, so that a damaged packet costs no more than itself."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import av
from av.codec.context import Flags

from proctor_cli.media.container import open_recording, packets
from proctor_cli.media.scan import Scan

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# The keyframe before a damaged one is intact as a rule; where several in a row are not, the stretch is lost in one
# long pass as well. And three refreshes one after the other leave nothing of a picture that was not there.
MAX_STEPS_BACK = 3


@dataclass(slots=True)
class Damage:
    """Timestamps of the packets a decoder refused, and of the pictures it marked as corrupt."""

    packets: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)


def prepare(context: VideoCodecContext, threads: int = 1) -> None:
    """Set up a decoder before its first packet.

    Threads share the work inside one picture only: with several pictures in flight an error would be
    reported for a later packet than the one that caused it. Corrupt pictures are asked for so that they
    can be counted.
    """
    context.thread_count = threads
    context.thread_type = "SLICE"
    context.flags |= Flags.output_corrupt


def pictures(
    scan: Scan, keyframe: int, damage: Damage, threads: int = 1, wanted: Container[int] | None = None
) -> Iterator[tuple[int, VideoFrame]]:
    """The intact pictures of a clip with their timestamps, from a keyframe on, in the order they are shown.

    A picture that the decoder itself marks as corrupt is left out: what is seen in it would be the fault of the
    file, not a fact about the candidate. In a clip without timestamps the pictures are counted.

    When the keyframe does not come out as the first intact picture it is damaged, or it only begins to refresh the
    picture bit by bit; then pictures from a few keyframes earlier on come as well.

    With ``wanted``, pictures that are not and to which no other refers are not decoded: a fifth of the time in files
    with B-frames. After a damaged keyframe H.264 then loses half a second more, so it is for files that are whole.

    Args:
        scan: the probed clip.
        keyframe: where to start, an index into ``scan.keyframes``.
        damage: is filled with what goes wrong.
        threads: cap on the decoder's threads.
        wanted: the timestamps of the pictures that matter; None for all.
    """
    oldest = max(0, keyframe - MAX_STEPS_BACK)
    for entry in range(keyframe, oldest - 1, -1):
        damage.packets.clear()
        damage.pictures.clear()
        decoded = _decoded(scan, entry, damage, threads, wanted)
        first = next(decoded, None)
        if entry == oldest or (first and first[0] == scan.keyframes[entry]):
            yield from chain([first] if first else [], decoded)
            return


def _decoded(
    scan: Scan, keyframe: int, damage: Damage, threads: int, wanted: Container[int] | None
) -> Iterator[tuple[int, VideoFrame]]:
    """The same from this very keyframe on, whether or not it comes out itself."""
    pts = scan.keyframes[keyframe]
    count = scan.clock.first_pts
    counted = scan.info.duration_from == "rate"
    context: VideoCodecContext | None = None
    for packet in chain(_packets_from(scan, keyframe), [None]):
        if packet is not None:
            pts = pts if packet.pts is None else packet.pts
            if context is None:
                context = packet.stream.codec_context
                prepare(context, threads)
        if context is None:
            return
        if wanted is not None and not counted:
            context.skip_frame = "DEFAULT" if pts in wanted else "NONREF"
        try:
            decoded = context.decode(packet)
        except av.FFmpegError:
            damage.packets.append(count if counted else pts)
            continue
        for picture in decoded:
            shown = count if counted else picture.pts
            count += 1
            if shown is None or not scan.shows(shown):
                continue
            if picture.is_corrupt:
                damage.pictures.append(shown)
            else:
                yield shown, picture


def _packets_from(scan: Scan, keyframe: int) -> Iterator[Packet[VideoStream]]:
    """The packets from a keyframe on, wherever the container's own seeking lands.

    Some containers cannot seek, some land behind the place asked for (MPEG-PS) or well ahead of it (ASF); then the
    packets in between, or from the start of the file, are read without being decoded.
    """
    if keyframe == 0:
        yield from _read(scan)
        return
    target = scan.keyframes[keyframe]
    for seek_pts in (target, None):
        found = False
        for packet in _read(scan, seek_pts):
            found = found or (packet.is_keyframe and packet.pts == target)
            if found:
                yield packet
            elif seek_pts is not None and packet.pts is not None and packet.pts > target:
                break
        if found:
            return


def _read(scan: Scan, seek_pts: int | None = None) -> Iterator[Packet[VideoStream]]:
    """The packets of the clip's video from the start, or from about ``seek_pts`` on; none if it cannot seek there."""
    with open_recording(scan.info.path) as container:
        stream = container.streams.video[scan.video_index]
        if seek_pts is not None:
            try:
                container.seek(seek_pts, stream=stream)
            except av.FFmpegError:
                return
        yield from (packet for packet in packets(container, stream) if packet is not None)
