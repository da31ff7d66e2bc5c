"""A screen's recorder leaves out pictures that do not differ: the picture that stands is yielded again."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from proctor_cli.media import Sampling, Scan, cell_of, cut, probe
from proctor_cli.types import Clip, Frame, Source
from tests.unit.media.films import even, film, number_of, numbers_of

# Two gaps, a stretch of all pictures, several pictures in one cell before a gap, one more gap.
TIMES_S = [0.0, 0.1, 3.05, *(5 + 0.1 * n for n in range(20)), 7.0, 7.05, 7.1, 15.32, 15.4, 16.9]
STEP_S = 0.2


def recorded(path: Path, source: Source = "screen", codec: str = "libx264", offset_s: float = 0.0) -> Scan:
    options = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx" else {"preset": "ultrafast"}
    film(path, TIMES_S, codec, options=options, gop=5)
    return probe(Clip(source, str(path), offset_s))


@pytest.fixture(scope="module", params=["a.mp4", "a.webm"])
def scan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    name: str = request.param
    return recorded(tmp_path_factory.mktemp("films") / name, codec="libvpx" if name.endswith("webm") else "libx264")


def frames_of(scan: Scan, target_s: float = 1e9, span: tuple[float, float] | None = None) -> list[Frame]:
    return [frame for piece in cut(scan, STEP_S, target_s, span) for frame in Sampling(scan, piece)]


def standing_at(t_s: float) -> int:
    """The number of the picture that a player shows."""
    return max(number for number, at_s in enumerate(TIMES_S) if at_s <= t_s + 1e-6)


def test_at_every_moment_the_picture_is_the_one_that_a_player_shows(scan: Scan) -> None:
    assert [number_of(frame) for frame in frames_of(scan)] == [standing_at(frame.t_s) for frame in frames_of(scan)]


def test_looks_are_frequent_after_a_change_and_never_far_apart(scan: Scan) -> None:
    times = [frame.t_s for frame in frames_of(scan)]
    assert max(after - before for before, after in pairwise(times)) <= 1.3
    for change_s in (0.1, 3.05, 7.1):
        soon = [t_s for t_s in times if change_s < t_s <= change_s + 1.9]
        assert max(after - before for before, after in pairwise([change_s, *soon])) <= 2 * STEP_S + 1e-6
    assert len(times) < 0.75 * max(times) / STEP_S  # less than every cell


def test_one_in_a_cell_and_in_order(scan: Scan) -> None:
    cells = [cell_of(frame.t_s, STEP_S) for frame in frames_of(scan)]
    assert cells == sorted(set(cells))


def test_what_stands_says_that_nothing_has_changed(scan: Scan) -> None:
    real = set(TIMES_S)
    standing = [frame for frame in frames_of(scan) if all(abs(frame.t_s - t_s) > 0.002 for t_s in real)]
    assert len(standing) > 15
    for frame in standing:
        assert frame.change == 0.0
        assert frame.before is not None
        assert np.array_equal(frame.before, frame.rgb)
        assert frame.t_s / STEP_S == pytest.approx(round(frame.t_s / STEP_S), abs=1e-6)


@pytest.mark.parametrize("target_s", [0.5, 2.0, 5.0])
def test_slices_give_what_one_pass_gives(scan: Scan, target_s: float) -> None:
    whole, parts = frames_of(scan), frames_of(scan, target_s)
    assert len(cut(scan, STEP_S, target_s)) > 1
    assert [(one.t_s, one.change) for one in parts] == [(one.t_s, one.change) for one in whole]
    assert numbers_of(parts) == numbers_of(whole)
    for part, one in zip(parts, whole, strict=True):
        assert (part.before is None) == (one.before is None)
        assert part.before is None or one.before is None or np.array_equal(part.before, one.before)


@pytest.mark.parametrize("span", [(1.0, 2.6), (4.0, 9.1), (9.5, 12.0), (12.0, 16.0)])
def test_a_span_gives_its_part_even_in_the_middle_of_a_gap(scan: Scan, span: tuple[float, float]) -> None:
    def key(frames: list[Frame]) -> list[tuple[float, float | None, int]]:
        return [(frame.t_s, frame.change, number_of(frame)) for frame in frames]

    first, end = (cell_of(t_s, STEP_S) for t_s in span)
    wanted = [one for one in key(frames_of(scan)) if first <= cell_of(one[0], STEP_S) < end]
    found = key(frames_of(scan, span=span))
    assert [one for one in found if cell_of(one[0], STEP_S) < end] == wanted
    assert wanted


def test_times_are_those_of_the_session(tmp_path: Path) -> None:
    there = frames_of(recorded(tmp_path / "a.mp4", offset_s=-2.5))
    here = frames_of(recorded(tmp_path / "b.mp4"))
    assert [frame.t_s for frame in there] == pytest.approx([frame.t_s - 2.5 for frame in here])


def test_of_a_webcam_nothing_is_yielded_twice(tmp_path: Path) -> None:
    frames = frames_of(recorded(tmp_path / "a.mp4", "webcam"))
    assert numbers_of(frames) == sorted(set(numbers_of(frames)))
    assert max(after.t_s - before.t_s for before, after in pairwise(frames)) > 8


def test_of_a_screen_without_gaps_nothing_is_yielded_twice(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(100))
    frames = frames_of(probe(Clip("screen", str(path))))
    assert numbers_of(frames) == list(range(0, 100, 5))


def test_what_is_yielded_again_is_no_sample(scan: Scan) -> None:
    (piece,) = cut(scan, STEP_S, 1e9)
    sampling = Sampling(scan, piece)
    frames = list(sampling)
    assert 0 < len(sampling.prints) < len(frames)
    assert sampling.sizes == {(160, 120)}
