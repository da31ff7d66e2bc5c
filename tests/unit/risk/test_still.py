"""What one picture says by itself: thresholds without durations, and nothing that would take time to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from proctor_cli.policy import Policy, load
from proctor_cli.risk.still import Still, find_counted_faces, judge_still
from proctor_cli.types import Box, Observation
from tests.unit.risk.cases import policy_of, rule

POLICY = load(None)
FACE = Box(0.4, 0.2, 0.6, 0.5, "face", 0.9)
PERSON = Box(0.2, 0.1, 0.8, 1.0, "person", 0.9)
BESIDE = Box(0.82, 0.3, 1.0, 0.95, "person", 0.8)
THINGS = ("phone", "laptop", "book", "tv")

# A well-lit picture of one candidate who looks at the camera, with nothing else in view.
USUAL: Mapping[str, float | None] = {
    "picture.luma": 0.5,
    "picture.bright": 0.9,
    "picture.sharpness": 0.1,
    "picture.edges": 0.3,
    "picture.glare": 0.01,
    "picture.change": None,
    "face.score": 0.9,
    "face.outside": 0.0,
    "face.luma": 0.5,
    "face.iris": 0.03,
    "head.yaw_deg": 0.0,
    "head.pitch_deg": 0.0,
    "eyes.open": 0.9,
    "live.logit": 5.0,
    "live.least": None,
    "person.score": 0.9,
} | {f"{label}.score": 0.0 for label in THINGS}


def still(*boxes: Box, policy: Policy = POLICY, without: str = "?", **changes: float | None) -> Still:
    """The usual picture, with these boxes and other values (``face_score`` is face.score); ``without`` a family."""
    changed = {name.replace("_", ".", 1): value for name, value in changes.items()}
    values = {name: value for name, value in {**USUAL, **changed}.items() if not name.startswith(without)}
    return judge_still(Observation("webcam", 0.0, values, boxes or (FACE, PERSON)), policy)


def codes(found: Still) -> list[str]:
    return [alert.code for alert in found.alerts]


def message(found: Still) -> str:
    (alert,) = found.alerts
    return alert.message


class TestPeople:
    def test_one_candidate_is_one_person_without_an_alert(self) -> None:
        found = still()
        assert (found.people, found.values["face.count"], found.alerts) == (1, 1.0, ())

    def test_nobody(self) -> None:
        found = still(Box(0, 0, 0.1, 0.1, "book", 0.1), face_score=0.0, person_score=0.0)
        assert (found.people, codes(found)) == (0, ["NO_FACE"])

    def test_a_second_face_and_a_second_body_are_two_people_together(self) -> None:
        second = Box(0.85, 0.35, 0.97, 0.55, "face", 0.8)
        found = still(FACE, second, PERSON, BESIDE)
        assert found.people == 2
        assert codes(found) == ["MULTIPLE_FACES", "EXTRA_PERSON"]
        assert found.alerts[0].message == "2 faces are in view"

    def test_small_faces_and_unsure_ones_do_not_count(self) -> None:
        on_the_wall, hand = Box(0.1, 0.1, 0.13, 0.15, "face", 0.9), Box(0.7, 0.2, 0.9, 0.5, "face", 0.5)
        assert find_counted_faces((on_the_wall, FACE, hand), POLICY) == [FACE]

    def test_in_the_dark_a_missing_face_is_not_known_to_be_missing(self) -> None:
        found = still(Box(0, 0, 0.1, 0.1, "book", 0.1), face_score=0.0, person_score=0.0, picture_bright=0.05)
        assert found.too_dark
        assert (found.people, found.values["face.count"]) == (None, None)
        assert "NO_FACE" not in codes(found)

    def test_a_body_without_a_face_is_a_face_that_is_not_found(self) -> None:
        found = still(PERSON, face_score=0.0)
        assert (found.people, codes(found)) == (1, ["FACE_UNSEEN"])

    def test_without_a_detector_for_bodies_people_are_not_counted(self) -> None:
        assert still(FACE, without="person.").people is None


class TestThings:
    @pytest.mark.parametrize(("score", "seen"), [(0.36, True), (0.34, False)])
    def test_one_look_at_a_phone_must_be_sure(self, score: float, seen: bool) -> None:
        phone = Box(0.6, 0.6, 0.7, 0.8, "phone", score)
        found = still(FACE, PERSON, phone, phone_score=score)
        assert found.banned == ((phone,) if seen else ())
        assert codes(found) == (["PHONE_DETECTED"] if seen else [])

    def test_a_phone_over_the_face_is_none(self) -> None:
        assert still(FACE, PERSON, Box(0.35, 0.1, 0.65, 0.55, "phone", 0.9), phone_score=0.9).banned == ()

    def test_what_is_banned_is_what_there_is_an_alert_for(self) -> None:
        sure, unsure = Box(0.0, 0.5, 0.3, 0.8, "laptop", 0.7), Box(0.7, 0.5, 0.9, 0.7, "book", 0.45)
        found = still(FACE, PERSON, sure, unsure, laptop_score=0.7, book_score=0.45)
        assert found.banned == (sure,)
        assert message(found) == "in view: a laptop (score 0.70)"

    def test_what_is_worn_counts_when_a_network_knows_it(self) -> None:
        watch = Box(0.6, 0.6, 0.7, 0.7, "smartwatch", 0.6)
        found = still(FACE, PERSON, watch, smartwatch_score=0.6)
        assert message(found) == "in view: a smartwatch (score 0.60)"
        assert "wearables.score" not in still().values


class TestPose:
    """Away by [away] from the last pose that [neutral] takes for plausible: 45 degrees aside, 50 up, 52 down."""

    @pytest.mark.parametrize(
        ("yaw_deg", "pitch_deg", "words"),
        [
            (-46, 0, "to the left of the picture"),
            (46, 0, "to the right of the picture"),
            (0, 51, "turned up"),
            (0, -53, "turned down"),
        ],
    )
    def test_beyond_any_plausible_neutral_pose(self, yaw_deg: float, pitch_deg: float, words: str) -> None:
        found = still(head_yaw_deg=yaw_deg, head_pitch_deg=pitch_deg)
        assert codes(found) == ["LOOKING_AWAY"]
        assert words in message(found)

    @pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(44, 0), (-44, 0), (0, 49), (0, -51)])
    def test_within_it_may_be_the_candidates_own(self, yaw_deg: float, pitch_deg: float) -> None:
        found = still(head_yaw_deg=yaw_deg, head_pitch_deg=pitch_deg)
        assert found.alerts == ()
        assert "away.aside" in found.judged

    def test_a_face_without_a_pose_says_nothing(self) -> None:
        found = still(head_yaw_deg=None, head_pitch_deg=None)
        assert found.values["away.ratio"] is None
        assert "away.aside" not in found.judged


class TestTexture:
    @pytest.mark.parametrize(("logit", "doubtful"), [(-5.9, False), (-6.1, True)])
    def test_one_look_must_be_three_times_as_plain(self, logit: float, doubtful: bool) -> None:
        found = still(live_logit=logit)
        assert codes(found) == (["SPOOFING_SUSPECTED"] if doubtful else [])

    def test_the_least_alive_face_counts(self) -> None:
        assert "logit -7.5" in message(still(live_logit=5.0, live_least=-7.5))


class TestRules:
    def test_the_thresholds_are_those_of_the_policy(self) -> None:
        strict = policy_of(rule(event="DIM", signal="picture.luma", below=0.6, message="dim", severity="critical"))
        (alert,) = still(policy=strict).alerts
        assert (alert.code, alert.severity) == ("DIM", "critical")

    def test_a_rule_on_any_other_signal_is_told_in_numbers(self) -> None:
        glare = policy_of(rule(signal="picture.glare", above=0.005))
        assert message(still(policy=glare)) == "picture.glare is 0.01, above 0.005"

    @pytest.mark.parametrize("changes", [{"enabled": False}, {"source": "workspace"}])
    def test_rules_that_are_off_or_about_something_else_are_not_asked(self, changes: dict[str, Any]) -> None:
        found = still(policy=policy_of(rule(signal="picture.luma", above=0.1, **changes)))
        assert (found.alerts, found.judged) == ((), frozenset())

    def test_nothing_is_said_of_what_takes_time(self) -> None:
        moving = {"focus.score", "mouth.talking", "picture.gap", "spoof.held", "spoof.loop"}
        assert moving.isdisjoint(still(FACE, PERSON, face_score=0.0).values)

    def test_quality_is_told(self) -> None:
        found = still(picture_luma=0.1, picture_sharpness=0.01, eyes_open=0.1)
        assert codes(found) == ["EYES_CLOSED", "LOW_LIGHT", "BLURRED_VIDEO"]

    @pytest.mark.parametrize(("iris", "event"), [(0.011, "TOO_FAR"), (0.075, "TOO_CLOSE")])
    def test_distance_needs_no_second_look(self, iris: float, event: str) -> None:
        assert codes(still(face_iris=iris)) == [event]
