"""Every value that crosses a boundary between rooms.

All are frozen and slotted; the unit is in the name (``_s`` seconds, ``_px`` pixels, ``_deg`` degrees,
``_fps`` per second, ``_cm`` centimetres); a bare ``score`` or ``confidence`` is 0-1. Times are seconds on
the session clock: 0 is the first picture of the webcam recording (of the screen recording when there is no
webcam); a screen recording that began earlier has negative times. Intervals are half-open, ``[start_s, end_s)``.
"""

from __future__ import annotations

from proctor_cli.types.frame import FrameAlert, FrameFace, FrameGap, FrameReport
from proctor_cli.types.judgement import (
    Corroboration,
    Coverage,
    ExamOnScreen,
    Incident,
    Judgement,
    Kind,
    NotAssessed,
    Priority,
    RiskKnot,
    RiskTimeline,
    Sample,
    Score,
    ScreenText,
    Severity,
    State,
    Stretch,
    Strip,
)
from proctor_cli.types.measurements import Box, Embedding, Face, Frame, Observation, Sound, Spec
from proctor_cli.types.recordings import Clip, ClipInfo, DecodeLoss, OffsetFrom, Source, WallClock
from proctor_cli.types.session import (
    Embeddings,
    Finding,
    IdentityBasis,
    Milestone,
    MissingDetector,
    ModelUse,
    Problem,
    Provenance,
    Recording,
    SessionResult,
    Student,
)

__all__ = [
    "Box",
    "Clip",
    "ClipInfo",
    "Corroboration",
    "Coverage",
    "DecodeLoss",
    "Embedding",
    "Embeddings",
    "ExamOnScreen",
    "Face",
    "Finding",
    "Frame",
    "FrameAlert",
    "FrameFace",
    "FrameGap",
    "FrameReport",
    "IdentityBasis",
    "Incident",
    "Judgement",
    "Kind",
    "Milestone",
    "MissingDetector",
    "ModelUse",
    "NotAssessed",
    "Observation",
    "OffsetFrom",
    "Priority",
    "Problem",
    "Provenance",
    "Recording",
    "RiskKnot",
    "RiskTimeline",
    "Sample",
    "Score",
    "ScreenText",
    "SessionResult",
    "Severity",
    "Sound",
    "Source",
    "Spec",
    "State",
    "Stretch",
    "Strip",
    "Student",
    "WallClock",
]
