"""People and things: in the sample, whose phone and visitor are labelled, and in pictures made from it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import cv2
import numpy as np
import pytest
from msgspec import structs

from proctor_cli.detectors.objects import Objects
from proctor_cli.nets import find
from proctor_cli.nets.things import overlap
from proctor_cli.types import Box, Observation
from tests.unit.detectors.pictures import SAMPLE, Head, Picture, frame, models, recorded, scene

pytestmark = pytest.mark.models

Look = Callable[..., Observation]
LABELS = ("person", "phone", "laptop", "book", "tv")


def of_label(seen: Observation, label: str) -> list[Box]:
    return [box for box in seen.boxes if box.label == label]


def score(seen: Observation, signal: str) -> float:
    value = seen.values[signal]
    assert value is not None, signal
    return value


def far_away(rgb: Picture, scale: float = 0.35) -> tuple[Picture, Callable[[Box], Box]]:
    """The picture small in the lower left of a large one, and where a box of it is there."""
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    wide = np.full((1080, 1920, 3), 120, np.uint8)
    down, across = small.shape[:2]
    wide[-down:, 200 : 200 + across] = small

    def there(box: Box) -> Box:
        x = [(200 + side * across) / 1920 for side in (box.x0, box.x1)]
        y = [(1080 - down + side * down) / 1080 for side in (box.y0, box.y1)]
        return Box(x[0], y[0], x[1], y[1], box.label, box.score)

    return wide, there


class TestSample:
    def test_the_phone_is_seen_while_it_is_held_up(self, faces: Look, objects: Look) -> None:
        for shown in recorded(SAMPLE, range(59, 67)):
            seen = objects(shown, faces(shown).boxes)
            assert score(seen, "phone.score") > 0.35, shown.t_s
            best = of_label(seen, "phone")[0]
            assert best.score == score(seen, "phone.score")
            # on the picture's right of the face, at the height of the chest
            assert 0.6 < best.x0 < best.x1 < 0.82
            assert 0.35 < best.y0 < best.y1 < 0.85

    def test_there_is_no_phone_before(self, faces: Look, objects: Look) -> None:
        for shown in recorded(SAMPLE, (5.0, 18.0, 31.0, 46.0)):
            assert score(objects(shown, faces(shown).boxes), "phone.score") < 0.1

    def test_people_are_counted_by_their_bodies(self, objects: Look) -> None:
        alone, visited, gone, dark = (objects(shown) for shown in recorded(SAMPLE, (5.0, 32.0, 46.0, 78.0)))
        for seen in (alone, dark):
            assert score(seen, "person.score") > 0.7
            assert score(seen, "person.second_score") < 0.3
        assert score(visited, "person.second_score") > 0.7
        assert score(gone, "person.score") < 0.1

    def test_scores_are_those_of_the_boxes(self, objects: Look) -> None:
        (shown,) = recorded(SAMPLE, (61.0,))
        seen = objects(shown)
        for label in LABELS:
            scores = [box.score for box in of_label(seen, label)]
            assert scores == sorted(scores, reverse=True)
            assert score(seen, f"{label}.score") == max(scores, default=0.0)


class TestCloseView:
    """Round the face, things are looked for at the picture's own resolution."""

    def test_a_far_phone_is_found_by_it(self, faces: Look, objects: Look) -> None:
        (shown,) = recorded(SAMPLE, (61.0,))
        near = of_label(objects(shown), "phone")[0]
        wide, there = far_away(shown.rgb)
        found = faces(wide).boxes
        assert len(found) == 1
        assert score(objects(wide), "phone.score") < 0.1
        (phone, *_) = of_label(objects(wide, found), "phone")
        assert phone.score > 0.35
        assert overlap(phone, there(near)) > 0.5

    def test_it_is_that_of_the_largest_face(self, faces: Look, objects: Look) -> None:
        (shown,) = recorded(SAMPLE, (61.0,))
        wide, _ = far_away(shown.rgb)
        small = Box(0.9, 0.1, 0.92, 0.14, "face", 0.95)
        assert score(objects(wide, [small, *faces(wide).boxes]), "phone.score") > 0.35
        assert score(objects(wide, [small]), "phone.score") < 0.1

    def test_it_adds_no_people(self, faces: Look, objects: Look) -> None:
        (shown,) = recorded(SAMPLE, (32.0,))
        for rgb in (shown.rgb, far_away(shown.rgb)[0]):
            boxes = faces(rgb).boxes
            assert boxes
            assert of_label(objects(rgb, boxes), "person") == of_label(objects(rgb), "person")

    def test_one_thing_is_one_box(self, faces: Look, objects: Look) -> None:
        for shown in recorded(SAMPLE, (59.0, 61.0, 63.0)):
            wide, _ = far_away(shown.rgb, 1.0)
            (whole, *_), seen = of_label(objects(wide), "phone"), objects(wide, faces(wide).boxes)
            assert whole.score > 0.35  # each view sees the phone
            for label in LABELS:
                assert all(overlap(a, b) <= 0.5 for a, b in combinations(of_label(seen, label), 2))
            assert score(seen, "phone.score") >= whole.score


def test_at_most_four_of_a_kind_are_kept(objects: Look) -> None:
    rgb, _ = scene(1280, 720, *(Head(10 + 250 * i, 20 + 350 * j, 110) for i in range(5) for j in range(2)))
    assert len(of_label(objects(rgb), "person")) == 4


def test_an_empty_room_scores_0(objects: Look) -> None:
    seen = objects(np.full((480, 640, 3), 120, np.uint8))
    assert seen.boxes == ()
    assert set(seen.values.values()) == {0.0}


def test_a_kind_that_the_network_does_not_know_is_not_measured() -> None:
    model = models("objects")["objects"]
    renamed = tuple({"cell phone": "gadget", "person": "somebody"}.get(name, name) for name in model.entry.labels)
    blind = find(structs.replace(model.entry, labels=renamed), [model.folder])
    (seen,) = Objects({"objects": blind}).observe([frame(recorded(SAMPLE, (61.0,))[0].rgb)])
    assert seen.values == {
        "person.score": None,
        "person.second_score": None,
        "phone.score": None,
        "laptop.score": 0.0,
        "book.score": 0.0,
        "tv.score": 0.0,
    }
