"""Signals made from signals: what rules watch is often not what a detector measures.

Everything here is causal: a derived value rests on this moment and those before it, never on later ones, so
that a live feed and a finished recording give the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from proctor_cli.policy import Policy
from proctor_cli.types import Observation

INPUTS: Mapping[str, tuple[str, ...]] = {
    "face.count": ("face.score",),
    "banned.score": ("laptop.score", "book.score", "tv.score"),
}
"""Derived signal -> the measured signals it needs."""


def derive(observations: Iterable[Observation], policy: Policy) -> Iterator[Observation]:
    """Each observation, in order, with the derived signals it allows; boxes stay as they are."""
    for observation in observations:
        values = observation.values
        derived: dict[str, float | None] = {}
        if "face.score" in values:
            derived["face.count"] = None if values["face.score"] is None else _count_faces(observation, policy)
        if any(signal in values for signal in INPUTS["banned.score"]):
            derived["banned.score"] = _banned_score(values, policy)
        if derived:
            yield Observation(observation.source, observation.t_s, {**values, **derived}, observation.boxes)
        else:
            yield observation


def _count_faces(observation: Observation, policy: Policy) -> float:
    faces = policy.faces
    return float(
        sum(
            box.label == "face" and box.score >= faces.min_score and box.height >= faces.min_height
            for box in observation.boxes
        )
    )


def _banned_score(values: Mapping[str, float | None], policy: Policy) -> float | None:
    """Score of the surest banned thing, 0 when none is sure enough, None when none could be looked for."""
    objects = policy.objects
    least = (objects.laptop_min_score, objects.book_min_score, objects.tv_min_score)
    scores = [(values.get(signal), low) for signal, low in zip(INPUTS["banned.score"], least, strict=True)]
    measured = [score if score >= low else 0.0 for score, low in scores if score is not None]
    return max(measured, default=None)
