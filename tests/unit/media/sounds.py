"""Makers of small recordings with sound, at known times, and of damage to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tests.unit.media.films import numbered

Samples = NDArray[np.float32]
TONE_HZ = 440.0


def silence(length_s: float, rate_hz: int = 48_000) -> Samples:
    return np.zeros(round(length_s * rate_hz), np.float32)


def beeps(length_s: float, *places_s: tuple[float, float], rate_hz: int = 48_000, amplitude: float = 0.5) -> Samples:
    """Silence with a tone in each of ``places_s``, (start_s, end_s)."""
    times_s = np.arange(round(length_s * rate_hz)) / rate_hz
    tone = amplitude * np.sin(2 * np.pi * TONE_HZ * times_s)
    inside = np.zeros(times_s.size, bool)
    for start_s, end_s in places_s:
        inside |= (times_s >= start_s) & (times_s < end_s)
    return np.where(inside, tone, 0).astype(np.float32)


def recording(
    path: Path,
    sound: Samples | None,
    *,
    pictures_s: float = 4.0,
    fps: int = 10,
    picture_start_s: float = 0.0,
    sound_start_s: float = 0.0,
    codec: str = "aac",
    video: str = "mpeg4",
    rate_hz: int = 48_000,
    layout: str = "mono",
    left_out: Collection[int] = (),
    moved_s: Callable[[int], float] = lambda number: 0.0,
) -> Path:
    """A recording of ``fps`` pictures a second with this sound, (n,) or for stereo (2, n), from ``sound_start_s`` on.

    Packets of sound, by number, can be ``left_out``, or have wrong times (``moved_s``).
    """
    with av.open(str(path), "w") as out:
        pictures = cast(VideoStream, out.add_stream(video, rate=fps))
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        track = None if sound is None else cast(AudioStream, out.add_stream(codec, rate=rate_hz, layout=layout))
        for number in range(round(pictures_s * fps)):
            frame = av.VideoFrame.from_ndarray(numbered(number, 64, 48), "rgb24")
            frame.pts, frame.time_base = round(picture_start_s * fps) + number, Fraction(1, fps)
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode(None))
        if track is not None and sound is not None:
            _write(out, track, np.atleast_2d(sound), rate_hz, layout, sound_start_s, left_out, moved_s)
    return path


def _write(
    out: av.container.OutputContainer,
    track: AudioStream,
    sound: Samples,
    rate_hz: int,
    layout: str,
    start_s: float,
    left_out: Collection[int],
    moved_s: Callable[[int], float],
) -> None:
    size = track.codec_context.frame_size or 1024
    converter = av.AudioResampler(format=track.format.name, layout=layout, rate=rate_hz, frame_size=size)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, round(start_s * rate_hz), Fraction(1, rate_hz)
    frames = [*converter.resample(frame), *converter.resample(None)]
    packets = [packet for one in frames for packet in track.encode(one)] + track.encode(None)
    for number, packet in enumerate(packets):
        moved = round(moved_s(number) / packet.time_base) if packet.time_base else 0
        if number not in left_out and packet.pts is not None:
            packet.pts += moved
            out.mux(packet)
