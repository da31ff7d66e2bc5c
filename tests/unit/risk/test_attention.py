"""Where the candidate looks: the neutral pose, the four sides, closed eyes, the focus score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor_cli.policy import Away, Focus, Neutral, Policy, load
from proctor_cli.risk import INPUTS, derive, judge
from proctor_cli.types import Box, Observation
from tests.unit.risk.cases import recording_of

_DEFAULT = load(None)
STEP_S = 0.2
AHEAD_DEG = -13.0  # what gaze.pitch_deg reads for eyes on the camera


def policy_of(**changes: Any) -> Policy:
    """Angles, learning and focus as the tests need them, whatever the shipped policy says."""
    away = {
        "head_yaw_deg": 20.0,
        "head_pitch_up_deg": 18.0,
        "head_pitch_down_deg": 24.0,
        "eye_yaw_deg": 15.0,
        "eye_pitch_up_deg": 14.0,
        "eye_pitch_down_deg": 21.0,
    }
    neutral = {"learn_s": 15.0, "min_samples": 5, "adapt_tau_s": 90.0, "max_yaw_deg": 25.0, "max_pitch_deg": 30.0}
    focus = {"tau_s": 5.0}
    for group in (away, neutral, focus):
        group |= {key: value for key, value in changes.items() if key in group}
    return _DEFAULT.model_copy(
        update={
            "away": Away.model_validate({**_DEFAULT.away.model_dump(), **away}),
            "neutral": Neutral.model_validate({**_DEFAULT.neutral.model_dump(), **neutral}),
            "focus": Focus.model_validate({**_DEFAULT.focus.model_dump(), **focus}),
        }
    )


Pose = dict[str, float | None]


def pose(
    yaw: float = 0.0, pitch: float = 0.0, eyes: tuple[float, float] | None = (0.0, AHEAD_DEG), lids: float = 0.95
) -> Pose:
    """What is measured of a face; ``eyes`` relative to the head, None when they cannot be seen."""
    return {
        "head.yaw_deg": yaw,
        "head.pitch_deg": pitch,
        "gaze.yaw_deg": None if eyes is None else eyes[0],
        "gaze.pitch_deg": None if eyes is None else eyes[1],
        "eyes.open": lids,
    }


AHEAD = pose()
UNMEASURED: Pose = dict.fromkeys(AHEAD)
FACE = Box(0.4, 0.3, 0.6, 0.6, "face", 0.9)


def observe(t_s: float, values: Pose, *, face: bool | None = None) -> Observation:
    """``face``: whether one is found; by default where something was measured."""
    seen = values["head.yaw_deg"] is not None if face is None else face
    scores = {"face.score": 0.9 if seen else 0.0, "picture.bright": 0.8}
    return Observation("webcam", t_s, {**scores, **values}, (FACE,) if seen else ())


def film(at: Callable[[float], Pose | None], end_s: float, step_s: float = STEP_S) -> list[Observation]:
    """Observations of ``at(t_s)`` every ``step_s``; None leaves a moment out."""
    shots = ((i * step_s, at(i * step_s)) for i in range(round(end_s / step_s)))
    return [observe(t_s, values) for t_s, values in shots if values is not None]


def changing(changes: Mapping[float, Pose | None]) -> Callable[[float], Pose | None]:
    """Each pose from its time on."""
    return lambda t_s: [values for at_s, values in changes.items() if at_s <= t_s + 1e-9][-1]


def follow(observations: list[Observation], signal: str = "away.ratio", **changes: Any) -> dict[float, float | None]:
    """A derived signal by time."""
    return {one.t_s: one.values[signal] for one in derive(observations, policy_of(**changes)) if signal in one.values}


def after(at: Callable[[float], Pose | None], end_s: float, **changes: Any) -> Pose:
    """What is derived at the end of ``at``."""
    *_, last = derive(film(at, end_s), policy_of(**changes))
    return dict(last.values)


def then(now: Pose, before: Pose = AHEAD, **changes: Any) -> Pose:
    """What is derived from ``now``, after half a minute of ``before``."""
    return after(changing({0: before, 30: now}), 30.2, **changes)


def share_away(ratios: Mapping[float, float | None], start_s: float, end_s: float) -> float:
    """Share of the moments in this time that are beyond 1."""
    chosen = [ratio for t_s, ratio in ratios.items() if start_s <= t_s < end_s]
    return sum(ratio is not None and ratio > 1 for ratio in chosen) / len(chosen)


class TestSides:
    @pytest.mark.parametrize(
        ("now", "side", "ratio"),
        [
            (pose(yaw=-30), "left", 30 / 15),  # the eyes go with the head, and their angle is the smaller
            (pose(yaw=30), "right", 30 / 15),
            (pose(yaw=-30, eyes=None), "left", 30 / 20),
            (pose(yaw=30, eyes=None), "right", 30 / 20),
            (pose(pitch=27, eyes=None), "up", 27 / 18),
            (pose(pitch=-36, eyes=None), "down", 36 / 24),
            (pose(eyes=(-24, AHEAD_DEG)), "left", 24 / 15),
            (pose(eyes=(24, AHEAD_DEG)), "right", 24 / 15),
            (pose(eyes=(0, AHEAD_DEG + 21)), "up", 21 / 14),
            (pose(eyes=(0, AHEAD_DEG - 31.5)), "down", 31.5 / 21),
        ],
    )
    def test_each_has_its_angle(self, now: Pose, side: str, ratio: float) -> None:
        derived = then(now)
        assert derived[f"away.{side}"] == derived["away.ratio"] == pytest.approx(ratio)
        for other in {"left", "right", "up", "down"} - {side}:
            assert derived[f"away.{other}"] == 0

    def test_neutral_is_no_way_to_any_side(self) -> None:
        for neutral in (AHEAD, pose(-8, 12, (3, -20)), pose(15, -18, None)):
            derived = then(neutral, neutral)
            assert derived["away.ratio"] == pytest.approx(0, abs=1e-9)

    def test_two_sides_at_once(self) -> None:
        derived = then(pose(yaw=30, pitch=-36, eyes=None))
        assert derived["away.right"] == derived["away.down"] == pytest.approx(1.5)

    def test_angles_count_from_the_neutral_pitch(self) -> None:
        high = pose(pitch=20, eyes=None)
        assert then(pose(pitch=29, eyes=None), high)["away.up"] == pytest.approx(9 / 18)
        assert then(pose(pitch=-4, eyes=None), high)["away.down"] == pytest.approx(24 / 24)

    def test_a_glance_of_the_eyes_alone_is_away(self) -> None:
        ratio = then(pose(yaw=2, eyes=(22, AHEAD_DEG)))["away.ratio"]
        assert ratio is not None
        assert ratio > 1

    def test_eyes_that_stay_on_the_screen_in_a_moving_head_are_no_glance(self) -> None:
        for yaw in (-18, -9, 9, 18):
            ratio = then(pose(yaw=yaw, eyes=(-yaw, AHEAD_DEG)))["away.ratio"]
            assert ratio == pytest.approx(abs(yaw) / 20)

    def test_a_head_turned_far_is_away_wherever_the_eyes_are(self) -> None:
        assert then(pose(yaw=30, eyes=(-30, AHEAD_DEG)))["away.right"] == pytest.approx(1.5)

    def test_without_eyes_the_head_alone_counts(self) -> None:
        assert then(pose(yaw=16, eyes=None))["away.ratio"] == pytest.approx(16 / 20)
        assert then(pose(yaw=16))["away.ratio"] == pytest.approx(16 / 15)


class TestAsideOrBelow:
    """Keyboard and paper lie below: looks there are told apart from looks to a side, and no look is told twice."""

    @pytest.mark.parametrize(
        ("now", "aside", "below"),
        [
            (pose(pitch=-36, eyes=None), 0.0, 1.5),
            (pose(yaw=-30, eyes=None), 1.5, 0.0),
            (pose(yaw=30, eyes=None), 1.5, 0.0),
            (pose(pitch=27, eyes=None), 1.5, 0.0),
            (pose(eyes=(0, AHEAD_DEG - 31.5)), 0.0, 1.5),
            (pose(yaw=15, pitch=-36, eyes=None), 0.75, 1.5),  # not so far to the side
            (pose(yaw=17, pitch=-36, eyes=None), 1.5, 0.0),  # beside the screen, and down
            (pose(yaw=-30, pitch=-12, eyes=None), 1.5, 0.0),
            (AHEAD, 0.0, 0.0),
        ],
    )
    def test_each_look_is_one_of_them(self, now: Pose, aside: float, below: float) -> None:
        derived = then(now)
        assert derived["away.aside"] == pytest.approx(aside, abs=1e-9)
        assert derived["away.below"] == pytest.approx(below, abs=1e-9)

    def test_both_are_unknown_together(self) -> None:
        for unknown in (UNMEASURED, pose(eyes=None, lids=0.1)):
            derived = then(unknown)
            assert (derived["away.aside"], derived["away.below"], derived["away.ratio"]) == (None, None, None)

    @given(
        st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60), st.floats(-30, 30), st.floats(-50, 20)), max_size=30)
    )
    def test_the_larger_is_the_ratio_and_never_are_both_large(
        self, looks: list[tuple[float, float, float, float]]
    ) -> None:
        series = film(lambda _: AHEAD, 20) + [
            observe(20 + i * STEP_S, pose(yaw, pitch, (x, y))) for i, (yaw, pitch, x, y) in enumerate(looks)
        ]
        for one in derive(series, policy_of()):
            aside, below, ratio = (one.values[f"away.{name}"] for name in ("aside", "below", "ratio"))
            if ratio is not None:
                assert aside is not None
                assert below is not None
                assert ratio == max(aside, below)
                assert min(aside, below) < 0.8

    @pytest.mark.parametrize(
        ("now", "words"),
        [
            (pose(pitch=-50, eyes=None), "head or eyes turned down, to keyboard or desk, for 5 s"),
            (pose(yaw=-40, eyes=None), "head or eyes turned away from the screen, to the left of the picture, for 5 s"),
            (pose(yaw=40, eyes=None), "head or eyes turned away from the screen, to the right of the picture, for 5 s"),
            (pose(pitch=50, eyes=None), "head or eyes turned away from the screen, up, for 5 s"),
            (pose(yaw=25, pitch=-50, eyes=None), "head or eyes turned away from the screen, down, for 5 s"),
        ],
    )
    def test_a_look_away_is_one_incident_that_says_where_to(self, now: Pose, words: str) -> None:
        series = film(changing({0: AHEAD, 40: now, 45: AHEAD}), 60)
        found = [one for one in judge(recording_of(60), series, _DEFAULT).incidents if one.event == "LOOKING_AWAY"]
        assert [(one.message, one.start_s, one.points) for one in found] == [(words, 40.0, 6)]

    def test_from_paper_to_the_side_and_back_scores_once_in_a_cooldown(self) -> None:
        """One look that wanders is two incidents, as each is of its own kind; the points of the second wait."""
        down, aside = pose(pitch=-50, eyes=None), pose(yaw=40, eyes=None)
        series = film(changing({0: AHEAD, 40: down, 43.6: aside, 47.2: AHEAD}), 60)
        found = [one for one in judge(recording_of(60), series, _DEFAULT).incidents if one.event == "LOOKING_AWAY"]
        assert [(one.start_s, one.points) for one in found] == [(40.0, 6), (pytest.approx(43.6), 0)]


class TestUnmeasured:
    def test_no_pose_no_value(self) -> None:
        derived = then(UNMEASURED)
        assert [derived[f"away.{side}"] for side in ("left", "right", "up", "down", "ratio")] == [None] * 5

    def test_no_value_before_there_is_a_neutral_pose(self) -> None:
        ratios = list(follow(film(lambda _: AHEAD, 3)).values())
        assert ratios[:4] == [None] * 4
        assert ratios[4:] == [0.0] * 11

    def test_closed_eyes_point_nowhere(self) -> None:
        shut = pose(eyes=None, lids=0.1)
        assert then(shut)["away.ratio"] is None
        assert then(pose(yaw=10, eyes=None, lids=0.1))["away.ratio"] is None

    def test_closed_eyes_in_a_turned_head_are_away(self) -> None:
        assert then(pose(yaw=30, eyes=None, lids=0.1))["away.right"] == pytest.approx(1.5)

    def test_a_detector_that_did_not_look_gives_no_key(self) -> None:
        (derived,) = derive([Observation("webcam", 0.0, {"face.score": 0.9}, (FACE,))], policy_of())
        assert not {"away.ratio", "focus.score"} & derived.values.keys()

    def test_the_screen_has_no_gaze(self) -> None:
        observation = Observation("screen", 0.0, {"head.yaw_deg": 0.0, "head.pitch_deg": 0.0})
        assert list(derive([observation], policy_of())) == [observation]


class TestLearning:
    """The first seconds are taken as looking at the screen, whatever happens to happen in them."""

    def test_it_is_learned_from_the_first_seconds(self) -> None:
        askew = pose(12, -15, (4, -20))
        ratios = follow(film(lambda _: askew, 60))
        assert {ratio for ratio in ratios.values() if ratio is not None} == {0.0}

    @pytest.mark.parametrize(
        "first",
        [
            pose(yaw=40),
            pose(yaw=-40),
            pose(pitch=35),
            pose(pitch=-35),
            pose(pitch=-26),  # plausible for a low camera, and yet only a look at the keyboard
            pose(pitch=26),
            pose(eyes=(30, AHEAD_DEG)),
            pose(eyes=(0, -45)),
            pose(eyes=(0, 20)),
        ],
    )
    @pytest.mark.parametrize("for_s", [1.2, 3.0, 6.0])
    def test_a_look_away_in_them_is_not(self, first: Pose, for_s: float) -> None:
        ratios = follow(film(changing({0: first, for_s: AHEAD}), 120))
        assert share_away(ratios, 2 * for_s + 0.5, 120) == 0
        assert then(first)["away.ratio"] == pytest.approx(
            after(changing({0: first, for_s: AHEAD, 60: first}), 60.2)["away.ratio"]
        )

    @pytest.mark.parametrize(
        ("beyond", "within"), [(pose(yaw=26), pose(yaw=24)), (pose(pitch=-31), pose(pitch=-29))], ids=["yaw", "pitch"]
    )
    def test_poses_beyond_the_limits_do_not_count_towards_it(self, beyond: Pose, within: Pose) -> None:
        assert set(follow(film(lambda _: beyond, 14)).values()) == {None}
        assert None not in list(follow(film(lambda _: within, 14)).values())[4:]

    def test_who_never_faces_the_camera_is_taken_as_is_in_the_end(self) -> None:
        aside = pose(yaw=45)
        ratios = follow(film(changing({0: pose(yaw=80), 2: aside, 60: pose(yaw=70), 70: aside}), 90))
        assert all(ratio is None for t_s, ratio in ratios.items() if t_s < 14.9)
        assert all(ratio == pytest.approx(0) for t_s, ratio in ratios.items() if 15.1 < t_s < 59.9)
        assert share_away(ratios, 60, 70) == 1
        assert share_away(ratios, 70, 90) == 0

    def test_only_measured_time_counts(self) -> None:
        # Seen for a second while sitting down, then not for a minute: that second is not how the exam is sat.
        start = changing({0: pose(pitch=-28), 1.2: None, 60: AHEAD})
        assert share_away(follow(film(start, 180)), 65, 180) == 0

    def test_eyes_are_not_learned_while_the_head_is_away(self) -> None:
        turned, glance = pose(yaw=30, eyes=(-30, AHEAD_DEG)), pose(eyes=(-24, AHEAD_DEG))
        start = changing({0: pose(eyes=None), 40: turned, 46: AHEAD, 49: glance})
        assert after(start, 49.2)["away.left"] == pytest.approx(24 / 15)

    def test_eyes_first_seen_late_are_learned_from_their_own_first_seconds(self) -> None:
        start = changing({0: pose(eyes=None), 40: pose(eyes=(0, -45)), 41: AHEAD})
        ratios = follow(film(start, 120))
        assert share_away(ratios, 0, 40) == 0
        assert share_away(ratios, 43, 120) == 0
        assert after(changing({0: pose(eyes=None), 40: AHEAD, 60: pose(eyes=(24, AHEAD_DEG))}), 60.2)[
            "away.right"
        ] == pytest.approx(24 / 15)


class TestCameraBesideTheScreen:
    """Who sits before a screen with the camera to its left is seen turned to the right, and the other way round."""

    @pytest.mark.parametrize("neutral", [-20.0, 20.0])
    def test_nothing_between_screen_and_camera_is_away(self, neutral: float) -> None:
        usual = pose(yaw=neutral)
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            between = pose(yaw=neutral * share)
            assert then(between, usual)["away.ratio"] == pytest.approx(0, abs=1e-9)

    @pytest.mark.parametrize(("neutral", "beyond"), [(20.0, "right"), (-20.0, "left")])
    def test_beyond_both_it_is_measured_from_the_nearer(self, neutral: float, beyond: str) -> None:
        usual, other = pose(yaw=neutral, eyes=None), "left" if beyond == "right" else "right"
        side = neutral / abs(neutral)
        assert then(pose(yaw=neutral + side * 25, eyes=None), usual)[f"away.{beyond}"] == pytest.approx(25 / 20)
        assert then(pose(yaw=-side * 25, eyes=None), usual)[f"away.{other}"] == pytest.approx(25 / 20)

    def test_eyes_that_make_up_for_it_change_nothing(self) -> None:
        usual = pose(yaw=20, eyes=(-15, AHEAD_DEG))  # head aside, eyes nearly on the camera
        for now in (usual, AHEAD, pose(yaw=10, eyes=(-8, AHEAD_DEG))):
            ratio = then(now, usual)["away.ratio"]
            assert ratio is not None
            assert ratio <= 0.5

    def test_nor_is_what_lies_between_the_usual_level_of_the_eyes_and_the_camera(self) -> None:
        low = pose(eyes=(0, AHEAD_DEG - 20))
        for pitch in (AHEAD_DEG - 20, AHEAD_DEG - 10, AHEAD_DEG):
            assert then(pose(eyes=(0, pitch)), low)["away.ratio"] == pytest.approx(0, abs=1e-9)
        assert then(pose(eyes=(0, AHEAD_DEG + 14)), low)["away.up"] == pytest.approx(14 / 14)
        assert then(pose(eyes=(0, AHEAD_DEG - 41)), low)["away.down"] == pytest.approx(21 / 21)


class TestFollowing:
    def test_a_slow_drift_is_followed(self) -> None:
        drift = film(lambda t_s: pose(pitch=-20 * min(1.0, t_s / 600)), 900)
        ratios = follow(drift)
        assert share_away(ratios, 0, 900) == 0
        assert ratios[drift[-1].t_s] == pytest.approx(0, abs=0.06)

    def test_a_glance_does_not_move_it(self) -> None:
        steady = changing({0: AHEAD, 60: pose(yaw=40, eyes=(10, AHEAD_DEG)), 65: AHEAD})
        ratios = follow(film(steady, 70))
        assert share_away(ratios, 60, 65) == 1
        assert all(ratio == 0 for t_s, ratio in ratios.items() if t_s >= 65)

    def test_a_change_of_seat_is_learned_in_its_time_constant(self) -> None:
        moved = changing({0: AHEAD, 60: pose(pitch=10, eyes=None)})
        ratios = follow(film(moved, 60 + 90 + 0.1))
        assert ratios[60.0] == pytest.approx(10 / 18)
        last = list(ratios.values())[-1]
        assert last == pytest.approx(10 / 18 * exp(-1), rel=0.02)

    def test_so_is_a_change_of_the_eyes(self) -> None:
        moved = changing({0: AHEAD, 60: pose(eyes=(0, AHEAD_DEG + 7))})
        ratios = list(follow(film(moved, 60 + 90 + 0.1)).values())
        assert ratios[300] == pytest.approx(7 / 14)
        assert ratios[-1] == pytest.approx(7 / 14 * exp(-1), rel=0.02)

    def test_so_is_who_never_faces_the_camera(self) -> None:
        moved = changing({0: pose(yaw=45, eyes=None), 60: pose(yaw=55, eyes=None)})
        ratios = list(follow(film(moved, 60 + 90 + 0.1)).values())
        assert ratios[300] == pytest.approx(10 / 20)
        assert ratios[-1] == pytest.approx(10 / 20 * exp(-1), rel=0.02)

    @pytest.mark.parametrize("step_s", [0.1, 0.5, 1.0])
    def test_the_sampling_rate_does_not_matter(self, step_s: float) -> None:
        moved = changing({0: AHEAD, 60: pose(pitch=10, eyes=None)})
        last = list(follow(film(moved, 150 + step_s / 2, step_s)).values())[-1]
        assert last == pytest.approx(10 / 18 * exp(-90 / 90), rel=0.02)

    def test_a_gap_does_not_make_it_jump(self) -> None:
        ratios = follow(film(changing({0: AHEAD, 60: None, 600: pose(pitch=10, eyes=None)}), 600.2))
        assert ratios[600.0] == pytest.approx(10 / 18, rel=0.05)

    def test_nobody_is_followed_to_where_they_cannot_see_the_screen(self) -> None:
        turning = film(lambda t_s: pose(yaw=60 * t_s / 3600, eyes=None), 3600, 1.0)
        ratios = follow(turning)
        assert share_away(ratios, 0, 1500) == 0
        assert share_away(ratios, 2800, 3600) == 1  # over 45 degrees


class TestFocus:
    def focus(
        self, at: Callable[[float], Pose | None], end_s: float, step_s: float = STEP_S, **changes: Any
    ) -> list[float | None]:
        return list(follow(film(at, end_s, step_s), "focus.score", **changes).values())

    def test_on_the_screen_it_is_100(self) -> None:
        assert self.focus(lambda _: AHEAD, 30)[5:] == [100.0] * 145

    @pytest.mark.parametrize("step_s", [0.04, 0.1, 0.2, 0.5, 1.0])
    @pytest.mark.parametrize("tau_s", [2.0, 5.0])
    def test_it_falls_with_its_time_constant_at_any_rate(self, step_s: float, tau_s: float) -> None:
        gone = changing({0: AHEAD, 30: pose(yaw=60)})
        for passed_s in (2.0, 5.0, 10.0):
            # the sample at 30 s stands for the step before it
            last = self.focus(gone, 30 + passed_s, step_s, tau_s=tau_s)[-1]
            assert last == pytest.approx(100 * exp(-passed_s / tau_s), abs=1e-6)

    def test_nobody_there_is_no_attention(self) -> None:
        focus = self.focus(changing({0: AHEAD, 30: UNMEASURED}), 50)
        assert focus[-1] == pytest.approx(100 * exp(-20 / 5), abs=1e-6)

    def test_a_face_whose_gaze_is_unknown_says_nothing(self) -> None:
        observations = film(lambda _: AHEAD, 30)
        observations += [observe(30 + i * STEP_S, UNMEASURED, face=True) for i in range(50)]
        observations += [observe(40.0, AHEAD)]
        focus = list(follow(observations, "focus.score").values())
        assert focus[150:200] == [None] * 50
        assert focus[200] == 100

    def test_a_picture_too_dark_to_tell_says_nothing(self) -> None:
        dark = Observation("webcam", 30.0, {"face.score": 0.0, "picture.bright": 0.0, **UNMEASURED})
        assert follow([*film(lambda _: AHEAD, 30), dark], "focus.score")[30.0] is None

    def test_a_blink_says_nothing(self) -> None:
        assert then(pose(eyes=None, lids=0.1))["focus.score"] is None

    def test_a_gap_counts_for_two_seconds_at_most(self) -> None:
        focus = self.focus(changing({0: AHEAD, 30: None, 300: pose(yaw=60)}), 300.2)
        assert focus[-1] == pytest.approx(100 * exp(-2 / 5), abs=1e-6)

    def test_partly_away_is_partly_attentive(self) -> None:
        settled = [
            self.focus(changing({0: AHEAD, 30: pose(yaw=yaw, eyes=None)}), 90, adapt_tau_s=1e9)[-1]
            for yaw in (8, 17.5, 26)
        ]
        assert settled == pytest.approx([100, 50, 0], abs=0.1)

    @given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-60, 60), st.booleans()), min_size=1, max_size=60))
    def test_it_stays_within_0_and_100(self, series: list[tuple[float, float, bool]]) -> None:
        shots = [
            observe(i * 0.7, pose(yaw, pitch) if seen else UNMEASURED) for i, (yaw, pitch, seen) in enumerate(series)
        ]
        assert all(value is None or 0 <= value <= 100 for value in follow(shots, "focus.score").values())


MAYBE = st.none() | st.floats(-80, 80, allow_subnormal=False)
CHANCES = st.tuples(
    st.sampled_from([0.0, 0.2, 0.2, 0.4, 1.0, 7.0]),
    st.fixed_dictionaries(
        {},
        optional={
            "head.yaw_deg": MAYBE,
            "head.pitch_deg": MAYBE,
            "gaze.yaw_deg": MAYBE,
            "gaze.pitch_deg": MAYBE,
            "eyes.open": st.none() | st.floats(0, 1),
            "face.score": st.none() | st.floats(0, 1),
            "picture.bright": st.none() | st.floats(0, 1),
            "phone.score": st.none() | st.floats(0, 1),
            "laptop.score": st.none() | st.floats(0, 1),
            "person.score": st.none() | st.floats(0, 1),
        },
    ),
    st.lists(
        st.builds(
            lambda x, y, width, height, label, score: Box(
                x, y, min(1.0, x + width), min(1.0, y + height), label, score
            ),
            st.floats(0, 0.9),
            st.floats(0, 0.9),
            st.floats(0.02, 1),
            st.floats(0.02, 1),
            st.sampled_from(["face", "phone", "laptop", "book", "tv", "person"]),
            st.floats(0, 1),
        ),
        max_size=4,
    ),
    st.sampled_from(["webcam", "webcam", "webcam", "screen"]),
)


def series_of(chances: list[Any]) -> list[Observation]:
    t_s, observations = 0.0, []
    for step_s, values, boxes, source in chances:
        t_s += step_s
        observations.append(Observation(source, t_s, values, tuple(boxes)))
    return observations


class TestDerive:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(CHANCES, max_size=40), st.integers(0, 40))
    def test_no_value_rests_on_later_ones(self, chances: list[Any], cut: int) -> None:
        series, policy = series_of(chances), policy_of(learn_s=3.0)
        assert list(derive(series[:cut], policy)) == list(derive(series, policy))[:cut]

    def test_it_asks_for_no_observation_ahead(self) -> None:
        asked: list[float] = []

        def live() -> Iterator[Observation]:
            for one in film(lambda _: AHEAD, 20):
                asked.append(one.t_s)
                yield one

        for derived in derive(live(), policy_of()):
            assert derived.t_s == asked[-1]

    @settings(max_examples=100, deadline=None)
    @given(st.lists(CHANCES, max_size=20))
    def test_what_was_measured_stays(self, chances: list[Any]) -> None:
        series = series_of(chances)
        derived = list(derive(series, policy_of()))
        for before, now in zip(series, derived, strict=True):
            assert (now.source, now.t_s, now.boxes) == (before.source, before.t_s, before.boxes)
            changed = {signal for signal, value in before.values.items() if now.values[signal] != value}
            assert not changed or now.values["face.count"] is None
            assert {now.values[signal] for signal in changed} <= {None}
            assert all(signal.startswith("face.") for signal in changed)
            added = now.values.keys() - before.values.keys()
            assert added <= INPUTS.keys()
            assert not added or before.source == "webcam"

    def test_of_a_face_in_the_dark_nothing_is_measured(self) -> None:
        scores = {"face.score": 0.45, "face.second_score": 0.0, "face.height": 0.3, "picture.luma": 0.02}
        weak = Box(0.4, 0.3, 0.6, 0.6, "face", 0.45)
        for bright, measured in ((0.05, False), (0.5, True)):
            observation = Observation("webcam", 0.0, {**scores, "picture.bright": bright}, (weak,))
            (derived,) = derive([observation], policy_of())
            told = {signal: value for signal, value in derived.values.items() if signal.startswith("face.")}
            known = {"face.score": 0.45, "face.second_score": 0.0, "face.height": 0.3, "face.count": 0.0}
            assert told == (known if measured else dict.fromkeys(known))
            assert derived.values["picture.luma"] == 0.02

    def test_inputs_list_exactly_what_is_derived(self) -> None:
        needed = {signal for signals in INPUTS.values() for signal in signals}
        shown = [Observation(source, 0.0, dict.fromkeys(needed)) for source in ("webcam", "screen", "sound")]
        derived = {signal for one in derive(shown, policy_of()) for signal in one.values}
        assert derived - needed == INPUTS.keys() - {"sound.missing"}  # that is told by the recording
        assert not INPUTS.keys() & needed
