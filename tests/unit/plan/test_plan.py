"""The sampling plan against the detectors and the policies that there are; its invariants are in test_planner.py."""

from __future__ import annotations

import pytest

from proctor_cli import detectors, plan, risk
from proctor_cli.policy import load
from proctor_cli.types import Spec

STEP_S = 0.2


def spec(name: str, interval_s: float) -> Spec:
    return Spec(name, "webcam", {}, interval_s)


def test_the_step_is_the_shortest_interval() -> None:
    specs = [spec("a", 1.0), spec("b", 0.2)]
    assert plan.step_s(specs) == 0.2
    assert plan.step_s(specs, dense=True) == 0.1


SPECS = [detectors.find(name).spec for name in detectors.REGISTRY]


@pytest.mark.parametrize("own", SPECS, ids=lambda own: own.name)
def test_every_detector_looks_often_enough_for_the_shortest_rule(own: Spec) -> None:
    assert own.interval_s <= 1.0
    for name in ("default", "strict", "lenient"):
        shortest_s = risk.find_shortest(load(name))
        held = [shortest_s[own.source, signal] for signal in own.signals if shortest_s.get((own.source, signal))]
        if held and own.name in plan.PACES:
            assert plan.bound_s(plan.PACES[own.name], min(held), STEP_S) + STEP_S <= min(held)
            assert own.interval_s <= plan.bound_s(plan.PACES[own.name], min(held), STEP_S)
        elif held:
            assert own.interval_s <= min(held) / 2


def test_paces_are_of_detectors_that_there_are_and_watch_what_is_measured() -> None:
    assert {own.name for own in SPECS} >= plan.PACES.keys()
    measured = {signal for own in SPECS if own.source == "webcam" for signal in own.signals}
    for pace in plan.PACES.values():
        assert measured >= {*pace.bands, *pace.above, *pace.below}
        assert plan.PACES.keys() >= {*pace.beside}


@pytest.mark.parametrize("own", [own for own in SPECS if own.needs], ids=lambda own: own.name)
def test_what_needs_boxes_looks_only_where_their_finder_looks(own: Spec) -> None:
    # Otherwise it would be told that there is no box in a picture that nobody has searched.
    finders = {other.name for other in SPECS if own.needs in other.finds and other.source == own.source}
    pace = plan.PACES.get(own.name)
    # Or else it makes do with those found last, and must not find that there are none.
    assert finders & {*pace.beside} if pace and pace.beside else finders
