"""One picture through the webcam's detectors, judged by itself: no recording, no folder, no engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import cv2

from proctor_cli import detectors, media, nets, quiet
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.policy import Policy
from proctor_cli.risk.still import find_counted_faces, judge_still
from proctor_cli.session.choose import choose_detectors
from proctor_cli.session.compare import Gallery, find_identity_rule
from proctor_cli.session.frame_report import Means, Picture, make_report
from proctor_cli.session.looking import look, tidy
from proctor_cli.types import Box, Frame, FrameFace, FrameReport, Observation

_MOTION = ("one picture does not show how anything moves", "Use `proctor analyze` on a recording.")
_NOBODY = (
    "there is no photo to compare the face with",
    "Give the candidate's with --reference, or everybody's with --student-db.",
)


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """What the user asks for. ``models`` is the network chosen for each role.

    ``photos`` are those of the candidate, ``students`` those of everybody by name, that faces are compared with.
    ``require`` names detectors without which nothing is to be done.
    """

    models: Mapping[str, nets.Entry]
    photos: tuple[str, ...] = ()
    students: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    require: tuple[str, ...] = ()

    @property
    def left_out(self) -> dict[str, tuple[str, str]]:
        """The detectors that are not to run -> why, and what would change that."""
        nobody = {} if self.photos or self.students else {"identity": _NOBODY}
        return {"backdrop": _MOTION, **nobody}


def roles_needed(request: FrameRequest) -> tuple[str, ...]:
    """The roles for which looking at a picture needs a network."""
    specs = (detectors.find(name).spec for name in detectors.REGISTRY if name not in request.left_out)
    return tuple(dict.fromkeys(role for spec in specs if spec.source == "webcam" for role in spec.models))


class Viewer:
    """Looks at pictures one after another, with networks that are loaded once. To be closed.

    ``warnings`` are sentences about photos to compare with that are of no use, or are of different people.

    Raises:
        InputError: a photo of the candidate cannot be read, or does not show just one face that is good enough.
        ModelError: a required detector cannot run, or a network cannot be loaded or is none that its detector can read.
        UsageError: a required detector does not exist.
    """

    def __init__(self, request: FrameRequest, policy: Policy, *, threads: int = 1) -> None:
        quiet.cut_network()
        cv2.setNumThreads(threads)
        specs, missing, models = choose_detectors(("webcam",), request.models, request.require, request.left_out)
        self._policy = policy
        self._gallery: Gallery | None = None
        with ExitStack() as stack:
            opened = {
                spec.name: stack.enter_context(closing(detectors.find(spec.name)(models, threads))) for spec in specs
            }
            faces, identity = opened.get("faces"), opened.pop("identity", None)
            if isinstance(faces, Faces) and isinstance(identity, Identity):
                self._gallery = Gallery(faces, identity, request.photos, request.students, policy)
            self._stack = stack.pop_all()
        self._finders = [detector for detector in opened.values() if "face" in detector.spec.finds]
        self._others = [detector for detector in opened.values() if detector not in self._finders]
        self._liveness = opened.get("liveness")
        self._means = Means(
            policy=policy.name,
            models=tuple(dict.fromkeys(model.name for model in models.values())),
            missing={item.name: item for item in missing},
            photos=bool(request.photos),
            students=bool(request.students),
            has_students=self._gallery is not None and self._gallery.has_students,
            can_verify=find_identity_rule(policy) is not None,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the photos to compare with."""
        return tuple(self._gallery.warnings) if self._gallery else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free what native libraries hold."""
        self._stack.close()

    def look(self, data: bytes, name: str) -> FrameReport:
        """Look at one picture.

        Args:
            data: the bytes of its file.
            name: what errors and the report call it.

        Raises:
            InputError: it is no picture that can be read.
        """
        frame = Frame("webcam", 0.0, media.decode_photo(data, name))
        found = look(frame, self._finders)
        counted = find_counted_faces(found.boxes, self._policy)
        # What follows is about faces of people: what is less than that is not shown on.
        seen = look(replace(frame, boxes=tuple(counted)), self._others)
        faces = [self._examine(frame, face) for face in counted]
        values = {**found.values, **seen.values, **_compared(faces)}
        observed = tidy(Observation("webcam", 0.0, values, seen.boxes))
        still = judge_still(observed, self._policy)
        still = replace(still, values=tidy(replace(observed, values=still.values)).values)
        picture = Picture(
            file=name.encode("utf-8", "backslashreplace").decode(),
            sha256=hashlib.sha256(data).hexdigest(),
            width_px=frame.rgb.shape[1],
            height_px=frame.rgb.shape[0],
        )
        return make_report(picture, still, [_tidy(face) for face in faces], self._means)

    def _examine(self, frame: Frame, box: Box) -> FrameFace:
        """One face by itself."""
        face = FrameFace(box)
        if self._liveness:
            alone = look(replace(frame, boxes=(box,)), [self._liveness])
            face = replace(face, live_logit=alone.values["live.logit"])
        return self._gallery.compare(frame.rgb, face) if self._gallery else face


def _compared(faces: list[FrameFace]) -> dict[str, float | None]:
    """The signals of the face that is most alike."""
    best = max((face for face in faces if face.match is not None), key=lambda face: face.match or 0.0, default=None)
    if best is None:
        return {}
    return {"identity.similarity": best.similarity, "identity.match": best.match, "identity.seen": best.match}


def _tidy(face: FrameFace) -> FrameFace:
    numbers = {
        name: None if (value := getattr(face, name)) is None else round(value, 5)
        for name in ("live_logit", "similarity", "match", "person_match")
    }
    (box,) = tidy(Observation("webcam", 0.0, {}, (face.box,))).boxes
    return replace(face, box=box, **numbers)
