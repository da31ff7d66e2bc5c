from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.report.graphs import (
    Axis,
    covered_s,
    draw_focus,
    draw_risk,
    draw_strip,
    lay_lanes,
    make_axis,
    round_up,
    thin,
)
from proctor_cli.types import RiskKnot, RiskTimeline, Sample, SessionResult, Stretch, Strip

AXIS = Axis(0.0, 100.0)


def test_the_axis_begins_with_the_earliest_recording(session: SessionResult) -> None:
    assert make_axis(session) == Axis(0.0, 120.0)
    early = replace(session.recording.clips[1], offset_s=-4.0)
    recording = replace(session.recording, clips=(session.recording.clips[0], early))
    assert make_axis(replace(session, recording=recording)).begin_s == -4.0


def test_an_empty_session_still_has_an_axis(session: SessionResult) -> None:
    recording = replace(session.recording, clips=(), duration_s=0.0)
    judgement = replace(session.judgement, incidents=())
    assert make_axis(replace(session, recording=recording, judgement=judgement)).end_s == 1.0


def test_permanent_risk_steps_and_temporary_risk_slopes() -> None:
    graph = draw_risk(RiskTimeline((RiskKnot(0, 10, 0), RiskKnot(50, 0, 10), RiskKnot(100, 0, 10)), ()), AXIS)
    assert graph.top == 10
    assert graph.permanent == (
        "M0.00 100.00L0.00 100.00L500.00 100.00L500.00 0.00L1000.00 0.00L1000.00 0.00L1000.00 100.00Z"
    )
    assert graph.total == "M0.00 100.00L0.00 0.00L500.00 0.00L1000.00 0.00L1000.00 100.00Z"


def test_no_risk_history_draws_nothing() -> None:
    assert draw_risk(RiskTimeline((), ()), AXIS).total == ""


def test_the_focus_line_has_gaps_where_it_was_not_measured() -> None:
    samples = [Sample(0, 100), Sample(10, 50), Sample(20, None), Sample(30, 0)]
    assert draw_focus(samples, AXIS) == "M0.00 0.00L100.00 50.00L100.00 50.00M300.00 100.00L300.00 100.00"


def test_thinning_keeps_every_peak_and_every_long_gap() -> None:
    samples = [Sample(n / 100, None if 4000 <= n < 6000 else 50.0) for n in range(10_000)]
    samples[1234] = Sample(12.34, 3.0)
    samples[8321] = Sample(83.21, 99.0)
    kept = thin(samples, AXIS, columns=100)
    assert len(kept) <= 200
    assert {3.0, 99.0} <= {sample.value for sample in kept}
    assert [sample.t_s for sample in kept] == sorted(sample.t_s for sample in kept)
    assert all(sample.value is None for sample in kept if 40 <= sample.t_s < 60)
    assert thin(samples[:150], AXIS, columns=100) == tuple(samples[:150])


@given(
    st.lists(st.none() | st.floats(0, 100), min_size=30, max_size=200),
    st.lists(st.floats(0.01, 5), min_size=200, max_size=200),
)
def test_thinning_keeps_the_extremes_of_every_column(values: list[float | None], steps_s: list[float]) -> None:
    times_s = list(accumulate(steps_s[: len(values)]))
    samples = [Sample(t_s, value) for t_s, value in zip(times_s, values, strict=True)]
    axis = Axis(0.0, times_s[-1])
    kept = thin(samples, axis, columns=10)

    assert len(kept) <= 2 * 11  # the last moment is a column of its own
    assert list(kept) == sorted(set(kept) & set(samples), key=lambda sample: sample.t_s)
    for column in range(11):
        inside, left = (
            {sample.value for sample in of if int(axis.place(sample.t_s) * 10) == column} for of in (samples, kept)
        )
        measured = {value for value in inside if value is not None}
        assert left == ({min(measured), max(measured)} if measured else inside)


def test_a_strip_has_a_block_for_each_stretch_as_high_as_its_state() -> None:
    stretches = (Stretch(0, 20, "exam"), Stretch(20, 30, "other"), Stretch(30, 40, "unknown"), Stretch(40, 50, "exam"))
    band = draw_strip(Strip("screen.exam", stretches), AXIS)
    assert list(band.shapes.items()) == [
        ("other", "M200.00 0H300.00V100H200.00Z"),
        ("exam", "M0.00 70H200.00V100H0.00ZM400.00 70H500.00V100H400.00Z"),
        ("unknown", "M300.00 50H400.00"),
    ]
    assert list(band.totals_s.items()) == [("other", 10), ("exam", 30), ("unknown", 10)]


def test_lanes_are_ordered_by_severity_with_quality_last(session: SessionResult) -> None:
    lanes = lay_lanes(session.judgement.incidents, make_axis(session))
    assert [lane.event for lane in lanes] == [
        "MULTIPLE_FACES", "PHONE_DETECTED", "LOOKING_AWAY", "NO_FACE", "TAB_SWITCH", "LOW_FOCUS", "LOW_LIGHT",
        "BLACK_VIDEO",
    ]  # fmt: skip
    (bar,) = lanes[0].bars
    assert (bar.index, bar.left_percent, bar.width_percent) == (2, 25.0, 29.1667)


def test_overlaps_are_counted_once(session: SessionResult) -> None:
    by_event = {i.event: i for i in session.judgement.incidents}
    assert covered_s([by_event["PHONE_DETECTED"], by_event["MULTIPLE_FACES"], by_event["NO_FACE"]]) == 41.0
    assert covered_s([]) == 0.0


@pytest.mark.parametrize(
    ("value", "top"), [(0, 10), (10, 10), (10.1, 20), (41, 60), (81, 100), (182, 200), (999, 1000)]
)
def test_scales_are_round_and_so_are_their_halves(value: float, top: float) -> None:
    assert round_up(value) == top
