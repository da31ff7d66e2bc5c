"""A scan of the room before the exam: what it adds, what it must not touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from proctor_cli.policy import load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Box, ClipInfo, Judgement, MissingDetector, Observation
from tests.unit.report.conftest import make_clip
from tests.unit.risk.cases import recording_of

SCAN_S = 20.0
STEP_S = 0.4
KINDS = ("phone", "laptop", "book", "tv", "person")
Room = Callable[[float], Iterable[Box]]


def thing(label: str, score: float, x: float = 0.4, height: float = 0.1) -> Box:
    return Box(x, 0.5, x + 0.1, 0.5 + height, label, score)


def look(t_s: float, *boxes: Box) -> Observation:
    scores = {f"{kind}.score": max((box.score for box in boxes if box.label == kind), default=0.0) for kind in KINDS}
    return Observation("workspace", t_s, scores, boxes)


def scan(room: Room) -> list[Observation]:
    """Looks at what is in view ``room(clip time)``, and the end of the clip."""
    times = [round(i * STEP_S, 3) for i in range(round(SCAN_S / STEP_S))]
    end = Observation("workspace", 0.0, {f"{kind}.score": None for kind in KINDS})
    return [*(look(round(t_s - SCAN_S, 3), *room(t_s)) for t_s in times), end]


def exam(signal: str = "phone.score", end_s: float = 60.0) -> list[Observation]:
    return [Observation("webcam", float(t_s), {signal: 0.0}) for t_s in range(int(end_s))]


def scan_clip() -> ClipInfo:
    return make_clip("workspace", "room.mp4", offset_s=-SCAN_S, duration_s=SCAN_S)


def judged(*observations: Observation, missing: tuple[MissingDetector, ...] = ()) -> Judgement:
    recording = recording_of(60.0, clips=(make_clip(duration_s=60.0), scan_clip()), missing=missing)
    return judge(recording, sorted(observations, key=lambda seen: seen.t_s), load(None))


def between(start_s: float, end_s: float, *boxes: Box) -> Room:
    return lambda t_s: boxes if start_s <= t_s < end_s else ()


class TestSignals:
    def test_what_is_there_from_the_beginning_counts(self) -> None:
        seen = [o.values for o in derive(scan(lambda _: [thing("phone", 0.5)]), load(None))]
        assert {values.get("phone.seen") for values in seen[:-1]} == {0.5}
        assert seen[-1]["phone.seen"] is None
        assert not any("banned.score" in values for values in seen)

    def test_a_weak_phone_counts_where_it_was_seen_before(self) -> None:
        first, second = list(derive(scan(between(2.0, 2.7, thing("phone", 0.25))), load(None)))[5:7]
        assert (first.values["phone.seen"], second.values["phone.seen"]) == (0.0, 0.25)

    @pytest.mark.parametrize(("height", "score"), [(0.25, 0.8), (0.15, 0.0)])
    def test_a_second_person_may_be_across_the_room(self, height: float, score: float) -> None:
        people = (thing("person", 0.9, 0.1, 0.5), thing("person", 0.8, 0.7, height))
        assert next(derive([look(-5.0, *people)], load(None))).values["person.extra"] == score
        assert next(derive([look(-5.0, people[0])], load(None))).values["person.extra"] == 0.0

    def test_the_webcam_and_the_scan_know_nothing_of_each_other(self) -> None:
        webcam = [
            Observation("webcam", t_s, {"phone.score": 0.2, "laptop.score": 0.9}, (thing("phone", 0.2),))
            for t_s in (0.1, 0.5, 0.9)
        ]
        alone = list(derive(webcam, load(None)))
        both = list(derive([*scan(lambda _: [thing("phone", 0.2), thing("laptop", 0.9)]), *webcam], load(None)))
        assert [seen for seen in both if seen.source == "webcam"] == alone


class TestJudgement:
    def test_a_phone_on_the_desk_scores_before_the_exam_and_stays(self) -> None:
        found = judged(*scan(between(5.0, 7.0, thing("phone", 0.5))), *exam())
        (phone,) = found.incidents
        assert (phone.event, phone.source, phone.severity) == ("PHONE_DETECTED", "workspace", "warning")
        assert (phone.start_s, phone.end_s) == pytest.approx((-14.8, -12.8))
        assert "room scan" in phone.message
        assert found.timeline.knots[0].t_s == -SCAN_S
        assert found.timeline.final == phone.points > 0
        assert "at -00:00:14, before the exam" in " ".join(found.reasons)

    def test_a_single_sighting_is_none(self) -> None:
        assert judged(*scan(between(5.0, 5.3, thing("phone", 0.9))), *exam()).incidents == ()

    def test_a_phone_in_the_exam_is_still_judged_by_its_own_rule(self) -> None:
        held = [Observation("webcam", t_s / 2, {"phone.score": 0.6}, (thing("phone", 0.6),)) for t_s in range(40)]
        found = judged(*scan(between(18.0, 20.0, thing("phone", 0.5))), *held)
        assert [i.severity for i in found.incidents] == ["warning", "critical"]
        assert [i.points > 0 for i in found.incidents] == [True, True]

    def test_things_of_a_room_are_named_and_cost_nothing(self) -> None:
        found = judged(*scan(lambda _: [thing("laptop", 0.9), thing("book", 0.8), thing("tv", 0.7)]), *exam())
        assert sorted(i.message.split(",")[1].split(" is")[0].strip() for i in found.incidents) == [
            "a book",
            "a laptop",
            "a screen",
        ]
        assert {i.event for i in found.incidents} == {"BANNED_OBJECT"}
        assert found.trust_score == 100
        assert found.priority == "low"

    def test_one_person_is_a_note_and_two_are_a_warning(self) -> None:
        one, two = thing("person", 0.9, 0.1, 0.5), thing("person", 0.8, 0.7, 0.4)
        assert [i.severity for i in judged(*scan(between(2, 4, one)), *exam()).incidents] == ["info"]
        both = judged(*scan(between(2, 4, one, two)), *exam()).incidents
        assert {(i.event, i.severity) for i in both} == {("PERSON_IN_ROOM", "info"), ("EXTRA_PERSON", "warning")}

    def test_nothing_goes_on_behind_the_end_of_the_clip(self) -> None:
        (phone,) = judged(*scan(between(15.0, 20.0, thing("phone", 0.5))), *exam()).incidents
        assert phone.end_s == 0.0


class TestWhatIsSaidOfIt:
    def test_coverage_is_that_of_the_exam(self) -> None:
        with_scan, without = judged(*scan(lambda _: []), *exam()), judged(*exam())
        assert with_scan.coverage == without.coverage

    def test_without_a_scan_nothing_is_said(self) -> None:
        signals = ("person.score", "phone.score")
        missing = (MissingDetector("workspace_objects", signals, "no room scan was given", "Give it.", "input"),)
        found = judge(recording_of(60.0, clips=(make_clip(),), missing=missing), exam(), load(None))
        assert not {"PERSON_IN_ROOM"} & {gap.event for gap in found.not_assessed}
        assert not any("room scan" in gap.reason for gap in found.not_assessed)

    def test_a_scan_that_could_not_be_looked_at_is_not_clean(self) -> None:
        missing = (MissingDetector("workspace_objects", ("person.score",), "yolo: model not found", "Fetch it."),)
        gaps = {gap.event: gap.reason for gap in judged(*exam(), missing=missing).not_assessed}
        assert gaps["PERSON_IN_ROOM"] == "yolo: model not found"

    def test_the_room_does_not_stand_for_the_exam(self) -> None:
        found = judged(*scan(lambda _: []), *exam("face.score"))
        assert "PHONE_DETECTED" in {gap.event for gap in found.not_assessed}
        assert "PERSON_IN_ROOM" not in {gap.event for gap in found.not_assessed}
