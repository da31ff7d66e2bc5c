"""Whose speech it may be: heard while the lips in the picture are still, or while nobody is in it.

Speech moves the lips several times a second. Where they have not moved for seconds and speech goes on, somebody else
speaks, or something: a neighbour, a television, a loudspeaker. What cannot be judged is not guessed at: a turned or
small face, a wide smile, several faces, a person whose face is not found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from proctor_cli.policy import Policy, Rule
from proctor_cli.risk.talking import count_swings
from proctor_cli.types import Observation, Recording

_MIN_PER_S = 3.0
"""Fewer looks at the mouth than this in a second could miss that it moves."""
_STILL_SWINGS = 1
"""So many movements are a breath or a swallow, or a face that has just come to rest."""
_FRESH_S = 3.0
"""What was seen longer ago says nothing about now."""
_SILENT_S = 5.0
"""Between sentences noise gates close for a moment; a microphone that has given nothing for longer hears nothing."""
_AGAIN_S = 5.0
"""That there is no sound is said so often that no rule's memory (timing.hold_s, 5 s or more) is shorter."""


class Voice:
    """Follows one webcam and its sound.

    ``voice.off_camera`` is ``sound.speech`` while nobody in view can be speaking, and 0 while somebody may be; None
    while that cannot be told. ``voice.still`` and ``voice.absent`` are the same for its two reasons: lips that do not
    move, and nobody in the picture.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits, self._talking = policy.sound, policy.talking
        self._silence_db, self._sounded_s = find_silence_db(policy.enabled_rules), -inf
        self._person_min_score = policy.objects.person_min_score
        self._gaps: deque[tuple[float, float]] = deque()
        self._faces: tuple[float, float | None] = (-inf, None)
        self._person: tuple[float, float | None] = (-inf, None)
        self._empty_since_s: float | None = None

    def see(self, t_s: float, values: Mapping[str, float | None]) -> None:
        """Take in what the webcam shows, in order of time: ``values`` with ``face.count`` and the mouth's signals."""
        if "person.score" in values:
            self._person = (t_s, values["person.score"])
        if "face.count" in values:
            self._faces = (t_s, values["face.count"])
            empty = values["face.count"] == 0 and not self._may_be_there(t_s)
            self._empty_since_s = (t_s if self._empty_since_s is None else self._empty_since_s) if empty else None
        if (gap := values.get("mouth.open")) is not None and self._is_telling(values):
            self._gaps.append((t_s, gap))
        self._forget(t_s)  # here too: nobody may be listening

    def hear(self, t_s: float, values: Mapping[str, float | None]) -> dict[str, float | None]:
        """The signals at a moment of sound; without a webcam, of the sound alone.

        ``sound.speech`` becomes None where the sound has been silent for long, or from the beginning: through a muted
        microphone nobody can be heard.
        """
        muted = self._is_muted(t_s, values)
        told: dict[str, float | None] = {"sound.speech": None} if muted and "sound.speech" in values else {}
        if self._faces[0] == -inf:
            return told
        speech = None if muted else values.get("sound.speech")
        who = self._look(t_s) if speech is not None else "unknown"
        if who == "unknown":
            return {**told, "voice.off_camera": None, "voice.still": None, "voice.absent": None}
        return {
            "voice.off_camera": speech if who != "moving" else 0.0,
            "voice.still": speech if who == "still" else 0.0,
            "voice.absent": speech if who == "absent" else 0.0,
        }

    def _is_muted(self, t_s: float, values: Mapping[str, float | None]) -> bool:
        level_db = values.get("sound.level_db")
        if level_db is None or level_db >= self._silence_db:
            self._sounded_s = t_s
        return t_s - self._sounded_s > _SILENT_S

    def _look(self, t_s: float) -> str:
        """What the picture says of whoever is in it: "still" or "moving" lips, "absent", or "unknown"."""
        looked_s, count = self._faces
        self._forget(t_s)
        if t_s - looked_s > _FRESH_S or count is None:
            return "unknown"
        if self._empty_since_s is not None and t_s - self._empty_since_s >= self._limits.absent_s:
            return "absent"
        if count != 1 or len(self._gaps) < _MIN_PER_S * self._limits.still_s:
            return "unknown"
        swings = count_swings((gap for _, gap in self._gaps), self._limits.still_swing)
        return "still" if swings <= _STILL_SWINGS else "moving"

    def _forget(self, t_s: float) -> None:
        """Leave out the looks at the mouth that are too long ago to matter."""
        while self._gaps and self._gaps[0][0] <= t_s - self._limits.still_s:
            self._gaps.popleft()

    def _may_be_there(self, t_s: float) -> bool:
        """Whether somebody is in the picture without a face, or nobody has looked for bodies."""
        looked_s, score = self._person
        return t_s - looked_s > _FRESH_S or score is None or score >= self._person_min_score

    def _is_telling(self, values: Mapping[str, float | None]) -> bool:
        yaw_deg, smile = values.get("head.yaw_deg"), values.get("mouth.smile")
        turned = yaw_deg is None or abs(yaw_deg) > self._talking.max_yaw_deg
        return not turned and smile is not None and smile <= self._talking.max_smile


def find_silence_db(rules: Iterable[Rule]) -> float:
    """What is quieter is silence, by the rule on ``sound.level_db``; -inf where there is none."""
    silences_db = (rule.below for rule in rules if rule.signal == "sound.level_db")
    return max((below_db for below_db in silences_db if below_db is not None), default=-inf)


def tell_missing_sound(recording: Recording, policy: Policy) -> Iterator[Observation]:
    """``sound.missing`` of a session: 1 all the time when the policy asks for sound and no recording has any, else 0.

    Nobody has to listen to know that, so it is not among what was observed, and another policy may ask for it.
    """
    start_s, end_s = recording.span or (0.0, recording.duration_s)
    heard = any(clip.has_audio for clip in recording.clips if clip.source != "workspace")
    if heard or not policy.sound.required:
        yield Observation("sound", start_s, {"sound.missing": 0.0})
        return
    t_s = start_s
    while t_s < end_s:
        yield Observation("sound", t_s, {"sound.missing": 1.0})
        t_s += _AGAIN_S
    if end_s < recording.duration_s:
        yield Observation("sound", end_s, {"sound.missing": 0.0})
