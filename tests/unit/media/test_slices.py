"""Slices hold every cell once, and can be decoded from where they say."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor_cli.media import Clock, Scan, Slice, cell_of, cut
from proctor_cli.media.grid import Grid
from proctor_cli.types import ClipInfo
from tests.unit.media.films import even, film, frames_of, number_of, scan_of

INFO = ClipInfo(
    source="webcam",
    path="a.mkv",
    offset_s=0.0,
    sha256="",
    size_bytes=1,
    container="matroska",
    codec="h264",
    width_px=160,
    height_px=120,
    rotation_deg=0,
    mean_fps=25.0,
    variable_rate=True,
    first_pts_s=0.0,
    duration_s=0.0,
    duration_from="packets",
    header_duration_s=None,
    longest_gap_s=0.0,
    has_audio=False,
    created_unix_s=None,
)


def scan_with(pts: list[int], keyframes: list[int], ticks_per_s: int = 1000) -> Scan:
    clock = Clock(Fraction(1, ticks_per_s), pts[0])
    info = replace(INFO, duration_s=clock.seconds(pts[-1]) + 0.04)
    return Scan(info, 0, clock, array("q", pts), tuple(keyframes), (), ())


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    """Clips of uneven rhythm, with gaps, starting anywhere on their own timeline."""
    steps = draw(st.lists(st.sampled_from([1, 33, 40, 41, 100, 200, 950, 3000]), min_size=0, max_size=150))
    pts = [draw(st.integers(-5000, 90000))]
    for step in steps:
        pts.append(pts[-1] + step)
    keys = draw(st.sets(st.sampled_from(pts), max_size=30)) | {pts[0]}
    return scan_with(pts, sorted(keys))


@settings(max_examples=300, deadline=None)
@given(
    scan=scans(),
    step_s=st.sampled_from([0.04, 0.1, 0.2, 0.5, 1.0, 1 / 3]),
    target_s=st.sampled_from([0.3, 1.0, 5.0, 60.0]),
)
def test_every_cell_once_and_a_whole_run_up(scan: Scan, step_s: float, target_s: float) -> None:
    slices = cut(scan, step_s, target_s)
    grid = Grid(scan, step_s)
    assert slices[0].first_cell == 0
    assert slices[-1].end_cell == grid.cell(scan.pts[-1]) + 1
    assert all(a.end_cell == b.first_cell for a, b in pairwise(slices))
    assert [piece.index for piece in slices] == list(range(len(slices)))
    for piece in slices[1:]:
        start = scan.keyframes[piece.keyframe]
        earlier = [pts for pts in scan.pts if grid.cell(pts) < piece.first_cell]
        run_up = min(pts for pts in earlier if grid.cell(pts) == grid.cell(earlier[-1]))
        assert start <= run_up


@settings(max_examples=200, deadline=None)
@given(scan=scans(), step_s=st.sampled_from([0.1, 0.2, 1.0]), data=st.data())
def test_span_keeps_borders(scan: Scan, step_s: float, data: st.DataObject) -> None:
    end_s = scan.info.duration_s
    a, b = sorted(data.draw(st.tuples(st.floats(0, end_s), st.floats(0, end_s))))
    whole = {cell: piece for piece in cut(scan, step_s, 5.0) for cell in range(piece.first_cell, piece.end_cell)}
    kept = cut(scan, step_s, 5.0, (a, b))
    cells = [cell for piece in kept for cell in range(piece.first_cell, piece.end_cell)]
    step = Fraction(str(step_s))
    assert cells == [c for c in whole if (c + 1) * step > Fraction(str(a)) and c * step < Fraction(str(b))]
    for piece in kept:
        assert piece.keyframe >= whole[piece.first_cell].keyframe
        assert piece.index == whole[piece.first_cell].index


def test_slices_are_near_the_wished_length() -> None:
    pts = [i * 40 for i in range(25 * 600)]
    slices = cut(scan_with(pts, pts[::50]), 0.2, 60.0)
    assert len(slices) == 10
    assert all(58 <= piece.end_s - piece.start_s <= 62 for piece in slices)
    assert slices[3].start_s == pytest.approx(180.2)


def test_keyframe_between_borders_of_cells_costs_no_longer_run_up() -> None:
    pts = [i * 40 for i in range(25 * 600)]
    scan = scan_with(pts, [0, *pts[52::250]])
    slices = cut(scan, 0.2, 60.0)
    assert len(slices) == 10
    for piece in slices[1:]:
        assert 0 <= piece.start_s - scan.keyframes_s[piece.keyframe] < 0.4


def test_one_keyframe_is_one_slice() -> None:
    pts = [i * 40 for i in range(25 * 600)]
    assert cut(scan_with(pts, [0]), 0.2, 60.0) == (Slice(0, 0.2, 0, 3000, 0),)


def test_span_outside_the_clip_is_nothing() -> None:
    pts = [i * 40 for i in range(100)]
    assert cut(scan_with(pts, [0]), 0.2, 60.0, (10.0, 20.0)) == ()


@pytest.mark.parametrize("step_s", [0.0, -1.0, float("nan")])
def test_step_must_be_above_zero(step_s: float) -> None:
    with pytest.raises(ValueError, match="step_s"):
        cut(scan_with([0, 40], [0]), step_s)


@pytest.mark.parametrize("ticks_per_s", [25, 90000, 1000, 12800, 9330000])
@pytest.mark.parametrize("step_s", [0.2, 0.1, 0.04])
def test_picture_on_a_border_belongs_to_the_cell_that_begins_there(ticks_per_s: int, step_s: float) -> None:
    grid = Grid(scan_with([7], [7], ticks_per_s), step_s)
    for k in range(2000):
        ticks = k * Fraction(str(step_s)) * ticks_per_s
        if ticks.denominator == 1:
            assert grid.cell(7 + int(ticks)) == k
            assert grid.cell(7 + int(ticks) - 1) == k - 1
            assert cell_of((1.5 + k * step_s) - 1.5, step_s) == k


def test_first_picture_of_a_cell() -> None:
    grid = Grid(scan_with([0, 150, 199, 200, 390, 1000], [0]), 0.2)
    assert [pts for pts in (0, 150, 199, 200, 390, 1000) if grid.opens_cell(pts)] == [0, 200, 1000]
    assert (grid.sample_before(0), grid.sample_before(1), grid.sample_before(5)) == (None, 0, 200)
    assert (grid.sample_after(0), grid.sample_after(1), grid.sample_after(5)) == (200, 1000, None)


def test_span_of_a_real_file_gives_the_same_frames(tmp_path: Path) -> None:
    scan = scan_of(film(tmp_path / "a.mp4", even(100)))
    whole, _ = frames_of(scan, 0.2, 1.0)
    part, _ = frames_of(scan, 0.2, 1.0, (1.3, 2.5))
    first = bisect_left([frame.t_s for frame in whole], 1.2 - 1e-9)
    assert [(f.t_s, f.change, number_of(f)) for f in part] == [
        (f.t_s, f.change, number_of(f)) for f in whole[first : first + 7]
    ]
    assert part[0].t_s == pytest.approx(1.2)
    assert part[0].change is not None
