"""The tables of a policy file but its rules, as frozen values. The numbers are in ``templates/policies/default.toml``.

A new setting is one line here (with its docstring, which becomes its description in the JSON Schema) and one line
there. Cross-checks between two fields are validators of the field that comes later, so that all mistakes of a file
are found in one go.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Seconds = Annotated[float, Field(ge=0)]
Score = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=0, le=180)]
Points = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """One table of the policy file: frozen, and nothing in it that is not asked for."""

    # strict: "2" is not a number and 1 is not true; a policy that needs guessing is refused.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        serialize_by_alias=True,
    )


class Timing(Section):
    """How time without measurements is treated."""

    bridge_s: Seconds
    """A condition lives through at most this long without a measurement, if it is going on before and after, s."""
    hold_s: Annotated[float, Field(ge=5)]
    """One measurement speaks for at most this long; after that the signal counts as unmeasured, s.
    The log's signals are states and hold until they change. Not below 5: so often is silence told again."""


class Risk(Section):
    """How points turn into risk."""

    decay_per_s: Points
    """Temporary risk lost per second while nothing that scores is going on, points/s."""
    critical_alert_limit: Count
    """A live exam would be ended at this many critical alerts."""


class Priority(Section):
    """When a session asks for a second look. Reaching any one of the figures is enough."""

    medium_risk: Points
    """Highest risk of the session from which the priority is medium, points."""
    high_risk: Points
    """… and high, points."""
    medium_points: Points
    """Sum of all points added from which the priority is medium, points."""
    high_points: Points
    """… and high, points."""
    medium_critical_alerts: Count
    """Critical alerts from which the priority is medium."""
    high_critical_alerts: Count
    """… and high."""

    @field_validator("high_risk", "high_points", "high_critical_alerts")
    @classmethod
    def _not_below_medium(cls, high: float, info: ValidationInfo) -> float:
        medium = info.data.get(str(info.field_name).replace("high", "medium"))
        if medium is not None and high < medium:
            raise ValueError(f"must not be below the figure for medium, {medium:g}")
        return high


class Faces(Section):
    """Which of the faces found in a picture count."""

    min_score: Score
    """Smallest detection score."""
    min_height: Score
    """Smallest height, fraction of the picture's height: smaller faces are pictures on the wall."""
    min_relative_height: Score
    """Smallest height of a further face, fraction of the largest face's height."""
    min_bright: Score
    """Brightest hundredth of a picture (``picture.bright``) below which a missing face proves nothing."""


class Neutral(Section):
    """How the candidate's own way of looking at the screen is learned, from which angles are measured."""

    learn_s: Seconds
    """Time of measured pose from which it is first learned, s."""
    min_samples: Count
    """Fewest measurements it may rest on."""
    adapt_tau_s: Annotated[float, Field(gt=0)]
    """Time constant with which it follows a change of seat, s."""
    max_yaw_deg: Degrees
    """Poses turned further from the camera's axis than this are not learned from, degrees."""
    max_pitch_deg: Degrees
    """The same for pitch, degrees."""


Turn = Annotated[float, Field(gt=0, le=180)]


class Away(Section):
    """From which angles, measured from neutral, somebody looks away: ``away.ratio`` is 1 at these."""

    head_yaw_deg: Turn
    """Head to the left or right, degrees."""
    head_pitch_up_deg: Turn
    """Head up, degrees."""
    head_pitch_down_deg: Turn
    """Head down, degrees."""
    eye_yaw_deg: Turn
    """Eyes to the left or right in a head that is still, degrees."""
    eye_pitch_up_deg: Turn
    """Eyes up, degrees."""
    eye_pitch_down_deg: Turn
    """Eyes down, degrees."""


class Focus(Section):
    """The focus score, 0-100: a moving average of 100 (eyes and head on the screen) and 0 (away, or nobody there)."""

    tau_s: Annotated[float, Field(gt=0)]
    """Time constant of its average, s."""


class Position(Section):
    """How the candidate sits, and from when on a face that is missing is one that was not found."""

    view_deg: Annotated[float, Field(gt=0, lt=180)]
    """What the webcam is taken to see from left to right in a picture of 16:9; distances follow from it, degrees."""
    settle_s: Annotated[float, Field(gt=0)]
    """The distance is a median over this time, s."""
    backlit_face: Score
    """A brighter face (``face.luma``) is well lit, whatever shines behind it."""
    person_min_score: Score
    """Smallest score of a person who is surely there though no face is found."""
    unseen_s: Seconds
    """Every look for this long must have shown that person, s. Shorter than NO_FACE takes, or it is of no use."""


class Talking(Section):
    """When the mouth moves as in speech: ``mouth.talking`` is 1 when the lips part and close as often as there."""

    window_s: Annotated[float, Field(gt=0)]
    """Time over which movements are counted, s."""
    min_swing: Annotated[float, Field(gt=0)]
    """Smallest movement that counts, change of ``mouth.open``."""
    full_per_s: Annotated[float, Field(gt=0)]
    """Movements a second, up and down counted each, that make ``mouth.talking`` 1."""
    min_open: Annotated[float, Field(ge=0)]
    """``mouth.open`` above which the lips are apart ..."""
    min_open_share: Score
    """... as they must be in this share of the looks."""
    max_yaw_deg: Degrees
    """In a head turned further the mouth is not measured, degrees."""
    max_smile: Score
    """In a wider smile (``mouth.smile``) it is not measured."""


class Sound(Section):
    """What is asked of the sound, and when speech is heard that nobody in view can be speaking."""

    required: bool
    """true: a session without any sound is reported as AUDIO_MISSING, about the recording."""
    still_s: Annotated[float, Field(gt=0)]
    """Lips are still that have not moved for this long, s."""
    still_swing: Annotated[float, Field(gt=0)]
    """Smallest movement that counts, change of ``mouth.open``."""
    absent_s: Seconds
    """Nobody is in the picture when neither a face nor a body was found in it for this long, s."""


class Liveness(Section):
    """From when on it is doubtful that a live person sits there: each ``spoof`` signal is 1 at these."""

    texture_logit: Annotated[float, Field(lt=0)]
    """Median logit of live minus print or screen, if ``texture_drop`` is reached too."""
    texture_drop: Annotated[float, Field(gt=0)]
    """By so much it must lie below what is usual for the candidate's face, logits."""
    texture_s: Annotated[float, Field(gt=0)]
    """Time over which the median is taken, s."""
    held_share: Annotated[float, Field(gt=0, le=1)]
    """Share of looks in which what surrounds the face moves with it."""
    held_looks: Count
    """So many looks are asked (the face must move in each)."""
    held_window_s: Annotated[float, Field(gt=0)]
    """They must lie within this time, s."""
    held_usual: Score
    """A candidate of whom a larger share is usual (long hair) is not judged by it."""
    loop_share: Annotated[float, Field(gt=0, le=1)]
    """Share of what moves in the picture that repeats an earlier movement exactly, for seconds."""


class Objects(Section):
    """From which detection score a thing is there at all, by its label; and which things do not count."""

    room_s: Seconds
    """The room is learned for this long: what stands in view then, and stays there, does not count, s."""
    room_overlap: Score
    """A thing that shares this much of its area with one of the room (or the other way round) is that one."""
    phone_sure_score: Score
    """A phone seen this surely counts by a single look."""
    phone_max_area: Score
    """A "phone" larger than this, fraction of the picture, is something else."""
    person_min_height: Score
    """People who fill less of the picture's height are far behind the candidate, or pictures."""
    person_max_inside: Score
    """A person's box that lies in the candidate's by more than this share is part of the candidate."""

    phone_min_score: Score
    """Phones."""
    laptop_min_score: Score
    """Laptops."""
    book_min_score: Score
    """Books."""
    tv_min_score: Score
    """Televisions and monitors."""
    person_min_score: Score
    """People."""


Words = Annotated[str, Field(min_length=1)]


class Site(Section):
    """A site or an application."""

    name: Words
    """What results call it."""
    signs: Annotated[tuple[Words, ...], Field(strict=False, min_length=1)]
    """What it is told by: a host in the address bar (``chatgpt.com``; with its subdomains: ``*.slack.com``), or, where
    no address is shown, a title or heading, or a part of one between dashes."""


class Screen(Section):
    """What a screen recording may show besides the exam."""

    learn_s: Seconds
    """What the exam looks like is learned from so much of the recording, s. It is judged once that is over."""
    black_luma: Score
    """Mean brightness below which a screen with hardly any text on it is black."""
    allowed: Annotated[tuple[Words, ...], Field(strict=False)]
    """What may be opened beside the exam, told by the same signs: showing it is no event."""
    own_words: Annotated[tuple[Words, ...], Field(strict=False)]
    """Words by which boxes of the exam itself and of the browser are told from notifications."""
    forbidden: Annotated[tuple[Site, ...], Field(strict=False)]
    """Sites and applications that are named when they are shown. A policy that names some replaces the whole list."""
