"""Every value that crosses a boundary between rooms.

All are frozen and slotted; the unit is in the name (``_s`` seconds, ``_px`` pixels, ``_deg`` degrees,
``_fps`` per second, ``_cm`` centimetres); a bare ``score`` or ``confidence`` is 0-1. Times are seconds on
the session clock: 0 is the first picture of the webcam recording (of the screen recording when there is no
webcam). Intervals are half-open, ``[start_s, end_s)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Source = Literal["webcam", "screen", "log"]
Kind = Literal["temporary", "permanent"]
Severity = Literal["quality", "info", "warning", "critical"]
Priority = Literal["low", "medium", "high"]


# ---------------------------------------------------------------- recordings
@dataclass(frozen=True, slots=True)
class Clip:
    """One recording given by the user.

    ``offset_s`` is the session time of its first picture.
    """

    source: Source
    path: str
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What probing a clip found out.

    ``path`` is as the user gave it; in a session's Recording it leads from the session's folder to the file.
    ``width_px`` and ``height_px`` are those of the upright picture; the stored one is turned clockwise by
    ``rotation_deg`` (0, 90, 180 or 270) to get there. ``first_pts_s`` is where the first picture lies on the
    container's own timeline: a player must seek to ``t_s - offset_s + first_pts_s``. ``duration_s`` runs from the
    first picture to the end of the last one; ``duration_from`` says how it is known: "packets" (presentation
    timestamps were read) or "rate" (the file has none; frames were counted at the declared rate).
    ``header_duration_s`` is what the container claims, None when it claims nothing. ``created_unix_s`` is the
    container's creation time, None when absent.
    """

    source: Source
    path: str
    offset_s: float
    sha256: str
    size_bytes: int
    container: str
    codec: str
    width_px: int
    height_px: int
    rotation_deg: int
    mean_fps: float
    variable_rate: bool
    first_pts_s: float
    duration_s: float
    duration_from: Literal["packets", "rate"]
    header_duration_s: float | None
    longest_gap_s: float
    has_audio: bool
    created_unix_s: float | None


@dataclass(frozen=True, slots=True)
class DecodeLoss:
    """What decoding a stretch of a clip lost.

    ``damaged_packets`` gave no picture; ``corrupt_frames`` were marked as corrupt by the decoder and left out;
    ``first_s`` is where it began, session time.
    """

    damaged_packets: int = 0
    corrupt_frames: int = 0
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled rectangle in fractions of the upright frame; ``x0 < x1``, ``y0 < y1``, clipped to 0-1."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str
    score: float

    @property
    def width(self) -> float:
        """Width, fraction of the frame's width."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height, fraction of the frame's height."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Area, fraction of the frame's area."""
        return self.width * self.height


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture.

    ``rgb`` is (height, width, 3) uint8, upright. ``change`` is the mean absolute luma difference (0-1) to the
    sample before it in the same clip, None for the clip's first sample. ``boxes`` are what
    cheaper detectors have already found in this picture (a landmark detector reads the face boxes here).
    """

    source: Source
    t_s: float
    rgb: NDArray[np.uint8]
    change: float | None = None
    boxes: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        shape = self.rgb.shape
        if len(shape) != 3 or shape[2] != 3 or self.rgb.dtype != "uint8":
            raise ValueError(f"rgb must be (height, width, 3) uint8, got {shape} {self.rgb.dtype}")

    def __repr__(self) -> str:
        height, width = self.rgb.shape[:2]
        return f"Frame({self.source} {self.t_s:.3f} s, {width}x{height}, {len(self.boxes)} boxes)"


# ---------------------------------------------------------------- measurements
@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured at one moment of one source.

    A key that is absent was not looked for; None means it was looked for and could not be measured; neither
    is ever 0. Keys are signal names, ``family.measure``.
    """

    source: Source
    t_s: float
    values: Mapping[str, float | None]
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """What a detector is: its name, what it needs, and the signals it measures.

    ``signals`` maps each signal to its unit ("count", "score", "deg", "ratio", "px", …); ``models`` are manifest roles
    (see ``models/manifest.toml``); ``finds`` are the labels of the boxes it gives; ``needs`` is the label of a box
    (found by another) without which a picture is not worth showing to it, "" = every picture. ``interval_s`` is
    how often it should look, in seconds of video.
    """

    name: str
    source: Source
    signals: Mapping[str, str]
    interval_s: float
    models: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    needs: str = ""


# ---------------------------------------------------------------- judgement
@dataclass(frozen=True, slots=True)
class Incident:
    """A condition that one rule confirmed.

    ``confirmed_s`` is when it had lasted long enough; ``peak`` is the most telling value of the rule's signal
    and ``peak_s`` its time; ``points`` is the sum of all points it added; ``alerted`` is False when the
    cooldown kept it quiet. ``evidence`` holds the numbers behind the message. ``snapshot`` is a file name
    relative to the session folder, "" when there is none.
    """

    event: str
    source: Source
    severity: Severity
    kind: Kind
    start_s: float
    end_s: float
    confirmed_s: float
    peak: float
    peak_s: float
    confidence: float
    points: float
    message: str
    alerted: bool = True
    evidence: Mapping[str, float] = field(default_factory=dict)
    snapshot: str = ""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Score:
    """One moment at which points were added. ``incident`` indexes SessionResult.incidents."""

    t_s: float
    event: str
    points: float
    kind: Kind
    incident: int
    risk_after: float


@dataclass(frozen=True, slots=True)
class RiskKnot:
    """The risk at one time; between two knots the temporary part is linear. Two knots at one time are a jump."""

    t_s: float
    temporary: float
    permanent: float


@dataclass(frozen=True, slots=True)
class RiskTimeline:
    """Risk over the whole session: ``risk = temporary + permanent``."""

    knots: tuple[RiskKnot, ...]
    scores: tuple[Score, ...]

    @property
    def final(self) -> float:
        """Risk at the end of the session, points."""
        return self.knots[-1].temporary + self.knots[-1].permanent if self.knots else 0.0

    @property
    def peak(self) -> float:
        """Highest risk of the session, points."""
        return max((k.temporary + k.permanent for k in self.knots), default=0.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """One point of a plotted signal; ``value`` None is a gap in the line."""

    t_s: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the session a signal was measured in. ``measured_s`` / ``total_s`` is the covered share."""

    signal: str
    measured_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """An event that could not be judged in this session, why, and what would change that."""

    event: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the rules say about a session: what ``risk.judge`` returns.

    ``trust_score`` is 100 minus all points added, not under 0. ``would_end_s`` is when a live exam would
    have been ended (the critical-alert limit was reached), None if never. ``reasons`` are plain sentences.
    """

    incidents: tuple[Incident, ...]
    timeline: RiskTimeline
    focus: tuple[Sample, ...]
    coverage: tuple[Coverage, ...]
    not_assessed: tuple[NotAssessed, ...]
    trust_score: float
    priority: Priority
    reasons: tuple[str, ...]
    critical_alerts: int
    would_end_s: float | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the analysis met and went on from: shown to the user, never hidden.

    ``code`` is stable and machine-readable ("packets_damaged", "file_ends_early", "model_missing", …).
    """

    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock on the wall at session time 0. ``from_`` says how it is known: "start option" or "creation time"."""

    start_unix_s: float
    utc_offset_s: float
    known_from: Literal["start option", "creation time"]


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One model file that took part: provenance."""

    role: str
    name: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made this result: enough to make it again. ``proctor_version`` is that of the program that judged."""

    proctor_version: str
    policy_name: str
    policy_sha256: str
    models: tuple[ModelUse, ...]
    libraries: Mapping[str, str]
    analysed_at: str


@dataclass(frozen=True, slots=True)
class MissingDetector:
    """A detector that did not run: its signals, why, and the remedy.

    ``lacks`` is "model" when its network is not there, "input" when there is no recording or log for it.
    """

    name: str
    signals: tuple[str, ...]
    reason: str
    remedy: str
    lacks: Literal["model", "input"] = "model"


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that is known about a session before it is judged: the head of observations.jsonl.gz.

    ``detectors`` are those that ran; ``missing`` says, for each that did not, why and what would change that.
    ``duration_s`` is the end of the longest clip on the session clock; ``span`` is the part of it that was analysed,
    None when all was. ``proctor_version`` and ``libraries`` (name -> version) made the observations; ``log_sha256`` is
    that of the browser log, "" without one. ``dense`` says that every detector looked at every sample.
    """

    student_id: str
    duration_s: float
    clips: tuple[ClipInfo, ...]
    detectors: tuple[Spec, ...]
    missing: tuple[MissingDetector, ...]
    problems: tuple[Problem, ...]
    wall_clock: WallClock | None
    models: tuple[ModelUse, ...]
    span: tuple[float, float] | None = None
    dense: bool = False
    proctor_version: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    log_sha256: str = ""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A finished session: what session.json holds and every report reads."""

    recording: Recording
    judgement: Judgement
    provenance: Provenance
    partial: bool = False
