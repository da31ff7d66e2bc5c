"""One picture through the webcam's detectors, judged by itself: no recording, no folder, no engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import numpy as np

from proctor_cli import detectors, media, nets, quiet
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.errors import InputError
from proctor_cli.policy import Policy
from proctor_cli.risk.still import AWAY, BANNED, SPOOF, Still, find_counted_faces, find_least_alive, judge_still
from proctor_cli.session.choose import choose_detectors
from proctor_cli.session.enrol import embed_photo, enrol_photos
from proctor_cli.session.frame_gaps import Asked, explain_gaps
from proctor_cli.session.observe import look, tidy
from proctor_cli.types import Box, Embedding, Face, Frame, FrameFace, FrameReport, Observation

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
    names = detectors.REGISTRY.keys() - request.left_out.keys()
    specs = (detectors.find(name).spec for name in detectors.REGISTRY if name in names)
    return tuple(dict.fromkeys(role for spec in specs if spec.source == "webcam" for role in spec.models))


class Viewer:
    """Looks at pictures one after another; the networks are loaded once.

    To be closed (``with Viewer(...) as viewer``). ``warnings`` are sentences about the photos to compare with.

    Raises:
        InputError: a photo of the candidate cannot be read, or does not show just one face that is good enough.
        ModelError: a required detector cannot run, or a network cannot be loaded or is none that its detector can read.
        UsageError: a required detector does not exist.
    """

    def __init__(self, request: FrameRequest, policy: Policy, *, threads: int = 1) -> None:
        quiet.cut_network()
        left_out = request.left_out
        specs, missing, models = choose_detectors(("webcam",), request.models, request.require, left_out)
        self._policy, self._missing = policy, missing
        self._models = tuple(dict.fromkeys(model.name for model in models.values()))
        self.warnings: list[str] = []
        with ExitStack() as stack:
            opened: list[detectors.Detector] = []
            for spec in specs:
                opened.append(detectors.find(spec.name)(models, threads))
                stack.callback(opened[-1].close)
            self._finders = [detector for detector in opened if "face" in detector.spec.finds]
            self._others = [
                detector for detector in opened if detector not in self._finders and not isinstance(detector, Identity)
            ]
            self._liveness = [detector for detector in opened if "live.logit" in detector.spec.signals]
            self._identity = next((detector for detector in opened if isinstance(detector, Identity)), None)
            self._known: tuple[Embedding, ...] = ()
            self._students: tuple[tuple[str, Embedding], ...] = ()
            faces = next((detector for detector in opened if isinstance(detector, Faces)), None)
            if self._identity and faces:
                self._enrol(request, faces, self._identity)
            self._open = stack.pop_all()
        self._asked = Asked(photos=bool(request.photos), students=bool(request.students), named=bool(self._students))
        rules = (rule for rule in policy.enabled_rules if rule.source == "webcam" and rule.signal == "identity.match")
        self._rule = next((rule for rule in rules if rule.below is not None), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free what native libraries hold."""
        self._open.close()

    def look(self, data: bytes, name: str) -> FrameReport:
        """Look at one picture.

        Args:
            data: the bytes of its file.
            name: what the report calls it.

        Raises:
            InputError: it is no picture that can be read.
        """
        frame = Frame("webcam", 0.0, media.decode_photo(data, name))
        found = look(frame, self._finders)
        counted = find_counted_faces(found.boxes, self._policy)
        others = [box for box in found.boxes if box.label != "face"]
        frame = replace(frame, boxes=(*counted, *others))
        seen = look(frame, self._others)
        faces = [self._examine(frame, face) for face in counted]
        best = max((face for face in faces if face.match is not None), key=lambda face: face.match or 0.0, default=None)
        compared: dict[str, float | None] = {}
        if self._known:
            compared["identity.similarity"] = best.similarity if best else None
            compared["identity.match"] = best.match if best else None
        observed = tidy(Observation("webcam", 0.0, {**found.values, **seen.values, **compared}, seen.boxes))
        still = judge_still(observed, self._policy)
        return self._report(data, name, frame, still, faces, best)

    def _report(
        self, data: bytes, name: str, frame: Frame, still: Still, faces: list[FrameFace], best: FrameFace | None
    ) -> FrameReport:
        values = tidy(Observation("webcam", 0.0, still.values)).values
        count = values["face.count"]
        score, faceless = observed_score(values), values.get("person.faceless") == 1
        report = FrameReport(
            file=name.encode("utf-8", "backslashreplace").decode(),
            sha256=hashlib.sha256(data).hexdigest(),
            width_px=frame.rgb.shape[1],
            height_px=frame.rgb.shape[0],
        )
        return report
