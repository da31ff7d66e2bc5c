from __future__ import annotations

from dataclasses import replace

import pytest

from proctor_cli.report.rows import Row, format_clock, list_rows, risk_at
from proctor_cli.types import NotAssessed, RiskTimeline, SessionResult, Source


def rows_of(session: SessionResult, event: str) -> list[Row]:
    return [row for row in list_rows(session) if row.event == event]


def test_every_scoring_moment_is_a_row_and_so_is_every_incident_that_scored_nothing(session: SessionResult) -> None:
    rows = list_rows(session)
    assert len(rows) == len(session.judgement.timeline.scores) + 3
    assert {row.event for row in rows if row.risk_delta == 0} == {"BLACK_VIDEO", "LOW_FOCUS", "LOW_LIGHT"}
    assert sum(row.risk_delta for row in rows) == sum(score.points for score in session.judgement.timeline.scores)


def test_rows_are_sorted_by_time(session: SessionResult) -> None:
    times = [row.video_time for row in list_rows(session)]
    assert times == sorted(times)


def test_rows_of_a_continuing_incident_share_its_whole_extent(session: SessionResult) -> None:
    first, second = rows_of(session, "MULTIPLE_FACES")
    assert (first.video_time, second.video_time) == ("00:00:32.000", "00:01:02.000")
    assert (first.start_s, first.end_s, first.duration_s) == (second.start_s, second.end_s, second.duration_s)
    assert (first.risk_total, second.risk_total) == (10, 41)


def test_a_row_without_points_stands_where_the_condition_was_confirmed(session: SessionResult) -> None:
    (row,) = rows_of(session, "LOW_FOCUS")
    assert row.video_time == "00:01:30.000"
    assert row.risk_total == 25.5  # 20 permanent, and 21 temporary 15.5 s after the fall from 74.5 s began


def test_wall_clock_times_are_local_and_never_invented(session: SessionResult) -> None:
    row = list_rows(session)[0]
    assert (row.time_24h, row.unix_time) == ("13:00:12", 1_793_685_612.0)
    unknown = replace(session, recording=replace(session.recording, wall_clock=None))
    assert {(row.time_24h, row.unix_time) for row in list_rows(unknown)} == {(None, None)}


def test_phone_and_gaze_are_told_for_the_moment_of_the_row(session: SessionResult) -> None:
    told = {(row.event, row.phone_detected, row.looking_away) for row in list_rows(session)}
    assert ("PHONE_DETECTED", True, True) in told
    assert ("TAB_SWITCH", False, False) in told


def test_what_was_not_assessed_is_unknown_rather_than_false(session: SessionResult) -> None:
    judgement = session.judgement
    without = replace(
        judgement,
        incidents=tuple(i for i in judgement.incidents if i.event == "NO_FACE"),
        timeline=RiskTimeline((), ()),
        not_assessed=(NotAssessed("PHONE_DETECTED", "no model", "Fetch one."),),
    )
    (row,) = list_rows(replace(session, judgement=without))
    assert (row.phone_detected, row.looking_away) == (None, False)


def test_an_incident_without_length_is_on_in_its_own_row(session: SessionResult) -> None:
    phone = replace(session.judgement.incidents[3], start_s=45.0, end_s=45.0)
    incidents = (*session.judgement.incidents[:3], phone, *session.judgement.incidents[4:])
    changed = replace(session, judgement=replace(session.judgement, incidents=incidents))
    (row,) = rows_of(changed, "PHONE_DETECTED")
    assert row.phone_detected is True


def test_face_count_comes_from_the_evidence_or_stays_empty(session: SessionResult) -> None:
    assert rows_of(session, "MULTIPLE_FACES")[0].face_count == 2
    assert rows_of(session, "TAB_SWITCH")[0].face_count is None


@pytest.mark.parametrize(
    ("t_s", "risk"), [(-1, 0), (0, 0), (12, 5), (18.5, 2.5), (47, 31), (62, 41), (85, 30.5), (999, 20)]
)
def test_risk_between_knots_is_linear_and_at_a_jump_the_later_value(
    session: SessionResult, t_s: float, risk: float
) -> None:
    assert risk_at(session.judgement.timeline, t_s) == pytest.approx(risk)


def test_risk_without_history_is_nothing() -> None:
    assert risk_at(RiskTimeline((), ()), 3.0) == 0


@pytest.mark.parametrize(
    ("t_s", "text"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3661.25, "01:01:01.250"), (-2.5, "-00:00:02.500")],
)
def test_session_times_are_written_to_the_millisecond(t_s: float, text: str) -> None:
    assert format_clock(t_s) == text


@pytest.mark.parametrize("source", ["sound", "screen", "log"])
def test_every_source_of_the_exam_is_told_with_its_time_of_day(session: SessionResult, source: Source) -> None:
    incident = replace(session.judgement.incidents[0], source=source)
    judgement = replace(session.judgement, incidents=(incident,), timeline=RiskTimeline((), ()))
    (row,) = list_rows(replace(session, judgement=judgement))
    assert (row.source, row.video_time, row.time_24h) == (source, "00:00:12.000", "13:00:12")
