"""One pass over the packets of a video, decoding only until the first picture has come."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
import numpy as np

from proctor_cli.media.container import packets
from proctor_cli.media.decode import prepare

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray


@dataclass(slots=True)
class Tally:
    """What the packets of a video say, in file order.

    ``picture`` is the first intact picture, None when there is none in the whole file. ``breaks`` holds, for each place
    where the container could not be read, the number of packets before it. Timestamps, durations and
    keyframe marks are kept for the packets that have a timestamp; all three have the same length.
    """

    packets: int = 0
    breaks: list[int] = field(default_factory=list)
    picture: VideoFrame | None = None
    _pts: array[int] = field(default_factory=lambda: array("q"))
    _durations: array[int] = field(default_factory=lambda: array("q"))
    _keys: bytearray = field(default_factory=bytearray)

    @property
    def pts(self) -> NDArray[np.int64]:
        """(n,) timestamps."""
        return np.frombuffer(self._pts, np.int64)

    @property
    def durations(self) -> NDArray[np.int64]:
        """(n,) durations in the units of the timestamps, 0 where unknown."""
        return np.frombuffer(self._durations, np.int64)

    @property
    def keys(self) -> NDArray[np.bool_]:
        """(n,) which packets are keyframes."""
        return np.frombuffer(self._keys, np.bool_)

    def add(self, packet: Packet[VideoStream]) -> None:
        """Count one packet."""
        self.packets += 1
        if packet.pts is not None:
            self._pts.append(packet.pts)
            self._durations.append(packet.duration or 0)
            self._keys.append(packet.is_keyframe)


def tally(container: InputContainer, stream: VideoStream) -> Tally:
    """Read a video from start to end."""
    found = Tally()
    prepare(stream.codec_context)
    for packet in packets(container, stream):
        if packet is None:
            found.breaks.append(found.packets)
            continue
        if not packet.is_discard:
            found.add(packet)
        _look(stream, packet, found)
    _look(stream, None, found)
    return found


def _look(stream: VideoStream, packet: Packet[VideoStream] | None, found: Tally) -> None:
    """Decode a packet (None: the end of the file) unless a picture has been found."""
    if found.picture is not None:
        return
    try:
        found.picture = next((p for p in stream.codec_context.decode(packet) if not p.is_corrupt), None)
    except av.FFmpegError:
        return  # the next packet may do
