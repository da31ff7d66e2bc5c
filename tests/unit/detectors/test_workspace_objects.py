"""Things of a room scan: looked for in tiles, since a phone on a desk is small."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest

from proctor_cli.detectors.objects import WorkspaceObjects
from proctor_cli.nets.things import overlap
from proctor_cli.types import Box, Frame, Observation
from tests.unit.detectors.conftest import Look, look_of
from tests.unit.detectors.pictures import SAMPLE, Picture, models, recorded
from tests.unit.detectors.rooms import LAPTOP_PX, PHONE_PX, in_view, view

pytestmark = pytest.mark.models


@pytest.fixture(scope="session")
def scan() -> Look:
    return look_of(WorkspaceObjects(models("objects")))


def shown(rgb: Picture) -> Frame:
    return Frame("workspace", -5.0, rgb)


def of_label(seen: Observation, label: str) -> list[Box]:
    return [box for box in seen.boxes if box.label == label]


def score(seen: Observation, signal: str) -> float:
    value = seen.values[signal]
    assert value is not None, signal
    return value


def pasted(x_px: int, y_px: int) -> tuple[Picture, Box]:
    """The sample's phone in a hand, small in a large grey picture, its middle at this place; and where it is."""
    (picture,) = recorded(SAMPLE, (61.0,))
    small = cv2.resize(picture.rgb, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    # The phone's middle and size in the small picture (sample_videos/labels.csv shows when; where was measured).
    middle_x, middle_y, half_x, half_y = 157, 101, 18, 30
    wide = np.full((1080, 1920, 3), 120, np.uint8)
    x0, y0 = x_px - middle_x, y_px - middle_y
    down, across = small.shape[:2]
    wide[y0 : y0 + down, x0 : x0 + across] = small
    corners = (x_px - half_x) / 1920, (y_px - half_y) / 1080, (x_px + half_x) / 1920, (y_px + half_y) / 1080
    return wide, Box(*corners, "phone", 1.0)


class TestTiles:
    # in one tile; where two meet; where four meet; at the picture's own edge
    @pytest.mark.parametrize(("x_px", "y_px"), [(330, 300), (664, 300), (664, 540), (1830, 300)])
    def test_a_small_phone_is_found_wherever_it_lies(self, scan: Look, objects: Look, x_px: int, y_px: int) -> None:
        rgb, there = pasted(x_px, y_px)
        assert score(objects(rgb), "phone.score") < 0.1  # the whole picture alone does not show it
        (phone, *_) = of_label(scan(shown(rgb)), "phone")
        assert phone.score > 0.35
        assert overlap(phone, there) > 0.3

    def test_one_thing_is_one_box(self, scan: Look) -> None:
        seen = scan(shown(pasted(664, 540)[0]))
        assert all(overlap(a, b) <= 0.5 for a, b in combinations(of_label(seen, "phone"), 2))

    def test_people_are_counted_in_the_whole_picture(self, scan: Look, objects: Look) -> None:
        (picture,) = recorded(SAMPLE, (32.0,))
        large = cv2.resize(picture.rgb, None, fx=2, fy=2)
        assert of_label(scan(shown(large)), "person") == of_label(objects(large), "person") != []

    def test_a_small_picture_is_looked_at_once(self, scan: Look, objects: Look) -> None:
        (picture,) = recorded(SAMPLE, (61.0,))
        assert picture.rgb.shape == (480, 640, 3)
        seen, whole = scan(shown(picture.rgb)), objects(picture.rgb)
        assert (seen.source, seen.values, seen.boxes) == ("workspace", whole.values, whole.boxes)


@pytest.mark.media
class TestPan:
    def test_things_are_seen_while_they_are_in_view(self, scan: Look) -> None:
        for label, middle_px in (("phone", PHONE_PX), ("laptop", LAPTOP_PX)):
            first, last = in_view(middle_px)
            scores = [score(scan(shown(view(share))), f"{label}.score") for share in np.linspace(first, last, 4)]
            assert np.median(scores) > 0.2, (label, scores)

    def test_an_empty_end_of_the_room_has_none(self, scan: Look) -> None:
        assert score(scan(shown(view(0.0))), "phone.score") < 0.2
        assert score(scan(shown(view(0.0))), "laptop.score") < 0.2
