"""What is worn: one signal of three, a rule of its own under an event that laptops and books share."""

from __future__ import annotations

from typing import Any

import pytest

from proctor_cli.policy import load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Judgement, MissingDetector, Observation
from tests.unit.risk.cases import recording_of

POLICY = load(None)
KINDS = ("headphones", "earbuds", "smartwatch")
THINGS = {"laptop.score": 0.0, "book.score": 0.0, "tv.score": 0.0}
NOBODY_CHOSE = MissingDetector(
    "wearables",
    tuple(f"{kind}.score" for kind in KINDS),
    "wearables: the chosen set names no network for it",
    "Make one.",
    "choice",
)


def worn(**scores: float | None) -> float | None:
    values = {f"{kind}.score": score for kind, score in scores.items()}
    (derived,) = derive([Observation("webcam", 0.0, values)], POLICY)
    return derived.values["wearables.score"]


def judged(end_s: float, *missing: MissingDetector, things: bool = True, **scores: float) -> Judgement:
    """A session of ``end_s``, looked at every 0.4 s, in which these scores never change."""
    values = {**(THINGS if things else {}), **{f"{kind}.score": score for kind, score in scores.items()}}
    looks = [Observation("webcam", 0.4 * i, values) for i in range(round(end_s / 0.4))]
    return judge(recording_of(end_s, missing=missing), looks, POLICY)


def not_assessed(judgement: Judgement) -> dict[str, str]:
    return {gap.event: gap.reason for gap in judgement.not_assessed}


class TestSignal:
    def test_it_is_the_best_of_the_three(self) -> None:
        assert worn(headphones=0.2, earbuds=0.7, smartwatch=0.0) == 0.7

    def test_kinds_that_the_network_does_not_know_do_not_count(self) -> None:
        assert worn(headphones=None, earbuds=0.3, smartwatch=None) == 0.3
        assert worn(headphones=None, earbuds=None, smartwatch=None) is None

    def test_it_is_not_there_where_nobody_looked(self) -> None:
        (derived,) = derive([Observation("webcam", 0.0, THINGS)], POLICY)
        assert "wearables.score" not in derived.values


class TestRule:
    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_worn_for_long_scores(self, kind: str) -> None:
        scores: dict[str, Any] = {**dict.fromkeys(KINDS, 0.0), kind: 0.5}
        (incident,) = (i for i in judged(20, **scores).incidents if i.event == "BANNED_OBJECT")
        assert incident.points == 8
        assert "headphones, earbuds or a smartwatch" in incident.message
        assert incident.start_s == 0

    def test_what_is_unsure_or_short_does_not(self) -> None:
        assert not judged(20, earbuds=0.35).incidents
        assert not judged(4, earbuds=0.9).incidents


class TestNotAssessed:
    def test_laptops_and_books_are_judged_without_it(self) -> None:
        assert "BANNED_OBJECT" not in not_assessed(judged(20, NOBODY_CHOSE))

    def test_coverage_leaves_out_what_nobody_chose(self) -> None:
        covered = {row.signal: row.measured_s for row in judged(20, NOBODY_CHOSE).coverage}
        assert not covered.keys() & set(KINDS)
        assert covered["laptop"] > 0

    def test_without_either_the_reason_is_that_of_the_things(self) -> None:
        objects = MissingDetector("objects", tuple(THINGS), "yolo11n: model not found", "Fetch it.")
        judgement = judged(20, objects, NOBODY_CHOSE, things=False)
        assert not_assessed(judgement)["BANNED_OBJECT"] == "yolo11n: model not found"
