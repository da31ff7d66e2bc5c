"""Signals made from signals: what rules watch is often not what a detector measures.

Everything here is causal: a derived value rests on this moment and those before it, never on later ones, so
that a live feed and a finished recording give the same values. With one exception: what the exam looks like on the
screen is learned from the first minute of the screen recording, and a live feed is judged that minute late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from proctor_cli.policy import Policy
from proctor_cli.risk import screen
from proctor_cli.risk.attention import Attention
from proctor_cli.risk.faces import FaceCounter
from proctor_cli.risk.liveness import Liveness
from proctor_cli.risk.position import Position, Unseen
from proctor_cli.risk.surroundings import Surroundings
from proctor_cli.risk.talking import Talking
from proctor_cli.risk.voice import Voice
from proctor_cli.types import Observation, Source

_MAX_ROLL_DEG = 40.0
"""A head tilted further is not compared: at 50 degrees people become as unlike themselves as strangers."""
_VOICE = ("sound.speech", "mouth.open", "face.score", "person.score")
_POSE = ("head.yaw_deg", "head.pitch_deg", "gaze.yaw_deg", "gaze.pitch_deg", "eyes.open")

INPUTS: Mapping[str, tuple[str, ...]] = {
    "face.count": ("face.score", "picture.bright"),
    "face.distance_cm": ("face.iris", "head.yaw_deg"),
    "face.partial": ("face.outside",),
    "face.backlight": ("face.luma", "picture.glare"),
    "mouth.talking": ("mouth.open", "mouth.smile", "head.yaw_deg"),
    "away.ratio": _POSE,
    "away.left": _POSE,
    "away.right": _POSE,
    "away.up": _POSE,
    "away.down": _POSE,
    "away.aside": _POSE,
    "away.below": _POSE,
    "focus.score": ("face.score", *_POSE),
    "identity.seen": ("identity.match",),
    "spoof.texture": ("live.logit",),
    "spoof.held": ("backdrop.follow",),
    "spoof.loop": ("picture.repeat",),
    "spoof.ratio": ("live.logit", "backdrop.follow", "picture.repeat"),
    "phone.seen": ("phone.score",),
    "banned.score": ("laptop.score", "book.score", "tv.score"),
    "wearables.score": ("headphones.score", "earbuds.score", "smartwatch.score"),
    "person.extra": ("person.score",),
    "person.faceless": ("person.score", "face.score"),
    "voice.off_camera": _VOICE,
    "voice.still": _VOICE[:3],
    "voice.absent": ("sound.speech", "face.score", "person.score"),
    "sound.missing": (),
    **dict.fromkeys(screen.SIGNALS, ("screen.lines",)),
    "screen.black": ("picture.luma", "screen.lines"),
}
"""Derived signal -> the measured signals it needs."""


def find_inputs(source: Source, signal: str) -> list[tuple[Source, str]]:
    """The measured signals that a signal of ``source`` needs, and where each is measured: lips are seen, not heard."""
    needed = INPUTS.get(signal, (signal,))
    return [("webcam" if source == "sound" and not name.startswith("sound.") else source, name) for name in needed]


def find_shortest(policy: Policy) -> dict[tuple[Source, str], float]:
    """By measured signal: the least duration, s, of the rules with points that need it. Other rules only annotate."""
    shortest_s: dict[tuple[Source, str], float] = {}
    for rule in policy.enabled_rules:
        for needed in find_inputs(rule.source, rule.signal) if rule.points else ():
            shortest_s[needed] = min(rule.min_duration_s, shortest_s.get(needed, inf))
    return shortest_s


def derive(
    observations: Iterable[Observation],
    policy: Policy,
    exam_names: Sequence[str] = (),
    notes: screen.Notes | None = None,
) -> Iterator[Observation]:
    """Each observation, in order, with the derived signals it allows; boxes stay as they are.

    ``exam_names`` are titles and hosts of the exam, as far as the user has named them. ``notes`` are filled.

    - ``face.count``: faces that count ([faces]); None in a picture too dark for a missing face to mean anything and
      while a person is there whose face is not found, and then all that was measured of faces is None too;
    - ``face.distance_cm``, ``face.partial``, ``face.backlight``, and ``person.faceless``, which is 1 while a person is
      there whose face is not found: see position.py;
    - ``mouth.talking``: see talking.py;
    - ``away.ratio``, ``away.left/right/up/down``, ``away.aside/below``, ``focus.score``: see attention.py;
    - ``identity.seen``: how alike the candidate's face is, None when it is covered or lies on its side; with several
      people in view, the most alike of them;
    - ``spoof.texture``, ``spoof.held``, ``spoof.loop``, ``spoof.ratio``: see liveness.py;
    - ``screen.*``: see screen/look.py;
    - ``phone.seen``, ``banned.score``, ``wearables.score``, ``person.extra``: see surroundings.py; of a room scan the
      first and the last;
    - ``voice.off_camera``, ``voice.still``, ``voice.absent``, of the sound, and ``sound.speech``, which is None in long
      silence: see voice.py.
    """
    attention, surroundings, scanned = Attention(policy), Surroundings(policy), Surroundings(policy, scan=True)
    liveness, counter = Liveness(policy), FaceCounter(policy)
    position, unseen, talking = Position(policy), Unseen(policy), Talking(policy)
    voice = Voice(policy)
    display: screen.Screen | None = None
    for observation, layout in screen.learn_layout(observations, policy.screen, exam_names):
        values = observation.values
        if observation.source == "screen":
            if display is None and "screen.lines" in values:
                display = screen.Screen(policy, layout)
            if display is None:
                yield observation
                continue
            shown, words = display.follow(observation)
            if notes is not None and "screen.lines" in values:
                notes.see(layout, display.page, observation.t_s, shown["screen.exam"])
            yield _with(observation, {**values, **shown}, words)
            continue
        if observation.source == "workspace":
            yield _with(observation, {**values, **scanned.look(observation)})
            continue
        if observation.source == "sound":
            yield _with(observation, {**values, **voice.hear(observation.t_s, values)})
            continue
        if observation.source != "webcam":
            yield observation
            continue
        derived: dict[str, float | None] = {}
        if "face.score" in values:
            faces, known = counter.count(observation)
            if known is not values:
                values, observation = known, _with(observation, known)
            faceless = unseen.see(observation, faces)
            if "person.score" in values:
                is_known = faceless is not None and values["person.score"] is not None
                derived["person.faceless"] = float(bool(faceless)) if is_known else None
            derived["face.count"] = None if faceless else faces
            if derived["face.count"] is None:
                # coverage must not call this measured
                derived |= {signal: None for signal in values if signal.startswith("face.")}
        if "head.yaw_deg" in values:
            derived |= attention.follow(observation.t_s, values, derived.get("face.count"))
            derived["mouth.talking"] = talking.follow(observation.t_s, values)
        if "face.outside" in values:
            derived |= position.follow(observation.t_s, values, derived.get("face.count"))
        if "identity.match" in values:
            # Of several people in view the most alike counts; of one, not what hangs on the wall behind.
            alone = derived.get("face.count") == 1
            match = values["identity.match"] if alone else values.get("identity.best")
            derived["identity.seen"] = match if not alone or _is_upright(values) else None
        derived |= liveness.look(observation, derived.get("face.count"))
        derived |= surroundings.look(observation)
        seen = {**values, **derived}
        voice.see(observation.t_s, seen)
        yield Observation(observation.source, observation.t_s, seen, observation.boxes)


def _with(
    observation: Observation, values: Mapping[str, float | None], words: Mapping[str, str] | None = None
) -> Observation:
    """The observation with other values, and other words if any are given: what `dataclasses.replace` does slowly."""
    source, t_s, boxes, texts = observation.source, observation.t_s, observation.boxes, observation.texts
    return Observation(source, t_s, values, boxes, texts, observation.words if words is None else words)


def _is_upright(values: Mapping[str, float | None]) -> bool:
    """Whether the landmarks of the face were found, and not lying on their side: else it is covered, or turned.

    Embeddings are made from five landmarks that a face detector puts into turned faces as well, in wrong places.
    """
    roll_deg = values.get("head.roll_deg", 0.0)
    return roll_deg is not None and abs(roll_deg) <= _MAX_ROLL_DEG
