"""Risk over time: points in, decay out."""

from __future__ import annotations

import pytest

from proctor_cli.risk import RiskMeter
from proctor_cli.types import RiskKnot
from tests.unit.risk.cases import Outcome, policy_of, random_case, risk_at, rule, run, steps


def knots(outcome: Outcome) -> list[tuple[float, float, float]]:
    return [(k.t_s, k.temporary, k.permanent) for k in outcome.timeline.knots]


def test_temporary_risk_stands_while_it_goes_on_then_falls_to_nothing() -> None:
    outcome = run(steps({10: 1, 20: 0}, 40), policy_of(rule(points=6.0)), 40)
    assert knots(outcome) == [(0, 0, 0), (10, 0, 0), (10, 6, 0), (20, 6, 0), (26, 0, 0), (40, 0, 0)]


def test_permanent_risk_never_falls() -> None:
    outcome = run(steps({10: 1, 20: 0}, 40), policy_of(rule(points=15.0, kind="permanent")), 40)
    assert knots(outcome) == [(0, 0, 0), (10, 0, 0), (10, 0, 15), (40, 0, 15)]
    assert outcome.timeline.final == outcome.timeline.peak == 15


def test_decay_begins_only_when_nothing_that_scores_goes_on() -> None:
    other = rule(event="Y", signal="y.score", points=1.0)
    series = sorted(steps({10: 1, 20: 0}, 60) + steps({15: 1, 30: 0}, 60, signal="y.score"), key=lambda o: o.t_s)
    outcome = run(series, policy_of(rule(points=6.0), other), 60)
    assert risk_at(outcome.timeline, 30) == (7, 0)
    assert risk_at(outcome.timeline, 33) == (4, 0)


def test_events_without_points_do_not_stop_the_decay() -> None:
    quality = rule(event="Y", signal="y.score", points=0.0, severity="quality")
    series = sorted(steps({10: 1, 12: 0}, 60) + steps({11: 1, 40: 0}, 60, signal="y.score"), key=lambda o: o.t_s)
    outcome = run(series, policy_of(rule(points=6.0), quality), 60)
    assert risk_at(outcome.timeline, 15) == (3, 0)


def test_a_condition_stops_the_decay_from_its_confirmation_on() -> None:
    slow = rule(event="Y", signal="y.score", min_duration_s=4.0, points=1.0)
    series = sorted(steps({10: 1, 12: 0}, 60) + steps({12: 1, 30: 0}, 60, signal="y.score"), key=lambda o: o.t_s)
    outcome = run(series, policy_of(rule(points=6.0), slow), 60)
    assert risk_at(outcome.timeline, 15.9)[0] == pytest.approx(2.1)
    assert risk_at(outcome.timeline, 16) == (3, 0)  # 6 - 4 + 1
    assert risk_at(outcome.timeline, 30) == (3, 0)


def test_risk_falls_in_an_interruption_even_if_the_condition_is_taken_up_again() -> None:
    outcome = run(steps({10: 1, 20: 0, 21: 1, 30: 0}, 60), policy_of(rule(points=6.0, merge_gap_s=2)), 60)
    assert [(i.start_s, i.end_s) for i in outcome.incidents] == [(10, 30)]
    assert risk_at(outcome.timeline, 21) == (5, 0)
    assert risk_at(outcome.timeline, 30) == (5, 0)


def test_no_decay_when_the_policy_has_none() -> None:
    outcome = run(steps({10: 1, 12: 0}, 60), policy_of(rule(points=6.0), decay_per_s=0.0), 60)
    assert outcome.timeline.final == 6


def test_each_score_says_what_the_risk_was_after_it() -> None:
    rules = rule(points=6.0), rule(event="Y", signal="y.score", points=15.0, kind="permanent")
    series = sorted(steps({10: 1, 12: 0}, 60) + steps({14: 1, 15: 0}, 60, signal="y.score"), key=lambda o: o.t_s)
    outcome = run(series, policy_of(*rules), 60)
    assert [(s.event, s.t_s, s.risk_after) for s in outcome.timeline.scores] == [("X", 10, 6), ("Y", 14, 19)]


def test_session_without_marks_is_a_flat_line() -> None:
    timeline = RiskMeter(1.0).finish(60.0)
    assert timeline.knots == (RiskKnot(0.0, 0.0, 0.0), RiskKnot(60.0, 0.0, 0.0))


def test_a_live_reader_knows_the_risk_between_marks() -> None:
    meter = RiskMeter(1.0)
    for mark in run(steps({1: 1, 2: 0}, 3), policy_of(rule(points=5.0)), 3).marks:
        meter.push(mark)
    meter.run_to(4.5)
    assert (meter.now_s, meter.temporary, meter.permanent) == (4.5, 2.5, 0)


def test_knots_are_in_order_and_never_negative() -> None:
    for seed in range(200):
        case = random_case(seed, "any")
        timeline = run(case.observations, case.policy, case.end_s).timeline
        times_s = [knot.t_s for knot in timeline.knots]
        assert times_s == sorted(times_s), seed
        assert times_s[0] == 0, seed
        assert times_s[-1] == pytest.approx(case.end_s), seed
        assert min(knot.temporary for knot in timeline.knots) >= 0, seed
        permanent = [knot.permanent for knot in timeline.knots]
        assert permanent == sorted(permanent), seed
