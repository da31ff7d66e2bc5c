"""What every detector of sound must do. A new line in REGISTRY is tested here without a new test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray

from proctor_cli.detectors import REGISTRY, Listener, find_listener
from proctor_cli.detectors import find as find_detector
from proctor_cli.errors import ModelError
from proctor_cli.media import SOUND_STEP_S
from proctor_cli.nets import find, load_manifest
from proctor_cli.types import Observation, Sound, Spec
from tests.unit.detectors.pictures import models

NAMES = tuple(name for name in REGISTRY if find_detector(name).spec.source == "sound")
WITH_MODELS = tuple(name for name in NAMES if find_listener(name).spec.models)
UNITS = {"score", "db", "ratio", "s"}
RATE_HZ, CELL = 16_000, 3072

Samples = NDArray[np.float32]


def spec_of(name: str) -> Spec:
    return find_listener(name).spec


# ---------------------------------------------------------------- what it says of itself
@pytest.mark.parametrize("name", NAMES)
class TestSpec:
    def test_name_is_its_key(self, name: str) -> None:
        assert spec_of(name).name == name

    def test_signals_are_named_family_measure_with_a_known_unit(self, name: str) -> None:
        assert spec_of(name).signals
        for signal, unit in spec_of(name).signals.items():
            # What begins otherwise is taken to be seen by the webcam: risk/derive.py, find_inputs.
            assert re.fullmatch(r"sound\.[a-z][a-z0-9]*(_[a-z0-9]+)*", signal), signal
            assert unit in UNITS, signal
            assert signal.endswith("_db") == (unit == "db"), signal

    def test_no_other_measures_the_same(self, name: str) -> None:
        others = {signal for other in NAMES if other != name for signal in spec_of(other).signals}
        assert not others & spec_of(name).signals.keys()

    def test_it_hears_cell_by_cell_and_finds_no_boxes(self, name: str) -> None:
        assert spec_of(name).interval_s == SOUND_STEP_S
        assert (spec_of(name).finds, spec_of(name).needs) == ((), "")

    def test_its_models_are_in_every_shipped_set_and_of_a_family_it_reads(self, name: str) -> None:
        manifest, families = load_manifest([]), spec_of(name).families
        assert families.keys() == set(spec_of(name).models)
        for set_name in manifest.sets:
            chosen = manifest.choose(set_name)
            assert all(chosen[role].family in families[role] for role in spec_of(name).models), set_name


# ---------------------------------------------------------------- what it measures
def noise(size: int = CELL, seed: int = 1, amplitude: float = 0.1) -> Samples:
    return (amplitude * np.random.default_rng(seed).standard_normal(size)).clip(-1, 1).astype(np.float32)


def locked() -> Samples:
    samples = noise()
    samples.flags.writeable = False
    return samples


SAMPLES: Mapping[str, Callable[[], Samples]] = {
    "noise": noise,
    "silence": lambda: np.zeros(CELL, np.float32),
    "faint": lambda: noise(amplitude=1e-8),
    "full scale": lambda: np.sign(noise()),
    "constant": lambda: np.full(CELL, 0.5, np.float32),
    "none at all": lambda: np.zeros(0, np.float32),
    "one": lambda: noise(1),
    "just under a window": lambda: noise(511),
    "an odd number": lambda: noise(3001),
    "long": lambda: noise(100_000),
    "every other": lambda: noise(2 * CELL)[::2],
    "backwards": lambda: noise()[::-1],
    "read-only": locked,
}


def stretch(*samples: Samples, start_s: float = 1.0, rate_hz: int = RATE_HZ) -> list[Sound]:
    """Sounds that follow each other."""
    sounds: list[Sound] = []
    for block in samples:
        sounds.append(Sound(sounds[-1].end_s if sounds else start_s, rate_hz, block))
    return sounds


def noises(count: int, seed: int) -> list[Sound]:
    return stretch(*(noise(seed=seed + number) for number in range(count)), start_s=float(seed))


def values_of(found: Sequence[Sequence[Observation]]) -> list[list[Mapping[str, float | None]]]:
    return [[one.values for one in observations] for observations in found]


def alike(found: Sequence[Sequence[Observation]], others: Sequence[Sequence[Observation]]) -> bool:
    """Whether they say the same, but for the last digits."""
    assert [[one.t_s for one in row] for row in found] == [[one.t_s for one in row] for row in others]
    pairs = zip(
        (v for row in values_of(found) for v in row), (v for row in values_of(others) for v in row), strict=True
    )
    return all(first == pytest.approx(second, abs=1e-5) for first, second in pairs)


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[str], Listener]]:
    """Every listener, opened when first asked for."""
    kept: dict[str, Listener] = {}

    def get(name: str) -> Listener:
        if name not in kept:
            kept[name] = find_listener(name)(models(*spec_of(name).models), 1)
        return kept[name]

    yield get
    for listener in kept.values():
        listener.close()


@pytest.mark.models
@pytest.mark.parametrize("name", NAMES)
class TestListen:
    @pytest.mark.parametrize("samples", SAMPLES)
    @pytest.mark.parametrize("rate_hz", [RATE_HZ, 8_000])
    def test_any_sound_is_measured(
        self, name: str, samples: str, rate_hz: int, opened: Callable[[str], Listener]
    ) -> None:
        sounds = stretch(SAMPLES[samples](), noise(), rate_hz=rate_hz)
        (found,) = opened(name).listen([sounds])
        assert [(one.source, one.t_s) for one in found] == [("sound", sound.t_s) for sound in sounds]
        for one in found:
            assert one.values.keys() == spec_of(name).signals.keys()
            assert (one.boxes, one.texts) == ((), ())
            for signal, value in one.values.items():
                assert value is None or (type(value) is float and isfinite(value)), signal
                assert value is None or spec_of(name).signals[signal] != "score" or 0 <= value <= 1, signal

    def test_nothing_gives_nothing(self, name: str, opened: Callable[[str], Listener]) -> None:
        assert opened(name).listen([]) == []
        assert opened(name).listen([[], noises(1, 1), []])[::2] == [[], []]

    def test_the_same_gives_the_same(self, name: str, opened: Callable[[str], Listener]) -> None:
        stretches = [noises(3, 1), noises(5, 10), noises(2, 20)]
        found = opened(name).listen(stretches)
        assert found == opened(name).listen(stretches)
        assert any(value is not None for value in found[0][0].values.values())

    def test_a_stretch_gives_what_it_gives_alone(self, name: str, opened: Callable[[str], Listener]) -> None:
        stretches, listen = [noises(3, 1), noises(5, 10), noises(2, 20)], opened(name).listen
        together = listen(stretches)
        assert alike(together, [listen([one])[0] for one in stretches])
        assert alike(together, listen(stretches[::-1])[::-1])

    def test_a_sound_gives_what_it_gives_with_less_behind_it(
        self, name: str, opened: Callable[[str], Listener]
    ) -> None:
        sounds, listen = noises(6, 1), opened(name).listen
        assert alike([listen([sounds])[0][:2]], listen([sounds[:2]]))

    def test_sounds_are_left_as_they_are(self, name: str, opened: Callable[[str], Listener]) -> None:
        sounds = noises(3, 1)
        as_given = [sound.samples.tobytes() for sound in sounds]
        opened(name).listen([sounds])
        assert [sound.samples.tobytes() for sound in sounds] == as_given

    def test_the_number_of_threads_does_not_show(self, name: str, opened: Callable[[str], Listener]) -> None:
        stretches = [noises(3, 1), noises(5, 10)]
        listener = find_listener(name)(models(*spec_of(name).models), 2)
        assert listener.listen(stretches) == opened(name).listen(stretches)
        listener.close()


@pytest.mark.models
@pytest.mark.parametrize("name", WITH_MODELS)
def test_a_file_that_is_no_network_is_refused(name: str, tmp_path: Path) -> None:
    broken = {}
    for role, model in models(*spec_of(name).models).items():
        files = tuple(structs.replace(file, sha256="", size_bytes=0) for file in model.entry.files)
        for file in files:
            (tmp_path / file.path).write_bytes(b"no network" * 100)
        broken[role] = find(structs.replace(model.entry, files=files), [tmp_path])
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        find_listener(name)(broken)
    assert str(tmp_path) in caught.value.where
