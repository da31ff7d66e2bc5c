"""Speech, told from other sounds. The words of the sample were made by espeak-ng; docs/accuracy.md has more."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.detectors.voice import Voice
from proctor_cli.types import Sound
from tests.unit.detectors.pictures import models

SAMPLE = Path(__file__).parents[4] / "shared" / "media" / "webcam" / "clips" / "speech_a.wav"
RATE_HZ, CELL = 16_000, 3072

pytestmark = pytest.mark.models

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice(models("voice"))


def listen(voice: Voice, samples: Samples) -> list[float]:
    """``sound.speech`` of every cell."""
    sounds = [
        Sound(begin / RATE_HZ, RATE_HZ, samples[begin : begin + CELL])
        for begin in range(0, samples.size - CELL + 1, CELL)
    ]
    (found,) = voice.listen([sounds])
    scores = [one.values["sound.speech"] for one in found]
    assert None not in scores
    return [score for score in scores if score is not None]


def spoken() -> Samples:
    with wave.open(str(SAMPLE)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return (samples / 32768).astype(np.float32)


def clicks(rng: np.random.Generator) -> Samples:
    out = np.zeros(10 * RATE_HZ, np.float32)
    for begin in rng.integers(0, out.size - 240, 50):
        out[begin : begin + 240] += 0.2 * np.exp(-np.arange(240) / 40) * rng.standard_normal(240)
    return out


def chords(rng: np.random.Generator) -> Samples:
    times_s = np.arange(10 * RATE_HZ) / RATE_HZ
    tones = [0.05 * np.sin(2 * np.pi * hz * times_s) for hz in (220, 277, 330, 440, 554)]
    return np.asarray(np.sum(tones, axis=0), np.float32)


OTHERS: dict[str, Callable[[np.random.Generator], Samples]] = {
    "silence": lambda rng: np.zeros(10 * RATE_HZ, np.float32),
    "noise": lambda rng: (0.05 * rng.standard_normal(10 * RATE_HZ)).astype(np.float32),
    "keys": clicks,
    "chords": chords,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_sounds_are_no_speech(name: str, voice: Voice) -> None:
    scores = listen(voice, OTHERS[name](np.random.default_rng(5)))
    assert max(scores[2:]) < 0.5
    assert sum(scores) / len(scores) < 0.1


@pytest.mark.media
@pytest.mark.parametrize("gain", [1.0, 0.1, 0.02])
def test_speech_is_speech_at_any_level(gain: float, voice: Voice) -> None:
    scores = listen(voice, (gain * spoken()).astype(np.float32))
    assert sum(score > 0.5 for score in scores) > 0.8 * len(scores)


@pytest.mark.media
def test_speech_under_noise(voice: Voice) -> None:
    samples = spoken()
    noise = 0.2 * samples.std() * np.random.default_rng(2).standard_normal(samples.size)
    scores = listen(voice, (samples + noise).astype(np.float32))
    assert sum(score > 0.5 for score in scores) > 0.7 * len(scores)


@pytest.mark.media
def test_it_begins_and_ends_with_the_words(voice: Voice) -> None:
    quiet = np.zeros(5 * CELL, np.float32)
    scores = listen(voice, np.concatenate([quiet, spoken()[: 20 * CELL], quiet]))
    assert max(scores[1:5]) < 0.3
    assert scores[6] > 0.5
    assert max(scores[-3:]) < 0.3


@pytest.mark.media
def test_a_run_up_of_two_seconds_makes_up_for_what_was_not_heard(voice: Voice) -> None:
    samples = spoken()
    whole, late = listen(voice, samples), listen(voice, samples[10 * CELL :])
    assert np.abs(np.array(whole[21:]) - np.array(late[11:])).max() < 0.05
