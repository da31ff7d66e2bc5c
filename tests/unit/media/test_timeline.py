"""Which timestamps are trusted, and at which keyframes a clip can be entered."""

from __future__ import annotations

import numpy as np
import pytest

from proctor_cli.media.timeline import entries, in_order

EVEN = list(range(0, 4000, 40))


def odd(pts: list[int]) -> list[int]:
    return np.flatnonzero(~in_order(np.array(pts, np.int64))).tolist()


def test_healthy_order() -> None:
    assert odd(EVEN) == []
    assert odd([]) == []
    assert odd([5]) == []


def test_reordering_by_a_codec_is_healthy() -> None:
    assert odd([EVEN[i ^ 3] for i in range(100)]) == []
    assert odd([EVEN[i - i % 16 + 15 - i % 16] for i in range(96)]) == []


def test_repeated_times_are_healthy() -> None:
    assert odd(sorted(EVEN * 3)) == []


def test_clock_set_back() -> None:
    assert odd(EVEN + EVEN[:40]) == list(range(100, 140))


@pytest.mark.parametrize("place", [0, 1, 50, 80])
def test_one_time_far_too_large(place: int) -> None:
    pts = list(EVEN)
    pts[place] = 10**9
    assert odd(pts) == [place]


def test_one_time_far_too_small() -> None:
    pts = list(EVEN)
    pts[60] = 3
    assert odd(pts) == [60]


def test_keyframes_behind_which_all_later_pictures_lie() -> None:
    pts = np.array([0, 120, 40, 80, 160, 280, 200, 240, 230, 320], np.int64)
    keys = np.array([1, 0, 0, 0, 1, 0, 0, 0, 1, 1], bool)
    assert entries(pts, keys).tolist() == [0, 160, 320]
