"""Talking, from made series of the gap between the lips.

No recording with labelled speech was at hand, so speech is made: syllables of uneven length and size with pauses
between sentences, looked at five times a second with the noise that still lips show in real recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import pi, sin
from random import Random
from typing import Any

import pytest

from proctor_cli.policy import Policy, Talking, load
from proctor_cli.risk import derive, judge
from proctor_cli.risk.talking import count_swings
from proctor_cli.types import Incident, Observation
from tests.unit.risk.cases import recording_of

_DEFAULT = load(None)
NOISE = 0.008


def policy_of(**changes: Any) -> Policy:
    """Limits as the tests need them, whatever the shipped policy says."""
    limits = {
        "window_s": 3.0,
        "min_swing": 0.03,
        "full_per_s": 2.5,
        "min_open": 0.04,
        "min_open_share": 0.4,
        "max_yaw_deg": 35.0,
        "max_smile": 0.5,
        **changes,
    }
    return _DEFAULT.model_copy(update={"talking": Talking.model_validate(limits)})


def looks(
    gap: Callable[[float], float | None], end_s: float, every_s: float = 0.2, yaw_deg: float = 0.0, smile: float = 0.1
) -> list[Observation]:
    """The mouth signals of a face whose lips are ``gap(t_s)`` apart."""
    times = (round(i * every_s, 3) for i in range(round(end_s / every_s)))
    return [
        Observation(
            "webcam",
            t_s,
            {
                "head.yaw_deg": yaw_deg,
                "head.pitch_deg": 0.0,
                "gaze.yaw_deg": None,
                "gaze.pitch_deg": None,
                "eyes.open": 1.0,
                "mouth.open": gap(t_s),
                "mouth.smile": smile,
            },
        )
        for t_s in times
    ]


def speech(seed: int, size: float = 0.15, end_s: float = 20.0, per_s: float = 5.0) -> Callable[[float], float]:
    """The gap between lips that speak: ``size`` is that of a usual syllable, ``per_s`` how many there are."""
    random = Random(seed)
    syllables: list[tuple[float, float, float]] = []
    t_s, pause_s = 0.0, random.uniform(1.5, 3)
    while t_s < end_s:
        length_s = max(0.1, random.gauss(1 / per_s, 0.05))
        syllables.append((t_s, length_s, min(0.6, size * random.lognormvariate(0, 0.6))))
        t_s += length_s
        if t_s > pause_s:
            t_s += random.uniform(0.3, 0.8)
            pause_s = t_s + random.uniform(1.5, 3)

    def gap(t_s: float) -> float:
        open_by = 0.01 + random.gauss(0, NOISE)
        for start_s, length_s, most in syllables:
            if start_s <= t_s < start_s + length_s:
                open_by += most * (0.15 + 0.85 * sin(pi * (t_s - start_s) / length_s) ** 2)
        return max(0.0, open_by)

    return gap


def still(seed: int = 0) -> Callable[[float], float]:
    random = Random(seed)
    return lambda t_s: abs(random.gauss(0.01, NOISE))


def talking(observations: Sequence[Observation], **changes: Any) -> list[float | None]:
    return [one.values["mouth.talking"] for one in derive(observations, policy_of(**changes))]


def highest(observations: Sequence[Observation]) -> float:
    return max(value for value in talking(observations) if value is not None)


def incidents(observations: Sequence[Observation], end_s: float) -> list[Incident]:
    found = judge(recording_of(end_s), observations, _DEFAULT).incidents
    return [incident for incident in found if incident.event == "TALKING"]


class TestSpeech:
    @pytest.mark.parametrize("per_s", [3.0, 4.0, 5.0, 6.0, 7.0])
    def test_it_is_found_at_any_speed_though_five_looks_a_second_do_not_follow_it(self, per_s: float) -> None:
        found = [incidents(looks(speech(seed, per_s=per_s), 20), 20) for seed in range(12)]
        assert sum(bool(one) for one in found) >= 11

    def test_it_is_told_from_its_first_seconds_to_shortly_after_its_end(self) -> None:
        spoken, silent = speech(1, end_s=20.0), still()
        film = looks(lambda t_s: spoken(t_s - 10) if 10 <= t_s < 30 else silent(t_s), 45)
        found = incidents(film, 45)
        assert found
        assert 10 <= found[0].start_s <= 14
        assert 28 <= found[-1].end_s <= 34
        assert all(incident.severity == "info" for incident in found)

    @pytest.mark.parametrize("size", [0.08, 0.25])
    def test_whispers_and_shouts(self, size: float) -> None:
        found = [incidents(looks(speech(seed, size=size), 20), 20) for seed in range(12)]
        assert sum(bool(one) for one in found) >= 9

    def test_a_single_word_is_not_enough(self) -> None:
        word = speech(2, size=0.2, end_s=1.0)
        silent = still()
        assert incidents(looks(lambda t_s: word(t_s - 5) if 5 <= t_s < 6 else silent(t_s), 20), 20) == []


class TestWhatIsNoSpeech:
    def test_still_lips(self) -> None:
        assert highest(looks(still(), 30)) == 0

    def test_a_yawn(self) -> None:
        silent = still()
        yawn = looks(lambda t_s: 0.8 * sin(pi * (t_s - 5) / 4) if 5 <= t_s < 9 else silent(t_s), 20)
        assert highest(yawn) < 0.4

    def test_a_mouth_that_stays_open(self) -> None:
        random = Random(3)
        assert highest(looks(lambda t_s: 0.3 + random.gauss(0, NOISE), 30)) < 0.6

    def test_chewing_with_closed_lips(self) -> None:
        random = Random(4)
        chewing = looks(lambda t_s: abs(0.012 + 0.01 * sin(2 * pi * 1.4 * t_s) + random.gauss(0, NOISE)), 30)
        assert highest(chewing) == 0

    def test_glitches_in_closed_lips(self) -> None:
        random = Random(5)  # as on a face with something drawn over its mouth: one look in five is wrong
        silent = still()
        film = looks(lambda t_s: 0.15 if random.random() < 0.2 else silent(t_s), 60)
        assert incidents(film, 60) == []


class TestUnknown:
    def test_until_enough_was_seen(self) -> None:
        values = talking(looks(speech(1), 4))
        assert values[:8] == [None] * 8
        assert None not in values[8:]

    @pytest.mark.parametrize("how", [{"yaw_deg": 40.0}, {"yaw_deg": -40.0}, {"smile": 0.8}])
    def test_in_a_turned_head_and_in_a_smile(self, how: dict[str, float]) -> None:
        assert set(talking(looks(speech(1), 10, **how))) == {None}

    def test_where_the_mouth_is_too_small(self) -> None:
        assert set(talking(looks(lambda t_s: None, 10))) == {None}

    def test_where_looks_are_rare(self) -> None:
        assert set(talking(looks(speech(1), 20, every_s=0.5))) == {None}

    def test_what_was_seen_before_a_gap_is_forgotten(self) -> None:
        before = looks(speech(1), 5)
        after = looks(still(), 5)
        later = [Observation("webcam", one.t_s + 60, one.values) for one in after]
        assert talking([*before, *later])[len(before)] is None


@pytest.mark.parametrize(
    ("series", "swings"),
    [
        ([], 0),
        ([0.5], 0),
        ([0, 0.2, 0.4, 0.6], 1),
        ([0, 1, 0], 2),
        ([1, 0, 1, 0], 3),
        ([0, 0.05, 0, 0.05, 0], 0),
        ([0, 1, 0.95, 1, 0.2, 0.25, 0.1, 1], 3),
        ([0.5, 0.44, 0.56, 0.5], 1),
    ],
)
def test_a_swing_is_counted_once(series: list[float], swings: int) -> None:
    assert count_swings(series, 0.1) == swings


def test_the_past_alone_decides() -> None:
    film = looks(speech(7), 20)
    assert talking(film)[:50] == talking(film[:50])
