"""The invariants that the planner promises, given whatever the detectors answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli import plan
from proctor_cli.plan import paces
from proctor_cli.types import Spec

STEP_S = 0.2
SPARSE_S = 1.6
SPARSE = 8  # cells
Series = Mapping[int, float | None]
"""By cell: what the detector would answer, were it asked."""

VALUES = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0]))
DENSE = st.lists(VALUES, min_size=1, max_size=120).map(lambda values: dict(enumerate(values)))
RUNS = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.integers(1, 30)), min_size=1, max_size=12).map(
    lambda runs: dict(enumerate(value for value, length in runs for _ in range(length)))
)
HOLES = st.dictionaries(st.integers(0, 150), VALUES, min_size=1, max_size=100).map(
    lambda found: dict(sorted(found.items()))
)


@pytest.fixture(autouse=True)
def _own_paces(monkeypatch: pytest.MonkeyPatch) -> None:
    watching = plan.Pace(SPARSE_S, bands={"a.x": plan.Band(0.2)})
    own = {
        "a": watching,
        "b": plan.Pace(SPARSE_S, bands={"b.x": plan.Band(0.2)}),
        "high": plan.Pace(SPARSE_S, above={"high.x": 0.8}),
        "learns": plan.Pace(SPARSE_S, learns_s=5.0),
        "listens": plan.Pace(SPARSE_S, listens=True),
        "lingers": plan.Pace(SPARSE_S, bands={"lingers.x": plan.Band(0.2)}, lingers=True),
        "aided": plan.Pace(SPARSE_S, bands={"aided.x": plan.Band(0.2)}, beside=("a",)),
        "cued": plan.Pace(SPARSE_S, bands={"a.x": plan.Band(0.2)}),
    }
    monkeypatch.setattr("proctor_cli.plan.planner.PACES", own)


def spec(name: str, interval_s: float = STEP_S, sparse_s: float = SPARSE_S) -> Spec:
    return Spec(name, "webcam", {f"{name}.x": "score"}, interval_s, sparse_s=sparse_s)


def run(series: Series, specs: Iterable[Spec] = (spec("a"),), **options: object) -> dict[str, list[int]]:
    """By detector, the cells that it looks at, ascending. Fails if it is asked for one that it was told to forget."""
    looks: dict[str, list[int]] = {own.name: [] for own in specs}
    planner = plan.Planner(specs, STEP_S, **options)  # type: ignore[arg-type]  # what each test is about
    settled = -1

    def answer(asked: Iterable[plan.Look]) -> None:
        for cell, names in asked:
            assert cell >= settled
            for name in names:
                assert cell not in looks[name]
                looks[name].append(cell)
            planner.tell(cell, {f"{name}.x": series[cell] for name in names})

    for cell in series:
        answer(planner.show(cell, cell * STEP_S))
        settled = planner.settle() or settled
    answer(planner.end())
    return {name: sorted(cells) for name, cells in looks.items()}


def runs_of(series: Series, cells: Iterable[int]) -> list[tuple[float | None, int, int]]:
    """Stretches of one value among these cells: value, first cell, last cell."""
    found = []
    for value, members in groupby(cells, key=lambda cell: series[cell]):
        stretch = list(members)
        found.append((value, stretch[0], stretch[-1]))
    return found


@given(series=st.one_of(DENSE, RUNS))
def test_whatever_lasts_longer_than_the_sparse_interval_is_seen(series: Series) -> None:
    looks = run(series)["a"]
    for _, first, last in runs_of(series, series):
        if last - first >= SPARSE:
            assert any(first <= cell <= last for cell in looks)


@given(series=st.one_of(DENSE, RUNS))
def test_what_is_seen_begins_and_ends_where_every_look_would_say(series: Series) -> None:
    for (before, _, last), (after, first, _) in pairwise(runs_of(series, run(series)["a"])):
        assert series[last] == before
        assert series[first] == after
        assert first == last + 1


@given(series=st.one_of(DENSE, RUNS, HOLES))
def test_the_first_and_the_last_picture_are_looked_at(series: Series) -> None:
    looks = run(series)["a"]
    assert looks[0] == min(series)
    assert looks[-1] == max(series)


@given(series=HOLES)
def test_both_ends_of_a_gap_are_looked_at(series: Series) -> None:
    looks = run(series)["a"]
    for before, after in pairwise(series):
        if (after - before) * STEP_S > 1.0:
            assert before in looks
            assert after in looks


@given(series=st.one_of(DENSE, RUNS))
def test_looks_are_no_further_apart_than_the_sparse_interval(series: Series) -> None:
    assert all(after - before <= SPARSE for before, after in pairwise(run(series)["a"]))


@given(length=st.integers(1, 300))
def test_a_calm_video_is_looked_at_sparsely(length: int) -> None:
    looks = run(dict.fromkeys(range(length), 0.5))["a"]
    assert len(looks) <= length / SPARSE + 2


@given(series=st.one_of(DENSE, RUNS), interval=st.sampled_from([1, 2, 4]))
def test_every_look_is_one_of_the_dense_ones(series: Series, interval: int) -> None:
    wide = spec("a", interval_s=interval * STEP_S)
    everything = run(series, [spec("a", interval_s=interval * STEP_S, sparse_s=0.0)])["a"]
    assert set(run(series, [wide])["a"]) <= set(everything)
    assert everything == [cell for cell in series if cell % interval == 0]


@given(series=st.one_of(DENSE, RUNS, HOLES))
def test_dense_leaves_out_nothing(series: Series) -> None:
    assert run(series, [spec("a", interval_s=0.8)], dense=True)["a"] == list(series)


@given(series=st.one_of(DENSE, RUNS, HOLES))
def test_detectors_without_a_pace_look_whenever_their_interval_is_over(series: Series) -> None:
    looks = run(series, [Spec("unknown", "webcam", {"unknown.x": "score"}, 0.4, sparse_s=SPARSE_S)])["unknown"]
    groups = [cell // 2 for cell in series]
    assert [cell // 2 for cell in looks] == sorted(set(groups))


@given(series=st.one_of(DENSE, RUNS))
def test_detectors_do_not_disturb_each_other(series: Series) -> None:
    together = run(series, [spec("a"), spec("b")])
    assert together["a"] == run(series, [spec("a")])["a"]
    assert together["b"] == run(series, [spec("b")])["b"]


@given(series=RUNS)
def test_what_is_told_by_many_looks_gets_them_all(series: Series) -> None:
    looks = run(series, [spec("high")])["high"]
    for value, first, last in runs_of(series, series):
        seen = [cell for cell in looks if first <= cell <= last]
        if value == 1.0 and seen:
            assert seen == list(range(first, last + 1))


def test_the_beginning_is_looked_at_closely() -> None:
    looks = run(dict.fromkeys(range(100), 0.0), [spec("learns")], begin_s=4.0)["learns"]
    assert looks[:41] == list(range(41))
    assert len(looks) <= 41 + SPARSE + 8


def test_while_somebody_speaks_every_picture_is_looked_at() -> None:
    looks = run(dict.fromkeys(range(100), 0.0), [spec("listens")], speech=[(8.0, 9.0)])["listens"]
    assert set(range(40, 46)) <= set(looks)
    assert len(looks) < 40


def test_what_comes_and_goes_is_looked_at_closely_for_one_more_stretch() -> None:
    series = {cell: float(cell in (10, 13, 16)) for cell in range(100)}
    assert set(range(8, 25)) <= set(run(series, [spec("lingers")])["lingers"])
    once = {cell: float(cell >= 16) for cell in range(100)}
    assert 20 not in run(once, [spec("lingers")])["lingers"]


def test_one_detector_may_call_for_the_looks_of_another() -> None:
    # "cued" never sees what "a" does, but looks where that changed.
    series = {cell: float(32 <= cell < 40) for cell in range(100)}
    looks = run(series, [spec("a"), spec("cued")])
    assert set(range(32, 40)) <= set(looks["cued"])


@given(series=st.one_of(DENSE, RUNS))
def test_what_is_needed_beside_it_looks_at_whatever_it_looks_at(series: Series) -> None:
    looks = run(series, [spec("a", interval_s=0.4), spec("aided")])
    assert set(looks["aided"]) <= set(looks["a"])


def test_only_a_few_seconds_are_kept() -> None:
    planner = plan.Planner([spec("a")], STEP_S)
    for cell in range(1000):
        for asked, names in planner.show(cell, cell * STEP_S):
            planner.tell(asked, {f"{name}.x": 0.0 for name in names})
        settled = planner.settle()
        assert settled is not None
        assert cell - settled <= SPARSE


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        (0.0, 0.3, True),
        (0.0, 0.2, False),
        (0.2, 9.0, True),
        (0.5, 9.0, False),  # both are clipped to 0.5
        (-5.0, 0.1, False),
        (None, 0.0, True),
        (0.0, None, True),
        (None, None, False),
    ],
)
def test_a_band_tells_what_counts_as_a_change(first: float | None, second: float | None, differs: bool) -> None:
    assert plan.Band(0.2, 0.0, 0.5).differs(first, second) is differs
    assert plan.Band(0.2, 0.0, 0.5).differs(second, first) is differs


@pytest.mark.parametrize("name", paces.PACES)
def test_shorter_rules_ask_for_more_looks(name: str) -> None:
    pace = paces.PACES[name]
    assert plan.bound_s(pace, float("inf"), STEP_S) == pace.sparse_s
    assert plan.bound_s(pace, 1.0, STEP_S) == pytest.approx(0.8)
    assert plan.bound_s(pace, 0.0, STEP_S) == 0.0
