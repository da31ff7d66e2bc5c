"""Groups of candidates beside one another."""

from __future__ import annotations

import pytest

from proctor_cli.evaluate.parity import Measured, compare_groups, count_looks
from proctor_cli.policy import load
from proctor_cli.types import Box, Observation
from tests.unit.evaluate.cases import facts

FACE = Box(0.3, 0.3, 0.6, 0.7, "face", 0.9)


def look(t_s: float, face: bool, bright: float = 0.5) -> Observation:
    values: dict[str, float | None] = {"face.score": 0.9 if face else 0.0, "picture.bright": bright}
    return Observation("webcam", t_s, values, (FACE,) if face else ())


def test_looks_where_an_absence_is_labelled_do_not_count() -> None:
    seen = [look(0, True), look(1, False), look(2, False), look(3, True), look(4, False), look(5, False)]
    seen.append(Observation("webcam", 6, {"picture.luma": 0.4}))  # nobody looked for a face
    assert count_looks(seen, load(None), facts(("NO_FACE", 1, 2), ("?NO_FACE", 2, 4), ("X", 4, 6))) == (1, 3)


def test_too_dark_to_tell_is_a_look_without_a_face() -> None:
    assert count_looks([look(0, True, 0.01), look(1, False, 0.01)], load(None), ()) == (1, 2)


def session(group: str, found: int, flagged_s: float = 0.0, false_reports: int = 0) -> Measured:
    return Measured(group, 1800.0, 100, found, flagged_s, false_reports)


def test_groups_are_added_up_and_compared() -> None:
    parity = compare_groups([session("b", 90, 60), session("a", 100), session("a", 90, 0, 2), session("", 0, 900, 9)])
    assert parity is not None
    first, second = parity.groups
    assert (first.group, first.sessions, first.hours, first.looks) == ("a", 2, 1.0, 200)
    assert (first.face_found, first.flagged_min_per_hour, first.false_per_hour) == (0.95, 0.0, 2.0)
    assert (second.sessions, second.face_found, second.flagged_min_per_hour) == (1, 0.9, 2.0)
    assert parity.without_group == 1
    assert parity.face_found_difference == pytest.approx(0.05)
    assert (parity.flagged_min_per_hour_difference, parity.false_per_hour_difference) == (2.0, 2.0)


def test_without_groups_there_is_nothing_to_compare() -> None:
    assert compare_groups([session("", 1)]) is None


def test_a_group_without_time_has_no_rates() -> None:
    parity = compare_groups([Measured("a", 0.0, 0, 0, 0.0, 0), session("b", 90, 60, 1), session("c", 90, 0, 2)])
    assert parity is not None
    assert (parity.groups[0].flagged_min_per_hour, parity.groups[0].false_per_hour) == (None, None)
    assert (parity.flagged_min_per_hour_difference, parity.false_per_hour_difference) == (2.0, 2.0)
    alone = compare_groups([Measured("a", 0.0, 0, 0, 0.0, 0)])
    assert alone is not None
    assert (alone.flagged_min_per_hour_difference, alone.false_per_hour_difference) == (None, None)


def test_a_group_without_looks_has_no_share() -> None:
    parity = compare_groups([Measured("a", 1800.0, 0, 0, 0.0, 0)])
    assert parity is not None
    assert (parity.groups[0].face_found, parity.face_found_difference) == (None, None)
