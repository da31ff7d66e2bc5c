"""The judgement of a whole session: scores, alerts, coverage, what was not assessed, and the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from proctor_cli.policy import Risk, Rule, load
from proctor_cli.risk import INPUTS, derive, judge, list_signals
from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.types import Box, MissingDetector, Observation, Spec
from tests.unit.risk.cases import clip, policy_of, recording_of, rule, samples, steps

PHONES = Spec("objects", "webcam", {"phone.score": "score"}, interval_s=0.5)


def faces(t_s: float, *heights: float) -> Observation:
    boxes = tuple(Box(0.1, 0.1, 0.3, 0.1 + height, "face", 0.9) for height in heights)
    return Observation("webcam", t_s, {"face.score": 0.9 if heights else 0.0}, boxes)


def in_order(observations: Sequence[Observation]) -> list[Observation]:
    return sorted(observations, key=lambda observation: observation.t_s)


class TestSession:
    def test_from_boxes_to_a_judgement(self) -> None:
        observations = [faces(t / 4, *(() if 10 <= t / 4 < 20 else (0.4,))) for t in range(240)]
        judgement = judge(recording_of(60.0, clips=(clip(),)), observations, load(None))
        (incident,) = judgement.incidents
        assert (incident.event, incident.start_s, incident.end_s) == ("NO_FACE", 10, 20)
        assert incident.message == "no face was found for 10 s"
        assert judgement.trust_score == 95
        assert judgement.priority == "low"

    def test_nothing_measured_is_not_clean(self) -> None:
        judgement = judge(recording_of(60.0), [], load(None))
        assert judgement.incidents == ()
        events = {r.event for r in load(None).enabled_rules if r.source != "workspace"}
        # Whether there is sound is known without measuring.
        assert {gap.event for gap in judgement.not_assessed} == events - {"AUDIO_MISSING"}
        assert judgement.timeline.final == 0

    def test_observations_are_read_once_in_order_of_time(self) -> None:
        observations = samples({3: 1.0, 4: 0.0, 8: 1.0, 12: 0.0})
        assert judge(recording_of(20.0), iter(observations), policy_of(rule())).incidents
        with pytest.raises(ValueError, match="after one at 12"):
            judge(recording_of(20.0), [*observations, *observations], policy_of(rule()))

    def test_incidents_are_in_order_of_start_and_scores_point_into_them(self) -> None:
        slow = rule(event="SLOW", min_duration_s=6.0, points=1.0)
        quick = rule(event="QUICK", signal="y.score", points=2.0)
        series = steps({1: 1, 20: 0}, 30) + steps({3: 1, 5: 0, 25: 1}, 30, signal="y.score")
        judgement = judge(recording_of(30.0), in_order(series), policy_of(slow, quick))
        assert [(i.event, i.start_s) for i in judgement.incidents] == [("SLOW", 1), ("QUICK", 3), ("QUICK", 25)]
        assert [(s.event, s.t_s, judgement.incidents[s.incident].event) for s in judgement.timeline.scores] == [
            ("QUICK", 3, "QUICK"),
            ("SLOW", 7, "SLOW"),
            ("QUICK", 25, "QUICK"),
        ]

    def test_trust_is_never_under_0(self) -> None:
        judgement = judge(recording_of(30.0), steps({1: 1}, 30), policy_of(rule(points=120.0)))
        assert judgement.trust_score == 0

    def test_screen_that_began_before_the_webcam(self) -> None:
        judgement = judge(recording_of(30.0), samples({-5: 1.0, -3: 0.0}), policy_of(rule(points=6.0)))
        assert [(i.start_s, i.end_s) for i in judgement.incidents] == [(-5, -3)]
        assert judgement.timeline.knots[0].t_s == -5
        assert judgement.timeline.final == 0


class TestAlerts:
    def flashes(self, count: int) -> list[Observation]:
        changes = {t: v for i in range(count) for t, v in ((10.0 * i + 1, 1.0), (10.0 * i + 2, 0.0))}
        return steps(changes, 10.0 * count)

    def test_fifth_critical_alert_would_have_ended_a_live_exam(self) -> None:
        policy = policy_of(rule(severity="critical", points=1.0))
        judgement = judge(recording_of(50.0), self.flashes(5), policy)
        assert (judgement.critical_alerts, judgement.would_end_s) == (5, 41.0)

    def test_four_would_not(self) -> None:
        judgement = judge(recording_of(40.0), self.flashes(4), policy_of(rule(severity="critical")))
        assert (judgement.critical_alerts, judgement.would_end_s) == (4, None)

    def test_an_alert_in_the_cooldown_is_none(self) -> None:
        policy = policy_of(rule(severity="critical", cooldown_s=15.0))
        assert judge(recording_of(50.0), self.flashes(5), policy).critical_alerts == 3

    def test_repeats_of_one_incident_are_one_alert(self) -> None:
        policy = policy_of(rule(severity="critical", repeat_s=5.0))
        policy = policy.model_copy(update={"risk": Risk(decay_per_s=1.0, critical_alert_limit=1)})
        judgement = judge(recording_of(60.0), steps({1: 1}, 60), policy)
        assert len(judgement.timeline.scores) == 12
        assert (judgement.critical_alerts, judgement.would_end_s) == (1, 1.0)

    def test_warnings_are_not_critical(self) -> None:
        assert judge(recording_of(50.0), self.flashes(5), policy_of(rule())).critical_alerts == 0


class TestPriority:
    def verdict(self, points: float, severity: str = "warning", count: int = 1) -> tuple[str, tuple[str, ...]]:
        changes = {t: v for i in range(count) for t, v in ((50.0 * i + 1, 1.0), (50.0 * i + 2, 0.0))}
        policy = policy_of(rule(points=points, severity=severity))
        judgement = judge(recording_of(50.0 * count), steps(changes, 50.0 * count), policy)
        return judgement.priority, judgement.reasons

    def test_low_says_why_too(self) -> None:
        assert self.verdict(0.0) == ("low", ("nothing that scores was found",))
        assert self.verdict(5.0) == ("low", ("risk reached 5 at 00:00:01, below what asks for a review",))

    def test_risk_at_one_time(self) -> None:
        assert self.verdict(12.0) == ("medium", ("risk reached 12 at 00:00:01",))
        assert self.verdict(25.0)[0] == "high"

    def test_many_small_events_spread_over_the_exam(self) -> None:
        assert self.verdict(5.0, count=4) == ("medium", ("20 points were added in all, in 4 steps",))
        assert self.verdict(5.0, count=12)[0] == "high"

    def test_critical_alerts(self) -> None:
        assert self.verdict(1.0, "critical") == ("medium", ("1 critical alert (X)",))
        assert self.verdict(1.0, "critical", 2) == ("high", ("2 critical alerts (X)",))

    def test_the_gravest_reason_comes_first(self) -> None:
        priority, reasons = self.verdict(10.0, "critical", 2)
        assert priority == "high"
        assert reasons == (
            "2 critical alerts (X)",
            "risk reached 10 at 00:00:01",
            "20 points were added in all, in 2 steps",
        )

    def test_not_assessed_is_no_conduct(self) -> None:
        blind = rule(event="Y", signal="y.score")
        judgement = judge(recording_of(10.0), steps({}, 10), policy_of(rule(), blind))
        assert judgement.priority == "low"
        assert judgement.reasons == ("1 check could not be assessed", "nothing that scores was found")
        assert [gap.event for gap in judgement.not_assessed] == ["Y"]


class TestNotAssessed:
    def explain(
        self, the_rule: Rule, observations: Sequence[Observation] = (), **recording: Any
    ) -> list[tuple[str, str, str]]:
        judgement = judge(recording_of(60.0, **recording), observations, policy_of(the_rule))
        return [(gap.event, gap.reason, gap.remedy) for gap in judgement.not_assessed]

    def test_says_which_detector_is_missing_and_what_to_do(self) -> None:
        missing = MissingDetector("objects", ("phone.score",), "no weights for objects", "Run proctor models fetch.")
        phone = rule(event="PHONE_DETECTED", signal="phone.score")
        gaps = self.explain(phone, clips=(clip(),), missing=(missing,))
        assert gaps == [("PHONE_DETECTED", "no weights for objects", "Run proctor models fetch.")]

    def test_finds_the_detector_behind_a_derived_signal(self) -> None:
        missing = MissingDetector("faces", ("face.score",), "no weights for faces", "Fetch them.")
        gaps = self.explain(rule(signal="face.count"), clips=(clip(),), missing=(missing,))
        assert gaps == [("X", "no weights for faces", "Fetch them.")]

    @pytest.mark.parametrize("source", ["screen", "log"])
    def test_says_that_a_source_was_not_given(self, source: str) -> None:
        ((_, reason, remedy),) = self.explain(rule(source=source), clips=(clip(),))
        assert reason.startswith("no ")
        assert remedy.startswith("Give ")

    def test_looked_for_and_never_measured(self) -> None:
        ((_, reason, _),) = self.explain(rule(), steps({0: None}, 60), clips=(clip(),))
        assert reason == "x.score could not be measured anywhere"

    def test_nobody_measures_it(self) -> None:
        ((_, reason, _),) = self.explain(rule(), clips=(clip(),))
        assert reason == "nothing measured x.score"

    def test_one_measurement_is_an_assessment(self) -> None:
        assert self.explain(rule(), samples({3: 0.0})) == []

    def test_an_event_with_several_rules_needs_only_one_of_them(self) -> None:
        policy = policy_of(rule(), rule(source="log"))
        assert judge(recording_of(60.0), samples({3: 0.0}), policy).not_assessed == ()


class TestCoverageOfTheScreen:
    def test_whether_it_shows_the_exam_is_a_row_of_its_own(self) -> None:
        looks = [
            Observation("screen", 0.5 * i, {"screen.exam": float(i < 40) if i > 20 else None, "screen.locked": 0.0})
            for i in range(120)
        ]
        meter = CoverageMeter(10.0)
        for look in looks:
            meter.push(look)
        rows = {row.signal: row.measured_s for row in meter.finish(60.0, ())}
        assert rows == {"screen": 60.0, "screen.exam": 49.5}


class TestCoverage:
    def cover(self, observations: Sequence[Observation], **recording: Any) -> dict[str, tuple[float, float]]:
        policy = policy_of(rule(), hold_s=10.0)
        judgement = judge(recording_of(60.0, **recording), in_order(observations), policy)
        return {c.signal: (c.measured_s, c.total_s) for c in judgement.coverage}

    def test_counts_the_time_until_the_next_look(self) -> None:
        assert self.cover(steps({0: 0.0, 20: None, 30: 0.0}, 60)) == {"x": (50, 60)}

    def test_a_look_speaks_for_hold_s_at_most(self) -> None:
        assert self.cover(samples({0: 0.0, 30: 0.0})) == {"x": (20, 60)}

    def test_nothing_before_the_first_look(self) -> None:
        assert self.cover(samples({55: 0.0})) == {"x": (5, 60)}

    def test_any_signal_of_a_family_will_do(self) -> None:
        observations = [
            Observation("webcam", float(t), {"picture.luma": None, "picture.contrast": 1.0}) for t in range(60)
        ]
        assert self.cover(observations) == {"picture": (60, 60)}

    def test_detectors_look_independently(self) -> None:
        both = samples(dict.fromkeys(range(60), 0.0)) + samples({t + 0.5: None for t in range(60)}, "y.score")
        assert self.cover(both) == {"x": (60, 60), "y": (0, 60)}

    def test_screen_is_told_apart_from_webcam(self) -> None:
        observations = samples({0: 0.0}, "picture.luma") + samples({0: 0.0, 5: 0.0}, "picture.luma", "screen")
        assert self.cover(observations) == {"picture": (10, 60), "screen.picture": (15, 60)}

    def test_a_log_covers_the_session(self) -> None:
        assert self.cover(samples({20: 1.0, 21: 0.0}, "log.hidden", "log")) == {"log": (60, 60)}

    def test_families_without_any_observation_are_listed(self) -> None:
        missing = MissingDetector("faces", ("face.score", "face.height"), "no weights", "Fetch them.")
        assert self.cover([], detectors=(PHONES,), missing=(missing,)) == {"face": (0, 60), "phone": (0, 60)}

    def test_time_before_the_webcam_is_not_covered(self) -> None:
        assert self.cover(samples({-8: 0.0, -4: 0.0, 2: None})) == {"x": (2, 60)}


class TestDerive:
    def derive_one(self, values: Mapping[str, float | None], boxes: tuple[Box, ...] = ()) -> Mapping[str, float | None]:
        """The last of two moments, a minute apart: by then an empty room is known."""
        room = Observation("webcam", 1.0, dict.fromkeys(values, 0.0))
        _, out = derive([room, Observation("webcam", 61.0, values, boxes)], load(None))
        return out.values

    def test_counts_faces_that_are_sure_and_large_enough(self) -> None:
        boxes = (
            Box(0, 0, 0.3, 0.4, "face", 0.9),
            Box(0, 0, 0.3, 0.05, "face", 0.9),
            Box(0, 0, 0.3, 0.4, "face", 0.3),
            Box(0, 0, 0.3, 0.4, "person", 0.9),
        )
        assert self.derive_one({"face.score": 0.9}, boxes)["face.count"] == 1

    def test_no_face_is_0_and_not_measured_is_none(self) -> None:
        assert self.derive_one({"face.score": 0.0})["face.count"] == 0
        assert self.derive_one({"face.score": None})["face.count"] is None
        assert "face.count" not in self.derive_one({"phone.score": 0.0})

    def test_banned_score_is_that_of_the_surest_thing(self) -> None:
        laptop, book = Box(0.1, 0.1, 0.3, 0.3, "laptop", 0.6), Box(0.6, 0.1, 0.9, 0.3, "book", 0.7)
        scores = {"laptop.score": 0.6, "book.score": 0.7, "tv.score": 0.0}
        assert self.derive_one(scores, (laptop, book))["banned.score"] == 0.7
        assert self.derive_one(scores, ())["banned.score"] == 0
        assert self.derive_one({"laptop.score": None, "book.score": None, "tv.score": None})["banned.score"] is None
        assert "banned.score" not in self.derive_one({"face.score": 0.0})

    def test_everything_else_passes_through(self) -> None:
        observation = Observation("screen", 1.0, {"picture.luma": 0.4})
        assert list(derive([observation], load(None))) == [observation]

    def test_names_of_all_signals(self) -> None:
        assert list_signals({"phone.score"}) == {"phone.score", *INPUTS}


class TestFocus:
    def test_is_kept_for_plotting_with_its_gaps(self) -> None:
        policy = policy_of(rule(signal="focus.score", below=40.0))
        series = steps({0: 90.0, 20: None, 30: 80.0}, 60, 0.25, "focus.score")
        focus = judge(recording_of(60.0), series, policy).focus
        assert len(focus) == 240
        assert [s.value for s in focus[79:82]] == [90, None, None]
