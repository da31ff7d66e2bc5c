"""What one picture says, put together; and for everything that it does not say, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from proctor_cli.risk.still import Still, find_least_alive
from proctor_cli.types import Box, FrameFace, FrameGap, FrameReport, MissingDetector

_NO_RULE = ("the policy has no rule for it", "Choose a policy that has one.")
_CHECKS: Mapping[str, tuple[str, ...]] = {
    "people_count": ("faces", "objects"),
    "banned_objects": ("objects",),
    "face_detected": ("faces",),
    "face_verified": ("identity",),
    "person_name": ("identity",),
    "headpose_alert": ("faces", "landmarks"),
    "spoofing_alert": ("faces", "liveness"),
}
"""Fields of a report that may be null for want of something -> the detectors they need."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture's file."""

    file: str
    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Means:
    """With what pictures are looked at.

    ``missing`` are the detectors that do not run, by name. ``photos`` and ``students`` say whether faces are to be
    compared with those of the candidate and of everybody, ``has_students`` whether any of the latter can be,
    ``can_verify`` whether the policy has a rule that says how alike is alike.
    """

    policy: str
    models: tuple[str, ...]
    missing: Mapping[str, MissingDetector]
    photos: bool
    students: bool
    has_students: bool
    can_verify: bool


def make_report(picture: Picture, still: Still, faces: Sequence[FrameFace], means: Means) -> FrameReport:
    """The report of one picture. ``faces`` are those that count, each with what is known of it."""
    values = still.values
    faceless = values.get("person.faceless") == 1
    count = 0.0 if faceless else values.get("face.count")
    verified = max((face for face in faces if face.match is not None), key=lambda face: face.match or 0.0, default=None)
    named = max((face for face in faces if face.person_name), key=lambda face: face.person_match or 0.0, default=None)
    report = FrameReport(
        file=picture.file,
        sha256=picture.sha256,
        width_px=picture.width_px,
        height_px=picture.height_px,
        people_count=still.people,
        face_detected=None if count is None else count > 0,
        face_count=None if count is None else int(count),
        face_verified=verified.verified if verified else None,
        similarity=verified.similarity if verified else None,
        match=verified.match if verified else None,
        person_name=named.person_name if named else None,
        headpose_alert=_tell(still, "away."),
        spoofing_alert=_tell(still, "spoof."),
        live_logit=find_least_alive(values),
        banned_objects=_list_banned(still),
        faces=None if count is None else tuple(faces),
        alerts=still.alerts,
        not_assessed=(),
        values=dict(values),
        policy=means.policy,
        models=means.models,
    )
    return replace(report, not_assessed=_list_gaps(report, still, means))


def _tell(still: Still, *signals: str) -> bool | None:
    """Whether there is an alert on one of these signals; None when no rule could say."""
    if not any(signal.startswith(signals) for signal in still.judged):
        return None
    return any(signal.startswith(signals) for signal in still.alerting)


def _list_banned(still: Still) -> tuple[Box, ...] | None:
    """None when no rule could say, and when nothing is found where little can be seen."""
    unknown = _tell(still, "phone.seen", "banned.score") is None or (still.too_dark and not still.banned)
    return None if unknown else still.banned


def _list_gaps(report: FrameReport, still: Still, means: Means) -> tuple[FrameGap, ...]:
    gaps = [
        FrameGap(check, *_explain(check, report, still, means))
        for check in _CHECKS
        if getattr(report, check) is None and not (check == "person_name" and _is_nobody(report, means))
    ]
    if "wearables" in means.missing:
        gaps.append(FrameGap("wearables", means.missing["wearables"].reason, means.missing["wearables"].remedy))
    return tuple(gaps)


def _is_nobody(report: FrameReport, means: Means) -> bool:
    """Whether the face was compared with the students', and is like nobody's."""
    return means.can_verify and any(face.person_match is not None for face in report.faces or ())


def _explain(check: str, report: FrameReport, still: Still, means: Means) -> tuple[str, str]:
    """Reason and remedy."""
    if check == "face_verified" and not means.photos:
        return "no photo of the candidate was given", "Give one with --reference."
    if check == "person_name" and not means.students:
        return "no folder of students was given", "Give one with --student-db."
    for name in _CHECKS[check]:
        if name in means.missing:
            return means.missing[name].reason, means.missing[name].remedy
    if check == "person_name" and not means.has_students:
        return "no photo in the students' folders can be compared with", "Give sharp photos of faces from the front."
    if check in ("people_count", "face_detected", "banned_objects"):
        return ("the picture is too dark to tell", "Take it in more light.") if still.too_dark else _NO_RULE
    if not report.faces:
        return "no face is found", "Take a picture that shows the face."
    return _explain_face(check, report, means)


def _explain_face(check: str, report: FrameReport, means: Means) -> tuple[str, str]:
    """Why nothing could be told of a face that is there."""
    if check == "headpose_alert":
        if report.values.get("away.ratio") is not None:
            return _NO_RULE
        return "the face shows no features: covered, or turned far to the side", "Take a picture that shows the face."
    if check == "spoofing_alert":
        if report.values.get("spoof.ratio") is not None:
            return _NO_RULE
        return "the face is too small", "Take the picture from nearer."
    compared = report.match is not None or any(face.person_match is not None for face in report.faces or ())
    if compared and not means.can_verify:
        return _NO_RULE
    if compared:
        return (
            "the face is neither alike enough to confirm it, nor unlike enough to rule it out",
            "Take another picture from the front, in good light.",
        )
    return (
        "the face is too small, blurred, turned away or cut off to compare with",
        "Take a sharp picture of the face from the front.",
    )
