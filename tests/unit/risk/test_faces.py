"""Which faces are people's when some hang on the wall: who counts, and of whom something was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from proctor_cli.policy import load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Box, MissingDetector, Observation
from tests.unit.risk.cases import recording_of

POLICY = load(None)
OWN = Box(0.4, 0.3, 0.6, 0.7, "face", 0.9)
WALL = Box(0.8, 0.1, 0.9, 0.3, "face", 0.9)
NEAR = Box(0.05, 0.1, 0.35, 0.8, "face", 0.95)  # a visitor, nearer to the camera than the candidate
MEASURED = {
    "identity.match": 1.0,
    "identity.best": 1.0,
    "identity.similarity": 0.9,
    "live.logit": 8.0,
    "live.least": None,
}
POSE = {f"head.{angle}_deg": 0.0 for angle in ("yaw", "pitch", "roll")} | {"gaze.yaw_deg": 0.0, "gaze.pitch_deg": -13.0}


def look(t_s: float, *boxes: Box, **values: float | None) -> Observation:
    """One look at these faces; other people's values by name, ``identity_match=0``."""
    given = {name.replace("_", ".", 1): value for name, value in values.items()}
    return Observation("webcam", t_s, {"face.score": max((b.score for b in boxes), default=0.0), **given}, boxes)


def moving(box: Box, t_s: float) -> Box:
    """As a live face does, a little."""
    return replace(box, x0=box.x0 + 0.01 * (round(t_s * 5) % 2))


def film(end_s: float, *, away: tuple[float, float] = (0, 0)) -> Iterator[Observation]:
    """A candidate before a wall with a poster, of whom all measurements are good; the poster's are a stranger's."""
    for step in range(round(end_s * 5)):
        t_s = step / 5
        if away[0] <= t_s < away[1]:
            poster = {"identity_match": 0.0, "identity_best": 0.0, "live_logit": -9.0, "head_yaw_deg": 40.0}
            yield look(t_s, WALL, **poster, head_pitch_deg=0.0, gaze_yaw_deg=0.0, gaze_pitch_deg=0.0, eyes_open=0.0)
        else:
            seen = look(t_s, moving(OWN, t_s), WALL)
            yield replace(seen, values={**seen.values, **MEASURED, **POSE, "eyes.open": 0.9})


def counts(observations: Iterable[Observation]) -> list[float | None]:
    return [one.values["face.count"] for one in derive(observations, POLICY)]


class TestPosterAlone:
    def test_nobody_is_there(self) -> None:
        assert counts(film(90, away=(30, 60))) == [1.0] * 150 + [0.0] * 150 + [1.0] * 150

    def test_nothing_is_measured_of_the_candidate(self) -> None:
        gone = [one for one in derive(film(90, away=(30, 60)), POLICY) if 30 <= one.t_s < 60]
        for signal in ("identity.match", "identity.seen", "live.logit", "head.yaw_deg", "away.ratio", "spoof.texture"):
            assert {one.values.get(signal) for one in gone} == {None}, signal

    def test_the_candidate_is_absent_and_nothing_else(self) -> None:
        incidents = judge(recording_of(90), film(90, away=(30, 60)), POLICY).incidents
        assert {incident.event for incident in incidents} <= {"NO_FACE", "LOW_FOCUS"}
        assert [(one.start_s, one.end_s) for one in incidents if one.event == "NO_FACE"] == [(30, 60)]


class TestStillCandidate:
    def test_is_no_poster_beside_a_visitor_nor_after(self) -> None:
        def seen(t_s: float) -> Observation:
            return look(t_s, OWN, *([moving(NEAR, t_s)] if 20 <= t_s < 40 else []))

        found = counts(seen(step / 5) for step in range(400))
        assert found == [1.0] * 100 + [2.0] * 100 + [1.0] * 200


class TestIdentity:
    @pytest.mark.parametrize(("boxes", "seen"), [((OWN,), 0.0), ((OWN, WALL), 0.0), ((OWN, NEAR), 1.0)])
    def test_people_in_view_vouch_for_each_other_and_posters_for_nobody(
        self, boxes: tuple[Box, ...], seen: float
    ) -> None:
        """The largest face is a stranger's, and one of the others like the candidate's."""
        looks = [
            look(
                t_s, *(box if box is WALL else moving(box, t_s) for box in boxes), identity_match=0.0, identity_best=1.0
            )
            for t_s in (step / 5 for step in range(100))
        ]
        assert [one.values["identity.seen"] for one in derive(looks, POLICY)][-1] == seen


def test_a_cue_that_was_not_looked_for_is_told_beside_those_that_were() -> None:
    """Loops are looked for without any network; that says nothing about prints."""
    missing = MissingDetector("liveness", ("live.logit", "live.least"), "minifas128: model not found", "Fetch it.")
    recording = replace(recording_of(20), missing=(missing,))
    looks = [Observation("webcam", step / 5, {"picture.repeat": 0.0}) for step in range(100)]
    told = {one.event: one for one in judge(recording, looks, POLICY).not_assessed}["SPOOFING_SUSPECTED"]
    assert (told.reason, told.remedy) == ("in part: minifas128: model not found", "Fetch it.")
