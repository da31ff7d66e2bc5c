"""Signals made from signals: what rules watch is often not what a detector measures.

Everything here is causal: a derived value rests on this moment and those before it, never on later ones, so
that a live feed and a finished recording give the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from proctor_cli.policy import Policy
from proctor_cli.risk.attention import Attention
from proctor_cli.risk.surroundings import Surroundings
from proctor_cli.types import Observation

_POSE = ("head.yaw_deg", "head.pitch_deg", "gaze.yaw_deg", "gaze.pitch_deg", "eyes.open")

INPUTS: Mapping[str, tuple[str, ...]] = {
    "face.count": ("face.score", "picture.bright"),
    "away.ratio": _POSE,
    "away.left": _POSE,
    "away.right": _POSE,
    "away.up": _POSE,
    "away.down": _POSE,
    "focus.score": ("face.score", *_POSE),
    "phone.seen": ("phone.score",),
    "banned.score": ("laptop.score", "book.score", "tv.score"),
    "person.extra": ("person.score",),
}
"""Derived signal -> the measured signals it needs."""


def derive(observations: Iterable[Observation], policy: Policy) -> Iterator[Observation]:
    """Each observation, in order, with the derived signals it allows; boxes stay as they are.

    - ``face.count``: faces that count ([faces]); None in a picture too dark for a missing face to mean anything, and
      then all that was measured of faces is None too;
    - ``away.ratio``, ``away.left/right/up/down``, ``focus.score``: see attention.py;
    - ``phone.seen``, ``banned.score``, ``person.extra``: see surroundings.py.
    """
    attention, surroundings = Attention(policy), Surroundings(policy)
    for observation in observations:
        values = observation.values
        if observation.source != "webcam":
            yield observation
            continue
        derived: dict[str, float | None] = {}
        if "face.score" in values:
            derived["face.count"] = _count_faces(observation, policy)
            if derived["face.count"] is None:
                # coverage must not call this measured
                derived |= {signal: None for signal in values if signal.startswith("face.")}
        if "head.yaw_deg" in values:
            derived |= attention.follow(observation.t_s, values, derived.get("face.count"))
        derived |= surroundings.look(observation)
        yield Observation(observation.source, observation.t_s, {**values, **derived}, observation.boxes)


def _count_faces(observation: Observation, policy: Policy) -> float | None:
    faces, values = policy.faces, observation.values
    if values["face.score"] is None:
        return None
    heights = [
        box.height
        for box in observation.boxes
        if box.label == "face" and box.score >= faces.min_score and box.height >= faces.min_height
    ]
    if not heights:
        bright = values.get("picture.bright")
        return 0.0 if bright is None or bright >= faces.min_bright else None
    smallest = faces.min_relative_height * max(heights)
    return float(sum(height >= smallest for height in heights))
