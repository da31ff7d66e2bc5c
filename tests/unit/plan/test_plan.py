"""The invariants that the sampling plan promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli import detectors, plan
from proctor_cli.policy import load
from proctor_cli.types import Spec

STEPS_S = st.sampled_from([0.1, 0.2, 0.25, 1 / 3])
RATIOS = st.floats(1.0, 12.0)
CELLS = st.lists(st.integers(0, 200), min_size=1, unique=True).map(sorted)


def spec(name: str, interval_s: float) -> Spec:
    return Spec(name, "webcam", {}, interval_s)


def looks(rhythm: plan.Rhythm, name: str, cells: list[int]) -> list[int]:
    return [cell for cell in cells if rhythm.due(name, cell)]


@given(step_s=STEPS_S, ratio=RATIOS, cells=CELLS)
def test_no_picture_is_further_from_the_look_before_it_than_the_interval(
    step_s: float, ratio: float, cells: list[int]
) -> None:
    seen = looks(plan.Rhythm([spec("a", step_s * ratio)], step_s), "a", cells)
    for cell in cells:
        latest = max(look for look in seen if look <= cell)
        # In cells; pictures lie anywhere in theirs, which is the one step that the plan allows on top.
        assert (cell - latest) * step_s <= step_s * ratio


@given(step_s=STEPS_S, ratio=RATIOS, cells=CELLS)
def test_looks_are_not_wasted(step_s: float, ratio: float, cells: list[int]) -> None:
    per_look = max(1, round(ratio))
    seen = looks(plan.Rhythm([spec("a", step_s * ratio)], step_s), "a", cells)
    assert len({cell // per_look for cell in seen}) == len(seen)


@given(step_s=STEPS_S, ratio=RATIOS, start=st.integers(0, 50), count=st.integers(1, 60))
def test_away_from_its_start_a_slice_looks_where_the_whole_video_does(
    step_s: float, ratio: float, start: int, count: int
) -> None:
    whole = looks(plan.Rhythm([spec("a", step_s * ratio)], step_s), "a", list(range(start + count)))
    piece = looks(plan.Rhythm([spec("a", step_s * ratio)], step_s), "a", list(range(start, start + count)))
    assert piece == sorted({start, *(cell for cell in whole if cell >= start)})


@given(step_s=STEPS_S, ratio=RATIOS, cells=CELLS)
def test_dense_leaves_out_nothing(step_s: float, ratio: float, cells: list[int]) -> None:
    assert looks(plan.Rhythm([spec("a", step_s * ratio)], step_s, dense=True), "a", cells) == cells


@given(cells=CELLS)
def test_detectors_do_not_disturb_each_other(cells: list[int]) -> None:
    specs = [spec("a", 0.2), spec("b", 1.0)]
    together = plan.Rhythm(specs, 0.2)
    both = [(together.due("a", cell), together.due("b", cell)) for cell in cells]
    alone = plan.Rhythm(specs[1:], 0.2)
    assert all(a for a, _ in both)
    assert [b for _, b in both] == [alone.due("b", cell) for cell in cells]


def test_the_step_is_the_shortest_interval() -> None:
    specs = [spec("a", 1.0), spec("b", 0.2)]
    assert plan.step_s(specs) == 0.2
    assert plan.step_s(specs, dense=True) == 0.1


SPECS = [detectors.find(name).spec for name in detectors.REGISTRY]


@pytest.mark.parametrize("own", SPECS, ids=lambda own: own.name)
def test_every_detector_looks_well_within_the_shortest_rule(own: Spec) -> None:
    assert own.interval_s <= 1.0
    for policy in ("default", "strict", "lenient"):
        held = [rule.min_duration_s for rule in load(policy).enabled_rules if rule.signal in own.signals]
        assert all(own.interval_s <= min_duration_s / 2 for min_duration_s in held if min_duration_s)


@pytest.mark.parametrize("own", [own for own in SPECS if own.needs], ids=lambda own: own.name)
def test_what_needs_boxes_looks_only_where_their_finder_looks(own: Spec) -> None:
    # Otherwise it would be told that there is no box in a picture that nobody has searched.
    finders = [other for other in SPECS if own.needs in other.finds and other.source == own.source]
    step_s = plan.step_s([other for other in SPECS if other.source == own.source])
    rhythm = plan.Rhythm(SPECS, step_s)
    cells = range(200)
    for finder in finders:
        assert set(looks(rhythm, own.name, list(cells))) <= set(looks(rhythm, finder.name, list(cells)))
