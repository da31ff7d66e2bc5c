"""Phones, things of the room and people, from boxes at known places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from proctor_cli.policy import Objects, Policy, load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Box, Observation
from tests.unit.risk.cases import recording_of, rule

_DEFAULT = load(None)
STEP_S = 0.4
KINDS = ("phone", "laptop", "book", "tv", "person")

FACE = Box(0.4, 0.2, 0.6, 0.5, "face", 0.9)
CANDIDATE = Box(0.25, 0.15, 0.75, 1.0, "person", 0.95)


def policy_of(**changes: Any) -> Policy:
    """Limits as the tests need them, whatever the shipped policy says."""
    limits = {
        "room_s": 10.0,
        "room_overlap": 0.5,
        "phone_min_score": 0.1,
        "phone_sure_score": 0.35,
        "phone_max_area": 0.25,
        "laptop_min_score": 0.5,
        "book_min_score": 0.6,
        "tv_min_score": 0.4,
        "person_min_score": 0.5,
        "person_min_height": 0.45,
        "person_max_inside": 0.7,
        **changes,
    }
    return _DEFAULT.model_copy(update={"objects": Objects.model_validate({**_DEFAULT.objects.model_dump(), **limits})})


def box(label: str, score: float, x: float = 0.6, y: float = 0.6, width: float = 0.1, height: float = 0.1) -> Box:
    """A thing by its top left corner and size."""
    return Box(x, y, x + width, y + height, label, score)


def look(t_s: float, *boxes: Box, kinds: Iterable[str] = KINDS) -> Observation:
    """One look of the object detector, with the face that another found."""
    scores = {f"{kind}.score": max((b.score for b in boxes if b.label == kind), default=0.0) for kind in kinds}
    return Observation("webcam", t_s, scores, boxes)


def film(at: Callable[[float], Iterable[Box]], end_s: float, start_s: float = 0.0) -> list[Observation]:
    """Looks at ``at(t_s)``, one every 0.4 s."""
    times = (start_s + i * STEP_S for i in range(round((end_s - start_s) / STEP_S)))
    return [look(t_s, *at(t_s)) for t_s in times]


def follow(signal: str, observations: Iterable[Observation], **changes: Any) -> dict[float, float | None]:
    """A derived signal by time."""
    return {one.t_s: one.values[signal] for one in derive(observations, policy_of(**changes)) if signal in one.values}


def listed(signal: str, observations: Iterable[Observation]) -> list[float | None]:
    return list(follow(signal, observations).values())


def last(signal: str, observations: Iterable[Observation], **changes: Any) -> float | None:
    return list(follow(signal, observations, **changes).values())[-1]


class TestPhone:
    def seen(self, *looks: Observation, **changes: Any) -> list[float | None]:
        return list(follow("phone.seen", looks, **changes).values())

    def test_a_sure_one_counts_at_once(self) -> None:
        assert self.seen(look(0, box("phone", 0.35))) == [0.35]
        assert self.seen(look(0, FACE, CANDIDATE, box("phone", 0.8))) == [0.8]

    def test_a_weak_one_counts_from_its_second_sighting(self) -> None:
        weak = box("phone", 0.2)
        assert self.seen(look(0, weak), look(0.4, weak), look(0.8, weak)) == [0, 0.2, 0.2]

    def test_a_single_weak_one_is_a_mug(self) -> None:
        assert self.seen(look(0), look(0.4, box("phone", 0.34)), look(0.8), look(1.2)) == [0, 0, 0, 0]

    @pytest.mark.parametrize(("gap_s", "counts"), [(0.4, True), (1.5, True), (1.6, False), (10, False)])
    def test_the_first_sighting_must_be_recent(self, gap_s: float, counts: bool) -> None:
        weak = box("phone", 0.2)
        assert self.seen(look(5, weak), look(5 + gap_s, weak))[-1] == (0.2 if counts else 0)

    @pytest.mark.parametrize(
        ("x", "y", "counts"), [(0.6, 0.6, True), (0.4, 0.4, True), (0.3, 0.6, False), (0.6, 0.2, False)]
    )
    def test_the_first_sighting_must_be_near(self, x: float, y: float, counts: bool) -> None:
        seen = self.seen(look(0, box("phone", 0.2, x, y)), look(0.4, box("phone", 0.15)))
        assert seen == [0, 0.15 if counts else 0]

    def test_two_in_one_look_do_not_confirm_each_other(self) -> None:
        assert self.seen(look(0, box("phone", 0.2), box("phone", 0.3, 0.65))) == [0]

    def test_a_weak_one_is_confirmed_by_a_sure_one(self) -> None:
        assert self.seen(look(0, box("phone", 0.7)), look(0.8, box("phone", 0.12))) == [0.7, 0.12]

    def test_the_surest_that_counts_is_told(self) -> None:
        looks = [look(0, box("phone", 0.2, 0.1)), look(0.4, box("phone", 0.15, 0.1), box("phone", 0.3, 0.8))]
        assert self.seen(*looks) == [0, 0.15]

    def test_below_the_least_score_it_is_nothing(self) -> None:
        assert self.seen(look(0, box("phone", 0.09)), look(0.4, box("phone", 0.09))) == [0, 0]

    def test_a_face_is_no_phone(self) -> None:
        over = Box(0.38, 0.18, 0.62, 0.55, "phone", 0.9)
        assert self.seen(look(0, FACE, over)) == [0]
        assert self.seen(look(0, over)) == [0.9]

    def test_a_phone_before_a_part_of_the_face_is_one(self) -> None:
        ear = Box(0.55, 0.25, 0.66, 0.45, "phone", 0.6)
        mouth = Box(0.42, 0.36, 0.58, 0.5, "phone", 0.6)
        assert self.seen(look(0, FACE, ear)) == [0.6]
        assert self.seen(look(0, FACE, mouth)) == [0.6]

    def test_only_the_largest_face_rules_it_out(self) -> None:
        behind = Box(0.82, 0.1, 0.88, 0.2, "face", 0.9)
        over = Box(0.8, 0.08, 0.9, 0.22, "phone", 0.6)
        assert self.seen(look(0, FACE, behind, over)) == [0.6]

    def test_a_large_one_is_something_else(self) -> None:
        assert self.seen(look(0, box("phone", 0.9, 0.1, 0.5, 0.6, 0.5))) == [0]
        assert self.seen(look(0, box("phone", 0.9, 0.1, 0.5, 0.6, 0.4))) == [0.9]

    def test_what_cannot_be_one_confirms_nothing(self) -> None:
        large = box("phone", 0.9, 0.3, 0.3, 0.6, 0.6)
        assert self.seen(look(0, large), look(0.4, box("phone", 0.2))) == [0, 0]


def shelf(score: float = 0.8) -> Box:
    return box("book", score, 0.05, 0.1, 0.2, 0.3)


class TestRoom:
    def test_until_it_is_known_nothing_is_said(self) -> None:
        scores = follow("banned.score", film(lambda _: [shelf()], 20))
        assert {value for t_s, value in scores.items() if t_s < 10} == {None}
        assert {value for t_s, value in scores.items() if t_s >= 10} == {0.0}

    def test_the_first_seconds_are_counted_from_the_first_look(self) -> None:
        scores = follow("banned.score", film(lambda _: [shelf()], 130, start_s=100), room_s=6.0)
        assert {value for t_s, value in scores.items() if t_s < 105.9} == {None}
        assert {value for t_s, value in scores.items() if t_s > 105.9} == {0.0}

    @pytest.mark.parametrize("share", [1.0, 0.6, 0.2])
    def test_a_shelf_seen_in_some_of_the_looks_belongs_to_it(self, share: float) -> None:
        def at(t_s: float) -> list[Box]:
            number = round(t_s / STEP_S)
            seen = int((number + 1) * share + 1e-9) > int(number * share + 1e-9)
            return [shelf(0.7)] if seen or t_s > 10 else []

        assert set(follow("banned.score", film(at, 40)).values()) == {None, 0.0}

    def test_twice_is_a_slip_and_no_furniture(self) -> None:
        slips = {2.0, 6.0}
        looks = film(lambda t: [shelf()] if round(t, 1) in slips or t > 10 else [], 20)
        assert last("banned.score", looks) == 0.8

    def test_two_boxes_of_one_look_are_one_sighting(self) -> None:
        double = [shelf(), box("book", 0.7, 0.07, 0.1, 0.2, 0.3)]
        scores = follow("banned.score", film(lambda t: double if t < 0.7 or t > 10 else [], 20))
        assert list(scores.values())[-1] == 0.8

    def test_weak_sightings_count_for_the_room(self) -> None:
        scores = follow("banned.score", film(lambda t: [shelf(0.15 if t < 10 else 0.9)], 20))
        assert set(scores.values()) == {None, 0.0}

    def test_a_shaking_box_and_its_parts_are_still_the_shelf(self) -> None:
        def at(t_s: float) -> list[Box]:
            dx = 0.02 if round(t_s / STEP_S) % 2 else -0.02
            part = box("book", 0.8, 0.05, 0.1, 0.08, 0.3)
            return [shelf()] if t_s < 10 else [box("book", 0.8, 0.05 + dx, 0.1, 0.2, 0.3), part]

        assert set(follow("banned.score", film(at, 30)).values()) == {None, 0.0}

    def test_the_same_kind_elsewhere_counts(self) -> None:
        scores = follow("banned.score", film(lambda t: [shelf()] + [box("book", 0.7)] * (20 <= t < 30), 40))
        assert {value for t_s, value in scores.items() if 10 <= t_s < 20 or t_s >= 30} == {0.0}
        assert {value for t_s, value in scores.items() if 20 <= t_s < 30} == {0.7}

    def test_another_kind_in_its_place_counts(self) -> None:
        laptop = box("laptop", 0.9, 0.05, 0.1, 0.2, 0.3)
        assert last("banned.score", film(lambda t: [shelf() if t < 20 else laptop], 30)) == 0.9

    def test_what_comes_when_it_is_known_is_never_part_of_it(self) -> None:
        scores = follow("banned.score", film(lambda t: [box("laptop", 0.8)] if t > 10.2 else [], 600))
        assert {value for t_s, value in scores.items() if t_s > 10.2} == {0.8}

    def test_the_picture_itself_is_no_screen(self) -> None:
        whole = box("tv", 0.9, 0.02, 0.0, 0.97, 0.98)
        assert set(follow("banned.score", film(lambda _: [whole], 30)).values()) == {None, 0.0}
        assert last("banned.score", film(lambda t: [whole] if t > 15 else [], 30)) == 0

    def test_traces_of_the_picture_itself_hide_no_screen(self) -> None:
        whole, screen = box("tv", 0.1, 0.02, 0.0, 0.97, 0.98), box("tv", 0.8)
        assert last("banned.score", film(lambda t: [whole] if t < 10 else [screen], 30)) == 0.8

    @pytest.mark.parametrize(("kind", "least"), [("laptop", 0.5), ("book", 0.6), ("tv", 0.4)])
    def test_each_kind_has_its_least_score(self, kind: str, least: float) -> None:
        empty = film(lambda _: [], 15)
        assert last("banned.score", [*empty, look(15, box(kind, least - 0.01))]) == 0
        assert last("banned.score", [*empty, look(15, box(kind, least))]) == least

    def test_the_surest_thing_is_told(self) -> None:
        looks = [*film(lambda _: [], 15), look(15, box("laptop", 0.6), box("tv", 0.7, 0.1))]
        assert last("banned.score", looks) == 0.7

    def test_furniture_is_no_incident_under_the_shortest_patience(self) -> None:
        policy = policy_of().model_copy(
            update={"rules": (rule(event="BANNED_OBJECT", signal="banned.score", min_duration_s=0.0),)}
        )
        looks = film(lambda _: [shelf(), box("tv", 0.9, 0.7, 0.1, 0.2, 0.2)], 60)
        assert judge(recording_of(60.0), looks, policy).incidents == ()


class TestPeople:
    def extra(self, *boxes: Box, **changes: Any) -> float | None:
        """Of people who have moved a little since the look before."""
        before = [replace(box, y0=box.y0 + 0.01) for box in boxes]
        return last("person.extra", [look(0, *before), look(STEP_S, *boxes)], **changes)

    def test_the_candidate_is_not_extra(self) -> None:
        assert self.extra() == 0
        assert self.extra(CANDIDATE) == 0

    @pytest.mark.parametrize(
        "half",
        [
            Box(0.3, 0.15, 0.7, 0.7, "person", 0.8),
            Box(0.25, 0.5, 0.75, 1.0, "person", 0.8),
            Box(0.25, 0.2, 0.45, 0.9, "person", 0.8),
            Box(0.15, 0.4, 0.55, 1.0, "person", 0.8),  # an arm reaches out of it
        ],
    )
    def test_a_part_of_the_candidate_is_not_extra(self, half: Box) -> None:
        assert self.extra(CANDIDATE, half) == 0
        assert self.extra(half, CANDIDATE) == 0
        assert self.extra(replace(half, score=0.99), CANDIDATE) == 0

    def test_somebody_far_behind_is_not_extra(self) -> None:
        assert self.extra(CANDIDATE, Box(0.8, 0.3, 0.95, 0.7, "person", 0.9)) == 0

    def test_somebody_at_the_edge_is(self) -> None:
        assert self.extra(CANDIDATE, Box(0.85, 0.1, 1.0, 1.0, "person", 0.8)) == 0.8
        assert self.extra(CANDIDATE, Box(0.0, 0.3, 0.15, 0.76, "person", 0.8)) == 0.8

    def test_somebody_behind_the_shoulder_is(self) -> None:
        assert self.extra(CANDIDATE, Box(0.6, 0.05, 0.95, 1.0, "person", 0.75)) == 0.75

    def test_a_visitor_nearer_to_the_camera_does_not_hide(self) -> None:
        small = Box(0.1, 0.4, 0.4, 1.0, "person", 0.7)
        assert self.extra(small, Box(0.45, 0.0, 1.0, 1.0, "person", 0.9)) == 0.7

    def test_the_surest_of_them_is_told(self) -> None:
        left, right = Box(0.0, 0.1, 0.15, 1.0, "person", 0.6), Box(0.85, 0.1, 1.0, 1.0, "person", 0.7)
        assert self.extra(CANDIDATE, left, right) == 0.7

    def test_an_unsure_one_is_nobody(self) -> None:
        assert self.extra(CANDIDATE, Box(0.85, 0.1, 1.0, 1.0, "person", 0.49)) == 0

    def test_two_alike_are_two(self) -> None:
        left, right = Box(0.0, 0.1, 0.4, 1.0, "person", 0.8), Box(0.6, 0.1, 1.0, 1.0, "person", 0.8)
        assert self.extra(left, right) == 0.8


class TestPosters:
    WALL = Box(0.85, 0.1, 1.0, 0.8, "person", 0.9)

    def test_who_never_moves_hangs_on_the_wall(self) -> None:
        looks = [look(n * STEP_S, CANDIDATE, self.WALL) for n in range(50)]
        assert set(listed("person.extra", looks)) == {0.0}

    def test_the_noise_of_a_detector_is_no_movement(self) -> None:
        looks = [look(n * STEP_S, CANDIDATE, replace(self.WALL, x0=0.85 + 0.002 * (n % 3))) for n in range(50)]
        assert set(listed("person.extra", looks)) == {0.0}

    def test_who_moves_is_somebody_until_they_hang_there_for_good(self) -> None:
        there = [replace(self.WALL, x0=0.86 if n >= 20 else 0.85) for n in range(80)]
        found = listed("person.extra", [look(n * STEP_S, CANDIDATE, box) for n, box in enumerate(there)])
        assert found[:20] == [0.0] * 20
        assert found[20:45] == [0.9] * 25
        assert found[-1] == 0.0

    def test_who_comes_is_somebody_at_once(self) -> None:
        looks = [look(n * STEP_S, CANDIDATE, *([self.WALL] if n >= 30 else [])) for n in range(40)]
        assert listed("person.extra", looks) == [0.0] * 30 + [0.9] * 10

    def test_what_hangs_there_may_be_hidden_for_a_while(self) -> None:
        looks = [look(n * STEP_S, CANDIDATE, *([] if 40 <= n < 60 else [self.WALL])) for n in range(80)]
        assert set(listed("person.extra", looks)) == {0.0}

    def test_a_face_on_the_wall_is_nobodys(self) -> None:
        wall = Box(0.8, 0.2, 0.9, 0.4, "face", 0.9)
        looks = [
            Observation("webcam", n * 0.2, {"face.score": 0.9}, (replace(FACE, x0=0.4 + 0.01 * (n % 2)), wall))
            for n in range(100)
        ]
        assert set(listed("face.count", looks)) == {1.0}
        gone = [Observation("webcam", 20 + n * 0.2, {"face.score": 0.9}, (wall,)) for n in range(10)]
        assert listed("face.count", [*looks, *gone])[100:] == [0.0] * 10


class TestUnmeasured:
    DERIVED: Mapping[str, str] = {"phone.seen": "phone", "banned.score": "laptop", "person.extra": "person"}

    @pytest.mark.parametrize("signal", DERIVED)
    def test_what_was_not_looked_for_has_no_key(self, signal: str) -> None:
        others = [kind for kind in KINDS if kind != self.DERIVED[signal]]
        (derived,) = derive([look(0, kinds=others)], policy_of())
        assert signal not in derived.values
        assert self.DERIVED.keys() - {signal} <= derived.values.keys()

    @pytest.mark.parametrize("signal", DERIVED)
    def test_what_could_not_be_measured_is_none(self, signal: str) -> None:
        looks = film(lambda _: [], 20)
        blind = Observation("webcam", 20.0, {**looks[-1].values, f"{self.DERIVED[signal]}.score": None})
        assert last(signal, looks) == 0
        assert last(signal, [*looks, blind]) is None

    def test_a_blind_moment_forgets_nothing(self) -> None:
        blind = Observation("webcam", 0.4, {f"{kind}.score": None for kind in KINDS})
        weak = box("phone", 0.2)
        assert last("phone.seen", [look(0, weak), blind, look(0.8, weak)]) == 0.2
        room = film(lambda _: [shelf()], 20)
        assert last("banned.score", [*room, blind, look(20.4, shelf())]) == 0

    def test_the_screen_has_no_surroundings(self) -> None:
        screen = Observation("screen", 0.0, {"phone.score": 0.9}, (box("phone", 0.9),))
        assert list(derive([screen], policy_of())) == [screen]
