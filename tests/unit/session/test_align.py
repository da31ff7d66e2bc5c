"""Two recordings of one room put beside each other by what is heard in both."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from proctor_cli.session.align import align, match_loudness
from tests.unit.media.films import even, film, scan_of
from tests.unit.session.sounds import RATE_HZ, Sound, film_with_sound, hear, loudness, speak

HOP_S = 0.02


@cache
def room(seed: int = 0, length_s: float = 200.0) -> Sound:
    return speak(length_s, seed)


class TestLoudness:
    @pytest.mark.parametrize("lag_s", [-41.37, -3.0, 0.0, 0.5, 17.21, 60.0])
    def test_finds_when_the_second_began(self, lag_s: float) -> None:
        first, second = hear(room(), 60, 90), hear(room(), 60 + lag_s, 80)
        match = match_loudness(loudness(first), loudness(second), HOP_S)
        assert match is not None
        assert match.lag_s == pytest.approx(lag_s, abs=0.03)
        assert match.sure > 0.5

    @pytest.mark.parametrize(("volume", "noise"), [(0.05, 0.0), (3.0, 0.0), (1.0, 0.02), (0.05, 0.003), (0.01, 0.0001)])
    def test_volume_and_noise_change_nothing(self, volume: float, noise: float) -> None:
        first, second = hear(room(), 30, 120), hear(room(), 52.5, 120, volume=volume, noise=noise)
        match = match_loudness(loudness(first), loudness(second), HOP_S)
        assert match is not None
        assert match.lag_s == pytest.approx(22.5, abs=0.03)

    def test_ten_minutes_apart_with_clocks_that_drift(self) -> None:
        whole = loudness(room(1, 60.0))  # of a long session only the loudness, which is quick to make
        random = np.random.default_rng(3)
        session = np.concatenate([random.permutation(whole.reshape(-1, 25)).ravel() for _ in range(45)])
        first = session[: round(1800 / HOP_S)]
        drifting = np.arange(round(1800 / HOP_S)) * (1 + 50e-6)
        second = np.interp(drifting + 600 / HOP_S, np.arange(len(session)), session)
        match = match_loudness(first, second.astype(np.float32), HOP_S)
        assert match is not None
        assert match.lag_s == pytest.approx(600.0, abs=0.08)
        assert match.sure > 0.8

    @pytest.mark.parametrize(
        "other",
        [
            speak(90, seed=99),
            np.zeros(90 * RATE_HZ, np.float32),
            (0.01 * np.random.default_rng(1).standard_normal(90 * RATE_HZ)).astype(np.float32),
            hear(speak(10, seed=0), 0, 10)[: RATE_HZ // 2],
            np.zeros(3, np.float32),
        ],
        ids=["another room", "silence", "steady noise", "half a second", "nearly nothing"],
    )
    def test_what_has_nothing_in_common_is_not_matched(self, other: Sound) -> None:
        ours = loudness(hear(room(), 0, 90))
        assert match_loudness(ours, loudness(other), HOP_S) is None
        assert match_loudness(loudness(other), ours, HOP_S) is None

    @pytest.mark.parametrize("period_s", [0.4, 1.0, 3.0, 10.0])
    def test_tones_that_repeat_are_not_matched(self, period_s: float) -> None:
        times_s = np.arange(90 * RATE_HZ) / RATE_HZ
        tones = np.where(times_s % period_s < 0.2, 0.2 * np.sin(2 * np.pi * 440 * times_s), 0).astype(np.float32)
        assert match_loudness(loudness(tones), loudness(tones[7 * RATE_HZ :]), HOP_S) is None


class TestFiles:
    def test_the_sound_of_parts_is_one(self, tmp_path: Path) -> None:
        whole = film_with_sound(tmp_path / "whole.mp4", even(150, 5), hear(room(), 10, 30))
        one = film_with_sound(tmp_path / "one.mp4", even(70, 5), hear(room(), 15, 14, volume=0.2))
        two = film_with_sound(tmp_path / "two.mkv", even(60, 5), hear(room(), 31, 12))
        parts = [(0.0, scan_of(one)), (16.0, scan_of(two))]
        match = align([(0.0, scan_of(whole))], parts)
        assert match is not None
        assert match.lag_s == pytest.approx(5.0, abs=0.1)
        back = align(parts, [(0.0, scan_of(whole))])
        assert back is not None
        assert back.lag_s == pytest.approx(-5.0, abs=0.1)

    def test_without_sound_in_both_there_is_nothing_to_go_by(self, tmp_path: Path) -> None:
        heard = (0.0, scan_of(film_with_sound(tmp_path / "a.mp4", even(50, 5), hear(room(), 0, 10))))
        silent = (0.0, scan_of(film(tmp_path / "b.mp4", even(50, 5), audio_s=10.0)))
        mute = (0.0, scan_of(film(tmp_path / "c.mp4", even(50, 5))))
        for other in (silent, mute):
            assert align([heard], [other]) is None
            assert align([other], [heard]) is None
