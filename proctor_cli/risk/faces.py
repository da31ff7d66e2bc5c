"""How many of the faces found are people's."""

from __future__ import annotations

from collections.abc import Mapping

from proctor_cli.policy import Policy
from proctor_cli.risk.posters import Posters, is_same_place
from proctor_cli.types import Box, Observation

_OF_A_FACE = ("face", "head", "gaze", "eyes", "mouth", "identity", "live", "backdrop")
"""Families of signals that were measured on the largest face in view."""


class FaceCounter:
    """Follows the faces of one webcam.

    The candidate's is the largest of most looks, and always counts; further ones count unless they hang on the wall.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.faces
        self._posters = Posters()
        self._place: Box | None = None  # where the candidate's face was last

    def count(self, observation: Observation) -> tuple[float | None, Mapping[str, float | None]]:
        """Faces that count, in order of time, and what was measured of them.

        None in a picture too dark for a missing face to mean anything. Where the only face in view hangs on the wall,
        nothing was measured of the candidate.
        """
        limits, values = self._limits, observation.values
        if values["face.score"] is None:
            return None, values
        faces = [
            box
            for box in observation.boxes
            if box.label == "face" and box.score >= limits.min_score and box.height >= limits.min_height
        ]
        if len(faces) > 1:
            faces.sort(key=lambda box: -box.height)
        place = self._place
        own = None if place is None else next((box for box in faces if is_same_place(box, place)), None)
        if own is None and faces and not self._posters.is_known(faces[0]):
            own = faces[0]
        others = self._posters.find_people(observation.t_s, [box for box in faces if box is not own])
        if own is not None and not others:
            self._place = own
            return 1.0, values
        if own is None and not others:
            bright = values.get("picture.bright")
            unknown = bright is not None and bright < limits.min_bright
            return None if unknown else 0.0, _forget(values) if faces else values
        tallest = faces[0].height
        people = [own] if own is not None else []
        people += others
        return float(sum(box is own or box.height >= limits.min_relative_height * tallest for box in people)), values


def _forget(values: Mapping[str, float | None]) -> dict[str, float | None]:
    return {signal: None if signal.partition(".")[0] in _OF_A_FACE else value for signal, value in values.items()}
