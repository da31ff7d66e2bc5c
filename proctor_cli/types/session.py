"""A session as a whole: what is known of it, what made the result, and the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from proctor_cli.types.judgement import Judgement
from proctor_cli.types.measurements import Embedding, Spec
from proctor_cli.types.recordings import ClipInfo, WallClock


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the analysis met and went on from: shown to the user, never hidden.

    ``code`` is stable and machine-readable ("packets_damaged", "file_ends_early", "model_missing", …).
    """

    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One model file that took part: provenance. ``runtime`` is what ran it, and where ("openvino on cpu")."""

    role: str
    name: str
    sha256: str
    licence: str
    runtime: str = ""


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

    ``lacks`` is "model" when its network is not there, "input" when there is no recording or log for it, "choice" when
    it only runs with a network that has to be chosen for it, and none was.
    """

    name: str
    signals: tuple[str, ...]
    reason: str
    remedy: str
    lacks: Literal["model", "input", "choice"] = "model"


@dataclass(frozen=True, slots=True)
class IdentityBasis:
    """What the faces in view were compared with.

    ``kind`` is "photos" (reference photos; ``photos`` are the names of their files), "registered" (the face seen from
    ``start_s`` to ``end_s``: somebody else who sits there from the start is then not noticed), or "nothing". ``looks``
    is how many pictures of the face it rests on.
    """

    kind: Literal["photos", "registered", "nothing"] = "nothing"
    photos: tuple[str, ...] = ()
    looks: int = 0
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Student:
    """Who a candidate is said to be: by the examination office's roster, or by the options of the command.

    ``date_of_birth`` is ISO 8601 (2001-04-25), only ever from a roster; "" stands for what is not known.
    """

    id: str
    name: str = ""
    date_of_birth: str = ""
    course: str = ""
    known_from: Literal["roster", "options"] = "roster"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a session as a whole that a person must clear up, whatever its recordings show.

    ``code`` is stable and machine-readable ("student_unknown", "student_mismatch",
    "reference_missing", "reference_unusable", "references_differ"); ``message`` is a plain sentence
    without a full stop. Every finding asks for at least a medium review priority, and its message is a reason for it.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that a log says happened, and that is shown on the timeline without being judged.

    ``kind`` is stable and machine-readable ("attempt_started", "question_viewed", "submitted", "display_added", …);
    ``origin`` is the format of the log ("browser", "canvas", "seb", "moodle", "xapi").
    """

    t_s: float
    kind: str
    origin: str
    message: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that is known about a session before it is judged: the head of observations.jsonl.gz.

    ``detectors`` are those that ran; ``missing`` says, for each that did not, why and what would change that.
    ``duration_s`` is the end of the longest clip on the session clock; ``span`` is the part of it that was analysed,
    None when all was. ``proctor_version`` and ``libraries`` (name -> version) made the observations; ``log_sha256`` is
    that of the browser log, "" without one; ``photos_sha256`` are those of the reference photos. ``dense`` says that
    every detector looked at every sample. ``student`` is None when nothing but ``student_id`` was given.
    ``bystanders_blurred`` says that in snapshots all faces but the largest were made unrecognisable. ``milestones`` are
    what the log says happened, in order of time. ``screen_text_kept`` is False when the words read on the screen
    were left out on request; ``exam_names`` are titles and addresses by which the user tells the exam on the screen.
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
    photos_sha256: tuple[str, ...] = ()
    student: Student | None = None
    findings: tuple[Finding, ...] = ()
    bystanders_blurred: bool = False
    identity: IdentityBasis = IdentityBasis()
    milestones: tuple[Milestone, ...] = ()
    screen_text_kept: bool = True
    exam_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embeddings:
    """What the candidate's face was compared with, kept only for those who ask: biometric data.

    ``model`` is the network that made the ``vectors``; those of another cannot be compared with them.
    """

    student_id: str
    model: ModelUse
    basis: IdentityBasis
    vectors: tuple[Embedding, ...]


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A finished session: what session.json holds and every report reads."""

    recording: Recording
    judgement: Judgement
    provenance: Provenance
    partial: bool = False
