"""What is worn: names of classes, and what becomes of boxes. The default network stands in, its classes renamed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest

from proctor_cli.detectors.wearables import Wearables, kind_of
from proctor_cli.nets import find
from proctor_cli.nets.things import overlap
from proctor_cli.types import Frame, Observation
from tests.unit.detectors.pictures import MODELS, SAMPLE, models, recorded, stand_in


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("headphones", "headphones"),
        ("Headphone", "headphones"),
        ("headset", "headphones"),
        ("over-ear headphones", "headphones"),
        ("earbuds", "earbuds"),
        ("AirPods", "earbuds"),
        ("earphones", "earbuds"),
        ("wireless_earbuds", "earbuds"),
        ("in-ear  headphones", "earbuds"),
        ("smartwatch", "smartwatch"),
        ("Smart Watches", "smartwatch"),
        ("wristwatch", "smartwatch"),
        ("cell phone", ""),
        ("ear", ""),
        ("clock", ""),
        ("", ""),
    ],
)
def test_people_call_them_by_many_names(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def seen_by(names: Mapping[str, str], shown: Frame) -> Observation:
    """The picture through the default network, its classes called by ``names``."""
    models()  # skips without weights
    model = find(stand_in("wearables", names), [MODELS])
    (seen,) = Wearables({"wearables": model}).observe([shown])
    return seen


@pytest.fixture(scope="module")
def shown() -> Frame:
    """A phone is held up."""
    (frame,) = recorded(SAMPLE, (61.0,))
    return frame


@pytest.mark.models
class TestObserve:
    def test_a_kind_is_what_the_network_calls_it(self, shown: Frame) -> None:
        seen = seen_by({"cell phone": "Apple_Watch", "person": "headset", "laptop": "airpods"}, shown)
        scores = seen.values
        assert scores["earbuds.score"] == 0.0
        assert (scores["smartwatch.score"] or 0.0) > 0.35
        assert (scores["headphones.score"] or 0.0) > 0.7
        assert {box.label for box in seen.boxes} == {"smartwatch", "headphones"}
        assert max(box.score for box in seen.boxes if box.label == "smartwatch") == scores["smartwatch.score"]

    def test_a_kind_that_it_does_not_know_is_not_measured(self, shown: Frame) -> None:
        seen = seen_by({"cell phone": "watch"}, shown)
        assert seen.values["headphones.score"] is None
        assert seen.values["earbuds.score"] is None
        assert seen.values["smartwatch.score"] is not None

    def test_two_names_of_one_kind_are_one_thing(self, shown: Frame) -> None:
        two = seen_by({"cell phone": "airpods", "remote": "earbuds", "book": "earphone"}, shown)
        boxes = [box for box in two.boxes if box.label == "earbuds"]
        assert boxes
        assert all(overlap(first, second) <= 0.5 for first, second in combinations(boxes, 2))
