"""When one recording began beside another, by their sound: two microphones in one room hear the same things.

What is compared is how loud it is from moment to moment, freed of what the two need not share: their volume, steady
noise, slow changes. That survives other microphones, compression, noise, and clocks that drift apart: 50 parts in a
million are 0.1 s after half an hour, and no more than that is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from proctor_cli import media

# Loudness is read in steps of this, this far into a recording.
_HOP_S = 0.02
_HEARD_S = 1800.0
# First compared in steps of so many hops, at all lags; then hop by hop around the best.
_COARSE = 5
# What changes more slowly than this is not compared, nor what is this much quieter than the loudest hundredth.
_SLOW_S = 2.0
_DEPTH = 1e-5
# A track whose loudness varies by less than this says nothing (white noise: 0.1 dB), nor does one fainter than -100 dB.
_LEAST_DB = 0.5
_LEAST_POWER = 1e-10
# Single noises are loud: what is further from the mean than so many standard deviations counts as that.
_CLIP = 3.0
# Only lags at which both are heard for so long; half of the shorter one, if that is less.
_OVERLAP_S = 20.0
# A lag this close to the best one is the same.
_SAME_S = 1.0
# The best lag is believed if it stands out from chance, and from the second best. In trials with made-up speech it got
# to 6.7 standard deviations, or to 0.47, and never to both, where the tracks had nothing in common; in one room it was
# right, and above both limits, in all trials of five minutes and in most of one.
_LEAST_Z = 7.5
_LEAST_SURE = 0.4

_Floats = NDArray[np.float64]


class Match(NamedTuple):
    """The second recording begins ``lag_s`` after the first; ``sure`` is 1 minus second-best fit over best, 0-1."""

    lag_s: float
    sure: float


Parts = Sequence[tuple[float, media.Scan]]
"""Consecutive parts of a recording, each with when it begins, in seconds from the first picture of the first part."""


def align(first: Parts, second: Parts) -> Match | None:
    """When the second recording begins on the clock of the first, by their sound.

    None when a recording has no sound, or when no lag fits clearly better than all others: different rooms, sound that
    is too short, silence, tones that repeat.
    """
    first_s, one = _listen(first)
    second_s, other = _listen(second) if len(one) else (0.0, one)
    match = match_loudness(one, other, _HOP_S) if len(other) else None
    return None if match is None else Match(match.lag_s + first_s - second_s, match.sure)


def match_loudness(first: NDArray[np.float32], second: NDArray[np.float32], hop_s: float) -> Match | None:
    """When the second track begins on the clock of the first; None when that is not clear.

    Args:
        first: (n,) root mean square of each hop, 0-1; 0 where there is no sound.
        second: (m,) the same of the other.
        hop_s: length of a hop, seconds.
    """
    step_s = _COARSE * hop_s
    one, other = _contrast(first, _COARSE, step_s), _contrast(second, _COARSE, step_s)
    if not one.any() or not other.any():
        return None
    fits = _compare(one, other, min(round(_OVERLAP_S / step_s), min(len(one), len(other)) // 2))
    lags = np.arange(len(fits)) - (len(other) - 1)
    best = int(fits.argmax())
    elsewhere = fits[np.abs(lags - lags[best]) * step_s > _SAME_S]
    sure = 1.0 - max(0.0, float(elsewhere.max(initial=0.0))) / fits[best] if fits[best] > 0 else 0.0
    if fits[best] < _LEAST_Z or sure < _LEAST_SURE:
        return None
    lag = _refine(_contrast(first, 1, hop_s), _contrast(second, 1, hop_s), int(lags[best]) * _COARSE)
    return Match(lag * hop_s, float(sure))


def _listen(parts: Parts) -> tuple[float, NDArray[np.float32]]:
    """The loudness of all parts in a row, and when its first value is; empty without sound."""
    heard = [
        (round((start_s + first_s) / _HOP_S), envelope)
        for start_s, scan in parts
        if scan.info.has_audio and start_s < _HEARD_S
        for first_s, envelope in [media.sound_envelope(scan, hop_s=_HOP_S, limit_s=_HEARD_S - start_s)]
        if len(envelope)
    ]
    if not heard:
        return 0.0, np.zeros(0, np.float32)
    begin = min(first for first, _ in heard)
    loudness = np.zeros(max(first + len(envelope) for first, envelope in heard) - begin, np.float32)
    for first, envelope in heard:
        loudness[first - begin : first - begin + len(envelope)] = envelope
    return begin * _HOP_S, loudness


def _contrast(loudness: NDArray[np.float32], group: int, step_s: float) -> _Floats:
    """Louder or quieter than just before and after, in standard deviations; zeros where nothing can be told."""
    length = len(loudness) // group * group
    power = np.square(loudness[:length], dtype=np.float64).reshape(-1, group).mean(axis=1)
    loud = np.percentile(power, 99) if length else 0.0
    if loud < _LEAST_POWER:
        return np.zeros_like(power)
    level_db = 10 * np.log10(power + _DEPTH * loud)
    around = 2 * round(_SLOW_S / step_s / 2) + 1
    sums = np.cumsum(np.pad(level_db, (around // 2 + 1, around // 2), "edge"))
    contrast_db = level_db - (sums[around:] - sums[:-around]) / around
    spread_db = contrast_db.std()
    if spread_db < _LEAST_DB:
        return np.zeros_like(contrast_db)
    return np.asarray(np.clip(contrast_db / spread_db, -_CLIP, _CLIP))


def _compare(one: _Floats, other: _Floats, least: int) -> _Floats:
    """How well the two fit at each lag from ``1 - len(other)`` on: their correlation in standard deviations of chance.

    The correlation coefficient of n independent pairs has the standard deviation 1 / sqrt(n). -inf where fewer than
    ``least`` pairs are left.
    """
    size = 1 << (len(one) + len(other) - 2).bit_length()

    def correlate(a: _Floats, b: _Floats) -> _Floats:
        around = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
        return np.concatenate([around[size - (len(b) - 1) :], around[: len(a)]])

    pairs = np.rint(correlate(np.ones_like(one), np.ones_like(other)))
    energy = correlate(one**2, np.ones_like(other)) * correlate(np.ones_like(one), other**2)
    coefficients = correlate(one, other) / np.sqrt(np.maximum(energy, 1.0))
    return np.where(pairs >= max(1, least), coefficients * np.sqrt(pairs), -np.inf)


def _refine(one: _Floats, other: _Floats, lag: int) -> int:
    """The best of the lags around ``lag``, in hops."""

    def fit(lag: int) -> float:
        a, b = one[max(0, lag) :], other[max(0, -lag) :]
        length = min(len(a), len(b))
        return float(a[:length] @ b[:length])

    return max(range(lag - _COARSE, lag + _COARSE + 1), key=fit)
