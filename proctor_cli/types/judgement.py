"""What the rules say: incidents, scores, risk over time, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from proctor_cli.types.recordings import Source

Kind = Literal["temporary", "permanent"]
Severity = Literal["quality", "info", "warning", "critical"]
Priority = Literal["low", "medium", "high"]
State = Literal["exam", "other", "speech", "sound", "silent", "unknown"]


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
class ScreenText:
    """Words that stood on the screen from ``start_s`` to ``end_s``.

    ``place`` is "address" (the address bar), "title" (of a window or a tab) or "page" (anything else).
    """

    text: str
    start_s: float
    end_s: float
    place: Literal["address", "title", "page"]


@dataclass(frozen=True, slots=True)
class ExamOnScreen:
    """What was taken for the exam on the screen.

    ``told_by`` are its addresses, titles or lines, as the user named them or as they were learned from the first
    minute; empty when nothing could be learned. ``share`` is for how much of the time that could be told the exam
    was shown, 0-1; None when it never could.
    """

    told_by: tuple[str, ...]
    known_from: Literal["named", "learned"]
    share: float | None


@dataclass(frozen=True, slots=True)
class Corroboration:
    """One statement of a log beside what the screen recording shows at that time.

    ``screen`` is "agrees", "contradicts", or "not assessed" where the screen was not recorded or could not be read.
    """

    start_s: float
    end_s: float
    screen: Literal["agrees", "contradicts", "not assessed"]
    message: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a strip: from ``start_s`` to ``end_s`` all was in one state."""

    start_s: float
    end_s: float
    state: State


@dataclass(frozen=True, slots=True)
class Strip:
    """What one source showed over time: stretches that follow one another without gaps, no two alike in a row.

    ``signal`` is "screen.exam" (states "exam", "other": something else, "unknown") or "sound.heard" ("speech", "sound":
    anything else that is louder than silence, "silent", "unknown"). It begins where the source was first measured, and
    ends with what was analysed. Flickers of less than a second are left out.
    """

    signal: str
    stretches: tuple[Stretch, ...]


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
    texts: tuple[ScreenText, ...] = ()
    corroborations: tuple[Corroboration, ...] = ()
    exam_on_screen: ExamOnScreen | None = None
    strips: tuple[Strip, ...] = ()
