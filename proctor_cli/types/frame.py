"""What one picture says: the result of `proctor frame`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from proctor_cli.types.judgement import Severity
from proctor_cli.types.measurements import Box


@dataclass(frozen=True, slots=True)
class FrameAlert:
    """A condition of the policy that holds in this picture. ``code`` is the event, ``message`` has no full stop."""

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class FrameGap:
    """Something that could not be told of this picture, why, and what would change that.

    ``check`` is the field of FrameReport that is null for it, or ``wearables``, which are a part of ``banned_objects``.
    """

    check: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FrameFace:
    """A face that counts by the policy.

    ``live_logit`` is "a live face" minus "a print or a screen": above 0 the network says live. ``similarity`` (cosine,
    -1 to 1), ``match`` (0 as unlike as strangers, 1 alike) and ``verified`` come from comparing it with the reference
    photos. ``person_match`` is the match with the photos of the student who is most alike, and ``person_name`` that
    student, if alike enough. None is what could not be told, or was not asked.
    """

    box: Box
    live_logit: float | None = None
    similarity: float | None = None
    match: float | None = None
    verified: bool | None = None
    person_name: str | None = None
    person_match: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReport:
    """All that one picture says.

    Null is never "no": what could not be told has an entry in ``not_assessed``. ``face_count`` and ``faces`` are null
    with ``face_detected``; ``similarity`` and ``match`` say why ``face_verified`` is; ``person_name`` is also null, and
    then without an entry, when the face is like nobody's in the folder of students.

    - ``file`` is as given, "-" for standard input; ``sha256`` that of its bytes; the size that of the upright picture.
    - ``people_count`` counts bodies or faces, whichever are more. ``faces`` are those that count by the policy, the
      largest first.
    - ``face_verified``, ``similarity``, ``match`` and ``person_name`` are of the face in view that is most alike.
    - ``banned_objects`` are the things for which there is an alert.
    - ``headpose_alert`` rests on angles from the camera's axis (``headpose_basis``): the candidate's own neutral pose
      is not known, so only who is turned away from any plausible one is looking away.
    - ``spoofing_alert`` rests on one look at the texture of the faces (``spoofing_basis``), and needs a plainer one
      than a recording does; ``live_logit`` is that of the least alive face.
    - ``values`` are all signals, measured and derived.
    """

    schema: Literal["proctor.frame/1"] = "proctor.frame/1"
    file: str
    sha256: str
    width_px: int
    height_px: int
    people_count: int | None
    face_detected: bool | None
    face_count: int | None
    face_verified: bool | None
    similarity: float | None
    match: float | None
    person_name: str | None
    headpose_alert: bool | None
    headpose_basis: Literal["absolute"] = "absolute"
    spoofing_alert: bool | None
    spoofing_basis: Literal["one look"] = "one look"
    live_logit: float | None
    banned_objects: tuple[Box, ...] | None
    faces: tuple[FrameFace, ...] | None
    alerts: tuple[FrameAlert, ...]
    not_assessed: tuple[FrameGap, ...]
    values: Mapping[str, float | None]
    policy: str
    models: tuple[str, ...]
