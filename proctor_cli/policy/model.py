"""The policy and its rules as frozen values; its other tables are in ``sections.py``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from proctor_cli.policy.message import fault
from proctor_cli.policy.sections import (
    Away,
    Faces,
    Focus,
    Liveness,
    Neutral,
    Objects,
    Points,
    Position,
    Priority,
    Risk,
    Score,
    Screen,
    Seconds,
    Section,
    Sound,
    Talking,
    Timing,
)
from proctor_cli.types import Kind, Severity, Source

SCHEMA = "proctor.policy/1"


class Rule(Section):
    """One condition on one signal: when it holds, for how long it must, and what follows.

    How it is applied to measurements is written in ``proctor_cli/risk/rules.py``.
    """

    event: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    """Name of the event. Rules may share one: they share its cooldown, and each keeps its own incidents."""
    source: Source = "webcam"
    """Where the signal is measured; "workspace" is a scan of the room before the exam."""
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
    parts: Mapping[str, str] = Field(default_factory=dict)
    """Signals that the watched one is made of, and words for each: the message's ``{part}`` is the strongest's."""
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


class Policy(Section):
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
    liveness: Liveness
    position: Position
    talking: Talking
    sound: Sound
    objects: Objects
    screen: Screen
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
