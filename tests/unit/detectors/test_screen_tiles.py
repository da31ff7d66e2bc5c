"""Where a screen changes: what has changed, what has come to rest, what is left alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from proctor_cli.detectors.screen_text.lines import Line
from proctor_cli.detectors.screen_text.tiles import TILE_PX, Patch, Tiles

HEIGHT, WIDTH = 192, 320
Luma = NDArray[np.uint8]
Map = NDArray[np.bool_]


def grey(value: int = 100, height: int = HEIGHT, width: int = WIDTH) -> Luma:
    return np.full((height, width), value, np.uint8)


def painted(place: tuple[int, int, int, int], value: int = 200, on: Luma | None = None) -> Luma:
    """A picture with a rectangle (columns x0 to x1, rows y0 to y1)."""
    x0, y0, x1, y1 = place
    luma = (grey() if on is None else on).copy()
    luma[y0:y1, x0:x1] = value
    return luma


def at_rest(luma: Luma | None = None) -> Tiles:
    """Tiles that have all been looked at."""
    luma = grey() if luma is None else luma
    tiles = Tiles(luma, 0.0)
    tiles.rest(tiles.ready(tiles.differ(luma, luma), 0.0), 0.0)
    assert not tiles.waiting.any()
    return tiles


def of(*tiles: tuple[int, int], shape: tuple[int, int] = (HEIGHT // 16, WIDTH // 16)) -> Map:
    found = np.zeros(shape, np.bool_)
    for row, column in tiles:
        found[row, column] = True
    return found


class TestDiffer:
    def test_only_tiles_with_a_change_differ(self) -> None:
        changed = Tiles(grey(), 0.0).differ(grey(), painted((35, 50, 60, 60)))
        assert np.array_equal(changed, of((3, 2), (3, 3)))

    @pytest.mark.parametrize(("by", "seen"), [(0, False), (12, False), (60, True), (-60, True)])
    def test_small_differences_in_brightness_are_compression(self, by: int, seen: bool) -> None:
        assert Tiles(grey(), 0.0).differ(grey(), grey(100 + by)).all() == seen

    def test_a_single_pixel_is_noise_and_a_cursor_is_not(self) -> None:
        tiles = Tiles(grey(), 0.0)
        assert not tiles.differ(grey(), painted((40, 40, 41, 41))).any()
        assert tiles.differ(grey(), painted((40, 34, 41, 46))).any()

    @pytest.mark.parametrize(("height", "width"), [(1, 1), (15, 17), (16, 16), (721, 1281), (1, 900), (33, 5)])
    def test_any_size(self, height: int, width: int) -> None:
        dark, light = grey(0, height, width), grey(255, height, width)
        tiles = Tiles(dark, 0.0)
        assert tiles.waiting.shape == (-(-height // TILE_PX), -(-width // TILE_PX))
        assert not tiles.differ(dark, dark).any()
        changed = tiles.follow(light, 1.0)
        assert changed[: height // 16, : width // 16].all()  # a sliver at the edge may be too little
        for patch in tiles.patches(changed):
            assert 0 <= patch.place.x0 < patch.place.x1 <= width
            assert 0 <= patch.place.y0 < patch.place.y1 <= height


class TestFollow:
    def test_what_has_changed_has_changed_once(self) -> None:
        tiles, after = at_rest(), painted((32, 32, 64, 64))
        assert np.array_equal(tiles.follow(after, 1.0), of((2, 2), (2, 3), (3, 2), (3, 3)))
        assert not tiles.follow(after, 2.0).any()

    def test_a_slow_fade_adds_up(self) -> None:
        tiles = at_rest()
        changes = [tiles.follow(grey(100 + 4 * step), step * 0.4).any() for step in range(1, 20)]
        assert any(changes)
        assert not changes[0]

    def test_pictures_are_not_kept_by_reference(self) -> None:
        luma = grey()
        tiles = Tiles(luma, 0.0)
        luma[:] = 250
        assert tiles.follow(grey(), 1.0).any() == False  # noqa: E712 - a numpy bool


class TestReady:
    def test_everything_waits_at_first(self) -> None:
        tiles, luma = Tiles(grey(), 0.0), grey()
        assert tiles.ready(tiles.differ(luma, luma), 0.0).all()
        assert tiles.share_waiting(0.16) == 1.0

    def test_what_changes_is_ready_once_it_stands_still(self) -> None:
        tiles, after = at_rest(), painted((32, 32, 64, 64))
        tiles.follow(after, 10.0)
        assert not tiles.ready(tiles.differ(grey(), after), 10.0).any()
        ready = tiles.ready(tiles.differ(after, after), 10.4)
        assert ready.sum() == 4
        tiles.rest(ready, 10.4)
        assert not tiles.waiting.any()
        assert not tiles.ready(tiles.differ(after, after), 10.8).any()

    def test_what_never_stands_still_is_taken_as_it_is(self) -> None:
        tiles, pictures = at_rest(), [painted((32, 32, 64, 64), 200 if n % 2 else 20) for n in range(12)]
        first = None
        for n, (before, after) in enumerate(pairwise(pictures)):
            tiles.follow(after, 10 + 0.4 * n)
            if tiles.ready(tiles.differ(before, after), 10 + 0.4 * n).any():
                first = 0.4 * n
                break
        assert first is not None
        assert 1.0 < first < 4.0

    def test_waiting_is_told_of_the_upper_part(self) -> None:
        tiles = at_rest()
        tiles.follow(painted((0, 160, WIDTH, HEIGHT)), 1.0)
        assert tiles.share_waiting(0.3) == 0.0
        assert tiles.share_waiting(1.0) > 0
        tiles.follow(painted((0, 0, WIDTH, 16), on=painted((0, 160, WIDTH, HEIGHT))), 1.4)
        assert tiles.share_waiting(0.1) == 1.0


def looks_at(changes_every_s: float, until_s: float = 60.0) -> list[float]:
    """When a place is looked at that changes so often, and stands still in between."""
    tiles, looked = at_rest(), []
    for n in range(round(until_s / 0.4)):
        t_s = 5 + 0.4 * n
        luma = painted((32, 32, 48, 48), 200 if int(t_s / changes_every_s) % 2 else 20)
        tiles.follow(luma, t_s)
        ready = tiles.ready(tiles.differ(luma, luma), t_s)
        tiles.rest(ready, t_s)
        if ready.any():
            looked.append(t_s)
    return looked


class TestBusy:
    def test_a_place_that_always_changes_is_looked_at_less_and_less(self) -> None:
        times = looks_at(1.0)
        pauses = np.diff(times)
        assert pauses[0] < 2
        assert (np.diff(pauses) >= -0.81).all()  # they grow, to within a look or two
        assert 4 < pauses.max() < 12
        assert len(times) < 20

    def test_a_place_that_changes_now_and_then_is_not_busy(self) -> None:
        assert len(looks_at(10.0)) == len([5, *range(10, 65, 10)])

    def test_it_is_looked_at_at_once_after_a_rest(self) -> None:
        tiles, t_s = at_rest(), 5.0
        for n in range(20):
            t_s = 5 + n
            luma = painted((32, 32, 48, 48), 200 if n % 2 else 20)
            tiles.follow(luma, t_s)
            tiles.rest(tiles.ready(tiles.differ(luma, luma), t_s), t_s)
        tiles.rest(tiles.ready(tiles.differ(luma, luma), t_s + 30), t_s + 30)
        after = painted((32, 32, 48, 48), 90, on=luma)
        tiles.follow(after, t_s + 60)
        assert tiles.ready(tiles.differ(after, after), t_s + 60).any()

    def test_elsewhere_nothing_is_held_up(self) -> None:
        tiles = at_rest()
        for n in range(30):
            t_s, busy = 5 + 0.4 * n, painted((32, 32, 48, 48), 200 if n % 2 else 20)
            tiles.follow(busy, t_s)
            tiles.rest(tiles.ready(tiles.differ(busy, busy), t_s), t_s)
        after = painted((160, 96, 208, 112), on=busy)
        tiles.follow(after, t_s + 0.4)
        assert tiles.ready(tiles.differ(after, after), t_s + 0.4)[6, 10:13].all()


class TestPatches:
    def patches(self, tiles: Map) -> list[Patch]:
        return list(Tiles(grey(), 0.0).patches(tiles))

    def test_none(self) -> None:
        assert self.patches(of()) == []

    def test_places_that_are_apart_are_two(self) -> None:
        first, second = sorted(self.patches(of((1, 1), (1, 2), (8, 15))), key=lambda patch: patch.place.y0)
        assert first.place == Line(16, 16, 48, 32)
        assert second.place == Line(240, 128, 256, 144)

    def test_one_tile_between_two_does_not_part_them(self) -> None:
        (patch,) = self.patches(of((2, 2), (2, 4), (4, 4)))
        assert patch.place == Line(32, 32, 80, 80)
        assert patch.fill == pytest.approx(3 / 9)

    def test_a_window_that_comes_up_is_framed(self) -> None:
        window = of()
        window[2:9, 3:15] = True
        window[4:7, 5:12] = False  # what was behind it looked the same
        (patch,) = self.patches(window)
        assert patch.framed
        assert patch.fill < 1

    def test_scattered_changes_are_not_framed(self) -> None:
        lines = of()
        lines[2:9:2, 3:15:2] = True
        (patch,) = self.patches(lines)
        assert not patch.framed

    def test_a_line_is_not_framed(self) -> None:
        line = of()
        line[3, 2:18] = True
        (patch,) = self.patches(line)
        assert not patch.framed

    @settings(max_examples=50, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5))
    def test_patches_hold_every_changed_tile_once(self, seed: int, share: float) -> None:
        tiles = np.random.default_rng(seed).random((HEIGHT // 16, WIDTH // 16)) < share
        patches = self.patches(tiles)
        covered = np.zeros_like(tiles)
        total = 0.0
        for place, fill, _ in patches:
            rows, columns = slice(place.y0 // 16, -(-place.y1 // 16)), slice(place.x0 // 16, -(-place.x1 // 16))
            covered[rows, columns] = True
            total += fill * covered[rows, columns].size
        assert not (tiles & ~covered).any()
        assert round(total) == tiles.sum()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_bands_hold_every_tile_with_a_margin(seed: int) -> None:
    random = np.random.default_rng(seed)
    height = int(random.integers(1, 400))
    tiles = Tiles(grey(height=height), 0.0)
    touched = random.random(tiles.waiting.shape) < 0.02
    bands = list(tiles.bands(touched))
    assert all(0 <= top < bottom <= height for top, bottom in bands)
    assert all(bottom < top for (_, bottom), (top, _) in pairwise(bands))
    for row in np.flatnonzero(touched.any(axis=1)).tolist():
        wanted = (max(0, row * 16 - 16), min(height, row * 16 + 32))
        assert any(top <= wanted[0] and wanted[1] <= bottom for top, bottom in bands)


def test_a_line_touches_the_tiles_it_lies_in() -> None:
    tiles = Tiles(grey(), 0.0)
    assert tiles.touches(of((2, 3)), Line(50, 30, 60, 40))
    assert not tiles.touches(of((2, 3)), Line(50, 10, 60, 32))  # it ends where the tile begins
    assert not tiles.touches(of((2, 3)), Line(16, 30, 48, 40))
