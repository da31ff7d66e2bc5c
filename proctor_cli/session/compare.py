"""Whose face is in a picture: compared with photos of the candidate, and with those of every student in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.errors import InputError
from proctor_cli.policy import Policy, Rule
from proctor_cli.session.enrol import embed_photo, enrol_photos
from proctor_cli.types import Embedding, Face, FrameFace


class Gallery:
    """The faces to compare with. ``warnings`` are sentences about photos that are of no use, or of different people.

    Args:
        faces: finds the faces in photos.
        identity: compares them.
        photos: of the candidate.
        students: name -> photos. One that cannot be used is left out.
        policy: its rule on ``identity.match`` says which faces are alike enough.

    Raises:
        InputError: a photo of the candidate cannot be read, or does not show just one face that is good enough.
    """

    def __init__(
        self,
        faces: Faces,
        identity: Identity,
        photos: Sequence[str],
        students: Mapping[str, Sequence[str]],
        policy: Policy,
    ) -> None:
        self._identity = identity
        self._rule = find_identity_rule(policy)
        self.warnings: list[str] = []
        self._known: tuple[Embedding, ...] = ()
        if photos:
            enrolment = enrol_photos(photos, faces, identity)
            self._known = enrolment.gallery
            self.warnings += [finding.message for finding in enrolment.findings]
        self._students: list[tuple[str, Embedding]] = []
        for name, theirs in students.items():
            for path in theirs:
                try:
                    self._students.append((name, embed_photo(path, faces, identity)))
                except InputError as error:
                    self.warnings.append(f"not compared with: {error}")

    @property
    def has_students(self) -> bool:
        """Whether any photo of a student can be compared with."""
        return bool(self._students)

    def compare(self, rgb: NDArray[np.uint8], face: FrameFace) -> FrameFace:
        """The face with what comparing it says; as it is, when it does not allow a verdict."""
        vector = self._identity.embed(rgb, face.box) if isinstance(face.box, Face) else None
        if vector is None:
            return face
        if self._known:
            similarity = _most_alike(vector, self._known)[1]
            match = self._identity.match(similarity)
            face = replace(face, similarity=similarity, match=match, verified=self._verify(match))
        if self._students:
            index, similarity = _most_alike(vector, [embedding for _, embedding in self._students])
            match = self._identity.match(similarity)
            name = self._students[index][0] if self._verify(match) else None
            face = replace(face, person_name=name, person_match=match)
        return face

    def _verify(self, match: float) -> bool | None:
        """Where the rule would end its incident it is the person, where it would begin one it is not; None between."""
        if self._rule is None:
            return None
        if match < self._rule.threshold:
            return False
        return True if self._rule.release is None or match >= self._rule.release else None


def find_identity_rule(policy: Policy) -> Rule | None:
    """The rule that says from when on a face is not the candidate's, None when the policy has none."""
    signals = ("identity.seen", "identity.match", "identity.best")
    rules = (rule for rule in policy.enabled_rules if rule.source == "webcam" and rule.signal in signals)
    return next((rule for rule in rules if rule.below is not None), None)


def _most_alike(vector: Embedding, others: Iterable[Embedding]) -> tuple[int, float]:
    """Which of the others, and the cosine of the two."""
    similarities = np.array(list(others)) @ np.array(vector)
    index = int(similarities.argmax())
    return index, float(similarities[index])
