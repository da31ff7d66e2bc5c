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

# head yaw, head pitch, eye yaw and eye pitch relative to the head; eyes None while shut or too small
_Pose = tuple[float, float, float | None, float | None]

_SHUT = 0.35
"""``eyes.open`` below which the lids hide where the eyes point (the detector measures no gaze then)."""
_FREE, _GONE = 0.5, 1.25
"""Attention falls from 1 to 0 between these values of ``away.ratio``."""
_LEVEL_EYES_DEG = -13.0
"""What ``gaze.pitch_deg`` reads for eyes on the camera: -10 to -18 on the people measured (docs/accuracy.md), because
relaxed lids already count as looking down."""
_LONGEST_STEP_S = 2.0
"""The averages move by this much time at most between two samples: a gap in the recording is not attention."""


class Attention:
    """Follows one webcam's pose signals through a session.

    - ``away.left``, ``away.right``, ``away.up``, ``away.down``: how far head or eyes are turned towards that side
      of the picture, 1 at the angles of the policy's [away]; each is the larger of two measures: the head alone,
      and where the eyes end up pointing (head and eyes together, so that eyes that stay on the screen while the
      head moves are no glance);
    - ``away.ratio``: the largest of the four. All None until the neutral pose is known and while no face is
      measured, and while the eyes are shut in a head that is not turned;
    - ``focus.score``: exponential moving average ([focus] tau_s) of attention, 0-100.
    """

    def __init__(self, policy: Policy) -> None:
        self._away = policy.away
        self._tau_s = policy.focus.tau_s
        self._neutral = _Neutral(policy)
        self._focus: float | None = None
        self._last_s = 0.0

    def follow(self, t_s: float, values: Mapping[str, float | None], faces: float | None) -> dict[str, float | None]:
        """The derived signals of one moment, in order of time. ``faces`` is ``face.count``."""
        sides = self._sides(t_s, values)
        ratio = max(sides.values()) if sides else None
        return {
            "away.left": sides.get("left"),
            "away.right": sides.get("right"),
            "away.up": sides.get("up"),
            "away.down": sides.get("down"),
            "away.ratio": ratio,
            "focus.score": self._move_focus(t_s, ratio, faces),
        }

    def _sides(self, t_s: float, values: Mapping[str, float | None]) -> dict[str, float]:
        yaw_deg, pitch_deg = values.get("head.yaw_deg"), values.get("head.pitch_deg")
        if yaw_deg is None or pitch_deg is None:
            return {}
        pose = (yaw_deg, pitch_deg, values.get("gaze.yaw_deg"), values.get("gaze.pitch_deg"))
        self._neutral.offer(t_s, pose)
        neutral = self._neutral.pose
        if neutral is None:
            return {}
        sides = self._measure(pose, neutral)
        self._neutral.learn(t_s, pose, away=max(sides.values()) > 1.0)
        eyes_open = values.get("eyes.open")
        if eyes_open is not None and eyes_open < _SHUT and max(sides.values()) <= 1.0:
            return {}
        return sides

    def _measure(self, pose: _Pose, neutral: _Pose) -> dict[str, float]:
        limit = self._away
        yaw_deg, pitch_deg = _off_screen_deg(pose[0], neutral[0], 0.0), pose[1] - neutral[1]
        sides = {
            "left": -yaw_deg / limit.head_yaw_deg,
            "right": yaw_deg / limit.head_yaw_deg,
            "up": pitch_deg / limit.head_pitch_up_deg,
            "down": -pitch_deg / limit.head_pitch_down_deg,
        }
        if pose[2] is not None and neutral[2] is not None:
            yaw_deg = _off_screen_deg(pose[0] + pose[2], neutral[0] + neutral[2], 0.0)
            sides["left"] = max(sides["left"], -yaw_deg / limit.eye_yaw_deg)
            sides["right"] = max(sides["right"], yaw_deg / limit.eye_yaw_deg)
        if pose[3] is not None and neutral[3] is not None:
            pitch_deg += _off_screen_deg(pose[3], neutral[3], _LEVEL_EYES_DEG)
            sides["up"] = max(sides["up"], pitch_deg / limit.eye_pitch_up_deg)
            sides["down"] = max(sides["down"], -pitch_deg / limit.eye_pitch_down_deg)
        return {side: max(0.0, ratio) for side, ratio in sides.items()}

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


def _off_screen_deg(angle_deg: float, neutral_deg: float, camera_deg: float) -> float:
    """How far an angle lies outside the screen, which reaches from the neutral pose to the camera.

    Cameras stand on screens or beside them: nobody who faces the camera looks away. (The pitch of the head has no
    such zero: the landmarker's differs from face to face.)
    """
    return angle_deg - min(max(angle_deg, min(camera_deg, neutral_deg)), max(camera_deg, neutral_deg))


class _Neutral:
    """The candidate's neutral pose: a median over the first seconds, then slowly followed."""

    def __init__(self, policy: Policy) -> None:
        self._limits = policy.neutral
        self._samples: list[_Pose] = []
        self._rejected: list[_Pose] = []
        self._first_s: float | None = None
        self._last_s = 0.0
        self.pose: _Pose | None = None

    def offer(self, t_s: float, pose: _Pose) -> None:
        """Until a first pose is known, collect plausible ones for it."""
        if self._first_s is None:
            self._first_s = t_s
        if self.pose is not None:
            return
        plausible = abs(pose[0]) <= self._limits.max_yaw_deg and abs(pose[1]) <= self._limits.max_pitch_deg
        (self._samples if plausible else self._rejected).append(pose)
        if len(self._samples) >= self._limits.min_samples:
            self.pose = _middle(self._samples)
        elif t_s - self._first_s >= self._limits.learn_s:
            # Somebody who never faces the camera: then that is how this candidate looks at the screen.
            self.pose = _middle(self._samples + self._rejected)
        self._last_s = t_s

    def learn(self, t_s: float, pose: _Pose, *, away: bool) -> None:
        """Once there is a pose, refine it with moments of not looking away."""
        assert self.pose is not None
        assert self._first_s is not None
        if not away:
            if t_s - self._first_s < self._limits.learn_s:
                self._samples.append(pose)
                self.pose = _middle(self._samples)
            else:
                step_s = min(t_s - self._last_s, _LONGEST_STEP_S)
                weight = 1 - math.exp(-step_s / self._limits.adapt_tau_s)
                self.pose = _blend(self.pose, pose, weight)
        self._last_s = t_s


def _middle(poses: list[_Pose]) -> _Pose:
    yaw, pitch, eye_yaw, eye_pitch = zip(*poses, strict=True)
    return median(yaw), median(pitch), _median_of_known(eye_yaw), _median_of_known(eye_pitch)


def _median_of_known(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _blend(old: _Pose, new: _Pose, weight: float) -> _Pose:
    def one(before: float | None, now: float | None) -> float | None:
        if before is None or now is None:
            return now if before is None else before
        return before + weight * (now - before)

    return (
        old[0] + weight * (new[0] - old[0]),
        old[1] + weight * (new[1] - old[1]),
        one(old[2], new[2]),
        one(old[3], new[3]),
    )
