"""Whose faces are blurred in a picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.policy import parse
from proctor_cli.session.bystanders import find_bystanders
from proctor_cli.types import Box, Observation
from tests.unit.media.films import even, film
from tests.unit.session.conftest import Analyse


def face(x0: float, y0: float, side: float, score: float = 0.9, label: str = "face") -> Box:
    return Box(x0, y0, x0 + side, y0 + side, label, score)


def look(t_s: float, *boxes: Box, score: float | None = 0.9) -> Observation:
    return Observation("webcam", t_s, {"face.score": score}, boxes)


CANDIDATE = face(0.3, 0.3, 0.3)
LEFT, RIGHT = face(0.0, 0.2, 0.1), face(0.8, 0.2, 0.2, score=0.41)


def corners(boxes: list[Box]) -> list[tuple[float, ...]]:
    return [tuple(round(side, 6) for side in (box.x0, box.y0, box.x1, box.y1)) for box in boxes]


def test_all_but_the_largest_however_unsure_with_a_margin_inside_the_picture() -> None:
    found = find_bystanders([look(5.0, LEFT, CANDIDATE, RIGHT)], {5.0})
    assert corners(found[5.0]) == [(0.76, 0.16, 1.0, 0.44), (0.0, 0.18, 0.12, 0.32)]


@pytest.mark.parametrize("boxes", [(), (CANDIDATE,), (CANDIDATE, face(0.8, 0.8, 0.1, label="person"))])
def test_nobody_else_is_nothing_to_blur(boxes: tuple[Box, ...]) -> None:
    assert find_bystanders([look(5.0, *boxes)], {5.0}) == {5.0: []}


def test_the_candidates_face_found_twice_stays() -> None:
    assert find_bystanders([look(5.0, CANDIDATE, face(0.35, 0.4, 0.2))], {5.0}) == {5.0: []}


def test_only_the_pictures_own_look_counts_where_there_is_one() -> None:
    looks = [look(4.8, CANDIDATE, LEFT), look(5.0, CANDIDATE, RIGHT), look(5.2, CANDIDATE, LEFT)]
    assert corners(find_bystanders(looks, {5.0})[5.0]) == [(0.76, 0.16, 1.0, 0.44)]


def test_between_two_looks_both_count() -> None:
    looks = [look(4.8, CANDIDATE, LEFT), look(5.0, CANDIDATE, RIGHT), look(9.0, CANDIDATE, LEFT)]
    found = find_bystanders(looks, {4.9, 5.1, 7.5, 9.1})
    assert [len(found[t_s]) for t_s in (4.9, 5.1, 7.5, 9.1)] == [2, 1, 0, 1]  # nothing is known of 7.5 s


def test_pictures_in_which_no_faces_were_looked_for_say_nothing() -> None:
    looks = [
        look(4.8, CANDIDATE, LEFT),
        Observation("webcam", 5.0, {"picture.luma": 0.5}, ()),
        look(5.0, score=None),
        look(5.2, CANDIDATE, LEFT),
    ]
    assert len(find_bystanders(looks, {5.0})[5.0]) == 2


def test_without_any_look_nothing_is_blurred() -> None:
    assert find_bystanders([], {5.0, 1.0}) == {5.0: [], 1.0: []}


POINTED = """
schema = "proctor.policy/1"
name = "pointed"
[[rules]]
event = "FACE"
signal = "face.score"
above = 0.5
release = 0.4
min_duration_s = 1.0
points = 5
kind = "temporary"
severity = "warning"
message = "a face"
"""


def stripes(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Black and white, four pixels each: blurring leaves grey."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, np.arange(width) // 4 % 2 == number % 2] = 255
    return picture


@pytest.mark.parametrize("blur", [True, False])
def test_in_the_picture_only_the_largest_face_is_left_and_every_outline(
    tmp_path: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch, blur: bool
) -> None:
    monkeypatch.setattr("proctor_cli.detectors.REGISTRY", {"crowd": "tests.unit.session.fakes:Crowd"})
    path = film(tmp_path / "a.mkv", even(100), picture=stripes, size=(320, 240))
    result = analysed(path, policy=parse(POINTED, "pointed.toml"), blur_bystanders=blur)
    assert result.recording.bystanders_blurred is blur
    (incident,) = result.judgement.incidents
    picture = cv2.imread(str(tmp_path / "out" / incident.snapshot))
    assert picture is not None
    candidate, bystander = picture[100:140, 40:120], picture[100:140, 220:260]
    assert candidate.std() > 100
    assert bool(bystander.std() < 20) is blur
    line_bgr = picture[100:140, 208].mean(axis=0)  # the left side of the smaller face's box
    assert line_bgr[0] < 120 < line_bgr[2]
