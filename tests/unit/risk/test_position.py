"""Distance, partly visible faces, light from behind, and faces that are merely not found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import radians, tan
from typing import Any

import pytest

from proctor_cli.policy import Policy, Position, load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Box, Incident, Observation
from tests.unit.risk.cases import recording_of

_DEFAULT = load(None)
FACE = Box(0.4, 0.2, 0.6, 0.5, "face", 0.9)
SEATED = Box(0.25, 0.12, 0.75, 1.0, "person", 0.9)
AWAY: tuple[Box, ...] = ()


def policy_of(**changes: Any) -> Policy:
    """Limits as the tests need them, whatever the shipped policy says."""
    limits = {
        "view_deg": 60.0,
        "settle_s": 3.0,
        "backlit_face": 0.5,
        "person_min_score": 0.6,
        "unseen_s": 1.2,
        **changes,
    }
    return _DEFAULT.model_copy(update={"position": Position.model_validate(limits)})


def iris_at(distance_cm: float, view_deg: float = 60.0) -> float:
    """The iris at a distance, over the shorter side of a picture of 16:9 with this angle of view."""
    wide_cm = 2 * tan(radians(view_deg) / 2) * distance_cm
    return 1.17 / (wide_cm * 9 / 16)


def face(t_s: float, boxes: Iterable[Box] = (FACE,), **values: float | None) -> Observation:
    """A face's signals; names are given with an underscore for the first dot."""
    given = {name.replace("_", ".", 1): value for name, value in values.items()}
    usual: dict[str, float | None] = {
        "face.score": 0.9,
        "head.yaw_deg": 0.0,
        "head.pitch_deg": 0.0,
        "gaze.yaw_deg": 0.0,
        "gaze.pitch_deg": 0.0,
        "eyes.open": 1.0,
        "mouth.open": 0.0,
        "mouth.smile": 0.0,
        "face.iris": iris_at(60),
        "face.outside": 0.0,
        "face.luma": 0.4,
        "picture.bright": 0.9,
        "picture.glare": 0.0,
    }
    return Observation("webcam", t_s, {**usual, **given}, tuple(boxes))


def follow(signal: str, observations: Iterable[Observation], **changes: Any) -> list[float | None]:
    return [one.values[signal] for one in derive(observations, policy_of(**changes)) if signal in one.values]


def film(end_s: float, **values: float | None) -> list[Observation]:
    return [face(round(i * 0.2, 3), (FACE,), **values) for i in range(round(end_s / 0.2))]


class TestDistance:
    @pytest.mark.parametrize("distance_cm", [25.0, 60.0, 140.0])
    def test_follows_from_the_iris_and_the_angle_of_view(self, distance_cm: float) -> None:
        found = follow("face.distance_cm", film(2, face_iris=iris_at(distance_cm)))
        assert found[-1] == pytest.approx(distance_cm)
        wide = follow("face.distance_cm", film(2, face_iris=iris_at(distance_cm, 80)), view_deg=80.0)
        assert wide[-1] == pytest.approx(distance_cm)

    def test_an_outlier_does_not_move_it(self) -> None:
        looks = film(4)
        looks[15] = face(3.0, face_iris=iris_at(200))
        assert follow("face.distance_cm", looks)[15:] == pytest.approx([60.0] * 5)

    def test_it_needs_a_few_looks_of_a_head_that_is_not_turned(self) -> None:
        assert follow("face.distance_cm", film(1))[:2] == [None, None]
        assert set(follow("face.distance_cm", film(2, head_yaw_deg=40.0))) == {None}
        assert set(follow("face.distance_cm", film(2, face_iris=None))) == {None}

    @pytest.mark.parametrize(("distance_cm", "event"), [(160, "TOO_FAR"), (15, "TOO_CLOSE"), (60, None), (30, None)])
    def test_far_and_close_are_quality(self, distance_cm: float, event: str | None) -> None:
        at = iris_at(distance_cm, _DEFAULT.position.view_deg)
        found = judge(recording_of(20), film(20, face_iris=at), _DEFAULT).incidents
        assert [one.event for one in found] == ([event] if event else [])
        assert all(one.severity == "quality" and one.points == 0 for one in found)
        assert all(f"about {distance_cm} cm" in one.message for one in found)


class TestPartial:
    def test_the_share_that_is_outside(self) -> None:
        assert follow("face.partial", film(1, face_outside=0.3)) == [0.3] * 5
        assert follow("face.partial", film(1)) == [0.0] * 5

    def test_a_face_without_features_is_covered(self) -> None:
        assert follow("face.partial", film(1, face_outside=None)) == [1.0] * 5

    def test_unless_they_may_be_another_face_s(self) -> None:
        second = Box(0.7, 0.2, 0.9, 0.5, "face", 0.9)
        moved = replace(second, x0=0.72)
        looks = [face(0, (FACE, second), face_outside=None), face(0.2, (FACE, moved), face_outside=None)]
        assert follow("face.partial", looks)[-1] is None

    def test_nothing_is_said_without_a_face_or_without_landmarks(self) -> None:
        assert follow("face.partial", [face(0, AWAY, face_score=0.0, face_outside=None)]) == [None]
        plain = Observation("webcam", 0, {"face.score": 0.9}, (FACE,))
        assert "face.partial" not in next(iter(derive([plain], policy_of()))).values


class TestBacklight:
    def test_it_is_the_glare_behind_a_dim_face(self) -> None:
        assert follow("face.backlight", film(1, face_luma=0.3, picture_glare=0.25)) == [0.25] * 5
        assert follow("face.backlight", film(1, face_luma=0.5, picture_glare=0.25)) == [0.25] * 5
        assert follow("face.backlight", film(1, face_luma=0.6, picture_glare=0.25)) == [0.0] * 5

    def test_unknown_where_either_is(self) -> None:
        assert follow("face.backlight", film(1, face_luma=None)) == [None] * 5
        assert follow("face.backlight", film(1, picture_glare=None)) == [None] * 5


class TestFaceless:
    """A face is measured every 0.2 s, people every 0.4 s."""

    def scene(
        self, at: Callable[[float], Iterable[Box]], end_s: float, yaw_deg: Callable[[float], float] = lambda t_s: 0.0
    ) -> list[Observation]:
        looks = []
        for i in range(round(end_s / 0.2)):
            t_s = round(i * 0.2, 3)
            boxes = tuple(box for box in at(t_s) if box.label == "face" or i % 2 == 0)
            there = any(box.label == "face" for box in boxes)
            one = face(t_s, boxes, face_score=0.9 * there, head_yaw_deg=yaw_deg(t_s) if there else None)
            person = {"person.score": max((b.score for b in boxes if b.label == "person"), default=0.0)}
            looks.append(Observation("webcam", t_s, {**one.values, **(person if i % 2 == 0 else {})}, boxes))
        return looks

    def judged(self, looks: list[Observation], end_s: float) -> list[Incident]:
        found = judge(recording_of(end_s), looks, _DEFAULT).incidents
        return [one for one in found if one.event in {"NO_FACE", "FACE_UNSEEN"}]

    def lost(self, *left: Box, end_s: float = 15.0, **how: Any) -> list[Incident]:
        """What is said when the face is lost at 5 s and these boxes are left."""
        return self.judged(self.scene(lambda t_s: (FACE, SEATED) if t_s < 5 else left, end_s, **how), end_s)

    def test_nothing_left_is_an_absence(self) -> None:
        (one,) = self.lost()
        assert (one.event, one.start_s, one.end_s) == ("NO_FACE", 5.0, 15.0)

    def test_a_body_in_its_place_is_a_matter_of_quality(self) -> None:
        (one,) = self.lost(SEATED)
        assert (one.event, one.severity, one.points) == ("FACE_UNSEEN", "quality", 0)
        assert one.start_s == pytest.approx(6.4)
        assert one.end_s == 15.0

    @pytest.mark.parametrize(
        "left",
        [
            Box(0.1, 0.55, 0.9, 1.0, "person", 0.9),  # knees
            Box(0.0, 0.0, 0.3, 1.0, "person", 0.9),  # a visitor at the edge
            Box(0.25, 0.0, 0.75, 1.0, "person", 0.9),  # stands up: the head is above the picture
            Box(0.45, 0.2, 0.55, 0.55, "person", 0.9),  # small: a picture on the wall
            Box(0.25, 0.12, 0.75, 1.0, "person", 0.5),  # a jacket on the chair
            Box(0.25, 0.12, 0.75, 1.0, "tv", 0.9),
        ],
    )
    def test_other_bodies_are_no_excuse(self, left: Box) -> None:
        (one,) = self.lost(left)
        assert (one.event, one.start_s, one.end_s) == ("NO_FACE", 5.0, 15.0)

    def test_nor_is_one_seen_while_leaving(self) -> None:
        found = self.judged(
            self.scene(lambda t_s: (FACE, SEATED) if t_s < 5 else (SEATED,) if t_s < 6 else AWAY, 15), 15
        )
        assert [(one.event, one.start_s, one.end_s) for one in found] == [("NO_FACE", 5.0, 15.0)]

    def test_nor_one_that_comes_and_goes(self) -> None:
        found = self.judged(
            self.scene(lambda t_s: (FACE, SEATED) if t_s < 5 else (SEATED,) if t_s % 1.2 < 0.7 else AWAY, 15), 15
        )
        assert [one.event for one in found] == ["NO_FACE"]

    def test_a_face_that_was_turned_away_is_missing(self) -> None:
        (one,) = self.lost(SEATED, yaw_deg=lambda t_s: 50.0 if t_s > 4 else 0.0)
        assert one.event == "NO_FACE"

    def test_leaving_after_a_while_is_an_absence_from_then_on(self) -> None:
        found = self.judged(
            self.scene(lambda t_s: (FACE, SEATED) if t_s < 5 else (SEATED,) if t_s < 12 else AWAY, 20), 20
        )
        assert [one.event for one in found] == ["FACE_UNSEEN", "NO_FACE"]
        assert [one.start_s for one in found] == pytest.approx([6.4, 12.0])

    def test_a_face_that_is_never_found_is_not_an_absence(self) -> None:
        found = self.judged(self.scene(lambda t_s: (SEATED,), 20), 20)
        assert [one.event for one in found] == ["FACE_UNSEEN"]

    def test_the_place_follows_the_candidate(self) -> None:
        def at(t_s: float) -> tuple[Box, ...]:
            moved = min(0.3, t_s * 0.03)
            box = [Box(b.x0 - moved, b.y0, b.x1 - moved, b.y1, b.label, b.score) for b in (FACE, SEATED)]
            return tuple(box) if t_s < 20 else (box[1],)

        found = self.judged(self.scene(at, 30), 30)
        assert [one.event for one in found] == ["FACE_UNSEEN"]

    def test_what_is_measured_of_faces_is_unknown_then(self) -> None:
        looks = self.scene(lambda t_s: (FACE, SEATED) if t_s < 5 else (SEATED,), 15)
        last = list(derive(looks, policy_of()))[-1]
        assert last.values["person.faceless"] == 1
        assert {value for name, value in last.values.items() if name.startswith("face.")} == {None}
        assert last.values["focus.score"] is None

    def test_unknown_in_the_dark_and_without_a_look_for_people(self) -> None:
        dark = face(0, AWAY, face_score=0.0, picture_bright=0.01)
        seen = Observation("webcam", 0, {**dark.values, "person.score": 0.9}, (SEATED,))
        assert follow("person.faceless", [seen]) == [None]
        assert follow("person.faceless", [dark]) == []
        unknown = Observation("webcam", 0, {**face(0).values, "person.score": None}, (FACE,))
        assert follow("person.faceless", [unknown]) == [None]
