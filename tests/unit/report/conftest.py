"""A hand-made session with a little of everything; ``tests/browser`` reads it too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctor_cli.types import (
    ClipInfo,
    Coverage,
    Incident,
    Judgement,
    MissingDetector,
    ModelUse,
    NotAssessed,
    Problem,
    Provenance,
    Recording,
    RiskKnot,
    RiskTimeline,
    Sample,
    Score,
    SessionResult,
    Spec,
    WallClock,
)

DURATION_S = 120.0


def make_clip(source: str = "webcam", path: str = "webcam.webm", **changes: object) -> ClipInfo:
    values: dict[str, object] = {
        "source": source,
        "path": f"/exams/{path}",
        "offset_s": 0.0,
        "sha256": ("a" if source == "webcam" else "b") * 64,
        "size_bytes": 12_345_678,
        "container": "webm",
        "codec": "vp9",
        "width_px": 1280,
        "height_px": 720,
        "rotation_deg": 0,
        "mean_fps": 29.97,
        "variable_rate": True,
        "first_pts_s": 0.0,
        "duration_s": DURATION_S,
        "duration_from": "packets",
        "header_duration_s": None,
        "longest_gap_s": 0.4,
        "has_audio": source == "webcam",
        "created_unix_s": None,
    }
    return ClipInfo(**{**values, **changes})  # type: ignore[arg-type]  # a table of keyword arguments


def make_incident(event: str, start_s: float, end_s: float, confirmed_s: float, **changes: object) -> Incident:
    values: dict[str, object] = {
        "source": "webcam",
        "severity": "warning",
        "kind": "temporary",
        "peak": 1.0,
        "peak_s": (start_s + end_s) / 2,
        "confidence": 0.875,
        "points": 0.0,
        "message": f"something is measured for {end_s - start_s:g} s",
    }
    return Incident(event, start_s=start_s, end_s=end_s, confirmed_s=confirmed_s, **{**values, **changes})  # type: ignore[arg-type]  # a table of keyword arguments


def make_session() -> SessionResult:
    incidents = (
        make_incident(
            "NO_FACE", 10, 16, 12, points=5.0, evidence={"face_count": 0.0}, snapshot="snapshots/webcam-0012.000.jpg"
        ),
        make_incident("BLACK_VIDEO", 20, 23, 22, source="screen", severity="quality"),
        make_incident(
            "MULTIPLE_FACES",
            30,
            65,
            32,
            severity="critical",
            points=20.0,
            evidence={"face_count": 2.0, "face.second_score": 0.71},
            snapshot="snapshots/webcam-0032.000.jpg",
        ),
        make_incident("PHONE_DETECTED", 40, 55, 45, severity="critical", kind="permanent", points=15.0),
        make_incident("LOOKING_AWAY", 44, 50.25, 47, points=6.0, evidence={"yaw_deg": -31.5}),
        make_incident("TAB_SWITCH", 70, 74.5, 70, source="log", kind="permanent", points=5.0, confidence=1.0),
        make_incident("LOW_FOCUS", 80, 95, 90, severity="info", alerted=False, message="=the focus score is low"),
        make_incident("LOW_LIGHT", 100, 112, 110, severity="quality"),
    )
    knots = [
        (0, 0, 0), (12, 0, 0), (12, 5, 0), (16, 5, 0), (21, 0, 0), (32, 0, 0), (32, 10, 0), (45, 10, 0), (45, 10, 15),
        (47, 10, 15), (47, 16, 15), (62, 16, 15), (62, 26, 15), (65, 26, 15), (70, 21, 15), (70, 21, 20),
        (74.5, 21, 20), (95.5, 0, 20), (120, 0, 20),
    ]  # fmt: skip
    scores = (
        Score(12, "NO_FACE", 5, "temporary", 0, 5),
        Score(32, "MULTIPLE_FACES", 10, "temporary", 2, 10),
        Score(45, "PHONE_DETECTED", 15, "permanent", 3, 25),
        Score(47, "LOOKING_AWAY", 6, "temporary", 4, 31),
        Score(62, "MULTIPLE_FACES", 10, "temporary", 2, 41),
        Score(70, "TAB_SWITCH", 5, "permanent", 5, 41),
    )
    models = (ModelUse("face", "yunet", "c" * 64, "MIT"),)
    return SessionResult(
        recording=Recording(
            student_id="S123",
            duration_s=DURATION_S,
            clips=(make_clip(), make_clip("screen", "screen.webm", offset_s=5.0, duration_s=110.0, rotation_deg=90)),
            detectors=(Spec("faces", "webcam", {"face.count": "count"}, 0.5, ("face",)),),
            missing=(MissingDetector("voices", ("speech.score",), "no sound was recorded", "Record with sound."),),
            problems=(Problem("packets_damaged", "screen.webm", "3 packets were damaged and left out"),),
            wall_clock=WallClock(1_793_685_600.0, 7 * 3600.0, "start option"),
            models=models,
        ),
        judgement=Judgement(
            incidents=incidents,
            timeline=RiskTimeline(tuple(RiskKnot(*knot) for knot in knots), scores),
            focus=tuple(Sample(5.0 * n, None if n in (3, 4) else 80.0 - 2.5 * n) for n in range(24)),
            coverage=(
                Coverage("face.count", 116.4, 120.0),
                Coverage("head.yaw_deg", 108.0, 120.0),
                Coverage("head.pitch_deg", 108.0, 120.0),
            ),
            not_assessed=(
                NotAssessed("SPEECH", "no sound was recorded", "Record with sound."),
                NotAssessed("UNAUTHORIZED_USER", "no reference picture was given", "Give one with --reference."),
            ),
            trust_score=49.0,
            priority="high",
            reasons=("two critical alerts", "the highest risk was 41 points at 00:01:02"),
            critical_alerts=2,
            would_end_s=62.0,
        ),
        provenance=Provenance(
            proctor_version="0.1.0",
            policy_name="default",
            policy_sha256="d" * 64,
            models=models,
            libraries={"numpy": "2.4.6", "av": "18.1.0"},
            analysed_at="2026-11-03T02:00:00Z",
        ),
    )


@pytest.fixture
def session() -> SessionResult:
    return make_session()


def make_scanned() -> SessionResult:
    """The same session after a room scan of 20 s that showed a phone."""
    session = make_session()
    recording, judgement = session.recording, session.judgement
    phone = make_incident(
        "PHONE_DETECTED", -14.8, -12.8, -14.0, source="workspace", kind="permanent", points=10.0, message="a phone"
    )
    clip = make_clip("workspace", "room.webm", offset_s=-20.0, duration_s=20.0)
    before = (RiskKnot(-20, 0, 0), RiskKnot(-14, 0, 0), RiskKnot(-14, 0, 10))
    knots = (*before, *(RiskKnot(k.t_s, k.temporary, k.permanent + 10) for k in judgement.timeline.knots))
    score = Score(-14, "PHONE_DETECTED", 10, "permanent", len(judgement.incidents), 10)
    return replace(
        session,
        recording=replace(recording, clips=(*recording.clips, clip)),
        judgement=replace(
            judgement,
            incidents=(*judgement.incidents, phone),
            timeline=RiskTimeline(knots, (score, *judgement.timeline.scores)),
            reasons=("risk reached 10 at -00:00:14, before the exam",),
        ),
    )


@pytest.fixture
def scanned() -> SessionResult:
    return make_scanned()
