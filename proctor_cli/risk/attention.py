"""Where the candidate looks, measured from the candidate's own neutral pose, and the focus score.

Absolute angles say little: cameras stand beside, above and below screens, and people sit askew. So the pose in
the first seconds is taken as looking at the screen, and everything after is measured from it. It goes on being
followed slowly, because nobody sits still for two hours; moments of looking away do not move it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median

from proctor_cli.policy import Policy

_Angles = tuple[float, float]  # yaw and pitch of the head, or of the eyes relative to it, degrees
_Sides = tuple[float, float, float, float]  # how far turned to the left, to the right, up and down
_UNKNOWN = dict.fromkeys(f"away.{side}" for side in ("left", "right", "up", "down", "ratio", "aside", "below"))

_SHUT = 0.35
"""``eyes.open`` below which the lids hide where the eyes point (the detector measures no gaze then)."""
_FREE, _GONE = 0.5, 1.25
"""Attention falls from 1 to 0 between these values of ``away.ratio``."""
_LEVEL_EYES_DEG = -13.0
"""What ``gaze.pitch_deg`` reads for eyes on the camera: -10 to -18 on the people measured (docs/accuracy.md), because
relaxed lids already count as looking down."""
_ASIDE = 0.8
"""Whoever looks so far to a side as well does not look at the keyboard (release level of the rule on looks aside)."""
_LONGEST_STEP_S = 2.0
"""The averages move by this much time at most between two samples: a gap in the recording is not attention."""


class Attention:
    """Follows one webcam's pose signals through a session.

    - ``away.left``, ``away.right``, ``away.up``, ``away.down``: how far head or eyes are turned towards that side
      of the picture, 1 at the angles of the policy's [away]; each is the larger of two measures: the head alone,
      and where the eyes end up pointing (head and eyes together, so that eyes that stay on the screen while the
      head moves are no glance);
    - ``away.ratio``: the largest of the four;
    - ``away.below``: how far down, while not to another side too (0 then): keyboards and paper lie there;
    - ``away.aside``: the largest of all that is not ``away.below``. All of these None until the neutral pose is known
      and while no face is measured, and while the eyes are shut in a head that is not turned;
    - ``focus.score``: exponential moving average ([focus] tau_s) of attention, 0-100.
    """

    def __init__(self, policy: Policy) -> None:
        self._away = policy.away
        self._tau_s = policy.focus.tau_s
        self._limits = policy.neutral
        self._head, self._eyes = _Neutral(policy), _Neutral(policy)
        self._posed_s: float | None = None
        self._focus: float | None = None
        self._last_s = 0.0

    def follow(self, t_s: float, values: Mapping[str, float | None], faces: float | None) -> dict[str, float | None]:
        """The derived signals of one moment, in order of time. ``faces`` is ``face.count``."""
        sides = self._sides(t_s, values)
        if sides is None:
            return {**_UNKNOWN, "focus.score": self._move_focus(t_s, None, faces)}
        left, right, up, down = sides
        ratio = max(sides)
        aside, below = _split(sides)
        return {
            "away.left": left,
            "away.right": right,
            "away.up": up,
            "away.down": down,
            "away.ratio": ratio,
            "away.aside": aside,
            "away.below": below,
            "focus.score": self._move_focus(t_s, ratio, faces),
        }

    def _sides(self, t_s: float, values: Mapping[str, float | None]) -> _Sides | None:
        head = _angles(values.get("head.yaw_deg"), values.get("head.pitch_deg"))
        eyes = _angles(values.get("gaze.yaw_deg"), values.get("gaze.pitch_deg"))
        if head is None:
            return None
        step_s = 0.0 if self._posed_s is None else min(t_s - self._posed_s, _LONGEST_STEP_S)
        self._posed_s = t_s
        self._head.learn(step_s, head, plausible=self._is_plausible(head))
        if self._head.pose is None:
            return None
        sides = self._measure_head(head, self._head.pose)
        if eyes is not None:
            if max(sides) <= 1.0:
                self._eyes.learn(step_s, eyes)  # in a turned head they turn back
            if self._eyes.pose is not None:
                left, right, up, down = self._measure_eyes(head, self._head.pose, eyes, self._eyes.pose)
                sides = max(sides[0], left), max(sides[1], right), max(sides[2], up), max(sides[3], down)
        if max(sides) <= 1.0:
            self._follow_neutral(step_s, head, eyes)
            eyes_open = values.get("eyes.open")
            if eyes_open is not None and eyes_open < _SHUT:
                return None
        return sides

    def _measure_head(self, head: _Angles, neutral: _Angles) -> _Sides:
        limit = self._away
        yaw_deg, pitch_deg = _off_screen_deg(head[0], neutral[0], 0.0), head[1] - neutral[1]
        return (
            max(0.0, -yaw_deg / limit.head_yaw_deg),
            max(0.0, yaw_deg / limit.head_yaw_deg),
            max(0.0, pitch_deg / limit.head_pitch_up_deg),
            max(0.0, -pitch_deg / limit.head_pitch_down_deg),
        )

    def _measure_eyes(self, head: _Angles, neutral: _Angles, eyes: _Angles, level: _Angles) -> _Sides:
        """Where the eyes end up pointing: in the head, and with it."""
        limit = self._away
        yaw_deg = _off_screen_deg(head[0] + eyes[0], neutral[0] + level[0], 0.0)
        pitch_deg = head[1] - neutral[1] + _off_screen_deg(eyes[1], level[1], _LEVEL_EYES_DEG)
        return (
            -yaw_deg / limit.eye_yaw_deg,
            yaw_deg / limit.eye_yaw_deg,
            pitch_deg / limit.eye_pitch_up_deg,
            -pitch_deg / limit.eye_pitch_down_deg,
        )

    def _is_plausible(self, head: _Angles) -> bool:
        return abs(head[0]) <= self._limits.max_yaw_deg and abs(head[1]) <= self._limits.max_pitch_deg

    def _follow_neutral(self, step_s: float, head: _Angles, eyes: _Angles | None) -> None:
        assert self._head.pose is not None
        # Who never faces the camera is followed where they are; nobody else is followed to there, however slowly.
        if self._is_plausible(head) or not self._is_plausible(self._head.pose):
            self._head.follow(step_s, head)
        if eyes is not None:
            self._eyes.follow(step_s, eyes)

    def _move_focus(self, t_s: float, ratio: float | None, faces: float | None) -> float | None:
        if ratio is not None:
            attention = 100.0 * min(1.0, max(0.0, (_GONE - ratio) / (_GONE - _FREE)))
        elif faces == 0:
            attention = 0.0
        else:
            return None  # there is a face, but nothing is known of where it looks
        if self._focus is None:
            self._focus = attention
        else:
            step_s = min(t_s - self._last_s, _LONGEST_STEP_S)
            self._focus += (1 - math.exp(-step_s / self._tau_s)) * (attention - self._focus)
        self._last_s = t_s
        return self._focus


def _split(sides: _Sides) -> tuple[float, float]:
    """``away.aside`` and ``away.below``: every moment belongs to one of them, so that no look away is told twice."""
    left, right, up, down = sides
    aside = max(left, right, up)
    return (max(aside, down), 0.0) if aside >= _ASIDE else (aside, down)


def _off_screen_deg(angle_deg: float, neutral_deg: float, camera_deg: float) -> float:
    """How far an angle lies outside the screen, which reaches from the neutral pose to the camera.

    Cameras stand on screens or beside them: nobody who faces the camera looks away. (The pitch of the head has no
    such zero: the landmarker's differs from face to face.)
    """
    return angle_deg - min(max(angle_deg, min(camera_deg, neutral_deg)), max(camera_deg, neutral_deg))


def _angles(yaw_deg: float | None, pitch_deg: float | None) -> _Angles | None:
    return None if yaw_deg is None or pitch_deg is None else (yaw_deg, pitch_deg)


class _Neutral:
    """The neutral pose of head or eyes: a median over its first seconds, then slowly followed.

    The median is over all plausible poses of those seconds: were those left out that do not fit the first of
    them, one look at the keyboard at the start would make all that follows a look away.
    """

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.neutral
        self._samples: list[_Angles] = []
        self._rejected: list[_Angles] = []
        self._measured_s = 0.0
        self._learned = False
        self.pose: _Angles | None = None

    def learn(self, step_s: float, pose: _Angles, *, plausible: bool = True) -> None:
        """Take in the pose of one moment, ``step_s`` after the one before; nothing once learning is over."""
        if self._learned:
            return
        self._measured_s += step_s
        self._learned = self._measured_s >= self._limits.learn_s
        (self._samples if plausible else self._rejected).append(pose)
        if len(self._samples) >= self._limits.min_samples:
            self.pose = _middle(self._samples)
        elif self._learned:
            # Somebody who never faces the camera: then that is how this candidate looks at the screen.
            self.pose = _middle(self._samples + self._rejected)

    def follow(self, step_s: float, pose: _Angles) -> None:
        """Once learning is over, move towards a pose of not looking away."""
        if self._learned and self.pose is not None:
            weight = 1 - math.exp(-step_s / self._limits.adapt_tau_s)
            self.pose = (
                self.pose[0] + weight * (pose[0] - self.pose[0]),
                self.pose[1] + weight * (pose[1] - self.pose[1]),
            )


def _middle(poses: list[_Angles]) -> _Angles:
    yaw_deg, pitch_deg = zip(*poses, strict=True)
    return median(yaw_deg), median(pitch_deg)
