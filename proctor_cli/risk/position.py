"""Where the candidate sits, how much of the face shows, and whether a face that is missing is just not found."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import inf, radians, tan
from statistics import median

from proctor_cli.policy import Policy
from proctor_cli.types import Box, Observation

_IRIS_CM = 1.17
"""Width of the visible iris: 11.7 mm +- 0.5 across people, the figure on which MediaPipe Iris rests, too."""
_WIDE = 16 / 9
"""The shape to which the angle of view belongs. Cameras make narrower pictures by cutting off the sides (VGA) or by
being turned (phones), so it is the shorter side that tells how much a pixel is."""
_TURNED_DEG = 35.0
"""A head turned further hides one eye; a face that is lost then has been turned away and is no riddle."""
_MIN_SAMPLES = 3
_PLACE_TAU_S = 3.0
"""The usual place of the face follows it with this time constant."""
_TOP = 0.02
"""A box that begins this near to the picture's upper edge goes on above it."""
_MIN_BODY = 1.6
"""From the middle of the face downwards, head and shoulders are at least this many faces high."""
_LONGEST_LOOK_S = 4.0
"""Looks for people further apart than this do not speak for the time between them."""


class Position:
    """Follows the face of one webcam.

    - ``face.distance_cm``: of the eyes from the camera, median over [position] settle_s, from the width of the iris and
      the angle of view that the policy assumes; None while the head is turned;
    - ``face.partial``: share of the face that is outside of the picture, 1 when a face is there but shows no features
      (covered, or turned to the side); None when several faces are in view and none of them can be measured;
    - ``face.backlight``: share of the picture that is as bright as can be, 0 while the face is bright nevertheless
      ([position] backlit_face).

    None where there is no face.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.position
        self._distances_cm: deque[tuple[float, float]] = deque()

    def follow(self, t_s: float, values: Mapping[str, float | None], faces: float | None) -> dict[str, float | None]:
        """The derived signals of one moment, in order of time. ``faces`` is ``face.count``."""
        return {
            "face.distance_cm": self._distance_cm(t_s, values) if faces else None,
            "face.partial": _partial(values, faces) if faces else None,
            "face.backlight": self._backlight(values) if faces else None,
        }

    def _distance_cm(self, t_s: float, values: Mapping[str, float | None]) -> float | None:
        distance_cm = measure_distance_cm(values, self._limits.view_deg)
        if distance_cm is None:
            return None
        known = self._distances_cm
        known.append((t_s, distance_cm))
        while known[0][0] <= t_s - self._limits.settle_s:
            known.popleft()
        return median(cm for _, cm in known) if len(known) >= _MIN_SAMPLES else None

    def _backlight(self, values: Mapping[str, float | None]) -> float | None:
        luma, glare = values.get("face.luma"), values.get("picture.glare")
        if luma is None or glare is None:
            return None
        return glare if luma <= self._limits.backlit_face else 0.0


def measure_distance_cm(values: Mapping[str, float | None], view_deg: float) -> float | None:
    """Of the eyes from a camera that sees so much from left to right, by one look; None while the head is turned."""
    iris, yaw_deg = values.get("face.iris"), values.get("head.yaw_deg")
    if not iris or yaw_deg is None or abs(yaw_deg) > _TURNED_DEG:
        return None
    return _IRIS_CM * _WIDE / (2 * tan(radians(view_deg) / 2)) / iris


def _partial(values: Mapping[str, float | None], faces: float) -> float | None:
    outside = values.get("face.outside")
    if outside is None and faces == 1:
        return 1.0
    return outside


class Unseen:
    """Whether somebody sits there whose face is not found: then it is the picture that fails, not the candidate.

    For that, each look of [position] unseen_s must have shown a person who fits the candidate's place: surely found,
    head and shoulders where the face usually is, head not above the picture. Knees that stay behind and a visitor at
    the edge fit no face; of a body that stands up and leaves the head is above the picture; a face that was turned
    away when it was lost has been turned away.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.position
        self._min_height = policy.objects.person_min_height
        self._place: Box | None = None  # where the face usually is
        self._placed_s = -inf
        self._turned = False
        self._since_s: float | None = None
        self._looked_s = -inf

    def see(self, observation: Observation, faces: float | None) -> bool | None:
        """Whether a person is there without a face; None when that is not known. In order of time.

        ``faces`` is the number of faces that were found, whatever that means.
        """
        t_s, values = observation.t_s, observation.values
        if faces:
            self._follow(observation)
        if faces != 0 or t_s - self._looked_s > _LONGEST_LOOK_S:
            self._since_s = None
        if (score := values.get("person.score")) is not None:
            self._looked_s = t_s
            if not (faces == 0 and score >= self._limits.person_min_score and self._fits(observation)):
                self._since_s = None
            elif self._since_s is None:
                self._since_s = t_s
        if faces is None:
            return None
        return self._since_s is not None and t_s - self._since_s >= self._limits.unseen_s - 1e-9

    def _follow(self, observation: Observation) -> None:
        faces = [box for box in observation.boxes if box.label == "face"]
        if not faces:
            return
        face = faces[0] if len(faces) == 1 else max(faces, key=lambda box: box.area)
        weight = 1.0 if self._place is None else min(1.0, (observation.t_s - self._placed_s) / _PLACE_TAU_S)
        self._place = face if self._place is None else _between(self._place, face, weight)
        self._placed_s = observation.t_s
        yaw_deg, pitch_deg = observation.values.get("head.yaw_deg"), observation.values.get("head.pitch_deg")
        if yaw_deg is not None and pitch_deg is not None:
            self._turned = max(abs(yaw_deg), abs(pitch_deg)) > _TURNED_DEG

    def _fits(self, observation: Observation) -> bool:
        people = (
            box for box in observation.boxes if box.label == "person" and box.score >= self._limits.person_min_score
        )
        return not self._turned and any(self._has_head(person) for person in people)

    def _has_head(self, person: Box) -> bool:
        """Whether this body is one whose head must be in the picture, where the face usually is."""
        face = self._place
        if face is None:  # no face was ever found: somebody who sits in the middle
            return person.y0 > _TOP and person.height >= self._min_height and person.x0 < 0.5 < person.x1
        x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
        cut_off = person.y0 <= _TOP < face.y0 - face.height / 2
        return person.x0 < x < person.x1 and person.y0 < y and person.y1 - y >= _MIN_BODY * face.height and not cut_off


def _between(first: Box, second: Box, weight: float) -> Box:
    return Box(
        first.x0 + weight * (second.x0 - first.x0),
        first.y0 + weight * (second.y0 - first.y0),
        first.x1 + weight * (second.x1 - first.x1),
        first.y1 + weight * (second.y1 - first.y1),
        second.label,
        second.score,
    )
