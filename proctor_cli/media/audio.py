"""The sound of a clip: mono, 16 kHz, at the time its timestamps say, streamed.

Samples lie on a grid of 1/16000 s whose number 0 is the clip's first picture. Where the timestamps leave a hole there
are no samples; where they disagree with the number of samples by less than `_FORGIVEN_S` the samples are believed
(containers round timestamps, and a sound card's clock is never quite that of the camera).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from math import floor
from typing import TYPE_CHECKING

import av
import numpy as np
from numpy.typing import NDArray

from proctor_cli.media.container import choose_sound, open_recording, packets
from proctor_cli.media.scan import Scan

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.packet import Packet

RATE_HZ = 16_000
"""Samples per second of everything that this module gives."""

_Samples = NDArray[np.float32]

# Below this a timestamp and the count of samples agree.
_FORGIVEN_S = 0.05
# Decoding begins this much ahead of the sample asked for: longer than any codec (Opus: 80 ms) and the resampler take to
# forget where they were started.
_RUN_UP_S = 0.5
# A packet this far behind the end of what is asked for has a wrong time: what follows it may have the right one.
_STRAYS_S = 10.0


@dataclass(slots=True)
class SoundDamage:
    """Where, in seconds from the clip's first picture, packets of sound lay that a decoder refused."""

    packets_s: list[float] = field(default_factory=list)


def read_samples(
    scan: Scan, start_s: float, end_s: float, damage: SoundDamage | None = None
) -> Iterator[tuple[int, _Samples]]:
    """The samples of a stretch of a clip, in blocks: (number of the first sample, (n,) float32 from -1 to 1).

    Blocks come in order of time and never overlap; what lies between two of them is not in the file. Channels are
    averaged. A clip without sound gives none.

    Args:
        scan: the probed clip.
        start_s: where to start, seconds from the clip's first picture.
        end_s: where to end.
        damage: is filled with the places of packets that did not decode.
    """
    damage = SoundDamage() if damage is None else damage
    written, end = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
    for number, samples in _resampled(_decoded(scan, start_s, end_s, damage), scan.info.first_pts_s):
        low, high = max(written, number), min(end, number + samples.size)
        if low < high:
            written = high
            yield low, samples[low - number : high - number]


def sound_envelope(
    scan: Scan, *, hop_s: float = 0.02, limit_s: float | None = None
) -> tuple[float, NDArray[np.float32]]:
    """How loud a clip is while it shows pictures, cheaply: what two recordings of one room have in common.

    Args:
        scan: the probed clip.
        hop_s: length of a stretch that gives one value, seconds, at least one sample.
        limit_s: read no further than so many seconds behind the first picture; None reads all.

    Returns:
        The time of the first value, in seconds from the first picture; and the root mean square of every stretch,
        (n,) float32, 0-1, 0 where there is no sound. Empty when the clip has none.
    """
    hop = max(1, round(hop_s * RATE_HZ))
    energies: dict[int, float] = {}
    end_s = scan.info.duration_s if limit_s is None else min(limit_s, scan.info.duration_s)
    for number, samples in read_samples(scan, 0.0, end_s):
        squares = np.square(samples, dtype=np.float64)
        cells = np.arange(number, number + samples.size) // hop
        borders = np.flatnonzero(np.diff(cells, prepend=cells[0] - 1))
        for cell, energy in zip(cells[borders].tolist(), np.add.reduceat(squares, borders).tolist(), strict=True):
            energies[cell] = energies.get(cell, 0.0) + energy
    if not energies:
        return 0.0, np.zeros(0, np.float32)
    first = min(energies)
    envelope = np.zeros(max(energies) - first + 1, np.float32)
    for cell, energy in energies.items():
        envelope[cell - first] = np.sqrt(energy / hop)
    return first * hop / RATE_HZ, envelope


def _resampled(frames: Iterator[AudioFrame], zero_s: float) -> Iterator[tuple[int, _Samples]]:
    """Decoded sound on the grid, in blocks that may overlap.

    ``zero_s`` is the first picture on the container's clock.
    """
    resampler: av.AudioResampler | None = None
    kind: object = None
    expected_s = 0.0  # where the next frame begins if nothing is missing
    number = 0  # of the next sample that comes out of the resampler
    for frame, following in pairwise(chain(frames, [None])):
        assert frame is not None  # only what follows the last one is
        lasts_s = frame.samples / frame.sample_rate
        start_s = expected_s if frame.time is None else frame.time - zero_s
        if resampler is not None and _is_stray(start_s, expected_s, following, expected_s + lasts_s + zero_s):
            start_s = expected_s
        if resampler is None or abs(start_s - expected_s) > _FORGIVEN_S or kind != _kind(frame):
            for samples in _mono(resampler, None):
                yield number, samples
                number += samples.size
            resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
            kind = _kind(frame)
            expected_s, number = start_s, round(start_s * RATE_HZ)
        expected_s += lasts_s
        for samples in _mono(resampler, frame):
            yield number, samples
            number += samples.size
    for samples in _mono(resampler, None):
        yield number, samples
        number += samples.size


def _is_stray(start_s: float, expected_s: float, following: AudioFrame | None, next_s: float) -> bool:
    """Whether a frame's time is contradicted by the frame after it, which goes on as if nothing had happened."""
    if abs(start_s - expected_s) <= _FORGIVEN_S or following is None or following.time is None:
        return False
    return abs(following.time - next_s) <= _FORGIVEN_S


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    """What a resampler must be made anew for when it changes."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _mono(resampler: av.AudioResampler | None, frame: AudioFrame | None) -> Iterator[_Samples]:
    """What comes out of the resampler for a frame (None: what it still holds), channels averaged."""
    if resampler is None:
        return
    for out in resampler.resample(frame):
        samples = np.nan_to_num(out.to_ndarray().mean(axis=0, dtype=np.float32), posinf=1.0, neginf=-1.0)
        yield np.clip(samples, -1.0, 1.0)


def _decoded(scan: Scan, start_s: float, end_s: float, damage: SoundDamage) -> Iterator[AudioFrame]:
    """The decoded sound from a little before ``start_s`` on until ``end_s``, packet by packet."""
    zero_s = scan.info.first_pts_s
    context: AudioCodecContext | None = None
    at_s = 0.0
    for packet in chain(_packets_from(scan, start_s - _RUN_UP_S), [None]):
        if packet is not None:
            if packet.pts is not None and packet.time_base is not None:
                at_s = float(packet.pts * packet.time_base) - zero_s
            if end_s + _STRAYS_S < at_s:
                continue
            if end_s <= at_s:
                packet = None  # the decoder's last, then
            elif context is None:
                context = packet.stream.codec_context
                context.thread_count = 1
        if context is None:
            return
        try:
            yield from (frame for frame in context.decode(packet) if frame.samples and frame.sample_rate)
        except av.FFmpegError:
            damage.packets_s.append(at_s)
        if packet is None:
            return


def _packets_from(scan: Scan, start_s: float) -> Iterator[Packet[AudioStream]]:
    """The packets from ``start_s`` on, wherever the container's own seeking lands: see decode.py."""
    for seek_s in (start_s, None) if start_s > 0 else (None,):
        found = start_s <= 0
        for packet in _read(scan, seek_s):
            if not found and packet.pts is not None and packet.time_base is not None:
                late_s = float(packet.pts * packet.time_base) - scan.info.first_pts_s - start_s
                if seek_s is not None and late_s > _RUN_UP_S:
                    break  # it landed behind the place asked for
                found = late_s >= 0
            if found:
                yield packet
        if found:
            return


def _read(scan: Scan, seek_s: float | None) -> Iterator[Packet[AudioStream]]:
    """The packets of the clip's sound from the start, or from about ``seek_s`` on; none if it cannot seek there."""
    with open_recording(scan.info.path) as container:
        stream = choose_sound(container)
        if stream is None:
            return
        if seek_s is not None and stream.time_base:
            try:
                container.seek(floor((seek_s + scan.info.first_pts_s) / stream.time_base), stream=stream)
            except av.FFmpegError:
                return
        yield from (packet for packet in packets(container, stream) if packet is not None)
