"""How loud the sound is, and whether it is cut off at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from typing import ClassVar

import numpy as np

from proctor_cli.nets import Model
from proctor_cli.types import Observation, Sound, Spec

_FLOOR_DB = -120.0
"""What digital silence measures; the noise of 24 bits lies above it."""
_FULL = 0.99


class SoundLevel:
    """Signals, decibels relative to full scale (0 is the loudest that can be recorded, -120 digital silence).

    - ``sound.level_db``: root mean square, without a constant offset;
    - ``sound.peak_db``: the largest sample;
    - ``sound.clipped``: share of the samples at full scale.
    """

    spec: ClassVar[Spec] = Spec(
        name="sound_level",
        source="sound",
        signals={"sound.level_db": "db", "sound.peak_db": "db", "sound.clipped": "score"},
        interval_s=0.192,
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        """Needs no model and no threads."""

    def listen(self, stretches: Sequence[Sequence[Sound]]) -> list[list[Observation]]:
        """Measure each stretch. See Listener."""
        return [[Observation("sound", sound.t_s, _measure(sound)) for sound in stretch] for stretch in stretches]

    def close(self) -> None:
        """Nothing to free."""


def _measure(sound: Sound) -> dict[str, float | None]:
    samples = sound.samples
    if not samples.size:
        return dict.fromkeys(SoundLevel.spec.signals)
    loud = np.abs(samples)
    return {
        "sound.level_db": _decibels(float(samples.std(dtype=np.float64))),
        "sound.peak_db": _decibels(float(loud.max())),
        "sound.clipped": float((loud >= _FULL).mean()),
    }


def _decibels(amplitude: float) -> float:
    return max(_FLOOR_DB, 20 * log10(amplitude)) if amplitude else _FLOOR_DB
