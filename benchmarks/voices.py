"""How surely speech is told from other sounds: the second table of "Sound" in docs/accuracy.md.

    python benchmarks/voices.py

Sentences spoken by espeak-ng (which must be installed) in five languages are laid, at known times, over sounds made
here: a fan, keys, music, paper and steps; near and far, loud and low, through the codecs of recorders. Every scene goes
through decoding, the network and the default policy's rule; what is counted are seconds, in and out of SPEECH.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from proctor_cli import media, nets
from proctor_cli.detectors.voice import Voice
from proctor_cli.policy import Policy, load
from proctor_cli.risk import Rulebook
from proctor_cli.types import Clip

RATE_HZ = 16_000
LENGTH_S = 40
NEAR_DB = -26.0
Samples = NDArray[np.float32]

SENTENCES = {
    "en-us": "The second question asks for the mean of the first ten numbers, and then for their variance.",
    "en-gb+f3": "Could you tell me what you have written there? I think it is the third answer, not the second.",
    "vi": "Câu hỏi thứ hai hỏi về giá trị trung bình của mười số đầu tiên.",
    "de+m5": "Die zweite Frage ist schwieriger als die erste, und ich weiß noch nicht, wie sie zu lösen ist.",
    "es+f2": "La segunda pregunta es más difícil que la primera, y todavía no sé cómo resolverla.",
}
PLACES_S = (5.0, 20.0)


def speak(voice: str) -> Samples:
    """The sentence of a voice, without the silence round it, at a root mean square of 1."""
    spoken = subprocess.run(["espeak-ng", "-v", voice, "--stdout", SENTENCES[voice]], check=True, capture_output=True)
    with wave.open(io.BytesIO(spoken.stdout)) as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
        times = np.arange(int(raw.size * RATE_HZ / file.getframerate())) * file.getframerate() / RATE_HZ
    samples = np.interp(times, np.arange(raw.size), raw)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return level(samples[loud[0] : loud[-1]].astype(np.float32))


def level(samples: NDArray[np.floating[Any]]) -> Samples:
    return (samples / max(1e-9, float(np.sqrt(np.mean(np.square(samples)))))).astype(np.float32)


def gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))


# ---------------------------------------------------------------- other sounds, (n,) at a root mean square of 1
def fan(n: int, rng: np.random.Generator) -> Samples:
    """Falling noise and a hum of 120 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(n)) / np.sqrt(np.maximum(1, np.arange(n // 2 + 1)))
    hum = np.sum([np.sin(2 * np.pi * 120 * k * np.arange(n) / RATE_HZ) / k for k in (1, 2, 3)], axis=0)
    return level(level(np.fft.irfft(spectrum, n)) + 0.3 * level(hum))


def white(n: int, rng: np.random.Generator) -> Samples:
    return level(rng.standard_normal(n))


def keys(n: int, rng: np.random.Generator) -> Samples:
    """Five clicks a second, each 15 ms of noise that dies away."""
    out = np.zeros(n)
    click = np.exp(-np.arange(240) / 40)
    for begin in rng.integers(0, n - 240, n * 5 // RATE_HZ):
        out[begin : begin + 240] += click * rng.standard_normal(240) * rng.uniform(0.3, 1)
    return level(out)


def music(n: int, rng: np.random.Generator) -> Samples:
    """Two chords a second with overtones, and a beat."""
    out, length = np.zeros(n), RATE_HZ // 2
    times = np.arange(length) / RATE_HZ
    for begin in range(0, n - length, length):
        root_hz = 110 * 2 ** (rng.integers(0, 12) / 12)
        for note in (1, 1.26, 1.5, 2):
            for k in range(1, 6):
                out[begin : begin + length] += np.sin(2 * np.pi * root_hz * note * k * times) / k * np.exp(-3 * times)
        out[begin : begin + 800] += 3 * rng.standard_normal(800) * np.exp(-np.arange(800) / 150)
    return level(out)


def rustle(n: int, rng: np.random.Generator) -> Samples:
    """Paper, steps, a chair: bursts of noise of 0.1 to 0.6 s in different bands."""
    out = np.zeros(n)
    for begin in rng.integers(0, n - RATE_HZ, n // RATE_HZ):
        size = int(rng.uniform(0.1, 0.6) * RATE_HZ)
        spectrum = np.fft.rfft(rng.standard_normal(size))
        place = np.arange(spectrum.size) / spectrum.size
        low = rng.uniform(0, 0.5)
        spectrum *= (place > low) & (place < low + 0.3)
        out[begin : begin + size] += level(np.fft.irfft(spectrum, size)) * np.hanning(size) * rng.uniform(0.3, 1)
    return level(out)


def far(samples: Samples, rng: np.random.Generator) -> Samples:
    """The same from another room: 0.6 s of echo, little above 2 kHz."""
    decay = np.exp(-6.9 * np.arange(int(0.6 * RATE_HZ)) / (0.6 * RATE_HZ))
    echo = rng.standard_normal(decay.size) * decay
    size = samples.size + echo.size
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(echo, size)
    spectrum[int(2000 / RATE_HZ * size) :] *= 0.1
    return level(np.fft.irfft(spectrum, size)[: samples.size])


Sound = Callable[[int, np.random.Generator], Samples]
Scene = tuple[str, float | None, Sound, float, bool, str]
"""Name; level of the speech (None: there is none) and the other sound; whether it is far away; codec."""

SCENES: tuple[Scene, ...] = (
    ("near, quiet room", NEAR_DB, white, -70, False, "aac"),
    ("near, quiet room, Opus", NEAR_DB, white, -70, False, "libopus"),
    ("low (-46 dB)", -46, white, -70, False, "aac"),
    ("very low (-56 dB)", -56, white, -75, False, "aac"),
    ("far, quiet room", -40, white, -70, True, "aac"),
    ("near, fan 10 dB below", NEAR_DB, fan, -36, False, "aac"),
    ("near, fan as loud", NEAR_DB, fan, -26, False, "aac"),
    ("near, noise 10 dB below", NEAR_DB, white, -36, False, "aac"),
    ("near, keys 10 dB below", NEAR_DB, keys, -36, False, "aac"),
    ("near, music 10 dB below", NEAR_DB, music, -36, False, "aac"),
    ("near, music as loud", NEAR_DB, music, -26, False, "aac"),
    ("near, fan 6 dB louder", -32, fan, -26, False, "aac"),
    ("far, fan 5 dB below", -40, fan, -45, True, "aac"),
    ("fan alone", None, fan, -26, False, "aac"),
    ("noise alone", None, white, -30, False, "aac"),
    ("keys alone", None, keys, -30, False, "aac"),
    ("music alone", None, music, -26, False, "aac"),
    ("paper and steps alone", None, rustle, -30, False, "aac"),
)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="proctor-voices-"))
    try:
        spoken = {voice: speak(voice) for voice in SENTENCES}
    except FileNotFoundError:
        sys.exit("espeak-ng is not installed")
    voice_model = nets.find(nets.load_manifest().choose("default", {})["voice"])
    network, policy = Voice({"voice": voice_model}), load(None)
    print(f"{'scene':26}{'seconds of speech':>18}{'found':>8}{'other seconds':>15}{'false':>8}{'events':>8}")
    for name, speech_db, other, other_db, is_far, codec in SCENES:
        counts = np.zeros(5, int)
        for seed, voice in enumerate(SENTENCES):
            rng = np.random.default_rng(seed)
            samples = other(LENGTH_S * RATE_HZ, rng) * gain(other_db)
            truth = np.zeros(LENGTH_S, bool)
            for place_s in PLACES_S if speech_db is not None else ():
                said = far(spoken[voice], rng) if is_far else spoken[voice]
                begin = int(place_s * RATE_HZ)
                samples[begin : begin + said.size] += said * gain(cast(float, speech_db))
                truth[int(place_s) : round(place_s + said.size / RATE_HZ)] = True
            found, events = listen(write(folder / "scene.mkv", samples, codec), network, policy)
            near = truth | np.roll(truth, 1) | np.roll(truth, -1)  # a second at the edge is neither
            edge = near & ~truth
            counts += [truth.sum(), (found & truth).sum(), (~near).sum(), (found & ~truth & ~edge).sum(), events]
        print(f"{name:26}{counts[0]:18}{counts[1]:8}{counts[2]:15}{counts[3]:8}{counts[4]:8}")


def write(path: Path, samples: Samples, codec: str) -> Path:
    """A recording of these sounds, with a black picture a second."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=1)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = cast(AudioStream, out.add_stream(codec, rate=48_000))
        sound.bit_rate, sound.layout = 48_000, "mono"
        for number in range(samples.size // RATE_HZ):
            picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            picture.pts, picture.time_base = number, Fraction(1)
            out.mux(video.encode(picture))
        resampler = av.AudioResampler(format=sound.format.name, layout="mono", rate=48_000, frame_size=960)
        for number in range(0, samples.size, 1600):
            block = np.clip(samples[number : number + 1600], -1, 1)[None]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, number, Fraction(1, RATE_HZ)
            for resampled in resampler.resample(frame):
                out.mux(sound.encode(resampled))
        for stream in (video, sound):
            out.mux(stream.encode(None))
    return path


def listen(path: Path, network: Voice, policy: Policy) -> tuple[NDArray[np.bool_], int]:
    """Which seconds lie in an event SPEECH, (n,), and how many such events there are."""
    scan = media.probe(Clip("webcam", str(path)))
    rulebook = Rulebook(policy)
    marks = []
    for piece in media.cut_sound(scan):
        stretches = media.SoundSampling(scan, piece).stretches()
        heard = network.listen([sounds for _, sounds in stretches])
        for (run_up, _), observations in zip(stretches, heard, strict=True):
            for observation in observations[run_up:]:
                marks += rulebook.push(observation)
    marks += rulebook.flush(LENGTH_S)
    incidents = [mark.incident for mark in marks if mark.incident and mark.incident.event == "SPEECH"]
    middles = np.arange(LENGTH_S) + 0.5
    inside = np.zeros(LENGTH_S, bool)
    for incident in incidents:
        inside |= (middles >= incident.start_s) & (middles < incident.end_s)
    return inside, len(incidents)


if __name__ == "__main__":
    main()
