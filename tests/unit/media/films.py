"""Makers of small recordings whose every picture carries its own number, and of damage to them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from proctor_cli.media import Sampling, Scan, cut, probe
from proctor_cli.types import Clip, DecodeLoss, Frame

Picture = Callable[[int, int, int], NDArray[np.uint8]]

BITS = 10
X264_B_FRAMES = {"preset": "ultrafast", "x264-params": "bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0"}
USUAL = {"libx264": X264_B_FRAMES, "libx265": {"x265-params": "log-level=none:keyint=12"}}
TICKS_PER_S = 1000


def numbered(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """(height, width, 3) uint8: the number as ten bars, lowest bit left, light for 1; below them texture."""
    rgb = np.zeros((height, width, 3), np.uint8)
    bars = [(200 if number >> bit & 1 else 50) for bit in range(BITS)]
    rgb[: height * 2 // 3] = np.repeat(np.array(bars, np.uint8), -(-width // BITS))[:width, None]
    columns, rows = np.meshgrid(np.arange(width), np.arange(height - height * 2 // 3))
    rgb[height * 2 // 3 :] = ((columns * 3 + rows * 5 + number * 9) % 160 + 40)[..., None]
    return rgb


def plain(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Grey 60 and grey 120 by turns."""
    return np.full((height, width, 3), 120 if number % 2 else 60, np.uint8)


def number_of(frame: Frame) -> int:
    """The number that a picture carries."""
    height, width = frame.rgb.shape[:2]
    bar = width / BITS
    middle = frame.rgb[height // 6 : height // 2].mean(axis=(0, 2))
    return sum((middle[int((bit + 0.5) * bar)] > 125) << bit for bit in range(BITS))


def even(count: int, fps: float = 25.0) -> list[float]:
    """Times of ``count`` pictures at a constant rate, seconds."""
    return [i / fps for i in range(count)]


def film(
    path: Path | io.RawIOBase,
    times_s: Sequence[float],
    codec: str = "libx264",
    *,
    options: Mapping[str, str] | None = None,
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (160, 120),
    gop: int = 12,
    container: str | None = None,
    picture: Picture = numbered,
    audio_s: float = 0.0,
    muxing: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    rate: int = 25,
    ticks_per_s: int = TICKS_PER_S,
    first_number: int = 0,
) -> Path:
    """A recording with a picture at each of ``times_s``, the first one numbered ``first_number``."""
    name = str(path) if isinstance(path, Path) else path
    with av.open(cast(Any, name), "w", format=container, container_options=dict(muxing or {})) as out:
        out.metadata.update(metadata or {})
        stream = _video(out, codec, size, pix_fmt, options, gop, rate, ticks_per_s)
        if audio_s:
            _write_silence(out, out.add_stream("aac", rate=48000), audio_s)
        for number, t_s in enumerate(times_s, first_number):
            frame = av.VideoFrame.from_ndarray(picture(number, *size), "rgb24")
            frame.pts, frame.time_base = round(t_s * ticks_per_s), Fraction(1, ticks_per_s)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path if isinstance(path, Path) else Path()


def _video(
    out: OutputContainer,
    codec: str,
    size: tuple[int, int],
    pix_fmt: str,
    options: Mapping[str, str] | None,
    gop: int,
    rate: int,
    ticks_per_s: int,
) -> VideoStream:
    stream = cast(
        VideoStream,
        out.add_stream(codec, rate=rate, options=dict(USUAL.get(codec, {}) if options is None else options)),
    )
    stream.width, stream.height = size
    stream.pix_fmt = pix_fmt
    stream.codec_context.gop_size = gop
    stream.codec_context.time_base = Fraction(1, ticks_per_s)
    stream.codec_context.thread_count = 1
    return stream


def _write_silence(out: OutputContainer, sound: AudioStream, seconds: float) -> None:
    for i in range(int(seconds * 48000) // 960):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, i * 960, Fraction(1, 48000)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def film_of_packets(
    path: Path, sizes: Iterable[tuple[int, int]], fps: int = 10, wrong_pts: Mapping[int, int] | None = None
) -> Path:
    """A Motion JPEG recording in Matroska whose pictures have these sizes, numbered from 0, and mostly right times."""
    with av.open(str(path), "w") as out:
        stream: VideoStream | None = None
        for number, (width, height) in enumerate(sizes):
            context = av.CodecContext.create("mjpeg", "w")
            context.width, context.height, context.pix_fmt = width, height, "yuvj420p"
            context.time_base = Fraction(1, fps)
            frame = av.VideoFrame.from_ndarray(numbered(number, width, height), "rgb24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            if stream is None:
                stream = out.add_stream("mjpeg", rate=fps)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
            for packet in [*context.encode(frame), *context.encode(None)]:
                packet.stream, packet.dts, packet.time_base = stream, number, Fraction(1, fps)
                packet.pts = (wrong_pts or {}).get(number, number)
                out.mux(packet)
    return path


def film_with_two_videos(path: Path, *, cover: bool, video: bool = True) -> Path:
    """A 160x120 video (unless left out), and a 320x240 one, which may be a cover picture."""
    with av.open(str(path), "w") as out:
        large = out.add_stream("mjpeg", rate=10)
        large.width, large.height, large.pix_fmt = 320, 240, "yuvj420p"
        large.disposition = Disposition.attached_pic if cover else Disposition(0)
        streams: list[VideoStream] = [large]
        if video:
            small = out.add_stream("mpeg4", rate=10)
            small.width, small.height, small.pix_fmt = 160, 120, "yuv420p"
            small.disposition = Disposition(0)
            streams.append(small)
        for number in range(10):
            for stream in streams[1:] if cover and number else streams:
                frame = av.VideoFrame.from_ndarray(numbered(number, stream.width, stream.height), "rgb24")
                frame.pts = number
                out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return path


class Pipe(io.RawIOBase):
    """Somewhere to write that cannot seek, as a browser's recorder writes."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written += data
        return len(data)


def turned(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write a display matrix (1, 0 or -1 each) into the first track of an MP4 file, as a phone does."""
    data = bytearray(path.read_bytes())
    # ISO/IEC 14496-12 8.3.2: the matrix stands 40 bytes behind the name of a version 0 track header box.
    at = data.index(b"tkhd") + 44
    for place, value in ((0, a), (4, b), (12, c), (16, d)):
        data[at + place : at + place + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    return path


def blanked(path: Path, numbers: Iterable[int]) -> list[int]:
    """Zero some packets of an MP4 file, counted in file order; returns the timestamps of all packets, in that order."""
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size, p.pts) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for number in numbers:
        pos, size, _ = packets[number]
        assert pos is not None
        data[pos : pos + size] = bytes(size)
    path.write_bytes(data)
    return [pts for _, _, pts in packets if pts is not None]


def scan_of(path: Path, offset_s: float = 0.0) -> Scan:
    return probe(Clip("webcam", str(path), offset_s))


def frames_of(
    scan: Scan, step_s: float = 0.2, target_s: float = 1e9, span: tuple[float, float] | None = None
) -> tuple[list[Frame], list[DecodeLoss]]:
    """All frames of all slices, and what each slice lost."""
    frames: list[Frame] = []
    losses: list[DecodeLoss] = []
    for piece in cut(scan, step_s, target_s, span):
        sampling = Sampling(scan, piece)
        frames += sampling
        losses.append(sampling.loss)
    return frames, losses


def numbers_of(frames: Iterable[Frame]) -> list[int]:
    return [number_of(frame) for frame in frames]
