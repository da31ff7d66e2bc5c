"""What a single picture says by itself: the policy's thresholds, without its durations.

Much needs time: movement, a neutral pose, what is usual for a candidate, what stood in the room from the beginning, who
hangs on the wall. Of one picture that is not known, so pose and texture are held against wider limits, and whatever
stands in view counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proctor_cli.policy import Policy, Rule
from proctor_cli.risk.position import Position, Unseen, measure_distance_cm
from proctor_cli.risk.surroundings import find_phones, find_things, is_beside, split_people
from proctor_cli.types import Box, FrameAlert, Observation

_SURE_BY_ONE_LOOK = 3
"""Times [liveness] texture_logit: beyond that a texture is doubtful whatever is usual for the face (liveness.py)."""
_TOWARDS = {
    "away.left": "to the left of the picture",
    "away.right": "to the right of the picture",
    "away.up": "up",
    "away.down": "down",
}
_BANNING = {
    "phone": ("phone.seen", "a phone"),
    "laptop": ("banned.score", "a laptop"),
    "book": ("banned.score", "a book"),
    "tv": ("banned.score", "a screen"),
    "headphones": ("wearables.score", "headphones"),
    "earbuds": ("wearables.score", "earbuds"),
    "smartwatch": ("wearables.score", "a smartwatch"),
}
"""Label -> the signal for which its boxes count, and its name in a sentence."""
_WORN = ("headphones", "earbuds", "smartwatch")
# Signal, and whether it is above or below the rule's threshold, -> words. {value} is the signal's.
_WORDS = {
    ("face.count", "below"): "no face is found",
    ("face.count", "above"): "{value:.0f} faces are in view",
    ("person.extra", "above"): "a second person is in view (score {value:.2f})",
    ("person.faceless", "above"): "a person is in view whose face is not found",
    (
        "identity.seen",
        "below",
    ): "the face in view is not like the reference photos' (match {value:.2f} of 1)",
    ("eyes.open", "below"): "the eyes are closed",
    ("picture.luma", "below"): "the picture is dark (brightness {value:.2f} of 1)",
    ("picture.sharpness", "below"): "the picture is blurred",
    ("picture.edges", "below"): "the picture shows nothing, as if the lens were covered",
    ("face.backlight", "above"): "the background is much brighter than the face",
    ("face.distance_cm", "above"): "the face is far from the camera (about {value:.0f} cm)",
    ("face.distance_cm", "below"): "the face is close to the camera (about {value:.0f} cm)",
    ("face.partial", "above"): "only a part of the face can be seen",
}


@dataclass(frozen=True, slots=True)
class Still:
    """What the policy makes of one picture.

    ``values`` are measured and derived signals; ``people`` is how many are in view, None when that is not known;
    ``banned`` are the things for which there is an alert. ``judged`` are the signals that have a value and that some
    rule watches; ``alerting`` those of them for which there is an alert. ``too_dark`` is a picture in which what is not
    found may well be there.
    """

    values: Mapping[str, float | None]
    people: int | None
    banned: tuple[Box, ...]
    alerts: tuple[FrameAlert, ...]
    judged: frozenset[str]
    alerting: frozenset[str]
    too_dark: bool


def find_counted_faces(boxes: Iterable[Box], policy: Policy) -> list[Box]:
    """The faces that count by [faces], the largest first."""
    limits = policy.faces
    faces = [
        box
        for box in boxes
        if box.label == "face" and box.score >= limits.min_score and box.height >= limits.min_height
    ]
    faces.sort(key=lambda box: -box.height)
    return [box for box in faces if box.height >= limits.min_relative_height * faces[0].height]


def find_least_alive(values: Mapping[str, float | None]) -> float | None:
    """The logit of the face in view that is least alive; None when none was measured."""
    logits = (values.get(name) for name in ("live.logit", "live.least"))
    return min((logit for logit in logits if logit is not None), default=None)


def judge_still(observation: Observation, policy: Policy) -> Still:
    """Judge what was measured in one picture of a webcam, by the rules that one picture can break."""
    values = dict(observation.values) | _derive(observation, policy)
    things = _find_banned(observation.boxes, policy)
    hits: list[Rule] = []
    judged: set[str] = set()
    for rule in policy.enabled_rules:
        value = values.get(rule.signal)
        if rule.source != "webcam" or value is None:
            continue
        judged.add(rule.signal)
        if value > rule.threshold if rule.above is not None else value < rule.threshold:
            hits.append(rule)
    banned = {
        thing
        for rule in hits
        for thing in things
        if _BANNING[thing.label][0] == rule.signal and thing.score > rule.threshold
    }
    return Still(
        values=values,
        people=_count_people(observation, values, policy),
        banned=tuple(thing for thing in things if thing in banned),
        alerts=tuple(FrameAlert(rule.event, rule.severity, _describe(rule, values, banned)) for rule in hits),
        judged=frozenset(judged),
        alerting=frozenset(rule.signal for rule in hits),
        too_dark=_is_too_dark(values, policy),
    )


def _derive(observation: Observation, policy: Policy) -> dict[str, float | None]:
    """The derived signals that do not need time."""
    values, found = observation.values, dict[str, float | None]()
    faces = found["face.count"] = _count_faces(observation, policy)
    if values.get("face.score") is not None and values.get("person.score") is not None:
        at_once = policy.model_copy(update={"position": policy.position.model_copy(update={"unseen_s": 0.0})})
        faceless = Unseen(at_once).see(observation, faces)
        found["person.faceless"] = None if faceless is None else float(faceless)
        if faceless:
            found["face.count"] = faces = None
    if "face.outside" in values:
        found |= Position(policy).follow(observation.t_s, values, faces)
        found["face.distance_cm"] = measure_distance_cm(values, policy.position.view_deg) if faces else None
    if "head.yaw_deg" in values:
        found |= _measure_turn(values, policy)
    if "live.logit" in values:
        found["spoof.texture"] = found["spoof.ratio"] = _measure_texture(values, policy)
    found |= _measure_things(observation, policy)
    return found


def _count_faces(observation: Observation, policy: Policy) -> float | None:
    """None when faces were not looked for, and in a picture so dark that a missing one means nothing."""
    if observation.values.get("face.score") is None:
        return None
    faces = find_counted_faces(observation.boxes, policy)
    return None if _is_too_dark(observation.values, policy) and not faces else float(len(faces))


def _is_too_dark(values: Mapping[str, float | None], policy: Policy) -> bool:
    bright = values.get("picture.bright")
    return bright is not None and bright < policy.faces.min_bright


def _measure_turn(values: Mapping[str, float | None], policy: Policy) -> dict[str, float | None]:
    """``away.*`` of the head against the camera's axis: 1 is away by [away] from the last plausible neutral pose."""
    yaw_deg, pitch_deg = values.get("head.yaw_deg"), values.get("head.pitch_deg")
    if yaw_deg is None or pitch_deg is None:
        return dict.fromkeys(("away.ratio", "away.aside", "away.below", *_TOWARDS))
    plausible, away = policy.neutral, policy.away
    left = max(0.0, (-yaw_deg - plausible.max_yaw_deg) / away.head_yaw_deg)
    right = max(0.0, (yaw_deg - plausible.max_yaw_deg) / away.head_yaw_deg)
    up = max(0.0, (pitch_deg - plausible.max_pitch_deg) / away.head_pitch_up_deg)
    down = max(0.0, (-pitch_deg - plausible.max_pitch_deg) / away.head_pitch_down_deg)
    return {
        "away.left": left,
        "away.right": right,
        "away.up": up,
        "away.down": down,
        "away.aside": max(left, right, up),
        "away.below": down,
        "away.ratio": max(left, right, up, down),
    }


def _measure_texture(values: Mapping[str, float | None], policy: Policy) -> float | None:
    logit = find_least_alive(values)
    return None if logit is None else max(0.0, logit / (_SURE_BY_ONE_LOOK * policy.liveness.texture_logit))


def _measure_things(observation: Observation, policy: Policy) -> dict[str, float | None]:
    values, limits = observation.values, policy.objects
    found: dict[str, float | None] = {}
    best: dict[str, float] = {}
    for thing in _find_banned(observation.boxes, policy):
        signal, _ = _BANNING[thing.label]
        best[signal] = max(thing.score, best.get(signal, 0.0))
    for label, (signal, _) in _BANNING.items():
        if values.get(f"{label}.score") is not None:
            found[signal] = best.get(signal, 0.0)
    if values.get("person.score") is not None:
        candidate, others = split_people(observation.boxes, limits)
        near = (box for box in others if candidate and is_beside(box, candidate, limits.person_min_height, limits))
        found["person.extra"] = max((box.score for box in near), default=0.0)
    return found


def _find_banned(boxes: tuple[Box, ...], policy: Policy) -> list[Box]:
    """Things that a rule may be about: phones of which one look is enough, and what is there at all of the others."""
    limits = policy.objects
    phones = [box for box in find_phones(boxes, limits) if box.score >= limits.phone_sure_score]
    return [*phones, *find_things(boxes, limits), *(box for box in boxes if box.label in _WORN)]


def _count_people(observation: Observation, values: Mapping[str, float | None], policy: Policy) -> int | None:
    """Bodies or faces, whichever are more; None unless both were looked for, and in a picture too dark to tell."""
    if values.get("face.score") is None or values.get("person.score") is None:
        return None
    limits = policy.objects
    candidate, others = split_people(observation.boxes, limits)
    bodies = 0
    if candidate:
        bodies = 1 + sum(is_beside(box, candidate, limits.person_min_height, limits) for box in others)
    faces = values["face.count"]
    return None if faces is None and not bodies else max(bodies, int(faces or 0))


def _describe(rule: Rule, values: Mapping[str, float | None], banned: Iterable[Box]) -> str:
    value, side = values[rule.signal], "below" if rule.above is None else "above"
    assert value is not None  # else the rule had not been broken
    if names := {name for box in banned for signal, name in [_BANNING[box.label]] if signal == rule.signal}:
        return f"in view: {', '.join(sorted(names))} (score {value:.2f})"
    if rule.signal.startswith("away."):
        furthest = max(_TOWARDS, key=lambda name: values[name] or 0.0)
        return (
            f"the head is turned {_TOWARDS[furthest]} (yaw {values['head.yaw_deg']:.0f}, pitch "
            f"{values['head.pitch_deg']:.0f} degrees from the camera's axis)"
        )
    if rule.signal.startswith("spoof."):
        return f"by one look, a face has the texture of a print or a screen (logit {find_least_alive(values):.1f})"
    words = _WORDS.get((rule.signal, side))
    return words.format(value=value) if words else f"{rule.signal} is {value:.4g}, {side} {rule.threshold:g}"
