"""Rules and engine against the oracle, over thousands of random series."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor_cli.types import Incident
from tests.unit.risk.cases import Case, Grid, Outcome, random_case, risk_at, run
from tests.unit.risk.oracle import Found, Oracle


@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize("grid", ["exact", "any"])
def test_agrees_on_seeded_series(grid: Grid, block: int) -> None:
    for seed in range(block * 200, block * 200 + 200):
        assert_agree(random_case(seed, grid))


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(10_000, 10**12), grid=st.sampled_from(["exact", "any"]))
def test_agrees_on_any_series(seed: int, grid: Grid) -> None:
    assert_agree(random_case(seed, grid))


def test_random_series_reach_every_corner() -> None:
    """The comparison would be worth little if nothing ever happened in the random series."""
    seen = {"incidents": 0, "repeats": 0, "quiet": 0, "bridged or merged": 0, "decayed to nothing": 0, "shared": 0}
    for seed in range(300):
        case = random_case(seed, "exact")
        oracle = Oracle(case.observations, case.policy, case.end_s)
        seen["incidents"] += len(oracle.found)
        seen["repeats"] += sum(oracle.points(f) > f.rule.points for f in oracle.found)
        seen["quiet"] += sum(not oracle.alerted(f) for f in oracle.found)
        seen["bridged or merged"] += sum(
            any(a[1] < b[0] for a, b in zip(f.firm, f.firm[1:], strict=False)) for f in oracle.found
        )
        seen["decayed to nothing"] += bool(oracle.scored) and oracle.temporary(case.end_s) == 0
        events = [r.event for r in case.policy.rules]
        seen["shared"] += len(events) > len(set(events))
    assert all(count >= 30 for count in seen.values()), seen


def assert_agree(case: Case) -> None:
    oracle = Oracle(case.observations, case.policy, case.end_s)
    outcome = run(case.observations, case.policy, case.end_s)
    expected = sorted(_facts_of_found(oracle, found) for found in oracle.found)
    actual = sorted(_facts_of_incident(incident) for incident in outcome.incidents)
    assert len(actual) == len(expected), case
    for a, b in zip(actual, expected, strict=True):
        assert a == pytest.approx(b, abs=1e-7), case
    _assert_same_scores(case, oracle, outcome)
    _assert_same_risk(case, oracle, outcome)


def _assert_same_scores(case: Case, oracle: Oracle, outcome: Outcome) -> None:
    expected = [(s.t_s, s.found.rule.event, s.found.rule.points) for s in oracle.scored]
    actual = [(m.t_s, m.rule.event, m.rule.points) for m in outcome.marks if m.what == "scores"]
    assert [row[1:] for row in actual] == [row[1:] for row in expected], case
    assert [row[0] for row in actual] == pytest.approx([row[0] for row in expected], abs=1e-7), case
    assert [s.t_s for s in outcome.timeline.scores] == [t_s for t_s, _, points in actual if points]


def _assert_same_risk(case: Case, oracle: Oracle, outcome: Outcome) -> None:
    rng = Random(case.seed)
    # Not on the grid: at a jump, one rounding decides which side is meant.
    for t_s in (rng.uniform(0, case.end_s) + 1e-5 for _ in range(5)):
        if t_s < case.end_s:
            expected = oracle.temporary(t_s), oracle.permanent(t_s)
            assert risk_at(outcome.timeline, t_s) == pytest.approx(expected, abs=1e-6), (t_s, case)
    last = outcome.timeline.knots[-1]
    assert (last.temporary, last.permanent) == pytest.approx(
        (oracle.temporary(case.end_s), oracle.permanent(case.end_s)), abs=1e-6
    ), case


def _facts_of_found(oracle: Oracle, found: Found) -> tuple[float, ...]:
    rule = found.rule
    return (
        ord(rule.event),
        found.start_s,
        found.end_s,
        found.confirmed_s,
        found.peak,
        found.peak_s,
        found.confidence,
        oracle.points(found),
        oracle.alerted(found),
        rule.min_duration_s,
    )


def _facts_of_incident(incident: Incident) -> tuple[float, ...]:
    return (
        ord(incident.event),
        incident.start_s,
        incident.end_s,
        incident.confirmed_s,
        incident.peak,
        incident.peak_s,
        incident.confidence,
        incident.points,
        incident.alerted,
        incident.evidence["min_duration_s"],
    )
