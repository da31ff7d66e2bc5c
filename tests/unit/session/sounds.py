"""Recordings with sound, made of one room's: what two microphones hear of it, from where on, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
Sound = NDArray[np.float32]


def speak(length_s: float, seed: int = 0) -> Sound:
    """Noise in bursts as long and as loud as syllables, with pauses: (n,) float32."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round(length_s * RATE_HZ), np.float32)
    t_s = 0.0
    while t_s < length_s:
        if random.random() < 0.15:
            t_s += random.exponential(2.0)
        first, count = round(t_s * RATE_HZ), round(random.uniform(0.08, 0.35) * RATE_HZ)
        place = sound[first : first + count]
        place += (random.lognormal(-2.5, 0.7) * np.hanning(count) * random.standard_normal(count))[: len(place)]
        t_s += count / RATE_HZ + random.exponential(0.1)
    return np.clip(sound, -1, 1)


def hear(
    sound: Sound, start_s: float, length_s: float, *, volume: float = 1.0, noise: float = 0.0, drift: float = 0.0
) -> Sound:
    """What a microphone records from ``start_s`` on; its clock may run too slow by the share ``drift``."""
    times = (start_s + np.arange(round(length_s * RATE_HZ)) / RATE_HZ * (1 + drift)) * RATE_HZ
    heard = volume * np.interp(times, np.arange(len(sound)), sound)
    hiss = noise * np.random.default_rng(7).standard_normal(len(heard))
    return np.clip(heard + hiss, -1, 1).astype(np.float32)


def loudness(sound: Sound, hop_s: float = 0.02) -> NDArray[np.float32]:
    """(n,) root mean square of each hop."""
    hop = round(hop_s * RATE_HZ)
    whole = sound[: len(sound) // hop * hop].reshape(-1, hop)
    return np.asarray(np.sqrt(np.square(whole).mean(axis=1)), np.float32)


def film_with_sound(
    path: Path, times_s: Sequence[float], sound: Sound, *, brightness: int = 90, created: str = ""
) -> Path:
    """A small recording with a picture at each of ``times_s``, and sound from its first picture on."""
    with av.open(str(path), "w") as out:
        if created:
            out.metadata["creation_time"] = created
        video = out.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        track = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        for t_s in times_s:
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), brightness, np.uint8), "rgb24")
            picture.pts, picture.time_base = round((t_s) * 1000), Fraction(1, 1000)
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        for first in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, first : first + 1024], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, first, Fraction(1, RATE_HZ)
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path
