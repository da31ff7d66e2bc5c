"""Loops are found whatever their length; people, fans and pictures that stand still are none."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from proctor_cli.media import find_repeats, repeats
from proctor_cli.media.repeats import PRINT_BLOCKS, PRINT_SCALE, Repeat, print_of

Brightness = NDArray[np.float64]
"""(pictures, blocks), grey levels, 25 pictures a second."""

FPS, STEP_S = 25, 0.2
PICTURES_A_STEP = 5
BLOCKS = PRINT_BLOCKS[0] * PRINT_BLOCKS[1]
FAN = 17
# A stretch is only known to repeat once it has done so for 5 s.
WINDOW_S = 5.0
REPORTED = 0.75
"""The shipped policy doubts what has a larger share ([liveness] loop_share)."""

SEEDS = st.integers(0, 2**32 - 1)


def movement(seed: int, seconds: float, smooth_s: float = 0.5, grey: float = 6.0) -> Brightness:
    """Movement that never repeats: noise without what changes faster than ``smooth_s``."""
    rng, count = np.random.default_rng(seed), round(seconds * FPS)
    kernel = np.hanning(2 * round(smooth_s * FPS) + 3)
    kernel /= np.sqrt(np.square(kernel).sum())
    noise = rng.normal(0, grey, (count + len(kernel) - 1, BLOCKS))
    return 128 + np.stack([np.convolve(noise[:, block], kernel, "valid") for block in range(BLOCKS)], axis=1)


def walk(seed: int, seconds: float, grey: float) -> Brightness:
    rng, count = np.random.default_rng(seed), round(seconds * FPS)
    return np.asarray(128 + np.cumsum(rng.normal(0, grey, (count, BLOCKS)), axis=0))


def looped(once: Brightness, seconds: float) -> Brightness:
    return np.resize(once, (round(seconds * FPS), BLOCKS))


def prints_of(brightness: Brightness) -> NDArray[np.uint16]:
    """What sampling keeps of it: the first picture of every cell."""
    kept: NDArray[np.uint16] = (brightness[::PICTURES_A_STEP].clip(0, 255) * PRINT_SCALE).astype(np.uint16)
    return kept


def repeats_of(brightness: Brightness) -> list[Repeat | None]:
    prints = prints_of(brightness)
    return find_repeats(np.arange(len(prints)), prints, STEP_S)


def shares_of(found: list[Repeat | None]) -> set[float | None]:
    return {None if repeat is None else repeat.share for repeat in found}


class TestLoops:
    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS, pictures=st.integers(1 * FPS, 12 * FPS), smooth_s=st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    def test_of_any_length_are_found(self, seed: int, pictures: int, smooth_s: float) -> None:
        """Also one whose length is no multiple of the sampling step: no sample shows quite what another did."""
        period_s = pictures / FPS
        found = repeats_of(looped(movement(seed, period_s, smooth_s), 75))
        settled = found[round((60 + WINDOW_S) / STEP_S) :]  # by then every lag has been tried
        assert all(repeat is not None and repeat.share > REPORTED for repeat in settled)
        for repeat in settled:
            assert repeat is not None
            times = repeat.lag_s / period_s
            assert abs(times - round(times)) * period_s <= 0.1 + 1e-9

    @settings(max_examples=15, deadline=None)
    @given(seed=SEEDS, steps=st.integers(5, 60))
    def test_that_fit_the_sampling_are_found_from_their_second_time_on(self, seed: int, steps: int) -> None:
        period_s = steps * STEP_S
        found = repeats_of(looped(movement(seed, period_s), max(2 * period_s, period_s + 2 * WINDOW_S)))
        again = [repeat for index, repeat in enumerate(found) if index >= steps]
        assert shares_of(again[1:]) == {1.0}  # the first of them follows a jump, and stands for itself
        assert {round(repeat.lag_s / period_s, 6) % 1 for repeat in again[1:] if repeat} == {0.0}

    def test_are_told_from_what_is_before_and_behind_them(self) -> None:
        once = movement(1, 6)
        found = repeats_of(np.concatenate([movement(2, 30), looped(once, 18), movement(3, 30)]))
        repeating = [index * STEP_S for index, repeat in enumerate(found) if repeat and repeat.share > REPORTED]
        assert repeating[0] == pytest.approx(36, abs=1.5)
        assert repeating[-1] == pytest.approx(48, abs=1.5)
        assert len(repeating) == pytest.approx((repeating[-1] - repeating[0]) / STEP_S, abs=1.1)
        assert {found[round(t_s / STEP_S)] for t_s in (10.0, 32.0, 70.0)} == {Repeat(0.0, 0.0)}

    def test_survive_the_noise_of_encoding(self) -> None:
        noise = np.random.default_rng(4).normal(0, 0.3, (30 * FPS, BLOCKS))
        found = repeats_of(looped(movement(1, 4), 30) + noise)
        assert all(repeat and repeat.share > REPORTED for repeat in found[round(10 / STEP_S) :])

    def test_survive_pictures_that_are_missing(self) -> None:
        prints = prints_of(looped(movement(1, 4), 40))
        kept = np.array([cell for cell in range(len(prints)) if cell != 60])
        found = find_repeats(kept, prints[kept], STEP_S)
        assert len(found) == len(kept)
        assert all(repeat and repeat.share > REPORTED for repeat in found[130:])

    def test_longer_than_a_minute_are_not_looked_for(self) -> None:
        assert shares_of(repeats_of(looped(movement(1, 58), 140))) > {1.0}
        assert shares_of(repeats_of(looped(movement(1, 62), 140))) <= {0.0, None}


class TestNoLoops:
    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS, grey=st.floats(0.2, 6.0))
    def test_random_walks(self, seed: int, grey: float) -> None:
        assert shares_of(repeats_of(walk(seed, 60, grey))) <= {0.0, None}

    @settings(max_examples=25, deadline=None)
    @given(seed=SEEDS, smooth_s=st.sampled_from([0.0, 0.2, 0.5, 1.0, 2.0]))
    def test_movement_that_does_not_repeat(self, seed: int, smooth_s: float) -> None:
        assert shares_of(repeats_of(movement(seed, 60, smooth_s))) <= {0.0, None}

    @settings(max_examples=40, deadline=None)
    @given(
        seed=SEEDS,
        period_s=st.floats(1, 12),
        swing=st.floats(1, 100),
        drift=st.floats(0.0, 0.5),
        blocks=st.integers(1, 3),
    )
    def test_a_fan_behind_somebody(self, seed: int, period_s: float, swing: float, drift: float, blocks: int) -> None:
        brightness = walk(seed, 60, drift)
        phase = np.arange(len(brightness)) / FPS / period_s
        brightness[:, FAN : FAN + blocks] = 128 + swing * np.sin(2 * np.pi * phase)[:, None]
        assert all(repeat is None or repeat.share <= REPORTED for repeat in repeats_of(brightness))

    @settings(max_examples=25, deadline=None)
    @given(seed=SEEDS, period_s=st.floats(1, 12), blocks=st.integers(4, 24))
    def test_a_large_fan_behind_somebody_who_moves(self, seed: int, period_s: float, blocks: int) -> None:
        brightness = walk(seed, 60, 0.3)
        phase = np.arange(len(brightness)) / FPS / period_s
        brightness[:, FAN : FAN + blocks] = 128 + 5 * np.sin(2 * np.pi * phase)[:, None]
        assert all(repeat is None or repeat.share <= REPORTED for repeat in repeats_of(brightness))

    def test_a_movement_made_again_by_a_person(self) -> None:
        """The same way to a hair, but never at the same pace."""
        once = movement(1, 6)
        paces = [
            np.linspace(0, len(once) - 1, round(len(once) * pace)).astype(int) for pace in (0.7, 0.85, 1, 1.2, 1.4)
        ]
        assert shares_of(repeats_of(np.concatenate([once[pace] for pace in paces]))) <= {0.0, None}


class TestUnknown:
    def test_a_picture_that_stands_still_says_nothing(self) -> None:
        noise = np.random.default_rng(1).normal(128, 0.1, (30 * FPS, BLOCKS))
        assert shares_of(repeats_of(noise)) == {None}

    def test_nor_does_one_in_which_only_a_block_or_two_move_a_little(self) -> None:
        still = np.full((30 * FPS, BLOCKS), 128.0)
        still[:, FAN] += 5 * np.sin(np.arange(len(still)))
        assert shares_of(repeats_of(still)) == {None}

    def test_it_is_known_where_it_moves(self) -> None:
        found = repeats_of(np.concatenate([movement(1, 30), np.full((30 * FPS, BLOCKS), 128.0)]))
        assert shares_of(found[5:150]) == {0.0}
        assert shares_of(found[180:]) == {None}

    @pytest.mark.parametrize("seconds", [0.0, STEP_S, 1.0, 5.0, 5.8])
    def test_a_short_recording_says_nothing(self, seconds: float) -> None:
        prints = prints_of(looped(movement(1, 2), seconds)) if seconds else np.empty((0, BLOCKS), np.uint16)
        found = find_repeats(np.arange(len(prints)), prints, STEP_S)
        assert found == [None] * round(seconds / STEP_S)

    def test_where_cells_begin_does_not_matter(self) -> None:
        prints = prints_of(looped(movement(1, 4), 30))
        cells = np.arange(len(prints))
        assert find_repeats(cells + 4321, prints, STEP_S) == find_repeats(cells, prints, STEP_S)

    def test_nothing_is_told_before_there_is_anything_to_compare_with(self) -> None:
        found = repeats_of(movement(1, 30))
        assert shares_of(found[:5]) == {None}
        assert shares_of(found[5:]) == {0.0}


def played_at(brightness: Brightness, fps: int, jitter_s: float = 0.0) -> list[Repeat | None]:
    """Looks for loops in every ``25 / fps``-th picture, each up to ``jitter_s`` early or late."""
    step = FPS / fps
    shown = brightness[np.arange(0, len(brightness), step).astype(int)]
    times_s = np.arange(len(shown)) / fps
    times_s[1:] += np.random.default_rng(7).uniform(-jitter_s, jitter_s, len(shown) - 1)
    cells, first = np.unique(np.floor((times_s + 1e-7) / STEP_S).astype(np.int64), return_index=True)
    return find_repeats(cells, (shown[first].clip(0, 255) * PRINT_SCALE).astype(np.uint16), STEP_S)


class TestMissingSamples:
    @pytest.mark.parametrize("fps", [4, 5, 8, 10, 25])
    def test_a_loop_is_found_at_4_pictures_a_second_and_more(self, fps: int) -> None:
        found = played_at(looped(movement(1, 4), 60), fps)
        assert all(repeat and repeat.share > REPORTED for repeat in found[round(len(found) / 6) :])

    @pytest.mark.parametrize("jitter_s", [0.02, 0.05])
    def test_what_cannot_be_compared_is_unknown_and_not_clean(self, jitter_s: float) -> None:
        """Five pictures a second that come early and late: a quarter of the cells is empty, others show the next."""
        found = played_at(looped(movement(1, 4), 60), 5, jitter_s)
        assert shares_of(found) == {None}

    @pytest.mark.parametrize("fps", [1, 2, 3])
    def test_fewer_pictures_a_second_say_nothing(self, fps: int) -> None:
        assert shares_of(played_at(looped(movement(1, 4), 60), fps)) == {None}
        assert shares_of(played_at(movement(1, 60), fps)) == {None}

    def test_one_that_is_missing_now_and_then_does_not_matter(self) -> None:
        prints = prints_of(looped(movement(1, 4), 60))
        for kept in (np.arange(len(prints)) % 20 != 7, np.random.default_rng(1).random(len(prints)) > 0.1):
            cells = np.flatnonzero(kept)
            found = find_repeats(cells, prints[cells], STEP_S)
            assert all(repeat and repeat.share > REPORTED for repeat in found[60:])

    @settings(max_examples=25, deadline=None)
    @given(seed=SEEDS, smooth_s=st.sampled_from([0.1, 0.5, 2.0]), missing=st.floats(0, 0.5))
    def test_they_make_no_loop_of_what_is_none(self, seed: int, smooth_s: float, missing: float) -> None:
        prints = prints_of(movement(seed, 60, smooth_s))
        cells = np.flatnonzero(np.random.default_rng(seed).random(len(prints)) >= missing)
        assert shares_of(find_repeats(cells, prints[cells], STEP_S)) <= {0.0, None}

    def test_a_jump_that_was_not_compared_is_no_repeat(self) -> None:
        """Noise, and a light that goes on twice: the sample in which it first does is missing."""
        prints = np.random.default_rng(1).normal(128, 0.35, (300, BLOCKS)) * PRINT_SCALE
        for lit in (slice(60, 120), slice(186, 300)):
            prints[lit] += 40 * PRINT_SCALE
        cells = np.flatnonzero(np.arange(300) != 60)
        assert shares_of(find_repeats(cells, prints[cells].astype(np.uint16), STEP_S)) == {0.0, None}


class TestBlocks:
    @settings(max_examples=15, deadline=None)
    @given(
        seed=SEEDS,
        period_s=st.floats(1, 59),
        missing=st.sampled_from([0.0, 0.05, 0.2]),
        gap=st.integers(0, 900),
        block=st.integers(20, 400),
    )
    @example(seed=1, period_s=59.6, missing=0.0, gap=0, block=20)
    def test_change_nothing(self, seed: int, period_s: float, missing: float, gap: int, block: int) -> None:
        rng = np.random.default_rng(seed)
        once = movement(seed, period_s)
        prints = prints_of(np.concatenate([movement(seed + 1, 15), looped(once, 90), movement(seed + 2, 15)]))
        kept = rng.random(len(prints)) >= missing
        cells = np.arange(len(prints)) + np.where(np.arange(len(prints)) >= 300, gap, 0)
        found = find_repeats(cells[kept], prints[kept], STEP_S)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(repeats, "_BLOCK_CELLS", block)
            assert find_repeats(cells[kept], prints[kept], STEP_S) == found

    def test_bound_the_memory(self) -> None:
        """More of it than the answer takes is for one block, however long the recording."""

        def peak(count: int) -> int:
            prints = np.random.default_rng(1).integers(0, 2**16, (count, BLOCKS)).astype(np.uint16)
            tracemalloc.start()
            find_repeats(np.arange(count), prints, STEP_S)
            taken = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return taken

        assert peak(30_000) - peak(10_000) < 20_000 * 20

    def test_what_repeats_in_part_is_looked_at_once_for_each_lag(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        share = repeats._shares

        def noted(series: repeats._Series, window: int, lag: int, near: NDArray[np.int64]) -> NDArray[np.float64]:
            asked.append(lag)
            return share(series, window, lag, near)

        monkeypatch.setattr(repeats, "_shares", noted)
        brightness = walk(1, 120, 0.02)
        phase = np.arange(len(brightness)) / FPS / 2.3
        brightness[:, :40] += 20 * np.sin(2 * np.pi * phase)[:, None]
        found = repeats_of(brightness)
        assert len(found) == 600
        assert max(repeat.share for repeat in found if repeat) > 0.5
        assert len(asked) == len(set(asked)) < 60 / STEP_S


class TestPrints:
    def test_are_the_mean_brightness_of_blocks_row_by_row(self) -> None:
        rows, columns = PRINT_BLOCKS
        levels = np.random.default_rng(1).integers(0, 256, PRINT_BLOCKS).astype(np.int16)
        thumbnail = np.kron(levels, np.ones((48 // rows, 64 // columns), np.int16))
        assert np.array_equal(print_of(thumbnail), levels.ravel() * np.uint16(PRINT_SCALE))

    def test_hold_the_whole_range_and_a_fraction_of_a_grey_level(self) -> None:
        white = np.full((48, 64), 255, np.int16)
        assert set(print_of(white).tolist()) == {255 * PRINT_SCALE}
        assert print_of(white).dtype == np.uint16
        white[0, 0] = 191  # 64 blocks' pixels: one grey level less
        assert print_of(white)[0] == 254 * PRINT_SCALE
        white[0, 0] = 254
        assert print_of(white)[0] == 255 * PRINT_SCALE - PRINT_SCALE // 64
