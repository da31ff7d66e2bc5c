"""The log: one row per scoring moment, and one for every incident that scored nothing.

The time of a row is the moment its points were added; for an incident without points it is the moment the
condition was confirmed, which is when it would have scored. Rows of one continuing incident share the start
and end of the whole incident.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from proctor_cli.types import Incident, Kind, RiskTimeline, SessionResult, Severity, Source, WallClock

DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log; the order of the fields is the order of the columns.

    ``time_24h`` and ``unix_time`` are None when the wall clock is unknown, and for a room scan: how long before the
    exam it was filmed, nobody says. ``video_time`` is on the session clock. ``phone_detected`` and ``looking_away`` say
    whether an incident of that kind covers the moment, None when that event was not assessed. ``face_count`` is None
    when the incident carries no such number.
    """

    time_24h: str | None
    unix_time: float | None
    video_time: str
    event: str
    severity: Severity
    source: Source
    start_s: float
    end_s: float
    duration_s: float
    confidence: float
    risk_delta: float
    risk_total: float
    phone_detected: bool | None
    looking_away: bool | None
    face_count: int | None
    snapshot_url: str
    student_id: str
    message: str
    kind: Kind


def list_rows(result: SessionResult) -> tuple[Row, ...]:
    """All rows of a session, sorted by time, then by the start of the incident, then by event and source."""
    incidents = result.judgement.incidents
    moments = sorted(
        _list_moments(result),
        key=lambda moment: (moment[0], incidents[moment[1]].start_s, incidents[moment[1]].event, moment[1]),
    )
    return tuple(_row(result, *moment) for moment in moments)


def risk_at(timeline: RiskTimeline, t_s: float) -> float:
    """Risk at ``t_s``, points: the value after the jump where two knots share one time, 0 before the first."""
    knots = timeline.knots
    after = bisect_right(knots, t_s, key=lambda knot: knot.t_s)
    if after == 0:
        return 0.0
    left = knots[after - 1]
    temporary = left.temporary
    if after < len(knots):
        right = knots[after]
        temporary += (right.temporary - left.temporary) * (t_s - left.t_s) / (right.t_s - left.t_s)
    return temporary + left.permanent


def format_clock(t_s: float) -> str:
    """``t_s`` on the session clock as HH:MM:SS.mmm; negative before the webcam recording begins."""
    milliseconds = round(abs(t_s) * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if t_s < 0 else ""
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def local_time(clock: WallClock, t_s: float) -> datetime:
    """The date and time where the exam was sat, at ``t_s`` on the session clock."""
    return datetime.fromtimestamp(clock.start_unix_s + t_s, timezone(timedelta(seconds=clock.utc_offset_s)))


def tidy(number: float) -> float:
    """``number`` to three decimals, without a negative zero: so equal results have equal bytes."""
    return round(number, DECIMALS) + 0.0


def _list_moments(result: SessionResult) -> Iterator[tuple[float, int, float, float]]:
    """(time, incident index, points, risk after), unsorted."""
    judgement = result.judgement
    scored = set()
    for score in judgement.timeline.scores:
        scored.add(score.incident)
        yield score.t_s, score.incident, score.points, score.risk_after
    for index, incident in enumerate(judgement.incidents):
        if index not in scored:
            t_s = incident.confirmed_s
            yield t_s, index, 0.0, risk_at(judgement.timeline, t_s)


def _row(result: SessionResult, t_s: float, index: int, points: float, risk_after: float) -> Row:
    incident = result.judgement.incidents[index]
    clock = None if incident.source == "workspace" else result.recording.wall_clock
    return Row(
        time_24h=None if clock is None else local_time(clock, t_s).strftime("%H:%M:%S"),
        unix_time=None if clock is None else tidy(clock.start_unix_s + t_s),
        video_time=format_clock(t_s),
        event=incident.event,
        severity=incident.severity,
        source=incident.source,
        start_s=tidy(incident.start_s),
        end_s=tidy(incident.end_s),
        duration_s=tidy(incident.duration_s),
        confidence=tidy(incident.confidence),
        risk_delta=tidy(points),
        risk_total=tidy(risk_after),
        phone_detected=_is_on(result, "PHONE_DETECTED", t_s, incident),
        looking_away=_is_on(result, "LOOKING_AWAY", t_s, incident),
        face_count=_face_count(incident),
        snapshot_url=quote(incident.snapshot),
        student_id=result.recording.student_id,
        message=incident.message,
        kind=incident.kind,
    )


def _is_on(result: SessionResult, event: str, t_s: float, own: Incident) -> bool | None:
    """Whether an incident of ``event`` covers ``t_s``; the row's own incident does by definition."""
    judgement = result.judgement
    if any(i is own or i.start_s <= t_s < i.end_s for i in judgement.incidents if i.event == event):
        return True
    return None if any(gap.event == event for gap in judgement.not_assessed) else False


def _face_count(incident: Incident) -> int | None:
    count = incident.evidence.get("face_count")
    return None if count is None else round(count)
