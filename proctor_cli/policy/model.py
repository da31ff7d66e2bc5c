"""The policy as frozen values. The numbers themselves are in ``templates/policies/default.toml``, nowhere else.

A new setting is one line here (with its docstring, which becomes its description in the JSON Schema) and
one line there. Cross-checks between two fields are validators of the field that comes later, so that all
mistakes of a file are found in one go.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator

from proctor_cli.policy.message import fault
from proctor_cli.types import Kind, Severity, Source

SCHEMA = "proctor.policy/1"

Seconds = Annotated[float, Field(ge=0)]
Score = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=0, le=180)]
Points = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    # strict: "2" is not a number and 1 is not true; a policy that needs guessing is refused.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        serialize_by_alias=True,
    )


class Timing(_Section):
    """How time without measurements is treated."""

    bridge_s: Seconds
    """A condition lives through at most this long without a measurement, if it is going on before and after, s."""
    hold_s: Annotated[float, Field(gt=0)]
    """One measurement speaks for at most this long; after that the signal counts as unmeasured, s.
    The log's signals are states and hold until they change."""


class Risk(_Section):
    """How points turn into risk."""

    decay_per_s: Points
    """Temporary risk lost per second while nothing that scores is going on, points/s."""
    critical_alert_limit: Count
    """A live exam would be ended at this many critical alerts."""


class Priority(_Section):
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


class Faces(_Section):
    """Which of the faces found in a picture count."""

    min_score: Score
    """Smallest detection score."""
    min_height: Score
    """Smallest height, fraction of the picture's height: smaller faces are pictures on the wall."""
    min_relative_height: Score
    """Smallest height of a further face, fraction of the largest face's height."""
    min_bright: Score
    """Brightest hundredth of a picture (``picture.bright``) below which a missing face proves nothing."""


class Neutral(_Section):
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


class Away(_Section):
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


class Focus(_Section):
    """The focus score, 0-100: a moving average of 100 (eyes and head on the screen) and 0 (away, or nobody there)."""

    tau_s: Annotated[float, Field(gt=0)]
    """Time constant of its average, s."""


class Objects(_Section):
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


class Rule(_Section):
    """One condition on one signal: when it holds, for how long it must, and what follows.

    How it is applied to measurements is written in ``proctor_cli/risk/rules.py``.
    """

    event: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    """Name of the event. Rules may share one: they share its cooldown, and each keeps its own incidents."""
    source: Source = "webcam"
    """Where the signal is measured."""
    signal: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
    """The signal watched, family.measure."""
    enabled: bool = True
    """false switches the rule off."""
    above: float | None = None
    """The condition starts when the signal is greater than this, in the signal's unit."""
    below: Annotated[float | None, Field(validate_default=True)] = None
    """The condition starts when the signal is less than this, in the signal's unit."""
    release: float | None = None
    """Once going on, it goes on until the signal is back at this. Without it: at the threshold."""
    min_duration_s: Seconds
    """It is confirmed when it has lasted this long, s; 0 is at once."""
    merge_gap_s: Seconds = 0.0
    """Interruptions shorter than this do not end it, s."""
    min_share: Score = 0.0
    """It is confirmed only while at least this share of its samples is beyond the threshold, 0-1: for things that a
    detector sees in one picture and misses in the next."""
    points: Points
    """Points added when it is confirmed."""
    kind: Kind = "temporary"
    """Whether these points decay."""
    cooldown_s: Seconds = 5.0
    """No points and no alert within this long after the last of the same event, s."""
    repeat_s: Seconds = 0.0
    """While it goes on, the points are added again every so often, s; 0 is never."""
    severity: Severity
    """quality is about the recording, info is a note, warning and critical are alerts."""
    message: str
    """What the report says; see ``proctor_cli/policy/message.py`` for the names in braces."""
    confidence_signal: Annotated[str | None, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")] = None
    """A score of the same moment whose median is the incident's confidence. Without it: the share of
    measurements beyond the threshold."""

    @field_validator("below")
    @classmethod
    def _one_threshold(cls, below: float | None, info: ValidationInfo) -> float | None:
        if "above" in info.data and (below is None) == (info.data["above"] is None):
            raise ValueError("give exactly one of above and below")
        return below

    @field_validator("release")
    @classmethod
    def _before_threshold(cls, release: float | None, info: ValidationInfo) -> float | None:
        above, below = info.data.get("above"), info.data.get("below")
        if release is not None and above is not None and release > above:
            raise ValueError(f"must not be greater than above, {above:g}")
        if release is not None and below is not None and release < below:
            raise ValueError(f"must not be less than below, {below:g}")
        return release

    @field_validator("repeat_s")
    @classmethod
    def _not_in_cooldown(cls, repeat_s: float, info: ValidationInfo) -> float:
        # A second is also what keeps points from being added per frame.
        least_s = max(1.0, info.data.get("cooldown_s", 0.0))
        if 0 < repeat_s < least_s:
            raise ValueError(f"must be 0 (once), or at least {least_s:g} (one second, and not within cooldown_s)")
        return repeat_s

    @field_validator("message")
    @classmethod
    def _fillable(cls, message: str) -> str:
        if problem := fault(message):
            raise ValueError(problem)
        return message

    @property
    def threshold(self) -> float:
        """``above`` or ``below``, whichever is given."""
        value = self.below if self.above is None else self.above
        assert value is not None  # _one_threshold
        return value


class Policy(_Section):
    """All that turns measurements into incidents, risk and a review priority."""

    schema_: Annotated[Literal["proctor.policy/1"], Field(alias="schema")]
    """Version of this format."""
    name: Annotated[str, Field(min_length=1)]
    """What results call this policy."""
    timing: Timing
    risk: Risk
    priority: Priority
    faces: Faces
    neutral: Neutral
    away: Away
    focus: Focus
    objects: Objects
    # strict would refuse TOML's list for a tuple
    rules: Annotated[tuple[Rule, ...], Field(strict=False)]
    """The rules, in the order in which ties are settled."""

    _text: str = PrivateAttr("")
    _places: tuple[str, ...] = PrivateAttr(())

    @field_validator("rules")
    @classmethod
    def _some(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if not rules:
            raise ValueError('give at least one, or inherit them with extends = "default"')
        return rules

    @property
    def enabled_rules(self) -> tuple[Rule, ...]:
        """The rules that are not switched off."""
        return tuple(rule for rule in self.rules if rule.enabled)

    @property
    def sha256(self) -> str:
        """Hash of what the policy says: comments, order of keys and ``extends`` do not matter."""
        canonical = json.dumps(self.model_dump(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The file it was read from, "" when it was not read from one."""
        return self._text

    @property
    def places(self) -> tuple[str, ...]:
        """Where in that file each rule stands, "rules[3]" or "rules.NO_FACE" when inherited."""
        return self._places or tuple(f"rules[{i}]" for i in range(len(self.rules)))

    def read_from(self, text: str, places: tuple[str, ...]) -> Policy:
        """The same policy, remembering ``text`` and ``places``."""
        policy = self.model_copy()
        policy._text, policy._places = text, places
        return policy
