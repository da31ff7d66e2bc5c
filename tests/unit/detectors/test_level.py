"""How loud sound is, from made sounds whose level is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.detectors.level import SoundLevel
from proctor_cli.types import Sound

RATE_HZ = 16_000


def measure(samples: NDArray[np.floating]) -> dict[str, float | None]:
    ((seen,),) = SoundLevel({}).listen([[Sound(1.0, RATE_HZ, samples.astype(np.float32))]])
    return dict(seen.values)


def tone(amplitude: float) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * 500 * np.arange(3200) / RATE_HZ)


@pytest.mark.parametrize("amplitude", [1.0, 0.1, 0.001])
def test_a_tone_is_3_db_below_its_peak(amplitude: float) -> None:
    seen = measure(tone(amplitude))
    assert seen["sound.peak_db"] == pytest.approx(20 * np.log10(amplitude), abs=0.01)
    assert seen["sound.level_db"] == pytest.approx(20 * np.log10(amplitude) - 3.01, abs=0.01)


def test_digital_silence_is_the_lowest_there_is() -> None:
    assert measure(np.zeros(3200)) == {"sound.level_db": -120.0, "sound.peak_db": -120.0, "sound.clipped": 0.0}
    assert measure(tone(1e-9))["sound.level_db"] == -120.0


def test_a_constant_offset_is_not_heard() -> None:
    assert measure(tone(0.01) + 0.3)["sound.level_db"] == pytest.approx(measure(tone(0.01))["sound.level_db"], abs=0.01)
    assert measure(np.full(3200, 0.5))["sound.level_db"] == -120.0


def test_samples_at_full_scale_are_clipped() -> None:
    assert measure(np.clip(tone(2.0), -1, 1))["sound.clipped"] == pytest.approx(2 / 3, abs=0.05)
    assert measure(tone(0.9))["sound.clipped"] == 0.0


def test_of_no_samples_nothing_is_said() -> None:
    assert set(measure(np.zeros(0)).values()) == {None}
