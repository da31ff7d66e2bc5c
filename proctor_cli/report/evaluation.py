"""evaluation.json: how often what is reported is right, and how often what happens is reported.

The values of the document alone: `proctor_cli/evaluate` works them out. Times are seconds of the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proctor_cli.types import ModelUse

WrongKind = Literal["missed", "false", "split", "too short to report"]


@dataclass(frozen=True, slots=True)
class Share:
    """A measured share, 0-1, and the limits between which the true one lies with 95 % confidence (Wilson)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How one event, or all together, came out.

    ``true_positives`` are pairs of a report and a label; ``false_negatives`` labels that nothing matches;
    ``false_positives`` the other reports, of which ``split`` are further reports of a label that is matched already.
    ``ignored`` reports lie on an optional label; ``too_short`` labels are under the event's shortest duration, so that
    nothing has to be reported; ``left_out`` labels lie in sessions in which the event was not assessed. Errors are
    report minus label, seconds: the median of their amounts, and their mean with sign. ``hours`` are those of video in
    which the event was assessed. A figure is None where there is nothing to divide by.
    """

    event: str
    true_positives: int
    false_positives: int
    false_negatives: int
    ignored: int
    split: int
    too_short: int
    left_out: int
    precision: Share | None
    recall: Share | None
    f1: float | None
    start_error_median_s: float | None
    start_error_mean_s: float | None
    end_error_median_s: float | None
    end_error_mean_s: float | None
    hours: float
    false_per_hour: float | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A label that was missed, or a report that is false and why. Start and end are those of the label or report."""

    kind: WrongKind
    clip: str
    event: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A labelled event that is in no total, with its number of required labels and the reason."""

    event: str
    labels: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotLabelled:
    """An event that was reported so often, while the labels say nothing of it anywhere: it is in no total."""

    event: str
    reports: int


@dataclass(frozen=True, slots=True)
class HonestReport:
    """A report in a session in which nothing happens, on no optional label of its event.

    ``about`` is "recording" where the policy reports the event as one of quality, which accuses nobody. ``scored`` says
    that it is in the figures of its event, too; else no label anywhere names that event.
    """

    clip: str
    event: str
    start_s: float
    end_s: float
    about: Literal["conduct", "recording"]
    scored: bool


@dataclass(frozen=True, slots=True)
class Honest:
    """The sessions without a required label: whatever is reported there is false, be its event labelled or not.

    ``false_positives`` of the ``reports`` are about conduct, ``about_recording`` about the recording's quality.
    """

    sessions: int
    duration_s: float
    false_positives: int
    about_recording: int
    reports: tuple[HonestReport, ...]


@dataclass(frozen=True, slots=True)
class EvaluatedSession:
    """One recording. ``partial``: a part of it could not be analysed. ``sha256`` is "" when no recording was seen."""

    clip: str
    group: str
    duration_s: float
    honest: bool
    partial: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class FailedSession:
    """A recording that could not be analysed: it is in no figure."""

    clip: str
    reason: str


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of candidates.

    ``face_found`` is the share of looks for a face that found one, where no absence is labelled; None without looks.
    ``flagged_min_per_hour`` are minutes with a report that is not about the recording's quality. Both rates are None
    without time.
    """

    group: str
    sessions: int
    hours: float
    looks: int
    face_found: float | None
    flagged_min_per_hour: float | None
    false_per_hour: float | None


@dataclass(frozen=True, slots=True)
class Parity:
    """Whether groups of candidates are measured alike; the differences are between the highest and the lowest group.

    A difference is None where no group has the figure. ``without_group`` sessions belong to no group.
    """

    groups: tuple[GroupFigures, ...]
    without_group: int
    face_found_difference: float | None
    flagged_min_per_hour_difference: float | None
    false_per_hour_difference: float | None


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The figures of the events that the swept key changes, at one of its values (as TOML writes it)."""

    value: str
    events: tuple[Figures, ...]
    total: Figures


@dataclass(frozen=True, slots=True)
class Sweep:
    """What becomes of the same observations under other values of one key of the policy."""

    key: str
    points: tuple[SweepPoint, ...]


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labels; ``file`` is its name without the folder."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """evaluation.json.

    Policy and models are "" and () when a file of events was scored.
    """

    schema: Literal["proctor.evaluation/1"]
    proctor_version: str
    policy_name: str
    policy_sha256: str
    models: tuple[ModelUse, ...]
    labels: tuple[LabelFile, ...]
    tolerance_s: float
    duration_s: float
    events: tuple[Figures, ...]
    total: Figures
    honest: Honest
    not_judged: tuple[NotJudged, ...]
    not_labelled: tuple[NotLabelled, ...]
    wrong: tuple[Wrong, ...]
    parity: Parity | None
    sweep: Sweep | None
    sessions: tuple[EvaluatedSession, ...]
    failed: tuple[FailedSession, ...]
