"""Rules by example: each test is one line of PRODUCT.md section 3 or of the docstring of risk/rules.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from proctor_cli.policy import load
from proctor_cli.risk import Rulebook
from proctor_cli.types import Observation, Source
from tests.unit.risk.cases import Outcome, policy_of, random_case, rule, run, samples, steps


def intervals(outcome: Outcome) -> list[tuple[float, float]]:
    return [(i.start_s, i.end_s) for i in outcome.incidents]


def scores(outcome: Outcome) -> list[tuple[float, float]]:
    return [(s.t_s, s.points) for s in outcome.timeline.scores]


class TestShippedRules:
    """The table: event, how long, how many points, which kind."""

    @pytest.mark.parametrize(
        ("event", "signal", "value", "held_s", "points", "kind"),
        [
            ("NO_FACE", "face.count", 0.0, 2.0, 5.0, "temporary"),
            ("MULTIPLE_FACES", "face.count", 2.0, 2.0, 10.0, "temporary"),
            ("LOOKING_AWAY", "away.aside", 1.2, 3.0, 6.0, "temporary"),
            ("LOOKING_AWAY", "away.below", 1.2, 3.0, 6.0, "temporary"),
            ("PHONE_DETECTED", "phone.seen", 0.9, 5.0, 15.0, "permanent"),
        ],
    )
    def test_scores_once_it_has_lasted_so_long(
        self, event: str, signal: str, value: float, held_s: float, points: float, kind: str
    ) -> None:
        quiet = 1.0 if signal == "face.count" else 0.0
        policy = load(None)

        def risk_after(duration_s: float) -> Outcome:
            series = steps({0: quiet, 10: value, 10 + duration_s: quiet}, 40, 0.25, signal)
            return run(series, policy, 40)

        outcome = risk_after(held_s + 0.25)
        (incident,) = outcome.incidents
        assert (incident.event, incident.points, incident.kind) == (event, points, kind)
        assert scores(outcome) == [(10 + held_s, points)]
        assert risk_after(held_s - 0.25).incidents == ()

    def test_tab_switch_scores_at_once(self) -> None:
        outcome = run(samples({100: 1.0, 103: 0.0}, "log.hidden", "log"), load(None), 200)
        (incident,) = outcome.incidents
        assert (incident.event, incident.start_s, incident.end_s) == ("TAB_SWITCH", 100, 103)
        assert scores(outcome) == [(100, 5)]
        assert outcome.timeline.scores[0].kind == "permanent"

    def test_quality_events_are_listed_and_cost_nothing(self) -> None:
        outcome = run(steps({0: 0.01}, 30, signal="picture.luma"), load(None), 30)
        assert [i.event for i in outcome.incidents] == ["BLACK_VIDEO", "LOW_LIGHT"]
        assert all(i.severity == "quality" and i.points == 0 for i in outcome.incidents)
        assert outcome.timeline.scores == ()


class TestInterval:
    def test_runs_from_the_first_active_sample_to_the_first_that_is_not(self) -> None:
        assert intervals(run(steps({2: 1, 5: 0}, 10), policy_of(rule()), 10)) == [(2, 5)]

    def test_ends_with_the_session(self) -> None:
        assert intervals(run(steps({2: 1}, 5), policy_of(rule()), 5.5)) == [(2, 5.5)]

    def test_threshold_itself_is_not_beyond(self) -> None:
        assert run(steps({2: 0.5, 5: 0}, 10), policy_of(rule(above=0.5)), 10).incidents == ()
        assert run(steps({0: 0.5}, 10), policy_of(rule(below=0.5)), 10).incidents == ()

    def test_hysteresis_keeps_a_hovering_signal_in_one_piece(self) -> None:
        hovering = steps({2: 0.9, 3: 0.6, 4: 0.9, 5: 0.6, 6: 0.4}, 10)
        assert intervals(run(hovering, policy_of(rule(above=0.8)), 10)) == [(2, 3), (4, 5)]
        assert intervals(run(hovering, policy_of(rule(above=0.8, release=0.5)), 10)) == [(2, 6)]

    def test_release_does_not_start_a_condition(self) -> None:
        assert run(steps({2: 0.6}, 10), policy_of(rule(above=0.8, release=0.5)), 10).incidents == ()

    def test_interruption_shorter_than_the_merge_gap_is_part_of_it(self) -> None:
        policy = policy_of(rule(merge_gap_s=1.0))
        assert intervals(run(steps({2: 1, 4: 0, 4.5: 1, 6: 0}, 10), policy, 10)) == [(2, 6)]
        assert intervals(run(steps({2: 1, 4: 0, 5: 1, 6: 0}, 10), policy, 10)) == [(2, 4), (5, 6)]

    def test_below_watches_from_the_other_side(self) -> None:
        outcome = run(steps({0: 1, 2: 0.1, 3: 0.05, 5: 0.3}, 10), policy_of(rule(below=0.2, release=0.25)), 10)
        (incident,) = outcome.incidents
        assert (incident.start_s, incident.end_s, incident.peak, incident.peak_s) == (2, 5, 0.05, 3)


class TestMissingMeasurements:
    def test_none_starts_nothing(self) -> None:
        assert run(steps({0: None}, 10), policy_of(rule()), 10).incidents == ()

    def test_none_ends_nothing_by_itself(self) -> None:
        series = steps({2: 1, 4: None, 6: 1, 8: 0}, 12)
        assert intervals(run(series, policy_of(rule(), bridge_s=2.0), 12)) == [(2, 8)]

    def test_longer_than_the_bridge_it_ended_where_measuring_stopped(self) -> None:
        series = steps({2: 1, 4: None, 6.5: 1, 8: 0}, 12)
        assert intervals(run(series, policy_of(rule(), bridge_s=2.0), 12)) == [(2, 4), (6.5, 8)]

    def test_ended_where_measuring_stopped_if_it_is_over_when_measuring_resumes(self) -> None:
        assert intervals(run(steps({2: 1, 4: None, 5: 0}, 12), policy_of(rule()), 12)) == [(2, 4)]
        assert intervals(run(steps({2: 1, 4: None}, 12), policy_of(rule()), 12)) == [(2, 4)]

    def test_release_still_applies_across_a_bridge(self) -> None:
        series = steps({2: 0.9, 4: None, 5: 0.6, 8: 0}, 12)
        assert intervals(run(series, policy_of(rule(above=0.8, release=0.5)), 12)) == [(2, 8)]

    def test_observation_without_the_signal_says_nothing(self) -> None:
        series = steps({2: 1, 4: 0}, 6)
        others = [Observation("webcam", o.t_s + 0.1, {"y.score": 0.0}) for o in series]
        both = sorted([*series, *others], key=lambda o: o.t_s)
        assert run(both, policy_of(rule()), 6).incidents == run(series, policy_of(rule()), 6).incidents

    def test_other_source_says_nothing(self) -> None:
        series = steps({2: 1}, 6)
        elsewhere = [Observation("screen", o.t_s, o.values) for o in series]
        assert run(elsewhere, policy_of(rule()), 6).incidents == ()

    def test_one_sample_does_not_speak_for_ever(self) -> None:
        policy = policy_of(rule(), hold_s=10.0, bridge_s=2.0)
        assert intervals(run(samples({5: 1.0, 100: 1.0, 101: 0.0}), policy, 200)) == [(5, 15), (100, 101)]
        assert intervals(run(samples({5: 1.0}), policy, 200)) == [(5, 15)]

    def test_state_of_a_log_holds_until_it_changes(self) -> None:
        series = samples({5: 1.0, 100: 0.0}, source="log")
        assert intervals(run(series, policy_of(rule(source="log"), hold_s=10.0), 200)) == [(5, 100)]


class TestConfirmation:
    def test_is_in_continuous_time(self) -> None:
        outcome = run(samples({0: 0, 0.9: 1, 2.2: 1, 3.7: 1, 5.3: 0}), policy_of(rule(min_duration_s=2)), 10)
        assert outcome.incidents[0].confirmed_s == pytest.approx(2.9)
        assert outcome.timeline.scores[0].t_s == pytest.approx(2.9)

    def test_lasting_exactly_so_long_is_enough(self) -> None:
        series = samples({t / 10: float(10 <= t < 30) for t in range(40)})
        (incident,) = run(series, policy_of(rule(min_duration_s=2)), 4).incidents
        assert incident.confirmed_s == pytest.approx(3.0)
        assert incident.confirmed_s <= incident.end_s

    def test_shorter_leaves_no_trace(self) -> None:
        outcome = run(steps({2: 1, 3.5: 0}, 10), policy_of(rule(min_duration_s=2)), 10)
        assert outcome.marks == ()
        assert outcome.timeline.final == 0

    def test_waits_for_the_end_of_an_interruption(self) -> None:
        policy = policy_of(rule(min_duration_s=2, merge_gap_s=2))
        outcome = run(steps({1: 1, 2: 0, 3.5: 1, 6: 0}, 10), policy, 10)
        assert outcome.incidents[0].confirmed_s == 3.5
        outcome = run(steps({1: 1, 2: None, 3.5: 1, 6: 0}, 10), policy_of(rule(min_duration_s=2)), 10)
        assert outcome.incidents[0].confirmed_s == 3.5


class TestParts:
    """A signal that is the largest of several: the message names the one that made it so."""

    rule = rule(
        signal="x.score", above=1.0, release=0.8, message="{part}!", parts={"a.score": "first", "b.score": "second"}
    )

    def told(self, *looks: Mapping[str, float | None]) -> list[str]:
        """What is said of looks 0.2 s apart, by their parts."""
        series = [
            Observation("webcam", 1 + i / 5, {"x.score": max(v for v in parts.values() if v is not None), **parts})
            for i, parts in enumerate(looks)
        ]
        end_s = 1 + len(looks) / 5
        still = Observation("webcam", end_s, {"x.score": 0.0, "a.score": 0.0, "b.score": 0.0})
        return [one.message for one in run([*series, still], policy_of(self.rule), end_s).incidents]

    def test_is_named(self) -> None:
        assert self.told(*[{"a.score": 1.5, "b.score": 0.2}] * 5) == ["first!"]
        assert self.told(*[{"a.score": 0.2, "b.score": 1.5}] * 5) == ["second!"]

    def test_is_the_strongest_over_the_whole_incident(self) -> None:
        first, second = {"a.score": 1.6, "b.score": 0.1}, {"a.score": 0.2, "b.score": 1.2}
        assert self.told(first, second, second, second, second) == ["second!"]
        assert self.told(first, first, first, second, second) == ["first!"]

    def test_one_that_is_seldom_looked_for_is_not_outvoted_by_one_that_is_never_beyond(self) -> None:
        both, other = {"a.score": 0.9, "b.score": 1.5}, {"a.score": 0.9, "x.score": 1.5}
        assert self.told(both, other, other, both, other, other) == ["second!"]

    def test_one_that_is_unknown_or_never_looked_for_is_not_named(self) -> None:
        assert self.told(*[{"a.score": None, "b.score": 1.5}] * 3) == ["second!"]
        assert self.told(*[{"b.score": 1.5}] * 3) == ["second!"]

    def test_numbers_of_the_most_telling_moment_are_evidence(self) -> None:
        series = [
            Observation("webcam", i / 5, {"x.score": v, "a.score": v, "b.score": None})
            for i, v in enumerate((1.2, 1.9))
        ]
        (incident,) = run(series, policy_of(self.rule), 0.4).incidents
        assert incident.evidence["a.score"] == 1.9
        assert "b.score" not in incident.evidence

    def test_seen_from_below_the_smallest_is_the_strongest(self) -> None:
        low = rule(signal="x.score", below=0.5, message="{part}", parts={"a.score": "first", "b.score": "second"})
        series = [Observation("webcam", i / 5, {"x.score": 0.1, "a.score": 0.4, "b.score": 0.1}) for i in range(3)]
        assert [one.message for one in run(series, policy_of(low), 0.6).incidents] == ["second"]

    def test_without_parts_there_is_nothing_to_name(self) -> None:
        plain = rule(message="x{part}")
        assert [one.message for one in run(steps({1: 1}, 3), policy_of(plain), 3).incidents] == ["x"]


class TestPoints:
    def test_once_never_per_frame(self) -> None:
        policy = policy_of(rule())
        for every_s in (0.5, 0.125, 0.03125):
            assert scores(run(steps({1: 1}, 60, every_s), policy, 60)) == [(1, 5)]

    def test_again_every_repeat_while_it_goes_on(self) -> None:
        outcome = run(steps({1: 1, 26: 0}, 60), policy_of(rule(min_duration_s=2, repeat_s=10)), 60)
        assert scores(outcome) == [(3, 5), (13, 5), (23, 5)]
        assert outcome.incidents[0].points == 15

    def test_repeat_waits_for_the_end_of_an_interruption(self) -> None:
        policy = policy_of(rule(repeat_s=10, merge_gap_s=4))
        assert scores(run(steps({1: 1, 10: 0, 13: 1, 20: 0}, 60), policy, 60)) == [(1, 5), (13, 5)]

    def test_cooldown_keeps_a_flapping_signal_quiet(self) -> None:
        flapping = steps({1: 1, 2: 0, 3: 1, 4: 0, 7: 1, 8: 0}, 20)
        outcome = run(flapping, policy_of(rule(cooldown_s=5)), 20)
        assert scores(outcome) == [(1, 5), (7, 5)]
        assert [(i.start_s, i.points, i.alerted) for i in outcome.incidents] == [
            (1, 5, True),
            (3, 0, False),
            (7, 5, True),
        ]

    def test_a_condition_that_outlasts_the_cooldown_scores_then(self) -> None:
        outcome = run(steps({1: 1, 2: 0, 3: 1, 9: 0}, 20), policy_of(rule(cooldown_s=5)), 20)
        assert scores(outcome) == [(1, 5), (6, 5)]
        assert [i.confirmed_s for i in outcome.incidents] == [1, 3]

    def test_rules_of_one_event_share_the_cooldown(self) -> None:
        shared = policy_of(rule(event="X", cooldown_s=5), rule(event="X", cooldown_s=5, signal="y.score", points=7.0))
        apart = policy_of(rule(event="X", cooldown_s=5), rule(event="Y", cooldown_s=5, signal="y.score", points=7.0))
        series = [Observation("webcam", t / 2, {"x.score": float(t >= 4), "y.score": float(t >= 6)}) for t in range(40)]
        assert scores(run(series, shared, 20)) == [(2, 5), (7, 7)]
        assert scores(run(series, apart, 20)) == [(2, 5), (3, 7)]

    def test_without_points_an_alert_is_no_score(self) -> None:
        outcome = run(steps({1: 1, 2: 0}, 10), policy_of(rule(points=0.0)), 10)
        assert outcome.incidents[0].alerted
        assert outcome.timeline.scores == ()


class TestIncident:
    def test_confidence_is_the_share_of_samples_beyond_the_threshold(self) -> None:
        outcome = run(
            steps({2: 0.9, 3: 0.6, 4: 0.2, 4.5: 0.9, 6: 0}, 10),
            policy_of(rule(above=0.8, release=0.5, merge_gap_s=1)),
            10,
        )
        (incident,) = outcome.incidents
        assert incident.evidence["samples"] == 8
        assert incident.confidence == incident.evidence["beyond_share"] == 5 / 8
        assert incident.evidence["measured_share"] == 1.0

    def test_unmeasured_samples_weigh_against_it(self) -> None:
        (incident,) = run(steps({2: 1, 3: None, 4: 1, 5: 0}, 10), policy_of(rule()), 10).incidents
        assert incident.evidence["measured_share"] == incident.confidence == 4 / 6

    def test_confidence_can_be_the_median_of_another_signal(self) -> None:
        series = [
            Observation("webcam", t, {"x.score": float(x), "y.score": y})
            for t, (x, y) in enumerate([(0, 0.0), (1, 0.2), (1, 0.7), (1, None), (1, 0.9), (0, 0.0)])
        ]
        (incident,) = run(series, policy_of(rule(confidence_signal="y.score")), 6).incidents
        assert incident.confidence == 0.7

    def test_peak_is_the_most_extreme_value_and_its_first_time(self) -> None:
        (incident,) = run(steps({2: 0.7, 3: 0.9, 4: 0.8, 5: 0.9, 6: 0}, 10), policy_of(rule()), 10).incidents
        assert (incident.peak, incident.peak_s) == (0.9, 3)

    def test_says_how_many_faces_were_in_view_at_the_peak(self) -> None:
        series = [
            Observation("webcam", t, {"x.score": x, "face.count": count})
            for t, (x, count) in enumerate([(0.0, 1.0), (0.7, 1.0), (0.9, 2.0), (0.0, 1.0)])
        ]
        (incident,) = run(series, policy_of(rule()), 4).incidents
        assert incident.evidence["face_count"] == 2

    def test_does_not_say_how_many_faces_there_were_long_ago(self) -> None:
        series = [Observation("webcam", 0.0, {"face.count": 1.0}), *samples({9.0: 1.0, 9.5: 0.0, 11.0: 1.0})]
        near, far = run(series, policy_of(rule(), hold_s=10.0), 12).incidents
        assert near.evidence["face_count"] == 1
        assert "face_count" not in far.evidence

    def test_message_has_the_numbers(self) -> None:
        text = "{event} {start}-{end}, {duration_s} s, {peak:.3f} over {threshold}"
        (incident,) = run(steps({3725: 0.75, 3732.5: 0}, 3740), policy_of(rule(message=text)), 3740).incidents
        assert incident.message == "X 01:02:05-01:02:12, 7.5 s, 0.750 over 0.5"


class TestRulebook:
    def test_refuses_to_go_back_in_time(self) -> None:
        rulebook = Rulebook(policy_of(rule()))
        rulebook.push(Observation("webcam", 2.0, {}))
        with pytest.raises(ValueError, match=r"1\.0 s after 2\.0 s"):
            rulebook.push(Observation("webcam", 1.0, {}))

    def test_switched_off_rules_say_nothing(self) -> None:
        assert run(steps({1: 1}, 10), policy_of(rule(enabled=False)), 10).marks == ()

    def test_tells_at_once_what_needs_no_time(self) -> None:
        marks = Rulebook(policy_of(rule())).push(Observation("webcam", 1.0, {"x.score": 1.0}))
        assert [(mark.what, mark.t_s) for mark in marks] == [("holds", 1.0), ("scores", 1.0)]

    def test_tells_what_is_certain_and_no_later(self) -> None:
        rulebook = Rulebook(policy_of(rule(min_duration_s=2)))
        feed = [
            Observation("webcam", 0.0, {"x.score": 1.0}),
            Observation("webcam", 1.5, {"x.score": 1.0}),
            Observation("screen", 2.5, {}),  # any observation moves the time
            Observation("webcam", 3.0, {"x.score": 0.0}),
        ]
        told = [[(mark.what, mark.t_s) for mark in rulebook.push(observation)] for observation in feed]
        assert told == [[], [], [("holds", 2.0), ("scores", 2.0)], [("rests", 3.0), ("ends", 3.0)]]

    def test_marks_come_in_order_of_time(self) -> None:
        for seed in range(300):
            case = random_case(seed, "any")
            times_s = [mark.t_s for mark in run(case.observations, case.policy, case.end_s).marks]
            assert times_s == sorted(times_s), seed

    def test_what_was_told_stands_however_it_goes_on(self) -> None:
        """Streaming equals batch: the marks of a beginning are the beginning of the marks of the whole."""
        for seed in range(300):
            case = random_case(seed, "exact")
            whole = run(case.observations, case.policy, case.end_s).marks
            rulebook, told = Rulebook(case.policy), []
            for observation in case.observations[: len(case.observations) // 2]:
                told += rulebook.push(observation)
            assert tuple(told) == whole[: len(told)], seed


class TestInvariance:
    def test_to_a_shift_in_time(self) -> None:
        for seed in range(200):
            case = random_case(seed, "exact")
            later = [Observation(o.source, o.t_s + 4096, o.values) for o in case.observations]
            here = run(case.observations, case.policy, case.end_s).timeline.scores
            there = run(later, case.policy, case.end_s + 4096).timeline.scores
            assert [(s.t_s + 4096, s.event, s.points) for s in here] == [(s.t_s, s.event, s.points) for s in there]

    def test_to_denser_sampling_of_the_same_steps(self) -> None:
        """Each sample repeated half-way to the next changes no event, no score and no risk."""
        for seed in range(300):
            case = random_case(seed, "exact")
            # How long a sample speaks, and what share of them there is, do depend on how many there are.
            policy = case.policy.model_copy(
                update={
                    "timing": case.policy.timing.model_copy(update={"hold_s": 1000.0}),
                    "rules": tuple(rule.model_copy(update={"min_share": 0.0}) for rule in case.policy.rules),
                }
            )
            once = run(case.observations, policy, case.end_s)
            twice = run(_repeat_half_way(case.observations), policy, case.end_s)
            assert _facts(once) == _facts(twice), seed
            assert scores(once) == scores(twice), seed
            assert once.timeline.knots == twice.timeline.knots, seed

    def test_to_the_order_of_sources_at_one_moment(self) -> None:
        rules = rule(event="X", points=1.0), rule(event="Y", source="log", points=2.0)
        webcam, log = samples({3: 1.0}), samples({3: 1.0}, source="log")
        totals = {run(order, policy_of(*rules), 10).timeline.peak for order in (webcam + log, log + webcam)}
        assert totals == {3.0}


def _facts(outcome: Outcome) -> list[tuple[float, float, float, str, float, bool]]:
    return sorted((i.start_s, i.end_s, i.confirmed_s, i.event, i.points, i.alerted) for i in outcome.incidents)


def _repeat_half_way(observations: Sequence[Observation]) -> list[Observation]:
    """For each signal of each source, its last sample again, half-way to the next observation."""
    latest: dict[Source, dict[str, float | None]] = {}
    out: list[Observation] = []
    for i, observation in enumerate(observations):
        out.append(observation)
        latest.setdefault(observation.source, {}).update(observation.values)
        if i + 1 < len(observations) and observations[i + 1].t_s > observation.t_s:
            half_s = (observation.t_s + observations[i + 1].t_s) / 2
            out += [Observation(source, half_s, dict(values)) for source, values in latest.items()]
    return out
